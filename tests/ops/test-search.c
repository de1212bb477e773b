#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO where it takes the case, else they are by hand. */
static const OpCase search_values[] = {
  { "NonZero-3 output_type=i32", { "f32[2,3] 0 1 0 2 0 3" }, { "i32[2,3] 0 1 1 1 0 2" } },
  { "NonZero-3", { "f32[] 3" }, { "i64[1,1] 0" } },
  { "NonZero-3", { "i64[2] 0" }, { "i64[1,0] 0" } },
  { "Bucketize-3 output_type=i32 with_right_bound=true",
    { "f32[5] -1 1 2 2.5 9", "f32[3] 1..3" },
    { "i32[5] 0 0 1 2 3" } },
  { "Bucketize-3 with_right_bound=false",
    { "f32[5] -1 1 2 2.5 9", "f32[3] 1..3" },
    { "i64[5] 0 1 2 2 3" } },
  { "Bucketize-3", { "i32[2] 1 2", "f32[1] 1.5" }, { "i64[2] 0 1" } },
  { "SearchSorted-15 right_mode=true",
    { "f32[3] 1..3", "f32[5] -1 1 2 2.5 9" },
    { "i64[5] 0 1 2 2 3" } },
  { "SearchSorted-15", { "f32[2,3] 1..6", "f32[2,2] 2 9 0 5" }, { "i64[2,2] 1 3 0 1" } },
  { NULL },
};

static const OpCase unique_values[] = {
  { "Unique-10",
    { "f32[5] 3 1 1 2 3" },
    { "f32[3] 1..3", "i64[3] 1 3 0", "i64[5] 2 0 0 1 2", "i64[3] 2 1 2" } },
  { "Unique-10 sorted=false index_element_type=i32",
    { "f32[2,3] 3 1 1 2 3 0" },
    { "f32[4] 3 1 2 0", "i32[4] 0 1 3 5", "i32[6] 0 1 1 2 0 3", "i64[4] 2 2 1 1" } },
  { "Unique-10 sorted=true count_element_type=i32",
    { "f32[2,4] 3 1 1 2 0 5 5 7", "i64[] 1" },
    { "f32[2,3] 1 2 3 5 7 0", "i64[3] 1 3 0", "i64[4] 2 0 0 1", "i32[3] 2 1 1" } },
  { "Unique-10 sorted=false",
    { "i32[3,2] 5 1 2 3 5 1", "i64[] -2" },
    { "i32[2,2] 5 1 2 3", "i64[2] 0 1", "i64[3] 0 1 0", "i64[2] 2 1" } },
  { NULL },
};

static const OpCase partial[] = {

  { "NonZero", { "f32[2,?]" }, { "i64[2,?]" } },
  { "Unique", { "f32[2,3]" }, { "f32[?]", "i64[?]", "i64[6]", "i64[?]" } },
  { "Unique", { "f32[2,3]", "i64[] 1" }, { "f32[2,?]", "i64[?]", "i64[3]", "i64[?]" } },
  { "Unique", { "f32[2,3]", "i64[]" }, { "f32[?,?]", "i64[?]", "i64[?]", "i64[?]" } },
  { "SearchSorted", { "f32[?,5]", "f32[2,7]" }, { "i64[2,7]" } },
  { NULL },
};

static const BadCase bad[] = {

  { "NonZero output_type=f32",
    { "f32[1] 0" },
    0,
    WEIR_ERROR_FORMAT,
    "attribute 'output_type': expected i32 or i64, found f32" },
  { "Bucketize",
    { "f32[1] 0", "f32[1,1] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "expected a list of buckets, found rank 2" },
  { "SearchSorted",
    { "f32[] 0", "f32[1] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "expected sorted sequences, found a scalar" },
  { "SearchSorted",
    { "f32[2,3] 0", "f32[3,3] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "sequences [2,3] and values [3,3] differ in rows" },
  { "SearchSorted",
    { "f32[2] 0", "f64[3] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "inputs 0 and 1: element types f32 and f64 differ" },
  { "Unique index_element_type=f32",
    { "f32[2] 0" },
    0,
    WEIR_ERROR_FORMAT,
    "indices or counts are no integers" },
  { "Unique",
    { "f32[2] 0", "i64[] 1" },
    0,
    WEIR_ERROR_SHAPE,
    "axis 1 is out of range for rank 1" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/search/values", search_values, run_op_cases);
  g_test_add_data_func ("/ops/unique/values", unique_values, run_op_cases);
  g_test_add_data_func ("/ops/search/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/search/bad", bad, run_bad_cases);
  return g_test_run ();
}
