#include "tokens.h"

#include "base/error.h"

#include <string.h>

/* Matrices and vectors: "FM ", rows, columns and elements in binary files; "[ 1 2 ]" with
 * a row a line in text. */

gboolean
kd_at_tensor (const KdReader *reader)
{
  static const char *const kinds[] = { "FM ", "DM ",  "FV ",  "DV ",
                                       "CM ", "CM2 ", "CM3 ", "SM " };
  WeirBytes bytes = reader->bytes, word;

  if (!reader->binary) {
    return kd_word (&bytes, &word) && word.data[0] == '[';
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
  if (kind[0] == 'C')
    return kd_compressed (reader, kind, error);
  if (kind[0] == 'S')
    return kd_sparse (reader, error);
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

  weir_bytes_skip_behind (bytes, "[");
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
    if (!kd_word (bytes, &word))
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
