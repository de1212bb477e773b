#include "base/error.h"
#include "compare.h"
#include "graphs.h"

static WeirNode *
begin (WeirBuilder *builder, const char *op, WeirTensor *const *inputs, gint64 stride,
       gint64 pad)
{
  WeirNode *node = begin_op (builder, op, inputs, 2);

  weir_node_set_ints (node, "strides", (gint64[]){ stride, stride }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ pad, pad }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ pad, pad }, 2);
  return node;
}

/* Sums of the 3x3 neighbourhood of 0..8, worked out by hand. */
static void
test_padded (void)
{
  const float ones[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  const float sums[] = { 8, 15, 12, 21, 36, 27, 20, 33, 24 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 1, 3, 3));
  g_autoptr (WeirTensor) w = weir_tensor_new_f32 (&WEIR_SHAPE (1, 1, 3, 3), ones);
  WeirTensor *inputs[] = { x, w };
  WeirNode *node = begin (&builder, "Convolution", inputs, 1, 1);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);

  assert_f32 (y, sums, G_N_ELEMENTS (sums));
}

/* Depthwise: each channel with its own weight. */
static void
test_grouped (void)
{
  const float scales[] = { 1, 10 };
  const float scaled[] = { 0, 1, 2, 3, 40, 50, 60, 70 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 2, 2, 2));
  g_autoptr (WeirTensor) w = weir_tensor_new_f32 (&WEIR_SHAPE (2, 1, 1, 1, 1), scales);
  WeirTensor *inputs[] = { x, w };
  WeirNode *node = begin (&builder, "GroupConvolution", inputs, 1, 0);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);

  assert_shape (weir_tensor_shape (y), "[1,2,2,2]");
  assert_f32 (y, scaled, G_N_ELEMENTS (scaled));
}

static void
test_wrong_channels (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 3, 4, 4));
  g_autoptr (WeirTensor) w = iota_f32 (&WEIR_SHAPE (8, 2, 3, 3));
  WeirTensor *inputs[] = { x, w };
  WeirNode *node = begin (&builder, "Convolution", inputs, 1, 0);

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "weights expect 2 input channels, the input has 3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/convolution/padded", test_padded);
  g_test_add_func ("/ops/convolution/grouped", test_grouped);
  g_test_add_func ("/ops/convolution/wrong-channels", test_wrong_channels);
  return g_test_run ();
}
