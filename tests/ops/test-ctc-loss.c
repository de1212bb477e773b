#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO. */
static const OpCase losses[] = {
  { "CTCLoss-4 preprocess_collapse_repeated=false ctc_merge_repeated=true unique=false",
    { "f32[2,5,4] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2 -1.75 1 -0.25 1.25 -0.5 -0.75 "
      "0.75 0.5 1.5 -1 0.25 -2 1.25 0.25 0.25 -0.25 -1.75 -2 0 1.25 1.75 0.5 0 -0.25 "
      "-1.25 -0.5 -1.25 -1 0.75 1",
      "i32[2] 5 4", "i32[2,5] 1 1 2 0 0 0 2 2 0 0", "i32[2] 3 3" },
    { "f32[2] 2.393243 8.396015" } },
  { "CTCLoss-4 preprocess_collapse_repeated=false ctc_merge_repeated=false unique=false",
    { "f32[2,5,4] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2 -1.75 1 -0.25 1.25 -0.5 -0.75 "
      "0.75 0.5 1.5 -1 0.25 -2 1.25 0.25 0.25 -0.25 -1.75 -2 0 1.25 1.75 0.5 0 -0.25 "
      "-1.25 -0.5 -1.25 -1 0.75 1",
      "i32[2] 5 4", "i32[2,5] 1 1 2 0 0 0 2 2 0 0", "i32[2] 3 3" },
    { "f32[2] 2.934681 4.787867" } },
  { "CTCLoss-4 preprocess_collapse_repeated=true ctc_merge_repeated=true unique=false",
    { "f32[2,5,4] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2 -1.75 1 -0.25 1.25 -0.5 -0.75 "
      "0.75 0.5 1.5 -1 0.25 -2 1.25 0.25 0.25 -0.25 -1.75 -2 0 1.25 1.75 0.5 0 -0.25 "
      "-1.25 -0.5 -1.25 -1 0.75 1",
      "i32[2] 5 4", "i32[2,5] 1 1 2 0 0 0 2 2 0 0", "i32[2] 3 3" },
    { "f32[2] 2.495332 3.062143" } },
  { "CTCLoss-4 preprocess_collapse_repeated=false ctc_merge_repeated=true unique=true",
    { "f32[2,5,4] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2 -1.75 1 -0.25 1.25 -0.5 -0.75 "
      "0.75 0.5 1.5 -1 0.25 -2 1.25 0.25 0.25 -0.25 -1.75 -2 0 1.25 1.75 0.5 0 -0.25 "
      "-1.25 -0.5 -1.25 -1 0.75 1",
      "i32[2] 5 4", "i32[2,5] 1 1 2 0 0 0 2 2 0 0", "i32[2] 3 3" },
    { "f32[2] 2.495332 3.062143" } },
  { "CTCLoss-4 preprocess_collapse_repeated=false ctc_merge_repeated=true unique=false",
    { "f32[2,5,4] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2 -1.75 1 -0.25 1.25 -0.5 -0.75 "
      "0.75 0.5 1.5 -1 0.25 -2 1.25 0.25 0.25 -0.25 -1.75 -2 0 1.25 1.75 0.5 0 -0.25 "
      "-1.25 -0.5 -1.25 -1 0.75 1",
      "i32[2] 5 5", "i32[2,5] 2 2 3 1 1 1 3 3 1 1", "i32[2] 2 1", "i32[] 0" },
    { "f32[2] 8.00005 5.601132" } },
  { NULL },
};

static const OpCase partial[] = {
  { "CTCLoss", { "f32[?,?,3]", "i32[2]", "i32[?,5]", "i32[?]" }, { "f32[2]" } },
  { NULL },
};

static const BadCase bad[] = {
  { "CTCLoss",
    { "f32[1,2,3] 0", "i32[1] 2", "i32[1,2] 3 0", "i32[1] 1" },
    1,
    WEIR_ERROR_SHAPE,
    "label 3 is out of range" },
  { "CTCLoss",
    { "f32[1,2,3] 0", "i32[1] 3", "i32[1,2] 0", "i32[1] 1" },
    1,
    WEIR_ERROR_SHAPE,
    "expected at most 2" },
  { "CTCLoss",
    { "f32[1,2,3] 0", "i32[1] 2", "i32[1,3] 0", "i32[1] 1" },
    1,
    WEIR_ERROR_SHAPE,
    "input 2: expected [1,2]" },
  { "CTCLoss",
    { "f32[1,2,3] 0", "i32[1] 2", "i32[1,2] 0", "i32[1] 1", "i32[] 3" },
    1,
    WEIR_ERROR_SHAPE,
    "the blank class 3" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/ctc-loss/losses", losses, run_op_cases);
  g_test_add_data_func ("/ops/ctc-loss/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/ctc-loss/bad", bad, run_bad_cases);
  return g_test_run ();
}
