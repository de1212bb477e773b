#include "graphs.h"
#include "harness.h"
#include "ir/infer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Convolution kernels on the layers of some networks, one after the other: the time that
 * each takes, and what a network takes with the best of them.
 * usage: bench-conv [NETWORK [THREADS]]; WEIR_ISA caps the instruction set. */

/** Layer: @count of them are in the network; square windows and equal pads. */
typedef struct {
  guint count;
  gint64 channels, outputs, groups, height, width, kernel, stride, dilation, pad;
  WeirActivationKind activation;
  gboolean residual;
} Layer;

static const Layer resnet50[] = {
  { 1, 3, 64, 1, 224, 224, 7, 2, 1, 3, WEIR_ACT_RELU },
  { 1, 64, 64, 1, 56, 56, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 3, 64, 64, 1, 56, 56, 3, 1, 1, 1, WEIR_ACT_RELU },
  { 4, 64, 256, 1, 56, 56, 1, 1, 1, 0, WEIR_ACT_RELU, 1 },
  { 2, 256, 64, 1, 56, 56, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 1, 256, 128, 1, 56, 56, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 1, 128, 128, 1, 56, 56, 3, 2, 1, 1, WEIR_ACT_RELU },
  { 4, 128, 512, 1, 28, 28, 1, 1, 1, 0, WEIR_ACT_RELU, 1 },
  { 1, 256, 512, 1, 56, 56, 1, 2, 1, 0, WEIR_ACT_RELU, 1 },
  { 3, 512, 128, 1, 28, 28, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 3, 128, 128, 1, 28, 28, 3, 1, 1, 1, WEIR_ACT_RELU },
  { 1, 512, 256, 1, 28, 28, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 1, 256, 256, 1, 28, 28, 3, 2, 1, 1, WEIR_ACT_RELU },
  { 6, 256, 1024, 1, 14, 14, 1, 1, 1, 0, WEIR_ACT_RELU, 1 },
  { 1, 512, 1024, 1, 28, 28, 1, 2, 1, 0, WEIR_ACT_RELU, 1 },
  { 5, 1024, 256, 1, 14, 14, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 5, 256, 256, 1, 14, 14, 3, 1, 1, 1, WEIR_ACT_RELU },
  { 1, 1024, 512, 1, 14, 14, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 1, 512, 512, 1, 14, 14, 3, 2, 1, 1, WEIR_ACT_RELU },
  { 3, 512, 2048, 1, 7, 7, 1, 1, 1, 0, WEIR_ACT_RELU, 1 },
  { 1, 1024, 2048, 1, 14, 14, 1, 2, 1, 0, WEIR_ACT_RELU, 1 },
  { 2, 2048, 512, 1, 7, 7, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 2, 512, 512, 1, 7, 7, 3, 1, 1, 1, WEIR_ACT_RELU },
};
static const Layer yolov8n_320[] = {
  { 1, 3, 16, 1, 320, 320, 3, 2, 1, 1, WEIR_ACT_SWISH },
  { 1, 16, 32, 1, 160, 160, 3, 2, 1, 1, WEIR_ACT_SWISH },
  { 1, 32, 32, 1, 80, 80, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 2, 16, 16, 1, 80, 80, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 48, 32, 1, 80, 80, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 1, 32, 64, 1, 80, 80, 3, 2, 1, 1, WEIR_ACT_SWISH },
  { 1, 64, 64, 1, 40, 40, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 6, 32, 32, 1, 40, 40, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 128, 64, 1, 40, 40, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 1, 64, 128, 1, 40, 40, 3, 2, 1, 1, WEIR_ACT_SWISH },
  { 1, 128, 128, 1, 20, 20, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 9, 64, 64, 1, 20, 20, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 256, 128, 1, 20, 20, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 1, 128, 256, 1, 20, 20, 3, 2, 1, 1, WEIR_ACT_SWISH },
  { 1, 256, 256, 1, 10, 10, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 4, 128, 128, 1, 10, 10, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 3, 384, 256, 1, 10, 10, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 1, 256, 128, 1, 10, 10, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 1, 512, 256, 1, 10, 10, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 1, 384, 128, 1, 20, 20, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 3, 192, 128, 1, 20, 20, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 1, 192, 64, 1, 40, 40, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 1, 96, 64, 1, 40, 40, 1, 1, 1, 0, WEIR_ACT_SWISH },
  { 1, 64, 64, 1, 40, 40, 3, 2, 1, 1, WEIR_ACT_SWISH },
  { 1, 128, 128, 1, 20, 20, 3, 2, 1, 1, WEIR_ACT_SWISH },
  { 2, 64, 64, 1, 40, 40, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 64, 64, 1, 40, 40, 1, 1, 1 },
  { 1, 64, 80, 1, 40, 40, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 80, 80, 1, 40, 40, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 80, 80, 1, 40, 40, 1, 1, 1 },
  { 1, 128, 64, 1, 20, 20, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 64, 64, 1, 20, 20, 1, 1, 1 },
  { 1, 128, 80, 1, 20, 20, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 80, 80, 1, 20, 20, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 80, 80, 1, 20, 20, 1, 1, 1 },
  { 1, 256, 64, 1, 10, 10, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 64, 64, 1, 10, 10, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 64, 64, 1, 10, 10, 1, 1, 1 },
  { 1, 256, 80, 1, 10, 10, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 80, 80, 1, 10, 10, 3, 1, 1, 1, WEIR_ACT_SWISH },
  { 1, 80, 80, 1, 10, 10, 1, 1, 1 },
  { 1, 16, 1, 1, 4, 2100, 1, 1, 1 },
};
static const Layer mobilenetv2[] = {
  { 1, 3, 32, 1, 224, 224, 3, 2, 1, 1, WEIR_ACT_CLAMP },
  { 1, 32, 32, 32, 112, 112, 3, 1, 1, 1, WEIR_ACT_CLAMP },
  { 1, 32, 16, 1, 112, 112, 1, 1, 1 },
  { 1, 16, 96, 1, 112, 112, 1, 1, 1, 0, WEIR_ACT_CLAMP },
  { 1, 96, 96, 96, 112, 112, 3, 2, 1, 1, WEIR_ACT_CLAMP },
  { 1, 96, 24, 1, 56, 56, 1, 1, 1 },
  { 2, 24, 144, 1, 56, 56, 1, 1, 1, 0, WEIR_ACT_CLAMP },
  { 1, 144, 144, 144, 56, 56, 3, 1, 1, 1, WEIR_ACT_CLAMP },
  { 1, 144, 24, 1, 56, 56, 1, 1, 1, 0, WEIR_ACT_NONE, 1 },
  { 1, 144, 144, 144, 56, 56, 3, 2, 1, 1, WEIR_ACT_CLAMP },
  { 1, 144, 32, 1, 28, 28, 1, 1, 1 },
  { 3, 32, 192, 1, 28, 28, 1, 1, 1, 0, WEIR_ACT_CLAMP },
  { 2, 192, 192, 192, 28, 28, 3, 1, 1, 1, WEIR_ACT_CLAMP },
  { 2, 192, 32, 1, 28, 28, 1, 1, 1, 0, WEIR_ACT_NONE, 1 },
  { 1, 192, 192, 192, 28, 28, 3, 2, 1, 1, WEIR_ACT_CLAMP },
  { 1, 192, 64, 1, 14, 14, 1, 1, 1 },
  { 4, 64, 384, 1, 14, 14, 1, 1, 1, 0, WEIR_ACT_CLAMP },
  { 4, 384, 384, 384, 14, 14, 3, 1, 1, 1, WEIR_ACT_CLAMP },
  { 3, 384, 64, 1, 14, 14, 1, 1, 1, 0, WEIR_ACT_NONE, 1 },
  { 1, 384, 96, 1, 14, 14, 1, 1, 1 },
  { 3, 96, 576, 1, 14, 14, 1, 1, 1, 0, WEIR_ACT_CLAMP },
  { 2, 576, 576, 576, 14, 14, 3, 1, 1, 1, WEIR_ACT_CLAMP },
  { 2, 576, 96, 1, 14, 14, 1, 1, 1, 0, WEIR_ACT_NONE, 1 },
  { 1, 576, 576, 576, 14, 14, 3, 2, 1, 1, WEIR_ACT_CLAMP },
  { 1, 576, 160, 1, 7, 7, 1, 1, 1 },
  { 3, 160, 960, 1, 7, 7, 1, 1, 1, 0, WEIR_ACT_CLAMP },
  { 3, 960, 960, 960, 7, 7, 3, 1, 1, 1, WEIR_ACT_CLAMP },
  { 2, 960, 160, 1, 7, 7, 1, 1, 1, 0, WEIR_ACT_NONE, 1 },
  { 1, 960, 320, 1, 7, 7, 1, 1, 1 },
  { 1, 320, 1280, 1, 7, 7, 1, 1, 1, 0, WEIR_ACT_CLAMP },
};
static const Layer ultraface_rfb320[] = {
  { 1, 3, 16, 1, 240, 320, 3, 2, 1, 1, WEIR_ACT_RELU },
  { 1, 16, 16, 16, 120, 160, 3, 1, 1, 1, WEIR_ACT_RELU },
  { 1, 16, 32, 1, 120, 160, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 1, 32, 32, 32, 120, 160, 3, 2, 1, 1, WEIR_ACT_RELU },
  { 2, 32, 32, 1, 60, 80, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 1, 32, 32, 32, 60, 80, 3, 1, 1, 1, WEIR_ACT_RELU },
  { 1, 32, 32, 32, 60, 80, 3, 2, 1, 1, WEIR_ACT_RELU },
  { 1, 32, 64, 1, 30, 40, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 5, 64, 64, 64, 30, 40, 3, 1, 1, 1, WEIR_ACT_RELU },
  { 3, 64, 64, 1, 30, 40, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 3, 64, 8, 1, 30, 40, 1, 1, 1 },
  { 2, 8, 16, 1, 30, 40, 3, 1, 1, 1, WEIR_ACT_RELU },
  { 1, 16, 16, 1, 30, 40, 3, 1, 2, 2 },
  { 1, 16, 16, 1, 30, 40, 3, 1, 3, 3 },
  { 1, 8, 12, 1, 30, 40, 3, 1, 1, 1, WEIR_ACT_RELU },
  { 1, 12, 16, 1, 30, 40, 3, 1, 1, 1, WEIR_ACT_RELU },
  { 1, 16, 16, 1, 30, 40, 3, 1, 5, 5 },
  { 1, 48, 64, 1, 30, 40, 1, 1, 1, 0, WEIR_ACT_RELU, 1 },
  { 1, 64, 64, 1, 30, 40, 1, 1, 1, 0, WEIR_ACT_RELU, 1 },
  { 1, 64, 64, 64, 30, 40, 3, 2, 1, 1, WEIR_ACT_RELU },
  { 1, 64, 128, 1, 15, 20, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 4, 128, 128, 128, 15, 20, 3, 1, 1, 1, WEIR_ACT_RELU },
  { 2, 128, 128, 1, 15, 20, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 1, 128, 128, 128, 15, 20, 3, 2, 1, 1, WEIR_ACT_RELU },
  { 1, 128, 256, 1, 8, 10, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 3, 256, 256, 256, 8, 10, 3, 1, 1, 1, WEIR_ACT_RELU },
  { 1, 256, 256, 1, 8, 10, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 1, 256, 64, 1, 8, 10, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 1, 64, 64, 64, 8, 10, 3, 2, 1, 1, WEIR_ACT_RELU },
  { 1, 64, 256, 1, 4, 5, 1, 1, 1, 0, WEIR_ACT_RELU },
  { 1, 64, 6, 1, 30, 40, 1, 1, 1 },
  { 1, 64, 12, 1, 30, 40, 1, 1, 1 },
  { 1, 128, 4, 1, 15, 20, 1, 1, 1 },
  { 1, 128, 8, 1, 15, 20, 1, 1, 1 },
  { 1, 256, 4, 1, 8, 10, 1, 1, 1 },
  { 1, 256, 8, 1, 8, 10, 1, 1, 1 },
  { 1, 256, 6, 1, 4, 5, 3, 1, 1, 1 },
  { 1, 256, 12, 1, 4, 5, 3, 1, 1, 1 },
};

typedef struct {
  const char *name;
  const Layer *layers;
  guint n;
} Network;

static const Network networks[] = {
  { "resnet50", resnet50, G_N_ELEMENTS (resnet50) },
  { "yolov8n", yolov8n_320, G_N_ELEMENTS (yolov8n_320) },
  { "mobilenetv2", mobilenetv2, G_N_ELEMENTS (mobilenetv2) },
  { "ultraface", ultraface_rfb320, G_N_ELEMENTS (ultraface_rfb320) },
};

static const char *const kernel_names[] = { "conv-direct", "conv-winograd", "conv-first",
                                            "conv-depthwise" };

/* Seconds that one layer is measured for with each kernel. */
#define SECONDS 0.05

static WeirNode *
make_node (WeirBuilder *builder, const Layer *l, WeirTensor **inputs)
{
  WeirNode *node = begin_op_constants (
      builder, l->groups > 1 ? "GroupConvolution" : "Convolution", inputs, 2, 1, 1);

  weir_node_set_ints (node, "strides", (gint64[]){ l->stride, l->stride }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ l->dilation, l->dilation }, 2);
  weir_node_set_ints (node, "pads_begin", (gint64[]){ l->pad, l->pad }, 2);
  weir_node_set_ints (node, "pads_end", (gint64[]){ l->pad, l->pad }, 2);
  g_assert_true (weir_node_infer (builder->graph, node, NULL));
  return node;
}

/* Prints a line; returns milliseconds of the fastest kernel. */
static double
measure (const Layer *l, guint threads)
{
  const gint64 k = l->kernel;
  WeirShape x = WEIR_SHAPE (1, l->channels, l->height, l->width);
  WeirShape w = WEIR_SHAPE (l->outputs, l->channels, k, k);
  WeirShape grouped =
      WEIR_SHAPE (l->groups, l->outputs / l->groups, l->channels / l->groups, k, k);
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) in = random_f32 (&x, 1);
  g_autoptr (WeirTensor) weights = random_f32 (l->groups > 1 ? &grouped : &w, 2);
  g_autoptr (WeirTensor) bias = random_f32 (&WEIR_SHAPE (l->outputs), 3);
  WeirTensor *inputs[] = { in, weights };
  WeirNode *node = make_node (&builder, l, inputs);
  const WeirShape *y = &node->outputs[0].info.shape;
  g_autoptr (WeirTensor) residual = random_f32 (y, 4);
  KernelCase c = { .graph = graph,
                   .node = node,
                   .inputs = inputs,
                   .bias = bias,
                   .residual = l->residual ? residual : NULL,
                   .after = { l->activation, 1, 6 },
                   .threads = threads };
  double gflop = (double) weir_shape_elements (y) * 2e-9 *
                 (double) (l->channels / l->groups * k * k);
  double best = G_MAXDOUBLE;

  printf ("%2ux %4d->%-4d %dx%d/%d %3dx%-3d", l->count, (int) l->channels,
          (int) l->outputs, (int) k, (int) k, (int) l->stride, (int) y->dims[2],
          (int) y->dims[3]);
  for (guint i = 0; i < G_N_ELEMENTS (kernel_names); i++) {
    const WeirKernel *kernel =
        kernel_find (weir_features ()->isa, kernel_names[i], node->op->name);
    KernelTime time;

    if (kernel == NULL || !kernel_time (kernel, &c, SECONDS, &time))
      continue;
    best = MIN (best, time.least * 1e3);
    printf (" | %-14s %8.1f us %5.0f GFLOP/s (cost %3.0f %%)", kernel_names[i],
            time.least * 1e6, gflop / time.least, time.cost / time.least * 1e-7);
  }
  putchar ('\n');
  return best * l->count;
}

int
main (int argc, char **argv)
{
  guint threads = argc > 2 ? (guint) MAX (g_ascii_strtoll (argv[2], NULL, 10), 1) : 1;

  for (guint i = 0; i < G_N_ELEMENTS (networks); i++) {
    const Network *network = &networks[i];
    double sum = 0;

    if (argc > 1 && strcmp (argv[1], network->name) != 0)
      continue;
    for (guint j = 0; j < network->n; j++)
      sum += measure (&network->layers[j], threads);
    printf ("%s: %.2f ms\n", network->name, sum);
  }
  return 0;
}
