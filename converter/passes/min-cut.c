#include "min-cut.h"

/* Edges looked at before it is given up. */
#define MAX_WORK ((guint64) 200 * 1000 * 1000)

#define NONE ((guint) -1)

/* Edge i and its reverse i ^ 1. */
typedef struct {
  guint to;
  guint next; /* the next edge of the same point */
  gint64 capacity;
} Edge;

typedef struct {
  guint first;   /* edge */
  guint current; /* edge to go on with */
  guint level;   /* steps from the source */
  guint via;     /* edge by which the path came */
} Point;

struct _WeirPassCut {
  GArray *points;
  GArray *edges;
  GArray *queue; /* points by level */
  guint64 work;
};

static Point *
point_at (const WeirPassCut *cut, guint index)
{
  return &g_array_index (cut->points, Point, index);
}

static Edge *
edge_at (const WeirPassCut *cut, guint index)
{
  return &g_array_index (cut->edges, Edge, index);
}

WeirPassCut *
weir_pass_cut_new (void)
{
  WeirPassCut *cut = g_new0 (WeirPassCut, 1);

  cut->points = g_array_new (FALSE, FALSE, sizeof (Point));
  cut->edges = g_array_new (FALSE, FALSE, sizeof (Edge));
  cut->queue = g_array_new (FALSE, FALSE, sizeof (guint));
  weir_pass_cut_point (cut);
  weir_pass_cut_point (cut);
  return cut;
}

void
weir_pass_cut_free (WeirPassCut *cut)
{
  if (cut == NULL)
    return;
  g_array_unref (cut->points);
  g_array_unref (cut->edges);
  g_array_unref (cut->queue);
  g_free (cut);
}

guint
weir_pass_cut_point (WeirPassCut *cut)
{
  Point point = { .first = NONE };

  g_array_append_val (cut->points, point);
  return cut->points->len - 1;
}

static void
half_edge (WeirPassCut *cut, guint from, guint to, gint64 capacity)
{
  Edge edge = { .to = to, .next = point_at (cut, from)->first, .capacity = capacity };

  g_array_append_val (cut->edges, edge);
  point_at (cut, from)->first = cut->edges->len - 1;
}

void
weir_pass_cut_edge (WeirPassCut *cut, guint from, guint to, gint64 cost, gint64 back)
{
  half_edge (cut, from, to, cost);
  half_edge (cut, to, from, back);
}

/* Counts the steps from the source over what has capacity left. */
static gboolean
find_levels (WeirPassCut *cut)
{
  guint start = WEIR_PASS_CUT_SOURCE;

  for (guint i = 0; i < cut->points->len; i++) {
    point_at (cut, i)->level = NONE;
    point_at (cut, i)->current = point_at (cut, i)->first;
  }
  point_at (cut, start)->level = 0;
  g_array_set_size (cut->queue, 0);
  g_array_append_val (cut->queue, start);
  for (guint i = 0; i < cut->queue->len; i++) {
    guint from = g_array_index (cut->queue, guint, i);

    for (guint e = point_at (cut, from)->first; e != NONE; e = edge_at (cut, e)->next) {
      guint to = edge_at (cut, e)->to;

      cut->work++;
      if (edge_at (cut, e)->capacity <= 0 || point_at (cut, to)->level != NONE)
        continue;
      point_at (cut, to)->level = point_at (cut, from)->level + 1;
      g_array_append_val (cut->queue, to);
    }
  }
  return point_at (cut, WEIR_PASS_CUT_SINK)->level != NONE;
}

/* The next edge from @at by which the path may go on, or none. */
static guint
next_edge (WeirPassCut *cut, guint at)
{
  Point *point = point_at (cut, at);

  for (; point->current != NONE; point->current = edge_at (cut, point->current)->next) {
    const Edge *edge = edge_at (cut, point->current);

    cut->work++;
    if (edge->capacity > 0 && point_at (cut, edge->to)->level == point->level + 1)
      return point->current;
  }
  return NONE;
}

/* Sends what fits along the path that ends at the sink. Returns the first point after
 * which an edge is full: there the search goes on. */
static guint
send_along_path (WeirPassCut *cut)
{
  gint64 amount = G_MAXINT64;
  guint resume = WEIR_PASS_CUT_SOURCE;

  for (guint at = WEIR_PASS_CUT_SINK; at != WEIR_PASS_CUT_SOURCE;) {
    guint via = point_at (cut, at)->via;

    amount = MIN (amount, edge_at (cut, via)->capacity);
    at = edge_at (cut, via ^ 1)->to;
  }
  for (guint at = WEIR_PASS_CUT_SINK; at != WEIR_PASS_CUT_SOURCE;) {
    guint via = point_at (cut, at)->via;

    cut->work++;
    edge_at (cut, via)->capacity -= amount;
    edge_at (cut, via ^ 1)->capacity += amount;
    at = edge_at (cut, via ^ 1)->to;
    if (edge_at (cut, via)->capacity == 0)
      resume = at;
  }
  return resume;
}

/* All paths of the shortest length, one after another. */
static void
send_level (WeirPassCut *cut)
{
  guint at = WEIR_PASS_CUT_SOURCE;

  while (cut->work <= MAX_WORK) {
    guint edge = next_edge (cut, at);

    if (edge != NONE) {
      point_at (cut, edge_at (cut, edge)->to)->via = edge;
      at = edge_at (cut, edge)->to;
      if (at == WEIR_PASS_CUT_SINK)
        at = send_along_path (cut);
      continue;
    }
    if (at == WEIR_PASS_CUT_SOURCE)
      return;
    point_at (cut, at)->level = NONE;
    at = edge_at (cut, point_at (cut, at)->via ^ 1)->to;
  }
}

gboolean
weir_pass_cut_solve (WeirPassCut *cut)
{
  while (cut->work <= MAX_WORK && find_levels (cut))
    send_level (cut);
  return cut->work <= MAX_WORK;
}

gboolean
weir_pass_cut_is_source (const WeirPassCut *cut, guint point)
{
  return point_at (cut, point)->level != NONE;
}
