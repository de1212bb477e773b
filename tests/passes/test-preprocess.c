#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"
#include "passes.h"
#include "passes/list.h"

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassOptions, weir_pass_options_clear)

static WeirGraph *
make (const WeirShape *shape)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, shape);

  weir_build_result (&b, "y", weir_build1 (&b, "Negative", "y", x));
  g_assert_no_error (b.error);
  return graph;
}

static void
add_values (GPtrArray **list, const char *name, const double *values, gsize n)
{
  WeirChannelSpec *spec = g_new0 (WeirChannelSpec, 1);

  spec->name = g_strdup (name);
  spec->values = g_memdup2 (values, n * sizeof *values);
  spec->n = n;
  if (*list == NULL)
    *list = g_ptr_array_new ();
  g_ptr_array_add (*list, spec);
}

static void
add_layout (WeirPassOptions *options, const char *source, const char *target)
{
  WeirLayoutSpec *spec = g_new0 (WeirLayoutSpec, 1);

  spec->source = g_strdup (source);
  spec->target = g_strdup (target);
  options->layouts = g_ptr_array_new ();
  g_ptr_array_add (options->layouts, spec);
}

static const double means[] = { 1, 2, 3 }, scales[] = { 2, 4, 8 };

/* Reversal first: channel 0 of the network is the last of the frame. Then (x - mean) /
 * scale in the order of the network: (30 - 1) / 2, (20 - 2) / 4, (10 - 3) / 8, all
 * negative. */
static void
check_order (const WeirShape *shape, const char *source, const char *target)
{
  static const float expected[] = { -14.5f, -4.5f, -0.875f };
  g_auto (WeirPassOptions) options = { .reverse_input_channels = TRUE };
  g_autoptr (WeirGraph) graph = make (shape);
  g_autoptr (WeirGraph) moved = NULL, after = NULL;
  g_autoptr (WeirTensor) x = NULL, y = NULL;

  add_values (&options.mean, NULL, means, 3);
  add_values (&options.scale, "x", scales, 3);
  if (source != NULL)
    add_layout (&options, source, target);
  moved = run_pass_only (graph, weir_pass_layout, &options);
  after = run_pass_only (moved, weir_pass_preprocess, &options);
  x = weir_tensor_new_f32 (&weir_graph_parameter (after, 0)->outputs[0].info.shape,
                           (float[]){ 10, 20, 30 });
  weir_graph_evaluate (after, &x, &y, NULL, NULL);
  assert_f32 (y, expected, 3);
}

static void
test_order (void)
{
  check_order (&WEIR_SHAPE (1, 3, 1, 1), NULL, NULL);
  check_order (&WEIR_SHAPE (1, 1, 1, 3), NULL, NULL);
  check_order (&WEIR_SHAPE (3, 1, 1), NULL, NULL);
  check_order (&WEIR_SHAPE (1, 3, 1, 1, 1), NULL, NULL);
  check_order (&WEIR_SHAPE (1, 1, 3, 1), "[N,H,C,W]", NULL);
  check_order (&WEIR_SHAPE (1, 1, 1, 3), "nhwc", "nchw");
}

static void
expect_error (WeirPassOptions *options, const WeirShape *shape, const char *text)
{
  g_autoptr (WeirGraph) graph = make (shape);

  expect_pass_error (graph, weir_pass_preprocess, options, WEIR_ERROR_ARGUMENT, text);
  weir_pass_options_clear (options);
}

static void
test_errors (void)
{
  WeirPassOptions options = { .reverse_input_channels = TRUE };

  expect_error (&options, &WEIR_SHAPE (1, 4, 5, 5),
                "expected an input with three channels");
  options.reverse_input_channels = TRUE;
  expect_error (&options, &WEIR_SHAPE (1, 3, 5, 3),
                "expected an input with three channels");
  add_values (&options.mean, NULL, means, 3);
  expect_error (&options, &WEIR_SHAPE (1, 1, 3, 1), "say by --layout which dimension");
  add_values (&options.mean, NULL, means, 2);
  expect_error (&options, &WEIR_SHAPE (1, 3, 1, 1),
                "--mean_values: 2 values for input 'x'");
  add_values (&options.mean, "z", means, 3);
  expect_error (&options, &WEIR_SHAPE (1, 3, 1, 1), "one of the inputs 'x', found 'z'");
  add_values (&options.scale, NULL, scales, 3);
  add_values (&options.scale, NULL, scales, 3);
  expect_error (&options, &WEIR_SHAPE (1, 3, 1, 1), "each of the 1 inputs 'x'");
  add_values (&options.scale, NULL, (double[]){ 0 }, 1);
  expect_error (&options, &WEIR_SHAPE (1, 3, 1, 1), "expected values other than 0");
}

static void
test_scalars (void)
{
  static const float expected[] = { -0.5f, -1 };
  g_auto (WeirPassOptions) options = { .scale_all = 4 };
  g_autoptr (WeirGraph) graph = make (&WEIR_SHAPE (2));
  g_autoptr (WeirGraph) after = NULL;
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (2), (float[]){ 3, 5 });
  g_autoptr (WeirTensor) y = NULL;

  add_values (&options.mean, NULL, means, 1);
  after = run_pass_only (graph, weir_pass_preprocess, &options);
  weir_graph_evaluate (after, &x, &y, NULL, NULL);
  assert_f32 (y, expected, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/preprocess/order", test_order);
  g_test_add_func ("/passes/preprocess/errors", test_errors);
  g_test_add_func ("/passes/preprocess/scalars", test_scalars);
  return g_test_run ();
}
