#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"
#include "passes.h"
#include "passes/list.h"

/* Expected values are worked out by hand. */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassOptions, weir_pass_options_clear)

static void
ask (WeirPassOptions *options, const char *name, const char *key, const char *value)
{
  WeirTransformSpec *spec = g_new0 (WeirTransformSpec, 1);

  spec->name = g_strdup (name);
  spec->arguments = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (key != NULL)
    g_hash_table_insert (spec->arguments, g_strdup (key), g_strdup (value));
  options->transforms = g_ptr_array_new ();
  g_ptr_array_add (options->transforms, spec);
}

/* A running sum of the rows of x, which starts at (10, 20): the last sum, or all. */
static WeirGraph *
running_sum (gint64 rows, gboolean last)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (rows, 2));
  WeirPort start = weir_build_constant (
      &b, "start", weir_tensor_new_f32 (&WEIR_SHAPE (1, 2), (float[]){ 10, 20 }));
  WeirNode *node =
      weir_build_begin_outputs (&b, "TensorIterator", "ti", WEIR_INPUTS (x, start), 1);
  WeirBody *body = weir_edit_add_body (node);
  WeirBuilder inside = WEIR_BUILDER (body->graph);
  WeirPort row =
      weir_build_parameter (&inside, "row", WEIR_DTYPE_F32, &WEIR_SHAPE_UNKNOWN);
  WeirPort sum =
      weir_build_parameter (&inside, "sum", WEIR_DTYPE_F32, &WEIR_SHAPE_UNKNOWN);
  WeirPortMap sliced = { .axis = 0, .end = -1, .stride = 1, .part_size = 1 };
  WeirPortMap whole = { .external = 1, .internal = 1, .axis = -1, .part_size = 1 };
  WeirPortMap out = last ? (WeirPortMap){ .axis = -1 } : sliced;
  WeirBackEdge edge = { .from = 0, .to = 1 };

  weir_build_result (&inside, "next", weir_build2 (&inside, "Add", "add", row, sum));
  g_array_append_val (body->inputs, sliced);
  g_array_append_val (body->inputs, whole);
  g_array_append_val (body->outputs, out);
  g_array_append_val (body->back_edges, edge);
  weir_build_result (&b, "y", weir_build_end (&b, node));
  g_assert_no_error (inside.error);
  g_assert_no_error (b.error);
  return graph;
}

static void
step (const WeirGraph *graph, WeirState *state, const WeirShape *shape,
      const float *expected, gsize n)
{
  g_autoptr (WeirTensor) x = iota_f32 (shape);
  g_autoptr (WeirTensor) y = NULL;
  GError *error = NULL;

  weir_graph_evaluate (graph, &x, &y, state, &error);
  g_assert_no_error (error);
  assert_f32 (y, expected, n);
}

/* A loop of one step goes; its sum lives on: (0, 1) is added each time. */
static void
test_one_step (void)
{
  for (int last = 0; last < 2; last++) {
    g_auto (WeirPassOptions) kept = { 0 }, zeros = { 0 };
    g_autoptr (WeirGraph) graph = running_sum (1, last);
    g_autoptr (WeirGraph) a = NULL, b = NULL;
    g_autoptr (WeirState) one = weir_state_new (), other = weir_state_new ();

    ask (&kept, "LowLatency2", "use_const_initializer", "False");
    ask (&zeros, "LowLatency2", NULL, NULL);
    a = run_pass_only (graph, weir_pass_transforms, &kept);
    b = run_pass_only (graph, weir_pass_transforms, &zeros);
    g_assert_cmpuint (count_op (a, "TensorIterator"), ==, 0);
    g_assert_cmpuint (count_op (a, "ReadValue"), ==, 1);
    g_assert_cmpuint (count_op (a, "Assign"), ==, 1);
    step (a, one, &WEIR_SHAPE (1, 2), (float[]){ 10, 21 }, 2);
    step (a, one, &WEIR_SHAPE (1, 2), (float[]){ 10, 22 }, 2);
    step (b, other, &WEIR_SHAPE (1, 2), (float[]){ 0, 1 }, 2);
    step (b, other, &WEIR_SHAPE (1, 2), (float[]){ 0, 2 }, 2);
  }
}

/* A loop of more steps stays, and begins where it ended: rows (0, 1) and (2, 3). */
static void
test_steps (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) graph = running_sum (2, FALSE);
  g_autoptr (WeirGraph) after = NULL;
  g_autoptr (WeirState) state = weir_state_new ();

  ask (&options, "LowLatency2", "use_const_initializer", "False");
  after = run_pass_only (graph, weir_pass_transforms, &options);
  g_assert_cmpuint (count_op (after, "TensorIterator"), ==, 1);
  step (after, state, &WEIR_SHAPE (2, 2), (float[]){ 10, 21, 12, 24 }, 4);
  step (after, state, &WEIR_SHAPE (2, 2), (float[]){ 12, 25, 14, 28 }, 4);
}

/* All weights are zero and the state starts as 4: h = (1 - z) n + z h, with z = sigmoid
 * (0) and n = tanh (0), halves it at each step. */
static WeirGraph *
gru (const char *direction)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 1, 1));
  gint64 n = g_str_equal (direction, "bidirectional") ? 2 : 1;
  WeirTensor *zeros[3], *h;
  const WeirShape shapes[] = { WEIR_SHAPE (n, 3, 1), WEIR_SHAPE (n, 3, 1),
                               WEIR_SHAPE (n, 3) };
  WeirPort inputs[6] = { x };
  WeirNode *node;

  h = weir_tensor_new_f32 (&WEIR_SHAPE (1, n, 1), (float[]){ 4, 4 });
  inputs[1] = weir_build_constant (&b, "h", h);
  inputs[2] = weir_build_i64 (&b, "lengths", (gint64[]){ 1 }, 1);
  for (guint i = 0; i < 3; i++) {
    zeros[i] = weir_tensor_new_f32 (&shapes[i], (float[6]){ 0 });
    inputs[3 + i] = weir_build_constant (&b, "weights", zeros[i]);
  }
  node = weir_build_begin (&b, "GRUSequence", "gru", inputs, 6);
  g_assert_no_error (b.error);
  weir_node_set_int (node, "hidden_size", 1);
  weir_node_set_string (node, "direction", direction);
  weir_build_result (&b, "y", weir_build_end (&b, node));
  g_assert_no_error (b.error);
  return graph;
}

static void
test_recurrent (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) forward = gru ("forward"), both = gru ("bidirectional");
  g_autoptr (WeirGraph) after = NULL, same = NULL;
  g_autoptr (WeirState) state = weir_state_new ();

  ask (&options, "LowLatency2", "use_const_initializer", "False");
  after = run_pass_only (forward, weir_pass_transforms, &options);
  same = run_pass_only (both, weir_pass_transforms, &options);
  step (after, state, &WEIR_SHAPE (1, 1, 1), (float[]){ 2 }, 1);
  step (after, state, &WEIR_SHAPE (1, 1, 1), (float[]){ 1 }, 1);
  g_assert_cmpuint (count_op (same, "ReadValue"), ==, 0);
}

/* y = x + s, which is s at the next inference. */
static WeirGraph *
sum_of_two (gint64 columns)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2));
  WeirPort s = weir_build_parameter (&b, "s", WEIR_DTYPE_F32, &WEIR_SHAPE (1, columns));
  WeirPort next = weir_build2 (&b, "Add", "next", x, s);

  weir_build_result (&b, "y", weir_build1 (&b, "Negative", "y", next));
  weir_build_result (&b, "next", next);
  g_assert_no_error (b.error);
  return graph;
}

static void
test_make_stateful (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) graph = sum_of_two (2);
  g_autoptr (WeirGraph) after = NULL;
  g_autoptr (WeirState) state = weir_state_new ();

  ask (&options, "MakeStateful", "param_res_names", "{ 's' : 'next' }");
  after = run_pass_only (graph, weir_pass_transforms, &options);
  g_assert_cmpuint (weir_graph_n_parameters (after), ==, 1);
  g_assert_cmpuint (weir_graph_n_results (after), ==, 1);
  step (after, state, &WEIR_SHAPE (1, 2), (float[]){ 0, -1 }, 2);
  step (after, state, &WEIR_SHAPE (1, 2), (float[]){ 0, -2 }, 2);
}

static void
refuse_stateful (gint64 columns, const char *value, const char *text)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) graph = sum_of_two (columns);

  ask (&options, "MakeStateful", value != NULL ? "param_res_names" : NULL, value);
  expect_pass_error (graph, weir_pass_transforms, &options, WEIR_ERROR_ARGUMENT, text);
}

static void
test_stateful_wrong (void)
{
  refuse_stateful (2, "{'s':'nothing'}", "there is no output 'nothing' [W0220]");
  refuse_stateful (2, "{'t':'next'}", "there is no input 't' [W0220]");
  refuse_stateful (1, "{'s':'next'}", "found f32 [1,1] at input 's', f32 [1,2]");
  refuse_stateful (2, NULL, "[W0219]");
  refuse_stateful (2, "s:next", "[W0219]");
  refuse_stateful (2, "{'s':'next',", "[W0219]");
  refuse_stateful (2, "{'s", "[W0219]");
}

/* Two layers with @op between them; the first makes three channels of which the second is
 * zero, the second layer does not read the third. */
static WeirGraph *
two_layers (const char *op, float shift)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 4));
  WeirTensor *first = weir_tensor_new_f32 (
      &WEIR_SHAPE (4, 3), (float[]){ 1, 0, 2, -1, 0, 3, 0.5, 0, 1, 2, 0, -2 });
  WeirTensor *second =
      weir_tensor_new_f32 (&WEIR_SHAPE (3, 2), (float[]){ 1, 2, 3, 4, 0, 0 });
  WeirTensor *bias = weir_tensor_new_f32 (&WEIR_SHAPE (1, 3), (float[]){ 1, shift, 2 });
  WeirPort port =
      weir_build2 (&b, "MatMul", "first", x, weir_build_constant (&b, "w", first));

  port = weir_build2 (&b, "Add", "bias", port, weir_build_constant (&b, "b", bias));
  port = weir_build1 (&b, op, "between", port);
  port =
      weir_build2 (&b, "MatMul", "second", port, weir_build_constant (&b, "v", second));
  weir_build_result (&b, "y", port);
  g_assert_no_error (b.error);
  return graph;
}

static void
check_pruned (const char *op, float shift, const char *shape)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) graph = two_layers (op, shift);
  g_autoptr (WeirGraph) after = NULL;

  ask (&options, "Pruning", NULL, NULL);
  after = run_pass (graph, weir_pass_transforms, &options);
  assert_equivalent (graph, after, 0);
  assert_shape (&weir_graph_find (after, "between")->outputs[0].info.shape, shape);
}

static void
test_pruning (void)
{
  check_pruned ("Relu", 0, "[2,1]");
  check_pruned ("Relu", 1, "[2,2]");
  check_pruned ("Sigmoid", 0, "[2,2]");
  check_pruned ("Cos", 0, "[2,3]");
}

static WeirPort
convolve (WeirBuilder *b, const char *op, const char *name, WeirPort x, WeirTensor *w)
{
  WeirNode *node =
      weir_build_begin (b, op, name, WEIR_INPUTS (x, weir_build_constant (b, name, w)));

  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 0, 0 }, 2);
  return weir_build_end (b, node);
}

/* Convolutions with a depthwise one and a pool between them: one channel of four goes. */
static void
test_pruning_convolutions (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2, 6, 6));
  WeirTensor *w = random_f32 (&WEIR_SHAPE (4, 2, 3, 3), 1), *slope;
  WeirNode *node;
  WeirPort port;

  for (guint i = 18; i < 36; i++)
    ((float *) weir_tensor_writable (w))[i] = 0;
  port = convolve (&b, "Convolution", "first", x, w);
  slope = random_f32 (&WEIR_SHAPE (4), 4);
  port = weir_build2 (&b, "PRelu", "prelu", port, weir_build_constant (&b, "s", slope));
  port = convolve (&b, "GroupConvolution", "depthwise", port,
                   random_f32 (&WEIR_SHAPE (4, 1, 1, 3, 3), 2));
  node = weir_build_begin (&b, "MaxPool", "pool", &port, 1);
  weir_node_set_ints (node, "kernel", (gint64[]){ 2, 2 }, 2);
  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 0, 0 }, 2);
  port = weir_build_end (&b, node);
  port = convolve (&b, "Convolution", "second", port,
                   random_f32 (&WEIR_SHAPE (3, 4, 1, 1), 3));
  weir_build_result (&b, "y", port);
  g_assert_no_error (b.error);
  ask (&options, "Pruning", NULL, NULL);
  after = run_pass (graph, weir_pass_transforms, &options);
  assert_equivalent (graph, after, 0);
  assert_shape (&weir_graph_find (after, "pool")->outputs[0].info.shape, "[1,3,1,1]");
}

/* Nodes whose names match are left alone, and nothing of it stays to be written. */
static void
test_unfused (void)
{
  g_auto (WeirPassOptions) some = { 0 }, none = { .disable_fusing = TRUE };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) marked = NULL, fused = NULL, kept = NULL, clean = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 4));

  for (guint i = 0; i < 2; i++) {
    x = weir_build2 (&b, "MatMul", i == 0 ? "fc0" : "fc1", x,
                     weir_build_constant (&b, "w", random_f32 (&WEIR_SHAPE (4, 4), i)));
    x = weir_build2 (&b, "Multiply", i == 0 ? "scale0" : "scale1", x,
                     weir_build_constant (&b, "m", random_f32 (&WEIR_SHAPE (1, 4), i)));
    x = weir_build1 (&b, "Tanh", "tanh", x);
  }
  weir_build_result (&b, "y", x);
  some.unfused = g_ptr_array_new ();
  g_ptr_array_add (some.unfused, g_regex_new ("^scale1$", G_REGEX_DEFAULT, 0, NULL));
  marked = run_pass (graph, weir_pass_mark_unfused, &some);
  fused = run_pass (marked, weir_pass_fuse_scale_shift, &some);
  kept = run_pass (graph, weir_pass_fuse_scale_shift, &none);
  clean = run_pass (fused, weir_pass_unmark_unfused, &some);
  g_assert_cmpuint (count_op (fused, "Multiply"), ==, 1);
  g_assert_nonnull (weir_graph_find (fused, "scale1"));
  g_assert_cmpuint (count_op (kept, "Multiply"), ==, 2);
  g_assert_null (weir_node_rt_info (weir_graph_find (clean, "scale1"), "weir_unfused"));
}

/* Only with --static_shape is a shape that is known taken for good. */
static void
test_static_shape (void)
{
  g_auto (WeirPassOptions) open = { 0 }, fixed = { .static_shape = TRUE };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) a = NULL, b = NULL;
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 3));
  WeirPort shape = weir_build1 (&builder, "ShapeOf", "shape", x);
  WeirNode *node;

  x = weir_build1 (&builder, "Abs", "abs", x);
  node = weir_build_begin (&builder, "Reshape", "reshape", WEIR_INPUTS (x, shape));
  weir_node_set_bool (node, "special_zero", FALSE);
  weir_build_result (&builder, "y", weir_build_end (&builder, node));
  g_assert_no_error (builder.error);
  a = run_pass (graph, weir_pass_fold_constants, &open);
  b = run_pass (graph, weir_pass_fold_constants, &fixed);
  g_assert_cmpuint (count_op (a, "ShapeOf"), ==, 1);
  g_assert_cmpuint (count_op (b, "ShapeOf"), ==, 0);
}

/* What opset7 cannot say is said by older operations. */
static void
test_downgrade (void)
{
  g_auto (WeirPassOptions) options = { .ir_version = 10 }, newest = { 0 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL, same = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 5, 6, 6));
  WeirNode *node = weir_build_begin (&b, "MaxPool", "pool", &x, 1);

  weir_node_set_ints (node, "kernel", (gint64[]){ 2, 2 }, 2);
  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  x = weir_build_end (&b, node);
  x = weir_build (&b, "Gather", "gather",
                  WEIR_INPUTS (x, weir_build_i64 (&b, "i", (gint64[]){ -1, 0, 3, -2 }, 4),
                               weir_build_i64_scalar (&b, "a", 1)));
  x = weir_build (&b, "Slice", "slice",
                  WEIR_INPUTS (x, weir_build_i64 (&b, "s", (gint64[]){ -1, 1 }, 2),
                               weir_build_i64 (&b, "e", (gint64[]){ -9, 4 }, 2),
                               weir_build_i64 (&b, "t", (gint64[]){ -2, 1 }, 2),
                               weir_build_i64 (&b, "d", (gint64[]){ -1, 1 }, 2)));
  node = weir_build_begin (&b, "Softmax", "softmax", &x, 1);
  weir_node_set_int (node, "axis", -2);
  weir_build_result (&b, "y", weir_build_end (&b, node));
  g_assert_no_error (b.error);
  after = run_pass (graph, weir_pass_opset_downgrade, &options);
  same = run_pass (graph, weir_pass_opset_downgrade, &newest);
  assert_equivalent (graph, after, 0);
  assert_shape (&weir_graph_find (after, "softmax")->outputs[0].info.shape, "[2,3,5,3]");
  g_assert_cmpuint (only_op (after, "Gather")->version, ==, 7);
  g_assert_cmpuint (only_op (after, "Softmax")->version, ==, 1);
  g_assert_cmpuint (only_op (after, "MaxPool")->version, ==, 1);
  g_assert_cmpuint (count_op (after, "Slice"), ==, 0);
  g_assert_cmpuint (only_op (same, "Gather")->version, ==, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/transforms/one-step", test_one_step);
  g_test_add_func ("/passes/transforms/steps", test_steps);
  g_test_add_func ("/passes/transforms/recurrent", test_recurrent);
  g_test_add_func ("/passes/transforms/make-stateful", test_make_stateful);
  g_test_add_func ("/passes/transforms/stateful-wrong", test_stateful_wrong);
  g_test_add_func ("/passes/transforms/pruning", test_pruning);
  g_test_add_func ("/passes/transforms/pruning-convolutions", test_pruning_convolutions);
  g_test_add_func ("/passes/transforms/unfused", test_unfused);
  g_test_add_func ("/passes/transforms/static-shape", test_static_shape);
  g_test_add_func ("/passes/transforms/downgrade", test_downgrade);
  return g_test_run ();
}
