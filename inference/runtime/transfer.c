#include "transfer.h"

#include "device.h"

#include <string.h>

/* The copy between two devices, by way of the host. */

static gboolean
transfer_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  (void) plan;
  (void) group;
  return FALSE;
}

static gboolean
transfer_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  const WeirValue *from = weir_group_input (run->plan, group, 0);
  const WeirValue *to = weir_group_output (run->plan, group, 0);
  WeirDevice *source = run->plan->devices->pdata[from->device];
  WeirDevice *target = run->plan->devices->pdata[to->device];
  gsize size = weir_shape_elements (&to->shape) * weir_dtype_size (to->dtype);

  if (!source->is_host)
    return source->finish (source, run->arenas[from->device], error) &&
           source->download (source, run->arenas[from->device], from->offset,
                             weir_run_output (run, 0), size, error);
  if (!target->is_host)
    return target->upload (target, run->arenas[to->device], to->offset,
                           weir_run_input (run, 0), size, error);
  memcpy (weir_run_output (run, 0), weir_run_input (run, 0), size);
  return TRUE;
}

const WeirKernel weir_kernel_transfer = {
  .name = "transfer",
  .accepts = transfer_accepts,
  .run = transfer_run,
};
