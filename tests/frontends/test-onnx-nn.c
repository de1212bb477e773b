#include "onnx-cases.h"

/* Expected values are those of ONNX Runtime, of the standard's own reference evaluator,
 * or worked out by hand. */

static const char *const convolution[] = {
  "in x f32[1,1,3,3] 0..8; const w f32[1,1,3,3] 1; const b f32[1] 100; "
  "Conv x,w,b > y pads:is=1,1,1,1; "
  "out y f32[1,1,3,3] 108 115 112 121 136 127 120 133 124",
  "in x f32[1,2,1,2] 1 2 3 4; const w f32[2,1,1,1] 10 100; "
  "Conv x,w > y group:i=2; out y f32[1,2,1,2] 10 20 300 400",
  "in x f32[1,1,4] 1 2 3 4; const w f32[1,1,2] 1 1; "
  "Conv x,w > y auto_pad:s=SAME_UPPER strides:is=2; out y f32[1,1,2] 3 7",
  "in x f32[1,1,3] 1 2 3; const w f32[1,1,2] 1 2; "
  "Conv x,w > y auto_pad:s=SAME_LOWER; out y f32[1,1,3] 2 5 8",
  "in x f32[1,1,2,2,2] 0..7; const w f32[1,1,2,2,2] 1; "
  "Conv x,w > y pads:is=0,0,0,1,0,0; out y f32[1,1,2,1,1] 28 22",
  "in x f32[1,1,5,1] 0..4; in w f32[1,1,2,1] 1 1; "
  "Conv x,w > y dilations:is=3,1; out y f32[1,1,2,1] 3 5",
  "open x f32[1,1,2,2] 0..3; const w f32[1,1,2,2] 1; Conv x,w > y; "
  "out y f32[1,1,1,1] 6",
  "in x f32[1,1,2,2] 0..3; const w f32[1,1,2,2] 1 2 3 4; "
  "ConvTranspose x,w > y strides:is=2,2 output_padding:is=1,0; "
  "out y f32[1,1,5,4] 0 0 1 2 0 0 3 4 2 4 3 6 6 8 9 12 0 0 0 0",
  "in x f32[1,2,1,2] 0..3; const w f32[2,1,1,2] 1 2 3 4; const b f32[2] 10 20; "
  "ConvTranspose x,w,b > y group:i=2 pads:is=0,1,0,0; "
  "out y f32[1,2,1,2] 11 12 37 32",
  "in x f32[1,1,3,3] 0..8; const w f32[1,1,3,3] 1; "
  "ConvTranspose x,w > y strides:is=3,2 output_shape:is=10,8;"
  "out y f32[1,1,10,8] 0 0 1 1 3 2 2 0 0 0 1 1 3 2 2 0 0 0 1 1 3 2 2 0 3 3 7 4 "
  "9 5 5 0 3 3 7 4 9 5 5 0 3 3 7 4 9 5 5 0 6 6 13 7 15 8 8 0 6 6 13 7 15 8 8 0 "
  "6 6 13 7 15 8 8 0 0 0 0 0 0 0 0 0",
  "in x f32[1,1,2] 1 2; const w f32[1,1,3] 1 2 3; "
  "ConvTranspose x,w > y strides:is=2 auto_pad:s=SAME_UPPER; "
  "out y f32[1,1,4] 1 2 5 4",
  NULL,
};

static const char *const pooling[] = {
  "in x f32[1,1,3,3] 0..8; MaxPool x > y,i kernel_shape:is=2,2; "
  "out y f32[1,1,2,2] 4 5 7 8; out i i64[1,1,2,2] 4 5 7 8",
  "in x f32[1,1,4,4] 0..15; "
  "MaxPool x > y kernel_shape:is=3,3 strides:is=2,2 ceil_mode:i=1; "
  "out y f32[1,1,2,2] 10 11 14 15",
  "in x f32[1,1,2,2] 0..3; "
  "MaxPool x > y kernel_shape:is=1,1 strides:is=2,2 ceil_mode:i=1; "
  "out y f32[1,1,1,1] 0",
  "opset 12; in x f32[1,1,2,2] 3 2 1 0; "
  "MaxPool x > y,i kernel_shape:is=1,1 storage_order:i=1; "
  "out y f32[1,1,2,2] 3 2 1 0; out i i64[1,1,2,2] 0 2 1 3",
  "in x f32[1,1,5] 0 4 1 3 2; MaxPool x > y kernel_shape:is=2 dilations:is=2; "
  "out y f32[1,1,3] 1 4 2",
  "in x f32[1,1,3,3] 0..8; "
  "AveragePool x > y kernel_shape:is=2,2 pads:is=1,1,0,0; "
  "out y f32[1,1,3,3] 0 0.5 1.5 1.5 2 3 4.5 5 6",
  "in x f32[1,1,3,3] 0..8; "
  "AveragePool x > y kernel_shape:is=2,2 pads:is=1,1,0,0 count_include_pad:i=1; "
  "out y f32[1,1,3,3] 0 0.25 0.75 0.75 2 3 2.25 5 6",
  "opset 19; in x f32[1,1,4,4] 0..15;"
  "AveragePool x > y kernel_shape:is=3,3 strides:is=2,2 ceil_mode:i=1 "
  "count_include_pad:i=1; out y f32[1,1,2,2] 5 6.5 11 12.5",
  "opset 19; in x f32[1,1,4] 0..3; "
  "AveragePool x > y kernel_shape:is=2 dilations:is=2; out y f32[1,1,2] 1 2",
  "opset 18; in x f32[1,1,2,2] 3 4 0 0; LpPool x > y kernel_shape:is=2,2; "
  "out y f32[1,1,1,1] 5",
  "in x f32[1,2,2,2] 0..7; GlobalAveragePool x > y; out y f32[1,2,1,1] 1.5 5.5",
  "in x f32[1,2,2,2] 0..7; GlobalMaxPool x > y; out y f32[1,2,1,1] 3 7",
  "in x f32[1,2,1,2] 3 4 6 8; GlobalLpPool x > y; out y f32[1,2,1,1] 5 10",
  "in x f32[1,1,1,2] 5 6; in i i64[1,1,1,2] 1 2; "
  "MaxUnpool x,i > y kernel_shape:is=2,2 strides:is=2,2; "
  "out y f32[1,1,2,4] 0 5 6 0 0 0 0 0",
  "in x f32[1,4,1,2] 1 2 3 4 5 6 7 8; "
  "LRN x > y alpha:f=0.1 beta:f=0.5 bias:f=2 size:i=3;"
  "out y f32[1,4,1,2] 0.654654 1.22474 1.68585 2.03419 2.29014 2.47717 3.31212 "
  "3.4641",
  NULL,
};

static const char *const normalisation[] = {
  "in x f32[1,2,1,2] 1 2 3 4; const s f32[2] 1 2; const b f32[2] 0 1; "
  "const m f32[2] 1 2; const v f32[2] 1 4; BatchNormalization x,s,b,m,v > y; "
  "out y f32[1,2,1,2] 0 0.999995 2 3",
  "opset 15; in x f32[1,2,1,2] 1 2 3 5; const s f32[2] 1 2; const b f32[2] 0 1; "
  "const m f32[2] 1 2; const v f32[2] 1 4; "
  "BatchNormalization x,s,b,m,v > y,rm,rv training_mode:i=1 momentum:f=0.5; "
  "out y f32[1,2,1,2] -0.99998 0.99998 -0.99999 2.99999; out rm f32[2] 1.25 3; "
  "out rv f32[2] 0.625 2.5",
  "in x f32[1,2,1,2] 1 3 3 7; const s f32[2] 1 2; const b f32[2] 0 1; "
  "InstanceNormalization x,s,b > y; "
  "out y f32[1,2,1,2] -0.999995 0.999995 -0.999998 3",
  "opset 17; in x f32[2,3] 1 2 4 0 1 0; const s f32[3] 1 2 3; "
  "const b f32[3] 0 1 0; LayerNormalization x,s,b > y,m,i; "
  "out y f32[2,3] -1.06904 0.465479 4.00891 -0.707091 3.82836 -2.12127; "
  "out m f32[2,1] 2.33333 0.333333; out i f32[2,1] 0.801781 2.12127",
  "opset 18; in x f32[1,4,2] 1 2 3 5 8 13 21 34; const s f32[2] 1 2; "
  "const b f32[2] 0 1; GroupNormalization x,s,b > y num_groups:i=2;"
  "out y f32[1,4,2] -1.18321 -0.507091 0.16903 1.52127 -1.23954 -0.221568 "
  "1.40719 4.05392",
  "opset 21; in x f32[1,4,2] 1 2 3 5 8 13 21 34; const s f32[4] 1 2 3 4; "
  "const b f32[4] 0 1 2 3; GroupNormalization x,s,b > y num_groups:i=2;"
  "out y f32[1,4,2] -1.18321 -0.507091 1.33806 4.04255 -1.35931 0.167648 "
  "3.81438 9.10784",
  "opset 23; in x f32[2,2] 3 4 6 8; const s f32[2] 1 2; "
  "RMSNormalization x,s > y; out y f32[2,2] 0.848528 2.26274 0.848528 2.26274",
  "in x f32[2,2] 3 4 0 0; LpNormalization x > y axis:i=1 p:i=2; "
  "out y f32[2,2] 0.6 0.8 0 0",
  "in x f32[2,2] 3 -1 0 2; LpNormalization x > y axis:i=1 p:i=1; "
  "out y f32[2,2] 0.75 -0.25 0 1",
  "in x f32[1,2,1,2] 1 3 2 6; MeanVarianceNormalization x > y; "
  "out y f32[1,2,1,2] -1 1 -1 1",
  NULL,
};

static const char *const activations[] = {
  "in x f32[4] -2 -0.5 0 3; Relu x > a; LeakyRelu x > b; Elu x > c; Selu x > d; "
  "Celu x > e alpha:f=2; out a f32[4] 0 0 0 3; out b f32[4] -0.02 -0.005 0 3; "
  "out c f32[4] -0.864665 -0.393469 0 3; "
  "out d f32[4] -1.52017 -0.691758 0 3.1521; "
  "out e f32[4] -1.26424 -0.442398 0 3",
  "in x f32[4] -2 -0.5 0 3; Sigmoid x > a; HardSigmoid x > b; Softplus x > c; "
  "Softsign x > d; ThresholdedRelu x > e; Tanh x > f; "
  "out a f32[4] 0.119203 0.377541 0.5 0.952574; out b f32[4] 0.1 0.4 0.5 1; "
  "out c f32[4] 0.126928 0.474077 0.693147 3.04859; "
  "out d f32[4] -0.666667 -0.333333 0 0.75; out e f32[4] 0 0 0 3; "
  "out f f32[4] -0.964028 -0.462117 0 0.995055",
  "opset 20; in x f32[4] -2 -0.5 0 3; Gelu x > a; "
  "Gelu x > b approximate:s=tanh; Mish x > c; HardSwish x > d; "
  "Shrink x > e bias:f=0.25 lambd:f=1; "
  "out a f32[4] -0.0455003 -0.154269 0 2.99595; "
  "out b f32[4] -0.0454023 -0.154286 0 2.99636; "
  "out c f32[4] -0.252501 -0.220744 0 2.98654; "
  "out d f32[4] -0.333333 -0.208333 0 3; out e f32[4] -1.75 0 0 2.75",
  "in x f32[1,2,2] -1 -2 -3 4; const s f32[2,1] 0.5 10; PRelu x,s > y; "
  "out y f32[1,2,2] -0.5 -1 -30 4",
  "in x f32[1,2,2] -1 -2 -3 4; const s f32[2] 0.5 10; PRelu x,s > y; "
  "out y f32[1,2,2] -0.5 -20 -1.5 4",
  "in x f32[2,2] 0 1 2 2; Softmax x > y; LogSoftmax x > z axis:i=0; "
  "Hardmax x > h; out y f32[2,2] 0.268941 0.731059 0.5 0.5; "
  "out z f32[2,2] -2.12693 -1.31326 -0.126928 -0.313262; out h f32[2,2] 0 1 1 0",
  "opset 11; in x f32[1,2,2] 0 1 2 3; Softmax x > y; "
  "out y f32[1,2,2] 0.0320586 0.0871443 0.236883 0.643914",
  "opset 11; in x f32[2,2,2,1] 0 1 2 3 3 2 1 0; Softmax x > y axis:i=2; "
  "Hardmax x > z axis:i=2;"
  "out y f32[2,2,2,1] 0.268941 0.731059 0.268941 0.731059 0.731059 0.268941 "
  "0.731059 0.268941; out z f32[2,2,2,1] 0 1 0 1 1 0 1 0",
  NULL,
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/onnx/convolution", convolution, run_onnx_cases);
  g_test_add_data_func ("/onnx/pooling", pooling, run_onnx_cases);
  g_test_add_data_func ("/onnx/normalisation", normalisation, run_onnx_cases);
  g_test_add_data_func ("/onnx/activations", activations, run_onnx_cases);
  return g_test_run ();
}
