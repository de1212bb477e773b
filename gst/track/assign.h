#pragma once

#include <glib.h>

/**
 * gst_weir_assign:
 * @cost: @rows x @columns, finite
 * @limit: what it costs to leave a row alone
 * @partner: (out caller-allocates): the column of each row, -1 for none
 *
 * Pairs rows with columns, each at most once, so that the sum of the pairs' costs and of
 * @limit for each row without a pair is least. Pairs that cost @limit or more are never
 * made. The Hungarian method with potentials: cubic in the smaller side.
 */
void gst_weir_assign (const double *cost, guint rows, guint columns, double limit,
                      int *partner);
