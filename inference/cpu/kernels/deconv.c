#include "base/error.h"
#include "conv-dense.h"
#include "cost.h"
#include "cpu/conv-shape.h"

/* Transposed convolution on blocked values, gathered: every output pixel sums up what the
 * input pixels around it send there. With a stride s, the outputs that are s apart see
 * the same part of the window: they are one phase, a convolution of stride 1 whose
 * results are stored s apart. There are as many phases as the product of the strides. */

/* Phases beyond this are more calls than they are worth. */
#define MAX_PHASES 1024
#define MAX_BORDER 1024

typedef struct {
  Post post;
  Dense **phases;
  guint n_phases;
} Deconv;

/** Axis: one spatial dimension; @pad is cut off before the output. */
typedef struct {
  gsize stride, kernel, dilation, in, out;
  gssize pad;
} Axis;

/**
 * Phase:
 * @first: input position that the first output of the phase reads first
 * @count: outputs in the phase
 * @taps: positions of the window that it sees, @shifts relative to @first; @n of them
 *
 * One phase of one axis.
 */
typedef struct {
  gssize first;
  gsize count, n;
  gsize *taps, *shifts;
} Phase;

static void
make_axes (const ConvShape *s, Axis axes[2])
{
  axes[0] = (Axis){ s->stride_y,  s->kernel_height, s->dilation_y,
                    s->in_height, s->out_height,    s->top };
  axes[1] = (Axis){ s->stride_x, s->kernel_width, s->dilation_x,
                    s->in_width, s->out_width,    s->left };
}

/* Whether output @index takes something from tap @tap of the window, and from which input
 * position. */
static gboolean
tap_reads (const Axis *axis, gsize index, gsize tap, gssize *position)
{
  gssize at = (gssize) index + axis->pad - (gssize) (tap * axis->dilation);

  *position = at / (gssize) axis->stride;
  return at % (gssize) axis->stride == 0;
}

/* The phase that begins with output @index. */
static Phase
make_phase (const Axis *axis, gsize index)
{
  Phase phase = { .count = (axis->out - index + axis->stride - 1) / axis->stride };
  gssize position;

  phase.taps = g_new (gsize, axis->kernel);
  phase.shifts = g_new (gsize, axis->kernel);
  /* The last tap reads farthest ahead. */
  for (gsize t = 0; t < axis->kernel; t++)
    if (tap_reads (axis, index, t, &position))
      phase.first = position;
  for (gsize t = 0; t < axis->kernel; t++) {
    if (!tap_reads (axis, index, t, &position))
      continue;
    phase.taps[phase.n] = t;
    phase.shifts[phase.n++] = (gsize) (position - phase.first);
  }
  return phase;
}

static void
phase_clear (Phase *phase)
{
  g_free (phase->taps);
  g_free (phase->shifts);
}

/* Rows or columns of zeros that all phases read before and behind the input. */
static void
axis_border (const Axis *axis, gssize *before, gssize *behind)
{
  *before = *behind = 0;
  for (gsize i = 0; i < MIN (axis->stride, axis->out); i++) {
    Phase phase = make_phase (axis, i);

    for (gsize t = 0; t < phase.n; t++) {
      gssize first = phase.first + (gssize) phase.shifts[t];

      *before = MAX (*before, -first);
      *behind = MAX (*behind, first + (gssize) phase.count - (gssize) axis->in);
    }
    phase_clear (&phase);
  }
}

static gboolean
deconv_border (const ConvShape *s, WeirDemand *border)
{
  gssize top, left, bottom, right;
  Axis axes[2];

  make_axes (s, axes);
  axis_border (&axes[0], &top, &bottom);
  axis_border (&axes[1], &left, &right);
  *border =
      (WeirDemand){ VLEN, (guint) top, (guint) left, (guint) bottom, (guint) right };
  return MAX (MAX (top, left), MAX (bottom, right)) <= MAX_BORDER;
}

static gboolean
deconv_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  WeirDemand border;
  ConvShape s;

  return weir_deconv_shape (plan, group, &s) && s.stride_y <= MAX_PHASES &&
         s.stride_x <= MAX_PHASES && s.stride_y * s.stride_x <= MAX_PHASES &&
         deconv_border (&s, &border);
}

static void
deconv_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
               WeirDemand *outputs)
{
  ConvShape s;

  if (!weir_deconv_shape (plan, group, &s))
    return;
  deconv_border (&s, &inputs[0]);
  if (group->residual > 0)
    inputs[group->residual].block = VLEN;
  outputs[0].block = VLEN;
}

static void
deconv_release (void *state)
{
  Deconv *d = state;

  if (d == NULL)
    return;
  for (guint i = 0; i < d->n_phases; i++)
    dense_free (d->phases[i]);
  post_clear (&d->post);
  g_free (d->phases);
  g_free (d);
}

/* The phase of outputs @index_y, @index_x. */
static Dense *
make_dense (const ConvShape *s, const Post *post, const WeirValue *in,
            const WeirValue *weights, gsize index_y, gsize index_x, GError **error)
{
  gsize area = s->kernel_height * s->kernel_width;
  gsize outputs = s->outputs / s->groups, channels = s->channels / s->groups;
  g_autofree DenseTap *taps = g_new (DenseTap, area);
  DenseSpec spec = { .batch = s->batch,
                     .groups = s->groups,
                     .channels = s->channels,
                     .outputs = s->outputs,
                     .in_step_y = 1,
                     .in_step_x = 1,
                     .out_y = index_y,
                     .out_x = index_x,
                     .out_step_y = s->stride_y,
                     .out_step_x = s->stride_x,
                     .taps = taps,
                     .weights = weir_tensor_data (weights->constant),
                     .group_stride = channels * outputs * area,
                     .channel_stride = outputs * area,
                     .output_stride = area,
                     .post = post };
  Axis axes[2];
  Phase y, x;

  make_axes (s, axes);
  y = make_phase (&axes[0], index_y);
  x = make_phase (&axes[1], index_x);
  spec.rows = y.count;
  spec.columns = x.count;
  spec.in_y = y.first;
  spec.in_x = x.first;
  for (gsize i = 0; i < y.n; i++)
    for (gsize j = 0; j < x.n; j++)
      taps[spec.n_taps++] =
          (DenseTap){ .y = y.shifts[i],
                      .x = x.shifts[j],
                      .weight = y.taps[i] * s->kernel_width + x.taps[j] };
  phase_clear (&y);
  phase_clear (&x);
  return dense_new (&spec, in, error);
}

static gboolean
make_phases (Deconv *d, const ConvShape *s, const WeirPlan *plan, const WeirGroup *group,
             GError **error)
{
  const WeirValue *in = weir_group_input (plan, group, 0);
  const WeirValue *weights = weir_group_input (plan, group, 1);
  gsize rows = MIN (s->stride_y, s->out_height),
        columns = MIN (s->stride_x, s->out_width);

  d->phases = g_new0 (Dense *, rows * columns);
  for (gsize y = 0; y < rows; y++)
    for (gsize x = 0; x < columns; x++) {
      Dense *phase = make_dense (s, &d->post, in, weights, y, x, error);

      if (phase == NULL)
        return FALSE;
      d->phases[d->n_phases++] = phase;
    }
  return TRUE;
}

static void *
deconv_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  Deconv *d = g_new0 (Deconv, 1);
  ConvShape shape;

  if (!weir_deconv_shape (plan, group, &shape))
    weir_fail (error, WEIR_ERROR_INTERNAL, "not a deconvolution that was accepted");
  else if (post_init (&d->post, group, shape.outputs, error) &&
           make_phases (d, &shape, plan, group, error))
    return d;
  deconv_release (d);
  return NULL;
}

static gsize
deconv_scratch (const void *state)
{
  const Deconv *d = state;
  gsize size = 0;

  for (guint i = 0; i < d->n_phases; i++)
    size = MAX (size, dense_scratch (d->phases[i]));
  return size;
}

static gboolean
deconv_run (const WeirRun *run, GError **error)
{
  const Deconv *d = run->step->state;

  (void) error;
  for (guint i = 0; i < d->n_phases; i++)
    dense_run (d->phases[i], run, 0, G_MAXSIZE);
  return TRUE;
}

static double
deconv_cost (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape s;
  double products;

  if (!weir_deconv_shape (plan, group, &s))
    return INFINITY;
  products = (double) (s.batch * s.in_height * s.in_width) * cost_pad (s.outputs) *
             (double) (s.channels / s.groups * s.kernel_height * s.kernel_width);
  return COST_CALL * (double) (s.stride_y * s.stride_x) + products * 2 / COST_FLOPS +
         weir_conv_bytes (&s) / COST_BYTES;
}

#define DECONV(operation)                                                            \
  {                                                                                  \
    .name = "deconv-" WEIR_ISA_STRING (WEIR_ISA), .op = operation,                   \
    .accepts = deconv_accepts, .demand = deconv_demand, .cost = deconv_cost,         \
    .prepare = deconv_prepare, .release = deconv_release, .scratch = deconv_scratch, \
    .run = deconv_run,                                                               \
  }
WEIR_KERNEL_DEFINE (deconv) = DECONV ("ConvolutionBackpropData");
WEIR_KERNEL_DEFINE (deconv_grouped) = DECONV ("GroupConvolutionBackpropData");
