#include "cut.h"

#include "base/error.h"
#include "table.h"

/* Networks are cut among their nodes, before anything is known of time: what is cut away
 * delays nothing. A node's tensor has the node's number; its inputs are the nodes that it
 * reads, each once, whichever frames of them. */

typedef struct {
  WeirCutPlan *plan;
  guint *seen; /* for each node the last that read it, plus 1, and at which input */
  guint *ports;
  guint reader, number, count;
} Walk;

static KdNode *
node_at (const KdNet *net, guint index)
{
  return net->nodes->pdata[index];
}

static gboolean
describe_leaf (KdTerm *leaf, gpointer data)
{
  Walk *walk = data;

  if (walk->seen[leaf->node] != walk->reader + 1) {
    walk->seen[leaf->node] = walk->reader + 1;
    walk->ports[leaf->node] = walk->count++;
    weir_cut_plan_read (walk->plan, walk->number, leaf->node);
  }
  leaf->port = walk->ports[leaf->node];
  return TRUE;
}

static const char *
type_of (const KdNode *node)
{
  return node->component != NULL ? node->component->type : "node";
}

static void
describe_node (WeirCutPlan *plan, Walk *walk, KdNode *node, guint index)
{
  if (node->kind == KD_INPUT) {
    weir_cut_plan_add_input (plan, index);
    return;
  }
  node->number = weir_cut_plan_add_node (plan, node->name, type_of (node));
  walk->reader = index;
  walk->number = node->number;
  walk->count = 0;
  kd_term_visit (node->input, describe_leaf, walk);
  weir_cut_plan_write (plan, node->number, index);
  if (node->kind == KD_OUTPUT)
    weir_cut_plan_add_output (plan, index);
}

static void
describe (const KdNet *net, WeirCutPlan *plan)
{
  g_autofree guint *seen = g_new0 (guint, net->nodes->len + 1);
  g_autofree guint *ports = g_new0 (guint, net->nodes->len + 1);
  Walk walk = { .plan = plan, .seen = seen, .ports = ports };

  for (guint i = 0; i < net->nodes->len; i++)
    weir_cut_plan_add_tensor (plan, node_at (net, i)->name);
  for (guint i = 0; i < net->nodes->len; i++)
    describe_node (plan, &walk, node_at (net, i), i);
}

/* Input @index as a node. What it replaces need not be convertible: its size may be
 * unknown. */
static gboolean
add_input (const KdCut *cut, KdNet *net, guint index, WeirBuilder *builder,
           GError **error)
{
  const WeirCutInput *input = weir_cut_plan_input (cut->plan, index);
  KdNode *old = node_at (net, input->tensor), *node;
  WeirValueInfo told = { .dtype = WEIR_DTYPE_F32, .shape = WEIR_SHAPE (1, -1) };
  const WeirShape *shape;

  if (kd_size_find (net, old, NULL))
    told.shape.dims[1] = old->size;
  kd_size_forget (net);
  cut->inputs[index] =
      weir_cut_plan_build (cut->plan, index, builder, WEIR_PORT_NONE, &told);
  if (!weir_build_finish (builder, error))
    return FALSE;
  shape = &weir_graph_info (builder->graph, cut->inputs[index])->shape;
  if (shape->rank != 2 || shape->dims[1] < 1) {
    g_autofree char *found = weir_shape_to_string (shape);

    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "--input: '%s': expected a shape of one known number of values a "
                      "frame, [1,40], found %s",
                      input->spec->name, found);
  }
  node = kd_net_add (net, KD_INPUT, input->name, NULL);
  node->dim = shape->dims[1];
  node->port = cut->inputs[index];
  return TRUE;
}

/* The new input that stands for node @index wherever it is read, or -1. */
static int
find_new (const WeirCutPlan *plan, guint index)
{
  int found = weir_cut_plan_replaced (plan, index);

  return found >= 0 && weir_cut_plan_is_new (plan, (guint) found) ? found : -1;
}

static gboolean
bend_leaf (KdTerm *leaf, gpointer data)
{
  const Walk *walk = data;
  int found = weir_cut_plan_edge (walk->plan, walk->number, leaf->port);

  if (found < 0)
    found = find_new (walk->plan, leaf->node);
  if (found >= 0) {
    g_free (leaf->name);
    leaf->name = g_strdup (weir_cut_plan_input (walk->plan, (guint) found)->name);
  }
  return TRUE;
}

static gboolean
is_needed (const WeirCutPlan *plan, const KdNode *node, guint index)
{
  if (node->kind != KD_INPUT)
    return weir_cut_plan_need (plan, node->number) == WEIR_CUT_KEEP;
  return find_new (plan, index) < 0 &&
         weir_cut_plan_need_of (plan, index) == WEIR_CUT_KEEP;
}

/* @added: (element-type KdNode): the new inputs, %NULL for what is none. */
static void
find_results (const KdCut *cut, const KdNet *net, const GPtrArray *added)
{
  for (guint i = 0; i < weir_cut_plan_n_outputs (cut->plan); i++) {
    const WeirCutOutput *output = weir_cut_plan_output (cut->plan, i);
    int found = find_new (cut->plan, output->tensor);
    KdResult result = {
      .node = found >= 0 ? added->pdata[found] : node_at (net, output->tensor),
      .name = output->name != NULL ? output->name
                                   : weir_cut_plan_tensor_name (cut->plan, output->tensor)
    };

    g_array_append_val (cut->results, result);
  }
}

/* What is not needed goes, and what reads a new input names that. */
static void
cut_nodes (const WeirCutPlan *plan, KdNet *net, guint count)
{
  g_autofree gboolean *drop = g_new0 (gboolean, net->nodes->len + 1);

  for (guint i = 0; i < count; i++) {
    KdNode *node = node_at (net, i);
    Walk walk = { .plan = (WeirCutPlan *) plan, .number = node->number };

    drop[i] = !is_needed (plan, node, i);
    if (!drop[i] && node->input != NULL)
      kd_term_visit (node->input, bend_leaf, &walk);
  }
  kd_net_drop (net, drop);
}

gboolean
kd_cut_apply (KdCut *cut, KdNet *net, const WeirCut *asked, WeirBuilder *builder,
              GError **error)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  guint n, count = net->nodes->len;

  cut->plan = weir_cut_plan_new (asked, FALSE);
  cut->results = g_array_new (FALSE, FALSE, sizeof (KdResult));
  describe (net, cut->plan);
  if (!weir_cut_plan_solve (cut->plan, error))
    return FALSE;
  n = weir_cut_plan_n_inputs (cut->plan);
  cut->inputs = g_new (WeirPort, n + 1);
  for (guint i = 0; i < n; i++) {
    gboolean is_new = weir_cut_plan_is_new (cut->plan, i);

    cut->inputs[i] = WEIR_PORT_NONE;
    if (is_new && !add_input (cut, net, i, builder, error))
      return FALSE;
    g_ptr_array_add (added, is_new ? node_at (net, net->nodes->len - 1) : NULL);
  }
  find_results (cut, net, added);
  if (cut->results->len == 0)
    return weir_fail (error, WEIR_ERROR_FORMAT, "the network has no output");
  cut_nodes (cut->plan, net, count);
  return kd_net_resolve (net, error);
}

gboolean
kd_cut_check (const KdCut *cut, const KdNet *net, GPtrArray *unsupported,
              WeirCutHint *hint, GError **error)
{
  for (guint i = 0; i < net->nodes->len; i++) {
    const KdNode *node = node_at (net, i);
    const char *why = kd_refusal (node);

    if (why == NULL)
      continue;
    g_ptr_array_add (unsupported, weir_unsupported_new (node->name, type_of (node), why));
    if (hint != NULL)
      g_hash_table_add (hint->refused, GUINT_TO_POINTER (node->number));
  }
  if (unsupported->len == 0)
    return TRUE;
  if (hint != NULL)
    weir_cut_plan_suggest (cut->plan, hint);
  return weir_unsupported_fail (unsupported, "Kaldi", error);
}

gboolean
kd_cut_finish (const KdCut *cut, WeirGraph *graph, GError **error)
{
  guint n = weir_cut_plan_n_inputs (cut->plan);
  g_autofree WeirPort *old = g_new (WeirPort, n + 1);

  for (guint i = 0; i < n; i++)
    old[i] = WEIR_PORT_NONE;
  return weir_cut_plan_finish (cut->plan, graph, cut->inputs, old, error);
}

void
kd_cut_clear (KdCut *cut)
{
  g_clear_pointer (&cut->plan, weir_cut_plan_free);
  g_clear_pointer (&cut->results, g_array_unref);
  g_free (cut->inputs);
}
