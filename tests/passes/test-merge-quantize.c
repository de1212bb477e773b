#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* FakeQuantize with what stands before and behind it. */
typedef struct {
  const char *before; /* operation, or NULL */
  double low, high;   /* of the Clamp, or the factors of the first and last channel */
  double in_low, in_high;
  const char *behind;
  gboolean shown; /* what is between is an output too */
  guint left;     /* nodes that compute */
} Case;

static const Case cases[] = {
  { "Relu", 0, 0, 0, 0.8, NULL, FALSE, 1 },
  { "Clamp", -0.5, 0.9, -0.5, 0.8, NULL, FALSE, 1 },
  /* The bound is rounded to the last of 16 levels all the same. */
  { "Clamp", -0.5, 0.79, -0.5, 0.8, NULL, FALSE, 1 },
  { "Multiply", 0.5, 1.5, -0.5, 0.8, NULL, FALSE, 1 },
  { NULL, 0, 0, -0.5, 0.8, "Multiply", FALSE, 1 },
  { "Relu", 0, 0, 0, 0.8, "Multiply", FALSE, 1 },
  { NULL, 0, 0, -0.5, 0.8, "FakeQuantize", FALSE, 1 },
  /* Values between the bound and the range would be others. */
  { "Relu", 0, 0, -0.1, 0.8, NULL, FALSE, 2 },
  { "Clamp", -0.5, 0.7, -0.5, 0.8, NULL, FALSE, 2 },
  { "Multiply", -0.5, 0.5, -0.5, 0.8, NULL, FALSE, 2 },
  { "Relu", 0, 0, 0, 0.8, NULL, TRUE, 2 },
  { "Multiply", 0.5, 1.5, -0.5, 0.8, NULL, TRUE, 2 },
  { NULL, 0, 0, -0.5, 0.8, "Multiply", TRUE, 2 },
};

static WeirPort
scalar (WeirBuilder *b, double value)
{
  return weir_build_constant (b, "k", weir_tensor_new_f32_scalar ((float) value));
}

static WeirPort
quantize (WeirBuilder *b, WeirPort x, const Case *c)
{
  WeirPort low = scalar (b, c->in_low), high = scalar (b, c->in_high);
  WeirNode *node = weir_build_begin (b, "FakeQuantize", "quantized",
                                     WEIR_INPUTS (x, low, high, low, high));

  weir_node_set_int (node, "levels", 16);
  return weir_build_end (b, node);
}

static WeirPort
factors (WeirBuilder *b, double first, double last)
{
  const float values[] = { (float) first, 0.75F, (float) last };

  return weir_build_constant (b, "k",
                              weir_tensor_new_f32 (&WEIR_SHAPE (3, 1, 1), values));
}

static WeirPort
put_before (WeirBuilder *b, WeirPort x, const Case *c)
{
  WeirNode *node;

  if (g_strcmp0 (c->before, "Multiply") == 0)
    return weir_build2 (b, "Multiply", "before", x, factors (b, c->low, c->high));
  node = weir_build_begin (b, c->before, "before", &x, 1);
  if (weir_node_is (node, "Clamp")) {
    weir_node_set_float (node, "min", c->low);
    weir_node_set_float (node, "max", c->high);
  }
  return weir_build_end (b, node);
}

static WeirGraph *
make (const Case *c)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 4, 5));

  if (c->before != NULL)
    x = put_before (&b, x, c);
  if (c->shown && c->before != NULL)
    weir_build_result (&b, "before", x);
  x = quantize (&b, x, c);
  if (c->shown && c->before == NULL)
    weir_build_result (&b, "between", x);
  if (g_strcmp0 (c->behind, "Multiply") == 0)
    x = weir_build2 (&b, "Multiply", "y", factors (&b, -3, 2), x);
  else if (c->behind != NULL)
    x = quantize (&b, x, c);
  weir_build_result (&b, "y", x);
  g_assert_no_error (b.error);
  return graph;
}

static guint
nodes_left (const WeirGraph *graph)
{
  return weir_graph_count (graph) - count_op (graph, "Constant") -
         weir_graph_n_parameters (graph) - weir_graph_n_results (graph);
}

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (WeirGraph) graph = make (&cases[i]);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_quantize, NULL);

    g_test_message ("case %u", i);
    g_assert_cmpuint (nodes_left (after), ==, cases[i].left);
  }
}

static void
test_options (void)
{
  WeirPassOptions options = { .disable_fusing = TRUE };
  g_autoptr (WeirGraph) graph = make (&cases[0]);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_quantize, &options);

  g_assert_cmpuint (nodes_left (after), ==, 2);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (&cases[5]));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_quantize, NULL);

  g_assert_cmpuint (nodes_left (only_op (after, "If")->bodies[0].graph), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/merge-quantize/cases", test_cases);
  g_test_add_func ("/passes/merge-quantize/options", test_options);
  g_test_add_func ("/passes/merge-quantize/in-if", test_in_if);
  return g_test_run ();
}
