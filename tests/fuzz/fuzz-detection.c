#include "load.h"

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

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *zero = size > 0 ? memchr (data, 0, size) : NULL;
  size_t length = zero != NULL ? (size_t) (zero - data) : size;
  size_t rest = zero != NULL ? size - length - 1 : 0;
  g_autoptr (WeirSource) pipeline = fuzz_source (data, length, "pipeline.config");
  g_autoptr (WeirSource) graph = fuzz_source (data + (size - rest), rest, "fuzz.pbtxt");
  const WeirFrontendInput input = { .source = graph, .beside = pipeline };

  g_log_set_handler (NULL, G_LOG_LEVEL_MESSAGE, quiet, NULL);
  fuzz_load_input (&weir_frontend_tensorflow, &input);
  return 0;
}
