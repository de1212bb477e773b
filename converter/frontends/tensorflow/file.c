#include "frontends/text.h"
#include "tensorflow.h"

gboolean
tf_file_read (TfFile *file, GBytes *bytes, const ProtobufCMessageDescriptor *type,
              gboolean is_text, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  WeirBytes view = WEIR_BYTES (data, size);

  *file = (TfFile){ 0 };
  weir_budget_init (&file->budget, size);
  file->bytes =
      is_text ? weir_text_encode (&view, type, NULL, error) : g_bytes_ref (bytes);
  if (file->bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (file->bytes, &size);
  file->wire = weir_wire_read (WEIR_BYTES (data, size), type, NULL, error);
  return file->wire != NULL;
}

void
tf_file_clear (TfFile *file)
{
  weir_wire_free (file->wire);
  g_clear_pointer (&file->bytes, g_bytes_unref);
  file->wire = NULL;
}

WeirBytes
tf_file_bytes (const TfFile *file)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (file->bytes, &size);

  return WEIR_BYTES (data, size);
}
