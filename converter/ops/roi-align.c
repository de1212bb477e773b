#include "roi.h"

#include <math.h>

/* ROIAlign: regions of a picture without rounding their corners: each cell of the output
 * is the mean, or the largest, of samples between the values of the picture. */

/* More samples a cell along an axis add nothing but time. */
#define MAX_SAMPLES 1024

static const WeirAttrRow attrs[] = {
  { "pooled_h", WEIR_ATTR_INT, NULL, "1..65536", 0, 0 },
  { "pooled_w", WEIR_ATTR_INT, NULL, "1..65536", 0, 0 },
  { "sampling_ratio", WEIR_ATTR_INT, NULL, "0..1024", 0, 0 },
  { "spatial_scale", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
  { "mode", WEIR_ATTR_STRING, NULL, "avg|max", 0, 0 },
  { "aligned_mode", WEIR_ATTR_STRING, "asymmetric",
    "asymmetric|half_pixel_for_nn|half_pixel", 9, 0 },
  { NULL }
};

static gboolean
roi_align_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape, *rois = &infer->inputs[1].shape;
  WeirShape batches = WEIR_SHAPE (rois->rank == 2 ? rois->dims[0] : WEIR_DIM_UNKNOWN);
  const WeirNode *node = infer->node;

  if (!weir_shape_merge (&batches, &infer->inputs[2].shape)) {
    g_autofree char *found = weir_shape_to_string (&infer->inputs[2].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected one number of a picture for each region, found %s",
                      found);
  }
  return weir_infer_rois (infer, 4, x->rank == 4 ? x->dims[1] : WEIR_DIM_UNKNOWN,
                          weir_node_int (node, "pooled_h"),
                          weir_node_int (node, "pooled_w"), error);
}

/* One axis of a region. */
typedef struct {
  double start, bin;
  gint64 samples; /* a cell */
  gint64 size;    /* of the picture */
} Axis;

typedef struct {
  WeirPlanes planes;
  gint64 batch;
  Axis y, x;
  gboolean average;
  double *sums; /* a channel */
} Run;

static void
axis_init (Axis *axis, const WeirNode *node, double low, double high, gint64 cells)
{
  double scale = (float) weir_node_float (node, "spatial_scale");
  gboolean old =
      node->version < 9 || weir_node_string_is (node, "aligned_mode", "asymmetric");
  gboolean half = !old && weir_node_string_is (node, "aligned_mode", "half_pixel");
  double inside = half ? 0.5 : 0, outside = old ? 0 : 0.5, length;

  axis->start = (low + inside) * scale - outside;
  length = (high + inside) * scale - outside - axis->start;
  if (old)
    length = MAX (length, 1);
  axis->bin = length / (double) cells;
  axis->samples = weir_node_int (node, "sampling_ratio");
  if (axis->samples == 0)
    axis->samples = weir_roi_index (ceil (axis->bin), 0, MAX_SAMPLES);
}

/* The place of a sample; FALSE where it lies more than one outside of the picture. */
static gboolean
sample_at (const Axis *axis, gint64 cell, gint64 sample, double *place)
{
  *place = axis->start + (double) cell * axis->bin +
           ((double) sample + 0.5) * axis->bin / (double) axis->samples;
  if (!(*place >= -1) || *place > (double) axis->size)
    return FALSE;
  *place = CLAMP (*place, 0, (double) (axis->size - 1));
  return TRUE;
}

/* All channels of one cell into sums. The largest sample begins at 0, as OpenVINO's does.
 */
static void
pool_cell (Run *run, gint64 row, gint64 column)
{
  gint64 n = run->y.samples * run->x.samples;

  for (gint64 c = 0; c < run->planes.channels; c++)
    run->sums[c] = 0;
  for (gint64 i = 0; i < n; i++) {
    double y, x;

    if (!sample_at (&run->y, row, i / run->x.samples, &y) ||
        !sample_at (&run->x, column, i % run->x.samples, &x))
      continue;
    for (gint64 c = 0; c < run->planes.channels; c++) {
      double value = weir_planes_between (&run->planes, run->batch, c, y, x);

      run->sums[c] =
          run->average ? run->sums[c] + value / (double) n : MAX (run->sums[c], value);
    }
  }
}

static void
pool_region (Run *run, WeirTensor *y, gint64 region)
{
  const gint64 *out = weir_tensor_shape (y)->dims;
  gint64 cells = out[2] * out[3];

  for (gint64 k = 0; k < cells; k++) {
    pool_cell (run, k / out[3], k % out[3]);
    for (gint64 c = 0; c < out[1]; c++)
      weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y),
                        (gsize) ((region * out[1] + c) * cells + k), run->sums[c]);
  }
}

static gboolean
roi_align_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *rois = eval->inputs[1];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Run run = { .planes = weir_planes (eval->inputs[0]),
              .average = weir_node_string_is (eval->node, "mode", "avg") };
  const gint64 *out;
  gboolean good = y != NULL;

  if (!good)
    return FALSE;
  out = weir_tensor_shape (y)->dims;
  run.y.size = run.planes.height;
  run.x.size = run.planes.width;
  run.sums = weir_try_alloc ((gsize) out[1] * sizeof (double), error);
  good = run.sums != NULL;
  for (gint64 i = 0; good && i < out[0]; i++) {
    gsize at = (gsize) i * 4;

    good = weir_roi_batch (&run.planes, weir_tensor_get (eval->inputs[2], (gsize) i),
                           &run.batch, error);
    if (!good)
      break;
    axis_init (&run.x, eval->node, weir_tensor_get (rois, at),
               weir_tensor_get (rois, at + 2), out[3]);
    axis_init (&run.y, eval->node, weir_tensor_get (rois, at + 1),
               weir_tensor_get (rois, at + 3), out[2]);
    pool_region (&run, y, i);
  }
  weir_free (run.sums);
  return good;
}

WEIR_OP_DEFINE (roi_align) = {
  .name = "ROIAlign",
  .versions = { 3, 9 },
  .preferred = 9,
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Regions of a picture, sampled between its values",
  .infer = roi_align_infer,
  .evaluate = roi_align_evaluate,
};
