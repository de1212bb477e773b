#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO. */
static const OpCase slices[] = {
  { "SliceScatter-15",
    { "f32[3,4] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2 -1.75 1",
      "f32[3,2] -0.25 1.25 -0.5 -0.75 0.75 0.5", "i64[1] 1", "i64[1] 9", "i64[1] 2",
      "i64[1] 1" },
    { "f32[3,4] -0.75 -0.25 1 1.25 0.25 -0.5 -0.75 -0.75 -2 0.75 -1.75 0.5" } },
  { "SliceScatter-15",
    { "i32[4,2] 0 1 2 3 4 5 6 7", "i32[2,2] 10 11 12 13", "i64[1] -1", "i64[1] 0",
      "i64[1] -2" },
    { "i32[4,2] 0 1 12 13 4 5 10 11" } },
  { NULL },
};

static const OpCase partial[] = {
  { "SliceScatter",
    { "f32[?,4]", "f32[?,4]", "i64[1] 1", "i64[1]", "i64[1] 1" },
    { "f32[?,4]" } },
  { NULL },
};

static const BadCase bad[] = {
  { "SliceScatter",
    { "f32[3] 0", "f32[3] 0", "i64[1] 1", "i64[1] 3", "i64[1] 1" },
    1,
    WEIR_ERROR_SHAPE,
    "expected updates [2], found [3]" },
  { "SliceScatter",
    { "f32[3] 0", "f32[3] 0", "i64[1] 1", "i64[1] 3", "i64[1] 0" },
    1,
    WEIR_ERROR_SHAPE,
    "the step of a slice is 0" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/slice-scatter/slices", slices, run_op_cases);
  g_test_add_data_func ("/ops/slice-scatter/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/slice-scatter/bad", bad, run_bad_cases);
  return g_test_run ();
}
