#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"
#include "ir/infer.h"

/* Expected values are worked out by hand. */

#define WHOLE (-1)

static void
map (GArray *maps, gint64 external, guint internal, gint64 axis, gint64 stride)
{
  WeirPortMap row = { .external = external,
                      .internal = internal,
                      .axis = axis,
                      .start = stride < 0 ? -1 : 0,
                      .end = stride < 0 ? 0 : -1,
                      .stride = stride,
                      .part_size = ABS (stride) };

  g_array_append_val (maps, row);
}

static void
back (WeirBody *body, guint from, guint to)
{
  WeirBackEdge edge = { .from = from, .to = to };

  g_array_append_val (body->back_edges, edge);
}

static WeirPort
parameter (WeirBuilder *builder, const char *name, WeirDtype dtype)
{
  return weir_build_parameter (builder, name, dtype, &WEIR_SHAPE_UNKNOWN);
}

/* A running sum of the rows of x: outputs are the last sum and all of them. */
static WeirNode *
running_sum (WeirBuilder *builder, const WeirShape *x_shape, gint64 stride)
{
  WeirPort x = weir_build_parameter (builder, "x", WEIR_DTYPE_F32, x_shape);
  WeirPort start =
      weir_build_parameter (builder, "start", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2));
  WeirNode *node = weir_build_begin_outputs (builder, "TensorIterator", "ti",
                                             WEIR_INPUTS (x, start), 2);
  WeirBody *body = weir_edit_add_body (node);
  WeirBuilder inside = WEIR_BUILDER (body->graph);
  WeirPort row = parameter (&inside, "row", WEIR_DTYPE_F32);
  WeirPort sum = parameter (&inside, "sum", WEIR_DTYPE_F32);

  weir_build_result (&inside, "next", weir_build2 (&inside, "Add", "add", row, sum));
  g_assert_no_error (inside.error);
  map (body->inputs, 0, 0, 0, stride);
  map (body->inputs, 1, 1, WHOLE, 1);
  map (body->outputs, 0, 0, WHOLE, 1);
  map (body->outputs, 1, 0, 0, stride);
  back (body, 0, 1);
  return node;
}

static void
check_sum (gint64 stride, const float *last, const float *all)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (3, 2));
  g_autoptr (WeirTensor) start =
      weir_tensor_new_f32 (&WEIR_SHAPE (1, 2), (float[]){ 10, 20 });
  WeirTensor *inputs[] = { x, start };
  WeirNode *node = running_sum (&builder, &WEIR_SHAPE (3, 2), stride);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);
  g_autoptr (WeirTensor) z = run_op (&builder, node, inputs, 1);

  assert_shape (&node->outputs[0].info.shape, "[1,2]");
  assert_shape (&node->outputs[1].info.shape, "[3,2]");
  assert_f32 (y, last, 2);
  assert_f32 (z, all, 6);
}

static void
test_tensor_iterator (void)
{
  check_sum (1, (float[]){ 16, 29 }, (float[]){ 10, 21, 12, 24, 16, 29 });
  check_sum (-1, (float[]){ 16, 29 }, (float[]){ 16, 29, 16, 28, 14, 25 });
}

/* The number of rows is not known; then there are none. */
static void
test_unknown_count (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (0, 2));
  g_autoptr (WeirTensor) start =
      weir_tensor_new_f32 (&WEIR_SHAPE (1, 2), (float[]){ 10, 20 });
  WeirTensor *inputs[] = { x, start };
  WeirNode *node = running_sum (&builder, &WEIR_SHAPE (WEIR_DIM_UNKNOWN, 2), 1);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);
  g_autoptr (WeirTensor) z = run_op (&builder, node, inputs, 1);

  assert_shape (&node->outputs[1].info.shape, "[?,2]");
  assert_f32 (y, (float[]){ 10, 20 }, 2);
  assert_shape (weir_tensor_shape (z), "[0,2]");
}

/* Slices of two rows, five rows: the last one is left over. */
static void
test_parts (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (2, 5));
  WeirPort port =
      weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 5));
  WeirNode *node =
      weir_build_begin_outputs (&builder, "TensorIterator", "ti", &port, 1, 1);
  WeirBody *body = weir_edit_add_body (node);
  WeirBuilder inside = WEIR_BUILDER (body->graph);
  g_autoptr (WeirTensor) y = NULL;

  weir_build_result (
      &inside, "r",
      weir_build1 (&inside, "Negative", "n", parameter (&inside, "p", WEIR_DTYPE_F32)));
  map (body->inputs, 0, 0, 1, -2);
  map (body->outputs, 0, 0, 1, 2);
  y = run_op (&builder, node, &x, 0);
  assert_shape (weir_tensor_shape (y), "[2,4]");
  assert_f32 (y, (float[]){ -3, -4, -1, -2, -8, -9, -6, -7 }, 8);
}

/* x doubles until it is no longer below 100, or the trips are over; the counter's sum
 * goes along. Outputs: x, the sum. */
static WeirNode *
doubling (WeirBuilder *builder, gboolean constant_count)
{
  WeirPort trips =
      constant_count
          ? weir_build_i64_scalar (builder, "trips", 3)
          : weir_build_parameter (builder, "trips", WEIR_DTYPE_I64, &WEIR_SHAPE_SCALAR);
  WeirPort go = weir_build_parameter (builder, "go", WEIR_DTYPE_BOOL, &WEIR_SHAPE (1));
  WeirPort x = weir_build_parameter (builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE_SCALAR);
  WeirPort sum = weir_build_parameter (builder, "sum", WEIR_DTYPE_I64, &WEIR_SHAPE (1));
  WeirNode *node = weir_build_begin_outputs (builder, "Loop", "loop",
                                             WEIR_INPUTS (trips, go, x, sum), 2);
  WeirBody *body = weir_edit_add_body (node);
  WeirBuilder in = WEIR_BUILDER (body->graph);
  WeirPort value = parameter (&in, "value", WEIR_DTYPE_F32);
  WeirPort total = parameter (&in, "total", WEIR_DTYPE_I64);
  WeirPort i = weir_build_parameter (&in, "i", WEIR_DTYPE_I64, &WEIR_SHAPE (1));
  WeirPort twice = weir_build2 (&in, "Add", "twice", value, value);

  weir_build_result (&in, "value'", twice);
  weir_build_result (&in, "total'", weir_build2 (&in, "Add", "add", total, i));
  weir_build_result (&in, "below",
                     weir_build2 (&in, "Less", "less", twice,
                                  weir_build_scalar (&in, "hundred", twice, 100)));
  g_assert_no_error (in.error);
  map (body->inputs, 2, 0, WHOLE, 1);
  map (body->inputs, 3, 1, WHOLE, 1);
  map (body->inputs, -1, 2, WHOLE, 1);
  map (body->outputs, 0, 0, WHOLE, 1);
  map (body->outputs, 1, 1, WHOLE, 1);
  back (body, 0, 0);
  back (body, 1, 1);
  body->condition = 2;
  return node;
}

static void
check_doubling (gint64 trips, gboolean go, float x, float y, gint64 sum)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) count = weir_tensor_new_i64_scalar (trips);
  g_autoptr (WeirTensor) begin = weir_tensor_new_copy (WEIR_DTYPE_BOOL, &WEIR_SHAPE (1),
                                                       (guint8[]){ go != FALSE }, NULL);
  g_autoptr (WeirTensor) value = weir_tensor_new_f32_scalar (x);
  g_autoptr (WeirTensor) zero = ints (&WEIR_SHAPE (1), (gint64[]){ 0 });
  WeirTensor *inputs[] = { count, begin, value, zero };
  WeirNode *node = doubling (&builder, FALSE);
  g_autoptr (WeirTensor) last = run_op (&builder, node, inputs, 0);
  g_autoptr (WeirTensor) total = run_op (&builder, node, inputs, 1);

  assert_f32 (last, &y, 1);
  assert_ints (total, &sum, 1);
}

static void
test_loop (void)
{
  check_doubling (1000, TRUE, 3, 192, 15);
  check_doubling (-1, TRUE, 3, 192, 15);
  check_doubling (3, TRUE, 3, 24, 3);
  check_doubling (0, TRUE, 3, 3, 0);
  check_doubling (5, FALSE, 3, 3, 0);
}

/* A value that grows on its way round is inferred as one of unknown size. */
static void
test_widening (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort trips = weir_build_i64_scalar (&builder, "trips", 2);
  WeirPort go =
      weir_build_constant (&builder, "go", weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1));
  WeirPort x = weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1));
  WeirPort y = weir_build_parameter (&builder, "y", WEIR_DTYPE_F32, &WEIR_SHAPE (3));
  WeirNode *node = weir_build_begin_outputs (&builder, "Loop", "loop",
                                             WEIR_INPUTS (trips, go, x, y), 2);
  WeirBody *body = weir_edit_add_body (node);
  WeirBuilder in = WEIR_BUILDER (body->graph);
  WeirPort a = parameter (&in, "a", WEIR_DTYPE_F32),
           b = parameter (&in, "b", WEIR_DTYPE_F32);
  g_autoptr (WeirTensor) count = weir_tensor_new_i64_scalar (2);
  g_autoptr (WeirTensor) yes = weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1);
  g_autoptr (WeirTensor) one = weir_tensor_new_f32 (&WEIR_SHAPE (1), (float[]){ 1 });
  g_autoptr (WeirTensor) three = iota_f32 (&WEIR_SHAPE (3));
  WeirTensor *inputs[] = { count, yes, one, three };
  g_autoptr (WeirTensor) last = NULL;

  weir_build_result (&in, "r", weir_build2 (&in, "Add", "add", a, b));
  map (body->inputs, 2, 0, WHOLE, 1);
  map (body->inputs, 3, 1, WHOLE, 1);
  map (body->outputs, 0, 0, WHOLE, 1);
  map (body->outputs, 1, 0, 0, 1);
  back (body, 0, 0);
  last = run_op (&builder, node, inputs, 0);
  assert_shape (&weir_graph_parameter (body->graph, 0)->outputs[0].info.shape, "[?]");
  assert_shape (&node->outputs[0].info.shape, "[3]");
  assert_shape (&node->outputs[1].info.shape, "[6]");
  assert_f32 (last, (float[]){ 1, 3, 5 }, 3);
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirNode *node = running_sum (&builder, &WEIR_SHAPE (3, 2), 1);
  WeirBody *body = node->bodies;
  WeirPortMap *first = &g_array_index (body->inputs, WeirPortMap, 0);

  first->external = 9;
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT,
                      "input map 0 joins port 9 and number 0 in the body");
  first->external = 0;
  first->internal = 1;
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT,
                      "parameter 'row' of the body gets 0 values, expected 1");
  first->internal = 0;
  first->stride = 0;
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "do not fit into a dimension of 3");
  first->stride = 1;
  first->end = 4;
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "do not fit into a dimension of 3");
  first->end = -1;
  first->axis = 2;
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "input map 0: axis 2 is out of range for rank 2");
  first->axis = 0;
  g_array_index (body->back_edges, WeirBackEdge, 0).from = 5;
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT, "back edge 0 from result 5");
  g_array_index (body->back_edges, WeirBackEdge, 0).from = 0;
  g_array_set_size (body->outputs, 1);
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT,
                      "no result is mapped to output 1");
}

static void
test_bad_count (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) two = ints (&WEIR_SHAPE (2), (gint64[]){ 1, 2 });
  g_autoptr (WeirTensor) x = weir_tensor_new_f32_scalar (1);
  WeirTensor *inputs[] = { two, two, x, two };
  WeirNode *node = doubling (&builder, TRUE);
  WeirTensor *outputs[2];
  GError *error = NULL;

  weir_build_end (&builder, node);
  g_assert_no_error (builder.error);
  g_assert_false (weir_node_evaluate (node, inputs, outputs, NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==,
                   "node 'loop' (Loop): expected one element as the trip count, found 2");
  g_error_free (error);
}

static void
test_endless (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) forever = weir_tensor_new_i64_scalar (-1);
  g_autoptr (WeirTensor) yes = weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32_scalar (1);
  g_autoptr (WeirTensor) zero = ints (&WEIR_SHAPE (1), (gint64[]){ 0 });
  WeirTensor *inputs[] = { forever, yes, x, zero }, *outputs[2];
  WeirNode *node = doubling (&builder, FALSE);
  GError *error = NULL;

  node->bodies->condition = -1;
  weir_build_end (&builder, node);
  g_assert_no_error (builder.error);
  g_assert_false (weir_node_evaluate (node, inputs, outputs, NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
  assert_says (error, "neither a trip count nor a condition ends");
  g_error_free (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/loop/tensor-iterator", test_tensor_iterator);
  g_test_add_func ("/ops/loop/unknown-count", test_unknown_count);
  g_test_add_func ("/ops/loop/parts", test_parts);
  g_test_add_func ("/ops/loop/loop", test_loop);
  g_test_add_func ("/ops/loop/widening", test_widening);
  g_test_add_func ("/ops/loop/errors", test_errors);
  g_test_add_func ("/ops/loop/bad-count", test_bad_count);
  g_test_add_func ("/ops/loop/endless", test_endless);
  return g_test_run ();
}
