#include "broadcast.h"

#include <math.h>

/* ScaledDotProductAttention: Softmax (scale query keyᵀ + mask) value, for stacks of
 * matrices. Of a boolean mask, true lets pass. A causal one, made here, lets query i see
 * the keys up to i, and input 3 is not looked at. */

static const WeirAttrRow attrs[] = { { "causal", WEIR_ATTR_BOOL, NULL, NULL, 0, 0 },
                                     { NULL } };

enum { QUERY, KEY, VALUE, MASK, SCALE, N_INPUTS };

/* A stack of matrices: the shape of the stack, and rows and columns of each. */
typedef struct {
  WeirShape batch;
  gint64 rows, columns;
} Stack;

static Stack
stack_of (const WeirShape *shape)
{
  Stack stack = { .batch = *shape, .rows = 1, .columns = 1 };

  if (shape->rank > 0)
    stack.columns = shape->dims[shape->rank - 1];
  if (shape->rank > 1)
    stack.rows = shape->dims[shape->rank - 2];
  stack.batch.rank = MAX (shape->rank - 2, 0);
  return stack;
}

static gboolean
agree (gint64 a, gint64 b)
{
  return a < 0 || b < 0 || a == b;
}

static gboolean
check_mask (const WeirShape *mask, const WeirShape *batch, gint64 queries, gint64 keys,
            GError **error)
{
  WeirShape scores = *batch, wide;

  if (!weir_shape_append (&scores, queries, error) ||
      !weir_shape_append (&scores, keys, error) ||
      !weir_shape_broadcast (&scores, mask, &wide, error))
    return FALSE;
  if (wide.rank >= 0 && !weir_shape_merge (&wide, &scores))
    return weir_fail (error, WEIR_ERROR_SHAPE, "the mask is larger than the scores");
  return TRUE;
}

static gboolean
check_types (const WeirInfer *infer, GError **error)
{
  WeirDtype dtype = infer->inputs[QUERY].dtype;

  for (guint i = QUERY; i < infer->n_inputs; i++) {
    WeirDtype found = infer->inputs[i].dtype;
    gboolean bits = i == MASK && found == WEIR_DTYPE_BOOL;

    if (found != WEIR_DTYPE_UNKNOWN && !bits &&
        (!weir_dtype_is_float (found) || (dtype != WEIR_DTYPE_UNKNOWN && found != dtype)))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected the query's floating point, found %s", i,
                        weir_dtype_name (found));
  }
  return TRUE;
}

static gboolean
find_shapes (const WeirInfer *infer, WeirShape *batch, WeirShape *y, GError **error)
{
  Stack q = stack_of (&infer->inputs[QUERY].shape);
  Stack k = stack_of (&infer->inputs[KEY].shape);
  Stack v = stack_of (&infer->inputs[VALUE].shape);
  WeirShape both;

  if (!agree (q.columns, k.columns) || !agree (k.rows, v.rows))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "queries of %" G_GINT64_FORMAT " elements, %" G_GINT64_FORMAT
                      " keys of %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT
                      " values do not fit together",
                      q.columns, k.rows, k.columns, v.rows);
  if (!weir_shape_broadcast (&q.batch, &k.batch, &both, error) ||
      !weir_shape_broadcast (&both, &v.batch, batch, error))
    return FALSE;
  *y = *batch;
  return weir_shape_append (y, q.rows, error) &&
         weir_shape_append (y, v.columns, error) &&
         (infer->n_inputs <= MASK || weir_node_bool (infer->node, "causal") ||
          check_mask (&infer->inputs[MASK].shape, batch, q.rows, k.rows, error));
}

static gboolean
attention_infer (WeirInfer *infer, GError **error)
{
  WeirShape batch, y = WEIR_SHAPE_UNKNOWN;
  gboolean known = TRUE;

  if (!check_types (infer, error))
    return FALSE;
  for (guint i = QUERY; i <= VALUE; i++) {
    int rank = infer->inputs[i].shape.rank;

    if (rank == 0 || rank == 1)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected rank 2 or more, found rank %d", i, rank);
    known = known && rank > 0;
  }
  if (infer->n_inputs > SCALE && weir_shape_is_static (&infer->inputs[SCALE].shape) &&
      weir_shape_elements (&infer->inputs[SCALE].shape) != 1)
    return weir_fail (error, WEIR_ERROR_SHAPE, "the scale must be one element");
  if (known && !find_shapes (infer, &batch, &y, error))
    return FALSE;
  return weir_infer_set (infer, 0, infer->inputs[QUERY].dtype, &y);
}

/* One attention: where its matrices begin, in elements. */
typedef struct {
  const WeirTensor *in[MASK + 1]; /* the mask is NULL where there is none */
  gsize at[MASK + 1];
  gsize queries, keys, depth, width;
  gsize mask_row, mask_column; /* elements between neighbours, 0 where they repeat */
  gboolean causal;
  double scale;
  double *scores; /* one a key */
} Run;

static double
mask_at (const Run *run, gsize query, gsize key)
{
  const WeirTensor *mask = run->in[MASK];
  double value;

  if (run->causal)
    return key <= query ? 0 : -(double) INFINITY;
  if (mask == NULL)
    return 0;
  value = weir_tensor_get (mask, run->at[MASK] + query * run->mask_row +
                                     key * run->mask_column);
  if (weir_tensor_dtype (mask) == WEIR_DTYPE_BOOL)
    return value != 0 ? 0 : -(double) INFINITY;
  return value;
}

/* Softmax over the keys; a query that may see none gets zeros. */
static void
find_scores (const Run *run, gsize query)
{
  double largest = -(double) INFINITY, sum = 0;

  for (gsize key = 0; key < run->keys; key++) {
    double dot = 0;

    for (gsize i = 0; i < run->depth; i++)
      dot += weir_tensor_get (run->in[QUERY], run->at[QUERY] + query * run->depth + i) *
             weir_tensor_get (run->in[KEY], run->at[KEY] + key * run->depth + i);
    run->scores[key] = dot * run->scale + mask_at (run, query, key);
    largest = MAX (largest, run->scores[key]);
  }
  for (gsize key = 0; key < run->keys; key++) {
    run->scores[key] = isinf (largest) ? 0 : exp (run->scores[key] - largest);
    sum += run->scores[key];
  }
  for (gsize key = 0; sum > 0 && key < run->keys; key++)
    run->scores[key] /= sum;
}

static void
attend (const Run *run, WeirTensor *y, gsize first)
{
  for (gsize query = 0; query < run->queries; query++) {
    find_scores (run, query);
    for (gsize i = 0; i < run->width; i++) {
      double sum = 0;

      for (gsize key = 0; key < run->keys; key++)
        sum += run->scores[key] *
               weir_tensor_get (run->in[VALUE], run->at[VALUE] + key * run->width + i);
      weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y),
                        first + query * run->width + i, sum);
    }
  }
}

static void
attend_all (Run *run, const Stack *stacks, guint n, WeirTensor *y)
{
  Stack out = stack_of (weir_tensor_shape (y));
  const WeirShape *batches[MASK + 1];
  WeirWalk walk;

  for (guint i = 0; i < n; i++)
    batches[i] = &stacks[i].batch;
  for (weir_walk_init (&walk, &out.batch, batches, n); walk.more; weir_walk_next (&walk))
    for (gsize k = 0; k < walk.row; k++) {
      for (guint i = 0; i < n; i++)
        run->at[i] = (walk.offset[i] + k * walk.step[i]) *
                     (gsize) (stacks[i].rows * stacks[i].columns);
      attend (run, y, (walk.at + k) * run->queries * run->width);
    }
}

static gboolean
attention_evaluate (WeirEval *eval, GError **error)
{
  Stack stacks[MASK + 1];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Run run = { .causal = weir_node_bool (eval->node, "causal") };
  guint n = eval->n_inputs > MASK && !run.causal ? MASK + 1 : MASK;

  if (y == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++) {
    run.in[i] = eval->inputs[i];
    stacks[i] = stack_of (weir_tensor_shape (eval->inputs[i]));
  }
  run.queries = (gsize) stacks[QUERY].rows;
  run.depth = (gsize) stacks[QUERY].columns;
  run.keys = (gsize) stacks[KEY].rows;
  run.width = (gsize) stacks[VALUE].columns;
  if (n > MASK) {
    run.mask_row = stacks[MASK].rows == 1 ? 0 : (gsize) stacks[MASK].columns;
    run.mask_column = stacks[MASK].columns == 1 ? 0 : 1;
  }
  run.scale = eval->n_inputs > SCALE ? weir_tensor_get (eval->inputs[SCALE], 0)
                                     : 1 / sqrt ((double) run.depth);
  run.scores = weir_try_alloc (run.keys * sizeof *run.scores, error);
  if (run.scores == NULL)
    return FALSE;
  attend_all (&run, stacks, n, y);
  weir_free (run.scores);
  return TRUE;
}

WEIR_OP_DEFINE (scaled_dot_product_attention) = {
  .name = "ScaledDotProductAttention",
  .versions = { 13 },
  .min_inputs = 3,
  .max_inputs = N_INPUTS,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Values, weighted by how well their keys match each query",
  .infer = attention_infer,
  .evaluate = attention_evaluate,
};
