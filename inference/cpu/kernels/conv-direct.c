#include "base/error.h"
#include "conv-dense.h"
#include "cost.h"
#include "cpu/conv-shape.h"

/* Convolution and GroupConvolution on blocked values, straight from the input. */

typedef struct {
  ConvShape shape;
  Post post;
  Dense *dense;
} Direct;

static gboolean
direct_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape shape;

  return weir_conv_shape (plan, group, &shape);
}

static void
direct_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
               WeirDemand *outputs)
{
  ConvShape shape;

  if (weir_conv_shape (plan, group, &shape))
    weir_conv_demand (&shape, group, VLEN, inputs, outputs);
}

static void
direct_release (void *state)
{
  Direct *d = state;

  if (d == NULL)
    return;
  post_clear (&d->post);
  dense_free (d->dense);
  g_free (d);
}

static DenseTap *
make_taps (const ConvShape *s)
{
  gsize n = s->kernel_height * s->kernel_width;
  DenseTap *taps = g_new (DenseTap, n);

  for (gsize i = 0; i < n; i++)
    taps[i] = (DenseTap){ .y = i / s->kernel_width * s->dilation_y,
                          .x = i % s->kernel_width * s->dilation_x,
                          .weight = i };
  return taps;
}

static Dense *
make_dense (const ConvShape *s, const Post *post, const WeirPlan *plan,
            const WeirGroup *group, GError **error)
{
  g_autofree DenseTap *taps = make_taps (s);
  gsize area = s->kernel_height * s->kernel_width;
  DenseSpec spec = {
    .batch = s->batch,
    .groups = s->groups,
    .channels = s->channels,
    .outputs = s->outputs,
    .rows = s->out_height,
    .columns = s->out_width,
    .in_y = -s->top,
    .in_x = -s->left,
    .in_step_y = s->stride_y,
    .in_step_x = s->stride_x,
    .out_step_y = 1,
    .out_step_x = 1,
    .taps = taps,
    .n_taps = area,
    .weights = weir_tensor_data (weir_group_input (plan, group, 1)->constant),
    .group_stride = s->outputs / s->groups * (s->channels / s->groups) * area,
    .output_stride = s->channels / s->groups * area,
    .channel_stride = area,
    .post = post,
  };

  return dense_new (&spec, weir_group_input (plan, group, 0), error);
}

static void *
direct_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  Direct *d = g_new0 (Direct, 1);

  if (!weir_conv_shape (plan, group, &d->shape))
    weir_fail (error, WEIR_ERROR_INTERNAL, "not a convolution that was accepted");
  else if (post_init (&d->post, group, d->shape.outputs, error))
    d->dense = make_dense (&d->shape, &d->post, plan, group, error);
  if (d->dense != NULL)
    return d;
  direct_release (d);
  return NULL;
}

static gsize
direct_scratch (const void *state)
{
  const Direct *d = state;

  return dense_scratch (d->dense);
}

static gboolean
direct_run_rows (const WeirRun *run, gsize first, gsize count, GError **error)
{
  const Direct *d = run->step->state;

  (void) error;
  dense_run (d->dense, run, first, count);
  return TRUE;
}

static gboolean
direct_run (const WeirRun *run, GError **error)
{
  const Direct *d = run->step->state;

  return direct_run_rows (run, 0, d->shape.out_height, error);
}

/* Blocks are always computed whole; in a block of several groups most products are with
 * zeros. */
static double
direct_cost (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape s;
  gsize channels, outputs, together;
  double pixels;

  if (!weir_conv_shape (plan, group, &s))
    return INFINITY;
  channels = s.channels / s.groups;
  outputs = s.outputs / s.groups;
  together = s.groups > 1 && outputs < VLEN ? (VLEN + outputs - 1) / outputs : 1;
  pixels = (double) (s.batch * s.out_height * s.out_width);
  return COST_CALL + weir_conv_bytes (&s) / COST_BYTES +
         cost_pad (s.outputs) * (double) (channels * together) *
             (double) (s.kernel_height * s.kernel_width) * sizeof (float) / COST_STREAM +
         pixels * cost_pad (s.outputs) * (double) (channels * together) *
             (double) (s.kernel_height * s.kernel_width) * 2 / COST_FLOPS;
}

#define DIRECT(operation)                                                             \
  {                                                                                   \
    .name = "conv-direct-" WEIR_ISA_STRING (WEIR_ISA), .op = operation,               \
    .accepts = direct_accepts, .demand = direct_demand, .cost = direct_cost,          \
    .prepare = direct_prepare, .release = direct_release, .scratch = direct_scratch,  \
    .run_rows = direct_run_rows, .rows_read = weir_conv_rows_read, .run = direct_run, \
  }
WEIR_KERNEL_DEFINE (conv_direct) = DIRECT ("Convolution");
WEIR_KERNEL_DEFINE (conv_direct_grouped) = DIRECT ("GroupConvolution");
