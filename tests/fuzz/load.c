#include "load.h"

#include "ir/verify.h"

#include <string.h>

void
fuzz_load_input (const WeirFrontend *frontend, const WeirFrontendInput *input)
{
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  g_autoptr (GError) error = NULL, unsound = NULL;
  g_autoptr (WeirModel) model = frontend->load (input, unsupported, &error);

  if ((model == NULL) == (error == NULL))
    g_error ("a model and an error, or none of both");
  if (model != NULL && !weir_graph_verify (weir_model_graph (model), &unsound))
    g_error ("an unsound graph: %s", unsound->message);
}

static void
load (const WeirFrontend *frontend, WeirSource *source, WeirSource *topology)
{
  fuzz_load_input (frontend,
                   &(WeirFrontendInput){ .source = source, .topology = topology });
}

WeirSource *
fuzz_source (const uint8_t *data, size_t size, const char *name)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  return weir_source_new (bytes, name);
}

void
fuzz_load (const WeirFrontend *frontend, const uint8_t *data, size_t size)
{
  g_autoptr (WeirSource) source = fuzz_source (data, size, "fuzz.model");

  load (frontend, source, NULL);
}

void
fuzz_load_pair (const WeirFrontend *frontend, const uint8_t *data, size_t size)
{
  const uint8_t *zero = size > 0 ? memchr (data, 0, size) : NULL;
  size_t length = zero != NULL ? (size_t) (zero - data) : size;
  size_t rest = zero != NULL ? size - length - 1 : 0;
  g_autoptr (WeirSource) topology = fuzz_source (data, length, "fuzz.topology");
  g_autoptr (WeirSource) weights =
      fuzz_source (data + (size - rest), rest, "fuzz.weights");

  load (frontend, weights, topology);
}

void
fuzz_load_binary_pair (const WeirFrontend *frontend, const uint8_t *data, size_t size)
{
  WeirBytes bytes = WEIR_BYTES (data, size), first;
  g_autoptr (WeirSource) source = NULL;
  g_autoptr (WeirSource) second = NULL;
  guint32 length;

  if (!weir_bytes_u32 (&bytes, &length) || !weir_bytes_take (&bytes, length, &first))
    return;
  source = fuzz_source (first.data, first.size, "fuzz.model");
  second = fuzz_source (data + bytes.pos, weir_bytes_left (&bytes), "fuzz.weights");
  load (frontend, source, second);
}
