#include "compiler.h"

gboolean
compiler_prepare_kernels (Compiler *c, GError **error)
{
  for (guint i = 0; i < c->plan->steps->len; i++) {
    WeirStep *step = &g_array_index (c->plan->steps, WeirStep, i);

    if (step->kernel->prepare != NULL) {
      step->state = step->kernel->prepare (c->plan, &step->group, error);
      if (step->state == NULL) {
        g_prefix_error (error, "step '%s' (%s): ", step->name, step->kernel->name);
        return FALSE;
      }
    }
    if (step->kernel->scratch != NULL)
      c->plan->scratch_size =
          MAX (c->plan->scratch_size, step->kernel->scratch (step->state));
  }
  c->plan->scratch_size = (c->plan->scratch_size + 63) & ~(gsize) 63;
  return TRUE;
}
