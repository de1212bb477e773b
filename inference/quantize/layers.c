#include "layers.h"

static void
layer_clear (gpointer data)
{
  WeirLayer *layer = data;

  g_free (layer->kept);
}

static gboolean
is_value (const WeirGraph *graph, const WeirNode *node, guint index)
{
  const WeirValueInfo *info = weir_node_input_info (graph, node, index);

  return info->dtype == WEIR_DTYPE_F32 && info->value == NULL &&
         !weir_node_is (weir_node_input (graph, node, index), "Constant");
}

void
weir_layer_keep (WeirLayer *layer, const char *format, ...)
{
  va_list arguments;

  if (layer->kept != NULL)
    return;
  va_start (arguments, format);
  layer->kept = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

gboolean
weir_layer_along (const WeirTensor *tensor, int rank, int axis, gsize n)
{
  const WeirShape *shape = weir_tensor_shape (tensor);
  int at = axis - (rank - shape->rank);

  return weir_tensor_dtype (tensor) == WEIR_DTYPE_F32 &&
         weir_tensor_count (tensor) == n && at >= 0 && at < shape->rank &&
         shape->dims[at] == (gint64) n;
}

static gboolean
is_quantized (const WeirGraph *graph, const WeirNode *node, guint n_data)
{
  for (guint i = 0; i < n_data; i++)
    if (weir_match_input (graph, node, i, "FakeQuantize") != NULL)
      return TRUE;
  return FALSE;
}

static void
add (GArray *layers, const WeirGraph *graph, const WeirNode *node, WeirLayer layer)
{
  layer.node = node->id;
  if (is_quantized (graph, node, layer.n_data))
    weir_layer_keep (&layer, "the model quantises it");
  g_array_append_val (layers, layer);
}

static void
find_weighted (GArray *layers, const WeirGraph *graph, const WeirNode *node)
{
  WeirLayer layer = { .kind = WEIR_LAYER_WEIGHTED, .n_data = 1 };
  WeirPassWeights weights;

  if (!is_value (graph, node, 0))
    return;
  if (weir_pass_weights (graph, node, &weights)) {
    layer.channels = weights.groups * weights.outputs;
    weir_pass_weights_clear (&weights);
  } else {
    weir_layer_keep (&layer, "its weights are no constant of its own");
  }
  add (layers, graph, node, layer);
}

static void
find_product (GArray *layers, const WeirGraph *graph, const WeirNode *node)
{
  if (is_value (graph, node, 0) && is_value (graph, node, 1))
    add (layers, graph, node, (WeirLayer){ .kind = WEIR_LAYER_PRODUCT, .n_data = 2 });
  else
    find_weighted (layers, graph, node);
}

static void
find_sum (GArray *layers, const WeirGraph *graph, const WeirNode *node)
{
  if (is_value (graph, node, 0) && is_value (graph, node, 1) &&
      weir_shape_equal (weir_graph_shape (graph, node->inputs[0]),
                        weir_graph_shape (graph, node->inputs[1])) &&
      weir_graph_shape (graph, node->inputs[0])->rank >= 3)
    add (layers, graph, node, (WeirLayer){ .kind = WEIR_LAYER_SUM, .n_data = 2 });
}

static const struct {
  const char *op;
  void (*find) (GArray *layers, const WeirGraph *graph, const WeirNode *node);
} rows[] = {
  { "Convolution", find_weighted },
  { "GroupConvolution", find_weighted },
  { "ConvolutionBackpropData", find_weighted },
  { "MatMul", find_product },
  { "Add", find_sum },
};

GArray *
weir_layers_find (const WeirGraph *graph)
{
  GArray *layers = g_array_new (FALSE, TRUE, sizeof (WeirLayer));

  g_array_set_clear_func (layers, layer_clear);
  for (guint id = 0; id < weir_graph_size (graph); id++) {
    const WeirNode *node = weir_graph_node (graph, id);

    for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
      if (weir_node_is (node, rows[k].op) &&
          node->outputs[0].info.dtype == WEIR_DTYPE_F32)
        rows[k].find (layers, graph, node);
  }
  return layers;
}

/* Operations whose outputs are elements of their inputs. */
static const struct {
  const char *op;
  gboolean all_inputs;
} moves[] = {
  { "Concat", TRUE },   { "MaxPool", FALSE },       { "Reshape", FALSE },
  { "Squeeze", FALSE }, { "Unsqueeze", FALSE },     { "Transpose", FALSE },
  { "Split", FALSE },   { "VariadicSplit", FALSE }, { "ShuffleChannels", FALSE },
};

guint
weir_move_inputs (const WeirGraph *graph, const WeirNode *node)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    if (weir_node_is (node, moves[i].op))
      n = moves[i].all_inputs ? node->n_inputs : 1;
  for (guint i = 0; i < n; i++)
    if (!is_value (graph, node, i))
      return 0;
  return n;
}
