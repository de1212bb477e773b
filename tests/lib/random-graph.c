#include "random-graph.h"

#include "graphs.h"

#define SIDE  3
#define RANK  4
#define BOUND 4.0

typedef struct {
  WeirBuilder *b;
  GRand *rand;
  GArray *values; /* WeirPort */
  gboolean open_batch;
} Maker;

static int
number (Maker *m, int low, int high)
{
  return g_rand_int_range (m->rand, low, high);
}

static WeirPort
pick (Maker *m)
{
  return g_array_index (m->values, WeirPort, number (m, 0, (int) m->values->len));
}

static gint64
pick_axis (Maker *m)
{
  return number (m, m->open_batch ? 1 : 0, RANK);
}

static WeirPort
constant (Maker *m, const WeirShape *shape)
{
  return weir_build_constant (m->b, "k", random_f32 (shape, g_rand_int (m->rand)));
}

static WeirPort
scalar (Maker *m, WeirPort like, double value)
{
  return weir_build_scalar (m->b, "k", like, value);
}

static WeirPort
op1 (Maker *m, const char *op, WeirPort x)
{
  return weir_build1 (m->b, op, op, x);
}

static WeirPort
op2 (Maker *m, const char *op, WeirPort x, WeirPort y)
{
  return weir_build2 (m->b, op, op, x, y);
}

static WeirPort
axis_list (Maker *m, gint64 axis)
{
  return weir_build_i64 (m->b, "axes", &axis, 1);
}

static WeirPort
transpose (Maker *m)
{
  static const gint64 orders[][RANK] = {
    { 0, 3, 1, 2 }, { 0, 2, 3, 1 }, { 0, 3, 1, 2 },
    { 0, 2, 3, 1 }, { 0, 2, 1, 3 }, { 0, 1, 3, 2 },
  };

  return weir_build_transpose (m->b, "t", pick (m),
                               orders[number (m, 0, G_N_ELEMENTS (orders))], RANK);
}

static WeirPort
join_two (Maker *m)
{
  static const char *const ops[] = { "Add", "Subtract", "Multiply", "Maximum" };
  WeirPort y = op2 (m, ops[number (m, 0, G_N_ELEMENTS (ops))], pick (m), pick (m));

  return op1 (m, "Tanh", y);
}

/* With a constant of one element, one for each channel, or more. */
static WeirPort
scale (Maker *m)
{
  static const WeirShape shapes[] = {
    { 0, { 0 } },
    { 1, { SIDE } },
    { 3, { SIDE, 1, 1 } },
    { 3, { SIDE, 1, SIDE } },
    { 4, { 1, SIDE, 1, 1 } },
    { 4, { 1, SIDE, SIDE, SIDE } },
  };
  static const char *const ops[] = { "Add", "Multiply", "Multiply", "Subtract",
                                     "Divide" };
  const char *op = ops[number (m, 0, G_N_ELEMENTS (ops))];
  WeirPort k = constant (m, &shapes[number (m, 0, G_N_ELEMENTS (shapes))]);

  if (g_str_equal (op, "Divide"))
    k = op2 (m, "Add", op1 (m, "Abs", k), scalar (m, k, 0.5));
  return op2 (m, op, pick (m), k);
}

static WeirPort
convolution (Maker *m)
{
  gboolean depthwise = number (m, 0, 3) == 0, point = number (m, 0, 3) == 0;
  gint64 size = point ? 1 : SIDE, pad = point ? 0 : 1;
  const WeirShape shape = depthwise ? WEIR_SHAPE (SIDE, 1, 1, size, size)
                                    : WEIR_SHAPE (SIDE, SIDE, size, size);
  WeirNode *node =
      weir_build_begin (m->b, depthwise ? "GroupConvolution" : "Convolution",
                        "convolution", WEIR_INPUTS (pick (m), constant (m, &shape)));

  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ pad, pad }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ pad, pad }, 2);
  if (number (m, 0, 4) == 0)
    weir_node_set_string (node, "auto_pad", "same_lower");
  return weir_build_end (m->b, node);
}

static WeirPort
matmul (Maker *m)
{
  WeirPort w = number (m, 0, 3) == 0 ? pick (m) : constant (m, &WEIR_SHAPE (SIDE, SIDE));
  WeirNode *node = weir_build_begin (m->b, "MatMul", "matmul", WEIR_INPUTS (pick (m), w));

  weir_node_set_bool (node, "transpose_a", number (m, 0, 4) == 0);
  weir_node_set_bool (node, "transpose_b", g_rand_boolean (m->rand));
  return op1 (m, "Tanh", weir_build_end (m->b, node));
}

static WeirPort
pool (Maker *m)
{
  gboolean average = g_rand_boolean (m->rand);
  WeirPort x = pick (m);
  WeirNode *node =
      weir_build_begin (m->b, average ? "AvgPool" : "MaxPool", "pool", &x, 1);

  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "kernel", (gint64[]){ 3, 3 }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 1, 1 }, 2);
  if (average)
    weir_node_set_bool (node, "exclude-pad", g_rand_boolean (m->rand));
  else
    weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  return weir_build_end (m->b, node);
}

/* Two of the four sides of the picture, and a layer that takes the rim off again. */
static WeirPort
pad (Maker *m)
{
  static const char *const modes[] = { "constant", "constant", "edge", "reflect" };
  WeirPort begin = weir_build_i64 (m->b, "begin", (gint64[]){ 0, 0, 1, 0 }, RANK);
  WeirPort end = weir_build_i64 (m->b, "end", (gint64[]){ 0, 0, 1, 2 }, RANK);
  WeirNode *node =
      weir_build_begin (m->b, "Pad", "pad", WEIR_INPUTS (pick (m), begin, end));
  WeirPort w, x;

  weir_node_set_string (node, "pad_mode", modes[number (m, 0, G_N_ELEMENTS (modes))]);
  x = weir_build_end (m->b, node);
  w = constant (m, &WEIR_SHAPE (SIDE, SIDE, SIDE, SIDE));
  node = weir_build_begin (m->b, "Convolution", "convolution", WEIR_INPUTS (x, w));
  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_string (node, "auto_pad", "valid");
  return weir_build_end (m->b, node);
}

static WeirPort
batchnorm (Maker *m)
{
  const WeirShape *shape = &WEIR_SHAPE (SIDE);
  WeirPort k = constant (m, shape);
  WeirNode *node =
      weir_build_begin (m->b, "BatchNormInference", "norm",
                        WEIR_INPUTS (pick (m), constant (m, shape), constant (m, shape),
                                     constant (m, shape), op1 (m, "Abs", k)));

  if (node != NULL)
    node->version = 5;
  weir_node_set_float (node, "epsilon", 0.1);
  return weir_build_end (m->b, node);
}

static WeirPort
activation (Maker *m)
{
  static const char *const plain[] = { "Relu",     "Sigmoid", "HSwish", "Abs",
                                       "Negative", "Erf",     "Tanh",   "Mish" };
  WeirPort x = pick (m), y;

  switch (number (m, 0, 5)) {
  case 0:
    return op2 (m, "Multiply", x, op1 (m, "Sigmoid", x));
  case 1:
    y = op2 (m, "Minimum", op1 (m, "Relu", op2 (m, "Add", x, scalar (m, x, 3))),
             scalar (m, x, 6));
    return op2 (m, "Divide", op2 (m, "Multiply", y, x), scalar (m, x, 6));
  case 2:
    return op2 (m, "Maximum", x, op2 (m, "Multiply", x, scalar (m, x, 0.1)));
  case 3:
    return op2 (m, "PRelu", x, constant (m, &WEIR_SHAPE (SIDE)));
  default:
    return op1 (m, plain[number (m, 0, G_N_ELEMENTS (plain))], x);
  }
}

static WeirPort
softmax (Maker *m)
{
  WeirPort x = pick (m);
  WeirNode *node = weir_build_begin (m->b, "Softmax", "softmax", &x, 1);

  weir_node_set_int (node, "axis", pick_axis (m));
  return weir_build_end (m->b, node);
}

/* Twice as long in one dimension, and every second of it. */
static WeirPort
concat (Maker *m)
{
  gint64 axis = pick_axis (m);
  WeirNode *node =
      weir_build_begin (m->b, "Concat", "concat", WEIR_INPUTS (pick (m), pick (m)));
  WeirPort joined;

  weir_node_set_int (node, "axis", axis - RANK);
  joined = weir_build_end (m->b, node);
  return weir_build (m->b, "Slice", "slice",
                     WEIR_INPUTS (joined, axis_list (m, 1), axis_list (m, 6),
                                  axis_list (m, 2), axis_list (m, axis)));
}

static WeirPort
reduce (Maker *m, const char *op, WeirPort x, gint64 axis, gboolean keep)
{
  WeirNode *node =
      weir_build_begin (m->b, op, "reduce", WEIR_INPUTS (x, axis_list (m, axis)));

  weir_node_set_bool (node, "keep_dims", keep);
  return weir_build_end (m->b, node);
}

static WeirPort
mean (Maker *m)
{
  gboolean keep = g_rand_boolean (m->rand);
  WeirPort x = pick (m), y = reduce (m, "ReduceMean", x, pick_axis (m), keep);
  gint64 axis = pick_axis (m);

  if (!keep)
    y = weir_build_unsqueeze (m->b, "unsqueeze", y, &axis, 1);
  return op2 (m, "Subtract", x, y);
}

static WeirPort
layer_norm (Maker *m)
{
  gint64 axis = pick_axis (m);
  WeirPort x = pick (m);
  WeirPort d = op2 (m, "Subtract", x, reduce (m, "ReduceMean", x, axis, TRUE));
  WeirPort v = reduce (m, "ReduceMean", op2 (m, "Multiply", d, d), axis, TRUE);

  v = op2 (m, "Add", v, scalar (m, v, 0.1));
  return op2 (m, "Divide", d, op1 (m, "Sqrt", v));
}

static WeirPort
normalize (Maker *m)
{
  WeirPort x = pick (m);
  WeirPort s = reduce (m, "ReduceSum", op2 (m, "Multiply", x, x), pick_axis (m), TRUE);

  s = op2 (m, "Maximum", s, scalar (m, s, 0.1));
  return op2 (m, "Divide", x, op1 (m, "Sqrt", s));
}

static WeirPort
split (Maker *m)
{
  WeirPort axis = weir_build_i64_scalar (m->b, "axis", number (m, 1, RANK));
  WeirNode *node = weir_build_begin_outputs (m->b, "Split", "split",
                                             WEIR_INPUTS (pick (m), axis), SIDE);
  WeirPort first;

  weir_node_set_int (node, "num_splits", SIDE);
  first = weir_build_end (m->b, node);
  return op2 (m, "Add", pick (m), (WeirPort){ first.node, 2 });
}

static WeirPort
gather (Maker *m)
{
  gboolean one = g_rand_boolean (m->rand);
  gint64 axis = pick_axis (m);
  WeirPort index = one ? weir_build_i64_scalar (m->b, "i", 1)
                       : weir_build_i64 (m->b, "i", (gint64[]){ 2, 1, 0 }, SIDE);
  WeirPort y = weir_build (
      m->b, "Gather", "gather",
      WEIR_INPUTS (pick (m), index, weir_build_i64_scalar (m->b, "axis", axis)));

  if (!one)
    return y;
  axis = pick_axis (m);
  return op2 (m, "Add", pick (m), weir_build_unsqueeze (m->b, "unsqueeze", y, &axis, 1));
}

/* Two dimensions joined, and apart again: with a Transpose in between, or flattened. */
static WeirPort
reshape (Maker *m)
{
  gint64 joined[3] = { -1, SIDE, SIDE }, apart[RANK] = { -1, SIDE, SIDE, SIDE };
  WeirPort x = pick (m), w;

  if (number (m, 0, 3) == 0) {
    x = weir_build_reshape (m->b, "flat", x, (gint64[]){ 0, -1 }, 2, TRUE);
    w = constant (m, &WEIR_SHAPE (27, 27));
    x = op1 (m, "Tanh", op2 (m, "MatMul", x, w));
    return weir_build_reshape (m->b, "apart", x, apart, RANK, FALSE);
  }
  joined[number (m, 1, 3)] = SIDE * SIDE;
  x = op1 (m, "Abs", weir_build_reshape (m->b, "join", x, joined, 3, FALSE));
  if (g_rand_boolean (m->rand))
    x = weir_build_transpose (m->b, "t", x, (gint64[]){ 0, 2, 1 }, 3);
  return weir_build_reshape (m->b, "apart", x, apart, RANK, FALSE);
}

/* To the shape that it has, as the network finds out itself. */
static WeirPort
reshape_by_shape (Maker *m)
{
  WeirPort x = pick (m);
  WeirNode *node = weir_build_begin (m->b, "Reshape", "reshape",
                                     WEIR_INPUTS (x, op1 (m, "ShapeOf", pick (m))));

  weir_node_set_bool (node, "special_zero", FALSE);
  return weir_build_end (m->b, node);
}

static WeirPort
quantize (Maker *m)
{
  WeirPort x = pick (m);
  WeirPort low = constant (m, &WEIR_SHAPE (SIDE, 1, 1)), high;
  WeirNode *node;

  high = op2 (m, "Add", op1 (m, "Abs", low), scalar (m, x, 1));
  node = weir_build_begin (m->b, "FakeQuantize", "quantize",
                           WEIR_INPUTS (x, low, high, low, high));
  weir_node_set_int (node, "levels", 256);
  return weir_build_end (m->b, node);
}

static WeirPort (*const makers[]) (Maker *) = {
  transpose,   transpose,
  transpose,   join_two,
  scale,       scale,
  scale,       scale,
  convolution, convolution,
  matmul,      pool,
  pad,         batchnorm,
  batchnorm,   activation,
  activation,  softmax,
  concat,      mean,
  layer_norm,  normalize,
  split,       gather,
  reshape,     reshape_by_shape,
  quantize,
};

WeirGraph *
random_graph (guint32 seed, guint steps, gboolean open_batch)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (WeirPort));
  Maker m = { &b, rand, values, open_batch };
  WeirShape shape = WEIR_SHAPE (SIDE, SIDE, SIDE, SIDE);
  WeirPort x;

  if (open_batch)
    shape.dims[0] = WEIR_DIM_UNKNOWN;
  x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &shape);
  g_array_append_val (values, x);
  for (guint i = 0; i < steps; i++) {
    x = makers[number (&m, 0, G_N_ELEMENTS (makers))](&m);
    g_assert_no_error (b.error);
    g_array_append_val (values, x);
  }
  for (guint i = 0; i < 3; i++) {
    g_autofree char *name = g_strdup_printf ("y%u", i);
    weir_build_result (&b, name, i == 0 ? x : pick (&m));
  }
  g_assert_no_error (b.error);
  return graph;
}
