#include "compare.h"
#include "tflite-run.h"
#include "tflite-writer.h"

#include "ir/evaluate.h"

enum { ADD = 0, CONV_2D = 3, DEQUANTIZE = 6, RESHAPE = 22, QUANTIZE = 114 };

static FlatNode *
conv_options (guint8 activation)
{
  FlatNode *options = flat_set_i32 (flat_table (), 1, 1);

  flat_set_i32 (options, 2, 1);
  return flat_set_u8 (options, 3, activation);
}

/* A scale for each output channel, and 8-bit data: x = (q - 128) / 2. The first output is
 * 1 * 1 + 1 = 2, stored as 132; the last one is 65, beyond what can be stored. */
static void
test_conv (void)
{
  const float scale = 0.5f, scales[] = { 0.25f, 2 }, bias_scales[] = { 0.125f, 1 };
  const gint64 zero = 128, zeros[] = { 0, 0 };
  const gint8 filters[] = { 4, -8 };
  const gint32 bias[] = { 8, 1 };
  const guint8 in[] = { 130, 120 };
  const gint64 out[] = { 132, 98, 122, 255 };
  g_autoptr (WeirTensor) data =
      weir_tensor_new_copy (WEIR_DTYPE_U8, &WEIR_SHAPE (1, 1, 2, 1), in, NULL);
  g_autoptr (WeirTensor) result = NULL;
  gint32 x, y, f, b;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_quantised (&w, "x", TYPE_UINT8, DIMS (1, 1, 2, 1), NULL, 0, &scale, &zero, 1,
                        0);
  f = tflite_quantised (&w, "f", TYPE_INT8, DIMS (2, 1, 1, 1), filters, sizeof filters,
                        scales, zeros, 2, 0);
  b = tflite_quantised (&w, "b", TYPE_INT32, DIMS (2), bias, sizeof bias, bias_scales,
                        zeros, 2, 0);
  y = tflite_quantised (&w, "y", TYPE_UINT8, DIMS (1, 1, 2, 2), NULL, 0, &scale, &zero, 1,
                        0);
  tflite_op (&w, CONV_2D, DIMS (x, f, b), DIMS (y), OPTIONS_CONV_2D,
             conv_options (ACTIVATION_NONE));
  result = tflite_run (tflite_end (&w, DIMS (x), DIMS (y)), &data);
  g_assert_cmpint (weir_tensor_dtype (result), ==, WEIR_DTYPE_U8);
  assert_ints (result, out, G_N_ELEMENTS (out));
}

/* M = 1 * 1 / 16.5 = 0.9697 * 2^-4: the integer kernel rounds 8 M = 0.48485 first to
 * 7.76 / 16 -> 8 / 16, then to 1; one rounding alone would give 0. And 7 M = 6.79 / 16 ->
 * 7 / 16, which is 0. */
static void
test_rounded_twice (void)
{
  const float one = 1, scale = 16.5f;
  const gint64 zero = 0;
  const guint8 filter = 1, in[] = { 8, 7 };
  const gint64 out[] = { 1, 0 };
  g_autoptr (WeirTensor) data =
      weir_tensor_new_copy (WEIR_DTYPE_U8, &WEIR_SHAPE (1, 1, 2, 1), in, NULL);
  g_autoptr (WeirTensor) result = NULL;
  gint32 x, y, f;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_quantised (&w, "x", TYPE_UINT8, DIMS (1, 1, 2, 1), NULL, 0, &one, &zero, 1,
                        0);
  f = tflite_quantised (&w, "f", TYPE_UINT8, DIMS (1, 1, 1, 1), &filter, 1, &one, &zero,
                        1, 0);
  y = tflite_quantised (&w, "y", TYPE_UINT8, DIMS (1, 1, 2, 1), NULL, 0, &scale, &zero, 1,
                        0);
  tflite_op (&w, CONV_2D, DIMS (x, f), DIMS (y), OPTIONS_CONV_2D,
             conv_options (ACTIVATION_RELU));
  result = tflite_run (tflite_end (&w, DIMS (x), DIMS (y)), &data);
  assert_ints (result, out, G_N_ELEMENTS (out));
}

/* The constant is read through its scale; what comes out is real. */
static void
test_dequantise (void)
{
  const float scale = 0.5f, in[] = { 1, 1, 1 };
  const gint64 zero = -2;
  const gint8 stored[] = { -2, -128, 127 };
  const float expected[] = { 1, 1 - 63, 1 + 64.5f };
  g_autoptr (WeirTensor) data = weir_tensor_new_f32 (&WEIR_SHAPE (3), in);
  g_autoptr (WeirTensor) result = NULL;
  gint32 x, y, q, real;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (3));
  q = tflite_quantised (&w, "q", TYPE_INT8, DIMS (3), stored, sizeof stored, &scale,
                        &zero, 1, 0);
  real = tflite_tensor (&w, "r", TYPE_FLOAT32, DIMS (3));
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (3));
  tflite_op (&w, DEQUANTIZE, DIMS (q), DIMS (real), 0, NULL);
  tflite_op (&w, ADD, DIMS (x, real), DIMS (y), 0, NULL);
  result = tflite_run (tflite_end (&w, DIMS (x), DIMS (y)), &data);
  assert_f32 (result, expected, G_N_ELEMENTS (expected));
}

/* From floats to integers: 0.3 / 0.25 + 10 = 11.2; what is too large saturates. */
static void
test_quantise (void)
{
  const float scale = 0.25f, in[] = { 0.3f, -1000, 1000 };
  const gint64 zero = 10, out[] = { 11, -128, 127 };
  g_autoptr (WeirTensor) data = weir_tensor_new_f32 (&WEIR_SHAPE (3), in);
  g_autoptr (WeirTensor) result = NULL;
  gint32 x, y;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (3));
  y = tflite_quantised (&w, "y", TYPE_INT8, DIMS (3), NULL, 0, &scale, &zero, 1, 0);
  tflite_op (&w, QUANTIZE, DIMS (x), DIMS (y), 0, NULL);
  result = tflite_run (tflite_end (&w, DIMS (x), DIMS (y)), &data);
  g_assert_cmpint (weir_tensor_dtype (result), ==, WEIR_DTYPE_I8);
  assert_ints (result, out, G_N_ELEMENTS (out));
}

/* What only moves elements is not rounded again. */
static void
test_moves (void)
{
  const float scale = 0.25f;
  const gint64 zero = 10;
  const gint32 shape[] = { 4 };
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (GBytes) file = NULL;
  guint rounded = 0;
  WeirGraph *graph;
  gint32 x, s, y;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_quantised (&w, "x", TYPE_INT8, DIMS (2, 2), NULL, 0, &scale, &zero, 1, 0);
  s = tflite_constant (&w, "s", TYPE_INT32, DIMS (1), shape, sizeof shape);
  y = tflite_quantised (&w, "y", TYPE_INT8, DIMS (4), NULL, 0, &scale, &zero, 1, 0);
  tflite_op (&w, RESHAPE, DIMS (x, s), DIMS (y), 0, NULL);
  file = tflite_end (&w, DIMS (x), DIMS (y));
  model = tflite_load_good (file);
  graph = weir_model_graph (model);
  for (guint i = 0; i < weir_graph_size (graph); i++)
    rounded += weir_node_is (weir_graph_node (graph, i), "FakeQuantize");
  g_assert_cmpuint (rounded, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/tflite-quant/conv", test_conv);
  g_test_add_func ("/frontends/tflite-quant/rounded-twice", test_rounded_twice);
  g_test_add_func ("/frontends/tflite-quant/dequantise", test_dequantise);
  g_test_add_func ("/frontends/tflite-quant/quantise", test_quantise);
  g_test_add_func ("/frontends/tflite-quant/moves", test_moves);
  return g_test_run ();
}
