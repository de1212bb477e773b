#include "suppress.h"

#include <math.h>

/* Proposal: boxes that anchors and their offsets make in each cell of a feature map, the
 * best ones that do not overlap too much. Rows are [image, x1, y1, x2, y2]; a row whose
 * image is -1 ends those of an image. The "tensorflow" kind has y before x, and corners
 * that are no pixels. */

static const WeirAttrRow attrs[] = {
  { "base_size", WEIR_ATTR_INT, NULL, "1..1048576", 0, 0 },
  { "pre_nms_topn", WEIR_ATTR_INT, NULL, "1..2147483647", 0, 0 },
  { "post_nms_topn", WEIR_ATTR_INT, NULL, "1..2147483647", 0, 0 },
  { "nms_thresh", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
  { "feat_stride", WEIR_ATTR_INT, NULL, "1..1048576", 0, 0 },
  { "min_size", WEIR_ATTR_INT, NULL, "0..2147483647", 0, 0 },
  { "ratio", WEIR_ATTR_FLOATS, NULL, NULL, 0, 0 },
  { "scale", WEIR_ATTR_FLOATS, NULL, NULL, 0, 0 },
  { "clip_before_nms", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "clip_after_nms", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "normalize", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "box_size_scale", WEIR_ATTR_FLOAT, "1", NULL, 0, 0 },
  { "box_coordinate_scale", WEIR_ATTR_FLOAT, "1", NULL, 0, 0 },
  { "framework", WEIR_ATTR_STRING, "", NULL, 0, 0 },
  { NULL }
};

static gint64
anchors_of (const WeirNode *node)
{
  gsize ratios, scales;

  weir_node_floats (node, "ratio", &ratios);
  weir_node_floats (node, "scale", &scales);
  return (gint64) (ratios * scales);
}

static gboolean
check_inputs (const WeirInfer *infer, gint64 anchors, gint64 *images, GError **error)
{
  const WeirShape *info = &infer->inputs[2].shape;
  WeirShape cells = weir_shape_unknown (4);

  for (guint i = 0; i < 2; i++) {
    cells.dims[1] = (i == 0 ? 2 : 4) * anchors;
    if (!weir_shape_merge (&cells, &infer->inputs[i].shape)) {
      g_autofree char *want = weir_shape_to_string (&cells);
      g_autofree char *found = weir_shape_to_string (&infer->inputs[i].shape);
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected %s for %" G_GINT64_FORMAT
                        " anchors, found %s",
                        i, want, anchors, found);
    }
  }
  if (info->rank >= 0 && (info->rank != 1 || (info->dims[0] >= 0 && info->dims[0] != 3 &&
                                              info->dims[0] != 4))) {
    g_autofree char *found = weir_shape_to_string (info);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input 2: expected height, width and one or two scales, found %s",
                      found);
  }
  *images = cells.dims[0];
  return TRUE;
}

static gboolean
proposal_infer (WeirInfer *infer, GError **error)
{
  gint64 rows = weir_node_int (infer->node, "post_nms_topn"), images = WEIR_DIM_UNKNOWN;
  WeirDtype dtype = infer->inputs[0].dtype;

  if (!check_inputs (infer, anchors_of (infer->node), &images, error))
    return FALSE;
  if (images < 0)
    rows = WEIR_DIM_UNKNOWN;
  else if (!weir_mul_i64 (rows, images, &rows))
    return weir_fail (error, WEIR_ERROR_LIMIT, "too many results");
  if (infer->n_outputs > 1)
    weir_infer_set (infer, 1, dtype, &WEIR_SHAPE (rows));
  return weir_infer_set (infer, 0, dtype, &WEIR_SHAPE (rows, 5));
}

typedef struct {
  const WeirEval *eval;
  gboolean tensorflow;
  float pixel; /* 1 where a corner is a pixel of the box */
  gint64 anchors, rows, columns;
  float width, height;         /* of the image */
  float min_width, min_height; /* of a box */
  float stride, place_scale, size_scale;
  gboolean clip;
  WeirBox *shapes; /* of the anchors, at cell 0 */
  WeirBox *boxes;
  WeirScored *list;
} Run;

static WeirBox
anchor (const WeirNode *node, gboolean tensorflow, double ratio, double scale)
{
  float base = (float) weir_node_int (node, "base_size"), pixel = tensorflow ? 0 : 1;
  float center = 0.5f * (base - pixel), shift = tensorflow ? base * 0.5f : 0;
  float width = sqrtf (base * base / (float) ratio), height;

  if (!tensorflow)
    width = roundf (width);
  height = width * (float) ratio;
  if (!tensorflow)
    height = roundf (height);
  width = 0.5f * (width * (float) scale - pixel);
  height = 0.5f * (height * (float) scale - pixel);
  return (WeirBox){ center - width - shift, center - height - shift,
                    center + width - shift, center + height - shift };
}

static void
init_anchors (Run *run)
{
  const WeirNode *node = run->eval->node;
  gsize n_ratios, n_scales;
  const double *ratios = weir_node_floats (node, "ratio", &n_ratios);
  const double *scales = weir_node_floats (node, "scale", &n_scales);

  for (gsize r = 0; r < n_ratios; r++)
    for (gsize s = 0; s < n_scales; s++)
      run->shapes[r * n_scales + s] =
          anchor (node, run->tensorflow, ratios[r], scales[s]);
}

static void
init_image (Run *run)
{
  const WeirTensor *info = run->eval->inputs[2];
  float least = (float) weir_node_int (run->eval->node, "min_size");
  gsize n = weir_tensor_count (info);

  run->height = (float) weir_tensor_get (info, run->tensorflow ? 1 : 0);
  run->width = (float) weir_tensor_get (info, run->tensorflow ? 0 : 1);
  run->min_height = least * (float) weir_tensor_get (info, 2);
  run->min_width = least * (float) weir_tensor_get (info, n > 3 ? 3 : 2);
}

static gboolean
run_init (Run *run, const WeirEval *eval, GError **error)
{
  const gint64 *dims = weir_tensor_shape (eval->inputs[1])->dims;
  const WeirNode *node = eval->node;
  gsize count;

  *run = (Run){ .eval = eval,
                .tensorflow = weir_node_string_is (node, "framework", "tensorflow"),
                .anchors = anchors_of (node),
                .rows = dims[2],
                .columns = dims[3],
                .stride = (float) weir_node_int (node, "feat_stride"),
                .place_scale = (float) weir_node_float (node, "box_coordinate_scale"),
                .size_scale = (float) weir_node_float (node, "box_size_scale"),
                .clip = weir_node_bool (node, "clip_before_nms") };
  run->pixel = run->tensorflow ? 0 : 1;
  init_image (run);
  count = (gsize) (run->anchors * run->rows * run->columns);
  run->shapes = weir_try_alloc ((gsize) run->anchors * sizeof *run->shapes, error);
  if (run->shapes != NULL)
    run->boxes = weir_try_alloc (count * sizeof *run->boxes, error);
  if (run->boxes != NULL)
    run->list = weir_try_alloc (count * sizeof *run->list, error);
  if (run->list == NULL)
    return FALSE;
  init_anchors (run);
  return TRUE;
}

static void
run_clear (Run *run)
{
  weir_free (run->shapes);
  weir_free (run->boxes);
  weir_free (run->list);
}

static WeirBox
clip (const Run *run, WeirBox box, float pixel)
{
  return (WeirBox){ CLAMP (box.x1, 0, run->width - pixel),
                    CLAMP (box.y1, 0, run->height - pixel),
                    CLAMP (box.x2, 0, run->width - pixel),
                    CLAMP (box.y2, 0, run->height - pixel) };
}

/* The box of an anchor in a cell, moved and stretched by its offsets @d. */
static WeirBox
decode (const Run *run, const WeirBox *shape, gint64 row, gint64 column, const float *d)
{
  float x = (float) (run->tensorflow ? row : column) * run->stride;
  float y = (float) (run->tensorflow ? column : row) * run->stride, width, height;
  WeirBox box = { x + shape->x1, y + shape->y1, x + shape->x2, y + shape->y2 };

  if (run->tensorflow)
    box = clip (run, box, 0);
  width = box.x2 - box.x1 + run->pixel;
  height = box.y2 - box.y1 + run->pixel;
  x = d[0] / run->place_scale * width + box.x1 + 0.5f * width;
  y = d[1] / run->place_scale * height + box.y1 + 0.5f * height;
  width *= expf (d[2] / run->size_scale) * 0.5f;
  height *= expf (d[3] / run->size_scale) * 0.5f;
  box = (WeirBox){ x - width, y - height, x + width, y + height };
  return run->clip ? clip (run, box, run->pixel) : box;
}

/* All boxes of an image; those that are too small are worth nothing. */
static gsize
load_image (Run *run, gint64 image)
{
  gint64 cells = run->rows * run->columns, n = 0;

  for (gint64 cell = 0; cell < cells; cell++)
    for (gint64 a = 0; a < run->anchors; a++, n++) {
      gint64 score = ((image * 2 + 1) * run->anchors + a) * cells + cell;
      WeirBox box;
      float d[4];

      for (gint64 i = 0; i < 4; i++)
        d[i] = (float) weir_tensor_get (
            run->eval->inputs[1],
            (gsize) (((image * run->anchors + a) * 4 + i) * cells + cell));
      box = decode (run, &run->shapes[a], cell / run->columns, cell % run->columns, d);
      run->boxes[n] = box;
      run->list[n].index = n;
      run->list[n].score =
          box.x2 - box.x1 + run->pixel >= run->min_width &&
                  box.y2 - box.y1 + run->pixel >= run->min_height
              ? (float) weir_tensor_get (run->eval->inputs[0], (gsize) score)
              : 0;
    }
  return (gsize) n;
}

static void
give_row (const Run *run, WeirEval *eval, gint64 image, gsize row, const WeirScored *one)
{
  WeirBox box = run->boxes[one->index];
  float x = 1, y = 1;

  if (weir_node_bool (eval->node, "clip_after_nms"))
    box = clip (run, box, 0);
  if (weir_node_bool (eval->node, "normalize")) {
    x = run->width;
    y = run->height;
  }
  for (gsize i = 0; i < 5; i++) {
    const float values[] = { (float) image, box.x1 / x, box.y1 / y, box.x2 / x,
                             box.y2 / y };

    weir_dtype_store (weir_tensor_dtype (eval->outputs[0]),
                      weir_tensor_writable (eval->outputs[0]), row * 5 + i, values[i]);
  }
  if (eval->n_outputs > 1)
    weir_dtype_store (weir_tensor_dtype (eval->outputs[1]),
                      weir_tensor_writable (eval->outputs[1]), row, one->score);
}

static void
propose (Run *run, WeirEval *eval, gint64 image)
{
  const WeirNode *node = eval->node;
  WeirSuppress how = { .threshold = (float) weir_node_float (node, "nms_thresh"),
                       .extra = run->pixel,
                       .corners = TRUE,
                       .eta = 1,
                       .most = weir_node_int (node, "post_nms_topn") };
  gsize n = load_image (run, image), first = (gsize) (image * how.most);

  weir_scored_sort (run->list, n);
  n = MIN (n, (gsize) weir_node_int (node, "pre_nms_topn"));
  n = weir_suppress (&how, run->boxes, run->list, n);
  for (gsize i = 0; i < n; i++)
    give_row (run, eval, image, first + i, &run->list[i]);
  if (n < (gsize) how.most)
    weir_dtype_store (weir_tensor_dtype (eval->outputs[0]),
                      weir_tensor_writable (eval->outputs[0]), (first + n) * 5, -1);
}

static gboolean
proposal_evaluate (WeirEval *eval, GError **error)
{
  gint64 images = weir_tensor_shape (eval->inputs[0])->dims[0];
  Run run = { 0 };
  gboolean good = TRUE;

  for (guint i = 0; good && i < eval->n_outputs; i++)
    good = weir_eval_inferred (eval, i, error) != NULL;
  good = good && run_init (&run, eval, error);
  for (gint64 i = 0; good && i < images; i++)
    propose (&run, eval, i);
  run_clear (&run);
  return good;
}

WEIR_OP_DEFINE (proposal) = {
  .name = "Proposal",
  .versions = { 1, 4 },
  .preferred = 4,
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 2,
  .outputs_since = 4,
  .attrs = attrs,
  .summary =
      "Boxes that anchors make in each cell, the best that do not overlap too much",
  .infer = proposal_infer,
  .evaluate = proposal_evaluate,
};
