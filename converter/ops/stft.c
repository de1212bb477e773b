#include "fourier-line.h"
#include "list.h"

#include <math.h>
#include <string.h>

/* STFT: the half spectra of frames of a signal, each under a window. ISTFT: the signal of
 * such spectra: frames under the window again, added up, and divided by the sum of the
 * squares of their windows. A
 * window shorter than a frame lies in its middle. */

/* What the inputs ask for; -1 where something is unknown. */
typedef struct {
  gint64 frame, step, window;
} Frames;

static gboolean
read_size (const WeirInfer *infer, guint port, const char *what, gint64 *size,
           GError **error)
{
  WeirList list;

  *size = WEIR_DIM_UNKNOWN;
  if (!weir_list_input (infer, port, what, &list, error) ||
      !weir_list_length (&list, what, 1, error))
    return FALSE;
  if (!list.known)
    return TRUE;
  if (list.values[0] <= 0 || list.values[0] > G_MAXINT32)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "%s is %" G_GINT64_FORMAT ", expected 1 or more", what,
                      list.values[0]);
  *size = list.values[0];
  return TRUE;
}

static gboolean
read_frames (const WeirInfer *infer, Frames *frames, GError **error)
{
  WeirShape window = weir_shape_unknown (1);
  WeirDtype dtype = infer->inputs[0].dtype;

  if (dtype != WEIR_DTYPE_UNKNOWN && !weir_dtype_is_float (dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floats, found %s",
                      weir_dtype_name (dtype));
  if (!weir_infer_same_type (infer, 0, 1, error) ||
      !read_size (infer, 2, "frame_size", &frames->frame, error) ||
      !read_size (infer, 3, "frame_step", &frames->step, error))
    return FALSE;
  if (!weir_shape_merge (&window, &infer->inputs[1].shape)) {
    g_autofree char *found = weir_shape_to_string (&infer->inputs[1].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected a window [n], found %s", found);
  }
  frames->window = window.dims[0];
  if (frames->window == 0 || (frames->frame >= 0 && frames->window > frames->frame))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected a window of 1 to %" G_GINT64_FORMAT
                      ", found one of %" G_GINT64_FORMAT,
                      frames->frame, frames->window);
  return TRUE;
}

static double
window_at (const WeirEval *eval, const Frames *frames, gint64 i)
{
  i -= (frames->frame - frames->window) / 2;
  return i >= 0 && i < frames->window ? weir_tensor_get (eval->inputs[1], (gsize) i) : 0;
}

static const WeirAttrRow stft_attrs[] = {
  { "transpose_frames", WEIR_ATTR_BOOL, NULL, NULL, 0, 0 }, { NULL }
};

static gboolean
stft_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  gboolean transpose = weir_node_bool (infer->node, "transpose_frames");
  WeirShape y = WEIR_SHAPE_UNKNOWN;
  Frames frames;
  gint64 length, count = WEIR_DIM_UNKNOWN, bins;

  if (!read_frames (infer, &frames, error))
    return FALSE;
  if (x->rank < 0)
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  if (x->rank != 1 && x->rank != 2)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected a signal of rank 1 or 2, found %d", x->rank);
  length = x->dims[x->rank - 1];
  if (frames.frame >= 0 && length >= 0 && length < frames.frame)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "a signal of %" G_GINT64_FORMAT
                      " is shorter than a frame of %" G_GINT64_FORMAT,
                      length, frames.frame);
  if (frames.frame >= 0 && frames.step >= 0 && length >= 0)
    count = (length - frames.frame) / frames.step + 1;
  bins = frames.frame >= 0 ? frames.frame / 2 + 1 : WEIR_DIM_UNKNOWN;
  y = *x;
  y.dims[x->rank - 1] = transpose ? bins : count;
  return weir_shape_append (&y, transpose ? count : bins, error) &&
         weir_shape_append (&y, 2, error) &&
         weir_infer_sized (infer, 0, infer->inputs[0].dtype, &y, error);
}

static void
frame_spectrum (const WeirEval *eval, const Frames *frames, const WeirLine *line,
                gsize start)
{
  for (gint64 i = 0; i < frames->frame; i++) {
    line->in[2 * i] = window_at (eval, frames, i) *
                      weir_tensor_get (eval->inputs[0], start + (gsize) i);
    line->in[2 * i + 1] = 0;
  }
  weir_line_transform (line, (gsize) frames->frame);
}

static gboolean
stft_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]), *out = &eval->infos[0].shape;
  gboolean transpose = weir_node_bool (eval->node, "transpose_frames");
  gsize length = (gsize) x->dims[x->rank - 1], bins, count, batch;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  g_autoptr (WeirTensor) room = NULL;
  WeirLine line;
  Frames frames;

  if (y == NULL || !read_frames (eval->infer, &frames, error) ||
      (room = weir_line_room (&line, frames.frame, -1, error)) == NULL)
    return FALSE;
  bins = (gsize) frames.frame / 2 + 1;
  count = (gsize) out->dims[out->rank - (transpose ? 2 : 3)];
  batch = x->rank == 2 ? (gsize) x->dims[0] : 1;
  for (gsize i = 0; i < batch * count; i++) {
    gsize b = i / count, f = i % count;

    frame_spectrum (eval, &frames, &line, b * length + f * (gsize) frames.step);
    for (gsize k = 0; k < 2 * bins; k++) {
      gsize place = transpose ? (b * bins + k / 2) * count + f : i * bins + k / 2;

      weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y),
                        2 * place + k % 2, line.out[k]);
    }
  }
  return TRUE;
}

WEIR_OP_DEFINE (stft) = {
  .name = "STFT",
  .versions = { 15 },
  .min_inputs = 4,
  .max_inputs = 4,
  .outputs = 1,
  .attrs = stft_attrs,
  .summary = "Spectra of the frames of a signal",
  .infer = stft_infer,
  .evaluate = stft_evaluate,
};

static const WeirAttrRow istft_attrs[] = { { "center", WEIR_ATTR_BOOL, NULL, NULL, 0, 0 },
                                           { "normalized", WEIR_ATTR_BOOL, NULL, NULL, 0,
                                             0 },
                                           { NULL } };

/* The length of the signal: given, or that of all frames, less half a frame at each end
 * where it was centered. */
static gboolean
signal_length (const WeirInfer *infer, const Frames *frames, gint64 count, gint64 *length,
               GError **error)
{
  gint64 rest =
      weir_node_bool (infer->node, "center") ? frames->frame % 2 : frames->frame;
  gint64 last;

  *length = WEIR_DIM_UNKNOWN;
  if (infer->n_inputs > 4)
    return read_size (infer, 4, "signal_length", length, error);
  if (frames->frame < 0 || frames->step < 0 || count < 0)
    return TRUE;
  if (!weir_mul_i64 (MAX (count - 1, 0), frames->step, &last) ||
      !weir_add_i64 (last, rest, length))
    return weir_fail (error, WEIR_ERROR_LIMIT, "the signal is too long");
  return TRUE;
}

static gboolean
istft_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirShape y = WEIR_SHAPE_UNKNOWN, want;
  Frames frames;
  gint64 length;

  if (!read_frames (infer, &frames, error))
    return FALSE;
  if (x->rank < 0)
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  want = weir_shape_unknown (CLAMP (x->rank, 3, 4));
  want.dims[want.rank - 3] = frames.frame >= 0 ? frames.frame / 2 + 1 : WEIR_DIM_UNKNOWN;
  want.dims[want.rank - 1] = 2;
  if (!weir_shape_merge (&want, x) || want.dims[want.rank - 2] == 0) {
    g_autofree char *expected = weir_shape_to_string (&want);
    g_autofree char *found = weir_shape_to_string (x);
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected spectra %s, found %s", expected,
                      found);
  }
  if (!signal_length (infer, &frames, want.dims[want.rank - 2], &length, error))
    return FALSE;
  y = want.rank == 4 ? WEIR_SHAPE (want.dims[0], length) : WEIR_SHAPE (length);
  return weir_infer_sized (infer, 0, infer->inputs[0].dtype, &y, error);
}

/* The signal of one half spectrum [bins, frames, 2]: the other half mirrors it. */
static void
frame_signal (const WeirEval *eval, const Frames *frames, const WeirLine *line,
              gsize start, gsize count)
{
  gint64 bins = frames->frame / 2 + 1;

  for (gint64 i = 0; i < frames->frame; i++) {
    gboolean mirrored = i >= bins;
    gsize at = start + (gsize) (mirrored ? frames->frame - i : i) * count * 2;
    double imaginary = weir_tensor_get (eval->inputs[0], at + 1);

    line->in[2 * i] = weir_tensor_get (eval->inputs[0], at);
    line->in[2 * i + 1] = mirrored ? -imaginary : imaginary;
  }
  weir_line_transform (line, (gsize) frames->frame);
}

/* Adds the frames of one signal up; @sums and @windows have room for all of it. */
static void
add_frames (const WeirEval *eval, const Frames *frames, const WeirLine *line, gsize batch,
            gsize count, double *sums, double *windows)
{
  gsize bins = (gsize) frames->frame / 2 + 1;

  for (gsize f = 0; f < count; f++) {
    gsize to = f * (gsize) frames->step;

    frame_signal (eval, frames, line, (batch * bins * count + f) * 2, count);
    for (gint64 i = 0; i < frames->frame; i++) {
      double window = window_at (eval, frames, i);

      sums[to + (gsize) i] += window * line->out[2 * i] / (double) frames->frame;
      windows[to + (gsize) i] += window * window;
    }
  }
}

static void
give_signal (const WeirEval *eval, const Frames *frames, gsize batch, gsize all,
             const double *sums, const double *windows, WeirTensor *y)
{
  const WeirShape *out = weir_tensor_shape (y);
  gsize length = (gsize) out->dims[out->rank - 1];
  gsize margin = weir_node_bool (eval->node, "center") ? (gsize) frames->frame / 2 : 0;
  double scale =
      weir_node_bool (eval->node, "normalized") ? sqrt ((double) frames->frame) : 1;

  for (gsize i = 0; i < length; i++) {
    gsize from = margin + i;
    double value =
        from < all && windows[from] != 0 ? sums[from] / windows[from] * scale : 0;

    weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), batch * length + i,
                      value);
  }
}

static gboolean
istft_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]);
  gsize count = (gsize) x->dims[x->rank - 2];
  gsize batch = x->rank == 4 ? (gsize) x->dims[0] : 1;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  g_autoptr (WeirTensor) room = NULL;
  g_autoptr (WeirTensor) signal = NULL;
  WeirLine line;
  Frames frames;
  gint64 all;

  if (y == NULL || !read_frames (eval->infer, &frames, error))
    return FALSE;
  if (!weir_mul_i64 ((gint64) count - 1, frames.step, &all) ||
      !weir_add_i64 (all, frames.frame, &all))
    return weir_fail (error, WEIR_ERROR_LIMIT, "the signal is too long");
  signal = weir_tensor_new (WEIR_DTYPE_F64, &WEIR_SHAPE (2, all), error);
  room = signal != NULL ? weir_line_room (&line, frames.frame, 1, error) : NULL;
  if (room == NULL)
    return FALSE;
  for (gsize b = 0; b < batch; b++) {
    double *sums = weir_tensor_writable (signal);

    memset (sums, 0, weir_tensor_size (signal));
    add_frames (eval, &frames, &line, b, count, sums, sums + all);
    give_signal (eval, &frames, b, (gsize) all, sums, sums + all, y);
  }
  return TRUE;
}

WEIR_OP_DEFINE (istft) = {
  .name = "ISTFT",
  .versions = { 16 },
  .min_inputs = 4,
  .max_inputs = 5,
  .outputs = 1,
  .attrs = istft_attrs,
  .summary = "Signal of the spectra of its frames",
  .infer = istft_infer,
  .evaluate = istft_evaluate,
};
