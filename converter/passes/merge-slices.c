#include "list.h"

#include "slices.h"

/* Slices that follow one another become one. Dimensions that only one of them cuts are
 * cut as before; one that both cut must be known, for the second counts in what the first
 * has left. */

/* A position of a slice that goes forwards, counted from the front of @size elements. */
static gint64
from_front (gint64 position, gint64 size)
{
  return CLAMP (position < 0 ? position + size : position, 0, size);
}

/**
 * @in, @between, @out: elements before, between and after the two
 *
 * What both take of a dimension. Where two elements are left or more, both steps are
 * smaller than what they step through, so that their product is no large number.
 */
static gboolean
join_axis (WeirPassSlice *first, const WeirPassSlice *second, int axis, gint64 in,
           gint64 between, gint64 out)
{
  gint64 begin, step;

  if (in < 0 || between < 1 || out < 1 || first->step[axis] < 1 || second->step[axis] < 1)
    return FALSE;
  begin = from_front (second->begin[axis], between);
  step = between > 1 ? first->step[axis] : 1;
  begin = from_front (first->begin[axis], in) + begin * step;
  step = out > 1 ? step * second->step[axis] : 1;
  first->begin[axis] = begin;
  first->end[axis] = begin + step * (out - 1) + 1;
  first->step[axis] = step;
  return TRUE;
}

static gboolean
join (const WeirGraph *graph, const WeirNode *inner, const WeirNode *node,
      WeirPassSlice *slice)
{
  const WeirShape *in = weir_graph_shape (graph, inner->inputs[0]);
  WeirPassSlice second;

  if (!weir_pass_slice_of (graph, inner, slice) ||
      !weir_pass_slice_of (graph, node, &second) || second.rank != slice->rank)
    return FALSE;
  for (int i = 0; i < slice->rank; i++) {
    if (second.whole[i])
      continue;
    if (!slice->whole[i]) {
      if (!join_axis (slice, &second, i, in->dims[i],
                      inner->outputs[0].info.shape.dims[i],
                      node->outputs[0].info.shape.dims[i]))
        return FALSE;
      continue;
    }
    slice->begin[i] = second.begin[i];
    slice->end[i] = second.end[i];
    slice->step[i] = second.step[i];
    slice->whole[i] = FALSE;
  }
  return TRUE;
}

static gboolean
slice (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *inner = weir_node_input (graph, node, 0);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPassSlice joined;

  if (weir_graph_n_uses (graph, node->inputs[0]) != 1 ||
      !join (graph, inner, node, &joined))
    return TRUE;
  return weir_pass_finish (
      &builder, node,
      weir_pass_slice_build (&builder, node->name, inner->inputs[0], &joined), changed,
      error);
}

static const WeirRewrite rows[] = {
  { "Slice", slice },
  { "StridedSlice", slice },
  { NULL },
};

gboolean
weir_pass_merge_slices (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
