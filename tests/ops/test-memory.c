#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"
#include "ir/infer.h"

static void
run (const WeirGraph *graph, WeirState *state, float x, float expected)
{
  g_autoptr (WeirTensor) input = weir_tensor_new_f32 (&WEIR_SHAPE (1), &x);
  g_autoptr (WeirTensor) output = NULL;
  GError *error = NULL;

  weir_graph_evaluate (graph, &input, &output, state, &error);
  g_assert_no_error (error);
  assert_f32 (output, &expected, 1);
}

/* A delay line. The Assign comes first by its id, and must run last all the same. */
static void
test_delay (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1));
  WeirNode *assign = weir_build_begin (&builder, "Assign", "assign", &x, 1);
  WeirPort start = weir_build_constant (
      &builder, "start", weir_tensor_new_f32 (&WEIR_SHAPE (1), (float[]){ 7 }));
  WeirNode *read = weir_build_begin (&builder, "ReadValue", "read", &start, 1);
  g_autoptr (WeirState) state = weir_state_new ();

  weir_node_set_string (assign, "variable_id", "v");
  weir_node_set_string (read, "variable_id", "v");
  weir_build_end (&builder, assign);
  weir_build_result (&builder, "y", weir_build_end (&builder, read));
  g_assert_no_error (builder.error);
  run (graph, state, 1, 7);
  run (graph, state, 2, 1);
  run (graph, state, 3, 2);
  weir_state_reset (state);
  run (graph, state, 4, 7);
  run (graph, NULL, 5, 7);
}

static WeirNode *
declare (WeirBuilder *builder, const char *dtype, const char *shape)
{
  WeirNode *node = weir_build_begin (builder, "ReadValue", "read", NULL, 0);

  weir_node_set_string (node, "variable_id", "v");
  weir_node_set_dtype (node, "variable_type", weir_dtype_parse (dtype));
  weir_node_set_string (node, "variable_shape", shape);
  return node;
}

/* Without an initial value a declared variable begins as zeros. */
static void
test_declared (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirNode *node = declare (&builder, "f16", "2,?");
  WeirTensor *output = NULL;

  weir_build_end (&builder, node);
  g_assert_no_error (builder.error);
  assert_shape (&node->outputs[0].info.shape, "[2,?]");
  g_assert_true (weir_node_evaluate (node, NULL, &output, NULL, NULL));
  assert_shape (weir_tensor_shape (output), "[2,0]");
  g_assert_cmpint (weir_tensor_dtype (output), ==, WEIR_DTYPE_F16);
  weir_tensor_unref (output);
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirNode *node = declare (&builder, "f32", "2,3");
  WeirPort x = weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 4));
  g_autoptr (WeirState) state = weir_state_new ();
  g_autoptr (WeirTensor) stored = iota_f32 (&WEIR_SHAPE (5));
  WeirTensor *output = NULL;
  GError *error = NULL;

  weir_build_end (&builder, node);
  weir_state_set (state, "v", stored);
  g_assert_false (weir_node_evaluate (node, NULL, &output, state, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_SHAPE);
  g_assert_cmpstr (
      error->message, ==,
      "node 'read' (ReadValue): variable 'v': expected [2,3] of f32, found [5] "
      "of f32");
  g_error_free (error);
  node->version = 3;
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT, "expects an initial value");
  node->version = 6;
  weir_edit_append_input (graph, node, x);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "variable 'v': expected [2,3] of f32, found [2,4] of f32");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/memory/delay", test_delay);
  g_test_add_func ("/ops/memory/declared", test_declared);
  g_test_add_func ("/ops/memory/errors", test_errors);
  return g_test_run ();
}
