#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO where it takes the case, else they are by hand. */
static const OpCase reverse_values[] = {
  { "Reverse-1 mode=index", { "f32[2,3] 0..5", "i64[1] 1" }, { "f32[2,3] 2 1 0 5 4 3" } },
  { "Reverse-1 mode=mask", { "f32[2,2] 0..3", "boolean[2] 1" }, { "f32[2,2] 3 2 1 0" } },
  { "ReverseSequence-1 batch_axis=0 seq_axis=1",
    { "f32[2,3,2] 0..11", "i32[2] 3 2" },
    { "f32[2,3,2] 4 5 2 3 0 1 8 9 6 7 10 11" } },
  { "ReverseSequence-1 batch_axis=2 seq_axis=0",
    { "f32[3,1,2] 0..5", "i64[2] 1 3" },
    { "f32[3,1,2] 0 5 2 3 4 1" } },
  { "Roll-7",
    { "f32[2,3] 0..5", "i64[2] 1 -1", "i64[2] 0 1" },
    { "f32[2,3] 4 5 3 1 2 0" } },
  { "Roll-7", { "f32[2,3] 0..5", "i64[] 4", "i64[2] 0 -1" }, { "f32[2,3] 2 0 1 5 3 4" } },
  { "Roll-7", { "f32[2,3] 0..5", "i64[2] 1", "i64[2] 1" }, { "f32[2,3] 1 2 0 4 5 3" } },
  { NULL },
};

static const BadCase bad[] = {

  { "Reverse mode=index",
    { "f32[2] 0", "i64[2] 0 -1" },
    0,
    WEIR_ERROR_SHAPE,
    "axes: axis 0 comes twice" },
  { "Reverse mode=mask",
    { "f32[2] 0", "boolean[2] 1" },
    0,
    WEIR_ERROR_SHAPE,
    "expected a mask of one value for each of 1 dimensions" },
  { "ReverseSequence",
    { "f32[2,3] 0", "i64[2] 3 4" },
    0,
    WEIR_ERROR_SHAPE,
    "seq_lengths[1] is 4, the sequence has 3" },
  { "ReverseSequence",
    { "f32[2,3] 0", "i64[3] 1" },
    0,
    WEIR_ERROR_SHAPE,
    "expected one length for each item of the batch, found [3]" },
  { "ReverseSequence seq_axis=-2",
    { "f32[2,3] 0", "i64[2] 1" },
    0,
    WEIR_ERROR_SHAPE,
    "batch_axis and seq_axis are both 0" },
  { "Roll",
    { "f32[2] 0", "i64[2] 1", "i64[1] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "shift: expected 1 values, found 2" },
  { "Roll",
    { "f32[2] 0", "i64[1] 1", "i64[1] 1" },
    0,
    WEIR_ERROR_SHAPE,
    "axis 1 is out of range for rank 1" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/reverse/values", reverse_values, run_op_cases);
  g_test_add_data_func ("/ops/reverse/bad", bad, run_bad_cases);
  return g_test_run ();
}
