#include "list.h"
#include "move.h"
#include "order.h"

/* Unique: different elements, or different slices of an axis, with the index of the first
 * of each, which one each was, and how often they came. */

static const WeirAttrRow attrs[] = {
  { "sorted", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "index_element_type", WEIR_ATTR_DTYPE, "i64", NULL, 0, 0 },
  { "count_element_type", WEIR_ATTR_DTYPE, "i64", NULL, 0, 0 },
  { NULL },
};

enum { VALUES, FIRST, WHICH, COUNTS, N_OUTPUTS };

static gboolean
infer (WeirInfer *infer, GError **error)
{
  WeirDtype index = weir_node_dtype (infer->node, "index_element_type");
  WeirDtype counts = weir_node_dtype (infer->node, "count_element_type");
  WeirShape y = infer->inputs[0].shape;
  gint64 items = WEIR_DIM_UNKNOWN;
  gsize count;
  int axis = -1;

  if (!weir_dtype_is_integer (index) || !weir_dtype_is_integer (counts))
    return weir_fail (error, WEIR_ERROR_FORMAT, "indices or counts are no integers");
  if (infer->n_inputs > 1 && !weir_list_axis (infer, 1, y.rank, &axis, error))
    return FALSE;
  if (infer->n_inputs < 2 && weir_shape_count (&y, &count, NULL))
    items = (gint64) count;
  if (infer->n_inputs < 2)
    y = WEIR_SHAPE (WEIR_DIM_UNKNOWN);
  else if (axis < 0 || y.rank < 0)
    y = weir_shape_unknown (y.rank);
  else {
    items = y.dims[axis];
    y.dims[axis] = WEIR_DIM_UNKNOWN;
  }
  weir_infer_set (infer, VALUES, infer->inputs[0].dtype, &y);
  weir_infer_set (infer, FIRST, index, &WEIR_SHAPE (WEIR_DIM_UNKNOWN));
  weir_infer_set (infer, WHICH, index, &WEIR_SHAPE (items));
  return weir_infer_set (infer, COUNTS, counts, &WEIR_SHAPE (WEIR_DIM_UNKNOWN));
}

/* The items: slice @i holds @outer pieces of @inner elements, @items * @inner apart. */
typedef struct {
  WeirDtype dtype;
  const void *data;
  gsize outer, items, inner;
} Items;

static int
compare_items (const Items *items, gsize i, gsize j)
{
  int order = 0;

  for (gsize o = 0; order == 0 && o < items->outer; o++)
    for (gsize k = 0; order == 0 && k < items->inner; k++)
      order = weir_order (items->dtype, items->data,
                          (o * items->items + i) * items->inner + k, items->data,
                          (o * items->items + j) * items->inner + k);
  return order;
}

static int
compare (const void *a, const void *b, void *data)
{
  guint32 i = *(const guint32 *) a, j = *(const guint32 *) b;
  int order = compare_items (data, i, j);

  return order != 0 ? order : (i > j) - (i < j);
}

/* Groups of equal items: @order lists the items group by group, each group's first item
 * first; @group tells of each item which one it is in. */
typedef struct {
  gsize n;
  guint32 *order, *group, *first;
} Groups;

static void
find_groups (const Items *items, Groups *g)
{
  for (gsize i = 0; i < items->items; i++)
    g->order[i] = (guint32) i;
  g_qsort_with_data (g->order, (gint) items->items, sizeof *g->order, compare,
                     (void *) items);
  for (gsize i = 0; i < items->items; i++) {
    if (i == 0 || compare_items (items, g->order[i - 1], g->order[i]) != 0)
      g->first[g->n++] = g->order[i];
    g->group[g->order[i]] = (guint32) g->n - 1;
  }
}

/* Numbers the groups in the order in which they come up instead of by value. */
static void
sort_by_first (const Items *items, Groups *g)
{
  guint32 *number = g->order;
  gsize n = 0;

  for (gsize i = 0; i < items->items; i++)
    if (g->first[g->group[i]] == i)
      number[i] = (guint32) n++;
  for (gsize i = 0; i < items->items; i++) {
    guint32 first = g->first[g->group[i]];
    g->group[i] = number[first];
  }
  n = 0;
  for (gsize i = 0; i < items->items; i++) {
    if (g->group[i] == n)
      g->first[n++] = (guint32) i;
  }
}

static gboolean
write_outputs (WeirEval *eval, const Items *items, const Groups *g, int axis,
               GError **error)
{
  WeirShape y = *weir_tensor_shape (eval->inputs[0]);
  WeirShape n = WEIR_SHAPE ((gint64) g->n), all = WEIR_SHAPE ((gint64) items->items);
  WeirDtype index = eval->infos[FIRST].dtype, count = eval->infos[COUNTS].dtype;
  WeirTensor *first, *which, *counts, *values;

  if (axis < 0)
    y = n;
  else
    y.dims[axis] = (gint64) g->n;
  if ((values = weir_eval_output (eval, VALUES, items->dtype, &y, error)) == NULL ||
      (first = weir_eval_output (eval, FIRST, index, &n, error)) == NULL ||
      (which = weir_eval_output (eval, WHICH, index, &all, error)) == NULL ||
      (counts = weir_eval_output (eval, COUNTS, count, &n, error)) == NULL)
    return FALSE;
  for (gsize i = 0; i < g->n; i++) {
    WeirMove move = { 0 };

    weir_move_loop (&move, (gint64) items->outer, (gint64) (items->items * items->inner),
                    (gint64) (g->n * items->inner));
    weir_move_loop (&move, (gint64) items->inner, 1, 1);
    weir_move_run (&move, eval->inputs[0], (gint64) (g->first[i] * items->inner), values,
                   (gint64) (i * items->inner));
    weir_dtype_store_int (index, weir_tensor_writable (first), i, g->first[i]);
  }
  for (gsize i = 0; i < items->items; i++)
    weir_dtype_store_int (index, weir_tensor_writable (which), i, g->group[i]);
  for (gsize i = 0; i < items->items; i++) {
    gsize at = g->group[i];
    weir_dtype_store_int (count, weir_tensor_writable (counts), at,
                          weir_tensor_get_int (counts, at) + 1);
  }
  return TRUE;
}

static void
items_init (Items *items, const WeirTensor *x, int axis)
{
  const WeirShape *shape = weir_tensor_shape (x);

  *items = (Items){ weir_tensor_dtype (x), weir_tensor_data (x), 1, 1, 1 };
  if (axis < 0) {
    items->items = weir_tensor_count (x);
    return;
  }
  items->items = (gsize) shape->dims[axis];
  for (int i = 0; i < axis; i++)
    items->outer *= (gsize) shape->dims[i];
  for (int i = axis + 1; i < shape->rank; i++)
    items->inner *= (gsize) shape->dims[i];
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  guint32 *memory;
  Groups groups = { 0 };
  Items items;
  int axis = -1;
  gboolean good;

  if (eval->n_inputs > 1 &&
      !weir_list_axis (eval->infer, 1, weir_tensor_shape (eval->inputs[0])->rank, &axis,
                       error))
    return FALSE;
  items_init (&items, eval->inputs[0], axis);
  if (items.items > G_MAXINT)
    return weir_fail (error, WEIR_ERROR_LIMIT, "%zu items are too many to sort",
                      items.items);
  memory = weir_try_alloc (items.items * 3 * sizeof *memory, error);
  if (memory == NULL)
    return FALSE;
  groups.order = memory;
  groups.group = memory + items.items;
  groups.first = memory + items.items * 2;
  find_groups (&items, &groups);
  if (!weir_node_bool (eval->node, "sorted"))
    sort_by_first (&items, &groups);
  good = write_outputs (eval, &items, &groups, axis, error);
  weir_free (memory);
  return good;
}

WEIR_OP_DEFINE (unique) = {
  .name = "Unique",
  .versions = { 10 },
  .min_inputs = 1,
  .max_inputs = 2,
  .outputs = N_OUTPUTS,
  .attrs = attrs,
  .summary = "Different elements or slices, where they were and how often",
  .infer = infer,
  .evaluate = evaluate,
};
