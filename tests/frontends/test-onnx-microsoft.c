#include "onnx-cases.h"

/* The domain com.microsoft. Expected values are those of ONNX Runtime 1.32. */

static const char *const attention[] = {
  "in a f32[2,2,2] -0.3 1.1 -0 0.6 -1.3 0.3 -1.7 -2; const b f32[2,6] 1.3 0.7 "
  "-0.3 -0.4 -0.3 1.5 -0.4 -0.3 0.4 -0.1 -0.2 -1.1; const c f32[6] -0 -0.4 1.2 "
  "0.7 -0 0.7; in d i32[2] 1 2; com.microsoft.Attention a,b,c,d > y0 "
  "num_heads:i=1; out y0 f32[2,2,2] -0.13 -0.96 -0.13 -0.96 0.70947 -0.317282 "
  "0.69437 -0.367529",
  "in a f32[2,2,2] -0.3 1.1 -0 0.6 -1.3 0.3 -1.7 -2; const b f32[2,6] 1.3 0.7 "
  "-0.3 -0.4 -0.3 1.5 -0.4 -0.3 0.4 -0.1 -0.2 -1.1; const c f32[6] -0 -0.4 1.2 "
  "0.7 -0 0.7; in d i32[4] 2 2 1 0; com.microsoft.Attention a,b,c,d > y0 "
  "num_heads:i=1; out y0 f32[2,2,2] -0.12 0.04 -0.12 0.04 0.70947 -0.317282 "
  "0.69437 -0.367529",
  "in a f32[1,2,2] -0.3 1.1 -0 0.6; const b f32[2,6] 1.3 0.7 -0.3 -0.4 -0.3 1.5 "
  "-0.4 -0.3 0.4 -0.1 -0.2 -1.1; in d i32[1,2] 1 0; com.microsoft.Attention "
  "a,b,,d > y0 num_heads:i=2 unidirectional:i=1 scale:f=0.5; out y0 f32[1,2,2] "
  "-0.13 -1.66 -0.13 -1.66",
  "in a f32[1,2,2] -0.3 1.1 -0 0.6; const b f32[2,6] 1.3 0.7 -0.3 -0.4 -0.3 1.5 "
  "-0.4 -0.3 0.4 -0.1 -0.2 -1.1; const c f32[6] -0 -0.4 1.2 0.7 -0 0.7; in e "
  "f32[2,1,1,1,2] -0.3 -0.9 0.2 2.2; com.microsoft.Attention a,b,c,,e > y0,y1 "
  "num_heads:i=1; out y0 f32[1,2,2] 0.13856 1.70652 0.0595434 1.05815; out y1 "
  "f32[2,1,1,3,2] -0.3 -0.9 1.73 0.71 1.44 0.64 0.2 2.2 -0.13 -0.96 -0.12 0.04",
  "in a u8[1,2,2] 174 88 14 151; const b u8[2,6] 71 175 221 90 231 132 135 195 "
  "202 232 255 38; const c f32[6] -0 -0.4 1.2 0.7 -0 0.7; const d f32[] 0.5; "
  "const e f32[] 0.125; const g u8[] 128; const h u8[] 128; "
  "com.microsoft.QAttention a,b,c,d,e,,g,h > y0 num_heads:i=1; out y0 "
  "f32[1,2,2] -551.312 -157.175 -21.375 237.2",
  "in a f32[1,1,2] -1 -0.1; in b f32[1,2,2] 0 -1.1 0.3 -0.9; in c f32[1,2,2] 1 "
  "0.2 0.1 -0.6; in d f32[6] -0.1 -2 -1.1 0.4 -2.1 0.8; "
  "com.microsoft.MultiHeadAttention a,b,c,d > y0 num_heads:i=1; out y0 "
  "f32[1,1,2] -1.4334 0.703648",
  "in a f32[1,1,2] -1.7 0.8; in b f32[1,1,2] -0.8 0.8; in c f32[1,1,2] 0.1 "
  "-1.5; in g f32[1,2,1,1] 1.2 1.4; in h f32[1,2,1,1] -0.1 -0.3; "
  "com.microsoft.MultiHeadAttention a,b,c,,,,g,h > y0,y1,y2 num_heads:i=2; out "
  "y0 f32[1,1,2] 0.0935409 -0.758703; out y1 f32[1,2,2,1] 1.2 -0.8 1.4 0.8; out "
  "y2 f32[1,2,2,1] -0.1 0.1 -0.3 -1.5",
  "in a f32[1,1,2] -0.2 -1; in b f32[1,1,2,2] 1.1 -0.5 -0.1 -0.8; in c "
  "f32[1,1,2,2] -0.6 -1.3 1.3 -0.2; com.microsoft.MultiHeadAttention a,b,c > y0 "
  "num_heads:i=1; out y0 f32[1,1,2] 0.529201 -0.646252",
  "in a f32[1,2,2] 1 0 -0.7 -0.3; in b i64[1,2] 1 0; const c f32[2,1] -0.6 0; "
  "const d f32[2,1] -0.4 -0.3; com.microsoft.RotaryEmbedding a,b,c,d > y0; out "
  "y0 f32[1,2,2] 0 -0.3 0.3 0.46",
  "in a f32[1,2,4] -1.4 -0.8 1.7 -0.7 -1.1 0.3 1.4 -1.5; in b i64[1] 1; const c "
  "f32[4,2] -0.2 -0.6 -1.8 0.7 -0 0.1 -0.8 0.5; const d f32[4,2] -0.5 -0.1 -1.1 "
  "-1.2 1.3 -0.5 0.3 -0; com.microsoft.RotaryEmbedding a,b,c,d > y0 "
  "interleaved:i=1; out y0 f32[1,2,4] 1.64 2.98 0.35 -2.53 -0.39 -1.43 -0.61 "
  "-0.85",
  NULL,
};

static const char *const grouped[] = {
  "in a f32[1,2,16] -0.4 -0.5 0.6 -0.3 -0.2 0 1.2 0.7 0.4 -0.6 -1.4 0.9 1 -0.1 "
  "0.5 0.8 0.8 0.9 -0.5 1.5 -1.2 0.9 0.5 0.9 1.9 1.5 -1.1 -1.7 0.8 -1 -0 0.8; "
  "in b f32[1,2,8] -1.6 -2.1 0.3 0 -0.2 0 -0.9 -1.5 -0.2 -1 -1.6 0.5 -0.1 0.4 "
  "-1 -0.7; in c f32[1,2,8] -1 -0.9 0.2 -0.8 0.4 0.3 2 -1.4 0.9 -0.1 -0 -1.4 "
  "-0.5 0.7 -0.1 0.1; in f i32[1] 1; in g i32[] 2; "
  "com.microsoft.GroupQueryAttention a,b,c,,,f,g > y0 num_heads:i=2 "
  "kv_num_heads:i=1; out y0 f32[1,2,16] -1 -0.9 0.2 -0.8 0.4 0.3 2 -1.4 -1 -0.9 "
  "0.2 -0.8 0.4 0.3 2 -1.4 0.598683 -0.22687 0.0317176 -1.30485 -0.357271 "
  "0.636565 0.233035 -0.137882 0.688121 -0.189212 0.022303 -1.33309 -0.399636 "
  "0.655394 0.134182 -0.0672726",
  "in a f32[1,1,8] -0.3 1.2 -0 -2.2 -0.7 -2 -3.3 -0.5; in b f32[1,1,8] 1.3 0 "
  "-1.2 -0.9 1.1 0.2 0 -0.1; in c f32[1,1,8] 0 0.8 0.6 0.2 -1 0.5 -0.7 1.1; in "
  "d f32[1,1,2,8] -1.3 -0.1 -0 -1.3 1.7 1.5 -0.5 0.8 0.4 -2.6 0.3 -0.1 0.1 -1.1 "
  "-0.3 -0.2; in e f32[1,1,2,8] 1.2 0.3 -0 1.5 -0.6 -0.4 -1.8 1.6 1 0.9 0.7 0.1 "
  "0.2 -0.3 -0.2 0.1; in f i32[1] 2; in g i32[] 3; "
  "com.microsoft.GroupQueryAttention a,b,c,d,e,f,g > y0,y1,y2 num_heads:i=1 "
  "kv_num_heads:i=1 smooth_softmax:i=1; out y0 f32[1,1,8] 0.545076 0.516108 "
  "0.33763 0.45049 -0.371874 -0.0368651 -0.686075 0.72102; out y1 f32[1,1,3,8] "
  "-1.3 -0.1 -0 -1.3 1.7 1.5 -0.5 0.8 0.4 -2.6 0.3 -0.1 0.1 -1.1 -0.3 -0.2 1.3 "
  "0 -1.2 -0.9 1.1 0.2 0 -0.1; out y2 f32[1,1,3,8] 1.2 0.3 -0 1.5 -0.6 -0.4 "
  "-1.8 1.6 1 0.9 0.7 0.1 0.2 -0.3 -0.2 0.1 0 0.8 0.6 0.2 -1 0.5 -0.7 1.1",
  "in a f32[1,2,24] 1.5 0.6 -0.1 -0.6 -0.6 1.6 0.5 0.1 -0.3 -1.1 -0.1 0.9 -0.4 "
  "-0.2 -0.2 0.1 -1.6 -0.2 -0.9 0.9 -0.8 0.6 1.5 -0.3 -0.6 0.2 -0 -1 0.5 2 -0.3 "
  "-0.2 -1 0.3 -1.2 -1.1 1.3 -0.9 1.1 1.5 0.3 0.6 2 -0.2 -0.6 -1.4 0 1.5; in f "
  "i32[1] 1; in g i32[] 2; com.microsoft.GroupQueryAttention a,,,,,f,g > y0 "
  "num_heads:i=1 kv_num_heads:i=1 local_window_size:i=1; out y0 f32[1,2,8] -1.6 "
  "-0.2 -0.9 0.9 -0.8 0.6 1.5 -0.3 0.3 0.6 2 -0.2 -0.6 -1.4 0 1.5",
  NULL,
};

static const char *const norms[] = {
  "in a i32[1,2] 1 0; in b i32[1,2] 1 0; const c f32[2,2] 1 -0.9 -0.9 -0.5; "
  "const d f32[2,2] 0.3 -0.2 0.2 0.3; const e f32[2,2] -0.3 -0 0.2 -0.1; const "
  "f f32[2] 0.5 1.9; const g f32[2] 0.6 0.1; in h i32[1,2] 1 1; "
  "com.microsoft.EmbedLayerNormalization a,b,c,d,e,f,g,h > y0,y1; out y0 "
  "f32[1,2,2] 1.1 -1.8 1.1 -1.8; out y1 i32[1] 2",
  "in a f32[1,1,3] -1.7 0.4 -1.9; in b f32[1,1,3] -1.4 0.9 0.7; in c f32[3] "
  "-0.1 -1.7 -0.4; in d f32[3] -0.7 0.6 2.3; in e f32[3] 0.2 -0.8 -1.2; "
  "com.microsoft.SkipLayerNormalization a,b,c,d,e > y0,,,y3; out y0 f32[1,1,3] "
  "-0.613269 -1.78176 2.51349; out y3 f32[1,1,3] -2.9 0.5 -2.4",
  "in a f32[1,4] -0.1 -0.2 -1.2 0.1; in b f32[4] -1.2 1.1 1.1 1.1; "
  "com.microsoft.BranchwiseRMSNorm a,b > y0 num_branches:i=2; out y0 f32[1,4] "
  "0.758795 -1.39112 -1.55025 0.129188",
  "in a f32[1,4] -0.5 0.5 -0.1 -0.4; in b f32[2] -0.3 -1.3; in c f32[1,4] -1.4 "
  "0.8 -0.2 0.2; com.microsoft.GatedRMSNorm a,b,c > y0 activation:s=sigmoid "
  "epsilon:f=1e-05; out y0 f32[1,4] 0.0593436 -0.896949 0.046319 0.980618",
  NULL,
};

static const char *const quantised[] = {
  "in a u8[1,2,2,1] 71 23 43 247; const b f32[] 0.5; const c u8[] 128; const d "
  "f32[] 0.75; const e u8[] 100; com.microsoft.QLinearAveragePool a,b,c,d,e > "
  "y0 kernel_shape:is=1,2 channels_last:i=1; out y0 u8[1,2,1,1] 46 111",
  "in a u8[1,2] 97 147; const b f32[] 0.5; const c u8[] 128; const d i8[2,2] 1 "
  "-2 3 4; const e f32[2] 0.5 0.25; const f i8[2] 0 0; const g i32[2] 5 -5; "
  "com.microsoft.QGemm a,b,c,d,e,f,g > y0 transB:i=1 alpha:f=0.5; out y0 "
  "f32[1,2] -8 -1.375",
  "in a f32[1,3] -1 0.5 1; const b u8[3,2] 112 205 25 72 149 205; const c f32[] "
  "0.5; const d u8[] 128; com.microsoft.DynamicQuantizeMatMul a,b,c,d > y0; out "
  "y0 f32[1,2] -7.42353 -14.0549",
  "in a f32[1,16] 1 0.2 -1.2 -0.9 0.8 0.5 -1.9 1.3 0.6 1.3 -0.4 -0.3 -1.1 2.5 "
  "-0.2 1.6; const b u8[16] 195 119 121 104 14 184 137 133 238 187 245 21 243 "
  "144 102 142; const c f32[2] 1.1 0.2; com.microsoft.MatMulBnb4 a,b,c > y0 "
  "N:i=2 K:i=16 block_size:i=16 quant_type:i=1 transB:i=1; out y0 f32[1,2] "
  "0.992946 0.656736",
  "const a u8[2,8] 233 115 30 161 17 140 194 18 202 151 82 56 2 50 72 224; in b "
  "i64[1] 1; const c f32[2,1] 0.4 0.7; com.microsoft.GatherBlockQuantized a,b,c "
  "> y0 block_size:i=16 gather_axis:i=0 quantize_axis:i=1 bits:i=4; out y0 "
  "f32[1,16] 1.4 2.8 -0.7 0.7 -4.2 -2.1 0 -3.5 -4.2 -5.6 -4.2 -3.5 0 -2.8 -5.6 "
  "4.2",
  "in a u8[1,2,2,1] 213 192 238 181; const b f32[] 0.5; const c u8[] 128; const "
  "d u8[1,1,1,1] 27; const e f32[] 0.125; const f u8[] 128; const g f32[] 0.75; "
  "const h u8[] 100; com.microsoft.QLinearConv a,b,c,d,e,f,g,h > y0 "
  "channels_last:i=1; out y0 u8[1,2,2,1] 0 0 0 0",
  "in a i16[1,2] 30000 -2; in b i16[2,1] 20000 3; com.microsoft.MatMulInteger16 "
  "a,b > y0; out y0 i32[1,1] 599999994",
  NULL,
};

static const char *const moves[] = {
  "in a f32[1,5] 1 2 3 4 5; com.microsoft.UnfoldTensor a > y0 dim:i=1 size:i=3 "
  "step:i=2; out y0 f32[1,2,3] 1 2 3 3 4 5",
  "in a f32[4] 3 1 3 2; com.microsoft.Unique a > y0,y1,y2; out y0 f32[3] 3 1 2; "
  "out y1 i64[4] 0 1 0 2; out y2 i64[3] 2 1 1",
  "in a f32[1,2] 0 0; in b f32[2,2] 3 4 1 0; com.microsoft.CDist a,b > y0 "
  "metric:s=euclidean; out y0 f32[1,2] 5 1",
  "in a f32[1,3] 1 2 3; const b i64[4] 0 1 0 2; com.microsoft.Pad a,b > y0 "
  "mode:s=reflect; out y0 f32[1,6] 2 1 2 3 2 1",
  "in a u8[1,2,2,1] 141 108 206 39; com.microsoft.NhwcMaxPool a > y0 "
  "kernel_shape:is=2,1; out y0 u8[1,1,2,1] 206 108",
  "in a f32[2] 1 2; const b i32[] 1; com.microsoft.ExpandDims a,b > y0; out y0 "
  "f32[2,1] 1 2",
  "in a f32[2,1,2] 1.5 -0.8 0.4 -0.2; in b f32[1,2,1] -0.8 0.6; "
  "com.microsoft.FusedMatMul a,b > y0 transBatchA:i=1; out y0 f32[1,2,1] -1.68 "
  "-0.44",
  "in a f32[1,1,1,3] -0.2 0.6 -0; const b f32[1,1,1,2] -1.1 -0.1; "
  "com.microsoft.FusedConv a,b > y0 kernel_shape:is=1,2 activation:s=LeakyRelu "
  "activation_params:fs=0.5; out y0 f32[1,1,1,2] 0.16 -0.33",
  "in a f32[2] 1 -1; com.microsoft.ScaledSiLU a > y0 alpha:f=0.5; out y0 f32[2] "
  "0.31123 -0.18877",
  "in a f32[1,2] 1 2; in b f32[1,2] 3 4; in c f32[1,1] 0.5; "
  "com.microsoft.GatedAdd a,b,c > y0; out y0 f32[1,2] 2.5 4",
  NULL,
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/onnx/microsoft/attention", attention, run_onnx_cases);
  g_test_add_data_func ("/onnx/microsoft/grouped", grouped, run_onnx_cases);
  g_test_add_data_func ("/onnx/microsoft/norms", norms, run_onnx_cases);
  g_test_add_data_func ("/onnx/microsoft/quantised", quantised, run_onnx_cases);
  g_test_add_data_func ("/onnx/microsoft/moves", moves, run_onnx_cases);
  return g_test_run ();
}
