#include "decoders.h"
#include "rows.h"

/* Pairs of outputs that are decoded in the network: scores of each class, the background
 * first, and boxes by their corners in parts of the picture (UltraFace, SSD exports). */

static gboolean
fits_pair (const WeirPortInfo *scores, const WeirPortInfo *boxes)
{
  return gst_weir_is_table (boxes, -1, 4) && gst_weir_is_table (scores, -1, -1) &&
         scores->shape.dims[scores->shape.rank - 1] >= 2 &&
         scores->shape.dims[scores->shape.rank - 2] ==
             boxes->shape.dims[boxes->shape.rank - 2];
}

/* With four classes both orders fit: names decide then. */
static gboolean
boxes_are_first (const WeirPortInfo *a, const WeirPortInfo *b)
{
  if (fits_pair (a, b) && fits_pair (b, a))
    return g_strrstr (a->name, "box") != NULL;
  return fits_pair (b, a);
}

static gboolean
fits (const WeirPortInfo *outputs, guint n, const WeirPortInfo *input)
{
  (void) input;
  return n == 2 &&
         (fits_pair (&outputs[0], &outputs[1]) || fits_pair (&outputs[1], &outputs[0]));
}

static WeirPortInfo
info_of (const GstWeirTensors *tensors, guint i)
{
  return (WeirPortInfo){ .name = tensors->names[i],
                         .dtype = weir_tensor_dtype (tensors->tensors[i]),
                         .shape = *weir_tensor_shape (tensors->tensors[i]) };
}

static gboolean
decode (const GstWeirTensors *tensors, const GstWeirDecoderOptions *options,
        GArray *objects, GError **error)
{
  WeirPortInfo first = info_of (tensors, 0), second = info_of (tensors, 1);
  guint at = boxes_are_first (&first, &second) ? 0 : 1;
  GstWeirRows boxes, scores;

  if (!gst_weir_rows_init (&boxes, tensors->tensors[at], FALSE, error) ||
      !gst_weir_rows_init (&scores, tensors->tensors[1 - at], FALSE, error))
    return FALSE;
  for (gsize row = 0; row < MIN (boxes.rows, scores.rows); row++)
    for (gsize c = 1; c < scores.columns; c++)
      if (gst_weir_rows_at (&scores, row, c) >= options->threshold)
        gst_weir_add_box (objects, options, gst_weir_rows_at (&boxes, row, 0),
                          gst_weir_rows_at (&boxes, row, 1),
                          gst_weir_rows_at (&boxes, row, 2),
                          gst_weir_rows_at (&boxes, row, 3),
                          gst_weir_rows_at (&scores, row, c), (int) c);
  gst_weir_objects_suppress (objects, options);
  return TRUE;
}

const GstWeirDecoder gst_weir_decoder_score_box = {
  .name = "score-box",
  .model_types = "ultraface",
  .task = GST_WEIR_TASK_DETECT,
  .fits = fits,
  .expects = "[1,N,classes] scores with the background first and [1,N,4] corners",
  .decode = decode,
};
