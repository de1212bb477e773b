#include "cpu/conv-shape.h"

/* Beyond this a border costs more memory than it saves checks. */
#define MAX_BORDER 1024

/* What the node pads before the input in spatial dimension @i; "same" puts an odd zero at
 * the end (upper) or at the beginning (lower). */
static gssize
pad_before (const WeirNode *node, gsize i, gssize total)
{
  if (weir_node_string_is (node, "auto_pad", "valid"))
    return 0;
  if (weir_node_string_is (node, "auto_pad", "same_upper"))
    return MAX (total, 0) / 2;
  if (weir_node_string_is (node, "auto_pad", "same_lower"))
    return (MAX (total, 0) + 1) / 2;
  return (gssize) weir_node_int_at (node, "pads_begin", i, 0);
}

static void
window (const WeirNode *node, ConvShape *s)
{
  gssize reach_y = (gssize) ((s->kernel_height - 1) * s->dilation_y + 1);
  gssize reach_x = (gssize) ((s->kernel_width - 1) * s->dilation_x + 1);
  gssize end_y = (gssize) ((s->out_height - 1) * s->stride_y) + reach_y;
  gssize end_x = (gssize) ((s->out_width - 1) * s->stride_x) + reach_x;

  s->top = pad_before (node, 0, end_y - (gssize) s->in_height);
  s->left = pad_before (node, 1, end_x - (gssize) s->in_width);
  s->bottom = end_y - s->top - (gssize) s->in_height;
  s->right = end_x - s->left - (gssize) s->in_width;
}

static gboolean
is_f32 (const WeirValue *value)
{
  return value->dtype == WEIR_DTYPE_F32 && value->shape.rank == 4 &&
         weir_shape_is_static (&value->shape) && weir_shape_elements (&value->shape) > 0;
}

static gboolean
slopes_fit (const WeirActivation *act, gsize channels)
{
  gsize n = act->slopes != NULL ? weir_tensor_count (act->slopes) : 1;

  return n == 1 || n == channels;
}

static gboolean
post_fits (const WeirPlan *plan, const WeirGroup *group, gsize channels)
{
  const WeirValue *out = weir_group_output (plan, group, 0);

  if (group->bias != NULL && weir_tensor_count (group->bias) != channels)
    return FALSE;
  if (group->residual >= 0) {
    const WeirValue *value = weir_group_input (plan, group, (guint) group->residual);

    if (!is_f32 (value) || !weir_shape_equal (&value->shape, &out->shape))
      return FALSE;
  }
  return slopes_fit (&group->before, channels) && slopes_fit (&group->after, channels);
}

/* What convolution and its transposition have in common; the filters' axes of outputs and
 * inputs do not matter here. */
static gboolean
common_shape (const WeirPlan *plan, const WeirGroup *group, gboolean grouped,
              ConvShape *s)
{
  const WeirNode *node = group->node;
  const WeirValue *in = weir_group_input (plan, group, 0);
  const WeirValue *weights = weir_group_input (plan, group, 1);
  const WeirValue *out = weir_group_output (plan, group, 0);
  const gint64 *w = weights->shape.dims, *x = in->shape.dims, *y = out->shape.dims;

  if (!is_f32 (in) || !is_f32 (out) || weights->storage != WEIR_STORAGE_CONSTANT ||
      weights->dtype != WEIR_DTYPE_F32 || weights->shape.rank != (grouped ? 5 : 4) ||
      !post_fits (plan, group, (gsize) y[1]))
    return FALSE;
  *s = (ConvShape){
    .batch = (gsize) x[0],
    .groups = grouped ? (gsize) w[0] : 1,
    .channels = (gsize) x[1],
    .outputs = (gsize) y[1],
    .in_height = (gsize) x[2],
    .in_width = (gsize) x[3],
    .out_height = (gsize) y[2],
    .out_width = (gsize) y[3],
    .kernel_height = (gsize) w[grouped ? 3 : 2],
    .kernel_width = (gsize) w[grouped ? 4 : 3],
    .stride_y = (gsize) weir_node_int_at (node, "strides", 0, 1),
    .stride_x = (gsize) weir_node_int_at (node, "strides", 1, 1),
    .dilation_y = (gsize) weir_node_int_at (node, "dilations", 0, 1),
    .dilation_x = (gsize) weir_node_int_at (node, "dilations", 1, 1),
  };
  return TRUE;
}

gboolean
weir_conv_shape (const WeirPlan *plan, const WeirGroup *group, ConvShape *s)
{
  if (!common_shape (plan, group, weir_node_is (group->node, "GroupConvolution"), s))
    return FALSE;
  window (group->node, s);
  return s->top <= MAX_BORDER && s->left <= MAX_BORDER && s->bottom <= MAX_BORDER &&
         s->right <= MAX_BORDER;
}

/* What is cut off before the output in spatial dimension @i, of @total in all. Here
 * "same_upper" puts the odd one at the beginning. */
static gssize
cut_before (const WeirNode *node, gsize i, gssize total)
{
  if (weir_node_string_is (node, "auto_pad", "valid"))
    return 0;
  if (weir_node_string_is (node, "auto_pad", "same_upper"))
    return (MAX (total, 0) + 1) / 2;
  if (weir_node_string_is (node, "auto_pad", "same_lower"))
    return MAX (total, 0) / 2;
  return (gssize) weir_node_int_at (node, "pads_begin", i, 0);
}

gboolean
weir_deconv_shape (const WeirPlan *plan, const WeirGroup *group, ConvShape *s)
{
  const WeirNode *node = group->node;
  gsize full_y, full_x;

  if (!common_shape (plan, group, weir_node_is (node, "GroupConvolutionBackpropData"), s))
    return FALSE;
  full_y = (s->in_height - 1) * s->stride_y + (s->kernel_height - 1) * s->dilation_y + 1 +
           (gsize) weir_node_int_at (node, "output_padding", 0, 0);
  full_x = (s->in_width - 1) * s->stride_x + (s->kernel_width - 1) * s->dilation_x + 1 +
           (gsize) weir_node_int_at (node, "output_padding", 1, 0);
  s->top = cut_before (node, 0, (gssize) full_y - (gssize) s->out_height);
  s->left = cut_before (node, 1, (gssize) full_x - (gssize) s->out_width);
  return TRUE;
}

static guint
border (gssize pad)
{
  return (guint) MAX (pad, 0);
}

void
weir_conv_demand (const ConvShape *s, const WeirGroup *group, guint block,
                  WeirDemand *inputs, WeirDemand *outputs)
{
  inputs[0] = (WeirDemand){ .block = block,
                            .top = border (s->top),
                            .left = border (s->left),
                            .bottom = border (s->bottom),
                            .right = border (s->right) };
  if (group->residual > 0)
    inputs[group->residual].block = block;
  outputs[0].block = block;
}

gboolean
weir_conv_has_border (const ConvShape *s)
{
  return s->top > 0 || s->left > 0 || s->bottom > 0 || s->right > 0;
}

void
weir_conv_rows_read (const WeirPlan *plan, const WeirGroup *group, gsize first, gsize end,
                     gssize *from, gssize *to)
{
  ConvShape s = { 0 };

  weir_conv_shape (plan, group, &s);
  *from = (gssize) (first * s.stride_y) - s.top;
  *to = (gssize) ((end - 1) * s.stride_y + (s.kernel_height - 1) * s.dilation_y + 1) -
        s.top;
}

double
weir_conv_macs (const ConvShape *s)
{
  return (double) (s->batch * s->out_height * s->out_width) * (double) s->outputs *
         (double) (s->channels / s->groups * s->kernel_height * s->kernel_width);
}

double
weir_conv_bytes (const ConvShape *s)
{
  double in = (double) (s->batch * s->in_height * s->in_width) * (double) s->channels;
  double out = (double) (s->batch * s->out_height * s->out_width) * (double) s->outputs;
  double weights = (double) (s->channels / s->groups * s->kernel_height) *
                   (double) (s->kernel_width * s->outputs);

  return (in + out + weights) * sizeof (float);
}
