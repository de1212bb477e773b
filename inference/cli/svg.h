#pragma once

#include "weir-ir.h"

/** svg_draw: (transfer full) (nullable): the graph of @model as a picture, bodies beneath
 * it; %NULL where it has too many nodes to be looked at. */
char *svg_draw (WeirModel *model, GError **error);

/** SvgFamily: @ops: "|Add|Multiply|"; what operations of one kind look like. */
typedef struct {
  const char *name;
  const char *fill;
  const char *stroke;
  const char *ops;
} SvgFamily;

/** svg_family: of an operation; the last row of its table takes all. */
const SvgFamily *svg_family (const char *op);
/** svg_folded: (transfer full): for each node whether it is no box but stands in those of
 * its readers, as its value does not depend on the inputs. @order: of the nodes. */
gboolean *svg_folded (const WeirGraph *graph, const GArray *order);
/** svg_lines: (transfer full): what stands in the box of @node: operation, name,
 * attributes, constants, type and shape. */
GPtrArray *svg_lines (const WeirGraph *graph, const WeirNode *node,
                      const gboolean *folded);
