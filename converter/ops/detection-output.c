#include "suppress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* DetectionOutput: the head of SSD. Offsets are decoded against prior boxes, overlapping
 * boxes of a class suppressed, the best ones listed as [image, label, score, x1, y1, x2,
 * y2]; a row whose image is -1 ends the list. */

#define CODE(word) "caffe.PriorBoxParameter." word

static const WeirAttrRow attrs[] = {
  { "num_classes", WEIR_ATTR_INT, NULL, "1..2147483647", 1, 7 },
  { "background_label_id", WEIR_ATTR_INT, "0", NULL, 0, 0 },
  { "top_k", WEIR_ATTR_INT, "-1", "-1..2147483647", 0, 0 },
  { "variance_encoded_in_target", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "keep_top_k", WEIR_ATTR_INTS, NULL, "-1..2147483647", 0, 0 },
  { "code_type", WEIR_ATTR_STRING, CODE ("CORNER"),
    CODE ("CORNER") "|" CODE ("CENTER_SIZE"), 0, 0 },
  { "share_location", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "nms_threshold", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
  { "confidence_threshold", WEIR_ATTR_FLOAT, "0", NULL, 0, 0 },
  { "clip_after_nms", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "clip_before_nms", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "decrease_label_id", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "normalized", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "input_height", WEIR_ATTR_INT, "1", "1..", 0, 0 },
  { "input_width", WEIR_ATTR_INT, "1", "1..", 0, 0 },
  { "objectness_score", WEIR_ATTR_FLOAT, "0", NULL, 0, 0 },
  { NULL }
};

enum { BOXES, CLASSES, PRIORS, MORE_CLASSES, MORE_BOXES };

/* What the shapes and attributes say; -1 for what is not known. */
typedef struct {
  gint64 images, priors, classes, prior_size;
  gboolean shared_location, one_prior_set;
} Sizes;

static gint64
dim_of (const WeirShape *shape, int i)
{
  return shape->rank > i ? shape->dims[i] : WEIR_DIM_UNKNOWN;
}

static gboolean
check_ranks (const WeirShape *const *shapes, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (shapes[i]->rank >= 0 && shapes[i]->rank != (i == PRIORS ? 3 : 2))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected rank %d, found rank %d", i,
                        i == PRIORS ? 3 : 2, shapes[i]->rank);
  return TRUE;
}

/* That dimension 1 of input @port is @each for each prior box, or gives @each if unknown.
 */
static gboolean
check_row (const Sizes *sizes, const WeirShape *shape, guint port, gint64 *each,
           GError **error)
{
  gint64 row = dim_of (shape, 1), want;

  if (row < 0 || sizes->priors < 0)
    return TRUE;
  if (*each < 0 && sizes->priors > 0)
    *each = row / sizes->priors;
  if (*each >= 0 && (!weir_mul_i64 (*each, sizes->priors, &want) || want != row))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input %u: expected %" G_GINT64_FORMAT
                      " values for each of %" G_GINT64_FORMAT
                      " prior boxes, found %" G_GINT64_FORMAT,
                      port, *each, sizes->priors, row);
  return TRUE;
}

static gboolean
check_rows (Sizes *sizes, const WeirShape *const *shapes, guint n, GError **error)
{
  gint64 two = 2, four = 4, boxes = 4;

  if (!check_row (sizes, shapes[CLASSES], CLASSES, &sizes->classes, error))
    return FALSE;
  if (!sizes->shared_location && !weir_mul_i64 (sizes->classes, 4, &boxes))
    return weir_fail (error, WEIR_ERROR_LIMIT, "too many classes");
  if (sizes->classes < 0 && !sizes->shared_location)
    boxes = WEIR_DIM_UNKNOWN;
  return check_row (sizes, shapes[BOXES], BOXES, &boxes, error) &&
         (n <= MORE_CLASSES ||
          check_row (sizes, shapes[MORE_CLASSES], MORE_CLASSES, &two, error)) &&
         (n <= MORE_BOXES || check_row (sizes, shapes[MORE_BOXES], MORE_BOXES,
                                        sizes->shared_location ? &four : &boxes, error));
}

static gboolean
init_priors (Sizes *sizes, const WeirNode *node, const WeirShape *priors, GError **error)
{
  gint64 row = dim_of (priors, 2), sets = dim_of (priors, 1);
  gint64 want = weir_node_bool (node, "variance_encoded_in_target") ? 1 : 2;

  sizes->prior_size = weir_node_bool (node, "normalized") ? 4 : 5;
  sizes->one_prior_set = dim_of (priors, 0) == 1;
  if (sets >= 0 && sets != want)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input 2: expected %" G_GINT64_FORMAT
                      " in dimension 1, found %" G_GINT64_FORMAT,
                      want, sets);
  if (dim_of (priors, 0) >= 0 && sizes->images >= 0 && dim_of (priors, 0) != 1 &&
      dim_of (priors, 0) != sizes->images)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input 2: expected prior boxes for 1 or %" G_GINT64_FORMAT
                      " images, found %" G_GINT64_FORMAT,
                      sizes->images, dim_of (priors, 0));
  if (row >= 0 && row % sizes->prior_size != 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input 2: expected a multiple of %" G_GINT64_FORMAT
                      " in dimension 2, found %" G_GINT64_FORMAT,
                      sizes->prior_size, row);
  sizes->priors = row >= 0 ? row / sizes->prior_size : WEIR_DIM_UNKNOWN;
  return TRUE;
}

static gboolean
sizes_init (Sizes *sizes, const WeirNode *node, const WeirShape *const *shapes, guint n,
            GError **error)
{
  *sizes = (Sizes){ .images = dim_of (shapes[BOXES], 0),
                    .classes = WEIR_DIM_UNKNOWN,
                    .shared_location = weir_node_bool (node, "share_location") };
  if (node->version < 8)
    sizes->classes = weir_node_int (node, "num_classes");
  if (!check_ranks (shapes, n, error))
    return FALSE;
  for (guint i = 1; i < n; i++) {
    gint64 images = dim_of (shapes[i], 0);

    if (i == PRIORS || images < 0)
      continue;
    if (sizes->images >= 0 && images != sizes->images)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected %" G_GINT64_FORMAT
                        " images, found %" G_GINT64_FORMAT,
                        i, sizes->images, images);
    sizes->images = images;
  }
  return init_priors (sizes, node, shapes[PRIORS], error) &&
         check_rows (sizes, shapes, n, error);
}

static gint64
keep_top_k (const WeirNode *node)
{
  return weir_node_int_at (node, "keep_top_k", 0, -1);
}

/* Rows of the output: as many as there may be at most. */
static gboolean
count_rows (const Sizes *sizes, const WeirNode *node, gint64 *rows, GError **error)
{
  gint64 top_k = weir_node_int (node, "top_k"), each = keep_top_k (node);

  *rows = WEIR_DIM_UNKNOWN;
  if (each <= 0) {
    each = top_k > 0 ? top_k : sizes->priors;
    if (each < 0 || sizes->classes < 0)
      return TRUE;
    if (!weir_mul_i64 (each, sizes->classes, &each))
      return weir_fail (error, WEIR_ERROR_LIMIT, "too many results");
  }
  if (sizes->images >= 0 && !weir_mul_i64 (each, sizes->images, rows))
    return weir_fail (error, WEIR_ERROR_LIMIT, "too many results");
  return TRUE;
}

static gboolean
detection_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *shapes[5];
  Sizes sizes;
  gint64 rows;

  if (infer->n_inputs == 4)
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected 3 or 5 inputs, found 4");
  for (guint i = 0; i < infer->n_inputs; i++)
    shapes[i] = &infer->inputs[i].shape;
  if (!sizes_init (&sizes, infer->node, shapes, infer->n_inputs, error) ||
      !count_rows (&sizes, infer->node, &rows, error))
    return FALSE;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE (1, 1, rows, 7));
}

typedef struct {
  const WeirEval *eval;
  Sizes sizes;
  gint64 locations; /* sets of boxes: one, or one a class */
  gint64 background, top_k, keep;
  gboolean center, variance_encoded, clip;
  float confidence, objectness;
  float width, height;
  WeirSuppress how;
  WeirBox *boxes;   /* of one image: [locations][priors] */
  WeirScored *list; /* [priors] */
  WeirSelection selection;
} Run;

static float
value (const Run *run, guint port, gint64 index)
{
  return (float) weir_tensor_get (run->eval->inputs[port], (gsize) index);
}

static gboolean
run_init (Run *run, const WeirEval *eval, GError **error)
{
  const WeirNode *node = eval->node;
  gboolean normalized = weir_node_bool (node, "normalized");
  const WeirShape *shapes[5];
  gsize count;

  *run = (Run){ .eval = eval,
                .background = weir_node_int (node, "background_label_id"),
                .top_k = weir_node_int (node, "top_k"),
                .keep = keep_top_k (node),
                .center = weir_node_string_is (node, "code_type", CODE ("CENTER_SIZE")),
                .variance_encoded = weir_node_bool (node, "variance_encoded_in_target"),
                .clip = weir_node_bool (node, "clip_before_nms"),
                .confidence = (float) weir_node_float (node, "confidence_threshold"),
                .objectness = (float) weir_node_float (node, "objectness_score"),
                .width = normalized ? 1 : (float) weir_node_int (node, "input_width"),
                .height = normalized ? 1 : (float) weir_node_int (node, "input_height"),
                .how = { .threshold = (float) weir_node_float (node, "nms_threshold"),
                         .eta = 1,
                         .most = -1 } };
  for (guint i = 0; i < eval->n_inputs; i++)
    shapes[i] = weir_tensor_shape (eval->inputs[i]);
  if (!sizes_init (&run->sizes, node, shapes, eval->n_inputs, error))
    return FALSE;
  run->sizes.classes = MAX (run->sizes.classes, 0);
  run->locations = run->sizes.shared_location ? 1 : run->sizes.classes;
  count = (gsize) run->sizes.priors;
  run->list = weir_try_alloc (count * sizeof *run->list, error);
  if (run->list != NULL)
    run->boxes =
        weir_try_alloc ((gsize) run->locations * count * sizeof *run->boxes, error);
  return run->boxes != NULL;
}

static WeirBox
clip (WeirBox box)
{
  return (WeirBox){ CLAMP (box.x1, 0, 1), CLAMP (box.y1, 0, 1), CLAMP (box.x2, 0, 1),
                    CLAMP (box.y2, 0, 1) };
}

static WeirBox
prior_box (const Run *run, gint64 image, gint64 prior)
{
  gint64 size = run->sizes.prior_size, sets = run->variance_encoded ? 1 : 2;
  gint64 at = (run->sizes.one_prior_set ? 0 : image * sets * run->sizes.priors * size) +
              prior * size + size - 4;

  return (WeirBox){ value (run, PRIORS, at) / run->width,
                    value (run, PRIORS, at + 1) / run->height,
                    value (run, PRIORS, at + 2) / run->width,
                    value (run, PRIORS, at + 3) / run->height };
}

static void
variances (const Run *run, gint64 image, gint64 prior, float *v)
{
  gint64 row = run->sizes.priors * run->sizes.prior_size;
  gint64 at = (run->sizes.one_prior_set ? 0 : image * 2 * row) + row + prior * 4;

  for (gint64 i = 0; i < 4; i++)
    v[i] = run->variance_encoded ? 1 : value (run, PRIORS, at + i);
}

/* The box at @offset of input @port, relative to @prior. */
static WeirBox
decode (const Run *run, guint port, gint64 offset, const WeirBox *prior, const float *v)
{
  float d[4], w = prior->x2 - prior->x1, h = prior->y2 - prior->y1, x, y;

  for (gint64 i = 0; i < 4; i++)
    d[i] = value (run, port, offset + i) * v[i];
  if (!run->center)
    return (WeirBox){ prior->x1 + d[0], prior->y1 + d[1], prior->x2 + d[2],
                      prior->y2 + d[3] };
  x = d[0] * w + (prior->x1 + prior->x2) / 2;
  y = d[1] * h + (prior->y1 + prior->y2) / 2;
  w *= expf (d[2]);
  h *= expf (d[3]);
  return (WeirBox){ x - w / 2, y - h / 2, x + w / 2, y + h / 2 };
}

/* Every box of an image; a second set of offsets refines the prior boxes first. */
static void
decode_image (Run *run, gint64 image)
{
  gint64 priors = run->sizes.priors;

  for (gint64 p = 0; p < priors; p++) {
    WeirBox prior = prior_box (run, image, p);
    float v[4];

    variances (run, image, p, v);
    for (gint64 c = 0; c < run->locations; c++) {
      gint64 offset = ((image * priors + p) * run->locations + c) * 4;
      WeirBox base = prior;

      if (run->eval->n_inputs > MORE_BOXES)
        base = decode (run, MORE_BOXES, offset, &prior, v);
      base = decode (run, BOXES, offset, &base, v);
      run->boxes[c * priors + p] = run->clip ? clip (base) : base;
    }
  }
}

/* Where there is a second classifier, it says first whether there is anything at all. */
static float
score_of (const Run *run, gint64 image, gint64 prior, gint64 label)
{
  gint64 row = image * run->sizes.priors + prior;

  if (run->eval->n_inputs > MORE_CLASSES &&
      value (run, MORE_CLASSES, row * 2 + 1) < run->objectness)
    return label == run->background ? 1 : 0;
  return value (run, CLASSES, row * run->sizes.classes + label);
}

static gsize
sort_and_cut (const Run *run, gsize n)
{
  weir_scored_sort (run->list, n);
  return run->top_k >= 0 ? MIN (n, (gsize) run->top_k) : n;
}

static gboolean
select_class (Run *run, gint64 image, gint64 label, GError **error)
{
  const WeirBox *boxes = run->boxes;
  gsize n = 0;

  if (!run->sizes.shared_location)
    boxes += label * run->sizes.priors;
  for (gint64 p = 0; p < run->sizes.priors; p++) {
    float score = score_of (run, image, p, label);

    if (score > run->confidence)
      run->list[n++] = (WeirScored){ score, p };
  }
  n = weir_suppress (&run->how, boxes, run->list, sort_and_cut (run, n));
  for (gsize i = 0; i < n; i++)
    if (!weir_selection_add (
            &run->selection,
            (WeirSelected){ run->list[i].score, image, label, run->list[i].index },
            error))
      return FALSE;
  return TRUE;
}

/* MXNet's way: each prior box counts for its best class alone. @labels holds those. */
static gsize
best_classes (const Run *run, gint64 image, gint64 *labels)
{
  gsize n = 0;

  for (gint64 p = 0; p < run->sizes.priors; p++) {
    float best = -1;

    labels[p] = 0;
    for (gint64 c = 1; c < run->sizes.classes; c++) {
      float score = score_of (run, image, p, c);

      if (score > best) {
        best = score;
        labels[p] = c;
      }
    }
    if (labels[p] > 0 && best >= run->confidence)
      run->list[n++] = (WeirScored){ best, p };
  }
  return n;
}

static const WeirBox *
box_of (const Run *run, gint64 label, gint64 prior)
{
  return &run->boxes[(run->sizes.shared_location ? 0 : label * run->sizes.priors) +
                     prior];
}

static gboolean
overlaps_selected (const Run *run, gsize from, gint64 label, gint64 prior)
{
  for (gsize i = from; i < run->selection.n; i++) {
    const WeirSelected *item = &run->selection.items[i];

    if (item->label == label &&
        weir_box_iou (box_of (run, label, item->box), box_of (run, label, prior), 0) >
            run->how.threshold)
      return TRUE;
  }
  return FALSE;
}

static gboolean
select_best (Run *run, gint64 image, GError **error)
{
  gsize from = run->selection.n, n;
  gint64 *labels = weir_try_alloc ((gsize) run->sizes.priors * sizeof *labels, error);
  gboolean good = labels != NULL;

  n = good ? sort_and_cut (run, best_classes (run, image, labels)) : 0;
  for (gsize i = 0; good && i < n; i++) {
    gint64 prior = run->list[i].index;

    if (!overlaps_selected (run, from, labels[prior], prior))
      good = weir_selection_add (
          &run->selection,
          (WeirSelected){ run->list[i].score, image, labels[prior], prior }, error);
  }
  weir_free (labels);
  return good;
}

static int
compare_labels (const void *a, const void *b)
{
  const WeirSelected *p = a, *q = b;

  if (p->label != q->label)
    return p->label > q->label ? 1 : -1;
  if (p->score != q->score)
    return p->score > q->score ? -1 : 1;
  return (p->box > q->box) - (p->box < q->box);
}

static gboolean
select_image (Run *run, gint64 image, GError **error)
{
  gsize from = run->selection.n;

  decode_image (run, image);
  if (weir_node_bool (run->eval->node, "decrease_label_id")) {
    if (!select_best (run, image, error))
      return FALSE;
  } else
    for (gint64 c = 0; c < run->sizes.classes; c++)
      if (c != run->background && !select_class (run, image, c, error))
        return FALSE;
  if (run->keep >= 0 && run->selection.n - from > (gsize) run->keep) {
    weir_selection_sort (&run->selection, from);
    run->selection.n = from + (gsize) run->keep;
  }
  if (run->selection.n > from)
    qsort (run->selection.items + from, run->selection.n - from,
           sizeof *run->selection.items, compare_labels);
  return TRUE;
}

/* Writes the rows of an image, while its boxes are there. */
static void
give_rows (const Run *run, gsize from, WeirTensor *y, gsize rows)
{
  gboolean decrease = weir_node_bool (run->eval->node, "decrease_label_id");
  gboolean clip_after = weir_node_bool (run->eval->node, "clip_after_nms");

  for (gsize i = from; i < run->selection.n && i < rows; i++) {
    const WeirSelected *item = &run->selection.items[i];
    WeirBox box = *box_of (run, item->label, item->box);
    float row[7];

    if (clip_after)
      box = clip (box);
    memcpy (row,
            (float[]){ (float) item->batch, (float) (item->label - (decrease ? 1 : 0)),
                       item->score, box.x1, box.y1, box.x2, box.y2 },
            sizeof row);
    for (gsize k = 0; k < 7; k++)
      weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), i * 7 + k,
                        row[k]);
  }
}

static gboolean
detection_evaluate (WeirEval *eval, GError **error)
{
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gsize rows = y != NULL ? weir_tensor_count (y) / 7 : 0;
  Run run = { 0 };
  gboolean good = y != NULL && run_init (&run, eval, error);

  for (gint64 i = 0; good && i < run.sizes.images; i++) {
    gsize from = run.selection.n;

    good = select_image (&run, i, error);
    give_rows (&run, from, y, rows);
  }
  if (good && run.selection.n < rows)
    weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y),
                      run.selection.n * 7, -1);
  weir_selection_clear (&run.selection);
  weir_free (run.boxes);
  weir_free (run.list);
  return good;
}

WEIR_OP_DEFINE (detection_output) = {
  .name = "DetectionOutput",
  .versions = { 1, 8 },
  .preferred = 8,
  .min_inputs = 3,
  .max_inputs = 5,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Boxes of SSD: decoded, suppressed by class, the best ones listed",
  .infer = detection_infer,
  .evaluate = detection_evaluate,
};
