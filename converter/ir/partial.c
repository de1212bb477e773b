#include "partial.h"

#include "evaluate.h"

/* The number of elements of a list that may be known in part, or 0. */
static gsize
list_length (const WeirValueInfo *info)
{
  gsize count;

  if ((info->dtype != WEIR_DTYPE_I64 && info->dtype != WEIR_DTYPE_I32) ||
      !weir_shape_is_static (&info->shape) ||
      !weir_shape_count (&info->shape, &count, NULL))
    return 0;
  return count <= WEIR_MAX_RANK ? count : 0;
}

static guint
full_mask (gsize count)
{
  return (1u << count) - 1;
}

static guint
mask_of (const WeirValueInfo *info, gsize count)
{
  return info->value != NULL ? full_mask (count) : info->partial.mask;
}

/* A tensor like @info. Unknown elements are 1, which nothing fails on. */
static WeirTensor *
contents (const WeirValueInfo *info, gsize count)
{
  WeirTensor *tensor;

  if (info->value != NULL)
    return weir_tensor_ref (info->value);
  tensor = weir_tensor_new (info->dtype, &info->shape, NULL);
  for (gsize i = 0; tensor != NULL && i < count; i++)
    weir_dtype_store_int (info->dtype, weir_tensor_writable (tensor), i,
                          (info->partial.mask >> i & 1) != 0 ? info->partial.values[i]
                                                             : 1);
  return tensor;
}

/* A tensor like @info with ones where its elements are known, zeros elsewhere. */
static WeirTensor *
ones_where_known (const WeirValueInfo *info, gsize count)
{
  WeirTensor *tensor = weir_tensor_new (info->dtype, &info->shape, NULL);

  for (gsize i = 0; tensor != NULL && i < count; i++)
    weir_dtype_store_int (info->dtype, weir_tensor_writable (tensor), i,
                          mask_of (info, count) >> i & 1);
  return tensor;
}

/* Which elements of an element-wise result are known: those whose operands all are. */
static guint
elementwise_mask (const WeirNode *node, const WeirValueInfo *inputs, gsize count)
{
  guint mask = full_mask (count);

  for (guint i = 0; i < node->n_inputs; i++) {
    gsize n = list_length (&inputs[i]);
    guint known = mask_of (&inputs[i], n);

    if (n == 1 && known != 0)
      known = full_mask (count);
    mask &= n == count || n == 1 ? known : 0;
  }
  return mask;
}

static void
set_partial (WeirValueInfo *info, WeirTensor *value, guint mask, gsize count)
{
  if (weir_tensor_count (value) != count || mask == 0)
    return;
  if (mask == full_mask (count))
    info->value = weir_tensor_ref (value);
  info->partial.mask = (guint8) mask;
  for (gsize i = 0; i < count; i++)
    info->partial.values[i] = weir_tensor_get_int (value, i);
}

static guint
mask_from (const WeirTensor *ones)
{
  guint mask = 0;

  for (gsize i = 0; i < weir_tensor_count (ones) && i < WEIR_MAX_RANK; i++)
    mask |= (weir_tensor_get_int (ones, i) == 1 ? 1u : 0u) << i;
  return mask;
}

/* The inputs that are known, or short lists that @open allows to be known in part;
 * whether that is enough to begin with. */
static gboolean
is_open (const WeirNode *node, const WeirValueInfo *inputs, guint open)
{
  guint known = 0;

  for (guint i = 0; i < node->n_inputs; i++) {
    gboolean list = i < 8 && (open >> i & 1) != 0 && list_length (&inputs[i]) > 0;

    if (inputs[i].value == NULL && !list)
      return FALSE;
    known |= list ? mask_of (&inputs[i], list_length (&inputs[i])) : 0;
  }
  return known != 0;
}

static gboolean
has_lists (const WeirNode *node, const WeirValueInfo *outputs)
{
  for (guint i = 0; i < node->n_outputs; i++)
    if (outputs[i].value != NULL || list_length (&outputs[i]) == 0)
      return FALSE;
  return node->n_outputs > 0 && node->op->evaluate != NULL;
}

typedef WeirTensor *(*Fill) (const WeirValueInfo *info, gsize count);

/* Evaluates @node on its inputs, those of @open as @fill makes them. */
static gboolean
evaluate (const WeirNode *node, const WeirValueInfo *inputs, guint open, Fill fill,
          WeirTensor **outputs)
{
  g_autofree WeirTensor **tensors = g_new0 (WeirTensor *, node->n_inputs);
  gboolean good = TRUE;

  for (guint i = 0; i < node->n_inputs; i++) {
    gboolean list = i < 8 && (open >> i & 1) != 0 && list_length (&inputs[i]) > 0;

    tensors[i] = list ? fill (&inputs[i], list_length (&inputs[i]))
                      : weir_tensor_ref (inputs[i].value);
    good &= tensors[i] != NULL;
  }
  good = good && weir_node_evaluate (node, tensors, outputs, NULL, NULL);
  for (guint i = 0; i < node->n_inputs; i++)
    weir_tensor_unref (tensors[i]);
  return good;
}

/* What an operation moves is run a second time on ones and zeros, which end up where the
 * known and the unknown elements do. */
void
weir_partial_infer (const WeirNode *node, const WeirValueInfo *inputs,
                    WeirValueInfo *outputs)
{
  gboolean elementwise = (node->op->flags & (WEIR_OP_UNARY | WEIR_OP_BINARY)) != 0;
  guint open = elementwise ? 3 : node->op->moves;
  g_autofree WeirTensor **values = g_new0 (WeirTensor *, MAX (node->n_outputs, 1));
  g_autofree WeirTensor **ones = g_new0 (WeirTensor *, MAX (node->n_outputs, 1));

  if (open == 0 || !has_lists (node, outputs) || !is_open (node, inputs, open) ||
      !evaluate (node, inputs, open, contents, values))
    return;
  if (elementwise || evaluate (node, inputs, open, ones_where_known, ones))
    for (guint i = 0; i < node->n_outputs; i++) {
      gsize count = list_length (&outputs[i]);

      set_partial (&outputs[i], values[i],
                   elementwise ? elementwise_mask (node, inputs, count)
                               : mask_from (ones[i]),
                   count);
    }
  for (guint i = 0; i < node->n_outputs; i++) {
    weir_tensor_unref (values[i]);
    weir_tensor_unref (ones[i]);
  }
}
