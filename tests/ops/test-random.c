#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"
#include "ir/infer.h"

/* Expected values were computed with OpenVINO: two runs of five numbers. */

typedef struct {
  const char *dtype;
  double low, high;
  double expected[2][5];
} Row;

static const Row rows[] = {
  { "f32",
    2,
    5,
    { { 2.133067, 2.772969, 4.500517, 2.595251, 2.062189 },
      { 3.29698, 2.828262, 2.121429, 2.561059, 4.602146 } } },
  { "i32", -10, 1000, { { 93, 467, 568, 610, 581 }, { 629, 98, 820, 524, 408 } } },
  { "i64", -10, 1000, { { 815, 308, 395, 627, 55 }, { 705, 266, 931, 922, 110 } } },
  { "f16",
    2,
    5,
    { { 3.085938, 4.160156, 2.234375, 3.294922, 4.453125 },
      { 3.859375, 4.121094, 3.746094, 2.193359, 3.78125 } } },
  { "f64",
    2,
    5,
    { { 3.064539, 4.004135, 2.497514, 3.522264, 2.487231 },
      { 3.596073, 2.535552, 4.397392, 3.773389, 2.600117 } } },
};

static WeirNode *
begin_row (WeirBuilder *builder, const Row *row, WeirTensor **inputs)
{
  WeirDtype dtype = weir_dtype_parse (row->dtype);
  WeirNode *node;

  inputs[0] = ints (&WEIR_SHAPE (1), (gint64[]){ 5 });
  inputs[1] = weir_tensor_new_scalar (dtype, row->low);
  inputs[2] = weir_tensor_new_scalar (dtype, row->high);
  node = begin_op_constants (builder, "RandomUniform", inputs, 3, 0, 0);
  set_attrs (node, "global_seed=20015998343868; op_seed=7");
  weir_node_set_dtype (node, "output_type", dtype);
  return node;
}

static void
clear (WeirTensor **inputs)
{
  for (guint i = 0; i < 3; i++)
    weir_tensor_unref (inputs[i]);
}

/* The state carries the generator on from run to run. */
static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirGraph) graph = weir_graph_new ();
    WeirBuilder builder = WEIR_BUILDER (graph);
    g_autoptr (WeirState) state = weir_state_new ();
    WeirTensor *inputs[3];
    WeirNode *node = begin_row (&builder, &rows[i], inputs);

    weir_build_end (&builder, node);
    g_assert_no_error (builder.error);
    for (guint run = 0; run < 2; run++) {
      WeirTensor *y = NULL;

      g_assert_true (weir_node_evaluate (node, inputs, &y, state, NULL));
      for (gsize k = 0; k < 5; k++)
        g_assert_cmpfloat_with_epsilon (weir_tensor_get (y, k), rows[i].expected[run][k],
                                        1e-5);
      weir_tensor_unref (y);
    }
    clear (inputs);
  }
}

/* Without seeds two nodes do not agree. */
static void
test_no_seed (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3];
  WeirNode *node = begin_row (&builder, &rows[0], inputs);
  g_autoptr (WeirTensor) a = NULL;
  g_autoptr (WeirTensor) b = NULL;

  set_attrs (node, "global_seed=0; op_seed=0");
  a = run_op (&builder, node, inputs, 0);
  b = run_op (&builder, node, inputs, 0);
  g_assert_false (weir_tensor_equal (a, b));
  for (gsize i = 0; i < 5; i++) {
    g_assert_cmpfloat (weir_tensor_get (a, i), >=, 2);
    g_assert_cmpfloat (weir_tensor_get (a, i), <, 5);
  }
  clear (inputs);
}

static void
test_unknown (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort shape = weir_build_parameter (&builder, "s", WEIR_DTYPE_I64, &WEIR_SHAPE (3));
  WeirPort bound =
      weir_build_parameter (&builder, "b", WEIR_DTYPE_F32, &WEIR_SHAPE_SCALAR);
  WeirNode *node = weir_build_begin (&builder, "RandomUniform", "r",
                                     WEIR_INPUTS (shape, bound, bound));

  set_attrs (node, "output_type=f32");
  weir_build_end (&builder, node);
  g_assert_no_error (builder.error);
  assert_shape (&node->outputs[0].info.shape, "[?,?,?]");
}

static void
test_errors (void)
{
  Row row = rows[1];
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3], *output = NULL;
  WeirNode *node;
  GError *error = NULL;

  row.low = row.high;
  node = begin_row (&builder, &row, inputs);
  g_assert_false (weir_node_evaluate (node, inputs, &output, NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_SHAPE);
  g_assert_cmpstr (
      error->message, ==,
      "node 'node' (RandomUniform): expected a bound above 1000, found 1000");
  g_error_free (error);
  set_attrs (node, "output_type=f32");
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "input 1: expected f32, found i32");
  set_attrs (node, "output_type=u8");
  expect_infer_error (&builder, node, WEIR_ERROR_UNSUPPORTED,
                      "random numbers of type u8");
  clear (inputs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/random/values", test_values);
  g_test_add_func ("/ops/random/no-seed", test_no_seed);
  g_test_add_func ("/ops/random/unknown", test_unknown);
  g_test_add_func ("/ops/random/errors", test_errors);
  return g_test_run ();
}
