#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

static WeirPort
reverse (WeirBuilder *b, WeirPort x, gint64 axis)
{
  WeirPort order = weir_build_i64 (b, "order", (gint64[]){ 2, 1, 0 }, 3);

  return weir_build (b, "Gather", "reverse",
                     WEIR_INPUTS (x, order, weir_build_i64_scalar (b, "axis", axis)));
}

static WeirPort
convolve (WeirBuilder *b, const char *name, WeirPort x)
{
  WeirPort w = weir_build_constant (b, "w", random_f32 (&WEIR_SHAPE (4, 3, 2, 2), 8));
  WeirNode *node = weir_build_begin (b, "Convolution", name, WEIR_INPUTS (x, w));

  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 0, 0 }, 2);
  return weir_build_end (b, node);
}

/* NHWC: reversed, mean, scale; then NCHW: an activation, a convolution, or two. */
static WeirGraph *
make (guint layers, gboolean elsewhere)
{
  static const gint64 order[] = { 0, 3, 1, 2 };
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 4, 5, 3));
  WeirPort mean = weir_build_constant (&b, "m", random_f32 (&WEIR_SHAPE (3), 2));
  WeirPort scale =
      weir_build_constant (&b, "s", random_f32 (&WEIR_SHAPE (1, 1, 1, 3), 3));

  x = weir_build2 (&b, "Add", "mean", mean, reverse (&b, x, -1));
  weir_edit_add_tensor_name (graph, x, "in network order");
  x = weir_build2 (&b, "Multiply", "scale", x, scale);
  if (elsewhere)
    weir_build_result (&b, "scaled", x);
  x = weir_build1 (&b, "Abs", "abs", weir_build_transpose (&b, "nchw", x, order, 4));
  weir_build_result (&b, "y", convolve (&b, "y", x));
  if (layers > 1)
    weir_build_result (&b, "z", convolve (&b, "z", x));
  g_assert_no_error (b.error);
  return graph;
}

static void
test_fuses (void)
{
  for (guint layers = 1; layers <= 2; layers++) {
    g_autoptr (WeirGraph) graph = make (layers, FALSE);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_reverse_channels, NULL);

    g_assert_cmpuint (count_op (after, "Gather"), ==, 0);
    g_assert_true (
        weir_port_is_none (weir_graph_find_tensor (after, "in network order")));
  }
}

static void
test_used_elsewhere (void)
{
  g_autoptr (WeirGraph) graph = make (1, TRUE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_reverse_channels, NULL);

  g_assert_cmpuint (count_op (after, "Gather"), ==, 1);
}

/* Of the height, not of the channels. */
static void
test_other_axis (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 3, 3, 3));

  weir_build_result (&b, "y", convolve (&b, "y", reverse (&b, x, 2)));
  after = run_pass (graph, weir_pass_fuse_reverse_channels, NULL);
  g_assert_cmpuint (count_op (after, "Gather"), ==, 1);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (1, FALSE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_reverse_channels, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Gather"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-reverse-channels/fuses", test_fuses);
  g_test_add_func ("/passes/fuse-reverse-channels/used-elsewhere", test_used_elsewhere);
  g_test_add_func ("/passes/fuse-reverse-channels/other-axis", test_other_axis);
  g_test_add_func ("/passes/fuse-reverse-channels/in-if", test_in_if);
  return g_test_run ();
}
