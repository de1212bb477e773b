#include "tensor.h"

#include "base/error.h"

#include <string.h>

struct _WeirTensor {
  gatomicrefcount refs;
  WeirDtype dtype;
  WeirShape shape;
  gsize count;
  gsize size;
  void *data;
  GDestroyNotify destroy;
  void *owner;
};

G_DEFINE_BOXED_TYPE (WeirTensor, weir_tensor, weir_tensor_ref, weir_tensor_unref)

gboolean
weir_tensor_bytes (WeirDtype dtype, const WeirShape *shape, gsize *size, GError **error)
{
  gsize count;

  if (!weir_shape_count (shape, &count, error))
    return FALSE;
  if (weir_dtype_bits (dtype) == 0)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "elements of type %s cannot be stored", weir_dtype_name (dtype));
  if (!weir_dtype_storage (dtype, count, size) || *size > WEIR_MAX_TENSOR_BYTES) {
    g_autofree char *text = weir_shape_to_string (shape);
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "a tensor %s of %s is larger than %zu bytes", text,
                      weir_dtype_name (dtype), WEIR_MAX_TENSOR_BYTES);
  }
  return TRUE;
}

WeirTensor *
weir_tensor_new_wrap (WeirDtype dtype, const WeirShape *shape, void *data,
                      GDestroyNotify destroy, void *owner)
{
  WeirTensor *tensor = g_new0 (WeirTensor, 1);

  g_atomic_ref_count_init (&tensor->refs);
  tensor->dtype = dtype;
  tensor->shape = *shape;
  tensor->count = weir_shape_elements (shape);
  if (!weir_dtype_storage (dtype, tensor->count, &tensor->size))
    g_return_val_if_reached (tensor);
  tensor->data = data;
  tensor->destroy = destroy;
  tensor->owner = owner;
  return tensor;
}

WeirTensor *
weir_tensor_new (WeirDtype dtype, const WeirShape *shape, GError **error)
{
  gsize size;
  void *data;

  if (!weir_tensor_bytes (dtype, shape, &size, error) ||
      (data = weir_try_alloc (size, error)) == NULL)
    return NULL;
  return weir_tensor_new_wrap (dtype, shape, data, weir_free, data);
}

WeirTensor *
weir_tensor_new_copy (WeirDtype dtype, const WeirShape *shape, const void *data,
                      GError **error)
{
  gsize size;
  void *copy;

  if (!weir_tensor_bytes (dtype, shape, &size, error) ||
      (copy = weir_try_alloc_unset (size, error)) == NULL)
    return NULL;
  if (size > 0)
    memcpy (copy, data, size);
  return weir_tensor_new_wrap (dtype, shape, copy, weir_free, copy);
}

WeirTensor *
weir_tensor_new_from_bytes (WeirDtype dtype, const WeirShape *shape, GBytes *bytes,
                            gsize offset, gsize size, GError **error)
{
  gsize total, wanted;
  const guint8 *data = g_bytes_get_data (bytes, &total);

  if (!weir_tensor_bytes (dtype, shape, &wanted, error))
    return NULL;
  if (offset > total || size > total - offset) {
    weir_fail (error, WEIR_ERROR_FORMAT,
               "%zu bytes at offset %zu lie outside of the %zu bytes that there are",
               size, offset, total);
    return NULL;
  }
  if (size != wanted) {
    g_autofree char *text = weir_shape_to_string (shape);
    weir_fail (error, WEIR_ERROR_FORMAT,
               "a tensor %s of %s takes %zu bytes, but there are %zu", text,
               weir_dtype_name (dtype), wanted, size);
    return NULL;
  }
  if (size == 0 || (guintptr) (data + offset) % MAX (weir_dtype_size (dtype), 1) != 0)
    return weir_tensor_new_copy (dtype, shape, size > 0 ? data + offset : NULL, error);
  return weir_tensor_new_wrap (dtype, shape, (void *) (data + offset),
                               (GDestroyNotify) g_bytes_unref, g_bytes_ref (bytes));
}

/* For shapes and types of our own choice, where failure means that memory is out. */
static WeirTensor *
tensor_new_small (WeirDtype dtype, const WeirShape *shape)
{
  gsize size = MAX (weir_dtype_size (dtype), 1); /* packed types have none */
  void *data = g_malloc0 (MAX (weir_shape_elements (shape), 1) * size);

  return weir_tensor_new_wrap (dtype, shape, data, g_free, data);
}

WeirTensor *
weir_tensor_new_i64 (const gint64 *values, gsize count)
{
  WeirTensor *tensor = tensor_new_small (WEIR_DTYPE_I64, &WEIR_SHAPE ((gint64) count));

  if (count > 0)
    memcpy (tensor->data, values, count * sizeof *values);
  return tensor;
}

WeirTensor *
weir_tensor_new_i64_scalar (gint64 value)
{
  WeirTensor *tensor = tensor_new_small (WEIR_DTYPE_I64, &WEIR_SHAPE_SCALAR);

  *(gint64 *) tensor->data = value;
  return tensor;
}

WeirTensor *
weir_tensor_new_i32_scalar (gint32 value)
{
  return weir_tensor_new_scalar (WEIR_DTYPE_I32, value);
}

WeirTensor *
weir_tensor_new_f32 (const WeirShape *shape, const float *values)
{
  WeirTensor *tensor = tensor_new_small (WEIR_DTYPE_F32, shape);

  if (tensor->size > 0)
    memcpy (tensor->data, values, tensor->size);
  return tensor;
}

WeirTensor *
weir_tensor_new_f32_scalar (float value)
{
  return weir_tensor_new_f32 (&WEIR_SHAPE_SCALAR, &value);
}

WeirTensor *
weir_tensor_new_scalar (WeirDtype dtype, double value)
{
  WeirTensor *tensor = tensor_new_small (dtype, &WEIR_SHAPE_SCALAR);

  weir_dtype_store (dtype, tensor->data, 0, value);
  return tensor;
}

WeirTensor *
weir_tensor_reshape (WeirTensor *tensor, const WeirShape *shape, GError **error)
{
  gsize count;

  if (!weir_shape_count (shape, &count, error))
    return NULL;
  if (count != tensor->count) {
    g_autofree char *from = weir_shape_to_string (&tensor->shape);
    g_autofree char *to = weir_shape_to_string (shape);
    weir_fail (error, WEIR_ERROR_SHAPE, "%s cannot be reshaped to %s", from, to);
    return NULL;
  }
  return weir_tensor_new_wrap (tensor->dtype, shape, tensor->data,
                               (GDestroyNotify) weir_tensor_unref,
                               weir_tensor_ref (tensor));
}

WeirTensor *
weir_tensor_convert (WeirTensor *tensor, WeirDtype dtype, GError **error)
{
  WeirTensor *result;
  gboolean exact = !weir_dtype_is_float (tensor->dtype) && !weir_dtype_is_float (dtype);

  if (tensor->dtype == dtype)
    return weir_tensor_ref (tensor);
  result = weir_tensor_new (dtype, &tensor->shape, error);
  if (result == NULL)
    return NULL;
  for (gsize i = 0; i < tensor->count; i++) {
    if (exact)
      weir_dtype_store_int (dtype, result->data, i, weir_tensor_get_int (tensor, i));
    else
      weir_dtype_store (dtype, result->data, i, weir_tensor_get (tensor, i));
  }
  return result;
}

WeirTensor *
weir_tensor_ref (WeirTensor *tensor)
{
  g_atomic_ref_count_inc (&tensor->refs);
  return tensor;
}

void
weir_tensor_unref (WeirTensor *tensor)
{
  if (tensor == NULL || !g_atomic_ref_count_dec (&tensor->refs))
    return;
  if (tensor->destroy != NULL)
    tensor->destroy (tensor->owner);
  g_free (tensor);
}

gboolean
weir_tensor_is_last (const WeirTensor *tensor)
{
  return g_atomic_int_get (&tensor->refs) == 1;
}

WeirDtype
weir_tensor_dtype (const WeirTensor *tensor)
{
  return tensor->dtype;
}

const WeirShape *
weir_tensor_shape (const WeirTensor *tensor)
{
  return &tensor->shape;
}

gsize
weir_tensor_count (const WeirTensor *tensor)
{
  return tensor->count;
}

gsize
weir_tensor_size (const WeirTensor *tensor)
{
  return tensor->size;
}

const void *
weir_tensor_data (const WeirTensor *tensor)
{
  return tensor->data;
}

void *
weir_tensor_writable (WeirTensor *tensor)
{
  return tensor->data;
}

double
weir_tensor_get (const WeirTensor *tensor, gsize index)
{
  return weir_dtype_load (tensor->dtype, tensor->data, index);
}

gint64
weir_tensor_get_int (const WeirTensor *tensor, gsize index)
{
  return weir_dtype_load_int (tensor->dtype, tensor->data, index);
}

gboolean
weir_tensor_equal (const WeirTensor *a, const WeirTensor *b)
{
  return a->dtype == b->dtype && weir_shape_equal (&a->shape, &b->shape) &&
         (a->size == 0 || a->data == b->data || memcmp (a->data, b->data, a->size) == 0);
}
