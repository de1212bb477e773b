#include "table.h"

/* Inputs, and what moves elements. */

static WeirPort
input (CfLayer *l)
{
  const Caffe__InputParameter *p =
      CF_PARAM (l, input_param, Caffe__InputParameter, CAFFE__INPUT_PARAMETER__INIT);

  for (gsize i = 0; i < l->proto->n_top; i++) {
    const Caffe__BlobShape *from =
        p->n_shape == 0 ? NULL : p->shape[MIN (i, p->n_shape - 1)];
    WeirShape shape = WEIR_SHAPE_UNKNOWN;

    if (from != NULL &&
        !weir_shape_init (&shape, from->dim, from->n_dim, &l->make.b->error))
      return WEIR_PORT_NONE;
    cf_out (l, (guint) i,
            weir_build_parameter (l->make.b, l->proto->top[i], WEIR_DTYPE_F32, &shape));
  }
  return WEIR_PORT_NONE;
}

/* A value that was learned. */
static WeirPort
parameter (CfLayer *l)
{
  return cf_weights (l, 0, NULL);
}

static WeirPort
identity (CfLayer *l)
{
  return cf_in (l, 0);
}

/* One value for many readers. */
static WeirPort
split (CfLayer *l)
{
  for (gsize i = 0; i < l->proto->n_top; i++)
    cf_out (l, (guint) i, cf_in (l, 0));
  return WEIR_PORT_NONE;
}

static WeirPort
nothing (CfLayer *l)
{
  (void) l;
  return WEIR_PORT_NONE;
}

static WeirPort
concat (CfLayer *l)
{
  const Caffe__ConcatParameter *p =
      CF_PARAM (l, concat_param, Caffe__ConcatParameter, CAFFE__CONCAT_PARAMETER__INIT);
  guint count = cf_n_in (l);
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (count, 1));

  for (guint i = 0; i < count; i++)
    parts[i] = cf_in (l, i);
  return weir_make_concat (&l->make, parts, count,
                           p->has_concat_dim ? (gint64) p->concat_dim : p->axis);
}

/* At points, or in equal parts. */
static WeirPort
slice (CfLayer *l)
{
  const Caffe__SliceParameter *p =
      CF_PARAM (l, slice_param, Caffe__SliceParameter, CAFFE__SLICE_PARAMETER__INIT);
  guint count = (guint) l->proto->n_top;
  gint64 axis = p->has_slice_dim ? (gint64) p->slice_dim : p->axis;
  g_autofree gint64 *lengths = g_new (gint64, MAX (count, 1));
  WeirPort x = cf_in (l, 0);
  WeirNode *node;

  if (p->n_slice_point == 0) {
    node =
        weir_build_begin_outputs (l->make.b, "Split", l->make.name,
                                  WEIR_INPUTS (x, weir_make_int (&l->make, axis)), count);
    weir_node_set_int (node, "num_splits", count);
  } else if (p->n_slice_point != count - 1) {
    return weir_make_invalid (&l->make, "%zu slice points for %u tops", p->n_slice_point,
                              count);
  } else {
    for (guint i = 0; i < count; i++)
      lengths[i] = i == count - 1 ? -1
                                  : (gint64) p->slice_point[i] -
                                        (i > 0 ? (gint64) p->slice_point[i - 1] : 0);
    node =
        weir_build_begin_outputs (l->make.b, "VariadicSplit", l->make.name,
                                  WEIR_INPUTS (x, weir_make_int (&l->make, axis),
                                               weir_make_ints (&l->make, lengths, count)),
                                  count);
  }
  weir_make_end (&l->make, node);
  for (guint i = 0; i < count; i++)
    cf_out (l, i, weir_make_port (&l->make, node, i));
  return WEIR_PORT_NONE;
}

static WeirPort
flatten (CfLayer *l)
{
  const Caffe__FlattenParameter *p = CF_PARAM (l, flatten_param, Caffe__FlattenParameter,
                                               CAFFE__FLATTEN_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0);
  int rank = weir_make_rank (&l->make, x);
  int first = weir_make_axis (&l->make, p->axis, rank);
  int last = weir_make_axis (&l->make, p->end_axis, rank);
  gint64 dims[WEIR_MAX_RANK];
  gsize count = 0;

  if (last < first)
    return weir_make_invalid (&l->make, "end_axis %d before axis %d", last, first);
  for (int i = 0; i < first; i++)
    dims[count++] = 0;
  dims[count++] = -1;
  for (int i = last + 1; i < rank; i++)
    dims[count++] = weir_make_shape (&l->make, x)->dims[i];
  return weir_make_reshape (&l->make, x, dims, count);
}

/* The dimensions from axis on, num_axes of them, are replaced; 0 copies the one at its
 * place. */
static WeirPort
reshape (CfLayer *l)
{
  const Caffe__ReshapeParameter *p = CF_PARAM (l, reshape_param, Caffe__ReshapeParameter,
                                               CAFFE__RESHAPE_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0);
  WeirShape shape = *weir_make_shape (&l->make, x);
  gsize n = p->shape != NULL ? p->shape->n_dim : 0, count = 0;
  gint64 dims[2 * WEIR_MAX_RANK];
  int first, behind;

  if (p->axis == 0 && p->num_axes == -1 && n <= WEIR_MAX_RANK)
    return weir_make_reshape (&l->make, x, n > 0 ? p->shape->dim : NULL, n);
  first = p->axis < 0 ? p->axis + weir_make_rank (&l->make, x) + 1 : p->axis;
  behind = p->num_axes < 0 ? weir_make_rank (&l->make, x) : first + p->num_axes;
  if (n > WEIR_MAX_RANK || first < 0 || first > behind || behind > shape.rank)
    return weir_make_invalid (&l->make, "axis %d and num_axes %d of %d dimensions",
                              p->axis, p->num_axes, shape.rank);
  for (int i = 0; i < first; i++)
    dims[count++] = shape.dims[i];
  for (gsize i = 0; i < n; i++)
    dims[count++] = p->shape->dim[i] == 0 && first + (int) i < shape.rank
                        ? shape.dims[first + (int) i]
                        : p->shape->dim[i];
  for (int i = behind; i < shape.rank; i++)
    dims[count++] = shape.dims[i];
  if (count > WEIR_MAX_RANK)
    return weir_make_unsupported (&l->make, "%zu dimensions", count);
  return weir_make_reshape (&l->make, x, dims, count);
}

static WeirPort
permute (CfLayer *l)
{
  const Caffe__PermuteParameter *p = CF_PARAM (l, permute_param, Caffe__PermuteParameter,
                                               CAFFE__PERMUTE_PARAMETER__INIT);
  gint64 order[WEIR_MAX_RANK];
  int rank = weir_make_rank (&l->make, cf_in (l, 0)), count = 0;

  if (p->n_order > (gsize) rank)
    return weir_make_invalid (&l->make, "an order of %zu for %d dimensions", p->n_order,
                              rank);
  for (gsize i = 0; i < p->n_order; i++)
    order[count++] = p->order[i];
  for (int axis = 0; axis < rank && count < rank; axis++) {
    gboolean named = FALSE;

    for (gsize i = 0; i < p->n_order; i++)
      named |= (int) p->order[i] == axis;
    if (!named)
      order[count++] = axis;
  }
  return weir_make_transpose (&l->make, cf_in (l, 0), order, (gsize) count);
}

const CfRow cf_rows_shape[] = {
  { "Input", input },
  { "Parameter", parameter },
  { "Dropout", identity },
  { "ContrastiveLoss", identity },
  { "EuclideanLoss", identity },
  { "HingeLoss", identity },
  { "InfogainLoss", identity },
  { "MultinomialLogisticLoss", identity },
  { "Split", split },
  { "Silence", nothing },
  { "HDF5Output", nothing },
  { "Accuracy", nothing, NULL, TRUE },
  { "Concat", concat },
  { "Slice", slice },
  { "Flatten", flatten },
  { "Reshape", reshape },
  { "Permute", permute },
  { NULL },
};
