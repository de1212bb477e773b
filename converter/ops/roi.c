#include "roi.h"

#include <math.h>

/* ROIPooling, PSROIPooling and DeformablePSROIPooling: parts of a picture, each brought
 * to one size. Regions are [picture, x1, y1, x2, y2]. */

WeirPlanes
weir_planes (const WeirTensor *tensor)
{
  const gint64 *d = weir_tensor_shape (tensor)->dims;

  return (WeirPlanes){
    weir_tensor_dtype (tensor), weir_tensor_data (tensor), d[0], d[1], d[2], d[3]
  };
}

double
weir_planes_at (const WeirPlanes *planes, gint64 batch, gint64 channel, gint64 row,
                gint64 column)
{
  gint64 plane = batch * planes->channels + channel;

  return weir_dtype_load (
      planes->dtype, planes->data,
      (gsize) ((plane * planes->height + row) * planes->width + column));
}

double
weir_planes_between (const WeirPlanes *planes, gint64 batch, gint64 channel, double y,
                     double x)
{
  gint64 top = weir_roi_index (y, 0, planes->height - 1);
  gint64 left = weir_roi_index (x, 0, planes->width - 1);
  gint64 bottom = MIN (top + 1, planes->height - 1),
         right = MIN (left + 1, planes->width - 1);
  double fy = y - (double) top, fx = x - (double) left;

  return (1 - fy) * ((1 - fx) * weir_planes_at (planes, batch, channel, top, left) +
                     fx * weir_planes_at (planes, batch, channel, top, right)) +
         fy * ((1 - fx) * weir_planes_at (planes, batch, channel, bottom, left) +
               fx * weir_planes_at (planes, batch, channel, bottom, right));
}

gboolean
weir_roi_batch (const WeirPlanes *planes, double id, gint64 *batch, GError **error)
{
  if (!(id >= 0) || id >= (double) planes->batch)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "a region names picture %g, there are %" G_GINT64_FORMAT, id,
                      planes->batch);
  *batch = (gint64) id;
  return TRUE;
}

gint64
weir_roi_index (double value, gint64 low, gint64 high)
{
  if (!(value >= (double) low))
    return low;
  return value >= (double) high ? high : (gint64) floor (value);
}

gboolean
weir_infer_rois (WeirInfer *infer, gint64 columns, gint64 channels, gint64 height,
                 gint64 width, GError **error)
{
  WeirShape data = weir_shape_unknown (4), rois = WEIR_SHAPE (WEIR_DIM_UNKNOWN, columns);

  if (!weir_shape_merge (&data, &infer->inputs[0].shape) ||
      !weir_shape_merge (&rois, &infer->inputs[1].shape)) {
    g_autofree char *x = weir_shape_to_string (&infer->inputs[0].shape);
    g_autofree char *r = weir_shape_to_string (&infer->inputs[1].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected [batch,channels,height,width] and regions "
                      "[n,%" G_GINT64_FORMAT "], found %s and %s",
                      columns, x, r);
  }
  for (int i = 2; i < 4; i++)
    if (data.dims[i] == 0)
      return weir_fail (error, WEIR_ERROR_SHAPE, "the picture is empty");
  return weir_infer_set (infer, 0, infer->inputs[0].dtype,
                         &WEIR_SHAPE (rois.dims[0], channels, height, width));
}

/* A region being pooled, and the size that it comes to. */
typedef struct {
  WeirPlanes planes;
  gint64 batch;
  double x1, y1, x2, y2;
  gint64 rows, columns;
} Region;

static double
roi_value (const WeirTensor *rois, gint64 region, gint64 column)
{
  return weir_tensor_get (rois, (gsize) (region * 5 + column));
}

static const WeirAttrRow roi_pooling_attrs[] = {
  { "output_size", WEIR_ATTR_INTS, "", "1..65536", 0, 0 },
  { "output_roi", WEIR_ATTR_INTS, "", "1..65536", 0, 0 },
  { "pooled_h", WEIR_ATTR_INT, "0", "0..65536", 0, 0 },
  { "pooled_w", WEIR_ATTR_INT, "0", "0..65536", 0, 0 },
  { "spatial_scale", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
  { "method", WEIR_ATTR_STRING, "max", "max|bilinear", 0, 0 },
  { NULL }
};

/* The size was spelled in three ways over time. */
static gboolean
pooled_size (const WeirNode *node, gint64 *rows, gint64 *columns, GError **error)
{
  static const char *const lists[] = { "output_roi", "output_size" };

  *rows = weir_node_int (node, "pooled_h");
  *columns = weir_node_int (node, "pooled_w");
  for (guint i = 0; i < G_N_ELEMENTS (lists) && (*rows < 1 || *columns < 1); i++) {
    *rows = weir_node_int_at (node, lists[i], 0, 0);
    *columns = weir_node_int_at (node, lists[i], 1, 0);
  }
  if (*rows < 1 || *columns < 1)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "expected the size of the output in 'pooled_h' and 'pooled_w'");
  return TRUE;
}

static gboolean
roi_pooling_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  gint64 rows, columns;

  return pooled_size (infer->node, &rows, &columns, error) &&
         weir_infer_rois (infer, 5, x->rank == 4 ? x->dims[1] : WEIR_DIM_UNKNOWN, rows,
                          columns, error);
}

/* The largest value of a cell; regions are in pixels that belong to them. */
static double
pool_max (const Region *region, gint64 channel, gint64 row, gint64 column)
{
  const WeirPlanes *p = &region->planes;
  double bin_y = MAX (region->y2 - region->y1 + 1, 1) / (double) region->rows;
  double bin_x = MAX (region->x2 - region->x1 + 1, 1) / (double) region->columns;
  gint64 top = weir_roi_index (floor ((double) row * bin_y) + region->y1, 0, p->height);
  gint64 left =
      weir_roi_index (floor ((double) column * bin_x) + region->x1, 0, p->width);
  gint64 bottom =
      weir_roi_index (ceil ((double) (row + 1) * bin_y) + region->y1, 0, p->height);
  gint64 right =
      weir_roi_index (ceil ((double) (column + 1) * bin_x) + region->x1, 0, p->width);
  double largest = bottom > top && right > left ? -INFINITY : 0;

  for (gint64 y = top; y < bottom; y++)
    for (gint64 x = left; x < right; x++)
      largest = MAX (largest, weir_planes_at (p, region->batch, channel, y, x));
  return largest;
}

/* Where a cell's sample lies between @low and @high, which are relative to the picture.
 */
static double
sample_place (double low, double high, gint64 cell, gint64 cells, gint64 size)
{
  double last = (double) (size - 1);

  if (cells == 1)
    return (low + high) / 2 * last;
  return (double) cell * (high - low) * last / (double) (cells - 1) + low * last;
}

/* One sample a cell; regions are relative to the picture. */
static double
pool_bilinear (const Region *region, gint64 channel, gint64 row, gint64 column)
{
  const WeirPlanes *p = &region->planes;
  double y = sample_place (region->y1, region->y2, row, region->rows, p->height);
  double x = sample_place (region->x1, region->x2, column, region->columns, p->width);

  if (!(y >= 0) || y > (double) (p->height - 1) || !(x >= 0) ||
      x > (double) (p->width - 1))
    return 0;
  return weir_planes_between (p, region->batch, channel, y, x);
}

static void
load_region (Region *region, const WeirEval *eval, gint64 i, gboolean pixels)
{
  const WeirTensor *rois = eval->inputs[1];
  double scale = (float) weir_node_float (eval->node, "spatial_scale");

  region->x1 = roi_value (rois, i, 1);
  region->y1 = roi_value (rois, i, 2);
  region->x2 = roi_value (rois, i, 3);
  region->y2 = roi_value (rois, i, 4);
  if (!pixels)
    return;
  region->x1 = round (region->x1 * scale);
  region->y1 = round (region->y1 * scale);
  region->x2 = round (region->x2 * scale);
  region->y2 = round (region->y2 * scale);
}

/* A negative picture ends the list of regions. */
static gboolean
roi_pooling_evaluate (WeirEval *eval, GError **error)
{
  gboolean pixels = weir_node_string_is (eval->node, "method", "max");
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Region region = { .planes = weir_planes (eval->inputs[0]) };
  const gint64 *out;
  gsize at = 0;

  if (y == NULL)
    return FALSE;
  out = weir_tensor_shape (y)->dims;
  region.rows = out[2];
  region.columns = out[3];
  for (gint64 i = 0; i < out[0] && !(roi_value (eval->inputs[1], i, 0) < 0); i++) {
    if (!weir_roi_batch (&region.planes, roi_value (eval->inputs[1], i, 0), &region.batch,
                         error))
      return FALSE;
    load_region (&region, eval, i, pixels);
    for (gint64 c = 0; c < out[1]; c++)
      for (gint64 k = 0; k < out[2] * out[3]; k++)
        weir_dtype_store (
            weir_tensor_dtype (y), weir_tensor_writable (y), at++,
            (pixels ? pool_max : pool_bilinear) (&region, c, k / out[3], k % out[3]));
  }
  return TRUE;
}

WEIR_OP_DEFINE (roi_pooling) = {
  .name = "ROIPooling",
  .versions = { 2 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = roi_pooling_attrs,
  .summary = "Regions of a picture, each pooled to one size",
  .infer = roi_pooling_infer,
  .evaluate = roi_pooling_evaluate,
};

#define PSROI_ROWS                                               \
  { "output_dim", WEIR_ATTR_INT, NULL, "1..65536", 0, 0 },       \
      { "group_size", WEIR_ATTR_INT, "1", "1..1024", 0, 0 },     \
      { "spatial_scale", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },    \
      { "spatial_bins_x", WEIR_ATTR_INT, "1", "1..1024", 0, 0 }, \
  {                                                              \
    "spatial_bins_y", WEIR_ATTR_INT, "1", "1..1024", 0, 0        \
  }

static const WeirAttrRow psroi_attrs[] = {
  PSROI_ROWS, { "mode", WEIR_ATTR_STRING, "average", "average|bilinear", 0, 0 }, { NULL }
};

static const WeirAttrRow deformable_attrs[] = {
  PSROI_ROWS,
  { "mode", WEIR_ATTR_STRING, "bilinear_deformable", "bilinear_deformable", 0, 0 },
  { "trans_std", WEIR_ATTR_FLOAT, "1", NULL, 0, 0 },
  { "part_size", WEIR_ATTR_INT, "1", "1..1024", 0, 0 },
  { NULL }
};

/* What a node of either kind does to one region. */
typedef struct {
  Region region;
  gint64 group, bins_x, bins_y, output_dim;
  gboolean average;
  const WeirTensor *offsets; /* [regions, classes * 2, part, part] */
  gint64 part, index;
  double deviation;
} Sensitive;

static gboolean
psroi_infer (WeirInfer *infer, GError **error)
{
  const WeirNode *node = infer->node;
  const WeirShape *x = &infer->inputs[0].shape;
  gint64 group = weir_node_int (node, "group_size"),
         dim = weir_node_int (node, "output_dim");
  gint64 bins =
      weir_node_int (node, "spatial_bins_x") * weir_node_int (node, "spatial_bins_y");
  gint64 want =
      dim * (weir_node_string_is (node, "mode", "bilinear") ? bins : group * group);

  if (x->rank == 4 && x->dims[1] >= 0 && x->dims[1] != want)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected %" G_GINT64_FORMAT " channels, found %" G_GINT64_FORMAT,
                      want, x->dims[1]);
  return weir_infer_rois (infer, 5, dim, group, group, error);
}

/* The mean of a cell in the channel that belongs to this cell. */
static double
average_cell (const Sensitive *s, gint64 channel, gint64 row, gint64 column)
{
  const Region *r = &s->region;
  const WeirPlanes *p = &r->planes;
  double bin_y = MAX (r->y2 - r->y1, 0.1) / (double) s->group;
  double bin_x = MAX (r->x2 - r->x1, 0.1) / (double) s->group;
  gint64 top = weir_roi_index (floor ((double) row * bin_y + r->y1), 0, p->height);
  gint64 left = weir_roi_index (floor ((double) column * bin_x + r->x1), 0, p->width);
  gint64 bottom =
      weir_roi_index (ceil ((double) (row + 1) * bin_y + r->y1), 0, p->height);
  gint64 right =
      weir_roi_index (ceil ((double) (column + 1) * bin_x + r->x1), 0, p->width);
  gint64 from = (channel * s->group + row) * s->group + column;
  double sum = 0;

  if (bottom <= top || right <= left)
    return 0;
  for (gint64 y = top; y < bottom; y++)
    for (gint64 x = left; x < right; x++)
      sum += weir_planes_at (p, r->batch, from, y, x);
  return sum / (double) ((bottom - top) * (right - left));
}

/* The mean over spatial bins, each of which has channels of its own. */
static double
bilinear_cell (const Sensitive *s, gint64 channel, gint64 row, gint64 column)
{
  const Region *r = &s->region;
  double bin_y = (r->y2 - r->y1) / (double) s->bins_y;
  double bin_x = (r->x2 - r->x1) / (double) s->bins_x, sum = 0;

  for (gint64 b = 0; b < s->bins_y * s->bins_x; b++) {
    Region bin = *r;

    bin.y1 = r->y1 + (double) (b / s->bins_x) * bin_y;
    bin.x1 = r->x1 + (double) (b % s->bins_x) * bin_x;
    bin.y2 = bin.y1 + bin_y;
    bin.x2 = bin.x1 + bin_x;
    sum += pool_bilinear (&bin, channel + b * s->output_dim, row, column);
  }
  return sum / (double) (s->bins_y * s->bins_x);
}

static double
offset_at (const Sensitive *s, gint64 channel, gint64 row, gint64 column, gint64 which)
{
  gint64 classes, part = s->part;
  gint64 at = row * part / s->group * part + column * part / s->group;

  if (s->offsets == NULL)
    return 0;
  classes = weir_tensor_shape (s->offsets)->dims[1] / 2;
  channel = channel / MAX (s->output_dim / classes, 1);
  return s->deviation *
         weir_tensor_get (
             s->offsets,
             (gsize) (((s->index * classes + channel) * 2 + which) * part * part + at));
}

/* The mean of samples on a grid that is moved by learned offsets. */
static double
deformable_cell (const Sensitive *s, gint64 channel, gint64 row, gint64 column)
{
  const Region *r = &s->region;
  const WeirPlanes *p = &r->planes;
  double height = MAX (r->y2 - r->y1, 0.1), width = MAX (r->x2 - r->x1, 0.1), sum = 0;
  double bin_y = height / (double) s->group, bin_x = width / (double) s->group;
  double top =
      (double) row * bin_y + r->y1 + offset_at (s, channel, row, column, 1) * height;
  double left =
      (double) column * bin_x + r->x1 + offset_at (s, channel, row, column, 0) * width;
  gint64 from = (channel * s->group + row) * s->group + column, count = 0;

  for (gint64 b = 0; b < s->bins_y * s->bins_x; b++) {
    double y = top + (double) (b / s->bins_x) * bin_y / (double) s->bins_y;
    double x = left + (double) (b % s->bins_x) * bin_x / (double) s->bins_x;

    if (!(y >= -0.5) || y > (double) p->height - 0.5 || !(x >= -0.5) ||
        x > (double) p->width - 0.5)
      continue;
    sum += weir_planes_between (p, r->batch, from, CLAMP (y, 0, (double) (p->height - 1)),
                                CLAMP (x, 0, (double) (p->width - 1)));
    count++;
  }
  return count > 0 ? sum / (double) count : 0;
}

/* Regions of "average" and deformable nodes are pixels, the last of which belong to them;
 * those of "bilinear" are relative to the picture. */
static void
load_sensitive (Sensitive *s, const WeirEval *eval, gint64 i)
{
  const WeirTensor *rois = eval->inputs[1];
  double scale = (float) weir_node_float (eval->node, "spatial_scale");
  gboolean bilinear = weir_node_string_is (eval->node, "mode", "bilinear");
  double shift = s->average || bilinear ? 0 : 0.5;

  s->index = i;
  s->region.x1 = roi_value (rois, i, 1) * scale;
  s->region.y1 = roi_value (rois, i, 2) * scale;
  s->region.x2 = roi_value (rois, i, 3) * scale;
  s->region.y2 = roi_value (rois, i, 4) * scale;
  if (bilinear)
    return;
  s->region.x1 = round (roi_value (rois, i, 1)) * scale - shift;
  s->region.y1 = round (roi_value (rois, i, 2)) * scale - shift;
  s->region.x2 = (round (roi_value (rois, i, 3)) + 1) * scale - shift;
  s->region.y2 = (round (roi_value (rois, i, 4)) + 1) * scale - shift;
}

static void
sensitive_init (Sensitive *s, const WeirEval *eval)
{
  const WeirNode *node = eval->node;

  *s = (Sensitive){ .region = { .planes = weir_planes (eval->inputs[0]) },
                    .group = weir_node_int (node, "group_size"),
                    .bins_x = weir_node_int (node, "spatial_bins_x"),
                    .bins_y = weir_node_int (node, "spatial_bins_y"),
                    .output_dim = weir_node_int (node, "output_dim"),
                    .average = weir_node_string_is (node, "mode", "average") };
  s->region.rows = s->region.columns = s->group;
  if (!weir_node_is (node, "DeformablePSROIPooling"))
    return;
  s->offsets = eval->n_inputs > 2 ? eval->inputs[2] : NULL;
  s->part = weir_node_int (node, "part_size");
  s->deviation = weir_node_float (node, "trans_std");
}

static gboolean
psroi_evaluate (WeirEval *eval, GError **error)
{
  gboolean deformable = weir_node_is (eval->node, "DeformablePSROIPooling");
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Sensitive s;
  double (*cell) (const Sensitive *, gint64, gint64, gint64);
  const gint64 *out;
  gsize at = 0;

  if (y == NULL)
    return FALSE;
  sensitive_init (&s, eval);
  cell = deformable ? deformable_cell : s.average ? average_cell : bilinear_cell;
  out = weir_tensor_shape (y)->dims;
  for (gint64 i = 0; i < out[0]; i++) {
    if (!weir_roi_batch (&s.region.planes, roi_value (eval->inputs[1], i, 0),
                         &s.region.batch, error))
      return FALSE;
    load_sensitive (&s, eval, i);
    for (gint64 c = 0; c < out[1]; c++)
      for (gint64 k = 0; k < out[2] * out[3]; k++)
        weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), at++,
                          cell (&s, c, k / out[3], k % out[3]));
  }
  return TRUE;
}

WEIR_OP_DEFINE (psroi_pooling) = {
  .name = "PSROIPooling",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = psroi_attrs,
  .summary = "Regions of a picture whose channels belong to places in the region",
  .infer = psroi_infer,
  .evaluate = psroi_evaluate,
};

static gboolean
deformable_infer (WeirInfer *infer, GError **error)
{
  gint64 part = weir_node_int (infer->node, "part_size");
  WeirShape offsets = WEIR_SHAPE (WEIR_DIM_UNKNOWN, WEIR_DIM_UNKNOWN, part, part);

  if (infer->n_inputs > 2) {
    const WeirShape *rois = &infer->inputs[1].shape;

    if (rois->rank == 2)
      offsets.dims[0] = rois->dims[0];
    if (!weir_shape_merge (&offsets, &infer->inputs[2].shape) ||
        (offsets.dims[1] >= 0 && (offsets.dims[1] < 2 || offsets.dims[1] % 2 != 0))) {
      g_autofree char *found = weir_shape_to_string (&infer->inputs[2].shape);
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "expected offsets [regions,2 * classes,%" G_GINT64_FORMAT
                        ",%" G_GINT64_FORMAT "], found %s",
                        part, part, found);
    }
    if (weir_node_int (infer->node, "output_dim") % MAX (offsets.dims[1] / 2, 1) != 0)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "%" G_GINT64_FORMAT
                        " outputs do not divide into %" G_GINT64_FORMAT
                        " classes of offsets",
                        weir_node_int (infer->node, "output_dim"), offsets.dims[1] / 2);
  }
  return psroi_infer (infer, error);
}

WEIR_OP_DEFINE (deformable_psroi_pooling) = {
  .name = "DeformablePSROIPooling",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 3,
  .outputs = 1,
  .attrs = deformable_attrs,
  .summary = "Regions pooled at places that learned offsets move",
  .infer = deformable_infer,
  .evaluate = psroi_evaluate,
};
