#include "broadcast.h"

#include <math.h>

/* FakeQuantize: rounds to one of @levels equally spaced numbers of an input range and
 * gives the corresponding number of an output range. */

static const WeirAttrRow attrs[] = { { "levels", WEIR_ATTR_INT, NULL, "2..4294967296", 0,
                                       0 },
                                     WEIR_ROW_AUTO_BROADCAST,
                                     { NULL } };

enum { DATA, IN_LOW, IN_HIGH, OUT_LOW, OUT_HIGH, N_INPUTS };

static gboolean
fake_quantize_infer (WeirInfer *infer, GError **error)
{
  WeirDtype dtype = infer->inputs[DATA].dtype;
  WeirShape shape = infer->inputs[DATA].shape;

  if (dtype != WEIR_DTYPE_UNKNOWN && !weir_dtype_is_float (dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floating point, found %s",
                      weir_dtype_name (dtype));
  for (guint i = IN_LOW; i < N_INPUTS; i++) {
    WeirShape wide;

    if (!weir_broadcast_by (infer->node, &shape, &infer->inputs[i].shape, &wide, error))
      return FALSE;
    shape = wide;
  }
  return weir_infer_set (infer, 0, dtype, &shape);
}

/* In float, step by step as the specification says it, so that halves round alike. */
static float
quantize (float x, const float *range, float steps)
{
  float scale = steps / (range[IN_HIGH] - range[IN_LOW]);
  float low = MIN (range[IN_LOW], range[IN_HIGH]);
  float high = MAX (range[IN_LOW], range[IN_HIGH]);

  if (x <= low)
    return range[OUT_LOW];
  if (x > high)
    return range[OUT_HIGH];
  return rintf (x * scale - range[IN_LOW] * scale) *
             ((range[OUT_HIGH] - range[OUT_LOW]) / steps) +
         range[OUT_LOW];
}

static void
read_row (const WeirEval *eval, const WeirWalk *walk, gsize i, float in[N_INPUTS])
{
  for (guint k = 0; k < N_INPUTS; k++)
    in[k] =
        (float) weir_tensor_get (eval->inputs[k], walk->offset[k] + i * walk->step[k]);
}

static gboolean
has_one_range (const WeirWalk *walk)
{
  for (guint k = IN_LOW; k < N_INPUTS; k++)
    if (walk->step[k] != 0)
      return FALSE;
  return walk->step[DATA] == 1;
}

/* A row of one range, without asking each element for its type. */
static void
quantize_floats (const WeirEval *eval, const WeirWalk *walk, float steps, float *y)
{
  const float *x = (const float *) weir_tensor_data (eval->inputs[DATA]);
  float range[N_INPUTS];

  read_row (eval, walk, 0, range);
  for (gsize i = 0; i < walk->row; i++)
    y[walk->at + i] = quantize (x[walk->offset[DATA] + i], range, steps);
}

static gboolean
fake_quantize_evaluate (WeirEval *eval, GError **error)
{
  WeirShape aligned[N_INPUTS];
  const WeirShape *shapes[N_INPUTS];
  WeirDtype dtype = weir_tensor_dtype (eval->inputs[DATA]);
  float steps = (float) (weir_node_int (eval->node, "levels") - 1);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  WeirWalk walk;

  if (y == NULL)
    return FALSE;
  for (guint k = 0; k < N_INPUTS; k++) {
    aligned[k] = weir_broadcast_aligned (eval->node, weir_tensor_shape (eval->inputs[k]),
                                         eval->infos[0].shape.rank);
    shapes[k] = &aligned[k];
  }
  for (weir_walk_init (&walk, weir_tensor_shape (y), shapes, N_INPUTS); walk.more;
       weir_walk_next (&walk)) {
    if (dtype == WEIR_DTYPE_F32 && has_one_range (&walk)) {
      quantize_floats (eval, &walk, steps, weir_tensor_writable (y));
      continue;
    }
    for (gsize i = 0; i < walk.row; i++) {
      float in[N_INPUTS];

      read_row (eval, &walk, i, in);
      weir_dtype_store (dtype, weir_tensor_writable (y), walk.at + i,
                        (double) quantize (in[DATA], in, steps));
    }
  }
  return TRUE;
}

WEIR_OP_DEFINE (fake_quantize) = {
  .name = "FakeQuantize",
  .versions = { 1 },
  .min_inputs = N_INPUTS,
  .max_inputs = N_INPUTS,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Rounds as a quantized network would, in floating point",
  .infer = fake_quantize_infer,
  .evaluate = fake_quantize_evaluate,
};
