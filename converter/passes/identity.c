#include "list.h"

#include "base/checked.h"
#include "ir/edit.h"
#include "rewrite.h"

#include <math.h>
#include <string.h>

/* Removes nodes that hand out what they are given. */

/* Whether output 0 of @node has surely the shape of its input 0. */
static gboolean
keeps_shape (const WeirGraph *graph, const WeirNode *node)
{
  const WeirShape *in = weir_graph_shape (graph, node->inputs[0]);

  return weir_shape_is_static (in) && weir_shape_equal (in, &node->outputs[0].info.shape);
}

static gboolean
pass_through (WeirGraph *graph, WeirNode *node, gboolean *changed)
{
  weir_pass_take_place (graph, node, node->inputs[0], changed);
  return TRUE;
}

static gboolean
always (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  (void) error;
  return pass_through (graph, node, changed);
}

static gboolean
where_shape_stays (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  (void) error;
  return !keeps_shape (graph, node) || pass_through (graph, node, changed);
}

static gboolean
single_input (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  (void) error;
  return node->n_inputs != 1 || pass_through (graph, node, changed);
}

static gboolean
single_output (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  (void) error;
  return node->n_outputs != 1 || pass_through (graph, node, changed);
}

/* x + 0, x * 1, …: the constant must not broadcast the other operand to a new shape. */
typedef struct {
  const char *op;
  double neutral;
  gboolean commutes;
} Neutral;

static const Neutral neutrals[] = {
  { "Add", 0, TRUE },        { "Subtract", 0, FALSE }, { "Multiply", 1, TRUE },
  { "Divide", 1, FALSE },    { "Power", 1, FALSE },    { "LogicalOr", 0, TRUE },
  { "LogicalAnd", 1, TRUE },
};

static const Neutral *
neutral_of (const WeirNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (neutrals); i++)
    if (weir_node_is (node, neutrals[i].op))
      return &neutrals[i];
  return NULL;
}

static gboolean
binary (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const Neutral *neutral = neutral_of (node);
  double value;

  (void) error;
  for (guint i = neutral->commutes ? 0 : 1; i < 2; i++) {
    const WeirShape *other = weir_graph_shape (graph, node->inputs[1 - i]);

    if (weir_pass_scalar (graph, node, i, &value) && value == neutral->neutral &&
        weir_pass_broadcasts_into (weir_graph_shape (graph, node->inputs[i]), other)) {
      weir_pass_take_place (graph, node, node->inputs[1 - i], changed);
      return TRUE;
    }
  }
  return TRUE;
}

/* Whether every value of @from is one of @to, unchanged. */
static gboolean
holds (WeirDtype to, WeirDtype from)
{
  if (weir_dtype_is_integer (from) && weir_dtype_is_integer (to))
    return weir_dtype_bits (to) > weir_dtype_bits (from) &&
           (weir_dtype_is_signed (to) || !weir_dtype_is_signed (from));
  if (weir_dtype_is_float (from) && weir_dtype_is_float (to))
    return weir_dtype_bits (to) > weir_dtype_bits (from);
  return FALSE;
}

/* To the type that it has, or back to the type that it had before it was widened. */
static gboolean
convert (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *first = weir_match_input (graph, node, 0, "Convert");
  WeirDtype to = node->outputs[0].info.dtype, middle, from;

  (void) error;
  if (to == WEIR_DTYPE_UNKNOWN)
    return TRUE;
  if (weir_graph_dtype (graph, node->inputs[0]) == to)
    return pass_through (graph, node, changed);
  if (first == NULL || weir_pass_is_decompression (first))
    return TRUE;
  middle = first->outputs[0].info.dtype;
  from = weir_graph_dtype (graph, first->inputs[0]);
  if (from == to && holds (middle, from))
    weir_pass_take_place (graph, node, first->inputs[0], changed);
  return TRUE;
}

static gboolean
all_are (const gint64 *values, gsize n, gint64 wanted)
{
  for (gsize i = 0; i < n; i++)
    if (values[i] != wanted)
      return FALSE;
  return TRUE;
}

static gboolean
pad (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  gint64 begin[2 * WEIR_MAX_RANK], end[2 * WEIR_MAX_RANK];
  gsize n_begin, n_end;

  (void) error;
  if (!weir_pass_ints (graph, node, 1, begin, &n_begin) ||
      !weir_pass_ints (graph, node, 2, end, &n_end) || !all_are (begin, n_begin, 0) ||
      !all_are (end, n_end, 0))
    return TRUE;
  return pass_through (graph, node, changed);
}

static gboolean
tile (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  gint64 repeats[2 * WEIR_MAX_RANK];
  gsize n;

  (void) error;
  if (!weir_pass_ints (graph, node, 1, repeats, &n) || !all_are (repeats, n, 1) ||
      (gint64) n > weir_graph_shape (graph, node->inputs[0])->rank)
    return TRUE;
  return pass_through (graph, node, changed);
}

static gboolean
mask_is_empty (const WeirNode *node, const char *mask)
{
  gsize n;
  const gint64 *values = weir_node_ints (node, mask, &n);

  return all_are (values, n, 0);
}

/* A slice that takes as much as there is, forwards, takes everything. */
static gboolean
strided_slice (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  gint64 strides[2 * WEIR_MAX_RANK];
  gsize n = 0;

  (void) error;
  if (!mask_is_empty (node, "new_axis_mask") ||
      !mask_is_empty (node, "shrink_axis_mask") || !keeps_shape (graph, node))
    return TRUE;
  if (node->n_inputs > 3 &&
      (!weir_pass_ints (graph, node, 3, strides, &n) || !all_are (strides, n, 1)))
    return TRUE;
  return pass_through (graph, node, changed);
}

static gboolean
slice (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  gint64 steps[2 * WEIR_MAX_RANK];
  gsize n;

  (void) error;
  if (!keeps_shape (graph, node) || !weir_pass_ints (graph, node, 3, steps, &n) ||
      !all_are (steps, n, 1))
    return TRUE;
  return pass_through (graph, node, changed);
}

static gboolean
transpose (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  gint64 order[2 * WEIR_MAX_RANK];
  gsize n;

  (void) error;
  if (!weir_pass_ints (graph, node, 1, order, &n) || n == 0)
    return TRUE;
  for (gsize i = 0; i < n; i++)
    if (order[i] != (gint64) i)
      return TRUE;
  return pass_through (graph, node, changed);
}

/* A reduction over nothing, or over dimensions of one that it keeps. */
static gboolean
reduce (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirShape *in = weir_graph_shape (graph, node->inputs[0]);
  gint64 axes[2 * WEIR_MAX_RANK];
  gsize n;

  (void) error;
  if (!weir_pass_axes (graph, node, 1, in->rank, axes, &n) ||
      (n > 0 && !weir_node_bool (node, "keep_dims")))
    return TRUE;
  for (gsize i = 0; i < n; i++)
    if (in->dims[axes[i]] != 1)
      return TRUE;
  return pass_through (graph, node, changed);
}

/* A choice that is always the same, between values of one shape or a smaller one. */
static gboolean
choose (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirShape *shape;
  double condition;
  guint index;

  (void) error;
  if (!weir_pass_scalar (graph, node, 0, &condition))
    return TRUE;
  index = condition != 0 ? 1 : 2;
  shape = weir_graph_shape (graph, node->inputs[index]);
  for (guint i = 0; i < 3; i++)
    if (i != index &&
        !weir_pass_broadcasts_into (weir_graph_shape (graph, node->inputs[i]), shape))
      return TRUE;
  weir_pass_take_place (graph, node, node->inputs[index], changed);
  return TRUE;
}

static const WeirRewrite rows[] = { { "Identity", always },
                                    { "Add", binary },
                                    { "Subtract", binary },
                                    { "Multiply", binary },
                                    { "Divide", binary },
                                    { "Power", binary },
                                    { "LogicalOr", binary },
                                    { "LogicalAnd", binary },
                                    { "Concat", single_input },
                                    { "Split", single_output },
                                    { "VariadicSplit", single_output },
                                    { "Convert", convert },
                                    { "Pad", pad },
                                    { "Tile", tile },
                                    { "Broadcast", where_shape_stays },
                                    { "StridedSlice", strided_slice },
                                    { "Slice", slice },
                                    { "Transpose", transpose },
                                    { "ReduceMean", reduce },
                                    { "ReduceSum", reduce },
                                    { "ReduceMax", reduce },
                                    { "ReduceMin", reduce },
                                    { "ReduceProd", reduce },
                                    { "Select", choose },
                                    { NULL } };

gboolean
weir_pass_identity (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
