#include "list.h"
#include "move.h"

/* Broadcast: a tensor repeated to a target shape.
 *
 * "numpy" and "bidirectional" align shapes at their ends; the second lets the input
 * stretch the target too. "explicit" takes a list that says where each dimension of the
 * input goes, "pdpd" puts the whole input at an axis of the target. */

static const WeirAttrRow attrs[] = {
  { "mode", WEIR_ATTR_STRING, "numpy", "numpy|explicit|none|pdpd|bidirectional", 0, 0 },
  { NULL },
};

/* Where each dimension of the input goes; @places[i] < 0 means unknown. */
static gboolean
find_places (const WeirInfer *infer, const WeirShape *x, const WeirShape *target,
             int *places, GError **error)
{
  gboolean named = weir_node_string_is (infer->node, "mode", "explicit") ||
                   weir_node_string_is (infer->node, "mode", "none");
  gboolean pdpd = weir_node_string_is (infer->node, "mode", "pdpd");
  WeirList axes = { .n = -1 };
  int last = -1;

  if (named && infer->n_inputs < 3)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "mode 'explicit' needs a third input, axes_mapping");
  if ((named && !weir_list_input (infer, 2, "axes_mapping", &axes, error)) ||
      (named && !weir_list_length (&axes, "axes_mapping", x->rank, error)))
    return FALSE;
  for (int i = 0; i < x->rank; i++) {
    places[i] = pdpd ? i : i + target->rank - x->rank;
    if (named && !axes.known)
      places[i] = -1;
    else if (named && (axes.values[i] <= last || axes.values[i] >= target->rank))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "axes_mapping[%d] is %" G_GINT64_FORMAT
                        ", expected more than the one before and less than %d",
                        i, axes.values[i], target->rank);
    else if (named)
      places[i] = last = (int) axes.values[i];
    else if (places[i] < 0 || places[i] >= target->rank)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "an input of rank %d does not broadcast to rank %d", x->rank,
                        target->rank);
  }
  return TRUE;
}

/* Compares, and learns unknown dimensions of the target from those that cannot stretch.
 */
static gboolean
check_places (const WeirShape *x, WeirShape *target, const int *places, GError **error)
{
  for (int i = 0; i < x->rank; i++) {
    gint64 have = x->dims[i], want = places[i] < 0 ? -1 : target->dims[places[i]];

    if (have >= 0 && want >= 0 && have != 1 && have != want) {
      g_autofree char *from = weir_shape_to_string (x);
      g_autofree char *to = weir_shape_to_string (target);
      return weir_fail (error, WEIR_ERROR_SHAPE, "%s does not broadcast to %s", from, to);
    }
    if (places[i] >= 0 && want < 0 && have > 1)
      target->dims[places[i]] = have;
  }
  return TRUE;
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  int places[WEIR_MAX_RANK];
  WeirShape y;
  WeirList target;

  if (!weir_list_input (infer, 1, "target_shape", &target, error))
    return FALSE;
  if (target.n > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_LIMIT, "rank %d is beyond the largest of %d",
                      target.n, WEIR_MAX_RANK);
  y = weir_shape_unknown (target.n);
  for (int i = 0; i < y.rank; i++)
    if ((target.mask >> i & 1) != 0 && target.values[i] < 0)
      return weir_fail (error, WEIR_ERROR_SHAPE, "target dimension %d is negative", i);
    else if ((target.mask >> i & 1) != 0)
      y.dims[i] = target.values[i];
  if (weir_node_string_is (infer->node, "mode", "bidirectional")) {
    if (!weir_shape_broadcast (x, &y, &y, error))
      return FALSE;
  } else if (x->rank >= 0 && y.rank >= 0 &&
             (!find_places (infer, x, &y, places, error) ||
              !check_places (x, &y, places, error)))
    return FALSE;
  return weir_infer_sized (infer, 0, infer->inputs[0].dtype, &y, error);
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]), *out = &eval->infos[0].shape;
  gint64 steps[WEIR_MAX_RANK], from[WEIR_MAX_RANK] = { 0 }, to[WEIR_MAX_RANK];
  int places[WEIR_MAX_RANK];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  WeirMove move = { 0 };

  if (y == NULL || !find_places (eval->infer, x, out, places, error))
    return FALSE;
  weir_move_steps (x, steps);
  weir_move_steps (out, to);
  for (int i = 0; i < x->rank; i++)
    if (x->dims[i] != 1)
      from[places[i]] = steps[i];
  for (int i = 0; i < out->rank; i++)
    weir_move_loop (&move, out->dims[i], from[i], to[i]);
  weir_move_run (&move, eval->inputs[0], 0, y, 0);
  return TRUE;
}

WEIR_OP_DEFINE (broadcast_to) = {
  .name = "Broadcast",
  .versions = { 1, 3 },
  .preferred = 3,
  .min_inputs = 2,
  .max_inputs = 3,
  .outputs = 1,
  .moves = 1,
  .attrs = attrs,
  .summary = "A tensor repeated to a target shape",
  .infer = infer,
  .evaluate = evaluate,
};
