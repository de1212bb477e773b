#include "suppress.h"

#include <math.h>
#include <stdlib.h>

/* MulticlassNms and MatrixNms: the boxes of all classes of each picture, overlapping ones
 * dropped, or lowered in their score. Outputs: [label, score, x1, y1, x2, y2] a box,
 * where it was among the inputs, and how many each picture has. */

#define COMMON_ROWS                                                             \
  { "sort_result_type", WEIR_ATTR_STRING, "none", "none|classid|score", 0, 0 }, \
      { "sort_result_across_batch", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },      \
      { "output_type", WEIR_ATTR_DTYPE, "i64", NULL, 0, 0 },                    \
      { "score_threshold", WEIR_ATTR_FLOAT, "0", NULL, 0, 0 },                  \
      { "nms_top_k", WEIR_ATTR_INT, "-1", "-1..", 0, 0 },                       \
      { "keep_top_k", WEIR_ATTR_INT, "-1", "-1..", 0, 0 },                      \
      { "background_class", WEIR_ATTR_INT, "-1", "-1..", 0, 0 },                \
  {                                                                             \
    "normalized", WEIR_ATTR_BOOL, "true", NULL, 0, 0                            \
  }

static const WeirAttrRow multiclass_attrs[] = {
  COMMON_ROWS,
  { "iou_threshold", WEIR_ATTR_FLOAT, "0", NULL, 0, 0 },
  { "nms_eta", WEIR_ATTR_FLOAT, "1", "0..1", 0, 0 },
  { NULL }
};

static const WeirAttrRow matrix_attrs[] = {
  COMMON_ROWS,
  { "decay_function", WEIR_ATTR_STRING, "linear", "linear|gaussian", 0, 0 },
  { "gaussian_sigma", WEIR_ATTR_FLOAT, "2", NULL, 0, 0 },
  { "post_threshold", WEIR_ATTR_FLOAT, "0", NULL, 0, 0 },
  { NULL }
};

/* Without counts: boxes [pictures, n, 4], scores [pictures, classes, n]. With them: boxes
 * [classes, n, 4], scores [classes, n], and how many of the n belong to each picture. */
static gboolean
check_shapes (const WeirInfer *infer, gint64 *pictures, GError **error)
{
  gboolean counted = infer->n_inputs > 2;
  WeirShape boxes = WEIR_SHAPE (WEIR_DIM_UNKNOWN, WEIR_DIM_UNKNOWN, 4);
  WeirShape scores = weir_shape_unknown (counted ? 2 : 3),
            counts = weir_shape_unknown (1);
  gboolean good = weir_shape_merge (&boxes, &infer->inputs[0].shape);

  scores.dims[0] = boxes.dims[0];
  scores.dims[scores.rank - 1] = boxes.dims[1];
  good = good && weir_shape_merge (&scores, &infer->inputs[1].shape) &&
         (!counted || weir_shape_merge (&counts, &infer->inputs[2].shape));
  *pictures = counted ? counts.dims[0] : scores.dims[0];
  if (!good) {
    g_autofree char *b = weir_shape_to_string (&infer->inputs[0].shape);
    g_autofree char *s = weir_shape_to_string (&infer->inputs[1].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected %s, found %s and %s",
                      counted ? "boxes [classes,n,4], scores [classes,n] and counts [n]"
                              : "boxes [batch,n,4] and scores [batch,classes,n]",
                      b, s);
  }
  return TRUE;
}

static gboolean
multiclass_infer (WeirInfer *infer, GError **error)
{
  WeirDtype dtype = weir_node_dtype (infer->node, "output_type");
  gint64 pictures;

  if (infer->n_inputs > 2 && infer->node->version < 9)
    return weir_fail (error, WEIR_ERROR_FORMAT, "version %u expects 2 inputs, found %u",
                      infer->node->version, infer->n_inputs);
  if (dtype != WEIR_DTYPE_I64 && dtype != WEIR_DTYPE_I32)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute 'output_type': expected i64 or i32, found %s",
                      weir_dtype_name (dtype));
  if (!check_shapes (infer, &pictures, error))
    return FALSE;
  weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE (WEIR_DIM_UNKNOWN, 6));
  weir_infer_set (infer, 1, dtype, &WEIR_SHAPE (WEIR_DIM_UNKNOWN, 1));
  return weir_infer_set (infer, 2, dtype, &WEIR_SHAPE (pictures));
}

typedef struct Run Run;

/* Of @n boxes in run->list, sorted, those that stay; scores may change. */
typedef gsize (*Select) (const Run *run, const WeirBox *boxes, gsize n);

struct Run {
  const WeirEval *eval;
  gboolean counted;
  gint64 pictures, classes, n, background, top_k, keep;
  float score_threshold, extra;
  Select select;
  gint64 first; /* box of the current picture among all, where they are counted */
  gint64 size;  /* its boxes */
  WeirBox *boxes;
  WeirScored *list;
  float *overlaps; /* MatrixNms: the largest with a better box */
  WeirSelection selection;
};

static gboolean
run_init (Run *run, const WeirEval *eval, Select select, GError **error)
{
  const gint64 *boxes = weir_tensor_shape (eval->inputs[0])->dims;
  const gint64 *scores = weir_tensor_shape (eval->inputs[1])->dims;
  const WeirNode *node = eval->node;

  *run = (Run){ .eval = eval,
                .counted = eval->n_inputs > 2,
                .n = boxes[1],
                .background = weir_node_int (node, "background_class"),
                .top_k = weir_node_int (node, "nms_top_k"),
                .keep = weir_node_int (node, "keep_top_k"),
                .score_threshold = (float) weir_node_float (node, "score_threshold"),
                .extra = weir_node_bool (node, "normalized") ? 0 : 1,
                .select = select };
  run->classes = run->counted ? boxes[0] : scores[1];
  run->pictures = eval->infos[2].shape.dims[0];
  run->boxes = weir_try_alloc ((gsize) run->n * sizeof *run->boxes, error);
  if (run->boxes != NULL)
    run->list = weir_try_alloc ((gsize) run->n * sizeof *run->list, error);
  if (run->list != NULL)
    run->overlaps = weir_try_alloc ((gsize) run->n * sizeof *run->overlaps, error);
  return run->overlaps != NULL;
}

static gboolean
begin_picture (Run *run, gint64 picture, GError **error)
{
  run->size = run->n;
  if (!run->counted)
    return TRUE;
  run->size = weir_tensor_get_int (run->eval->inputs[2], (gsize) picture);
  if (run->size < 0 || run->size > run->n - run->first)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "picture %" G_GINT64_FORMAT " has %" G_GINT64_FORMAT
                      " boxes of the %" G_GINT64_FORMAT " that are left",
                      picture, run->size, run->n - run->first);
  return TRUE;
}

/* The row of a box among all boxes. */
static gint64
box_row (const Run *run, gint64 picture, gint64 label, gint64 box)
{
  return run->counted ? label * run->n + run->first + box : picture * run->n + box;
}

static WeirBox
load_box (const Run *run, gint64 row)
{
  float v[4];

  for (gint64 i = 0; i < 4; i++)
    v[i] = (float) weir_tensor_get (run->eval->inputs[0], (gsize) (row * 4 + i));
  return (WeirBox){ v[0], v[1], v[2], v[3] };
}

static gsize
load_class (Run *run, gint64 picture, gint64 label)
{
  gsize n = 0;

  for (gint64 i = 0; i < run->size; i++) {
    gint64 at = run->counted ? box_row (run, picture, label, i)
                             : (picture * run->classes + label) * run->n + i;
    float score = (float) weir_tensor_get (run->eval->inputs[1], (gsize) at);

    run->boxes[i] = load_box (run, box_row (run, picture, label, i));
    if (score > run->score_threshold)
      run->list[n++] = (WeirScored){ score, i };
  }
  weir_scored_sort (run->list, n);
  return run->top_k >= 0 ? MIN (n, (gsize) run->top_k) : n;
}

static int
by_label (const void *a, const void *b)
{
  const WeirSelected *p = a, *q = b;

  if (p->label != q->label)
    return p->label > q->label ? 1 : -1;
  if (p->batch != q->batch)
    return p->batch > q->batch ? 1 : -1;
  if (p->score != q->score)
    return p->score > q->score ? -1 : 1;
  return (p->box > q->box) - (p->box < q->box);
}

/* Selected boxes hold their index in the output: among all boxes of all pictures. */
static gboolean
select_picture (Run *run, gint64 picture, GError **error)
{
  gsize from = run->selection.n;

  if (!begin_picture (run, picture, error))
    return FALSE;
  for (gint64 c = 0; c < run->classes; c++) {
    gsize n = c != run->background ? load_class (run, picture, c) : 0;

    n = run->select (run, run->boxes, n);
    for (gsize i = 0; i < n; i++) {
      const WeirScored *one = &run->list[i];
      gint64 box = run->counted ? (run->first + one->index) * run->classes + c
                                : picture * run->n + one->index;

      if (!weir_selection_add (&run->selection,
                               (WeirSelected){ one->score, picture, c, box }, error))
        return FALSE;
    }
  }
  weir_selection_sort (&run->selection, from);
  if (run->keep >= 0)
    run->selection.n = MIN (run->selection.n, from + (gsize) run->keep);
  run->first += run->counted ? run->size : 0;
  return TRUE;
}

/* Sorting by class within pictures is MulticlassNms' alone, as OpenVINO has it. */
static void
sort_result (Run *run, gsize from)
{
  const WeirNode *node = run->eval->node;
  gboolean across = weir_node_bool (node, "sort_result_across_batch");
  gboolean label = weir_node_string_is (node, "sort_result_type", "classid");

  if (across && weir_node_string_is (node, "sort_result_type", "score"))
    weir_selection_sort (&run->selection, 0);
  else if (label && (across || weir_node_is (node, "MulticlassNms")) &&
           run->selection.n > from)
    qsort (run->selection.items + from, run->selection.n - from,
           sizeof *run->selection.items, by_label);
}

static void
give_row (const Run *run, WeirTensor *y, gsize i)
{
  const WeirSelected *item = &run->selection.items[i];
  gint64 row = run->counted ? item->label * run->n + item->box / run->classes : item->box;
  WeirBox box = load_box (run, row);
  const float values[] = {
    (float) item->label, item->score, box.x1, box.y1, box.x2, box.y2
  };

  for (gsize k = 0; k < 6; k++)
    weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), i * 6 + k,
                      values[k]);
}

static gboolean
give_outputs (const Run *run, WeirEval *eval, GError **error)
{
  gint64 n = (gint64) run->selection.n;
  WeirDtype dtype = eval->infos[1].dtype;
  WeirTensor *rows =
      weir_eval_output (eval, 0, eval->infos[0].dtype, &WEIR_SHAPE (n, 6), error);
  WeirTensor *indices = weir_eval_output (eval, 1, dtype, &WEIR_SHAPE (n, 1), error);
  WeirTensor *counts = weir_eval_inferred (eval, 2, error);

  if (rows == NULL || indices == NULL || counts == NULL)
    return FALSE;
  for (gsize i = 0; i < run->selection.n; i++) {
    const WeirSelected *item = &run->selection.items[i];
    gint64 count = weir_tensor_get_int (counts, (gsize) item->batch);

    give_row (run, rows, i);
    weir_dtype_store_int (dtype, weir_tensor_writable (indices), i, item->box);
    weir_dtype_store_int (dtype, weir_tensor_writable (counts), (gsize) item->batch,
                          count + 1);
  }
  return TRUE;
}

static gboolean
evaluate (WeirEval *eval, Select select, GError **error)
{
  Run run;
  gboolean good = run_init (&run, eval, select, error);
  gboolean across = weir_node_bool (eval->node, "sort_result_across_batch");

  for (gint64 i = 0; good && i < run.pictures; i++) {
    gsize from = run.selection.n;

    good = select_picture (&run, i, error);
    if (good && !across)
      sort_result (&run, from);
  }
  if (good && across)
    sort_result (&run, 0);
  good = good && give_outputs (&run, eval, error);
  weir_selection_clear (&run.selection);
  weir_free (run.boxes);
  weir_free (run.list);
  weir_free (run.overlaps);
  return good;
}

static gsize
select_apart (const Run *run, const WeirBox *boxes, gsize n)
{
  const WeirNode *node = run->eval->node;
  WeirSuppress how = { .threshold = (float) weir_node_float (node, "iou_threshold"),
                       .extra = run->extra,
                       .eta = (float) weir_node_float (node, "nms_eta"),
                       .most = -1 };

  return weir_suppress (&how, boxes, run->list, n);
}

static gboolean
multiclass_evaluate (WeirEval *eval, GError **error)
{
  return evaluate (eval, select_apart, error);
}

WEIR_OP_DEFINE (multiclass_nms) = {
  .name = "MulticlassNms",
  .versions = { 8, 9 },
  .preferred = 9,
  .min_inputs = 2,
  .max_inputs = 3,
  .outputs = 3,
  .attrs = multiclass_attrs,
  .summary =
      "The boxes of all classes that do not overlap a better one, picture by picture",
  .infer = multiclass_infer,
  .evaluate = multiclass_evaluate,
};

/* How much is left of a score for an overlap with a box that itself overlaps a better one
 * by @covered. */
static float
decay (const WeirNode *node, gboolean gaussian, float iou, float covered)
{
  float sigma;

  if (!gaussian)
    return (1 - iou) / (1 - covered + 1e-10f);
  sigma = (float) weir_node_float (node, "gaussian_sigma");
  return expf ((covered * covered - iou * iou) * sigma);
}

/* The overlap of two boxes of the list; 0 where corners do not overlap even if pixels do.
 */
static float
overlap (const Run *run, const WeirBox *boxes, gsize i, gsize k)
{
  const WeirBox *a = &boxes[run->list[i].index], *b = &boxes[run->list[k].index];

  return weir_boxes_apart (a, b) ? 0 : weir_box_iou (a, b, run->extra);
}

/* Every box is lowered by the better ones at once; nothing is dropped in between. */
static gsize
select_decayed (const Run *run, const WeirBox *boxes, gsize n)
{
  const WeirNode *node = run->eval->node;
  gboolean gaussian = weir_node_string_is (node, "decay_function", "gaussian");
  float threshold = (float) weir_node_float (node, "post_threshold");
  gsize kept = 0;

  for (gsize i = 0; i < n; i++) {
    run->overlaps[i] = 0;
    for (gsize k = 0; k < i; k++)
      run->overlaps[i] = MAX (run->overlaps[i], overlap (run, boxes, i, k));
  }
  for (gsize i = 0; i < n; i++) {
    float least = 1;

    for (gsize k = 0; k < i; k++)
      least = MIN (least,
                   decay (node, gaussian, overlap (run, boxes, i, k), run->overlaps[k]));
    run->list[i].score *= least;
  }
  for (gsize i = 0; i < n; i++)
    if (run->list[i].score > threshold)
      run->list[kept++] = run->list[i];
  return kept;
}

static gboolean
matrix_evaluate (WeirEval *eval, GError **error)
{
  return evaluate (eval, select_decayed, error);
}

WEIR_OP_DEFINE (matrix_nms) = {
  .name = "MatrixNms",
  .versions = { 8 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 3,
  .attrs = matrix_attrs,
  .summary =
      "The boxes of all classes, each lowered in its score by better ones it overlaps",
  .infer = multiclass_infer,
  .evaluate = matrix_evaluate,
};
