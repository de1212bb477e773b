#pragma once

#include "base/export.h"
#include "base/limits.h"

#include <glib.h>

WEIR_BEGIN_DECLS

#define WEIR_DIM_UNKNOWN  ((gint64) -1)
#define WEIR_RANK_UNKNOWN (-1)

/**
 * WeirShape:
 * @rank: number of dimensions, or %WEIR_RANK_UNKNOWN
 * @dims: each at least 0, or %WEIR_DIM_UNKNOWN
 *
 * A plain value: copy it by assignment.
 */
typedef struct {
  int rank;
  gint64 dims[WEIR_MAX_RANK];
} WeirShape;

#define WEIR_SHAPE_UNKNOWN ((WeirShape){ .rank = WEIR_RANK_UNKNOWN })
#define WEIR_SHAPE_SCALAR  ((WeirShape){ .rank = 0 })
/** WEIR_SHAPE: a shape from its dimensions: `WEIR_SHAPE (1, 3, 224, 224)`. */
#define WEIR_SHAPE(...)                                                       \
  ((WeirShape){ .rank = sizeof ((gint64[]){ __VA_ARGS__ }) / sizeof (gint64), \
                .dims = { __VA_ARGS__ } })

/** weir_shape_init: from @rank dimensions; fails on a rank or a dimension out of range.
 */
gboolean weir_shape_init (WeirShape *shape, const gint64 *dims, gsize rank,
                          GError **error);
/** weir_shape_unknown: (skip): a shape of @rank unknown dimensions. */
WeirShape weir_shape_unknown (int rank);
gboolean weir_shape_is_static (const WeirShape *shape);
gboolean weir_shape_equal (const WeirShape *a, const WeirShape *b);
/** weir_shape_count: number of elements; fails if unknown or beyond the limits, which
 * hold for the other dimensions of an empty shape too, so that no stride overflows. */
gboolean weir_shape_count (const WeirShape *shape, gsize *count, GError **error);
/** weir_shape_elements: number of elements of a static shape that was checked before. */
gsize weir_shape_elements (const WeirShape *shape);
/** weir_shape_strides: elements between neighbours in each dimension of a dense array. */
void weir_shape_strides (const WeirShape *shape, gsize strides[WEIR_MAX_RANK]);
/** weir_shape_axis: a negative axis counts from the end; fails if out of range. */
gboolean weir_shape_axis (gint64 axis, int rank, int *result, GError **error);
/** weir_shape_merge: the dimensions both know; fails where they contradict. */
gboolean weir_shape_merge (WeirShape *shape, const WeirShape *other);
/** weir_shape_broadcast: NumPy's rule, with unknown dimensions. */
gboolean weir_shape_broadcast (const WeirShape *a, const WeirShape *b, WeirShape *result,
                               GError **error);
/** weir_shape_append: adds a dimension; fails beyond the largest rank. */
gboolean weir_shape_append (WeirShape *shape, gint64 dim, GError **error);
/** weir_shape_to_string: (transfer full): "[1,3,?,224]", "[]" or "[...]". */
char *weir_shape_to_string (const WeirShape *shape);
/** weir_shape_parse: the IR's spelling: "1,3,?,224", "1..10" for an interval (read as
 * unknown), "..." for any rank, "" for a scalar. */
gboolean weir_shape_parse (const char *text, WeirShape *shape, GError **error);

WEIR_END_DECLS
