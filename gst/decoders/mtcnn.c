#include "decoders.h"
#include "rows.h"

/* MTCNN (Zhang et al., 2016), a cascade: a small network slides over the picture and
 * proposes squares, two others look at each of these and refine it; the last one gives
 * five key points, too. Boxes are corrected in parts of their size. */

#define CELL   12
#define STRIDE 2

static gboolean
is_map (const WeirPortInfo *info, gint64 channels, gint64 height, gint64 width)
{
  const WeirShape wanted = WEIR_SHAPE (1, channels, height, width);

  return info->dtype == WEIR_DTYPE_F32 && weir_shape_equal (&info->shape, &wanted);
}

/* Where a window of the whole network fits: three convolutions of 3, the first with a
 * pooling of 2 behind it. */
static gint64
places (double size)
{
  return ((gint64) size - 2 + 1) / STRIDE - 4;
}

static gboolean
fits_maps (const WeirPortInfo *outputs, guint n, const WeirPortInfo *input)
{
  double width, height;

  gst_weir_input_size (input, &width, &height);
  for (guint i = 0; n == 2 && i < n; i++)
    if (is_map (&outputs[i], 2, places (height), places (width)) &&
        is_map (&outputs[1 - i], 4, places (height), places (width)))
      return TRUE;
  return FALSE;
}

/* The longer side for both, around the same middle: the networks behind want squares. */
static void
add_square (GArray *objects, const GstWeirDecoderOptions *options,
            const WeirPortInfo *input, const float corners[4], float score)
{
  double width, height;
  float middle_x = (corners[0] + corners[2]) / 2,
        middle_y = (corners[1] + corners[3]) / 2;
  float half = MAX (corners[2] - corners[0], corners[3] - corners[1]) / 2;

  gst_weir_input_size (input, &width, &height);
  gst_weir_add_box (objects, options, (middle_x - half) / (float) width,
                    (middle_y - half) / (float) height, (middle_x + half) / (float) width,
                    (middle_y + half) / (float) height, score, 0);
}

static gboolean
decode_maps (const GstWeirTensors *tensors, const GstWeirDecoderOptions *options,
             GArray *objects, GError **error)
{
  guint at = weir_tensor_shape (tensors->tensors[0])->dims[1] == 4 ? 0 : 1;
  const WeirShape *shape = weir_tensor_shape (tensors->tensors[at]);
  const float *boxes = weir_tensor_data (tensors->tensors[at]);
  const float *scores = weir_tensor_data (tensors->tensors[1 - at]);
  gint64 area = shape->dims[2] * shape->dims[3];

  (void) error;
  for (gint64 cell = 0; cell < area; cell++) {
    float x = (float) (cell % shape->dims[3] * STRIDE);
    float y = (float) (cell / shape->dims[3] * STRIDE);
    const float corners[] = { x + boxes[cell] * CELL, y + boxes[area + cell] * CELL,
                              x + (1 + boxes[2 * area + cell]) * CELL,
                              y + (1 + boxes[3 * area + cell]) * CELL };

    if (scores[area + cell] >= options->threshold)
      add_square (objects, options, tensors->input, corners, scores[area + cell]);
  }
  gst_weir_objects_suppress (objects, options);
  return TRUE;
}

/* The output with @columns, -1 without one. */
static int
find (const WeirPortInfo *outputs, guint n, gint64 columns)
{
  for (guint i = 0; i < n; i++)
    if (outputs[i].shape.rank == 2 && gst_weir_is_table (&outputs[i], 1, columns))
      return (int) i;
  return -1;
}

static gboolean
fits_rows (const WeirPortInfo *outputs, guint n, const WeirPortInfo *input)
{
  double width, height;

  gst_weir_input_size (input, &width, &height);
  return width == height && (width == 24 || width == 48) && find (outputs, n, 2) >= 0 &&
         find (outputs, n, 4) >= 0 && (n == 2 || (n == 3 && find (outputs, n, 10) >= 0));
}

static const float *
values_of (const GstWeirTensors *tensors, gsize columns)
{
  for (guint i = 0; i < tensors->n; i++)
    if (weir_tensor_count (tensors->tensors[i]) == columns)
      return weir_tensor_data (tensors->tensors[i]);
  return NULL;
}

/* All five x come before all y. */
static GArray *
read_points (const float *values, float score)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (float));

  for (guint i = 0; i < 5; i++) {
    const float point[] = { values[i], values[5 + i], score };

    g_array_append_vals (points, point, G_N_ELEMENTS (point));
  }
  return points;
}

static gboolean
decode_rows (const GstWeirTensors *tensors, const GstWeirDecoderOptions *options,
             GArray *objects, GError **error)
{
  const float *scores = values_of (tensors, 2), *box = values_of (tensors, 4);
  const float *points = values_of (tensors, 10);
  GstWeirObject *object;

  if (scores == NULL || box == NULL)
    return weir_fail (error, WEIR_ERROR_SHAPE, "no scores or no box among the outputs");
  object = gst_weir_add_box (objects, options, box[0], box[1], 1 + box[2], 1 + box[3],
                             scores[1], 0);
  if (object != NULL && points != NULL)
    object->keypoints = read_points (points, scores[1]);
  return TRUE;
}

static const GstWeirProfile profile = {
  .order = WEIR_CHANNELS_BGR, .mean = 127.5f, .scale = 128, .resize = WEIR_RESIZE_STRETCH
};

const GstWeirDecoder gst_weir_decoder_mtcnn = {
  .name = "mtcnn",
  .model_types = "mtcnn",
  .task = GST_WEIR_TASK_DETECT,
  .profile = &profile,
  .fits = fits_maps,
  .expects = "[1,2,h,w] scores and [1,4,h,w] boxes of a window of 12 that moves by 2",
  .decode = decode_maps,
};

const GstWeirDecoder gst_weir_decoder_mtcnn_refine = {
  .name = "mtcnn-refine",
  .model_types = "mtcnn-refine",
  .task = GST_WEIR_TASK_DETECT,
  .profile = &profile,
  .fits = fits_rows,
  .expects = "[1,2] scores, [1,4] a box and perhaps [1,10] key points, of an input of 24 "
             "or 48",
  .decode = decode_rows,
};
