#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO. */
static const OpCase segments[] = {
  { "SegmentMax-16 fill_mode=ZERO",
    { "f32[5,2] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2", "i32[5] 0 0 2 2 3" },
    { "f32[4,2] 1 0.75 0 0 0.25 1.75 -2 2" } },
  { "SegmentMax-16 fill_mode=ZERO",
    { "i32[4] 3 -1 -5 -2", "i32[4] 1 1 3 4", "i32[] 4" },
    { "i32[4] 0 3 0 -5" } },
  { "SegmentMax-16 fill_mode=LOWEST",
    { "f32[3] -1.75 1 -0.25", "i64[3] 0 0 1", "i64[] 3" },
    { "f32[3] 1 -0.25 -3.402823e+38" } },
  { "SparseFillEmptyRows-16",
    { "f32[4] 1 2 3 4", "i32[2] 5 6", "i32[4,2] 0 1 0 3 2 0 3 1", "f32[] 9" },
    { "i32[6,2] 0 1 0 3 1 0 2 0 3 1 4 0", "f32[6] 1 2 9 3 4 9",
      "boolean[5] 0 1 0 0 1" } },
  { "SparseFillEmptyRows-16",
    { "i32[3] 1 2 3", "i64[2] 3 4", "i64[3,2] 2 1 0 3 0 0", "i32[] -1" },
    { "i64[4,2] 0 0 0 3 1 0 2 1", "i32[4] 3 2 -1 1", "boolean[3] 0 1 0" } },
  { NULL },
};

static const OpCase partial[] = {
  { "SegmentMax fill_mode=ZERO", { "f32[?,3]", "i64[?]" }, { "f32[?,3]" } },
  { "SegmentMax fill_mode=ZERO", { "f32[...]", "i64[3] 0 2 2" }, { "f32[...]" } },
  { "SegmentMax fill_mode=LOWEST", { "f32[?,3]", "i64[?]", "i64[] 4" }, { "f32[4,3]" } },
  { "SparseFillEmptyRows",
    { "f32[?]", "i64[2] 4 5", "i64[?,2]", "f32[]" },
    { "i64[?,2]", "f32[?]", "boolean[4]" } },
  { NULL },
};

static const BadCase bad[] = {
  { "SegmentMax fill_mode=ZERO",
    { "f32[2] 0", "i64[2] 1 0" },
    1,
    WEIR_ERROR_SHAPE,
    "ascending" },
  { "SegmentMax fill_mode=ZERO",
    { "f32[2] 0", "i64[3] 0" },
    1,
    WEIR_ERROR_SHAPE,
    "expected segment_ids [2]" },
  { "SegmentMax fill_mode=ZERO",
    { "f32[] 0", "i64[1] 0" },
    1,
    WEIR_ERROR_SHAPE,
    "rank 1 or more" },
  { "SegmentMax fill_mode=ZERO",
    { "f32[1] 0", "i64[1] 0", "i64[] -1" },
    1,
    WEIR_ERROR_SHAPE,
    "num_segments is -1" },
  { "SparseFillEmptyRows",
    { "f32[1] 0", "i64[2] -1 2", "i64[1,2] 0", "f32[] 0" },
    3,
    WEIR_ERROR_SHAPE,
    "dense_shape[0] is -1" },
  { "SparseFillEmptyRows",
    { "f32[1] 0", "i64[2] 2 2", "i64[2,2] 0", "f32[] 0" },
    3,
    WEIR_ERROR_SHAPE,
    "expected values [n]" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/segments/segments", segments, run_op_cases);
  g_test_add_data_func ("/ops/segments/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/segments/bad", bad, run_bad_cases);
  return g_test_run ();
}
