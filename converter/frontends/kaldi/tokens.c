#include "tokens.h"

#include "base/error.h"

#include <string.h>

/* Kaldi's base/io-funcs.h and matrix/kaldi-matrix.cc: words end at a blank; in binary
 * files a number is a byte with its size and then its bytes, a matrix is "FM " or "DM ",
 * rows, columns and its elements. */

void
kd_reader_init (KdReader *reader, WeirSource *source)
{
  *reader = (KdReader){ .source = source, .bytes = weir_source_bytes (source) };
  reader->binary = reader->bytes.size >= 2 && memcmp (reader->bytes.data, "\0B", 2) == 0;
  if (reader->binary)
    weir_bytes_seek (&reader->bytes, 2);
}

static guint
line_at (const KdReader *reader)
{
  guint line = 1;

  for (gsize i = 0; i < reader->bytes.pos; i++)
    line += reader->bytes.data[i] == '\n';
  return line;
}

gboolean
kd_fail (const KdReader *reader, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  if (reader->binary)
    return weir_fail (error, WEIR_ERROR_FORMAT, "byte %zu: %s", reader->bytes.pos,
                      message);
  return weir_fail (error, WEIR_ERROR_FORMAT, "line %u: %s", line_at (reader), message);
}

static void
skip_blanks (WeirBytes *bytes)
{
  while (bytes->pos < bytes->size && g_ascii_isspace (bytes->data[bytes->pos]))
    bytes->pos++;
}

gboolean
kd_word (WeirBytes *bytes, WeirBytes *word)
{
  gsize begin;

  skip_blanks (bytes);
  begin = bytes->pos;
  while (bytes->pos < bytes->size && !g_ascii_isspace (bytes->data[bytes->pos]) &&
         bytes->pos - begin < WEIR_MAX_NAME)
    bytes->pos++;
  return bytes->pos > begin && weir_bytes_slice (bytes, begin, bytes->pos - begin, word);
}

/* In binary files exactly one blank stands behind a word. */
static void
end_word (KdReader *reader)
{
  if (reader->binary && reader->bytes.pos < reader->bytes.size &&
      g_ascii_isspace (reader->bytes.data[reader->bytes.pos]))
    reader->bytes.pos++;
}

char *
kd_token (KdReader *reader, GError **error)
{
  g_autofree char *token = NULL;
  WeirBytes word;

  if (!kd_word (&reader->bytes, &word)) {
    kd_fail (reader, error, "expected a word, found the end");
    return NULL;
  }
  end_word (reader);
  token = g_strndup ((const char *) word.data, word.size);
  if (g_utf8_validate (token, -1, NULL) && strlen (token) == word.size)
    return g_steal_pointer (&token);
  kd_fail (reader, error, "expected a word, found other bytes");
  return NULL;
}

gboolean
kd_expect (KdReader *reader, const char *token, GError **error)
{
  KdReader before = *reader;
  g_autofree char *found = kd_token (reader, error);

  if (found == NULL || strcmp (found, token) == 0)
    return found != NULL;
  return kd_fail (&before, error, "expected %s, found '%.80s'", token, found);
}

gboolean
kd_peek (const KdReader *reader, const char *token)
{
  WeirBytes bytes = reader->bytes, word;

  return kd_word (&bytes, &word) && word.size == strlen (token) &&
         memcmp (word.data, token, word.size) == 0;
}

gboolean
kd_skip_behind (KdReader *reader, const char *token, GError **error)
{
  if (!weir_bytes_skip_behind (&reader->bytes, token))
    return kd_fail (reader, error, "expected %s, found the end", token);
  end_word (reader);
  return TRUE;
}

char *
kd_line (KdReader *reader, GError **error)
{
  WeirBytes *bytes = &reader->bytes;
  gsize begin = bytes->pos;
  g_autofree char *line = NULL;

  while (bytes->pos < bytes->size && bytes->data[bytes->pos] != '\n')
    bytes->pos++;
  if (bytes->pos == bytes->size) {
    kd_fail (reader, error, "expected a line, found the end");
    return NULL;
  }
  line = g_strndup ((const char *) bytes->data + begin, bytes->pos - begin);
  bytes->pos++;
  if (g_utf8_validate (line, -1, NULL))
    return g_strstrip (g_steal_pointer (&line));
  kd_fail (reader, error, "expected text, found other bytes");
  return NULL;
}

/* A number of a binary file: 4 or 8 bytes behind their size. */
static gboolean
binary_number (KdReader *reader, WeirBytes *number, GError **error)
{
  guint8 size;

  if (!weir_bytes_u8 (&reader->bytes, &size) || (size != 4 && size != 8) ||
      !weir_bytes_take (&reader->bytes, size, number))
    return kd_fail (reader, error, "expected a number");
  return TRUE;
}

gboolean
kd_int (KdReader *reader, gint64 *value, GError **error)
{
  g_autofree char *word = NULL;
  WeirBytes number;
  gint32 narrow = 0;

  if (reader->binary) {
    if (!binary_number (reader, &number, error))
      return FALSE;
    if (number.size == 8)
      return (weir_bytes_i64 (&number, value) && *value == (gint32) *value) ||
             kd_fail (reader, error, "expected a whole number of 32 bits");
    weir_bytes_i32 (&number, &narrow);
    *value = narrow;
    return TRUE;
  }
  word = kd_token (reader, error);
  if (word == NULL)
    return FALSE;
  return g_ascii_string_to_signed (word, 10, G_MININT32, G_MAXINT32, value, NULL) ||
         kd_fail (reader, error, "expected a whole number of 32 bits, found '%.80s'",
                  word);
}

gboolean
kd_float (KdReader *reader, double *value, GError **error)
{
  g_autofree char *word = NULL;
  WeirBytes number;
  float narrow = 0;
  char *end;

  if (reader->binary) {
    if (!binary_number (reader, &number, error))
      return FALSE;
    if (number.size == 8)
      return weir_bytes_f64 (&number, value);
    weir_bytes_f32 (&number, &narrow);
    *value = (double) narrow;
    return TRUE;
  }
  word = kd_token (reader, error);
  if (word == NULL)
    return FALSE;
  *value = g_ascii_strtod (word, &end);
  return *end == '\0' ||
         kd_fail (reader, error, "expected a number, found '%.80s'", word);
}

gboolean
kd_bool (KdReader *reader, gboolean *value, GError **error)
{
  guint8 letter = 0;

  skip_blanks (&reader->bytes);
  if (!weir_bytes_u8 (&reader->bytes, &letter) || (letter != 'T' && letter != 'F'))
    return kd_fail (reader, error, "expected T or F");
  *value = letter == 'T';
  end_word (reader);
  return TRUE;
}

static gboolean
binary_ints (KdReader *reader, guint width, GArray *values, GError **error)
{
  guint8 size;
  gint32 count;

  if (!weir_bytes_u8 (&reader->bytes, &size) || size != 4 ||
      !weir_bytes_i32 (&reader->bytes, &count) || count < 0 ||
      (gsize) count > weir_bytes_left (&reader->bytes) / 4 / width)
    return kd_fail (reader, error, "expected a list of whole numbers");
  for (gsize i = 0; i < (gsize) count * width; i++) {
    gint32 narrow = 0;
    gint64 value;

    weir_bytes_i32 (&reader->bytes, &narrow);
    value = narrow;
    g_array_append_val (values, value);
  }
  return TRUE;
}

/* "1", or "1,2" where the list is one of pairs. */
static gboolean
text_entry (KdReader *reader, guint width, GArray *values, GError **error)
{
  g_autofree char *word = kd_token (reader, error);
  g_auto (GStrv) parts = word != NULL ? g_strsplit (word, ",", 3) : NULL;

  if (word == NULL)
    return FALSE;
  if (g_strv_length (parts) != width)
    return kd_fail (reader, error, "expected %u whole numbers, found '%.80s'", width,
                    word);
  for (guint i = 0; i < width; i++) {
    gint64 value;

    if (!g_ascii_string_to_signed (parts[i], 10, G_MININT64, G_MAXINT64, &value, NULL))
      return kd_fail (reader, error, "expected a whole number, found '%.80s'", word);
    g_array_append_val (values, value);
  }
  return TRUE;
}

static gboolean
text_ints (KdReader *reader, guint width, GArray *values, GError **error)
{
  if (!kd_expect (reader, "[", error))
    return FALSE;
  while (!kd_peek (reader, "]"))
    if (!text_entry (reader, width, values, error))
      return FALSE;
  return kd_expect (reader, "]", error);
}

static GArray *
read_list (KdReader *reader, guint width, GError **error)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (reader->binary ? !binary_ints (reader, width, values, error)
                     : !text_ints (reader, width, values, error))
    return NULL;
  return g_steal_pointer (&values);
}

GArray *
kd_ints (KdReader *reader, GError **error)
{
  return read_list (reader, 1, error);
}

GArray *
kd_int_pairs (KdReader *reader, GError **error)
{
  return read_list (reader, 2, error);
}
