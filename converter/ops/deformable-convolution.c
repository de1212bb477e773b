#include "accumulate.h"
#include "window.h"

#include <math.h>

/* DeformableConvolution: each tap of the window is moved by an offset that input 1 holds
 * for every output position, and reads between elements by bilinear interpolation.
 * Offsets are [N, groups * taps * (y, x), height, width]; from version 8 on a mask, with
 * one number a tap, may weaken each tap. */

static const WeirAttrRow attrs[] = {
  { "bilinear_interpolation_pad", WEIR_ATTR_BOOL, "false", NULL, 8, 0 },
  { "strides", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
  { "dilations", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
  { "pads_begin", WEIR_ATTR_INTS, "", NULL, 0, 0 },
  { "pads_end", WEIR_ATTR_INTS, "", NULL, 0, 0 },
  { "auto_pad", WEIR_ATTR_STRING, "explicit", "explicit|same_upper|same_lower|valid", 0,
    0 },
  { "group", WEIR_ATTR_INT, "1", "1..2147483647", 0, 0 },
  { "deformable_group", WEIR_ATTR_INT, "1", "1..2147483647", 0, 0 },
  { NULL }
};

enum { DATA, OFFSETS, FILTERS, MASK };

/* [N, @parts * taps, height, width] beside an output of shape @y. */
static gboolean
check_field (const WeirInfer *infer, guint port, gint64 parts, gint64 taps,
             const WeirShape *y, GError **error)
{
  const WeirShape *found = &infer->inputs[port].shape;
  WeirShape expected = *y;

  expected.dims[1] = WEIR_DIM_UNKNOWN;
  if (taps >= 0 && !weir_mul_i64 (parts, taps, &expected.dims[1]))
    return weir_fail (error, WEIR_ERROR_SHAPE, "deformable_group is too large");
  if (!weir_shape_merge (&expected, found)) {
    g_autofree char *text = weir_shape_to_string (found);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input %u of shape %s does not hold %" G_GINT64_FORMAT
                      " numbers a tap for every output position",
                      port, text, parts);
  }
  return TRUE;
}

static gboolean
check_channels (const WeirNode *node, const WeirShape *x, const WeirShape *w,
                GError **error)
{
  gint64 group = weir_node_int (node, "group");
  gint64 deformable = weir_node_int (node, "deformable_group"), channels;

  if (w->dims[0] >= 0 && w->dims[0] % group != 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "%" G_GINT64_FORMAT
                      " filters cannot be divided into %" G_GINT64_FORMAT " groups",
                      w->dims[0], group);
  if (x->dims[1] < 0 || w->dims[1] < 0)
    return TRUE;
  if (!weir_mul_i64 (w->dims[1], group, &channels) || channels != x->dims[1] ||
      channels % deformable != 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "the input's %" G_GINT64_FORMAT
                      " channels do not fit to the filters and groups",
                      x->dims[1]);
  return TRUE;
}

static gboolean
output_shape (const WeirNode *node, const WeirShape *x, const WeirShape *w,
              WeirWindow *window, WeirShape *y, GError **error)
{
  if (x->rank != 4 || w->rank != 4)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected data and filters of rank 4, found %d and %d", x->rank,
                      w->rank);
  if (!weir_window_init (window, node, x, w->dims + 2, error))
    return FALSE;
  *y = *x;
  y->dims[1] = w->dims[0];
  return weir_window_size (window, 0, x->dims[2], &y->dims[2], error) &&
         weir_window_size (window, 1, x->dims[3], &y->dims[3], error);
}

static gboolean
deformable_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[DATA].shape, *w = &infer->inputs[FILTERS].shape;
  gint64 parts = weir_node_int (infer->node, "deformable_group"), taps = WEIR_DIM_UNKNOWN;
  WeirDtype dtype = infer->inputs[DATA].dtype;
  WeirWindow window;
  WeirShape y;

  if (infer->n_inputs > 3 && infer->node->version < 8)
    return weir_fail (error, WEIR_ERROR_FORMAT, "a mask exists since version 8");
  if (dtype != WEIR_DTYPE_UNKNOWN && !weir_dtype_is_float (dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floating point, found %s",
                      weir_dtype_name (dtype));
  if (x->rank < 0 || w->rank < 0)
    return weir_infer_set (infer, 0, dtype, &WEIR_SHAPE_UNKNOWN);
  if (!output_shape (infer->node, x, w, &window, &y, error) ||
      !check_channels (infer->node, x, w, error))
    return FALSE;
  if (w->dims[2] >= 0 && w->dims[3] >= 0 && !weir_mul_i64 (w->dims[2], w->dims[3], &taps))
    return weir_fail (error, WEIR_ERROR_SHAPE, "the filters are too large");
  if (!check_field (infer, OFFSETS, 2 * parts, taps, &y, error) ||
      (infer->n_inputs > MASK && !check_field (infer, MASK, parts, taps, &y, error)))
    return FALSE;
  return weir_infer_set (infer, 0, dtype, &y);
}

typedef struct {
  WeirWindow window;
  const WeirTensor *x, *offsets, *mask;
  WeirTensor *filters; /* f32 */
  gint64 height, width;
  gsize channels, taps, positions; /* channels of the input */
  gsize group, deformable;
  gboolean pad;    /* neighbours outside of the picture are zeros, not its rim */
  double *columns; /* [channels, taps] */
} Run;

static double
element (const Run *run, gsize plane, gint64 row, gint64 column)
{
  if (row < 0 || row >= run->height || column < 0 || column >= run->width)
    return 0;
  return weir_tensor_get (run->x, plane + (gsize) (row * run->width + column));
}

static double
sample (const Run *run, gsize plane, double row, double column)
{
  double low = run->pad ? -1 : 0;
  gint64 top, left, bottom, right;

  if (!(run->pad ? row > low && column > low : row >= low && column >= low) ||
      !(row < (double) run->height && column < (double) run->width))
    return 0;
  top = (gint64) floor (row);
  left = (gint64) floor (column);
  bottom = run->pad ? top + 1 : MIN (top + 1, run->height - 1);
  right = run->pad ? left + 1 : MIN (left + 1, run->width - 1);
  row -= (double) top;
  column -= (double) left;
  return (1 - row) * ((1 - column) * element (run, plane, top, left) +
                      column * element (run, plane, top, right)) +
         row * ((1 - column) * element (run, plane, bottom, left) +
                column * element (run, plane, bottom, right));
}

/* What all taps read for one output position of image @n. */
static void
read_columns (const Run *run, gsize n, gint64 row, gint64 column, gsize position)
{
  const WeirWindow *w = &run->window;
  gsize size = (gsize) (run->height * run->width);

  for (gsize i = 0; i < run->channels * run->taps; i++) {
    gsize channel = i / run->taps, tap = i % run->taps;
    gsize part = n * run->deformable + channel / (run->channels / run->deformable);
    gsize at = (part * run->taps + tap) * 2 * run->positions + position;
    gint64 a = (gint64) tap / w->kernel[1], b = (gint64) tap % w->kernel[1];
    double y = (double) (row * w->stride[0] - w->pad_begin[0] + a * w->dilation[0]);
    double x = (double) (column * w->stride[1] - w->pad_begin[1] + b * w->dilation[1]);

    y += weir_tensor_get (run->offsets, at);
    x += weir_tensor_get (run->offsets, at + run->positions);
    run->columns[i] = sample (run, (n * run->channels + channel) * size, y, x);
    if (run->mask != NULL)
      run->columns[i] *= weir_tensor_get (
          run->mask, (part * run->taps + tap) * run->positions + position);
  }
}

static void
convolve (const Run *run, WeirTensor *y)
{
  const gint64 *d = weir_tensor_shape (y)->dims;
  const float *filters = weir_tensor_data (run->filters);
  gsize outputs = (gsize) d[1], terms = run->channels / run->group * run->taps;

  for (gsize i = 0; i < (gsize) d[0] * run->positions; i++) {
    gsize n = i / run->positions, position = i % run->positions;

    read_columns (run, n, (gint64) position / d[3], (gint64) position % d[3], position);
    for (gsize o = 0; o < outputs; o++) {
      const double *columns = run->columns + o / (outputs / run->group) * terms;

      weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y),
                        (n * outputs + o) * run->positions + position,
                        weir_dot (columns, filters + o * terms, terms));
    }
  }
}

static gboolean
run_init (Run *run, WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[DATA]);
  const WeirShape *w = weir_tensor_shape (eval->inputs[FILTERS]);
  WeirShape y;

  *run = (Run){ .x = eval->inputs[DATA], .offsets = eval->inputs[OFFSETS] };
  if (!output_shape (eval->node, x, w, &run->window, &y, error))
    return FALSE;
  run->mask = eval->n_inputs > MASK ? eval->inputs[MASK] : NULL;
  run->height = x->dims[2];
  run->width = x->dims[3];
  run->channels = (gsize) x->dims[1];
  run->taps = (gsize) (w->dims[2] * w->dims[3]);
  run->positions = (gsize) (y.dims[2] * y.dims[3]);
  run->group = (gsize) weir_node_int (eval->node, "group");
  run->deformable = (gsize) weir_node_int (eval->node, "deformable_group");
  run->pad = eval->node->version >= 8 &&
             weir_node_bool (eval->node, "bilinear_interpolation_pad");
  run->filters = weir_tensor_convert (eval->inputs[FILTERS], WEIR_DTYPE_F32, error);
  if (run->filters == NULL)
    return FALSE;
  run->columns = weir_try_alloc (run->channels * run->taps * sizeof *run->columns, error);
  if (run->columns == NULL)
    weir_tensor_unref (run->filters);
  return run->columns != NULL;
}

static gboolean
deformable_evaluate (WeirEval *eval, GError **error)
{
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Run run;

  if (y == NULL)
    return FALSE;
  if (weir_tensor_count (y) == 0)
    return TRUE;
  if (!run_init (&run, eval, error))
    return FALSE;
  convolve (&run, y);
  weir_tensor_unref (run.filters);
  weir_free (run.columns);
  return TRUE;
}

WEIR_OP_DEFINE (deformable_convolution) = {
  .name = "DeformableConvolution",
  .versions = { 1, 8 },
  .preferred = 8,
  .min_inputs = 3,
  .max_inputs = 4,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Convolution whose taps are moved by offsets that the network computes",
  .infer = deformable_infer,
  .evaluate = deformable_evaluate,
};
