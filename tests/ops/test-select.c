#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO where it takes the case, else they are by hand. */
static const OpCase select_values[] = {
  { "Select-1",
    { "boolean[2,1] 1 0", "f32[3] 0..2", "f32[] 9" },
    { "f32[2,3] 0 1 2 9 9 9" } },
  { "Select-1 auto_broadcast=none",
    { "boolean[2] 1 0", "i32[2] 1 2", "i32[2] 3 4" },
    { "i32[2] 1 4" } },
  { "Select-1 auto_broadcast=pdpd",
    { "boolean[2] 1 0", "f32[2,2] 0..3", "f32[2] 7 8" },
    { "f32[2,2] 0 1 8 8" } },
  { "Identity-16", { "f32[2] 0 1" }, { "f32[2] 0 1" } },
  { NULL },
};

static const OpCase partial[] = {

  { "Select", { "boolean[?,2]", "f32[3,1]", "f32[]" }, { "f32[3,2]" } },
  { "Select", { "boolean[...]", "f32[3,1]", "f32[]" }, { "f32[...]" } },
  { NULL },
};

static const BadCase bad[] = {

  { "Select",
    { "i32[1] 0", "f32[1] 0", "f32[1] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "the condition is i32, expected boolean" },
  { "Select",
    { "boolean[1] 0", "f32[1] 0", "i32[1] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "inputs 1 and 2: element types f32 and i32 differ" },
  { "Select",
    { "boolean[2] 0", "f32[3] 0", "f32[3] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "do not broadcast" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/select/values", select_values, run_op_cases);
  g_test_add_data_func ("/ops/select/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/select/bad", bad, run_bad_cases);
  return g_test_run ();
}
