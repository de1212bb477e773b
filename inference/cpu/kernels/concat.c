#include "cost.h"
#include "cpu/kernel.h"

#include <string.h>

/* Concatenations that the compiler could not write in place. Where all parts have the
 * same levels they are made of bytes. */

static void
demand_blocks (const WeirPlan *plan, const WeirGroup *group, guint block,
               WeirDemand *inputs, WeirDemand *outputs)
{
  gboolean bytes = weir_group_output (plan, group, 0)->levels.step > 0;

  for (guint i = 0; i < group->n_inputs; i++)
    inputs[i] = (WeirDemand){ .block = block, .bytes = bytes };
  outputs[0] = (WeirDemand){ .block = block, .bytes = bytes };
}

static gboolean
is_bare (const WeirGroup *group)
{
  return weir_node_is (group->node, "Concat") && group->bias == NULL &&
         group->residual < 0 && group->before.kind == WEIR_ACT_NONE &&
         group->after.kind == WEIR_ACT_NONE;
}

static gboolean
axis_of (const WeirPlan *plan, const WeirGroup *group, int *axis)
{
  const WeirValue *out = weir_group_output (plan, group, 0);

  if (!weir_shape_is_static (&out->shape) || weir_shape_elements (&out->shape) == 0)
    return FALSE;
  for (guint i = 0; i < group->n_inputs; i++)
    if (!weir_shape_is_static (&weir_group_input (plan, group, i)->shape))
      return FALSE;
  return weir_shape_axis (weir_node_int (group->node, "axis"), out->shape.rank, axis,
                          NULL);
}

static double
concat_cost (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *out = weir_group_output (plan, group, 0);

  return COST_CALL + (double) weir_shape_elements (&out->shape) *
                         (double) weir_dtype_size (out->dtype) * 2 / COST_BYTES;
}

static gboolean
plain_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  int axis;

  return is_bare (group) &&
         weir_dtype_size (weir_group_output (plan, group, 0)->dtype) > 0 &&
         axis_of (plan, group, &axis);
}

static void
plain_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
              WeirDemand *outputs)
{
  demand_blocks (plan, group, 0, inputs, outputs);
}

static gboolean
plain_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  const WeirShape *out = &weir_group_output (run->plan, group, 0)->shape;
  gsize size = weir_value_element (weir_group_output (run->plan, group, 0));
  gsize inner = size, outer = 1, at = 0, row;
  int axis;

  if (!weir_shape_axis (weir_node_int (group->node, "axis"), out->rank, &axis, error))
    return FALSE;
  for (int i = 0; i < axis; i++)
    outer *= (gsize) out->dims[i];
  for (int i = axis + 1; i < out->rank; i++)
    inner *= (gsize) out->dims[i];
  row = inner * (gsize) out->dims[axis];
  for (guint i = 0; i < group->n_inputs; i++) {
    const WeirShape *in = &weir_group_input (run->plan, group, i)->shape;
    gsize part = inner * (gsize) in->dims[axis];
    const guint8 *from = weir_run_input (run, i);
    guint8 *to = (guint8 *) weir_run_output (run, 0) + at;

    for (gsize k = 0; part > 0 && k < outer; k++)
      memcpy (to + k * row, from + k * part, part);
    at += part;
  }
  return TRUE;
}

WEIR_KERNEL_DEFINE (concat_plain) = {
  .name = "concat-plain-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "Concat",
  .accepts = plain_accepts,
  .demand = plain_demand,
  .cost = concat_cost,
  .run = plain_run,
};

static gboolean
blocked_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *out = weir_group_output (plan, group, 0);
  int axis;

  if (!is_bare (group) || out->shape.rank != 4 || out->dtype != WEIR_DTYPE_F32 ||
      !axis_of (plan, group, &axis) || axis != 1)
    return FALSE;
  for (guint i = 0; i < group->n_inputs; i++)
    if (weir_group_input (plan, group, i)->constant != NULL)
      return FALSE;
  return TRUE;
}

static void
blocked_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                WeirDemand *outputs)
{
  demand_blocks (plan, group, VLEN, inputs, outputs);
}

/* Moves @n lanes of every pixel of one plane. */
static void
move_lanes (const WeirValue *from, const guint8 *source, const WeirValue *to,
            guint8 *target, guint n)
{
  gsize size = weir_value_element (to), pixel = to->layout.block * size;

  for (gint64 y = 0; y < to->shape.dims[2];
       y++, source += from->row * size, target += to->row * size)
    for (gsize x = 0; x < (gsize) to->shape.dims[3]; x++)
      memcpy (target + x * pixel, source + x * pixel, n * size);
}

/* All channels of one input, behind the first @start of the result. */
static void
append (const WeirValue *from, const guint8 *source, const WeirValue *to, guint8 *target,
        gsize start)
{
  gsize channels = (gsize) from->shape.dims[1], block = to->layout.block;
  gsize size = weir_value_element (to);

  for (gsize c = 0; c < channels;) {
    gsize in = c % block, out = (start + c) % block;
    gsize n = MIN (MIN (block - in, block - out), channels - c);

    move_lanes (from, source + (c / block * from->plane + in) * size, to,
                target + ((start + c) / block * to->plane + out) * size, (guint) n);
    c += n;
  }
}

/* Lanes beyond the channels hold what memory held: they must be finite. */
static void
clear_tail (const WeirValue *to, guint8 *target)
{
  gsize channels = (gsize) to->shape.dims[1], block = to->layout.block;
  gsize used = channels % block, size = weir_value_element (to);
  guint8 *plane = target + (channels / block * to->plane + used) * size;

  if (used == 0)
    return;
  for (gint64 y = 0; y < to->shape.dims[2]; y++, plane += to->row * size)
    for (gint64 x = 0; x < to->shape.dims[3]; x++)
      memset (plane + (gsize) x * block * size, 0, (block - used) * size);
}

static gboolean
blocked_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  const WeirValue *to = weir_group_output (run->plan, group, 0);
  gsize size = weir_value_element (to);

  (void) error;
  for (gsize image = 0; image < (gsize) to->shape.dims[0]; image++) {
    guint8 *target = (guint8 *) weir_run_output (run, 0) + image * to->batch * size;
    gsize start = 0;

    for (guint i = 0; i < group->n_inputs; i++) {
      const WeirValue *from = weir_group_input (run->plan, group, i);

      append (from, (const guint8 *) weir_run_input (run, i) + image * from->batch * size,
              to, target, start);
      start += (gsize) from->shape.dims[1];
    }
    clear_tail (to, target);
  }
  return TRUE;
}

WEIR_KERNEL_DEFINE (concat_blocked) = {
  .name = "concat-blocked-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "Concat",
  .accepts = blocked_accepts,
  .demand = blocked_demand,
  .cost = concat_cost,
  .run = blocked_run,
};
