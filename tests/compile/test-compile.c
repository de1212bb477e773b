#include "compare.h"
#include "graphs.h"
#include "plans.h"

static WeirPort
convolve (WeirBuilder *b, const char *name, WeirPort x, gint64 outputs, gint64 kernel,
          gint64 stride)
{
  gint64 inputs = weir_graph_shape (b->graph, x)->dims[1], pad = kernel / 2;
  g_autofree char *weights_name = g_strconcat (name, "/weights", NULL);
  WeirPort weights = weir_build_constant (
      b, weights_name,
      random_f32 (&WEIR_SHAPE (outputs, inputs, kernel, kernel), (guint32) outputs));
  WeirNode *node = weir_build_begin (b, "Convolution", name, WEIR_INPUTS (x, weights));

  weir_node_set_ints (node, "strides", (gint64[]){ stride, stride }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ pad, pad }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ pad, pad }, 2);
  return weir_build_end (b, node);
}

static WeirPort
add_bias (WeirBuilder *b, const char *name, WeirPort x)
{
  gint64 channels = weir_graph_shape (b->graph, x)->dims[1];
  g_autofree char *bias_name = g_strconcat (name, "/bias", NULL);
  WeirPort bias =
      weir_build_constant (b, bias_name, random_f32 (&WEIR_SHAPE (1, channels, 1, 1), 7));

  return weir_build2 (b, "Add", name, x, bias);
}

static WeirPort
concat (WeirBuilder *b, const char *name, const WeirPort *inputs, guint n)
{
  WeirNode *node = weir_build_begin (b, "Concat", name, inputs, n);

  weir_node_set_int (node, "axis", 1);
  return weir_build_end (b, node);
}

static void
check (WeirBuilder *b, guint n_threads)
{
  WeirDevice *cpu = weir_cpu_device ();

  g_assert_no_error (b->error);
  check_plan (b->graph, &cpu, 1, n_threads, 1e-4);
}

/* Bias, activation and residual become one step with the convolution. */
static void
test_fused (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirDevice *cpu = weir_cpu_device ();
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 32, 9, 7));
  WeirPort y = convolve (&b, "first", x, 32, 3, 1);
  WeirPort z = add_bias (&b, "first/add", y);
  WeirPlan *plan;

  z = weir_build1 (&b, "Relu", "relu", z);
  y = add_bias (&b, "second/add", convolve (&b, "second", z, 32, 1, 1));
  y = weir_build1 (&b, "Relu", "out", weir_build2 (&b, "Add", "sum", y, z));
  weir_build_result (&b, "out", y);
  check (&b, 1);
  check (&b, 3);
  plan = compile_graph (graph, &cpu, 1);
  g_assert_cmpuint (count_steps (plan, "conv"), ==, 2);
  g_assert_cmpuint (count_steps (plan, "reference"), ==, 0);
  weir_plan_free (plan);
}

/* A number behind an activation is added with it; one a channel is no bias any more. */
static void
test_offset (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirDevice *cpu = weir_cpu_device ();
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 16, 9, 7));
  WeirPort y = weir_build1 (&b, "HSwish", "swish", convolve (&b, "first", x, 32, 3, 1));
  WeirPort z, half = weir_build_scalar (&b, "half", y, 0.5);
  WeirPlan *plan;

  y = weir_build2 (&b, "Add", "first/add", y, half);
  z = weir_build1 (&b, "Relu", "relu", convolve (&b, "second", y, 32, 1, 1));
  z = weir_build2 (&b, "Add", "sum", weir_build2 (&b, "Add", "more", z, half), y);
  weir_build_result (&b, "out", z);
  check (&b, 1);
  plan = compile_graph (graph, &cpu, 1);
  g_assert_cmpuint (count_steps (plan, "binary"), ==, 0);
  weir_plan_free (plan);
  z = weir_build1 (&b, "Relu", "other/relu", convolve (&b, "third", z, 20, 1, 1));
  weir_build_result (&b, "other", add_bias (&b, "other/add", z));
  check (&b, 1);
}

/* What two read stays a value of its own. */
static void
test_not_fused (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 16, 6, 6));
  WeirPort y = convolve (&b, "conv", x, 16, 3, 1);

  weir_build_result (&b, "a", weir_build1 (&b, "Relu", "relu", y));
  weir_build_result (&b, "b", y);
  check (&b, 2);
}

/* Parts of a concatenation are written in place; a ragged one is copied. */
static void
test_concat (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 16, 8, 8));
  WeirPort p = convolve (&b, "p", x, 32, 3, 1), q = convolve (&b, "q", x, 16, 1, 1);
  WeirPort whole = concat (&b, "whole", (WeirPort[]){ p, q }, 2);
  WeirPort r = convolve (&b, "r", whole, 5, 3, 2), s = convolve (&b, "s", whole, 7, 3, 2);

  weir_build_result (&b, "out", concat (&b, "ragged", (WeirPort[]){ r, s, r }, 3));
  weir_build_result (&b, "again", q);
  check (&b, 1);
  check (&b, 2);
}

static void
test_split_and_reshape (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 16, 4, 4));
  WeirPort y = convolve (&b, "y", x, 64, 1, 1);
  WeirPort axis = weir_build_i64_scalar (&b, "axis", 1);
  WeirNode *split =
      weir_build_begin_outputs (&b, "Split", "split", WEIR_INPUTS (y, axis), 2);
  WeirPort left, right, joined;

  weir_node_set_int (split, "num_splits", 2);
  left = weir_build_end (&b, split);
  right = WEIR_PORT (split, 1);
  joined = concat (&b, "joined",
                   (WeirPort[]){ left, right, convolve (&b, "z", right, 32, 3, 1) }, 3);
  weir_build_result (
      &b, "flat", weir_build_reshape (&b, "flat", joined, (gint64[]){ 1, -1 }, 2, FALSE));
  weir_build_result (&b, "right", right);
  check (&b, 2);
}

/* What a split leaves behind goes on into a concatenation without a copy, in front of a
 * value of its own; a whole that is joined to itself, or in another order, is copied. */
static void
test_split_and_concat (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirDevice *cpu = weir_cpu_device ();
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 16, 9, 6));
  WeirPort y = convolve (&b, "y", x, 96, 1, 1), pieces[4];
  WeirPort axis = weir_build_i64_scalar (&b, "axis", 1);
  WeirPort sizes = weir_build_i64 (&b, "sizes", (gint64[]){ 32, 48, 16 }, 3);
  WeirNode *split = weir_build_begin_outputs (&b, "VariadicSplit", "split",
                                              WEIR_INPUTS (y, axis, sizes), 3);
  WeirPlan *plan;

  pieces[0] = weir_build_end (&b, split);
  pieces[1] = WEIR_PORT (split, 1);
  pieces[2] = WEIR_PORT (split, 2);
  pieces[3] = convolve (&b, "z", pieces[1], 32, 3, 1);
  y = convolve (&b, "joined/conv", concat (&b, "joined", pieces, 4), 8, 1, 1);
  weir_build_result (&b, "out", y);
  check (&b, 1);
  check (&b, 2);
  plan = compile_graph (graph, &cpu, 1);
  g_assert_cmpuint (count_steps (plan, "split") + count_steps (plan, "concat"), ==, 0);
  g_assert_cmpuint (count_steps (plan, "reorder"), <=, 2);
  weir_plan_free (plan);
  y = concat (&b, "turned", (WeirPort[]){ pieces[1], pieces[0], pieces[2] }, 3);
  weir_build_result (&b, "turned", convolve (&b, "turned/conv", y, 8, 1, 1));
  y = concat (&b, "double", (WeirPort[]){ pieces[3], pieces[3] }, 2);
  weir_build_result (&b, "double", convolve (&b, "double/conv", y, 8, 1, 1));
  check (&b, 2);
}

/* Values that were reshaped are written where the concatenation will be. */
static void
test_reshape_and_concat (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirDevice *cpu = weir_cpu_device ();
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 6, 4, 5));
  WeirPort y = weir_build1 (&b, "Abs", "abs", x), z = weir_build1 (&b, "Exp", "exp", x);
  WeirPlan *plan;

  y = weir_build_reshape (&b, "y", y, (gint64[]){ 1, 20, 6 }, 3, FALSE);
  z = weir_build_reshape (&b, "z", z, (gint64[]){ 1, 20, 6 }, 3, FALSE);
  weir_build_result (&b, "out", concat (&b, "joined", (WeirPort[]){ y, z }, 2));
  check (&b, 1);
  plan = compile_graph (graph, &cpu, 1);
  g_assert_cmpuint (count_steps (plan, "concat"), ==, 0);
  weir_plan_free (plan);
}

static WeirPort
depthwise (WeirBuilder *b, const char *name, WeirPort x, gint64 kernel, gint64 stride)
{
  gint64 channels = weir_graph_shape (b->graph, x)->dims[1], pad = kernel / 2;
  g_autofree char *weights_name = g_strconcat (name, "/weights", NULL);
  WeirPort weights = weir_build_constant (
      b, weights_name, random_f32 (&WEIR_SHAPE (channels, 1, 1, kernel, kernel), 3));
  WeirNode *node =
      weir_build_begin (b, "GroupConvolution", name, WEIR_INPUTS (x, weights));

  weir_node_set_ints (node, "strides", (gint64[]){ stride, stride }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ pad, pad }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ pad, pad }, 2);
  return weir_build_end (b, node);
}

static guint
longest_chain (const WeirPlan *plan)
{
  guint longest = 0;

  for (guint i = 0; i < plan->steps->len; i++)
    longest = MAX (longest, g_array_index (plan->steps, WeirStep, i).chain);
  return longest;
}

/* With a cache that holds nothing, convolutions run in strips: first layers, direct and
 * depthwise ones, with strides, with windows, with a residual from before; a value of the
 * chain that is needed after it too. */
static void
test_chain (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirDevice small = *weir_cpu_device (), *device = &small;
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 3, 47, 38));
  WeirPort y = convolve (&b, "first", x, 24, 3, 2), z, sum;
  WeirPlan *plan;

  small.cache = 20000;
  z = weir_build1 (&b, "Relu", "relu", depthwise (&b, "deep", y, 3, 1));
  z = add_bias (&b, "point/add", convolve (&b, "point", z, 40, 1, 1));
  sum = weir_build2 (&b, "Add", "sum", convolve (&b, "same", z, 40, 1, 1), z);
  sum = convolve (&b, "five", depthwise (&b, "wide", sum, 5, 2), 20, 1, 1);
  weir_build_result (&b, "out", convolve (&b, "last", sum, 9, 3, 2));
  weir_build_result (&b, "again", convolve (&b, "other", y, 8, 1, 1));
  g_assert_no_error (b.error);
  check_plan (graph, &device, 1, 1, 1e-4);
  check_plan (graph, &device, 1, 3, 1e-4);
  plan = compile_graph (graph, &device, 1);
  g_assert_cmpuint (longest_chain (plan), >=, 3);
  weir_plan_free (plan);
}

/* An input handed out, a constant handed out, one value handed out twice. */
static void
test_odd_outputs (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 3, 5));
  WeirPort c = weir_build_constant (&b, "c", random_f32 (&WEIR_SHAPE (4), 1));
  WeirPort y = weir_build1 (&b, "Exp", "exp", x);

  weir_build_result (&b, "x", x);
  weir_build_result (&b, "c", c);
  weir_build_result (&b, "y", y);
  weir_build_result (&b, "again", y);
  weir_build_result (&b, "shaped",
                     weir_build_reshape (&b, "shaped", x, (gint64[]){ 15 }, 1, FALSE));
  check (&b, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compile/fused", test_fused);
  g_test_add_func ("/compile/offset", test_offset);
  g_test_add_func ("/compile/not-fused", test_not_fused);
  g_test_add_func ("/compile/concat", test_concat);
  g_test_add_func ("/compile/split-and-reshape", test_split_and_reshape);
  g_test_add_func ("/compile/split-and-concat", test_split_and_concat);
  g_test_add_func ("/compile/reshape-and-concat", test_reshape_and_concat);
  g_test_add_func ("/compile/chain", test_chain);
  g_test_add_func ("/compile/odd-outputs", test_odd_outputs);
  return g_test_run ();
}
