#include "roi.h"

#include <math.h>
#include <string.h>

/* ROIAlignRotated: like ROIAlign, from regions that are turned. */

#define MAX_SAMPLES 1024

static const WeirAttrRow attrs[] = {
  { "pooled_h", WEIR_ATTR_INT, NULL, "1..65536", 0, 0 },
  { "pooled_w", WEIR_ATTR_INT, NULL, "1..65536", 0, 0 },
  { "sampling_ratio", WEIR_ATTR_INT, NULL, "0..1024", 0, 0 },
  { "spatial_scale", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
  { "clockwise_mode", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { NULL }
};

static gboolean
infer (WeirInfer *infer, GError **error)
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
  return weir_infer_rois (infer, 5, x->rank == 4 ? x->dims[1] : WEIR_DIM_UNKNOWN,
                          weir_node_int (node, "pooled_h"),
                          weir_node_int (node, "pooled_w"), error);
}

/* A region: its centre, the sine and cosine of its angle, and its cells, as they lie
 * before it is turned around its centre. */
typedef struct {
  double x, y, sine, cosine;
  double bin[2];     /* height, width of a cell */
  double start[2];   /* of the first cell */
  gint64 samples[2]; /* a cell */
} Region;

static Region
load_region (const WeirEval *eval, gsize index, const gint64 *cells)
{
  double scale = (float) weir_node_float (eval->node, "spatial_scale"), v[5];
  gint64 ratio = weir_node_int (eval->node, "sampling_ratio");
  Region region = { 0 };

  for (gsize i = 0; i < 5; i++)
    v[i] = weir_tensor_get (eval->inputs[1], index * 5 + i) * (i < 4 ? scale : 1);
  if (weir_node_bool (eval->node, "clockwise_mode"))
    v[4] = -v[4];
  region.x = v[0] - 0.5;
  region.y = v[1] - 0.5;
  region.sine = sin (v[4]);
  region.cosine = cos (v[4]);
  for (int i = 0; i < 2; i++) {
    region.start[i] = -v[3 - i] / 2;
    region.bin[i] = v[3 - i] / (double) cells[i];
    region.samples[i] =
        ratio > 0 ? ratio : weir_roi_index (ceil (region.bin[i]), 0, MAX_SAMPLES);
  }
  return region;
}

/* Where sample @i of the cell at @row and @column lies; FALSE outside of the picture. */
static gboolean
sample_at (const Region *region, const WeirPlanes *planes, const gint64 cell[2],
           const gint64 sample[2], double *y, double *x)
{
  double at[2];

  for (int i = 0; i < 2; i++)
    at[i] = region->start[i] + (double) cell[i] * region->bin[i] +
            ((double) sample[i] + 0.5) * region->bin[i] / (double) region->samples[i];
  *y = at[0] * region->cosine - at[1] * region->sine + region->y;
  *x = at[0] * region->sine + at[1] * region->cosine + region->x;
  if (!(*y >= -1 && *x >= -1) || *y > (double) planes->height ||
      *x > (double) planes->width)
    return FALSE;
  *y = CLAMP (*y, 0, (double) (planes->height - 1));
  *x = CLAMP (*x, 0, (double) (planes->width - 1));
  return TRUE;
}

/* Means of all channels in one cell. */
static void
pool_cell (const Region *region, const WeirPlanes *planes, gint64 batch,
           const gint64 cell[2], double *sums)
{
  gint64 all = region->samples[0] * region->samples[1];

  memset (sums, 0, (gsize) planes->channels * sizeof *sums);
  for (gint64 i = 0; i < all; i++) {
    const gint64 sample[] = { i / region->samples[1], i % region->samples[1] };
    double y, x;

    if (!sample_at (region, planes, cell, sample, &y, &x))
      continue;
    for (gint64 c = 0; c < planes->channels; c++)
      sums[c] += weir_planes_between (planes, batch, c, y, x) / (double) all;
  }
}

static gboolean
pool_region (const WeirEval *eval, const WeirPlanes *planes, WeirTensor *y, gsize index,
             double *sums, GError **error)
{
  const gint64 *out = weir_tensor_shape (y)->dims;
  Region region = load_region (eval, index, out + 2);
  gint64 batch = 0, cells = out[2] * out[3];

  if (!weir_roi_batch (planes, weir_tensor_get (eval->inputs[2], index), &batch, error))
    return FALSE;
  for (gint64 k = 0; k < cells; k++) {
    pool_cell (&region, planes, batch, (const gint64[]){ k / out[3], k % out[3] }, sums);
    for (gint64 c = 0; c < out[1]; c++)
      weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y),
                        (gsize) (((gint64) index * out[1] + c) * cells + k), sums[c]);
  }
  return TRUE;
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  WeirPlanes planes = weir_planes (eval->inputs[0]);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gboolean good = y != NULL;
  double *sums;

  if (!good)
    return FALSE;
  sums = weir_try_alloc ((gsize) planes.channels * sizeof *sums, error);
  good = sums != NULL;
  for (gsize i = 0; good && i < (gsize) weir_tensor_shape (y)->dims[0]; i++)
    good = pool_region (eval, &planes, y, i, sums, error);
  weir_free (sums);
  return good;
}

WEIR_OP_DEFINE (roi_align_rotated) = {
  .name = "ROIAlignRotated",
  .versions = { 15 },
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Turned regions of a picture, sampled between its values",
  .infer = infer,
  .evaluate = evaluate,
};
