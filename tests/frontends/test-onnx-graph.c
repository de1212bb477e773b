#include "onnx-cases.h"

/* Expected values are those of ONNX Runtime, of the standard's own reference evaluator,
 * or worked out by hand. */

static const char *const recurrent[] = {
  "in x f32[2,1,2] 0.1 0.2 0.3 0.4; const w f32[1,2,2] 0.1 0.2 0.3 0.4; "
  "const r f32[1,2,2] 0.5 0.1 0.2 0.3; const b f32[1,4] 0.1 0.2 0.3 0.4; "
  "RNN x,w,r,b > y,h hidden_size:i=2; "
  "out y f32[2,1,1,2] 0.421899 0.610677 0.653863 0.806727; "
  "out h f32[1,1,2] 0.653863 0.806727",
  "in x f32[2,1,1] 0.5 -0.5; const w f32[1,3,1] 0.1 0.2 0.3; "
  "const r f32[1,3,1] 0.4 0.5 0.6; const b f32[1,6] 0.1 0.2 0.3 0.4 0.5 0.6; "
  "GRU x,w,r,b > y,h hidden_size:i=1;"
  "GRU x,w,r,b > z,g hidden_size:i=1 linear_before_reset:i=1 "
  "direction:s=reverse; out y f32[2,1,1,1] 0.286035 0.435923; "
  "out h f32[1,1,1] 0.435923; out z f32[2,1,1,1] 0.383437 0.191181; "
  "out g f32[1,1,1] 0.383437",
  "in x f32[2,1,1] 0.5 -0.5; const w f32[1,4,1] 0.1 0.2 0.3 0.4; "
  "const r f32[1,4,1] 0.4 0.5 0.6 0.7; "
  "const b f32[1,8] 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8; const h f32[1,1,1] 0.5; "
  "const c f32[1,1,1] -0.5; LSTM x,w,r,b,,h,c > y,p,q hidden_size:i=1; "
  "out y f32[2,1,1,1] 0.189226 0.422004; out p f32[1,1,1] 0.422004; "
  "out q f32[1,1,1] 0.713148",
  "in x f32[2,2,1] 0.5 -0.5 1 2; "
  "const w f32[2,4,1] 0.1 0.2 0.3 0.4 0.4 0.3 0.2 0.1; const r f32[2,4,1] 0.5; "
  "in l i32[2] 1 2;"
  "LSTM x,w,r,,l > y,p,q hidden_size:i=1 direction:s=bidirectional "
  "activations:ss=Sigmoid,Tanh,Relu,Sigmoid,Tanh,Relu clip:f=0.9; "
  "out y f32[2,2,2,1] 0.0531039 0 0.0147626 0.0300217 0 0.181393 0 0.087928; "
  "out p f32[2,2,1] 0.0531039 0.181393 0.0147626 0.0300217; "
  "out q f32[2,2,1] 0.101154 0.302984 0.0274688 0.0634017",
  "open x f32[2,1,1] 0.5 -0.5; const w f32[1,4,1] 0.1; const r f32[1,4,1] 0.5; "
  "LSTM x,w,r > y hidden_size:i=1; out y f32[2,1,1,1] 0.0131189 -0.00426104",
  "opset 14; in x f32[1,2,1] 0.5 -0.5; const w f32[1,1,1] 1; "
  "const r f32[1,1,1] 1; RNN x,w,r > y,h hidden_size:i=1 layout:i=1; "
  "out y f32[1,2,1,1] 0.462117 -0.0378647; out h f32[1,1,1] -0.0378647",
  NULL,
};

static const char *const control[] = {
  "in c boolean[] 0; in x f32[2] -1 2; graph t; Relu x > a; out a; end; "
  "graph e; Abs x > b; out b; end; If c > y then_branch:g=t else_branch:g=e; "
  "out y f32[2] 1 2",
  "const c boolean[] 1; in x f32[2] -1 2; graph t; Relu x > a; out a; end; "
  "graph e; Abs x > b; out b; end; If c > y then_branch:g=t else_branch:g=e; "
  "out y f32[2] 0 2",
  "in c boolean[] 1; in x f32[2] -1 2; graph i; Neg x > d; out d; end; graph j; "
  "Abs x > d2; out d2; end; graph t; Identity c > k; "
  "If k > a then_branch:g=i else_branch:g=j; out a; end; graph e; Abs x > b; "
  "out b; end; If c > y then_branch:g=t else_branch:g=e; out y f32[2] 1 -2",
  "in n i64[] 3; in c boolean[] 1; in s f32[2] 1 2; graph body; arg i i64; "
  "arg go boolean; arg a f32; Add a,s > b; Identity go > g2; Identity b > v; "
  "out g2; out b; out v; end; Loop n,c,s > f,all body:g=body; out f f32[2] 4 8; "
  "out all f32[3,2] 2 4 3 6 4 8",
  "in s f32[1] 0; const one f32[1] 1; const most f32[1] 2; graph body; "
  "arg i i64; arg go boolean; arg a f32; Add a,one > b; Less b,most > g1; "
  "const sh i64[0] 0; Reshape g1,sh > g2; out g2; out b; end; "
  "Loop ,,s > f body:g=body; out f f32[1] 2",
  "in n i64[] 3; in s f32[1] 1; graph body; arg i i64; arg go boolean; "
  "arg a f32; Concat a,a > b axis:i=0; Identity go > g2; out g2; out b; end; "
  "Loop n,,s > f body:g=body; out f f32[8] 1",
  "in s f32[1] 0; in x f32[3,1] 1 2 3; graph b; arg a f32; arg v f32; "
  "Add a,v > n; Identity n > o; out n; out o; end; "
  "Scan s,x > f,y body:g=b num_scan_inputs:i=1; out f f32[1] 6; "
  "out y f32[3,1] 1 3 6",
  "in s f32[1] 0; in x f32[1,3] 1 2 3; graph b; arg a f32; arg v f32; "
  "Add a,v > n; Identity n > o; out n; out o; end;"
  "Scan s,x > f,y body:g=b num_scan_inputs:i=1 scan_input_axes:is=1 "
  "scan_input_directions:is=1 scan_output_axes:is=1 "
  "scan_output_directions:is=1; out f f32[1] 6; out y f32[1,3] 6 5 3",
  NULL,
};

static const char *const old_scans[] = {
  "opset 8; in s f32[1,1] 0; in x f32[1,3,1] 1 2 3; graph b; arg a f32; arg v f32; "
  "Add a,v > n; Identity n > o; out n; out o; end; "
  "Scan ,s,x > f,y body:g=b num_scan_inputs:i=1; out f f32[1,1] 6; "
  "out y f32[1,3,1] 1 3 6",
  NULL,
};

/* What random numbers must be whatever they are. */
static const char *const random_numbers[] = {
  "in a f32[1] 0; RandomUniform - > x shape:is=2,3 low:f=4 high:f=5; Floor x > y; "
  "Add y,a > z; out z f32[2,3] 4",
  "in a f32[2] 0; RandomUniformLike a > x low:f=4 high:f=5; Floor x > y; "
  "out y f32[2] 4",
  "in a f32[1] 0; RandomNormal - > x shape:is=3 mean:f=3 scale:f=0; Add x,a > y; "
  "out y f32[3] 3",
  "in a f64[2] 0; RandomNormalLike a > y mean:f=3 scale:f=0; out y f64[2] 3",
  "in a f32[1] 2; const c f32[1] 0.1; RandomNormal - > x shape:is=10000 seed:f=7 "
  "mean:f=2; ReduceMean x > m keepdims:i=0; Sub m,a > d; Abs d > e; Less e,c > y; "
  "out y boolean[1] 1",
  "in a f32[1] 9; const c f32[1] 0.5; RandomNormal - > x shape:is=10000 seed:f=7 "
  "scale:f=3; Mul x,x > q; ReduceMean q > m keepdims:i=0; Sub m,a > d; Abs d > e; "
  "Less e,c > y; out y boolean[1] 1",
  "opset 15; in p f32[4] 0 1 0 1; Bernoulli p > y dtype:i=7; out y i64[4] 0 1 0 1",
  NULL,
};

/* A volume whose elements are numbered; the middle of eight of them is their mean. */
static const char *const volumes[] = {
  "opset 20; in x f32[1,1,2,2,2] 0..7; in g f32[1,1,1,3,3] 0 0 0 -0.5 -0.5 -0.5 "
  "0.5 -0.5 0.5; GridSample x,g > y; out y f32[1,1,1,1,3] 3.5 0 5",
  "opset 20; in x f32[1,1,2,2,2] 0..7; in g f32[1,1,1,3,3] 1 1 1 -1 1 -1 9 9 -9; "
  "GridSample x,g > y mode:s=nearest align_corners:i=1 padding_mode:s=border; "
  "out y f32[1,1,1,1,3] 7 2 3",
  "opset 20; in x f32[1,1,1,1,2] 2 4; in g f32[1,1,1,2,3] 9 0 0 0.5 0 0; "
  "GridSample x,g > y mode:s=nearest; out y f32[1,1,1,1,2] 0 4",
  "opset 18; in x f32[1,2,3] 1 2 3 4 5 6; const s i64[1] 4; const b i64[1] 2; "
  "Col2Im x,s,b > y; out y f32[1,1,4] 1 6 8 6",
  "opset 18; in x f32[1,2,2] 1 2 3 4; const s i64[1] 3; const b i64[1] 2; "
  "Col2Im x,s,b > y dilations:is=2 strides:is=2 pads:is=1,1; out y f32[1,1,3] 0 5 0",
  NULL,
};

static const char *const graphs[] = {
  "in x f32[2] 1 -1; Add t,x > y; Relu x > t; out y f32[2] 2 -1",
  "in x f32[2] 1 -1; Identity x > y; out y f32[2] 1 -1",
  "in x f32[2] 1 -1; Identity x > y; Identity y > z; out z f32[2] 1 -1; "
  "out y f32[2] 1 -1",
  "in x f32[1] 3; function Twice a > b; Add a,a > b; end; local.Twice x > t; "
  "local.Twice t > y; out y f32[1] 12",
  "in x f32[1] -4; function Leaky a > b; LeakyRelu a > b alpha:ref=slope; end; "
  "local.Leaky x > y slope:f=0.5; out y f32[1] -2",
  "in x f32[1] 2; function Inner a > b; Mul a,a > b; end; "
  "function Outer a,c > b; local.Inner a > t; Max t,c > b; end; "
  "const k f32[1] 7; local.Outer x,k > y; out y f32[1] 7",
  "in x f32[1] 2; in c boolean[] 1; function Cond a,q > b; graph th; Neg a > n; "
  "out n; end; graph el; Abs a > m; out m; end; "
  "If q > b then_branch:g=th else_branch:g=el; end; local.Cond x,c > y; "
  "out y f32[1] -2",
  NULL,
};

static const char *const sequences[] = {
  "in x f32[1] 1; in y f32[1] 2; SequenceConstruct x,y > s; const p i64[] -1; "
  "SequenceAt s,p > a; SequenceLength s > n; ConcatFromSequence s > c axis:i=0; "
  "out a f32[1] 2; out n i64[] 2; out c f32[2] 1 2",
  "in x f32[1] 1; in y f32[1] 2; SequenceEmpty - > e; SequenceInsert e,x > s; "
  "const z i64[] 0; SequenceInsert s,y,z > t; SequenceErase t > u; "
  "ConcatFromSequence t > c axis:i=0 new_axis:i=1; "
  "ConcatFromSequence u > d axis:i=0; out c f32[2,1] 2 1; out d f32[1] 2",
  "in x f32[4] 0..3; const l i64[2] 1 3; SplitToSequence x,l > s; "
  "const p i64[] 1; SequenceAt s,p > a; SplitToSequence x > t keepdims:i=0; "
  "SequenceAt t,p > b; out a f32[3] 1..3; out b f32[] 1",
  "in x f32[4] 0..3; const l i64[] 1; SplitToSequence x,l > s keepdims:i=0; "
  "const m i64[] 2; SplitToSequence x,m > t keepdims:i=0; const p i64[] 1; "
  "SequenceAt s,p > a; SequenceAt t,p > b; out a f32[] 1; out b f32[2] 2 3",
  "in x f32[3] 0..2; in l i64[2] 1 2; SplitToSequence x,l > s; "
  "SequenceLength s > n; const p i64[] 1; SequenceAt s,p > a; "
  "out n i64[] 2; out a f32[2] 1 2",
  "opset 17; in x f32[1] 1; in y f32[1] 2; in t f32[1] 10; graph b; arg e f32; "
  "arg c f32; Add e,c > n; Identity n > o; out o; end; SequenceConstruct x,y > s; "
  "SequenceMap s,t > m body:g=b; ConcatFromSequence m > z axis:i=0; "
  "out z f32[2] 11 12",
  "opset 18; in x f32[1] 5; OptionalHasElement x > a; OptionalHasElement - > b; "
  "out a boolean[] 1; out b boolean[] 0",
  NULL,
};

static const char *const recent[] = {
  "opset 23; in q f32[1,2,4] 0..7; in k f32[1,2,4] 0 1 0 1 1 0 1 0; "
  "in v f32[1,2,4] 0..7; "
  "Attention q,k,v > y q_num_heads:i=2 kv_num_heads:i=2 is_causal:i=1; "
  "out y f32[1,2,4] 0 1 2 3 1.32095 2.32095 3.32095 4.32095",
  "opset 23; in q f32[1,2,1,2] 0..3; in k f32[1,1,2,2] 0 1 1 0; "
  "in v f32[1,1,2,2] 0..3; in m boolean[1,2] 0 1; in pk f32[1,1,1,2] 1 1; "
  "in pv f32[1,1,1,2] 9 8;"
  "Attention q,k,v,,pk,pv > y,nk,nv,s scale:f=0.5 softcap:f=2 "
  "qk_matmul_output_mode:i=3; "
  "out y f32[1,2,1,2] 3.91371 4.14823 4.69241 4.74673; "
  "out nk f32[1,1,3,2] 1 1 0 1 1 0; out nv f32[1,1,3,2] 9 8 0 1 2 3; "
  "out s f32[1,2,1,3] 0.382742 0.382742 0.234516 0.472841 0.308737 0.218422",
  "opset 23; in q f32[1,1,2,2] 0..3; in k f32[1,1,2,2] 0 1 1 0; "
  "in v f32[1,1,2,2] 0..3; in m boolean[2,2] 0 0 1 0; Attention q,k,v,m > y; "
  "out y f32[1,1,2,2] 0 0 0 1",
  "opset 23; in x f32[1,2,4] 0..7; const c f32[1,2,1] 0.5 0.6; "
  "const s f32[1,2,1] 0.1 0.2; RotaryEmbedding x,c,s > y num_heads:i=2; "
  "RotaryEmbedding x,c,s > z num_heads:i=2 interleaved:i=1; "
  "out y f32[1,2,4] -0.1 0.5 0.7 1.7 1.4 3.8 2.2 5.4; "
  "out z f32[1,2,4] -0.1 0.5 0.7 1.7 1.4 3.8 2.2 5.4",
  "opset 27; in a f32[2] 1 -2; in b f32[2] 3 4; SwiGLU a,b > y alpha:f=2; "
  "out y f32[2] 2.64239 -0.14389",
  "opset 26; in x f32[3] 2 3 4; in a i64[] 0; CumProd x,a > p; "
  "CumProd x,a > q exclusive:i=1; CumProd x,a > r reverse:i=1; "
  "out p f32[3] 2 6 24; out q f32[3] 1 2 6; out r f32[3] 24 12 4",
  "opset 27; in x f32[1,2,3] 0..5; const w f32[2,1,2] 1 2 3 4; "
  "const b f32[2] 0 1; CausalConvWithState x,w,b > y,s; "
  "out y f32[1,2,3] 0 2 5 13 26 33; out s f32[1,2,1] 2 5",
  "opset 27; in q f32[1,2,2] 1 2 3 4; in k f32[1,2,2] 0 1 1 0; "
  "in v f32[1,2,2] 1 1 2 2; in d f32[1,2,1] -0.1 -0.2; in b f32[1,2,1] 0.5 0.6; "
  "LinearAttention q,k,v,,d,b > y,s q_num_heads:i=1 kv_num_heads:i=1; "
  "out y f32[1,2,2] 0.707107 0.707107 3.70344 3.70344; "
  "out s f32[1,1,2,2] 1.2 1.2 0.409365 0.409365",
  NULL,
};

static const char *const learning[] = {
  "in x f32[2,3] 0..5; in i i64[2] 2 0; "
  "ai.onnx.ml.ArrayFeatureExtractor x,i > a; "
  "ai.onnx.ml.Binarizer x > b threshold:f=2; "
  "ai.onnx.ml.Scaler x > c offset:fs=1,1,1 scale:fs=2,2,2; "
  "ai.onnx.ml.Normalizer x > d norm:s=L1; out a f32[2,2] 2 0 5 3; "
  "out b f32[2,3] 0 0 0 1 1 1; out c f32[2,3] -2 0 2 4 6 8; "
  "out d f32[2,3] 0 0.333333 0.666667 0.25 0.333333 0.416667",
  NULL,
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/onnx/recurrent", recurrent, run_onnx_cases);
  g_test_add_data_func ("/onnx/control", control, run_onnx_cases);
  g_test_add_data_func ("/onnx/graphs", graphs, run_onnx_cases);
  g_test_add_data_func ("/onnx/old-scans", old_scans, run_onnx_cases);
  g_test_add_data_func ("/onnx/random", random_numbers, run_onnx_cases);
  g_test_add_data_func ("/onnx/volumes", volumes, run_onnx_cases);
  g_test_add_data_func ("/onnx/sequences", sequences, run_onnx_cases);
  g_test_add_data_func ("/onnx/recent", recent, run_onnx_cases);
  g_test_add_data_func ("/onnx/learning", learning, run_onnx_cases);
  return g_test_run ();
}
