#include "layers.h"

/* Where quantised values begin. A node that only moves values moves quantised ones if all
 * its readers want them so; then FakeQuantize stands in front of it, and what goes in and
 * comes out has one range. So all inputs of a Concat share theirs. */

/* Activations between a sum and the layers that read it. */
#define MAX_STEPS 4

void
weir_places_free (WeirPlaces *places)
{
  g_free (places->layer);
  g_free (places->taken);
  g_free (places->moved);
  g_free (places->group);
  g_free (places->first);
  g_free (places);
}

guint
weir_places_value (const WeirPlaces *places, WeirPort port)
{
  return places->first[port.node] + port.index;
}

static guint
root (const WeirPlaces *places, guint value)
{
  while (places->group[value] != value)
    value = places->group[value];
  return value;
}

guint
weir_places_group (const WeirPlaces *places, WeirPort port)
{
  return root (places, weir_places_value (places, port));
}

static void
unite (WeirPlaces *places, WeirPort a, WeirPort b)
{
  guint x = weir_places_group (places, a), y = weir_places_group (places, b);

  places->group[MAX (x, y)] = MIN (x, y);
}

/* Whether @port is what a layer has just summed up, and nobody else reads it. */
static gboolean
is_fresh (const WeirGraph *graph, WeirPort port)
{
  const WeirNode *node = weir_graph_node (graph, port.node);
  WeirTensor *bias;
  WeirPort data;

  if (weir_graph_n_uses (graph, port) != 1)
    return FALSE;
  if (weir_node_is (node, "Add") && weir_match_binary (graph, node, &data, &bias))
    node = weir_graph_node (graph, data.node);
  return weir_node_is (node, "Convolution") || weir_node_is (node, "GroupConvolution") ||
         weir_node_is (node, "MatMul");
}

/* A sum whose input @index needs no rounding: a layer goes on with it in float. */
static gboolean
goes_on (const WeirPlaces *places, const WeirNode *sum, guint index)
{
  return !places->both_sides && is_fresh (places->graph, sum->inputs[index]) &&
         (index == 0 || !is_fresh (places->graph, sum->inputs[0]));
}

gboolean
weir_places_reads (const WeirPlaces *places, const WeirUse *use)
{
  const WeirNode *node = weir_graph_node (places->graph, use->node);
  const WeirLayer *layer;

  if (!places->taken[use->node])
    return places->moved[use->node] &&
           use->index < weir_move_inputs (places->graph, node);
  layer = &g_array_index (places->layers, WeirLayer, places->layer[use->node] - 1);
  return use->index < layer->n_data &&
         (layer->kind != WEIR_LAYER_SUM || !goes_on (places, node, use->index));
}

static gboolean
any_use_reads (const WeirPlaces *places, WeirPort port)
{
  const GArray *uses = weir_graph_output (places->graph, port)->uses;

  for (guint i = 0; i < uses->len; i++)
    if (weir_places_reads (places, &g_array_index (uses, WeirUse, i)))
      return TRUE;
  return FALSE;
}

/* Whether readers of @port, or of what activations make of it, are quantised. */
static gboolean
is_read (const WeirPlaces *places, WeirPort port)
{
  for (guint step = 0; step < MAX_STEPS; step++) {
    const WeirNode *next = weir_match_only_use (places->graph, port);

    if (any_use_reads (places, port))
      return TRUE;
    if (next == NULL || (next->op->flags & WEIR_OP_UNARY) == 0)
      return FALSE;
    port = WEIR_PORT (next, 0);
  }
  return FALSE;
}

static gboolean
all_read (const WeirPlaces *places, const WeirNode *node)
{
  guint readers = 0;

  for (guint k = 0; k < node->n_outputs; k++) {
    const GArray *uses = node->outputs[k].uses;

    readers += uses->len;
    for (guint i = 0; i < uses->len; i++)
      if (!weir_places_reads (places, &g_array_index (uses, WeirUse, i)))
        return FALSE;
  }
  return readers > 0;
}

static void
visit (WeirPlaces *places, const WeirNode *node)
{
  guint index = places->layer[node->id], moved = weir_move_inputs (places->graph, node);

  if (index > 0) {
    const WeirLayer *layer = &g_array_index (places->layers, WeirLayer, index - 1);

    places->taken[node->id] =
        layer->kept == NULL &&
        (layer->kind != WEIR_LAYER_SUM || is_read (places, WEIR_PORT (node, 0)));
  }
  if (moved == 0 || !all_read (places, node))
    return;
  places->moved[node->id] = TRUE;
  for (guint i = 1; i < moved; i++)
    unite (places, node->inputs[0], node->inputs[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    unite (places, node->inputs[0], WEIR_PORT (node, i));
}

static void
number_values (WeirPlaces *places, const GArray *order)
{
  guint n = weir_graph_size (places->graph);

  places->taken = g_new0 (gboolean, n);
  places->moved = g_new0 (gboolean, n);
  places->layer = g_new0 (guint, n);
  places->first = g_new0 (guint, n);
  for (guint i = 0; i < order->len; i++) {
    WeirNodeId id = g_array_index (order, WeirNodeId, i);

    places->first[id] = places->n_values;
    places->n_values += weir_graph_node (places->graph, id)->n_outputs;
  }
  places->group = g_new (guint, MAX (places->n_values, 1));
  for (guint i = 0; i < places->n_values; i++)
    places->group[i] = i;
  for (guint i = 0; i < places->layers->len; i++)
    places->layer[g_array_index (places->layers, WeirLayer, i).node] = i + 1;
}

WeirPlaces *
weir_places_new (const WeirGraph *graph, const GArray *layers, gboolean both_sides,
                 GError **error)
{
  g_autoptr (GArray) order = weir_graph_order (graph, error);
  WeirPlaces *places;

  if (order == NULL)
    return NULL;
  places = g_new0 (WeirPlaces, 1);
  places->graph = graph;
  places->layers = layers;
  places->both_sides = both_sides;
  number_values (places, order);
  for (guint i = order->len; i-- > 0;)
    visit (places, weir_graph_node (graph, g_array_index (order, WeirNodeId, i)));
  return places;
}

gboolean
weir_places_wanted (const WeirPlaces *places, WeirPort port)
{
  return !places->moved[port.node] && any_use_reads (places, port);
}
