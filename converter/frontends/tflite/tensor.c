#include "tflite.h"

#include "base/checked.h"
#include "operator.h"

#include <math.h>
#include <string.h>

/* Tensors of a sub-graph: what the file says about them, their contents, and the way
 * between stored integers and the real numbers that they stand for: real = scale *
 * (stored - zero point), in the quantisation specification of TensorFlow Lite. */

static const struct {
  gint32 type;
  WeirDtype dtype;
} types[] = {
  { TYPE_FLOAT32, WEIR_DTYPE_F32 }, { TYPE_FLOAT16, WEIR_DTYPE_F16 },
  { TYPE_INT32, WEIR_DTYPE_I32 },   { TYPE_UINT8, WEIR_DTYPE_U8 },
  { TYPE_INT64, WEIR_DTYPE_I64 },   { TYPE_BOOL, WEIR_DTYPE_BOOL },
  { TYPE_INT16, WEIR_DTYPE_I16 },   { TYPE_INT8, WEIR_DTYPE_I8 },
  { TYPE_FLOAT64, WEIR_DTYPE_F64 }, { TYPE_UINT64, WEIR_DTYPE_U64 },
  { TYPE_UINT32, WEIR_DTYPE_U32 },  { TYPE_UINT16, WEIR_DTYPE_U16 },
  { TYPE_INT4, WEIR_DTYPE_I4 },     { TYPE_BFLOAT16, WEIR_DTYPE_BF16 },
};

WeirDtype
weir_tflite_element_type (gint32 type)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].type == type)
      return types[i].dtype;
  return WEIR_DTYPE_UNKNOWN;
}

/* What a stored integer may be; FALSE where the type is not one that holds real numbers.
 */
static gboolean
stored_range (WeirDtype dtype, double *low, double *high)
{
  switch (dtype) {
  case WEIR_DTYPE_U8:
    *low = 0;
    *high = 255;
    return TRUE;
  case WEIR_DTYPE_I4:
  case WEIR_DTYPE_I8:
  case WEIR_DTYPE_I16:
    *high = (double) ((1 << (weir_dtype_bits (dtype) - 1)) - 1);
    *low = -*high - 1;
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean
read_shape (WeirFlat *flat, const WeirFlatTable *table, WeirTfliteTensor *tensor)
{
  WeirFlatVector dims = weir_flat_vector (table, TENSOR_SHAPE, sizeof (gint32));
  WeirFlatVector signature =
      weir_flat_vector (table, TENSOR_SHAPE_SIGNATURE, sizeof (gint32));

  if (dims.count > WEIR_MAX_RANK)
    return weir_flat_fail (flat, "tensor '%s' has %u dimensions, more than %d",
                           tensor->name, dims.count, WEIR_MAX_RANK);
  tensor->shape.rank = (int) dims.count;
  for (guint32 i = 0; i < dims.count; i++) {
    gint32 dim = weir_flat_at_i32 (&dims, i);

    if (signature.count == dims.count && weir_flat_at_i32 (&signature, i) == -1)
      dim = -1;
    if (dim < -1)
      return weir_flat_fail (flat, "tensor '%s' has the dimension %d", tensor->name, dim);
    tensor->shape.dims[i] = dim;
  }
  return flat->error == NULL;
}

/* A buffer holds its bytes, or says where in the file they are: offsets 0 and 1 mean
 * none. */
static gboolean
read_buffer (WeirTfliteFile *file, const WeirFlatTable *table, WeirTfliteTensor *tensor)
{
  guint32 index = weir_flat_u32 (table, TENSOR_BUFFER, 0);
  WeirFlatTable buffer;
  guint64 offset, size;

  if (weir_flat_u32 (table, TENSOR_EXTERNAL_BUFFER, 0) != 0)
    return weir_flat_fail (&file->flat, "tensor '%s' lies in another file", tensor->name);
  if (index == 0)
    return TRUE;
  if (index >= file->buffers.count)
    return weir_flat_fail (&file->flat, "tensor '%s' names buffer %u of %u", tensor->name,
                           index, file->buffers.count);
  if (!weir_flat_at_table (&file->buffers, index, &buffer))
    return FALSE;
  tensor->data = weir_flat_bytes (&buffer, BUFFER_DATA);
  offset = weir_flat_u64 (&buffer, BUFFER_OFFSET, 0);
  size = weir_flat_u64 (&buffer, BUFFER_SIZE, 0);
  if (tensor->data.size == 0 && offset > 1 &&
      !weir_bytes_slice (&file->flat.bytes, offset, size, &tensor->data))
    return weir_flat_fail (&file->flat,
                           "buffer %u: %" G_GUINT64_FORMAT
                           " bytes at offset %" G_GUINT64_FORMAT
                           " lie outside of the file of %zu bytes",
                           index, size, offset, file->flat.bytes.size);
  tensor->is_constant = tensor->data.size > 0;
  return file->flat.error == NULL;
}

static gboolean
read_quant (WeirFlat *flat, const WeirFlatTable *table, WeirTfliteTensor *tensor)
{
  WeirTfliteQuant *q = &tensor->quant;
  gboolean wide = tensor->type == TYPE_INT32 || tensor->type == TYPE_INT64;
  WeirFlatTable quant;
  double low, high;

  if (!weir_flat_table (table, TENSOR_QUANTIZATION, &quant) ||
      !(stored_range (tensor->dtype, &low, &high) || (wide && tensor->is_constant)))
    return flat->error == NULL;
  if (weir_flat_u8 (&quant, QUANT_DETAILS_TYPE, 0) != 0)
    return weir_flat_fail (flat, "tensor '%s' has a quantisation of its own kind, %u",
                           tensor->name, weir_flat_u8 (&quant, QUANT_DETAILS_TYPE, 0));
  q->scales = weir_flat_vector (&quant, QUANT_SCALE, sizeof (float));
  q->zero_points = weir_flat_vector (&quant, QUANT_ZERO_POINT, sizeof (gint64));
  q->axis = weir_flat_i32 (&quant, QUANT_DIMENSION, 0);
  for (guint32 i = 0; i < q->scales.count; i++)
    if (!isfinite (weir_flat_at_f32 (&q->scales, i)))
      return weir_flat_fail (flat, "tensor '%s': scale %u is not finite", tensor->name,
                             i);
  if (q->scales.count == 1 && weir_flat_at_f32 (&q->scales, 0) == 0)
    return flat->error == NULL;
  if (q->zero_points.count > 1 && q->zero_points.count != q->scales.count)
    return weir_flat_fail (flat, "tensor '%s' has %u scales, but %u zero points",
                           tensor->name, q->scales.count, q->zero_points.count);
  if (q->scales.count > 1 && (q->axis < 0 || q->axis >= tensor->shape.rank ||
                              tensor->shape.dims[q->axis] != (gint64) q->scales.count))
    return weir_flat_fail (flat,
                           "tensor '%s' has %u scales, which do not fit dimension %d",
                           tensor->name, q->scales.count, q->axis);
  q->n = q->scales.count;
  return flat->error == NULL;
}

static gboolean
read_tensor (WeirTfliteFile *file, const WeirFlatTable *table, WeirTfliteTensor *tensor)
{
  WeirFlat *flat = &file->flat;

  tensor->port = WEIR_PORT_NONE;
  tensor->real_of = -1;
  tensor->name = weir_flat_string (table, TENSOR_NAME);
  if (tensor->name == NULL)
    tensor->name = g_strdup ("");
  tensor->type = weir_flat_i8 (table, TENSOR_TYPE, TYPE_FLOAT32);
  tensor->dtype = weir_tflite_element_type (tensor->type);
  tensor->is_variable = weir_flat_bool (table, TENSOR_IS_VARIABLE, FALSE);
  weir_flat_table (table, TENSOR_SPARSITY, &tensor->sparsity);
  return read_shape (flat, table, tensor) && read_buffer (file, table, tensor) &&
         read_quant (flat, table, tensor);
}

gboolean
weir_tflite_tensors_read (WeirTfliteScope *scope, const WeirFlatVector *tables)
{
  WeirFlat *flat = &scope->file->flat;

  if (flat->error != NULL ||
      !weir_flat_charge (flat, tables->count * sizeof (WeirTfliteTensor), "the tensors"))
    return FALSE;
  scope->tensors = g_new0 (WeirTfliteTensor, MAX (tables->count, 1));
  scope->n_tensors = tables->count;
  for (guint32 i = 0; i < tables->count; i++) {
    WeirFlatTable table;

    scope->tensors[i].port = WEIR_PORT_NONE;
    if (!weir_flat_at_table (tables, i, &table) ||
        !read_tensor (scope->file, &table, &scope->tensors[i]))
      return FALSE;
  }
  return TRUE;
}

/* Copies elements of @size bytes so that dimension i of @to is dimension order[i] of
 * @from. */
static void
reorder (const guint8 *from, const WeirShape *from_shape, guint8 *to,
         const WeirShape *to_shape, const gint64 *order, gsize size)
{
  gsize strides[WEIR_MAX_RANK], count = weir_shape_elements (to_shape);
  gint64 at[WEIR_MAX_RANK] = { 0 };
  gsize offset = 0;

  weir_shape_strides (from_shape, strides);
  for (gsize i = 0; i < count; i++) {
    int d = to_shape->rank - 1;

    memcpy (to + i * size, from + offset * size, size);
    for (; d >= 0; d--) {
      offset += strides[order[d]];
      if (++at[d] < to_shape->dims[d])
        break;
      offset -= strides[order[d]] * (gsize) at[d];
      at[d] = 0;
    }
  }
}

gboolean
weir_tflite_order_shape (const WeirShape *shape, const WeirTfliteOrder *order,
                         WeirShape *moved, WeirShape *result, GError **error)
{
  gint64 groups = order->groups;
  int n = 0;

  *moved = *shape;
  if (order->rank != 0 && order->rank != shape->rank)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected %d dimensions, found %d",
                      order->rank, shape->rank);
  for (int i = 0; i < order->rank; i++)
    moved->dims[i] = shape->dims[order->order[i]];
  if (moved->rank + (groups != 0) + order->ones > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_SHAPE, "%d dimensions are too many", moved->rank);
  if (groups != 0 && (groups < 0 || moved->rank < 1 || moved->dims[0] % groups != 0))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "%" G_GINT64_FORMAT " channels cannot be in %" G_GINT64_FORMAT
                      " groups",
                      moved->rank > 0 ? moved->dims[0] : 0, groups);
  *result = (WeirShape){ .rank = 0 };
  if (groups != 0)
    result->dims[n++] = groups;
  for (int i = 0; i < moved->rank; i++)
    result->dims[n++] = i == 0 && groups != 0 ? moved->dims[0] / groups : moved->dims[i];
  for (int i = 0; i < order->ones; i++)
    result->dims[n++] = 1;
  result->rank = n;
  return TRUE;
}

/* The contents as they are stored. Packed types become bytes where they are to be moved.
 */
static WeirTensor *
load (WeirTfliteScope *scope, const WeirTfliteTensor *tensor, gboolean bytes,
      GError **error)
{
  WeirTfliteFile *file = scope->file;
  g_autoptr (WeirTensor) stored = NULL;
  gsize offset =
      tensor->data.size > 0 ? (gsize) (tensor->data.data - file->flat.bytes.data) : 0;

  if (tensor->sparsity.flat != NULL)
    return weir_tflite_densify (file, tensor, error);
  if (!weir_budget_take (&file->flat.budget, tensor->data.size, "a constant", error))
    return NULL;
  stored = weir_tensor_new_from_bytes (tensor->dtype, &tensor->shape,
                                       weir_source_gbytes (file->source), offset,
                                       tensor->data.size, error);
  if (stored != NULL && bytes && weir_dtype_size (tensor->dtype) == 0)
    return weir_tensor_convert (stored, WEIR_DTYPE_I8, error);
  return g_steal_pointer (&stored);
}

static WeirTensor *
load_ordered (WeirTfliteScope *scope, const WeirTfliteTensor *tensor,
              const WeirTfliteOrder *order, GError **error)
{
  g_autoptr (WeirTensor) stored = load (scope, tensor, order->rank != 0, error);
  g_autoptr (WeirTensor) moved = NULL;
  WeirShape shape, split;

  if (stored == NULL ||
      !weir_tflite_order_shape (&tensor->shape, order, &shape, &split, error))
    return NULL;
  if (order->rank == 0)
    return weir_tensor_reshape (stored, &split, error);
  if (!weir_budget_take (&scope->file->flat.budget, weir_tensor_size (stored),
                         "reordered weights", error))
    return NULL;
  moved = weir_tensor_new (weir_tensor_dtype (stored), &shape, error);
  if (moved == NULL)
    return NULL;
  reorder (weir_tensor_data (stored), &tensor->shape, weir_tensor_writable (moved),
           &shape, order->order, weir_dtype_size (weir_tensor_dtype (stored)));
  return weir_tensor_reshape (moved, &split, error);
}

/* The shape of a list of scales that belongs to one dimension of the file. */
static WeirShape
axis_shape (const WeirTfliteTensor *tensor, const WeirTfliteOrder *order)
{
  WeirShape shape = { .rank = tensor->shape.rank }, moved, split;
  WeirTfliteOrder list = *order;

  if (tensor->quant.n == 1)
    return WEIR_SHAPE_SCALAR;
  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = i == tensor->quant.axis ? (gint64) tensor->quant.n : 1;
  if (order->groups != 0 && tensor->quant.axis != (order->rank > 0 ? order->order[0] : 0))
    list.groups = 1;
  if (!weir_tflite_order_shape (&shape, &list, &moved, &split, NULL))
    return WEIR_SHAPE_SCALAR;
  return split;
}

static WeirPort
number_list (WeirTfliteScope *scope, const char *name, const WeirTfliteTensor *tensor,
             const WeirTfliteOrder *order, gboolean zero_points)
{
  const WeirTfliteQuant *q = &tensor->quant;
  WeirShape shape = axis_shape (tensor, order);
  WeirTensor *list = weir_tensor_new (WEIR_DTYPE_F32, &shape, &scope->builder.error);

  for (guint32 i = 0; list != NULL && i < q->n; i++) {
    guint32 at = q->zero_points.count == 1 ? 0 : i;
    double value = zero_points ? (double) weir_flat_at_i64 (&q->zero_points, at)
                               : (double) weir_flat_at_f32 (&q->scales, i);

    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (list), i, value);
  }
  return weir_build_constant (&scope->builder, name, list);
}

static gboolean
has_zero_points (const WeirTfliteQuant *quant)
{
  for (guint32 i = 0; i < quant->zero_points.count; i++)
    if (weir_flat_at_i64 (&quant->zero_points, i) != 0)
      return TRUE;
  return FALSE;
}

static WeirPort
real_of (WeirTfliteScope *scope, const WeirTfliteTensor *tensor, WeirPort stored,
         const WeirTfliteOrder *order)
{
  WeirBuilder *b = &scope->builder;
  g_autofree char *converted = g_strconcat (tensor->name, "/Convert", NULL);
  g_autofree char *shifted = g_strconcat (tensor->name, "/Subtract", NULL);
  g_autofree char *zero = g_strconcat (tensor->name, "/zero_point", NULL);
  g_autofree char *scale = g_strconcat (tensor->name, "/scale", NULL);
  WeirPort x;

  if (tensor->quant.n == 0)
    return stored;
  x = weir_build_convert (b, converted, stored, WEIR_DTYPE_F32);
  if (has_zero_points (&tensor->quant))
    x = weir_build2 (b, "Subtract", shifted, x,
                     number_list (scope, zero, tensor, order, TRUE));
  return weir_build2 (b, "Multiply", tensor->name, x,
                      number_list (scope, scale, tensor, order, FALSE));
}

WeirPort
weir_tflite_real (WeirTfliteScope *scope, const WeirTfliteTensor *tensor, WeirPort stored)
{
  return real_of (scope, tensor, stored, &(WeirTfliteOrder){ .rank = 0 });
}

/* Half-precision weights are kept as they are, and marked so that no pass unfolds them.
 */
static WeirPort
decompress (WeirTfliteScope *scope, const WeirTfliteTensor *tensor, WeirPort stored)
{
  WeirPort port =
      weir_build_convert (&scope->builder, tensor->name, stored, WEIR_DTYPE_F32);

  if (!weir_build_failed (&scope->builder) && !weir_port_equal (port, stored))
    weir_edit_set_rt_info (weir_graph_node (scope->builder.graph, port.node),
                           "decompression", "");
  return port;
}

WeirPort
weir_tflite_constant (WeirTfliteScope *scope, gint32 index, const WeirTfliteOrder *order)
{
  const WeirTfliteTensor *tensor = &scope->tensors[index];
  gboolean real = tensor->real_of >= 0;
  WeirBuilder *b = &scope->builder;
  g_autofree char *stored = NULL;
  WeirTensor *value;
  WeirPort port;

  if (real)
    tensor = &scope->tensors[tensor->real_of];
  if (weir_build_failed (b))
    return WEIR_PORT_NONE;
  value = load_ordered (scope, tensor, order, &b->error);
  if (value == NULL) {
    g_prefix_error (&b->error, "tensor '%s': ", tensor->name);
    return WEIR_PORT_NONE;
  }
  real = real && !weir_dtype_is_integer (tensor->dtype);
  stored = g_strconcat (tensor->name, real || tensor->quant.n > 0 ? "_compressed" : NULL,
                        NULL);
  port = weir_build_constant (b, stored, value);
  return real ? decompress (scope, tensor, port) : real_of (scope, tensor, port, order);
}

/* A scalar constant of one scale and zero point. */
static WeirPort
number (WeirTfliteScope *scope, const WeirTfliteTensor *tensor, const char *suffix,
        double value)
{
  g_autofree char *name = g_strconcat (tensor->name, suffix, NULL);

  return weir_build_constant (&scope->builder, name,
                              weir_tensor_new_f32_scalar ((float) value));
}

/* The one scale and zero point of a value that is not constant. */
static gboolean
one_scale (WeirTfliteScope *scope, const WeirTfliteTensor *tensor, double *scale,
           double *zero_point)
{
  const WeirTfliteQuant *q = &tensor->quant;

  if (q->n != 1) {
    weir_build_fail (&scope->builder, WEIR_ERROR_UNSUPPORTED,
                     "tensor '%s' has %u scales, but only constants may have several",
                     tensor->name, q->n);
    return FALSE;
  }
  *scale = weir_flat_at_f32 (&q->scales, 0);
  *zero_point =
      q->zero_points.count > 0 ? (double) weir_flat_at_i64 (&q->zero_points, 0) : 0;
  return TRUE;
}

WeirPort
weir_tflite_round (WeirTfliteScope *scope, const WeirTfliteTensor *tensor, WeirPort real)
{
  WeirBuilder *b = &scope->builder;
  double low, high, scale, zero;
  WeirPort from, to;
  WeirNode *node;

  if (tensor->quant.n == 0 || weir_build_failed (b) ||
      !stored_range (tensor->dtype, &low, &high) ||
      !one_scale (scope, tensor, &scale, &zero))
    return real;
  from = number (scope, tensor, "/low", (low - zero) * scale);
  to = number (scope, tensor, "/high", (high - zero) * scale);
  node = weir_build_begin (b, "FakeQuantize", tensor->name,
                           WEIR_INPUTS (real, from, to, from, to));
  weir_node_set_int (node, "levels", (gint64) (high - low) + 1);
  return weir_build_end (b, node);
}

WeirPort
weir_tflite_stored (WeirTfliteScope *scope, const WeirTfliteTensor *tensor, WeirPort real)
{
  WeirBuilder *b = &scope->builder;
  g_autofree char *name = g_strconcat (tensor->name, "/stored", NULL);
  double low, high, scale, zero;
  WeirNode *node;
  WeirPort x;

  if (tensor->quant.n == 0 || weir_build_failed (b) ||
      !stored_range (tensor->dtype, &low, &high) ||
      !one_scale (scope, tensor, &scale, &zero))
    return real;
  x = weir_build2 (b, "Divide", name, real, number (scope, tensor, "/scale", scale));
  x = weir_build2 (b, "Add", name, x, number (scope, tensor, "/zero_point", zero));
  x = weir_build1 (b, "Round", name, x);
  node = weir_build_begin (b, "Clamp", name, &x, 1);
  weir_node_set_float (node, "min", low);
  weir_node_set_float (node, "max", high);
  x = weir_build_end (b, node);
  return weir_build_convert (b, name, x, tensor->dtype);
}

gboolean
weir_tflite_same_quant (const WeirTfliteTensor *a, const WeirTfliteTensor *b)
{
  const WeirTfliteQuant *p = &a->quant, *q = &b->quant;

  return a->dtype == b->dtype && p->n == 1 && q->n == 1 &&
         weir_flat_at_f32 (&p->scales, 0) == weir_flat_at_f32 (&q->scales, 0) &&
         (p->zero_points.count > 0 ? weir_flat_at_i64 (&p->zero_points, 0) : 0) ==
             (q->zero_points.count > 0 ? weir_flat_at_i64 (&q->zero_points, 0) : 0);
}
