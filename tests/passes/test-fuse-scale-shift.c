#include "compare.h"
#include "graphs.h"
#include "ir/match.h"
#include "passes.h"
#include "passes/list.h"

/* A layer with four channels in and six out. */
typedef struct {
  const char *op;
  WeirShape weights;
  gint64 pad;
  const char *auto_pad;
  gboolean transpose_b;
} Layer;

static const Layer layers[] = {
  { "Convolution", { 4, { 6, 4, 3, 3 } }, 1, "explicit", FALSE },
  { "Convolution", { 4, { 6, 4, 3, 3 } }, 0, "explicit", FALSE },
  { "Convolution", { 4, { 6, 4, 3, 3 } }, 0, "same_upper", FALSE },
  { "Convolution", { 4, { 6, 4, 1, 1 } }, 0, "same_upper", FALSE },
  { "Convolution", { 4, { 6, 4, 3, 3 } }, 2, "valid", FALSE },
  { "GroupConvolution", { 5, { 2, 3, 2, 3, 3 } }, 1, "explicit", FALSE },
  { "GroupConvolution", { 5, { 2, 3, 2, 3, 3 } }, 0, "explicit", FALSE },
  { "ConvolutionBackpropData", { 4, { 4, 6, 3, 3 } }, 1, "explicit", FALSE },
  { "GroupConvolutionBackpropData", { 5, { 2, 2, 3, 3, 3 } }, 0, "explicit", FALSE },
  { "MatMul", { 2, { 4, 6 } }, 0, NULL, FALSE },
  { "MatMul", { 2, { 6, 4 } }, 0, NULL, TRUE },
};

static gboolean
is_matmul (const Layer *layer)
{
  return layer->auto_pad == NULL;
}

static WeirPort
add_layer (WeirBuilder *b, const Layer *layer, WeirPort x, WeirPort weights)
{
  WeirNode *node = weir_build_begin (b, layer->op, "layer", WEIR_INPUTS (x, weights));

  if (is_matmul (layer)) {
    weir_node_set_bool (node, "transpose_b", layer->transpose_b);
    return weir_build_end (b, node);
  }
  weir_node_set_ints (node, "strides", (gint64[]){ 1, 2 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ layer->pad, 0 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 0, layer->pad }, 2);
  weir_node_set_string (node, "auto_pad", layer->auto_pad);
  return weir_build_end (b, node);
}

static WeirPort
start (WeirBuilder *b, const Layer *layer)
{
  const WeirShape *shape =
      is_matmul (layer) ? &WEIR_SHAPE (-1, 3, 4) : &WEIR_SHAPE (-1, 4, 5, 5);

  return weir_build_parameter (b, "x", WEIR_DTYPE_F32, shape);
}

static WeirPort
factor (WeirBuilder *b, const Layer *layer, gint64 channels)
{
  const WeirShape *shape =
      is_matmul (layer) ? &WEIR_SHAPE (channels) : &WEIR_SHAPE (channels, 1, 1);

  return weir_build_constant (b, "factor", random_f32 (shape, 9));
}

static WeirPort
weights (WeirBuilder *b, const Layer *layer)
{
  return weir_build_constant (b, "weights", random_f32 (&layer->weights, 5));
}

static WeirGraph *
make (const Layer *layer, const char *before, const char *after, gboolean twice)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = start (&b, layer), y = x;

  if (before != NULL)
    y = weir_build2 (&b, before, "before", y, factor (&b, layer, 4));
  if (before != NULL && twice)
    weir_build_result (&b, "inner", y);
  y = add_layer (&b, layer, y, weights (&b, layer));
  if (after != NULL && twice)
    weir_build_result (&b, "inner", y);
  if (after != NULL)
    y = weir_build2 (&b, after, "after", y, factor (&b, layer, 6));
  weir_build_result (&b, "y", y);
  g_assert_no_error (b.error);
  return graph;
}

static guint
left (const Layer *layer, const char *before, const char *after, gboolean twice,
      const char *op)
{
  g_autoptr (WeirGraph) graph = make (layer, before, after, twice);
  g_autoptr (WeirGraph) result = run_pass (graph, weir_pass_fuse_scale_shift, NULL);

  g_assert_cmpuint (count_op (result, layer->op), ==, 1);
  return count_op (result, op);
}

static void
test_multiply (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (layers); i++) {
    g_assert_cmpuint (left (&layers[i], "Multiply", NULL, FALSE, "Multiply"), ==, 0);
    g_assert_cmpuint (left (&layers[i], NULL, "Multiply", FALSE, "Multiply"), ==, 0);
    g_assert_cmpuint (left (&layers[i], "Multiply", "Multiply", FALSE, "Multiply"), ==,
                      0);
    g_assert_cmpuint (left (&layers[i], "Multiply", NULL, TRUE, "Multiply"), ==, 1);
    g_assert_cmpuint (left (&layers[i], NULL, "Multiply", TRUE, "Multiply"), ==, 1);
  }
}

/* The Add in front goes behind the layer only where the layer pads nothing. */
static void
test_add (void)
{
  static const gboolean moves[] = {
    FALSE, TRUE, FALSE, TRUE, TRUE, FALSE, TRUE, FALSE, FALSE, TRUE, TRUE,
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (moves) == G_N_ELEMENTS (layers));
  for (guint i = 0; i < G_N_ELEMENTS (layers); i++) {
    g_autoptr (WeirGraph) graph = make (&layers[i], "Add", NULL, FALSE);
    g_autoptr (WeirGraph) result = run_pass (graph, weir_pass_fuse_scale_shift, NULL);
    const WeirNode *layer = only_op (result, layers[i].op);

    g_assert_cmpint (weir_node_is (weir_node_input (result, layer, 0), "Parameter"), ==,
                     moves[i]);
    g_assert_cmpuint (left (&layers[i], "Add", NULL, TRUE, "Add"), ==, 1);
  }
}

/* The values worked out by hand: a 1x1 layer, x = 1, 2; weights 3, 5; x + (10, 20):
 * 3 * 11 + 5 * 22 = 143 = (3 + 10) + 130. */
static void
test_values (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  const Layer layer = { "Convolution", { 4, { 1, 2, 1, 1 } }, 0, "explicit", FALSE };
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2, 1, 1));
  WeirPort a = weir_build_constant (
      &b, "a", weir_tensor_new_f32 (&WEIR_SHAPE (2, 1, 1), (float[]){ 10, 20 }));
  WeirPort w = weir_build_constant (
      &b, "w", weir_tensor_new_f32 (&WEIR_SHAPE (1, 2, 1, 1), (float[]){ 3, 5 }));
  WeirNode *sum;
  WeirTensor *bias;

  x = weir_build2 (&b, "Add", "sum", x, a);
  weir_build_result (&b, "y", add_layer (&b, &layer, x, w));
  g_assert_no_error (b.error);
  after = run_pass (graph, weir_pass_fuse_scale_shift, NULL);
  sum = only_op (after, "Add");
  bias = weir_match_constant (after, sum, 1);
  assert_f32 (bias, (float[]){ 130 }, 1);
}

/* Weights that two layers share are not changed for one of them. */
static void
test_shared_weights (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  const Layer *layer = &layers[0];
  WeirPort x = start (&b, layer), w = weights (&b, layer);
  WeirPort y = add_layer (&b, layer, x, w);

  weir_build_result (&b, "y",
                     weir_build2 (&b, "Multiply", "scaled", y, factor (&b, layer, 6)));
  weir_build_result (&b, "z", add_layer (&b, layer, x, w));
  g_assert_no_error (b.error);
  after = run_pass (graph, weir_pass_fuse_scale_shift, NULL);
  g_assert_cmpuint (count_op (after, "Multiply"), ==, 1);
}

/* Weights stored as f16 stay so. */
static void
test_compressed (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  const Layer *layer = &layers[1];
  WeirPort x = start (&b, layer), w;
  g_autoptr (WeirTensor) values = random_f32 (&layer->weights, 5);

  w = weir_build_constant (&b, "w_compressed",
                           weir_tensor_convert (values, WEIR_DTYPE_F16, NULL));
  w = weir_build_convert (&b, "w", w, WEIR_DTYPE_F32);
  weir_edit_set_rt_info (weir_graph_node (graph, w.node), "decompression", "");
  x = weir_build2 (&b, "Multiply", "half", x, weir_build_scalar (&b, "h", x, 0.5));
  weir_build_result (&b, "y", add_layer (&b, layer, x, w));
  g_assert_no_error (b.error);
  after = run_pass (graph, weir_pass_fuse_scale_shift, NULL);
  g_assert_cmpuint (count_op (after, "Multiply"), ==, 0);
  g_assert_nonnull (weir_node_rt_info (only_op (after, "Convert"), "decompression"));
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (&layers[0], "Multiply", NULL, FALSE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_scale_shift, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[1].graph, "Multiply"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-scale-shift/multiply", test_multiply);
  g_test_add_func ("/passes/fuse-scale-shift/add", test_add);
  g_test_add_func ("/passes/fuse-scale-shift/values", test_values);
  g_test_add_func ("/passes/fuse-scale-shift/shared-weights", test_shared_weights);
  g_test_add_func ("/passes/fuse-scale-shift/compressed", test_compressed);
  g_test_add_func ("/passes/fuse-scale-shift/in-if", test_in_if);
  return g_test_run ();
}
