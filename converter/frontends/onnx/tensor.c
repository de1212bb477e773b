#include "tensor.h"

#include "base/checked.h"
#include "base/error.h"

#include <string.h>

/* TensorProto.DataType, in the order of its numbers. */
static const struct {
  const char *name;
  WeirDtype dtype;
} types[] = {
  { "undefined", WEIR_DTYPE_UNKNOWN },
  { "float", WEIR_DTYPE_F32 },
  { "uint8", WEIR_DTYPE_U8 },
  { "int8", WEIR_DTYPE_I8 },
  { "uint16", WEIR_DTYPE_U16 },
  { "int16", WEIR_DTYPE_I16 },
  { "int32", WEIR_DTYPE_I32 },
  { "int64", WEIR_DTYPE_I64 },
  { "string", WEIR_DTYPE_UNKNOWN },
  { "bool", WEIR_DTYPE_BOOL },
  { "float16", WEIR_DTYPE_F16 },
  { "double", WEIR_DTYPE_F64 },
  { "uint32", WEIR_DTYPE_U32 },
  { "uint64", WEIR_DTYPE_U64 },
  { "complex64", WEIR_DTYPE_UNKNOWN },
  { "complex128", WEIR_DTYPE_UNKNOWN },
  { "bfloat16", WEIR_DTYPE_BF16 },
  { "float8e4m3fn", WEIR_DTYPE_UNKNOWN },
  { "float8e4m3fnuz", WEIR_DTYPE_UNKNOWN },
  { "float8e5m2", WEIR_DTYPE_UNKNOWN },
  { "float8e5m2fnuz", WEIR_DTYPE_UNKNOWN },
  { "uint4", WEIR_DTYPE_U4 },
  { "int4", WEIR_DTYPE_I4 },
  { "float4e2m1", WEIR_DTYPE_UNKNOWN },
};

WeirDtype
onnx_dtype_from (gint64 data_type)
{
  return data_type >= 0 && data_type < (gint64) G_N_ELEMENTS (types)
             ? types[data_type].dtype
             : WEIR_DTYPE_UNKNOWN;
}

gint64
onnx_dtype_to (WeirDtype dtype)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (dtype != WEIR_DTYPE_UNKNOWN && types[i].dtype == dtype)
      return (gint64) i;
  return 0;
}

const char *
onnx_dtype_name (gint64 data_type)
{
  return data_type >= 0 && data_type < (gint64) G_N_ELEMENTS (types)
             ? types[data_type].name
             : "without a name";
}

static const Onnx__StringStringEntryProto *
external_entry (const Onnx__TensorProto *proto, const char *key)
{
  for (gsize i = 0; i < proto->n_external_data; i++)
    if (proto->external_data[i]->key != NULL &&
        strcmp (proto->external_data[i]->key, key) == 0)
      return proto->external_data[i];
  return NULL;
}

/* A number of bytes; @fallback where it is not given. */
static gboolean
external_number (OnnxImport *import, const Onnx__TensorProto *proto, const char *key,
                 gsize fallback, gsize *value, GError **error)
{
  const Onnx__StringStringEntryProto *entry = external_entry (proto, key);
  g_autofree char *text = NULL;
  guint64 number;

  *value = fallback;
  if (entry == NULL)
    return TRUE;
  text = weir_wire_text (import->wire, &entry->value, WEIR_MAX_NAME, error);
  if (text == NULL)
    return FALSE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXSIZE, &number, NULL))
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "external data: expected a number of bytes as %s, found '%s'", key,
                      text);
  *value = number;
  return TRUE;
}

static WeirSource *
external_source (OnnxImport *import, const Onnx__TensorProto *proto, GError **error)
{
  const Onnx__StringStringEntryProto *entry = external_entry (proto, "location");
  WeirFolder *folder = import->input->folder;
  g_autofree char *location = NULL;

  if (entry == NULL || folder == NULL) {
    weir_fail (error, entry == NULL ? WEIR_ERROR_FORMAT : WEIR_ERROR_IO,
               entry == NULL ? "external data without a location"
                             : "external data of a model that is not a file");
    return NULL;
  }
  location = weir_wire_text (import->wire, &entry->value, WEIR_MAX_NAME, error);
  return location != NULL ? weir_folder_file (folder, location, error) : NULL;
}

static WeirTensor *
read_external (OnnxImport *import, const Onnx__TensorProto *proto, WeirDtype dtype,
               const WeirShape *shape, gsize size, GError **error)
{
  g_autoptr (WeirSource) source = external_source (import, proto, error);
  gsize offset, length, total;

  if (source == NULL || !external_number (import, proto, "offset", 0, &offset, error) ||
      !external_number (import, proto, "length", size, &length, error))
    return NULL;
  total = weir_source_bytes (source).size;
  if (offset > total || length > total - offset) {
    weir_fail (error, WEIR_ERROR_FORMAT,
               "external data: %" G_GSIZE_FORMAT " bytes at offset %" G_GSIZE_FORMAT
               " of %s, which ends at %" G_GSIZE_FORMAT,
               length, offset, weir_source_name (source), total);
    return NULL;
  }
  return weir_tensor_new_from_bytes (dtype, shape, weir_source_gbytes (source), offset,
                                     length, error);
}

/* The field that holds elements of a type where raw_data does not (TensorProto). */
typedef struct {
  const void *values;
  gsize count;
  WeirDtype dtype;
} Field;

static Field
field_of (const Onnx__TensorProto *proto, WeirDtype dtype)
{
  switch (dtype) {
  case WEIR_DTYPE_F32:
    return (Field){ proto->float_data, proto->n_float_data, WEIR_DTYPE_F32 };
  case WEIR_DTYPE_F64:
    return (Field){ proto->double_data, proto->n_double_data, WEIR_DTYPE_F64 };
  case WEIR_DTYPE_I64:
    return (Field){ proto->int64_data, proto->n_int64_data, WEIR_DTYPE_I64 };
  case WEIR_DTYPE_U32:
  case WEIR_DTYPE_U64:
    return (Field){ proto->uint64_data, proto->n_uint64_data, WEIR_DTYPE_U64 };
  default:
    return (Field){ proto->int32_data, proto->n_int32_data, WEIR_DTYPE_I32 };
  }
}

/* What one number of the field stands for: 16-bit floats are given by their bits, values
 * of four bits come in pairs. */
static WeirDtype
unit_of (WeirDtype dtype)
{
  switch (dtype) {
  case WEIR_DTYPE_F16:
  case WEIR_DTYPE_BF16:
    return WEIR_DTYPE_U16;
  case WEIR_DTYPE_I4:
  case WEIR_DTYPE_U4:
    return WEIR_DTYPE_U8;
  default:
    return dtype;
  }
}

static WeirTensor *
read_field (const Onnx__TensorProto *proto, WeirDtype dtype, const WeirShape *shape,
            gsize size, GError **error)
{
  Field field = field_of (proto, dtype);
  WeirDtype unit = unit_of (dtype);
  gsize wanted = size / weir_dtype_size (unit);
  WeirTensor *tensor;
  void *data;

  if (field.count != wanted) {
    g_autofree char *text = weir_shape_to_string (shape);
    weir_fail (error, WEIR_ERROR_FORMAT,
               "shape %s of %s needs %" G_GSIZE_FORMAT " numbers, found %" G_GSIZE_FORMAT,
               text, weir_dtype_name (dtype), wanted, field.count);
    return NULL;
  }
  tensor = weir_tensor_new (dtype, shape, error);
  if (tensor == NULL)
    return NULL;
  data = weir_tensor_writable (tensor);
  if (field.dtype == unit && size > 0)
    memcpy (data, field.values, size);
  for (gsize i = 0; field.dtype != unit && i < wanted; i++)
    weir_dtype_store_int (unit, data, i,
                          weir_dtype_load_int (field.dtype, field.values, i));
  return tensor;
}

static gboolean
read_type (const Onnx__TensorProto *proto, WeirDtype *dtype, WeirShape *shape,
           gsize *size, GError **error)
{
  *dtype = onnx_dtype_from (proto->data_type);
  if (*dtype == WEIR_DTYPE_UNKNOWN)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "elements of type %s",
                      onnx_dtype_name (proto->data_type));
  for (gsize i = 0; i < proto->n_dims; i++)
    if (proto->dims[i] < 0)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "expected a dimension of at least 0, found %" G_GINT64_FORMAT,
                        proto->dims[i]);
  return weir_shape_init (shape, proto->dims, proto->n_dims, error) &&
         weir_tensor_bytes (*dtype, shape, size, error);
}

WeirTensor *
onnx_tensor_read (OnnxImport *import, const Onnx__TensorProto *proto, GError **error)
{
  WeirDtype dtype;
  WeirShape shape;
  gsize size, offset, length;

  if (!read_type (proto, &dtype, &shape, &size, error))
    return NULL;
  if (proto->data_location == 1)
    return read_external (import, proto, dtype, &shape, size, error);
  if (!proto->has_raw_data)
    return read_field (proto, dtype, &shape, size, error);
  weir_wire_slice (import->wire, &proto->raw_data, &offset, &length);
  return weir_tensor_new_from_bytes (
      dtype, &shape, weir_source_gbytes (import->input->source), offset, length, error);
}

/* Where the value at @index of a sparse tensor stands: its indices are one number in the
 * flattened tensor each, or one for each dimension (SparseTensorProto). */
static gboolean
sparse_position (const WeirTensor *indices, const WeirShape *shape, gsize index,
                 gsize *position, GError **error)
{
  gsize strides[WEIR_MAX_RANK];
  gboolean linear = weir_tensor_shape (indices)->rank == 1;
  gsize n = linear ? 1 : (gsize) shape->rank;

  weir_shape_strides (shape, strides);
  *position = 0;
  for (gsize d = 0; d < n; d++) {
    gint64 at = weir_tensor_get_int (indices, index * n + d);
    gint64 end = linear ? (gint64) weir_shape_elements (shape) : shape->dims[d];

    if (at < 0 || at >= end)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "a sparse index: expected 0 to %" G_GINT64_FORMAT
                        ", found %" G_GINT64_FORMAT,
                        end - 1, at);
    *position += (gsize) at * (linear ? 1 : strides[d]);
  }
  return TRUE;
}

static gboolean
sparse_fill (WeirTensor *dense, const WeirTensor *values, const WeirTensor *indices,
             GError **error)
{
  const WeirShape *shape = weir_tensor_shape (dense);
  gsize count = weir_tensor_count (values),
        size = weir_dtype_size (weir_tensor_dtype (dense));
  gsize per_value = weir_tensor_shape (indices)->rank == 1 ? 1 : (gsize) shape->rank;

  if (size == 0 || weir_tensor_count (indices) / MAX (per_value, 1) != count)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "%" G_GSIZE_FORMAT " sparse values with %" G_GSIZE_FORMAT
                      " indices",
                      count, weir_tensor_count (indices));
  for (gsize i = 0; i < count; i++) {
    gsize position;

    if (!sparse_position (indices, shape, i, &position, error))
      return FALSE;
    memcpy ((guint8 *) weir_tensor_writable (dense) + position * size,
            (const guint8 *) weir_tensor_data (values) + i * size, size);
  }
  return TRUE;
}

WeirTensor *
onnx_sparse_read (OnnxImport *import, const Onnx__SparseTensorProto *proto,
                  GError **error)
{
  g_autoptr (WeirTensor) values = NULL, indices = NULL, dense = NULL;
  Onnx__TensorProto all = ONNX__TENSOR_PROTO__INIT;
  WeirDtype dtype;
  WeirShape shape;
  gsize size;

  if (proto->values == NULL || proto->indices == NULL) {
    weir_fail (error, WEIR_ERROR_FORMAT, "a sparse tensor without values or indices");
    return NULL;
  }
  all.data_type = proto->values->data_type;
  all.dims = proto->dims;
  all.n_dims = proto->n_dims;
  if (!read_type (&all, &dtype, &shape, &size, error) ||
      !weir_budget_take (&import->budget, size, "a sparse tensor", error))
    return NULL;
  values = onnx_tensor_read (import, proto->values, error);
  indices = values != NULL ? onnx_tensor_read (import, proto->indices, error) : NULL;
  dense = indices != NULL ? weir_tensor_new (dtype, &shape, error) : NULL;
  if (dense == NULL || !sparse_fill (dense, values, indices, error))
    return NULL;
  return g_steal_pointer (&dense);
}
