#include "suppress.h"

#include <math.h>

/* ExperimentalDetectronGenerateProposalsSingleImage and GenerateProposals: anchors moved
 * and stretched by their offsets, the best of them that do not overlap too much. The
 * first has one image and fills its rows up with zeros, the second lists what each image
 * has. */

#define COMMON_ROWS                                                    \
  { "min_size", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },                   \
      { "nms_threshold", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },          \
      { "pre_nms_count", WEIR_ATTR_INT, NULL, "0..2147483647", 0, 0 }, \
  {                                                                    \
    "post_nms_count", WEIR_ATTR_INT, NULL, "0..2147483647", 0, 0       \
  }

static const WeirAttrRow single_attrs[] = { COMMON_ROWS, { NULL } };

static const WeirAttrRow batch_attrs[] = {
  COMMON_ROWS,
  { "normalized", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "nms_eta", WEIR_ATTR_FLOAT, "1", "0..1", 0, 0 },
  { "roi_num_type", WEIR_ATTR_DTYPE, "i64", NULL, 0, 0 },
  { NULL }
};

/* Scales of more than this are noise (1000 / 16 of Detectron). */
#define MAX_LOG_SCALE 4.135166556742356f

enum { IMAGE, ANCHORS, DELTAS, SCORES };

static gboolean
expect_shape (const WeirInfer *infer, guint port, WeirShape *want, GError **error)
{
  g_autofree char *expected = weir_shape_to_string (want);
  g_autofree char *found = weir_shape_to_string (&infer->inputs[port].shape);

  if (weir_shape_merge (want, &infer->inputs[port].shape))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_SHAPE, "input %u: expected %s, found %s", port,
                    expected, found);
}

static gint64
times (gint64 a, gint64 b)
{
  gint64 product;

  return a < 0 || b < 0 || !weir_mul_i64 (a, b, &product) ? WEIR_DIM_UNKNOWN : product;
}

static gboolean
single_infer (WeirInfer *infer, GError **error)
{
  gint64 rows = weir_node_int (infer->node, "post_nms_count");
  WeirShape image = weir_shape_unknown (1), scores = weir_shape_unknown (3), anchors,
            deltas;

  if (!expect_shape (infer, IMAGE, &image, error) ||
      !expect_shape (infer, SCORES, &scores, error))
    return FALSE;
  anchors =
      WEIR_SHAPE (times (times (scores.dims[0], scores.dims[1]), scores.dims[2]), 4);
  deltas = WEIR_SHAPE (times (scores.dims[0], 4), scores.dims[1], scores.dims[2]);
  if (!expect_shape (infer, ANCHORS, &anchors, error) ||
      !expect_shape (infer, DELTAS, &deltas, error))
    return FALSE;
  if (image.dims[0] >= 0 && image.dims[0] < 3)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input 0: expected height, width and scale, found %" G_GINT64_FORMAT
                      " numbers",
                      image.dims[0]);
  weir_infer_set (infer, 0, infer->inputs[ANCHORS].dtype, &WEIR_SHAPE (rows, 4));
  return weir_infer_set (infer, 1, infer->inputs[ANCHORS].dtype, &WEIR_SHAPE (rows));
}

static gboolean
batch_infer (WeirInfer *infer, GError **error)
{
  WeirDtype dtype = infer->inputs[ANCHORS].dtype;
  WeirDtype count = weir_node_dtype (infer->node, "roi_num_type");
  WeirShape image = weir_shape_unknown (2), scores = weir_shape_unknown (4), anchors,
            deltas;

  if (count != WEIR_DTYPE_I64 && count != WEIR_DTYPE_I32)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute 'roi_num_type': expected i64 or i32, found %s",
                      weir_dtype_name (count));
  if (!expect_shape (infer, SCORES, &scores, error))
    return FALSE;
  image.dims[0] = scores.dims[0];
  anchors = WEIR_SHAPE (scores.dims[2], scores.dims[3], scores.dims[1], 4);
  deltas = WEIR_SHAPE (scores.dims[0], times (scores.dims[1], 4), scores.dims[2],
                       scores.dims[3]);
  if (!expect_shape (infer, IMAGE, &image, error) ||
      !expect_shape (infer, ANCHORS, &anchors, error) ||
      !expect_shape (infer, DELTAS, &deltas, error))
    return FALSE;
  if (image.dims[1] >= 0 && image.dims[1] != 3 && image.dims[1] != 4)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input 0: expected height, width and one or two scales, found "
                      "%" G_GINT64_FORMAT " numbers",
                      image.dims[1]);
  weir_infer_set (infer, 0, dtype, &WEIR_SHAPE (WEIR_DIM_UNKNOWN, 4));
  weir_infer_set (infer, 1, dtype, &WEIR_SHAPE (WEIR_DIM_UNKNOWN));
  return weir_infer_set (infer, 2, count, &WEIR_SHAPE (scores.dims[0]));
}

typedef struct {
  const WeirEval *eval;
  gboolean single;
  gint64 images, anchors, cells;
  float pixel; /* 1 where a corner is a pixel of the box */
  float width, height, min_width, min_height;
  WeirBox *boxes;
  WeirScored *list;
} Run;

static gboolean
run_init (Run *run, const WeirEval *eval, gboolean single, GError **error)
{
  const WeirShape *scores = weir_tensor_shape (eval->inputs[SCORES]);
  const gint64 *d = scores->dims + (single ? 0 : 1);
  gsize count;

  *run = (Run){ .eval = eval,
                .single = single,
                .images = single ? 1 : scores->dims[0],
                .anchors = d[0],
                .cells = d[1] * d[2],
                .pixel = !single && weir_node_bool (eval->node, "normalized") ? 0 : 1 };
  count = (gsize) (run->anchors * run->cells);
  run->boxes = weir_try_alloc (count * sizeof *run->boxes, error);
  if (run->boxes != NULL)
    run->list = weir_try_alloc (count * sizeof *run->list, error);
  return run->list != NULL;
}

static void
init_image (Run *run, gint64 image)
{
  const WeirTensor *info = run->eval->inputs[IMAGE];
  const WeirShape *shape = weir_tensor_shape (info);
  gint64 n = shape->dims[shape->rank - 1];
  gsize at = (gsize) (image * n);
  float least = (float) weir_node_float (run->eval->node, "min_size");

  run->height = (float) weir_tensor_get (info, at);
  run->width = (float) weir_tensor_get (info, at + 1);
  run->min_height = least * (float) weir_tensor_get (info, at + 2);
  run->min_width = least * (float) weir_tensor_get (info, at + (n > 3 ? 3 : 2));
}

static WeirBox
decode (const Run *run, const float *anchor, const float *d)
{
  float width = anchor[2] - anchor[0] + run->pixel;
  float height = anchor[3] - anchor[1] + run->pixel;
  float x = d[0] * width + anchor[0] + 0.5f * width;
  float y = d[1] * height + anchor[1] + 0.5f * height;
  float right = run->width - run->pixel, bottom = run->height - run->pixel;

  width *= expf (MIN (d[2], MAX_LOG_SCALE)) * 0.5f;
  height *= expf (MIN (d[3], MAX_LOG_SCALE)) * 0.5f;
  return (WeirBox){ CLAMP (x - width, 0, right), CLAMP (y - height, 0, bottom),
                    CLAMP (x + width - run->pixel, 0, right),
                    CLAMP (y + height - run->pixel, 0, bottom) };
}

static gboolean
is_small (const Run *run, gint64 box)
{
  const WeirBox *b = &run->boxes[box];

  return b->x2 - b->x1 + run->pixel < run->min_width ||
         b->y2 - b->y1 + run->pixel < run->min_height;
}

/* All anchors of an image. Those that come out too small are worth nothing in the first
 * operation, and are left out after sorting in the second. */
static gsize
load_image (Run *run, gint64 image)
{
  gint64 n = 0;

  for (gint64 cell = 0; cell < run->cells; cell++)
    for (gint64 a = 0; a < run->anchors; a++, n++) {
      gint64 plane = image * run->anchors + a;
      float anchor[4], d[4], score;

      for (gint64 i = 0; i < 4; i++) {
        anchor[i] =
            (float) weir_tensor_get (run->eval->inputs[ANCHORS], (gsize) (n * 4 + i));
        d[i] = (float) weir_tensor_get (run->eval->inputs[DELTAS],
                                        (gsize) ((plane * 4 + i) * run->cells + cell));
      }
      score = (float) weir_tensor_get (run->eval->inputs[SCORES],
                                       (gsize) (plane * run->cells + cell));
      run->boxes[n] = decode (run, anchor, d);
      run->list[n] = (WeirScored){ run->single && is_small (run, n) ? 0 : score, n };
    }
  return (gsize) n;
}

static gsize
select_image (Run *run, gint64 image)
{
  const WeirNode *node = run->eval->node;
  WeirSuppress how = { .threshold = (float) weir_node_float (node, "nms_threshold"),
                       .extra = run->pixel,
                       .corners = TRUE,
                       .eta = run->single ? 1 : (float) weir_node_float (node, "nms_eta"),
                       .most = weir_node_int (node, "post_nms_count") };
  gsize n, left = 0;

  init_image (run, image);
  n = load_image (run, image);
  weir_scored_sort (run->list, n);
  n = MIN (n, (gsize) weir_node_int (node, "pre_nms_count"));
  for (gsize i = 0; i < n; i++)
    if (run->single || !is_small (run, run->list[i].index))
      run->list[left++] = run->list[i];
  return weir_suppress (&how, run->boxes, run->list, left);
}

static void
give_row (WeirEval *eval, gsize row, const WeirBox *box, float score)
{
  const float corners[] = { box->x1, box->y1, box->x2, box->y2 };

  for (gsize i = 0; i < 4; i++)
    weir_dtype_store (weir_tensor_dtype (eval->outputs[0]),
                      weir_tensor_writable (eval->outputs[0]), row * 4 + i, corners[i]);
  weir_dtype_store (weir_tensor_dtype (eval->outputs[1]),
                    weir_tensor_writable (eval->outputs[1]), row, score);
}

static void
run_clear (Run *run)
{
  weir_free (run->boxes);
  weir_free (run->list);
}

static gboolean
single_evaluate (WeirEval *eval, GError **error)
{
  Run run = { 0 };
  gboolean good = weir_eval_inferred (eval, 0, error) != NULL &&
                  weir_eval_inferred (eval, 1, error) != NULL &&
                  run_init (&run, eval, TRUE, error);
  gsize n = good ? select_image (&run, 0) : 0;

  for (gsize i = 0; i < n; i++)
    give_row (eval, i, &run.boxes[run.list[i].index], run.list[i].score);
  run_clear (&run);
  return good;
}

WEIR_OP_DEFINE (experimental_detectron_generate_proposals_single_image) = {
  .name = "ExperimentalDetectronGenerateProposalsSingleImage",
  .versions = { 6 },
  .min_inputs = 4,
  .max_inputs = 4,
  .outputs = 2,
  .attrs = single_attrs,
  .summary = "The best anchors of an image that do not overlap too much",
  .infer = single_infer,
  .evaluate = single_evaluate,
};

/* Boxes of all images are known only at the end, and so is the size of the outputs. */
typedef struct {
  WeirBox box;
  float score;
} Kept;

static gboolean
keep_image (Run *run, gint64 image, Kept **kept, gsize *n, GError **error)
{
  gsize more = select_image (run, image);
  Kept *all;

  weir_dtype_store_int (weir_tensor_dtype (run->eval->outputs[2]),
                        weir_tensor_writable (run->eval->outputs[2]), (gsize) image,
                        (gint64) more);
  all = weir_try_alloc ((*n + more) * sizeof *all, error);
  if (all == NULL)
    return FALSE;
  for (gsize i = 0; i < *n; i++)
    all[i] = (*kept)[i];
  for (gsize i = 0; i < more; i++)
    all[*n + i] = (Kept){ run->boxes[run->list[i].index], run->list[i].score };
  weir_free (*kept);
  *kept = all;
  *n += more;
  return TRUE;
}

static gboolean
batch_evaluate (WeirEval *eval, GError **error)
{
  Run run = { 0 };
  gboolean good =
      weir_eval_inferred (eval, 2, error) != NULL && run_init (&run, eval, FALSE, error);
  Kept *kept = NULL;
  gsize n = 0;

  for (gint64 i = 0; good && i < run.images; i++)
    good = keep_image (&run, i, &kept, &n, error);
  good = good &&
         weir_eval_output (eval, 0, eval->infos[0].dtype, &WEIR_SHAPE ((gint64) n, 4),
                           error) != NULL &&
         weir_eval_output (eval, 1, eval->infos[1].dtype, &WEIR_SHAPE ((gint64) n),
                           error) != NULL;
  for (gsize i = 0; good && i < n; i++)
    give_row (eval, i, &kept[i].box, kept[i].score);
  weir_free (kept);
  run_clear (&run);
  return good;
}

WEIR_OP_DEFINE (generate_proposals) = {
  .name = "GenerateProposals",
  .versions = { 9 },
  .min_inputs = 4,
  .max_inputs = 4,
  .outputs = 3,
  .attrs = batch_attrs,
  .summary = "The best anchors of each image that do not overlap too much",
  .infer = batch_infer,
  .evaluate = batch_evaluate,
};
