#include "cost.h"
#include "cpu/kernel.h"
#include "runtime/rounding.h"

#include <string.h>

/* Operations whose bytes are those of the input: a product with one number, which only
 * changes what a byte stands for, and other shapes of the same elements. Mostly no step
 * is left of them: both values share their memory. */

static gboolean
is_product (const WeirGroup *group)
{
  return weir_node_is (group->node, "Multiply");
}

/* The operand of a product, which may stand on either side. */
static guint
operand (const WeirPlan *plan, const WeirGroup *group)
{
  return is_product (group) && weir_group_input (plan, group, 0)->constant != NULL ? 1
                                                                                   : 0;
}

static gboolean
bytes_same_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *x, *y = weir_group_output (plan, group, 0);

  if (group->n_inputs == 0 || y->levels.step == 0 || group->bias != NULL ||
      group->residual >= 0 || group->before.kind != WEIR_ACT_NONE ||
      group->after.kind != WEIR_ACT_NONE)
    return FALSE;
  x = weir_group_input (plan, group, operand (plan, group));
  if (x->levels.step == 0)
    return FALSE;
  return is_product (group) || weir_node_is (group->node, "Reshape") ||
         weir_node_is (group->node, "Squeeze") || weir_node_is (group->node, "Unsqueeze");
}

static void
bytes_same_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                   WeirDemand *outputs)
{
  guint i = operand (plan, group);

  inputs[i].bytes = outputs[0].bytes = TRUE;
  if (is_product (group))
    inputs[i].block = outputs[0].block = WEIR_BLOCK_ANY;
}

static double
bytes_same_cost (const WeirPlan *plan, const WeirGroup *group)
{
  (void) plan;
  (void) group;
  return COST_CALL;
}

static gboolean
bytes_same_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  guint i = operand (run->plan, group);
  const WeirValue *from = weir_group_input (run->plan, group, i);
  const WeirValue *to = weir_group_output (run->plan, group, 0);
  const guint8 *source = weir_run_input (run, i);
  guint8 *target = weir_run_output (run, 0);
  gsize block = to->layout.block, planes;

  (void) error;
  if (block == 0) {
    memcpy (target, source, weir_shape_elements (&to->shape));
    return TRUE;
  }
  planes = ((gsize) to->shape.dims[1] + block - 1) / block;
  for (gsize p = 0; p < planes * (gsize) to->shape.dims[0]; p++)
    for (gsize y = 0; y < (gsize) to->shape.dims[2]; y++)
      memcpy (target + p / planes * to->batch + p % planes * to->plane + y * to->row,
              source + p / planes * from->batch + p % planes * from->plane +
                  y * from->row,
              (gsize) to->shape.dims[3] * block);
  return TRUE;
}

WEIR_KERNEL_DEFINE (bytes_same) = {
  .name = "bytes-same-" WEIR_ISA_STRING (WEIR_ISA),
  .accepts = bytes_same_accepts,
  .demand = bytes_same_demand,
  .cost = bytes_same_cost,
  .run = bytes_same_run,
};
