#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

typedef struct {
  gint64 block, begin, end, cut_begin, cut_end, stride;
  gboolean grouped, twice, fuses;
} Case;

static WeirPort
list (WeirBuilder *b, gint64 neutral, gint64 value)
{
  return weir_build_i64 (b, "list", (const gint64[]){ neutral, neutral, value, value },
                         4);
}

/* x [1, 4, 7, 7], in blocks, a convolution of 3 x 3, and back. */
static WeirGraph *
make (const Case *c)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 4, 7, 7));
  WeirShape shape = c->grouped ? WEIR_SHAPE (4, 1, 1, 3, 3) : WEIR_SHAPE (2, 4, 3, 3);
  WeirPort w = weir_build_constant (&b, "w", random_f32 (&shape, 3)), y;
  WeirNode *node;

  y = weir_build (&b, "SpaceToBatch", "forth",
                  WEIR_INPUTS (x, list (&b, 1, c->block), list (&b, 0, c->begin),
                               list (&b, 0, c->end)));
  node = weir_build_begin (&b, c->grouped ? "GroupConvolution" : "Convolution", "conv",
                           WEIR_INPUTS (y, w));
  weir_node_set_ints (node, "strides", (const gint64[]){ c->stride, c->stride }, 2);
  weir_node_set_ints (node, "pads_begin", (const gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (node, "pads_end", (const gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (node, "dilations", (const gint64[]){ 1, 1 }, 2);
  y = weir_build_end (&b, node);
  if (c->twice)
    weir_build_result (&b, "conv", y);
  y = weir_build (&b, "BatchToSpace", "back",
                  WEIR_INPUTS (y, list (&b, 1, c->block), list (&b, 0, c->cut_begin),
                               list (&b, 0, c->cut_end)));
  weir_build_result (&b, "y", y);
  g_assert_no_error (b.error);
  return graph;
}

/* run_pass() compares what both compute. */
static void
test_cases (void)
{
  static const Case cases[] = {
    { 2, 2, 3, 0, 1, 1, FALSE, FALSE, TRUE },
    { 2, 2, 3, 0, 1, 1, TRUE, FALSE, TRUE },
    { 3, 3, 5, 0, 2, 1, FALSE, FALSE, TRUE },
    { 2, 3, 2, 1, 0, 1, FALSE, FALSE, TRUE },
    { 2, 0, 1, 0, 1, 1, FALSE, FALSE, TRUE },
    { 2, 0, 1, 1, 1, 1, FALSE, FALSE, FALSE }, /* cuts what was not padded */
    { 2, 2, 3, 0, 1, 2, FALSE, FALSE, FALSE },
    { 2, 2, 3, 0, 1, 1, FALSE, TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (WeirGraph) graph = make (&cases[i]);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_space_to_batch, NULL);

    g_test_message ("case %u", i);
    g_assert_cmpuint (count_op (after, "BatchToSpace"), ==, !cases[i].fuses);
    g_assert_cmpuint (count_op (after, "SpaceToBatch"), ==, !cases[i].fuses);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-space-to-batch", test_cases);
  return g_test_run ();
}
