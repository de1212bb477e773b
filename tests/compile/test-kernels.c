#include "base/limits.h"
#include "cpu/tables.h"
#include "graphs.h"
#include "plans.h"

/* The kernels between convolutions, for every instruction set that this machine has: each
 * operation by itself on plain values, and between two convolutions on blocked ones, the
 * whole against the reference evaluators. */

typedef WeirPort (*Build) (WeirBuilder *b, WeirPort x);

static WeirPort
convolve (WeirBuilder *b, const char *name, WeirPort x, gint64 outputs)
{
  gint64 inputs = weir_graph_shape (b->graph, x)->dims[1];
  g_autofree char *weights = g_strconcat (name, "/weights", NULL);
  WeirPort w = weir_build_constant (
      b, weights, random_f32 (&WEIR_SHAPE (outputs, inputs, 1, 1), (guint32) outputs));
  WeirNode *node = weir_build_begin (b, "Convolution", name, WEIR_INPUTS (x, w));

  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  return weir_build_end (b, node);
}

static WeirPort
constant (WeirBuilder *b, const char *name, const WeirShape *shape)
{
  return weir_build_constant (b, name, random_f32 (shape, 5));
}

static WeirPort
pool (WeirBuilder *b, WeirPort x, const char *op, gint64 kernel, gint64 stride,
      gint64 pad)
{
  WeirNode *node = weir_build_begin (b, op, "pool", &x, 1);

  weir_node_set_ints (node, "kernel", (gint64[]){ kernel, kernel }, 2);
  weir_node_set_ints (node, "strides", (gint64[]){ stride, stride }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ pad, pad }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ pad, pad }, 2);
  if (weir_node_is (node, "AvgPool"))
    weir_node_set_bool (node, "exclude-pad", stride == 1);
  else
    weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  return weir_build_end (b, node);
}

static WeirPort
max_pool (WeirBuilder *b, WeirPort x)
{
  return pool (b, x, "MaxPool", 3, 2, 1);
}

static WeirPort
mean_pool (WeirBuilder *b, WeirPort x)
{
  return pool (b, pool (b, x, "AvgPool", 3, 1, 1), "AvgPool", 2, 2, 1);
}

static WeirPort
global_mean (WeirBuilder *b, WeirPort x)
{
  WeirPort axes = weir_build_i64 (b, "axes", (gint64[]){ 2, 3 }, 2);
  WeirNode *node = weir_build_begin (b, "ReduceMean", "mean", WEIR_INPUTS (x, axes));

  weir_node_set_bool (node, "keep_dims", TRUE);
  return weir_build_end (b, node);
}

/* Squeeze and excitation: a value a channel times the whole. */
static WeirPort
excite (WeirBuilder *b, WeirPort x)
{
  WeirPort gate = weir_build1 (b, "Sigmoid", "gate", global_mean (b, x));

  return weir_build2 (b, "Multiply", "excited", gate, x);
}

static WeirPort
arithmetic (WeirBuilder *b, WeirPort x)
{
  gint64 channels = weir_graph_shape (b->graph, x)->dims[1];
  WeirPort scale = constant (b, "scale", &WEIR_SHAPE (channels, 1, 1));
  WeirPort y = weir_build2 (b, "Multiply", "scaled", x, scale);

  y = weir_build2 (b, "Subtract", "less", scale, y);
  y = weir_build2 (b, "Maximum", "more", y, weir_build_scalar (b, "low", y, -0.25));
  y = weir_build2 (b, "Add", "sum", y, x);
  y = weir_build2 (b, "Divide", "half", y, weir_build_scalar (b, "two", y, 2));
  return weir_build2 (b, "Multiply", "square", y, y);
}

/* Broadcasts that only plain values can do. */
static WeirPort
odd_broadcast (WeirBuilder *b, WeirPort x)
{
  const WeirShape *s = weir_graph_shape (b->graph, x);
  WeirPort row = constant (b, "row", &WEIR_SHAPE (s->dims[3]));
  WeirPort plane = constant (b, "plane", &WEIR_SHAPE (s->dims[2], 1));

  return weir_build2 (b, "Minimum", "b", weir_build2 (b, "Add", "a", x, row), plane);
}

static WeirPort
functions (WeirBuilder *b, WeirPort x)
{
  static const char *const ops[] = { "Relu", "Sigmoid",  "Tanh",  "HSwish",   "Mish",
                                     "Abs",  "Negative", "Swish", "HSigmoid", "Exp" };
  WeirPort sum = x;

  for (guint i = 0; i < G_N_ELEMENTS (ops); i++)
    sum = weir_build2 (b, "Add", ops[i], sum, weir_build1 (b, ops[i], ops[i], x));
  return sum;
}

static WeirPort
square (WeirBuilder *b, WeirPort x)
{
  return weir_build2 (b, "Power", "square", x, weir_build_scalar (b, "two", x, 2));
}

static WeirPort
softmax_of (WeirBuilder *b, WeirPort x, gint64 axis)
{
  WeirNode *node = weir_build_begin (b, "Softmax", "softmax", &x, 1);

  weir_node_set_int (node, "axis", axis);
  return weir_build_end (b, node);
}

static WeirPort
softmax_channels (WeirBuilder *b, WeirPort x)
{
  return softmax_of (b, x, 1);
}

static WeirPort
softmax_rows (WeirBuilder *b, WeirPort x)
{
  return softmax_of (b, x, -1);
}

static WeirPort
product (WeirBuilder *b, WeirPort x)
{
  gint64 width = weir_graph_shape (b->graph, x)->dims[3];
  WeirPort w = constant (b, "w", &WEIR_SHAPE (41, width));
  WeirNode *node = weir_build_begin (b, "MatMul", "product", WEIR_INPUTS (x, w));
  WeirPort y;

  weir_node_set_bool (node, "transpose_b", TRUE);
  y = weir_build_end (b, node);
  y = weir_build2 (b, "Add", "bias", y, constant (b, "b", &WEIR_SHAPE (41)));
  y = weir_build1 (b, "Relu", "relu", y);
  node = weir_build_begin (b, "MatMul", "squared", WEIR_INPUTS (y, y));
  weir_node_set_bool (node, "transpose_b", TRUE);
  return weir_build_end (b, node);
}

static WeirPort
resize (WeirBuilder *b, WeirPort x, const char *mode, const char *transform,
        gint64 height, gint64 width)
{
  WeirPort sizes = weir_build_i64 (b, "sizes", (gint64[]){ height, width }, 2);
  WeirPort axes = weir_build_i64 (b, "axes", (gint64[]){ 2, 3 }, 2);
  const float ones[] = { 1, 1 };
  WeirPort scales =
      weir_build_constant (b, "scales", weir_tensor_new_f32 (&WEIR_SHAPE (2), ones));
  WeirNode *node =
      weir_build_begin (b, "Interpolate", "resize", WEIR_INPUTS (x, sizes, scales, axes));

  weir_node_set_string (node, "mode", mode);
  weir_node_set_string (node, "shape_calculation_mode", "sizes");
  weir_node_set_string (node, "coordinate_transformation_mode", transform);
  return weir_build_end (b, node);
}

static WeirPort
nearest (WeirBuilder *b, WeirPort x)
{
  x = resize (b, x, "nearest", "asymmetric", 14, 22);
  return resize (b, x, "nearest", "half_pixel", 9, 5);
}

static WeirPort
linear (WeirBuilder *b, WeirPort x)
{
  x = resize (b, x, "linear_onnx", "half_pixel", 13, 17);
  return resize (b, x, "linear_onnx", "align_corners", 6, 40);
}

static WeirPort
joined (WeirBuilder *b, WeirPort x)
{
  WeirPort y = convolve (b, "five", x, 5), z = convolve (b, "twenty", x, 20);
  WeirNode *node = weir_build_begin (b, "Concat", "joined", WEIR_INPUTS (y, z, x, y));

  weir_node_set_int (node, "axis", 1);
  return weir_build_end (b, node);
}

static WeirPort
transposed (WeirBuilder *b, WeirPort x)
{
  x = weir_build_transpose (b, "last", x, (gint64[]){ 0, 2, 3, 1 }, 4);
  x = weir_build1 (b, "Abs", "abs", x);
  x = weir_build_transpose (b, "first", x, (gint64[]){ 0, 3, 1, 2 }, 4);
  return weir_build_transpose (b, "other", x, (gint64[]){ 0, 1, 3, 2 }, 4);
}

/* Squares of every vector length, and what remains beside them. */
static WeirPort
turned (WeirBuilder *b, WeirPort x)
{
  gint64 channels = weir_graph_shape (b->graph, x)->dims[1];

  x = weir_build_reshape (b, "lines", x, (gint64[]){ 2, channels, 77 }, 3, FALSE);
  x = weir_build_transpose (b, "turn", x, (gint64[]){ 0, 2, 1 }, 3);
  x = weir_build1 (b, "Abs", "abs", x);
  return weir_build_transpose (b, "first", x, (gint64[]){ 1, 0, 2 }, 3);
}

static const struct {
  const char *name;
  Build build;
} cases[] = {
  { "max-pool", max_pool },
  { "mean-pool", mean_pool },
  { "global-mean", global_mean },
  { "excite", excite },
  { "arithmetic", arithmetic },
  { "odd-broadcast", odd_broadcast },
  { "functions", functions },
  { "square", square },
  { "softmax-channels", softmax_channels },
  { "softmax-rows", softmax_rows },
  { "product", product },
  { "nearest", nearest },
  { "linear", linear },
  { "joined", joined },
  { "transposed", transposed },
  { "turned", turned },
};

static WeirDevice
device_for (WeirIsa isa)
{
  const WeirKernelTable *table = weir_kernel_table (isa);
  WeirDevice device = *weir_cpu_device ();

  device.kernels = table->kernels;
  device.n_kernels = table->n_kernels;
  device.block = table->block;
  device.reorder = table->reorder;
  return device;
}

static void
check (WeirIsa isa, Build build, gint64 channels, gboolean blocked)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirDevice device = device_for (isa), *devices[] = { &device };
  WeirPort x =
      weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2, channels, 7, 11));

  if (blocked)
    x = convolve (&b, "before", x, channels);
  x = build (&b, x);
  if (blocked && weir_graph_shape (graph, x)->rank == 4)
    x = convolve (&b, "after", x, 9);
  weir_build_result (&b, "y", x);
  g_assert_no_error (b.error);
  check_plan (graph, devices, 1, 1, 1e-4);
  check_plan (graph, devices, 1, 3, 1e-4);
}

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  for (guint isa = WEIR_ISA_C; isa <= (guint) weir_features ()->isa; isa++) {
    g_test_message ("%s", weir_isa_name ((WeirIsa) isa));
    check ((WeirIsa) isa, cases[i].build, 19, FALSE);
    check ((WeirIsa) isa, cases[i].build, 19, TRUE);
    check ((WeirIsa) isa, cases[i].build, 32, TRUE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/compile/kernels/", cases[i].name, NULL);
    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
  }
  return g_test_run ();
}
