#include "detection.h"

#include "base/problem.h"

#include <string.h>

/* SSD: one stage. The graph's own anchors serve, whatever generator made them. */

#define DECODE "Postprocessor/Decode/"
#define SCORES "Postprocessor/convert_scores"

/* (transfer full) (nullable): what the names of the nodes of scope Decode begin with. */
static char *
find_scope (const TfRewrite *rewrite)
{
  for (guint i = 0; i < rewrite->list->len; i++) {
    const char *name = ((const Tf__NodeDef *) rewrite->list->pdata[i])->name;
    const char *found = name != NULL ? strstr (name, DECODE) : NULL;

    if (found != NULL && (found == name || found[-1] == '/'))
      return g_strndup (name, (gsize) (found - name) + strlen (DECODE));
  }
  return NULL;
}

/* (nullable): what the nodes of the scope give to others: corners of boxes. */
static const char *
find_decoded (const TfRewrite *rewrite)
{
  g_autofree char *scope = find_scope (rewrite);

  for (guint i = 0; scope != NULL && i < rewrite->list->len; i++) {
    const Tf__NodeDef *proto = rewrite->list->pdata[i];

    for (gsize k = 0; k < proto->n_input; k++)
      if (g_str_has_prefix (proto->input[k], scope) && proto->name != NULL &&
          !g_str_has_prefix (proto->name, scope))
        return proto->input[k];
  }
  return NULL;
}

static void
set_scales (TfHead *head, const Detection__FasterRcnnBoxCoder *coder)
{
  const double scales[] = { coder->y_scale, coder->x_scale, coder->height_scale,
                            coder->width_scale };

  memcpy (head->scales, scales, sizeof scales);
}

/* Boxes as offsets to anchors where DetectionOutput knows how they are coded, else as the
 * graph decodes them. */
static gboolean
find_boxes (TfReplace *r, TfHead *head, const char **inputs, GError **error)
{
  const Detection__BoxCoder *coder = r->pipeline->model->ssd->box_coder;

  if (coder != NULL && coder->faster_rcnn_box_coder != NULL) {
    set_scales (head, coder->faster_rcnn_box_coder);
    inputs[0] = tf_rewrite_input (r->rewrite, DECODE "transpose", 0, error);
    inputs[2] =
        tf_rewrite_input (r->rewrite, DECODE "get_center_coordinates_and_sizes/transpose",
                          0, inputs[0] != NULL ? error : NULL);
    return inputs[0] != NULL && inputs[2] != NULL;
  }
  head->is_decoded = TRUE;
  inputs[0] = find_decoded (r->rewrite);
  return inputs[0] != NULL ||
         weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                            "the graph has no node '%s'", DECODE "transpose");
}

gboolean
tf_detection_ssd (TfReplace *r, GError **error)
{
  const Tf__NodeDef *scores = tf_rewrite_find (r->rewrite, SCORES);
  const char *inputs[3] = { NULL };
  const Detection__Ssd *ssd;
  TfHead *head;

  if (!tf_detection_pipeline (r, error))
    return FALSE;
  ssd = r->pipeline->model->ssd;
  if (ssd == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                              "pipeline.config: expected a model of kind ssd");
  if (scores == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                              "the graph has no node '%s'", SCORES);
  head = tf_detection_head (r, ssd->num_classes,
                            ssd->post_processing->batch_non_max_suppression);
  if (!find_boxes (r, head, inputs, error))
    return FALSE;
  inputs[1] = scores->name;
  tf_replace_output (r, "detection_boxes",
                     tf_rewrite_add (r->rewrite, "DetectionOutput", "DetectionOutput",
                                     tf_detection_output, head, inputs,
                                     head->is_decoded ? 2 : 3));
  return TRUE;
}
