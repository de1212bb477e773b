#include "rows.h"

#include <math.h>

gboolean
gst_weir_is_table (const WeirPortInfo *info, gint64 rows, gint64 columns)
{
  const WeirShape *s = &info->shape;

  if (info->dtype != WEIR_DTYPE_F32 || s->rank < 2)
    return FALSE;
  for (int i = 0; i < s->rank - 2; i++)
    if (s->dims[i] != 1)
      return FALSE;
  return (rows < 0 || s->dims[s->rank - 2] == rows) &&
         (columns < 0 || s->dims[s->rank - 1] == columns);
}

gboolean
gst_weir_rows_init (GstWeirRows *rows, const WeirTensor *tensor, gboolean transposed,
                    GError **error)
{
  const WeirShape *s = tensor != NULL ? weir_tensor_shape (tensor) : NULL;
  gsize height, width;

  if (s == NULL || s->rank < 2 || weir_tensor_dtype (tensor) != WEIR_DTYPE_F32)
    return weir_fail (error, WEIR_ERROR_SHAPE, "an output is no table of f32");
  height = (gsize) s->dims[s->rank - 2];
  width = (gsize) s->dims[s->rank - 1];
  if (weir_tensor_count (tensor) != height * width)
    return weir_fail (error, WEIR_ERROR_SHAPE, "an output holds more than one picture's");
  *rows = (GstWeirRows){ .data = weir_tensor_data (tensor),
                         .rows = transposed ? width : height,
                         .columns = transposed ? height : width,
                         .row_step = transposed ? 1 : width,
                         .column_step = transposed ? width : 1 };
  return TRUE;
}

void
gst_weir_input_size (const WeirPortInfo *input, double *width, double *height)
{
  gboolean last = weir_image_channels_last (input);

  *height = (double) input->shape.dims[last ? 1 : 2];
  *width = (double) input->shape.dims[last ? 2 : 3];
}

float
gst_weir_sigmoid (float x)
{
  return 1 / (1 + expf (-CLAMP (x, -80, 80)));
}

GstWeirObject *
gst_weir_add_box (GArray *objects, const GstWeirDecoderOptions *options, float x0,
                  float y0, float x1, float y1, float score, int label_id)
{
  GstWeirObject object = { .x = x0,
                           .y = y0,
                           .width = x1 - x0,
                           .height = y1 - y0,
                           .score = MIN (score, 1),
                           .label_id = label_id };

  if (!(score >= options->threshold) || !isfinite (object.x) || !isfinite (object.y) ||
      !(object.width > 0) || !(object.height > 0) || !isfinite (object.width) ||
      !isfinite (object.height))
    return NULL;
  g_array_append_val (objects, object);
  return &g_array_index (objects, GstWeirObject, objects->len - 1);
}
