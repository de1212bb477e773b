#include "roi.h"

#include <math.h>
#include <string.h>

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

static Axis
axis_of (const WeirRoiAlign *how, double low, double high, gint64 cells, gint64 size)
{
  Axis axis = { .start = (low + how->inside) * how->scale - how->outside,
                .samples = how->ratio,
                .size = size };
  double length = (high + how->inside) * how->scale - how->outside - axis.start;

  axis.bin = (how->at_least_one ? MAX (length, 1) : length) / (double) cells;
  if (axis.samples == 0)
    axis.samples = weir_roi_index (ceil (axis.bin), 0, MAX_SAMPLES);
  return axis;
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

/* Adds one sample of all channels to sums. */
static void
add_sample (const WeirRoiAlign *how, const WeirPlanes *planes, gint64 batch, double y,
            double x, gint64 samples, double *sums)
{
  for (gint64 c = 0; c < planes->channels; c++) {
    double value = weir_planes_between (planes, batch, c, y, x);

    sums[c] = how->average ? sums[c] + value / (double) samples : MAX (sums[c], value);
  }
}

/* The largest sample begins at 0, as OpenVINO's does. */
void
weir_roi_align (const WeirRoiAlign *how, const WeirPlanes *planes, gint64 batch,
                const double *corners, WeirTensor *y, gint64 region, double *sums)
{
  const gint64 *out = weir_tensor_shape (y)->dims;
  gint64 cells = out[2] * out[3];
  Axis across = axis_of (how, corners[0], corners[2], out[3], planes->width);
  Axis down = axis_of (how, corners[1], corners[3], out[2], planes->height);
  gint64 samples = down.samples * across.samples;

  for (gint64 k = 0; k < cells; k++) {
    memset (sums, 0, (gsize) planes->channels * sizeof *sums);
    for (gint64 i = 0; i < samples; i++) {
      double py, px;

      if (sample_at (&down, k / out[3], i / across.samples, &py) &&
          sample_at (&across, k % out[3], i % across.samples, &px))
        add_sample (how, planes, batch, py, px, samples, sums);
    }
    for (gint64 c = 0; c < out[1]; c++)
      weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y),
                        (gsize) ((region * out[1] + c) * cells + k), sums[c]);
  }
}

static WeirRoiAlign
how_to_align (const WeirNode *node)
{
  gboolean old =
      node->version < 9 || weir_node_string_is (node, "aligned_mode", "asymmetric");
  gboolean half = !old && weir_node_string_is (node, "aligned_mode", "half_pixel");

  return (WeirRoiAlign){ .scale = (float) weir_node_float (node, "spatial_scale"),
                         .inside = half ? 0.5 : 0,
                         .outside = old ? 0 : 0.5,
                         .at_least_one = old,
                         .ratio = weir_node_int (node, "sampling_ratio"),
                         .average = weir_node_string_is (node, "mode", "avg") };
}

static gboolean
roi_align_evaluate (WeirEval *eval, GError **error)
{
  WeirPlanes planes = weir_planes (eval->inputs[0]);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  WeirRoiAlign how = how_to_align (eval->node);
  gboolean good = y != NULL;
  double *sums;

  if (!good)
    return FALSE;
  sums = weir_try_alloc ((gsize) planes.channels * sizeof *sums, error);
  good = sums != NULL;
  for (gint64 i = 0; good && i < weir_tensor_shape (y)->dims[0]; i++) {
    double corners[4];
    gint64 batch = 0;

    for (gsize k = 0; k < 4; k++)
      corners[k] = weir_tensor_get (eval->inputs[1], (gsize) i * 4 + k);
    good = weir_roi_batch (&planes, weir_tensor_get (eval->inputs[2], (gsize) i), &batch,
                           error);
    if (good)
      weir_roi_align (&how, &planes, batch, corners, y, i, sums);
  }
  weir_free (sums);
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
