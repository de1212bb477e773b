#include "base/checked.h"
#include "families.h"
#include "operator.h"

/* Parts of values, and values with borders. */

enum {
  SLICE_BEGIN,
  SLICE_END,
  SLICE_ELLIPSIS,
  SLICE_NEW_AXIS,
  SLICE_SHRINK,
  SLICE_OFFSET
};

static void
set_mask (WeirNode *node, const char *attr, gint32 bits, gint64 n)
{
  gint64 mask[32] = { 0 };

  n = CLAMP (n, 0, (gint64) G_N_ELEMENTS (mask));
  for (gint64 i = 0; i < n; i++)
    mask[i] = ((guint32) bits >> i) & 1;
  weir_node_set_ints (node, attr, mask, (gsize) n);
}

static WeirPort
strided_slice (WeirTfliteOp *op)
{
  static const char *const masks[] = { "begin_mask", "end_mask", "ellipsis_mask",
                                       "new_axis_mask", "shrink_axis_mask" };
  WeirPort x = weir_tflite_input (op, 0), begin = weir_tflite_input (op, 1);
  WeirPort end = weir_tflite_input (op, 2);
  WeirShape list = weir_tflite_shape (op, begin);
  WeirNode *node;

  if (list.rank != 1 || list.dims[0] < 0)
    return weir_build_fail (op->builder, WEIR_ERROR_SHAPE,
                            "expected a list of known length as begin");
  if (weir_flat_bool (&op->options, SLICE_OFFSET, FALSE))
    end = weir_tflite_2 (op, "Add", begin, end);
  node = weir_tflite_begin (op, "StridedSlice",
                            WEIR_INPUTS (x, begin, end, weir_tflite_input (op, 3)));
  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    set_mask (node, masks[i], weir_flat_i32 (&op->options, i, 0), list.dims[0]);
  return weir_tflite_end (op, node);
}

/* Where begin and size are constants, so are the ends; a size of -1 goes on to the end.
 */
static gboolean
known_ends (WeirTfliteOp *op, WeirPort *begin, WeirPort *end, WeirPort *step)
{
  gint64 first[WEIR_MAX_RANK], size[WEIR_MAX_RANK], ones[WEIR_MAX_RANK];
  guint n, n_sizes;

  if (!weir_tflite_ints (op, 1, first, WEIR_MAX_RANK, &n) ||
      !weir_tflite_ints (op, 2, size, WEIR_MAX_RANK, &n_sizes))
    return FALSE;
  if (n != n_sizes) {
    weir_build_fail (op->builder, WEIR_ERROR_SHAPE, "%u begins, but %u sizes", n,
                     n_sizes);
    return FALSE;
  }
  for (guint i = 0; i < n; i++) {
    ones[i] = 1;
    if (size[i] == -1 || !weir_add_i64 (first[i], size[i], &size[i]))
      size[i] = G_MAXINT64;
  }
  *begin = weir_tflite_list (op, first, n);
  *end = weir_tflite_list (op, size, n);
  *step = weir_tflite_list (op, ones, n);
  return TRUE;
}

static void
computed_ends (WeirTfliteOp *op, WeirPort begin, WeirPort size, WeirPort *end,
               WeirPort *step)
{
  WeirPort rest = weir_tflite_2 (op, "Equal", size, weir_tflite_number (op, size, -1));

  *end = weir_tflite_3 (op, "Select", rest, weir_tflite_number (op, size, G_MAXINT32),
                        weir_tflite_2 (op, "Add", begin, size));
  *step = weir_tflite_2 (op, "Broadcast", weir_tflite_number (op, size, 1),
                         weir_tflite_1 (op, "ShapeOf", size));
}

static gboolean
is_known (WeirTfliteOp *op, WeirPort port)
{
  return !weir_build_failed (op->builder) &&
         weir_graph_info (op->builder->graph, port)->value != NULL;
}

static WeirPort
slice (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), begin = weir_tflite_input (op, 1);
  WeirPort size = weir_tflite_input (op, 2), end, step;

  if (!is_known (op, begin) || !is_known (op, size))
    computed_ends (op, begin, size, &end, &step);
  else if (!known_ends (op, &begin, &end, &step))
    return WEIR_PORT_NONE;
  return weir_tflite_end (
      op, weir_tflite_begin (op, "Slice", WEIR_INPUTS (x, begin, end, step)));
}

static WeirPort
set_outputs (WeirTfliteOp *op, WeirNode *node)
{
  if (weir_port_is_none (weir_tflite_end (op, node)))
    return WEIR_PORT_NONE;
  for (guint i = 1; i < weir_tflite_n_outputs (op); i++)
    weir_tflite_set_output (op, i, WEIR_PORT (node, i));
  return WEIR_PORT (node, 0);
}

/* The axis comes first. */
static WeirPort
split (WeirTfliteOp *op)
{
  WeirPort axis = weir_tflite_scalar (op, weir_tflite_input (op, 0));
  WeirPort x = weir_tflite_input (op, 1);
  guint n = weir_tflite_n_outputs (op);
  WeirNode *node = weir_build_begin_outputs (
      op->builder, "Split", weir_tflite_name (op, "Split"), WEIR_INPUTS (x, axis), n);

  weir_node_set_int (node, "num_splits", n);
  return set_outputs (op, node);
}

static WeirPort
split_v (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), sizes = weir_tflite_input (op, 1);
  WeirPort axis = weir_tflite_scalar (op, weir_tflite_input (op, 2));

  return set_outputs (op, weir_build_begin_outputs (
                              op->builder, "VariadicSplit",
                              weir_tflite_name (op, "VariadicSplit"),
                              WEIR_INPUTS (x, axis, sizes), weir_tflite_n_outputs (op)));
}

/* Column @column of a table with two columns. */
static WeirPort
column (WeirTfliteOp *op, WeirPort table, gint64 column)
{
  return weir_tflite_3 (op, "Gather", table, weir_tflite_int (op, column),
                        weir_tflite_int (op, 1));
}

/* A table [n, 2] of borders as two lists: of constants where it is one. */
static gboolean
borders (WeirTfliteOp *op, guint index, WeirPort *begin, WeirPort *end)
{
  WeirPort table = weir_tflite_input (op, index);
  WeirShape shape = weir_tflite_shape (op, table);
  gint64 values[2 * WEIR_MAX_RANK], lists[2][WEIR_MAX_RANK];
  guint n;

  if (shape.rank != 2 || shape.dims[1] != 2) {
    weir_build_fail (op->builder, WEIR_ERROR_SHAPE, "expected borders of shape [n,2]");
    return FALSE;
  }
  if (!is_known (op, table)) {
    *begin = column (op, table, 0);
    *end = column (op, table, 1);
    return TRUE;
  }
  if (!weir_tflite_ints (op, index, values, G_N_ELEMENTS (values), &n))
    return FALSE;
  for (guint i = 0; i < n; i++)
    lists[i % 2][i / 2] = values[i];
  *begin = weir_tflite_list (op, lists[0], n / 2);
  *end = weir_tflite_list (op, lists[1], n / 2);
  return TRUE;
}

static WeirPort
pad_with (WeirTfliteOp *op, const char *mode, guint value)
{
  WeirPort ports[4] = { weir_tflite_input (op, 0) };
  WeirNode *node;

  if (!borders (op, 1, &ports[1], &ports[2]))
    return WEIR_PORT_NONE;
  if (value != 0)
    ports[3] = weir_tflite_scalar (op, weir_tflite_input (op, value));
  node = weir_tflite_begin (op, "Pad", ports, value != 0 ? 4 : 3);
  weir_node_set_string (node, "pad_mode", mode);
  return weir_tflite_end (op, node);
}

static WeirPort
pad (WeirTfliteOp *op)
{
  return pad_with (op, "constant", 0);
}

static WeirPort
pad_v2 (WeirTfliteOp *op)
{
  return pad_with (op, "constant", 2);
}

static WeirPort
mirror_pad (WeirTfliteOp *op)
{
  return pad_with (op, weir_flat_i8 (&op->options, 0, 0) == 0 ? "reflect" : "symmetric",
                   0);
}

/* Every axis of the list, from its end to its beginning. */
static WeirPort
reverse_v2 (WeirTfliteOp *op)
{
  const gint64 first[WEIR_MAX_RANK] = { -1, -1, -1, -1, -1, -1, -1, -1 };
  gint64 before[WEIR_MAX_RANK], axes[WEIR_MAX_RANK];
  WeirPort x = weir_tflite_input (op, 0), from, to, step;
  guint n;

  if (!weir_tflite_ints (op, 1, axes, WEIR_MAX_RANK, &n))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < n; i++)
    before[i] = G_MININT64;
  from = weir_tflite_list (op, first, n);
  to = weir_tflite_list (op, before, n);
  step = weir_tflite_list (op, first, n);
  return weir_tflite_end (
      op,
      weir_tflite_begin (
          op, "Slice", WEIR_INPUTS (x, from, to, step, weir_tflite_list (op, axes, n))));
}

static WeirPort
reverse_sequence (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), lengths = weir_tflite_input (op, 1);
  WeirNode *node = weir_tflite_begin (op, "ReverseSequence", WEIR_INPUTS (x, lengths));

  weir_node_set_int (node, "seq_axis", weir_flat_i32 (&op->options, 0, 0));
  weir_node_set_int (node, "batch_axis", weir_flat_i32 (&op->options, 1, 0));
  return weir_tflite_end (op, node);
}

const WeirTfliteRow weir_tflite_ops_slice[] = {
  { "PAD", 34, OPTIONS_NONE, TFL_MOVES, pad },
  { "STRIDED_SLICE", 45, OPTIONS_STRIDED_SLICE, TFL_MOVES, strided_slice },
  { "SPLIT", 49, OPTIONS_SPLIT, 0, split },
  { "PADV2", 60, OPTIONS_NONE, TFL_MOVES, pad_v2 },
  { "SLICE", 65, OPTIONS_NONE, TFL_MOVES, slice },
  { "MIRROR_PAD", 100, OPTIONS_MIRROR_PAD, TFL_MOVES, mirror_pad },
  { "SPLIT_V", 102, OPTIONS_SPLIT_V, TFL_MOVES, split_v },
  { "REVERSE_V2", 105, OPTIONS_NONE, TFL_MOVES, reverse_v2 },
  { "REVERSE_SEQUENCE", 112, OPTIONS_REVERSE_SEQUENCE, TFL_MOVES, reverse_sequence },
  { NULL },
};
