#include "check.h"

#include <string.h>

/* Which values of two graphs are the same: those of the same tensor name; then the
 * results of the same operation on the same values or with the same weights; between all
 * these, operations that follow each other in the same order. */

/* So many elements of constants tell them apart; weights of two nodes are the same if
 * they are that many and differ by no more than FP16 and quantisation make them. */
#define COMPARED     4096
#define MANY_WEIGHTS 16
#define SAME_WEIGHTS 0.02

typedef struct {
  const WeirGraph *graph;
  GArray *values;    /* WeirPort, in the order of the operations */
  GHashTable *index; /* port -> its place among @values, plus 1 */
  guint *partners;   /* of each value, plus 1 */
  CheckReason *reasons;
} Side;

static gpointer
key_of (WeirPort port)
{
  return GSIZE_TO_POINTER (((gsize) port.node << 16) | MIN (port.index, G_MAXUINT16));
}

/* (nullable): the constant that stands at @port, compressed or not. */
static WeirTensor *
constant_at (const WeirGraph *graph, WeirPort port)
{
  const WeirNode *node = weir_graph_node (graph, port.node);

  if (weir_node_is (node, "Convert") &&
      weir_node_is (weir_node_input (graph, node, 0), "Constant"))
    return weir_node_input_info (graph, node, 0)->value;
  return weir_graph_info (graph, port)->value;
}

static char *
bare_name (const char *name)
{
  static const char *const endings[] = { ":0", "/sink_port_0" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return g_strndup (name, strlen (name) - strlen (endings[i]));
  return g_strdup (name);
}

gboolean
check_same_name (const char *a, const char *b)
{
  g_autofree char *x = bare_name (a);
  g_autofree char *y = bare_name (b);

  return strcmp (x, y) == 0;
}

static void
add_values (Side *side, const WeirNode *node)
{
  if (weir_node_is (node, "Parameter") || weir_node_is (node, "Constant") ||
      weir_node_is (node, "Result") || weir_node_is (node, "Assign"))
    return;
  for (guint i = 0; i < node->n_outputs; i++) {
    const WeirOutput *output = &node->outputs[i];
    WeirPort port = WEIR_PORT (node, i);

    if (output->uses->len == 0 || constant_at (side->graph, port) != NULL)
      continue;
    g_array_append_val (side->values, port);
    g_hash_table_insert (side->index, key_of (port),
                         GUINT_TO_POINTER (side->values->len));
  }
}

static void
side_init (Side *side, const WeirGraph *graph)
{
  g_autoptr (GArray) order = weir_graph_order (graph, NULL);

  *side = (Side){ .graph = graph,
                  .values = g_array_new (FALSE, FALSE, sizeof (WeirPort)),
                  .index = g_hash_table_new (NULL, NULL) };
  for (guint i = 0; order != NULL && i < order->len; i++)
    add_values (side, weir_graph_node (graph, g_array_index (order, WeirNodeId, i)));
  side->partners = g_new0 (guint, side->values->len + 1);
  side->reasons = g_new0 (CheckReason, side->values->len + 1);
}

static void
side_clear (Side *side)
{
  g_array_unref (side->values);
  g_hash_table_unref (side->index);
  g_free (side->partners);
  g_free (side->reasons);
}

static const WeirNode *
node_at (const Side *side, guint index)
{
  return weir_graph_node (side->graph,
                          g_array_index (side->values, WeirPort, index).node);
}

static const WeirOutput *
output_at (const Side *side, guint index)
{
  return weir_graph_output (side->graph, g_array_index (side->values, WeirPort, index));
}

static const char *
name_at (const Side *side, guint index)
{
  const GPtrArray *names = output_at (side, index)->names;

  return names != NULL && names->len > 0 ? names->pdata[0] : node_at (side, index)->name;
}

/* The value of that tensor name, or of the node of that name. */
static GHashTable *
index_names (const Side *side)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < side->values->len; i++) {
    const GPtrArray *names = output_at (side, i)->names;

    for (guint k = 0; names != NULL && k < names->len; k++)
      g_hash_table_insert (index, bare_name (names->pdata[k]), GUINT_TO_POINTER (i + 1));
  }
  for (guint i = 0; i < side->values->len; i++) {
    g_autofree char *name = bare_name (node_at (side, i)->name);

    if (node_at (side, i)->n_outputs == 1 && !g_hash_table_contains (index, name))
      g_hash_table_insert (index, g_steal_pointer (&name), GUINT_TO_POINTER (i + 1));
  }
  return index;
}

static guint
find_partner (const Side *a, guint at, GHashTable *index)
{
  const GPtrArray *names = output_at (a, at)->names;
  guint found = 0;

  for (guint i = 0; found == 0 && names != NULL && i < names->len; i++) {
    g_autofree char *name = bare_name (names->pdata[i]);
    found = GPOINTER_TO_UINT (g_hash_table_lookup (index, name));
  }
  if (found == 0 && node_at (a, at)->n_outputs == 1) {
    g_autofree char *name = bare_name (node_at (a, at)->name);
    found = GPOINTER_TO_UINT (g_hash_table_lookup (index, name));
  }
  return found;
}

static void
join (Side *a, guint x, Side *b, guint y, CheckReason reason)
{
  a->partners[x] = y + 1;
  b->partners[y] = x + 1;
  a->reasons[x] = reason;
}

static void
align_names (Side *a, Side *b)
{
  g_autoptr (GHashTable) index = index_names (b);

  for (guint i = 0; i < a->values->len; i++) {
    guint found = find_partner (a, i, index);

    if (found > 0 && b->partners[found - 1] == 0)
      join (a, i, b, found - 1, CHECK_BY_NAME);
  }
}

static gboolean
is_called (const WeirNode *parameter, const char *name)
{
  const GPtrArray *names = parameter->outputs[0].names;

  for (guint i = 0; names != NULL && i < names->len; i++)
    if (check_same_name (names->pdata[i], name))
      return TRUE;
  return check_same_name (parameter->name, name);
}

guint *
check_match_inputs (const WeirGraph *a, const WeirGraph *b)
{
  guint n = weir_graph_n_parameters (a), m = weir_graph_n_parameters (b), found = 0;
  guint *places = g_new0 (guint, n + 1);

  for (guint i = 0; i < n; i++) {
    const char *name = weir_graph_parameter_name (a, i);
    guint k = 0;

    while (k < m && !is_called (weir_graph_parameter (b, k), name))
      k++;
    places[i] = k;
    found += k < m;
  }
  for (guint i = 0; found < n && i < n; i++)
    places[i] = i;
  return places;
}

static guint
value_at (const Side *side, WeirPort port)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (side->index, key_of (port)));
}

/* The value itself, however its dimensions were put in another order. */
static WeirPort
untransposed (const WeirGraph *graph, WeirPort port)
{
  const WeirNode *node = weir_graph_node (graph, port.node);

  while (weir_node_is (node, "Transpose")) {
    port = node->inputs[0];
    node = weir_graph_node (graph, port.node);
  }
  return port;
}

/* What stands in @b for the value @port of @a, in any order of dimensions; none where
 * that is not known. @places: of the inputs. */
static WeirPort
partner_of (const Side *a, WeirPort port, const Side *b, const guint *places)
{
  guint value;

  port = untransposed (a->graph, port);
  value = value_at (a, port);
  if (value > 0 && a->partners[value - 1] > 0)
    return untransposed (b->graph,
                         g_array_index (b->values, WeirPort, a->partners[value - 1] - 1));
  for (guint i = 0; i < weir_graph_n_parameters (a->graph); i++)
    if (weir_graph_parameter (a->graph, i)->id == port.node &&
        places[i] < weir_graph_n_parameters (b->graph))
      return WEIR_PORT (weir_graph_parameter (b->graph, places[i]), 0);
  return WEIR_PORT_NONE;
}

/* How far two constants are apart; -1 where they cannot be the same. */
static double
distance (const WeirTensor *a, const WeirTensor *b)
{
  double most = 0, largest = 0;

  if (a == NULL || b == NULL || weir_tensor_count (a) != weir_tensor_count (b))
    return -1;
  for (gsize i = 0; i < MIN (weir_tensor_count (a), COMPARED); i++) {
    double x = weir_tensor_get (a, i), apart = x - weir_tensor_get (b, i);

    most = MAX (most, ABS (apart));
    largest = MAX (largest, ABS (x));
  }
  return largest > 0 ? most / largest : most;
}

/* How far the constants that two nodes read are apart; -1 where they read other values.
 * @swap: the two inputs of the second change places. */
static double
compare_inputs (const Side *a, const WeirNode *x, const Side *b, const WeirNode *y,
                const guint *places, gboolean swap)
{
  double sum = 0;

  for (guint i = 0; i < x->n_inputs; i++) {
    WeirPort p = x->inputs[i], q = y->inputs[swap ? 1 - i : i];
    const WeirTensor *constant = constant_at (a->graph, p);
    double apart = 0;

    if (constant != NULL)
      apart = distance (constant, constant_at (b->graph, q));
    else if (!weir_port_equal (partner_of (a, p, b, places), untransposed (b->graph, q)))
      apart = -1;
    if (apart < 0)
      return -1;
    sum += apart;
  }
  return sum;
}

static gboolean
is_free (const Side *side, const WeirNode *node)
{
  for (guint i = 0; i < node->n_outputs; i++) {
    guint value = value_at (side, WEIR_PORT (node, i));

    if (value > 0 && side->partners[value - 1] > 0)
      return FALSE;
  }
  return TRUE;
}

/* The nodes that read @port, also behind a Transpose. */
static void
add_readers (GPtrArray *readers, const WeirGraph *graph, WeirPort port)
{
  const GArray *uses = weir_graph_output (graph, port)->uses;

  for (guint i = 0; i < uses->len; i++) {
    WeirNode *node = weir_graph_node (graph, g_array_index (uses, WeirUse, i).node);
    const GArray *behind =
        weir_node_is (node, "Transpose") ? node->outputs[0].uses : NULL;

    g_ptr_array_add (readers, node);
    for (guint k = 0; behind != NULL && k < behind->len; k++)
      g_ptr_array_add (readers,
                       weir_graph_node (graph, g_array_index (behind, WeirUse, k).node));
  }
}

/* (nullable): the reader of @port that does the same as @x, on the nearest constants. */
static const WeirNode *
find_twin (const Side *a, const WeirNode *x, const Side *b, WeirPort port,
           const guint *places)
{
  g_autoptr (GPtrArray) readers = g_ptr_array_new ();
  const WeirNode *best = NULL;
  double least = 0;

  add_readers (readers, b->graph, port);
  for (guint i = 0; i < readers->len; i++) {
    const WeirNode *y = readers->pdata[i];
    double apart;

    if (y->op != x->op || y->n_inputs != x->n_inputs || y->n_outputs != x->n_outputs ||
        !is_free (b, y))
      continue;
    apart = compare_inputs (a, x, b, y, places, FALSE);
    if (apart < 0 && x->n_inputs == 2)
      apart = compare_inputs (a, x, b, y, places, TRUE);
    if (apart < 0 || (best != NULL && apart >= least))
      continue;
    best = y;
    least = apart;
  }
  return best;
}

static void
join_outputs (Side *a, const WeirNode *x, Side *b, const WeirNode *y)
{
  for (guint i = 0; i < x->n_outputs; i++) {
    guint p = value_at (a, WEIR_PORT (x, i)), q = value_at (b, WEIR_PORT (y, i));

    if (p > 0 && q > 0)
      join (a, p - 1, b, q - 1, CHECK_BY_INPUTS);
  }
}

/* By the first of its inputs that is known in @b. */
static gboolean
align_by_inputs (Side *a, const WeirNode *x, Side *b, const guint *places)
{
  WeirPort port = WEIR_PORT_NONE;
  const WeirNode *twin = NULL;

  for (guint i = 0; i < x->n_inputs && weir_port_is_none (port); i++)
    if (constant_at (a->graph, x->inputs[i]) == NULL)
      port = partner_of (a, x->inputs[i], b, places);
  if (!weir_port_is_none (port) && is_free (a, x))
    twin = find_twin (a, x, b, port, places);
  if (twin != NULL)
    join_outputs (a, x, b, twin);
  return twin != NULL;
}

/* Whether @x reads a value that is known in @b, and @y does not read it. */
static gboolean
contradicts (const Side *a, const WeirNode *x, const Side *b, const WeirNode *y,
             const guint *places)
{
  for (guint i = 0; i < x->n_inputs; i++) {
    WeirPort port = partner_of (a, x->inputs[i], b, places);
    gboolean found = weir_port_is_none (port);

    for (guint k = 0; !found && k < y->n_inputs; k++)
      found = weir_port_equal (untransposed (b->graph, y->inputs[k]), port);
    if (!found)
      return TRUE;
  }
  return FALSE;
}

/* A size that is not known yet may be any. */
static gboolean
may_equal (const WeirShape *a, const WeirShape *b)
{
  if (a->rank < 0 || b->rank < 0)
    return TRUE;
  for (int i = 0; a->rank == b->rank && i < a->rank; i++)
    if (a->dims[i] >= 0 && b->dims[i] >= 0 && a->dims[i] != b->dims[i])
      return FALSE;
  return a->rank == b->rank;
}

static gboolean
is_alike (const Side *a, guint x, const Side *b, guint y)
{
  const WeirValueInfo *p = &output_at (a, x)->info, *q = &output_at (b, y)->info;

  return node_at (a, x)->op == node_at (b, y)->op && p->dtype == q->dtype &&
         may_equal (&p->shape, &q->shape) &&
         g_array_index (a->values, WeirPort, x).index ==
             g_array_index (b->values, WeirPort, y).index;
}

/* Where the next value of @a that has a partner stands in @b, at least at @low. */
static guint
next_anchor (const Side *a, guint from, const Side *b, guint low)
{
  for (guint i = from; i < a->values->len; i++)
    if (a->partners[i] > low)
      return a->partners[i] - 1;
  return b->values->len;
}

/* Whether two nodes read the same weights, and enough of them to be told by these. */
static gboolean
share_weights (const Side *a, const WeirNode *x, const Side *b, const WeirNode *y)
{
  gsize shared = 0;

  if (x->op != y->op || x->n_inputs != y->n_inputs || x->n_outputs != y->n_outputs)
    return FALSE;
  for (guint i = 0; i < x->n_inputs; i++) {
    const WeirTensor *p = constant_at (a->graph, x->inputs[i]);
    const WeirTensor *q = constant_at (b->graph, y->inputs[i]);
    double apart = p != NULL || q != NULL ? distance (p, q) : 0;

    if (apart < 0 || apart > SAME_WEIGHTS)
      return FALSE;
    shared += p != NULL ? weir_tensor_count (p) : 0;
  }
  return shared >= MANY_WEIGHTS;
}

/* Wherever in @b it stands. */
static gboolean
align_by_weights (Side *a, const WeirNode *x, Side *b, const guint *places)
{
  for (guint i = 0; i < b->values->len; i++) {
    const WeirNode *y = node_at (b, i);

    if (b->partners[i] > 0 || !is_free (b, y) || !share_weights (a, x, b, y) ||
        contradicts (a, x, b, y, places))
      continue;
    join_outputs (a, x, b, y);
    return TRUE;
  }
  return FALSE;
}

/* Among the values of @b from @low on, before the next one that is known. */
static void
align_by_order (Side *a, guint value, Side *b, guint low, const guint *places)
{
  guint high = next_anchor (a, value + 1, b, low);

  for (guint i = low; i < high; i++)
    if (b->partners[i] == 0 && is_alike (a, value, b, i) &&
        !contradicts (a, node_at (a, value), b, node_at (b, i), places)) {
      join (a, value, b, i, CHECK_BY_ORDER);
      return;
    }
}

static void
align_rest (Side *a, Side *b)
{
  g_autofree guint *places = check_match_inputs (a->graph, b->graph);
  guint low = 0;

  for (guint i = 0; i < a->values->len; i++) {
    if (a->partners[i] == 0 && !align_by_inputs (a, node_at (a, i), b, places) &&
        !align_by_weights (a, node_at (a, i), b, places))
      align_by_order (a, i, b, low, places);
    if (a->partners[i] > 0)
      low = MAX (low, a->partners[i]);
  }
}

static guint
count_alone (const Side *side)
{
  guint count = 0;

  for (guint i = 0; i < side->values->len; i++)
    count += side->partners[i] == 0;
  return count;
}

GArray *
check_align (const WeirGraph *a, const WeirGraph *b, guint *alone_a, guint *alone_b)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (CheckPair));
  Side x, y;

  side_init (&x, a);
  side_init (&y, b);
  align_names (&x, &y);
  align_rest (&x, &y);
  for (guint i = 0; i < x.values->len; i++) {
    CheckPair pair = { .name = name_at (&x, i),
                       .op = node_at (&x, i)->op->name,
                       .reason = x.reasons[i] };

    if (x.partners[i] == 0)
      continue;
    pair.a = g_array_index (x.values, WeirPort, i);
    pair.b = g_array_index (y.values, WeirPort, x.partners[i] - 1);
    g_array_append_val (pairs, pair);
  }
  *alone_a = count_alone (&x);
  *alone_b = count_alone (&y);
  side_clear (&x);
  side_clear (&y);
  return pairs;
}
