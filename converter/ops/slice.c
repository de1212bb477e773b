#include "list.h"
#include "move.h"

/* StridedSlice and Slice: every n-th element between two positions of each dimension.
 * SliceScatter writes there what Slice reads. */

/**
 * Range:
 * @begin: first position taken
 * @step: from one to the next; never 0
 * @count: how many there are, or -1 where that is unknown
 */
typedef struct {
  gint64 begin, step, count;
} Range;

static gint64
count_steps (gint64 begin, gint64 end, gint64 step)
{
  guint64 stride = step > 0 ? (guint64) step : -(guint64) step;
  gint64 length = step > 0 ? end - begin : begin - end;

  return length <= 0 ? 0 : (gint64) (((guint64) length - 1) / stride + 1);
}

/* Python's rule: negative positions count from the end, then both are clamped to the
 * dimension. An open side reaches to the end that it faces. */
static gboolean
range_init (Range *range, gint64 begin, gint64 end, gint64 step, gboolean open_begin,
            gboolean open_end, gint64 size, GError **error)
{
  gint64 low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;

  *range = (Range){ .step = step, .count = WEIR_DIM_UNKNOWN };
  if (step == 0)
    return weir_fail (error, WEIR_ERROR_SHAPE, "the step of a slice is 0");
  if (size < 0)
    return TRUE;
  begin = begin < 0 ? begin + size : begin;
  end = end < 0 ? end + size : end;
  begin = open_begin ? (step > 0 ? low : high) : CLAMP (begin, low, high);
  end = open_end ? (step > 0 ? high : low) : CLAMP (end, low, high);
  range->begin = begin;
  range->count = count_steps (begin, end, step);
  return TRUE;
}

static gboolean
evaluate_ranges (WeirEval *eval, const Range *ranges, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirShape *shape = weir_tensor_shape (x);
  gint64 steps[WEIR_MAX_RANK], out = 1, from = 0;
  gint64 to[WEIR_MAX_RANK];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  WeirMove move = { 0 };

  if (y == NULL)
    return FALSE;
  if (weir_tensor_count (y) == 0)
    return TRUE;
  weir_move_steps (shape, steps);
  for (int i = shape->rank - 1; i >= 0; i--) {
    to[i] = out;
    out *= ranges[i].count;
    from += ranges[i].begin * steps[i];
  }
  for (int i = 0; i < shape->rank; i++)
    if (ranges[i].count > 1)
      weir_move_loop (&move, ranges[i].count, ranges[i].step * steps[i], to[i]);
  weir_move_run (&move, x, from, y, 0);
  return TRUE;
}

static const WeirAttrRow strided_attrs[] = {
  { "begin_mask", WEIR_ATTR_INTS, "", "0..1", 0, 0 },
  { "end_mask", WEIR_ATTR_INTS, "", "0..1", 0, 0 },
  { "new_axis_mask", WEIR_ATTR_INTS, "", "0..1", 0, 0 },
  { "shrink_axis_mask", WEIR_ATTR_INTS, "", "0..1", 0, 0 },
  { "ellipsis_mask", WEIR_ATTR_INTS, "", "0..1", 0, 0 },
  { NULL },
};

/* A StridedSlice as ranges of the input's dimensions and the shape they leave. */
typedef struct {
  const WeirNode *node;
  WeirList begin, end, step;
  int n;      /* entries of the lists */
  int spread; /* dimensions that the ellipsis stands for */
  Range ranges[WEIR_MAX_RANK];
  int at; /* dimensions done */
  WeirShape y;
} Strided;

static gboolean
mask (const Strided *s, const char *name, int i)
{
  return weir_node_int_at (s->node, name, (gsize) i, 0) != 0;
}

static gboolean
strided_full (Strided *s, const WeirShape *x, int count, GError **error)
{
  for (; count > 0 && s->at < x->rank; count--, s->at++) {
    s->ranges[s->at] = (Range){ .step = 1, .count = x->dims[s->at] };
    if (!weir_shape_append (&s->y, x->dims[s->at], error))
      return FALSE;
  }
  return TRUE;
}

/* One position: the dimension goes. */
static gboolean
strided_shrink (Strided *s, const WeirShape *x, int i, GError **error)
{
  Range *range = &s->ranges[s->at];
  gint64 size = x->dims[s->at++];
  gint64 position = s->begin.known && !mask (s, "begin_mask", i) ? s->begin.values[i] : 0;

  if (size >= 0 && (position < -size || position >= size))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "begin[%d] is %" G_GINT64_FORMAT
                      ", out of range for a dimension of %" G_GINT64_FORMAT,
                      i, position, size);
  *range = (Range){ position < 0 && size >= 0 ? position + size : position, 1, 1 };
  return TRUE;
}

static gboolean
strided_range (Strided *s, const WeirShape *x, int i, GError **error)
{
  Range *range = &s->ranges[s->at];
  gint64 size = x->dims[s->at++];
  gint64 step = s->step.known ? s->step.values[i] : 1;
  gboolean open_begin = mask (s, "begin_mask", i), open_end = mask (s, "end_mask", i);

  if (!range_init (range, s->begin.values[i], s->end.values[i], step, open_begin,
                   open_end, size, error))
    return FALSE;
  if ((!s->begin.known && !open_begin) || (!s->end.known && !open_end) ||
      (!s->step.known && s->step.n != 0))
    range->count = WEIR_DIM_UNKNOWN;
  return weir_shape_append (&s->y, range->count, error);
}

static gboolean
strided_entry (Strided *s, const WeirShape *x, int i, GError **error)
{
  if (mask (s, "ellipsis_mask", i))
    return strided_full (s, x, s->spread, error);
  if (mask (s, "new_axis_mask", i))
    return weir_shape_append (&s->y, 1, error);
  if (s->at >= x->rank)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "%d entries slice more dimensions than the input's %d", s->n,
                      x->rank);
  if (mask (s, "shrink_axis_mask", i))
    return strided_shrink (s, x, i, error);
  return strided_range (s, x, i, error);
}

/* How many dimensions an ellipsis stands for; one at most. */
static gboolean
strided_spread (Strided *s, int rank, GError **error)
{
  int ellipses = 0;

  s->spread = rank;
  for (int i = 0; i < s->n; i++) {
    gboolean ellipsis = mask (s, "ellipsis_mask", i);

    ellipses += ellipsis;
    s->spread -= !ellipsis && !mask (s, "new_axis_mask", i);
  }
  if (ellipses > 1)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "ellipsis_mask has %d ones, at most one fits", ellipses);
  return TRUE;
}

/* As OpenVINO has it, each mask is empty or as long as begin_mask. */
static gboolean
strided_masks (const WeirNode *node, GError **error)
{
  gsize first, n;

  weir_node_ints (node, "begin_mask", &first);
  for (const WeirAttrRow *row = strided_attrs; row->name != NULL; row++) {
    weir_node_ints (node, row->name, &n);
    if (n != 0 && n != first)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "attribute '%s' has %zu values, begin_mask has %zu", row->name, n,
                        first);
  }
  return TRUE;
}

/* Without strides each step is 1: such a list is empty and not known. */
static gboolean
strided_lists (Strided *s, const WeirInfer *infer, GError **error)
{
  if (!weir_list_input (infer, 1, "begin", &s->begin, error) ||
      !weir_list_input (infer, 2, "end", &s->end, error) ||
      !weir_list_input (infer, 3, "strides", &s->step, error))
    return FALSE;
  if (infer->n_inputs < 4)
    s->step.n = 0;
  s->n = MAX (s->begin.n, s->end.n);
  return weir_list_length (&s->begin, "begin", s->n, error) &&
         weir_list_length (&s->end, "end", s->n, error) &&
         (s->step.n == 0 || weir_list_length (&s->step, "strides", s->n, error));
}

static gboolean
strided_init (Strided *s, const WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;

  *s = (Strided){ .node = infer->node };
  if (!strided_masks (infer->node, error) || !strided_lists (s, infer, error))
    return FALSE;
  if (x->rank < 0 || s->n < 0) {
    s->y = WEIR_SHAPE_UNKNOWN;
    return TRUE;
  }
  if (!strided_spread (s, x->rank, error))
    return FALSE;
  for (int i = 0; i < s->n; i++)
    if (!strided_entry (s, x, i, error))
      return FALSE;
  return strided_full (s, x, x->rank, error);
}

static gboolean
strided_infer (WeirInfer *infer, GError **error)
{
  Strided s;

  return strided_init (&s, infer, error) &&
         weir_infer_set (infer, 0, infer->inputs[0].dtype, &s.y);
}

static gboolean
strided_evaluate (WeirEval *eval, GError **error)
{
  Strided s;

  return strided_init (&s, eval->infer, error) && evaluate_ranges (eval, s.ranges, error);
}

WEIR_OP_DEFINE (strided_slice) = {
  .name = "StridedSlice",
  .versions = { 1 },
  .min_inputs = 3,
  .max_inputs = 4,
  .outputs = 1,
  .moves = 1,
  .attrs = strided_attrs,
  .summary = "Elements between two positions of each dimension, with a step and masks",
  .infer = strided_infer,
  .evaluate = strided_evaluate,
};

/* @first: the input that has the starts */
static gboolean
slice_lists (const WeirInfer *infer, guint first, WeirList lists[4], GError **error)
{
  static const char *const names[] = { "start", "stop", "step", "axes" };
  int n = -1;

  for (guint i = 0; i < infer->n_inputs - first; i++) {
    if (!weir_list_input (infer, i + first, names[i], &lists[i], error) ||
        !weir_list_length (&lists[i], names[i], n, error))
      return FALSE;
    n = MAX (n, lists[i].n);
  }
  for (guint i = 0; i < infer->n_inputs - first; i++)
    lists[i].n = n;
  if (infer->n_inputs - first < 4) {
    lists[3] = (WeirList){ .known = n >= 0, .n = n };
    for (int i = 0; i < n; i++)
      lists[3].values[i] = i;
  }
  return TRUE;
}

static gboolean
slice_init (const WeirInfer *infer, guint first, Range *ranges, gboolean *known,
            GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirList lists[4];

  *known = FALSE;
  if (!slice_lists (infer, first, lists, error))
    return FALSE;
  if (x->rank < 0 || !lists[3].known)
    return TRUE;
  if (!weir_list_axes (&lists[3], "axes", x->rank, error))
    return FALSE;
  *known = TRUE;
  for (int i = 0; i < x->rank; i++)
    ranges[i] = (Range){ .step = 1, .count = x->dims[i] };
  for (int i = 0; i < lists[3].n; i++) {
    gint64 axis = lists[3].values[i];
    gboolean all = lists[0].known && lists[1].known && lists[2].known;

    if (!range_init (&ranges[axis], lists[0].values[i], lists[1].values[i],
                     lists[2].known ? lists[2].values[i] : 1, FALSE, FALSE,
                     all ? x->dims[axis] : WEIR_DIM_UNKNOWN, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
slice_infer (WeirInfer *infer, GError **error)
{
  WeirShape y = weir_shape_unknown (infer->inputs[0].shape.rank);
  Range ranges[WEIR_MAX_RANK];
  gboolean known;

  if (!slice_init (infer, 1, ranges, &known, error))
    return FALSE;
  for (int i = 0; known && i < y.rank; i++)
    y.dims[i] = ranges[i].count;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

static gboolean
slice_evaluate (WeirEval *eval, GError **error)
{
  Range ranges[WEIR_MAX_RANK];
  gboolean known;

  return slice_init (eval->infer, 1, ranges, &known, error) &&
         evaluate_ranges (eval, ranges, error);
}

WEIR_OP_DEFINE (slice) = {
  .name = "Slice",
  .versions = { 8 },
  .min_inputs = 4,
  .max_inputs = 5,
  .outputs = 1,
  .moves = 1,
  .summary = "Elements between two positions of the given axes, with a step",
  .infer = slice_infer,
  .evaluate = slice_evaluate,
};

static gboolean
scatter_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape, *updates = &infer->inputs[1].shape;
  WeirShape want = weir_shape_unknown (x->rank), merged;
  Range ranges[WEIR_MAX_RANK];
  gboolean known;

  if (!weir_infer_same_type (infer, 0, 1, error) ||
      !slice_init (infer, 2, ranges, &known, error))
    return FALSE;
  for (int i = 0; known && i < want.rank; i++)
    want.dims[i] = ranges[i].count;
  merged = want;
  if (!weir_shape_merge (&merged, updates)) {
    g_autofree char *expected = weir_shape_to_string (&want);
    g_autofree char *found = weir_shape_to_string (updates);
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected updates %s, found %s", expected,
                      found);
  }
  return weir_infer_set (infer, 0,
                         infer->inputs[0].dtype != WEIR_DTYPE_UNKNOWN
                             ? infer->inputs[0].dtype
                             : infer->inputs[1].dtype,
                         x);
}

static gboolean
scatter_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0], *updates = eval->inputs[1];
  const WeirShape *shape = weir_tensor_shape (x);
  gint64 steps[WEIR_MAX_RANK], from[WEIR_MAX_RANK], to = 0;
  Range ranges[WEIR_MAX_RANK];
  WeirMove move = { 0 };
  gboolean known;

  eval->outputs[0] =
      weir_tensor_new_copy (weir_tensor_dtype (x), shape, weir_tensor_data (x), error);
  if (eval->outputs[0] == NULL || !slice_init (eval->infer, 2, ranges, &known, error))
    return FALSE;
  if (weir_tensor_count (updates) == 0)
    return TRUE;
  weir_move_steps (shape, steps);
  weir_move_steps (weir_tensor_shape (updates), from);
  for (int i = 0; i < shape->rank; i++) {
    to += ranges[i].begin * steps[i];
    if (ranges[i].count > 1)
      weir_move_loop (&move, ranges[i].count, from[i], ranges[i].step * steps[i]);
  }
  weir_move_run (&move, updates, 0, eval->outputs[0], to);
  return TRUE;
}

WEIR_OP_DEFINE (slice_scatter) = {
  .name = "SliceScatter",
  .versions = { 15 },
  .min_inputs = 5,
  .max_inputs = 6,
  .outputs = 1,
  .moves = 1 << 0 | 1 << 1,
  .summary = "The data with what Slice would take of it replaced",
  .infer = scatter_infer,
  .evaluate = scatter_evaluate,
};
