#include "list.h"
#include "philox.h"

#include <math.h>

/* Multinomial: classes drawn by their probabilities, with or without putting them back.
 * The random numbers are those of RandomUniform for f64. */

static const WeirAttrRow attrs[] = {
  { "convert_type", WEIR_ATTR_DTYPE, NULL, NULL, 0, 0 },
  { "with_replacement", WEIR_ATTR_BOOL, NULL, NULL, 0, 0 },
  { "log_probs", WEIR_ATTR_BOOL, NULL, NULL, 0, 0 },
  { "global_seed", WEIR_ATTR_INT, "0", NULL, 0, 0 },
  { "op_seed", WEIR_ATTR_INT, "0", NULL, 0, 0 },
  { NULL }
};

static gboolean
infer (WeirInfer *infer, GError **error)
{
  WeirDtype dtype = weir_node_dtype (infer->node, "convert_type");
  WeirShape probs = weir_shape_unknown (2);
  WeirList samples;
  gint64 n;

  if (dtype != WEIR_DTYPE_I32 && dtype != WEIR_DTYPE_I64)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute 'convert_type': expected i32 or i64, found %s",
                      weir_dtype_name (dtype));
  if (!weir_shape_merge (&probs, &infer->inputs[0].shape)) {
    g_autofree char *found = weir_shape_to_string (&infer->inputs[0].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected [batch,classes], found %s",
                      found);
  }
  if (!weir_list_input (infer, 1, "num_samples", &samples, error) ||
      !weir_list_length (&samples, "num_samples", 1, error))
    return FALSE;
  n = samples.known ? samples.values[0] : WEIR_DIM_UNKNOWN;
  if (samples.known && (n < 0 || (!weir_node_bool (infer->node, "with_replacement") &&
                                  probs.dims[1] >= 0 && n > probs.dims[1])))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "cannot draw %" G_GINT64_FORMAT " samples of %" G_GINT64_FORMAT
                      " classes",
                      n, probs.dims[1]);
  return weir_infer_sized (infer, 0, dtype, &WEIR_SHAPE (probs.dims[0], n), error);
}

/* The classes of one row: what each is worth, and all together. */
typedef struct {
  double *worth, total;
  gint64 n;
} Urn;

static gboolean
urn_fill (Urn *urn, const WeirEval *eval, gint64 row, GError **error)
{
  gboolean logarithms = weir_node_bool (eval->node, "log_probs");
  double largest = 0;

  urn->total = 0;
  for (gint64 i = 0; i < urn->n; i++) {
    urn->worth[i] = weir_tensor_get (eval->inputs[0], (gsize) (row * urn->n + i));
    largest = i == 0 ? urn->worth[i] : MAX (largest, urn->worth[i]);
  }
  for (gint64 i = 0; i < urn->n; i++) {
    if (logarithms)
      urn->worth[i] = exp (urn->worth[i] - largest);
    if (!(urn->worth[i] >= 0) || isinf (urn->worth[i]))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "the probability of class %" G_GINT64_FORMAT " is %g", i,
                        urn->worth[i]);
    urn->total += urn->worth[i];
  }
  return TRUE;
}

/* The class whose part of the whole the number from 0 to 1 hits; one that is worth
 * nothing only where there is no other. */
static gint64
urn_draw (Urn *urn, double fraction, gboolean put_back)
{
  double place = fraction * urn->total, sum = 0;
  gint64 drawn = 0;

  for (gint64 i = 0; i < urn->n; i++) {
    if (urn->worth[i] <= 0)
      continue;
    drawn = i;
    sum += urn->worth[i];
    if (place < sum)
      break;
  }
  if (!put_back) {
    urn->worth[drawn] = -1;
    urn->total = 0;
    for (gint64 i = 0; i < urn->n; i++)
      urn->total += MAX (urn->worth[i], 0);
  }
  return drawn;
}

static gboolean
draw_all (WeirEval *eval, WeirTensor *y, Urn *urn, GError **error)
{
  gboolean put_back = weir_node_bool (eval->node, "with_replacement");
  gint64 samples = weir_tensor_shape (y)->dims[1];
  WeirPhilox philox = weir_philox_begin (eval);
  guint32 bits[4];

  weir_philox_keep (&philox, eval, (weir_tensor_count (y) + 1) / 2);
  for (gsize i = 0; i < weir_tensor_count (y); i++) {
    if (i % (gsize) samples == 0 && !urn_fill (urn, eval, (gint64) i / samples, error))
      return FALSE;
    if (!(urn->total > 0))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "row %" G_GINT64_FORMAT " has no class left to draw",
                        (gint64) i / samples);
    if (i % 2 == 0)
      weir_philox_next (&philox, bits);
    weir_dtype_store_int (
        weir_tensor_dtype (y), weir_tensor_writable (y), i,
        urn_draw (urn, weir_philox_fraction (WEIR_DTYPE_F64, bits + i % 2 * 2),
                  put_back));
  }
  return TRUE;
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  Urn urn = { .n = weir_tensor_shape (eval->inputs[0])->dims[1] };
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gboolean good = y != NULL;

  if (!good)
    return FALSE;
  urn.worth = weir_try_alloc ((gsize) urn.n * sizeof *urn.worth, error);
  good = urn.worth != NULL && draw_all (eval, y, &urn, error);
  weir_free (urn.worth);
  return good;
}

WEIR_OP_DEFINE (multinomial) = {
  .name = "Multinomial",
  .versions = { 13 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .flags = WEIR_OP_STATEFUL,
  .attrs = attrs,
  .summary = "Classes drawn by their probabilities",
  .infer = infer,
  .evaluate = evaluate,
};
