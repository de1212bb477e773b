#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* What stands beside x [N, 3, 4, 5], repeated: y [3, 1, 5], or a number. */
typedef enum {
  SHAPE_OF_X,     /* to the shape of x */
  SHAPE_OF_RELU,  /* to that of relu (x) */
  KNOWN,          /* to [3, 4, 5] */
  SMALLER_TILE,   /* three rows more, by Tile */
  SHAPE_OF_OTHER, /* to a shape that only looks like that of x */
  BATCHED,        /* to [2, 3, 4, 5], and x may have another batch */
  REPEATING_TILE, /* the columns twice: they are not one */
} Way;

static WeirPort
repeat (WeirBuilder *b, Way way, WeirPort x, WeirPort y, const char *mode)
{
  static const gint64 known[] = { 2, 3, 4, 5 };
  WeirPort target;
  WeirNode *node;

  if (way == SMALLER_TILE)
    return weir_build2 (b, "Tile", "r", y,
                        weir_build_i64 (b, "t", (const gint64[]){ 1, 4, 1 }, 3));
  if (way == REPEATING_TILE) {
    y = weir_build_reshape (b, "cut", y, (const gint64[]){ 5, 3, 1 }, 3, FALSE);
    return weir_build2 (b, "Tile", "r", y,
                        weir_build_i64 (b, "t", (const gint64[]){ 4, 1, 1 }, 3));
  }
  if (way == KNOWN)
    target = weir_build_i64 (b, "t", known + 1, 3);
  else if (way == BATCHED)
    target = weir_build_i64 (b, "t", known, 4);
  else
    target = weir_build1 (b, "ShapeOf", "t",
                          way == SHAPE_OF_RELU ? weir_build1 (b, "Relu", "r", x) : x);
  node = weir_build_begin (b, "Broadcast", "r", WEIR_INPUTS (y, target));
  weir_node_set_string (node, "mode", mode);
  return weir_build_end (b, node);
}

static WeirGraph *
make (Way way, const char *op, const char *mode, gboolean first)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirShape shape = WEIR_SHAPE (-1, 3, 4, 5);
  WeirPort x, y, z;

  if (way == REPEATING_TILE)
    shape = WEIR_SHAPE (-1, 20, 3, 7);
  x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &shape);
  z = weir_build_parameter (&b, "z", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 4, 5));
  y = weir_build_constant (&b, "y", random_f32 (&WEIR_SHAPE (3, 1, 5), 7));
  y = repeat (&b, way, way == SHAPE_OF_OTHER ? z : x, y, mode);
  weir_build_result (&b, "w", weir_build2 (&b, op, "w", first ? y : x, first ? x : y));
  weir_build_result (&b, "z", z);
  g_assert_no_error (b.error);
  return graph;
}

static guint
left (Way way, const char *op, const char *mode, gboolean first)
{
  g_autoptr (WeirGraph) graph = make (way, op, mode, first);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_drop_broadcast, NULL);

  return count_op (after, "Broadcast") + count_op (after, "Tile");
}

static void
test_dropped (void)
{
  for (Way way = SHAPE_OF_X; way <= SMALLER_TILE; way++)
    for (guint i = 0; i < 4; i++) {
      g_test_message ("way %u, %u", way, i);
      g_assert_cmpuint (left (way, i % 2 == 0 ? "Subtract" : "Maximum",
                              i < 2 ? "numpy" : "bidirectional", i % 2 == 0),
                        ==, 0);
    }
}

static void
test_kept (void)
{
  for (Way way = SHAPE_OF_OTHER; way <= REPEATING_TILE; way++) {
    g_test_message ("way %u", way);
    g_assert_cmpuint (left (way, "Add", "numpy", FALSE), ==, 1);
  }
}

/* Repeated zeros times x, the first state of a cell, stay; added they go. */
static guint
zeros_left (const char *op)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 4));
  WeirPort zero = weir_build_scalar (&b, "zero", x, 0);

  zero = weir_build2 (&b, "Broadcast", "zeros", zero,
                      weir_build1 (&b, "ShapeOf", "shape", x));
  weir_build_result (&b, "y", weir_build2 (&b, op, "y", x, zero));
  g_assert_no_error (b.error);
  after = run_pass (graph, weir_pass_drop_broadcast, NULL);
  return count_op (after, "Broadcast");
}

static void
test_first_state (void)
{
  g_assert_cmpuint (zeros_left ("Multiply"), ==, 1);
  g_assert_cmpuint (zeros_left ("Add"), ==, 0);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (SHAPE_OF_X, "Add", "numpy", TRUE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_drop_broadcast, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Broadcast"), ==,
                    0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/drop-broadcast/dropped", test_dropped);
  g_test_add_func ("/passes/drop-broadcast/kept", test_kept);
  g_test_add_func ("/passes/drop-broadcast/first-state", test_first_state);
  g_test_add_func ("/passes/drop-broadcast/in-if", test_in_if);
  return g_test_run ();
}
