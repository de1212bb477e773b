#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* Networks that end in convolutions of single elements with strides. */
typedef enum {
  CHAIN,     /* convolution, bias, activation */
  DEPTHWISE, /* the same, grouped, with strides of its own */
  BOTH,      /* the sum of two convolutions */
  SLOPES,    /* PRelu between */
  LAST_MOVED = SLOPES,
  RESIDUAL, /* the sum of a convolution and its input */
  LARGER,   /* the last ones look at more than one element */
  PADDED,   /* or beyond the edge */
  UNEQUAL,  /* one of them has other strides */
  SHOWN,    /* the value between is an output too */
  MAP,      /* a bias for each element */
  SAME,     /* pads follow from the size of the result */
  NO_MAKER, /* they read the input */
  LAST,
} Way;

typedef struct {
  gint64 outputs, size, stride[2], pad;
  guint groups;
} Conv;

static WeirPort
convolve (WeirBuilder *b, const char *name, WeirPort x, const Conv *c, Way way)
{
  gint64 inputs = weir_graph_shape (b->graph, x)->dims[1];
  WeirShape shape = WEIR_SHAPE (c->outputs, inputs, c->size, c->size);
  WeirNode *node;

  if (c->groups > 1)
    shape = WEIR_SHAPE (c->groups, c->outputs / c->groups, inputs / c->groups, c->size,
                        c->size);
  node = weir_build_begin (
      b, c->groups > 1 ? "GroupConvolution" : "Convolution", name,
      WEIR_INPUTS (
          x, weir_build_constant (b, "w", random_f32 (&shape, (guint32) c->outputs))));
  weir_node_set_ints (node, "strides", c->stride, 2);
  weir_node_set_ints (node, "pads_begin", (const gint64[]){ c->pad, c->pad }, 2);
  weir_node_set_ints (node, "pads_end", (const gint64[]){ c->pad, c->pad }, 2);
  weir_node_set_ints (node, "dilations", (const gint64[]){ 1, 1 }, 2);
  if (way == SAME && c->size > 1)
    weir_node_set_string (node, "auto_pad", "same_upper");
  return weir_build_end (b, node);
}

static WeirPort
make_value (WeirBuilder *b, Way way, WeirPort x)
{
  static const Conv plain = { 4, 3, { 1, 1 }, 1, 1 }, other = { 4, 1, { 1, 1 }, 0, 1 };
  static const Conv grouped = { 4, 3, { 2, 1 }, 1, 2 };
  WeirPort y = convolve (b, "maker", x, way == DEPTHWISE ? &grouped : &plain, way);
  WeirShape bias = WEIR_SHAPE (4, way == MAP ? 10 : 1, way == MAP ? 9 : 1);

  if (way == NO_MAKER)
    return x;
  y = weir_build2 (b, "Add", "biased", y,
                   weir_build_constant (b, "b", random_f32 (&bias, 3)));
  if (way == BOTH)
    y = weir_build2 (b, "Add", "sum", y, convolve (b, "second", x, &other, way));
  if (way == RESIDUAL)
    y = weir_build2 (b, "Add", "sum", x, y);
  if (way != SLOPES)
    return weir_build1 (b, "Relu", "active", y);
  return weir_build2 (b, "PRelu", "active", y,
                      weir_build_constant (b, "s", random_f32 (&WEIR_SHAPE (4), 6)));
}

static WeirGraph *
make (Way way)
{
  Conv last = { 5, way == LARGER ? 2 : 1, { 2, 3 }, way == PADDED, 1 };
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 4, 10, 9));
  WeirPort y = make_value (&b, way, x);

  weir_build_result (&b, "y", convolve (&b, "y", y, &last, way));
  if (way == UNEQUAL)
    last.stride[0] = 1;
  last.outputs = 3;
  weir_build_result (&b, "z", convolve (&b, "z", y, &last, way));
  if (way == SHOWN)
    weir_build_result (&b, "active", y);
  g_assert_no_error (b.error);
  return graph;
}

static void
assert_strides (const WeirGraph *graph, const char *name, gint64 first, gint64 second)
{
  const WeirNode *node = weir_graph_find (graph, name);

  g_assert_cmpint (weir_node_int_at (node, "strides", 0, 1), ==, first);
  g_assert_cmpint (weir_node_int_at (node, "strides", 1, 1), ==, second);
}

/* run_pass() compares what both compute. */
static void
test_moved (void)
{
  for (Way way = CHAIN; way <= LAST_MOVED; way++) {
    g_autoptr (WeirGraph) graph = make (way);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_move_strides, NULL);

    g_test_message ("way %u", way);
    assert_strides (after, "maker", way == DEPTHWISE ? 4 : 2, 3);
    assert_strides (after, "y", 1, 1);
    assert_strides (after, "z", 1, 1);
    if (way == BOTH)
      assert_strides (after, "second", 2, 3);
    g_assert_cmpuint (count_op (after, "MaxPool"), ==, 0);
  }
}

static void
test_left_alone (void)
{
  for (Way way = LAST_MOVED + 1; way < LAST; way++) {
    g_autoptr (WeirGraph) graph = make (way);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_move_strides, NULL);

    g_test_message ("way %u", way);
    assert_strides (after, "y", 2, 3);
  }
}

/* What else is summed is thinned out, for who runs the network. */
static void
test_sampled (void)
{
  g_autoptr (WeirGraph) graph = make (RESIDUAL);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_sample_strides, NULL);

  assert_strides (after, "maker", 2, 3);
  assert_strides (after, "y", 1, 1);
  assert_strides (after, only_op (after, "MaxPool")->name, 2, 3);
  for (Way way = LARGER; way < LAST; way++) {
    g_autoptr (WeirGraph) other = make (way);
    g_autoptr (WeirGraph) other_after = run_pass (other, weir_pass_sample_strides, NULL);

    g_test_message ("way %u", way);
    g_assert_cmpuint (count_op (other_after, "MaxPool"), ==, 0);
  }
}

static void
test_options (void)
{
  WeirPassOptions options = { .disable_resnet_optimization = TRUE };
  g_autoptr (WeirGraph) graph = make (CHAIN);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_move_strides, &options);

  assert_strides (after, "y", 2, 3);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (CHAIN));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_move_strides, NULL);

  assert_strides (only_op (after, "If")->bodies[1].graph, "maker", 2, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/move-strides/moved", test_moved);
  g_test_add_func ("/passes/move-strides/left-alone", test_left_alone);
  g_test_add_func ("/passes/move-strides/sampled", test_sampled);
  g_test_add_func ("/passes/move-strides/options", test_options);
  g_test_add_func ("/passes/move-strides/in-if", test_in_if);
  return g_test_run ();
}
