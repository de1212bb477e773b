#pragma once

#include "passes/passes.h"

/* The texts that options take, as Model Optimizer defines them. Each parser appends to
 * its list and says what it expected on failure. */

/** "1:conv[1,3,224,224]{f32}->[1 2 3],data": cuts, shapes, types and frozen values. */
gboolean weir_parse_inputs (const char *text, GPtrArray **inputs, GError **error);
/** "name->1,other->[1 2]": values for those of @inputs that have the name, else further
 * inputs; a second value that is another fails. */
gboolean weir_parse_frozen (const char *text, GPtrArray **inputs, GError **error);
/** "conv:0,1:fc": where to cut. */
gboolean weir_parse_outputs (const char *text, GPtrArray **outputs, GError **error);
/** "[1,3,224,224],(2,?)": one shape an input, given to the items of @inputs in order. */
gboolean weir_parse_shapes (const char *text, GPtrArray **inputs, GError **error);
/** "data[1,2,3],x(4)" or "[1,2,3],[4,5,6]". */
gboolean weir_parse_channels (const char *text, GPtrArray **specs, GError **error);
/** "nhwc", "in(nhwc->nchw),out(nc)". */
gboolean weir_parse_layouts (const char *text, GPtrArray **layouts, GError **error);
/** One side only: --source_layout (@target false) or --target_layout; joined with the
 * other side of the same input. */
gboolean weir_parse_layout_side (const char *text, gboolean target, GPtrArray **layouts,
                                 GError **error);
/** "LowLatency2[use_const_initializer=False],Pruning": only those that there are. */
gboolean weir_parse_transforms (const char *text, GPtrArray **transforms, GError **error);
/** "conv.*,fc1": regular expressions. */
gboolean weir_parse_patterns (const char *text, GPtrArray **patterns, GError **error);
