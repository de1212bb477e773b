#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO. */
static const OpCase inverses[] = {
  { "Inverse-14",
    { "f32[1,3,3] 4 1 0 2 5 1 1 0 3" },
    { "f32[1,3,3] 0.2727273 -0.05454545 0.01818182 -0.09090909 0.2181818 -0.07272727 "
      "-0.09090909 0.01818182 0.3272727" } },
  { "Inverse-14 adjoint=true",
    { "f32[1,3,3] 4 1 0 2 5 1 1 0 3" },
    { "f32[1,3,3] 0.2727273 -0.09090909 -0.09090909 -0.05454545 0.2181818 0.01818182 "
      "0.01818182 -0.07272727 0.3272727" } },
  { "Inverse-14", { "f32[2,2] 0 2 1 3" }, { "f32[2,2] -1.5 1 0.5 0" } },
  { NULL },
};

/* Expected values come from NumPy: OpenVINO does not run it. */
static const OpCase products[] = {
  { "GroupedMatMul-17",
    { "f32[5,3] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2 -1.75 1 -0.25 1.25 -0.5",
      "f32[3,2,3] -0.75 0.75 0.5 1.5 -1 0.25 -2 1.25 0.25 0.25 -0.25 -1.75 -2 0 1.25 "
      "1.75 0.5 0",
      "i32[3] 2 2 4" },
    { "f32[5,2] 1.625 -1.625 0.5625 -0.0625 -1 -0.4375 -2.75 2.625 0 0" } },
  { "GroupedMatMul-17",
    { "f32[3,1,3] -0.25 -1.25 -0.5 -1.25 -1 0.75 1 2 1.25",
      "f32[3,2,3] -0.75 0.75 0.5 1.5 -1 0.25 -2 1.25 0.25 0.25 -0.25 -1.75 -2 0 1.25 "
      "1.75 0.5 0" },
    { "f32[3,1,2] -1 0.75 1.4375 -1.375 -0.4375 2.75" } },
  { NULL },
};

static const OpCase partial[] = {
  { "Inverse", { "f32[?,3,?]" }, { "f32[?,3,?]" } },
  { "GroupedMatMul", { "f32[?,3]", "f32[2,4,?]", "i32[?]" }, { "f32[?,4]" } },
  { "GroupedMatMul", { "f32[?,5,3]", "f32[2,4,?]" }, { "f32[2,5,4]" } },
  { NULL },
};

static const BadCase bad[] = {
  { "Inverse", { "f32[2,3] 0" }, 1, WEIR_ERROR_SHAPE, "expected square matrices" },
  { "Inverse", { "i32[2,2] 0" }, 1, WEIR_ERROR_SHAPE, "expected floats" },
  { "GroupedMatMul",
    { "f32[2,3] 0", "f32[1,4,3] 0", "i64[1] 3" },
    1,
    WEIR_ERROR_SHAPE,
    "group 0 ends at 3" },
  { "GroupedMatMul",
    { "f32[2,3] 0", "f32[1,4,3] 0" },
    1,
    WEIR_ERROR_SHAPE,
    "expected data of rank 3" },
  { "GroupedMatMul",
    { "f32[1,2,3] 0", "f32[1,4,2] 0" },
    1,
    WEIR_ERROR_SHAPE,
    "do not fit together" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/matrix/inverses", inverses, run_op_cases);
  g_test_add_data_func ("/ops/matrix/products", products, run_op_cases);
  g_test_add_data_func ("/ops/matrix/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/matrix/bad", bad, run_bad_cases);
  return g_test_run ();
}
