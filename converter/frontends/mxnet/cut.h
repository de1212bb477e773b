#pragma once

#include "node.h"

/** mx_cut_init: what of the symbol is needed. @cut is to be cleared, on failure too. */
gboolean mx_cut_init (MxImport *import, GError **error);
void mx_cut_clear (MxCut *cut);
/** mx_cut_is_replaced: whether input @index of the node that is being converted is a new
 * input of the network. */
gboolean mx_cut_is_replaced (const MxNode *n, guint index);
/** mx_cut_read: that input; no port where it is what it always is. */
WeirPort mx_cut_read (MxNode *n, guint index);
/** mx_cut_convert: node @index, as far as it is needed. */
gboolean mx_cut_convert (MxImport *import, guint index, GError **error);
/** mx_cut_outputs: a Result for each output. */
gboolean mx_cut_outputs (MxImport *import, GError **error);
/** mx_cut_finish: brings the inputs into their order. */
gboolean mx_cut_finish (MxImport *import, GError **error);
