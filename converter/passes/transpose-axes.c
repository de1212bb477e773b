#include "transpose-rules.h"

/* Operations whose values keep their rank, and which name dimensions: by an axis, by a
 * list of axes, or by a list with an entry for each dimension. */

/**
 * Axes:
 * @data_inputs: how many inputs are transposed; WEIR_ANY_NUMBER: all
 * @attr: (nullable): attribute that holds an axis
 * @attr2: (nullable): another
 * @axes_input: input that holds axes, or 0
 * @lists: inputs that hold an entry for each dimension, ended by 0
 */
typedef struct {
  guint data_inputs;
  const char *attr, *attr2;
  guint axes_input;
  guint lists[3];
} Axes;

typedef struct {
  gint64 values[2 * WEIR_MAX_RANK];
  gsize n;
} List;

static gboolean
list_init (const WeirPassFrame *frame, guint input, List *list)
{
  return weir_pass_ints (frame->graph, frame->node, input, list->values, &list->n);
}

static gboolean
axes_init (const WeirPassFrame *frame, guint input, List *list)
{
  int rank = weir_graph_shape (frame->graph, frame->node->inputs[0])->rank;

  return weir_pass_axes (frame->graph, frame->node, input, rank, list->values, &list->n);
}

/* A list on the node's other form; a constant of the same type and rank. */
static WeirPort
build_list (const WeirPassFrame *frame, WeirBuilder *builder, guint input,
            const List *list)
{
  const WeirNode *old = weir_node_input (frame->graph, frame->node, input);
  const WeirValueInfo *info = &old->outputs[0].info;
  WeirShape shape = WEIR_SHAPE ((gint64) list->n);
  WeirTensor *tensor;

  if (info->shape.rank == 0)
    shape.rank = 0;
  tensor = weir_tensor_new (info->dtype, &shape, &builder->error);
  for (gsize i = 0; tensor != NULL && i < list->n; i++)
    weir_dtype_store_int (info->dtype, weir_tensor_writable (tensor), i, list->values[i]);
  return weir_build_constant (builder, old->name, tensor);
}

static void
move_axes (List *list, const WeirPassOrder *order)
{
  for (gsize i = 0; i < list->n; i++)
    list->values[i] = weir_pass_order_position (order, (int) list->values[i]);
}

static void
permute (List *list, const WeirPassOrder *order)
{
  List old = *list;

  for (gsize i = 0; i < list->n; i++)
    list->values[i] = old.values[order->at[i]];
}

static guint
data_inputs (const WeirPassFrame *frame, const Axes *axes)
{
  return axes->data_inputs == WEIR_ANY_NUMBER ? frame->node->n_inputs : axes->data_inputs;
}

/* Whether everything beside the data is constant, and as long as it must be. */
static gboolean
is_known (const WeirPassFrame *frame, const Axes *axes)
{
  int rank = weir_graph_shape (frame->graph, frame->node->inputs[0])->rank;
  List list;

  if (axes->axes_input != 0 && !axes_init (frame, axes->axes_input, &list))
    return FALSE;
  for (const guint *input = axes->lists; *input != 0; input++)
    if (!list_init (frame, *input, &list) || list.n != (gsize) rank)
      return FALSE;
  return TRUE;
}

static WeirPassRelation
relate_axes (WeirPassFrame *frame, gconstpointer detail)
{
  const Axes *axes = detail;

  return is_known (frame, axes)
             ? weir_pass_frame_all_same (frame, data_inputs (frame, axes))
             : WEIR_PASS_BARRIER;
}

static void
move_attr (const WeirPassFrame *frame, WeirNode *node, const char *attr)
{
  int axis;

  if (node == NULL || attr == NULL ||
      !weir_shape_axis (weir_node_int (frame->node, attr), frame->in[0].rank, &axis,
                        NULL))
    return;
  weir_node_set_int (node, attr, weir_pass_order_position (&frame->in[0], axis));
}

static gboolean
rebuild_axes (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
              WeirPort *outputs, gconstpointer detail)
{
  const Axes *axes = detail;
  WeirNode *node;
  List list;

  if (axes->axes_input != 0 && axes_init (frame, axes->axes_input, &list)) {
    move_axes (&list, &frame->in[0]);
    inputs[axes->axes_input] = build_list (frame, builder, axes->axes_input, &list);
  }
  for (const guint *input = axes->lists; *input != 0; input++)
    if (list_init (frame, *input, &list)) {
      permute (&list, &frame->in[0]);
      inputs[*input] = build_list (frame, builder, *input, &list);
    }
  if (weir_build_failed (builder))
    return FALSE;
  node = weir_pass_frame_rebuild (frame, builder, inputs);
  move_attr (frame, node, axes->attr);
  move_attr (frame, node, axes->attr2);
  return weir_pass_frame_outputs (builder, node, outputs);
}

static WeirPassRelation
relate_mvn (WeirPassFrame *frame, gconstpointer detail)
{
  return frame->node->version < 6 ? WEIR_PASS_BARRIER : relate_axes (frame, detail);
}

static WeirPassRelation
relate_broadcast (WeirPassFrame *frame, gconstpointer detail)
{
  return frame->node->n_inputs != 2 ? WEIR_PASS_BARRIER : relate_axes (frame, detail);
}

/* StridedSlice: begin, end, strides and masks for the first dimensions. */

#define OPEN ((gint64) 1)

enum { BEGIN, END, STRIDE, N_LISTS };

static const char *const range_masks[] = { "begin_mask", "end_mask" };
static const char *const rank_masks[] = { "new_axis_mask", "shrink_axis_mask",
                                          "ellipsis_mask" };

static gboolean
keeps_rank (const WeirNode *node)
{
  for (guint m = 0; m < G_N_ELEMENTS (rank_masks); m++) {
    gsize n;
    const gint64 *mask = weir_node_ints (node, rank_masks[m], &n);

    for (gsize i = 0; i < n; i++)
      if (mask[i] != 0)
        return FALSE;
  }
  return TRUE;
}

static WeirPassRelation
relate_strided (WeirPassFrame *frame, gconstpointer detail)
{
  const WeirNode *node = frame->node;
  int rank = weir_graph_shape (frame->graph, node->inputs[0])->rank;
  List list;

  (void) detail;
  if (!keeps_rank (node))
    return WEIR_PASS_BARRIER;
  for (guint i = 1; i < node->n_inputs; i++)
    if (!list_init (frame, i, &list) || (int) list.n > rank)
      return WEIR_PASS_BARRIER;
  return weir_pass_frame_all_same (frame, 1);
}

/* An entry for each dimension, by order: those that are not said are taken whole. */
static gboolean
rebuild_strided (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
                 WeirPort *outputs, gconstpointer detail)
{
  const WeirNode *old = frame->node;
  const WeirPassOrder *order = &frame->in[0];
  gint64 masks[G_N_ELEMENTS (range_masks)][WEIR_MAX_RANK];
  gsize rank = (gsize) order->rank, said = 0;
  WeirNode *node;

  (void) detail;
  for (guint i = 1; i < old->n_inputs; i++) {
    List list;

    list_init (frame, i, &list);
    said = list.n;
    for (; list.n < rank; list.n++)
      list.values[list.n] = i - 1 == STRIDE ? 1 : 0;
    permute (&list, order);
    inputs[i] = build_list (frame, builder, i, &list);
  }
  if (weir_build_failed (builder))
    return FALSE;
  node = weir_pass_frame_rebuild (frame, builder, inputs);
  for (guint m = 0; m < G_N_ELEMENTS (range_masks); m++) {
    for (gsize i = 0; i < rank; i++) {
      gsize from = (gsize) order->at[i];
      masks[m][i] = from < said ? weir_node_int_at (old, range_masks[m], from, 0) : OPEN;
    }
    weir_node_set_ints (node, range_masks[m], masks[m], rank);
  }
  for (guint m = 0; m < G_N_ELEMENTS (rank_masks); m++)
    weir_node_set_ints (node, rank_masks[m], NULL, 0);
  return weir_pass_frame_outputs (builder, node, outputs);
}

/* Inputs that work on chosen axes, given in the last input, or on the first ones. */

static void
implied_axes (List *axes, gsize n)
{
  axes->n = n;
  for (gsize i = 0; i < n; i++)
    axes->values[i] = (gint64) i;
}

/* Slice: start, stop, step, axes. The first three may be unknown: they follow the axes.
 */
static gboolean
slice_axes (const WeirPassFrame *frame, List *axes)
{
  const WeirShape *start = weir_graph_shape (frame->graph, frame->node->inputs[1]);

  if (frame->node->n_inputs > 4)
    return axes_init (frame, 4, axes);
  if (start->rank != 1 || start->dims[0] < 0 || start->dims[0] > WEIR_MAX_RANK)
    return FALSE;
  implied_axes (axes, (gsize) start->dims[0]);
  return TRUE;
}

static WeirPassRelation
relate_slice (WeirPassFrame *frame, gconstpointer detail)
{
  List axes;

  (void) detail;
  return slice_axes (frame, &axes) ? weir_pass_frame_all_same (frame, 1)
                                   : WEIR_PASS_BARRIER;
}

static gboolean
rebuild_slice (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
               WeirPort *outputs, gconstpointer detail)
{
  g_autofree char *name = g_strconcat (frame->node->name, "/axes", NULL);
  WeirPort five[5];
  List axes;

  (void) detail;
  slice_axes (frame, &axes);
  move_axes (&axes, &frame->in[0]);
  for (guint i = 0; i < 4; i++)
    five[i] = inputs[i];
  five[4] = weir_build_i64 (builder, name, axes.values, axes.n);
  return weir_pass_frame_outputs (
      builder, weir_build_begin_like (builder, frame->node, frame->node->name, five, 5),
      outputs);
}

/* Interpolate since version 4: sizes and scales follow the axes, pads the dimensions. */

static guint
interpolate_axes_input (const WeirNode *node)
{
  return node->version >= 11 ? 2 : 3;
}

static gboolean
interpolate_axes (const WeirPassFrame *frame, List *axes)
{
  guint input = interpolate_axes_input (frame->node);

  if (frame->node->n_inputs > input)
    return axes_init (frame, input, axes);
  implied_axes (axes,
                (gsize) weir_graph_shape (frame->graph, frame->node->inputs[0])->rank);
  return TRUE;
}

static gboolean
is_sorted (const List *axes)
{
  for (gsize i = 1; i < axes->n; i++)
    if (axes->values[i] < axes->values[i - 1])
      return FALSE;
  return TRUE;
}

static gboolean
pads_are_zero (const WeirNode *node, const char *attr)
{
  gsize n;
  const gint64 *pads = weir_node_ints (node, attr, &n);

  for (gsize i = 0; i < n; i++)
    if (pads[i] != 0)
      return FALSE;
  return TRUE;
}

/* Axes stay in ascending order: other runtimes take them so. */
static WeirPassRelation
relate_interpolate (WeirPassFrame *frame, gconstpointer detail)
{
  WeirPassRelation relation;
  List axes;

  (void) detail;
  if (frame->node->version < 4 || !pads_are_zero (frame->node, "pads_begin") ||
      !pads_are_zero (frame->node, "pads_end") || !interpolate_axes (frame, &axes))
    return WEIR_PASS_BARRIER;
  relation = weir_pass_frame_all_same (frame, 1);
  if (relation != WEIR_PASS_COMPLETE)
    return relation;
  move_axes (&axes, &frame->in[0]);
  return is_sorted (&axes) ? WEIR_PASS_COMPLETE : WEIR_PASS_BARRIER;
}

static gboolean
rebuild_interpolate (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
                     WeirPort *outputs, gconstpointer detail)
{
  guint input = interpolate_axes_input (frame->node);
  List axes;

  (void) detail;
  interpolate_axes (frame, &axes);
  move_axes (&axes, &frame->in[0]);
  inputs[input] = build_list (frame, builder, input, &axes);
  if (weir_build_failed (builder))
    return FALSE;
  return weir_pass_frame_outputs (
      builder, weir_pass_frame_rebuild (frame, builder, inputs), outputs);
}

static const Axes one_list = { 1, NULL, NULL, 1, { 0 } };
static const Axes concat_axes = { WEIR_ANY_NUMBER, "axis", NULL, 0, { 0 } };
static const Axes attr_axes = { 1, "axis", NULL, 0, { 0 } };
static const Axes sequence_axes = { 1, "seq_axis", "batch_axis", 0, { 0 } };
static const Axes first_list = { 1, NULL, NULL, 0, { 1, 0 } };
static const Axes two_lists = { 1, NULL, NULL, 0, { 1, 2, 0 } };

const WeirPassTransposeRule weir_pass_transpose_axes[] = {
  { "Concat", relate_axes, rebuild_axes, &concat_axes },
  { "Split", relate_axes, rebuild_axes, &one_list },
  { "VariadicSplit", relate_axes, rebuild_axes, &one_list },
  { "Softmax", relate_axes, rebuild_axes, &attr_axes },
  { "LogSoftmax", relate_axes, rebuild_axes, &attr_axes },
  { "TopK", relate_axes, rebuild_axes, &attr_axes },
  { "CumSum", relate_axes, rebuild_axes, &one_list },
  { "LRN", relate_axes, rebuild_axes, &one_list },
  { "NormalizeL2", relate_axes, rebuild_axes, &one_list },
  { "MVN", relate_mvn, rebuild_axes, &one_list },
  { "ReverseSequence", relate_axes, rebuild_axes, &sequence_axes },
  { "Pad", relate_axes, rebuild_axes, &two_lists },
  { "Tile", relate_axes, rebuild_axes, &first_list },
  { "Broadcast", relate_broadcast, rebuild_axes, &first_list },
  { "StridedSlice", relate_strided, rebuild_strided, NULL },
  { "Slice", relate_slice, rebuild_slice, NULL },
  { "Interpolate", relate_interpolate, rebuild_interpolate, NULL },
  { NULL },
};
