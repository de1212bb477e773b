#include "base/error.h"
#include "graphs.h"
#include "passes.h"
#include "passes/list.h"
#include "random-graph.h"

static gboolean
convert (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  return weir_passes_convert (model, options, error);
}

static gboolean
optimise (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_passes_optimise (model, error);
}

static void
check_random (WeirPass pass)
{
  for (guint32 seed = 0; seed < 300; seed++) {
    g_autoptr (WeirGraph) graph = random_graph (seed, 3 + seed % 24, seed % 2);
    g_autoptr (WeirGraph) once = run_pass (graph, pass, NULL);

    if (g_test_failed ())
      g_error ("seed %u", seed);
  }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassOptions, weir_pass_options_clear)

/* A network on NHWC as a frontend makes it: two convolutions with batch normalisation
 * written out, an activation, the mean over the picture, a matrix. */
static WeirPort
layer (WeirBuilder *b, const char *name, WeirPort x, gint64 in, gint64 out, gint64 pad)
{
  WeirPort w = weir_build_constant (b, "w", random_f32 (&WEIR_SHAPE (out, in, 3, 3), 1));
  WeirPort scale = weir_build_constant (b, "scale", random_f32 (&WEIR_SHAPE (out), 2));
  WeirPort shift = weir_build_constant (b, "shift", random_f32 (&WEIR_SHAPE (out), 3));
  WeirNode *node;

  x = weir_build_transpose (b, "nchw", x, (gint64[]){ 0, 3, 1, 2 }, 4);
  node = weir_build_begin (b, "Convolution", name, WEIR_INPUTS (x, w));
  weir_node_set_ints (node, "strides", (gint64[]){ 2, 2 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ pad, pad }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ pad, pad }, 2);
  x = weir_build_end (b, node);
  x = weir_build_transpose (b, "nhwc", x, (gint64[]){ 0, 2, 3, 1 }, 4);
  x = weir_build2 (b, "Multiply", "norm", x, scale);
  x = weir_build2 (b, "Add", "norm", x, shift);
  return weir_build2 (b, "Multiply", "silu", x, weir_build1 (b, "Sigmoid", "sigmoid", x));
}

static WeirGraph *
make_network (gint64 pad)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 12, 9, 3));
  WeirPort w = weir_build_constant (&b, "w", random_f32 (&WEIR_SHAPE (5, 4), 6));

  x = layer (&b, "second", layer (&b, "first", x, 3, 6, pad), 6, 5, 1);
  x = weir_build2 (&b, "ReduceMean", "mean", x,
                   weir_build_i64 (&b, "axes", (gint64[]){ 1, 2 }, 2));
  x = weir_build2 (&b, "MatMul", "logits", x, w);
  weir_edit_add_tensor_name (graph, x, "logits:0");
  weir_build_result (&b, "logits", x);
  g_assert_no_error (b.error);
  return graph;
}

static WeirChannelSpec *
channels (double first, double second, double third)
{
  WeirChannelSpec *spec = g_new0 (WeirChannelSpec, 1);

  spec->n = 3;
  spec->values = g_new0 (double, 3);
  spec->values[0] = first;
  spec->values[1] = second;
  spec->values[2] = third;
  return spec;
}

static void
ask_for_everything (WeirPassOptions *options)
{
  options->reverse_input_channels = TRUE;
  options->mean = g_ptr_array_new ();
  g_ptr_array_add (options->mean, channels (0.5, 0.25, -0.25));
  options->scale = g_ptr_array_new ();
  g_ptr_array_add (options->scale, channels (2, 0.5, 4));
}

/* What is asked for, and nothing more, is what the whole list computes. */
static WeirGraph *
convert_network (gint64 pad, const WeirPassOptions *options)
{
  g_autoptr (WeirGraph) graph = make_network (pad);
  g_autoptr (WeirGraph) asked = run_pass_only (graph, weir_pass_preprocess, options);
  WeirGraph *after = run_pass_only (graph, convert, options);

  assert_equivalent (asked, after, 1e-5);
  g_assert_cmpstr (weir_graph_parameter_name (after, 0), ==, "x");
  g_assert_cmpstr (weir_graph_result_name (after, 0), ==, "logits:0");
  g_assert_cmpuint (count_op (after, "Transpose"), ==, 1);
  g_assert_cmpuint (count_op (after, "Swish"), ==, 2);
  g_assert_cmpuint (count_op (after, "Gather"), ==, 0);
  g_assert_cmpuint (count_op (after, "Multiply"), ==, 0);
  return after;
}

/* Reversal, mean, scale and normalisation are all part of the layers. */
static void
test_all_folded (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) after = NULL;

  ask_for_everything (&options);
  after = convert_network (0, &options);
  g_assert_cmpuint (count_op (after, "Add"), ==, 2);
}

/* A first layer that pads does not take the mean in: at the border it would be wrong. */
static void
test_mean_before_padding (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) after = NULL;

  ask_for_everything (&options);
  after = convert_network (1, &options);
  g_assert_cmpuint (count_op (after, "Add"), ==, 3);
}

static void
test_compressed (void)
{
  g_auto (WeirPassOptions) options = { .compress_to_fp16 = TRUE };
  g_autoptr (WeirGraph) graph = make_network (0);
  g_autoptr (WeirGraph) after = run_pass_only (graph, convert, &options);
  g_autoptr (WeirGraph) again = run_pass (after, convert, NULL);
  g_autoptr (WeirGraph) run = run_pass (after, optimise, NULL);

  assert_equivalent (graph, after, 1e-3);
  g_assert_cmpuint (count_op (after, "Convert"), ==, 5);
  g_assert_cmpuint (count_op (again, "Convert"), ==, 5);
  g_assert_cmpuint (count_op (run, "Convert"), ==, 0);
}

/* What is done is done: a second time changes nothing. */
static void
test_twice (void)
{
  for (guint32 seed = 0; seed < 40; seed++) {
    g_autoptr (WeirGraph) graph = random_graph (seed, 12, TRUE);
    g_autoptr (WeirGraph) once = run_pass (graph, optimise, NULL);
    g_autoptr (WeirGraph) twice = run_pass (once, optimise, NULL);
    g_autoptr (WeirGraph) thrice = run_pass (twice, optimise, NULL);

    g_assert_cmpuint (weir_graph_count (twice), <=, weir_graph_count (once));
    g_assert_cmpuint (weir_graph_count (thrice), ==, weir_graph_count (twice));
  }
}

/* An error says in which pass it came up. */
static void
test_error (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) graph = make_network (0);
  WeirOutputSpec *spec = g_new0 (WeirOutputSpec, 1);

  spec->name = g_strdup ("logit");
  spec->port = -1;
  options.outputs = g_ptr_array_new ();
  g_ptr_array_add (options.outputs, spec);
  expect_pass_error (graph, convert, &options, WEIR_ERROR_ARGUMENT,
                     "pass cut-graph: --output: there is no node or tensor 'logit'; near "
                     "it: 'logits'");
}

static void
test_random_convert (void)
{
  check_random (convert);
}

static void
test_random_optimise (void)
{
  check_random (optimise);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/pipeline/all-folded", test_all_folded);
  g_test_add_func ("/passes/pipeline/mean-before-padding", test_mean_before_padding);
  g_test_add_func ("/passes/pipeline/compressed", test_compressed);
  g_test_add_func ("/passes/pipeline/twice", test_twice);
  g_test_add_func ("/passes/pipeline/error", test_error);
  g_test_add_func ("/passes/pipeline/random-convert", test_random_convert);
  g_test_add_func ("/passes/pipeline/random-optimise", test_random_optimise);
  return g_test_run ();
}
