#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/infer.h"

/* 1..9 with a kernel of 1..9 and stride 2; all values from OpenVINO. */
typedef struct {
  const char *auto_pad;
  gint64 output; /* asked for, or 0 */
  gint64 pad, output_padding;
  gint64 size; /* found */
  float values[49];
} Case;

static void
set_all (WeirNode *node, const char *attr, gint64 value)
{
  weir_node_set_ints (node, attr, (gint64[]){ value, value }, 2);
}

static WeirTensor *
square (gint64 size)
{
  WeirTensor *tensor = iota_f32 (&WEIR_SHAPE (1, 1, size, size));
  float *values = weir_tensor_writable (tensor);

  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    values[i] += 1;
  return tensor;
}

static void
check (const Case *c)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = square (3);
  g_autoptr (WeirTensor) sizes =
      ints (&WEIR_SHAPE (2), (gint64[]){ c->output, c->output });
  WeirTensor *inputs[] = { x, x, sizes };
  WeirNode *node = begin_op_constants (&builder, "ConvolutionBackpropData", inputs,
                                       c->output > 0 ? 3 : 2, 2, 0);
  g_autoptr (WeirTensor) y = NULL;

  set_all (node, "strides", 2);
  set_all (node, "dilations", 1);
  set_all (node, "pads_begin", c->pad);
  set_all (node, "pads_end", c->pad);
  set_all (node, "output_padding", c->output_padding);
  weir_node_set_string (node, "auto_pad", c->auto_pad);
  y = run_op (&builder, node, inputs, 0);
  assert_f32 (y, c->values, (gsize) (c->size * c->size));
}

static void
test_sizes (void)
{
  static const Case cases[] = {
    { "explicit", 0, 1, 0, 5, { 5,  14, 10, 24,  15, 16,  40, 26, 60, 36, 20, 44, 25,
                                54, 30, 46, 100, 56, 120, 66, 35, 74, 40, 84, 45 } },
    { "explicit", 0, 1, 1, 6, { 5,  14, 10, 24, 15, 18, 16, 40,  26, 60,  36, 45,
                                20, 44, 25, 54, 30, 36, 46, 100, 56, 120, 66, 81,
                                35, 74, 40, 84, 45, 54, 56, 119, 64, 135, 72, 81 } },
    { "same_upper", 0, 1, 0, 7, { 1,  2,  5,  4,  9,   6,   9,   4,   5,  14, 10, 24, 15,
                                  18, 11, 16, 40, 26,  60,  36,  45,  16, 20, 44, 25, 54,
                                  30, 36, 35, 46, 100, 56,  120, 66,  81, 28, 35, 74, 40,
                                  84, 45, 54, 49, 56,  119, 64,  135, 72, 81 } },
    { "explicit", 5, 0, 0, 5, { 1,  2,  5,  4,  9,  4,  5,  14, 10, 24,  11, 16, 40,
                                26, 60, 16, 20, 44, 25, 54, 35, 46, 100, 56, 120 } },
    { "same_upper",
      4,
      0,
      0,
      4,
      { 40, 26, 60, 36, 44, 25, 54, 30, 100, 56, 120, 66, 74, 40, 84, 45 } },
    { "same_lower",
      4,
      0,
      0,
      4,
      { 5, 14, 10, 24, 16, 40, 26, 60, 20, 44, 25, 54, 46, 100, 56, 120 } },
    { "same_upper", 6, 0, 0, 6, { 5,  14, 10, 24, 15, 18, 16, 40,  26, 60,  36, 45,
                                  20, 44, 25, 54, 30, 36, 46, 100, 56, 120, 66, 81,
                                  35, 74, 40, 84, 45, 54, 56, 119, 64, 135, 72, 81 } },
    { "same_lower", 6, 0, 1, 6, { 5,  14, 10, 24, 15, 18, 16, 40,  26, 60,  36, 45,
                                  20, 44, 25, 54, 30, 36, 46, 100, 56, 120, 66, 81,
                                  35, 74, 40, 84, 45, 54, 56, 119, 64, 135, 72, 81 } },
    { "valid", 4, 3, 0, 4, { 1, 2, 5, 4, 4, 5, 14, 10, 11, 16, 40, 26, 16, 20, 44, 25 } },
    { "explicit", 7, 1, 0, 7, { 5,  14, 10, 24, 15, 18, 0,  16, 40, 26,  60,  36,  45,
                                0,  20, 44, 25, 54, 30, 36, 0,  46, 100, 56,  120, 66,
                                81, 0,  35, 74, 40, 84, 45, 54, 0,  56,  119, 64,  135,
                                72, 81, 0,  0,  0,  0,  0,  0,  0,  0 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check (&cases[i]);
}

static WeirTensor *
run (const char *op, const WeirShape *x, const WeirShape *w, const gint64 *strides,
     gsize n)
{
  const gint64 ones[] = { 1, 1, 1 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) tx = iota_f32 (x);
  g_autoptr (WeirTensor) tw = iota_f32 (w);
  WeirTensor *inputs[] = { tx, tw };
  WeirNode *node = begin_op (&builder, op, inputs, 2);

  weir_node_set_ints (node, "strides", strides, n);
  weir_node_set_ints (node, "dilations", ones, n);
  return run_op (&builder, node, inputs, 0);
}

/* From OpenVINO: several channels, groups, one and three dimensions. */
static void
test_channels (void)
{
  const float line[] = { 12, 15, 16, 21, 20, 27, 18, 21, 26, 31, 34, 41 };
  const float grouped[] = { 0,  0,  1,  0,  4,   6,  4,  12, 9,
                            16, 40, 25, 48, 116, 70, 36, 84, 49 };
  const float space[] = { 0, 0, 0, 1, 0, 0, 2, 3, 0, 2, 0, 3, 4, 6, 6, 9 };
  g_autoptr (WeirTensor) y1 = run ("ConvolutionBackpropData", &WEIR_SHAPE (1, 2, 3),
                                   &WEIR_SHAPE (2, 2, 2), (gint64[]){ 2 }, 1);
  g_autoptr (WeirTensor) y2 =
      run ("GroupConvolutionBackpropData", &WEIR_SHAPE (1, 2, 2, 2),
           &WEIR_SHAPE (2, 1, 1, 2, 2), (gint64[]){ 1, 1 }, 2);
  g_autoptr (WeirTensor) y3 = run ("ConvolutionBackpropData", &WEIR_SHAPE (1, 1, 2, 1, 2),
                                   &WEIR_SHAPE (1, 1, 1, 2, 2), (gint64[]){ 1, 1, 2 }, 3);

  assert_f32 (y1, line, G_N_ELEMENTS (line));
  assert_f32 (y2, grouped, G_N_ELEMENTS (grouped));
  assert_shape (weir_tensor_shape (y3), "[1,1,2,2,4]");
  assert_f32 (y3, space, G_N_ELEMENTS (space));
}

static void
test_unknown (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x =
      weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 2, -1, 10));
  WeirPort w =
      weir_build_parameter (&builder, "w", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 8, 3, 3));
  WeirPort sizes = weir_build_parameter (&builder, "s", WEIR_DTYPE_I64, &WEIR_SHAPE (2));
  WeirNode *node =
      weir_build_begin (&builder, "ConvolutionBackpropData", "y", WEIR_INPUTS (x, w));
  WeirNode *asked = weir_build_begin (&builder, "ConvolutionBackpropData", "z",
                                      WEIR_INPUTS (x, w, sizes));

  set_all (node, "strides", 2);
  set_all (node, "dilations", 1);
  set_all (asked, "strides", 2);
  set_all (asked, "dilations", 1);
  assert_shape (weir_graph_shape (graph, weir_build_end (&builder, node)), "[?,8,?,21]");
  assert_shape (weir_graph_shape (graph, weir_build_end (&builder, asked)), "[?,8,?,?]");
}

static void
expect_error (const WeirShape *w, gint64 pad, gint64 sizes, const char *text)
{
  const gint64 wanted[] = { 5, 5, 5 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) tx = iota_f32 (&WEIR_SHAPE (1, 3, 2, 2));
  g_autoptr (WeirTensor) tw = iota_f32 (w);
  g_autoptr (WeirTensor) list = ints (&WEIR_SHAPE (sizes), wanted);
  WeirTensor *inputs[] = { tx, tw, list };
  WeirNode *node = begin_op_constants (&builder, "ConvolutionBackpropData", inputs,
                                       sizes > 0 ? 3 : 2, 2, 0);

  set_all (node, "strides", 1);
  set_all (node, "dilations", 1);
  set_all (node, "pads_begin", pad);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, text);
}

static void
test_errors (void)
{
  expect_error (&WEIR_SHAPE (2, 1, 3, 3), 0, 0,
                "weights expect 2 input channels, the input has 3");
  expect_error (&WEIR_SHAPE (3, 1, 3, 3), 5, 0,
                "pads cut off more than the 4 elements that there are");
  expect_error (&WEIR_SHAPE (3, 1, 3, 3), 0, 3,
                "output_shape must be 2 integers, found 3 of i64");
  expect_error (&WEIR_SHAPE (3, 1, 3), 0, 0, "needs weights of rank 4, found rank 3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/deconvolution/sizes", test_sizes);
  g_test_add_func ("/ops/deconvolution/channels", test_channels);
  g_test_add_func ("/ops/deconvolution/unknown", test_unknown);
  g_test_add_func ("/ops/deconvolution/errors", test_errors);
  return g_test_run ();
}
