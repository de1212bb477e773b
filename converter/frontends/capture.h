#pragma once

#include "ir/build.h"

/**
 * SECTION: capture
 *
 * What the body of If or Loop reads from the graph around it becomes one more parameter
 * of the body, and one more input of the node.
 */

/** WeirCapture: a value of the outer graph that a body reads as parameter @parameter. */
typedef struct {
  WeirPort outer;
  guint parameter;
} WeirCapture;

/** weir_capture: @port of the graph @outer as the body that @inside builds sees it: known
 * contents stay known, anything else is noted in @captures (element-type WeirCapture). */
WeirPort weir_capture (GArray *captures, WeirBuilder *inside, const WeirGraph *outer,
                       WeirPort port, const char *name);
/** weir_capture_attach: (transfer none): makes *@graph, which is taken, a body of @node
 * in @outer, and what was captured inputs of it. */
WeirBody *weir_capture_attach (const GArray *captures, WeirGraph **graph,
                               WeirGraph *outer, WeirNode *node);
/** weir_capture_map: a row of a map of ports whose values pass whole. */
void weir_capture_map (GArray *maps, gint64 external, guint internal);
