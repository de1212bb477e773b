#pragma once

#include "ops.h"

/* Inputs that say how, not what: axes, sizes, pads, indices, and what they make of a
 * shape. */

#define WEIR_LIST_MAX (2 * WEIR_MAX_RANK)

/**
 * WeirList:
 * @known: whether all @values are there
 * @mask: which of them are, bit by bit, for lists of at most %WEIR_MAX_RANK
 * @n: number of values, or -1 where even that is unknown
 */
typedef struct {
  gboolean known;
  guint mask;
  int n;
  gint64 values[WEIR_LIST_MAX];
} WeirList;

/**
 * weir_list_input:
 * @what: what the input is, for messages: "axes"
 *
 * Reads input @port as a list of integers: a scalar or one dimension, of at most
 * %WEIR_LIST_MAX values. An input that is not there is an unknown list.
 */
gboolean weir_list_input (const WeirInfer *infer, guint port, const char *what,
                          WeirList *list, GError **error);

/**
 * weir_list_axis:
 * @rank: the rank that the axis is of; unknown: a negative axis stays unknown
 * @axis: (out): in 0..@rank - 1, or -1 where it is unknown
 *
 * Reads input @port as one axis; negative ones count from the end.
 */
gboolean weir_list_axis (const WeirInfer *infer, guint port, int rank, int *axis,
                         GError **error);

/** weir_list_axes: makes every value of a known list an axis of @rank dimensions, in
 * 0..@rank - 1; fails where one is out of range or comes twice. */
gboolean weir_list_axes (WeirList *list, const char *what, int rank, GError **error);

/** weir_list_length: fails unless @list may have @n values (either may be unknown). */
gboolean weir_list_length (const WeirList *list, const char *what, int n, GError **error);

/** weir_infer_indices: fails where input @port holds anything but integers. */
gboolean weir_infer_indices (const WeirInfer *infer, guint port, GError **error);
/** weir_index_wrap: a negative index counts from the end; fails if out of range. */
gboolean weir_index_wrap (gint64 *index, gint64 size, GError **error);
/** weir_shape_append_dims: adds dimensions @first..@end - 1 of @from. */
gboolean weir_shape_append_dims (WeirShape *shape, const WeirShape *from, int first,
                                 int end, GError **error);

/** weir_infer_sized: weir_infer_set() for shapes that a value in the file blows up: fails
 * with %WEIR_ERROR_LIMIT where a tensor of them could never be. */
gboolean weir_infer_sized (WeirInfer *infer, guint port, WeirDtype dtype,
                           const WeirShape *shape, GError **error);

/** weir_infer_same_type: fails where inputs @a and @b have different element types. */
gboolean weir_infer_same_type (const WeirInfer *infer, guint a, guint b, GError **error);
