#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* Quantisation written out, of x [N, 3, 4, 5] in about -1..1. */
typedef enum {
  WHOLE,       /* there and back */
  ZERO_FIRST,  /* the zero point added before rounding */
  BY_PRODUCT,  /* x * (1 / scale) */
  NO_ZERO,     /* no zero point */
  CHANNELS,    /* a scale and a zero point for each */
  NARROW,      /* -127..127 */
  THERE_ALONE, /* not back */
  SHOWN,       /* the quantised values are an output too */
  LAST_FUSED = SHOWN,
  AWAY,         /* halves rounded away from zero */
  SHOWN_INSIDE, /* the rounded values are an output too */
  TOO_WIDE,     /* more than the type holds: it would wrap */
  NEGATIVE,     /* a scale */
  SIXTEEN_BITS,
  LAST,
} Way;

static WeirPort
number (WeirBuilder *b, Way way, double first, double step, WeirDtype dtype)
{
  WeirTensor *value;

  if (way != CHANNELS)
    return weir_build_constant (b, "k", weir_tensor_new_scalar (dtype, first));
  value = weir_tensor_new (dtype, &WEIR_SHAPE (1, 3, 1, 1), NULL);
  for (gsize i = 0; i < 3; i++)
    weir_dtype_store (dtype, weir_tensor_writable (value), i, first + step * (double) i);
  return weir_build_constant (b, "k", value);
}

static WeirPort
add_zero (WeirBuilder *b, Way way, WeirPort x)
{
  WeirPort zero = number (b, way, -7, 20, WEIR_DTYPE_I8);

  return way == NO_ZERO
             ? x
             : weir_build2 (b, "Add", "shifted",
                            weir_build_convert (b, "zero", zero, WEIR_DTYPE_F32), x);
}

static WeirPort
round_to_levels (WeirBuilder *b, Way way, WeirPort x)
{
  WeirNode *node;

  if (way == ZERO_FIRST)
    x = add_zero (b, way, x);
  node = weir_build_begin (b, "Round", "rounded", &x, 1);
  weir_node_set_string (node, "mode",
                        way == AWAY ? "half_away_from_zero" : "half_to_even");
  x = weir_build_end (b, node);
  if (way == SHOWN_INSIDE)
    weir_build_result (b, "rounded", x);
  x = way == ZERO_FIRST ? x : add_zero (b, way, x);
  node = weir_build_begin (b, "Clamp", "clamped", &x, 1);
  weir_node_set_float (node, "min", way == NARROW ? -127 : way == TOO_WIDE ? -129 : -128);
  weir_node_set_float (node, "max", way == SIXTEEN_BITS ? 32767 : 127);
  return weir_build_end (b, node);
}

static WeirPort
back (WeirBuilder *b, Way way, WeirPort x)
{
  WeirPort zero = number (b, way, -7, 20, WEIR_DTYPE_F32);

  x = weir_build_convert (b, "real", x, WEIR_DTYPE_F32);
  if (way != NO_ZERO)
    x = weir_build2 (b, "Subtract", "centered", x, zero);
  return weir_build2 (b, "Multiply", "y", x,
                      number (b, way, 0.0123, 0.004, WEIR_DTYPE_F32));
}

static WeirGraph *
make (Way way)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 4, 5));
  double scale = way == NEGATIVE ? -0.0123 : 0.0123;

  if (way == BY_PRODUCT)
    x = weir_build2 (&b, "Multiply", "scaled",
                     number (&b, way, 1 / scale, 0, WEIR_DTYPE_F32), x);
  else
    x = weir_build2 (&b, "Divide", "scaled", x,
                     number (&b, way, scale, 0.004, WEIR_DTYPE_F32));
  x = round_to_levels (&b, way, x);
  x = weir_build_convert (&b, "q", x,
                          way == SIXTEEN_BITS ? WEIR_DTYPE_I16 : WEIR_DTYPE_I8);
  if (way == SHOWN || way == THERE_ALONE)
    weir_build_result (&b, "q", x);
  if (way != THERE_ALONE)
    weir_build_result (&b, "y", back (&b, way, x));
  g_assert_no_error (b.error);
  return graph;
}

/* run_pass() compares what both compute. */
static void
test_fused (void)
{
  for (Way way = WHOLE; way <= LAST_FUSED; way++) {
    g_autoptr (WeirGraph) graph = make (way);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_quantize, NULL);
    gboolean levels = way == SHOWN || way == THERE_ALONE;

    g_test_message ("way %u", way);
    g_assert_cmpuint (count_op (after, "FakeQuantize"), ==, way == SHOWN ? 2 : 1);
    g_assert_cmpuint (count_op (after, "Convert"), ==, levels);
    g_assert_cmpuint (count_op (after, "Round") + count_op (after, "Clamp") +
                          count_op (after, "Divide") + count_op (after, "Multiply"),
                      ==, 0);
  }
}

static void
test_left_alone (void)
{
  for (Way way = LAST_FUSED + 1; way < LAST; way++) {
    g_autoptr (WeirGraph) graph = make (way);
    g_autoptr (WeirGraph) after = run_pass_only (graph, weir_pass_fuse_quantize, NULL);

    g_test_message ("way %u", way);
    g_assert_cmpuint (count_op (after, "FakeQuantize"), ==, 0);
  }
}

/* The ranges by hand: (-128 + 7) * 0.0123 and (127 + 7) * 0.0123. */
static void
test_ranges (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (WHOLE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_quantize, NULL);
  const WeirGraph *body = only_op (after, "If")->bodies[0].graph;
  const WeirNode *node = only_op (body, "FakeQuantize");

  g_assert_cmpint (weir_node_int (node, "levels"), ==, 256);
  for (guint i = 1; i < 5; i++) {
    const WeirTensor *bound = weir_node_input_info (body, node, i)->value;

    g_assert_cmpfloat_with_epsilon (weir_tensor_get (bound, 0),
                                    i % 2 == 1 ? -1.4883 : 1.6482, 1e-6);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-quantize/fused", test_fused);
  g_test_add_func ("/passes/fuse-quantize/left-alone", test_left_alone);
  g_test_add_func ("/passes/fuse-quantize/ranges", test_ranges);
  return g_test_run ();
}
