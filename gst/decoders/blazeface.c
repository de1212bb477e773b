#include "decoders.h"
#include "rows.h"

/* BlazeFace and its family (Bazarevsky et al., 2019): for each anchor a box relative to
 * it with key points, and the logit of a face. Anchors stand at the centres of the cells
 * of square maps; layers of equal stride share a map, two anchors each. */

#define MAX_LAYERS 4

static const struct {
  guint n;
  guint strides[MAX_LAYERS];
  guint anchors; /* a layer and cell */
} layouts[] = {
  { 4, { 8, 16, 16, 16 }, 2 },
  { 4, { 16, 32, 32, 32 }, 2 },
  { 1, { 4 }, 1 },
};

static gsize
count_anchors (guint layout, guint size)
{
  gsize count = 0;

  for (guint i = 0; i < layouts[layout].n; i++) {
    gsize side = size / layouts[layout].strides[i];
    count += side * side * layouts[layout].anchors;
  }
  return count;
}

static int
find_layout (gint64 rows, const WeirPortInfo *input)
{
  double width, height;

  gst_weir_input_size (input, &width, &height);
  if (width != height || width > 4096)
    return -1;
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    if (count_anchors (i, (guint) width) == (gsize) rows)
      return (int) i;
  return -1;
}

static gint64
rows_of (const WeirPortInfo *info)
{
  return info->shape.dims[info->shape.rank - 2];
}

static gboolean
fits_pair (const WeirPortInfo *boxes, const WeirPortInfo *scores,
           const WeirPortInfo *input)
{
  gint64 columns;

  if (!gst_weir_is_table (boxes, -1, -1) || !gst_weir_is_table (scores, -1, 1) ||
      rows_of (boxes) != rows_of (scores))
    return FALSE;
  columns = boxes->shape.dims[boxes->shape.rank - 1];
  return columns >= 4 && columns % 2 == 0 && find_layout (rows_of (boxes), input) >= 0;
}

static gboolean
fits (const WeirPortInfo *outputs, guint n, const WeirPortInfo *input)
{
  return n == 2 && (fits_pair (&outputs[0], &outputs[1], input) ||
                    fits_pair (&outputs[1], &outputs[0], input));
}

static GArray *
read_keypoints (const GstWeirRows *boxes, gsize row, float x, float y, float size,
                float score)
{
  GArray *points;

  if (boxes->columns <= 4)
    return NULL;
  points = g_array_new (FALSE, FALSE, sizeof (float));
  for (gsize c = 4; c + 1 < boxes->columns; c += 2) {
    float point[] = { gst_weir_rows_at (boxes, row, c) / size + x,
                      gst_weir_rows_at (boxes, row, c + 1) / size + y, score };
    g_array_append_vals (points, point, G_N_ELEMENTS (point));
  }
  return points;
}

typedef struct {
  GstWeirRows boxes, scores;
  float size;
  const GstWeirDecoderOptions *options;
  GArray *objects;
} Decoding;

static void
decode_anchor (const Decoding *d, gsize row, float x, float y)
{
  float score = gst_weir_sigmoid (gst_weir_rows_at (&d->scores, row, 0));
  float half_width = gst_weir_rows_at (&d->boxes, row, 2) / d->size / 2;
  float half_height = gst_weir_rows_at (&d->boxes, row, 3) / d->size / 2;
  float cx = gst_weir_rows_at (&d->boxes, row, 0) / d->size + x;
  float cy = gst_weir_rows_at (&d->boxes, row, 1) / d->size + y;
  GstWeirObject *object =
      gst_weir_add_box (d->objects, d->options, cx - half_width, cy - half_height,
                        cx + half_width, cy + half_height, score, 0);

  if (object != NULL)
    object->keypoints = read_keypoints (&d->boxes, row, x, y, d->size, score);
}

/* Layers of the same stride stand together: cell by cell, all their anchors. */
static void
decode_layers (const Decoding *d, guint layout)
{
  gsize row = 0;

  for (guint i = 0; i < layouts[layout].n;) {
    guint stride = layouts[layout].strides[i], layers = 0;
    guint side = (guint) d->size / stride;

    while (i < layouts[layout].n && layouts[layout].strides[i] == stride) {
      layers++;
      i++;
    }
    for (guint cell = 0; cell < side * side; cell++)
      for (guint a = 0; a < layers * layouts[layout].anchors; a++, row++)
        decode_anchor (d, row, ((float) (cell % side) + 0.5f) / (float) side,
                       ((float) (cell / side) + 0.5f) / (float) side);
  }
}

static gboolean
decode (const GstWeirTensors *tensors, const GstWeirDecoderOptions *options,
        GArray *objects, GError **error)
{
  const WeirShape *first = weir_tensor_shape (tensors->tensors[0]);
  guint boxes = first->dims[first->rank - 1] == 1 ? 1 : 0;
  Decoding d = { .options = options, .objects = objects };
  double width, height;
  int layout;

  gst_weir_input_size (tensors->input, &width, &height);
  d.size = (float) width;
  if (!gst_weir_rows_init (&d.boxes, tensors->tensors[boxes], FALSE, error) ||
      !gst_weir_rows_init (&d.scores, tensors->tensors[1 - boxes], FALSE, error))
    return FALSE;
  layout = find_layout ((gint64) d.boxes.rows, tensors->input);
  if (layout < 0 || d.boxes.rows != d.scores.rows)
    return weir_fail (error, WEIR_ERROR_SHAPE, "no anchors fit %zu boxes", d.boxes.rows);
  decode_layers (&d, (guint) layout);
  gst_weir_objects_suppress (objects, options);
  return TRUE;
}

static const GstWeirProfile profile = { .order = WEIR_CHANNELS_RGB,
                                        .mean = 127.5f,
                                        .scale = 127.5f,
                                        .resize = WEIR_RESIZE_STRETCH };

const GstWeirDecoder gst_weir_decoder_blazeface = {
  .name = "blazeface",
  .model_types = "blazeface",
  .task = GST_WEIR_TASK_DETECT,
  .profile = &profile,
  .fits = fits,
  .expects = "[1,N,4+2k] boxes and [1,N,1] scores with N the anchors of a square input",
  .decode = decode,
};
