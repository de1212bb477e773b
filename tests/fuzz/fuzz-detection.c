#include "frontends/frontend.h"
#include "fuzz.h"
#include "ir/verify.h"

#include <string.h>

/* Input: a pipeline.config of the Object Detection API, a byte of 0, and the graph beside
 * which it lies, as text. */

static void
quiet (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  (void) domain;
  (void) level;
  (void) message;
  (void) data;
}

static WeirSource *
source_of (const uint8_t *data, size_t size, const char *name)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  return weir_source_new (bytes, name);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *zero = size > 0 ? memchr (data, 0, size) : NULL;
  size_t length = zero != NULL ? (size_t) (zero - data) : size;
  size_t rest = zero != NULL ? size - length - 1 : 0;
  g_autoptr (WeirSource) pipeline = source_of (data, length, "pipeline.config");
  g_autoptr (WeirSource) graph = source_of (data + (size - rest), rest, "fuzz.pbtxt");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  const WeirFrontendInput input = { .source = graph, .beside = pipeline };
  g_autoptr (GError) error = NULL, unsound = NULL;
  g_autoptr (WeirModel) model = NULL;

  g_log_set_handler (NULL, G_LOG_LEVEL_MESSAGE, quiet, NULL);
  model = weir_frontend_tensorflow.load (&input, unsupported, &error);
  if ((model == NULL) == (error == NULL))
    g_error ("a model and an error, or none of both");
  if (model != NULL && !weir_graph_verify (weir_model_graph (model), &unsound))
    g_error ("an unsound graph: %s", unsound->message);
  return 0;
}
