#include "svg.h"

#include "layout.h"

#include <stdarg.h>
#include <string.h>

/* Graphs as pictures: a graph is a panel; the bodies of its nodes are panels beneath. */

#define MAX_NODES   20000
#define MARGIN      24.0
#define TITLE       26.0
#define LINE        15.0
#define PADDING     7.0
#define GLYPH       6.5 /* the mean width of a character */
#define GLYPH_BOLD  8.0
#define LEGEND_STEP 20.0

typedef struct {
  const WeirGraph *graph;
  char *title;
} Panel;

typedef struct {
  GString *text;
  GPtrArray *panels; /* Panel, those yet to be drawn behind */
  GHashTable *used;  /* SvgFamily */
  double width, y;
} Picture;

static void
panel_free (gpointer data)
{
  g_free (((Panel *) data)->title);
  g_free (data);
}

static void
add_panel (Picture *picture, const WeirGraph *graph, char *title)
{
  Panel *panel = g_new0 (Panel, 1);

  panel->graph = graph;
  panel->title = title;
  g_ptr_array_add (picture->panels, panel);
}

static void
append_text (GString *text, double x, double y, const char *style, const char *content)
{
  g_autofree char *escaped = g_markup_escape_text (content, -1);

  g_string_append_printf (text, "<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>\n", x, y, style,
                          escaped);
}

static double
width_of (const GPtrArray *lines)
{
  double width = 60;

  for (guint i = 0; i < lines->len; i++)
    width = MAX (width, (double) g_utf8_strlen (lines->pdata[i], -1) *
                            (i == 0 ? GLYPH_BOLD : GLYPH));
  return width + 2 * PADDING;
}

/* The boxes of @graph, in an order in which each stands behind what it reads. @boxes:
 * from node to box, plus 1; @lines: what stands in each. */
static void
add_boxes (Layout *layout, const WeirGraph *graph, guint *boxes, GPtrArray *lines,
           GArray *ids)
{
  g_autoptr (GArray) order = weir_graph_order (graph, NULL);
  g_autofree gboolean *folded = order != NULL ? svg_folded (graph, order) : NULL;

  for (guint i = 0; order != NULL && i < order->len; i++) {
    WeirNodeId id = g_array_index (order, WeirNodeId, i);
    const WeirNode *node = weir_graph_node (graph, id);
    GPtrArray *content;

    if (folded[id])
      continue;
    content = svg_lines (graph, node, folded);
    g_ptr_array_add (lines, content);
    g_array_append_val (ids, id);
    boxes[id] =
        layout_add_node (layout, width_of (content), content->len * LINE + 2 * PADDING) +
        1;
  }
}

static void
add_edges (Layout *layout, const WeirGraph *graph, const guint *boxes, const GArray *ids)
{
  for (guint i = 0; i < ids->len; i++) {
    const WeirNode *node = weir_graph_node (graph, g_array_index (ids, WeirNodeId, i));
    g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

    for (guint k = 0; k < node->n_inputs; k++) {
      guint from = boxes[node->inputs[k].node];

      if (from > 0 && g_hash_table_add (seen, GUINT_TO_POINTER (from)))
        layout_add_edge (layout, from - 1, i);
    }
  }
}

static void
draw_edge (Picture *picture, const LayoutEdge *edge, double dx, double dy)
{
  const LayoutPoint *points = (const LayoutPoint *) edge->points->data;
  GString *text = picture->text;

  g_string_append_printf (text, "<path class=\"edge\" d=\"M%.1f %.1f", points[0].x + dx,
                          points[0].y + dy);
  for (guint i = 1; i < edge->points->len; i++) {
    LayoutPoint a = points[i - 1], b = points[i];
    double middle = (a.y + b.y) / 2;

    if (a.x == b.x)
      g_string_append_printf (text, "L%.1f %.1f", b.x + dx, b.y + dy);
    else
      g_string_append_printf (text, "C%.1f %.1f %.1f %.1f %.1f %.1f", a.x + dx,
                              middle + dy, b.x + dx, middle + dy, b.x + dx, b.y + dy);
  }
  g_string_append (text, "\"/>\n");
}

static void
draw_box (Picture *picture, const LayoutNode *box, const GPtrArray *lines,
          const WeirNode *node, double dx, double dy)
{
  const SvgFamily *family = svg_family (node->op->name);
  double x = box->x + dx - box->width / 2, y = box->y + dy;
  g_autofree char *name = g_markup_escape_text (node->name, -1);

  g_hash_table_add (picture->used, (gpointer) family);
  g_string_append_printf (picture->text,
                          "<g><title>%s</title><rect x=\"%.1f\" y=\"%.1f\" "
                          "width=\"%.1f\" height=\"%.1f\" rx=\"5\" fill=\"%s\" "
                          "stroke=\"%s\"/>\n",
                          name, x, y, box->width, box->height, family->fill,
                          family->stroke);
  for (guint i = 0; i < lines->len; i++)
    append_text (picture->text, x + PADDING, y + PADDING + (i + 1) * LINE - 4,
                 i == 0   ? " class=\"op\""
                 : i == 1 ? " class=\"name\""
                          : "",
                 lines->pdata[i]);
  g_string_append (picture->text, "</g>\n");
}

static void
note_bodies (Picture *picture, const WeirNode *node)
{
  static const char *const branches[] = { "then", "else" };

  for (guint i = 0; i < node->n_bodies; i++)
    add_panel (picture, node->bodies[i].graph,
               weir_node_is (node, "If") && i < G_N_ELEMENTS (branches)
                   ? g_strdup_printf ("%s: %s", node->name, branches[i])
                   : g_strdup_printf ("%s: body", node->name));
}

/* A frame with its title, and the graph in it. */
static void
draw_panel (Picture *picture, const Panel *panel)
{
  g_autofree guint *boxes = g_new0 (guint, weir_graph_size (panel->graph) + 1);
  g_autoptr (GPtrArray) lines =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  double dx = 2 * MARGIN, dy = picture->y + TITLE + MARGIN, width;
  Layout layout;

  layout_init (&layout);
  add_boxes (&layout, panel->graph, boxes, lines, ids);
  add_edges (&layout, panel->graph, boxes, ids);
  layout_run (&layout);
  width = MAX (layout.width, (double) g_utf8_strlen (panel->title, -1) * GLYPH_BOLD);
  g_string_append_printf (picture->text,
                          "<rect class=\"panel\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                          "height=\"%.1f\" rx=\"8\"/>\n",
                          MARGIN, picture->y, width + 2 * MARGIN,
                          layout.height + TITLE + 2 * MARGIN);
  append_text (picture->text, 2 * MARGIN, picture->y + TITLE, " class=\"title\"",
               panel->title);
  dx += (width - layout.width) / 2;
  for (guint i = 0; i < layout.edges->len; i++)
    draw_edge (picture, &g_array_index (layout.edges, LayoutEdge, i), dx, dy);
  for (guint i = 0; i < layout.nodes->len; i++) {
    const WeirNode *node =
        weir_graph_node (panel->graph, g_array_index (ids, WeirNodeId, i));

    draw_box (picture, &g_array_index (layout.nodes, LayoutNode, i), lines->pdata[i],
              node, dx, dy);
    note_bodies (picture, node);
  }
  picture->y += layout.height + TITLE + 3 * MARGIN;
  picture->width = MAX (picture->width, width + 4 * MARGIN);
  layout_clear (&layout);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (((const SvgFamily *) a)->name, ((const SvgFamily *) b)->name);
}

static void
draw_legend (Picture *picture)
{
  g_autoptr (GList) families =
      g_list_sort (g_hash_table_get_keys (picture->used), by_name);

  for (GList *l = families; l != NULL; l = l->next) {
    const SvgFamily *family = l->data;

    g_string_append_printf (picture->text,
                            "<rect x=\"%.1f\" y=\"%.1f\" width=\"14\" height=\"14\" "
                            "rx=\"3\" fill=\"%s\" stroke=\"%s\"/>\n",
                            MARGIN, picture->y, family->fill, family->stroke);
    append_text (picture->text, MARGIN + 22, picture->y + 11, "", family->name);
    picture->y += LEGEND_STEP;
  }
  picture->y += MARGIN;
}

static guint
count_nodes (const WeirGraph *graph, guint depth)
{
  guint count = weir_graph_count (graph);

  for (guint i = 0; depth > 0 && i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    for (guint b = 0; node != NULL && b < node->n_bodies; b++)
      count += count_nodes (node->bodies[b].graph, depth - 1);
  }
  return count;
}

static char *
finish (const Picture *picture)
{
  return g_strdup_printf (
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
      "viewBox=\"0 0 %.0f %.0f\" font-family=\"Helvetica, Arial, sans-serif\" "
      "font-size=\"11\">\n"
      "<style>text{fill:#202124} .op{font-weight:bold;font-size:12px} "
      ".name{fill:#5f6368} .title{font-weight:bold;font-size:13px} "
      ".edge{fill:none;stroke:#80868b;stroke-width:1.3;marker-end:url(#tip)} "
      ".panel{fill:none;stroke:#dadce0}</style>\n"
      "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" "
      "markerWidth=\"6\" markerHeight=\"6\" orient=\"auto\">"
      "<path d=\"M0 0L8 4L0 8z\" fill=\"#80868b\"/></marker></defs>\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n%s</svg>\n",
      picture->width, picture->y, picture->width, picture->y, picture->text->str);
}

char *
svg_draw (WeirModel *model, GError **error)
{
  const WeirGraph *graph = weir_model_graph (model);
  guint count = count_nodes (graph, WEIR_MAX_BODY_DEPTH);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) panels = g_ptr_array_new_with_free_func (panel_free);
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);
  Picture picture = { .text = text, .panels = panels, .used = used, .y = MARGIN };

  if (count > MAX_NODES) {
    weir_fail (error, WEIR_ERROR_LIMIT,
               "a graph of %u nodes is too large to be drawn; at most %d are", count,
               MAX_NODES);
    return NULL;
  }
  add_panel (
      &picture, graph,
      g_strdup_printf ("%s (%s)", weir_model_name (model), weir_model_framework (model)));
  for (guint i = 0; i < panels->len; i++)
    draw_panel (&picture, panels->pdata[i]);
  draw_legend (&picture);
  return finish (&picture);
}
