#include "compiler.h"

#include "ir/match.h"
#include "runtime/rounding.h"

/* A layer that sums whole numbers is followed by what one of them is worth, and often by
 * FakeQuantize: once behind the sum, and again behind an activation or a residual. */

gboolean
compiler_fuse_scale (Compiler *c, WeirGroup *group, const WeirNode *multiply,
                     WeirPort from)
{
  guint other = weir_port_equal (multiply->inputs[0], from) ? 1 : 0;
  WeirTensor *scale = weir_match_constant (c->plan->graph, multiply, other);

  if (scale == NULL || group->scale != NULL || group->bias != NULL ||
      group->residual >= 0 || group->before.kind != WEIR_ACT_NONE ||
      group->after.kind != WEIR_ACT_NONE || group->last != NULL ||
      weir_tensor_dtype (scale) != WEIR_DTYPE_F32 ||
      weir_tensor_shape (scale)->rank > multiply->outputs[0].info.shape.rank ||
      (weir_tensor_count (scale) != 1 && !compiler_is_a_channel (group, multiply, scale)))
    return FALSE;
  group->scale = weir_tensor_ref (scale);
  return TRUE;
}

gboolean
compiler_fuse_rounding (Compiler *c, WeirGroup *group, const WeirNode *fake)
{
  WeirRounding rounding;

  if (!weir_rounding_read (c->plan->graph, fake, &rounding))
    return FALSE;
  group->last = fake;
  return TRUE;
}

gboolean
compiler_begin_behind_rounding (WeirGroup *group)
{
  if (group->last == NULL || group->inner != NULL || group->residual >= 0)
    return FALSE;
  group->before = group->after;
  group->after = (WeirActivation){ 0 };
  group->inner = group->last;
  group->last = NULL;
  return TRUE;
}
