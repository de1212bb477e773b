#include "write.h"

#include <string.h>

/* What is known of the network: paths like "model_info/labels" into nested elements. */

/* Version 10 lists the options that were not set: <unset unset_cli_parameters="…"/>. */
#define UNSET "unset_cli_parameters"

typedef struct {
  char *key;
  const char *value; /* (nullable) */
  GPtrArray *children;
} Note;

static void
note_free (gpointer data)
{
  Note *note = data;

  g_ptr_array_unref (note->children);
  g_free (note->key);
  g_free (note);
}

static Note *
note_new (const char *key)
{
  Note *note = g_new0 (Note, 1);

  note->key = g_strdup (key);
  note->children = g_ptr_array_new_with_free_func (note_free);
  return note;
}

static Note *
note_child (Note *parent, const char *key)
{
  Note *child;

  for (guint i = 0; i < parent->children->len; i++) {
    child = parent->children->pdata[i];
    if (strcmp (child->key, key) == 0)
      return child;
  }
  child = note_new (key);
  g_ptr_array_add (parent->children, child);
  return child;
}

static Note *
tree_of (const WeirModel *model)
{
  Note *root = note_new ("");

  for (guint i = 0; i < weir_model_n_info (model); i++) {
    g_auto (GStrv) keys = NULL;
    const char *path, *value;
    Note *at = root;

    weir_model_info_at (model, i, &path, &value);
    keys = g_strsplit (path, "/", WEIR_MAX_DEPTH);
    for (guint k = 0; keys[k] != NULL; k++)
      at = note_child (at, keys[k]);
    at->value = value;
  }
  return root;
}

static void
write_note (IrWriter *writer, const Note *note, const char *key)
{
  const char *element = ir_text_is_name (key) ? key : "info";

  ir_text_open (&writer->text, element);
  if (element != key)
    ir_text_attr (&writer->text, "name", key);
  if (note->value != NULL)
    ir_text_attr (&writer->text,
                  writer->version < 11 && strcmp (key, "unset") == 0 ? UNSET : "value",
                  note->value);
  for (guint i = 0; i < note->children->len; i++) {
    const Note *child = note->children->pdata[i];
    write_note (writer, child, child->key);
  }
  ir_text_close (&writer->text, element);
}

/* OpenVINO refuses a version 10 that holds other groups than those of its time. */
static gboolean
is_written (const IrWriter *writer, const Note *note)
{
  return writer->version >= 11 || note->children->len == 0 ||
         strcmp (note->key, "conversion_parameters") == 0 ||
         strcmp (note->key, "quantization_parameters") == 0;
}

void
ir_write_info (IrWriter *writer, const WeirModel *model)
{
  const char *element = writer->version >= 11 ? "rt_info" : "meta_data";
  Note *root = tree_of (model);

  ir_text_open (&writer->text, element);
  for (guint i = 0; i < root->children->len; i++) {
    const Note *note = root->children->pdata[i];
    gboolean renamed =
        writer->version < 11 && strcmp (note->key, "conversion_parameters") == 0;

    if (is_written (writer, note))
      write_note (writer, note, renamed ? "cli_parameters" : note->key);
  }
  ir_text_close (&writer->text, element);
  note_free (root);
}
