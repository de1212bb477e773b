#pragma once

#include "ops.h"

/**
 * weir_axes_parse:
 * @values: axes, each within -@rank..@rank-1
 * @set: (out): a bit for each dimension named
 *
 * Fails on an axis out of range and on one that is named twice.
 */
gboolean weir_axes_parse (const gint64 *values, gsize n, int rank, guint *set,
                          GError **error);

/**
 * weir_axes_infer:
 *
 * The axes in input @port of a node whose data has @rank dimensions, or @known %FALSE
 * where the contents are not known yet.
 */
gboolean weir_axes_infer (const WeirInfer *infer, guint port, int rank, guint *set,
                          gboolean *known, GError **error);

/** weir_axes_evaluate: the same from the tensor itself. */
gboolean weir_axes_evaluate (const WeirTensor *axes, int rank, guint *set,
                             GError **error);

/** weir_axes_kept: @shape with the dimensions in @set of size 1. */
WeirShape weir_axes_kept (const WeirShape *shape, guint set);
