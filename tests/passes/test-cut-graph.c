#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* x, s -> first = x + s -> block (block/inner = first * w, block = exp) -> halves = split
 * -> left, right */
static WeirGraph *
make (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 4));
  WeirPort s = weir_build_parameter (&b, "s", WEIR_DTYPE_F32, &WEIR_SHAPE (4));
  WeirPort first = weir_build2 (&b, "Add", "first", x, s);
  WeirPort w = weir_build_scalar (&b, "weights", x, 3);
  WeirPort inner = weir_build2 (&b, "Multiply", "block/inner", first, w);
  WeirPort block = weir_build1 (&b, "Exp", "block", inner);
  WeirNode *split = weir_build_begin_outputs (
      &b, "Split", "halves", WEIR_INPUTS (block, weir_build_i64_scalar (&b, "axis", 1)),
      2);

  weir_node_set_int (split, "num_splits", 2);
  weir_build_end (&b, split);
  weir_edit_add_tensor_name (graph, x, "x:0");
  weir_edit_add_tensor_name (graph, first, "first:0");
  weir_edit_add_tensor_name (graph, block, "block_output");
  weir_build_result (&b, "left", weir_build1 (&b, "Abs", "left", WEIR_PORT (split, 0)));
  weir_build_result (&b, "right", weir_build1 (&b, "Abs", "right", WEIR_PORT (split, 1)));
  g_assert_no_error (b.error);
  return graph;
}

static WeirPassOptions
options_new (void)
{
  WeirPassOptions options;

  weir_pass_options_init (&options);
  options.inputs = g_ptr_array_new ();
  options.outputs = g_ptr_array_new ();
  return options;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassOptions, weir_pass_options_clear)

/* Before input @port of @name if @before, else after its output; -1: the name alone. */
static WeirInputSpec *
add_input (WeirPassOptions *options, const char *name, int port, gboolean before)
{
  WeirInputSpec *spec = g_new0 (WeirInputSpec, 1);

  spec->name = g_strdup (name);
  spec->port = port;
  spec->before = before;
  g_ptr_array_add (options->inputs, spec);
  return spec;
}

static void
add_output (WeirPassOptions *options, const char *name, int port, gboolean before)
{
  WeirOutputSpec *spec = g_new0 (WeirOutputSpec, 1);

  spec->name = g_strdup (name);
  spec->port = port;
  spec->before = before;
  g_ptr_array_add (options->outputs, spec);
}

/* Cuts, and says what is left: "inputs -> outputs", by names. */
static char *
cut (const WeirPassOptions *options)
{
  g_autoptr (WeirGraph) graph = make ();
  g_autoptr (WeirGraph) after = run_pass_only (graph, weir_pass_cut_graph, options);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < weir_graph_n_parameters (after); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "",
                            weir_graph_parameter_name (after, i));
  g_string_append (text, " -> ");
  for (guint i = 0; i < weir_graph_n_results (after); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "",
                            weir_graph_result_name (after, i));
  return g_string_free (text, FALSE);
}

static void
expect_input (const char *name, int port, gboolean before, const char *expected)
{
  g_auto (WeirPassOptions) options = options_new ();
  g_autofree char *found = NULL;

  add_input (&options, name, port, before);
  found = cut (&options);
  g_assert_cmpstr (found, ==, expected);
}

static void
expect_output (const char *name, int port, gboolean before, const char *expected)
{
  g_auto (WeirPassOptions) options = options_new ();
  g_autofree char *found = NULL;

  add_output (&options, name, port, before);
  found = cut (&options);
  g_assert_cmpstr (found, ==, expected);
}

static void
test_inputs (void)
{
  expect_input ("first", 0, FALSE, "first:0 -> left,right");
  expect_input ("block", -1, FALSE, "first:0 -> left,right");
  expect_input ("block", 0, TRUE, "first:0 -> left,right");
  expect_input ("block_output", -1, FALSE, "block_output -> left,right");
}

/* The inputs come in the order in which they are named, with what is asked for. */
static void
test_order (void)
{
  g_auto (WeirPassOptions) options = options_new ();
  g_autoptr (WeirGraph) graph = make ();
  g_autoptr (WeirGraph) after = NULL;
  WeirInputSpec *spec = add_input (&options, "right", 0, TRUE);
  const WeirNode *right;

  spec->shape = g_strdup ("3,?,1..4");
  spec->dtype = WEIR_DTYPE_F64;
  add_input (&options, "left", -1, FALSE);
  add_output (&options, "right", -1, FALSE);
  add_output (&options, "left", -1, FALSE);
  after = run_pass_only (graph, weir_pass_cut_graph, &options);
  g_assert_cmpuint (weir_graph_n_parameters (after), ==, 2);
  right = weir_graph_parameter (after, 0);
  g_assert_cmpstr (right->name, ==, "right/placeholder_port_0");
  g_assert_cmpstr (weir_node_string (right, "shape"), ==, "3,?,1..4");
  g_assert_cmpint (weir_node_dtype (right, "element_type"), ==, WEIR_DTYPE_F64);
  g_assert_cmpstr (weir_graph_result_name (after, 0), ==, "right");
  g_assert_cmpstr (weir_graph_parameter (after, 1)->name, ==, "left/placeholder_port_0");
  assert_shape (&weir_graph_parameter (after, 1)->outputs[0].info.shape, "[?,2]");
  g_assert_cmpuint (weir_graph_count (after), ==, 6);
}

/* An input that is frozen to a value becomes a constant; the others stay. */
static void
test_freeze (void)
{
  static const float values[] = { 1, 2, 3, 4 };
  g_auto (WeirPassOptions) options = options_new ();
  g_autoptr (WeirGraph) graph = make ();
  g_autoptr (WeirGraph) after = NULL;
  const WeirNode *frozen;

  add_input (&options, "s", -1, FALSE)->value = weir_tensor_new_copy (
      WEIR_DTYPE_I64, &WEIR_SHAPE (4), (gint64[]){ 1, 2, 3, 4 }, NULL);
  after = run_pass_only (graph, weir_pass_cut_graph, &options);
  g_assert_cmpuint (weir_graph_n_parameters (after), ==, 1);
  frozen = weir_graph_find (after, "s");
  g_assert_true (weir_node_is (frozen, "Constant"));
  assert_f32 (frozen->outputs[0].info.value, values, 4);
}

static void
expect_error (const char *name, int port, gboolean before, const char *text)
{
  g_auto (WeirPassOptions) options = options_new ();
  g_autoptr (WeirGraph) graph = make ();

  add_input (&options, name, port, before);
  expect_pass_error (graph, weir_pass_cut_graph, &options, WEIR_ERROR_ARGUMENT, text);
}

static void
test_errors (void)
{
  g_auto (WeirPassOptions) options = options_new ();
  g_auto (WeirPassOptions) frozen = options_new ();
  g_autoptr (WeirGraph) graph = make ();

  expect_error ("frist", -1, FALSE,
                "--input: there is no node or tensor 'frist'; near it: 'first'");
  expect_error ("first", -1, FALSE,
                "'first' (Add) has 2: 0:first from 'x', 1:first from 's'");
  expect_error ("first", 2, TRUE,
                "expected one of the 2 ports of node 'first', found port 2");
  expect_error ("halves", 2, FALSE,
                "expected one of the 2 ports of node 'halves', found port 2");
  expect_error ("x", -1, FALSE, "input 's' is left out, but node 'first' needs it");
  add_output (&options, "blok", -1, FALSE);
  expect_pass_error (graph, weir_pass_cut_graph, &options, WEIR_ERROR_ARGUMENT,
                     "--output: there is no node or tensor 'blok'; near it: 'block'");
  add_input (&frozen, "s", -1, FALSE)->value =
      weir_tensor_new_i64 ((gint64[]){ 1, 2 }, 2);
  expect_pass_error (graph, weir_pass_cut_graph, &frozen, WEIR_ERROR_SHAPE,
                     "--input: 's'");
}

/* Without the output behind it, a variable that only that one reads is written no more.
 */
static void
test_state (void)
{
  g_auto (WeirPassOptions) options = options_new ();
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2));
  WeirPort a = weir_build1 (&b, "Abs", "a", x), sum;
  WeirNode *node = weir_build_begin (&b, "ReadValue", "read", &a, 1);

  weir_node_set_string (node, "variable_id", "v");
  sum = weir_build2 (&b, "Add", "sum", weir_build_end (&b, node), x);
  node = weir_build_begin (&b, "Assign", "write", &sum, 1);
  weir_node_set_string (node, "variable_id", "v");
  weir_build_end (&b, node);
  weir_build_result (&b, "sum", sum);
  g_assert_no_error (b.error);
  add_output (&options, "a", -1, FALSE);
  after = run_pass_only (graph, weir_pass_cut_graph, &options);
  g_assert_cmpuint (weir_graph_count (after), ==, 3);
}

/* A frontend has cut already: the names that were asked for need not be there any more.
 */
static void
test_done (void)
{
  g_auto (WeirPassOptions) options = options_new ();
  g_autoptr (WeirGraph) graph = make ();
  g_autoptr (WeirGraph) after = NULL;

  add_input (&options, "0:gone", -1, FALSE);
  add_output (&options, "gone", -1, FALSE);
  options.is_cut = TRUE;
  after = run_pass_only (graph, weir_pass_cut_graph, &options);
  g_assert_cmpuint (weir_graph_count (after), ==, weir_graph_count (graph));
}

static void
test_outputs (void)
{
  expect_output ("right", -1, FALSE, "x:0,s -> right");
  expect_output ("halves", 1, FALSE, "x:0,s -> halves");
  expect_output ("block", -1, FALSE, "x:0,s -> block_output");
  expect_output ("block", 0, TRUE, "x:0,s -> first:0");
  expect_output ("first", -1, FALSE, "x:0,s -> first:0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/cut-graph/inputs", test_inputs);
  g_test_add_func ("/passes/cut-graph/outputs", test_outputs);
  g_test_add_func ("/passes/cut-graph/order", test_order);
  g_test_add_func ("/passes/cut-graph/freeze", test_freeze);
  g_test_add_func ("/passes/cut-graph/errors", test_errors);
  g_test_add_func ("/passes/cut-graph/state", test_state);
  g_test_add_func ("/passes/cut-graph/done", test_done);
  return g_test_run ();
}
