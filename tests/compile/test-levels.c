#include "base/limits.h"
#include "cpu/tables.h"
#include "graphs.h"
#include "ir/edit.h"
#include "plans.h"

#include <math.h>

/* Quantized layers in the form that the passes leave them in, on the kernels for bytes of
 * every instruction set that this machine has, against the reference evaluators, which
 * compute whole numbers in float: every byte must be the same. Only behind functions such
 * as Swish, which kernels compute to the last bit or two, may a few be the next one. */
#define MOST_OTHERS 0.002

/** Layer: sizes of a convolution; @low: the lowest level of its input. */
typedef struct {
  gint64 groups, channels, outputs, height, width;
  gint64 kernel[2], stride[2], dilation[2], pads[4];
  int low;
} Layer;

static const Layer layers[] = {
  /* one by one */
  { 1, 16, 16, 7, 7, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 }, 0 },
  { 1, 19, 67, 9, 6, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 }, -128 },
  { 1, 300, 20, 3, 3, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 }, -3 },
  { 1, 33, 130, 4, 4, { 1, 1 }, { 2, 2 }, { 1, 1 }, { 0 }, -77 },
  /* windows; zeros around them are not byte 0 */
  { 1, 16, 32, 14, 14, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 }, -128 },
  { 1, 17, 30, 11, 10, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 0, 1, 2 }, -100 },
  { 1, 20, 9, 15, 15, { 3, 3 }, { 1, 1 }, { 2, 2 }, { 2, 2, 2, 2 }, 0 },
  { 1, 9, 18, 10, 12, { 5, 2 }, { 1, 3 }, { 1, 1 }, { 3, 0, 1, 2 }, -255 },
  { 1, 40, 50, 30, 31, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 }, -7 },
  /* first layers */
  { 1, 3, 20, 23, 19, { 7, 7 }, { 2, 2 }, { 1, 1 }, { 3, 3, 3, 3 }, -114 },
  { 1, 1, 8, 12, 15, { 5, 5 }, { 1, 1 }, { 1, 1 }, { 2, 2, 2, 2 }, 0 },
  { 1, 4, 33, 11, 8, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 0, 0, 1, 1 }, -128 },
  /* depthwise */
  { 32, 32, 32, 14, 14, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 }, -128 },
  { 19, 19, 19, 13, 10, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 }, -50 },
  { 24, 24, 24, 12, 12, { 5, 5 }, { 1, 1 }, { 1, 1 }, { 2, 2, 2, 2 }, 0 },
  { 16, 16, 16, 11, 9, { 5, 5 }, { 2, 2 }, { 1, 1 }, { 1, 2, 2, 1 }, -9 },
  { 10, 10, 10, 9, 9, { 3, 3 }, { 1, 1 }, { 2, 2 }, { 2, 2, 2, 2 }, -1 },
  { 7, 7, 7, 16, 5, { 7, 1 }, { 1, 1 }, { 1, 1 }, { 3, 0, 3, 0 }, -128 },
};

/* @levels of @step each, from @low on: as whole numbers, or as what they stand for. */
static WeirPort
round_to (WeirBuilder *b, const char *name, WeirPort x, int low, int levels, double step,
          gboolean whole)
{
  double high = low + levels - 1, out = whole ? 1 : step;
  WeirNode *node =
      weir_build_begin (b, "FakeQuantize", name,
                        WEIR_INPUTS (x, weir_build_scalar (b, "in-low", x, low * step),
                                     weir_build_scalar (b, "in-high", x, high * step),
                                     weir_build_scalar (b, "out-low", x, low * out),
                                     weir_build_scalar (b, "out-high", x, high * out)));

  weir_node_set_int (node, "levels", levels);
  return weir_build_end (b, node);
}

static WeirTensor *
whole_weights (const WeirShape *shape)
{
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, shape, NULL);
  guint32 seed = 1;

  for (gsize i = 0; i < weir_tensor_count (tensor); i++) {
    seed = seed * 1664525 + 1013904223;
    ((float *) weir_tensor_writable (tensor))[i] = (float) ((int) (seed >> 24) - 128);
  }
  return tensor;
}

/* One number a channel. */
static WeirPort
a_channel (WeirBuilder *b, const char *name, gint64 channels, double first, double step)
{
  WeirTensor *tensor =
      weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, channels, 1, 1), NULL);

  for (gint64 i = 0; i < channels; i++)
    ((float *) weir_tensor_writable (tensor))[i] =
        (float) (first + (double) (i % 7) * step);
  return weir_build_constant (b, name, tensor);
}

/* Whole sums of levels, what they are worth, and a bias. */
static WeirPort
layer_of (WeirBuilder *b, const char *name, WeirPort x, const Layer *c)
{
  gint64 inputs = c->channels / c->groups, outputs = c->outputs / c->groups;
  double sum = 74.0 * 90 * sqrt ((double) (inputs * c->kernel[0] * c->kernel[1]));
  g_autofree char *scale = g_strconcat (name, "/scale", NULL);
  g_autofree char *bias = g_strconcat (name, "/bias", NULL);
  const WeirShape shape =
      c->groups == 1
          ? WEIR_SHAPE (outputs, inputs, c->kernel[0], c->kernel[1])
          : WEIR_SHAPE (c->groups, outputs, inputs, c->kernel[0], c->kernel[1]);
  WeirPort w = weir_build_constant (b, "weights", whole_weights (&shape)), y;
  WeirNode *node = weir_build_begin (
      b, c->groups == 1 ? "Convolution" : "GroupConvolution", name, WEIR_INPUTS (x, w));

  weir_node_set_ints (node, "strides", c->stride, 2);
  weir_node_set_ints (node, "dilations", c->dilation, 2);
  weir_node_set_ints (node, "pads_begin", c->pads, 2);
  weir_node_set_ints (node, "pads_end", c->pads + 2, 2);
  weir_edit_set_exact (node);
  y = weir_build_end (b, node);
  y = weir_build2 (b, "Multiply", scale, y,
                   a_channel (b, "worth", c->outputs, 1 / sum, 0.1 / sum));
  return weir_build2 (b, "Add", bias, y,
                      a_channel (b, "numbers", c->outputs, -0.2, 0.09));
}

static const Layer plain_layer = {
  1, 24, 24, 9, 10, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 }, -31
};
static const Layer small_layer = { 1,        24,       24,       9,     10,
                                   { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 }, -31 };

static WeirPort
input_levels (WeirBuilder *b, WeirPort x, const Layer *c)
{
  return round_to (b, "x/levels", x, c->low, 256, 2.0 / 200, TRUE);
}

static void
assert_close_levels (const WeirTensor *got, const WeirTensor *expected, double step)
{
  gsize n = weir_tensor_count (expected), others = 0;

  for (gsize i = 0; i < n; i++) {
    double off = fabs (weir_tensor_get (got, i) - weir_tensor_get (expected, i)) / step;

    others += off > 1e-3;
    g_assert_cmpfloat (off, <, 1.001);
  }
  g_assert_cmpfloat ((double) others, <=, MOST_OTHERS * (double) n);
}

static void
assert_equal_levels (const WeirTensor *got, const WeirTensor *expected, double step)
{
  for (gsize i = 0; i < weir_tensor_count (expected); i++)
    g_assert_cmpfloat (fabs (weir_tensor_get (got, i) - weir_tensor_get (expected, i)), <,
                       step * 1e-3);
}

static void
check_on_all (WeirGraph *graph, const char *kernel, CompareTensors compare, double step)
{
  for (guint isa = WEIR_ISA_C; isa <= (guint) weir_features ()->isa; isa++) {
    const WeirKernelTable *table = weir_kernel_table ((WeirIsa) isa);
    WeirDevice device = *weir_cpu_device ();
    WeirDevice *devices[] = { &device };
    WeirPlan *plan;

    g_test_message ("%s", weir_isa_name ((WeirIsa) isa));
    device.kernels = table->kernels;
    device.n_kernels = table->n_kernels;
    device.block = table->block;
    device.reorder = table->reorder;
    plan = compile_graph (graph, devices, 1);
    g_assert_cmpuint (count_steps (plan, kernel), >, 0);
    g_assert_cmpuint (count_steps (plan, "reference"), ==, 0);
    weir_plan_free (plan);
    check_plan_by (graph, devices, 1, 1, compare, step);
    check_plan_by (graph, devices, 1, 3, compare, step);
  }
}

static void
test_layer (gconstpointer data)
{
  const Layer *c = &layers[GPOINTER_TO_UINT (data)];
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32,
                                     &WEIR_SHAPE (1, c->channels, c->height, c->width));

  x = layer_of (&b, "layer", input_levels (&b, x, c), c);
  x = round_to (&b, "y/levels", x, -100, 256, 2.0 / 100, FALSE);
  weir_build_result (&b, "y", x);
  g_assert_no_error (b.error);
  check_on_all (graph, "conv-bytes", assert_equal_levels, 2.0 / 100);
}

typedef WeirPort (*Build) (WeirBuilder *b, WeirPort x);

/* The sums themselves, and what is added to them, in float. */
static WeirPort
float_output (WeirBuilder *b, WeirPort x)
{
  return weir_build1 (b, "Swish", "swish", layer_of (b, "layer", x, &plain_layer));
}

/* An activation between two roundings: a table. */
static WeirPort
rounded_activation (WeirBuilder *b, WeirPort x)
{
  WeirPort y = layer_of (b, "layer", x, &plain_layer);

  y = round_to (b, "inner", y, -100, 256, 2.0 / 100, FALSE);
  y = weir_build1 (b, "Swish", "swish", y);
  y = layer_of (b, "next", round_to (b, "last", y, -31, 256, 1.0 / 100, TRUE),
                &small_layer);
  return round_to (b, "end", y, -128, 256, 1.0 / 100, FALSE);
}

/* The same without a rounding before it. */
static WeirPort
activation (WeirBuilder *b, WeirPort x)
{
  WeirPort y = layer_of (b, "layer", x, &plain_layer);

  y = weir_build1 (b, "Relu", "relu", y);
  y = round_to (b, "last", y, 0, 200, 1.0 / 100, TRUE);
  y = weir_build1 (b, "HSwish", "hswish", layer_of (b, "next", y, &small_layer));
  return round_to (b, "end", y, -20, 256, 1.0 / 100, FALSE);
}

/* Both operands of a sum are rounded, as is the sum; one of them is read by a layer, too.
 * The steps have no common measure, or every fourth sum would lie half-way. */
static WeirPort
residual (WeirBuilder *b, WeirPort x)
{
  WeirPort y = layer_of (b, "layer", x, &plain_layer), z;

  y = round_to (b, "y/levels", y, -90, 256, 0.0213, TRUE);
  z = layer_of (b, "next", y, &small_layer);
  z = round_to (b, "inner", z, -128, 256, 0.0307, FALSE);
  y = weir_build2 (b, "Multiply", "worth", y, weir_build_scalar (b, "step", y, 0.0213));
  z = weir_build1 (b, "Relu", "relu", weir_build2 (b, "Add", "sum", y, z));
  return round_to (b, "end", z, 0, 256, 0.0411, FALSE);
}

/* A residual in float, and nothing rounded before it. */
static WeirPort
float_residual (WeirBuilder *b, WeirPort x)
{
  WeirPort y = layer_of (b, "layer", x, &plain_layer);
  WeirPort z = weir_build1 (b, "Tanh", "tanh", layer_of (b, "next", x, &small_layer));

  z = weir_build2 (b, "Add", "sum", y, z);
  return round_to (b, "end", z, -128, 256, 3.0 / 100, FALSE);
}

/* What several layers gave, side by side, and pooled. */
static WeirPort
movement (WeirBuilder *b, WeirPort x)
{
  WeirPort y =
      round_to (b, "a", layer_of (b, "la", x, &plain_layer), -31, 256, 0.02, TRUE);
  WeirPort z =
      round_to (b, "b", layer_of (b, "lb", x, &small_layer), -31, 256, 0.02, TRUE);
  WeirNode *node = weir_build_begin (b, "Concat", "concat", WEIR_INPUTS (y, z));
  const Layer wide = { 1, 48, 10, 9, 10, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 }, -31 };

  weir_node_set_int (node, "axis", 1);
  y = weir_build_end (b, node);
  node = weir_build_begin (b, "MaxPool", "pool", &y, 1);
  weir_node_set_ints (node, "kernel", (gint64[]){ 3, 3 }, 2);
  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 1, 1 }, 2);
  y = layer_of (b, "layer", weir_build_end (b, node), &wide);
  return round_to (b, "end", y, -128, 256, 1.0 / 50, FALSE);
}

static const struct {
  const char *name;
  Build build;
  CompareTensors compare;
  double step;
} cases[] = {
  { "float-output", float_output, assert_close_levels, 1e-2 },
  { "rounded-activation", rounded_activation, assert_close_levels, 1.0 / 100 },
  { "activation", activation, assert_close_levels, 1.0 / 100 },
  { "residual", residual, assert_equal_levels, 0.0411 },
  { "float-residual", float_residual, assert_close_levels, 3.0 / 100 },
  { "movement", movement, assert_equal_levels, 1.0 / 50 },
};

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32,
                                     &WEIR_SHAPE (2, plain_layer.channels, 9, 10));

  weir_build_result (&b, "y", cases[i].build (&b, input_levels (&b, x, &plain_layer)));
  g_assert_no_error (b.error);
  check_on_all (graph, "conv-bytes", cases[i].compare, cases[i].step);
}

/* One range for all, or one a channel, of floats in any layout. */
static WeirPort
fake_quantize (WeirBuilder *b, WeirPort x, gboolean channels)
{
  gint64 n = weir_graph_shape (b->graph, x)->dims[1];
  WeirPort low = channels ? a_channel (b, "low", n, -0.9, 0.1)
                          : weir_build_scalar (b, "low", x, -0.7);
  WeirPort high = channels ? a_channel (b, "high", n, 0.3, 0.2)
                           : weir_build_scalar (b, "high", x, 0.9);
  WeirNode *node = weir_build_begin (b, "FakeQuantize", "rounded",
                                     WEIR_INPUTS (x, low, high, high, low));

  weir_node_set_int (node, "levels", 37);
  return weir_build_end (b, node);
}

/* A pool of single elements, which wants blocks. */
static WeirPort
pool (WeirBuilder *b, WeirPort x)
{
  WeirNode *node = weir_build_begin (b, "MaxPool", "pool", &x, 1);

  weir_node_set_ints (node, "kernel", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  return weir_build_end (b, node);
}

static void
test_floats (gconstpointer data)
{
  gboolean channels = GPOINTER_TO_INT (data) & 1, blocked = GPOINTER_TO_INT (data) & 2;
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 21, 5, 7));

  x = fake_quantize (&b, blocked ? pool (&b, x) : x, channels);
  weir_build_result (&b, "y", blocked ? pool (&b, x) : x);
  g_assert_no_error (b.error);
  check_on_all (graph, "quantize", assert_equal_levels, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (layers); i++) {
    g_autofree char *path = g_strdup_printf ("/compile/levels/layer/%u", i);
    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_layer);
  }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/compile/levels/", cases[i].name, NULL);
    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
  }
  g_test_add_data_func ("/compile/levels/floats", GINT_TO_POINTER (0), test_floats);
  g_test_add_data_func ("/compile/levels/floats/channels", GINT_TO_POINTER (1),
                        test_floats);
  g_test_add_data_func ("/compile/levels/floats/blocked", GINT_TO_POINTER (2),
                        test_floats);
  g_test_add_data_func ("/compile/levels/floats/blocked-channels", GINT_TO_POINTER (3),
                        test_floats);
  return g_test_run ();
}
