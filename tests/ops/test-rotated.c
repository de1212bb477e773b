#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO. */
static const OpCase suppressed[] = {
  { "NMSRotated-13",
    { "f32[1,5,5] 5 5 4 2 0 5 5 4 2 0.5 5 5 2 4 0 9 9 3 1 1 9 9 1 3 -0.57",
      "f32[1,1,5] 0.9 0.8 0.7 0.6 0.5", "i64[] 5", "f32[] 0.4", "f32[] 0.1" },
    { "i64[3,3] 0 0 0 0 0 2 0 0 3", "f32[3,3] 0 0 0.9 0 0 0.7 0 0 0.6", "i64[1] 3" } },
  { "NMSRotated-13 clockwise=false",
    { "f32[1,5,5] 5 5 4 2 0 5 5 4 2 0.5 5 5 2 4 0 9 9 3 1 1 9 9 1 3 -0.57",
      "f32[1,1,5] 0.9 0.8 0.7 0.6 0.5", "i64[] 5", "f32[] 0.4", "f32[] 0.1" },
    { "i64[3,3] 0 0 0 0 0 2 0 0 3", "f32[3,3] 0 0 0.9 0 0 0.7 0 0 0.6", "i64[1] 3" } },
  { "NMSRotated-13 sort_result_descending=false output_type=i32",
    { "f32[1,5,5] 5 5 4 2 0 5 5 4 2 0.5 5 5 2 4 0 9 9 3 1 1 9 9 1 3 -0.57",
      "f32[1,1,5] 0.9 0.8 0.7 0.6 0.5", "i64[] 5", "f32[] 0.4", "f32[] 0.1" },
    { "i32[3,3] 0 0 0 0 0 2 0 0 3", "f32[3,3] 0 0 0.9 0 0 0.7 0 0 0.6", "i32[1] 3" } },
  { "NMSRotated-13",
    { "f32[1,3,5] 5 5 4 2 0.5 6 6 4 2 1.2 4 6 3 2 -0.4",
      "f32[1,2,3] 0.9 0.8 0.7 0.2 0.95 0.6", "i64[] 2", "f32[] 0.2", "f32[] 0.3" },
    { "i64[4,3] 0 1 1 0 0 0 0 0 2 0 1 2", "f32[4,3] 0 1 0.95 0 0 0.9 0 0 0.7 0 1 0.6",
      "i64[1] 4" } },
  { NULL },
};

static const OpCase aligned[] = {
  { "ROIAlignRotated-15 pooled_h=2 pooled_w=2 sampling_ratio=2 spatial_scale=1.0 "
    "clockwise_mode=false",
    { "f32[1,1,5,5] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2 -1.75 1 -0.25 1.25 -0.5 "
      "-0.75 0.75 0.5 1.5 -1 0.25 -2 1.25 0.25 0.25",
      "f32[2,5] 2 2 3 2 0.5 1 3 4 4 -1", "i64[2] 0 0" },
    { "f32[2,1,2,2] -0.2640086 0.7343894 0.4078096 0.1190596 0.2720724 0.5314965 "
      "-0.4801115 -0.4785856" } },
  { "ROIAlignRotated-15 pooled_h=2 pooled_w=2 sampling_ratio=0 spatial_scale=0.75 "
    "clockwise_mode=true",
    { "f32[1,1,5,5] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2 -1.75 1 -0.25 1.25 -0.5 "
      "-0.75 0.75 0.5 1.5 -1 0.25 -2 1.25 0.25 0.25",
      "f32[2,5] 2 2 3 2 0.5 1 3 4 4 -1", "i64[2] 0 0" },
    { "f32[2,1,2,2] -0.04468585 0.9218813 0.2064679 0.2529562 -0.7643958 0.03006435 "
      "-0.2176222 0.2556247" } },
  { NULL },
};

static const OpCase partial[] = {
  { "NMSRotated output_type=i32",
    { "f32[?,?,5]", "f32[1,2,?]", "i64[]", "f32[]", "f32[]" },
    { "i32[?,3]", "f32[?,3]", "i32[1]" } },
  { "ROIAlignRotated pooled_h=3 pooled_w=2 sampling_ratio=1 spatial_scale=1",
    { "f32[?,4,?,?]", "f32[?,5]", "i64[7]" },
    { "f32[?,4,3,2]" } },
  { NULL },
};

static const BadCase bad[] = {
  { "NMSRotated",
    { "f32[1,2,4] 0", "f32[1,1,2] 0", "i64[] 1", "f32[] 0", "f32[] 0" },
    3,
    WEIR_ERROR_SHAPE,
    "expected boxes [batch,boxes,5]" },
  { "ROIAlignRotated pooled_h=1 pooled_w=1 sampling_ratio=1 spatial_scale=1",
    { "f32[1,1,2,2] 0", "f32[1,4] 0", "i64[1] 0" },
    1,
    WEIR_ERROR_SHAPE,
    "regions [n,5]" },
  { "ROIAlignRotated pooled_h=1 pooled_w=1 sampling_ratio=1 spatial_scale=1",
    { "f32[1,1,2,2] 0", "f32[1,5] 0", "i64[1] 1" },
    1,
    WEIR_ERROR_SHAPE,
    "names picture 1" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/rotated/suppressed", suppressed, run_op_cases);
  g_test_add_data_func ("/ops/rotated/aligned", aligned, run_op_cases);
  g_test_add_data_func ("/ops/rotated/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/rotated/bad", bad, run_bad_cases);
  return g_test_run ();
}
