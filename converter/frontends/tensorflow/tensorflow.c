#include "checkpoint.h"
#include "table.h"

#include <string.h>

/* GraphDef begins with field 1, a node whose field 1 is its name and field 2 its
 * operation. */
static int
probe_graph (const WeirBytes *head)
{
  WeirBytes bytes = *head;
  guint64 size, length;
  guint8 tag;

  if (!weir_bytes_u8 (&bytes, &tag) || tag != 0x0a ||
      !weir_bytes_varint (&bytes, &size) || !weir_bytes_u8 (&bytes, &tag) ||
      tag != 0x0a || !weir_bytes_varint (&bytes, &length) || length >= size ||
      length > G_MAXINT || !weir_bytes_skip (&bytes, (gsize) length) ||
      !weir_bytes_u8 (&bytes, &tag) || tag != 0x12)
    return 0;
  return 80;
}

/* MetaGraphDef begins with field 1, of which field 1 (a version), 2 (a list of
 * operations) or 4 (tags) comes first; the file is called NAME.meta. */
static int
probe_meta_graph (const WeirBytes *head, const char *path)
{
  WeirBytes bytes = *head;
  guint64 size;
  guint8 tag;

  if (path == NULL || !g_str_has_suffix (path, ".meta") ||
      !weir_bytes_u8 (&bytes, &tag) || tag != 0x0a ||
      !weir_bytes_varint (&bytes, &size) || !weir_bytes_u8 (&bytes, &tag))
    return 0;
  return tag == 0x0a || tag == 0x12 || tag == 0x22 ? 70 : 0;
}

/* A word that text begins with, and what must follow it. */
static gboolean
begins_with (const WeirBytes *head, const char *word, char next)
{
  WeirBytes bytes = *head;

  while (bytes.pos < bytes.size && g_ascii_isspace (bytes.data[bytes.pos]))
    bytes.pos++;
  if (!weir_bytes_begins (&bytes, word))
    return FALSE;
  bytes.pos += strlen (word);
  while (bytes.pos < bytes.size && g_ascii_isspace (bytes.data[bytes.pos]))
    bytes.pos++;
  return bytes.pos < bytes.size && bytes.data[bytes.pos] == (guint8) next;
}

static gboolean
is_saved_text (const WeirBytes *head)
{
  return begins_with (head, "saved_model_schema_version", ':') ||
         begins_with (head, "meta_graphs", '{');
}

/* SavedModel begins with field 1, its version, and field 2, a MetaGraphDef, of which
 * field 1 or 2 comes first. */
static gboolean
is_saved_model (const WeirBytes *head)
{
  WeirBytes bytes = *head;
  guint64 version, size;
  guint8 tag;

  if (is_saved_text (head))
    return TRUE;
  return weir_bytes_u8 (&bytes, &tag) && tag == 0x08 &&
         weir_bytes_varint (&bytes, &version) && version <= 1 &&
         weir_bytes_u8 (&bytes, &tag) && tag == 0x12 &&
         weir_bytes_varint (&bytes, &size) && weir_bytes_u8 (&bytes, &tag) &&
         (tag == 0x0a || tag == 0x12);
}

static gboolean
begins_like_text (const WeirBytes *head)
{
  return begins_with (head, "node", '{');
}

static int
tf_probe (const WeirBytes *head, const char *path)
{
  int sure = begins_like_text (head) ? 60 : probe_graph (head);

  if (sure == 0 && is_saved_model (head))
    sure = 75;
  return sure > 0 ? sure : probe_meta_graph (head, path);
}

static gboolean
is_meta_graph (const WeirFrontendInput *input)
{
  WeirBytes bytes = weir_source_bytes (input->source);

  return weir_frontend_option (input, "input_meta_graph") != NULL ||
         probe_meta_graph (&bytes, input->path) > 0;
}

static gboolean
is_text (const WeirFrontendInput *input)
{
  WeirBytes bytes = weir_source_bytes (input->source);

  return weir_frontend_flag (input, "input_model_is_text") || begins_like_text (&bytes);
}

/* The checkpoint that an option names. */
static gboolean
open_checkpoint (TfImport *import, GError **error)
{
  const char *path = weir_frontend_option (import->input, "input_checkpoint");

  if (path == NULL)
    return TRUE;
  import->checkpoint = tf_checkpoint_open_path (path, error);
  return import->checkpoint != NULL;
}

static WeirModel *
load_file (TfImport *import, TfFile *file, GError **error)
{
  const WeirFrontendInput *input = import->input;
  GBytes *bytes = weir_source_gbytes (input->source);
  gboolean meta = is_meta_graph (input);
  TfRequest all = { 0 };

  if (!tf_file_read (file, bytes,
                     meta ? &tf__meta_graph_def__descriptor : &tf__graph_def__descriptor,
                     is_text (input), error) ||
      !open_checkpoint (import, error))
    return NULL;
  import->file = file;
  import->graph_bytes = tf_file_bytes (file);
  return meta ? tf_meta_graph_load (import, file, error)
              : tf_graph_convert (import, weir_wire_message (file->wire), &all, error);
}

static WeirModel *
tf_load (const WeirFrontendInput *input, GPtrArray *unsupported, GError **error)
{
  TfImport import = { .input = input, .unsupported = unsupported };
  TfFile file = { 0 };
  WeirBytes bytes = { 0 };
  WeirModel *model;

  if (input->source != NULL)
    bytes = weir_source_bytes (input->source);
  model = input->source == NULL || is_saved_model (&bytes)
              ? tf_saved_model_load (&import, is_saved_text (&bytes), error)
              : load_file (&import, &file, error);
  g_clear_pointer (&import.checkpoint, tf_checkpoint_free);
  tf_file_clear (&file);
  if (model == NULL)
    g_prefix_error (error, "%s: ", weir_frontend_input_name (input));
  return model;
}

const WeirFrontend weir_frontend_tensorflow = {
  .name = "tensorflow",
  .alias = "tf",
  .media_type = "application/x-tensorflow",
  .extensions = "pb|pbtxt|meta",
  .beside = TF_PIPELINE,
  .probe = tf_probe,
  .probe_folder = tf_saved_model_probe,
  .op_names = tf_op_names,
  .cuts = TRUE,
  .load = tf_load,
};
