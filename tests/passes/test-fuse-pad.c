#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

#include <string.h>

typedef struct {
  gint64 begin[4], end[4];
  const char *mode, *auto_pad;
  double value;
  gboolean elsewhere;
} Case;

static WeirPort
pad (WeirBuilder *b, const Case *c)
{
  WeirPort x = weir_build_parameter (b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 2, 5, 6));
  WeirNode *node =
      weir_build_begin (b, "Pad", "pad",
                        WEIR_INPUTS (x, weir_build_i64 (b, "begin", c->begin, 4),
                                     weir_build_i64 (b, "end", c->end, 4),
                                     weir_build_scalar (b, "v", x, c->value)));

  weir_node_set_string (node, "pad_mode", c->mode);
  return weir_build_end (b, node);
}

static WeirGraph *
make (const char *op, const Case *c)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = pad (&b, c);
  WeirPort w = weir_build_constant (&b, "w", random_f32 (&WEIR_SHAPE (3, 2, 3, 3), 1));
  gboolean pool = g_str_has_suffix (op, "Pool");
  WeirNode *node =
      weir_build_begin_outputs (&b, op, "layer", (WeirPort[]){ x, w }, pool ? 1 : 2, 0);

  weir_node_set_ints (node, "strides", (gint64[]){ 2, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 0, 0 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 0, pool ? 0 : 1 }, 2);
  weir_node_set_string (node, "auto_pad", c->auto_pad);
  if (pool)
    weir_node_set_ints (node, "kernel", (gint64[]){ 3, 3 }, 2);
  if (strcmp (op, "AvgPool") == 0)
    weir_node_set_bool (node, "exclude-pad", TRUE);
  else
    weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_build_result (&b, "y", weir_build_end (&b, node));
  if (c->elsewhere)
    weir_build_result (&b, "padded", x);
  g_assert_no_error (b.error);
  return graph;
}

static guint
pads_left (const char *op, const Case *c)
{
  g_autoptr (WeirGraph) graph = make (op, c);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_pad, NULL);

  return count_op (after, "Pad");
}

static void
test_fuses (void)
{
  static const Case cases[] = {
    { { 0, 0, 1, 2 }, { 0, 0, 0, 1 }, "constant", "explicit", 0, FALSE },
    { { 0, 0, 2, 0 }, { 0, 0, 1, 1 }, "constant", "valid", 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_cmpuint (pads_left ("Convolution", &cases[i]), ==, 0);
    g_assert_cmpuint (pads_left ("AvgPool", &cases[i]), ==, 0);
    g_assert_cmpuint (pads_left ("MaxPool", &cases[i]), ==, 1);
  }
}

static void
test_stays (void)
{
  static const Case cases[] = {
    { { 0, 0, 1, 1 }, { 0, 0, 1, 1 }, "constant", "explicit", 0.5, FALSE },
    { { 0, 0, 1, 1 }, { 0, 0, 1, 1 }, "reflect", "explicit", 0, FALSE },
    { { 1, 0, 1, 1 }, { 0, 0, 1, 1 }, "constant", "explicit", 0, FALSE },
    { { 0, 0, 1, 1 }, { 0, 0, 1, 1 }, "constant", "same_upper", 0, FALSE },
    { { 0, 0, 1, 1 }, { 0, 0, 1, 1 }, "constant", "explicit", 0, TRUE },
    { { 0, 0, -1, 1 }, { 0, 0, 1, 1 }, "constant", "explicit", 0, FALSE },
  };
  static const Case wide = { { 0, 0, 3, 0 }, { 0, 0, 0, 0 }, "constant", "explicit", 0,
                             FALSE };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (pads_left ("Convolution", &cases[i]), ==, 1);
  g_assert_cmpuint (pads_left ("AvgPool", &wide), ==, 1);
  g_assert_cmpuint (pads_left ("Convolution", &wide), ==, 0);
}

static void
test_in_if (void)
{
  static const Case c = {
    { 0, 0, 1, 2 }, { 0, 0, 0, 1 }, "constant", "explicit", 0, FALSE
  };
  g_autoptr (WeirGraph) graph = wrap_in_if (make ("Convolution", &c));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_pad, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Pad"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-pad/fuses", test_fuses);
  g_test_add_func ("/passes/fuse-pad/stays", test_stays);
  g_test_add_func ("/passes/fuse-pad/in-if", test_in_if);
  return g_test_run ();
}
