#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/infer.h"

#include <float.h>

/* A pool over 1..5; all values from OpenVINO, but for windows that see nothing, whose
 * mean is 0 here and NaN there. */
typedef struct {
  gint64 kernel, stride, pad;
  const char *auto_pad, *rounding;
  gsize n;
  float averages[4]; /* with the pads */
  float inside[4];   /* without */
  float largest[4];
} Case;

static WeirNode *
begin (WeirBuilder *builder, const char *op, WeirTensor *x, const Case *c)
{
  WeirNode *node = begin_op (builder, op, &x, 1);

  weir_node_set_ints (node, "kernel", &c->kernel, 1);
  weir_node_set_ints (node, "strides", &c->stride, 1);
  weir_node_set_ints (node, "pads_begin", &c->pad, 1);
  weir_node_set_ints (node, "pads_end", &c->pad, 1);
  weir_node_set_string (node, "auto_pad", c->auto_pad);
  weir_node_set_string (node, "rounding_type", c->rounding);
  return node;
}

static void
check (const Case *c)
{
  const float values[] = { 1, 2, 3, 4, 5 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (1, 1, 5), values);
  WeirNode *average = begin (&builder, "AvgPool", x, c);
  WeirNode *max = begin (&builder, "MaxPool", x, c);
  g_autoptr (WeirTensor) all = NULL;
  g_autoptr (WeirTensor) inside = NULL;
  g_autoptr (WeirTensor) largest = NULL;

  weir_node_set_ints (max, "dilations", (gint64[]){ 1 }, 1);
  weir_node_set_bool (average, "exclude-pad", FALSE);
  all = run_op (&builder, average, &x, 0);
  weir_node_set_bool (average, "exclude-pad", TRUE);
  inside = run_op (&builder, average, &x, 0);
  largest = run_op (&builder, max, &x, 0);
  assert_f32 (all, c->averages, c->n);
  assert_f32 (inside, c->inside, c->n);
  assert_f32 (largest, c->largest, c->n);
}

static const Case cases[] = {
  { 2, 2, 0, "explicit", "floor", 2, { 1.5f, 3.5f }, { 1.5f, 3.5f }, { 2, 4 } },
  { 3, 2, 1, "explicit", "floor", 3, { 1, 3, 3 }, { 1.5f, 3, 4.5f }, { 2, 4, 5 } },
  { 2, 3, 1, "explicit", "floor", 2, { 0.5f, 3.5f }, { 1, 3.5f }, { 1, 4 } },
  { 2, 2, 0, "explicit", "ceil", 3, { 1.5f, 3.5f, 5 }, { 1.5f, 3.5f, 5 }, { 2, 4, 5 } },
  { 2,
    3,
    1,
    "explicit",
    "ceil",
    3,
    { 0.5f, 3.5f, 0 },
    { 1, 3.5f, 0 },
    { 1, 4, -FLT_MAX } },
  { 4,
    2,
    1,
    "explicit",
    "ceil",
    3,
    { 1.5f, 3.5f, 2.25f },
    { 2, 3.5f, 4.5f },
    { 3, 5, 5 } },
  { 4,
    2,
    1,
    "explicit",
    "ceil_torch",
    3,
    { 1.5f, 3.5f, 3 },
    { 2, 3.5f, 4.5f },
    { 3, 5, 5 } },
  { 2, 3, 1, "explicit", "ceil_torch", 2, { 0.5f, 3.5f }, { 1, 3.5f }, { 1, 4 } },
  { 2,
    2,
    1,
    "explicit",
    "ceil_torch",
    3,
    { 0.5f, 2.5f, 4.5f },
    { 1, 2.5f, 4.5f },
    { 1, 3, 5 } },
  { 2,
    2,
    0,
    "same_upper",
    "floor",
    3,
    { 1.5f, 3.5f, 2.5f },
    { 1.5f, 3.5f, 5 },
    { 2, 4, 5 } },
  { 2,
    2,
    0,
    "same_lower",
    "floor",
    3,
    { 0.5f, 2.5f, 4.5f },
    { 1, 2.5f, 4.5f },
    { 1, 3, 5 } },
  { 2, 2, 7, "valid", "floor", 2, { 1.5f, 3.5f }, { 1.5f, 3.5f }, { 2, 4 } },
};

static void
test_line (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check (&cases[i]);
}

static const float picture[] = { 3, 1, 2, 9, 5, 6, 8, 7, 4, 0, 2, 1, 5, 5, 5, 5 };

static WeirNode *
begin_picture (WeirBuilder *builder, WeirTensor *x, gint64 axis)
{
  WeirNode *node = begin_op (builder, "MaxPool", &x, 1);

  weir_node_set_ints (node, "kernel", (gint64[]){ 2, 2 }, 2);
  weir_node_set_ints (node, "strides", (gint64[]){ 1, 2 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_int (node, "axis", axis);
  return node;
}

/* Indices count from the axis on; of equal elements the first one is meant. */
static void
test_indices (void)
{
  static const gint64 expected[4][4] = {
    { 5, 3, 12, 14 }, { 5, 3, 12, 14 }, { 5, 3, 4, 6 }, { 1, 3, 0, 2 }
  };

  for (gint64 axis = 0; axis < 4; axis++) {
    g_autoptr (WeirGraph) graph = weir_graph_new ();
    WeirBuilder builder = WEIR_BUILDER (graph);
    g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (1, 2, 2, 4), picture);
    WeirNode *node = begin_picture (&builder, x, axis);
    g_autoptr (WeirTensor) y = run_op (&builder, node, &x, 0);
    g_autoptr (WeirTensor) indices = run_op (&builder, node, &x, 1);

    assert_f32 (y, (float[]){ 6, 9, 5, 5 }, 4);
    g_assert_cmpint (weir_tensor_dtype (indices), ==, WEIR_DTYPE_I64);
    assert_ints (indices, expected[axis], 4);
  }
}

static void
test_dilated (void)
{
  const float largest[] = { 1, 3, 9, 2, 6, 8, 7, 8, 0, 4, 1, 2, 5, 5, 5, 5 };
  const gint64 where[] = { 1, 0, 3, 2, 5, 6, 7, 6, 9, 8, 11, 10, 13, 12, 13, 14 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (1, 2, 2, 4), picture);
  WeirNode *node = begin_op (&builder, "MaxPool", &x, 1);
  g_autoptr (WeirTensor) y = NULL;
  g_autoptr (WeirTensor) indices = NULL;

  weir_node_set_ints (node, "kernel", (gint64[]){ 1, 2 }, 2);
  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 2 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 0, 1 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 0, 1 }, 2);
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I32);
  y = run_op (&builder, node, &x, 0);
  indices = run_op (&builder, node, &x, 1);
  assert_f32 (y, largest, G_N_ELEMENTS (largest));
  assert_ints (indices, where, G_N_ELEMENTS (where));
}

/* The first version has one output, and neither dilations nor indices. */
static void
test_first_version (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 1, 4));
  WeirPort port =
      weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, weir_tensor_shape (x));
  WeirNode *node =
      weir_edit_add (graph, weir_op_find ("MaxPool"), 1, "y", &port, 1, 0, NULL);
  g_autoptr (WeirTensor) y = NULL;

  g_assert_cmpuint (node->n_outputs, ==, 1);
  weir_node_set_ints (node, "kernel", (gint64[]){ 2 }, 1);
  weir_node_set_ints (node, "strides", (gint64[]){ 2 }, 1);
  y = run_op (&builder, node, &x, 0);
  assert_f32 (y, (float[]){ 1, 3 }, 2);
}

static WeirTensor *
run_adaptive (const char *op, guint port)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (1, 2, 2, 4), picture);
  g_autoptr (WeirTensor) sizes = ints (&WEIR_SHAPE (2), (gint64[]){ 2, 3 });
  WeirTensor *inputs[] = { x, sizes };
  WeirNode *node = begin_op_constants (&builder, op, inputs, 2, 1, 0);

  return run_op (&builder, node, inputs, port);
}

static void
test_adaptive (void)
{
  const float averages[] = { 2, 1.5f, 5.5f, 5.5f, 7, 7.5f, 2, 1, 1.5f, 5, 5, 5 };
  const float largest[] = { 3, 2, 9, 6, 8, 8, 4, 2, 2, 5, 5, 5 };
  const gint64 where[] = { 0, 2, 3, 5, 6, 6, 0, 2, 2, 4, 5, 6 };
  g_autoptr (WeirTensor) average = run_adaptive ("AdaptiveAvgPool", 0);
  g_autoptr (WeirTensor) max = run_adaptive ("AdaptiveMaxPool", 0);
  g_autoptr (WeirTensor) indices = run_adaptive ("AdaptiveMaxPool", 1);

  assert_shape (weir_tensor_shape (average), "[1,2,2,3]");
  assert_f32 (average, averages, G_N_ELEMENTS (averages));
  assert_f32 (max, largest, G_N_ELEMENTS (largest));
  assert_ints (indices, where, G_N_ELEMENTS (where));
}

static void
test_unknown (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x =
      weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, -1, 10));
  WeirPort sizes = weir_build_parameter (&builder, "s", WEIR_DTYPE_I64, &WEIR_SHAPE (2));
  WeirPort fixed = weir_build_i64 (&builder, "f", (gint64[]){ 5, 6 }, 2);
  WeirPort open = weir_build2 (&builder, "AdaptiveAvgPool", "a", x, sizes);
  WeirPort closed = weir_build2 (&builder, "AdaptiveMaxPool", "b", x, fixed);
  WeirNode *node = weir_build_begin (&builder, "AvgPool", "y", WEIR_INPUTS (x));

  weir_node_set_ints (node, "kernel", (gint64[]){ 2, 2 }, 2);
  weir_node_set_ints (node, "strides", (gint64[]){ 2, 2 }, 2);
  weir_node_set_bool (node, "exclude-pad", TRUE);
  assert_shape (weir_graph_shape (graph, weir_build_end (&builder, node)), "[?,3,?,5]");
  assert_shape (weir_graph_shape (graph, open), "[?,3,?,?]");
  assert_shape (weir_graph_shape (graph, closed), "[?,3,5,6]");
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (1, 2, 2, 4), picture);
  g_autoptr (WeirTensor) sizes = ints (&WEIR_SHAPE (2), (gint64[]){ 2, 0 });
  WeirTensor *inputs[] = { x, sizes };
  WeirNode *node = begin_picture (&builder, x, 4);
  WeirNode *adaptive = begin_op_constants (&builder, "AdaptiveAvgPool", inputs, 2, 1, 0);

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, "axis 4 is out of range");
  weir_node_set_int (node, "axis", 0);
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_F32);
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT,
                      "expected i64 or i32, found f32");
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  weir_node_set_ints (node, "kernel", (gint64[]){ 2, 2, 2 }, 3);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, "a kernel of 3 dimensions");
  expect_infer_error (&builder, adaptive, WEIR_ERROR_SHAPE,
                      "dimension 1 is 0, expected at least 1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/pool/line", test_line);
  g_test_add_func ("/ops/pool/indices", test_indices);
  g_test_add_func ("/ops/pool/dilated", test_dilated);
  g_test_add_func ("/ops/pool/first-version", test_first_version);
  g_test_add_func ("/ops/pool/adaptive", test_adaptive);
  g_test_add_func ("/ops/pool/unknown", test_unknown);
  g_test_add_func ("/ops/pool/errors", test_errors);
  return g_test_run ();
}
