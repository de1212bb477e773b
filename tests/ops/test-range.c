#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO where it takes the case, else they are by hand. */
static const OpCase range_values[] = {
  { "Range-4 output_type=i64", { "i64[] 5", "i64[] 0", "i64[] -2" }, { "i64[3] 5 3 1" } },
  { "Range-4 output_type=f32",
    { "f32[] 1.2", "f32[] 5.9", "f32[] 1.5" },
    { "f32[4] 1.2 2.7 4.2 5.7" } },
  { "Range-4 output_type=i32",
    { "f32[] 1.2", "f32[] 5.9", "f32[] 1.5" },
    { "i32[4] 1..4" } },
  { "Range-4 output_type=f32", { "i32[] 2", "i32[] 2", "i32[] 1" }, { "f32[0] 0" } },
  { "Range-1", { "f32[] 0", "f32[] 1", "f32[] 0.25" }, { "f32[4] 0 0.25 0.5 0.75" } },
  { "Range-4 output_type=i64",
    { "i64[] -9223372036854775808", "i64[] 9223372036854775807",
      "i64[] 4611686018427387904" },
    { "i64[4] -9223372036854775808 -4611686018427387904 0 4611686018427387904" } },
  { NULL },
};

static const OpCase partial[] = {

  { "Range-4 output_type=i64", { "i64[] 0", "i64[]", "i64[] 1" }, { "i64[?]" } },
  { "Range-1", { "f32[]", "f32[]", "f32[]" }, { "f32[?]" } },
  { NULL },
};

static const BadCase bad[] = {

  { "Range-4 output_type=i64",
    { "i64[] 0", "i64[] 5", "i64[] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "the step of a range is 0" },
  { "Range-4 output_type=f32",
    { "f32[] 0", "f32[] 5", "f32[] nan" },
    0,
    WEIR_ERROR_SHAPE,
    "no range from 0 to 5 in steps of nan" },
  { "Range-4 output_type=f32",
    { "f32[] 0", "f32[] 1e30", "f32[] 1" },
    0,
    WEIR_ERROR_LIMIT,
    "is too long" },
  { "Range-4 output_type=i64",
    { "i64[] -9223372036854775808", "i64[] 9223372036854775807", "i64[] 1" },
    0,
    WEIR_ERROR_LIMIT,
    "a range of 18446744073709551615 elements is too long" },
  { "Range-4 output_type=i64",
    { "i64[] 0", "i64[] 4000000000", "i64[] 1" },
    0,
    WEIR_ERROR_LIMIT,
    "a tensor [4000000000] of i64 is larger than" },
  { "Range-4 output_type=i64",
    { "i64[2] 0", "i64[] 5", "i64[] 1" },
    0,
    WEIR_ERROR_SHAPE,
    "start: expected a scalar" },
  { "Range-1",
    { "i64[] 0", "i32[] 5", "i64[] 1" },
    0,
    WEIR_ERROR_SHAPE,
    "inputs 0 and 1: element types i64 and i32 differ" },
  { "Range-4",
    { "i64[] 0", "i64[] 5", "i64[] 1" },
    0,
    WEIR_ERROR_FORMAT,
    "attribute 'output_type' is missing" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/range/values", range_values, run_op_cases);
  g_test_add_data_func ("/ops/range/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/range/bad", bad, run_bad_cases);
  return g_test_run ();
}
