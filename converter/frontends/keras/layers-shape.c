#include "keras.h"

/* Inputs, what moves elements, and what joins several values. */

static WeirPort
input_layer (KerasLayer *l)
{
  JsonArray *list = weir_json_array (l->config, "batch_input_shape");
  gint64 dims[WEIR_MAX_RANK];
  WeirShape shape;
  guint count;

  if (list == NULL)
    list = weir_json_array (l->config, "batch_shape");
  count = list != NULL ? json_array_get_length (list) : 0;
  if (count == 0 || count > WEIR_MAX_RANK)
    return weir_make_invalid (&l->make, "expected a shape of 1 to %d dimensions",
                              WEIR_MAX_RANK);
  for (guint i = 0; i < count; i++)
    if (!weir_json_node_int (json_array_get_element (list, i), &dims[i]))
      dims[i] = WEIR_DIM_UNKNOWN;
  if (!weir_shape_init (&shape, dims, count, &l->make.b->error))
    return WEIR_PORT_NONE;
  return weir_build_parameter (l->make.b, l->make.name, WEIR_DTYPE_F32, &shape);
}

static WeirPort
identity (KerasLayer *l)
{
  return keras_in (l, 0);
}

static WeirPort
flatten (KerasLayer *l)
{
  if (!keras_is_last (l))
    return weir_make_unsupported (&l->make, "channels first");
  return weir_make_flatten (&l->make, keras_in (l, 0), 1);
}

static WeirPort
join (KerasLayer *l)
{
  WeirPort x = keras_in (l, 0);

  for (guint i = 1; i < l->n_inputs; i++)
    x = weir_make_2 (&l->make, l->row->ir, x, keras_in (l, i));
  return x;
}

static WeirPort
concatenate (KerasLayer *l)
{
  int rank = weir_make_rank (&l->make, keras_in (l, 0));
  int axis = weir_make_axis (&l->make, keras_int (l, "axis", -1), rank);

  return weir_make_concat (&l->make, l->inputs, l->n_inputs, axis);
}

const KerasRow keras_rows_shape[] = {
  { "Add", join, "Add" },
  { "Concatenate", concatenate },
  { "Dropout", identity },
  { "Flatten", flatten },
  { "GaussianDropout", identity },
  { "GaussianNoise", identity },
  { "InputLayer", input_layer },
  { "Maximum", join, "Maximum" },
  { "Minimum", join, "Minimum" },
  { "Multiply", join, "Multiply" },
  { "SpatialDropout2D", identity },
  { "Subtract", join, "Subtract" },
  { NULL },
};
