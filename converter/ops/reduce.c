#include "axes.h"
#include "broadcast.h"

#include <math.h>

/* Reductions along the axes that input 1 names. */

static const WeirAttrRow attrs[] = { { "keep_dims", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
                                     { NULL } };

/* Without the axes: how many of them there are may still be known. */
static WeirShape
shape_without_axes (const WeirInfer *infer, gboolean keep)
{
  const WeirShape *x = &infer->inputs[0].shape, *axes = &infer->inputs[1].shape;

  if (x->rank < 0 || (!keep && (axes->rank < 0 || !weir_shape_is_static (axes) ||
                                weir_shape_elements (axes) > (gsize) x->rank)))
    return WEIR_SHAPE_UNKNOWN;
  return weir_shape_unknown (keep ? x->rank : x->rank - (int) weir_shape_elements (axes));
}

static WeirShape
drop (const WeirShape *shape, guint set)
{
  WeirShape left = { 0 };

  for (int i = 0; i < shape->rank; i++)
    if ((set >> i & 1) == 0)
      left.dims[left.rank++] = shape->dims[i];
  return left;
}

static gboolean
reduce_infer (WeirInfer *infer, GError **error)
{
  const WeirValueInfo *x = &infer->inputs[0];
  gboolean known, keep = weir_node_bool (infer->node, "keep_dims");
  gboolean logical = weir_node_is (infer->node, "ReduceLogicalAnd") ||
                     weir_node_is (infer->node, "ReduceLogicalOr");
  WeirShape shape;
  guint set;

  if (x->dtype != WEIR_DTYPE_UNKNOWN && logical != (x->dtype == WEIR_DTYPE_BOOL))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected %s, found %s",
                      logical ? "booleans" : "numbers", weir_dtype_name (x->dtype));
  if (!weir_axes_infer (infer, 1, x->shape.rank, &set, &known, error))
    return FALSE;
  if (!known)
    shape = shape_without_axes (infer, keep);
  else
    shape = keep ? weir_axes_kept (&x->shape, set) : drop (&x->shape, set);
  return weir_infer_set (infer, 0, x->dtype, &shape);
}

/* What is done with n elements v and their partial results s, in one computing type. */
typedef void (*Fold) (void *partial, gsize step, const void *x, gsize n);

#define FOLD(name, T, expression)                                      \
  static void name (void *partial, gsize step, const void *x, gsize n) \
  {                                                                    \
    T *to = partial;                                                   \
    const T *from = x;                                                 \
                                                                       \
    for (gsize i = 0; i < n; i++, to += step) {                        \
      const T s = *to, v = from[i];                                    \
      *to = (expression);                                              \
    }                                                                  \
  }

typedef enum { FINISH_NOTHING, FINISH_MEAN, FINISH_ROOT } Finish;

/* Floats are reduced as double, u64 as guint64, all else as gint64. */
typedef union {
  double f;
  gint64 i;
  guint64 u;
} Value;

typedef struct {
  Value first_float, first_int, first_unsigned;
  Fold f64, i64, u64;
  Finish finish;
} Reduction;

#define CHUNK 256

static void
load (const WeirTensor *x, gsize at, gsize n, Value *buffer)
{
  WeirDtype dtype = weir_tensor_dtype (x);
  const void *data = weir_tensor_data (x);

  for (gsize i = 0; i < n; i++) {
    if (weir_dtype_is_float (dtype))
      buffer[i].f = weir_dtype_load (dtype, data, at + i);
    else
      buffer[i].i = weir_dtype_load_int (dtype, data, at + i);
  }
}

static void
fold_all (const WeirTensor *x, const WeirShape *kept, Fold fold, Value *partial)
{
  Value buffer[CHUNK];
  WeirWalk walk;

  for (weir_walk_init (&walk, weir_tensor_shape (x), &kept, 1); walk.more;
       weir_walk_next (&walk))
    for (gsize start = 0; start < walk.row; start += CHUNK) {
      gsize n = MIN (CHUNK, walk.row - start);

      load (x, walk.at + start, n, buffer);
      fold (partial + walk.offset[0] + start * walk.step[0], walk.step[0], buffer, n);
    }
}

/* @n: how many elements went into one */
static void
finish_float (Finish finish, double sum, gsize n, WeirTensor *y, gsize at)
{
  if (finish == FINISH_MEAN)
    sum /= (double) n;
  else if (finish == FINISH_ROOT)
    sum = sqrt (sum);
  weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), at, sum);
}

static void
finish_int (Finish finish, gint64 sum, gsize n, WeirTensor *y, gsize at)
{
  if (finish == FINISH_MEAN)
    sum = n == 0 ? 0 : sum / (gint64) n;
  else if (finish == FINISH_ROOT)
    sum = (gint64) sqrt ((double) sum);
  weir_dtype_store_int (weir_tensor_dtype (y), weir_tensor_writable (y), at, sum);
}

static void
reduce_into (const WeirTensor *x, guint set, const Reduction *how, Value *partial,
             WeirTensor *y)
{
  WeirDtype dtype = weir_tensor_dtype (x);
  gboolean is_float = weir_dtype_is_float (dtype), is_u64 = dtype == WEIR_DTYPE_U64;
  WeirShape kept = weir_axes_kept (weir_tensor_shape (x), set);
  gsize count = weir_tensor_count (y);
  gsize n = count > 0 ? weir_tensor_count (x) / count : 0;

  for (gsize i = 0; i < count; i++)
    partial[i] = is_float ? how->first_float
                 : is_u64 ? how->first_unsigned
                          : how->first_int;
  fold_all (x, &kept, is_float ? how->f64 : is_u64 ? how->u64 : how->i64, partial);
  for (gsize i = 0; i < count; i++) {
    if (is_float)
      finish_float (how->finish, partial[i].f, n, y, i);
    else
      finish_int (how->finish, partial[i].i, n, y, i);
  }
}

static gboolean
reduce (WeirEval *eval, const Reduction *how, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Value *partial;
  guint set;

  if (y == NULL ||
      !weir_axes_evaluate (eval->inputs[1], weir_tensor_shape (x)->rank, &set, error))
    return FALSE;
  partial = weir_try_alloc (weir_tensor_count (y) * sizeof *partial, error);
  if (partial == NULL)
    return FALSE;
  reduce_into (x, set, how, partial, y);
  weir_free (partial);
  return TRUE;
}

#define FOLDS(id, floats, integers, unsigned_integers) \
  FOLD (id##_f64, double, floats)                      \
  FOLD (id##_i64, gint64, integers)                    \
  FOLD (id##_u64, guint64, unsigned_integers)

FOLDS (sum, s + v, (gint64) ((guint64) s + (guint64) v), s + v)
FOLDS (product, (s) *v, (gint64) ((guint64) s *(guint64) v), (s) *v)
FOLDS (largest, v > s || isnan (v) ? v : s, MAX (s, v), MAX (s, v))
FOLDS (smallest, v < s || isnan (v) ? v : s, MIN (s, v), MIN (s, v))
FOLDS (sizes, s + fabs (v), (gint64) ((guint64) s + (v < 0 ? -(guint64) v : (guint64) v)),
       s + v)
FOLDS (squares, s + v * v, (gint64) ((guint64) s + (guint64) v * (guint64) v), s + v * v)
FOLD (all, gint64, (s) &v)
FOLD (any, gint64, s | v)

#define SUMS(folds, finish)                                                           \
  {                                                                                   \
    { .f = 0 }, { .i = 0 }, { .u = 0 }, folds##_f64, folds##_i64, folds##_u64, finish \
  }

static const Reduction add_up = SUMS (sum, FINISH_NOTHING);
static const Reduction average = SUMS (sum, FINISH_MEAN);
static const Reduction add_sizes = SUMS (sizes, FINISH_NOTHING);
static const Reduction length = SUMS (squares, FINISH_ROOT);
static const Reduction multiply = { { .f = 1 },  { .i = 1 },  { .u = 1 },    product_f64,
                                    product_i64, product_u64, FINISH_NOTHING };
static const Reduction maximum = { { .f = -(double) INFINITY },
                                   { .i = G_MININT64 },
                                   { .u = 0 },
                                   largest_f64,
                                   largest_i64,
                                   largest_u64,
                                   FINISH_NOTHING };
static const Reduction minimum = { { .f = (double) INFINITY },
                                   { .i = G_MAXINT64 },
                                   { .u = G_MAXUINT64 },
                                   smallest_f64,
                                   smallest_i64,
                                   smallest_u64,
                                   FINISH_NOTHING };
static const Reduction all_true = { .first_int = { .i = 1 }, .i64 = all };
static const Reduction any_true = { .first_int = { .i = 0 }, .i64 = any };

#define WEIR_OP_REDUCE_DEFINE(id, op, since, how, text)          \
  static gboolean id##_evaluate (WeirEval *eval, GError **error) \
  {                                                              \
    return reduce (eval, &how, error);                           \
  }                                                              \
  WEIR_OP_DEFINE (id) = {                                        \
    .name = op,                                                  \
    .versions = { since },                                       \
    .min_inputs = 2,                                             \
    .max_inputs = 2,                                             \
    .outputs = 1,                                                \
    .attrs = attrs,                                              \
    .summary = text,                                             \
    .infer = reduce_infer,                                       \
    .evaluate = id##_evaluate,                                   \
  }

WEIR_OP_REDUCE_DEFINE (reduce_l1, "ReduceL1", 4, add_sizes, "Sum of absolute values");
WEIR_OP_REDUCE_DEFINE (reduce_l2, "ReduceL2", 4, length, "Root of the sum of squares");
WEIR_OP_REDUCE_DEFINE (reduce_logical_and, "ReduceLogicalAnd", 1, all_true,
                       "Whether all are true");
WEIR_OP_REDUCE_DEFINE (reduce_logical_or, "ReduceLogicalOr", 1, any_true,
                       "Whether any is true");
WEIR_OP_REDUCE_DEFINE (reduce_max, "ReduceMax", 1, maximum, "The largest element");
WEIR_OP_REDUCE_DEFINE (reduce_mean, "ReduceMean", 1, average, "Mean");
WEIR_OP_REDUCE_DEFINE (reduce_min, "ReduceMin", 1, minimum, "The smallest element");
WEIR_OP_REDUCE_DEFINE (reduce_prod, "ReduceProd", 1, multiply, "Product");
WEIR_OP_REDUCE_DEFINE (reduce_sum, "ReduceSum", 1, add_up, "Sum");
