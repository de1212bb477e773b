#include "base/checked.h"
#include "mxnet.h"

#include <string.h>

/* Lists of arrays (MXNet, src/ndarray/ndarray.cc, NDArray::Load): a header, the arrays,
 * then their names. */

#define LIST_MAGIC 0x112

/* Arrays begin with one of these, or in old files with their number of dimensions. */
#define MAGIC_1 0xf993fac8u
#define MAGIC_2 0xf993fac9u
#define MAGIC_3 0xf993facau

/* What an entry takes at least: dimensions, device, type. */
#define LEAST_BYTES 4

#define DENSE 0

static const WeirDtype dtypes[] = {
  WEIR_DTYPE_F32, WEIR_DTYPE_F64, WEIR_DTYPE_F16,  WEIR_DTYPE_U8,  WEIR_DTYPE_I32,
  WEIR_DTYPE_I8,  WEIR_DTYPE_I64, WEIR_DTYPE_BOOL, WEIR_DTYPE_I16, WEIR_DTYPE_U16,
  WEIR_DTYPE_U32, WEIR_DTYPE_U64, WEIR_DTYPE_BF16,
};

WeirDtype
mx_dtype (gint64 flag)
{
  return flag >= 0 && flag < (gint64) G_N_ELEMENTS (dtypes) ? dtypes[flag]
                                                            : WEIR_DTYPE_UNKNOWN;
}

gboolean
mx_params_probe (const WeirBytes *head)
{
  WeirBytes bytes = *head;
  guint64 magic, reserved;

  return weir_bytes_u64 (&bytes, &magic) && weir_bytes_u64 (&bytes, &reserved) &&
         magic == LIST_MAGIC && reserved == 0;
}

typedef struct {
  WeirSource *source;
  WeirBytes bytes;
} Reader;

static gboolean
fail_short (const Reader *r, GError **error)
{
  return weir_fail (error, WEIR_ERROR_FORMAT,
                    "byte %zu: expected more of an array, found the end", r->bytes.pos);
}

static gboolean
read_dims (Reader *r, guint32 rank, gboolean wide, WeirShape *shape, GError **error)
{
  gint64 dims[WEIR_MAX_RANK] = { 0 };

  if (rank > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "byte %zu: %u dimensions; at most %d are supported", r->bytes.pos,
                      rank, WEIR_MAX_RANK);
  for (guint32 i = 0; i < rank; i++) {
    guint32 narrow = 0;

    if (wide ? !weir_bytes_i64 (&r->bytes, &dims[i])
             : !weir_bytes_u32 (&r->bytes, &narrow))
      return fail_short (r, error);
    if (!wide)
      dims[i] = narrow;
    if (dims[i] < 0)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "byte %zu: a dimension of %" G_GINT64_FORMAT, r->bytes.pos,
                        dims[i]);
  }
  return weir_shape_init (shape, dims, rank, error);
}

/* The shape behind an array's first word; a rank of unknown stands for no array. */
static gboolean
read_shape (Reader *r, WeirShape *shape, GError **error)
{
  guint32 magic, rank;
  gint32 storage = DENSE;

  if (!weir_bytes_u32 (&r->bytes, &magic))
    return fail_short (r, error);
  if (magic != MAGIC_1 && magic != MAGIC_2 && magic != MAGIC_3) {
    rank = magic;
  } else {
    if (magic != MAGIC_1 && !weir_bytes_i32 (&r->bytes, &storage))
      return fail_short (r, error);
    if (storage != DENSE)
      return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "byte %zu: a sparse array",
                        r->bytes.pos);
    if (!weir_bytes_u32 (&r->bytes, &rank))
      return fail_short (r, error);
  }
  *shape = WEIR_SHAPE_UNKNOWN;
  if (magic == MAGIC_3 ? rank == G_MAXUINT32 : rank == 0)
    return TRUE;
  return read_dims (r, rank, magic >= MAGIC_1, shape, error);
}

/* (transfer full): %NULL without an error for an array that holds nothing. */
static WeirTensor *
read_array (Reader *r, GError **error)
{
  WeirShape shape;
  gint32 device, flag;
  WeirDtype dtype;
  WeirBytes data;
  gsize size;

  if (!read_shape (r, &shape, error) || shape.rank < 0)
    return NULL;
  if (!weir_bytes_i32 (&r->bytes, &device) || !weir_bytes_i32 (&r->bytes, &device) ||
      !weir_bytes_i32 (&r->bytes, &flag)) {
    fail_short (r, error);
    return NULL;
  }
  dtype = mx_dtype (flag);
  if (dtype == WEIR_DTYPE_UNKNOWN) {
    weir_fail (error, WEIR_ERROR_UNSUPPORTED, "byte %zu: elements of type %d",
               r->bytes.pos, flag);
    return NULL;
  }
  if (!weir_tensor_bytes (dtype, &shape, &size, error))
    return NULL;
  if (!weir_bytes_take (&r->bytes, size, &data)) {
    fail_short (r, error);
    return NULL;
  }
  return weir_tensor_new_from_bytes (dtype, &shape, weir_source_gbytes (r->source),
                                     r->bytes.pos - size, size, error);
}

static gboolean
read_arrays (Reader *r, guint64 count, GPtrArray *list, GError **error)
{
  for (guint64 i = 0; i < count; i++) {
    GError *local = NULL;
    WeirTensor *tensor = read_array (r, &local);

    if (local != NULL) {
      g_propagate_prefixed_error (error, local, "array %" G_GUINT64_FORMAT ": ", i);
      return FALSE;
    }
    g_ptr_array_add (list, tensor);
  }
  return TRUE;
}

/* "arg:conv_weight", "aux:bn_moving_mean" */
static const char *
plain_name (const char *name)
{
  const char *colon = strchr (name, ':');

  return colon != NULL ? colon + 1 : name;
}

static gboolean
read_names (Reader *r, GPtrArray *list, GHashTable *arrays, GError **error)
{
  guint64 count, length;

  if (!weir_bytes_u64 (&r->bytes, &count) || count != list->len)
    return weir_fail (error, WEIR_ERROR_FORMAT, "byte %zu: expected %u names of arrays",
                      r->bytes.pos, list->len);
  for (guint i = 0; i < list->len; i++) {
    g_autofree char *name = NULL;
    WeirBytes text;

    if (!weir_bytes_u64 (&r->bytes, &length) || length < 1 || length > WEIR_MAX_NAME ||
        !weir_bytes_take (&r->bytes, (gsize) length, &text))
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "byte %zu: expected the name of array %u", r->bytes.pos, i);
    name = g_strndup ((const char *) text.data, (gsize) length);
    if (!g_utf8_validate (name, -1, NULL))
      return weir_fail (error, WEIR_ERROR_FORMAT, "the name of array %u is no text", i);
    if (list->pdata[i] != NULL)
      g_hash_table_insert (arrays, g_strdup (plain_name (name)),
                           weir_tensor_ref (list->pdata[i]));
  }
  return TRUE;
}

gboolean
mx_params_read (WeirSource *source, GHashTable *arrays, GError **error)
{
  Reader r = { .source = source, .bytes = weir_source_bytes (source) };
  g_autoptr (GPtrArray) list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_tensor_unref);
  guint64 magic, reserved, count;

  if (!weir_bytes_u64 (&r.bytes, &magic) || magic != LIST_MAGIC ||
      !weir_bytes_u64 (&r.bytes, &reserved) || !weir_bytes_u64 (&r.bytes, &count))
    return weir_fail (error, WEIR_ERROR_FORMAT, "not a list of MXNet's arrays");
  if (count > weir_bytes_left (&r.bytes) / LEAST_BYTES)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "%" G_GUINT64_FORMAT " arrays in %zu bytes", count,
                      weir_bytes_left (&r.bytes));
  return read_arrays (&r, count, list, error) && read_names (&r, list, arrays, error);
}
