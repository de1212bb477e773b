#include "dimension.h"

#include "rewrite.h"

#include <string.h>

/* Longer chains are no shape calculation of a real network. */
#define MAX_STEPS 4096

/* Dimensions. */

/* The only input that is no constant, where the output has the shape of that. */
static gboolean
through_binary (const WeirGraph *graph, const WeirNode *node, WeirPassDimension *at)
{
  const WeirShape *out = &node->outputs[0].info.shape;

  for (guint i = 0; i < 2; i++) {
    const WeirShape *other = weir_graph_shape (graph, node->inputs[1 - i]);

    if (!weir_pass_broadcasts_into (other, out) ||
        weir_graph_shape (graph, node->inputs[i])->rank != out->rank)
      continue;
    at->port = node->inputs[i];
    return TRUE;
  }
  return FALSE;
}

static gboolean
through_transpose (const WeirGraph *graph, const WeirNode *node, WeirPassDimension *at)
{
  int rank = node->outputs[0].info.shape.rank;
  gint64 order[2 * WEIR_MAX_RANK];
  gsize n;

  if (!weir_pass_axes (graph, node, 1, rank, order, &n) || n != (gsize) rank)
    return FALSE;
  at->axis = (int) order[at->axis];
  at->port = node->inputs[0];
  return TRUE;
}

/* Dimensions that a Reshape copies. */
static gboolean
through_reshape (const WeirGraph *graph, const WeirNode *node, WeirPassDimension *at)
{
  gint64 target[2 * WEIR_MAX_RANK];
  gsize n;

  if (!weir_node_bool (node, "special_zero") ||
      !weir_pass_ints (graph, node, 1, target, &n) || (gsize) at->axis >= n ||
      target[at->axis] != 0)
    return FALSE;
  at->port = node->inputs[0];
  return TRUE;
}

/* Along other axes than the one that is cut or joined. */
static gboolean
through_split (const WeirGraph *graph, const WeirNode *node, WeirPassDimension *at)
{
  int rank = weir_graph_shape (graph, node->inputs[0])->rank;
  gint64 axis[2 * WEIR_MAX_RANK];
  gsize n;

  if (!weir_pass_axes (graph, node, 1, rank, axis, &n) || n != 1 || axis[0] == at->axis)
    return FALSE;
  at->port = node->inputs[0];
  return TRUE;
}

static gboolean
through_concat (const WeirGraph *graph, const WeirNode *node, WeirPassDimension *at)
{
  int rank = node->outputs[0].info.shape.rank, axis;

  (void) graph;
  if (!weir_shape_axis (weir_node_int (node, "axis"), rank, &axis, NULL) ||
      axis == at->axis)
    return FALSE;
  at->port = node->inputs[0];
  return TRUE;
}

/* The batch of what works on pictures. */
static gboolean
through_batch (const WeirGraph *graph, const WeirNode *node, WeirPassDimension *at)
{
  (void) graph;
  if (at->axis != 0)
    return FALSE;
  at->port = node->inputs[0];
  return TRUE;
}

/* Axes that are not resized: the last input names the others. */
static gboolean
through_interpolate (const WeirGraph *graph, const WeirNode *node, WeirPassDimension *at)
{
  int rank = weir_graph_shape (graph, node->inputs[0])->rank;
  gint64 axes[2 * WEIR_MAX_RANK];
  gsize n;

  if (node->n_inputs < 3 ||
      !weir_pass_axes (graph, node, node->n_inputs - 1, rank, axes, &n))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (axes[i] == at->axis)
      return FALSE;
  at->port = node->inputs[0];
  return TRUE;
}

static gboolean
through_same (const WeirGraph *graph, const WeirNode *node, WeirPassDimension *at)
{
  (void) graph;
  at->port = node->inputs[0];
  return TRUE;
}

static const struct {
  const char *op;
  gboolean (*through) (const WeirGraph *graph, const WeirNode *node,
                       WeirPassDimension *at);
} dimension_rows[] = {
  { "Transpose", through_transpose },
  { "Reshape", through_reshape },
  { "Split", through_split },
  { "VariadicSplit", through_split },
  { "Concat", through_concat },
  { "Convolution", through_batch },
  { "GroupConvolution", through_batch },
  { "ConvolutionBackpropData", through_batch },
  { "MaxPool", through_batch },
  { "AvgPool", through_batch },
  { "Interpolate", through_interpolate },
  { "Convert", through_same },
  { "Softmax", through_same },
  { "Clamp", through_same },
  { "PRelu", through_same },
  { "Elu", through_same },
  { "Swish", through_same },
  { "BatchNormInference", through_same },
  { "MVN", through_same },
};

static gboolean
step_back (const WeirGraph *graph, WeirPassDimension *at)
{
  const WeirNode *node = weir_graph_node (graph, at->port.node);
  int rank = weir_graph_shape (graph, at->port)->rank;

  if (node->n_inputs == 0 || rank < 0 || at->axis >= rank)
    return FALSE;
  if ((node->op->flags & WEIR_OP_UNARY) != 0)
    return through_same (graph, node, at);
  if ((node->op->flags & WEIR_OP_BINARY) != 0 && node->n_inputs == 2)
    return through_binary (graph, node, at);
  for (guint i = 0; i < G_N_ELEMENTS (dimension_rows); i++)
    if (strcmp (node->op->name, dimension_rows[i].op) == 0)
      return dimension_rows[i].through (graph, node, at);
  return FALSE;
}

WeirPassDimension
weir_pass_dimension_origin (const WeirGraph *graph, WeirPort port, int axis)
{
  WeirPassDimension at = { port, axis };

  for (guint i = 0; i < MAX_STEPS && step_back (graph, &at); i++)
    continue;
  return at;
}

/* Elements of lists. */

typedef struct {
  WeirPort port;
  gint64 index;
} Place;

static gboolean
from_concat (const WeirGraph *graph, const WeirNode *node, Place *at)
{
  for (guint i = 0; i < node->n_inputs; i++) {
    const WeirShape *shape = weir_graph_shape (graph, node->inputs[i]);

    if (shape->rank != 1 || shape->dims[0] < 0)
      return FALSE;
    if (at->index < shape->dims[0]) {
      at->port = node->inputs[i];
      return TRUE;
    }
    at->index -= shape->dims[0];
  }
  return FALSE;
}

/* A list of constant indices into another list. */
static gboolean
from_gather (const WeirGraph *graph, const WeirNode *node, Place *at)
{
  const WeirShape *from = weir_graph_shape (graph, node->inputs[0]);
  gint64 indices[2 * WEIR_MAX_RANK];
  gsize n;

  if (from->rank != 1 || from->dims[0] < 0 || node->n_inputs < 2 ||
      !weir_pass_ints (graph, node, 1, indices, &n) || (gsize) at->index >= n)
    return FALSE;
  at->index = indices[at->index];
  if (at->index < 0)
    at->index += from->dims[0];
  at->port = node->inputs[0];
  return at->index >= 0 && at->index < from->dims[0];
}

/* Slice and StridedSlice of one dimension, one step at a time, from a constant place. */
static gboolean
from_slice (const WeirGraph *graph, const WeirNode *node, Place *at)
{
  const WeirShape *from = weir_graph_shape (graph, node->inputs[0]);
  gint64 begin[2 * WEIR_MAX_RANK], step[2 * WEIR_MAX_RANK];
  gsize n, n_masks = 0;
  gsize n_steps = 0;
  const gint64 *mask = weir_node_is (node, "StridedSlice")
                           ? weir_node_ints (node, "begin_mask", &n_masks)
                           : NULL;

  if (from->rank != 1 || from->dims[0] < 0 ||
      !weir_pass_ints (graph, node, 1, begin, &n) || n != 1 ||
      (node->n_inputs > 3 && (!weir_pass_ints (graph, node, 3, step, &n_steps) ||
                              n_steps != 1 || step[0] != 1)))
    return FALSE;
  if (n_masks > 0 && mask[0] != 0)
    begin[0] = 0;
  if (begin[0] < 0)
    begin[0] = MAX (begin[0] + from->dims[0], 0);
  at->index += begin[0];
  at->port = node->inputs[0];
  return at->index < from->dims[0];
}

/* A list of one and a number are the same here. */
static gboolean
from_same (const WeirGraph *graph, const WeirNode *node, Place *at)
{
  (void) graph;
  at->port = node->inputs[0];
  return TRUE;
}

static const struct {
  const char *op;
  gboolean (*from) (const WeirGraph *graph, const WeirNode *node, Place *at);
} element_rows[] = {
  { "Concat", from_concat }, { "Gather", from_gather },  { "StridedSlice", from_slice },
  { "Slice", from_slice },   { "Unsqueeze", from_same }, { "Squeeze", from_same },
  { "Convert", from_same },  { "Reshape", from_same },
};

static gboolean
element_back (const WeirGraph *graph, const WeirNode *node, Place *at)
{
  const WeirShape *shape = weir_graph_shape (graph, at->port);

  if (shape->rank < 0 || shape->rank > 1)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (element_rows); i++)
    if (strcmp (node->op->name, element_rows[i].op) == 0)
      return element_rows[i].from (graph, node, at);
  return FALSE;
}

static gboolean
constant_at (const WeirGraph *graph, const Place *at, WeirPassElement *element)
{
  g_autoptr (WeirTensor) tensor = weir_pass_constant (graph, at->port);

  if (tensor == NULL || (gsize) at->index >= weir_tensor_count (tensor))
    return FALSE;
  *element =
      (WeirPassElement){ .number = weir_tensor_get_int (tensor, (gsize) at->index) };
  return TRUE;
}

gboolean
weir_pass_element (const WeirGraph *graph, WeirPort port, gint64 index,
                   WeirPassElement *element)
{
  Place at = { port, index };

  for (guint i = 0; i < MAX_STEPS; i++) {
    const WeirNode *node = weir_graph_node (graph, at.port.node);

    if (weir_node_is (node, "Constant"))
      return constant_at (graph, &at, element);
    if (weir_node_is (node, "ShapeOf")) {
      *element = (WeirPassElement){ .is_dimension = TRUE,
                                    .dimension = weir_pass_dimension_origin (
                                        graph, node->inputs[0], (int) at.index) };
      return TRUE;
    }
    if (!element_back (graph, node, &at))
      return FALSE;
  }
  return FALSE;
}
