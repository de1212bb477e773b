#include "compare.h"
#include "graphs.h"
#include "harness.h"
#include "ir/infer.h"

#include <math.h>

/* Every convolution kernel of every instruction set that this machine has, against the
 * reference evaluators. */

/** Case: sizes of a convolution; pads are top, left, bottom, right; @extra is the
 * output_padding of a transposed one. */
typedef struct {
  gint64 batch, groups, channels, outputs, height, width;
  gint64 kernel[2], stride[2], dilation[2], pads[4];
  gboolean transposed;
  gint64 extra[2];
} Case;

static const Case cases[] = {
  /* one by one: full and broken blocks, many and few pixels */
  { 1, 1, 16, 16, 7, 7, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 } },
  { 1, 1, 24, 40, 5, 13, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 } },
  { 2, 1, 19, 67, 9, 6, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 } },
  { 1, 1, 5, 3, 1, 1, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 } },
  { 1, 1, 33, 130, 4, 4, { 1, 1 }, { 2, 2 }, { 1, 1 }, { 0 } },
  { 1, 1, 300, 20, 3, 3, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 } },
  /* three by three */
  { 1, 1, 16, 32, 14, 14, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 2, 1, 17, 30, 11, 10, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 1, 1, 32, 48, 13, 9, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 1, 1, 20, 16, 9, 17, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 0, 0, 1, 1 } },
  { 1, 1, 12, 9, 15, 15, { 3, 3 }, { 1, 1 }, { 2, 2 }, { 2, 2, 2, 2 } },
  { 1, 1, 40, 24, 30, 21, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 0, 1, 2, 0 } },
  { 1, 1, 8, 8, 24, 24, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 1, 1, 16, 70, 6, 5, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 2, 1, 36, 36, 2, 3, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  /* rows as long as register tiles are wide; two and three blocks of outputs */
  { 1, 1, 32, 80, 5, 28, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 } },
  { 1, 1, 20, 48, 4, 27, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 1, 1, 32, 100, 20, 20, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 1, 1, 17, 24, 6, 26, { 1, 1 }, { 2, 2 }, { 1, 1 }, { 0 } },
  /* so many channels that they are taken in parts */
  { 1, 1, 1300, 10, 3, 3, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 1, 1, 256, 20, 12, 12, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  /* other windows, pads that differ, pads wider than the window, crops */
  { 1, 1, 9, 18, 10, 12, { 5, 2 }, { 1, 3 }, { 1, 1 }, { 3, 0, 1, 2 } },
  { 1, 1, 10, 6, 7, 8, { 1, 5 }, { 1, 1 }, { 1, 1 }, { 0, 2, 0, 2 } },
  { 1, 1, 6, 5, 6, 6, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 5, 4, 4, 5 } },
  { 1, 1, 6, 5, 12, 12, { 3, 3 }, { 1, 1 }, { 1, 1 }, { -1, -2, -1, 1 } },
  { 1, 1, 4, 7, 9, 9, { 2, 2 }, { 3, 3 }, { 3, 2 }, { 0 } },
  /* first layers */
  { 1, 1, 3, 16, 20, 22, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 2, 1, 3, 20, 23, 19, { 7, 7 }, { 2, 2 }, { 1, 1 }, { 3, 3, 3, 3 } },
  { 1, 1, 1, 8, 12, 15, { 5, 5 }, { 1, 1 }, { 1, 1 }, { 2, 2, 2, 2 } },
  { 1, 1, 4, 33, 11, 8, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 0, 0, 1, 1 } },
  { 1, 1, 2, 12, 9, 14, { 3, 3 }, { 1, 1 }, { 2, 2 }, { 2, 2, 2, 2 } },
  { 1, 1, 3, 10, 8, 8, { 2, 3 }, { 2, 1 }, { 1, 1 }, { -1, 0, 0, 1 } },
  /* depthwise */
  { 1, 32, 32, 32, 14, 14, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 2, 19, 19, 19, 13, 10, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 1, 24, 24, 24, 12, 12, { 5, 5 }, { 1, 1 }, { 1, 1 }, { 2, 2, 2, 2 } },
  { 1, 16, 16, 16, 11, 9, { 5, 5 }, { 2, 2 }, { 1, 1 }, { 1, 2, 2, 1 } },
  { 1, 10, 10, 10, 9, 9, { 3, 3 }, { 1, 1 }, { 2, 2 }, { 2, 2, 2, 2 } },
  { 1, 7, 7, 7, 16, 5, { 7, 1 }, { 1, 1 }, { 1, 1 }, { 3, 0, 3, 0 } },
  { 1, 40, 40, 40, 5, 6, { 4, 4 }, { 3, 3 }, { 1, 1 }, { 0 } },
  { 1, 6, 6, 6, 3, 3, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  /* groups: whole blocks, parts of blocks, across blocks, several outputs a channel */
  { 1, 2, 32, 64, 6, 7, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 1, 8, 32, 32, 8, 5, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  { 2, 3, 30, 45, 6, 6, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 } },
  { 1, 9, 9, 18, 7, 7, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 } },
  /* transposed: phases of one tap, of none, of different numbers */
  { 1, 1, 20, 36, 5, 6, { 2, 2 }, { 2, 2 }, { 1, 1 }, { 0 }, TRUE },
  { 2, 1, 16, 19, 6, 5, { 4, 4 }, { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 }, TRUE },
  { 1, 1, 9, 8, 7, 4, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 }, TRUE, { 1, 1 } },
  { 1, 1, 33, 17, 4, 4, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 }, TRUE },
  { 1, 1, 6, 7, 3, 5, { 1, 1 }, { 2, 3 }, { 1, 1 }, { 0 }, TRUE },
  { 1, 1, 8, 5, 4, 3, { 5, 4 }, { 3, 2 }, { 2, 3 }, { 2, 0, 1, 3 }, TRUE, { 2, 1 } },
  { 1, 12, 12, 12, 5, 5, { 4, 4 }, { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 }, TRUE },
  { 1, 3, 18, 24, 4, 5, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 0, 1, 1, 0 }, TRUE },
};

typedef struct {
  WeirActivation before, after;
  gboolean bias, residual;
  guint threads, gap;
  gboolean at_end;
} Extras;

static const Extras extras[] = {
  { .threads = 1, .at_end = TRUE },
  { .threads = 1, .bias = TRUE },
  { .threads = 2, .bias = TRUE, .gap = 1, .at_end = TRUE, .after = { WEIR_ACT_RELU } },
  { .threads = 3, .bias = TRUE, .residual = TRUE, .gap = 2, .after = { WEIR_ACT_RELU } },
  { .threads = 1, .residual = TRUE, .at_end = TRUE, .before = { WEIR_ACT_CLAMP, -1, 2 } },
  { .threads = 2, .bias = TRUE, .residual = TRUE, .before = { WEIR_ACT_SWISH, 1 } },
};

static const Extras activations[] = {
  { .after = { WEIR_ACT_LEAKY, 0.1f } },
  { .after = { WEIR_ACT_CLAMP, 0, 6 } },
  { .after = { WEIR_ACT_SIGMOID } },
  { .after = { WEIR_ACT_TANH } },
  { .after = { WEIR_ACT_SWISH, 1 } },
  { .after = { WEIR_ACT_HSWISH } },
  { .after = { WEIR_ACT_HSIGMOID, 0.2f, 0.5f } },
  { .after = { WEIR_ACT_ELU, 0.7f } },
  { .after = { WEIR_ACT_GELU } },
  { .after = { WEIR_ACT_MISH } },
  { .after = { WEIR_ACT_PRELU }, .residual = TRUE },
  { .before = { WEIR_ACT_PRELU }, .after = { WEIR_ACT_CLAMP, -0.5f, 0.5f } },
  { .before = { WEIR_ACT_RELU }, .after = { WEIR_ACT_CLAMP, -0.5f, 0.5f } },
  { .before = { WEIR_ACT_TANH }, .after = { WEIR_ACT_MISH }, .residual = TRUE },
};

typedef struct {
  WeirGraph *graph;
  WeirTensor *inputs[2];
  WeirTensor *bias, *residual, *slopes;
  KernelCase kernel;
} Made;

static void
set_window (WeirNode *node, const Case *c)
{
  weir_node_set_ints (node, "strides", c->stride, 2);
  weir_node_set_ints (node, "dilations", c->dilation, 2);
  weir_node_set_ints (node, "pads_begin", c->pads, 2);
  weir_node_set_ints (node, "pads_end", c->pads + 2, 2);
  if (c->transposed)
    weir_node_set_ints (node, "output_padding", c->extra, 2);
}

static const char *
op_of (const Case *c)
{
  if (c->transposed)
    return c->groups > 1 ? "GroupConvolutionBackpropData" : "ConvolutionBackpropData";
  return c->groups > 1 ? "GroupConvolution" : "Convolution";
}

/* Filters are [outputs, channels, …], transposed ones the other way round. */
static WeirShape
filter_shape (const Case *c)
{
  gint64 outer = c->transposed ? c->channels : c->outputs;
  gint64 inner = c->transposed ? c->outputs : c->channels;

  if (c->groups == 1)
    return WEIR_SHAPE (outer, inner, c->kernel[0], c->kernel[1]);
  return WEIR_SHAPE (c->groups, outer / c->groups, inner / c->groups, c->kernel[0],
                     c->kernel[1]);
}

/* Weights of such a size that sums of @terms products are about 1. */
static WeirTensor *
random_weights (const WeirShape *shape, gint64 terms)
{
  WeirTensor *tensor = random_f32 (shape, 2);
  float *values = weir_tensor_writable (tensor);

  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    values[i] *= 2 / sqrtf ((float) terms);
  return tensor;
}

static void
make (Made *made, const Case *c)
{
  WeirShape x = WEIR_SHAPE (c->batch, c->channels, c->height, c->width);
  WeirShape w = filter_shape (c);
  WeirShape line = WEIR_SHAPE (c->outputs);
  WeirBuilder builder = WEIR_BUILDER (weir_graph_new ());
  GError *error = NULL;
  WeirNode *node;

  made->graph = builder.graph;
  made->inputs[0] = random_f32 (&x, 1);
  made->inputs[1] =
      random_weights (&w, c->channels / c->groups * c->kernel[0] * c->kernel[1]);
  made->bias = random_f32 (&line, 3);
  made->slopes = random_f32 (&line, 4);
  node = begin_op_constants (&builder, op_of (c), made->inputs, 2, 1, 1);
  set_window (node, c);
  weir_node_infer (builder.graph, node, &error);
  g_assert_no_error (error);
  made->residual = random_f32 (&node->outputs[0].info.shape, 5);
  made->kernel =
      (KernelCase){ .graph = made->graph, .node = node, .inputs = made->inputs };
}

static void
made_clear (Made *made)
{
  weir_tensor_unref (made->inputs[0]);
  weir_tensor_unref (made->inputs[1]);
  weir_tensor_unref (made->bias);
  weir_tensor_unref (made->residual);
  weir_tensor_unref (made->slopes);
  weir_graph_free (made->graph);
}

static void
set_extras (Made *made, const Extras *e)
{
  KernelCase *k = &made->kernel;

  k->threads = MAX (e->threads, 1);
  k->gap = e->gap;
  k->at_end = e->at_end;
  k->bias = e->bias ? made->bias : NULL;
  k->residual = e->residual ? made->residual : NULL;
  k->before = e->before;
  k->after = e->after;
  if (e->before.kind == WEIR_ACT_PRELU)
    k->before.slopes = made->slopes;
  if (e->after.kind == WEIR_ACT_PRELU)
    k->after.slopes = made->slopes;
}

static const char *const kernel_names[] = { "conv-direct", "conv-first", "conv-depthwise",
                                            "conv-winograd", "deconv" };

/* Runs all kernels that accept the case; returns how many there were. */
static guint
check (const Made *made, WeirIsa isa)
{
  g_autoptr (WeirTensor) expected = kernel_expect (&made->kernel, 0);
  const char *op = made->kernel.node->op->name;
  guint ran = 0;

  for (guint i = 0; i < G_N_ELEMENTS (kernel_names); i++) {
    const WeirKernel *kernel = kernel_find (isa, kernel_names[i], op);
    WeirTensor *found = kernel != NULL ? kernel_run (kernel, &made->kernel, 0) : NULL;

    if (found == NULL)
      continue;
    ran++;
    assert_close (found, expected, 1e-5);
    if (g_test_failed ())
      g_error ("%s: wrong", kernel->name);
    weir_tensor_unref (found);
  }
  return ran;
}

static void
test_shapes (gconstpointer data)
{
  WeirIsa isa = (WeirIsa) GPOINTER_TO_UINT (data);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Made made;

    g_test_message ("shape %u", i);
    make (&made, &cases[i]);
    for (guint e = 0; e < G_N_ELEMENTS (extras); e++) {
      set_extras (&made, &extras[e]);
      g_assert_cmpuint (check (&made, isa), >, 0);
    }
    made_clear (&made);
  }
}

static void
test_activations (gconstpointer data)
{
  const Case shapes[] = {
    { 1, 1, 16, 40, 6, 7, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 0 } },
    { 1, 1, 20, 20, 9, 9, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
    { 1, 1, 3, 20, 9, 9, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
    { 1, 20, 20, 20, 9, 9, { 3, 3 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
  };
  WeirIsa isa = (WeirIsa) GPOINTER_TO_UINT (data);

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++) {
    Made made;

    make (&made, &shapes[i]);
    for (guint e = 0; e < G_N_ELEMENTS (activations); e++) {
      g_test_message ("shape %u, activation %u", i, e);
      set_extras (&made, &activations[e]);
      check (&made, isa);
    }
    made_clear (&made);
  }
}

/* "same" pads put an odd zero at the end or at the beginning. */
static void
test_auto_pad (gconstpointer data)
{
  const char *const pads[] = { "same_upper", "same_lower", "valid" };
  const Case shapes[] = {
    { 1, 1, 16, 16, 8, 9, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 } },
    { 1, 1, 3, 16, 8, 9, { 4, 4 }, { 1, 1 }, { 1, 1 }, { 1, 1, 1, 1 } },
    { 1, 16, 16, 16, 8, 9, { 3, 3 }, { 2, 2 }, { 1, 1 }, { 1, 1, 1, 1 } },
  };
  WeirIsa isa = (WeirIsa) GPOINTER_TO_UINT (data);
  const Extras plain = { .at_end = TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (guint p = 0; p < G_N_ELEMENTS (pads); p++) {
      Made made;
      WeirNode *node;

      make (&made, &shapes[i]);
      node = weir_graph_node (made.graph, made.kernel.node->id);
      weir_node_set_string (node, "auto_pad", pads[p]);
      g_assert_true (weir_node_infer (made.graph, node, NULL));
      set_extras (&made, &plain);
      g_assert_cmpuint (check (&made, isa), >, 0);
      made_clear (&made);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint isa = 0; isa <= weir_features ()->isa; isa++) {
    g_autofree char *shapes =
        g_strdup_printf ("/kernels/conv/%s/shapes", weir_isa_name (isa));
    g_autofree char *acts =
        g_strdup_printf ("/kernels/conv/%s/activations", weir_isa_name (isa));
    g_autofree char *pads =
        g_strdup_printf ("/kernels/conv/%s/auto-pad", weir_isa_name (isa));

    g_test_add_data_func (shapes, GUINT_TO_POINTER (isa), test_shapes);
    g_test_add_data_func (acts, GUINT_TO_POINTER (isa), test_activations);
    g_test_add_data_func (pads, GUINT_TO_POINTER (isa), test_auto_pad);
  }
  return g_test_run ();
}
