#include "ops.h"

#include <math.h>

/* GridSample: a picture looked up at places that a grid names, -1 to 1 along each axis.
 */

static const WeirAttrRow attrs[] = {
  { "align_corners", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "mode", WEIR_ATTR_STRING, "bilinear", "bilinear|bicubic|nearest", 0, 0 },
  { "padding_mode", WEIR_ATTR_STRING, "zeros", "zeros|border|reflection", 0, 0 },
  { NULL }
};

#define CUBE_COEFF (-0.75)

static gboolean
grid_infer (WeirInfer *infer, GError **error)
{
  WeirShape x = weir_shape_unknown (4), grid = weir_shape_unknown (4);

  grid.dims[3] = 2;
  if (infer->inputs[0].shape.rank == 4)
    grid.dims[0] = infer->inputs[0].shape.dims[0];
  if (!weir_shape_merge (&x, &infer->inputs[0].shape) ||
      !weir_shape_merge (&grid, &infer->inputs[1].shape)) {
    g_autofree char *a = weir_shape_to_string (&infer->inputs[0].shape);
    g_autofree char *b = weir_shape_to_string (&infer->inputs[1].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected data [batch,channels,height,width] and a grid "
                      "[batch,rows,columns,2], found %s and %s",
                      a, b);
  }
  if (x.dims[2] == 0 || x.dims[3] == 0)
    return weir_fail (error, WEIR_ERROR_SHAPE, "the picture is empty");
  return weir_infer_set (
      infer, 0, infer->inputs[0].dtype,
      &WEIR_SHAPE (grid.dims[0], x.dims[1], grid.dims[1], grid.dims[2]));
}

typedef enum { ZEROS, BORDER, REFLECTION } Padding;

typedef struct {
  gboolean align, nearest, cubic;
  Padding padding;
} Mode;

/* Values along one axis that make one value: an index of -1 is outside. */
typedef struct {
  int n;
  gint64 index[4];
  double weight[4];
} Taps;

/* Back and forth between the edges, or the outer ends of the first and last value. */
static double
reflect (double place, gint64 size, gboolean align)
{
  double low = align ? 0 : -0.5, span = (double) (align ? size - 1 : size), rest;

  if (span == 0)
    return 0;
  place = fabs (place - low);
  rest = fmod (place, span);
  return fmod (floor (place / span), 2) == 0 ? rest + low : span - rest + low;
}

static double
pad (const Mode *mode, double place, gint64 size)
{
  if (mode->padding == REFLECTION)
    place = reflect (place, size, mode->align);
  if (mode->padding != ZEROS)
    place = place > 0 ? MIN (place, (double) (size - 1)) : 0;
  return place;
}

static gint64
index_of (double place, gint64 size)
{
  return place >= 0 && place <= (double) (size - 1) ? (gint64) place : -1;
}

static double
cubic (double x)
{
  x = fabs (x);
  if (x < 1)
    return ((CUBE_COEFF + 2) * x - (CUBE_COEFF + 3)) * x * x + 1;
  return ((CUBE_COEFF * x - 5 * CUBE_COEFF) * x + 8 * CUBE_COEFF) * x - 4 * CUBE_COEFF;
}

static void
find_taps (const Mode *mode, double grid, gint64 size, Taps *taps)
{
  double place = mode->align ? (grid + 1) / 2 * (double) (size - 1)
                             : ((grid + 1) * (double) size - 1) / 2;
  double low;

  if (!mode->cubic)
    place = pad (mode, place, size);
  if (mode->nearest) {
    *taps = (Taps){ 1, { index_of (rint (place), size) }, { 1 } };
    return;
  }
  low = floor (place);
  taps->n = mode->cubic ? 4 : 2;
  for (int i = 0; i < taps->n; i++) {
    double at = low + i - (mode->cubic ? 1 : 0);

    taps->weight[i] = mode->cubic ? cubic (place - at) : MAX (0, 1 - fabs (place - at));
    taps->index[i] = index_of (mode->cubic ? rint (pad (mode, at, size)) : at, size);
  }
}

typedef struct {
  const WeirTensor *x;
  Mode mode;
  gint64 height, width;
} Run;

static double
sample (const Run *run, gint64 plane, const Taps *rows, const Taps *columns)
{
  double sum = 0;

  for (int i = 0; i < rows->n; i++)
    for (int j = 0; j < columns->n; j++) {
      gint64 at = (plane * run->height + rows->index[i]) * run->width + columns->index[j];

      if (rows->index[i] >= 0 && columns->index[j] >= 0)
        sum +=
            rows->weight[i] * columns->weight[j] * weir_tensor_get (run->x, (gsize) at);
    }
  return sum;
}

static gboolean
grid_evaluate (WeirEval *eval, GError **error)
{
  const WeirNode *node = eval->node;
  const gint64 *in = weir_tensor_shape (eval->inputs[0])->dims, *out;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Run run = { eval->inputs[0],
              { .align = weir_node_bool (node, "align_corners"),
                .nearest = weir_node_string_is (node, "mode", "nearest"),
                .cubic = weir_node_string_is (node, "mode", "bicubic") },
              in[2],
              in[3] };

  if (y == NULL)
    return FALSE;
  if (weir_node_string_is (node, "padding_mode", "border"))
    run.mode.padding = BORDER;
  else if (weir_node_string_is (node, "padding_mode", "reflection"))
    run.mode.padding = REFLECTION;
  out = weir_tensor_shape (y)->dims;
  for (gint64 i = 0; i < out[0] * out[2] * out[3]; i++) {
    gint64 cells = out[2] * out[3], batch = i / cells;
    Taps rows, columns;

    find_taps (&run.mode, weir_tensor_get (eval->inputs[1], (gsize) i * 2), in[3],
               &columns);
    find_taps (&run.mode, weir_tensor_get (eval->inputs[1], (gsize) i * 2 + 1), in[2],
               &rows);
    for (gint64 c = 0; c < out[1]; c++) {
      gint64 plane = batch * out[1] + c;

      weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y),
                        (gsize) (plane * cells + i % cells),
                        sample (&run, plane, &rows, &columns));
    }
  }
  return TRUE;
}

WEIR_OP_DEFINE (grid_sample) = {
  .name = "GridSample",
  .versions = { 9 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = attrs,
  .summary = "A picture looked up at the places that a grid names",
  .infer = grid_infer,
  .evaluate = grid_evaluate,
};
