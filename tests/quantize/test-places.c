#include "passes.h"
#include "two-products.h"

#include "ir/match.h"

#include <math.h>

/* Where FakeQuantize stands. */

#define CHANNELS 2
#define SIDE     4

static WeirPort
convolution (WeirBuilder *b, const char *name, WeirPort x, gint64 inputs, float value)
{
  WeirShape shape = WEIR_SHAPE (CHANNELS, inputs, 1, 1);
  g_autofree char *weights = g_strconcat (name, "/w", NULL);
  WeirTensor *w = weir_tensor_new (WEIR_DTYPE_F32, &shape, NULL);
  WeirNode *node;

  for (gsize i = 0; i < weir_tensor_count (w); i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (w), i,
                      (double) value * (i % 3 == 0 ? 1 : -0.5));
  node = weir_build_begin (b, "Convolution", name,
                           WEIR_INPUTS (x, weir_build_constant (b, weights, w)));
  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 0, 0 }, 2);
  return weir_build_end (b, node);
}

static gboolean
fill (WeirRequest *request, guint index, gpointer data, GError **error)
{
  WeirTensor *x =
      weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, CHANNELS, SIDE, SIDE), NULL);
  gboolean good;

  (void) data;
  for (gsize i = 0; i < weir_tensor_count (x); i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (x), i,
                      (double) ((i * 7 + index * 5) % 11) - 5);
  good = weir_request_set_input (request, 0, x, error);
  weir_tensor_unref (x);
  return good;
}

static WeirPort
begin (WeirBuilder *b)
{
  return weir_build_parameter (b, "x", WEIR_DTYPE_F32,
                               &WEIR_SHAPE (1, CHANNELS, SIDE, SIDE));
}

/* (transfer full): @graph is taken. */
static WeirModel *
quantize_by (const char *preset, WeirBuilder *b, WeirPort y, char **ignore)
{
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (WeirCalibration) calibration = NULL;
  WeirSamples samples = { 3, fill, NULL };
  WeirCalibrateOptions options = { .preset = preset, .max_drop = 1, .ignore = ignore };
  GError *error = NULL;
  WeirModel *quantized;

  weir_build_result (b, "y", y);
  g_assert_no_error (b->error);
  model = weir_model_new (b->graph, "m", "test");
  calibration = weir_calibrate (model, &samples, &options, &error);
  g_assert_no_error (error);
  quantized = weir_calibration_apply (calibration, model, &error);
  g_assert_no_error (error);
  return quantized;
}

/* A layer whose bias was corrected has given its name to the sum. */
static const WeirNode *
find_layer (const WeirGraph *graph, const char *name)
{
  g_autofree char *moved = g_strconcat (name, "/product", NULL);
  const WeirNode *node = weir_graph_find (graph, moved);

  return node != NULL ? node : weir_graph_find (graph, name);
}

static WeirModel *
quantize (WeirBuilder *b, WeirPort y, char **ignore)
{
  return quantize_by ("performance", b, y, ignore);
}

static gboolean
reads_quantized (WeirModel *model, const char *name, guint input)
{
  const WeirGraph *graph = weir_model_graph (model);

  return weir_match_input (graph, find_layer (graph, name), input, "FakeQuantize") !=
         NULL;
}

static double
top_of (WeirModel *model, const char *name, guint input)
{
  const WeirGraph *graph = weir_model_graph (model);
  const WeirNode *fake =
      weir_match_input (graph, find_layer (graph, name), input, "FakeQuantize");
  double top = NAN;

  g_assert_nonnull (fake);
  g_assert_true (weir_match_scalar (graph, fake, 2, &top));
  return top;
}

/* Values are quantised in front of a Concat, all to one range: that of the widest. What
 * comes out is not quantised once more. */
static void
test_concat (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = begin (&b), y, branches[2];
  g_autoptr (WeirModel) model = NULL;
  WeirNode *join;

  branches[0] = convolution (&b, "small", x, CHANNELS, 1);
  branches[1] = convolution (&b, "large", x, CHANNELS, 8);
  join = weir_build_begin (&b, "Concat", "join", branches, 2);
  weir_node_set_int (join, "axis", 1);
  y = convolution (&b, "last", weir_build_end (&b, join), 2 * CHANNELS, 1);
  model = quantize (&b, y, NULL);
  g_assert_false (reads_quantized (model, "last", 0));
  g_assert_cmpfloat (top_of (model, "join", 0), ==, top_of (model, "join", 1));
  g_assert_cmpuint (count_op (weir_model_graph (model), "FakeQuantize"), ==, 3);
}

/* The Concat moves values of a layer in float, too: they are rounded behind it, where
 * only the other one reads them. */
static void
test_reader_in_float (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = begin (&b), branches[2], joined, y, z;
  char *ignore[] = { "exact", NULL };
  g_autoptr (WeirModel) model = NULL;
  WeirNode *join;

  branches[0] = convolution (&b, "small", x, CHANNELS, 1);
  branches[1] = convolution (&b, "large", x, CHANNELS, 8);
  join = weir_build_begin (&b, "Concat", "join", branches, 2);
  weir_node_set_int (join, "axis", 1);
  joined = weir_build_end (&b, join);
  y = convolution (&b, "last", joined, 2 * CHANNELS, 1);
  z = convolution (&b, "exact", joined, 2 * CHANNELS, 1);
  y = weir_build2 (&b, "Multiply", "both", y, z);
  model = quantize (&b, y, ignore);
  g_assert_true (reads_quantized (model, "last", 0));
  g_assert_false (reads_quantized (model, "exact", 0));
  g_assert_false (reads_quantized (model, "join", 0));
  g_assert_nonnull (weir_match_constant (
      weir_model_graph (model), weir_graph_find (weir_model_graph (model), "exact"), 1));
}

/* Two residual sums: layers read the first one's result, and nobody that of the other. */
static WeirModel *
make_sums (const char *preset)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = begin (&b), first, sum, y;

  first = convolution (&b, "first", x, CHANNELS, 1);
  sum = weir_build2 (&b, "Add", "sum", x, first);
  sum = weir_build1 (&b, "Relu", "relu", sum);
  y = weir_build2 (&b, "Add", "end", sum, convolution (&b, "second", sum, CHANNELS, 2));
  return quantize_by (preset, &b, y, NULL);
}

/* Both sides of the sum whose readers are quantised, and none of the other one. */
static void
test_sum (void)
{
  g_autoptr (WeirModel) model = make_sums ("performance");

  g_assert_true (reads_quantized (model, "sum", 0));
  g_assert_true (reads_quantized (model, "sum", 1));
  g_assert_true (reads_quantized (model, "second", 0));
  g_assert_false (reads_quantized (model, "end", 0));
  g_assert_false (reads_quantized (model, "end", 1));
}

/* What a layer has just computed is not rounded before it is added. */
static void
test_sum_goes_on (void)
{
  g_autoptr (WeirModel) model = make_sums ("mixed");

  g_assert_true (reads_quantized (model, "sum", 0));
  g_assert_false (reads_quantized (model, "sum", 1));
  g_assert_true (reads_quantized (model, "second", 0));
}

/* Of two such sides only one can be added to the other while it is computed. */
static void
test_sum_of_layers (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = begin (&b), sum;
  g_autoptr (WeirModel) model = NULL;

  sum = weir_build2 (&b, "Add", "sum", convolution (&b, "left", x, CHANNELS, 1),
                     convolution (&b, "right", x, CHANNELS, 2));
  model = quantize_by ("mixed", &b, convolution (&b, "last", sum, CHANNELS, 1), NULL);
  g_assert_false (reads_quantized (model, "sum", 0));
  g_assert_true (reads_quantized (model, "sum", 1));
}

/* One FakeQuantize for all readers of a value, in front of the pool that moves it. */
static void
test_pool (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = begin (&b), pooled, y, z;
  g_autoptr (WeirModel) model = NULL;
  WeirNode *pool = weir_build_begin (&b, "MaxPool", "pool", &x, 1);

  weir_node_set_ints (pool, "strides", (gint64[]){ 2, 2 }, 2);
  weir_node_set_ints (pool, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (pool, "kernel", (gint64[]){ 2, 2 }, 2);
  weir_node_set_ints (pool, "pads_begin", (gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (pool, "pads_end", (gint64[]){ 0, 0 }, 2);
  pooled = weir_build_end (&b, pool);
  y = convolution (&b, "left", pooled, CHANNELS, 1);
  z = convolution (&b, "right", pooled, CHANNELS, 2);
  model = quantize (&b, weir_build2 (&b, "Multiply", "both", y, z), NULL);
  g_assert_true (reads_quantized (model, "pool", 0));
  g_assert_cmpuint (count_op (weir_model_graph (model), "FakeQuantize"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quantize/places/concat", test_concat);
  g_test_add_func ("/quantize/places/reader-in-float", test_reader_in_float);
  g_test_add_func ("/quantize/places/sum", test_sum);
  g_test_add_func ("/quantize/places/sum-goes-on", test_sum_goes_on);
  g_test_add_func ("/quantize/places/sum-of-layers", test_sum_of_layers);
  g_test_add_func ("/quantize/places/pool", test_pool);
  return g_test_run ();
}
