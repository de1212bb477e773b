#include "node.h"

/* Numbers that are an attribute, or come from tensors in its place. */

static WeirPort
join (PdNode *n, const char *list)
{
  guint count;
  g_autofree WeirPort *parts = pd_ins (n, list, &count);

  for (guint i = 0; i < count; i++)
    parts[i] = weir_make_vector_of (
        &n->make, weir_make_convert (&n->make, parts[i], WEIR_DTYPE_I64));
  return weir_make_known (
      &n->make, count == 1 ? parts[0] : weir_make_concat (&n->make, parts, count, 0));
}

WeirPort
pd_vector (PdNode *n, const char *tensor, const char *list, const char *attr)
{
  gint64 values[WEIR_MAX_RANK];
  guint count;
  WeirPort x;

  if (tensor != NULL && pd_n_in (n, tensor) == 1) {
    x = weir_make_convert (&n->make, pd_in (n, tensor), WEIR_DTYPE_I64);
    if (weir_make_rank (&n->make, x) == 0)
      x = weir_make_vector_of (&n->make, x);
    return weir_make_known (&n->make, x);
  }
  if (list != NULL && pd_n_in (n, list) > 0)
    return join (n, list);
  count = attr != NULL ? pd_ints (n, attr, values, WEIR_MAX_RANK) : 0;
  return weir_make_ints (&n->make, values, count);
}

guint
pd_known (PdNode *n, const char *tensor, const char *list, const char *attr,
          gint64 *values)
{
  WeirPort port = pd_vector (n, tensor, list, attr);
  gsize count = 0;

  if (!weir_make_known_ints (&n->make, port, attr, values, WEIR_MAX_RANK, &count))
    return 0;
  return (guint) count;
}

WeirPort
pd_scalar (PdNode *n, const char *tensor, const char *attr, WeirPort like,
           double fallback)
{
  if (tensor != NULL && pd_has (n, tensor))
    return weir_make_convert (&n->make, weir_make_scalar_of (&n->make, pd_in (n, tensor)),
                              weir_make_dtype (&n->make, like));
  return weir_make_scalar (&n->make, like, pd_float (n, attr, fallback));
}
