#include "frontends/frontend.h"
#include "fuzz.h"
#include "ir/verify.h"

#include <string.h>

/* Input: a topology, a byte of 0, and weights. What can be loaded is a sound graph. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *zero = size > 0 ? memchr (data, 0, size) : NULL;
  size_t length = zero != NULL ? (size_t) (zero - data) : size;
  size_t rest = zero != NULL ? size - length - 1 : 0;
  g_autoptr (GBytes) text = g_bytes_new (data, length);
  g_autoptr (GBytes) weights = g_bytes_new (data + (size - rest), rest);
  g_autoptr (WeirSource) topology = weir_source_new (text, "fuzz.prototxt");
  g_autoptr (WeirSource) source = weir_source_new (weights, "fuzz.caffemodel");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  g_autoptr (GError) error = NULL, unsound = NULL;
  g_autoptr (WeirModel) model = weir_frontend_caffe.load (
      &(WeirFrontendInput){ .source = source, .topology = topology }, unsupported,
      &error);

  if ((model == NULL) == (error == NULL))
    g_error ("a model and an error, or none of both");
  if (model != NULL && !weir_graph_verify (weir_model_graph (model), &unsound))
    g_error ("an unsound graph: %s", unsound->message);
  return 0;
}
