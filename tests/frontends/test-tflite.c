#include "compare.h"
#include "graphs.h"
#include "tflite-run.h"
#include "tflite-writer.h"

/* Builtin operators that the tests use. */
enum {
  ADD = 0,
  CONV_2D = 3,
  DEPTHWISE = 4,
  DEQUANTIZE = 6,
  MUL = 18,
  RELU = 19,
  PAD = 34
};

/* y = relu (x + c), as the four values of a row. */
static GBytes *
add_model (void)
{
  const float c[] = { -1, 0, 1, 2 };
  TfliteWriter w;
  gint32 x, y, k;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (1, 4));
  k = tflite_constant (&w, "c", TYPE_FLOAT32, DIMS (4), c, sizeof c);
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (1, 4));
  tflite_op (&w, ADD, DIMS (x, k), DIMS (y), OPTIONS_ADD,
             flat_set_u8 (flat_table (), 0, ACTIVATION_RELU));
  return tflite_end (&w, DIMS (x), DIMS (y));
}

static void
test_add (void)
{
  const float in[] = { 0, -3, 1, 5 }, out[] = { 0, 0, 2, 7 };
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (1, 4), in);
  g_autoptr (WeirTensor) y = tflite_run (add_model (), &x);

  assert_shape (weir_tensor_shape (y), "[1,4]");
  assert_f32 (y, out, G_N_ELEMENTS (out));
}

static void
test_names (void)
{
  g_autoptr (GBytes) file = add_model ();
  g_autoptr (WeirModel) model = tflite_load_good (file);
  WeirGraph *graph = weir_model_graph (model);

  g_assert_cmpstr (weir_graph_parameter_name (graph, 0), ==, "x");
  g_assert_cmpstr (weir_graph_result_name (graph, 0), ==, "y");
  g_assert_true (weir_node_is (weir_graph_find (graph, "y"), "Relu"));
  g_assert_cmpstr (weir_model_framework (model), ==, "tflite");
}

static void
test_probe (void)
{
  g_autoptr (GBytes) file = add_model ();
  WeirBytes head = WEIR_BYTES (g_bytes_get_data (file, NULL), g_bytes_get_size (file));

  g_assert_cmpint (weir_frontend_tflite.probe (&head, NULL), ==, 100);
  head.size = 7;
  g_assert_cmpint (weir_frontend_tflite.probe (&head, "x.tflite"), ==, 0);
}

static FlatNode *
window_options (guint8 padding, gint32 stride)
{
  FlatNode *options = flat_set_u8 (flat_table (), 0, padding);

  flat_set_i32 (options, 1, stride);
  return flat_set_i32 (options, 2, stride);
}

/* Two channels that trade places: a filter of 1x1. */
static void
test_conv_layout (void)
{
  const float filters[] = { 0, 1, 1, 0 }, bias[] = { 10, 20 };
  const float in[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
  const float out[] = { 12, 21, 14, 23, 16, 25, 18, 27 };
  g_autoptr (WeirTensor) data = weir_tensor_new_f32 (&WEIR_SHAPE (1, 2, 2, 2), in);
  g_autoptr (WeirTensor) result = NULL;
  gint32 x, y, f, b;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (1, 2, 2, 2));
  f = tflite_constant (&w, "f", TYPE_FLOAT32, DIMS (2, 1, 1, 2), filters, sizeof filters);
  b = tflite_constant (&w, "b", TYPE_FLOAT32, DIMS (2), bias, sizeof bias);
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (1, 2, 2, 2));
  tflite_op (&w, CONV_2D, DIMS (x, f, b), DIMS (y), OPTIONS_CONV_2D,
             window_options (PADDING_SAME, 1));
  result = tflite_run (tflite_end (&w, DIMS (x), DIMS (y)), &data);
  assert_shape (weir_tensor_shape (result), "[1,2,2,2]");
  assert_f32 (result, out, G_N_ELEMENTS (out));
}

/* SAME with stride 2 on an even size pads behind only: the window at 0 covers 0, 1, 2. */
static void
test_conv_same (void)
{
  const float filters[] = { 1, 10, 100 }, in[] = { 1, 2, 3, 4 }, out[] = { 321, 43 };
  g_autoptr (WeirTensor) data = weir_tensor_new_f32 (&WEIR_SHAPE (1, 1, 4, 1), in);
  g_autoptr (WeirTensor) result = NULL;
  gint32 x, y, f;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (1, 1, 4, 1));
  f = tflite_constant (&w, "f", TYPE_FLOAT32, DIMS (1, 1, 3, 1), filters, sizeof filters);
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (1, 1, 2, 1));
  tflite_op (&w, CONV_2D, DIMS (x, f), DIMS (y), OPTIONS_CONV_2D,
             window_options (PADDING_SAME, 2));
  result = tflite_run (tflite_end (&w, DIMS (x), DIMS (y)), &data);
  assert_f32 (result, out, G_N_ELEMENTS (out));
}

/* Two outputs a channel: out[2c + m] = x[c] * f[2c + m]; half-precision filters. */
static void
test_depthwise_f16 (void)
{
  const guint16 filters[] = { 0x3c00, 0x4000, 0x4200, 0x4400 };
  const float in[] = { 1, 10, 2, 20 }, out[] = { 1, 2, 30, 40, 2, 4, 60, 80 };
  g_autoptr (WeirTensor) data = weir_tensor_new_f32 (&WEIR_SHAPE (1, 1, 2, 2), in);
  g_autoptr (WeirTensor) result = NULL;
  FlatNode *options = window_options (PADDING_VALID, 1);
  gint32 x, y, f, half;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (1, 1, 2, 2));
  half =
      tflite_constant (&w, "h", TYPE_FLOAT16, DIMS (1, 1, 1, 4), filters, sizeof filters);
  f = tflite_tensor (&w, "f", TYPE_FLOAT32, DIMS (1, 1, 1, 4));
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (1, 1, 2, 4));
  tflite_op (&w, DEQUANTIZE, DIMS (half), DIMS (f), 0, NULL);
  tflite_op (&w, DEPTHWISE, DIMS (x, f), DIMS (y), OPTIONS_DEPTHWISE,
             flat_set_i32 (options, 3, 2));
  result = tflite_run (tflite_end (&w, DIMS (x), DIMS (y)), &data);
  assert_f32 (result, out, G_N_ELEMENTS (out));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/tflite/add", test_add);
  g_test_add_func ("/frontends/tflite/names", test_names);
  g_test_add_func ("/frontends/tflite/probe", test_probe);
  g_test_add_func ("/frontends/tflite/conv-layout", test_conv_layout);
  g_test_add_func ("/frontends/tflite/conv-same", test_conv_same);
  g_test_add_func ("/frontends/tflite/depthwise-f16", test_depthwise_f16);
  return g_test_run ();
}
