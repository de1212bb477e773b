#pragma once

#include "ir/build.h"
#include "ir/match.h"
#include "ir/pass.h"

/* What rewrites share: constants as a pass may rely on them, and taking a node's place.
 */

/**
 * weir_pass_constant: (transfer full) (nullable):
 *
 * The contents behind @port if that is a Constant, or the decompression of one. Contents
 * that follow only from the shapes of inputs do not count: a pass that relied on them
 * would fix the shapes of a network that can be reshaped.
 */
WeirTensor *weir_pass_constant (const WeirGraph *graph, WeirPort port);
/** weir_pass_is_decompression: whether @node is the Convert behind a compressed constant.
 */
gboolean weir_pass_is_decompression (const WeirNode *node);
/** weir_pass_scalar: whether input @index is a constant whose elements are all equal. */
gboolean weir_pass_scalar (const WeirGraph *graph, const WeirNode *node, guint index,
                           double *value);
/** weir_pass_ints: the elements of a constant integer input of at most 2 * WEIR_MAX_RANK
 * elements; %FALSE if it is none. */
gboolean weir_pass_ints (const WeirGraph *graph, const WeirNode *node, guint index,
                         gint64 values[2 * WEIR_MAX_RANK], gsize *count);
/** weir_pass_axes: the same, each a dimension of a value of rank @rank. */
gboolean weir_pass_axes (const WeirGraph *graph, const WeirNode *node, guint index,
                         int rank, gint64 axes[2 * WEIR_MAX_RANK], gsize *count);

/** weir_pass_take_place: readers of output 0 of @node read @port from now on, as far as
 * the names of network outputs allow; @node goes when nobody reads it. @changed is set if
 * anything was. */
void weir_pass_take_place (WeirGraph *graph, WeirNode *node, WeirPort port,
                           gboolean *changed);
/** weir_pass_finish: ends a rewrite that has built nodes: takes the place of @node by
 * @port, or hands over what went wrong. */
gboolean weir_pass_finish (WeirBuilder *builder, WeirNode *node, WeirPort port,
                           gboolean *changed, GError **error);

/** weir_pass_broadcasts_into: whether a value of shape @small, joined with one of shape
 * @big by NumPy's rule, surely leaves the shape of the latter as it is. */
gboolean weir_pass_broadcasts_into (const WeirShape *small, const WeirShape *big);
