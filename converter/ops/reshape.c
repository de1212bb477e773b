#include "list.h"

/* Reshape, Squeeze, Unsqueeze: another shape for the same elements, which stay where they
 * are. */

static const WeirAttrRow reshape_attrs[] = {
  { "special_zero", WEIR_ATTR_BOOL, NULL, NULL, 0, 0 },
  { NULL },
};

/* The target of a Reshape: what its list says, and what follows from the input's shape.
 */
typedef struct {
  WeirShape shape;
  int rest;                       /* the dimension that was given as -1, or -1 */
  gboolean copied[WEIR_MAX_RANK]; /* dimensions that a special zero took over */
} Target;

static gboolean
target_dim (Target *target, int i, gint64 value, const WeirShape *x,
            gboolean special_zero, GError **error)
{
  if (value < -1 || (value == -1 && target->rest >= 0))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "target dimension %d is %" G_GINT64_FORMAT
                      ", expected a size, or one -1 for the rest",
                      i, value);
  if (value == -1)
    target->rest = i;
  if (value != 0 || !special_zero) {
    target->shape.dims[i] = value;
    return TRUE;
  }
  if (x->rank >= 0 && i >= x->rank)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "target dimension %d is copied from an input of rank %d", i,
                      x->rank);
  target->copied[i] = x->rank >= 0;
  target->shape.dims[i] = x->rank >= 0 ? x->dims[i] : WEIR_DIM_UNKNOWN;
  return TRUE;
}

static gboolean
product (const WeirShape *shape, const gboolean *skip, int skip_too, gint64 *result)
{
  *result = 1;
  for (int i = 0; i < shape->rank; i++)
    if (!skip[i] && i != skip_too &&
        (shape->dims[i] < 0 || !weir_mul_i64 (*result, shape->dims[i], result)))
      return FALSE;
  return TRUE;
}

/* Fills the -1 in and compares sizes as far as both are known; dimensions that were
 * copied stand on both sides and need not be known for it. The rest of nothing is 1, as
 * OpenVINO takes it. */
static gboolean
target_balance (Target *target, const WeirShape *x, GError **error)
{
  gint64 have, want;
  gboolean fits;

  if (x->rank < 0 || !product (x, target->copied, -1, &have) ||
      !product (&target->shape, target->copied, target->rest, &want))
    return TRUE;
  for (int i = 0; i < x->rank; i++)
    if (target->copied[i] && x->dims[i] == 0 && target->rest < 0)
      return TRUE;
  fits = target->rest < 0 ? have == want : want == 0 ? have == 0 : have % want == 0;
  if (!fits) {
    g_autofree char *from = weir_shape_to_string (x);
    g_autofree char *to = weir_shape_to_string (&target->shape);
    return weir_fail (error, WEIR_ERROR_SHAPE, "%s cannot be reshaped to %s", from, to);
  }
  if (target->rest >= 0)
    target->shape.dims[target->rest] = want == 0 ? 1 : have / want;
  return TRUE;
}

/* What a list that is known in part says of the target; a -1 or 0 may hide among the
 * rest. */
static void
target_partial (Target *target, const WeirList *list, const WeirShape *x,
                gboolean special_zero)
{
  target->shape = weir_shape_unknown (list->n);
  for (int i = 0; i < list->n; i++) {
    gint64 value = list->values[i];

    if ((list->mask >> i & 1) == 0 || value < 0)
      continue;
    if (value != 0 || !special_zero)
      target->shape.dims[i] = value;
    else if (i < x->rank)
      target->shape.dims[i] = x->dims[i];
  }
}

static gboolean
reshape_infer (WeirInfer *infer, GError **error)
{
  const WeirValueInfo *x = &infer->inputs[0];
  gboolean special_zero = weir_node_bool (infer->node, "special_zero");
  Target target = { .rest = -1 };
  WeirList list;

  if (!weir_list_input (infer, 1, "shape", &list, error))
    return FALSE;
  if (list.n > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "a target of rank %d is beyond the largest of %d", list.n,
                      WEIR_MAX_RANK);
  if (!list.known) {
    target_partial (&target, &list, &x->shape, special_zero);
    return weir_infer_set (infer, 0, x->dtype, &target.shape);
  }
  target.shape.rank = list.n;
  for (int i = 0; i < list.n; i++)
    if (!target_dim (&target, i, list.values[i], &x->shape, special_zero, error))
      return FALSE;
  if (!target_balance (&target, &x->shape, error))
    return FALSE;
  return weir_infer_set (infer, 0, x->dtype, &target.shape);
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  eval->outputs[0] = weir_tensor_reshape (eval->inputs[0], &eval->infos[0].shape, error);
  return eval->outputs[0] != NULL;
}

WEIR_OP_DEFINE (reshape) = {
  .name = "Reshape",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .moves = 1,
  .attrs = reshape_attrs,
  .summary = "The same elements under another shape",
  .infer = reshape_infer,
  .evaluate = evaluate,
};

static const WeirAttrRow squeeze_attrs[] = {
  { "allow_axis_skip", WEIR_ATTR_BOOL, "false", NULL, 15, 0 },
  { NULL },
};

/* Without axes every dimension of 1 goes. */
static gboolean
squeeze_ones (WeirInfer *infer)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirShape y = WEIR_SHAPE_SCALAR;

  for (int i = 0; i < x->rank; i++) {
    if (x->dims[i] < 0)
      return weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE_UNKNOWN);
    if (x->dims[i] != 1)
      y.dims[y.rank++] = x->dims[i];
  }
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

static gboolean
squeeze_axes (WeirInfer *infer, const WeirList *axes, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  gboolean skip =
      infer->node->version >= 15 && weir_node_bool (infer->node, "allow_axis_skip");
  gboolean gone[WEIR_MAX_RANK] = { FALSE };
  WeirShape y = WEIR_SHAPE_SCALAR;

  for (int i = 0; i < axes->n; i++) {
    int axis;

    if (!weir_shape_axis (axes->values[i], x->rank, &axis, error))
      return FALSE;
    if (x->dims[axis] < 0 && skip)
      return weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE_UNKNOWN);
    if (x->dims[axis] > 1 || x->dims[axis] == 0) {
      if (skip)
        continue;
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "dimension %d is %" G_GINT64_FORMAT
                        ", only 1 can be squeezed out",
                        axis, x->dims[axis]);
    }
    gone[axis] = TRUE;
  }
  for (int i = 0; i < x->rank; i++)
    if (!gone[i])
      y.dims[y.rank++] = x->dims[i];
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

static gboolean
squeeze_infer (WeirInfer *infer, GError **error)
{
  WeirList axes;

  if (!weir_list_input (infer, 1, "axes", &axes, error))
    return FALSE;
  if (infer->inputs[0].shape.rank < 0 || (!axes.known && infer->n_inputs > 1))
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE_UNKNOWN);
  return axes.n > 0 ? squeeze_axes (infer, &axes, error) : squeeze_ones (infer);
}

WEIR_OP_DEFINE (squeeze) = {
  .name = "Squeeze",
  .versions = { 1, 15 },
  .min_inputs = 1,
  .max_inputs = 2,
  .outputs = 1,
  .moves = 1,
  .attrs = squeeze_attrs,
  .summary = "Takes dimensions of 1 away",
  .infer = squeeze_infer,
  .evaluate = evaluate,
};

static gboolean
unsqueeze_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirShape y;
  WeirList axes;
  int next = 0;

  if (!weir_list_input (infer, 1, "axes", &axes, error))
    return FALSE;
  if (x->rank < 0 || axes.n < 0)
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE_UNKNOWN);
  if (x->rank + axes.n > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_LIMIT, "rank %d is beyond the largest of %d",
                      x->rank + axes.n, WEIR_MAX_RANK);
  y = weir_shape_unknown (x->rank + axes.n);
  if (!axes.known)
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  if (!weir_list_axes (&axes, "axes", y.rank, error))
    return FALSE;
  for (int i = 0; i < axes.n; i++)
    y.dims[axes.values[i]] = 1;
  for (int i = 0; i < y.rank; i++)
    if (y.dims[i] < 0)
      y.dims[i] = x->dims[next++];
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

WEIR_OP_DEFINE (unsqueeze) = {
  .name = "Unsqueeze",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .moves = 1,
  .summary = "Inserts dimensions of 1",
  .infer = unsqueeze_infer,
  .evaluate = evaluate,
};
