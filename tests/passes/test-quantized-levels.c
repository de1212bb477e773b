#include "graphs.h"
#include "passes.h"

#include "ir/evaluate.h"
#include "ir/match.h"
#include "passes/list.h"

#include <math.h>

#define CHANNELS 3
#define OUTPUTS  2
#define SIDE     6
#define INNER    (SIDE - 2)
#define POOLED   (INNER / 2)
#define STEP_IN  (1.0 / 128)
#define STEP_OUT 0.125

static const double weight_steps[OUTPUTS] = { 0.25, 0.375 };
static const int biases[OUTPUTS] = { 100, -50 };

static int
weight_of (int o, int i)
{
  return i == 0 ? 127 - 254 * o : (o * 31 + i * 7) % 255 - 127;
}

static WeirPort
fake_quantize (WeirBuilder *b, const char *name, WeirPort x, double low, double high)
{
  WeirPort ends[] = { weir_build_scalar (b, "low", x, low),
                      weir_build_scalar (b, "high", x, high) };
  WeirNode *node = weir_build_begin (b, "FakeQuantize", name,
                                     WEIR_INPUTS (x, ends[0], ends[1], ends[0], ends[1]));

  weir_node_set_int (node, "levels", 256);
  return weir_build_end (b, node);
}

/* Weights as integers that are converted and scaled; @off moves one away from them. */
static WeirPort
weights (WeirBuilder *b, double off)
{
  WeirTensor *levels =
      weir_tensor_new (WEIR_DTYPE_I8, &WEIR_SHAPE (OUTPUTS, CHANNELS, 3, 3), NULL);
  WeirTensor *scales =
      weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (OUTPUTS, 1, 1, 1), NULL);
  WeirPort port;

  for (int o = 0; o < OUTPUTS; o++) {
    ((float *) weir_tensor_writable (scales))[o] = (float) weight_steps[o];
    for (int i = 0; i < CHANNELS * 9; i++)
      weir_dtype_store (WEIR_DTYPE_I8, weir_tensor_writable (levels),
                        (gsize) (o * CHANNELS * 9 + i), weight_of (o, i));
  }
  port = weir_build_convert (b, "floats", weir_build_constant (b, "levels", levels),
                             WEIR_DTYPE_F32);
  if (off != 0)
    port = weir_build2 (b, "Add", "moved", port, weir_build_scalar (b, "off", port, off));
  return weir_build2 (b, "Multiply", "weights", port,
                      weir_build_constant (b, "steps", scales));
}

static WeirPort
convolution (WeirBuilder *b, WeirPort x, WeirPort w)
{
  WeirNode *node = weir_build_begin (b, "Convolution", "conv", WEIR_INPUTS (x, w));

  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 0, 0 }, 2);
  return weir_build_end (b, node);
}

static WeirPort
add_bias (WeirBuilder *b, WeirPort x)
{
  WeirTensor *bias =
      weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, OUTPUTS, 1, 1), NULL);

  for (int o = 0; o < OUTPUTS; o++)
    ((float *) weir_tensor_writable (bias))[o] =
        (float) (biases[o] * STEP_IN * weight_steps[o]);
  return weir_build2 (b, "Add", "biased", x, weir_build_constant (b, "bias", bias));
}

static WeirPort
pool (WeirBuilder *b, WeirPort x)
{
  WeirNode *node = weir_build_begin (b, "AvgPool", "pool", &x, 1);

  weir_node_set_ints (node, "strides", (gint64[]){ 2, 2 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (node, "kernel", (gint64[]){ 2, 2 }, 2);
  weir_node_set_bool (node, "exclude-pad", TRUE);
  return weir_build_end (b, node);
}

/* Rounded, convolved, rounded, pooled, rounded. */
static WeirGraph *
make (double off)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32,
                                     &WEIR_SHAPE (1, CHANNELS, SIDE, SIDE));
  WeirPort y =
      convolution (&b, fake_quantize (&b, "q", x, -1, 127 * STEP_IN), weights (&b, off));

  y = weir_build1 (&b, "Relu", "relu", add_bias (&b, y));
  y = pool (&b, fake_quantize (&b, "q2", y, 0, 255 * STEP_OUT));
  weir_build_result (&b, "y", fake_quantize (&b, "q3", y, 0, 255 * STEP_OUT));
  g_assert_no_error (b.error);
  return graph;
}

/* The same in whole numbers. */
static int
sum_at (const float *x, int o, int row, int column)
{
  int sum = biases[o];

  for (int c = 0; c < CHANNELS; c++)
    for (int k = 0; k < 9; k++) {
      float value = x[(c * SIDE + row + k / 3) * SIDE + column + k % 3];

      sum += (int) CLAMP (rint (value / STEP_IN), -128, 127) * weight_of (o, c * 9 + k);
    }
  return sum;
}

static double
expected_at (const float *x, int o, int row, int column)
{
  double total = 0;

  for (int k = 0; k < 4; k++) {
    int sum = MAX (sum_at (x, o, 2 * row + k / 2, 2 * column + k % 2), 0);

    total += CLAMP (rint (sum * STEP_IN * weight_steps[o] / STEP_OUT), 0, 255);
  }
  return rint (total / 4) * STEP_OUT;
}

static void
test_whole_numbers (void)
{
  g_autoptr (WeirGraph) graph = make (0);
  g_autoptr (WeirGraph) after = run_pass_only (graph, weir_pass_quantized_levels, NULL);
  g_autoptr (WeirTensor) x = random_f32 (&WEIR_SHAPE (1, CHANNELS, SIDE, SIDE), 3);
  g_autoptr (WeirTensor) y = NULL;
  g_autoptr (GError) error = NULL;
  const WeirNode *layer = only_op (after, "Convolution");

  g_assert_true (weir_node_is_exact (layer));
  g_assert_true (weir_graph_evaluate (after, &x, &y, NULL, &error));
  g_assert_no_error (error);
  for (int o = 0; o < OUTPUTS; o++)
    for (int i = 0; i < POOLED * POOLED; i++)
      g_assert_cmpfloat (weir_tensor_get (y, (gsize) (o * POOLED * POOLED + i)), ==,
                         expected_at (weir_tensor_data (x), o, i / POOLED, i % POOLED));
}

/* Weights that are no whole numbers of steps are nobody's business here. */
static void
test_other_weights (void)
{
  g_autoptr (WeirGraph) graph = make (0.3);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_quantized_levels, NULL);

  g_assert_false (weir_node_is_exact (only_op (after, "Convolution")));
}

/* Weights that a converter has folded are told by their largest ones. */
static void
test_folded_weights (void)
{
  g_autoptr (WeirGraph) graph = make (0);
  g_autoptr (WeirGraph) folded = run_pass (graph, weir_pass_fold_all, NULL);
  g_autoptr (WeirGraph) after = run_pass_only (folded, weir_pass_quantized_levels, NULL);
  const WeirNode *layer = only_op (after, "Convolution");
  const WeirTensor *levels = weir_graph_info (after, layer->inputs[1])->value;

  g_assert_nonnull (
      weir_match_input (folded, only_op (folded, "Convolution"), 1, "Constant"));
  g_assert_true (weir_node_is_exact (layer));
  for (int i = 0; i < OUTPUTS * CHANNELS * 9; i++)
    g_assert_cmpfloat (weir_tensor_get (levels, (gsize) i), ==,
                       weight_of (i / (CHANNELS * 9), i % (CHANNELS * 9)));
}

/* Nor is a FakeQuantize that gives other numbers than it takes. */
static void
test_other_range (void)
{
  g_autoptr (WeirGraph) graph = make (0), after = NULL;
  WeirNode *fake = weir_graph_find (graph, "q");
  WeirBuilder b = WEIR_BUILDER (graph);

  weir_edit_set_input (graph, fake, 4,
                       weir_build_scalar (&b, "other", fake->inputs[0], 3));
  after = run_pass (graph, weir_pass_quantized_levels, NULL);
  g_assert_false (weir_node_is_exact (only_op (after, "Convolution")));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/quantized-levels/whole-numbers", test_whole_numbers);
  g_test_add_func ("/passes/quantized-levels/other-weights", test_other_weights);
  g_test_add_func ("/passes/quantized-levels/folded-weights", test_folded_weights);
  g_test_add_func ("/passes/quantized-levels/other-range", test_other_range);
  return g_test_run ();
}
