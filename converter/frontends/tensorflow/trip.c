#include "trip.h"

#include "same.h"

#define MAX_TERMS 16

static const struct {
  const char *op;
  guint counter; /* the input that is the smaller one */
} comparisons[] = { { "Less", 0 }, { "Greater", 1 } };

static gboolean
find_comparison (const TfBody *body, const WeirNode *node, TfBound *bound)
{
  for (guint i = 0; i < G_N_ELEMENTS (comparisons); i++) {
    guint at = comparisons[i].counter;
    WeirTensor *value;

    if (!weir_node_is (node, comparisons[i].op) || node->n_inputs != 2 ||
        !tf_body_is_counter (body, node->inputs[at], &bound->start))
      continue;
    bound->limit = tf_body_outside (body, node->inputs[1 - at]);
    value = weir_graph_info (body->graph, node->inputs[1 - at])->value;
    if (!weir_port_is_none (bound->limit) || value == NULL)
      return !weir_port_is_none (bound->limit);
    bound->limit = weir_make_constant (body->outer, weir_tensor_ref (value));
    return !weir_port_is_none (bound->limit);
  }
  return FALSE;
}

gboolean
tf_trip_find (const TfBody *body, WeirPort condition, GArray *bounds)
{
  WeirPort open[MAX_TERMS] = { condition };
  guint n = 1;

  while (n > 0) {
    const WeirNode *node = weir_graph_node (body->graph, open[--n].node);
    TfBound bound;

    if (weir_node_is (node, "LogicalAnd") && n + 2 <= MAX_TERMS) {
      open[n++] = node->inputs[0];
      open[n++] = node->inputs[1];
      continue;
    }
    if (bounds->len >= MAX_TERMS || !find_comparison (body, node, &bound))
      return FALSE;
    g_array_append_val (bounds, bound);
  }
  return bounds->len > 0;
}

/* Terms of which the smallest is meant; what is said twice is taken once. */
typedef struct {
  const WeirGraph *graph;
  WeirPort terms[MAX_TERMS];
  guint n;
} Terms;

static gboolean
has_term (const Terms *terms, WeirPort port, guint except)
{
  for (guint i = 0; i < terms->n; i++)
    if (i != except && tf_same (terms->graph, terms->terms[i], port))
      return TRUE;
  return FALSE;
}

static void
add_term (Terms *terms, WeirPort port)
{
  if (terms->n < MAX_TERMS && !has_term (terms, port, MAX_TERMS))
    terms->terms[terms->n++] = port;
}

/* min (a, min (b, c)): three terms. */
static void
flatten (Terms *terms)
{
  for (guint i = 0; i < terms->n;) {
    const WeirNode *node = weir_graph_node (terms->graph, terms->terms[i].node);

    if (!weir_node_is (node, "Minimum") || terms->n + 1 > MAX_TERMS) {
      i++;
      continue;
    }
    terms->terms[i] = terms->terms[--terms->n];
    add_term (terms, node->inputs[0]);
    add_term (terms, node->inputs[1]);
  }
}

/* min (a, max (a, b)) is a. */
static void
drop_larger (Terms *terms)
{
  for (guint i = 0; i < terms->n;) {
    const WeirNode *node = weir_graph_node (terms->graph, terms->terms[i].node);

    if (weir_node_is (node, "Maximum") &&
        (has_term (terms, node->inputs[0], i) || has_term (terms, node->inputs[1], i)))
      terms->terms[i] = terms->terms[--terms->n];
    else
      i++;
  }
}

static void
terms_of (const WeirMake *m, const GArray *bounds, gint64 start, Terms *terms)
{
  *terms = (Terms){ .graph = m->b->graph };
  for (guint i = 0; i < bounds->len; i++) {
    const TfBound *bound = &g_array_index (bounds, TfBound, i);

    if (bound->start == start)
      add_term (terms, bound->limit);
  }
  flatten (terms);
  drop_larger (terms);
}

static gboolean
said_before (const GArray *bounds, guint index)
{
  for (guint i = 0; i < index; i++)
    if (g_array_index (bounds, TfBound, i).start ==
        g_array_index (bounds, TfBound, index).start)
      return TRUE;
  return FALSE;
}

/* The smallest of @rounds and those that counters from @start on allow. */
static WeirPort
limit_rounds (WeirMake *m, WeirPort rounds, const Terms *terms, gint64 start)
{
  for (guint i = 0; i < terms->n; i++) {
    WeirPort limit =
        weir_make_convert (m, weir_make_scalar_of (m, terms->terms[i]), WEIR_DTYPE_I64);

    if (start != 0)
      limit = weir_make_2 (m, "Subtract", limit, weir_make_int (m, start));
    rounds =
        weir_port_is_none (rounds) ? limit : weir_make_2 (m, "Minimum", rounds, limit);
  }
  return rounds;
}

WeirPort
tf_trip_make (WeirMake *m, const GArray *bounds)
{
  WeirPort rounds = WEIR_PORT_NONE;
  const WeirTensor *value;

  for (guint i = 0; i < bounds->len; i++) {
    gint64 start = g_array_index (bounds, TfBound, i).start;
    Terms terms;

    if (said_before (bounds, i))
      continue;
    terms_of (m, bounds, start, &terms);
    rounds = limit_rounds (m, rounds, &terms, start);
  }
  value = weir_make_value (m, rounds);
  if (value != NULL && weir_tensor_get_int (value, 0) >= 0)
    return weir_make_known (m, rounds);
  return weir_make_known (m, weir_make_2 (m, "Maximum", rounds, weir_make_int (m, 0)));
}

gboolean
tf_trip_is (const WeirMake *m, const GArray *bounds, WeirPort size)
{
  Terms terms;

  if (weir_build_failed (m->b) || weir_port_is_none (size))
    return FALSE;
  for (guint i = 0; i < bounds->len; i++)
    if (g_array_index (bounds, TfBound, i).start != 0)
      return FALSE;
  terms_of (m, bounds, 0, &terms);
  return terms.n == 1 && tf_same (m->b->graph, terms.terms[0], size);
}
