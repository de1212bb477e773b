#include "list.h"

#include "forms.h"
#include "ir/edit.h"
#include "min-cut.h"

/* Leaves as few Transposes as can be.
 *
 * Most operations work on transposed values as well, so that for each of them it can be
 * chosen in which form it does. A tensor whose maker and readers disagree costs a
 * Transpose, one for all of its readers. Which choice costs least is a minimum cut: the
 * operations are its points, those that can not choose are the source or the sink. The
 * graph as it is was one of the choices, so that there are never more Transposes than
 * before. */

/* What a tensor costs; little, where a Transpose of it moves nothing in memory. */
#define COST       ((gint64) 1 << 32)
#define SMALL_COST ((gint64) 1 << 16)
/* Between equal choices: operations work in the form that the layers near them need. */
#define PREFER_COST ((gint64) 1)

/* Layers that work on [N, C, spatial...] only: around them channels come second. */
static const char *const layer_ops[] = {
  "AvgPool",
  "BatchNormInference",
  "Convolution",
  "ConvolutionBackpropData",
  "DeformableConvolution",
  "DepthToSpace",
  "GroupConvolution",
  "GroupConvolutionBackpropData",
  "MaxPool",
  "SpaceToDepth",
  NULL,
};

/**
 * Tensor:
 * @readers: #Reader, all who read it in one form or the other
 * @links: numbers of the values that links make of it
 * @ports: where its natural and its other form are, once they are
 *
 * A value together with all that links make of it: the same elements, in two forms.
 */
typedef struct {
  GArray *readers;
  GArray *links;
  WeirPort ports[2];
} Tensor;

/* @flip: whether it reads a value whose natural form is the tensor's other one. */
typedef struct {
  WeirNodeId node;
  guint index;
  gboolean flip;
} Reader;

typedef struct {
  WeirGraph *graph;
  WeirPassForms *forms;
  Tensor *tensors; /* by value; those of links are empty */
  guint *roots;    /* by value: the value whose tensor it belongs to */
  gboolean *flips; /* by value: whether its natural form is the tensor's other one */
  WeirPort *ports; /* by value */
  WeirPassCut *cut;
  guint *points;    /* by node */
  gboolean *turned; /* by node: whether it works on the other forms */
} Sink;

static void
sink_clear (Sink *sink)
{
  guint n = sink->forms != NULL ? sink->forms->n_values : 0;

  for (guint v = 0; v < n; v++) {
    g_clear_pointer (&sink->tensors[v].readers, g_array_unref);
    g_clear_pointer (&sink->tensors[v].links, g_array_unref);
  }
  g_free (sink->tensors);
  g_free (sink->roots);
  g_free (sink->flips);
  g_free (sink->ports);
  g_free (sink->points);
  g_free (sink->turned);
  weir_pass_cut_free (sink->cut);
  weir_pass_forms_free (sink->forms);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sink, sink_clear)

static gboolean
is_link (const Sink *sink, WeirNodeId id)
{
  return sink->forms->nodes[id].kind == WEIR_PASS_NODE_LINK;
}

static void
note_value (Sink *sink, const WeirNode *node, guint output)
{
  guint value = weir_pass_forms_value (sink->forms, WEIR_PORT (node, output));

  sink->ports[value] = WEIR_PORT (node, output);
  sink->roots[value] = value;
  if (is_link (sink, node->id)) {
    guint from = sink->forms->nodes[node->id].inputs[0], root = sink->roots[from];

    sink->roots[value] = root;
    sink->flips[value] = !sink->flips[from];
    g_array_append_val (sink->tensors[root].links, value);
  } else if (sink->forms->orders[value].rank > 0) {
    sink->tensors[value].readers = g_array_new (FALSE, FALSE, sizeof (Reader));
    sink->tensors[value].links = g_array_new (FALSE, FALSE, sizeof (guint));
    sink->tensors[value].ports[0] = WEIR_PORT (node, output);
    sink->tensors[value].ports[1] = WEIR_PORT_NONE;
  }
}

static void
note_readers (Sink *sink, const WeirNode *node)
{
  for (guint i = 0; !is_link (sink, node->id) && i < node->n_inputs; i++) {
    guint value = sink->forms->nodes[node->id].inputs[i];
    Tensor *tensor = &sink->tensors[sink->roots[value]];
    Reader reader = { node->id, i, sink->flips[value] };

    if (tensor->readers != NULL)
      g_array_append_val (tensor->readers, reader);
  }
}

static gboolean
sink_init (Sink *sink, WeirGraph *graph, GError **error)
{
  const GArray *order;
  guint n;

  sink->graph = graph;
  sink->forms = weir_pass_forms_new (graph, error);
  if (sink->forms == NULL)
    return FALSE;
  n = sink->forms->n_values + 1;
  sink->tensors = g_new0 (Tensor, n);
  sink->roots = g_new0 (guint, n);
  sink->flips = g_new0 (gboolean, n);
  sink->ports = g_new0 (WeirPort, n);
  sink->points = g_new0 (guint, sink->forms->n_nodes + 1);
  sink->turned = g_new0 (gboolean, sink->forms->n_nodes + 1);
  order = sink->forms->order;
  for (guint i = 0; i < order->len; i++) {
    const WeirNode *node = weir_graph_node (graph, g_array_index (order, WeirNodeId, i));

    for (guint o = 0; o < node->n_outputs; o++)
      note_value (sink, node, o);
    note_readers (sink, node);
  }
  return TRUE;
}

/* The point that stands for a label. */
static guint
label_point (Sink *sink, guint value, gboolean flip)
{
  guint root;

  return weir_pass_forms_label (sink->forms, value, &root) ^ flip ? WEIR_PASS_CUT_SINK
                                                                  : WEIR_PASS_CUT_SOURCE;
}

/* Whoever makes a tensor, or reads it, and can not choose stands at the label of the form
 * that he has. */
static guint
reader_point (Sink *sink, guint root, const Reader *reader)
{
  return weir_pass_forms_follows_in (sink->forms, reader->node, reader->index)
             ? sink->points[reader->node]
             : label_point (sink, root, reader->flip);
}

static guint
maker_point (Sink *sink, guint root)
{
  WeirPort port = sink->ports[root];

  return weir_pass_forms_follows_out (sink->forms, port.node, port.index)
             ? sink->points[port.node]
             : label_point (sink, root, FALSE);
}

/* The cost falls due once, if any reader is not on the maker's side. */
static void
connect_tensor (Sink *sink, guint root)
{
  const Tensor *tensor = &sink->tensors[root];
  const WeirShape *shape = weir_graph_shape (sink->graph, sink->ports[root]);
  gint64 cost = weir_pass_order_moves_nothing (&sink->forms->orders[root], shape)
                    ? SMALL_COST
                    : COST;
  guint maker = maker_point (sink, root), ahead, behind;

  if (tensor->readers->len == 1) {
    const Reader *reader = &g_array_index (tensor->readers, Reader, 0);
    weir_pass_cut_edge (sink->cut, maker, reader_point (sink, root, reader), cost, cost);
    return;
  }
  ahead = weir_pass_cut_point (sink->cut);
  behind = weir_pass_cut_point (sink->cut);
  weir_pass_cut_edge (sink->cut, maker, ahead, cost, 0);
  weir_pass_cut_edge (sink->cut, behind, maker, cost, 0);
  for (guint i = 0; i < tensor->readers->len; i++) {
    guint reader = reader_point (sink, root, &g_array_index (tensor->readers, Reader, i));

    weir_pass_cut_edge (sink->cut, ahead, reader, WEIR_PASS_CUT_FOREVER, 0);
    weir_pass_cut_edge (sink->cut, reader, behind, WEIR_PASS_CUT_FOREVER, 0);
  }
}

/* Which label the layers around have, by root of the labels: how many more of them
 * have 1. */
static void
count_layers (Sink *sink, gint64 *votes)
{
  for (guint i = 0; i < sink->forms->order->len; i++) {
    WeirNodeId id = g_array_index (sink->forms->order, WeirNodeId, i);
    const WeirNode *node = weir_graph_node (sink->graph, id);
    guint ends[2], root;

    if (!g_strv_contains (layer_ops, node->op->name))
      continue;
    ends[0] = sink->forms->nodes[id].inputs[0];
    ends[1] = weir_pass_forms_value (sink->forms, WEIR_PORT (node, 0));
    for (guint e = 0; e < G_N_ELEMENTS (ends); e++)
      if (sink->forms->orders[ends[e]].rank > 0) {
        gboolean label = weir_pass_forms_label (sink->forms, ends[e], &root);
        votes[root] += label ? 1 : -1;
      }
  }
}

static void
prefer (Sink *sink, WeirNodeId id, const gint64 *votes)
{
  guint root;
  gboolean label =
      weir_pass_forms_label (sink->forms, sink->forms->nodes[id].value, &root);

  if (votes[root] != 0)
    label = votes[root] > 0;
  if (label)
    weir_pass_cut_edge (sink->cut, sink->points[id], WEIR_PASS_CUT_SINK, PREFER_COST, 0);
  else
    weir_pass_cut_edge (sink->cut, WEIR_PASS_CUT_SOURCE, sink->points[id], PREFER_COST,
                        0);
}

/* Decides for each member whether it works on the other forms. */
static gboolean
choose (Sink *sink)
{
  g_autofree gint64 *votes = g_new0 (gint64, sink->forms->n_values + 1);
  const GArray *order = sink->forms->order;
  guint root;

  sink->cut = weir_pass_cut_new ();
  count_layers (sink, votes);
  for (guint i = 0; i < order->len; i++) {
    WeirNodeId id = g_array_index (order, WeirNodeId, i);

    if (sink->forms->nodes[id].kind == WEIR_PASS_NODE_MEMBER) {
      sink->points[id] = weir_pass_cut_point (sink->cut);
      prefer (sink, id, votes);
    }
  }
  for (guint v = 0; v < sink->forms->n_values; v++) {
    const Tensor *tensor = &sink->tensors[v];

    if (tensor->readers != NULL && tensor->readers->len > 0 &&
        weir_match (sink->graph, sink->ports[v], "Constant") == NULL)
      connect_tensor (sink, v);
  }
  if (!weir_pass_cut_solve (sink->cut))
    return FALSE;
  for (guint i = 0; i < order->len; i++) {
    WeirNodeId id = g_array_index (order, WeirNodeId, i);

    if (sink->forms->nodes[id].kind == WEIR_PASS_NODE_MEMBER)
      sink->turned[id] =
          weir_pass_forms_label (sink->forms, sink->forms->nodes[id].value, &root) ==
          weir_pass_cut_is_source (sink->cut, sink->points[id]);
  }
  return TRUE;
}

static gboolean
wants_other (const Sink *sink, const Reader *reader)
{
  gboolean turned = sink->turned[reader->node] &&
                    weir_pass_forms_follows_in (sink->forms, reader->node, reader->index);

  return reader->flip ^ turned;
}

/* The form that is not there is made from the one that is. */
static WeirPort
make_form (Sink *sink, WeirBuilder *builder, guint root, gboolean other)
{
  Tensor *tensor = &sink->tensors[root];
  const WeirNode *node = weir_graph_node (sink->graph, sink->ports[root].node);
  g_autofree char *name = g_strconcat (node->name, other ? "/transposed" : "", NULL);
  WeirPassOrder order = sink->forms->orders[root];
  const WeirValueInfo *info = &node->outputs[sink->ports[root].index].info;

  if (weir_node_is (node, "Constant") && other && weir_dtype_size (info->dtype) > 0)
    return weir_build_constant (
        builder, node->name,
        weir_pass_order_tensor (info->value, &order, &builder->error));
  if (!other)
    order = weir_pass_order_inverse (&order);
  return weir_pass_order_build (builder, name, tensor->ports[!other], &order);
}

/* A link that makes this form of the other one already; none is %WEIR_PORT_NONE. */
static WeirPort
find_form (const Sink *sink, guint root, gboolean other)
{
  const Tensor *tensor = &sink->tensors[root];

  for (guint i = 0; i < tensor->links->len; i++) {
    guint link = g_array_index (tensor->links, guint, i);
    const WeirNode *node = weir_graph_node (sink->graph, sink->ports[link].node);

    if (sink->flips[link] == other &&
        weir_port_equal (node->inputs[0], tensor->ports[!other]))
      return sink->ports[link];
  }
  return WEIR_PORT_NONE;
}

static void
need_form (Sink *sink, WeirBuilder *builder, guint root, gboolean other)
{
  Tensor *tensor = &sink->tensors[root];

  if (weir_port_is_none (tensor->ports[other]))
    tensor->ports[other] = find_form (sink, root, other);
  if (weir_port_is_none (tensor->ports[other]))
    tensor->ports[other] = make_form (sink, builder, root, other);
}

/* Everyone who reads the value of a link reads the tensor's form instead. Where that can
 * not be, as both are network outputs, the link stays and what it reads must be there. */
static void
drop_link (Sink *sink, WeirBuilder *builder, guint root, guint link)
{
  Tensor *tensor = &sink->tensors[root];
  gboolean other = sink->flips[link];

  if (weir_port_is_none (tensor->ports[other]) ||
      weir_port_equal (tensor->ports[other], sink->ports[link]) ||
      weir_edit_bypass (sink->graph, sink->ports[link], tensor->ports[other]) || !other)
    return;
  need_form (sink, builder, root, FALSE);
  if (!weir_build_failed (builder) &&
      !weir_port_equal (sink->ports[root], tensor->ports[0]))
    weir_edit_bypass (sink->graph, sink->ports[root], tensor->ports[0]);
}

/* Makes the forms that are read, once the maker of the tensor is done. */
static void
finish_tensor (Sink *sink, WeirBuilder *builder, guint root)
{
  Tensor *tensor = &sink->tensors[root];
  WeirPort made = sink->ports[root];

  for (guint i = 0; i < tensor->readers->len; i++)
    need_form (sink, builder, root,
               wants_other (sink, &g_array_index (tensor->readers, Reader, i)));
  if (weir_build_failed (builder))
    return;
  if (!weir_port_is_none (tensor->ports[0]) && !weir_port_equal (tensor->ports[0], made))
    weir_edit_bypass (sink->graph, made, tensor->ports[0]);
  for (guint i = 0; !weir_build_failed (builder) && i < tensor->links->len; i++)
    drop_link (sink, builder, root, g_array_index (tensor->links, guint, i));
}

/* Builds a member on the other forms of what it reads. */
static void
turn (Sink *sink, WeirBuilder *builder, WeirNode *node)
{
  WeirPassFormNode *form = &sink->forms->nodes[node->id];
  const WeirPassTransposeRule *rule = weir_pass_transpose_rule (node);
  g_autofree WeirPort *inputs =
      g_memdup2 (node->inputs, MAX (node->n_inputs, 1) * sizeof *inputs);
  g_autofree WeirPort *outputs = g_new0 (WeirPort, MAX (node->n_outputs, 1));

  for (guint i = 0; i < node->n_inputs; i++) {
    guint value = form->inputs[i];

    if (weir_pass_forms_follows_in (sink->forms, node->id, i))
      inputs[i] = sink->tensors[sink->roots[value]].ports[!sink->flips[value]];
  }
  if (!rule->rebuild (&form->frame, builder, inputs, outputs, rule->detail))
    return;
  for (guint i = 0; i < node->n_outputs; i++) {
    guint value = weir_pass_forms_value (sink->forms, WEIR_PORT (node, i));

    if (!weir_pass_forms_follows_out (sink->forms, node->id, i)) {
      weir_edit_bypass (sink->graph, WEIR_PORT (node, i), outputs[i]);
      if (sink->tensors[value].readers != NULL)
        sink->tensors[value].ports[0] = outputs[i];
      continue;
    }
    sink->tensors[value].ports[0] = WEIR_PORT_NONE;
    sink->tensors[value].ports[1] = outputs[i];
  }
}

static void
remove_old (Sink *sink)
{
  for (guint i = sink->forms->order->len; i-- > 0;) {
    WeirNodeId id = g_array_index (sink->forms->order, WeirNodeId, i);
    WeirNode *node = weir_graph_node (sink->graph, id);

    if (node != NULL && (sink->turned[id] || is_link (sink, id)))
      weir_edit_remove_unused (sink->graph, node);
  }
}

static gboolean
rebuild (Sink *sink, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (sink->graph);

  for (guint i = 0; !weir_build_failed (&builder) && i < sink->forms->order->len; i++) {
    WeirNodeId id = g_array_index (sink->forms->order, WeirNodeId, i);
    WeirNode *node = weir_graph_node (sink->graph, id);

    if (sink->turned[id])
      turn (sink, &builder, node);
    for (guint o = 0; !weir_build_failed (&builder) && o < node->n_outputs; o++) {
      guint value = weir_pass_forms_value (sink->forms, WEIR_PORT (node, o));

      if (sink->tensors[value].readers != NULL)
        finish_tensor (sink, &builder, value);
    }
  }
  if (!weir_build_finish (&builder, error))
    return FALSE;
  remove_old (sink);
  return TRUE;
}

static gboolean
has_transpose (const WeirGraph *graph)
{
  for (guint i = 0; i < weir_graph_size (graph); i++)
    if (weir_node_is (weir_graph_node (graph, i), "Transpose"))
      return TRUE;
  return FALSE;
}

static gboolean
sink_graph (WeirGraph *graph, GError **error)
{
  g_auto (Sink) sink = { 0 };

  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    for (guint b = 0; node != NULL && b < node->n_bodies; b++)
      if (!sink_graph (node->bodies[b].graph, error))
        return FALSE;
  }
  if (!has_transpose (graph))
    return TRUE;
  return sink_init (&sink, graph, error) && (!choose (&sink) || rebuild (&sink, error));
}

gboolean
weir_pass_sink_transpose (WeirModel *model, const WeirPassOptions *options,
                          GError **error)
{
  (void) options;
  return sink_graph (weir_model_graph (model), error);
}
