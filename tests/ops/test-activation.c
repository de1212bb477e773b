#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#include <math.h>

#define N 8

static const float values[N] = { -6, -2.5f, -1, 0, 0.5f, 1, 3, 8 };

/* @p: parameters, as many as the operation has further inputs. */
static WeirTensor *
run (const char *op, const char *attr, double value, const float *p, guint n)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3] = { weir_tensor_new_f32 (&WEIR_SHAPE (N), values) };
  WeirTensor *result;
  WeirNode *node;

  for (guint i = 0; i < n; i++)
    inputs[i + 1] = weir_tensor_new_f32_scalar (p[i]);
  node = begin_op (&builder, op, inputs, n + 1);
  if (attr != NULL)
    weir_node_set_float (node, attr, value);
  result = run_op (&builder, node, inputs, 0);
  for (guint i = 0; i <= n; i++)
    weir_tensor_unref (inputs[i]);
  return result;
}

/* From OpenVINO's CPU device. */
static const struct {
  const char *op, *attr;
  double value;
  guint n;
  float p[2];
  float expected[N];
} rows[] = {
  { "Elu",
    "alpha",
    0.5,
    0,
    { 0 },
    { -0.49876061f, -0.45895749f, -0.31606025f, 0, 0.5f, 1, 3, 8 } },
  { "Selu",
    NULL,
    0,
    2,
    { 1.67f, 1.05f },
    { -1.7491534f, -1.6095638f, -1.1084234f, 0, 0.525f, 1.05f, 3.15f, 8.4f } },
  { "HardSigmoid", NULL, 0, 2, { 0.2f, 0.5f }, { 0, 0, 0.3f, 0.5f, 0.6f, 0.7f, 1, 1 } },
  { "HSigmoid",
    NULL,
    0,
    0,
    { 0 },
    { 0, 0.083333328f, 0.33333331f, 0.5f, 0.58333331f, 0.66666663f, 1, 1 } },
  { "HSwish",
    NULL,
    0,
    0,
    { 0 },
    { 0, -0.20833328f, -0.33333331f, 0, 0.29166666f, 0.66666669f, 3, 8 } },
  { "Mish",
    NULL,
    0,
    0,
    { 0 },
    { -0.014854044f, -0.19681624f, -0.30340153f, 0, 0.37524521f, 0.86509842f, 2.9865351f,
      7.9999981f } },
  { "Sigmoid",
    NULL,
    0,
    0,
    { 0 },
    { 0.0024726233f, 0.075858183f, 0.26894143f, 0.5f, 0.62245935f, 0.7310586f,
      0.95257413f, 0.99966466f } },
  { "SoftPlus",
    NULL,
    0,
    0,
    { 0 },
    { 0.0024757385f, 0.078889847f, 0.31326175f, 0.69314724f, 0.97407699f, 1.3132617f,
      3.0485873f, 8.0003357f } },
  { "SoftSign",
    NULL,
    0,
    0,
    { 0 },
    { -0.85714287f, -0.71428573f, -0.5f, 0, 0.33333334f, 0.5f, 0.75f, 0.8888889f } },
  { "Swish",
    NULL,
    0,
    0,
    { 0 },
    { -0.01483574f, -0.18964545f, -0.26894143f, 0, 0.31122968f, 0.7310586f, 2.8577223f,
      7.9973173f } },
  { "Swish",
    NULL,
    0,
    1,
    { 2 },
    { -3.6865044e-05f, -0.016732126f, -0.11920292f, 0, 0.3655293f, 0.88079709f,
      2.9925821f, 8 } },
  { "Relu", NULL, 0, 0, { 0 }, { 0, 0, 0, 0, 0.5f, 1, 3, 8 } },
  { "Gelu",
    NULL,
    0,
    0,
    { 0 },
    { 0, -0.015524179f, -0.15865526f, 0, 0.34573123f, 0.84134471f, 2.9959497f, 8 } },
};

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirTensor) y =
        run (rows[i].op, rows[i].attr, rows[i].value, rows[i].p, rows[i].n);

    g_test_message ("%s", rows[i].op);
    assert_f32 (y, rows[i].expected, N);
  }
}

static void
test_gelu_tanh (void)
{
  const float expected[N] = { 0,         -0.015084296f, -0.15880799f, 0,
                              0.345714f, 0.84119201f,   2.9963627f,   8 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (N), values);
  WeirNode *node = begin_op (&builder, "Gelu", &x, 1);
  g_autoptr (WeirTensor) y = NULL;

  weir_node_set_string (node, "approximation_mode", "TANH");
  y = run_op (&builder, node, &x, 0);
  assert_f32 (y, expected, N);
}

static WeirTensor *
run_clamp (WeirTensor *x, double low, double high)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirNode *node = begin_op (&builder, "Clamp", &x, 1);

  weir_node_set_float (node, "min", low);
  weir_node_set_float (node, "max", high);
  return run_op (&builder, node, &x, 0);
}

/* Bounds of integers round inwards, and no digit of a large one is lost. */
static void
test_clamp (void)
{
  const gint64 large[] = { -3, 1, 9007199254740993 };
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (N), values);
  g_autoptr (WeirTensor) y = run_clamp (x, -1, 1.5);
  g_autoptr (WeirTensor) i = ints (&WEIR_SHAPE (3), large);
  g_autoptr (WeirTensor) within = run_clamp (i, -1.5, 1e30);
  g_autoptr (WeirTensor) below = run_clamp (i, -1e30, 1.5);

  assert_f32 (y, (float[]){ -1, -1, -1, 0, 0.5f, 1, 1.5f, 1.5f }, N);
  assert_ints (within, (gint64[]){ -1, 1, 9007199254740993 }, 3);
  assert_ints (below, (gint64[]){ -3, 1, 1 }, 3);
}

static void
test_relu_integers (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = ints (&WEIR_SHAPE (2), (gint64[]){ -5, 9007199254740993 });
  WeirNode *node = begin_op (&builder, "Relu", &x, 1);
  g_autoptr (WeirTensor) y = run_op (&builder, node, &x, 0);

  assert_ints (y, (gint64[]){ 0, 9007199254740993 }, 2);
}

static WeirTensor *
run_prelu (const WeirShape *shape, const WeirShape *slopes)
{
  const float slope[] = { 10, 100, 1000 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new (WEIR_DTYPE_F32, shape, NULL);
  g_autoptr (WeirTensor) s = weir_tensor_new_f32 (slopes, slope);
  WeirTensor *inputs[] = { x, s };
  WeirNode *node = begin_op (&builder, "PRelu", inputs, 2);

  for (gsize i = 0; i < weir_tensor_count (x); i++)
    ((float *) weir_tensor_writable (x))[i] = i % 2 == 0 ? -1 : 1;
  return run_op (&builder, node, inputs, 0);
}

static void
test_prelu (void)
{
  g_autoptr (WeirTensor) channel = run_prelu (&WEIR_SHAPE (1, 2, 2), &WEIR_SHAPE (2));
  g_autoptr (WeirTensor) last = run_prelu (&WEIR_SHAPE (1, 2, 3), &WEIR_SHAPE (3));
  g_autoptr (WeirTensor) one = run_prelu (&WEIR_SHAPE (3), &WEIR_SHAPE (1));

  assert_f32 (channel, (float[]){ -10, 1, -100, 1 }, 4);
  assert_f32 (last, (float[]){ -10, 1, -1000, 1, -100, 1 }, 6);
  assert_f32 (one, (float[]){ -10, 1, -10 }, 3);
}

static void
expect_error (const char *op, const WeirShape *second, const char *text)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 4));
  g_autoptr (WeirTensor) p = iota_f32 (second);
  WeirTensor *inputs[] = { x, p };
  WeirNode *node = begin_op (&builder, op, inputs, 2);

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, text);
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1));
  WeirTensor *inputs[] = { x, NULL };
  WeirNode *node = begin_op (&builder, "Clamp", &x, 1);

  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT, "attribute 'min' is missing");
  weir_node_set_float (node, "min", 2);
  weir_node_set_float (node, "max", 1);
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT, "attribute 'min' is 2");
  expect_error ("Swish", &WEIR_SHAPE (2), "input 1 must hold one element");
  expect_error ("PRelu", &WEIR_SHAPE (3), "a slope of shape [3] does not fit");
  inputs[1] = weir_tensor_new_scalar (WEIR_DTYPE_F16, 1);
  node = begin_op (&builder, "PRelu", inputs, 2);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "a slope of f16 for an input of f32");
  weir_tensor_unref (inputs[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/activation/values", test_values);
  g_test_add_func ("/ops/activation/gelu-tanh", test_gelu_tanh);
  g_test_add_func ("/ops/activation/clamp", test_clamp);
  g_test_add_func ("/ops/activation/relu-integers", test_relu_integers);
  g_test_add_func ("/ops/activation/prelu", test_prelu);
  g_test_add_func ("/ops/activation/errors", test_errors);
  return g_test_run ();
}
