#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* fuse-shuffle, and expand-shuffle, which undoes it. */

/**
 * Case:
 * @op: what comes of it; %NULL: it stays
 * @in, @apart, @order, @out: shapes and the order between
 * @rank: of @apart
 * @mode: of DepthToSpace and SpaceToDepth
 * @count: its block_size or group
 */
typedef struct {
  const char *op, *mode;
  gint64 count;
  gint64 in[4];
  int rank;
  gint64 apart[6], order[6], out[4];
} Case;

static const Case cases[] = {
  { "DepthToSpace",
    "blocks_first",
    2,
    { 2, 12, 3, 5 },
    6,
    { 0, 2, 2, 3, 3, 5 },
    { 0, 3, 4, 1, 5, 2 },
    { 0, 3, 6, 10 } },
  { "DepthToSpace",
    "depth_first",
    3,
    { 1, 9, 4, 2 },
    6,
    { 0, 1, 3, 3, 4, 2 },
    { 0, 1, 4, 2, 5, 3 },
    { 0, 1, 12, 6 } },
  { "DepthToSpace",
    "depth_first",
    2,
    { -1, 8, 3, 3 },
    6,
    { -1, 2, 2, 2, 3, 3 },
    { 0, 1, 4, 2, 5, 3 },
    { -1, 2, 6, 6 } },
  { "SpaceToDepth",
    "blocks_first",
    2,
    { 2, 3, 4, 6 },
    6,
    { 0, 3, 2, 2, 3, 2 },
    { 0, 3, 5, 1, 2, 4 },
    { 0, 12, 2, 3 } },
  { "SpaceToDepth",
    "depth_first",
    3,
    { 1, 2, 3, 6 },
    6,
    { 1, 2, 1, 3, 2, 3 },
    { 0, 1, 3, 5, 2, 4 },
    { 1, 18, 1, 2 } },
  { "ShuffleChannels",
    NULL,
    2,
    { 2, 6, 3, 5 },
    5,
    { 0, 2, 3, 3, 5 },
    { 0, 2, 1, 3, 4 },
    { 0, 6, 3, 5 } },
  { "ShuffleChannels",
    NULL,
    3,
    { -1, 6, 3, 5 },
    4,
    { -1, 3, 2, 15 },
    { 0, 2, 1, 3 },
    { -1, 6, 3, 5 } },
  /* Joined to other dimensions than the operation gives. */
  { NULL,
    NULL,
    0,
    { 2, 12, 3, 5 },
    6,
    { 2, 2, 2, 3, 3, 5 },
    { 0, 3, 4, 1, 5, 2 },
    { 2, 3, 10, 6 } },
  /* Blocks that are not square. */
  { NULL,
    NULL,
    0,
    { 1, 12, 3, 5 },
    6,
    { 1, 2, 3, 2, 3, 5 },
    { 0, 3, 4, 1, 5, 2 },
    { 1, 2, 6, 15 } },
  /* Another order. */
  { NULL,
    NULL,
    0,
    { 1, 12, 3, 5 },
    6,
    { 1, 2, 2, 3, 3, 5 },
    { 0, 3, 4, 2, 5, 1 },
    { 1, 3, 6, 10 } },
  /* Rows go along with the channels. */
  { NULL,
    NULL,
    0,
    { 2, 6, 4, 5 },
    5,
    { 2, 2, 3, 5, 4 },
    { 0, 2, 1, 3, 4 },
    { 2, 6, 4, 5 } },
  /* The batch goes along. */
  { NULL, NULL, 0, { 4, 6, 2, 2 }, 4, { 2, 2, 6, 4 }, { 0, 2, 1, 3 }, { 4, 6, 2, 2 } },
};

/* @shown: what is between is a network output too. */
static WeirGraph *
make (const Case *c, gboolean shown)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (
      &b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (c->in[0], c->in[1], c->in[2], c->in[3]));

  x = weir_build_reshape (&b, "apart", x, c->apart, (gsize) c->rank, TRUE);
  x = weir_build_transpose (&b, "moved", x, c->order, (gsize) c->rank);
  if (shown)
    weir_build_result (&b, "moved", x);
  weir_build_result (&b, "y", weir_build_reshape (&b, "y", x, c->out, 4, TRUE));
  g_assert_no_error (b.error);
  return graph;
}

/* run_pass() compares what both compute. */
static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *c = &cases[i];
    g_autoptr (WeirGraph) graph = make (c, FALSE);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_shuffle, NULL);
    g_autoptr (WeirGraph) back = NULL;
    const WeirNode *node;

    g_test_message ("case %u", i);
    g_assert_cmpuint (count_op (after, "Transpose"), ==, c->op == NULL);
    if (c->op == NULL)
      continue;
    node = only_op (after, c->op);
    g_assert_cmpint (weir_node_int (node, c->mode != NULL ? "block_size" : "group"), ==,
                     c->count);
    if (c->mode != NULL)
      g_assert_cmpstr (weir_node_string (node, "mode"), ==, c->mode);
    back = run_pass (after, weir_pass_expand_shuffle, NULL);
    g_assert_cmpuint (count_op (back, c->op), ==, 0);
    g_assert_cmpuint (count_op (back, "Transpose"), ==, 1);
  }
}

static void
test_used_elsewhere (void)
{
  g_autoptr (WeirGraph) graph = make (&cases[0], TRUE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_shuffle, NULL);

  g_assert_cmpuint (count_op (after, "DepthToSpace"), ==, 0);
}

/* Only what has the rank and the axis that can be told apart. */
static void
test_not_expanded (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 4, 4, 6));
  WeirPort z = weir_build_parameter (&b, "z", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 4, -1, 6));
  WeirNode *node = weir_build_begin (&b, "ShuffleChannels", "s", &x, 1);

  weir_node_set_int (node, "axis", 3);
  weir_node_set_int (node, "group", 2);
  weir_build_result (&b, "s", weir_build_end (&b, node));
  node = weir_build_begin (&b, "DepthToSpace", "d", &z, 1);
  weir_node_set_string (node, "mode", "depth_first");
  weir_node_set_int (node, "block_size", 2);
  weir_build_result (&b, "d", weir_build_end (&b, node));
  g_assert_no_error (b.error);

  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_expand_shuffle, NULL);
  only_op (after, "ShuffleChannels");
  only_op (after, "DepthToSpace");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-shuffle/cases", test_cases);
  g_test_add_func ("/passes/fuse-shuffle/used-elsewhere", test_used_elsewhere);
  g_test_add_func ("/passes/fuse-shuffle/not-expanded", test_not_expanded);
  return g_test_run ();
}
