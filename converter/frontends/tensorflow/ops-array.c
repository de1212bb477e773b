#include "rounds.h"
#include "same.h"
#include "table.h"

#include <string.h>

/* TensorArrays and lists of tensors (list_ops): a tensor of all elements. In the body of
 * a loop, what is read by the number of the round comes in slices, and what is written by
 * it is joined behind the loop. */

/* (nullable): the array that the node works with: a TensorArray's contents flow in at its
 * last input, a list is its first one. */
static const TfValue *
array_of (TfNode *n)
{
  gboolean last = g_str_has_prefix (n->proto->op, "TensorArray");
  const TfValue *value = tf_value (n, last && n->n_inputs > 0 ? n->n_inputs - 1 : 0);

  if (value != NULL && value->array == NULL)
    weir_make_invalid (&n->make, "its input is no TensorArray and no list");
  return weir_build_failed (n->make.b) ? NULL : value;
}

static void
give (TfNode *n, guint index, const TfArray *array, WeirPort port)
{
  TfValue value = { .port = port, .array = array };

  tf_give (n, index, &value);
}

/* The shape that a vector says; a scalar of -1 says nothing. */
static WeirShape
element_shape (TfNode *n, guint index)
{
  const WeirTensor *value =
      index < n->n_inputs ? weir_make_value (&n->make, n->inputs[index].port) : NULL;
  WeirShape shape = WEIR_SHAPE_UNKNOWN;

  if (value == NULL || weir_tensor_shape (value)->rank != 1 ||
      weir_tensor_count (value) > WEIR_MAX_RANK)
    return shape;
  shape = weir_shape_unknown ((int) weir_tensor_count (value));
  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = MAX (weir_tensor_get_int (value, (gsize) i), WEIR_DIM_UNKNOWN);
  return shape;
}

static WeirShape
without_first (const WeirShape *shape)
{
  WeirShape element = weir_shape_unknown (shape->rank > 0 ? shape->rank - 1 : -1);

  for (int i = 0; i < element.rank; i++)
    element.dims[i] = shape->dims[i + 1];
  return element;
}

static WeirPort
tensor_array (TfNode *n)
{
  TfArray array = { .dtype = tf_attr_dtype (n, "dtype"),
                    .element = tf_attr_shape (n, "element_shape"),
                    .size = tf_in (n, 0),
                    .grows = tf_attr_bool (n, "dynamic_size", FALSE),
                    .written = WEIR_PORT_NONE };
  const TfArray *made = tf_array_new (n->scope->import, &array);

  give (n, 0, made, WEIR_PORT_NONE);
  give (n, 1, made, WEIR_PORT_NONE);
  return WEIR_PORT_NONE;
}

static WeirPort
list (TfNode *n, WeirPort size, gboolean grows, WeirPort tensor)
{
  TfArray array = { .dtype = tf_attr_dtype (n, "element_dtype"),
                    .size = size,
                    .grows = grows,
                    .written = WEIR_PORT_NONE };

  array.element = weir_port_is_none (tensor)
                      ? element_shape (n, 0)
                      : without_first (weir_make_shape (&n->make, tensor));
  give (n, 0, tf_array_new (n->scope->import, &array), tensor);
  return WEIR_PORT_NONE;
}

static WeirPort
list_reserve (TfNode *n)
{
  return list (n, tf_in (n, 1), FALSE, WEIR_PORT_NONE);
}

static WeirPort
list_empty (TfNode *n)
{
  return list (n, WEIR_PORT_NONE, TRUE, WEIR_PORT_NONE);
}

static WeirPort
list_from_tensor (TfNode *n)
{
  return list (n, WEIR_PORT_NONE, FALSE, tf_in (n, 0));
}

static WeirPort
read_element (TfNode *n)
{
  const TfValue *value = array_of (n);
  WeirPort index = tf_in (n, 1), slice = WEIR_PORT_NONE;
  TfBody *body = n->scope->body;
  gint64 start = 0;

  if (value == NULL || weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  if (body != NULL && value->array->state == NULL &&
      tf_body_is_counter (body, index, &start) && start == 0)
    slice = tf_body_slice (body, value->port);
  if (!weir_port_is_none (slice))
    return slice;
  return weir_make_gather (&n->make, tf_array_tensor (&n->make, value, NULL),
                           weir_make_scalar_of (&n->make, index), 0);
}

/* Whether a write to element @index, none for one behind the end, is the one write of
 * this round that is joined with those of all others. */
static gboolean
is_joined (TfNode *n, const TfValue *value, const WeirPort *index)
{
  const TfArray *array = value->array;
  TfBody *body = n->scope->body;
  gint64 start = 0;

  if (array->state == NULL || tf_state_is_plain (array->state) || body == NULL ||
      !weir_port_is_none (array->written))
    return FALSE;
  if (index == NULL)
    return tf_array_is_empty (array->state->outside, &array->state->initial);
  return tf_body_is_counter (body, *index, &start) && start == 0;
}

static void
join (TfNode *n, const TfArray *array, WeirPort element)
{
  TfArray *written = tf_array_new (n->scope->import, array);

  written->written = element;
  give (n, 0, written, WEIR_PORT_NONE);
}

/* All elements of an array as large as @element is, which is another size each time a
 * loop runs where its dimensions are not known before. */
static WeirPort
widened (TfNode *n, WeirPort all, WeirPort element)
{
  WeirMake *m = &n->make;
  const WeirShape *shape = weir_make_shape (m, element);
  WeirShape rest = without_first (weir_make_shape (m, all));
  WeirPort parts[2];

  if (weir_shape_is_static (shape) && weir_shape_equal (shape, &rest))
    return all;
  parts[0] = weir_make_dim_of (m, all, 0);
  parts[1] = weir_make_shape_of (m, element);
  return weir_make_broadcast (m, all, weir_make_concat (m, parts, 2, 0));
}

static WeirPort
write_element (TfNode *n)
{
  WeirMake *m = &n->make;
  const TfValue *value = array_of (n);
  WeirPort index = tf_in (n, 1), element = tf_in (n, 2), all, at, end;

  if (value == NULL || weir_build_failed (m->b))
    return WEIR_PORT_NONE;
  if (value->array->state != NULL)
    tf_state_learn (value->array->state, weir_make_shape (m, element));
  if (is_joined (n, value, &index)) {
    join (n, value->array, element);
    return WEIR_PORT_NONE;
  }
  all = tf_array_tensor (m, value, weir_make_shape (m, element));
  if (!value->array->grows && weir_make_shape (m, all)->rank > 0 &&
      weir_make_shape (m, all)->dims[0] == 1) {
    give (n, 0, value->array, weir_make_unsqueeze (m, element, 0));
    return WEIR_PORT_NONE;
  }
  all = widened (n, all, element);
  at = weir_make_convert (m, weir_make_scalar_of (m, index), WEIR_DTYPE_I64);
  if (value->array->grows) {
    end = weir_make_2 (m, "Add", at, weir_make_int (m, 1));
    all = tf_array_padded (m, all, end);
  }
  all = WEIR_MAKE (m, "ScatterUpdate", all, weir_make_vector_of (m, at),
                   weir_make_unsqueeze (m, element, 0), weir_make_int (m, 0));
  give (n, 0, value->array, all);
  return WEIR_PORT_NONE;
}

static WeirPort
list_push (TfNode *n)
{
  WeirMake *m = &n->make;
  const TfValue *value = array_of (n);
  WeirPort element = tf_in (n, 1), parts[2];

  if (value == NULL || weir_build_failed (m->b))
    return WEIR_PORT_NONE;
  if (value->array->state != NULL)
    tf_state_learn (value->array->state, weir_make_shape (m, element));
  if (is_joined (n, value, NULL)) {
    join (n, value->array, element);
    return WEIR_PORT_NONE;
  }
  parts[1] = weir_make_unsqueeze (m, element, 0);
  if (value->array->state == NULL && tf_array_is_empty (m, value)) {
    give (n, 0, value->array, parts[1]);
    return WEIR_PORT_NONE;
  }
  parts[0] = tf_array_tensor (m, value, weir_make_shape (m, element));
  parts[0] = widened (n, parts[0], element);
  give (n, 0, value->array, weir_make_concat (m, parts, 2, 0));
  return WEIR_PORT_NONE;
}

static WeirPort
list_pop (TfNode *n)
{
  WeirMake *m = &n->make;
  const TfValue *value = array_of (n);
  WeirPort all, last = WEIR_MAKE_INTS (m, -1);

  if (value == NULL)
    return WEIR_PORT_NONE;
  all = tf_array_tensor (m, value, NULL);
  tf_out (n, 1, weir_make_gather (m, all, weir_make_int (m, -1), 0));
  give (n, 0, value->array, weir_make_slice (m, all, WEIR_MAKE_INTS (m, 0), last, 0));
  return WEIR_PORT_NONE;
}

static WeirPort
list_resize (TfNode *n)
{
  WeirMake *m = &n->make;
  const TfValue *value = array_of (n);
  WeirPort size = tf_in (n, 1), all;
  TfArray *array;

  if (value == NULL)
    return WEIR_PORT_NONE;
  array = tf_array_new (n->scope->import, value->array);
  array->size = size;
  if (weir_port_is_none (value->port) && array->state == NULL) {
    give (n, 0, array, WEIR_PORT_NONE);
    return WEIR_PORT_NONE;
  }
  size = weir_make_convert (m, weir_make_scalar_of (m, size), WEIR_DTYPE_I64);
  all = tf_array_padded (m, tf_array_tensor (m, value, NULL), size);
  all = weir_make_slice (m, all, WEIR_MAKE_INTS (m, 0), weir_make_vector_of (m, size), 0);
  give (n, 0, array, all);
  return WEIR_PORT_NONE;
}

static WeirPort
stack (TfNode *n)
{
  const TfValue *value = array_of (n);
  WeirShape said = element_shape (n, 1);

  return value == NULL ? WEIR_PORT_NONE : tf_array_tensor (&n->make, value, &said);
}

static WeirPort
size (TfNode *n)
{
  const TfValue *value = array_of (n);

  return value == NULL
             ? WEIR_PORT_NONE
             : weir_make_known (
                   &n->make, weir_make_convert (&n->make, tf_array_size (&n->make, value),
                                                WEIR_DTYPE_I32));
}

static WeirPort
list_element_shape (TfNode *n)
{
  WeirMake *m = &n->make;
  const TfValue *value = array_of (n);
  WeirPort all;

  if (value == NULL)
    return WEIR_PORT_NONE;
  all = tf_array_tensor (m, value, NULL);
  all = weir_make_slice (m, weir_make_shape_of (m, all), WEIR_MAKE_INTS (m, 1),
                         WEIR_MAKE_INTS (m, weir_make_rank (m, all)), 0);
  return weir_make_convert (m, all, tf_attr_dtype (n, "shape_type"));
}

/* Whether @indices are 0, 1, 2, ... @end: (out): how many they are, or none where they
 * are known. */
static gboolean
is_counting (TfNode *n, WeirPort indices, WeirPort *end)
{
  WeirGraph *graph = n->make.b->graph;
  const WeirTensor *value = weir_make_value (&n->make, indices), *first, *step;
  const WeirNode *node = weir_graph_node (graph, indices.node);

  *end = WEIR_PORT_NONE;
  for (gsize i = 0; value != NULL && i < weir_tensor_count (value); i++)
    if (weir_tensor_get_int (value, i) != (gint64) i)
      return FALSE;
  if (value != NULL)
    return TRUE;
  if (!weir_node_is (node, "Range"))
    return FALSE;
  first = weir_node_input_info (graph, node, 0)->value;
  step = weir_node_input_info (graph, node, 2)->value;
  *end = node->inputs[1];
  return first != NULL && step != NULL && weir_tensor_get (first, 0) == 0 &&
         weir_tensor_get (step, 0) == 1;
}

/* The first elements of an array, all of them as a rule. */
static WeirPort
first_elements (TfNode *n, const TfValue *value, WeirPort all, WeirPort end)
{
  WeirMake *m = &n->make;

  if (weir_build_failed (m->b) || tf_same (m->b->graph, end, value->array->size) ||
      tf_same (m->b->graph, end, weir_make_length_of (m, all, 0)))
    return all;
  end = weir_make_convert (m, end, WEIR_DTYPE_I64);
  return weir_make_slice (m, all, WEIR_MAKE_INTS (m, 0), weir_make_vector_of (m, end), 0);
}

static WeirPort
gather (TfNode *n)
{
  WeirMake *m = &n->make;
  const TfValue *value = array_of (n);
  WeirPort indices = tf_in (n, 1), all, end;
  WeirShape said = tf_attr_shape (n, "element_shape");
  gint64 count;

  if (value == NULL || weir_build_failed (m->b))
    return WEIR_PORT_NONE;
  all = tf_array_tensor (m, value, &said);
  if (weir_build_failed (m->b) || !is_counting (n, indices, &end))
    return weir_make_gather (m, all, indices, 0);
  if (!weir_port_is_none (end))
    return first_elements (n, value, all, end);
  count = (gint64) weir_tensor_count (weir_make_value (m, indices));
  if (weir_make_shape (m, all)->rank > 0 && weir_make_shape (m, all)->dims[0] == count)
    return all;
  return weir_make_gather (m, all, indices, 0);
}

static WeirPort
scattered (TfNode *n, const TfValue *value, WeirPort indices, WeirPort rows)
{
  WeirMake *m = &n->make;
  WeirShape element = without_first (weir_make_shape (m, rows));
  WeirPort end, all;

  if (weir_build_failed (m->b))
    return WEIR_PORT_NONE;
  if (value->array->state != NULL)
    tf_state_learn (value->array->state, &element);
  if (weir_port_is_none (value->port) && value->array->state == NULL &&
      is_counting (n, indices, &end))
    return rows;
  all = tf_array_tensor (m, value, &element);
  return WEIR_MAKE (m, "ScatterUpdate", all, indices, rows, weir_make_int (m, 0));
}

/* Of a TensorArray, or of a list that is there: rows and indices change places. */
static WeirPort
scatter (TfNode *n)
{
  const TfValue *value = array_of (n);
  gboolean swapped = n->row->ir != NULL;
  WeirPort indices = tf_in (n, swapped ? 2 : 1), rows = tf_in (n, swapped ? 1 : 2);

  if (value != NULL)
    give (n, 0, value->array, scattered (n, value, indices, rows));
  return WEIR_PORT_NONE;
}

static WeirPort
concat (TfNode *n)
{
  WeirMake *m = &n->make;
  const TfValue *value = array_of (n);
  WeirPort all, shape, parts[2], lengths;

  if (value == NULL)
    return WEIR_PORT_NONE;
  all = tf_array_tensor (m, value, NULL);
  shape = weir_make_shape_of (m, all);
  parts[0] = WEIR_MAKE_INTS (m, -1);
  parts[1] = weir_make_slice (m, shape, WEIR_MAKE_INTS (m, 2),
                              WEIR_MAKE_INTS (m, weir_make_rank (m, all)), 0);
  lengths =
      weir_make_broadcast (m, weir_make_dim_of (m, all, 1), weir_make_dim_of (m, all, 0));
  tf_out (n, 1, lengths);
  return weir_make_reshape_to (m, all, weir_make_concat (m, parts, 2, 0));
}

/* Elements are equally long, as all of an array are here. */
static WeirPort
split (TfNode *n)
{
  WeirMake *m = &n->make;
  gboolean is_array = g_str_has_prefix (n->proto->op, "TensorArray");
  WeirPort rows = tf_in (n, is_array ? 1 : 0), lengths = tf_in (n, 2), parts[3];
  const WeirTensor *known = weir_make_value (m, lengths);
  const TfValue *value = is_array ? array_of (n) : NULL;

  if (weir_build_failed (m->b))
    return WEIR_PORT_NONE;
  if (known == NULL || weir_tensor_count (known) == 0)
    return weir_make_unsupported (m, "the lengths must be known");
  for (gsize i = 1; i < weir_tensor_count (known); i++)
    if (weir_tensor_get_int (known, i) != weir_tensor_get_int (known, 0))
      return weir_make_unsupported (m, "elements of different lengths");
  parts[0] = WEIR_MAKE_INTS (m, (gint64) weir_tensor_count (known));
  parts[1] = WEIR_MAKE_INTS (m, weir_tensor_get_int (known, 0));
  parts[2] = weir_make_slice (m, weir_make_shape_of (m, rows), WEIR_MAKE_INTS (m, 1),
                              WEIR_MAKE_INTS (m, weir_make_rank (m, rows)), 0);
  rows = weir_make_reshape_to (m, rows, weir_make_concat (m, parts, 3, 0));
  if (!is_array)
    return list (n, WEIR_PORT_NONE, FALSE, rows);
  give (n, 0, value->array, rows);
  return WEIR_PORT_NONE;
}

static WeirPort
list_scatter (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort rows = tf_in (n, 0), indices = tf_in (n, 1), size;
  TfArray array = { .dtype = tf_attr_dtype (n, "element_dtype"),
                    .element = without_first (weir_make_shape (m, rows)),
                    .written = WEIR_PORT_NONE };
  TfValue fresh = { .port = WEIR_PORT_NONE };

  size = weir_make_reduce (m, "ReduceMax", indices, WEIR_MAKE_INTS (m, 0), FALSE);
  size = weir_make_2 (m, "Add", size, weir_make_scalar (m, size, 1));
  if (n->n_inputs > 3 && weir_make_value (m, tf_in (n, 3)) == NULL)
    return weir_make_unsupported (m, "the number of elements must be known");
  if (n->n_inputs > 3 && weir_tensor_count (weir_make_value (m, tf_in (n, 3))) == 1 &&
      weir_tensor_get_int (weir_make_value (m, tf_in (n, 3)), 0) >= 0)
    size = tf_in (n, 3);
  array.size = size;
  fresh.array = tf_array_new (n->scope->import, &array);
  give (n, 0, fresh.array, scattered (n, &fresh, indices, rows));
  return WEIR_PORT_NONE;
}

const TfRow tf_rows_array[] = {
  { "TensorArrayV3", tensor_array, NULL, "handle,flow" },
  { "TensorArrayReadV3", read_element },
  { "TensorArrayWriteV3", write_element },
  { "TensorArrayGatherV3", gather },
  { "TensorArrayScatterV3", scatter },
  { "TensorArraySizeV3", size },
  { "TensorArrayConcatV3", concat, NULL, "value,lengths" },
  { "TensorArraySplitV3", split },
  { "TensorListReserve", list_reserve },
  { "EmptyTensorList", list_empty },
  { "TensorListFromTensor", list_from_tensor },
  { "TensorListGetItem", read_element },
  { "TensorListSetItem", write_element },
  { "TensorListPushBack", list_push },
  { "TensorListPopBack", list_pop, NULL, "output_handle,tensor" },
  { "TensorListResize", list_resize },
  { "TensorListStack", stack },
  { "TensorListLength", size },
  { "TensorListElementShape", list_element_shape },
  { "TensorListGather", gather },
  { "TensorListScatter", list_scatter },
  { "TensorListScatterV2", list_scatter },
  { "TensorListScatterIntoExistingList", scatter, "rows first" },
  { "TensorListConcat", concat, NULL, "tensor,lengths" },
  { "TensorListConcatV2", concat, NULL, "tensor,lengths" },
  { "TensorListSplit", split },
  { NULL },
};
