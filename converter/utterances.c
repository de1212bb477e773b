#include "weir-convert.h"

#include "base/error.h"
#include "frontends/kaldi/tokens.h"

#include <string.h>

/* Archives (util/kaldi-table.h): names, each with a matrix behind it, binary or text.
 * Scripts: a name a line, and the file and the byte where its matrix begins. */

/* Entries that a script may name. */
#define MAX_ENTRIES 1000000

void
weir_utterance_free (WeirUtterance *utterance)
{
  if (utterance == NULL)
    return;
  g_free (utterance->key);
  weir_tensor_unref (utterance->features);
  g_free (utterance);
}

static const char *
behind_prefix (const char *path, const char *prefix)
{
  return g_str_has_prefix (path, prefix) ? path + strlen (prefix) : NULL;
}

/* "scp:FILE" or a file that is called so. */
static const char *
script_path (const char *path)
{
  const char *named = behind_prefix (path, "scp:");

  return named != NULL || !g_str_has_suffix (path, ".scp") ? named : path;
}

static const char *
archive_path (const char *path)
{
  const char *named = behind_prefix (path, "ark:");

  if (named == NULL)
    named = behind_prefix (path, "ark,t:");
  return named != NULL ? named : path;
}

gboolean
weir_utterances_named (const char *path)
{
  return script_path (path) != NULL || archive_path (path) != path ||
         g_str_has_suffix (path, ".ark");
}

/* Binary or not is said before each matrix. */
static void
find_form (KdReader *reader)
{
  WeirBytes *bytes = &reader->bytes;

  reader->binary =
      weir_bytes_left (bytes) >= 2 && memcmp (bytes->data + bytes->pos, "\0B", 2) == 0;
  if (reader->binary)
    weir_bytes_seek (bytes, bytes->pos + 2);
}

/* A vector is a frame. */
static WeirTensor *
read_features (KdReader *reader, GError **error)
{
  g_autoptr (WeirTensor) tensor = kd_tensor (reader, error);
  WeirShape shape;

  if (tensor == NULL)
    return NULL;
  if (weir_tensor_count (tensor) == 0) {
    kd_fail (reader, error, "an empty matrix");
    return NULL;
  }
  if (weir_tensor_shape (tensor)->rank == 2)
    return g_steal_pointer (&tensor);
  shape = WEIR_SHAPE (1, (gint64) weir_tensor_count (tensor));
  return weir_tensor_reshape (tensor, &shape, error);
}

static gboolean
add (GPtrArray *utterances, KdReader *reader, const char *key, GError **error)
{
  WeirTensor *features;
  WeirUtterance *utterance;

  find_form (reader);
  features = read_features (reader, error);
  if (features == NULL) {
    g_prefix_error (error, "'%s': ", key);
    return FALSE;
  }
  utterance = g_new0 (WeirUtterance, 1);
  utterance->key = g_strdup (key);
  utterance->features = features;
  g_ptr_array_add (utterances, utterance);
  return TRUE;
}

static gboolean
at_end (const KdReader *reader)
{
  WeirBytes bytes = reader->bytes, word;

  return !kd_word (&bytes, &word);
}

static gboolean
read_archive (WeirSource *source, GPtrArray *utterances, GError **error)
{
  KdReader reader = { .source = source, .bytes = weir_source_bytes (source) };

  while (!at_end (&reader)) {
    g_autofree char *key = NULL;

    reader.binary = FALSE;
    key = kd_token (&reader, error);
    if (key == NULL)
      return FALSE;
    /* One blank stands between the name and the matrix. */
    if (weir_bytes_left (&reader.bytes) > 0)
      weir_bytes_seek (&reader.bytes, reader.bytes.pos + 1);
    if (!add (utterances, &reader, key, error))
      return FALSE;
  }
  return TRUE;
}

/* "FILE" or "FILE:BYTE". */
static char *
split_place (const char *text, gint64 *at)
{
  const char *colon = strrchr (text, ':');

  *at = 0;
  return colon != NULL &&
                 g_ascii_string_to_signed (colon + 1, 10, 0, G_MAXINT64, at, NULL)
             ? g_strndup (text, (gsize) (colon - text))
             : g_strdup (text);
}

/* The archive that the lines before read from is kept: most scripts name one. */
typedef struct {
  char *path;
  WeirSource *source;
} Last;

static gboolean
read_entry (Last *last, GPtrArray *utterances, const char *key, const char *text,
            GError **error)
{
  g_autofree char *path = NULL;
  KdReader reader;
  gint64 at;

  if (g_str_has_suffix (text, "|") || g_str_has_suffix (text, "]"))
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "'%s': expected FILE:BYTE, found '%.80s'", key, text);
  path = split_place (text, &at);
  if (g_strcmp0 (path, last->path) != 0) {
    g_clear_pointer (&last->source, weir_source_unref);
    g_free (last->path);
    last->path = g_strdup (path);
    last->source = weir_source_open (path, error);
  }
  if (last->source == NULL)
    return FALSE;
  reader =
      (KdReader){ .source = last->source, .bytes = weir_source_bytes (last->source) };
  if (!weir_bytes_seek (&reader.bytes, (gsize) at))
    return weir_fail (error, WEIR_ERROR_FORMAT, "'%s': %s has no byte %" G_GINT64_FORMAT,
                      key, path, at);
  return add (utterances, &reader, key, error);
}

static gboolean
read_script (WeirSource *source, GPtrArray *utterances, GError **error)
{
  WeirBytes bytes = weir_source_bytes (source);
  g_autofree char *text = g_strndup ((const char *) bytes.data, bytes.size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", MAX_ENTRIES);
  Last last = { NULL };
  gboolean good = TRUE;

  for (guint i = 0; good && lines[i] != NULL; i++) {
    char *line = g_strstrip (lines[i]);
    gsize length = strcspn (line, " \t");
    g_autofree char *key = g_strndup (line, length);

    if (*line == '\0')
      continue;
    if (line[length] == '\0' || !g_utf8_validate (line, -1, NULL))
      good =
          weir_fail (error, WEIR_ERROR_FORMAT, "line %u: expected NAME FILE:BYTE", i + 1);
    else
      good = read_entry (&last, utterances, key, g_strstrip (line + length), error);
  }
  g_clear_pointer (&last.source, weir_source_unref);
  g_free (last.path);
  return good;
}

GPtrArray *
weir_utterances_read (const char *path, GError **error)
{
  g_autoptr (GPtrArray) utterances =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_utterance_free);
  const char *script = script_path (path);
  const char *file = script != NULL ? script : archive_path (path);
  g_autoptr (WeirSource) source = weir_source_open (file, error);

  if (source == NULL)
    return NULL;
  if (!(script != NULL ? read_script : read_archive) (source, utterances, error)) {
    g_prefix_error (error, "%s: ", file);
    return NULL;
  }
  if (utterances->len > 0)
    return g_steal_pointer (&utterances);
  weir_fail (error, WEIR_ERROR_FORMAT, "%s: there is no matrix in it", file);
  return NULL;
}

static void
append_size (GByteArray *out, gint64 size)
{
  guint8 bytes[5] = { 4 };

  for (int i = 0; i < 4; i++)
    bytes[i + 1] = (guint8) (size >> (8 * i));
  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
append_binary (GByteArray *out, const WeirTensor *matrix, gint64 rows, gint64 columns)
{
  g_byte_array_append (out, (const guint8 *) "\0BFM ", 5);
  append_size (out, rows);
  append_size (out, columns);
  g_byte_array_append (out, weir_tensor_data (matrix), (guint) weir_tensor_size (matrix));
}

static void
append_text (GByteArray *out, const WeirTensor *matrix, gint64 rows, gint64 columns)
{
  g_autoptr (GString) text = g_string_new (" [");

  for (gint64 i = 0; i < rows * columns; i++) {
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd (number, sizeof number, "%.9g", weir_tensor_get (matrix, (gsize) i));
    g_string_append_printf (text, "%s%s", i % columns == 0 ? "\n  " : " ", number);
  }
  g_string_append (text, " ]\n");
  g_byte_array_append (out, (const guint8 *) text->str, (guint) text->len);
}

/* All dimensions but the last are rows. */
static gboolean
append (GByteArray *out, const WeirUtterance *utterance, gboolean as_text, GError **error)
{
  const WeirShape *shape = weir_tensor_shape (utterance->features);
  gint64 columns = shape->rank > 0 ? shape->dims[shape->rank - 1] : 1;
  gint64 count = (gint64) weir_tensor_count (utterance->features);
  g_autoptr (WeirTensor) matrix =
      weir_tensor_convert (utterance->features, WEIR_DTYPE_F32, error);

  if (matrix == NULL)
    return FALSE;
  if (count == 0 || weir_tensor_size (matrix) > G_MAXINT32 - out->len)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "'%s': an empty matrix, or an archive of more than 2 GiB",
                      utterance->key);
  g_byte_array_append (out, (const guint8 *) utterance->key,
                       (guint) strlen (utterance->key));
  g_byte_array_append (out, (const guint8 *) " ", 1);
  (as_text ? append_text : append_binary) (out, matrix, count / columns, columns);
  return TRUE;
}

gboolean
weir_utterances_write (const char *path, const GPtrArray *utterances, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gboolean as_text = g_str_has_prefix (path, "ark,t:");

  for (guint i = 0; i < utterances->len; i++)
    if (!append (out, utterances->pdata[i], as_text, error))
      return FALSE;
  return g_file_set_contents (archive_path (path), (const char *) out->data,
                              (gssize) out->len, error);
}
