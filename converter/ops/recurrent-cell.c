#include "recurrent-cell.h"

#include <math.h>
#include <string.h>

/* Specification: LSTMCell-4, GRUCell-3, RNNCell-1. */

#define ACTIVATION(id, formula)                          \
  static double id (double x, double alpha, double beta) \
  {                                                      \
    (void) alpha;                                        \
    (void) beta;                                         \
    return formula;                                      \
  }

ACTIVATION (sigmoid, 1 / (1 + exp (-x)))
ACTIVATION (hyperbolic, tanh (x))
ACTIVATION (relu, MAX (x, 0))
ACTIVATION (hard_sigmoid, CLAMP (alpha *x + beta, 0, 1))
ACTIVATION (affine, alpha *x + beta)
ACTIVATION (leaky_relu, x < 0 ? alpha * x : x)
ACTIVATION (thresholded_relu, x > alpha ? x : 0)
ACTIVATION (scaled_tanh, alpha *tanh (beta *x))
ACTIVATION (elu, x < 0 ? alpha * expm1 (x) : x)
ACTIVATION (softsign, x / (1 + fabs (x)))
ACTIVATION (softplus, MAX (x, 0) + log1p (exp (-fabs (x))))

/* The first four are OpenVINO's; ONNX has the others too, with these defaults. */
static const struct {
  const char *name;
  WeirActivation function;
  double alpha, beta;
} activations[] = {
  { "sigmoid", sigmoid, 0, 0 },
  { "tanh", hyperbolic, 0, 0 },
  { "relu", relu, 0, 0 },
  { "hardsigmoid", hard_sigmoid, 0.2, 0.5 },
  { "affine", affine, 1, 0 },
  { "leakyrelu", leaky_relu, 0.01, 0 },
  { "thresholdedrelu", thresholded_relu, 1, 0 },
  { "scaledtanh", scaled_tanh, 1, 1 },
  { "elu", elu, 1, 0 },
  { "softsign", softsign, 0, 0 },
  { "softplus", softplus, 0, 0 },
};

static const struct {
  const char *prefix;
  int gates;
  const char *activations[3];
} kinds[] = {
  [WEIR_CELL_RNN] = { "RNN", 1, { "tanh", NULL, NULL } },
  [WEIR_CELL_GRU] = { "GRU", 3, { "sigmoid", "tanh", NULL } },
  [WEIR_CELL_LSTM] = { "LSTM", 4, { "sigmoid", "tanh", "tanh" } },
};

static gboolean
set_activation (WeirCell *cell, const WeirNode *node, guint at, const char *name,
                GError **error)
{
  gsize n_alpha, n_beta;
  const double *alpha = weir_node_floats (node, "activations_alpha", &n_alpha);
  const double *beta = weir_node_floats (node, "activations_beta", &n_beta);

  for (guint i = 0; i < G_N_ELEMENTS (activations); i++)
    if (g_ascii_strcasecmp (activations[i].name, name) == 0) {
      cell->activation[at].function = activations[i].function;
      cell->activation[at].alpha = at < n_alpha ? alpha[at] : activations[i].alpha;
      cell->activation[at].beta = at < n_beta ? beta[at] : activations[i].beta;
      return TRUE;
    }
  return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                    "attribute 'activations': '%.40s' is no activation", name);
}

static gboolean
init_activations (WeirCell *cell, const WeirNode *node, GError **error)
{
  const char *const *defaults = kinds[cell->kind].activations;
  g_auto (GStrv) names = g_strsplit (weir_node_string (node, "activations"), ",", 8);
  guint n = g_strv_length (names), wanted = 0;

  while (wanted < 3 && defaults[wanted] != NULL)
    wanted++;
  if (n == 1 && *g_strstrip (names[0]) == '\0')
    n = 0;
  if (n != 0 && n != wanted)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute 'activations': expected %u of them, found %u", wanted,
                      n);
  for (guint i = 0; i < wanted; i++)
    if (!set_activation (cell, node, i, n > 0 ? g_strstrip (names[i]) : defaults[i],
                         error))
      return FALSE;
  return TRUE;
}

gboolean
weir_cell_init (WeirCell *cell, const WeirNode *node, GError **error)
{
  *cell = (WeirCell){ .hidden = weir_node_int (node, "hidden_size"),
                      .clip = weir_node_float (node, "clip") };
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (node->op->name, kinds[i].prefix))
      cell->kind = (WeirCellKind) i;
  cell->gates = kinds[cell->kind].gates;
  if (cell->kind == WEIR_CELL_GRU)
    cell->linear_before_reset = weir_node_bool (node, "linear_before_reset");
  if (weir_node_is (node, "LSTMCell") && node->version < 4)
    cell->input_forget = weir_node_bool (node, "input_forget");
  return init_activations (cell, node, error);
}

int
weir_cell_bias (const WeirCell *cell)
{
  return cell->gates + (cell->linear_before_reset ? 1 : 0);
}

gsize
weir_cell_scratch (const WeirCell *cell)
{
  return (gsize) ((cell->gates + 2) * cell->hidden);
}

static double
dot (const double *a, const double *b, gint64 n)
{
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static double
activate (const WeirCell *cell, int which, double x)
{
  if (cell->clip > 0)
    x = CLAMP (x, -cell->clip, cell->clip);
  return cell->activation[which].function (x, cell->activation[which].alpha,
                                           cell->activation[which].beta);
}

/* Row @i of the weights with the input; the bias of the same row. */
static double
of_input (const WeirCell *cell, const WeirCellWeights *weights, gint64 i, const double *x)
{
  return dot (weights->w + i * cell->input, x, cell->input) +
         (weights->b != NULL ? weights->b[i] : 0);
}

static double
of_state (const WeirCell *cell, const WeirCellWeights *weights, gint64 i, const double *h)
{
  return dot (weights->r + i * cell->hidden, h, cell->hidden);
}

static void
step_rnn (const WeirCell *cell, const WeirCellWeights *weights, const double *x,
          double *h, double *scratch)
{
  for (gint64 i = 0; i < cell->hidden; i++)
    scratch[i] = activate (
        cell, 0, of_input (cell, weights, i, x) + of_state (cell, weights, i, h));
  memcpy (h, scratch, (gsize) cell->hidden * sizeof *h);
}

/* Gates z (update), r (reset), h (new state). */
static void
step_gru (const WeirCell *cell, const WeirCellWeights *weights, const double *x,
          double *h, double *scratch)
{
  gint64 n = cell->hidden;
  double *z = scratch, *r = scratch + n, *fresh = scratch + 2 * n,
         *kept = scratch + 3 * n;

  for (gint64 i = 0; i < 2 * n; i++)
    z[i] = activate (cell, 0,
                     of_input (cell, weights, i, x) + of_state (cell, weights, i, h));
  for (gint64 i = 0; i < n; i++)
    kept[i] = r[i] * h[i];
  for (gint64 i = 0; i < n; i++) {
    double state = cell->linear_before_reset
                       ? r[i] * (of_state (cell, weights, 2 * n + i, h) +
                                 (weights->b != NULL ? weights->b[3 * n + i] : 0))
                       : of_state (cell, weights, 2 * n + i, kept);

    fresh[i] = activate (cell, 1, of_input (cell, weights, 2 * n + i, x) + state);
  }
  for (gint64 i = 0; i < n; i++)
    h[i] = (1 - z[i]) * fresh[i] + z[i] * h[i];
}

/* Gates f (forget), i (input), c (cell), o (output). */
static void
step_lstm (const WeirCell *cell, const WeirCellWeights *weights, const double *x,
           double *h, double *c, double *scratch)
{
  gint64 n = cell->hidden;
  const double *f = scratch, *i = f + n, *g = i + n, *o = g + n;
  const double *p = weights->p;

  for (gint64 row = 0; row < 4 * n; row++)
    scratch[row] = of_input (cell, weights, row, x) + of_state (cell, weights, row, h);
  for (gint64 k = 0; k < n; k++) {
    double in = activate (cell, 0, i[k] + (p != NULL ? p[n + k] * c[k] : 0));
    double forget = cell->input_forget
                        ? 1 - in
                        : activate (cell, 0, f[k] + (p != NULL ? p[k] * c[k] : 0));

    c[k] = forget * c[k] + in * activate (cell, 1, g[k]);
    /* The cell state itself is not clipped, hence no activate () here. */
    h[k] = activate (cell, 0, o[k] + (p != NULL ? p[2 * n + k] * c[k] : 0)) *
           cell->activation[2].function (c[k], cell->activation[2].alpha,
                                         cell->activation[2].beta);
  }
}

void
weir_cell_step (const WeirCell *cell, const WeirCellWeights *weights, const double *x,
                double *h, double *c, double *scratch)
{
  switch (cell->kind) {
  case WEIR_CELL_RNN:
    step_rnn (cell, weights, x, h, scratch);
    break;
  case WEIR_CELL_GRU:
    step_gru (cell, weights, x, h, scratch);
    break;
  case WEIR_CELL_LSTM:
    step_lstm (cell, weights, x, h, c, scratch);
    break;
  }
}
