#include "base/error.h"
#include "compare.h"
#include "graphs.h"

/* Bits 011 011 111, the first in the lowest bit of a byte. */
static WeirTensor *
bits (void)
{
  const guint8 packed[] = { 0xf6, 0x01 };

  return weir_tensor_new_copy (WEIR_DTYPE_U1, &WEIR_SHAPE (1, 1, 3, 3), packed, NULL);
}

static void
check (double pad_value, const float *expected)
{
  const float picture[] = { 0, 1, 1, 1, 0, 0, 0, 0, 1 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (1, 1, 3, 3), picture);
  g_autoptr (WeirTensor) w = bits ();
  WeirTensor *inputs[] = { x, w };
  WeirNode *node = begin_op (&builder, "BinaryConvolution", inputs, 2);
  g_autoptr (WeirTensor) y = NULL;

  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 1, 1 }, 2);
  weir_node_set_float (node, "pad_value", pad_value);
  y = run_op (&builder, node, inputs, 0);
  assert_f32 (y, expected, 9);
}

/* Twice the matches less the taps, counted by a loop of its own. */
static void
test_pads (void)
{
  check (0, (float[]){ 0, 2, -2, -2, -1, 0, -2, -2, 2 });
  check (1, (float[]){ 1, 3, 1, -3, -1, 3, -1, 1, 7 });
  check (-1, (float[]){ -1, 1, -5, -1, -1, -3, -3, -5, -3 });
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 2, 3, 3));
  g_autoptr (WeirTensor) w = bits ();
  WeirTensor *inputs[] = { x, w };
  WeirNode *node = begin_op (&builder, "BinaryConvolution", inputs, 2);

  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_float (node, "pad_value", 0);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "weights expect 1 input channels, the input has 2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/binary-convolution/pads", test_pads);
  g_test_add_func ("/ops/binary-convolution/errors", test_errors);
  return g_test_run ();
}
