#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* Ways in which the parts of a Concat are not all made by layers that take a factor. */
typedef enum {
  NOTHING,
  ONE_FACTOR,    /* for all channels */
  NO_BIAS,       /* in one part: a summand is not taken */
  NO_LAYER,      /* one part is the input */
  SHOWN,         /* one part is an output too */
  ALONG_ROWS,    /* joined there */
  ACROSS,        /* the factor is along the rows */
  OTHER_READERS, /* the Concat is an output too */
} Wrong;

static WeirPort
layer (WeirBuilder *b, WeirPort x, gint64 outputs, gboolean bias, guint32 seed)
{
  WeirPort w =
      weir_build_constant (b, "w", random_f32 (&WEIR_SHAPE (outputs, 3, 1, 1), seed));
  WeirNode *node = weir_build_begin (b, "Convolution", "conv", WEIR_INPUTS (x, w));

  weir_node_set_ints (node, "strides", (const gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (const gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (node, "pads_end", (const gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (node, "dilations", (const gint64[]){ 1, 1 }, 2);
  x = weir_build_end (b, node);
  if (!bias)
    return x;
  w = weir_build_constant (b, "b", random_f32 (&WEIR_SHAPE (1, outputs, 1, 1), seed + 1));
  return weir_build2 (b, "Add", "biased", x, w);
}

/* x [N, 3, 5, 4] through two layers, joined and then scaled and shifted. */
static WeirGraph *
make (Wrong wrong)
{
  gboolean rows = wrong == ALONG_ROWS;
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 5, 4));
  WeirPort parts[2] = { layer (&b, x, 2, wrong != NO_BIAS, 1),
                        layer (&b, x, rows ? 2 : 4, TRUE, 5) };
  gint64 joined = wrong == NO_LAYER ? 7 : 6;
  WeirShape shape = WEIR_SHAPE (rows ? 2 : joined, 1, 1);
  WeirNode *concat;
  WeirPort y;

  if (wrong == SHOWN)
    weir_build_result (&b, "part", parts[0]);
  if (wrong == NO_LAYER)
    parts[0] = x;
  if (wrong == ACROSS)
    shape = WEIR_SHAPE (5, 1);
  else if (wrong == ONE_FACTOR)
    shape = WEIR_SHAPE (1);
  concat = weir_build_begin (&b, "Concat", "joined", parts, 2);
  weir_node_set_int (concat, "axis", rows ? 2 : -3);
  y = weir_build_end (&b, concat);
  if (wrong == OTHER_READERS)
    weir_build_result (&b, "joined", y);
  y = weir_build2 (&b, "Multiply", "scaled",
                   weir_build_constant (&b, "k", random_f32 (&shape, 8)), y);
  y = weir_build2 (&b, "Add", "y", y,
                   weir_build_constant (&b, "k", random_f32 (&shape, 9)));
  weir_build_result (&b, "y", y);
  g_assert_no_error (b.error);
  return graph;
}

/* run_pass() compares what both compute. */
static void
check (Wrong wrong, guint multiplies, guint adds)
{
  g_autoptr (WeirGraph) graph = make (wrong);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_scale_concat, NULL);

  g_test_message ("wrong %u", wrong);
  g_assert_cmpuint (count_op (after, "Multiply"), ==, multiplies);
  g_assert_cmpuint (count_op (after, "Add"), ==, adds);
}

static void
test_all (void)
{
  check (NOTHING, 2, 4);
  check (ONE_FACTOR, 2, 4);
  check (NO_BIAS, 2, 2);
  for (Wrong wrong = NO_LAYER; wrong <= OTHER_READERS; wrong++)
    check (wrong, 1, 3);
}

/* The layers then take them. */
static void
test_folded (void)
{
  g_autoptr (WeirGraph) graph = make (NOTHING);
  g_autoptr (WeirGraph) moved = run_pass (graph, weir_pass_scale_concat, NULL);
  g_autoptr (WeirGraph) merged = run_pass (moved, weir_pass_merge_scale_shift, NULL);
  g_autoptr (WeirGraph) after = run_pass (merged, weir_pass_fuse_scale_shift, NULL);

  g_assert_cmpuint (count_op (after, "Multiply"), ==, 0);
  g_assert_cmpuint (count_op (after, "Add"), ==, 2);
}

static void
test_options (void)
{
  WeirPassOptions options = { .disable_fusing = TRUE };
  g_autoptr (WeirGraph) graph = make (NOTHING);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_scale_concat, &options);

  g_assert_cmpuint (count_op (after, "Multiply"), ==, 1);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (NOTHING));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_scale_concat, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Multiply"), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/scale-concat/all", test_all);
  g_test_add_func ("/passes/scale-concat/folded", test_folded);
  g_test_add_func ("/passes/scale-concat/options", test_options);
  g_test_add_func ("/passes/scale-concat/in-if", test_in_if);
  return g_test_run ();
}
