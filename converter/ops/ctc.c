#include "ops.h"

#include <math.h>

/* CTCGreedyDecoder and CTCGreedyDecoderSeqLen: the best class of each step, without
 * blanks, and without repetitions where these are merged; -1 fills the rows up. */

static const WeirAttrRow first_attrs[] = {
  { "ctc_merge_repeated", WEIR_ATTR_BOOL, "true", NULL, 0, 0 }, { NULL }
};

static const WeirAttrRow length_attrs[] = {
  { "merge_repeated", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "classes_index_type", WEIR_ATTR_DTYPE, "i32", NULL, 0, 0 },
  { "sequence_length_type", WEIR_ATTR_DTYPE, "i32", NULL, 0, 0 },
  { NULL }
};

/* Reads two shapes whose dimensions named by the same letter agree; sizes by letter. */
static gboolean
check_shapes (const WeirInfer *infer, const char *first, const char *second,
              gint64 *batch, gint64 *steps, GError **error)
{
  const char *const layouts[] = { first, second };

  *batch = *steps = WEIR_DIM_UNKNOWN;
  for (guint i = 0; i < 2; i++) {
    const WeirShape *shape = &infer->inputs[i].shape;
    WeirShape want = weir_shape_unknown (i == 0 ? 3 : layouts[1][1] != '\0' ? 2 : 1);

    for (int k = 0; k < want.rank; k++)
      want.dims[k] = layouts[i][k] == 'n'   ? *batch
                     : layouts[i][k] == 't' ? *steps
                                            : WEIR_DIM_UNKNOWN;
    if (!weir_shape_merge (&want, shape)) {
      g_autofree char *found = weir_shape_to_string (shape);
      g_autofree char *expected = weir_shape_to_string (&want);
      return weir_fail (error, WEIR_ERROR_SHAPE, "input %u: expected %s, found %s", i,
                        expected, found);
    }
    for (int k = 0; k < want.rank; k++) {
      if (layouts[i][k] == 'n')
        *batch = want.dims[k];
      else if (layouts[i][k] == 't')
        *steps = want.dims[k];
    }
  }
  return TRUE;
}

/* Where the scores of one sequence are, and what to do with them. */
typedef struct {
  const WeirTensor *scores;
  gint64 classes, blank;
  gboolean merge;
  gint64 last; /* class of the step before; -1 at the beginning */
} Decoder;

static gint64
best_class (const Decoder *decoder, gint64 row)
{
  gint64 best = 0;
  double largest = -INFINITY;

  for (gint64 c = 0; c < decoder->classes; c++) {
    double score =
        weir_tensor_get (decoder->scores, (gsize) (row * decoder->classes + c));

    if (score > largest) {
      largest = score;
      best = c;
    }
  }
  return best;
}

/* Whether the step at @row adds a class, and which. */
static gboolean
decode (Decoder *decoder, gint64 row, gint64 *label)
{
  gboolean repeated;

  *label = best_class (decoder, row);
  repeated = decoder->merge && *label == decoder->last;
  decoder->last = *label;
  return *label != decoder->blank && !repeated;
}

static void
fill (WeirTensor *tensor, double value)
{
  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    weir_dtype_store (weir_tensor_dtype (tensor), weir_tensor_writable (tensor), i,
                      value);
}

static gboolean
first_infer (WeirInfer *infer, GError **error)
{
  gint64 batch, steps;

  if (!check_shapes (infer, "tnc", "tn", &batch, &steps, error))
    return FALSE;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype,
                         &WEIR_SHAPE (batch, steps, 1, 1));
}

/* A sequence ends where its mask is 0. */
static gboolean
first_evaluate (WeirEval *eval, GError **error)
{
  const gint64 *in = weir_tensor_shape (eval->inputs[0])->dims;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);

  if (y == NULL)
    return FALSE;
  fill (y, -1);
  for (gint64 n = 0; n < in[1]; n++) {
    Decoder decoder = { eval->inputs[0], in[2], in[2] - 1,
                        weir_node_bool (eval->node, "ctc_merge_repeated"), -1 };
    gint64 at = n * in[0], label;

    for (gint64 t = 0; t < in[0]; t++) {
      gint64 row = t * in[1] + n;

      if (weir_tensor_get (eval->inputs[1], (gsize) row) == 0)
        break;
      if (decode (&decoder, row, &label))
        weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), (gsize) at++,
                          (double) label);
    }
  }
  return TRUE;
}

WEIR_OP_DEFINE (ctc_greedy_decoder) = {
  .name = "CTCGreedyDecoder",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = first_attrs,
  .summary = "The best class of each step, without blanks and repetitions; steps first",
  .infer = first_infer,
  .evaluate = first_evaluate,
};

static gboolean
check_type (const WeirNode *node, const char *attr, GError **error)
{
  WeirDtype dtype = weir_node_dtype (node, attr);

  if (dtype == WEIR_DTYPE_I32 || dtype == WEIR_DTYPE_I64)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_FORMAT,
                    "attribute '%s': expected i32 or i64, found %s", attr,
                    weir_dtype_name (dtype));
}

static gboolean
length_infer (WeirInfer *infer, GError **error)
{
  const WeirNode *node = infer->node;
  gint64 batch, steps;

  if (!check_type (node, "classes_index_type", error) ||
      !check_type (node, "sequence_length_type", error) ||
      !check_shapes (infer, "ntc", "n", &batch, &steps, error))
    return FALSE;
  if (infer->n_inputs > 2 && infer->inputs[2].value != NULL &&
      weir_tensor_count (infer->inputs[2].value) != 1)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected one blank class, found %zu",
                      weir_tensor_count (infer->inputs[2].value));
  weir_infer_set (infer, 0, weir_node_dtype (node, "classes_index_type"),
                  &WEIR_SHAPE (batch, steps));
  return weir_infer_set (infer, 1, weir_node_dtype (node, "sequence_length_type"),
                         &WEIR_SHAPE (batch));
}

static gboolean
length_evaluate (WeirEval *eval, GError **error)
{
  const gint64 *in = weir_tensor_shape (eval->inputs[0])->dims;
  gint64 blank =
      eval->n_inputs > 2 ? weir_tensor_get_int (eval->inputs[2], 0) : in[2] - 1;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  WeirTensor *lengths = y != NULL ? weir_eval_inferred (eval, 1, error) : NULL;

  if (lengths == NULL)
    return FALSE;
  fill (y, -1);
  for (gint64 n = 0; n < in[0]; n++) {
    Decoder decoder = { eval->inputs[0], in[2], blank,
                        weir_node_bool (eval->node, "merge_repeated"), -1 };
    gint64 steps = weir_tensor_get_int (eval->inputs[1], (gsize) n), count = 0, label;

    if (steps < 0 || steps > in[1])
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "sequence %" G_GINT64_FORMAT " has length %" G_GINT64_FORMAT
                        ", expected 0 to %" G_GINT64_FORMAT,
                        n, steps, in[1]);
    for (gint64 t = 0; t < steps; t++)
      if (decode (&decoder, n * in[1] + t, &label))
        weir_dtype_store_int (weir_tensor_dtype (y), weir_tensor_writable (y),
                              (gsize) (n * in[1] + count++), label);
    weir_dtype_store_int (weir_tensor_dtype (lengths), weir_tensor_writable (lengths),
                          (gsize) n, count);
  }
  return TRUE;
}

WEIR_OP_DEFINE (ctc_greedy_decoder_seq_len) = {
  .name = "CTCGreedyDecoderSeqLen",
  .versions = { 6 },
  .min_inputs = 2,
  .max_inputs = 3,
  .outputs = 2,
  .attrs = length_attrs,
  .summary = "The best class of each step, without blanks and repetitions; batch first",
  .infer = length_infer,
  .evaluate = length_evaluate,
};
