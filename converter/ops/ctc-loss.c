#include "ops.h"

#include <math.h>

/* CTCLoss: minus the logarithm of the probability of all paths through the steps that
 * spell the labels, with blanks in between (Graves et al., "Connectionist temporal
 * classification"). */

static const WeirAttrRow attrs[] = {
  { "preprocess_collapse_repeated", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "ctc_merge_repeated", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "unique", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { NULL }
};

enum { LOGITS, STEPS, LABELS, LENGTHS, BLANK };

static gboolean
infer (WeirInfer *infer, GError **error)
{
  static const int ranks[] = { [LOGITS] = 3, [STEPS] = 1, [LABELS] = 2, [LENGTHS] = 1 };
  gint64 sizes[] = { WEIR_DIM_UNKNOWN, WEIR_DIM_UNKNOWN };

  for (guint i = LOGITS; i < BLANK; i++) {
    WeirShape want = weir_shape_unknown (ranks[i]);

    want.dims[0] = sizes[0];
    if (want.rank > 1)
      want.dims[1] = sizes[1];
    if (!weir_shape_merge (&want, &infer->inputs[i].shape)) {
      g_autofree char *expected = weir_shape_to_string (&want);
      g_autofree char *found = weir_shape_to_string (&infer->inputs[i].shape);
      return weir_fail (error, WEIR_ERROR_SHAPE, "input %u: expected %s, found %s", i,
                        expected, found);
    }
    for (int k = 0; k < MIN (want.rank, 2); k++)
      sizes[k] = want.dims[k];
  }
  if (infer->inputs[LOGITS].dtype != WEIR_DTYPE_UNKNOWN &&
      !weir_dtype_is_float (infer->inputs[LOGITS].dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floats, found %s",
                      weir_dtype_name (infer->inputs[LOGITS].dtype));
  if (infer->n_inputs > BLANK && infer->inputs[BLANK].value != NULL &&
      weir_tensor_count (infer->inputs[BLANK].value) != 1)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected one blank class, found %zu",
                      weir_tensor_count (infer->inputs[BLANK].value));
  return weir_infer_set (infer, 0, infer->inputs[LOGITS].dtype, &WEIR_SHAPE (sizes[0]));
}

/* One sequence. @labels is what is left of the target; @paths holds, for each place in
 * it, the logarithm of the probability of all paths that have come there. */
typedef struct {
  const WeirTensor *logits;
  gint64 batch, all_steps, classes, blank;
  gint64 *labels, n;
  double *paths;
  double scale; /* logarithm of the sum over the classes of the step at hand */
} Sequence;

static double
logit (const Sequence *s, gint64 step, gint64 label)
{
  return weir_tensor_get (
      s->logits, (gsize) ((s->batch * s->all_steps + step) * s->classes + label));
}

static double
add_logarithms (double a, double b)
{
  double high = MAX (a, b), low = MIN (a, b);

  return isinf (low) && low < 0 ? high : high + log1p (exp (low - high));
}

static double
normalizer (const Sequence *s, gint64 step)
{
  double largest = -INFINITY, sum = 0;

  for (gint64 c = 0; c < s->classes; c++)
    largest = MAX (largest, logit (s, step, c));
  for (gint64 c = 0; c < s->classes; c++)
    sum += exp (logit (s, step, c) - largest);
  return largest + log (sum);
}

static gboolean
is_dropped (const WeirNode *node, const Sequence *s, gint64 label)
{
  if (!weir_node_bool (node, "unique"))
    return weir_node_bool (node, "preprocess_collapse_repeated") && s->n > 0 &&
           s->labels[s->n - 1] == label;
  for (gint64 i = 0; i < s->n; i++)
    if (s->labels[i] == label)
      return TRUE;
  return FALSE;
}

static gboolean
load_labels (const WeirEval *eval, Sequence *s, gint64 length, GError **error)
{
  s->n = 0;
  for (gint64 i = 0; i < length; i++) {
    gint64 label =
        weir_tensor_get_int (eval->inputs[LABELS], (gsize) (s->batch * s->all_steps + i));

    if (label < 0 || label >= s->classes)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "label %" G_GINT64_FORMAT " is out of range for %" G_GINT64_FORMAT
                        " classes",
                        label, s->classes);
    if (!is_dropped (eval->node, s, label))
      s->labels[s->n++] = label;
  }
  return TRUE;
}

/* Places are blank, label, blank, label, …, blank: a path stays, goes on by one, or
 * leaves a blank out between two different labels. */
static void
step_merged (Sequence *s, gint64 step)
{
  for (gint64 i = 2 * s->n; i >= 0; i--) {
    gint64 label = i % 2 == 0 ? s->blank : s->labels[i / 2];
    double sum = s->paths[i];

    if (i > 0)
      sum = add_logarithms (sum, s->paths[i - 1]);
    if (i > 1 && i % 2 == 1 && label != s->labels[i / 2 - 1])
      sum = add_logarithms (sum, s->paths[i - 2]);
    s->paths[i] = sum + logit (s, step, label) - s->scale;
  }
}

/* Each label stands for one step; places are the numbers of labels so far. */
static void
step_plain (Sequence *s, gint64 step)
{
  for (gint64 i = s->n; i >= 0; i--) {
    double stay = s->paths[i] + logit (s, step, s->blank);

    if (i > 0)
      stay = add_logarithms (stay, s->paths[i - 1] + logit (s, step, s->labels[i - 1]));
    s->paths[i] = stay - s->scale;
  }
}

static double
loss (Sequence *s, gint64 steps, gboolean merged)
{
  gint64 places = merged ? 2 * s->n + 1 : s->n + 1;

  s->paths[0] = 0;
  for (gint64 i = 1; i < places; i++)
    s->paths[i] = -INFINITY;
  for (gint64 t = 0; t < steps; t++) {
    s->scale = normalizer (s, t);
    if (merged)
      step_merged (s, t);
    else
      step_plain (s, t);
  }
  return merged && places > 1
             ? -add_logarithms (s->paths[places - 1], s->paths[places - 2])
             : -s->paths[places - 1];
}

static gboolean
check_lengths (gint64 batch, gint64 steps, gint64 labels, gint64 most, GError **error)
{
  if (steps >= 0 && steps <= most && labels >= 0 && labels <= steps)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_SHAPE,
                    "sequence %" G_GINT64_FORMAT ": expected at most %" G_GINT64_FORMAT
                    " steps and no more labels, found %" G_GINT64_FORMAT
                    " and %" G_GINT64_FORMAT,
                    batch, most, steps, labels);
}

static gboolean
run (WeirEval *eval, Sequence *s, WeirTensor *y, GError **error)
{
  gboolean merged = weir_node_bool (eval->node, "ctc_merge_repeated");

  if (s->blank < 0 || s->blank >= s->classes)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "the blank class %" G_GINT64_FORMAT
                      " is out of range for %" G_GINT64_FORMAT " classes",
                      s->blank, s->classes);
  for (gsize b = 0; b < weir_tensor_count (y); b++) {
    gint64 steps = weir_tensor_get_int (eval->inputs[STEPS], b);
    gint64 length = weir_tensor_get_int (eval->inputs[LENGTHS], b);

    s->batch = (gint64) b;
    if (!check_lengths (s->batch, steps, length, s->all_steps, error) ||
        !load_labels (eval, s, length, error))
      return FALSE;
    weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), b,
                      loss (s, steps, merged));
  }
  return TRUE;
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const gint64 *in = weir_tensor_shape (eval->inputs[LOGITS])->dims;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Sequence s = { .logits = eval->inputs[LOGITS],
                 .all_steps = in[1],
                 .classes = in[2],
                 .blank = eval->n_inputs > BLANK
                              ? weir_tensor_get_int (eval->inputs[BLANK], 0)
                              : in[2] - 1 };
  gboolean good = y != NULL;

  if (!good)
    return FALSE;
  s.labels = weir_try_alloc ((gsize) in[1] * sizeof *s.labels, error);
  s.paths = s.labels != NULL
                ? weir_try_alloc ((2 * (gsize) in[1] + 1) * sizeof *s.paths, error)
                : NULL;
  good = s.paths != NULL && run (eval, &s, y, error);
  weir_free (s.labels);
  weir_free (s.paths);
  return good;
}

WEIR_OP_DEFINE (ctc_loss) = {
  .name = "CTCLoss",
  .versions = { 4 },
  .min_inputs = 4,
  .max_inputs = 5,
  .outputs = 1,
  .attrs = attrs,
  .summary = "How little probable steps of classes make a sequence of labels",
  .infer = infer,
  .evaluate = evaluate,
};
