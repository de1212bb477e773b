#include "base/error.h"
#include "cases.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"
#include "ir/infer.h"

/* Expected values come from OpenVINO where it takes the case, else they are by hand. */
static const OpCase reshape_values[] = {
  { "Reshape-1 special_zero=true",
    { "f32[2,3,2] 0..11", "i64[2] 0 -1" },
    { "f32[2,6] 0..11" } },
  { "Reshape-1 special_zero=false",
    { "f32[2,3] 0..5", "i64[3] 3 -1 1" },
    { "f32[3,2,1] 0..5" } },
  { "Reshape-1 special_zero=false", { "f32[0,3] 0", "i64[2] 0 4" }, { "f32[0,4] 0" } },
  { "Reshape-1 special_zero=false", { "f32[0,3] 0", "i64[2] 0 -1" }, { "f32[0,1] 0" } },
  { "Reshape-1 special_zero=false", { "f32[1] 0", "i64[0] 0" }, { "f32[] 0" } },
  { "Squeeze-1", { "f32[1,2,1] 0 1", "i64[2] 0 -1" }, { "f32[2] 0 1" } },
  { "Squeeze-1", { "f32[1,2,1] 0 1" }, { "f32[2] 0 1" } },
  { "Squeeze-15 allow_axis_skip=true",
    { "f32[1,2,1] 0 1", "i64[2] 0 1" },
    { "f32[2,1] 0 1" } },
  { "Unsqueeze-1", { "f32[2] 0 1", "i64[2] 0 -1" }, { "f32[1,2,1] 0 1" } },
  { "Unsqueeze-1", { "f32[2,2] 0..3", "i64[] 1" }, { "f32[2,1,2] 0..3" } },
  { NULL },
};

static const OpCase transpose_values[] = {
  { "Transpose-1",
    { "f32[2,3,2] 0..11", "i64[3] 2 0 1" },
    { "f32[2,2,3] 0 2 4 6 8 10 1 3 5 7 9 11" } },
  { "Transpose-1",
    { "f16[1,2,2,2] 0..7", "i64[4] 0 2 3 1" },
    { "f16[1,2,2,2] 0 4 1 5 2 6 3 7" } },
  { "Transpose-1", { "f32[2,3] 0..5", "i64[0] 0" }, { "f32[3,2] 0 3 1 4 2 5" } },
  { NULL },
};

static const OpCase shape_of_values[] = {
  { "ShapeOf-3 output_type=i32", { "f32[2,3] 0..5" }, { "i32[2] 2 3" } },
  { "ShapeOf-1", { "f32[2,3] 0..5" }, { "i64[2] 2 3" } },
  { "ShapeOf", { "f32[] 0" }, { "i64[0] 0" } },
  { NULL },
};

static const OpCase partial[] = {

  { "Reshape-1 special_zero=true", { "f32[?,3,4]", "i64[2] 0 -1" }, { "f32[?,12]" } },
  { "Reshape-1 special_zero=true", { "f32[?,3,4]", "i64[2] -1 12" }, { "f32[?,12]" } },
  { "Reshape-1 special_zero=true", { "f32[...]", "i64[3] 0 -1 2" }, { "f32[?,?,2]" } },
  { "Reshape-1 special_zero=true", { "f32[2,3]", "i64[3]" }, { "f32[?,?,?]" } },
  { "Reshape-1 special_zero=true", { "f32[2,3]", "i64[?]" }, { "f32[...]" } },
  { "Reshape-1 special_zero=true", { "f32[0,3]", "i64[2] 0 -1" }, { "f32[0,3]" } },
  { "Squeeze-1", { "f32[?,3]", "i64[1] 0" }, { "f32[3]" } },
  { "Squeeze-1", { "f32[?,3]" }, { "f32[...]" } },
  { "Squeeze-1", { "f32[1,3]", "i64[1]" }, { "f32[...]" } },
  { "Squeeze-15 allow_axis_skip=true", { "f32[?,3]", "i64[1] 0" }, { "f32[...]" } },
  { "Unsqueeze-1", { "f32[?,3]", "i64[2] -1 0" }, { "f32[1,?,3,1]" } },
  { "Unsqueeze-1", { "f32[2,3]", "i64[1]" }, { "f32[?,?,?]" } },
  { "Transpose-1", { "f32[?,3]", "i64[2] 1 0" }, { "f32[3,?]" } },
  { "Transpose-1", { "f32[...]", "i64[2] 1 0" }, { "f32[?,?]" } },
  { "Transpose-1", { "f32[2,3]", "i64[2]" }, { "f32[?,?]" } },
  { "ShapeOf-3", { "f32[4,3]" }, { "i64[2] 4 3" } },
  { "ShapeOf-3 output_type=i32", { "f32[4,?]" }, { "i32[2]" } },
  { "ShapeOf-3", { "f32[...]" }, { "i64[?]" } },
  { NULL },
};

static const BadCase bad[] = {

  { "Reshape-1 special_zero=true",
    { "f32[2,3] 0", "i64[2] 4 -1" },
    0,
    WEIR_ERROR_SHAPE,
    "[2,3] cannot be reshaped to [4,?]" },
  { "Reshape-1 special_zero=true",
    { "f32[2,3] 0", "i64[2] 2 2" },
    0,
    WEIR_ERROR_SHAPE,
    "[2,3] cannot be reshaped to [2,2]" },
  { "Reshape-1 special_zero=true",
    { "f32[2,3] 0", "i64[2] -1" },
    0,
    WEIR_ERROR_SHAPE,
    "target dimension 1 is -1, expected a size, or one -1" },
  { "Reshape-1 special_zero=true",
    { "f32[2,3] 0", "i64[2] -2 3" },
    0,
    WEIR_ERROR_SHAPE,
    "target dimension 0 is -2" },
  { "Reshape-1 special_zero=true",
    { "f32[2] 0", "i64[2] 2 0" },
    0,
    WEIR_ERROR_SHAPE,
    "target dimension 1 is copied from an input of rank 1" },
  { "Reshape-1 special_zero=false",
    { "f32[2] 0", "i64[2] 0 -1" },
    0,
    WEIR_ERROR_SHAPE,
    "[2] cannot be reshaped to [0,?]" },
  { "Reshape-1 special_zero=true",
    { "f32[1] 0", "i64[9] 1" },
    0,
    WEIR_ERROR_LIMIT,
    "a target of rank 9 is beyond the largest of 8" },
  { "Reshape-1 special_zero=true",
    { "f32[1]", "i64[1000]" },
    0,
    WEIR_ERROR_LIMIT,
    "input 1 (shape) has 1000 values, more than 16" },
  { "Reshape-1 special_zero=true",
    { "f32[1]", "f32[1]" },
    0,
    WEIR_ERROR_SHAPE,
    "input 1 (shape): expected a list of integers, found [1] of f32" },
  { "Reshape-1",
    { "f32[1] 0", "i64[1] 1" },
    0,
    WEIR_ERROR_FORMAT,
    "attribute 'special_zero' is missing" },
  { "Squeeze-1",
    { "f32[2,1] 0", "i64[1] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "dimension 0 is 2, only 1 can be squeezed out" },
  { "Squeeze-1",
    { "f32[2,1] 0", "i64[1] 2" },
    0,
    WEIR_ERROR_SHAPE,
    "axis 2 is out of range for rank 2" },
  { "Unsqueeze-1",
    { "f32[2] 0", "i64[2] 0 -3" },
    0,
    WEIR_ERROR_SHAPE,
    "axes: axis 0 comes twice" },
  { "Unsqueeze-1",
    { "f32[2] 0", "i64[1] 2" },
    0,
    WEIR_ERROR_SHAPE,
    "axes: axis 2 is out of range for rank 2" },
  { "Unsqueeze-1",
    { "f32[1,1,1,1,1,1,1] 0", "i64[2] 0 1" },
    0,
    WEIR_ERROR_LIMIT,
    "rank 9 is beyond the largest of 8" },
  { "Transpose-1",
    { "f32[2,3] 0", "i64[2] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "order: axis 0 comes twice" },
  { "Transpose-1",
    { "f32[2,3] 0", "i64[3] 0 1 2" },
    0,
    WEIR_ERROR_SHAPE,
    "order: expected 2 values, found 3" },
  { "ShapeOf-3 output_type=f32",
    { "f32[2] 0" },
    0,
    WEIR_ERROR_FORMAT,
    "attribute 'output_type': expected i32 or i64, found f32" },
  { "ShapeOf-3 output_type=i32",
    { "f32[4294967296]" },
    0,
    WEIR_ERROR_LIMIT,
    "dimension 0 of 4294967296 does not fit into i32" },
  { NULL },
};

/* [N,C,H,W] is flattened to [N,-1] the way exporters write it: ShapeOf, Gather, Concat,
 * Reshape. All of it is known as soon as the input's shape is. */
static WeirNode *
build_flatten (WeirBuilder *builder, const WeirShape *shape)
{
  WeirPort x = weir_build_parameter (builder, "x", WEIR_DTYPE_F32, shape);
  WeirPort dims = weir_build1 (builder, "ShapeOf", "dims", x);
  WeirPort first = weir_build_i64 (builder, "first", (gint64[]){ 0 }, 1);
  WeirPort rest = weir_build_i64 (builder, "rest", (gint64[]){ -1 }, 1);
  WeirPort axis = weir_build_i64_scalar (builder, "axis", 0);
  WeirPort batch =
      weir_build (builder, "Gather", "batch", WEIR_INPUTS (dims, first, axis));
  WeirNode *target =
      weir_build_begin (builder, "Concat", "target", WEIR_INPUTS (batch, rest));
  WeirPort list;
  WeirNode *reshape;

  weir_node_set_int (target, "axis", 0);
  list = weir_build_end (builder, target);
  reshape = weir_build_begin (builder, "Reshape", "flat", WEIR_INPUTS (x, list));
  weir_node_set_bool (reshape, "special_zero", FALSE);
  weir_build_result (builder, "flat", weir_build_end (builder, reshape));
  g_assert_no_error (builder->error);
  return reshape;
}

static void
test_calculation (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirNode *flat = build_flatten (&builder, &WEIR_SHAPE (2, 3, 4, 5));
  const WeirValueInfo *target = weir_node_input_info (graph, flat, 1);

  assert_shape (&flat->outputs[0].info.shape, "[2,60]");
  assert_ints (target->value, (gint64[]){ 2, -1 }, 2);
}

/* With a batch that only the run knows, the same graph computes its shapes then; and a
 * new shape of the input makes all of them known. */
static void
test_calculation_at_run_time (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirNode *flat = build_flatten (&builder, &WEIR_SHAPE (-1, 3, 4, 5));
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (7, 3, 4, 5));
  WeirTensor *y = NULL;
  GError *error = NULL;

  assert_shape (&flat->outputs[0].info.shape, "[?,?]");
  weir_graph_evaluate (graph, &x, &y, NULL, &error);
  g_assert_no_error (error);
  assert_shape (weir_tensor_shape (y), "[7,60]");
  weir_tensor_unref (y);
  weir_graph_set_shape (weir_graph_parameter (graph, 0), &WEIR_SHAPE (6, 3, 4, 5));
  weir_graph_infer (graph, &error);
  g_assert_no_error (error);
  assert_shape (&flat->outputs[0].info.shape, "[6,60]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/reshape/values", reshape_values, run_op_cases);
  g_test_add_data_func ("/ops/transpose/values", transpose_values, run_op_cases);
  g_test_add_data_func ("/ops/shape-of/values", shape_of_values, run_op_cases);
  g_test_add_data_func ("/ops/reshape/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/reshape/bad", bad, run_bad_cases);
  g_test_add_func ("/ops/reshape/calculation", test_calculation);
  g_test_add_func ("/ops/reshape/calculation-at-run-time", test_calculation_at_run_time);
  return g_test_run ();
}
