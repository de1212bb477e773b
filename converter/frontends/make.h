#pragma once

#include "base/error.h"
#include "ir/build.h"

/**
 * WeirMake:
 * @b: where nodes are added
 * @name: what all of them are called until weir_make_name() tells them apart
 *
 * The nodes that one node of a framework becomes. All functions accept that an earlier
 * call has failed, as the builder does.
 */
typedef struct {
  WeirBuilder *b;
  const char *name;
} WeirMake;

/** weir_make_name: of what was added since the graph's size was @first: the node that
 * hands out @main keeps the name; the others get that of their operation behind it. */
void weir_make_name (const WeirMake *make, guint first, WeirPort main);

/** weir_make_unsupported: valid, but there is no conversion. Returns: no port. */
WeirPort weir_make_unsupported (WeirMake *make, const char *format, ...)
    G_GNUC_PRINTF (2, 3);
/** weir_make_invalid: the model breaks the rules of its format. Returns: no port. */
WeirPort weir_make_invalid (WeirMake *make, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** weir_make_shape: of @port; unknown after a failure. */
const WeirShape *weir_make_shape (const WeirMake *make, WeirPort port);
WeirDtype weir_make_dtype (const WeirMake *make, WeirPort port);
/** weir_make_rank: of @port, which must be known; else 0 and a failure. */
int weir_make_rank (WeirMake *make, WeirPort port);
/** weir_make_value: (nullable): contents known without running the network. */
WeirTensor *weir_make_value (const WeirMake *make, WeirPort port);
/** weir_make_known_ints: the known elements of @port, at most @max; a failure that names
 * @what where they are not known. */
gboolean weir_make_known_ints (WeirMake *make, WeirPort port, const char *what,
                               gint64 *values, gsize max, gsize *count);
/** weir_make_axis: a possibly negative axis of a value of @rank. */
int weir_make_axis (WeirMake *make, gint64 axis, int rank);

/** WEIR_MAKE_BEGIN: a node whose attributes are set before weir_make_end(). */
#define WEIR_MAKE_BEGIN(make, op, ...) \
  weir_build_begin ((make)->b, op, (make)->name, WEIR_INPUTS (__VA_ARGS__))
/** WEIR_MAKE: a node without attributes to set; its output 0. */
#define WEIR_MAKE(make, op, ...) \
  weir_build ((make)->b, op, (make)->name, WEIR_INPUTS (__VA_ARGS__))
/** WEIR_MAKE_INTS: a vector of i64. */
#define WEIR_MAKE_INTS(make, ...)                        \
  weir_make_ints (make, (const gint64[]){ __VA_ARGS__ }, \
                  sizeof ((gint64[]){ __VA_ARGS__ }) / sizeof (gint64))

/** weir_make_begin_version: a node of another version than new ones have. */
WeirNode *weir_make_begin_version (WeirMake *make, const char *op, guint version,
                                   const WeirPort *inputs, guint count);
/** weir_make_end: infers @node; its output 0. */
WeirPort weir_make_end (WeirMake *make, WeirNode *node);
/** weir_make_port: output @index of @node; no port after a failure. */
WeirPort weir_make_port (const WeirMake *make, const WeirNode *node, guint index);

WeirPort weir_make_ints (WeirMake *make, const gint64 *values, gsize count);
/** weir_make_int: a scalar of i64. */
WeirPort weir_make_int (WeirMake *make, gint64 value);
/** weir_make_scalar: of the element type of @like. */
WeirPort weir_make_scalar (WeirMake *make, WeirPort like, double value);
WeirPort weir_make_constant (WeirMake *make, WeirTensor *value);
WeirPort weir_make_convert (WeirMake *make, WeirPort x, WeirDtype dtype);
/** weir_make_reshape: to @dims; 0 copies a dimension, -1 is what is left. Constants are
 * reshaped in place of it. */
WeirPort weir_make_reshape (WeirMake *make, WeirPort x, const gint64 *dims, gsize count);
/** weir_make_reshape_to: to the dimensions that the vector @shape holds; none is special.
 */
WeirPort weir_make_reshape_to (WeirMake *make, WeirPort x, WeirPort shape);
/** weir_make_flatten: as a matrix: the dimensions before @axis make the rows. */
WeirPort weir_make_flatten (WeirMake *make, WeirPort x, int axis);
WeirPort weir_make_squeeze (WeirMake *make, WeirPort x, gint64 axis);
WeirPort weir_make_unsqueeze (WeirMake *make, WeirPort x, gint64 axis);
WeirPort weir_make_transpose (WeirMake *make, WeirPort x, const gint64 *order,
                              gsize count);
WeirPort weir_make_concat (WeirMake *make, const WeirPort *parts, guint count,
                           gint64 axis);
/** weir_make_reduce: over the axes that @axes holds. */
WeirPort weir_make_reduce (WeirMake *make, const char *op, WeirPort x, WeirPort axes,
                           gboolean keep_dims);
/** weir_make_scalar_of: @x, one element, without dimensions. */
WeirPort weir_make_scalar_of (WeirMake *make, WeirPort x);
/** weir_make_vector_of: @x, one element, as a vector. */
WeirPort weir_make_vector_of (WeirMake *make, WeirPort x);
/** weir_make_known: @x, as a constant where its contents are known. */
WeirPort weir_make_known (WeirMake *make, WeirPort x);
/** weir_make_counting: [0, 1, ..., @end - 1] of the type of the scalar @end. */
WeirPort weir_make_counting (WeirMake *make, WeirPort end);
/** weir_make_range: [first, first + 1, ..., end - 1]. */
WeirPort weir_make_range (WeirMake *make, gint64 first, gint64 end);
/** weir_make_shape_of: a vector of i64. */
WeirPort weir_make_shape_of (WeirMake *make, WeirPort x);
/** weir_make_length_of: dimension @axis as a scalar i64. */
WeirPort weir_make_length_of (WeirMake *make, WeirPort x, gint64 axis);
/** weir_make_dim_of: dimension @axis as a vector of one i64. */
WeirPort weir_make_dim_of (WeirMake *make, WeirPort x, gint64 axis);
/** weir_make_channels: the vector @x as [1, C, 1, ...], to fit a value of @rank. */
WeirPort weir_make_channels (WeirMake *make, WeirPort x, int rank);
/** weir_make_split_groups: filters [O, I, ...] as [G, O / G, I, ...]. */
WeirPort weir_make_split_groups (WeirMake *make, WeirPort filters, gint64 groups);
/** weir_make_gather: elements @indices of @x along @axis. */
WeirPort weir_make_gather (WeirMake *make, WeirPort x, WeirPort indices, gint64 axis);
/** weir_make_slice: along @axis from @begin to @end, a vector of one i64 each. */
WeirPort weir_make_slice (WeirMake *make, WeirPort x, WeirPort begin, WeirPort end,
                          gint64 axis);
/** weir_make_broadcast: @x as large as the vector @shape says. */
WeirPort weir_make_broadcast (WeirMake *make, WeirPort x, WeirPort shape);

/** weir_make_1, weir_make_2: operations without attributes to set. */
WeirPort weir_make_1 (WeirMake *make, const char *op, WeirPort x);
WeirPort weir_make_2 (WeirMake *make, const char *op, WeirPort x, WeirPort y);
/** weir_make_clamp: @x between two bounds. */
WeirPort weir_make_clamp (WeirMake *make, WeirPort x, double low, double high);
/** weir_make_to_nchw: channels from the last place to the second; of at least three
 * dimensions. */
WeirPort weir_make_to_nchw (WeirMake *make, WeirPort x);
/** weir_make_to_nhwc: the way back. */
WeirPort weir_make_to_nhwc (WeirMake *make, WeirPort x);
