#include "frontends/frontend.h"
#include "fuzz.h"
#include "ir/verify.h"

/* Input: the files of a SavedModel, each a byte that tells which, the length in four
 * bytes, and what is in it. */

static const char *const names[] = {
  "saved_model.pb",
  "saved_model.pbtxt",
  "variables/variables.index",
  "variables/variables.data-00000-of-00001",
  "variables/variables",
};

static GPtrArray *
read_parts (WeirBytes input)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_source_unref);
  WeirBytes contents;
  guint32 length;
  guint8 which;

  while (parts->len < G_N_ELEMENTS (names) && weir_bytes_u8 (&input, &which) &&
         weir_bytes_u32 (&input, &length) &&
         weir_bytes_take (&input, MIN (length, weir_bytes_left (&input)), &contents)) {
    g_autoptr (GBytes) bytes = g_bytes_new (contents.data, contents.size);

    g_ptr_array_add (parts, weir_source_new (bytes, names[which % G_N_ELEMENTS (names)]));
  }
  return parts;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GPtrArray) parts = read_parts (WEIR_BYTES (data, size));
  g_autoptr (WeirFolder) folder = weir_folder_new_parts (parts, "fuzz");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirFrontendInput input = { .folder = folder };
  g_autoptr (GError) error = NULL, unsound = NULL;
  g_autoptr (WeirModel) model = NULL;

  model = weir_frontend_tensorflow.load (&input, unsupported, &error);
  if ((model == NULL) == (error == NULL))
    g_error ("a model and an error, or none of both");
  if (model != NULL && !weir_graph_verify (weir_model_graph (model), &unsound))
    g_error ("an unsound graph: %s", unsound->message);
  return 0;
}
