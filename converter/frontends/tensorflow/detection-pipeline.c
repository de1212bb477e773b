#include "replace.h"

#include "base/problem.h"

/* What the replacements need of a pipeline.config. */

static gboolean
check_resizer (const Detection__ImageResizer *resizer, GError **error)
{
  const Detection__FixedShapeResizer *fixed =
      resizer != NULL ? resizer->fixed_shape_resizer : NULL;
  const Detection__KeepAspectRatioResizer *ratio =
      resizer != NULL ? resizer->keep_aspect_ratio_resizer : NULL;

  if (fixed == NULL && ratio == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                              "image_resizer: expected fixed_shape_resizer or "
                              "keep_aspect_ratio_resizer");
  if ((fixed != NULL && (fixed->height <= 0 || fixed->width <= 0)) ||
      (ratio != NULL && (ratio->min_dimension <= 0 || ratio->max_dimension <= 0)))
    return weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                              "image_resizer: expected sizes above 0");
  return TRUE;
}

static gboolean
check_post (const Detection__PostProcessing *post, const char *name, GError **error)
{
  const Detection__BatchNonMaxSuppression *nms =
      post != NULL ? post->batch_non_max_suppression : NULL;

  if (nms == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                              "%s: expected batch_non_max_suppression", name);
  if (nms->max_detections_per_class <= 0 || nms->max_total_detections <= 0)
    return weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                              "%s: expected numbers of detections above 0", name);
  return TRUE;
}

static gboolean
check_classes (int classes, GError **error)
{
  return (classes > 0 && classes < G_MAXINT32 / 2) ||
         weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                            "num_classes: expected a number above 0, found %d", classes);
}

static gboolean
check_scales (const Detection__FasterRcnnBoxCoder *coder, GError **error)
{
  if (coder == NULL || (coder->x_scale > 0 && coder->y_scale > 0 &&
                        coder->width_scale > 0 && coder->height_scale > 0))
    return TRUE;
  return weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                            "faster_rcnn_box_coder: expected scales above 0");
}

static gboolean
check_ssd (const Detection__Ssd *ssd, GError **error)
{
  return check_classes (ssd->num_classes, error) &&
         check_resizer (ssd->image_resizer, error) &&
         (ssd->box_coder == NULL ||
          check_scales (ssd->box_coder->faster_rcnn_box_coder, error)) &&
         check_post (ssd->post_processing, "post_processing", error);
}

static gboolean
check_grid (const Detection__AnchorGenerator *generator, GError **error)
{
  const Detection__GridAnchorGenerator *grid =
      generator != NULL ? generator->grid_anchor_generator : NULL;

  if (grid == NULL || grid->n_scales == 0 || grid->n_aspect_ratios == 0)
    return weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                              "first_stage_anchor_generator: expected "
                              "grid_anchor_generator with scales and aspect_ratios");
  if (grid->height != grid->width || grid->height_stride != grid->width_stride ||
      grid->height_offset != 0 || grid->width_offset != 0)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "grid_anchor_generator: only square anchors and strides without "
                      "offsets are supported");
  if (grid->height <= 0 || grid->height_stride <= 0)
    return weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                              "grid_anchor_generator: expected sizes above 0");
  return TRUE;
}

static gboolean
check_rcnn (const Detection__FasterRcnn *rcnn, GError **error)
{
  if (rcnn->first_stage_max_proposals <= 0)
    return weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                              "first_stage_max_proposals: expected a number above 0");
  return check_classes (rcnn->num_classes, error) &&
         check_resizer (rcnn->image_resizer, error) &&
         check_grid (rcnn->first_stage_anchor_generator, error) &&
         check_post (rcnn->second_stage_post_processing, "second_stage_post_processing",
                     error);
}

static gboolean
check (const Detection__Pipeline *pipeline, GError **error)
{
  if (pipeline->model == NULL ||
      (pipeline->model->ssd == NULL) == (pipeline->model->faster_rcnn == NULL))
    return weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                              "expected a model that is either ssd or faster_rcnn");
  return pipeline->model->ssd != NULL ? check_ssd (pipeline->model->ssd, error)
                                      : check_rcnn (pipeline->model->faster_rcnn, error);
}

const Detection__Pipeline *
tf_pipeline_read (TfFile *file, GBytes *bytes, GError **error)
{
  const Detection__Pipeline *pipeline = NULL;

  if (tf_file_read (file, bytes, &detection__pipeline__descriptor, TRUE, error))
    pipeline = weir_wire_message (file->wire);
  if (pipeline != NULL && check (pipeline, error))
    return pipeline;
  g_prefix_error (error, "pipeline.config: ");
  return NULL;
}
