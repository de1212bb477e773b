#include "onnx-cases.h"

/* Expected values are those of ONNX Runtime, of the standard's own reference evaluator,
 * or worked out by hand. */

static const char *const unary[] = {
  "in x f32[3] -0.5 0 0.5; Abs x > a; Neg x > b; Exp x > c; Sin x > d; "
  "Cos x > e; Tan x > f; Asin x > g; Acos x > h; Atan x > i; "
  "out a f32[3] 0.5 0 0.5; out b f32[3] 0.5 -0 -0.5; "
  "out c f32[3] 0.606531 1 1.64872; out d f32[3] -0.479426 0 0.479426; "
  "out e f32[3] 0.877583 1 0.877583; out f f32[3] -0.546302 0 0.546302; "
  "out g f32[3] -0.523599 0 0.523599; out h f32[3] 2.0944 1.5708 1.0472; "
  "out i f32[3] -0.463648 0 0.463648",
  "in x f32[3] 1 1.5 2.5; Sqrt x > a; Log x > b; Reciprocal x > c; Round x > d; "
  "Ceil x > e; Floor x > f; Acosh x > g; Sinh x > h; Cosh x > i; Asinh x > j; "
  "out a f32[3] 1 1.22474 1.58114; out b f32[3] 0 0.405465 0.916291; "
  "out c f32[3] 1 0.666667 0.4; out d f32[3] 1 2 2; out e f32[3] 1..3; "
  "out f f32[3] 1 1 2; out g f32[3] 0 0.962424 1.5668; "
  "out h f32[3] 1.1752 2.12928 6.0502; out i f32[3] 1.54308 2.35241 6.13229; "
  "out j f32[3] 0.881374 1.19476 1.64723",
  "in x f32[3] -2 0 3; Sign x > a; Erf x > b; out a f32[3] -1..1; "
  "out b f32[3] -0.995322 0 0.999978",
  "in x f32[3] 0.5 -0.5 0; Atanh x > a; out a f32[3] 0.549306 -0.549306 0",
  "opset 20; in x f32[2] 1 -1; const z f32[1] 0; Div x,z > d; IsInf d > a; "
  "IsInf d > b detect_negative:i=0; IsNaN d > c; out a boolean[2] 1; "
  "out b boolean[2] 1 0; out c boolean[2] 0",
  "in x boolean[2] 1 0; Not x > y; out y boolean[2] 0 1",
  "opset 18; in x u8[2] 1 254; BitwiseNot x > y; out y u8[2] 254 1",
  NULL,
};

static const char *const binary[] = {
  "in x f32[2,2] 1 2 3 4; in y f32[2] 2 4; Add x,y > a; Sub x,y > b; "
  "Mul x,y > c; Div x,y > d; Pow x,y > e; out a f32[2,2] 3 6 5 8; "
  "out b f32[2,2] -1 -2 1 0; out c f32[2,2] 2 8 6 16; "
  "out d f32[2,2] 0.5 0.5 1.5 1; out e f32[2,2] 1 16 9 256",
  "in x i32[4] 7 -7 7 -7; in y i32[4] 2 2 -2 -2; Div x,y > a; Mod x,y > b; "
  "Mod x,y > c fmod:i=1; out a i32[4] 3 -3 -3 3; out b i32[4] 1 1 -1 -1; "
  "out c i32[4] 1 -1 1 -1",
  "in x f32[2] 2 3; in y i64[2] 3 2; Pow x,y > z; out z f32[2] 8 9",
  "in x i32[2] 2 3; in y f32[2] 0.5 2; Pow x,y > z; out z i32[2] 1 9",
  "in x f32[3] 1 2 3; in y f32[3] 3 2 1; Equal x,y > a; Greater x,y > b; "
  "Less x,y > c; GreaterOrEqual x,y > d; LessOrEqual x,y > e; "
  "out a boolean[3] 0 1 0; out b boolean[3] 0 0 1; out c boolean[3] 1 0 0; "
  "out d boolean[3] 0 1 1; out e boolean[3] 1 1 0",
  "in x boolean[4] 1 1 0 0; in y boolean[4] 1 0 1 0; And x,y > a; Or x,y > b; "
  "Xor x,y > c; out a boolean[4] 1 0 0 0; out b boolean[4] 1 1 1 0; "
  "out c boolean[4] 0 1 1 0",
  "opset 18; in x u8[2] 12 10; in y u8[2] 10 3; BitwiseAnd x,y > a; "
  "BitwiseOr x,y > b; BitwiseXor x,y > c; out a u8[2] 8 2; out b u8[2] 14 11; "
  "out c u8[2] 6 9",
  "in x u8[2] 16 4; in y u8[2] 1 2; BitShift x,y > a direction:s=LEFT; "
  "BitShift x,y > b direction:s=RIGHT; out a u8[2] 32 16; out b u8[2] 8 1",
  "opset 6; in x f32[1,2,2] 0 0 0 0; in y f32[2] 1 2; "
  "Add x,y > z broadcast:i=1 axis:i=1; out z f32[1,2,2] 1 1 2 2",
  "in x f32[2] 1 5; in y f32[2] 3 2; in z f32[1] 4; Max x,y,z > a; "
  "Min x,y,z > b; Sum x,y,z > c; Mean x,y,z > d; out a f32[2] 4 5; "
  "out b f32[2] 1 2; out c f32[2] 8 11; out d f32[2] 2.66667 3.66667",
  "in x f32[4] -2 0 2 4; const l f32[] -1; const h f32[] 3; Clip x,l,h > a; "
  "Clip x,l > b; Clip x,,h > c; Clip x,h,l > d; out a f32[4] -1 0 2 3; "
  "out b f32[4] -1 0 2 4; out c f32[4] -2 0 2 3; out d f32[4] -1",
  "opset 6; in x f32[3] -2 0 2; Clip x > y min:f=-1 max:f=1; out y f32[3] -1..1",
  "in x f32[2] 1 2; in l f32[] 1.5; Clip x,l > y; out y f32[2] 1.5 2",
  NULL,
};

static const char *const matrices[] = {
  "in x f32[1,2] 1 2; const w f32[2,2] 1 2 3 4; const b f32[2] 10 20; "
  "Gemm x,w,b > y; out y f32[1,2] 17 30",
  "in x f32[2,1] 1 2; const w f32[2,2] 1 2 3 4; const b f32[2] 10 20; "
  "Gemm x,w,b > y transA:i=1 transB:i=1 alpha:f=2 beta:f=0.5; "
  "out y f32[1,2] 15 32",
  "in a f32[2,2] 1 2 3 4; in b f32[2,1] 1 10; MatMul a,b > y; "
  "out y f32[2,1] 21 43",
  "in a f32[2,1,2] 1 2 3 4; in b f32[2] 1 10; MatMul a,b > y; "
  "out y f32[2,1] 21 43",
  "in a f32[2,3] 0..5; in b f32[3,2] 0..5; Einsum a,b > y equation:s=ij,jk->ki; "
  "out y f32[2,2] 10 28 13 40",
  "opset 12; in a f32[2,2] 1 2 3 4; Det a > y; out y f32[] -2",
  "in a f32[1,3,3] 2 0 1 1 3 2 1 1 1; Det a > y; out y f32[1] 0",
  NULL,
};

static const char *const reductions[] = {
  "opset 17; in x f32[2,2] 1 -2 3 4; ReduceL1 x > a axes:is=1; "
  "ReduceL2 x > b axes:is=1 keepdims:i=0; ReduceMax x > c; "
  "ReduceMin x > d axes:is=-2; ReduceMean x > e axes:is=0,1; ReduceProd x > f; "
  "out a f32[2,1] 3 7; out b f32[2] 2.23607 5; out c f32[1,1] 4; "
  "out d f32[1,2] 1 -2; out e f32[1,1] 1.5; out f f32[1,1] -24",
  "opset 17; in x f32[2,2] 1 2 3 4; const k i64[1] 1; ReduceSum x,k > a; "
  "ReduceLogSum x > b axes:is=1; ReduceLogSumExp x > c axes:is=1 keepdims:i=0; "
  "ReduceSumSquare x > d; out a f32[2,1] 3 7; out b f32[2,1] 1.09861 1.94591; "
  "out c f32[2] 2.31326 4.31326; out d f32[1,1] 30",
  "opset 18; in x f32[2,2] 1 2 3 4; const k i64[1] 0; const n i64[0] 0; "
  "ReduceMax x,k > a; ReduceSum x,n > b; "
  "ReduceSum x,n > c noop_with_empty_axes:i=1; out a f32[1,2] 3 4; "
  "out b f32[1,1] 10; out c f32[2,2] 1..4",
  "opset 20; in x boolean[2,2] 1 0 1 1; const k i64[1] 1; ReduceMax x,k > a; "
  "ReduceMin x,k > b; out a boolean[2,1] 1; out b boolean[2,1] 0 1",
  "in x f32[1] 1000; ReduceLogSumExp x > y; out y f32[1] 1000",
  "in x f32[2,3] 1 3 3 2 0 2; ArgMax x > a axis:i=1; "
  "ArgMin x > b axis:i=0 keepdims:i=0; "
  "ArgMax x > c axis:i=1 select_last_index:i=1; out a i64[2,1] 1 0; "
  "out b i64[3] 0 1 1; out c i64[2,1] 2",
  "in x f32[2,3] 1 3 2 5 4 6; const k i64[1] 2; TopK x,k > v,i; "
  "TopK x,k > w,j largest:i=0 axis:i=1; out v f32[2,2] 3 2 6 5; "
  "out i i64[2,2] 1 2 2 0; out w f32[2,2] 1 2 4 5; out j i64[2,2] 0 2 1 0",
  "opset 9; in x f32[3] 1 3 2; TopK x > v,i k:i=1; out v f32[1] 3; "
  "out i i64[1] 1",
  "in x f32[3] 1 2 3; const a i32[] 0; CumSum x,a > p; "
  "CumSum x,a > q exclusive:i=1; CumSum x,a > r reverse:i=1; "
  "out p f32[3] 1 3 6; out q f32[3] 0 1 3; out r f32[3] 6 5 3",
  NULL,
};

static const char *const quantisation[] = {
  "in x f32[2,2] -1 0.5 1 300; const s f32[] 0.5; const z u8[] 10; "
  "QuantizeLinear x,s,z > q; DequantizeLinear q,s,z > y; "
  "out q u8[2,2] 8 11 12 255; out y f32[2,2] -1 0.5 1 122.5",
  "in x f32[2,2] -1 3 1 4; const s f32[2] 1 2; const z i8[2] 1 -1; "
  "QuantizeLinear x,s,z > q axis:i=1; DequantizeLinear q,s,z > y axis:i=1; "
  "out q i8[2,2] 0 1 2 1; out y f32[2,2] -1 4 1 4",
  "opset 21; in x u8[2,4] 1 2 3 4 5 6 7 8; const s f32[2,2] 1 2 3 4; "
  "DequantizeLinear x,s > y axis:i=1 block_size:i=2; "
  "out y f32[2,4] 1 2 6 8 15 18 28 32",
  "in x f32[3] 0 2 5.1; DynamicQuantizeLinear x > y,s,z; out y u8[3] 0 100 255; "
  "out s f32[] 0.02; out z u8[] 0",
  "in x u8[1,1,2,2] 1 2 3 4; const w u8[1,1,1,1] 2; const z u8[] 1; "
  "ConvInteger x,w,z > y; out y i32[1,1,2,2] 0 2 4 6",
  "in a u8[1,2] 3 4; in b u8[2,1] 5 6; const p u8[] 1; const q u8[] 2; "
  "MatMulInteger a,b,p,q > y; out y i32[1,1] 18",
  "in a u8[1,2] 3 4; in b u8[2,1] 5 6; const s f32[] 0.5; const z u8[] 1; "
  "QLinearMatMul a,s,z,b,s,z,s,z > y; out y u8[1,1] 13",
  "in x u8[1,1,2,2] 1 2 3 4; const w u8[1,1,1,1] 9; const s f32[] 0.5; "
  "const z u8[] 1; const b i32[1] 4; QLinearConv x,s,z,w,s,z,s,z,b > y; "
  "out y u8[1,1,2,2] 3 7 11 15",
  "in x f32[3] 0 0.3 2; const l f32[] 0; const h f32[] 1; "
  "org.openvinotoolkit.FakeQuantize x,l,h,l,h > y levels:i=3; "
  "out y f32[3] 0 0.5 1",
  NULL,
};

static const char *const losses[] = {
  "in x f32[2,2] -1 -2 -3 -4; in t i64[2] 0 1; "
  "NegativeLogLikelihoodLoss x,t > a; "
  "NegativeLogLikelihoodLoss x,t > b reduction:s=none; "
  "NegativeLogLikelihoodLoss x,t > c reduction:s=sum ignore_index:i=1; "
  "out a f32[] 2.5; out b f32[2] 1 4; out c f32[] 1",
  "in x f32[2,2] 0 1 2 2; in t i64[2] 0 1; const w f32[2] 1 3; "
  "SoftmaxCrossEntropyLoss x,t,w > y,p; out y f32[] 0.848176; "
  "out p f32[2,2] -1.31326 -0.313262 -0.693147 -0.693147",
  NULL,
};

static const char *const microsoft[] = {
  "in x f32[3] -1 0 2; const b f32[3] 0.5 0 0; com.microsoft.Gelu x > a; "
  "com.microsoft.BiasGelu x,b > c; com.microsoft.FastGelu x,b > d; "
  "com.microsoft.QuickGelu x > e; out a f32[3] -0.158655 0 1.9545; "
  "out c f32[3] -0.154269 0 1.9545; out d f32[3] -0.154286 0 1.9546; "
  "out e f32[3] -0.154204 0 1.93566",
  "in x f32[1,1,2,2] -1 2 -3 4; const w f32[1,1,1,1] 1;"
  "com.microsoft.FusedConv x,w > y kernel_shape:is=1,1 activation:s=LeakyRelu "
  "activation_params:fs=0.5; out y f32[1,1,2,2] -0.5 2 -1.5 4",
  "in a f32[2,1] 1 2; in b f32[2,1] 3 4; "
  "com.microsoft.FusedMatMul a,b > y transA:i=1 alpha:f=2; out y f32[1,1] 22",
  "in x f32[1,1,2] 1 3; in s f32[1,1,2] 1 1; const g f32[2] 1 2; "
  "const b f32[2] 0 1; "
  "com.microsoft.SkipLayerNormalization x,s,g,b > y epsilon:f=0.001; "
  "com.microsoft.SkipSimplifiedLayerNormalization x,s,g > z epsilon:f=0.001; "
  "out y f32[1,1,2] -0.9995 2.999; out z f32[1,1,2] 0.632424 2.5297",
  "in a u8[2] 10 20; in b u8[2] 30 40; const s f32[] 0.5; const z u8[] 4; "
  "com.microsoft.QLinearAdd a,s,z,b,s,z,s,z > y; "
  "com.microsoft.QLinearMul a,s,z,b,s,z,s,z > w; "
  "com.microsoft.QLinearSigmoid a,s,z,s,z > v; out y u8[2] 36 56; "
  "out w u8[2] 82 255; out v u8[2] 6",
  "in x f32[1,4] 1 1 1 1; const w u8[1,1,8] 152 0 0 0 0 0 0 0; "
  "const s f32[1] 0.5; "
  "com.microsoft.MatMulNBits x,w,s > y K:i=4 N:i=1 bits:i=4 block_size:i=16; "
  "out y f32[1,1] -7.5",
  NULL,
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/onnx/unary", unary, run_onnx_cases);
  g_test_add_data_func ("/onnx/binary", binary, run_onnx_cases);
  g_test_add_data_func ("/onnx/matrices", matrices, run_onnx_cases);
  g_test_add_data_func ("/onnx/reductions", reductions, run_onnx_cases);
  g_test_add_data_func ("/onnx/quantisation", quantisation, run_onnx_cases);
  g_test_add_data_func ("/onnx/losses", losses, run_onnx_cases);
  g_test_add_data_func ("/onnx/microsoft", microsoft, run_onnx_cases);
  return g_test_run ();
}
