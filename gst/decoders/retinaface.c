#include "decoders.h"
#include "rows.h"

#include <math.h>

/* RetinaFace (Deng et al., 2019) as InsightFace exports it: for each stride a map of
 * scores [1,4,h,w], the background's before the faces', one of boxes [1,8,h,w] and, not
 * in all models, one of key points [1,20,h,w]; two square anchors a cell. All are
 * relative to an anchor, whose first stands in the middle of 16 pixels. */

#define ANCHORS     2
#define BASE_CENTRE 7.5f

static const struct {
  guint stride;
  float sizes[ANCHORS];
} levels[] = {
  { 8, { 32, 16 } },
  { 16, { 128, 64 } },
  { 32, { 512, 256 } },
};

typedef enum { SCORES, BOXES, POINTS, N_KINDS } Kind;

static const gint64 channels[N_KINDS] = {
  [SCORES] = 2 * ANCHORS, [BOXES] = 4 * ANCHORS, [POINTS] = 10 * ANCHORS
};

static gint64
cells (double size, guint stride)
{
  return ((gint64) size + stride - 1) / stride;
}

/* Which level and kind a map of @shape is; the height tells the level, as no two are
 * alike in pictures of more than one cell. */
static gboolean
place (const WeirShape *shape, const WeirPortInfo *input, guint *level, guint *kind)
{
  double width, height;

  gst_weir_input_size (input, &width, &height);
  if (shape->rank != 4 || shape->dims[0] != 1)
    return FALSE;
  for (*level = 0; *level < G_N_ELEMENTS (levels); (*level)++)
    if (shape->dims[2] == cells (height, levels[*level].stride) &&
        shape->dims[3] == cells (width, levels[*level].stride))
      break;
  for (*kind = 0; *kind < N_KINDS; (*kind)++)
    if (shape->dims[1] == channels[*kind])
      break;
  return *level < G_N_ELEMENTS (levels) && *kind < N_KINDS;
}

static gboolean
fits (const WeirPortInfo *outputs, guint n, const WeirPortInfo *input)
{
  guint seen[G_N_ELEMENTS (levels)][N_KINDS] = { 0 };
  guint level, kind;

  for (guint i = 0; i < n; i++)
    if (outputs[i].dtype != WEIR_DTYPE_F32 ||
        !place (&outputs[i].shape, input, &level, &kind) || seen[level][kind]++ > 0)
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (seen[i][SCORES] != seen[i][BOXES] || seen[i][POINTS] > seen[i][BOXES])
      return FALSE;
  return n >= 2;
}

/** Maps: those of one level; @points may be %NULL. */
typedef struct {
  const float *kinds[N_KINDS];
  gint64 width, height;
} Maps;

static GArray *
read_points (const Maps *m, gint64 cell, guint anchor, float x, float y, float size,
             double width, double height, float score)
{
  gint64 area = m->width * m->height;
  const float *values = m->kinds[POINTS] + anchor * 10 * area + cell;
  GArray *points = g_array_new (FALSE, FALSE, sizeof (float));

  for (guint i = 0; i < 10; i += 2) {
    float point[] = { (values[i * area] * size + x) / (float) width,
                      (values[(i + 1) * area] * size + y) / (float) height, score };

    g_array_append_vals (points, point, G_N_ELEMENTS (point));
  }
  return points;
}

static void
decode_cell (const Maps *m, guint level, gint64 cell, guint anchor,
             const WeirPortInfo *input, const GstWeirDecoderOptions *options,
             GArray *objects)
{
  gint64 area = m->width * m->height;
  float score = m->kinds[SCORES][(ANCHORS + anchor) * area + cell];
  const float *box = m->kinds[BOXES] + anchor * 4 * area + cell;
  float size = levels[level].sizes[anchor];
  float x = BASE_CENTRE + (float) (cell % m->width * levels[level].stride);
  float y = BASE_CENTRE + (float) (cell / m->width * levels[level].stride);
  float centre_x = box[0] * size + x, centre_y = box[area] * size + y;
  float half_width = (expf (box[2 * area]) * size - 1) / 2;
  float half_height = (expf (box[3 * area]) * size - 1) / 2;
  double width, height;
  GstWeirObject *object;

  gst_weir_input_size (input, &width, &height);
  /* Corners are pixels that belong to the face. */
  object = gst_weir_add_box (objects, options, (centre_x - half_width) / (float) width,
                             (centre_y - half_height) / (float) height,
                             (centre_x + half_width + 1) / (float) width,
                             (centre_y + half_height + 1) / (float) height, score, 0);
  if (object != NULL && m->kinds[POINTS] != NULL)
    object->keypoints = read_points (m, cell, anchor, x, y, size, width, height, score);
}

static void
decode_level (const Maps *m, guint level, const WeirPortInfo *input,
              const GstWeirDecoderOptions *options, GArray *objects)
{
  gint64 area = m->width * m->height;

  for (guint anchor = 0; anchor < ANCHORS; anchor++)
    for (gint64 cell = 0; cell < area; cell++)
      if (m->kinds[SCORES][(ANCHORS + anchor) * area + cell] >= options->threshold)
        decode_cell (m, level, cell, anchor, input, options, objects);
}

static gboolean
decode (const GstWeirTensors *tensors, const GstWeirDecoderOptions *options,
        GArray *objects, GError **error)
{
  Maps maps[G_N_ELEMENTS (levels)] = { 0 };

  for (guint i = 0; i < tensors->n; i++) {
    const WeirShape *shape = weir_tensor_shape (tensors->tensors[i]);
    guint level, kind;

    if (!place (shape, tensors->input, &level, &kind))
      return weir_fail (error, WEIR_ERROR_SHAPE, "output '%s' is no map of any stride",
                        tensors->names[i]);
    maps[level].kinds[kind] = weir_tensor_data (tensors->tensors[i]);
    maps[level].height = shape->dims[2];
    maps[level].width = shape->dims[3];
  }
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (maps[i].kinds[SCORES] != NULL && maps[i].kinds[BOXES] != NULL)
      decode_level (&maps[i], i, tensors->input, options, objects);
  gst_weir_objects_suppress (objects, options);
  return TRUE;
}

static const GstWeirProfile profile = { .order = WEIR_CHANNELS_RGB,
                                        .scale = 1,
                                        .resize = WEIR_RESIZE_LETTERBOX };

const GstWeirDecoder gst_weir_decoder_retinaface = {
  .name = "retinaface",
  .model_types = "retinaface",
  .task = GST_WEIR_TASK_DETECT,
  .profile = &profile,
  .fits = fits,
  .expects = "[1,4,h,w] scores, [1,8,h,w] boxes and perhaps [1,20,h,w] key points for "
             "strides of 8, 16 and 32",
  .decode = decode,
};
