#include "node.h"

#include <string.h>

/* Attributes have grown types: a number may be stored as any of several, by the program
 * that wrote the file. */

static const Paddle__Attr *
find (const PdNode *n, const char *name)
{
  for (gsize i = 0; i < n->op->n_attrs; i++)
    if (g_strcmp0 (n->op->attrs[i]->name, name) == 0)
      return n->op->attrs[i];
  return NULL;
}

gboolean
pd_has_attr (const PdNode *n, const char *name)
{
  return find (n, name) != NULL;
}

static double
scalar_value (const Paddle__Scalar *scalar)
{
  if (scalar->has_r)
    return scalar->r;
  return scalar->has_i ? (double) scalar->i : scalar->b;
}

/* The one number that @attr holds. */
static gboolean
number (const Paddle__Attr *a, double *value)
{
  if (a->has_f)
    *value = a->f;
  else if (a->has_float64)
    *value = a->float64;
  else if (a->has_i)
    *value = a->i;
  else if (a->has_l)
    *value = (double) a->l;
  else if (a->has_b)
    *value = a->b;
  else if (a->scalar != NULL)
    *value = scalar_value (a->scalar);
  else
    return FALSE;
  return TRUE;
}

double
pd_float (PdNode *n, const char *name, double fallback)
{
  const Paddle__Attr *a = find (n, name);
  double value = fallback;

  if (a != NULL && !number (a, &value))
    weir_make_invalid (&n->make, "attribute '%s': expected a number", name);
  return value;
}

gint64
pd_int (PdNode *n, const char *name, gint64 fallback)
{
  const Paddle__Attr *a = find (n, name);

  if (a != NULL && a->has_block_idx)
    return a->block_idx;
  if (a != NULL && a->has_l)
    return a->l;
  if (a == NULL || a->has_i || a->has_b)
    return a == NULL ? fallback : a->has_i ? a->i : a->b;
  weir_make_invalid (&n->make, "attribute '%s': expected an integer", name);
  return fallback;
}

gboolean
pd_bool (PdNode *n, const char *name, gboolean fallback)
{
  return pd_int (n, name, fallback) != 0;
}

const char *
pd_string (PdNode *n, const char *name, const char *fallback)
{
  const Paddle__Attr *a = find (n, name);

  if (a != NULL && a->s == NULL)
    weir_make_invalid (&n->make, "attribute '%s': expected text", name);
  return a != NULL && a->s != NULL ? a->s : fallback;
}

static gsize
list_length (const Paddle__Attr *a)
{
  return MAX (MAX (MAX (a->n_ints, a->n_longs), MAX (a->n_floats, a->n_float64s)),
              MAX (a->n_bools, a->n_scalars));
}

static double
list_float (const Paddle__Attr *a, gsize i)
{
  if (i < a->n_floats)
    return a->floats[i];
  if (i < a->n_float64s)
    return a->float64s[i];
  if (i < a->n_ints)
    return a->ints[i];
  if (i < a->n_longs)
    return (double) a->longs[i];
  if (i < a->n_bools)
    return a->bools[i];
  return i < a->n_scalars ? scalar_value (a->scalars[i]) : 0;
}

static gint64
list_int (const Paddle__Attr *a, gsize i)
{
  if (i < a->n_longs)
    return a->longs[i];
  if (i < a->n_scalars && a->scalars[i]->has_i)
    return a->scalars[i]->i;
  return i < a->n_ints ? a->ints[i] : (gint64) list_float (a, i);
}

/* The length of list @name; a single number counts as none. */
static guint
length_of (PdNode *n, const char *name, const Paddle__Attr *a, guint max)
{
  gsize count = a != NULL ? list_length (a) : 0;

  if (count <= max)
    return (guint) count;
  weir_make_invalid (&n->make, "attribute '%s': expected at most %u numbers, found %zu",
                     name, max, count);
  return 0;
}

guint
pd_ints (PdNode *n, const char *name, gint64 *values, guint max)
{
  const Paddle__Attr *a = find (n, name);
  guint count = length_of (n, name, a, max);

  for (guint i = 0; i < count; i++)
    values[i] = list_int (a, i);
  if (a == NULL || count > 0 || max == 0 || (!a->has_i && !a->has_l))
    return count;
  values[0] = a->has_i ? a->i : a->l;
  return 1;
}

guint
pd_floats (PdNode *n, const char *name, double *values, guint max)
{
  const Paddle__Attr *a = find (n, name);
  guint count = length_of (n, name, a, max);

  for (guint i = 0; i < count; i++)
    values[i] = list_float (a, i);
  if (count == 0 && a != NULL && max > 0 && number (a, &values[0]))
    return 1;
  return count;
}

WeirDtype
pd_attr_dtype (PdNode *n, const char *name, WeirDtype fallback)
{
  gint64 type = pd_int (n, name, -1);
  WeirDtype dtype = type >= 0 ? pd_dtype (type) : fallback;

  if (type >= 0 && dtype == WEIR_DTYPE_UNKNOWN)
    weir_make_unsupported (&n->make, "attribute '%s': elements of type %" G_GINT64_FORMAT,
                           name, type);
  return dtype;
}

WeirTensor *
pd_attr_tensor (PdNode *n, const char *name, WeirDtype dtype)
{
  const Paddle__Attr *a = find (n, name);
  gsize count = a != NULL ? list_length (a) : 0;
  WeirShape shape = WEIR_SHAPE ((gint64) count);
  g_autoptr (WeirTensor) tensor = NULL;
  gboolean real = a != NULL && a->n_floats + a->n_float64s > 0;

  if (count == 0 || weir_build_failed (n->make.b))
    return NULL;
  if (a->n_scalars > 0)
    real = a->scalars[0]->has_r;
  tensor =
      weir_tensor_new (real ? WEIR_DTYPE_F64 : WEIR_DTYPE_I64, &shape, &n->make.b->error);
  if (tensor == NULL)
    return NULL;
  for (gsize i = 0; i < count; i++) {
    if (real)
      ((double *) weir_tensor_writable (tensor))[i] = list_float (a, i);
    else
      ((gint64 *) weir_tensor_writable (tensor))[i] = list_int (a, i);
  }
  return weir_tensor_convert (tensor, dtype, &n->make.b->error);
}
