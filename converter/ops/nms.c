#include "rotated-box.h"
#include "suppress.h"

#include <math.h>

/* NonMaxSuppression and NMSRotated: the best boxes of each class that do not overlap a
 * better one. OpenVINO gives as many rows as were selected in every version; so do we. */

static const WeirAttrRow attrs[] = {
  { "box_encoding", WEIR_ATTR_STRING, "corner", "corner|center", 0, 0 },
  { "sort_result_descending", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "output_type", WEIR_ATTR_DTYPE, "i64", NULL, 3, 0 },
  { NULL }
};

static const WeirAttrRow rotated_attrs[] = {
  { "sort_result_descending", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "output_type", WEIR_ATTR_DTYPE, "i64", NULL, 0, 0 },
  { "clockwise", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { NULL }
};

/* @numbers: of a box */
static gboolean
check_dims (const WeirShape *boxes, gint64 numbers, const WeirShape *scores,
            GError **error)
{
  g_autofree char *b = weir_shape_to_string (boxes);
  g_autofree char *s = weir_shape_to_string (scores);
  WeirShape want = WEIR_SHAPE (WEIR_DIM_UNKNOWN, WEIR_DIM_UNKNOWN, numbers);
  WeirShape scores_want = weir_shape_unknown (3);
  gboolean good = weir_shape_merge (&want, boxes);

  scores_want.dims[0] = want.dims[0];
  scores_want.dims[2] = want.dims[1];
  if (good && weir_shape_merge (&scores_want, scores))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_SHAPE,
                    "expected boxes [batch,boxes,%" G_GINT64_FORMAT
                    "] and scores [batch,classes,boxes], found %s and %s",
                    numbers, b, s);
}

static WeirDtype
index_type (const WeirNode *node)
{
  return node->version >= 3 ? weir_node_dtype (node, "output_type") : WEIR_DTYPE_I64;
}

static gboolean
is_rotated (const WeirNode *node)
{
  return weir_node_is (node, "NMSRotated");
}

static gboolean
nms_infer (WeirInfer *infer, GError **error)
{
  gint64 numbers = is_rotated (infer->node) ? 5 : 4;
  WeirDtype dtype = index_type (infer->node);

  if (infer->n_inputs > 5 && infer->node->version < 5)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "version %u expects 2 to 5 inputs, found %u", infer->node->version,
                      infer->n_inputs);
  if (dtype != WEIR_DTYPE_I64 && dtype != WEIR_DTYPE_I32)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute 'output_type': expected i64 or i32, found %s",
                      weir_dtype_name (dtype));
  if (!check_dims (&infer->inputs[0].shape, numbers, &infer->inputs[1].shape, error))
    return FALSE;
  for (guint i = 2; i < infer->n_inputs; i++)
    if (infer->inputs[i].value != NULL && weir_tensor_count (infer->inputs[i].value) != 1)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected one element, found %zu", i,
                        weir_tensor_count (infer->inputs[i].value));
  weir_infer_set (infer, 0, dtype, &WEIR_SHAPE (WEIR_DIM_UNKNOWN, 3));
  if (infer->n_outputs > 1) {
    weir_infer_set (infer, 1, WEIR_DTYPE_F32, &WEIR_SHAPE (WEIR_DIM_UNKNOWN, 3));
    weir_infer_set (infer, 2, dtype, &WEIR_SHAPE (1));
  }
  return TRUE;
}

typedef struct {
  const WeirEval *eval;
  gint64 batches, classes, n;
  gboolean center;
  float threshold, score_threshold, sigma;
  gint64 most;             /* a class */
  WeirBox *boxes;          /* of one picture */
  WeirRotatedBox *rotated; /* instead of these */
  WeirScored *list;
  WeirSelection selection;
} Run;

static float
parameter (const WeirEval *eval, guint port)
{
  return port < eval->n_inputs ? (float) weir_tensor_get (eval->inputs[port], 0) : 0;
}

static gboolean
run_init (Run *run, const WeirEval *eval, GError **error)
{
  const WeirShape *scores = weir_tensor_shape (eval->inputs[1]);

  *run = (Run){ .eval = eval,
                .batches = scores->dims[0],
                .classes = scores->dims[1],
                .n = scores->dims[2],
                .center = !is_rotated (eval->node) &&
                          weir_node_string_is (eval->node, "box_encoding", "center"),
                .threshold = parameter (eval, 3),
                .score_threshold = parameter (eval, 4),
                .sigma = parameter (eval, 5) };
  if (eval->n_inputs > 2)
    run->most = MAX (weir_tensor_get_int (eval->inputs[2], 0), 0);
  if (is_rotated (eval->node))
    run->rotated = weir_try_alloc ((gsize) run->n * sizeof *run->rotated, error);
  else
    run->boxes = weir_try_alloc ((gsize) run->n * sizeof *run->boxes, error);
  run->list = run->boxes != NULL || run->rotated != NULL
                  ? weir_try_alloc ((gsize) run->n * sizeof *run->list, error)
                  : NULL;
  return run->list != NULL;
}

/* Corners come as two points of a diagonal, y before x; which comes first does not matter
 * for the overlap. */
static void
load_boxes (Run *run, gint64 batch)
{
  for (gint64 i = 0; i < run->n; i++) {
    float v[4];

    for (gint64 k = 0; k < 4; k++)
      v[k] = (float) weir_tensor_get (run->eval->inputs[0],
                                      (gsize) ((batch * run->n + i) * 4 + k));
    if (run->center)
      run->boxes[i] =
          (WeirBox){ v[0] - v[2] / 2, v[1] - v[3] / 2, v[0] + v[2] / 2, v[1] + v[3] / 2 };
    else
      run->boxes[i] = (WeirBox){ MIN (v[1], v[3]), MIN (v[0], v[2]), MAX (v[1], v[3]),
                                 MAX (v[0], v[2]) };
  }
}

static void
load_rotated (Run *run, gint64 batch)
{
  gboolean clockwise = weir_node_bool (run->eval->node, "clockwise");

  for (gint64 i = 0; i < run->n; i++) {
    double v[5];

    for (gint64 k = 0; k < 5; k++)
      v[k] =
          weir_tensor_get (run->eval->inputs[0], (gsize) ((batch * run->n + i) * 5 + k));
    run->rotated[i] =
        (WeirRotatedBox){ v[0], v[1], v[2], v[3], clockwise ? -v[4] : v[4] };
  }
}

static gsize
load_scores (Run *run, gint64 batch, gint64 label)
{
  gsize n = 0;

  for (gint64 i = 0; i < run->n; i++) {
    float score = (float) weir_tensor_get (
        run->eval->inputs[1], (gsize) ((batch * run->classes + label) * run->n + i));

    if (score > run->score_threshold)
      run->list[n++] = (WeirScored){ score, i };
  }
  return n;
}

/* Scores of the rest, lowered by their overlap with the one just selected. */
static gsize
decay (const Run *run, gint64 selected, WeirScored *list, gsize n)
{
  gsize left = 0;

  for (gsize i = 0; i < n; i++) {
    float iou = weir_box_iou (&run->boxes[selected], &run->boxes[list[i].index], 0);

    list[i].score *= expf (-0.5f * iou * iou / run->sigma);
    if (list[i].score > run->score_threshold)
      list[left++] = list[i];
  }
  weir_scored_sort (list, left);
  return left;
}

/* Soft suppression: nothing is dropped for its overlap alone. */
static gsize
suppress_softly (const Run *run, WeirScored *list, gsize n)
{
  gsize kept = 0;

  while (n > 0 && (gint64) kept < run->most) {
    kept++;
    n = decay (run, list[kept - 1].index, list + kept, n - 1);
  }
  return kept;
}

static gboolean
overlaps_any (const Run *run, const WeirScored *kept, gsize n, gint64 candidate)
{
  for (gsize i = 0; i < n; i++)
    if (weir_rotated_iou (&run->rotated[kept[i].index], &run->rotated[candidate]) >
        run->threshold)
      return TRUE;
  return FALSE;
}

static gsize
suppress_rotated (const Run *run, WeirScored *list, gsize n)
{
  gsize kept = 0;

  for (gsize i = 0; i < n && (gint64) kept < run->most; i++)
    if (!overlaps_any (run, list, kept, list[i].index))
      list[kept++] = list[i];
  return kept;
}

static gboolean
select_class (Run *run, gint64 batch, gint64 label, GError **error)
{
  WeirSuppress how = {
    .threshold = run->threshold, .inclusive = TRUE, .eta = 1, .most = run->most
  };
  gsize n = load_scores (run, batch, label);

  weir_scored_sort (run->list, n);
  if (run->rotated != NULL)
    n = suppress_rotated (run, run->list, n);
  else if (run->sigma > 0)
    n = suppress_softly (run, run->list, n);
  else
    n = weir_suppress (&how, run->boxes, run->list, n);
  for (gsize i = 0; i < n; i++)
    if (!weir_selection_add (
            &run->selection,
            (WeirSelected){ run->list[i].score, batch, label, run->list[i].index },
            error))
      return FALSE;
  return TRUE;
}

static gboolean
give_outputs (const Run *run, WeirEval *eval, GError **error)
{
  WeirShape shape = WEIR_SHAPE ((gint64) run->selection.n, 3);
  WeirDtype dtype = index_type (eval->node);
  WeirTensor *indices = weir_eval_output (eval, 0, dtype, &shape, error), *scores, *count;

  if (indices == NULL)
    return FALSE;
  for (gsize i = 0; i < run->selection.n; i++) {
    const WeirSelected *item = &run->selection.items[i];

    weir_dtype_store_int (dtype, weir_tensor_writable (indices), i * 3, item->batch);
    weir_dtype_store_int (dtype, weir_tensor_writable (indices), i * 3 + 1, item->label);
    weir_dtype_store_int (dtype, weir_tensor_writable (indices), i * 3 + 2, item->box);
  }
  if (eval->n_outputs < 3)
    return TRUE;
  scores = weir_eval_output (eval, 1, WEIR_DTYPE_F32, &shape, error);
  count = weir_eval_output (eval, 2, dtype, &WEIR_SHAPE (1), error);
  if (scores == NULL || count == NULL)
    return FALSE;
  for (gsize i = 0; i < run->selection.n; i++) {
    const WeirSelected *item = &run->selection.items[i];
    float *row = (float *) weir_tensor_writable (scores) + i * 3;

    row[0] = (float) item->batch;
    row[1] = (float) item->label;
    row[2] = item->score;
  }
  weir_dtype_store_int (dtype, weir_tensor_writable (count), 0,
                        (gint64) run->selection.n);
  return TRUE;
}

static gboolean
nms_evaluate (WeirEval *eval, GError **error)
{
  Run run;
  gboolean good = run_init (&run, eval, error);

  for (gint64 b = 0; good && b < run.batches; b++) {
    if (run.rotated != NULL)
      load_rotated (&run, b);
    else
      load_boxes (&run, b);
    for (gint64 c = 0; good && c < run.classes; c++)
      good = select_class (&run, b, c, error);
  }
  if (good && weir_node_bool (eval->node, "sort_result_descending"))
    weir_selection_sort (&run.selection, 0);
  good = good && give_outputs (&run, eval, error);
  weir_selection_clear (&run.selection);
  weir_free (run.boxes);
  weir_free (run.rotated);
  weir_free (run.list);
  return good;
}

WEIR_OP_DEFINE (non_max_suppression) = {
  .name = "NonMaxSuppression",
  .versions = { 1, 3, 4, 5, 9 },
  .preferred = 9,
  .min_inputs = 2,
  .max_inputs = 6,
  .outputs = 3,
  .outputs_since = 5,
  .attrs = attrs,
  .summary = "The best boxes of each class that do not overlap a better one",
  .infer = nms_infer,
  .evaluate = nms_evaluate,
};

WEIR_OP_DEFINE (nms_rotated) = {
  .name = "NMSRotated",
  .versions = { 13 },
  .min_inputs = 5,
  .max_inputs = 5,
  .outputs = 3,
  .attrs = rotated_attrs,
  .summary = "The best turned boxes of each class that do not overlap a better one",
  .infer = nms_infer,
  .evaluate = nms_evaluate,
};
