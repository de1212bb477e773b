#include "transpose-rules.h"

#include "base/checked.h"

/* Operations that take dimensions away or add some. */

typedef struct {
  gint64 values[2 * WEIR_MAX_RANK];
  gsize n;
} Axes;

static guint
mask_of (const Axes *axes)
{
  guint mask = 0;

  for (gsize i = 0; i < axes->n; i++)
    mask |= 1u << axes->values[i];
  return mask;
}

/* The order of what is left where the dimensions in @removed go. */
static WeirPassOrder
order_without (const WeirPassOrder *order, guint removed)
{
  WeirPassOrder rest = { 0 };
  gint8 left[WEIR_MAX_RANK], n = 0;

  for (int i = 0; i < order->rank; i++)
    left[i] = (removed >> i & 1) != 0 ? -1 : n++;
  for (int i = 0; i < order->rank; i++)
    if (left[order->at[i]] >= 0)
      rest.at[rest.rank++] = left[order->at[i]];
  return rest;
}

/* The order with the dimensions in @added, which stay where they are. */
static WeirPassOrder
order_with (const WeirPassOrder *order, guint added, int rank)
{
  WeirPassOrder whole = { .rank = rank };
  gint8 places[WEIR_MAX_RANK];
  int n = 0;

  for (int i = 0; i < rank; i++)
    if ((added >> i & 1) == 0)
      places[n++] = (gint8) i;
  n = 0;
  for (int i = 0; i < rank; i++)
    whole.at[i] = (gint8) ((added >> i & 1) != 0 ? i : places[order->at[n++]]);
  return whole;
}

static WeirPort
build_axes (const WeirPassFrame *frame, WeirBuilder *builder, guint input,
            const Axes *axes, const WeirPassOrder *order)
{
  const WeirNode *old = weir_node_input (frame->graph, frame->node, input);
  gint64 moved[WEIR_MAX_RANK * 2];

  for (gsize i = 0; i < axes->n; i++)
    moved[i] = weir_pass_order_position (order, (int) axes->values[i]);
  if (weir_graph_shape (frame->graph, frame->node->inputs[input])->rank == 0)
    return weir_build_i64_scalar (builder, old->name, moved[0]);
  return weir_build_i64 (builder, old->name, moved, axes->n);
}

static gboolean
rebuild_with_axes (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
                   WeirPort *outputs, guint input, const Axes *axes,
                   const WeirPassOrder *order)
{
  inputs[input] = build_axes (frame, builder, input, axes, order);
  return !weir_build_failed (builder) &&
         weir_pass_frame_outputs (
             builder, weir_pass_frame_rebuild (frame, builder, inputs), outputs);
}

static int
input_rank (const WeirPassFrame *frame)
{
  return weir_graph_shape (frame->graph, frame->node->inputs[0])->rank;
}

static gboolean
axes_of (const WeirPassFrame *frame, guint input, int rank, Axes *axes)
{
  return input < frame->node->n_inputs &&
         weir_pass_axes (frame->graph, frame->node, input, rank, axes->values,
                         &axes->n) &&
         axes->n <= WEIR_MAX_RANK;
}

/* Axes in @input go, which are known from the input's order alone. */
static WeirPassRelation
relate_removal (WeirPassFrame *frame, guint input)
{
  Axes axes;

  if (!axes_of (frame, input, input_rank (frame), &axes))
    return WEIR_PASS_BARRIER;
  if (frame->in[0].rank == 0)
    return WEIR_PASS_PARTIAL;
  frame->out[0] = order_without (&frame->in[0], mask_of (&axes));
  return WEIR_PASS_COMPLETE;
}

static WeirPassRelation
relate_reduce (WeirPassFrame *frame, gconstpointer detail)
{
  Axes axes;

  (void) detail;
  if (!weir_node_bool (frame->node, "keep_dims"))
    return relate_removal (frame, 1);
  return axes_of (frame, 1, input_rank (frame), &axes)
             ? weir_pass_frame_all_same (frame, 1)
             : WEIR_PASS_BARRIER;
}

static gboolean
rebuild_reduce (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
                WeirPort *outputs, gconstpointer detail)
{
  Axes axes;

  (void) detail;
  axes_of (frame, 1, frame->in[0].rank, &axes);
  return rebuild_with_axes (frame, builder, inputs, outputs, 1, &axes, &frame->in[0]);
}

/* One index: the dimension goes. A list of them: it stays. */
static WeirPassRelation
relate_gather (WeirPassFrame *frame, gconstpointer detail)
{
  int indices = weir_graph_shape (frame->graph, frame->node->inputs[1])->rank;
  Axes axes;

  (void) detail;
  if (weir_node_int (frame->node, "batch_dims") != 0 || indices < 0 || indices > 1)
    return WEIR_PASS_BARRIER;
  if (indices == 0)
    return relate_removal (frame, 2);
  return axes_of (frame, 2, input_rank (frame), &axes)
             ? weir_pass_frame_all_same (frame, 1)
             : WEIR_PASS_BARRIER;
}

static gboolean
rebuild_gather (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
                WeirPort *outputs, gconstpointer detail)
{
  Axes axes;

  (void) detail;
  axes_of (frame, 2, frame->in[0].rank, &axes);
  return rebuild_with_axes (frame, builder, inputs, outputs, 2, &axes, &frame->in[0]);
}

static WeirPassRelation
relate_squeeze (WeirPassFrame *frame, gconstpointer detail)
{
  int rank = input_rank (frame);
  Axes axes;

  (void) detail;
  if (!axes_of (frame, 1, rank, &axes))
    return WEIR_PASS_BARRIER;
  if (frame->in[0].rank == 0 && frame->out[0].rank == 0)
    return WEIR_PASS_PARTIAL;
  if (frame->in[0].rank == 0)
    frame->in[0] = order_with (&frame->out[0], mask_of (&axes), rank);
  frame->out[0] = order_without (&frame->in[0], mask_of (&axes));
  return WEIR_PASS_COMPLETE;
}

static WeirPassRelation
relate_unsqueeze (WeirPassFrame *frame, gconstpointer detail)
{
  int rank = frame->node->outputs[0].info.shape.rank;
  Axes axes;

  (void) detail;
  if (!axes_of (frame, 1, rank, &axes))
    return WEIR_PASS_BARRIER;
  if (frame->in[0].rank == 0 && frame->out[0].rank == 0)
    return WEIR_PASS_PARTIAL;
  if (frame->out[0].rank == 0)
    frame->out[0] = order_with (&frame->in[0], mask_of (&axes), rank);
  frame->in[0] = order_without (&frame->out[0], mask_of (&axes));
  return WEIR_PASS_COMPLETE;
}

static gboolean
rebuild_unsqueeze (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
                   WeirPort *outputs, gconstpointer detail)
{
  Axes axes;

  (void) detail;
  axes_of (frame, 1, frame->out[0].rank, &axes);
  return rebuild_with_axes (frame, builder, inputs, outputs, 1, &axes, &frame->out[0]);
}

/* The shape is the same, its entries brought back to their places. */
static WeirPassRelation
relate_shape_of (WeirPassFrame *frame, gconstpointer detail)
{
  (void) detail;
  return frame->in[0].rank > 0 ? WEIR_PASS_COMPLETE : WEIR_PASS_PARTIAL;
}

static gboolean
rebuild_shape_of (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
                  WeirPort *outputs, gconstpointer detail)
{
  g_autofree char *moved_name = g_strconcat (frame->node->name, "/moved", NULL);
  g_autofree char *list_name = g_strconcat (frame->node->name, "/order", NULL);
  WeirPassOrder back = weir_pass_order_inverse (&frame->in[0]);
  gint64 places[WEIR_MAX_RANK];
  WeirPort moved, list, axis;

  (void) detail;
  for (int i = 0; i < back.rank; i++)
    places[i] = back.at[i];
  moved = weir_build_end (
      builder, weir_build_begin_like (builder, frame->node, moved_name, inputs, 1));
  list = weir_build_i64 (builder, list_name, places, (gsize) back.rank);
  axis = weir_build_i64_scalar (builder, list_name, 0);
  outputs[0] =
      weir_build (builder, "Gather", frame->node->name, WEIR_INPUTS (moved, list, axis));
  return !weir_build_failed (builder);
}

/* A Transpose between other forms is one too: by way of the natural ones. */
static WeirPassRelation
relate_transpose (WeirPassFrame *frame, gconstpointer detail)
{
  WeirPassOrder order;

  (void) detail;
  if (!weir_pass_order_of (frame->graph, frame->node, &order))
    return WEIR_PASS_BARRIER;
  if (frame->in[0].rank == 0 && frame->out[0].rank == 0)
    return WEIR_PASS_PARTIAL;
  if (frame->in[0].rank == 0)
    frame->in[0] = frame->out[0];
  if (frame->out[0].rank == 0)
    frame->out[0] = frame->in[0];
  return WEIR_PASS_COMPLETE;
}

static gboolean
rebuild_transpose (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
                   WeirPort *outputs, gconstpointer detail)
{
  WeirPassOrder order, moved;

  (void) detail;
  weir_pass_order_of (frame->graph, frame->node, &order);
  moved.rank = order.rank;
  for (int i = 0; i < order.rank; i++)
    moved.at[i] =
        (gint8) weir_pass_order_position (&frame->in[0], order.at[frame->out[0].at[i]]);
  outputs[0] = weir_pass_order_build (builder, frame->node->name, inputs[0], &moved);
  return !weir_build_failed (builder);
}

#define REDUCTION(op)                       \
  {                                         \
    op, relate_reduce, rebuild_reduce, NULL \
  }

const WeirPassTransposeRule weir_pass_transpose_ranks[] = {
  REDUCTION ("ReduceMean"),
  REDUCTION ("ReduceSum"),
  REDUCTION ("ReduceMax"),
  REDUCTION ("ReduceMin"),
  REDUCTION ("ReduceProd"),
  REDUCTION ("ReduceL1"),
  REDUCTION ("ReduceL2"),
  REDUCTION ("ReduceLogicalAnd"),
  REDUCTION ("ReduceLogicalOr"),
  { "Gather", relate_gather, rebuild_gather, NULL },
  { "Squeeze", relate_squeeze, rebuild_reduce, NULL },
  { "Unsqueeze", relate_unsqueeze, rebuild_unsqueeze, NULL },
  { "ShapeOf", relate_shape_of, rebuild_shape_of, NULL },
  { "Transpose", relate_transpose, rebuild_transpose, NULL },
  { "Reshape", weir_pass_relate_reshape, weir_pass_rebuild_reshape, NULL },
  { NULL },
};
