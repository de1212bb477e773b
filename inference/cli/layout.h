#pragma once

#include <glib.h>

/* A layered drawing of a directed graph: boxes in rows, edges downwards. */

/** LayoutPoint: where an edge passes. */
typedef struct {
  double x, y;
} LayoutPoint;

/**
 * LayoutNode:
 * @width, @height: of its box, to be given
 * @x, @y: its middle and its upper edge, found
 * @row: found
 */
typedef struct {
  double width, height;
  double x, y;
  guint row;
} LayoutNode;

/**
 * LayoutEdge:
 * @from, @to: indices of nodes; @from stands before @to in the order of the nodes
 * @points: #LayoutPoint, found: from the lower edge of the one to the upper of the other
 */
typedef struct {
  guint from, to;
  GArray *points;
} LayoutEdge;

/** Layout: @nodes and @edges are to be given; @width and @height are found. */
typedef struct {
  GArray *nodes; /* LayoutNode */
  GArray *edges; /* LayoutEdge */
  double width, height;
} Layout;

void layout_init (Layout *layout);
void layout_clear (Layout *layout);
guint layout_add_node (Layout *layout, double width, double height);
void layout_add_edge (Layout *layout, guint from, guint to);
/** layout_run: finds where everything stands. */
void layout_run (Layout *layout);
