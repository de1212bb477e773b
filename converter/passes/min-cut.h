#pragma once

#include <glib.h>

/**
 * WeirPassCut:
 *
 * Splits a network of points between a source and a sink so that the edges which lead
 * from the source's side to the other cost least together (Dinic's algorithm).
 */
typedef struct _WeirPassCut WeirPassCut;

#define WEIR_PASS_CUT_SOURCE  0
#define WEIR_PASS_CUT_SINK    1
#define WEIR_PASS_CUT_FOREVER (G_MAXINT64 / 4) /* an edge that is never cut */

WeirPassCut *weir_pass_cut_new (void);
void weir_pass_cut_free (WeirPassCut *cut);
/** weir_pass_cut_point: one more point; the first two are there already. */
guint weir_pass_cut_point (WeirPassCut *cut);
/** weir_pass_cut_edge: what it costs that @from is with the source and @to is not, and
 * the other way round. */
void weir_pass_cut_edge (WeirPassCut *cut, guint from, guint to, gint64 cost,
                         gint64 back);
/** weir_pass_cut_solve: %FALSE where it would take too long. */
gboolean weir_pass_cut_solve (WeirPassCut *cut);
/** weir_pass_cut_is_source: whether @point is on the source's side; a point that may be
 * on either side is not. */
gboolean weir_pass_cut_is_source (const WeirPassCut *cut, guint point);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPassCut, weir_pass_cut_free)
