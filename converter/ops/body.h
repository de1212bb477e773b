#pragma once

#include "ops.h"

/* Sub-graphs of If, Loop and TensorIterator: their maps checked, inferred, run. */

/** weir_body_enter: begins work on the bodies of a node; fails where they are nested too
 * deep. Work under the outermost node is counted from here. */
gboolean weir_body_enter (GError **error);
/** weir_body_leave: ends what weir_body_enter() has begun. */
void weir_body_leave (void);

/** weir_body_check: that the maps of @body name inputs, outputs, parameters and results
 * that exist, and that every parameter gets a value. */
gboolean weir_body_check (const WeirBody *body, guint n_inputs, guint n_outputs,
                          GError **error);

/** weir_body_set_parameter: tells the body's parameter @index its type, where it is
 * known, and its shape. */
void weir_body_set_parameter (const WeirBody *body, guint index, WeirDtype dtype,
                              const WeirShape *shape);
/** weir_body_result: what is known of the body's result @index. */
const WeirValueInfo *weir_body_result (const WeirBody *body, guint index);

/** weir_body_infer: infers the sub-graph; @which names it in errors. */
gboolean weir_body_infer (const WeirBody *body, const char *which, GError **error);
/** weir_body_infer_is_costly: whether so many bodies were inferred under one outer node
 * that no more precision may be bought with another round. */
gboolean weir_body_infer_is_costly (void);

/**
 * weir_body_run:
 * @parameters: one a parameter
 * @results: (out): one a result, each a new reference; all %NULL on failure
 *
 * Runs the sub-graph once. The runs under one outer node are counted and bounded.
 */
gboolean weir_body_run (const WeirBody *body, WeirTensor *const *parameters,
                        WeirTensor **results, WeirState *state, GError **error);

/** weir_body_slice: (transfer full): elements @first to @first + @count along @axis. */
WeirTensor *weir_body_slice (const WeirTensor *tensor, int axis, gint64 first,
                             gint64 count, GError **error);
/** weir_body_join_parts: (transfer full): at least one tensor, joined along @axis, the
 * last one first if @backwards. */
WeirTensor *weir_body_join_parts (const GPtrArray *parts, int axis, gboolean backwards,
                                  GError **error);

/** weir_body_clear_tensors: drops @n references. */
void weir_body_clear_tensors (WeirTensor **tensors, guint n);

/** weir_body_join: the shape that holds both: dimensions that differ are unknown. */
WeirShape weir_body_join (const WeirShape *a, const WeirShape *b);
