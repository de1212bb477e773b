#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassOptions, weir_pass_options_clear)

static WeirGraph *
make (gint64 batch)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (batch, 4));
  WeirPort s = weir_build_parameter (&b, "s", WEIR_DTYPE_F32, &WEIR_SHAPE_SCALAR);

  weir_build_result (&b, "y", weir_build2 (&b, "Add", "y", x, s));
  g_assert_no_error (b.error);
  return graph;
}

static void
add_input (WeirPassOptions *options, const char *name, const char *shape, WeirDtype dtype)
{
  WeirInputSpec *spec = g_new0 (WeirInputSpec, 1);

  spec->name = g_strdup (name);
  spec->port = -1;
  spec->shape = g_strdup (shape);
  spec->dtype = dtype;
  if (options->inputs == NULL)
    options->inputs = g_ptr_array_new ();
  g_ptr_array_add (options->inputs, spec);
}

static const WeirShape *
output_shape (const WeirGraph *graph)
{
  return &weir_graph_find (graph, "y")->outputs[0].info.shape;
}

static void
test_named (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) graph = make (-1);
  g_autoptr (WeirGraph) after = NULL;

  add_input (&options, "x", "5,1..4", WEIR_DTYPE_UNKNOWN);
  after = run_pass_only (graph, weir_pass_set_shape, &options);
  assert_shape (output_shape (after), "[5,?]");
  g_assert_cmpstr (weir_node_string (weir_graph_find (after, "x"), "shape"), ==,
                   "5,1..4");
}

static void
test_in_order (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_auto (WeirPassOptions) fewer = { 0 };
  g_autoptr (WeirGraph) graph = make (-1);
  g_autoptr (WeirGraph) after = NULL;

  add_input (&options, NULL, "2,4", WEIR_DTYPE_UNKNOWN);
  add_input (&options, NULL, "3,1,1", WEIR_DTYPE_UNKNOWN);
  after = run_pass_only (graph, weir_pass_set_shape, &options);
  assert_shape (output_shape (after), "[3,2,4]");
  add_input (&fewer, NULL, "2,4", WEIR_DTYPE_UNKNOWN);
  expect_pass_error (graph, weir_pass_set_shape, &fewer, WEIR_ERROR_ARGUMENT,
                     "expected a shape for each of 2 inputs ('x', 's'), found 1");
}

/* The network goes on computing in its own type. */
static void
test_dtype (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) graph = make (2);
  g_autoptr (WeirGraph) after = NULL;

  add_input (&options, "x", NULL, WEIR_DTYPE_U8);
  after = run_pass_only (graph, weir_pass_set_shape, &options);
  g_assert_cmpint (weir_graph_find (after, "x")->outputs[0].info.dtype, ==,
                   WEIR_DTYPE_U8);
  g_assert_cmpint (weir_graph_find (after, "y")->outputs[0].info.dtype, ==,
                   WEIR_DTYPE_F32);
}

static void
test_wrong (void)
{
  g_auto (WeirPassOptions) text = { 0 };
  g_auto (WeirPassOptions) shape = { 0 };
  g_autoptr (WeirGraph) graph = make (2);

  add_input (&text, "x", "2,big", WEIR_DTYPE_UNKNOWN);
  expect_pass_error (graph, weir_pass_set_shape, &text, WEIR_ERROR_FORMAT, "input 'x'");
  add_input (&shape, "x", "3", WEIR_DTYPE_UNKNOWN);
  add_input (&shape, "s", "2", WEIR_DTYPE_UNKNOWN);
  expect_pass_error (graph, weir_pass_set_shape, &shape, WEIR_ERROR_SHAPE,
                     "node 'y' (Add)");
}

/* The scalar has no batch; a batch that is fixed must be named by a layout. */
static void
test_batch (void)
{
  g_auto (WeirPassOptions) options = { .batch = 8 };
  g_autoptr (WeirGraph) graph = make (1);
  g_autoptr (WeirGraph) fixed = make (2);
  g_autoptr (WeirGraph) after = run_pass_only (graph, weir_pass_set_shape, &options);
  g_autoptr (WeirGraph) by_layout = NULL;
  WeirLayoutSpec *layout = g_new0 (WeirLayoutSpec, 1);

  assert_shape (output_shape (after), "[8,4]");
  expect_pass_error (fixed, weir_pass_set_shape, &options, WEIR_ERROR_ARGUMENT,
                     "the first dimension of input 'x' is 2");
  layout->name = g_strdup ("x");
  layout->source = g_strdup ("[C,N]");
  options.layouts = g_ptr_array_new ();
  g_ptr_array_add (options.layouts, layout);
  by_layout = run_pass_only (fixed, weir_pass_set_shape, &options);
  assert_shape (output_shape (by_layout), "[2,8]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/set-shape/named", test_named);
  g_test_add_func ("/passes/set-shape/in-order", test_in_order);
  g_test_add_func ("/passes/set-shape/dtype", test_dtype);
  g_test_add_func ("/passes/set-shape/wrong", test_wrong);
  g_test_add_func ("/passes/set-shape/batch", test_batch);
  return g_test_run ();
}
