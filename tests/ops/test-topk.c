#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO where it takes the case, else they are by hand. */
static const OpCase topk_values[] = {
  { "TopK-3 axis=1 mode=max sort=value",
    { "f32[2,5] 1 5 5 0 5 9 -2 3 3 4", "i64[] 3" },
    { "f32[2,3] 5 5 5 9 4 3", "i32[2,3] 1 2 4 0 4 2" } },
  { "TopK-3 axis=1 mode=max sort=index",
    { "f32[2,5] 1 5 5 0 5 9 -2 3 3 4", "i64[] 3" },
    { "f32[2,3] 5 5 5 9 3 4", "i32[2,3] 1 2 4 0 2 4" } },
  { "TopK-1 axis=-1 mode=min sort=value index_element_type=i64",
    { "f32[2,5] 1 5 5 0 5 9 -2 3 3 4", "i64[] 3" },
    { "f32[2,3] 0 1 5 -2 3 3", "i64[2,3] 3 0 1 1 2 3" } },
  { "TopK-11 axis=1 mode=min sort=value stable=true",
    { "f32[2,5] 1 5 5 0 5 9 -2 3 3 4", "i64[] 3" },
    { "f32[2,3] 0 1 5 -2 3 3", "i32[2,3] 3 0 1 1 2 3" } },
  { "TopK-3 axis=0 mode=max sort=value",
    { "f32[2,5] 1 5 5 0 5 9 -2 3 3 4", "i64[] 1" },
    { "f32[1,5] 9 5 5 3 5", "i32[1,5] 1 0 0 1 0" } },
  { "TopK-3 axis=0 mode=max sort=none",
    { "i32[3] 3 9 -4", "i64[1] 2" },
    { "i32[2] 9 3", "i32[2] 1 0" } },
  { "TopK-3 axis=0 mode=max sort=value",
    { "f32[3] 1 nan 3", "i64[] 3" },
    { "f32[3] 3 1 nan", "i32[3] 2 0 1" } },
  { "TopK-3 axis=0 mode=min sort=value",
    { "u64[2] 18446744073709551615 5", "i64[] 2" },
    { "u64[2] 5 18446744073709551615", "i32[2] 1 0" } },
  { "TopK-3 axis=0 mode=max sort=value",
    { "f32[2] 0 1", "i64[] 0" },
    { "f32[0] 0", "i32[0] 0" } },
  { NULL },
};

static const OpCase partial[] = {

  { "TopK axis=1 mode=max sort=value",
    { "f32[?,8]", "i64[] 3" },
    { "f32[?,3]", "i32[?,3]" } },
  { "TopK axis=1 mode=max sort=value",
    { "f32[2,8]", "i64[]" },
    { "f32[2,?]", "i32[2,?]" } },
  { "TopK axis=1 mode=max sort=value index_element_type=i64",
    { "f32[...]", "i64[] 1" },
    { "f32[...]", "i64[...]" } },
  { NULL },
};

static const BadCase bad[] = {

  { "TopK axis=0 mode=max sort=value",
    { "f32[3] 0", "i64[] 4" },
    0,
    WEIR_ERROR_SHAPE,
    "k is 4, more than the 3 of dimension 0" },
  { "TopK axis=0 mode=max sort=value",
    { "f32[3] 0", "i64[] -1" },
    0,
    WEIR_ERROR_SHAPE,
    "k is -1, expected at least 0" },
  { "TopK axis=1 mode=max sort=value",
    { "f32[3] 0", "i64[] 1" },
    0,
    WEIR_ERROR_SHAPE,
    "axis 1 is out of range for rank 1" },
  { "TopK axis=0 mode=max sort=value index_element_type=f32",
    { "f32[3] 0", "i64[] 1" },
    0,
    WEIR_ERROR_FORMAT,
    "'index_element_type': expected i32 or i64, found f32" },
  { "TopK axis=0 sort=value",
    { "f32[3] 0", "i64[] 1" },
    0,
    WEIR_ERROR_FORMAT,
    "attribute 'mode' is missing" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/topk/values", topk_values, run_op_cases);
  g_test_add_data_func ("/ops/topk/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/topk/bad", bad, run_bad_cases);
  return g_test_run ();
}
