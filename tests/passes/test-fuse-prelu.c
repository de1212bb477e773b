#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* Ways to write an activation with a slope for each channel. */
typedef enum {
  OF_RELUS,
  OF_ABS,
  OF_MINIMUM,
  LARGER,
  SMALLER, /* the slopes are from 1 on */
  SELECTED,
  SELECTED_TURNED,
  LAST_FUSED = SELECTED_TURNED,
  SMALLER_OF_SMALL, /* slopes below 1 */
  LARGER_OF_LARGE,
  OF_MINIMUM_WITH_ONE,
  ABOVE_ONE, /* selected where x is larger than 1 */
  OF_OTHER,  /* slope times another value */
  SHOWN,     /* the sloped values are an output too */
  LAST,
} Way;

static WeirPort
zero (WeirBuilder *b, WeirPort x, double value)
{
  return weir_build_scalar (b, "zero", x, value);
}

static WeirPort
half_of_line (WeirBuilder *b, Way way, WeirPort x, WeirPort slope)
{
  WeirPort y;

  if (way == OF_RELUS) {
    y = weir_build1 (b, "Relu", "r", weir_build1 (b, "Negative", "n", x));
    return weir_build2 (b, "Multiply", "s", weir_build1 (b, "Negative", "m", slope), y);
  }
  if (way == OF_ABS) {
    y = weir_build2 (b, "Subtract", "d", x, weir_build1 (b, "Abs", "a", x));
    return weir_build2 (b, "Multiply", "h", weir_build2 (b, "Multiply", "s", slope, y),
                        zero (b, x, 0.5));
  }
  y = weir_build2 (b, "Minimum", "m", x, zero (b, x, way == OF_MINIMUM ? 0 : 1));
  return weir_build2 (b, "Multiply", "s", y, slope);
}

static WeirPort
choice (WeirBuilder *b, Way way, WeirPort x, WeirPort sloped)
{
  gboolean turned = way == SELECTED_TURNED;
  WeirPort condition = weir_build2 (b, turned ? "LessEqual" : "Greater", "c", x,
                                    zero (b, x, way == ABOVE_ONE ? 1 : 0));

  return weir_build (b, "Select", "y",
                     WEIR_INPUTS (condition, turned ? sloped : x, turned ? x : sloped));
}

static WeirPort
write_out (WeirBuilder *b, Way way, WeirPort x, WeirPort slope)
{
  WeirPort sloped;

  if (way <= OF_MINIMUM || way == OF_MINIMUM_WITH_ONE)
    return weir_build2 (b, "Add", "y", weir_build1 (b, "Relu", "r", x),
                        half_of_line (b, way, x, slope));
  sloped = way == OF_OTHER ? weir_build1 (b, "Negative", "n", x) : x;
  sloped = weir_build2 (b, "Multiply", "s", sloped, slope);
  if (way == SHOWN)
    weir_build_result (b, "s", sloped);
  if (way == SMALLER || way == SMALLER_OF_SMALL)
    return weir_build2 (b, "Minimum", "y", sloped, x);
  if (way == SELECTED || way == SELECTED_TURNED || way == ABOVE_ONE)
    return choice (b, way, x, sloped);
  return weir_build2 (b, "Maximum", "y", x, sloped);
}

static WeirGraph *
make (Way way, gint64 channels)
{
  gboolean large = way == SMALLER || way == LARGER_OF_LARGE;
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 2, 3));
  WeirPort slope = weir_build_constant (
      &b, "slope", noise_f32 (&WEIR_SHAPE (channels), 5, large ? 1.1F : 0.1F, 0.8F));

  x = weir_build1 (&b, "Sin", "front", x);
  weir_build_result (&b, "y", write_out (&b, way, x, slope));
  g_assert_no_error (b.error);
  return graph;
}

static WeirGraph *
fuse (Way way, gint64 channels)
{
  g_autoptr (WeirGraph) made = make (way, channels);
  g_autoptr (WeirGraph) folded = run_pass (made, weir_pass_fold_constants, NULL);

  return run_pass (folded, weir_pass_fuse_prelu, NULL);
}

/* Left are the input, a node in front, the activation, and the output. */
static void
test_fused (void)
{
  for (Way way = OF_RELUS; way <= LAST_FUSED; way++)
    for (gint64 channels = 1; channels <= 3; channels += 2) {
      g_autoptr (WeirGraph) after = fuse (way, channels);

      g_test_message ("way %u, %d channels", way, (int) channels);
      only_op (after, "PRelu");
      g_assert_cmpuint (weir_graph_count (after) - count_op (after, "Constant"), ==, 4);
    }
}

static void
test_left_alone (void)
{
  for (Way way = LAST_FUSED + 1; way < LAST; way++) {
    g_autoptr (WeirGraph) after = fuse (way, 3);

    g_test_message ("way %u", way);
    g_assert_cmpuint (count_op (after, "PRelu"), ==, 0);
  }
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (LARGER, 3));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_prelu, NULL);

  only_op (only_op (after, "If")->bodies[0].graph, "PRelu");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-prelu/fused", test_fused);
  g_test_add_func ("/passes/fuse-prelu/left-alone", test_left_alone);
  g_test_add_func ("/passes/fuse-prelu/in-if", test_in_if);
  return g_test_run ();
}
