#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO where it takes the case, else they are by hand. */
static const OpCase cumsum_values[] = {
  { "CumSum-3 exclusive=false reverse=false",
    { "f32[2,3] 0..5", "i64[] 1" },
    { "f32[2,3] 0 1 3 3 7 12" } },
  { "CumSum-3 exclusive=false reverse=true",
    { "f32[2,3] 0..5", "i64[] 1" },
    { "f32[2,3] 3 3 2 12 9 5" } },
  { "CumSum-3 exclusive=true reverse=false",
    { "f32[2,3] 0..5", "i64[] 1" },
    { "f32[2,3] 0 0 1 0 3 7" } },
  { "CumSum-3 exclusive=true reverse=true",
    { "f32[2,3] 0..5", "i64[] 1" },
    { "f32[2,3] 3 2 0 9 5 0" } },
  { "CumSum-3", { "f32[3,2] 0..5", "i32[] -2" }, { "f32[3,2] 0 1 2 4 6 9" } },
  { "CumSum-3", { "u8[2] 250 10" }, { "u8[2] 250 4" } },
  { NULL },
};

static const BadCase bad[] = {

  { "CumSum",
    { "f32[3] 0", "i64[] 1" },
    0,
    WEIR_ERROR_SHAPE,
    "axis 1 is out of range for rank 1" },
  { "CumSum",
    { "f32[3] 0", "f32[] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "input 1 (axis): expected a list of integers" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/cumsum/values", cumsum_values, run_op_cases);
  g_test_add_data_func ("/ops/cumsum/bad", bad, run_bad_cases);
  return g_test_run ();
}
