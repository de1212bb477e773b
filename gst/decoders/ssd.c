#include "decoders.h"
#include "rows.h"

/* SSD whose priors were decoded in the network. DetectionOutput gives rows [image, label,
 * score, x0, y0, x1, y1], ended by image -1; TensorFlow's post-processing gives boxes
 * [y0, x0, y1, x1], classes, scores and their number, in two orders. */

enum { IMAGE, LABEL, SCORE, X0, Y0, X1, Y1, COLUMNS };

static gsize
count_of (const WeirPortInfo *info)
{
  return weir_shape_is_static (&info->shape) ? weir_shape_elements (&info->shape) : 0;
}

static gboolean
fits_rows (const WeirPortInfo *info)
{
  const WeirShape *s = &info->shape;

  return info->dtype == WEIR_DTYPE_F32 && s->rank >= 2 && s->dims[s->rank - 1] == COLUMNS;
}

static gboolean
fits_four (const WeirPortInfo *outputs, guint n)
{
  gsize rows;

  if (n < 4 || !gst_weir_is_table (&outputs[0], -1, 4))
    return FALSE;
  rows = count_of (&outputs[0]) / 4;
  return rows > 0 && count_of (&outputs[1]) == rows && count_of (&outputs[2]) == rows &&
         count_of (&outputs[3]) == 1;
}

static gboolean
fits (const WeirPortInfo *outputs, guint n, const WeirPortInfo *input)
{
  (void) input;
  return (n == 1 && fits_rows (&outputs[0])) || fits_four (outputs, n);
}

static int
label_of (float value)
{
  return value >= 0 && value < 1e6f ? (int) value : -1;
}

static gboolean
decode_rows (const WeirTensor *tensor, const GstWeirDecoderOptions *options,
             GArray *objects)
{
  const float *row = weir_tensor_data (tensor);
  gsize n = weir_tensor_count (tensor) / COLUMNS;

  for (gsize i = 0; i < n && row[IMAGE] >= 0; i++, row += COLUMNS)
    gst_weir_add_box (objects, options, row[X0], row[Y0], row[X1], row[Y1], row[SCORE],
                      label_of (row[LABEL]));
  gst_weir_objects_suppress (objects, options);
  return TRUE;
}

/* Classes are whole numbers, scores are not: TFLite hands classes out first, TensorFlow
 * scores. */
static gboolean
is_whole (const WeirTensor *tensor)
{
  for (gsize i = 0; i < weir_tensor_count (tensor); i++) {
    double value = weir_tensor_get (tensor, i);

    if (!(value >= 0 && value < 1e6) || value != (double) (int) value)
      return FALSE;
  }
  return TRUE;
}

static gboolean
decode_four (const GstWeirTensors *t, const GstWeirDecoderOptions *options,
             GArray *objects)
{
  const WeirTensor *boxes = t->tensors[0];
  guint classes_at = is_whole (t->tensors[1]) && !is_whole (t->tensors[2]) ? 1 : 2;
  const WeirTensor *classes = t->tensors[classes_at],
                   *scores = t->tensors[3 - classes_at];
  gsize n = weir_tensor_count (scores);
  double told = weir_tensor_get (t->tensors[3], 0);

  if (told >= 0 && told < (double) n)
    n = (gsize) told;
  for (gsize i = 0; i < n; i++)
    gst_weir_add_box (objects, options, (float) weir_tensor_get (boxes, i * 4 + 1),
                      (float) weir_tensor_get (boxes, i * 4),
                      (float) weir_tensor_get (boxes, i * 4 + 3),
                      (float) weir_tensor_get (boxes, i * 4 + 2),
                      (float) weir_tensor_get (scores, i),
                      label_of ((float) weir_tensor_get (classes, i)));
  gst_weir_objects_suppress (objects, options);
  return TRUE;
}

static gboolean
decode (const GstWeirTensors *tensors, const GstWeirDecoderOptions *options,
        GArray *objects, GError **error)
{
  for (guint i = 0; i < tensors->n; i++)
    if (tensors->tensors[i] == NULL)
      return weir_fail (error, WEIR_ERROR_SHAPE, "output %u is missing", i);
  if (tensors->n == 1)
    return decode_rows (tensors->tensors[0], options, objects);
  return decode_four (tensors, options, objects);
}

const GstWeirDecoder gst_weir_decoder_ssd = {
  .name = "ssd",
  .model_types = "ssd|SSD",
  .task = GST_WEIR_TASK_DETECT,
  .fits = fits,
  .expects = "[1,1,N,7] detections, or boxes [1,N,4], classes, scores and their number",
  .decode = decode,
};
