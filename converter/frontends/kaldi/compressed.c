#include "tokens.h"

#include "base/error.h"

/* Compressed matrices (matrix/compressed-matrix.h): the range of all elements, then
 * elements of one or two bytes. "CM" has four quantiles a column, between which its bytes
 * are spread, and lies column by column. */

/* What a file of few bytes may grow to. */
#define MAX_ELEMENTS (1 << 26)

typedef struct {
  float low, range;
  gint32 rows, columns;
} Header;

static gboolean
read_header (KdReader *reader, Header *header, GError **error)
{
  return (weir_bytes_f32 (&reader->bytes, &header->low) &&
          weir_bytes_f32 (&reader->bytes, &header->range) &&
          weir_bytes_i32 (&reader->bytes, &header->rows) &&
          weir_bytes_i32 (&reader->bytes, &header->columns) && header->rows >= 0 &&
          header->columns >= 0 &&
          (guint64) header->rows * (guint64) header->columns <= MAX_ELEMENTS) ||
         kd_fail (reader, error, "expected the sizes of a compressed matrix");
}

static float
of_short (const Header *header, guint16 value)
{
  return header->low + header->range * (1.0f / 65535.0f) * (float) value;
}

/* A byte is 0 to 64 between the first two quantiles, to 192 between the next, to 255
 * between the last. */
static float
of_byte (const float quantiles[4], guint8 value)
{
  if (value <= 64)
    return quantiles[0] + (quantiles[1] - quantiles[0]) * (float) value * (1 / 64.0f);
  if (value <= 192)
    return quantiles[1] +
           (quantiles[2] - quantiles[1]) * (float) (value - 64) * (1 / 128.0f);
  return quantiles[2] +
         (quantiles[3] - quantiles[2]) * (float) (value - 192) * (1 / 63.0f);
}

static gboolean
read_columns (WeirBytes *bytes, const Header *header, float *out)
{
  gsize columns = (gsize) header->columns, rows = (gsize) header->rows;
  WeirBytes quantiles;

  if (!weir_bytes_take (bytes, columns * 8, &quantiles))
    return FALSE;
  for (gsize c = 0; c < columns; c++) {
    float q[4];
    guint16 value = 0;
    guint8 byte;

    for (int i = 0; i < 4; i++) {
      weir_bytes_u16 (&quantiles, &value);
      q[i] = of_short (header, value);
    }
    for (gsize r = 0; r < rows; r++) {
      if (!weir_bytes_u8 (bytes, &byte))
        return FALSE;
      out[r * columns + c] = of_byte (q, byte);
    }
  }
  return TRUE;
}

static gboolean
read_shorts (WeirBytes *bytes, const Header *header, float *out)
{
  gsize count = (gsize) header->rows * (gsize) header->columns;
  guint16 value;

  for (gsize i = 0; i < count; i++) {
    if (!weir_bytes_u16 (bytes, &value))
      return FALSE;
    out[i] = of_short (header, value);
  }
  return TRUE;
}

static gboolean
read_chars (WeirBytes *bytes, const Header *header, float *out)
{
  gsize count = (gsize) header->rows * (gsize) header->columns;
  guint8 value;

  for (gsize i = 0; i < count; i++) {
    if (!weir_bytes_u8 (bytes, &value))
      return FALSE;
    out[i] = header->low + header->range * (1.0f / 255.0f) * (float) value;
  }
  return TRUE;
}

static const struct {
  const char *kind;
  gboolean (*read) (WeirBytes *bytes, const Header *header, float *out);
} kinds[] = {
  { "CM", read_columns },
  { "CM2", read_shorts },
  { "CM3", read_chars },
};

WeirTensor *
kd_compressed (KdReader *reader, const char *kind, GError **error)
{
  g_autoptr (WeirTensor) tensor = NULL;
  WeirShape shape;
  Header header;

  if (!read_header (reader, &header, error))
    return NULL;
  shape = WEIR_SHAPE (header.rows, header.columns);
  tensor = weir_tensor_new (WEIR_DTYPE_F32, &shape, error);
  for (guint i = 0; tensor != NULL && i < G_N_ELEMENTS (kinds); i++) {
    if (!g_str_equal (kinds[i].kind, kind))
      continue;
    if (kinds[i].read (&reader->bytes, &header, weir_tensor_writable (tensor)))
      return g_steal_pointer (&tensor);
    kd_fail (reader, error, "expected %d x %d elements of a compressed matrix",
             header.rows, header.columns);
    return NULL;
  }
  return NULL;
}

/* "SV", how long it is, how many elements follow, and of each its place and value. */
static gboolean
sparse_row (KdReader *reader, gint64 *columns, GArray *places, GArray *values,
            GError **error)
{
  gint64 length, count;

  if (!kd_expect (reader, "SV", error) || !kd_int (reader, &length, error) ||
      !kd_int (reader, &count, error))
    return FALSE;
  if (length < 0 || length > MAX_ELEMENTS || (*columns >= 0 && *columns != length))
    return kd_fail (reader, error, "a sparse row of %" G_GINT64_FORMAT " elements",
                    length);
  *columns = length;
  for (gint64 i = 0; i < count; i++) {
    gint64 place;
    double value;

    if (!kd_int (reader, &place, error) || !kd_float (reader, &value, error))
      return FALSE;
    if (place < 0 || place >= length)
      return kd_fail (reader, error,
                      "element %" G_GINT64_FORMAT " of a row of %" G_GINT64_FORMAT, place,
                      length);
    g_array_append_val (places, place);
    g_array_append_val (values, value);
  }
  return TRUE;
}

static WeirTensor *
dense (KdReader *reader, gint64 rows, gint64 columns, const GArray *ends,
       const GArray *places, const GArray *values, GError **error)
{
  WeirShape shape = WEIR_SHAPE (rows, MAX (columns, 0));
  WeirTensor *tensor;
  guint at = 0;
  float *out;

  if (columns > 0 && rows > MAX_ELEMENTS / columns) {
    kd_fail (reader, error, "a sparse matrix of %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT,
             rows, columns);
    return NULL;
  }
  tensor = weir_tensor_new (WEIR_DTYPE_F32, &shape, error);
  if (tensor == NULL)
    return NULL;
  out = weir_tensor_writable (tensor);
  for (gint64 row = 0; row < rows; row++)
    for (; at < g_array_index (ends, guint, row); at++)
      out[row * columns + g_array_index (places, gint64, at)] =
          (float) g_array_index (values, double, at);
  return tensor;
}

WeirTensor *
kd_sparse (KdReader *reader, GError **error)
{
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  gint64 rows, columns = -1;

  if (!kd_int (reader, &rows, error))
    return NULL;
  for (gint64 i = 0; i < rows; i++) {
    if (!sparse_row (reader, &columns, places, values, error))
      return NULL;
    g_array_append_val (ends, places->len);
  }
  return dense (reader, (gint64) ends->len, columns, ends, places, values, error);
}
