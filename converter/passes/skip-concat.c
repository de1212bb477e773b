#include "list.h"

#include "ir/edit.h"
#include "slices.h"

/* What a Concat has joined and a Split or a Slice takes apart again at the same places:
 * the parts themselves. */

static gboolean
axis_of (const WeirNode *concat, int *axis)
{
  int rank = concat->outputs[0].info.shape.rank;

  return rank > 0 && weir_shape_axis (weir_node_int (concat, "axis"), rank, axis, NULL);
}

/* The part of @concat that lies from @begin on and is @length long. */
static gboolean
find_part (const WeirGraph *graph, const WeirNode *concat, int axis, gint64 begin,
           gint64 length, WeirPort *part)
{
  gint64 at = 0;

  for (guint i = 0; i < concat->n_inputs && at <= begin; i++) {
    gint64 size = weir_graph_shape (graph, concat->inputs[i])->dims[axis];

    if (size < 0)
      return FALSE;
    if (at == begin && size == length) {
      *part = concat->inputs[i];
      return TRUE;
    }
    at += size;
  }
  return FALSE;
}

/* Each part by itself; the Split stays for those that are none. */
static gboolean
split (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *concat = weir_match_input (graph, node, 0, "Concat");
  gint64 axes[2 * WEIR_MAX_RANK], begin = 0;
  int axis;
  gsize n;

  (void) error;
  if (concat == NULL || !axis_of (concat, &axis) ||
      !weir_pass_axes (graph, node, 1, concat->outputs[0].info.shape.rank, axes, &n) ||
      n != 1 || axes[0] != axis)
    return TRUE;
  for (guint i = 0; i < node->n_outputs; i++) {
    gint64 length = node->outputs[i].info.shape.dims[axis];
    guint uses = weir_graph_n_uses (graph, WEIR_PORT (node, i));
    WeirPort part;

    if (length < 0)
      break;
    if (uses > 0 && find_part (graph, concat, axis, begin, length, &part)) {
      weir_edit_bypass (graph, WEIR_PORT (node, i), part);
      *changed = *changed || weir_graph_n_uses (graph, WEIR_PORT (node, i)) < uses;
    }
    begin += length;
  }
  weir_edit_remove_unused (graph, node);
  return TRUE;
}

/* The one dimension that @slice cuts; -1 where there are more, or none. */
static int
only_axis (const WeirPassSlice *slice)
{
  int axis = -1;

  for (int i = 0; i < slice->rank; i++) {
    if (slice->whole[i])
      continue;
    if (axis >= 0)
      return -1;
    axis = i;
  }
  return axis;
}

static gboolean
slice (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *concat = weir_match_input (graph, node, 0, "Concat");
  gint64 begin, size, length;
  WeirPassSlice cut;
  WeirPort part;
  int axis;

  (void) error;
  if (concat == NULL || !axis_of (concat, &axis) ||
      !weir_pass_slice_of (graph, node, &cut) || only_axis (&cut) != axis ||
      cut.step[axis] != 1)
    return TRUE;
  size = concat->outputs[0].info.shape.dims[axis];
  length = node->outputs[0].info.shape.dims[axis];
  if (size < 0 || length < 1)
    return TRUE;
  begin = cut.begin[axis] < 0 ? cut.begin[axis] + size : cut.begin[axis];
  if (find_part (graph, concat, axis, MAX (begin, 0), length, &part))
    weir_pass_take_place (graph, node, part, changed);
  return TRUE;
}

static const WeirRewrite rows[] = {
  { "Split", split }, { "VariadicSplit", split },
  { "Slice", slice }, { "StridedSlice", slice },
  { NULL },
};

gboolean
weir_pass_skip_concat (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
