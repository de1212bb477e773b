#include "list.h"

#include <string.h>

/* Einsum: products of inputs along named dimensions, summed over those that the output
 * does not name: "bij,bjk->bik". A name twice in one input takes its diagonal; "..."
 * stands for dimensions that broadcast; without "->" the output has the names that come
 * once, in alphabetical order. Sums run in double. */

static const WeirAttrRow attrs[] = {
  { "equation", WEIR_ATTR_STRING, NULL, NULL, 0, 0 },
  { NULL },
};

/* Letters, then the dimensions of the ellipsis counted from its end. */
#define N_LETTERS  52
#define N_LABELS   (N_LETTERS + WEIR_MAX_RANK)
#define MAX_INPUTS 16
#define UNSEEN     ((gint64) -2)

/* The labels of an input, or of the output, one a dimension. */
typedef struct {
  int n;
  guint8 labels[WEIR_MAX_RANK];
} Term;

typedef struct {
  Term inputs[MAX_INPUTS];
  guint n_inputs;
  Term output;
  gint64 size[N_LABELS];
} Equation;

static int
label_of (char letter)
{
  return letter >= 'a' ? letter - 'a' + 26 : letter - 'A';
}

static int
count_letters (const char *text)
{
  int n = 0;

  for (; *text != '\0'; text++)
    n += g_ascii_isalpha (*text) != 0;
  return n;
}

/* @spread: how many dimensions "..." stands for. */
static gboolean
term_parse (Term *term, const char *text, int spread, GError **error)
{
  *term = (Term){ 0 };
  if (spread < 0 || count_letters (text) + spread > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_SHAPE, "term '%.60s' does not fit its input",
                      text);
  for (const char *at = text; *at != '\0'; at++) {
    if (g_ascii_isalpha (*at)) {
      term->labels[term->n++] = (guint8) label_of (*at);
    } else if (g_str_has_prefix (at, "...") && strchr (at + 3, '.') == NULL) {
      for (int i = spread - 1; i >= 0; i--)
        term->labels[term->n++] = (guint8) (N_LETTERS + i);
      at += 2;
    } else
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "term '%.60s': expected letters and at most one '...'", text);
  }
  return TRUE;
}

/* Two sizes of one name: equal, or for the ellipsis one of them 1. */
static gboolean
meet (gint64 *have, gint64 size, gboolean stretch)
{
  if (*have == UNSEEN || *have == size || (stretch && *have == 1))
    *have = size;
  else if (stretch && size == 1)
    return TRUE;
  else if (size < 0 || *have < 0)
    *have = MAX (*have, size);
  else
    return FALSE;
  return TRUE;
}

static gboolean
read_input (Equation *e, const char *text, const WeirShape *x, int *spread,
            GError **error)
{
  Term *term = &e->inputs[e->n_inputs];
  int dots = x->rank - count_letters (text);

  if (strstr (text, "...") == NULL && dots != 0)
    return weir_fail (error, WEIR_ERROR_SHAPE, "term '%.60s' does not fit rank %d", text,
                      x->rank);
  if (!term_parse (term, text, dots, error))
    return FALSE;
  *spread = MAX (*spread, dots);
  for (int i = 0; i < term->n; i++) {
    int label = term->labels[i];

    if (!meet (&e->size[label], x->dims[i], label >= N_LETTERS))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "term '%.60s': dimension %d is %" G_GINT64_FORMAT
                        ", its name stands for %" G_GINT64_FORMAT " elsewhere",
                        text, i, x->dims[i], e->size[label]);
  }
  e->n_inputs++;
  return TRUE;
}

static guint
count_uses (const Equation *e, int label, guint first)
{
  guint n = 0;

  for (guint i = first; i < e->n_inputs; i++)
    for (int d = 0; d < e->inputs[i].n; d++)
      n += e->inputs[i].labels[d] == label;
  return n;
}

/* Without "->": the ellipsis, then what came once, by letter ('A'..'Z', 'a'..'z'). */
static gboolean
implicit_output (Equation *e, int spread, GError **error)
{
  e->output.n = 0;
  for (int i = spread - 1; i >= 0; i--)
    e->output.labels[e->output.n++] = (guint8) (N_LETTERS + i);
  for (int label = 0; label < N_LETTERS; label++) {
    if (count_uses (e, label, 0) != 1)
      continue;
    if (e->output.n == WEIR_MAX_RANK)
      return weir_fail (error, WEIR_ERROR_LIMIT, "the rank of the output is beyond %d",
                        WEIR_MAX_RANK);
    e->output.labels[e->output.n++] = (guint8) label;
  }
  return TRUE;
}

static gboolean
explicit_output (Equation *e, const char *text, int spread, GError **error)
{
  guint64 seen = 0;

  if (!term_parse (&e->output, text, strstr (text, "...") != NULL ? spread : 0, error))
    return FALSE;
  for (int i = 0; i < e->output.n; i++) {
    guint64 bit = G_GUINT64_CONSTANT (1) << e->output.labels[i];

    if ((seen & bit) != 0 || e->size[e->output.labels[i]] == UNSEEN)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "output '%.60s': expected names of the inputs, each once", text);
    seen |= bit;
  }
  return TRUE;
}

static gboolean
equation_read (Equation *e, const char *text, const WeirInfer *infer, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_autofree char *dense = g_strjoinv ("", words);
  g_auto (GStrv) sides = g_strsplit (dense, "->", 2);
  g_auto (GStrv) terms =
      g_strsplit (sides[0] != NULL ? sides[0] : "", ",", MAX_INPUTS + 1);
  guint n = MAX (g_strv_length (terms), 1);
  int spread = 0;

  e->n_inputs = 0;
  for (int i = 0; i < N_LABELS; i++)
    e->size[i] = UNSEEN;
  if (n != infer->n_inputs || n > MAX_INPUTS)
    return weir_fail (error, WEIR_ERROR_FORMAT, "%u terms for %u inputs, of at most %d",
                      n, infer->n_inputs, MAX_INPUTS);
  for (guint i = 0; i < n; i++)
    if (!read_input (e, terms[i] != NULL ? terms[i] : "", &infer->inputs[i].shape,
                     &spread, error))
      return FALSE;
  return sides[0] != NULL && sides[1] != NULL
             ? explicit_output (e, sides[1], spread, error)
             : implicit_output (e, spread, error);
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  WeirShape y = WEIR_SHAPE_SCALAR;
  gboolean ranked = TRUE;
  Equation e;

  for (guint i = 0; i < infer->n_inputs; i++) {
    if (!weir_infer_same_type (infer, 0, i, error))
      return FALSE;
    ranked &= infer->inputs[i].shape.rank >= 0;
  }
  if (!ranked)
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &WEIR_SHAPE_UNKNOWN);
  if (!equation_read (&e, weir_node_string (infer->node, "equation"), infer, error)) {
    g_prefix_error (error, "attribute 'equation': ");
    return FALSE;
  }
  for (int i = 0; i < e.output.n; i++)
    y.dims[y.rank++] = e.size[e.output.labels[i]];
  return weir_infer_sized (infer, 0, infer->inputs[0].dtype, &y, error);
}

/* A factor: an input, or the product of those before. */
typedef struct {
  const WeirTensor *tensor;
  Term term;
} Factor;

/* Loops over labels: those of the result, outermost first, then those that are summed. */
typedef struct {
  int n, kept;
  gint64 count[N_LABELS], step[2][N_LABELS], at[N_LABELS];
} Loops;

/* Elements between two steps of @label; a diagonal adds up, a dimension of 1 stands
 * still. */
static gint64
step_of (const Factor *factor, int label)
{
  const WeirShape *shape = weir_tensor_shape (factor->tensor);
  gsize strides[WEIR_MAX_RANK];
  gint64 step = 0;

  weir_shape_strides (shape, strides);
  for (int i = 0; i < factor->term.n; i++)
    if (factor->term.labels[i] == label && shape->dims[i] != 1)
      step += (gint64) strides[i];
  return step;
}

static void
add_loop (Loops *loops, const Equation *e, int label, const Factor *factors)
{
  loops->count[loops->n] = e->size[label];
  loops->step[0][loops->n] = step_of (&factors[0], label);
  loops->step[1][loops->n] = step_of (&factors[1], label);
  loops->n++;
}

static gboolean
has_label (const Term *term, int label)
{
  return memchr (term->labels, label, (gsize) term->n) != NULL;
}

/* To the next round of loops @first..@end - 1; FALSE after the last. */
static gboolean
advance (Loops *loops, int first, int end, gint64 *p, gint64 *q)
{
  for (int i = end - 1; i >= first; i--) {
    *p += loops->step[0][i];
    *q += loops->step[1][i];
    if (++loops->at[i] < loops->count[i])
      return TRUE;
    *p -= loops->count[i] * loops->step[0][i];
    *q -= loops->count[i] * loops->step[1][i];
    loops->at[i] = 0;
  }
  return FALSE;
}

/* The product of two factors, summed over all labels but those of @result. */
static void
contract (const Equation *e, const Factor factors[2], const Term *result, WeirTensor *y)
{
  Loops loops = { 0 };
  gint64 p = 0, q = 0;
  gsize at = 0, rounds = 1;

  for (int i = 0; i < result->n; i++)
    add_loop (&loops, e, result->labels[i], factors);
  loops.kept = loops.n;
  for (int label = 0; label < N_LABELS; label++)
    if (!has_label (result, label) &&
        (has_label (&factors[0].term, label) || has_label (&factors[1].term, label)))
      add_loop (&loops, e, label, factors);
  for (int i = loops.kept; i < loops.n; i++)
    rounds *= loops.count[i] == 0 ? 0 : 1;
  if (weir_tensor_count (y) == 0 || rounds == 0)
    return;
  do {
    double sum = 0;

    do
      sum += weir_tensor_get (factors[0].tensor, (gsize) p) *
             weir_tensor_get (factors[1].tensor, (gsize) q);
    while (advance (&loops, loops.kept, loops.n, &p, &q));
    weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), at++, sum);
  } while (advance (&loops, 0, loops.kept, &p, &q));
}

/* The labels of two factors that the output, or an input from @next on, still needs. */
static gboolean
needed (const Equation *e, const Factor factors[2], guint next, Term *term,
        WeirShape *shape, GError **error)
{
  *term = (Term){ 0 };
  *shape = WEIR_SHAPE_SCALAR;
  for (int label = 0; label < N_LABELS; label++) {
    if (!has_label (&factors[0].term, label) && !has_label (&factors[1].term, label))
      continue;
    if (!has_label (&e->output, label) && count_uses (e, label, next) == 0)
      continue;
    if (!weir_shape_append (shape, e->size[label], error))
      return FALSE;
    term->labels[term->n++] = (guint8) label;
  }
  return TRUE;
}

/* Input after input is worked in: what no later one names is summed at once. */
static gboolean
evaluate (WeirEval *eval, GError **error)
{
  g_autoptr (WeirTensor) product = weir_tensor_new_scalar (WEIR_DTYPE_F64, 1);
  Factor factors[2] = { { .tensor = product } };
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Equation e;

  if (y == NULL ||
      !equation_read (&e, weir_node_string (eval->node, "equation"), eval->infer, error))
    return FALSE;
  for (guint i = 0; i < e.n_inputs; i++) {
    WeirTensor *next;
    WeirShape shape;
    Term term;

    factors[1] = (Factor){ eval->inputs[i], e.inputs[i] };
    if (i == e.n_inputs - 1) {
      contract (&e, factors, &e.output, y);
      return TRUE;
    }
    if (!needed (&e, factors, i + 1, &term, &shape, error) ||
        (next = weir_tensor_new (WEIR_DTYPE_F64, &shape, error)) == NULL)
      return FALSE;
    contract (&e, factors, &term, next);
    weir_tensor_unref (product);
    product = next;
    factors[0] = (Factor){ product, term };
  }
  return TRUE;
}

WEIR_OP_DEFINE (einsum) = {
  .name = "Einsum",
  .versions = { 7 },
  .min_inputs = 1,
  .max_inputs = MAX_INPUTS,
  .outputs = 1,
  .attrs = attrs,
  .summary =
      "Products along named dimensions, summed over those that the output leaves out",
  .infer = infer,
  .evaluate = evaluate,
};
