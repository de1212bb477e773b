#include "frontends/frontend.h"
#include "fuzz.h"
#include "ir/verify.h"

/* Input: a file. What can be loaded is a sound graph. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (WeirSource) source = weir_source_new (bytes, "fuzz.onnx");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  g_autoptr (GError) error = NULL, unsound = NULL;
  g_autoptr (WeirModel) model = weir_frontend_onnx.load (
      &(WeirFrontendInput){ .source = source }, unsupported, &error);

  if ((model == NULL) == (error == NULL))
    g_error ("a model and an error, or none of both");
  if (model != NULL && !weir_graph_verify (weir_model_graph (model), &unsound))
    g_error ("an unsound graph: %s", unsound->message);
  return 0;
}
