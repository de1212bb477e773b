#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO. */
static const OpCase signals[] = {
  { "STFT-15 transpose_frames=false",
    { "f32[2,10] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2 -1.75 1 -0.25 1.25 -0.5 -0.75 "
      "0.75 0.5 1.5 -1",
      "f32[3] 0.5 1 0.25", "i64[] 4", "i64[] 3" },
    { "f32[2,3,3,2] 0.625 0 -0.625 -0.75 -0.875 0 0.4375 0 -0.1875 -0.25 -0.0625 0 0.875 "
      "0 0.125 -1.75 -2.625 0 0.0625 0 -0.8125 -1 -1.9375 0 -0.0625 0 0.8125 0.5 0.9375 "
      "0 1.25 0 3.061617e-17 -0.5 0.25 0" } },
  { "STFT-15 transpose_frames=true",
    { "f32[10] -0.75 0.75 1 0 0.25 0.75 -0.75 1.75 -2 2", "f32[3] 0.5 1 0.25", "i64[] 5",
      "i64[] 2" },
    { "f32[3,3,2] 1.375 0 0.4375 0 0.0625 0 -0.6931356 -0.9444314 -0.353945 -0.03673658 "
      "0.3686992 0.3413488 0.005635619 0.7306371 0.1351949 0.05944103 -0.3999492 "
      "-1.349799" } },
  { "ISTFT-16 center=false normalized=false",
    { "f32[3,3,2] 0.25 0 1.25 0 0.25 0 -1.75 -2 0 1.25 1.75 0.5 0 0 -1.25 0 -1.25 0",
      "f32[4] 0.5 1 1 0.5", "i64[] 4", "i64[] 2" },
    { "f32[8] -1.625 1.0625 0.75 -0.375 0.25 0.6 -1.125 1.25" } },
  { "ISTFT-16 center=true normalized=true",
    { "f32[1,3,3,2] 0.25 0 1.25 0 0.25 0 -1.75 -2 0 1.25 1.75 0.5 0 0 -1.25 0 -1.25 0",
      "f32[4] 0.5 1 1 0.5", "i64[] 4", "i64[] 2" },
    { "f32[1,4] 1.5 -0.75 0.5 1.2" } },
  { "ISTFT-16 center=true normalized=false",
    { "f32[3,3,2] 0.25 0 1.25 0 0.25 0 -1.75 -2 0 1.25 1.75 0.5 0 0 -1.25 0 -1.25 0",
      "f32[3] 0.5 1 1", "i64[] 5", "i64[] 2" },
    { "f32[5] 1.08654 0.188459 -0.1984011 0.5037509 -0.7883775" } },
  { "ISTFT-16 center=false normalized=false",
    { "f32[3,3,2] 0.25 0 1.25 0 0.25 0 -1.75 -2 0 1.25 1.75 0.5 0 0 -1.25 0 -1.25 0",
      "f32[4] 0.5 1 1 0.5", "i64[] 4", "i64[] 2", "i64[] 6" },
    { "f32[6] -1.625 1.0625 0.75 -0.375 0.25 0.6" } },
  { NULL },
};

static const OpCase partial[] = {
  { "STFT transpose_frames=false",
    { "f32[?,10]", "f32[?]", "i64[] 4", "i64[] 3" },
    { "f32[?,3,3,2]" } },
  { "STFT transpose_frames=true",
    { "f32[?]", "f32[2]", "i64[] 4", "i64[] 3" },
    { "f32[3,?,2]" } },
  { "ISTFT center=false normalized=true",
    { "f32[?,3,?,2]", "f32[2]", "i64[] 4", "i64[] 3" },
    { "f32[?,?]" } },
  { "ISTFT center=true normalized=true",
    { "f32[3,5,2]", "f32[2]", "i64[] 4", "i64[] 3" },
    { "f32[12]" } },
  { NULL },
};

static const BadCase bad[] = {
  { "STFT transpose_frames=true",
    { "f32[3] 0", "f32[2] 1", "i64[] 4", "i64[] 1" },
    1,
    WEIR_ERROR_SHAPE,
    "shorter than a frame" },
  { "STFT transpose_frames=true",
    { "f32[8] 0", "f32[5] 1", "i64[] 4", "i64[] 1" },
    1,
    WEIR_ERROR_SHAPE,
    "expected a window of 1 to 4" },
  { "STFT transpose_frames=true",
    { "f32[8] 0", "f32[4] 1", "i64[] 4", "i64[] 0" },
    1,
    WEIR_ERROR_SHAPE,
    "frame_step is 0" },
  { "STFT",
    { "f32[8] 0", "f32[4] 1", "i64[] 4", "i64[] 2" },
    1,
    WEIR_ERROR_FORMAT,
    "attribute 'transpose_frames' is missing" },
  { "ISTFT center=true normalized=false",
    { "f32[4,2,2] 0", "f32[4] 1", "i64[] 4", "i64[] 1" },
    1,
    WEIR_ERROR_SHAPE,
    "expected spectra [3," },
  { "ISTFT center=true normalized=false",
    { "f32[3,2,2] 0", "f32[4] 1", "i64[] 4", "i64[] 1", "i64[] -1" },
    1,
    WEIR_ERROR_SHAPE,
    "signal_length is -1" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/stft/signals", signals, run_op_cases);
  g_test_add_data_func ("/ops/stft/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/stft/bad", bad, run_bad_cases);
  return g_test_run ();
}
