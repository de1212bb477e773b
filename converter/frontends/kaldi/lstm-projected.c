#include "kaldi.h"

#include <string.h>

/* LstmProjected of nnet1 (nnet/nnet-lstm-projected.h) in the components of nnet3: one
 * matrix for the input and the last output, the gates, and the projection. Its gates are
 * in the order g, i, f, o; those of LstmNonlinearity are i, f, g, o. */

static const int order[] = { 1, 2, 0, 3 };

/* What stands in the file, in this order. */
enum { INPUT, RECURRENT, BIAS, PEEP_I, PEEP_F, PEEP_O, PROJECTION, N_TENSORS };

static const char *const keys[N_TENSORS] = { "InputParams", "RecurrentParams",
                                             "BiasParams",  "PeepInput",
                                             "PeepForget",  "PeepOutput",
                                             "LinearParams" };

typedef struct {
  const float *data[N_TENSORS];
  gint64 cells, input, output;
} Lstm;

const char *const *
kd_lstm_projected_keys (guint *count)
{
  *count = N_TENSORS;
  return keys;
}

static gboolean
has_shape (const WeirTensor *tensor, gint64 rows, gint64 columns)
{
  return (gint64) weir_tensor_count (tensor) == rows * columns;
}

static gboolean
check (const KdComponent *component, gint64 input, gint64 output, Lstm *lstm)
{
  const KdField *cells = kd_field (component, "CellDim");
  WeirTensor *t[N_TENSORS];
  gint64 n = cells != NULL ? cells->whole : 0;

  *lstm = (Lstm){ .cells = n, .input = input, .output = output };
  if (n < 1 || n > G_MAXINT16 * 8 || output > G_MAXINT16 * 8 || input > G_MAXINT16 * 8)
    return FALSE;
  for (guint i = 0; i < N_TENSORS; i++) {
    t[i] = kd_field (component, keys[i])->tensor;
    lstm->data[i] = weir_tensor_data (t[i]);
  }
  return has_shape (t[INPUT], 4 * n, input) && has_shape (t[RECURRENT], 4 * n, output) &&
         has_shape (t[BIAS], 4 * n, 1) && has_shape (t[PEEP_I], n, 1) &&
         has_shape (t[PEEP_F], n, 1) && has_shape (t[PEEP_O], n, 1) &&
         has_shape (t[PROJECTION], output, n);
}

static float *
set_matrix (KdComponent *component, const char *key, gint64 rows, gint64 columns,
            GError **error)
{
  WeirShape shape = WEIR_SHAPE (rows, columns);
  KdField *field = g_new0 (KdField, 1);

  field->tensor = weir_tensor_new (WEIR_DTYPE_F32, &shape, error);
  kd_field_set (component, key, field);
  return field->tensor != NULL ? weir_tensor_writable (field->tensor) : NULL;
}

/* Gates of the input and the last output: [4 cells, input + output]. */
static gboolean
fill_gates (KdComponent *gates, const Lstm *l, GError **error)
{
  gint64 width = l->input + l->output;
  float *weights = set_matrix (gates, "LinearParams", 4 * l->cells, width, error);
  float *bias = set_matrix (gates, "BiasParams", 1, 4 * l->cells, error);

  if (weights == NULL || bias == NULL)
    return FALSE;
  for (gint64 row = 0; row < 4 * l->cells; row++) {
    gint64 from = order[row / l->cells] * l->cells + row % l->cells;

    memcpy (weights + row * width, l->data[INPUT] + from * l->input,
            (gsize) l->input * sizeof (float));
    memcpy (weights + row * width + l->input, l->data[RECURRENT] + from * l->output,
            (gsize) l->output * sizeof (float));
    bias[row] = l->data[BIAS][from];
  }
  return TRUE;
}

static gboolean
fill_cells (KdComponent *cells, const KdComponent *whole, const Lstm *l, GError **error)
{
  float *peep = set_matrix (cells, "Params", 3, l->cells, error);
  const KdField *clip = kd_field (whole, "CellClip");
  KdField *copy = g_new0 (KdField, 1);

  /* Kaldi clips cells there where files say nothing. */
  copy->number = clip != NULL ? clip->number : 50;
  kd_field_set (cells, "CellClip", copy);
  for (int i = 0; peep != NULL && i < 3; i++)
    memcpy (peep + i * l->cells, l->data[PEEP_I + i], (gsize) l->cells * sizeof (float));
  return peep != NULL;
}

static KdTerm *
append (const char *first, const char *second, gint64 offset)
{
  KdTerm *term = kd_term_append ();

  g_ptr_array_add (term->parts, kd_term_node (first, 0));
  g_ptr_array_add (term->parts, kd_term_node (second, offset));
  return term;
}

gboolean
kd_lstm_projected_add (KdNet *net, KdComponent *whole, gint64 input, gint64 output,
                       GError **error)
{
  const char *base = whole->name;
  const KdNode *last = net->nodes->pdata[net->nodes->len - 1];
  KdComponent *gates = kd_net_add_part (net, base, "/gates", "AffineComponent");
  KdComponent *cells = kd_net_add_part (net, base, "/cells", "LstmNonlinearityComponent");
  g_autofree char *state = g_strconcat (base, "/state", NULL);
  g_autofree char *memory = g_strconcat (base, "/output", NULL);
  KdNode *range;
  Lstm l;

  g_hash_table_insert (net->components, g_strdup (base), whole);
  if (!check (whole, input, output, &l))
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "its matrices do not fit %" G_GINT64_FORMAT
                      " cells, %" G_GINT64_FORMAT " inputs and %" G_GINT64_FORMAT
                      " outputs",
                      l.cells, input, output);
  if (!fill_gates (gates, &l, error) || !fill_cells (cells, whole, &l, error))
    return FALSE;
  kd_net_place (net, gates, append (last->name, base, -1));
  kd_net_place (net, cells, append (gates->name, state, -1));
  range = kd_net_add (net, KD_RANGE, state, kd_term_node (cells->name, 0));
  range->dim = l.cells;
  range = kd_net_add (net, KD_RANGE, memory, kd_term_node (cells->name, 0));
  range->first = range->dim = l.cells;
  kd_net_place (net, whole, kd_term_node (memory, 0));
  return TRUE;
}
