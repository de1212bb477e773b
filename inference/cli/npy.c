#include "npy.h"

#include "base/bytes.h"
#include "base/source.h"

#include <string.h>

#define MAX_HEADER 65536

static const struct {
  const char *code;
  const char *name;
  WeirDtype dtype;
} rows[] = {
  { "f4", "float32", WEIR_DTYPE_F32 }, { "f8", "float64", WEIR_DTYPE_F64 },
  { "f2", "float16", WEIR_DTYPE_F16 }, { "i8", "int64", WEIR_DTYPE_I64 },
  { "i4", "int32", WEIR_DTYPE_I32 },   { "i2", "int16", WEIR_DTYPE_I16 },
  { "i1", "int8", WEIR_DTYPE_I8 },     { "u8", "uint64", WEIR_DTYPE_U64 },
  { "u4", "uint32", WEIR_DTYPE_U32 },  { "u2", "uint16", WEIR_DTYPE_U16 },
  { "u1", "uint8", WEIR_DTYPE_U8 },    { "b1", "bool", WEIR_DTYPE_BOOL },
};

const char *
npy_dtype_name (WeirDtype dtype)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].dtype == dtype)
      return rows[i].name;
  return weir_dtype_name (dtype);
}

/* The text behind 'key': in the header's dictionary. */
static const char *
find_key (const char *header, const char *key)
{
  g_autofree char *quoted = g_strdup_printf ("'%s':", key);
  const char *at = strstr (header, quoted);

  if (at == NULL)
    return NULL;
  at += strlen (quoted);
  return at + strspn (at, " ");
}

static WeirDtype
parse_descr (const char *text)
{
  if (text == NULL || *text != '\'' || text[1] == '\0' || text[1] == '>')
    return WEIR_DTYPE_UNKNOWN;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strncmp (text + 2, rows[i].code, 2) == 0 && text[4] == '\'')
      return rows[i].dtype;
  return WEIR_DTYPE_UNKNOWN;
}

static gboolean
parse_dims (const char *text, WeirShape *shape, GError **error)
{
  *shape = WEIR_SHAPE_SCALAR;
  if (text == NULL || *text != '(')
    return weir_fail (error, WEIR_ERROR_FORMAT, "the header has no shape");
  for (text++; *text != ')' && *text != '\0';) {
    char *end;
    gint64 dim = g_ascii_strtoll (text, &end, 10);

    if (end == text || dim < 0)
      return weir_fail (error, WEIR_ERROR_FORMAT, "the header's shape is wrong");
    if (!weir_shape_append (shape, dim, error))
      return FALSE;
    text = end + strspn (end, ", ");
  }
  return TRUE;
}

static char *
read_header (WeirBytes *bytes, GError **error)
{
  static const guint8 magic[] = "\x93NUMPY";
  WeirBytes start, text;
  guint8 major, minor;
  guint16 short_size;
  guint32 size = 0;
  gboolean good = weir_bytes_take (bytes, 6, &start) &&
                  memcmp (start.data, magic, 6) == 0 && weir_bytes_u8 (bytes, &major) &&
                  weir_bytes_u8 (bytes, &minor);

  if (good && major == 1) {
    good = weir_bytes_u16 (bytes, &short_size);
    size = good ? short_size : 0;
  } else if (good) {
    good = weir_bytes_u32 (bytes, &size);
  }
  if (!good || size > MAX_HEADER || !weir_bytes_take (bytes, size, &text)) {
    weir_fail (error, WEIR_ERROR_FORMAT, "not a NumPy array file");
    return NULL;
  }
  return g_strndup ((const char *) text.data, text.size);
}

static WeirTensor *
from_fortran (WeirTensor *source, GError **error)
{
  const WeirShape *shape = weir_tensor_shape (source);
  gsize size = weir_dtype_size (weir_tensor_dtype (source));
  WeirTensor *result = weir_tensor_new (weir_tensor_dtype (source), shape, error);
  const guint8 *from = weir_tensor_data (source);
  gsize strides[WEIR_MAX_RANK];

  if (result == NULL)
    return NULL;
  weir_shape_strides (shape, strides);
  for (gsize i = 0; i < weir_tensor_count (source); i++) {
    gsize rest = i, at = 0;

    for (int d = 0; d < shape->rank; d++) {
      at += rest % (gsize) shape->dims[d] * strides[d];
      rest /= (gsize) shape->dims[d];
    }
    memcpy ((guint8 *) weir_tensor_writable (result) + at * size, from + i * size, size);
  }
  return result;
}

static WeirTensor *
read_array (WeirSource *source, GError **error)
{
  WeirBytes bytes = weir_source_bytes (source);
  g_autofree char *header = read_header (&bytes, error);
  g_autoptr (WeirTensor) tensor = NULL;
  const char *order;
  WeirShape shape;
  WeirDtype dtype;

  if (header == NULL || !parse_dims (find_key (header, "shape"), &shape, error))
    return NULL;
  dtype = parse_descr (find_key (header, "descr"));
  if (dtype == WEIR_DTYPE_UNKNOWN) {
    weir_fail (error, WEIR_ERROR_UNSUPPORTED, "its element type is not known");
    return NULL;
  }
  tensor = weir_tensor_new_from_bytes (dtype, &shape, weir_source_gbytes (source),
                                       bytes.pos, weir_bytes_left (&bytes), error);
  order = find_key (header, "fortran_order");
  if (tensor != NULL && order != NULL && g_str_has_prefix (order, "True"))
    return from_fortran (tensor, error);
  return g_steal_pointer (&tensor);
}

WeirTensor *
npy_read (const char *path, GError **error)
{
  g_autoptr (WeirSource) source = weir_source_open (path, error);
  WeirTensor *tensor = source != NULL ? read_array (source, error) : NULL;

  if (source != NULL && tensor == NULL)
    g_prefix_error (error, "%s: ", path);
  return tensor;
}

static char *
make_header (const WeirTensor *tensor)
{
  const WeirShape *shape = weir_tensor_shape (tensor);
  WeirDtype dtype = weir_tensor_dtype (tensor);
  GString *text = g_string_new (NULL);
  const char *code = "V1";

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].dtype == dtype)
      code = rows[i].code;
  g_string_append_printf (text, "{'descr': '%c%s', 'fortran_order': False, 'shape': (",
                          weir_dtype_size (dtype) > 1 ? '<' : '|', code);
  for (int i = 0; i < shape->rank; i++)
    g_string_append_printf (text, "%" G_GINT64_FORMAT "%s", shape->dims[i],
                            i + 1 < shape->rank || shape->rank == 1 ? "," : "");
  g_string_append (text, "), }");
  while ((text->len + 11) % 64 != 0)
    g_string_append_c (text, ' ');
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

gboolean
npy_write (const char *path, const WeirTensor *tensor, GError **error)
{
  g_autofree char *header = make_header (tensor);
  g_autoptr (GString) file = g_string_sized_new (weir_tensor_size (tensor) + 256);
  gsize length = strlen (header);

  g_string_append_len (file, "\x93NUMPY\x01\x00", 8);
  g_string_append_c (file, (char) (length & 0xff));
  g_string_append_c (file, (char) (length >> 8));
  g_string_append_len (file, header, (gssize) length);
  if (weir_tensor_size (tensor) > 0)
    g_string_append_len (file, weir_tensor_data (tensor),
                         (gssize) weir_tensor_size (tensor));
  return g_file_set_contents (path, file->str, (gssize) file->len, error);
}
