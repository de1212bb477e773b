#include "base/error.h"
#include "cases.h"

/* Expected values come from NumPy. */
static const OpCase pictures[] = {
  { "Col2Im-15",
    { "f32[1,4,6] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2 -1.75 1 -0.25 1.25 -0.5 -0.75 "
      "0.75 0.5 1.5 -1 0.25 -2 1.25 0.25",
      "i64[2] 3 4", "i64[2] 2 2" },
    { "f32[1,1,3,4] -0.75 0 2.75 -2 -0.25 5 -2.5 1.25 -0.75 -1.25 1.75 0.25" } },
  { "Col2Im-15 strides=2,2 dilations=1,2 pads_begin=1,0 pads_end=0,1",
    { "f32[8,4] 0.25 -0.25 -1.75 -2 0 1.25 1.75 0.5 0 -0.25 -1.25 -0.5 -1.25 -1 0.75 1 2 "
      "1.25 0.25 1.75 -2 -1 1.75 -1.5 -0.25 0 0.25 -1.25 -0.25 -1 -0.75 -0.5",
      "i64[2] 3 4", "i64[2] 2 2" },
    { "f32[2,3,4] 0 0 -1.5 0 -1.75 0 -0.25 0 -1.25 0 0.25 0 -0.25 0 -0.25 0 0.25 0 3.5 0 "
      "0.25 0 -2 0" } },
  { NULL },
};

static const OpCase partial[] = {
  { "Col2Im", { "f32[?,?,?]", "i64[2] 3 4", "i64[2] 2 2" }, { "f32[?,?,3,4]" } },
  { "Col2Im", { "f32[8,?]", "i64[2]", "i64[2] 2 2" }, { "f32[2,?,?]" } },
  { NULL },
};

static const BadCase bad[] = {
  { "Col2Im",
    { "f32[1,4,5] 0", "i64[2] 3 4", "i64[2] 2 2" },
    1,
    WEIR_ERROR_SHAPE,
    "expected 2 x 3 blocks, found 5" },
  { "Col2Im",
    { "f32[1,3,6] 0", "i64[2] 3 4", "i64[2] 2 2" },
    1,
    WEIR_ERROR_SHAPE,
    "multiple of 4 rows" },
  { "Col2Im strides=1",
    { "f32[1,4,6] 0", "i64[2] 3 4", "i64[2] 2 2" },
    1,
    WEIR_ERROR_FORMAT,
    "expected 2 values" },
  { "Col2Im",
    { "f32[4] 0", "i64[2] 3 4", "i64[2] 2 2" },
    1,
    WEIR_ERROR_SHAPE,
    "rank 2 or 3" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/col2im/pictures", pictures, run_op_cases);
  g_test_add_data_func ("/ops/col2im/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/col2im/bad", bad, run_bad_cases);
  return g_test_run ();
}
