#include "decoders.h"
#include "rows.h"

#include <math.h>

/* One score a class, as logits or as probabilities: the best class. */

static gboolean
fits (const WeirPortInfo *outputs, guint n, const WeirPortInfo *input)
{
  const WeirShape *s = &outputs[0].shape;
  guint wide = 0;

  (void) input;
  if (n != 1 || outputs[0].dtype != WEIR_DTYPE_F32 || !weir_shape_is_static (s))
    return FALSE;
  for (int i = 0; i < s->rank; i++)
    wide += s->dims[i] > 1;
  return wide == 1;
}

/* Probabilities are positive and sum up to 1; anything else is taken for logits. */
static gboolean
are_probabilities (const float *scores, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++) {
    if (!(scores[i] >= 0 && scores[i] <= 1))
      return FALSE;
    sum += scores[i];
  }
  return fabs (sum - 1) < 1e-2;
}

static float
softmax_of (const float *scores, gsize n, gsize best)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += exp ((double) scores[i] - scores[best]);
  return (float) (1 / sum);
}

static gboolean
decode (const GstWeirTensors *tensors, const GstWeirDecoderOptions *options,
        GArray *objects, GError **error)
{
  const WeirTensor *tensor = tensors->tensors[0];
  GstWeirObject object = { .width = 1, .height = 1 };
  const float *scores;
  gsize n, best = 0;

  if (tensor == NULL || weir_tensor_dtype (tensor) != WEIR_DTYPE_F32)
    return weir_fail (error, WEIR_ERROR_SHAPE, "the output holds no f32 scores");
  scores = weir_tensor_data (tensor);
  n = weir_tensor_count (tensor);
  for (gsize i = 1; i < n; i++)
    if (scores[i] > scores[best])
      best = i;
  if (n == 0 || !isfinite (scores[best]))
    return TRUE;
  object.label_id = (int) best;
  object.score =
      are_probabilities (scores, n) ? scores[best] : softmax_of (scores, n, best);
  if (object.score >= options->threshold)
    g_array_append_val (objects, object);
  return TRUE;
}

const GstWeirDecoder gst_weir_decoder_classify = {
  .name = "classify",
  .model_types = "classification|Classification",
  .task = GST_WEIR_TASK_CLASSIFY,
  .fits = fits,
  .expects = "one output with a score for each class",
  .decode = decode,
};
