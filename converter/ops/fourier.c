#include "fourier-line.h"
#include "list.h"

#include <string.h>

/* DFT, IDFT, RDFT, IRDFT: discrete Fourier transforms along some axes, without a factor
 * forwards and with 1/n backwards. Complex numbers are a last dimension of 2, which axes
 * do not count. A signal is cut or filled up with zeros to its signal_size. */

/* What the inputs ask for. */
typedef struct {
  gboolean inverse;
  gboolean real_in, real_out;
  int rank; /* of the signal, without the dimension of 2 */
  WeirList axes;
  gint64 signal[WEIR_MAX_RANK]; /* size of the transform in each dimension, or -1 */
  gint64 kept[WEIR_MAX_RANK];   /* what of the input goes into it */
} Transform;

static gboolean
read_sizes (Transform *t, const WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirList sizes = { .known = TRUE };

  if (infer->n_inputs > 2 &&
      (!weir_list_input (infer, 2, "signal_size", &sizes, error) ||
       !weir_list_length (&sizes, "signal_size", t->axes.n, error)))
    return FALSE;
  for (int i = 0; i < t->rank; i++)
    t->signal[i] = t->kept[i] = x->dims[i];
  for (int i = 0; i < t->axes.n; i++) {
    int axis = (int) t->axes.values[i];
    gboolean half = t->real_out && i == t->axes.n - 1;
    gint64 size = infer->n_inputs > 2 && sizes.known ? sizes.values[i] : -1;

    if (size < -1 || size == 0 || size > G_MAXINT32 || (size < 0 && x->dims[axis] == 0))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "axis %d: cannot transform a signal of %" G_GINT64_FORMAT, axis,
                        size < 0 ? x->dims[axis] : size);
    if (!sizes.known)
      t->signal[axis] = WEIR_DIM_UNKNOWN;
    else if (size > 0)
      t->signal[axis] = size;
    else if (half && x->dims[axis] >= 0)
      t->signal[axis] = MAX (2 * (MIN (x->dims[axis], G_MAXINT32) - 1), 1);
  }
  return TRUE;
}

static gboolean
transform_init (Transform *t, const WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;

  *t = (Transform){ .inverse = weir_node_is (infer->node, "IDFT") ||
                               weir_node_is (infer->node, "IRDFT"),
                    .real_in = weir_node_is (infer->node, "RDFT"),
                    .real_out = weir_node_is (infer->node, "IRDFT") };
  t->rank = x->rank - (t->real_in ? 0 : 1);
  if (infer->inputs[0].dtype != WEIR_DTYPE_UNKNOWN &&
      !weir_dtype_is_float (infer->inputs[0].dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floats, found %s",
                      weir_dtype_name (infer->inputs[0].dtype));
  if (!weir_list_input (infer, 1, "axes", &t->axes, error))
    return FALSE;
  if (x->rank < 0)
    return TRUE;
  if (t->rank < 1 || (!t->real_in && x->dims[t->rank] >= 0 && x->dims[t->rank] != 2)) {
    g_autofree char *shape = weir_shape_to_string (x);
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected a %s signal, found %s",
                      t->real_in ? "real" : "complex", shape);
  }
  if (!t->axes.known)
    return TRUE;
  if (t->axes.n == 0 && (t->real_in || t->real_out))
    return weir_fail (error, WEIR_ERROR_SHAPE, "axes: expected at least one");
  return weir_list_axes (&t->axes, "axes", t->rank, error) &&
         read_sizes (t, infer, error);
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  WeirDtype dtype = infer->inputs[0].dtype;
  WeirShape y = WEIR_SHAPE_UNKNOWN;
  Transform t;

  if (!transform_init (&t, infer, error))
    return FALSE;
  if (infer->inputs[0].shape.rank < 0)
    return weir_infer_set (infer, 0, dtype, &y);
  y = weir_shape_unknown (t.rank);
  for (int i = 0; t.axes.known && i < t.rank; i++)
    y.dims[i] = t.signal[i];
  if (t.real_in && t.axes.known) {
    gint64 *last = &y.dims[t.axes.values[t.axes.n - 1]];
    *last = *last < 0 ? *last : *last / 2 + 1;
  }
  if (!t.real_out && !weir_shape_append (&y, 2, error))
    return FALSE;
  return weir_infer_sized (infer, 0, dtype, &y, error);
}

/* Transforms each line of @work, which is [dims..., 2], along @axis. */
static void
transform_axis (double *work, const WeirShape *shape, int axis, WeirLine *line)
{
  gsize inner = 1, outer = 1, n = (gsize) shape->dims[axis];

  for (int i = 0; i < axis; i++)
    outer *= (gsize) shape->dims[i];
  for (int i = axis + 1; i < shape->rank - 1; i++)
    inner *= (gsize) shape->dims[i];
  for (gsize o = 0; o < outer; o++)
    for (gsize i = 0; i < inner; i++) {
      double *first = work + 2 * (o * n * inner + i);
      double scale = line->sign > 0 ? 1 / (double) n : 1;

      for (gsize k = 0; k < n; k++)
        memcpy (line->in + 2 * k, first + 2 * k * inner, 2 * sizeof (double));
      weir_line_transform (line, n);
      for (gsize k = 0; k < n; k++) {
        first[2 * k * inner] = line->out[2 * k] * scale;
        first[2 * k * inner + 1] = line->out[2 * k + 1] * scale;
      }
    }
}

/* The other half of a spectrum whose signal is real: X[n - k] is the conjugate of X[k].
 */
static void
mirror_axis (double *work, const WeirShape *shape, int axis)
{
  gsize inner = 1, outer = 1, n = (gsize) shape->dims[axis];

  for (int i = 0; i < axis; i++)
    outer *= (gsize) shape->dims[i];
  for (int i = axis + 1; i < shape->rank - 1; i++)
    inner *= (gsize) shape->dims[i];
  for (gsize o = 0; o < outer; o++)
    for (gsize k = n / 2 + 1; k < n; k++)
      for (gsize i = 0; i < inner; i++) {
        const double *from = work + 2 * ((o * n + n - k) * inner + i);
        double *to = work + 2 * ((o * n + k) * inner + i);

        to[0] = from[0];
        to[1] = -from[1];
      }
}

/* Walks the positions that two arrays of the same rank share, up to @limits. */
static gboolean
next_position (gint64 *at, const gint64 *limits, int rank)
{
  for (int i = rank - 1; i >= 0; i--) {
    if (++at[i] < limits[i])
      return TRUE;
    at[i] = 0;
  }
  return FALSE;
}

static gsize
place (const gint64 *at, const WeirShape *shape, int rank)
{
  gsize index = 0;

  for (int i = 0; i < rank; i++)
    index = index * (gsize) shape->dims[i] + (gsize) at[i];
  return index;
}

/* Copies the corner that both have; parts that one side lacks are zero or dropped. */
static void
copy_corner (const WeirTensor *from, gboolean from_real, WeirTensor *to, gboolean to_real,
             int rank, const gint64 *limits)
{
  gint64 at[WEIR_MAX_RANK] = { 0 };

  for (int i = 0; i < rank; i++)
    if (limits[i] <= 0)
      return;
  do {
    gsize p = place (at, weir_tensor_shape (from), rank);
    gsize q = place (at, weir_tensor_shape (to), rank);

    for (gsize part = 0; part < (from_real || to_real ? 1 : 2); part++)
      weir_dtype_store (weir_tensor_dtype (to), weir_tensor_writable (to),
                        to_real ? q : 2 * q + part,
                        weir_tensor_get (from, from_real ? p : 2 * p + part));
  } while (next_position (at, limits, rank));
}

static void
transform_run (const Transform *t, WeirTensor *work, WeirLine *line)
{
  const WeirShape *shape = weir_tensor_shape (work);
  double *data = weir_tensor_writable (work);

  for (int i = 0; i < t->axes.n; i++) {
    int axis = (int) t->axes.values[i];

    if (t->real_out && i == t->axes.n - 1)
      mirror_axis (data, shape, axis);
    transform_axis (data, shape, axis, line);
  }
}

/* The input goes into a complex array of the signal's size, which is transformed in
 * place; the spectrum of a real signal keeps only the half of it that says all. */
static gboolean
evaluate (WeirEval *eval, GError **error)
{
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  g_autoptr (WeirTensor) work = NULL;
  g_autoptr (WeirTensor) room = NULL;
  WeirShape shape = WEIR_SHAPE_SCALAR;
  gint64 limits[WEIR_MAX_RANK], longest = 1;
  WeirLine line;
  Transform t;

  if (y == NULL || !transform_init (&t, eval->infer, error))
    return FALSE;
  for (int i = 0; i < t.rank; i++) {
    shape.dims[shape.rank++] = t.signal[i];
    longest = MAX (longest, t.signal[i]);
    limits[i] = MIN (t.kept[i], t.signal[i]);
  }
  if (t.real_out) {
    gint64 last = t.axes.values[t.axes.n - 1];
    limits[last] = MIN (t.kept[last], t.signal[last] / 2 + 1);
  }
  if (!weir_shape_append (&shape, 2, error) ||
      (work = weir_tensor_new (WEIR_DTYPE_F64, &shape, error)) == NULL ||
      (room = weir_line_room (&line, longest, t.inverse ? 1 : -1, error)) == NULL)
    return FALSE;
  copy_corner (eval->inputs[0], t.real_in, work, FALSE, t.rank, limits);
  if (weir_tensor_count (work) > 0)
    transform_run (&t, work, &line);
  copy_corner (work, FALSE, y, t.real_out, t.rank, eval->infos[0].shape.dims);
  return TRUE;
}

#define WEIR_OP_FOURIER_DEFINE(id, op, since, text) \
  WEIR_OP_DEFINE (id) = {                           \
    .name = op,                                     \
    .versions = { since },                          \
    .min_inputs = 2,                                \
    .max_inputs = 3,                                \
    .outputs = 1,                                   \
    .summary = text,                                \
    .infer = infer,                                 \
    .evaluate = evaluate,                           \
  }

WEIR_OP_FOURIER_DEFINE (dft, "DFT", 7, "Fourier transform of a complex signal");
WEIR_OP_FOURIER_DEFINE (idft, "IDFT", 7, "Complex signal of a spectrum");
WEIR_OP_FOURIER_DEFINE (rdft, "RDFT", 9, "Half spectrum of a real signal");
WEIR_OP_FOURIER_DEFINE (irdft, "IRDFT", 9, "Real signal of a half spectrum");
