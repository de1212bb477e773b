#include "list.h"
#include "move.h"
#include "order.h"

#include <string.h>

/* ScatterUpdate, ScatterElementsUpdate, ScatterNDUpdate: a copy of the data with updates
 * written, or worked in, at given indices. A negative index counts from the end. */

#define WORDS_ELEMENTS "none|sum|prod|min|max|mean"
#define WORDS_ND       "none|sum|sub|prod|min|max"

typedef enum { NONE, SUM, SUB, PROD, MINIMUM, MAXIMUM, MEAN } Reduction;

static Reduction
reduction_of (const WeirNode *node, guint since)
{
  static const char *const words[] = {
    [NONE] = "none",   [SUM] = "sum",     [SUB] = "sub",   [PROD] = "prod",
    [MINIMUM] = "min", [MAXIMUM] = "max", [MEAN] = "mean",
  };

  for (guint i = 0; node->version >= since && i < G_N_ELEMENTS (words); i++)
    if (weir_node_string_is (node, "reduction", words[i]))
      return (Reduction) i;
  return NONE;
}

static double
reduce_floats (Reduction reduction, double a, double b)
{
  switch (reduction) {
  case SUB:
    return a - b;
  case PROD:
    return a * b;
  default:
    return a + b;
  }
}

/* Integers wrap. */
static guint64
reduce_ints (Reduction reduction, guint64 a, guint64 b)
{
  switch (reduction) {
  case SUB:
    return a - b;
  case PROD:
    return a * b;
  default:
    return a + b;
  }
}

/* Works element @from of @update into element @at of @y. */
static void
work_in (Reduction reduction, const WeirTensor *update, gsize from, WeirTensor *y,
         gsize at)
{
  WeirDtype dtype = weir_tensor_dtype (y);
  void *data = weir_tensor_writable (y);
  const WeirMove one = { 0 };
  int order;

  if (reduction == NONE || reduction == MINIMUM || reduction == MAXIMUM) {
    order = weir_order (dtype, weir_tensor_data (update), from, data, at);
    if (reduction == NONE || (reduction == MINIMUM ? order < 0 : order > 0))
      weir_move_run (&one, update, (gint64) from, y, (gint64) at);
  } else if (weir_dtype_is_float (dtype))
    weir_dtype_store (dtype, data, at,
                      reduce_floats (reduction, weir_tensor_get (y, at),
                                     weir_tensor_get (update, from)));
  else
    weir_dtype_store_int (
        dtype, data, at,
        (gint64) reduce_ints (reduction, (guint64) weir_tensor_get_int (y, at),
                              (guint64) weir_tensor_get_int (update, from)));
}

static gboolean
check_inputs (const WeirInfer *infer, GError **error)
{
  return weir_infer_indices (infer, 1, error) &&
         weir_infer_same_type (infer, 0, 2, error);
}

/* Output 0 is like the data, once the updates have the shape that was worked out. */
static gboolean
finish (WeirInfer *infer, const WeirShape *expected, GError **error)
{
  WeirShape merged = *expected;
  WeirDtype dtype = infer->inputs[0].dtype;

  if (!weir_shape_merge (&merged, &infer->inputs[2].shape)) {
    g_autofree char *want = weir_shape_to_string (expected);
    g_autofree char *found = weir_shape_to_string (&infer->inputs[2].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected updates %s, found %s", want,
                      found);
  }
  return weir_infer_set (infer, 0,
                         dtype != WEIR_DTYPE_UNKNOWN ? dtype : infer->inputs[2].dtype,
                         &infer->inputs[0].shape);
}

static WeirTensor *
copy_data (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];

  eval->outputs[0] = weir_tensor_new_copy (weir_tensor_dtype (x), weir_tensor_shape (x),
                                           weir_tensor_data (x), error);
  return eval->outputs[0];
}

static gboolean
update_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape, *at = &infer->inputs[1].shape;
  WeirShape updates = WEIR_SHAPE_UNKNOWN;
  int axis;

  if (!check_inputs (infer, error) || !weir_list_axis (infer, 3, x->rank, &axis, error))
    return FALSE;
  if (x->rank >= 0 && at->rank >= 0 && axis >= 0) {
    updates = *x;
    updates.rank = axis;
    if (!weir_shape_append_dims (&updates, at, 0, at->rank, error) ||
        !weir_shape_append_dims (&updates, x, axis + 1, x->rank, error))
      return FALSE;
  }
  return finish (infer, &updates, error);
}

static gboolean
update_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *indices = eval->inputs[1];
  const WeirShape *shape = weir_tensor_shape (eval->inputs[0]);
  gint64 steps[WEIR_MAX_RANK], outer = 1, count = (gint64) weir_tensor_count (indices);
  WeirTensor *y = copy_data (eval, error);
  int axis;

  if (y == NULL || !weir_shape_axis (weir_tensor_get_int (eval->inputs[3], 0),
                                     shape->rank, &axis, error))
    return FALSE;
  weir_move_steps (shape, steps);
  for (int i = 0; i < axis; i++)
    outer *= shape->dims[i];
  for (gint64 i = 0; i < count; i++) {
    gint64 index = weir_tensor_get_int (indices, (gsize) i);
    WeirMove move = { 0 };

    if (!weir_index_wrap (&index, shape->dims[axis], error))
      return FALSE;
    weir_move_loop (&move, outer, count * steps[axis], shape->dims[axis] * steps[axis]);
    weir_move_loop (&move, steps[axis], 1, 1);
    weir_move_run (&move, eval->inputs[2], i * steps[axis], y, index * steps[axis]);
  }
  return TRUE;
}

WEIR_OP_DEFINE (scatter_update) = {
  .name = "ScatterUpdate",
  .versions = { 3 },
  .min_inputs = 4,
  .max_inputs = 4,
  .outputs = 1,
  .moves = 1 << 0 | 1 << 2,
  .summary = "The data with slices of one axis replaced",
  .infer = update_infer,
  .evaluate = update_evaluate,
};

static const WeirAttrRow elements_attrs[] = {
  { "reduction", WEIR_ATTR_STRING, "none", WORDS_ELEMENTS, 12, 0 },
  { "use_init_val", WEIR_ATTR_BOOL, "true", NULL, 12, 0 },
  { NULL },
};

static gboolean
elements_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape, *at = &infer->inputs[1].shape;
  int axis;

  if (!check_inputs (infer, error) || !weir_list_axis (infer, 3, x->rank, &axis, error))
    return FALSE;
  if (x->rank >= 0 && at->rank >= 0 && at->rank != x->rank)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected indices of rank %d like the data, found rank %d", x->rank,
                      at->rank);
  for (int i = 0; axis >= 0 && x->rank >= 0 && i < at->rank; i++)
    if (i != axis && x->dims[i] >= 0 && at->dims[i] > x->dims[i])
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "dimension %d of the indices is %" G_GINT64_FORMAT
                        ", more than the %" G_GINT64_FORMAT " of the data",
                        i, at->dims[i], x->dims[i]);
  return finish (infer, at, error);
}

/* Position in the data of element @i of the indices. */
static gboolean
elements_place (const WeirEval *eval, int axis, gsize i, gint64 *place, GError **error)
{
  const WeirShape *shape = weir_tensor_shape (eval->inputs[0]);
  const WeirShape *at = weir_tensor_shape (eval->inputs[1]);
  gint64 index = weir_tensor_get_int (eval->inputs[1], i), rest = (gint64) i, step = 1;

  *place = 0;
  if (!weir_index_wrap (&index, shape->dims[axis], error))
    return FALSE;
  for (int d = at->rank - 1; d >= 0; d--) {
    *place += (d == axis ? index : rest % at->dims[d]) * step;
    rest /= at->dims[d];
    step *= shape->dims[d];
  }
  return TRUE;
}

/* A mean is the sum over the number of what went into it; integers are cut off. */
static void
divide (WeirTensor *y, gsize at, guint64 number)
{
  WeirDtype dtype = weir_tensor_dtype (y);
  void *data = weir_tensor_writable (y);

  if (weir_dtype_is_float (dtype))
    weir_dtype_store (dtype, data, at, weir_tensor_get (y, at) / (double) number);
  else if (dtype == WEIR_DTYPE_U64)
    ((guint64 *) data)[at] /= number;
  else
    weir_dtype_store_int (dtype, data, at, weir_tensor_get_int (y, at) / (gint64) number);
}

/* @counts says how many updates each element of the output has got. */
static gboolean
elements_run (WeirEval *eval, WeirTensor *y, guint32 *counts, int axis, GError **error)
{
  Reduction reduction = reduction_of (eval->node, 12);
  gboolean initial =
      eval->node->version < 12 || weir_node_bool (eval->node, "use_init_val");
  gint64 place;

  for (gsize i = 0; i < weir_tensor_count (eval->inputs[1]); i++) {
    if (!elements_place (eval, axis, i, &place, error))
      return FALSE;
    work_in (!initial && counts[place] == 0 ? NONE : reduction, eval->inputs[2], i, y,
             (gsize) place);
    counts[place]++;
  }
  for (gsize i = 0; reduction == MEAN && i < weir_tensor_count (y); i++)
    if (counts[i] > 0)
      divide (y, i, (guint64) counts[i] + (initial ? 1 : 0));
  return TRUE;
}

static gboolean
elements_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  WeirTensor *y = copy_data (eval, error);
  guint32 *counts;
  gboolean good;
  int axis;

  if (y == NULL || !weir_shape_axis (weir_tensor_get_int (eval->inputs[3], 0),
                                     weir_tensor_shape (x)->rank, &axis, error))
    return FALSE;
  counts = weir_try_alloc (weir_tensor_count (y) * sizeof *counts, error);
  if (counts == NULL)
    return FALSE;
  good = elements_run (eval, y, counts, axis, error);
  weir_free (counts);
  return good;
}

WEIR_OP_DEFINE (scatter_elements_update) = {
  .name = "ScatterElementsUpdate",
  .versions = { 3, 12 },
  .min_inputs = 4,
  .max_inputs = 4,
  .outputs = 1,
  .attrs = elements_attrs,
  .summary = "The data with elements updated, each at its own index of one axis",
  .infer = elements_infer,
  .evaluate = elements_evaluate,
};

static const WeirAttrRow nd_attrs[] = {
  { "reduction", WEIR_ATTR_STRING, "none", WORDS_ND, 15, 0 },
  { NULL },
};

static gboolean
nd_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape, *at = &infer->inputs[1].shape;
  WeirShape updates = *at;
  gint64 tuple;

  if (!check_inputs (infer, error))
    return FALSE;
  if (x->rank < 0 || at->rank < 0)
    return finish (infer, &WEIR_SHAPE_UNKNOWN, error);
  if (at->rank < 1 || at->dims[at->rank - 1] > x->rank) {
    g_autofree char *found = weir_shape_to_string (at);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "indices %s, expected tuples of at most %d numbers", found,
                      x->rank);
  }
  tuple = at->dims[at->rank - 1];
  updates.rank--;
  if (tuple < 0)
    return finish (infer, &WEIR_SHAPE_UNKNOWN, error);
  return weir_shape_append_dims (&updates, x, (int) tuple, x->rank, error) &&
         finish (infer, &updates, error);
}

static gboolean
nd_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *shape = weir_tensor_shape (eval->inputs[0]);
  const WeirTensor *indices = eval->inputs[1];
  const WeirShape *at = weir_tensor_shape (indices);
  gint64 tuple = at->dims[at->rank - 1], count = 1, slice = 1, steps[WEIR_MAX_RANK];
  Reduction reduction = reduction_of (eval->node, 15);
  WeirTensor *y = copy_data (eval, error);

  if (y == NULL)
    return FALSE;
  weir_move_steps (shape, steps);
  for (int i = 0; i < at->rank - 1; i++)
    count *= at->dims[i];
  for (int i = (int) tuple; i < shape->rank; i++)
    slice *= shape->dims[i];
  for (gint64 i = 0; i < count; i++) {
    gint64 to = 0;

    for (gint64 k = 0; k < tuple; k++) {
      gint64 index = weir_tensor_get_int (indices, (gsize) (i * tuple + k));

      if (!weir_index_wrap (&index, shape->dims[k], error))
        return FALSE;
      to += index * steps[k];
    }
    for (gint64 k = 0; k < slice; k++)
      work_in (reduction, eval->inputs[2], (gsize) (i * slice + k), y, (gsize) (to + k));
  }
  return TRUE;
}

WEIR_OP_DEFINE (scatter_nd_update) = {
  .name = "ScatterNDUpdate",
  .versions = { 4, 15 },
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .attrs = nd_attrs,
  .summary = "The data with slices updated at tuples of indices",
  .infer = nd_infer,
  .evaluate = nd_evaluate,
};
