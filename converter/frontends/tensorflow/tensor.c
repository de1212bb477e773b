#include "tensorflow.h"

/* DataType and TensorProto (tensorflow/core/framework/types.proto, tensor.proto). */

static const struct {
  Tf__DataType type;
  WeirDtype dtype;
} dtypes[] = {
  { TF__DATA_TYPE__DT_FLOAT, WEIR_DTYPE_F32 },
  { TF__DATA_TYPE__DT_DOUBLE, WEIR_DTYPE_F64 },
  { TF__DATA_TYPE__DT_INT32, WEIR_DTYPE_I32 },
  { TF__DATA_TYPE__DT_UINT8, WEIR_DTYPE_U8 },
  { TF__DATA_TYPE__DT_INT16, WEIR_DTYPE_I16 },
  { TF__DATA_TYPE__DT_INT8, WEIR_DTYPE_I8 },
  { TF__DATA_TYPE__DT_STRING, WEIR_DTYPE_STRING },
  { TF__DATA_TYPE__DT_INT64, WEIR_DTYPE_I64 },
  { TF__DATA_TYPE__DT_BOOL, WEIR_DTYPE_BOOL },
  { TF__DATA_TYPE__DT_QINT8, WEIR_DTYPE_I8 },
  { TF__DATA_TYPE__DT_QUINT8, WEIR_DTYPE_U8 },
  { TF__DATA_TYPE__DT_QINT32, WEIR_DTYPE_I32 },
  { TF__DATA_TYPE__DT_BFLOAT16, WEIR_DTYPE_BF16 },
  { TF__DATA_TYPE__DT_QINT16, WEIR_DTYPE_I16 },
  { TF__DATA_TYPE__DT_QUINT16, WEIR_DTYPE_U16 },
  { TF__DATA_TYPE__DT_UINT16, WEIR_DTYPE_U16 },
  { TF__DATA_TYPE__DT_HALF, WEIR_DTYPE_F16 },
  { TF__DATA_TYPE__DT_UINT32, WEIR_DTYPE_U32 },
  { TF__DATA_TYPE__DT_UINT64, WEIR_DTYPE_U64 },
};

/* References to variables have the numbers of their types and this. */
#define REFERENCE 100

WeirDtype
tf_dtype (Tf__DataType type)
{
  int plain = (int) type > REFERENCE ? (int) type - REFERENCE : (int) type;

  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if ((int) dtypes[i].type == plain)
      return dtypes[i].dtype;
  return WEIR_DTYPE_UNKNOWN;
}

const char *
tf_dtype_name (Tf__DataType type)
{
  const ProtobufCEnumValue *value =
      protobuf_c_enum_descriptor_get_value (&tf__data_type__descriptor, (int) type);

  return value != NULL ? value->name : "an unknown type";
}

gboolean
tf_shape (const Tf__TensorShapeProto *proto, WeirShape *shape, GError **error)
{
  gint64 dims[WEIR_MAX_RANK];

  *shape = WEIR_SHAPE_UNKNOWN;
  if (proto == NULL || proto->unknown_rank)
    return TRUE;
  if (proto->n_dim > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "rank %zu; at most %d is supported",
                      proto->n_dim, WEIR_MAX_RANK);
  for (gsize i = 0; i < proto->n_dim; i++)
    dims[i] = proto->dim[i]->size < 0 ? WEIR_DIM_UNKNOWN : proto->dim[i]->size;
  return weir_shape_init (shape, dims, proto->n_dim, error);
}

/* The field that holds elements of a type where tensor_content does not. */
typedef struct {
  const void *values;
  gsize count;
  WeirDtype dtype;
} Field;

static Field
field_of (const Tf__TensorProto *proto, WeirDtype dtype)
{
  switch (dtype) {
  case WEIR_DTYPE_F32:
    return (Field){ proto->float_val, proto->n_float_val, WEIR_DTYPE_F32 };
  case WEIR_DTYPE_F64:
    return (Field){ proto->double_val, proto->n_double_val, WEIR_DTYPE_F64 };
  case WEIR_DTYPE_I64:
    return (Field){ proto->int64_val, proto->n_int64_val, WEIR_DTYPE_I64 };
  case WEIR_DTYPE_BOOL:
    return (Field){ proto->bool_val, proto->n_bool_val, WEIR_DTYPE_I32 };
  case WEIR_DTYPE_U32:
    return (Field){ proto->uint32_val, proto->n_uint32_val, WEIR_DTYPE_U32 };
  case WEIR_DTYPE_U64:
    return (Field){ proto->uint64_val, proto->n_uint64_val, WEIR_DTYPE_U64 };
  case WEIR_DTYPE_F16:
  case WEIR_DTYPE_BF16:
    return (Field){ proto->half_val, proto->n_half_val, WEIR_DTYPE_I32 };
  default:
    return (Field){ proto->int_val, proto->n_int_val, WEIR_DTYPE_I32 };
  }
}

/* The last value that is listed stands for all that follow; an empty list is zeros. */
static WeirTensor *
read_field (TfFile *file, const Tf__TensorProto *proto, WeirDtype dtype,
            const WeirShape *shape, GError **error)
{
  gboolean half = dtype == WEIR_DTYPE_F16 || dtype == WEIR_DTYPE_BF16;
  Field field = field_of (proto, dtype);
  WeirTensor *tensor = NULL;
  gsize count;
  void *data;

  if (weir_tensor_bytes (dtype, shape, &count, error) &&
      weir_budget_take (&file->budget, count, "a constant", error))
    tensor = weir_tensor_new (dtype, shape, error);
  if (tensor == NULL)
    return NULL;
  data = weir_tensor_writable (tensor);
  count = weir_tensor_count (tensor);
  for (gsize i = 0; i < count && field.count > 0; i++) {
    gsize from = MIN (i, field.count - 1);
    gint64 whole = weir_dtype_load_int (field.dtype, field.values, from);

    if (half)
      weir_dtype_store_int (WEIR_DTYPE_U16, data, i, whole);
    else if (weir_dtype_is_float (dtype))
      weir_dtype_store (dtype, data, i,
                        weir_dtype_load (field.dtype, field.values, from));
    else
      weir_dtype_store_int (dtype, data, i, whole);
  }
  return tensor;
}

WeirTensor *
tf_tensor_read (TfFile *file, const Tf__TensorProto *proto, GError **error)
{
  WeirDtype dtype = tf_dtype (proto->dtype);
  WeirShape shape;
  gsize offset, size;

  if (!tf_shape (proto->tensor_shape, &shape, error))
    return NULL;
  if (dtype == WEIR_DTYPE_UNKNOWN || dtype == WEIR_DTYPE_STRING) {
    weir_fail (error, WEIR_ERROR_UNSUPPORTED, "elements of type %s",
               tf_dtype_name (proto->dtype));
    return NULL;
  }
  if (!weir_shape_is_static (&shape)) {
    weir_fail (error, WEIR_ERROR_FORMAT, "the shape of a constant is not known");
    return NULL;
  }
  weir_wire_slice (file->wire, &proto->tensor_content, &offset, &size);
  if (!proto->has_tensor_content || size == 0)
    return read_field (file, proto, dtype, &shape, error);
  return weir_tensor_new_from_bytes (dtype, &shape, file->bytes, offset, size, error);
}
