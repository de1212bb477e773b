#include "suppress.h"

#include <math.h>

/* ExperimentalDetectronDetectionOutput: regions refined for each class, the best ones
 * that do not overlap too much. The first class is the background. */

static const WeirAttrRow attrs[] = {
  { "score_threshold", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
  { "nms_threshold", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
  { "max_delta_log_wh", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
  { "num_classes", WEIR_ATTR_INT, NULL, "1..16777216", 0, 0 },
  { "post_nms_count", WEIR_ATTR_INT, NULL, "0..2147483647", 0, 0 },
  { "max_detections_per_image", WEIR_ATTR_INT, NULL, "0..2147483647", 0, 0 },
  { "class_agnostic_box_regression", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "deltas_weights", WEIR_ATTR_FLOATS, NULL, NULL, 0, 0 },
  { NULL }
};

enum { REGIONS, DELTAS, SCORES };

static gboolean
output_infer (WeirInfer *infer, GError **error)
{
  const WeirNode *node = infer->node;
  gint64 classes = weir_node_int (node, "num_classes"), n = WEIR_DIM_UNKNOWN;
  gint64 rows = weir_node_int (node, "max_detections_per_image");
  const gint64 columns[] = { 4, 4 * classes, classes };
  WeirDtype dtype = infer->inputs[REGIONS].dtype;
  gsize weights;

  weir_node_floats (node, "deltas_weights", &weights);
  if (weights != 4)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute 'deltas_weights': expected 4 numbers, found %zu",
                      weights);
  for (guint i = 0; i < 3; i++) {
    WeirShape want = WEIR_SHAPE (n, columns[i]);

    if (!weir_shape_merge (&want, &infer->inputs[i].shape)) {
      g_autofree char *found = weir_shape_to_string (&infer->inputs[i].shape);
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected [regions,%" G_GINT64_FORMAT "], found %s", i,
                        columns[i], found);
    }
    n = want.dims[0];
  }
  weir_infer_set (infer, 0, dtype, &WEIR_SHAPE (rows, 4));
  weir_infer_set (infer, 1, WEIR_DTYPE_I32, &WEIR_SHAPE (rows));
  return weir_infer_set (infer, 2, dtype, &WEIR_SHAPE (rows));
}

typedef struct {
  const WeirEval *eval;
  gint64 n, classes;
  float weights[4], most_log;
  WeirBox *boxes;
  WeirScored *list;
  WeirSelection selection;
} Run;

static gboolean
run_init (Run *run, const WeirEval *eval, GError **error)
{
  gsize n_weights;
  const double *weights = weir_node_floats (eval->node, "deltas_weights", &n_weights);

  *run = (Run){ .eval = eval,
                .n = weir_tensor_shape (eval->inputs[REGIONS])->dims[0],
                .classes = weir_node_int (eval->node, "num_classes"),
                .most_log = (float) weir_node_float (eval->node, "max_delta_log_wh") };
  for (gsize i = 0; i < 4; i++)
    run->weights[i] = (float) weights[i];
  run->boxes = weir_try_alloc ((gsize) run->n * sizeof *run->boxes, error);
  if (run->boxes != NULL)
    run->list = weir_try_alloc ((gsize) run->n * sizeof *run->list, error);
  return run->list != NULL;
}

/* The region @i as class @label has it; nothing where the region is empty. OpenVINO keeps
 * boxes from beginning before the image, but does not end them with it; nor do we. */
static gboolean
refine (const Run *run, gint64 i, gint64 label, WeirBox *box)
{
  float v[4], d[4], width, height, x, y;

  for (gint64 k = 0; k < 4; k++) {
    v[k] = (float) weir_tensor_get (run->eval->inputs[REGIONS], (gsize) (i * 4 + k));
    d[k] = (float) weir_tensor_get (run->eval->inputs[DELTAS],
                                    (gsize) ((i * run->classes + label) * 4 + k)) /
           run->weights[k];
  }
  if (!(v[2] > v[0]) || !(v[3] > v[1]))
    return FALSE;
  width = v[2] - v[0] + 1;
  height = v[3] - v[1] + 1;
  x = d[0] * width + v[0] + 0.5f * width;
  y = d[1] * height + v[1] + 0.5f * height;
  width *= expf (MIN (d[2], run->most_log)) * 0.5f;
  height *= expf (MIN (d[3], run->most_log)) * 0.5f;
  *box = (WeirBox){ MAX (x - width, 0), MAX (y - height, 0), MAX (x + width - 1, 0),
                    MAX (y + height - 1, 0) };
  return TRUE;
}

static gboolean
select_class (Run *run, gint64 label, GError **error)
{
  const WeirNode *node = run->eval->node;
  WeirSuppress how = { .threshold = (float) weir_node_float (node, "nms_threshold"),
                       .extra = 1,
                       .corners = TRUE,
                       .eta = 1,
                       .most = weir_node_int (node, "post_nms_count") };
  float least = (float) weir_node_float (node, "score_threshold");
  gsize n = 0;

  for (gint64 i = 0; i < run->n; i++) {
    float score = (float) weir_tensor_get (run->eval->inputs[SCORES],
                                           (gsize) (i * run->classes + label));

    if (refine (run, i, label, &run->boxes[i]) && score > least)
      run->list[n++] = (WeirScored){ score, i };
  }
  weir_scored_sort (run->list, n);
  n = weir_suppress (&how, run->boxes, run->list, n);
  for (gsize i = 0; i < n; i++)
    if (!weir_selection_add (
            &run->selection,
            (WeirSelected){ run->list[i].score, 0, label, run->list[i].index }, error))
      return FALSE;
  return TRUE;
}

static void
give_rows (const Run *run, WeirEval *eval)
{
  WeirDtype dtype = eval->infos[0].dtype;

  for (gsize i = 0; i < run->selection.n; i++) {
    const WeirSelected *item = &run->selection.items[i];
    WeirBox box = { 0 };
    float corners[4];

    refine (run, item->box, item->label, &box);
    corners[0] = box.x1;
    corners[1] = box.y1;
    corners[2] = box.x2;
    corners[3] = box.y2;
    for (gsize k = 0; k < 4; k++)
      weir_dtype_store (dtype, weir_tensor_writable (eval->outputs[0]), i * 4 + k,
                        corners[k]);
    weir_dtype_store_int (WEIR_DTYPE_I32, weir_tensor_writable (eval->outputs[1]), i,
                          item->label);
    weir_dtype_store (dtype, weir_tensor_writable (eval->outputs[2]), i, item->score);
  }
}

/* Sorted by score only where there are too many; else class by class. */
static gboolean
output_evaluate (WeirEval *eval, GError **error)
{
  gsize most = (gsize) weir_node_int (eval->node, "max_detections_per_image");
  Run run = { 0 };
  gboolean good = TRUE;

  for (guint i = 0; good && i < eval->n_outputs; i++)
    good = weir_eval_inferred (eval, i, error) != NULL;
  good = good && run_init (&run, eval, error);
  for (gint64 c = 1; good && c < run.classes; c++)
    good = select_class (&run, c, error);
  if (good && run.selection.n > most) {
    weir_selection_sort (&run.selection, 0);
    run.selection.n = most;
  }
  if (good)
    give_rows (&run, eval);
  weir_selection_clear (&run.selection);
  weir_free (run.boxes);
  weir_free (run.list);
  return good;
}

WEIR_OP_DEFINE (experimental_detectron_detection_output) = {
  .name = "ExperimentalDetectronDetectionOutput",
  .versions = { 6 },
  .min_inputs = 4,
  .max_inputs = 4,
  .outputs = 3,
  .attrs = attrs,
  .summary = "Regions refined for each class, the best that do not overlap too much",
  .infer = output_infer,
  .evaluate = output_evaluate,
};
