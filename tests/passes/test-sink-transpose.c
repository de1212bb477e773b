#include "compare.h"
#include "graphs.h"
#include "passes.h"
#include "passes/list.h"
#include "random-graph.h"

static const gint64 to_nchw[] = { 0, 3, 1, 2 }, to_nhwc[] = { 0, 2, 3, 1 };

static WeirPort
nchw (WeirBuilder *b, WeirPort x)
{
  return weir_build_transpose (b, "nchw", x, to_nchw, 4);
}

static WeirPort
nhwc (WeirBuilder *b, WeirPort x)
{
  return weir_build_transpose (b, "nhwc", x, to_nhwc, 4);
}

/* A convolution as a frontend makes it from one on NHWC, with its bias and activation. */
static WeirPort
layer (WeirBuilder *b, WeirPort x, gint64 in, gint64 out)
{
  WeirPort w = weir_build_constant (b, "w", random_f32 (&WEIR_SHAPE (out, in, 3, 3), 1));
  WeirPort bias = weir_build_constant (b, "bias", random_f32 (&WEIR_SHAPE (out), 2));
  WeirNode *node =
      weir_build_begin (b, "Convolution", "layer", WEIR_INPUTS (nchw (b, x), w));

  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_string (node, "auto_pad", "same_upper");
  x = nhwc (b, weir_build_end (b, node));
  return weir_build1 (b, "Relu", "relu", weir_build2 (b, "Add", "sum", x, bias));
}

static WeirPort
input (WeirBuilder *b)
{
  return weir_build_parameter (b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 4, 6, 3));
}

/* Ends the graph, runs the pass and checks how many Transposes are left. */
static WeirGraph *
check (WeirBuilder *b, WeirPort y, guint left)
{
  g_autoptr (WeirGraph) graph = b->graph;
  WeirGraph *after;

  weir_build_result (b, "y", y);
  g_assert_no_error (b->error);
  after = run_pass (graph, weir_pass_sink_transpose, NULL);
  g_assert_cmpuint (count_op (after, "Transpose"), ==, left);
  return after;
}

/* x -> (x - m) -> layer -> layer + skip -> layer -> y: one at each rim, the first of them
 * in front of the mean. */
static void
test_plain_network (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort m = weir_build_constant (&b, "m", random_f32 (&WEIR_SHAPE (3), 9));
  WeirPort x = weir_build2 (&b, "Subtract", "mean", input (&b), m), skip;
  g_autoptr (WeirGraph) after = NULL;

  skip = layer (&b, x, 3, 5);
  x = weir_build2 (&b, "Add", "join", layer (&b, skip, 5, 5), skip);
  after = check (&b, layer (&b, x, 5, 2), 2);
  g_assert_true (weir_node_is (weir_node_input (after, only_op (after, "Subtract"), 0),
                               "Transpose"));
  g_assert_true (weir_node_is (weir_node_input (after, weir_graph_result (after, 0), 0),
                               "Transpose"));
}

static WeirPort
with_axis (WeirBuilder *b, const char *op, WeirPort x, const gint64 *axes, gsize n)
{
  return weir_build2 (b, op, op, x, weir_build_i64 (b, "axes", axes, n));
}

static WeirPort
list (WeirBuilder *b, gint64 p, gint64 q, gint64 r, gint64 s)
{
  return weir_build_i64 (b, "list", (gint64[]){ p, q, r, s }, 4);
}

static WeirPort
resize (WeirBuilder *b, WeirPort x)
{
  WeirPort sizes = weir_build_i64 (b, "sizes", (gint64[]){ 5, 9 }, 2);
  WeirPort axes = weir_build_i64 (b, "axes", (gint64[]){ 1, 2 }, 2);
  WeirPort scales = weir_build_constant (
      b, "scales", weir_tensor_new_f32 (&WEIR_SHAPE (2), (float[]){ 1.25f, 1.5f }));
  WeirNode *node =
      weir_build_begin (b, "Interpolate", "resize", WEIR_INPUTS (x, sizes, scales, axes));

  weir_node_set_string (node, "mode", "linear_onnx");
  weir_node_set_string (node, "shape_calculation_mode", "sizes");
  return weir_build_end (b, node);
}

/* Everything that may stand between two layers of a network on NHWC. */
static void
test_through (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = layer (&b, input (&b), 3, 6), y;
  WeirNode *node = weir_build_begin (
      &b, "Pad", "pad", WEIR_INPUTS (x, list (&b, 0, 1, 0, 0), list (&b, 0, 0, 2, 1)));
  g_autoptr (WeirGraph) after = NULL;

  weir_node_set_string (node, "pad_mode", "reflect");
  x = resize (&b, weir_build_end (&b, node)); /* [?, 5, 9, 7] */
  node = weir_build_begin_outputs (
      &b, "VariadicSplit", "split",
      WEIR_INPUTS (x, weir_build_i64_scalar (&b, "axis", -1),
                   weir_build_i64 (&b, "lengths", (gint64[]){ 5, 2 }, 2)),
      2);
  y = weir_build_end (&b, node);
  node = weir_build_begin (&b, "Softmax", "softmax", &y, 1);
  weir_node_set_int (node, "axis", 3);
  y = weir_build_end (&b, node);
  node = weir_build_begin (&b, "Concat", "join",
                           WEIR_INPUTS (x, y, weir_build1 (&b, "Exp", "exp", y)));
  weir_node_set_int (node, "axis", 3);
  x = weir_build_end (&b, node); /* [?, 5, 9, 17] */
  node =
      weir_build_begin (&b, "StridedSlice", "slice",
                        WEIR_INPUTS (x, weir_build_i64 (&b, "b", (gint64[]){ 0, 1 }, 2),
                                     weir_build_i64 (&b, "e", (gint64[]){ 0, 4 }, 2)));
  weir_node_set_ints (node, "begin_mask", (gint64[]){ 1, 0 }, 2);
  weir_node_set_ints (node, "end_mask", (gint64[]){ 1, 0 }, 2);
  x = weir_build_end (&b, node); /* [?, 3, 9, 17] */
  after = check (&b, layer (&b, x, 17, 4), 2);
}

/* The mean over the picture leaves [N, C], where there is nothing to transpose. */
static void
test_global_mean (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = layer (&b, input (&b), 3, 6);
  g_autoptr (WeirGraph) after = NULL;

  x = with_axis (&b, "ReduceMean", x, (gint64[]){ 1, 2 }, 2);
  after = check (&b, x, 1);
  assert_shape (&only_op (after, "ReduceMean")->outputs[0].info.shape, "[?,6]");
}

/* The weight of each channel is found from [N, C] and stands at the last dimension. */
static void
test_squeeze_and_excite (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = layer (&b, input (&b), 3, 6), s;
  g_autoptr (WeirGraph) after = NULL;

  s = with_axis (&b, "ReduceMax", x, (gint64[]){ 1, 2 }, 2);
  s = weir_build1 (&b, "Sigmoid", "gate", s);
  s = with_axis (&b, "Unsqueeze", s, (gint64[]){ 1, 2 }, 2);
  after = check (&b, layer (&b, weir_build2 (&b, "Multiply", "gated", x, s), 6, 2), 2);
}

/* Groups of channels are mixed: the dimension is split, turned round and joined again. */
static void
test_shuffle (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = layer (&b, input (&b), 3, 6);
  g_autoptr (WeirGraph) after = NULL;

  x = weir_build_reshape (&b, "split", x, (gint64[]){ -1, 4, 6, 2, 3 }, 5, FALSE);
  x = weir_build_transpose (&b, "mix", x, (gint64[]){ 0, 1, 2, 4, 3 }, 5);
  x = weir_build_reshape (&b, "join", x, (gint64[]){ -1, 4, 6, 6 }, 4, FALSE);
  after = check (&b, layer (&b, x, 6, 2), 3);
}

/* Who asks for the shape is told that of NHWC. */
static void
test_shape (void)
{
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = layer (&b, input (&b), 3, 6);

  weir_build_result (&b, "shape", weir_build1 (&b, "ShapeOf", "shape", x));
  after = check (&b, layer (&b, x, 6, 2), 2);
}

/* A value in the middle is an output too: it costs its own Transpose, and keeps its name.
 */
static void
test_inner_output (void)
{
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = layer (&b, input (&b), 3, 6);

  weir_edit_add_tensor_name (b.graph, x, "middle:0");
  weir_build_result (&b, "middle", x);
  after = check (&b, layer (&b, x, 6, 2), 3);
  g_assert_cmpstr (weir_graph_result_name (after, 0), ==, "middle:0");
}

/* The same tensor in both forms, each under two names: no node can go. */
static void
test_outputs_of_one_tensor (void)
{
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = weir_build1 (&b, "Abs", "abs", input (&b));
  WeirPort first = nchw (&b, x), second = nchw (&b, x);

  weir_edit_add_tensor_name (b.graph, first, "first");
  weir_edit_add_tensor_name (b.graph, second, "second");
  weir_build_result (&b, "first", first);
  weir_build_result (&b, "second", second);
  weir_build_result (&b, "back", nhwc (&b, first));
  after = check (&b, x, 3);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = NULL;
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = layer (&b, layer (&b, input (&b), 3, 5), 5, 2);

  weir_build_result (&b, "y", x);
  g_assert_no_error (b.error);
  graph = wrap_in_if (b.graph);
  after = run_pass (graph, weir_pass_sink_transpose, NULL);
  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Transpose"), ==,
                    2);
}

static void
test_random (void)
{
  for (guint32 seed = 0; seed < 400; seed++) {
    g_autoptr (WeirGraph) made = random_graph (seed, 4 + seed % 20, seed % 2);
    g_autoptr (WeirGraph) graph = run_pass_only (made, weir_pass_dead_code, NULL);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_sink_transpose, NULL);

    if (count_op (after, "Transpose") > count_op (graph, "Transpose"))
      g_error ("seed %u: %u Transposes became %u", seed, count_op (graph, "Transpose"),
               count_op (after, "Transpose"));
    if (g_test_failed ())
      g_error ("seed %u", seed);
  }
}

/* Whether some node of @a has no like of the same id in @b. */
static gboolean
differs (const WeirGraph *a, const WeirGraph *b)
{
  for (guint i = 0; i < weir_graph_size (a); i++) {
    const WeirNode *x = weir_graph_node (a, i), *y = weir_graph_node (b, i);

    if ((x == NULL) != (y == NULL) || (x != NULL && g_strcmp0 (x->name, y->name) != 0))
      return TRUE;
  }
  return FALSE;
}

/* What the pass has made it leaves alone, node by node: two heads, so that there is more
 * than one Transpose to put somewhere. */
static void
test_settled (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = layer (&b, input (&b), 3, 4);
  g_autoptr (WeirGraph) once = NULL;
  g_autoptr (WeirGraph) twice = NULL;

  weir_build_result (&b, "head", layer (&b, x, 4, 2));
  once = check (&b, layer (&b, x, 4, 5), 3);
  twice = run_pass (once, weir_pass_sink_transpose, NULL);
  g_assert_false (differs (once, twice));
  g_assert_cmpuint (weir_graph_size (once), ==, weir_graph_size (twice));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/sink-transpose/plain-network", test_plain_network);
  g_test_add_func ("/passes/sink-transpose/through", test_through);
  g_test_add_func ("/passes/sink-transpose/global-mean", test_global_mean);
  g_test_add_func ("/passes/sink-transpose/squeeze-and-excite", test_squeeze_and_excite);
  g_test_add_func ("/passes/sink-transpose/shuffle", test_shuffle);
  g_test_add_func ("/passes/sink-transpose/shape", test_shape);
  g_test_add_func ("/passes/sink-transpose/inner-output", test_inner_output);
  g_test_add_func ("/passes/sink-transpose/outputs-of-one-tensor",
                   test_outputs_of_one_tensor);
  g_test_add_func ("/passes/sink-transpose/in-if", test_in_if);
  g_test_add_func ("/passes/sink-transpose/settled", test_settled);
  g_test_add_func ("/passes/sink-transpose/random", test_random);
  return g_test_run ();
}
