#include "table.h"

#include "base/checked.h"

#include <string.h>

/* Components say themselves what they hold: words in brackets, and behind each a value.
 * What a value is follows from how it begins; only lists of whole numbers look like one
 * number in a binary file, so that their keys must be known. */

/* Fields that a component may have. */
#define MAX_FIELDS 256

static const char *const list_keys[] = {
  "Context", "TimeOffsets", "ColumnMap", "Reorder", "Sizes", "RequiredTimeOffsets"
};

KdComponent *
kd_component_new (const char *type, const char *name)
{
  KdComponent *component = g_new0 (KdComponent, 1);

  component->type = g_strdup (type);
  component->name = g_strdup (name);
  return component;
}

static void
field_free (gpointer data)
{
  KdField *field = data;

  if (field == NULL)
    return;
  weir_tensor_unref (field->tensor);
  g_clear_pointer (&field->ints, g_array_unref);
  g_free (field);
}

void
kd_component_free (gpointer data)
{
  KdComponent *component = data;

  if (component == NULL)
    return;
  g_free (component->type);
  g_free (component->name);
  g_clear_pointer (&component->fields, g_hash_table_unref);
  g_free (component);
}

const KdField *
kd_field (const KdComponent *component, const char *key)
{
  return component->fields != NULL ? g_hash_table_lookup (component->fields, key) : NULL;
}

void
kd_field_set (KdComponent *component, const char *key, KdField *field)
{
  if (component->fields == NULL)
    component->fields =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, field_free);
  g_hash_table_insert (component->fields, g_strdup (key), field);
}

static gboolean
is_list (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (list_keys); i++)
    if (strcmp (list_keys[i], key) == 0)
      return TRUE;
  return FALSE;
}

/* Whether a key has no value: another one follows at once. */
static gboolean
at_key (const KdReader *reader)
{
  WeirBytes bytes = reader->bytes;

  while (bytes.pos < bytes.size && g_ascii_isspace (bytes.data[bytes.pos]))
    bytes.pos++;
  return weir_bytes_begins (&bytes, "<");
}

/* T or F alone, before a blank or another key. */
static gboolean
at_flag (const KdReader *reader)
{
  WeirBytes bytes = reader->bytes;
  guint8 letter;

  while (bytes.pos < bytes.size && g_ascii_isspace (bytes.data[bytes.pos]))
    bytes.pos++;
  if (!weir_bytes_u8 (&bytes, &letter) || (letter != 'T' && letter != 'F'))
    return FALSE;
  return bytes.pos == bytes.size || bytes.data[bytes.pos] == '<' ||
         g_ascii_isspace (bytes.data[bytes.pos]);
}

gboolean
kd_number_read (KdReader *reader, KdField *field, GError **error)
{
  KdReader again = *reader;

  if (!kd_float (reader, &field->number, error))
    return FALSE;
  if (!kd_int (&again, &field->whole, NULL))
    field->whole = weir_whole (field->number, -1e15, 1e15);
  return TRUE;
}

/* One number counts; a second one, as in <RankInOut>, is of training. */
static gboolean
read_numbers (KdReader *reader, KdField *field, GError **error)
{
  double ignored;

  if (!kd_number_read (reader, field, error))
    return FALSE;
  while (!at_key (reader))
    if (!kd_float (reader, &ignored, error))
      return FALSE;
  return TRUE;
}

/* Offsets of frames and heights in the description of a convolution. */
static gboolean
is_pairs (const KdComponent *component, const char *key)
{
  return strcmp (key, "Offsets") == 0 && kd_field (component, "ConvolutionModel") != NULL;
}

static gboolean
read_value (KdReader *reader, const KdComponent *component, const char *key,
            KdField *field, GError **error)
{
  if (at_key (reader))
    return TRUE;
  if (at_flag (reader))
    return kd_bool (reader, &field->flag, error);
  if (is_pairs (component, key) || is_list (key)) {
    field->ints = is_pairs (component, key) ? kd_int_pairs (reader, error)
                                            : kd_ints (reader, error);
    return field->ints != NULL;
  }
  if (kd_at_tensor (reader)) {
    field->tensor = kd_tensor (reader, error);
    return field->tensor != NULL;
  }
  return read_numbers (reader, field, error);
}

/* "LinearParams" of "<LinearParams>"; (nullable) (transfer full) */
static char *
strip_brackets (const char *token)
{
  gsize length = strlen (token);

  return length > 2 && token[0] == '<' && token[length - 1] == '>'
             ? g_strndup (token + 1, length - 2)
             : NULL;
}

static gboolean
read_field (KdReader *reader, KdComponent *component, const char *token, GError **error)
{
  g_autofree char *key = strip_brackets (token);
  KdField *field = g_new0 (KdField, 1);

  if (key == NULL)
    kd_fail (reader, error, "expected a word in brackets, found '%.80s'", token);
  if (key != NULL && read_value (reader, component, key, field, error)) {
    kd_field_set (component, key, field);
    return TRUE;
  }
  field_free (field);
  return FALSE;
}

static KdComponent *
read_fields (KdReader *reader, const char *type, const char *name, const char *closing,
             GError **error)
{
  KdComponent *component = kd_component_new (type, name);
  GError *local = NULL;

  for (guint i = 0; i < MAX_FIELDS; i++) {
    g_autofree char *token = kd_token (reader, &local);

    if (token != NULL && strcmp (token, closing) == 0)
      return component;
    if (token == NULL || !read_field (reader, component, token, &local))
      break;
  }
  kd_component_free (component);
  if (local != NULL)
    g_propagate_prefixed_error (error, local, "component '%s' (%s): ", name, type);
  else
    kd_fail (reader, error, "component '%s' has more than %d fields", name, MAX_FIELDS);
  return NULL;
}

/* What is in a component that is not known does not matter: it may be cut away. */
static KdComponent *
skip_fields (KdReader *reader, const char *type, const char *name, const char *closing,
             GError **error)
{
  KdComponent *component;

  if (!kd_skip_behind (reader, closing, error))
    return NULL;
  component = kd_component_new (type, name);
  component->is_skipped = TRUE;
  return component;
}

KdComponent *
kd_component_read (KdReader *reader, const char *opening, const char *name,
                   GError **error)
{
  g_autofree char *type = strip_brackets (opening);
  g_autofree char *closing = NULL;
  KdReader begin = *reader;
  GError *local = NULL;
  KdComponent *component;

  if (type == NULL) {
    kd_fail (reader, error, "expected a component, found '%.80s'", opening);
    return NULL;
  }
  closing = g_strdup_printf ("</%s>", type);
  component = read_fields (reader, type, name, closing, &local);
  if (component == NULL && kd_row_find (&(KdComponent){ .type = type }) == NULL) {
    g_clear_error (&local);
    *reader = begin;
    return skip_fields (reader, type, name, closing, error);
  }
  if (component == NULL)
    g_propagate_error (error, local);
  return component;
}
