#include "elementwise.h"

#include <math.h>

/* Elements that pass through a buffer at a time, for types nothing is computed in. */
#define CHUNK 256

gboolean
weir_binary_infer (WeirInfer *infer, GError **error)
{
  WeirDtype a = infer->inputs[0].dtype, b = infer->inputs[1].dtype;
  WeirShape shape;

  if (a != WEIR_DTYPE_UNKNOWN && b != WEIR_DTYPE_UNKNOWN && a != b)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "both inputs must have one element type, found %s and %s",
                      weir_dtype_name (a), weir_dtype_name (b));
  if (!weir_broadcast_by (infer->node, &infer->inputs[0].shape, &infer->inputs[1].shape,
                          &shape, error))
    return FALSE;
  return weir_infer_set (infer, 0, a != WEIR_DTYPE_UNKNOWN ? a : b, &shape);
}

/* Where an operand's elements are, and how they get into the computing type. */
typedef struct {
  WeirDtype dtype;
  const void *data;
  gboolean direct;
} Operand;

typedef union {
  double f[CHUNK];
  gint64 i[CHUNK];
  guint8 b[CHUNK];
} Buffer;

static gboolean
is_direct (WeirDtype dtype)
{
  return dtype == WEIR_DTYPE_F32 || dtype == WEIR_DTYPE_F64 || dtype == WEIR_DTYPE_I64 ||
         dtype == WEIR_DTYPE_U64;
}

static WeirRow
choose (const WeirRows *rows, WeirDtype dtype)
{
  if (dtype == WEIR_DTYPE_F32)
    return rows->f32;
  if (dtype == WEIR_DTYPE_U64)
    return rows->u64;
  return weir_dtype_is_float (dtype) ? rows->f64 : rows->i64;
}

/* @n elements from @first on in the computing type; @step changes where they are copied.
 */
static const void *
load (const Operand *operand, gsize first, gsize *step, gsize n, Buffer *buffer)
{
  gsize own = *step;

  if (operand->direct)
    return (const guint8 *) operand->data + first * weir_dtype_size (operand->dtype);
  *step = 1;
  for (gsize i = 0; i < n; i++) {
    if (weir_dtype_is_float (operand->dtype))
      buffer->f[i] = weir_dtype_load (operand->dtype, operand->data, first + i * own);
    else
      buffer->i[i] = weir_dtype_load_int (operand->dtype, operand->data, first + i * own);
  }
  return buffer;
}

static void
store (WeirDtype dtype, void *data, gsize first, gsize n, const Buffer *buffer)
{
  for (gsize i = 0; i < n; i++) {
    if (weir_dtype_is_float (dtype))
      weir_dtype_store (dtype, data, first + i, buffer->f[i]);
    else
      weir_dtype_store_int (dtype, data, first + i, buffer->i[i]);
  }
}

/* @direct: the row's result is as it stays in @y. */
typedef struct {
  WeirRow row;
  Operand in[2];
  WeirTensor *y;
  gboolean direct;
} Task;

static void
run_chunk (const Task *task, const WeirWalk *walk, gsize start, gsize n)
{
  Buffer a, b, result;
  gsize sa = walk->step[0], sb = walk->step[1], at = walk->at + start;
  const void *pa = load (&task->in[0], walk->offset[0] + start * sa, &sa, n, &a);
  const void *pb = load (&task->in[1], walk->offset[1] + start * sb, &sb, n, &b);
  WeirDtype dtype = weir_tensor_dtype (task->y);
  guint8 *data = weir_tensor_writable (task->y);

  if (task->direct) {
    task->row (pa, sa, pb, sb, data + at * weir_dtype_size (dtype), n);
    return;
  }
  task->row (pa, sa, pb, sb, &result, n);
  store (dtype, data, at, n, &result);
}

static gboolean
evaluate (WeirEval *eval, const WeirRows *rows, gboolean predicate, GError **error)
{
  WeirDtype dtype = weir_tensor_dtype (eval->inputs[0]);
  Task task = { .row = choose (rows, dtype), .direct = predicate || is_direct (dtype) };
  const WeirShape *shapes[] = { weir_tensor_shape (eval->inputs[0]), NULL };
  WeirShape aligned = weir_broadcast_aligned (
      eval->node, weir_tensor_shape (eval->inputs[1]), shapes[0]->rank);
  WeirWalk walk;

  task.y = weir_eval_inferred (eval, 0, error);
  if (task.y == NULL)
    return FALSE;
  shapes[1] = &aligned;
  for (guint k = 0; k < 2; k++)
    task.in[k] =
        (Operand){ dtype, weir_tensor_data (eval->inputs[k]), is_direct (dtype) };
  for (weir_walk_init (&walk, weir_tensor_shape (task.y), shapes, 2); walk.more;
       weir_walk_next (&walk)) {
    gsize most = is_direct (dtype) ? walk.row : CHUNK;

    for (gsize start = 0; start < walk.row; start += most)
      run_chunk (&task, &walk, start, MIN (most, walk.row - start));
  }
  return TRUE;
}

gboolean
weir_binary_evaluate (WeirEval *eval, const WeirRows *rows, GError **error)
{
  return evaluate (eval, rows, FALSE, error);
}

gboolean
weir_predicate_evaluate (WeirEval *eval, const WeirRows *rows, GError **error)
{
  return evaluate (eval, rows, TRUE, error);
}

static void
map_floats (WeirMap map, const double *p, const float *x, float *y, gsize n)
{
  for (gsize i = 0; i < n; i++)
    y[i] = (float) map ((double) x[i], p);
}

gboolean
weir_map_evaluate (WeirEval *eval, WeirMap map, const double *p, WeirIntMap integer,
                   GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  WeirDtype dtype = weir_tensor_dtype (x);
  gboolean is_float = weir_dtype_is_float (dtype);
  WeirTensor *y = weir_eval_output (eval, 0, dtype, weir_tensor_shape (x), error);
  void *data;

  if (y == NULL)
    return FALSE;
  data = weir_tensor_writable (y);
  if (dtype == WEIR_DTYPE_F32) {
    map_floats (map, p, weir_tensor_data (x), data, weir_tensor_count (x));
    return TRUE;
  }
  for (gsize i = 0; i < weir_tensor_count (x); i++) {
    gint64 value = is_float ? 0 : weir_tensor_get_int (x, i);
    double result;

    if (!is_float && integer != NULL) {
      weir_dtype_store_int (dtype, data, i,
                            integer (value, value < 0 && weir_dtype_is_signed (dtype)));
      continue;
    }
    result = map (weir_tensor_get (x, i), p);
    weir_dtype_store (dtype, data, i, is_float ? result : rint (result));
  }
  return TRUE;
}
