#include "roi.h"
#include "suppress.h"

#include <math.h>

/* ExperimentalDetectron*: what Mask R-CNN of Detectron needs besides proposals: a grid of
 * anchors, the best regions of all levels, and their features, each from its level. */

static const WeirAttrRow grid_attrs[] = {
  { "flatten", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "h", WEIR_ATTR_INT, "0", "0..", 0, 0 },
  { "w", WEIR_ATTR_INT, "0", "0..", 0, 0 },
  { "stride_x", WEIR_ATTR_FLOAT, "0", "0..", 0, 0 },
  { "stride_y", WEIR_ATTR_FLOAT, "0", "0..", 0, 0 },
  { NULL }
};

static gint64
dim_of (const WeirShape *shape, int i)
{
  return shape->rank > i ? shape->dims[i] : WEIR_DIM_UNKNOWN;
}

static gboolean
expect_shape (const WeirInfer *infer, guint port, WeirShape want, GError **error)
{
  g_autofree char *expected = weir_shape_to_string (&want);
  g_autofree char *found = weir_shape_to_string (&infer->inputs[port].shape);

  if (weir_shape_merge (&want, &infer->inputs[port].shape))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_SHAPE, "input %u: expected %s, found %s", port,
                    expected, found);
}

static gboolean
check_grid (const WeirNode *node, const WeirShape *cells, GError **error)
{
  static const char *const names[] = { "h", "w" };

  for (int i = 0; i < 2; i++) {
    gint64 said = weir_node_int (node, names[i]), is = dim_of (cells, i + 2);

    if (said != 0 && is >= 0 && said != is)
      return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                        "attribute '%s' of %" G_GINT64_FORMAT
                        " is not the size of the feature map, which is %" G_GINT64_FORMAT,
                        names[i], said, is);
  }
  return TRUE;
}

static gboolean
grid_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *cells = &infer->inputs[1].shape;
  gint64 n = dim_of (&infer->inputs[0].shape, 0), h = dim_of (cells, 2),
         w = dim_of (cells, 3);
  gint64 all = WEIR_DIM_UNKNOWN;

  if (!expect_shape (infer, 0, WEIR_SHAPE (WEIR_DIM_UNKNOWN, 4), error) ||
      !expect_shape (infer, 1, weir_shape_unknown (4), error) ||
      !expect_shape (infer, 2, weir_shape_unknown (4), error) ||
      !check_grid (infer->node, cells, error))
    return FALSE;
  if (!weir_node_bool (infer->node, "flatten"))
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE (h, w, n, 4));
  if (n >= 0 && h >= 0 && w >= 0 &&
      (!weir_mul_i64 (h, w, &all) || !weir_mul_i64 (all, n, &all)))
    return weir_fail (error, WEIR_ERROR_LIMIT, "too many anchors");
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE (all, 4));
}

static gboolean
grid_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *priors = eval->inputs[0];
  const gint64 *cells = weir_tensor_shape (eval->inputs[1])->dims;
  const gint64 *image = weir_tensor_shape (eval->inputs[2])->dims;
  float step_x = (float) weir_node_float (eval->node, "stride_x");
  float step_y = (float) weir_node_float (eval->node, "stride_y");
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gsize at = 0, n = weir_tensor_count (priors);

  if (y == NULL)
    return FALSE;
  if (step_x == 0)
    step_x = (float) image[3] / (float) cells[3];
  if (step_y == 0)
    step_y = (float) image[2] / (float) cells[2];
  for (gint64 i = 0; i < cells[2] * cells[3]; i++) {
    float place[] = { step_x * ((float) (i % cells[3]) + 0.5f),
                      step_y * ((float) (i / cells[3]) + 0.5f) };

    for (gsize k = 0; k < n; k++)
      weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), at++,
                        weir_tensor_get (priors, k) + (double) place[k % 2]);
  }
  return TRUE;
}

WEIR_OP_DEFINE (experimental_detectron_prior_grid_generator) = {
  .name = "ExperimentalDetectronPriorGridGenerator",
  .versions = { 6 },
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .attrs = grid_attrs,
  .summary = "Prior boxes moved to each cell of a feature map",
  .infer = grid_infer,
  .evaluate = grid_evaluate,
};

static const WeirAttrRow top_attrs[] = {
  { "max_rois", WEIR_ATTR_INT, "0", "0..2147483647", 0, 0 }, { NULL }
};

static gboolean
top_infer (WeirInfer *infer, GError **error)
{
  if (!expect_shape (infer, 0, WEIR_SHAPE (WEIR_DIM_UNKNOWN, 4), error) ||
      !expect_shape (infer, 1, WEIR_SHAPE (dim_of (&infer->inputs[0].shape, 0)), error))
    return FALSE;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype,
                         &WEIR_SHAPE (weir_node_int (infer->node, "max_rois"), 4));
}

static gboolean
top_evaluate (WeirEval *eval, GError **error)
{
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gsize n = weir_tensor_count (eval->inputs[1]), most;
  WeirScored *list;

  if (y == NULL)
    return FALSE;
  list = weir_try_alloc (n * sizeof *list, error);
  if (list == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    list[i] = (WeirScored){ (float) weir_tensor_get (eval->inputs[1], i), (gint64) i };
  weir_scored_sort (list, n);
  most = MIN (n, weir_tensor_count (y) / 4);
  for (gsize i = 0; i < most * 4; i++)
    weir_dtype_store (
        weir_tensor_dtype (y), weir_tensor_writable (y), i,
        weir_tensor_get (eval->inputs[0], (gsize) list[i / 4].index * 4 + i % 4));
  weir_free (list);
  return TRUE;
}

WEIR_OP_DEFINE (experimental_detectron_topk_rois) = {
  .name = "ExperimentalDetectronTopKROIs",
  .versions = { 6 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = top_attrs,
  .summary = "The regions of the largest probabilities",
  .infer = top_infer,
  .evaluate = top_evaluate,
};

static const WeirAttrRow feature_attrs[] = {
  { "output_size", WEIR_ATTR_INT, NULL, "1..65536", 0, 0 },
  { "sampling_ratio", WEIR_ATTR_INT, NULL, "0..1024", 0, 0 },
  { "pyramid_scales", WEIR_ATTR_INTS, NULL, "1..1048576", 0, 0 },
  { "aligned", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { NULL }
};

static gboolean
feature_infer (WeirInfer *infer, GError **error)
{
  gint64 size = weir_node_int (infer->node, "output_size"), channels = WEIR_DIM_UNKNOWN;
  gint64 n = dim_of (&infer->inputs[0].shape, 0);
  WeirDtype dtype = infer->inputs[0].dtype;
  gsize levels;

  weir_node_ints (infer->node, "pyramid_scales", &levels);
  if (levels + 1 != infer->n_inputs)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "expected one level of features for each of %zu scales, found %u",
                      levels, infer->n_inputs - 1);
  if (!expect_shape (infer, 0, WEIR_SHAPE (WEIR_DIM_UNKNOWN, 4), error))
    return FALSE;
  for (guint i = 1; i < infer->n_inputs; i++) {
    const WeirShape *level = &infer->inputs[i].shape;

    if (!expect_shape (infer, i,
                       WEIR_SHAPE (1, channels, WEIR_DIM_UNKNOWN, WEIR_DIM_UNKNOWN),
                       error))
      return FALSE;
    if (dim_of (level, 2) == 0 || dim_of (level, 3) == 0)
      return weir_fail (error, WEIR_ERROR_SHAPE, "input %u: the picture is empty", i);
    channels = MAX (channels, dim_of (level, 1));
  }
  if (infer->n_outputs > 1)
    weir_infer_set (infer, 1, dtype, &WEIR_SHAPE (n, 4));
  return weir_infer_set (infer, 0, dtype, &WEIR_SHAPE (n, channels, size, size));
}

/* Regions of 224 pixels a side belong to level 2, of twice the size to the next one. */
static gint64
level_of (const double *corners, gint64 levels)
{
  double area = (corners[2] - corners[0]) * (corners[3] - corners[1]);

  if (!(area > 0))
    return -1;
  return weir_roi_index (2 + log2 (MAX (sqrt (area) / 224, 1e-6)), 0, levels - 1);
}

static gboolean
feature_evaluate (WeirEval *eval, GError **error)
{
  gboolean aligned = weir_node_bool (eval->node, "aligned");
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  WeirRoiAlign how = { .outside = aligned ? 0.5 : 0,
                       .at_least_one = !aligned,
                       .ratio = weir_node_int (eval->node, "sampling_ratio"),
                       .average = TRUE };
  double *sums;

  if (y == NULL)
    return FALSE;
  sums = weir_try_alloc ((gsize) weir_tensor_shape (y)->dims[1] * sizeof *sums, error);
  if (sums == NULL)
    return FALSE;
  for (gint64 i = 0; i < weir_tensor_shape (y)->dims[0]; i++) {
    double corners[4];
    gint64 level;
    WeirPlanes planes;

    for (gsize k = 0; k < 4; k++)
      corners[k] = weir_tensor_get (eval->inputs[0], (gsize) i * 4 + k);
    level = level_of (corners, (gint64) eval->n_inputs - 1);
    if (level < 0)
      continue;
    planes = weir_planes (eval->inputs[level + 1]);
    how.scale =
        1.0 / (double) weir_node_int_at (eval->node, "pyramid_scales", (gsize) level, 1);
    weir_roi_align (&how, &planes, 0, corners, y, i, sums);
  }
  weir_free (sums);
  if (eval->n_outputs > 1)
    eval->outputs[1] = weir_tensor_ref (eval->inputs[0]);
  return TRUE;
}

WEIR_OP_DEFINE (experimental_detectron_roi_feature_extractor) = {
  .name = "ExperimentalDetectronROIFeatureExtractor",
  .versions = { 6 },
  .min_inputs = 2,
  .max_inputs = WEIR_ANY_NUMBER,
  .outputs = 2,
  .attrs = feature_attrs,
  .summary = "Features of regions, each from the level of the pyramid that fits its size",
  .infer = feature_infer,
  .evaluate = feature_evaluate,
};
