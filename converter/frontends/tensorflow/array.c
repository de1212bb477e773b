#include "array.h"

#include "rounds.h"

TfArray *
tf_array_new (TfImport *import, const TfArray *like)
{
  TfArray *array = g_memdup2 (like, sizeof *like);

  g_ptr_array_add (import->arrays, array);
  return array;
}

WeirPort
tf_array_size (WeirMake *m, const TfValue *value)
{
  const TfArray *array = value->array;

  if (!weir_port_is_none (value->port))
    return weir_make_length_of (m, value->port, 0);
  if (weir_port_is_none (array->size))
    return weir_make_int (m, 0);
  return weir_make_convert (m, weir_make_scalar_of (m, array->size), WEIR_DTYPE_I64);
}

gboolean
tf_array_is_empty (const WeirMake *m, const TfValue *value)
{
  const WeirTensor *size = weir_make_value (m, value->array->size);

  return weir_port_is_none (value->port) && weir_port_is_none (value->array->written) &&
         (weir_port_is_none (value->array->size) ||
          (size != NULL && weir_tensor_count (size) == 1 &&
           weir_tensor_get_int (size, 0) == 0));
}

/* Dimensions that are not known are 1: the first element that is written widens them. */
static WeirPort
zeros (WeirMake *m, const TfValue *value, const WeirShape *element)
{
  gint64 dims[WEIR_MAX_RANK];
  WeirPort parts[2], zero;

  if (element->rank < 0)
    return weir_make_unsupported (
        m, "the shape of the elements of a TensorArray or list is not known");
  for (int i = 0; i < element->rank; i++)
    dims[i] = element->dims[i] < 0 ? 1 : element->dims[i];
  parts[0] = weir_make_reshape (m, tf_array_size (m, value), (const gint64[]){ 1 }, 1);
  parts[1] = weir_make_ints (m, dims, (gsize) element->rank);
  zero = weir_make_constant (m, weir_tensor_new_scalar (value->array->dtype, 0));
  return weir_make_broadcast (m, zero, weir_make_concat (m, parts, 2, 0));
}

/* Of two things that are said of an element, the dimensions that one of them knows. */
static WeirShape
merged (const WeirShape *a, const WeirShape *b)
{
  WeirShape shape = a->rank >= 0 ? *a : *b;

  for (int i = 0; a->rank == b->rank && i < shape.rank; i++)
    if (shape.dims[i] < 0)
      shape.dims[i] = b->dims[i];
  return shape;
}

WeirPort
tf_array_tensor (WeirMake *m, const TfValue *value, const WeirShape *element)
{
  const TfArray *array = value->array;
  WeirShape shape = merged (element != NULL ? element : &array->element, &array->element);

  if (array->state != NULL && !tf_state_is_plain (array->state))
    return tf_state_make_plain (array->state, m);
  if (!weir_port_is_none (value->port))
    return value->port;
  return zeros (m, value, &shape);
}

WeirPort
tf_array_padded (WeirMake *m, WeirPort tensor, WeirPort size)
{
  int rank = weir_make_rank (m, tensor);
  WeirPort parts[2], rows, all, more[2];
  const WeirTensor *value;

  rows = weir_make_2 (m, "Subtract", size, weir_make_length_of (m, tensor, 0));
  rows = weir_make_known (m, weir_make_2 (m, "Maximum", rows, weir_make_int (m, 0)));
  value = weir_make_value (m, rows);
  if (value != NULL && weir_tensor_get_int (value, 0) == 0)
    return tensor;
  all = weir_make_shape_of (m, tensor);
  parts[0] = weir_make_reshape (m, rows, (const gint64[]){ 1 }, 1);
  parts[1] = weir_make_slice (m, all, WEIR_MAKE_INTS (m, 1), WEIR_MAKE_INTS (m, rank), 0);
  more[0] = tensor;
  more[1] = weir_make_broadcast (m, weir_make_scalar (m, tensor, 0),
                                 weir_make_concat (m, parts, 2, 0));
  return weir_make_concat (m, more, 2, 0);
}
