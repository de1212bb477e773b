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

/* The next word as it lies in the file, at most WEIR_MAX_NAME bytes of it. */
static gboolean
next_word (WeirBytes *bytes, WeirBytes *word)
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

  if (!next_word (&reader->bytes, &word)) {
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

  return next_word (&bytes, &word) && word.size == strlen (token) &&
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

gboolean
kd_at_tensor (const KdReader *reader)
{
  static const char *const kinds[] = {
    "FM ", "DM ", "FV ", "DV ", "CM ", "CM2 ", "CM3 "
  };
  WeirBytes bytes = reader->bytes;

  if (!reader->binary) {
    skip_blanks (&bytes);
    return weir_bytes_begins (&bytes, "[");
  }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (weir_bytes_begins (&bytes, kinds[i]))
      return TRUE;
  return FALSE;
}

static gboolean
binary_dim (KdReader *reader, gint64 *dim, GError **error)
{
  if (!kd_int (reader, dim, error))
    return FALSE;
  return *dim >= 0 || kd_fail (reader, error, "a size of %" G_GINT64_FORMAT, *dim);
}

static WeirTensor *
binary_tensor (KdReader *reader, GError **error)
{
  g_autofree char *kind = kd_token (reader, error);
  WeirDtype dtype = kind != NULL && kind[0] == 'D' ? WEIR_DTYPE_F64 : WEIR_DTYPE_F32;
  g_autoptr (WeirTensor) tensor = NULL;
  WeirShape shape;
  WeirBytes data;
  gint64 dims[2];
  gsize size;

  if (kind == NULL)
    return NULL;
  if (kind[0] == 'C') {
    weir_fail (error, WEIR_ERROR_UNSUPPORTED, "a compressed matrix (%s)", kind);
    return NULL;
  }
  if (!binary_dim (reader, &dims[0], error) ||
      (kind[1] == 'M' && !binary_dim (reader, &dims[1], error)) ||
      !weir_shape_init (&shape, dims, kind[1] == 'M' ? 2 : 1, error) ||
      !weir_tensor_bytes (dtype, &shape, &size, error))
    return NULL;
  if (!weir_bytes_take (&reader->bytes, size, &data)) {
    kd_fail (reader, error, "expected %zu bytes of a matrix, found the end", size);
    return NULL;
  }
  tensor = weir_tensor_new_from_bytes (dtype, &shape, weir_source_gbytes (reader->source),
                                       reader->bytes.pos - size, size, error);
  return tensor != NULL ? weir_tensor_convert (tensor, WEIR_DTYPE_F32, error) : NULL;
}

static gboolean
text_number (KdReader *reader, const WeirBytes *word, float *value, GError **error)
{
  char text[64] = "";
  char *end;

  memcpy (text, word->data, MIN (sizeof text - 1, word->size));
  *value = (float) g_ascii_strtod (text, &end);
  if ((gsize) (end - text) != word->size)
    return kd_fail (reader, error, "expected a number, found '%s'", text);
  return TRUE;
}

/* "[ 1 2 ]", or a matrix with a row a line. */
static gboolean
text_numbers (KdReader *reader, GArray *values, guint *rows, GError **error)
{
  WeirBytes *bytes = &reader->bytes;
  guint in_row = 0;

  skip_blanks (bytes);
  bytes->pos++;
  *rows = 0;
  for (;;) {
    gboolean new_line = FALSE;
    WeirBytes word;
    float value;

    for (; bytes->pos < bytes->size && g_ascii_isspace (bytes->data[bytes->pos]);
         bytes->pos++)
      new_line |= bytes->data[bytes->pos] == '\n';
    if (in_row > 0 && new_line) {
      ++*rows;
      in_row = 0;
    }
    if (!next_word (bytes, &word))
      return kd_fail (reader, error, "expected ']', found the end");
    if (word.size == 1 && word.data[0] == ']') {
      *rows += in_row > 0;
      return TRUE;
    }
    if (!text_number (reader, &word, &value, error))
      return FALSE;
    g_array_append_val (values, value);
    in_row++;
  }
}

static WeirTensor *
text_tensor (KdReader *reader, GError **error)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (float));
  WeirShape shape;
  guint rows;

  if (!text_numbers (reader, values, &rows, error))
    return NULL;
  if (rows <= 1)
    shape = WEIR_SHAPE (values->len);
  else
    shape = WEIR_SHAPE (rows, values->len / rows);
  if (rows > 1 && values->len % rows != 0) {
    kd_fail (reader, error, "%u numbers do not make %u rows", values->len, rows);
    return NULL;
  }
  return weir_tensor_new_copy (WEIR_DTYPE_F32, &shape, values->data, error);
}

WeirTensor *
kd_tensor (KdReader *reader, GError **error)
{
  if (!kd_at_tensor (reader)) {
    kd_fail (reader, error, "expected a matrix or a vector");
    return NULL;
  }
  return reader->binary ? binary_tensor (reader, error) : text_tensor (reader, error);
}

static gboolean
binary_ints (KdReader *reader, GArray *values, GError **error)
{
  guint8 size;
  gint32 count;

  if (!weir_bytes_u8 (&reader->bytes, &size) || size != 4 ||
      !weir_bytes_i32 (&reader->bytes, &count) || count < 0 ||
      (gsize) count > weir_bytes_left (&reader->bytes) / 4)
    return kd_fail (reader, error, "expected a list of whole numbers");
  for (gint32 i = 0; i < count; i++) {
    gint32 narrow = 0;
    gint64 value;

    weir_bytes_i32 (&reader->bytes, &narrow);
    value = narrow;
    g_array_append_val (values, value);
  }
  return TRUE;
}

static gboolean
text_ints (KdReader *reader, GArray *values, GError **error)
{
  if (!kd_expect (reader, "[", error))
    return FALSE;
  while (!kd_peek (reader, "]")) {
    gint64 value;

    if (!kd_int (reader, &value, error))
      return FALSE;
    g_array_append_val (values, value);
  }
  return kd_expect (reader, "]", error);
}

GArray *
kd_ints (KdReader *reader, GError **error)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (reader->binary ? !binary_ints (reader, values, error)
                     : !text_ints (reader, values, error))
    return NULL;
  return g_steal_pointer (&values);
}
