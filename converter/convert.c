#include "weir-convert.h"

#include "passes/passes.h"

gboolean
weir_convert_optimise (WeirModel *model, GError **error)
{
  return weir_passes_optimise (model, error);
}
