#include "ir/match.h"
#include "list.h"
#include "quantized-weights.h"

#include <math.h>

/* What FakeQuantize rounds is a whole number of steps. This pass lets it hand out that
 * number and multiplies by the step behind it; the multiplication then moves down through
 * pools, transposes and layers with quantized weights, whose sums are whole numbers, too,
 * and meets the next FakeQuantize. So a quantized network computes, in float, exactly
 * what it computes in integers: no result depends on the order of a sum. */

/* How far rounding to float may have moved a whole number, relative to it. */
#define ROUNDING 1e-6
/* Beyond this float does not count exactly. */
#define MAX_LEVEL 4194304.0

/**
 * Levels:
 * @port: whole numbers
 * @scales: what one of them is worth: for all, or for each channel of dimension @axis
 *
 * What a Multiply of this pass multiplies.
 */
typedef struct {
  WeirPort port;
  double *scales;
  gsize n;
  int axis;
} Levels;

typedef struct {
  WeirBuilder builder;
  GHashTable *levels; /* id of a Multiply -> Levels */
} Pass;

static void
levels_free (gpointer data)
{
  Levels *levels = data;

  g_free (levels->scales);
  g_free (levels);
}

static const Levels *
levels_at (const Pass *pass, WeirPort port)
{
  return g_hash_table_lookup (pass->levels, GUINT_TO_POINTER (port.node));
}

static WeirTensor *
along_axis (const double *values, gsize n, int axis, int rank)
{
  WeirShape shape = WEIR_SHAPE_SCALAR;
  WeirTensor *tensor;

  if (n > 1) {
    shape.rank = rank;
    for (int i = 0; i < rank; i++)
      shape.dims[i] = i == axis ? (gint64) n : 1;
  }
  tensor = weir_tensor_new (WEIR_DTYPE_F32, &shape, NULL);
  for (gsize i = 0; tensor != NULL && i < n; i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (tensor), i, values[i]);
  return tensor;
}

/* @port times constants along @axis. */
static WeirPort
times (WeirBuilder *b, const char *name, WeirPort port, const double *values, gsize n,
       int axis)
{
  int rank = weir_build_failed (b) ? 0 : weir_graph_shape (b->graph, port)->rank;
  g_autofree char *constant = g_strconcat (name, "/scale", NULL);

  return weir_build2 (
      b, "Multiply", name, port,
      weir_build_constant (b, constant, along_axis (values, n, axis, rank)));
}

/* Whoever read output @index of @node reads @port times @scales (taken), and may find
 * that out. */
static gboolean
put_output (Pass *pass, WeirNode *node, guint index, WeirPort port, double *scales,
            gsize n, int axis)
{
  WeirBuilder *b = &pass->builder;
  WeirPort product = times (b, node->name, port, scales, n, axis);
  Levels *levels;

  if (weir_build_failed (b)) {
    g_free (scales);
    return FALSE;
  }
  levels = g_new (Levels, 1);
  *levels = (Levels){ .port = port, .scales = scales, .n = n, .axis = axis };
  g_hash_table_insert (pass->levels, GUINT_TO_POINTER (product.node), levels);
  weir_edit_bypass (b->graph, WEIR_PORT (node, index), product);
  return TRUE;
}

/* The same for a node of one output, which goes. */
static gboolean
put (Pass *pass, WeirNode *node, WeirPort port, double *scales, gsize n, int axis)
{
  gboolean good = put_output (pass, node, 0, port, scales, n, axis);

  if (good)
    weir_edit_remove_unused (pass->builder.graph, node);
  return good;
}

/* The step and the smallest level of a FakeQuantize that only rounds. */
static gboolean
read_range (const WeirGraph *graph, const WeirNode *fake, double *step, double *low)
{
  double ends[4], last = (double) weir_node_int (fake, "levels") - 1, exact;

  for (guint i = 0; i < 4; i++)
    if (!weir_match_scalar (graph, fake, i + 1, &ends[i]))
      return FALSE;
  *step = (ends[1] - ends[0]) / last;
  if (!(*step > 0) || ends[2] != ends[0] || ends[3] != ends[1] || last > 65535)
    return FALSE;
  exact = ends[0] / *step;
  *low = rint (exact);
  return fabs (exact - *low) <= ROUNDING * (last + fabs (exact)) &&
         fabs (*low) <= MAX_LEVEL;
}

/* From sums of one scale to levels of another: a product that rounds once. */
static WeirPort
rescale (WeirBuilder *b, const char *name, const Levels *from, double step)
{
  g_autofree double *factors = g_new (double, from->n);
  gboolean same = TRUE;

  for (gsize i = 0; i < from->n; i++) {
    factors[i] = from->scales[i] / step;
    same &= fabs (factors[i] - 1) <= ROUNDING;
  }
  return same ? from->port : times (b, name, from->port, factors, from->n, from->axis);
}

static gboolean
visit_fake_quantize (Pass *pass, WeirNode *node)
{
  WeirBuilder *b = &pass->builder;
  const Levels *from = levels_at (pass, node->inputs[0]);
  double step, low, high, *scales;
  WeirPort inputs[5], port;

  if (!read_range (b->graph, node, &step, &low))
    return TRUE;
  high = low + (double) weir_node_int (node, "levels") - 1;
  for (guint i = 0; i < 5; i++)
    inputs[i] = node->inputs[i];
  inputs[3] = weir_build_scalar (b, "low", node->inputs[1], low);
  inputs[4] = weir_build_scalar (b, "high", node->inputs[1], high);
  if (from != NULL) {
    inputs[0] = rescale (b, node->name, from, step);
    inputs[1] = inputs[3];
    inputs[2] = inputs[4];
  }
  port = weir_build_end (b, weir_build_begin_like (b, node, node->name, inputs, 5));
  scales = g_memdup2 (&step, sizeof step);
  return put (pass, node, port, scales, 1, 0);
}

/* A layer on levels with quantized weights. */
static gboolean
visit_layer (Pass *pass, WeirNode *node)
{
  WeirBuilder *b = &pass->builder;
  const Levels *from = levels_at (pass, node->inputs[0]);
  int rank = node->outputs[0].info.shape.rank;
  int axis = weir_node_is (node, "MatMul") ? rank - 1 : 1;
  g_autoptr (WeirTensor) levels = NULL;
  g_autofree double *scales = NULL;
  gsize channels = 1;
  WeirPort inputs[2];
  WeirNode *made;
  WeirPort port;

  if (from == NULL || from->n != 1 || node->n_inputs != 2 ||
      !weir_pass_quantized_weights (b->graph, node, &levels, &scales, &channels))
    return TRUE;
  for (gsize i = 0; i < channels; i++)
    scales[i] *= from->scales[0];
  inputs[0] = from->port;
  inputs[1] = weir_build_constant (b, "levels", g_steal_pointer (&levels));
  made = weir_build_begin_like (b, node, node->name, inputs, 2);
  if (made != NULL)
    weir_edit_set_exact (made);
  port = weir_build_end (b, made);
  return put (pass, node, port, g_steal_pointer (&scales), channels, axis);
}

/* What a positive factor can be moved behind: of one for all values, or of any. */
static gboolean
visit_linear (Pass *pass, WeirNode *node)
{
  WeirBuilder *b = &pass->builder;
  const Levels *from = levels_at (pass, node->inputs[0]);
  g_autofree WeirPort *inputs = NULL;
  WeirPort port;

  if (from == NULL || (from->n != 1 && !weir_node_is (node, "Relu")) ||
      (node->n_outputs > 1 && weir_graph_n_uses (b->graph, WEIR_PORT (node, 1)) > 0))
    return TRUE;
  inputs = g_memdup2 (node->inputs, node->n_inputs * sizeof *inputs);
  inputs[0] = from->port;
  port = weir_build_end (
      b, weir_build_begin_like (b, node, node->name, inputs, node->n_inputs));
  return put (pass, node, port, g_memdup2 (from->scales, from->n * sizeof (double)),
              from->n, from->axis);
}

/* Parts that count in the same steps, side by side. */
static gboolean
visit_concat (Pass *pass, WeirNode *node)
{
  WeirBuilder *b = &pass->builder;
  g_autofree WeirPort *inputs = g_new (WeirPort, node->n_inputs);
  double step = 0;
  WeirPort port;

  for (guint i = 0; i < node->n_inputs; i++) {
    const Levels *from = levels_at (pass, node->inputs[i]);

    if (from == NULL || from->n != 1 || (i > 0 && from->scales[0] != step))
      return TRUE;
    step = from->scales[0];
    inputs[i] = from->port;
  }
  port = weir_build_end (
      b, weir_build_begin_like (b, node, node->name, inputs, node->n_inputs));
  return put (pass, node, port, g_memdup2 (&step, sizeof step), 1, 0);
}

static gboolean
visit_split (Pass *pass, WeirNode *node)
{
  WeirBuilder *b = &pass->builder;
  const Levels *from = levels_at (pass, node->inputs[0]);
  g_autofree WeirPort *inputs = NULL;
  WeirNode *split;
  gboolean good = TRUE;

  if (from == NULL || from->n != 1)
    return TRUE;
  inputs = g_memdup2 (node->inputs, node->n_inputs * sizeof *inputs);
  inputs[0] = from->port;
  split = weir_build_begin_like (b, node, node->name, inputs, node->n_inputs);
  weir_build_end (b, split);
  for (guint i = 0; good && split != NULL && i < node->n_outputs; i++)
    good = put_output (pass, node, i, WEIR_PORT (split, i),
                       g_memdup2 (from->scales, sizeof (double)), 1, 0);
  if (good && split != NULL)
    weir_edit_remove_unused (b->graph, node);
  return good;
}

static const struct {
  const char *op;
  gboolean (*visit) (Pass *pass, WeirNode *node);
} rows[] = {
  { "FakeQuantize", visit_fake_quantize },
  { "Convolution", visit_layer },
  { "GroupConvolution", visit_layer },
  { "MatMul", visit_layer },

  { "Concat", visit_concat },
  { "Split", visit_split },
  { "VariadicSplit", visit_split },

  { "Relu", visit_linear },
  { "MaxPool", visit_linear },
  { "AvgPool", visit_linear },
  { "ReduceMean", visit_linear },
  { "Reshape", visit_linear },
  { "Transpose", visit_linear },
  { "Squeeze", visit_linear },
  { "Unsqueeze", visit_linear },
  { "Interpolate", visit_linear },
};

static gboolean
visit (Pass *pass, WeirNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (weir_node_is (node, rows[i].op))
      return node->outputs[0].info.dtype != WEIR_DTYPE_F32 ||
             node->outputs[0].info.shape.rank == WEIR_RANK_UNKNOWN ||
             rows[i].visit (pass, node);
  return TRUE;
}

gboolean
weir_pass_quantized_levels (WeirModel *model, const WeirPassOptions *options,
                            GError **error)
{
  WeirGraph *graph = weir_model_graph (model);
  Pass pass = { .builder = WEIR_BUILDER (graph) };
  g_autoptr (GArray) order = weir_graph_order (graph, error);

  (void) options;
  if (order == NULL)
    return FALSE;
  pass.levels = g_hash_table_new_full (NULL, NULL, NULL, levels_free);
  for (guint i = 0; i < order->len; i++) {
    WeirNode *node = weir_graph_node (graph, g_array_index (order, WeirNodeId, i));

    if (node != NULL && !visit (&pass, node))
      break;
  }
  g_hash_table_unref (pass.levels);
  return weir_build_finish (&pass.builder, error);
}
