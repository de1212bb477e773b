#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/infer.h"

/* The geometry of a node, the same in both dimensions but for the pads. */
typedef struct {
  gint64 stride, dilation, begin[2], end[2];
} Setting;

static WeirNode *
begin (WeirBuilder *builder, const char *op, WeirTensor *const *inputs, const Setting *s)
{
  WeirNode *node = begin_op (builder, op, inputs, 2);

  weir_node_set_ints (node, "strides", (gint64[]){ s->stride, s->stride }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ s->dilation, s->dilation }, 2);
  weir_node_set_ints (node, "pads_begin", s->begin, 2);
  weir_node_set_ints (node, "pads_end", s->end, 2);
  return node;
}

static const Setting plain = { 1, 1, { 0, 0 }, { 0, 0 } };

/* Sums of the 3x3 neighbourhood of 0..8, worked out by hand. */
static void
test_padded (void)
{
  const float ones[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  const float sums[] = { 8, 15, 12, 21, 36, 27, 20, 33, 24 };
  const Setting padded = { 1, 1, { 1, 1 }, { 1, 1 } };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 1, 3, 3));
  g_autoptr (WeirTensor) w = weir_tensor_new_f32 (&WEIR_SHAPE (1, 1, 3, 3), ones);
  WeirTensor *inputs[] = { x, w };
  WeirNode *node = begin (&builder, "Convolution", inputs, &padded);
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
  WeirNode *node = begin (&builder, "GroupConvolution", inputs, &plain);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);

  assert_shape (weir_tensor_shape (y), "[1,2,2,2]");
  assert_f32 (y, scaled, G_N_ELEMENTS (scaled));
}

/* One element by the definition. @at: image, output channel, row, column */
static double
defined (const WeirTensor *x, const WeirTensor *w, const Setting *s, const gint64 *at)
{
  const gint64 *dx = weir_tensor_shape (x)->dims, *dw = weir_tensor_shape (w)->dims;
  gint64 group = at[1] / dw[1];
  double sum = 0;

  for (gint64 k = 0; k < dw[2] * dw[3] * dw[4]; k++) {
    gint64 i = k / (dw[3] * dw[4]), a = k / dw[4] % dw[3], b = k % dw[4];
    gint64 row = at[2] * s->stride - s->begin[0] + a * s->dilation;
    gint64 column = at[3] * s->stride - s->begin[1] + b * s->dilation;

    if (row < 0 || row >= dx[2] || column < 0 || column >= dx[3])
      continue;
    sum += weir_tensor_get (
               x, (gsize) (((at[0] * dx[1] + group * dw[2] + i) * dx[2] + row) * dx[3] +
                           column)) *
           weir_tensor_get (w, (gsize) (at[1] * dw[2] * dw[3] * dw[4] + k));
  }
  return sum;
}

static void
check_setting (const Setting *s, const WeirShape *weights)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x =
      random_f32 (&WEIR_SHAPE (2, weights->dims[0] * weights->dims[2], 9, 7), 1);
  g_autoptr (WeirTensor) w = random_f32 (weights, 2);
  WeirTensor *inputs[] = { x, w };
  WeirNode *node = begin (&builder, "GroupConvolution", inputs, s);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);
  const gint64 *d = weir_tensor_shape (y)->dims;

  for (gsize i = 0; i < weir_tensor_count (y); i++) {
    gint64 n = (gint64) i;
    gint64 at[] = { n / (d[1] * d[2] * d[3]), n / (d[2] * d[3]) % d[1], n / d[3] % d[2],
                    n % d[3] };

    g_assert_cmpfloat_with_epsilon (weir_tensor_get (y, i), defined (x, w, s, at), 1e-5);
  }
}

static void
test_settings (void)
{
  static const Setting settings[] = {
    { 1, 1, { 0, 0 }, { 0, 0 } }, { 1, 1, { 1, 1 }, { 1, 1 } },
    { 2, 1, { 0, 1 }, { 1, 0 } }, { 1, 2, { 2, 1 }, { 2, 0 } },
    { 3, 1, { 2, 0 }, { 0, 3 } }, { 2, 2, { 3, 3 }, { 3, 3 } },
  };
  static const gint64 weights[][5] = {
    { 1, 3, 4, 3, 3 }, { 2, 1, 5, 2, 3 }, { 3, 2, 1, 3, 2 }, { 1, 2, 6, 1, 1 }
  };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    for (guint k = 0; k < G_N_ELEMENTS (weights); k++) {
      WeirShape shape;

      g_assert_true (weir_shape_init (&shape, weights[k], 5, NULL));
      check_setting (&settings[i], &shape);
    }
}

/* Values from OpenVINO. */
static void
test_dimensions (void)
{
  const float line[] = { 80, 125, 76 };
  const float space[] = { 127, 70, 268, 138, 352, 174, 48, 22, 73, 28, 91, 34 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x1 = iota_f32 (&WEIR_SHAPE (1, 2, 6));
  g_autoptr (WeirTensor) w1 = iota_f32 (&WEIR_SHAPE (1, 2, 3));
  g_autoptr (WeirTensor) x3 = iota_f32 (&WEIR_SHAPE (1, 1, 2, 3, 3));
  g_autoptr (WeirTensor) w3 = iota_f32 (&WEIR_SHAPE (1, 1, 2, 2, 2));
  WeirTensor *in1[] = { x1, w1 }, *in3[] = { x3, w3 };
  WeirNode *node = begin_op (&builder, "Convolution", in1, 2);
  g_autoptr (WeirTensor) y1 = NULL;
  g_autoptr (WeirTensor) y3 = NULL;

  weir_node_set_ints (node, "strides", (gint64[]){ 2 }, 1);
  weir_node_set_ints (node, "dilations", (gint64[]){ 2 }, 1);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 1 }, 1);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 2 }, 1);
  y1 = run_op (&builder, node, in1, 0);
  assert_f32 (y1, line, G_N_ELEMENTS (line));
  node = begin_op (&builder, "Convolution", in3, 2);
  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1, 2 }, 3);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1, 1 }, 3);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 0, 1, 0 }, 3);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 1, 0, 1 }, 3);
  y3 = run_op (&builder, node, in3, 0);
  assert_shape (weir_tensor_shape (y3), "[1,1,2,3,2]");
  assert_f32 (y3, space, G_N_ELEMENTS (space));
}

static void
check_auto_pad (const char *auto_pad, const float *expected, gsize n)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 1, 1, 4));
  g_autoptr (WeirTensor) w = iota_f32 (&WEIR_SHAPE (1, 1, 1, 2));
  WeirTensor *inputs[] = { x, w };
  const Setting ignored = { 1, 1, { 5, 5 }, { 5, 5 } };
  WeirNode *node = begin (&builder, "Convolution", inputs, &ignored);
  g_autoptr (WeirTensor) y = NULL;

  weir_node_set_string (node, "auto_pad", auto_pad);
  y = run_op (&builder, node, inputs, 0);
  assert_f32 (y, expected, n);
}

static void
test_auto_pad (void)
{
  check_auto_pad ("same_upper", (float[]){ 1, 2, 3, 0 }, 4);
  check_auto_pad ("same_lower", (float[]){ 0, 1, 2, 3 }, 4);
  check_auto_pad ("valid", (float[]){ 1, 2, 3 }, 3);
}

static void
test_half (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x32 = iota_f32 (&WEIR_SHAPE (1, 1, 2, 2));
  g_autoptr (WeirTensor) x = weir_tensor_convert (x32, WEIR_DTYPE_F16, NULL);
  WeirTensor *inputs[] = { x, x };
  WeirNode *node = begin (&builder, "Convolution", inputs, &plain);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);

  assert_f32 (y, (float[]){ 14 }, 1);
}

static void
test_unknown (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x =
      weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, -1, 10));
  WeirPort w =
      weir_build_parameter (&builder, "w", WEIR_DTYPE_F32, &WEIR_SHAPE (8, 3, 3, 3));
  WeirNode *node = weir_build_begin (&builder, "Convolution", "y", WEIR_INPUTS (x, w));

  weir_node_set_ints (node, "strides", (gint64[]){ 2, 2 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  assert_shape (weir_graph_shape (graph, weir_build_end (&builder, node)), "[?,8,?,4]");
}

static void
expect_error (const WeirShape *x, const WeirShape *w, const Setting *s, const char *text)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) tx = iota_f32 (x);
  g_autoptr (WeirTensor) tw = iota_f32 (w);
  WeirTensor *inputs[] = { tx, tw };
  WeirNode *node = begin (&builder, "Convolution", inputs, s);

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, text);
}

static void
test_errors (void)
{
  const Setting huge = { 1, 1, { G_MININT64, 0 }, { 0, 0 } };

  expect_error (&WEIR_SHAPE (1, 3, 4, 4), &WEIR_SHAPE (8, 2, 3, 3), &plain,
                "weights expect 2 input channels, the input has 3");
  expect_error (&WEIR_SHAPE (1, 3, 4, 4), &WEIR_SHAPE (8, 3, 3), &plain,
                "input of rank 4 needs weights of rank 4, found rank 3");
  expect_error (&WEIR_SHAPE (1, 3, 2, 4), &WEIR_SHAPE (8, 3, 3, 3), &plain,
                "a window of 3 does not fit into 2");
  expect_error (&WEIR_SHAPE (1, 3), &WEIR_SHAPE (8, 3), &plain,
                "expected an input of rank 3 to 5, found rank 2");
  expect_error (&WEIR_SHAPE (1, 1, 2, 4), &WEIR_SHAPE (1, 1, 1, 1), &huge,
                "window's sizes below 2^31");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/convolution/padded", test_padded);
  g_test_add_func ("/ops/convolution/grouped", test_grouped);
  g_test_add_func ("/ops/convolution/settings", test_settings);
  g_test_add_func ("/ops/convolution/dimensions", test_dimensions);
  g_test_add_func ("/ops/convolution/auto-pad", test_auto_pad);
  g_test_add_func ("/ops/convolution/half", test_half);
  g_test_add_func ("/ops/convolution/unknown", test_unknown);
  g_test_add_func ("/ops/convolution/errors", test_errors);
  return g_test_run ();
}
