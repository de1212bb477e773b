#include "onnx-cases.h"

/* Expected values are those of ONNX Runtime, of the standard's own reference evaluator,
 * or worked out by hand. */

static const char *const shapes[] = {
  "in x f32[2,3] 0..5; const s i64[2] 0 -1; Reshape x,s > y; "
  "out y f32[2,3] 0..5",
  "opset 14; in x f32[0,3] 0; const s i64[2] 3 0; "
  "Reshape x,s > y allowzero:i=1; out y f32[3,0] 0",
  "opset 4; in x f32[2,3] 0..5; Reshape x > y shape:is=3,2; out y f32[3,2] 0..5",
  "in x f32[2,3,2] 0..11; Flatten x > a axis:i=0; Flatten x > b axis:i=2; "
  "Flatten x > c axis:i=-1; out a f32[1,12] 0..11; out b f32[6,2] 0..11; "
  "out c f32[6,2] 0..11",
  "open x f32[2,3,2] 0..11; Flatten x > a axis:i=2; out a f32[6,2] 0..11",
  "open x f32[2,3] 0..5; Shape x > a; Size x > b; out a i64[2] 2 3; "
  "out b i64[] 6",
  "opset 15; in x f32[2,3,4] 0..23; Shape x > a start:i=1; "
  "Shape x > b start:i=-2 end:i=-1; out a i64[2] 3 4; out b i64[1] 3",
  "in x f32[1,2] 1 2; in y f32[1,1] 3; Concat x,y > z axis:i=1; "
  "Concat x > w axis:i=0; out z f32[1,3] 1..3; out w f32[1,2] 1 2",
  "in x f32[2,3] 0..5; Transpose x > y; Transpose x > z perm:is=0,1; "
  "out y f32[3,2] 0 3 1 4 2 5; out z f32[2,3] 0..5",
  "in x f32[1,2,1] 3 4; const a i64[1] -1; Squeeze x > p; Squeeze x,a > q; "
  "Unsqueeze q,a > r; out p f32[2] 3 4; out q f32[1,2] 3 4; "
  "out r f32[1,2,1] 3 4",
  "opset 11; in x f32[1,2,1] 3 4; Squeeze x > p axes:is=0; "
  "Unsqueeze p > q axes:is=0,3; out p f32[2,1] 3 4; out q f32[1,2,1,1] 3 4",
  "in x f32[5] 0..4; const s i64[2] 2 3; Split x,s > a,b; out a f32[2] 0 1; "
  "out b f32[3] 2..4",
  "opset 11; in x f32[1,4] 0..3; Split x > a,b axis:i=1; out a f32[1,2] 0 1; "
  "out b f32[1,2] 2 3",
  "opset 18; in x f32[5] 0..4; Split x > a,b num_outputs:i=2; "
  "out a f32[3] 0..2; out b f32[2] 3 4",
  "in x f32[1,2] 1 2; const s i64[2] 2 1; Expand x,s > y; const r i64[2] 1 2; "
  "Tile x,r > z; out y f32[2,2] 1 2 1 2; out z f32[1,4] 1 2 1 2",
  "opset 5; in x f32[1,2] 1 2; const t f32[] 2; const a f32[] 1; "
  "Tile x,t,a > y; out y f32[1,4] 1 2 1 2",
  "in x f32[1,4,1,1] 0..3; DepthToSpace x > a blocksize:i=2; "
  "DepthToSpace x > b blocksize:i=2 mode:s=CRD; "
  "SpaceToDepth a > c blocksize:i=2; out a f32[1,1,2,2] 0..3; "
  "out b f32[1,1,2,2] 0..3; out c f32[1,4,1,1] 0..3",
  "in a i64[] 1; in b i64[] 7; in c i64[] 3; Range a,b,c > y; out y i64[2] 1 4",
  "in x f32[3] -1.5 0 2.7; Cast x > a to:i=7; Cast x > b to:i=9; "
  "CastLike x,a > c; Cast x > d to:i=10; opset 15; out a i64[3] -1 0 2; "
  "out b boolean[3] 1 0 1; out c i64[3] -1 0 2; out d f16[3] -1.5 0 2.69922",
  "opset 26; in x i32[2] -1 5; BitCast x > y to:i=12; out y u32[2] 4294967295 5",
  "in s i64[2] 1 2; const v i64[1] 7; ConstantOfShape s > a; "
  "ConstantOfShape s > b value:t=v; out a f32[1,2] 0; out b i64[1,2] 7",
  "in x f32[1] 1; Constant - > a value_float:f=2.5; "
  "Constant - > b value_ints:is=3,4; Constant - > c value_floats:fs=1,2; "
  "Constant - > d value_int:i=9; const t f32[2] 8 9; Constant - > e value:t=t; "
  "Identity x > f; out a f32[] 2.5; out b i64[2] 3 4; out c f32[2] 1 2; "
  "out d i64[] 9; out e f32[2] 8 9; out f f32[1] 1",
  "in x f32[2] 1 2; Dropout x > y,m; out y f32[2] 1 2; out m boolean[2] 1",
  NULL,
};

static const char *const indices[] = {
  "in x f32[2,3] 0..5; const i i64[2] 2 -1; Gather x,i > a axis:i=1; "
  "Gather x,j > b; const j i64[] 1; out a f32[2,2] 2 2 5 5; out b f32[3] 3..5",
  "in x f32[2,2] 0..3; const i i64[2,1] 1 -2; GatherElements x,i > a axis:i=1; "
  "const k i64[1,2] 1 0; GatherND x,k > b; out a f32[2,1] 1 2; out b f32[1] 2",
  "in x f32[2,2] 0..3; const i i64[1,2] 1 0; const u f32[1,2] 10 20; "
  "Scatter x,i,u > b; opset 10; out b f32[2,2] 0 20 10 3",
  "opset 18; in x f32[1,2] 1 2; const i i64[1,2] 0 0; const u f32[1,2] 10 20; "
  "ScatterElements x,i,u > a axis:i=1 reduction:s=add; "
  "ScatterElements x,i,u > b axis:i=1 reduction:s=max; out a f32[1,2] 31 2; "
  "out b f32[1,2] 20 2",
  "opset 18; in x f32[3] 1 2 3; const i i64[2,1] 0 0; const u f32[2] 4 5; "
  "ScatterND x,i,u > a reduction:s=mul; const j i64[1,1] 2; const v f32[1] 9; "
  "ScatterND x,j,v > b; out a f32[3] 20 2 3; out b f32[3] 1 2 9",
  "in x f32[2,4] 0..7; const b i64[2] 0 -1; const e i64[2] 2 -9; "
  "const a i64[2] 0 1; const s i64[2] 1 -2; Slice x,b,e,a,s > y; "
  "out y f32[2,2] 3 1 7 5",
  "in x f32[4] 0..3; const b i64[1] 1; const e i64[1] 1000; Slice x,b,e > y; "
  "out y f32[3] 1..3",
  "opset 9; in x f32[2,4] 0..7; Slice x > y starts:is=1 ends:is=3 axes:is=1; "
  "out y f32[2,2] 1 2 5 6",
  "in c boolean[2] 1 0; in x f32[2] 1 2; in y f32[1] 9; Where c,x,y > z; "
  "out z f32[2] 1 9",
  "in x f32[2,2] 0 1 2 0; NonZero x > y; out y i64[2,2] 0 1 1 0",
  "in x f32[2,2] 0..3; in c boolean[2] 0 1; Compress x,c > a axis:i=1; "
  "Compress x,c > b; out a f32[2,1] 1 3; out b f32[1] 1",
  "in x f32[4] 2 1 2 3; Unique x > y,i,v,n; out y f32[3] 1..3; "
  "out i i64[3] 1 0 3; out v i64[4] 1 0 1 2; out n i64[3] 1 2 1",
  "in x f32[2,2] 0..3; in l i64[2] 2 1; "
  "ReverseSequence x,l > y time_axis:i=0 batch_axis:i=1; out y f32[2,2] 2 1 0 3",
  "in x i64[3] 0 -1 5; const d i64[] 3; const v f32[2] 1 9; OneHot x,d,v > y; "
  "out y f32[3,3] 9 1 1 1 1 9 1 1 1",
  "opset 14; in x f32[3,3] 1..9; const k i64[] 1; Trilu x,k > a; "
  "Trilu x > b upper:i=0; out a f32[3,3] 0 2 3 0 0 6 0 0 0; "
  "out b f32[3,3] 1 0 0 4 5 0 7 8 9",
  "in x f32[2,3] 0; EyeLike x > y k:i=1; out y f32[2,3] 0 1 0 0 0 1",
  "opset 24; in c f32[1,3,1] 0 0 0; in u f32[1,2,1] 5 6; in w i64[1] 2; "
  "TensorScatter c,u,w > y mode:s=circular; out y f32[1,3,1] 6 0 5",
  NULL,
};

static const char *const pads[] = {
  "in x f32[1,2] 1 2; const p i64[4] 0 1 1 0; const v f32[] 9; Pad x,p,v > y; "
  "out y f32[2,3] 9 1 2 9 9 9",
  "in x f32[3] 1 2 3; const p i64[2] 2 1; Pad x,p > a mode:s=reflect; "
  "Pad x,p > b mode:s=edge; out a f32[6] 3 2 1 2 3 2; out b f32[6] 1 1 1 2 3 3",
  "opset 19; in x f32[3] 1 2 3; const p i64[2] 4 2; Pad x,p > a mode:s=wrap; "
  "out a f32[9] 3 1 2 3 1 2 3 1 2",
  "opset 18; in x f32[1,2] 1 2; const p i64[2] 1 -1; const a i64[1] -1; "
  "Pad x,p,,a > y; out y f32[1,2] 0 1",
  "opset 2; in x f32[2] 1 2; Pad x > y pads:is=1,0 value:f=3; "
  "out y f32[3] 3 1 2",
  "opset 18; in x f32[5] 0..4; const s i64[1] 2; const t i64[1] 8; "
  "CenterCropPad x,s > a; CenterCropPad x,t > b; out a f32[2] 1 2; "
  "out b f32[8] 0 0 1 2 3 4 0 0",
  "opset 18; in x f32[2,3] 0..5; in s i64[1] 1; "
  "CenterCropPad x,s > a axes:is=-1; out a f32[2,1] 1 4",
  NULL,
};

static const char *const resizing[] = {
  "in x f32[1,1,2,2] 0..3; const s f32[4] 1 1 2 2; Resize x,,s > a; "
  "Resize x,,s > b mode:s=linear; Resize x,,s > c mode:s=cubic; "
  "out a f32[1,1,4,4] 0 0 1 1 0 0 1 1 2 2 3 3 2 2 3 3;"
  "out b f32[1,1,4,4] 0 0.25 0.75 1 0.5 0.75 1.25 1.5 1.5 1.75 2.25 2.5 2 2.25 "
  "2.75 3;"
  "out c f32[1,1,4,4] -0.316406 0.015625 0.5625 0.894531 0.347656 0.679688 "
  "1.22656 1.55859 1.44141 1.77344 2.32031 2.65234 2.10547 2.4375 2.98438 "
  "3.31641",
  "in x f32[1,1,2,2] 0..3; const z i64[4] 1 1 3 1;"
  "Resize x,,,z > a coordinate_transformation_mode:s=align_corners "
  "mode:s=linear;"
  "Resize x,,,z > b coordinate_transformation_mode:s=asymmetric "
  "nearest_mode:s=floor; out a f32[1,1,3,1] 0..2; out b f32[1,1,3,1] 0 0 2",
  "in x f32[1,1,3,3] 0..8; const s f32[4] 1 1 0.8 0.8;"
  "Resize x,,s > a mode:s=linear "
  "coordinate_transformation_mode:s=align_corners; "
  "out a f32[1,1,2,2] 0 1.42857 4.28571 5.71429",
  "in x f32[1,1,2,2] 0..3; in s f32[4] 1 1 1.5 1.5; "
  "Resize x,,s > a mode:s=cubic exclude_outside:i=1 cubic_coeff_a:f=-0.5;"
  "out a f32[1,1,3,3] -0.197368 0.368422 0.934211 0.934211 1.5 2.06579 2.06579 "
  "2.63158 3.19737",
  "opset 18; in x f32[1,1,4,4] 0..15; const s f32[4] 1 1 0.6 0.6; "
  "Resize x,,s > a mode:s=linear antialias:i=1; "
  "Resize x,,s > b mode:s=cubic antialias:i=1; "
  "out a f32[1,1,2,2] 1.875 3.5 8.375 10; "
  "out b f32[1,1,2,2] 1.51807 3.28589 8.58934 10.3572",
  "opset 19; in x f32[1,1,4] 0..3; const s f32[3] 1 1 0.6;"
  "Resize x,,s > a mode:s=linear "
  "coordinate_transformation_mode:s=half_pixel_symmetric; "
  "out a f32[1,1,2] 0.666667 2.33333",
  "in x f32[1,1,3,3] 0..8; const r f32[8] 0 0 0.5 -0.25 1 1 0.75 1; "
  "const z i64[4] 1 1 2 3;"
  "Resize x,r,,z > a mode:s=linear "
  "coordinate_transformation_mode:s=tf_crop_and_resize "
  "extrapolation_value:f=10; out a f32[1,1,2,3] 10 3.75 5 10 5.25 6.5",
  "opset 18; in x f32[1,1,2,4] 0..7; in z i64[2] 7 8; "
  "Resize x,,,z > a keep_aspect_ratio_policy:s=not_larger axes:is=2,3;"
  "out a f32[1,1,4,8] 0 0 1 1 2 2 3 3 0 0 1 1 2 2 3 3 4 4 5 5 6 6 7 7 4 4 5 5 "
  "6 6 7 7",
  "opset 10; in x f32[1,1,2] 5 6; const s f32[3] 1 1 2; Resize x,s > a; "
  "out a f32[1,1,4] 5 5 6 6",
  "opset 9; in x f32[1,1,2] 5 6; const s f32[3] 1 1 2; Upsample x,s > a; "
  "out a f32[1,1,4] 5 5 6 6",
  NULL,
};

static const char *const vision[] = {
  "in b f32[1,3,4] 0 0 1 1 0 0.1 1 1.1 0 10 1 11; in s f32[1,1,3] 0.9 0.75 0.6; "
  "const m i64[] 3; const i f32[] 0.5; const t f32[] 0; "
  "NonMaxSuppression b,s,m,i,t > y; out y i64[2,3] 0 0 0 0 0 2",
  "in b f32[1,2,4] 0.5 0.5 1 1 0.5 0.6 1 1; in s f32[1,1,2] 0.1 0.75; "
  "const m i64[1] 2; const i f32[1] 0.5; "
  "NonMaxSuppression b,s,m,i > y center_point_box:i=1; out y i64[1,3] 0 0 1",
  "opset 10; in x f32[1,1,4,4] 0..15; in r f32[1,4] 0 0 3 3; in i i64[1] 0; "
  "RoiAlign x,r,i > y output_height:i=2 output_width:i=2 sampling_ratio:i=2; "
  "out y f32[1,1,2,2] 3.75 5.25 9.75 11.25",
  "opset 16; in x f32[1,1,4,4] 0..15; in r f32[1,4] 0.5 0.5 3 3; in i i64[1] 0; "
  "RoiAlign x,r,i > y output_height:i=2 output_width:i=2 sampling_ratio:i=2; "
  "out y f32[1,1,2,2] 3.125 4.375 8.125 9.375",
  "in x f32[1,1,4,4] 0..15; in r f32[1,5] 0 0 0 3 3; "
  "MaxRoiPool x,r > y pooled_shape:is=2,2; out y f32[1,1,2,2] 5 7 13 15",
  "opset 20; in t f32[1,2,3] 1 0 0.5 0 2 0; in s i64[4] 1 1 2 3; "
  "AffineGrid t,s > y; AffineGrid t,s > z align_corners:i=1;"
  "out y f32[1,2,3,2] -0.166667 -1 0.5 -1 1.16667 -1 -0.166667 1 0.5 1 1.16667 "
  "1; out z f32[1,2,3,2] -0.5 -2 0.5 -2 1.5 -2 -0.5 2 0.5 2 1.5 2",
  "opset 8; in x f32[1,1,3,3] 0..8; Crop x > y border:is=1,0,1,2; "
  "ImageScaler x > z scale:f=2 bias:fs=1; Affine x > w alpha:f=3 beta:f=1; "
  "out y f32[1,1,1,1] 1; out z f32[1,1,3,3] 1 3 5 7 9 11 13 15 17; "
  "out w f32[1,1,3,3] 1 4 7 10 13 16 19 22 25",
  NULL,
};

static const char *const signals[] = {
  "opset 17; in x f32[1,4,1] 1 2 3 4; DFT x > a; DFT x > b onesided:i=1; "
  "DFT a > c inverse:i=1; out a f32[1,4,2] 10 0 -2 2 -2 0 -2 -2; "
  "out b f32[1,3,2] 10 0 -2 2 -2 0; out c f32[1,4,2] 1 0 2 0 3 0 4 0",
  "opset 20; in x f32[1,4,1] 1 2 3 4; in k i64[] -2; const n i64[] 6; "
  "DFT x,n,k > a;"
  "out a f32[1,6,2] 10 0 -3.5 -4.33013 2.5 0.866025 -2 0 2.5 -0.866025 -3.5 "
  "4.33013",
  "opset 20; in x f32[1,3,2] 10 0 -2 2 -2 0; const k i64[] 1; "
  "DFT x,,k > a inverse:i=1 onesided:i=1; out a f32[1,4,1] 1..4",
  "opset 17; in x f32[1,6,1] 1 2 3 4 5 6; in s i64[] 2; const w f32[4] 1 1 1 2; "
  "STFT x,s,w > a; out a f32[1,2,3,2] 14 0 -2 6 -6 0 24 0 -2 8 -8 0",
  "opset 17; const n i64[] 4; in x f32[1] 1; HannWindow n > a; "
  "HammingWindow n > b periodic:i=0; BlackmanWindow n > c; "
  "out a f32[4] 0 0.5 1 0.5; "
  "out b f32[4] 0.0869565 0.771739 0.771739 0.0869565; "
  "out c f32[4] 0 0.34 1 0.34",
  "opset 17; in n i64[] 3; const l i64[] 16; const r i64[] 8000; "
  "const a f32[] 0; const b f32[] 4000; MelWeightMatrix n,l,r,a,b > y; "
  "out y f32[9,3] 1 0 0 0 1 0 0 0.5 0.5 0 0 1 0 0 0.5 0 0 0 0 0 0 0 0 0 0 0 0",
  NULL,
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/onnx/shapes", shapes, run_onnx_cases);
  g_test_add_data_func ("/onnx/indices", indices, run_onnx_cases);
  g_test_add_data_func ("/onnx/pads", pads, run_onnx_cases);
  g_test_add_data_func ("/onnx/resizing", resizing, run_onnx_cases);
  g_test_add_data_func ("/onnx/vision", vision, run_onnx_cases);
  g_test_add_data_func ("/onnx/signals", signals, run_onnx_cases);
  return g_test_run ();
}
