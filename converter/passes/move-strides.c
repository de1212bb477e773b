#include "list.h"

#include "ir/infer.h"
#include "rewrite.h"

#include <string.h>

/* A value that is read by convolutions of single elements alone, which step over others,
 * need not be computed where they step over it. So their strides go to the convolutions
 * that make the value, through element-wise operations. Where such an operation reads
 * something else too, as the sum of a residual block does, a MaxPool of single elements
 * takes what is wanted of it: one operation more, for who runs the network alone. */

/* How far back, and how many values. */
#define MAX_DEPTH 8
#define MAX_TAKEN 16

/**
 * Plan:
 * @strides: to be moved, one a spatial dimension
 * @convs: convolutions that take them over
 * @nodes: element-wise operations between, the last first
 * @samples: inputs that are to be thinned out
 */
typedef struct {
  const WeirGraph *graph;
  gint64 strides[WEIR_MAX_RANK];
  int n;
  WeirNodeId convs[MAX_TAKEN], nodes[MAX_TAKEN];
  WeirUse samples[MAX_TAKEN];
  guint n_convs, n_nodes, n_samples;
} Plan;

static void
strides_of (const WeirNode *node, int n, gint64 *strides)
{
  for (gsize i = 0; i < (gsize) n; i++)
    strides[i] = weir_node_int_at (node, "strides", i, 1);
}

/* Strides beyond any picture are left where they are: their products would be none. */
static gboolean
has_small_strides (const WeirNode *node)
{
  for (gsize i = 0; i < WEIR_MAX_RANK; i++)
    if (weir_node_int_at (node, "strides", i, 1) > G_MAXINT16)
      return FALSE;
  return TRUE;
}

static gboolean
is_convolution (const WeirNode *node)
{
  return (weir_node_is (node, "Convolution") ||
          weir_node_is (node, "GroupConvolution")) &&
         has_small_strides (node) &&
         (weir_node_string_is (node, "auto_pad", "explicit") ||
          weir_node_string_is (node, "auto_pad", "valid"));
}

static gboolean
is_unpadded (const WeirNode *node, int n)
{
  for (gsize i = 0; i < (gsize) n; i++)
    if (weir_node_string_is (node, "auto_pad", "explicit") &&
        (weir_node_int_at (node, "pads_begin", i, 0) != 0 ||
         weir_node_int_at (node, "pads_end", i, 0) != 0))
      return FALSE;
  return TRUE;
}

/* A convolution that looks at single elements and does not look at all. */
static gboolean
steps_over (const WeirGraph *graph, const WeirNode *node)
{
  const WeirShape *kernel;
  int n = node->outputs[0].info.shape.rank - 2;
  gboolean steps = FALSE;

  if (!is_convolution (node) || n < 1 || !is_unpadded (node, n))
    return FALSE;
  kernel = weir_graph_shape (graph, node->inputs[1]);
  for (int i = 0; i < n; i++) {
    if (kernel->rank < n || kernel->dims[kernel->rank - 1 - i] != 1)
      return FALSE;
    steps = steps || weir_node_int_at (node, "strides", (gsize) i, 1) > 1;
  }
  return steps;
}

/* Whether values of @shape are one for all elements of a channel. */
static gboolean
is_flat (const WeirShape *shape, int n)
{
  for (int i = 0; i < n && i < shape->rank; i++)
    if (shape->dims[shape->rank - 1 - i] != 1)
      return FALSE;
  return shape->rank >= 0;
}

/* Operands that a node works on element by element; 0 where it does not. */
static guint
n_operands (const WeirNode *node)
{
  if ((node->op->flags & WEIR_OP_UNARY) != 0)
    return 1;
  if ((node->op->flags & WEIR_OP_BINARY) != 0 &&
      weir_node_string_is (node, "auto_broadcast", "numpy"))
    return 2;
  return weir_node_is (node, "PRelu") ? 1 : 0;
}

/* The constants that @node reads, and its own result, allow that it works on less. */
static gboolean
works_on_less (const Plan *plan, const WeirNode *node)
{
  const WeirShape *out = &node->outputs[0].info.shape;

  if (node->n_outputs != 1 || out->rank != plan->n + 2)
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++) {
    const WeirShape *in = weir_graph_shape (plan->graph, node->inputs[i]);

    gboolean slopes = weir_node_is (node, "PRelu") && i == 1 && in->rank == 1;

    if (!slopes && !is_flat (in, plan->n) && !weir_shape_equal (in, out))
      return FALSE;
  }
  return TRUE;
}

static gboolean plan_node (Plan *plan, const WeirNode *node, guint depth);

/* What @node reads there, if nobody else does, is computed for less, or else thinned out.
 */
static gboolean
plan_operand (Plan *plan, const WeirNode *node, guint index, guint depth)
{
  WeirPort port = node->inputs[index];

  if (is_flat (weir_graph_shape (plan->graph, port), plan->n))
    return TRUE;
  if (weir_graph_n_uses (plan->graph, port) == 1 &&
      plan_node (plan, weir_graph_node (plan->graph, port.node), depth + 1))
    return TRUE;
  if (plan->n_samples == MAX_TAKEN)
    return FALSE;
  plan->samples[plan->n_samples++] = (WeirUse){ .node = node->id, .index = index };
  return TRUE;
}

static gboolean
plan_node (Plan *plan, const WeirNode *node, guint depth)
{
  guint operands = n_operands (node);
  Plan before = *plan;

  if (depth > MAX_DEPTH || plan->n_convs == MAX_TAKEN || plan->n_nodes == MAX_TAKEN)
    return FALSE;
  if (is_convolution (node) && node->outputs[0].info.shape.rank == plan->n + 2) {
    plan->convs[plan->n_convs++] = node->id;
    return TRUE;
  }
  if (operands == 0 || !works_on_less (plan, node))
    return FALSE;
  plan->nodes[plan->n_nodes++] = node->id;
  for (guint i = 0; i < operands; i++)
    if (!plan_operand (plan, node, i, depth)) {
      *plan = before;
      return FALSE;
    }
  if (plan->n_convs > before.n_convs)
    return TRUE;
  *plan = before;
  return FALSE;
}

/* Whether all that read @port are convolutions that step over elements alike. */
static gboolean
all_step_over (const WeirGraph *graph, WeirPort port, const Plan *plan)
{
  const GArray *uses = weir_graph_output (graph, port)->uses;

  for (guint i = 0; i < uses->len; i++) {
    WeirUse use = g_array_index (uses, WeirUse, i);
    const WeirNode *reader = weir_graph_node (graph, use.node);
    gint64 strides[WEIR_MAX_RANK];

    if (use.index != 0 || !steps_over (graph, reader) ||
        reader->outputs[0].info.shape.rank != plan->n + 2)
      return FALSE;
    strides_of (reader, plan->n, strides);
    if (memcmp (strides, plan->strides, (gsize) plan->n * sizeof *strides) != 0)
      return FALSE;
  }
  return TRUE;
}

static void
multiply_strides (const Plan *plan, WeirNode *node)
{
  gint64 strides[WEIR_MAX_RANK];

  strides_of (node, plan->n, strides);
  for (int i = 0; i < plan->n; i++)
    strides[i] *= plan->strides[i];
  weir_node_set_ints (node, "strides", strides, (gsize) plan->n);
}

static WeirPort
build_sample (WeirBuilder *builder, const Plan *plan, const WeirNode *reader,
              WeirPort port)
{
  g_autofree char *name = g_strconcat (reader->name, "/sample", NULL);
  gint64 ones[WEIR_MAX_RANK], zeros[WEIR_MAX_RANK] = { 0 };
  gsize n = (gsize) plan->n;
  WeirNode *node = weir_build_begin (builder, "MaxPool", name, &port, 1);

  for (gsize i = 0; i < n; i++)
    ones[i] = 1;
  weir_node_set_ints (node, "kernel", ones, n);
  weir_node_set_ints (node, "dilations", ones, n);
  weir_node_set_ints (node, "strides", plan->strides, n);
  weir_node_set_ints (node, "pads_begin", zeros, n);
  weir_node_set_ints (node, "pads_end", zeros, n);
  return weir_build_end (builder, node);
}

/* What is nearest to the input first, so that shapes follow. */
static gboolean
apply (WeirGraph *graph, const Plan *plan, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);

  for (guint i = 0; i < plan->n_convs; i++)
    if (!weir_node_infer (graph, weir_graph_node (graph, plan->convs[i]), error))
      return FALSE;
  for (guint i = 0; i < plan->n_samples; i++) {
    WeirNode *reader = weir_graph_node (graph, plan->samples[i].node);
    guint index = plan->samples[i].index;
    WeirPort sample = build_sample (&builder, plan, reader, reader->inputs[index]);

    if (!weir_build_finish (&builder, error))
      return FALSE;
    weir_edit_set_input (graph, reader, index, sample);
  }
  for (guint i = plan->n_nodes; i-- > 0;)
    if (!weir_node_infer (graph, weir_graph_node (graph, plan->nodes[i]), error))
      return FALSE;
  return TRUE;
}

static gboolean
finish_readers (WeirGraph *graph, WeirPort port, const Plan *plan, GError **error)
{
  const GArray *uses = weir_graph_output (graph, port)->uses;
  gint64 ones[WEIR_MAX_RANK];

  for (int i = 0; i < plan->n; i++)
    ones[i] = 1;
  for (guint i = 0; i < uses->len; i++) {
    WeirNode *reader = weir_graph_node (graph, g_array_index (uses, WeirUse, i).node);

    weir_node_set_ints (reader, "strides", ones, (gsize) plan->n);
    if (!weir_node_infer (graph, reader, error))
      return FALSE;
  }
  return TRUE;
}

/* @most: MaxPools that each convolution that is moved to may cost. */
static gboolean
move (WeirGraph *graph, WeirNode *node, guint most, gboolean *changed, GError **error)
{
  Plan plan = { .graph = graph };
  WeirPort port = node->inputs[0];

  if (!steps_over (graph, node))
    return TRUE;
  plan.n = node->outputs[0].info.shape.rank - 2;
  strides_of (node, plan.n, plan.strides);
  if (!all_step_over (graph, port, &plan) ||
      !plan_node (&plan, weir_graph_node (graph, port.node), 0) ||
      plan.n_samples > plan.n_convs * most)
    return TRUE;
  for (guint i = 0; i < plan.n_convs; i++)
    multiply_strides (&plan, weir_graph_node (graph, plan.convs[i]));
  *changed = TRUE;
  return apply (graph, &plan, error) && finish_readers (graph, port, &plan, error);
}

static gboolean
without_samples (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  return move (graph, node, 0, changed, error);
}

static gboolean
with_samples (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  return move (graph, node, 1, changed, error);
}

static const WeirRewrite rows[] = { { "Convolution", without_samples }, { NULL } };
static const WeirRewrite sample_rows[] = { { "Convolution", with_samples }, { NULL } };

gboolean
weir_pass_move_strides (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  return options->disable_resnet_optimization ||
         weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}

gboolean
weir_pass_sample_strides (WeirModel *model, const WeirPassOptions *options,
                          GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), sample_rows, NULL, error);
}
