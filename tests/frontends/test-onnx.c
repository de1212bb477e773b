#include "base/error.h"
#include "onnx-cases.h"

/* Models of a few nodes. Expected values are those of the standard's own reference
 * evaluator, or worked out by hand. */

static const char *const convolution[] = {
  "in x f32[1,1,3,3] 0..8; const w f32[1,1,3,3] 1; const b f32[1] 100;"
  "Conv x,w,b > y pads:is=1,1,1,1;"
  "out y f32[1,1,3,3] 108 115 112 121 136 127 120 133 124",
  "in x f32[1,2,1,2] 1 2 3 4; const w f32[2,1,1,1] 10 100;"
  "Conv x,w > y group:i=2; out y f32[1,2,1,2] 10 20 300 400",
  "in x f32[1,1,4] 1 2 3 4; const w f32[1,1,2] 1 1;"
  "Conv x,w > y auto_pad:s=SAME_UPPER strides:is=2; out y f32[1,1,2] 3 7",
  NULL,
};

static const char *const matrices[] = {
  "in x f32[1,2] 1 2; const w f32[2,2] 1 2 3 4; const b f32[2] 10 20;"
  "Gemm x,w,b > y; out y f32[1,2] 17 30",
  "in x f32[2,1] 1 2; const w f32[2,2] 1 2 3 4; const b f32[2] 10 20;"
  "Gemm x,w,b > y transA:i=1 transB:i=1 alpha:f=2 beta:f=0.5;"
  "out y f32[1,2] 15 32",
  "in a f32[2,2] 1 2 3 4; in b f32[2,1] 1 10; MatMul a,b > y; out y f32[2,1] 21 43",
  NULL,
};

static const char *const shapes[] = {
  "in x f32[2,3] 0..5; const s i64[2] 0 -1; Reshape x,s > y; out y f32[2,3] 0..5",
  "in x f32[2,3] 0..5; Flatten x > y axis:i=0; out y f32[1,6] 0..5",
  "open x f32[2,3] 0..5; Shape x > y; out y i64[2] 2 3",
  "in x f32[1,2] 1 2; in y f32[1,1] 3; Concat x,y > z axis:i=1; out z f32[1,3] 1 2 3",
  "in x f32[2,3] 0..5; Transpose x > y; out y f32[3,2] 0 3 1 4 2 5",
  NULL,
};

/* Nodes out of order, names of outputs that are inputs, constants among the inputs. */
static const char *const graphs[] = {
  "in x f32[2] 1 -1; Add t,x > y; Relu x > t; out y f32[2] 2 -1",
  "in x f32[2] 1 -1; Identity x > y; out y f32[2] 1 -1",
  "in x f32[2] 1 -1; Identity x > y; Identity y > z; out z f32[2] 1 -1; out y",
  "in x f32[1] 3; function Twice a > b; Add a,a > b; end; local.Twice x > t;"
  "local.Twice t > y; out y f32[1] 12",
  "in x f32[1] -4; function Leaky a > b; LeakyRelu a > b alpha:ref=slope; end;"
  "local.Leaky x > y slope:f=0.5; out y f32[1] -2",
  NULL,
};

static const OnnxBadCase bad[] = {
  { "in x f32[1] 1; Relu z > y; out y", WEIR_ERROR_FORMAT, "nothing writes tensor 'z'" },
  { "in x f32[1] 1; Add x,b > a; Relu a > b; out b", WEIR_ERROR_FORMAT,
    "the graph has a cycle" },
  { "in x f32[1] 1; Relu x > y; Abs x > y; out y", WEIR_ERROR_FORMAT,
    "tensor 'y' is written twice" },
  { "in x f32[1] 1; Foo x > t; Bar t > y; out y", WEIR_ERROR_UNSUPPORTED,
    "2 ONNX operations cannot be converted: 't' (Foo): an unknown operation; 'y' (Bar)" },
  { "in x f32[1] 1; Relu x > y alpha:s=no; LeakyRelu y > z alpha:s=no; out z",
    WEIR_ERROR_FORMAT, "attribute 'alpha': expected a float, found a string" },
  { "in x f32[1] 1; Relu x > y; out z", WEIR_ERROR_FORMAT, "nothing writes tensor 'z'" },
  { "in x f32[1] 1; Relu x > y", WEIR_ERROR_FORMAT, "the graph has no outputs" },
  { "opset 99; in x f32[1] 1; Relu x > y; out y", WEIR_ERROR_UNSUPPORTED,
    "operation set 99" },
  { "in x f32[1] 1; function F a > b; local.F a > b; end; local.F x > y; out y",
    WEIR_ERROR_FORMAT, "the function calls itself" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/onnx/convolution", convolution, run_onnx_cases);
  g_test_add_data_func ("/onnx/matrices", matrices, run_onnx_cases);
  g_test_add_data_func ("/onnx/shapes", shapes, run_onnx_cases);
  g_test_add_data_func ("/onnx/graphs", graphs, run_onnx_cases);
  g_test_add_data_func ("/onnx/bad", bad, run_onnx_bad_cases);
  return g_test_run ();
}
