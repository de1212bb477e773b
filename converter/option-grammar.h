#pragma once

#include "passes/passes.h"

/* The texts that options take, as Model Optimizer defines them. Each parser appends to
 * its list and says what it expected on failure. */

/** "1:conv[1,3,224,224]{f32}->[1 2 3],data": cuts, shapes, types and frozen values. */
gboolean weir_parse_inputs (const char *text, GPtrArray **inputs, GError **error);
/** "conv:0,1:fc": where to cut. */
gboolean weir_parse_outputs (const char *text, GPtrArray **outputs, GError **error);
/** "[1,3,224,224],(2,?)": one shape an input, given to the items of @inputs in order. */
gboolean weir_parse_shapes (const char *text, GPtrArray **inputs, GError **error);
/** "data[1,2,3],x(4)" or "[1,2,3],[4,5,6]". */
gboolean weir_parse_channels (const char *text, GPtrArray **specs, GError **error);
/** "nhwc", "in(nhwc->nchw),out(nc)". */
gboolean weir_parse_layouts (const char *text, GPtrArray **layouts, GError **error);
/** One side only: --source_layout (@target false) or --target_layout. */
gboolean weir_parse_layout_side (const char *text, gboolean target, GPtrArray **layouts,
                                 GError **error);

void weir_input_spec_free (gpointer spec);
void weir_output_spec_free (gpointer spec);
void weir_channel_spec_free (gpointer spec);
void weir_layout_spec_free (gpointer spec);
