#include "layout.h"

#include <stdlib.h>
#include <string.h>

/* Rows by the longest path, places in a row by the middle of the neighbours (barycentre),
 * then coordinates that pull every box towards its neighbours and keep the order. Edges
 * that cross rows pass through a place of their own in each. */

#define GAP_X      24.0
#define GAP_Y      34.0
#define WIRE_GAP   14.0 /* beside an edge that passes by */
#define MAX_PLACES 200000
#define SWEEPS     12

/* A box, or where an edge passes a row. */
typedef struct {
  int node;        /* -1: an edge passes */
  guint row, slot; /* its place among those of the row */
  double width, x;
  double key;        /* what it is sorted by */
  GArray *up, *down; /* guint: places that it is joined to */
} Place;

typedef struct {
  Layout *layout;
  GArray *places;  /* Place */
  GPtrArray *rows; /* GArray of guint: places in their order */
  GArray **routes; /* of each edge the places that it passes */
} Draft;

void
layout_init (Layout *layout)
{
  *layout = (Layout){ .nodes = g_array_new (FALSE, TRUE, sizeof (LayoutNode)),
                      .edges = g_array_new (FALSE, TRUE, sizeof (LayoutEdge)) };
}

void
layout_clear (Layout *layout)
{
  for (guint i = 0; i < layout->edges->len; i++)
    g_clear_pointer (&g_array_index (layout->edges, LayoutEdge, i).points, g_array_unref);
  g_array_unref (layout->nodes);
  g_array_unref (layout->edges);
}

guint
layout_add_node (Layout *layout, double width, double height)
{
  LayoutNode node = { .width = width, .height = height };

  g_array_append_val (layout->nodes, node);
  return layout->nodes->len - 1;
}

void
layout_add_edge (Layout *layout, guint from, guint to)
{
  LayoutEdge edge = { .from = from, .to = to };

  edge.points = g_array_new (FALSE, FALSE, sizeof (LayoutPoint));
  g_array_append_val (layout->edges, edge);
}

static LayoutNode *
node_at (const Layout *layout, guint index)
{
  return &g_array_index (layout->nodes, LayoutNode, index);
}

static LayoutEdge *
edge_at (const Layout *layout, guint index)
{
  return &g_array_index (layout->edges, LayoutEdge, index);
}

static Place *
place_at (const Draft *draft, guint index)
{
  return &g_array_index (draft->places, Place, index);
}

static int
by_from (const void *a, const void *b)
{
  guint x = ((const LayoutEdge *) a)->from, y = ((const LayoutEdge *) b)->from;

  return x < y ? -1 : x > y;
}

/* Every node below all that it reads; what reads nothing goes down to its first reader,
 * so that edges stay short. */
static guint
find_rows (Layout *layout)
{
  g_autofree guint *first = g_new (guint, layout->nodes->len + 1);
  g_autofree gboolean *reads = g_new0 (gboolean, layout->nodes->len + 1);
  guint rows = 0;

  g_array_sort (layout->edges, by_from);
  for (guint i = 0; i < layout->edges->len; i++) {
    const LayoutEdge *edge = edge_at (layout, i);
    LayoutNode *to = node_at (layout, edge->to);

    to->row = MAX (to->row, node_at (layout, edge->from)->row + 1);
    reads[edge->to] = TRUE;
  }
  for (guint i = 0; i < layout->nodes->len; i++) {
    first[i] = G_MAXUINT;
    rows = MAX (rows, node_at (layout, i)->row + 1);
  }
  for (guint i = 0; i < layout->edges->len; i++) {
    const LayoutEdge *edge = edge_at (layout, i);
    first[edge->from] = MIN (first[edge->from], node_at (layout, edge->to)->row);
  }
  for (guint i = 0; i < layout->nodes->len; i++)
    if (!reads[i] && first[i] != G_MAXUINT)
      node_at (layout, i)->row = first[i] - 1;
  return rows;
}

static guint
add_place (Draft *draft, int node, guint row, double width)
{
  GArray *list = draft->rows->pdata[row];
  guint index = draft->places->len;
  Place place = { .node = node, .row = row, .slot = list->len, .width = width };

  place.up = g_array_new (FALSE, FALSE, sizeof (guint));
  place.down = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_val (draft->places, place);
  g_array_append_val (list, index);
  return index;
}

static void
connect (Draft *draft, guint upper, guint lower)
{
  g_array_append_val (place_at (draft, upper)->down, lower);
  g_array_append_val (place_at (draft, lower)->up, upper);
}

/* Beyond so many places, long edges are drawn straight. */
static void
route_edge (Draft *draft, guint index)
{
  const LayoutEdge *edge = edge_at (draft->layout, index);
  guint from = node_at (draft->layout, edge->from)->row;
  guint to = node_at (draft->layout, edge->to)->row;
  guint last = edge->from;

  draft->routes[index] = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint row = from + 1; row < to && draft->places->len < MAX_PLACES; row++) {
    guint place = add_place (draft, -1, row, 0);

    g_array_append_val (draft->routes[index], place);
    connect (draft, last, place);
    last = place;
  }
  connect (draft, last, edge->to);
}

static void
draft_init (Draft *draft, Layout *layout)
{
  guint rows = find_rows (layout);

  *draft = (Draft){ .layout = layout,
                    .places = g_array_new (FALSE, FALSE, sizeof (Place)),
                    .rows = g_ptr_array_new (),
                    .routes = g_new0 (GArray *, layout->edges->len + 1) };
  for (guint i = 0; i < rows; i++)
    g_ptr_array_add (draft->rows, g_array_new (FALSE, FALSE, sizeof (guint)));
  for (guint i = 0; i < layout->nodes->len; i++)
    add_place (draft, (int) i, node_at (layout, i)->row, node_at (layout, i)->width);
  for (guint i = 0; i < layout->edges->len; i++)
    route_edge (draft, i);
}

static void
draft_clear (Draft *draft)
{
  for (guint i = 0; i < draft->places->len; i++) {
    g_array_unref (place_at (draft, i)->up);
    g_array_unref (place_at (draft, i)->down);
  }
  for (guint i = 0; i < draft->rows->len; i++)
    g_array_unref (draft->rows->pdata[i]);
  for (guint i = 0; i < draft->layout->edges->len; i++)
    g_array_unref (draft->routes[i]);
  g_array_unref (draft->places);
  g_ptr_array_unref (draft->rows);
  g_free (draft->routes);
}

static int
by_key (const void *a, const void *b, void *draft)
{
  const Place *x = place_at (draft, *(const guint *) a);
  const Place *y = place_at (draft, *(const guint *) b);

  if (x->key != y->key)
    return x->key < y->key ? -1 : 1;
  return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* One row in the order of the middles of those above, or below, that it is joined to. */
static void
sort_row (Draft *draft, guint row, gboolean by_upper)
{
  GArray *list = draft->rows->pdata[row];

  for (guint i = 0; i < list->len; i++) {
    Place *place = place_at (draft, g_array_index (list, guint, i));
    const GArray *others = by_upper ? place->up : place->down;
    double sum = 0;

    for (guint k = 0; k < others->len; k++)
      sum += place_at (draft, g_array_index (others, guint, k))->slot;
    place->key = others->len > 0 ? sum / others->len : place->slot;
  }
  g_array_sort_with_data (list, by_key, draft);
  for (guint i = 0; i < list->len; i++)
    place_at (draft, g_array_index (list, guint, i))->slot = i;
}

static int
by_number (const void *a, const void *b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;

  return x < y ? -1 : x > y;
}

/* How many pairs of ends behind those of @row cross, counted in a tree of sums. */
static gsize
crossings_below (const Draft *draft, guint row)
{
  const GArray *list = draft->rows->pdata[row];
  const GArray *next = draft->rows->pdata[row + 1];
  g_autofree guint *tree = g_new0 (guint, next->len + 2);
  gsize crossings = 0, seen = 0;

  for (guint i = 0; i < list->len; i++) {
    const GArray *down = place_at (draft, g_array_index (list, guint, i))->down;
    g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint));

    for (guint k = 0; k < down->len; k++) {
      const Place *place = place_at (draft, g_array_index (down, guint, k));

      if (place->row == row + 1)
        g_array_append_val (ends, place->slot);
    }
    g_array_sort (ends, by_number);
    for (guint k = 0; k < ends->len; k++) {
      gsize left = 0;

      for (guint at = g_array_index (ends, guint, k) + 1; at > 0; at -= at & -at)
        left += tree[at];
      crossings += seen - left;
    }
    for (guint k = 0; k < ends->len; k++, seen++)
      for (guint at = g_array_index (ends, guint, k) + 1; at <= next->len; at += at & -at)
        tree[at]++;
  }
  return crossings;
}

static gsize
count_crossings (const Draft *draft)
{
  gsize crossings = 0;

  for (guint row = 0; row + 1 < draft->rows->len; row++)
    crossings += crossings_below (draft, row);
  return crossings;
}

static void
keep_slots (const Draft *draft, guint *slots)
{
  for (guint i = 0; i < draft->places->len; i++)
    slots[i] = place_at (draft, i)->slot;
}

static void
restore_slots (Draft *draft, const guint *slots)
{
  for (guint i = 0; i < draft->places->len; i++) {
    Place *place = place_at (draft, i);

    place->slot = slots[i];
    g_array_index ((GArray *) draft->rows->pdata[place->row], guint, slots[i]) = i;
  }
}

/* Down and up again, as long as it helps; the best order stays. */
static void
order_rows (Draft *draft)
{
  g_autofree guint *best = g_new (guint, draft->places->len + 1);
  gsize least = count_crossings (draft);

  keep_slots (draft, best);
  for (guint sweep = 0; sweep < SWEEPS && least > 0; sweep++) {
    gsize crossings;

    for (guint i = 1; i < draft->rows->len; i++)
      if (sweep % 2 == 0)
        sort_row (draft, i, TRUE);
      else
        sort_row (draft, draft->rows->len - 1 - i, FALSE);
    crossings = count_crossings (draft);
    if (crossings >= least)
      continue;
    least = crossings;
    keep_slots (draft, best);
  }
  restore_slots (draft, best);
}

static double
distance (const Place *a, const Place *b)
{
  double gap = a->node < 0 || b->node < 0 ? WIRE_GAP : GAP_X;

  return (a->width + b->width) / 2 + gap;
}

/* Neighbours that want to stand at the same place stand around it. */
typedef struct {
  double sum, weight;
  guint count;
} Block;

/* Brings a row as near as can be to the places that its members want (@key), in their
 * order and apart: what would overlap is pushed as one block. */
static void
place_row (Draft *draft, const GArray *list)
{
  g_autofree Block *blocks = g_new (Block, list->len + 1);
  g_autofree double *offsets = g_new0 (double, list->len + 1);
  guint n = 0, at = 0;

  for (guint i = 0; i < list->len; i++) {
    const Place *place = place_at (draft, g_array_index (list, guint, i));
    double weight = place->node < 0 ? 4 : 1;

    if (i > 0)
      offsets[i] = offsets[i - 1] +
                   distance (place_at (draft, g_array_index (list, guint, i - 1)), place);
    blocks[n++] = (Block){ (place->key - offsets[i]) * weight, weight, 1 };
    while (n > 1 && blocks[n - 2].sum / blocks[n - 2].weight >
                        blocks[n - 1].sum / blocks[n - 1].weight) {
      blocks[n - 2].sum += blocks[n - 1].sum;
      blocks[n - 2].weight += blocks[n - 1].weight;
      blocks[n - 2].count += blocks[n - 1].count;
      n--;
    }
  }
  for (guint b = 0; b < n; b++)
    for (guint k = 0; k < blocks[b].count; k++, at++)
      place_at (draft, g_array_index (list, guint, at))->x =
          blocks[b].sum / blocks[b].weight + offsets[at];
}

static double
mean_of (const Draft *draft, const GArray *others)
{
  double sum = 0;

  for (guint i = 0; i < others->len; i++)
    sum += place_at (draft, g_array_index (others, guint, i))->x;
  return sum / others->len;
}

/* What each of a row wants: the middle of its neighbours above, below, or both. */
static void
pull_row (Draft *draft, guint row, gboolean up, gboolean down)
{
  const GArray *list = draft->rows->pdata[row];

  for (guint i = 0; i < list->len; i++) {
    Place *place = place_at (draft, g_array_index (list, guint, i));
    gboolean above = up && place->up->len > 0, below = down && place->down->len > 0;

    place->key = place->x;
    if (above && below)
      place->key = (mean_of (draft, place->up) + mean_of (draft, place->down)) / 2;
    else if (above || below)
      place->key = mean_of (draft, above ? place->up : place->down);
  }
  place_row (draft, list);
}

static void
place_columns (Draft *draft)
{
  guint n = draft->rows->len;

  for (guint row = 0; row < n; row++)
    pull_row (draft, row, TRUE, FALSE);
  for (guint sweep = 0; sweep < SWEEPS; sweep++)
    for (guint i = 0; i < n; i++)
      if (sweep + 2 >= SWEEPS)
        pull_row (draft, i, TRUE, TRUE);
      else
        pull_row (draft, sweep % 2 == 0 ? n - 1 - i : i, sweep % 2 == 1, sweep % 2 == 0);
}

static void
shift_columns (Draft *draft)
{
  double left = 0, right = 0;

  for (guint i = 0; i < draft->places->len; i++) {
    const Place *place = place_at (draft, i);

    left = i == 0 ? place->x - place->width / 2 : MIN (left, place->x - place->width / 2);
    right =
        i == 0 ? place->x + place->width / 2 : MAX (right, place->x + place->width / 2);
  }
  for (guint i = 0; i < draft->places->len; i++)
    place_at (draft, i)->x -= left;
  draft->layout->width = right - left;
}

/* @tops: of each row, and of one more behind the last. */
static void
find_tops (Draft *draft, double *tops)
{
  const Layout *layout = draft->layout;

  for (guint i = 0; i < layout->nodes->len; i++) {
    const LayoutNode *node = node_at (layout, i);
    tops[node->row + 1] = MAX (tops[node->row + 1], node->height + GAP_Y);
  }
  for (guint row = 0; row < draft->rows->len; row++)
    tops[row + 1] += tops[row];
}

static void
add_point (LayoutEdge *edge, double x, double y)
{
  LayoutPoint point = { x, y };

  g_array_append_val (edge->points, point);
}

/* An edge that passes a row goes straight down beside its boxes. */
static void
trace_edge (const Draft *draft, guint index, const double *tops)
{
  LayoutEdge *edge = edge_at (draft->layout, index);
  const LayoutNode *from = node_at (draft->layout, edge->from);
  const LayoutNode *to = node_at (draft->layout, edge->to);
  const GArray *route = draft->routes[index];

  add_point (edge, from->x, from->y + from->height);
  if (from->y + from->height < tops[from->row + 1] - GAP_Y)
    add_point (edge, from->x, tops[from->row + 1] - GAP_Y);
  for (guint i = 0; i < route->len; i++) {
    const Place *place = place_at (draft, g_array_index (route, guint, i));

    add_point (edge, place->x, tops[place->row]);
    add_point (edge, place->x, tops[place->row + 1] - GAP_Y);
  }
  add_point (edge, to->x, to->y);
}

void
layout_run (Layout *layout)
{
  g_autofree double *tops = NULL;
  Draft draft;

  if (layout->nodes->len == 0)
    return;
  draft_init (&draft, layout);
  order_rows (&draft);
  place_columns (&draft);
  shift_columns (&draft);
  tops = g_new0 (double, draft.rows->len + 2);
  find_tops (&draft, tops);
  for (guint i = 0; i < layout->nodes->len; i++) {
    node_at (layout, i)->x = place_at (&draft, i)->x;
    node_at (layout, i)->y = tops[node_at (layout, i)->row];
  }
  for (guint i = 0; i < layout->edges->len; i++)
    trace_edge (&draft, i, tops);
  layout->height = tops[draft.rows->len] - GAP_Y;
  draft_clear (&draft);
}
