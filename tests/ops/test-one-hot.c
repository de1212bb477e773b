#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO where it takes the case, else they are by hand. */
static const OpCase one_hot_values[] = {
  { "OneHot-1 axis=-1",
    { "i64[4] 0 -1 2 3", "i64[] 3", "f32[] 2", "f32[] -1" },
    { "f32[4,3] 2 -1 -1 -1 -1 -1 -1 -1 2 -1 -1 -1" } },
  { "OneHot-1 axis=0",
    { "i32[1,2] 1 0", "i64[] 3", "f32[] 2", "f32[] -1" },
    { "f32[3,1,2] -1 2 2 -1 -1 -1" } },
  { "OneHot-1 axis=1",
    { "i32[2,2] 1 0 2 2", "i64[] 3", "f32[] 2", "f32[] -1" },
    { "f32[2,3,2] -1 2 2 -1 -1 -1 -1 -1 -1 -1 2 2" } },
  { "OneHot-16 axis=-1 negative_indices_mode=normalize",
    { "i64[5] -3 -1 2 3 -4", "i64[] 3", "f32[] 2", "f32[] -1" },
    { "f32[5,3] 2 -1 -1 -1 -1 2 -1 -1 2 -1 -1 -1 -1 -1 -1" } },
  { "OneHot-1 axis=0", { "i64[] 1", "i64[] 2", "i64[] 1", "i64[] 0" }, { "i64[2] 0 1" } },
  { NULL },
};

static const OpCase eye_values[] = {
  { "Eye-9 output_type=f32",
    { "i64[] 2", "i64[] 3", "i64[] 1", "i64[1] 2" },
    { "f32[2,2,3] 0 1 0 0 0 1 0 1 0 0 0 1" } },
  { "Eye-9 output_type=i32",
    { "i64[] 3", "i64[] 2", "i64[] -1" },
    { "i32[3,2] 0 0 1 0 0 1" } },
  { "Eye-9 output_type=f32", { "i64[] 2", "i64[] 2", "i64[] 5" }, { "f32[2,2] 0" } },
  { NULL },
};

static const OpCase partial[] = {

  { "OneHot axis=1", { "i64[2,?]", "i64[] 4", "f32[]", "f32[]" }, { "f32[2,4,?]" } },
  { "OneHot axis=-1", { "i64[2]", "i64[]", "f32[]", "f32[]" }, { "f32[2,?]" } },
  { "OneHot axis=-1", { "i64[...]", "i64[] 4", "f32[]", "f32[]" }, { "f32[...]" } },
  { "Eye output_type=f32", { "i64[] 4", "i64[]", "i64[]", "i64[1]" }, { "f32[?,4,?]" } },
  { "Eye output_type=f32", { "i64[] 4", "i64[]", "i64[]", "i64[?]" }, { "f32[...]" } },
  { NULL },
};

static const BadCase bad[] = {

  { "OneHot axis=-1",
    { "f32[1] 0", "i64[] 4", "f32[] 1", "f32[] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "indices are f32, expected integers" },
  { "OneHot axis=-1",
    { "i64[1] 0", "i64[] -1", "f32[] 1", "f32[] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "depth is -1, expected at least 0" },
  { "OneHot axis=-1",
    { "i64[1] 0", "i64[] 4", "f32[] 1", "i32[] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "inputs 2 and 3: element types f32 and i32 differ" },
  { "OneHot axis=-1",
    { "i64[1] 0", "i64[] 4", "f32[1] 1", "f32[] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "on_value and off_value must be scalars" },
  { "OneHot axis=2",
    { "i64[1] 0", "i64[] 4", "f32[] 1", "f32[] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "axis 2 is out of range for rank 2" },
  { "OneHot axis=0",
    { "i64[4] 0", "i64[] 9223372036854775807", "f32[] 1", "f32[] 0" },
    0,
    WEIR_ERROR_LIMIT,
    "too many elements" },
  { "OneHot axis=0",
    { "i64[1,1,1,1,1,1,1,1] 0", "i64[] 1", "f32[] 1", "f32[] 0" },
    0,
    WEIR_ERROR_LIMIT,
    "rank is beyond the largest of 8" },
  { "Eye output_type=f32",
    { "i64[] 1048576", "i64[] 1048576", "i64[] 0" },
    0,
    WEIR_ERROR_LIMIT,
    "too many elements" },
  { "Eye output_type=f32",
    { "i64[] 1", "i64[] 1", "i64[] 0", "i64[1] -1" },
    0,
    WEIR_ERROR_SHAPE,
    "batch_shape[0] is negative" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/one-hot/values", one_hot_values, run_op_cases);
  g_test_add_data_func ("/ops/eye/values", eye_values, run_op_cases);
  g_test_add_data_func ("/ops/one-hot/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/one-hot/bad", bad, run_bad_cases);
  return g_test_run ();
}
