#include "cost.h"
#include "cpu/kernel.h"

#include <string.h>

/* Split and VariadicSplit of blocked channels into whole blocks. The compiler makes views
 * of the pieces wherever it can; elsewhere they are copied here. */

static gboolean
is_channel_axis (const WeirValue *whole, const WeirValue *axis)
{
  int at;

  return axis->constant != NULL && weir_tensor_count (axis->constant) == 1 &&
         weir_shape_axis (weir_tensor_get_int (axis->constant, 0), whole->shape.rank, &at,
                          NULL) &&
         at == 1;
}

static gboolean
split_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *whole;

  if ((!weir_node_is (group->node, "Split") &&
       !weir_node_is (group->node, "VariadicSplit")) ||
      group->bias != NULL || group->residual >= 0 ||
      group->before.kind != WEIR_ACT_NONE || group->after.kind != WEIR_ACT_NONE)
    return FALSE;
  whole = weir_group_input (plan, group, 0);
  if (whole->dtype != WEIR_DTYPE_F32 || whole->shape.rank != 4 ||
      whole->constant != NULL || !weir_shape_is_static (&whole->shape) ||
      !is_channel_axis (whole, weir_group_input (plan, group, 1)))
    return FALSE;
  for (guint i = 0; i < group->n_outputs; i++) {
    const WeirShape *piece = &weir_group_output (plan, group, i)->shape;

    if (!weir_shape_is_static (piece) || piece->dims[1] % VLEN != 0)
      return FALSE;
  }
  return TRUE;
}

static void
split_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
              WeirDemand *outputs)
{
  gboolean bytes = weir_group_input (plan, group, 0)->levels.step > 0;

  for (guint i = 0; i < group->n_outputs; i++)
    bytes = bytes && weir_group_output (plan, group, i)->levels.step > 0;
  inputs[0] = (WeirDemand){ .block = VLEN, .bytes = bytes };
  for (guint i = 0; i < group->n_outputs; i++)
    outputs[i] = (WeirDemand){ .block = VLEN, .bytes = bytes };
}

static double
split_cost (const WeirPlan *plan, const WeirGroup *group)
{
  (void) plan;
  (void) group;
  return COST_CALL;
}

static gboolean
split_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  const WeirValue *from = weir_group_input (run->plan, group, 0);
  gsize rows = (gsize) from->shape.dims[2], size = weir_value_element (from);
  gsize width = (gsize) from->shape.dims[3] * VLEN * size, block = 0;

  (void) error;
  for (guint i = 0; i < group->n_outputs; i++) {
    const WeirValue *to = weir_group_output (run->plan, group, i);
    gsize blocks = (gsize) to->shape.dims[1] / VLEN;

    for (gsize plane = 0; plane < (gsize) to->shape.dims[0] * blocks; plane++) {
      const guint8 *source =
          (const guint8 *) weir_run_input (run, 0) +
          (plane / blocks * from->batch + (block + plane % blocks) * from->plane) * size;
      guint8 *target = (guint8 *) weir_run_output (run, i) +
                       (plane / blocks * to->batch + plane % blocks * to->plane) * size;

      for (gsize y = 0; y < rows; y++)
        memcpy (target + y * to->row * size, source + y * from->row * size, width);
    }
    block += blocks;
  }
  return TRUE;
}

WEIR_KERNEL_DEFINE (split) = {
  .name = "split-" WEIR_ISA_STRING (WEIR_ISA),
  .accepts = split_accepts,
  .demand = split_demand,
  .cost = split_cost,
  .run = split_run,
};
