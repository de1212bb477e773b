#include "decoders.h"
#include "rows.h"

/* YOLOv5 and YOLOv8 with their heads in the network: centre and size in pixels of the
 * input, scores between 0 and 1. v5 has an objectness before its classes and three
 * anchors a cell; v8 has neither, and its table lies on its side. */

static gint64
count_cells (const WeirPortInfo *input)
{
  static const guint strides[] = { 8, 16, 32 };
  double width, height;
  gint64 cells = 0;

  gst_weir_input_size (input, &width, &height);
  for (guint i = 0; i < G_N_ELEMENTS (strides); i++)
    cells += (gint64) width / strides[i] * ((gint64) height / strides[i]);
  return cells;
}

static gboolean
fits_v8 (const WeirPortInfo *outputs, guint n, const WeirPortInfo *input)
{
  const WeirShape *s = &outputs[0].shape;
  gint64 cells = count_cells (input);

  if (n != 1 || s->rank != 3 || !gst_weir_is_table (&outputs[0], -1, -1))
    return FALSE;
  return (s->dims[2] == cells && s->dims[1] > 4) ||
         (s->dims[1] == cells && s->dims[2] > 4);
}

static gboolean
fits_v5 (const WeirPortInfo *outputs, guint n, const WeirPortInfo *input)
{
  const WeirShape *s = &outputs[0].shape;

  return n >= 1 && s->rank == 3 &&
         gst_weir_is_table (&outputs[0], 3 * count_cells (input), -1) && s->dims[2] > 5;
}

static void
best_class (const GstWeirRows *rows, gsize row, gsize first, gsize *label, float *score)
{
  *label = 0;
  *score = -1;
  for (gsize c = first; c < rows->columns; c++) {
    float value = gst_weir_rows_at (rows, row, c);

    if (value > *score) {
      *score = value;
      *label = c - first;
    }
  }
}

static void
decode_row (const GstWeirRows *rows, gsize row, gsize first, double width, double height,
            const GstWeirDecoderOptions *options, GArray *objects)
{
  float object = first == 5 ? gst_weir_rows_at (rows, row, 4) : 1, score;
  float cx, cy, half_width, half_height;
  gsize label;

  if (!(object >= options->threshold))
    return;
  best_class (rows, row, first, &label, &score);
  score *= object;
  if (!(score >= options->threshold))
    return;
  cx = gst_weir_rows_at (rows, row, 0) / (float) width;
  cy = gst_weir_rows_at (rows, row, 1) / (float) height;
  half_width = gst_weir_rows_at (rows, row, 2) / (float) width / 2;
  half_height = gst_weir_rows_at (rows, row, 3) / (float) height / 2;
  gst_weir_add_box (objects, options, cx - half_width, cy - half_height, cx + half_width,
                    cy + half_height, score, (int) label);
}

static gboolean
decode_table (const GstWeirTensors *tensors, gboolean transposed, gsize first,
              const GstWeirDecoderOptions *options, GArray *objects, GError **error)
{
  GstWeirRows rows;
  double width, height;

  gst_weir_input_size (tensors->input, &width, &height);
  if (!gst_weir_rows_init (&rows, tensors->tensors[0], transposed, error))
    return FALSE;
  if (rows.columns <= first)
    return weir_fail (error, WEIR_ERROR_SHAPE, "no classes in %zu columns", rows.columns);
  for (gsize row = 0; row < rows.rows; row++)
    decode_row (&rows, row, first, width, height, options, objects);
  gst_weir_objects_suppress (objects, options);
  return TRUE;
}

static gboolean
decode_v8 (const GstWeirTensors *tensors, const GstWeirDecoderOptions *options,
           GArray *objects, GError **error)
{
  const WeirShape *s = weir_tensor_shape (tensors->tensors[0]);
  gboolean transposed = s->rank == 3 && s->dims[2] == count_cells (tensors->input);

  return decode_table (tensors, transposed, 4, options, objects, error);
}

static gboolean
decode_v5 (const GstWeirTensors *tensors, const GstWeirDecoderOptions *options,
           GArray *objects, GError **error)
{
  return decode_table (tensors, FALSE, 5, options, objects, error);
}

static const GstWeirProfile profile = {
  .order = WEIR_CHANNELS_RGB, .scale = 255, .resize = WEIR_RESIZE_LETTERBOX, .pad = 114
};

const GstWeirDecoder gst_weir_decoder_yolov8 = {
  .name = "yolov8",
  .model_types = "yolov8|yolo_v8|yolov9|yolov11|yolo11|YOLOv8|YOLO11",
  .task = GST_WEIR_TASK_DETECT,
  .profile = &profile,
  .fits = fits_v8,
  .expects = "[1,4+classes,N] with N the cells of strides 8, 16 and 32",
  .decode = decode_v8,
};

const GstWeirDecoder gst_weir_decoder_yolov5 = {
  .name = "yolov5",
  .model_types = "yolov5|yolo_v5|YOLOv5",
  .task = GST_WEIR_TASK_DETECT,
  .profile = &profile,
  .fits = fits_v5,
  .expects = "[1,3N,5+classes] with N the cells of strides 8, 16 and 32",
  .decode = decode_v5,
};
