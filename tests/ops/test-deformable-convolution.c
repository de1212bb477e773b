#include "base/error.h"
#include "compare.h"
#include "graphs.h"

/* Numbers that look random and are easy to write down: i * step mod modulus, scaled. */
static WeirTensor *
pattern (const WeirShape *shape, gsize step, gsize modulus, float scale, float shift)
{
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, shape, NULL);

  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    ((float *) weir_tensor_writable (tensor))[i] =
        (float) (i * step % modulus) * scale + shift;
  return tensor;
}

static void
set_geometry (WeirNode *node, gint64 stride, gint64 pad)
{
  weir_node_set_ints (node, "strides", (gint64[]){ stride, stride }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ pad, pad }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ pad, pad }, 2);
}

/* Two channels, each a group with offsets of its own; all values from OpenVINO. */
static void
check (gboolean pad, gboolean masked, const float *expected)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = pattern (&WEIR_SHAPE (1, 2, 4, 4), 7, 11, 1, 0);
  g_autoptr (WeirTensor) offsets = pattern (&WEIR_SHAPE (1, 16, 3, 3), 13, 17, 0.25f, -2);
  g_autoptr (WeirTensor) w = pattern (&WEIR_SHAPE (2, 1, 2, 2), 5, 7, 1, -3);
  g_autoptr (WeirTensor) mask = pattern (&WEIR_SHAPE (1, 8, 3, 3), 3, 5, 0.25f, 0);
  WeirTensor *inputs[] = { x, offsets, w, mask };
  WeirNode *node = begin_op (&builder, "DeformableConvolution", inputs, masked ? 4 : 3);
  g_autoptr (WeirTensor) y = NULL;

  set_geometry (node, 1, 0);
  weir_node_set_int (node, "group", 2);
  weir_node_set_int (node, "deformable_group", 2);
  weir_node_set_bool (node, "bilinear_interpolation_pad", pad);
  y = run_op (&builder, node, inputs, 0);
  assert_f32 (y, expected, 18);
}

static void
test_groups (void)
{
  check (FALSE, FALSE,
         (float[]){ 13.375f, -10.4375f, -14.4375f, -11, -4, -13, -5, -22.5f, -24, -17.5f,
                    6.5f, 7.5f, -19.75f, -21.25f, 2.5f, 26.875f, 22.125f, 5.0625f });
  check (TRUE, FALSE,
         (float[]){ 11.125f, -10.4375f, -12.4375f, -6, -11.5f, -13, -5, -9, -24, -17.5f,
                    3.5f, 9, -16.75f, -22.875f, -3.1875f, 26.875f, 22.125f, 5.0625f });
  check (TRUE, TRUE,
         (float[]){ 6.125f, -15.046875f, -2.109375f, 1.25f, -5.25f, 0.25f, -9, -0.375f,
                    -9, -17.75f, 2.625f, 7.375f, -12.0625f, -8.4375f, -5.53125f, 9.375f,
                    17.484375f, -0.84375f });
}

static WeirNode *
begin_strided (WeirBuilder *builder, WeirTensor **inputs, gint64 fields)
{
  WeirNode *node;

  inputs[0] = pattern (&WEIR_SHAPE (1, 2, 4, 4), 7, 11, 1, 0);
  inputs[1] = pattern (&WEIR_SHAPE (1, fields, 3, 3), 13, 17, 0.25f, -2);
  inputs[2] = pattern (&WEIR_SHAPE (1, 2, 2, 2), 5, 7, 1, -3);
  node = begin_op (builder, "DeformableConvolution", inputs, 3);
  set_geometry (node, 2, 1);
  return node;
}

static void
test_strided (void)
{
  const float expected[] = { 16.0625f, -0.1875f, 0, -35, -27.5f, -22.5f, 0, 18.5f, -30 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3];
  WeirNode *node = begin_strided (&builder, inputs, 8);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);

  assert_f32 (y, expected, G_N_ELEMENTS (expected));
  for (guint i = 0; i < 3; i++)
    weir_tensor_unref (inputs[i]);
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3];
  WeirNode *node = begin_strided (&builder, inputs, 7);

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "input 1 of shape [1,7,3,3] does not hold 2 numbers a tap");
  weir_node_set_int (node, "group", 2);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "1 filters cannot be divided into 2 groups");
  for (guint i = 0; i < 3; i++)
    weir_tensor_unref (inputs[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/deformable-convolution/groups", test_groups);
  g_test_add_func ("/ops/deformable-convolution/strided", test_strided);
  g_test_add_func ("/ops/deformable-convolution/errors", test_errors);
  return g_test_run ();
}
