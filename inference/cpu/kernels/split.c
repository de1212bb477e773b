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
  (void) plan;
  inputs[0].block = VLEN;
  for (guint i = 0; i < group->n_outputs; i++)
    outputs[i].block = VLEN;
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
  gsize rows = (gsize) from->shape.dims[2];
  gsize width = (gsize) from->shape.dims[3] * VLEN * sizeof (float), block = 0;

  (void) error;
  for (guint i = 0; i < group->n_outputs; i++) {
    const WeirValue *to = weir_group_output (run->plan, group, i);
    gsize blocks = (gsize) to->shape.dims[1] / VLEN;

    for (gsize plane = 0; plane < (gsize) to->shape.dims[0] * blocks; plane++) {
      const float *source = (const float *) weir_run_input (run, 0) +
                            plane / blocks * from->batch +
                            (block + plane % blocks) * from->plane;
      float *target = (float *) weir_run_output (run, i) + plane / blocks * to->batch +
                      plane % blocks * to->plane;

      for (gsize y = 0; y < rows; y++)
        memcpy (target + y * to->row, source + y * from->row, width);
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
