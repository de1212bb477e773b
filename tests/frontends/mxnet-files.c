#include "mxnet-files.h"

#include <string.h>

#define LIST_MAGIC  0x112
#define ARRAY_MAGIC 0xf993fac9u

/* MXNet's numbers of element types. */
static const struct {
  WeirDtype dtype;
  guint32 flag;
} flags[] = {
  { WEIR_DTYPE_F32, 0 }, { WEIR_DTYPE_U8, 3 },  { WEIR_DTYPE_I32, 4 },
  { WEIR_DTYPE_I8, 5 },  { WEIR_DTYPE_I64, 6 },
};

static void
put (GByteArray *to, gconstpointer data, gsize size)
{
  g_byte_array_append (to, data, (guint) size);
}

static void
put_u64 (GByteArray *to, guint64 value)
{
  value = GUINT64_TO_LE (value);
  put (to, &value, sizeof value);
}

static void
put_u32 (GByteArray *to, guint32 value)
{
  value = GUINT32_TO_LE (value);
  put (to, &value, sizeof value);
}

static guint32
flag_of (WeirDtype dtype)
{
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if (flags[i].dtype == dtype)
      return flags[i].flag;
  g_assert_not_reached ();
}

static void
put_array (GByteArray *to, const WeirTensor *tensor)
{
  const WeirShape *dims = weir_tensor_shape (tensor);
  const guint32 cpu = 1;

  put_u32 (to, ARRAY_MAGIC);
  put_u32 (to, 0);
  put_u32 (to, (guint32) dims->rank);
  for (int i = 0; i < dims->rank; i++)
    put_u64 (to, (guint64) dims->dims[i]);
  put_u32 (to, cpu);
  put_u32 (to, 0);
  put_u32 (to, flag_of (weir_tensor_dtype (tensor)));
  put (to, weir_tensor_data (tensor), weir_tensor_size (tensor));
}

GBytes *
mxnet_params (const char *const *names, WeirTensor *const *tensors, guint count)
{
  GByteArray *to = g_byte_array_new ();

  put_u64 (to, LIST_MAGIC);
  put_u64 (to, 0);
  put_u64 (to, count);
  for (guint i = 0; i < count; i++)
    put_array (to, tensors[i]);
  put_u64 (to, count);
  for (guint i = 0; i < count; i++) {
    g_autofree char *name = g_strdup_printf ("arg:%s", names[i]);

    put_u64 (to, strlen (name));
    put (to, name, strlen (name));
  }
  return g_byte_array_free_to_bytes (to);
}

WeirModel *
mxnet_load (const char *symbol, GBytes *params, const WeirCut *cut, GError **error)
{
  g_autoptr (GBytes) text = g_bytes_new_static (symbol, strlen (symbol));
  g_autoptr (WeirSource) topology = weir_source_new (text, "test-symbol.json");
  g_autoptr (WeirSource) source = weir_source_new (params, "test-0000.params");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);

  return weir_frontend_mxnet.load (
      &(WeirFrontendInput){ .source = source, .topology = topology, .cut = cut },
      unsupported, error);
}
