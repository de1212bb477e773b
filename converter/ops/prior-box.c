#include "ops.h"

#include <math.h>

/* PriorBox and PriorBoxClustered: for each cell of a feature map the boxes that a
 * detector refines. The output is [2, cells * boxes * 4]: corners relative to the image,
 * and below them the variances. Specification: PriorBox-1, PriorBox-8,
 * PriorBoxClustered-1. */

static const WeirAttrRow prior_attrs[] = {
  { "min_size", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },
  { "max_size", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },
  { "aspect_ratio", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },
  { "density", WEIR_ATTR_FLOATS, "", "1..32", 0, 0 },
  { "fixed_ratio", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },
  { "fixed_size", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },
  { "clip", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "flip", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "step", WEIR_ATTR_FLOAT, "0", NULL, 0, 0 },
  { "offset", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
  { "variance", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },
  { "scale_all_sizes", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "min_max_aspect_ratios_order", WEIR_ATTR_BOOL, "true", NULL, 8, 0 },
  { NULL }
};

static const WeirAttrRow clustered_attrs[] = {
  { "width", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },
  { "height", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },
  { "clip", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "step", WEIR_ATTR_FLOAT, "0", NULL, 0, 0 },
  { "step_w", WEIR_ATTR_FLOAT, "0", NULL, 0, 0 },
  { "step_h", WEIR_ATTR_FLOAT, "0", NULL, 0, 0 },
  { "offset", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
  { "variance", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },
  { NULL }
};

/* Longer lists of sizes and ratios are no network: they multiply. */
#define MAX_LIST   64
#define MAX_RATIOS (2 * MAX_LIST)

typedef struct {
  float values[MAX_RATIOS];
  gsize n;
} Ratios;

/* Where boxes go. Without @out they are only counted. */
typedef struct {
  float *out;
  gsize n;
  float width, height; /* of the image */
} Boxes;

/* A list attribute. */
typedef struct {
  const double *values;
  gsize n;
} List;

static List
list_of (const WeirNode *node, const char *name)
{
  List list;

  list.values = weir_node_floats (node, name, &list.n);
  return list;
}

static void
emit (Boxes *boxes, float x, float y, float half_width, float half_height, gboolean clip)
{
  float *out = boxes->out != NULL ? boxes->out + boxes->n * 4 : NULL;

  boxes->n++;
  if (out == NULL)
    return;
  out[0] = (x - half_width) / boxes->width;
  out[1] = (y - half_height) / boxes->height;
  out[2] = (x + half_width) / boxes->width;
  out[3] = (y + half_height) / boxes->height;
  for (int i = 0; clip && i < 4; i++)
    out[i] = CLAMP (out[i], 0, 1);
}

static gboolean
has_ratio (const Ratios *ratios, float ratio)
{
  for (gsize i = 0; i < ratios->n; i++)
    if (fabsf (ratios->values[i] - ratio) < 1e-6f)
      return TRUE;
  return FALSE;
}

/* 1 first, then each that is new, and its inverse where boxes are flipped. */
static void
init_ratios (Ratios *ratios, const WeirNode *node)
{
  List given = list_of (node, "aspect_ratio");

  ratios->values[0] = 1;
  ratios->n = 1;
  for (gsize i = 0; i < given.n; i++) {
    float ratio = (float) given.values[i];

    if (has_ratio (ratios, ratio) || ratios->n + 2 > MAX_RATIOS)
      continue;
    ratios->values[ratios->n++] = ratio;
    if (weir_node_bool (node, "flip"))
      ratios->values[ratios->n++] = 1 / ratio;
  }
}

/* Boxes of one size and ratio on a grid of @density places a side. */
static void
emit_dense (Boxes *boxes, float x, float y, float size, float ratio, gint64 density)
{
  float shift = (float) (gint64) (size / (float) density), root = sqrtf (ratio);

  for (gint64 r = 0; r < density; r++)
    for (gint64 c = 0; c < density; c++)
      emit (boxes, x - size / 2 + shift / 2 + (float) c * shift,
            y - size / 2 + shift / 2 + (float) r * shift, size * 0.5f * root,
            size * 0.5f / root, TRUE);
}

static void
emit_fixed (Boxes *boxes, const WeirNode *node, const Ratios *ratios, float x, float y)
{
  List sizes = list_of (node, "fixed_size"), densities = list_of (node, "density");
  List fixed = list_of (node, "fixed_ratio");

  for (gsize s = 0; s < sizes.n; s++) {
    float size = (float) sizes.values[s];
    gint64 density = (gint64) densities.values[s];

    for (gsize i = 0; i < (fixed.n > 0 ? fixed.n : ratios->n); i++)
      emit_dense (boxes, x, y, size,
                  fixed.n > 0 ? (float) fixed.values[i] : ratios->values[i], density);
  }
}

static void
emit_ratios (Boxes *boxes, const Ratios *ratios, float x, float y, float size)
{
  for (gsize i = 1; i < ratios->n; i++) {
    float root = sqrtf (ratios->values[i]);

    if (fabsf (ratios->values[i] - 1) >= 1e-6f)
      emit (boxes, x, y, size * 0.5f * root, size * 0.5f / root, FALSE);
  }
}

/* Caffe's way gives each smallest size its largest one and all ratios; MXNet's scales the
 * sizes by the height of the image and gives ratios to the first of them alone. */
static void
emit_sized (Boxes *boxes, const WeirNode *node, const Ratios *ratios, float x, float y)
{
  List sizes = list_of (node, "min_size"), largest = list_of (node, "max_size");
  gboolean all = weir_node_bool (node, "scale_all_sizes");
  gboolean max_first =
      node->version < 8 || weir_node_bool (node, "min_max_aspect_ratios_order");
  float scale = all ? 1 : boxes->height;

  for (gsize i = 0; i < sizes.n; i++) {
    float size = (float) sizes.values[i] * scale;
    float middle = all && i < largest.n ? sqrtf (size * (float) largest.values[i]) : 0;

    emit (boxes, x, y, size * 0.5f, size * 0.5f, FALSE);
    if (middle > 0 && max_first)
      emit (boxes, x, y, middle * 0.5f, middle * 0.5f, FALSE);
    if (all || i + 1 == sizes.n)
      emit_ratios (boxes, ratios, x, y, (float) sizes.values[all ? i : 0] * scale);
    if (middle > 0 && !max_first)
      emit (boxes, x, y, middle * 0.5f, middle * 0.5f, FALSE);
  }
}

static void
emit_cell (Boxes *boxes, const WeirNode *node, const Ratios *ratios, float x, float y)
{
  if (list_of (node, "fixed_size").n > 0)
    emit_fixed (boxes, node, ratios, x, y);
  else
    emit_sized (boxes, node, ratios, x, y);
}

static gboolean
check_sizes (const WeirNode *node, GError **error)
{
  List sizes = list_of (node, "fixed_size"), densities = list_of (node, "density");
  List largest = list_of (node, "max_size"), smallest = list_of (node, "min_size");
  static const char *const positive[] = { "min_size", "max_size", "fixed_size",
                                          "fixed_ratio", "aspect_ratio" };

  if (sizes.n > 0 && sizes.n != densities.n)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "expected as many densities as fixed sizes, found %zu and %zu",
                      densities.n, sizes.n);
  if (largest.n > smallest.n)
    return weir_fail (
        error, WEIR_ERROR_FORMAT,
        "expected at most as many of 'max_size' as of 'min_size', found %zu "
        "and %zu",
        largest.n, smallest.n);
  for (guint i = 0; i < G_N_ELEMENTS (positive); i++) {
    List list = list_of (node, positive[i]);

    if (list.n > MAX_LIST)
      return weir_fail (error, WEIR_ERROR_LIMIT,
                        "attribute '%s': expected at most %d numbers, found %zu",
                        positive[i], MAX_LIST, list.n);
    for (gsize k = 0; k < list.n; k++)
      if (!(list.values[k] > 0) || list.values[k] > 1e9)
        return weir_fail (error, WEIR_ERROR_FORMAT,
                          "attribute '%s': expected positive numbers, found %g",
                          positive[i], list.values[k]);
  }
  return TRUE;
}

static gboolean
check_variance (const WeirNode *node, GError **error)
{
  List variance = list_of (node, "variance");

  if (variance.n == 0 || variance.n == 1 || variance.n == 4)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_FORMAT,
                    "attribute 'variance': expected 1 or 4 numbers, found %zu",
                    variance.n);
}

static gboolean
boxes_of_cell (const WeirNode *node, gsize *n, GError **error)
{
  Boxes boxes = { .width = 1, .height = 1 };
  Ratios ratios;

  if (!check_variance (node, error))
    return FALSE;
  if (weir_node_is (node, "PriorBoxClustered")) {
    *n = list_of (node, "width").n;
    if (*n == list_of (node, "height").n)
      return TRUE;
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "expected as many heights as widths, found %zu and %zu",
                      list_of (node, "height").n, *n);
  }
  if (!check_sizes (node, error))
    return FALSE;
  init_ratios (&ratios, node);
  emit_cell (&boxes, node, &ratios, 0, 0);
  *n = boxes.n;
  return TRUE;
}

static gboolean
check_pair (const WeirValueInfo *info, guint port, GError **error)
{
  WeirShape shape = WEIR_SHAPE (2);

  if (!weir_shape_merge (&shape, &info->shape)) {
    g_autofree char *found = weir_shape_to_string (&info->shape);
    return weir_fail (error, WEIR_ERROR_SHAPE, "input %u: expected [2], found %s", port,
                      found);
  }
  if (info->value == NULL)
    return TRUE;
  for (gsize i = 0; i < 2; i++)
    if (weir_tensor_get_int (info->value, i) < 1)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected positive sizes, found %" G_GINT64_FORMAT,
                        port, weir_tensor_get_int (info->value, i));
  return TRUE;
}

static gboolean
prior_infer (WeirInfer *infer, GError **error)
{
  const WeirTensor *cells = infer->inputs[0].value;
  WeirShape shape = WEIR_SHAPE (2, WEIR_DIM_UNKNOWN);
  gint64 size;
  gsize n;

  if (!boxes_of_cell (infer->node, &n, error) ||
      !check_pair (&infer->inputs[0], 0, error) ||
      !check_pair (&infer->inputs[1], 1, error))
    return FALSE;
  if (cells != NULL) {
    if (!weir_mul_i64 (weir_tensor_get_int (cells, 0), weir_tensor_get_int (cells, 1),
                       &size) ||
        !weir_mul_i64 (size, (gint64) n * 4, &size))
      return weir_fail (error, WEIR_ERROR_LIMIT, "too many cells");
    shape.dims[1] = size;
  }
  return weir_infer_set (infer, 0, WEIR_DTYPE_F32, &shape);
}

/* What both operations know of the grid. */
typedef struct {
  gint64 rows, columns;
  float step_x, step_y;
  float offset;
  Boxes boxes;
} Grid;

static Grid
grid_of (const WeirEval *eval, WeirTensor *y)
{
  return (Grid){ .rows = weir_tensor_get_int (eval->inputs[0], 0),
                 .columns = weir_tensor_get_int (eval->inputs[0], 1),
                 .offset = (float) weir_node_float (eval->node, "offset"),
                 .boxes = { .out = weir_tensor_writable (y),
                            .height = (float) weir_tensor_get (eval->inputs[1], 0),
                            .width = (float) weir_tensor_get (eval->inputs[1], 1) } };
}

/* Clips what was emitted, and writes the variances behind it. */
static void
finish (const WeirNode *node, WeirTensor *y)
{
  List variance = list_of (node, "variance");
  gsize n = weir_tensor_count (y) / 2;
  float *out = weir_tensor_writable (y);

  for (gsize i = 0; i < n && weir_node_bool (node, "clip"); i++)
    out[i] = CLAMP (out[i], 0, 1);
  for (gsize i = 0; i < n; i++)
    out[n + i] = variance.n == 0 ? 0.1f : (float) variance.values[i % variance.n];
}

/* A step of 0 is that of the cells, in the middle of which boxes lie. A step of MXNet is
 * relative to the height of the image; -1 is the height of a cell. */
static void
init_steps (Grid *grid, const WeirNode *node)
{
  float step = (float) weir_node_float (node, "step");

  if (!weir_node_bool (node, "scale_all_sizes"))
    step =
        step == -1 ? grid->boxes.height / (float) grid->rows : step * grid->boxes.height;
  grid->step_x = grid->step_y = step;
  if (step != 0)
    return;
  grid->step_x = grid->boxes.width / (float) grid->columns;
  grid->step_y = grid->boxes.height / (float) grid->rows;
  grid->offset = 0.5f;
}

static gboolean
prior_evaluate (WeirEval *eval, GError **error)
{
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Ratios ratios;
  Grid grid;

  if (y == NULL)
    return FALSE;
  init_ratios (&ratios, eval->node);
  grid = grid_of (eval, y);
  init_steps (&grid, eval->node);
  for (gint64 h = 0; h < grid.rows; h++)
    for (gint64 w = 0; w < grid.columns; w++)
      emit_cell (&grid.boxes, eval->node, &ratios,
                 ((float) w + grid.offset) * grid.step_x,
                 ((float) h + grid.offset) * grid.step_y);
  finish (eval->node, y);
  return TRUE;
}

WEIR_OP_DEFINE (prior_box) = {
  .name = "PriorBox",
  .versions = { 1, 8 },
  .preferred = 8,
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = prior_attrs,
  .summary = "Boxes of several sizes and ratios around each cell of a feature map",
  .infer = prior_infer,
  .evaluate = prior_evaluate,
};

static void
init_clustered_steps (Grid *grid, const WeirNode *node)
{
  float step = (float) weir_node_float (node, "step");

  grid->step_x = (float) weir_node_float (node, "step_w");
  grid->step_y = (float) weir_node_float (node, "step_h");
  if (grid->step_x != 0 || grid->step_y != 0)
    return;
  grid->step_x = step != 0 ? step : grid->boxes.width / (float) grid->columns;
  grid->step_y = step != 0 ? step : grid->boxes.height / (float) grid->rows;
}

static gboolean
clustered_evaluate (WeirEval *eval, GError **error)
{
  List widths = list_of (eval->node, "width"), heights = list_of (eval->node, "height");
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Grid grid;

  if (y == NULL)
    return FALSE;
  grid = grid_of (eval, y);
  init_clustered_steps (&grid, eval->node);
  for (gint64 h = 0; h < grid.rows; h++)
    for (gint64 w = 0; w < grid.columns; w++)
      for (gsize i = 0; i < widths.n; i++)
        emit (&grid.boxes, ((float) w + grid.offset) * grid.step_x,
              ((float) h + grid.offset) * grid.step_y, (float) widths.values[i] / 2,
              (float) heights.values[i] / 2, FALSE);
  finish (eval->node, y);
  return TRUE;
}

WEIR_OP_DEFINE (prior_box_clustered) = {
  .name = "PriorBoxClustered",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = clustered_attrs,
  .summary = "Boxes of given widths and heights around each cell of a feature map",
  .infer = prior_infer,
  .evaluate = clustered_evaluate,
};
