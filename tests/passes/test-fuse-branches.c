#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

#define BRANCHES 3

/* Ways in which the branches of a graph are not those of one grouped convolution. */
typedef enum {
  NOTHING,
  OTHER_ORDER,   /* of the parts */
  OTHER_STRIDE,  /* of the last branch */
  OTHER_SIZE,    /* of the last branch's kernel */
  NO_BIAS,       /* in the last branch alone */
  SHOWN,         /* a branch is a network output too */
  ALONG_ROWS,    /* split and joined there */
  PART_LEFT_OUT, /* the last part is read by nobody */
} Wrong;

static WeirPort
branch (WeirBuilder *b, WeirPort x, guint i, gboolean bias, Wrong wrong)
{
  gboolean last = i == BRANCHES - 1;
  gint64 size = wrong == OTHER_SIZE && last ? 1 : 3, pad = size / 2,
         stride = wrong == OTHER_STRIDE && last ? 1 : 2;
  WeirPort w = weir_build_constant (
      b, "w", random_f32 (&WEIR_SHAPE (2, wrong == ALONG_ROWS ? 6 : 2, size, size), i));
  WeirNode *node = weir_build_begin (b, "Convolution", "conv", WEIR_INPUTS (x, w));

  weir_node_set_ints (node, "strides", (const gint64[]){ stride, stride }, 2);
  weir_node_set_ints (node, "pads_begin", (const gint64[]){ pad, pad }, 2);
  weir_node_set_ints (node, "pads_end", (const gint64[]){ pad, pad }, 2);
  weir_node_set_ints (node, "dilations", (const gint64[]){ 1, 1 }, 2);
  x = weir_build_end (b, node);
  if (!bias || (wrong == NO_BIAS && last))
    return x;
  w = weir_build_constant (b, "b", random_f32 (&WEIR_SHAPE (1, 2, 1, 1), 10 + i));
  return weir_build2 (b, "Add", "biased", i == 1 ? w : x, i == 1 ? x : w);
}

/* @lengths: said one by one. */
static WeirNode *
split_along (WeirBuilder *b, WeirPort x, gint64 axis, gboolean lengths)
{
  WeirPort inputs[3] = { x, weir_build_i64_scalar (b, "axis", axis) };
  gint64 each = axis == 1 ? 2 : 3;
  WeirNode *split;

  inputs[2] = weir_build_i64 (b, "lengths", (const gint64[]){ each, each, each }, 3);
  split = weir_build_begin_outputs (b, lengths ? "VariadicSplit" : "Split", "split",
                                    inputs, lengths ? 3 : 2, BRANCHES);
  if (!lengths)
    weir_node_set_int (split, "num_splits", BRANCHES);
  weir_build_end (b, split);
  return split;
}

/* x [N, 6, 9, 9] in three parts, each with its own convolution, joined. */
static WeirGraph *
make (gboolean bias, Wrong wrong)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 6, 9, 9));
  gint64 axis = wrong == ALONG_ROWS ? 2 : 1;
  guint n = wrong == PART_LEFT_OUT ? BRANCHES - 1 : BRANCHES;
  WeirNode *split = split_along (&b, x, axis, bias), *concat;
  WeirPort parts[BRANCHES];

  for (guint i = 0; i < n; i++) {
    guint from = wrong == OTHER_ORDER ? n - 1 - i : i;

    parts[i] = branch (&b, WEIR_PORT (split, from), i, bias, wrong);
  }
  /* A result of another size than the others' fits no Concat along the channels. */
  if (wrong == OTHER_STRIDE) {
    WeirNode *pool = weir_build_begin (&b, "AvgPool", "pool", &parts[n - 1], 1);

    weir_node_set_ints (pool, "kernel", (const gint64[]){ 5, 5 }, 2);
    weir_node_set_ints (pool, "strides", (const gint64[]){ 1, 1 }, 2);
    weir_node_set_ints (pool, "pads_begin", (const gint64[]){ 0, 0 }, 2);
    weir_node_set_ints (pool, "pads_end", (const gint64[]){ 0, 0 }, 2);
    weir_node_set_bool (pool, "exclude-pad", FALSE);
    parts[n - 1] = weir_build_end (&b, pool);
  }
  concat = weir_build_begin (&b, "Concat", "y", parts, n);
  weir_node_set_int (concat, "axis", axis == 1 ? -3 : axis);
  weir_build_result (&b, "y", weir_build_end (&b, concat));
  if (wrong == SHOWN)
    weir_build_result (&b, "part", parts[0]);
  g_assert_no_error (b.error);
  return graph;
}

/* run_pass() compares what both compute. */
static void
test_fused (void)
{
  for (guint bias = 0; bias < 2; bias++) {
    g_autoptr (WeirGraph) graph = make (bias, NOTHING);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_branches, NULL);
    const WeirNode *node = only_op (after, "GroupConvolution");

    g_assert_true (weir_shape_equal (weir_graph_shape (after, node->inputs[1]),
                                     &WEIR_SHAPE (3, 2, 2, 3, 3)));
    g_assert_cmpuint (count_op (after, "Split") + count_op (after, "VariadicSplit") +
                          count_op (after, "Concat"),
                      ==, 0);
    g_assert_cmpuint (count_op (after, "Add"), ==, bias);
  }
}

static void
test_left_alone (void)
{
  for (guint wrong = NOTHING + 1; wrong <= PART_LEFT_OUT; wrong++) {
    g_autoptr (WeirGraph) graph = make (TRUE, wrong);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_branches, NULL);

    g_test_message ("wrong %u", wrong);
    g_assert_cmpuint (count_op (after, "GroupConvolution"), ==, 0);
  }
}

static void
test_options (void)
{
  WeirPassOptions options = { .disable_gfusing = TRUE };
  g_autoptr (WeirGraph) graph = make (TRUE, NOTHING);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_branches, &options);

  g_assert_cmpuint (count_op (after, "GroupConvolution"), ==, 0);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (TRUE, NOTHING));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_branches, NULL);

  only_op (only_op (after, "If")->bodies[0].graph, "GroupConvolution");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-branches/fused", test_fused);
  g_test_add_func ("/passes/fuse-branches/left-alone", test_left_alone);
  g_test_add_func ("/passes/fuse-branches/options", test_options);
  g_test_add_func ("/passes/fuse-branches/in-if", test_in_if);
  return g_test_run ();
}
