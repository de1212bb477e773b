#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO; those of the operations that it does not run come
 * from NumPy. */
static const OpCase planes[] = {
  { "NV12toRGB-8",
    { "u8[1,3,4,1] 37 235 140 72 255 137 203 133 79 192 144 129" },
    { "u8[1,2,4,3] 127 0 0 255 222 156 146 137 177 67 58 97 255 245 179 243 108 42 219 "
      "211 250 138 129 168" } },
  { "NV12toBGR-8",
    { "u8[1,3,4,1] 37 235 140 72 255 137 203 133 79 192 144 129" },
    { "u8[1,2,4,3] 0 0 127 156 222 255 177 137 146 97 58 67 179 245 255 42 108 243 250 "
      "211 219 168 129 138" } },
  { "NV12toRGB-8",
    { "f32[1,2,4,1] 37 235 140 72 255 137 203 133", "f32[1,1,2,2] 79 192 144 129" },
    { "f32[1,2,4,3] 126.588 0 0 255 222.043 156.034 145.932 137.267 176.624 66.78001 "
      "58.11501 97.472 255 245.323 179.314 242.988 107.971 41.96201 219.264 210.599 "
      "249.956 137.784 129.119 168.476" } },
  { "I420toRGB-8",
    { "u8[1,2,4,1] 37 235 140 72 255 137 203 133", "u8[1,1,2,1] 204 71",
      "u8[1,1,2,1] 237 252" },
    { "u8[1,2,4,3] 198 0 178 255 137 255 255 66 29 255 0 0 255 160 255 255 23 255 255 "
      "139 103 255 58 21" } },
  { "I420toBGR-8",
    { "u8[1,3,4,1] 37 235 140 72 255 137 203 133 204 71 237 252" },
    { "u8[1,2,4,3] 178 0 198 255 137 255 29 66 255 0 0 255 255 160 255 255 23 255 103 "
      "139 255 21 58 255" } },
  { NULL },
};

static const OpCase frames[] = {
  { "RGBtoNV12-17 single_plane=false",
    { "u8[1,2,4,3] 134 25 178 20 254 101 146 212 139 252 234 156 157 142 50 68 215 215 "
      "233 241 247 222 96 86" },
    { "u8[1,2,4,1] 80 159 174 214 133 163 222 130", "u8[1,1,2,2] 127 101 109 138" } },
  { "BGRtoNV12-17",
    { "u8[1,2,4,3] 134 25 178 20 254 101 146 212 139 252 234 156 157 142 50 68 215 215 "
      "233 241 247 222 96 86" },
    { "u8[1,3,4,1] 87 172 173 199 116 186 224 108 103 122 142 110" } },
  { NULL },
};

static const OpCase partial[] = {
  { "NV12toRGB", { "u8[?,3,?,1]" }, { "u8[?,2,?,3]" } },
  { "NV12toRGB", { "u8[?,?,?,1]", "u8[2,3,?,2]" }, { "u8[2,6,?,3]" } },
  { "I420toBGR", { "f32[...]" }, { "f32[?,?,?,3]" } },
  { "RGBtoNV12", { "u8[?,4,?,3]" }, { "u8[?,6,?,1]" } },
  { "BGRtoNV12 single_plane=false", { "u8[?,4,?,3]" }, { "u8[?,4,?,1]", "u8[?,2,?,2]" } },
  { NULL },
};

static const BadCase bad[] = {
  { "NV12toRGB", { "u8[1,4,4,1] 0" }, 1, WEIR_ERROR_SHAPE, "3/2" },
  { "NV12toRGB", { "u8[1,3,3,1] 0" }, 1, WEIR_ERROR_SHAPE, "width of 3" },
  { "NV12toRGB",
    { "u8[1,2,2,1] 0", "u8[1,2,1,2] 0" },
    1,
    WEIR_ERROR_SHAPE,
    "expected [1,1,1,2]" },
  { "I420toRGB",
    { "u8[1,2,2,1] 0", "u8[1,1,1,1] 0" },
    1,
    WEIR_ERROR_FORMAT,
    "expected 1 or 3 planes" },
  { "NV12toBGR", { "i32[1,3,2,1] 0" }, 1, WEIR_ERROR_SHAPE, "expected u8 or floats" },
  { "RGBtoNV12", { "u8[1,3,2,3] 0" }, 1, WEIR_ERROR_SHAPE, "height of 3" },
  { "RGBtoNV12", { "u8[1,2,2,3] 0" }, 2, WEIR_ERROR_FORMAT, "expected 1 outputs" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/yuv/planes", planes, run_op_cases);
  g_test_add_data_func ("/ops/yuv/frames", frames, run_op_cases);
  g_test_add_data_func ("/ops/yuv/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/yuv/bad", bad, run_bad_cases);
  return g_test_run ();
}
