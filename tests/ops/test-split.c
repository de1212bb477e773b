#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO where it takes the case, else they are by hand. */
static const OpCase concat_values[] = {
  { "Concat-1 axis=1",
    { "f32[2,1,2] 0..3", "f32[2,2,2] 0..7" },
    { "f32[2,3,2] 0 1 0 1 2 3 2 3 4 5 6 7" } },
  { "Concat-1 axis=-1",
    { "f32[2,1] 0 1", "f32[2,3] 0..5" },
    { "f32[2,4] 0 0 1 2 1 3 4 5" } },
  { "Concat-1 axis=0", { "i64[1] 1", "i64[0] 0", "i64[2] 2 3" }, { "i64[3] 1..3" } },
  { NULL },
};

static const OpCase split_values[] = {
  { "Split-1 num_splits=2",
    { "f32[2,4] 0..7", "i64[] 1" },
    { "f32[2,2] 0 1 4 5", "f32[2,2] 2 3 6 7" } },
  { "Split-1 num_splits=3",
    { "f32[3,1] 0..2", "i32[] -2" },
    { "f32[1,1] 0", "f32[1,1] 1", "f32[1,1] 2" } },
  { "VariadicSplit-1",
    { "f32[2,4] 0..7", "i64[] 1", "i64[3] 1 -1 2" },
    { "f32[2,1] 0 4", "f32[2,1] 1 5", "f32[2,2] 2 3 6 7" } },
  { "VariadicSplit-1",
    { "f32[3,2] 0..5", "i64[] 0", "i32[2] 2 1" },
    { "f32[2,2] 0..3", "f32[1,2] 4 5" } },
  { NULL },
};

static const OpCase partial[] = {

  { "Concat-1 axis=1", { "f32[2,?]", "f32[?,3]" }, { "f32[2,?]" } },
  { "Concat-1 axis=1", { "f32[...]", "f32[?,3]" }, { "f32[?,?]" } },
  { "Concat-1 axis=0", { "f32[2,?]", "f32[1,3]" }, { "f32[3,3]" } },
  { "Split-1 num_splits=2", { "f32[?,4]", "i64[] 1" }, { "f32[?,2]", "f32[?,2]" } },
  { "Split-1 num_splits=2", { "f32[?,4]", "i64[] 0" }, { "f32[?,4]", "f32[?,4]" } },
  { "Split-1 num_splits=2", { "f32[2,4]", "i64[]" }, { "f32[?,?]", "f32[?,?]" } },
  { "Split-1 num_splits=1", { "f32[...]", "i64[] 0" }, { "f32[...]" } },
  { "VariadicSplit-1",
    { "f32[?,4]", "i64[] 0", "i64[2] 3 -1" },
    { "f32[3,4]", "f32[?,4]" } },
  { "VariadicSplit-1", { "f32[2,4]", "i64[] 0", "i64[2]" }, { "f32[?,4]", "f32[?,4]" } },
  { NULL },
};

static const BadCase bad[] = {

  { "Concat-1 axis=0",
    { "f32[2,2] 0", "f32[2,3] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "input 1: [2,3] does not go with [?,2] along axis 0" },
  { "Concat-1 axis=0",
    { "f32[2,2] 0", "f32[2] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "input 1: expected rank 2 as before, found rank 1" },
  { "Concat-1 axis=0",
    { "f32[2] 0", "i64[2] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "inputs 0 and 1: element types f32 and i64 differ" },
  { "Concat-1 axis=-3",
    { "f32[2,2] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "axis -3 is out of range for rank 2" },
  { "Concat-1 axis=0",
    { "f32[4294967296]", "f32[1]" },
    0,
    WEIR_ERROR_LIMIT,
    "has too many elements" },
  { "Split-1 num_splits=3",
    { "f32[4] 0", "i64[] 0" },
    3,
    WEIR_ERROR_SHAPE,
    "dimension 0 of 4 cannot be split into 3 equal parts" },
  { "Split-1 num_splits=3",
    { "f32[3] 0", "i64[] 0" },
    2,
    WEIR_ERROR_FORMAT,
    "num_splits is 3, but there are 2 outputs" },
  { "VariadicSplit-1",
    { "f32[3] 0", "i64[] 0", "i64[2] 1 1" },
    2,
    WEIR_ERROR_SHAPE,
    "split_lengths sum up to 2, the dimension is 3" },
  { "VariadicSplit-1",
    { "f32[3] 0", "i64[] 0", "i64[2] 4 -1" },
    2,
    WEIR_ERROR_SHAPE,
    "split_lengths sum up to 4, the dimension is 3" },
  { "VariadicSplit-1",
    { "f32[3] 0", "i64[] 0", "i64[2] -1" },
    2,
    WEIR_ERROR_SHAPE,
    "split_lengths[1] is -1, expected a length, or one -1" },
  { "VariadicSplit-1",
    { "f32[3] 0", "i64[] 0", "i64[3] 1" },
    2,
    WEIR_ERROR_SHAPE,
    "one split length for each of 2 outputs, found [3]" },
  { "VariadicSplit-1",
    { "f32[3] 0", "i64[] 0", "f32[2] 1 2" },
    2,
    WEIR_ERROR_SHAPE,
    "split_lengths are f32, expected integers" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/concat/values", concat_values, run_op_cases);
  g_test_add_data_func ("/ops/split/values", split_values, run_op_cases);
  g_test_add_data_func ("/ops/split/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/split/bad", bad, run_bad_cases);
  return g_test_run ();
}
