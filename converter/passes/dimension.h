#pragma once

#include "ir/graph.h"

/**
 * WeirPassDimension:
 * @port: a value
 * @axis: one of its dimensions
 *
 * Where a number comes from that a graph computes from shapes.
 */
typedef struct {
  WeirPort port;
  int axis;
} WeirPassDimension;

/** WeirPassElement: an element of a list: a number, or a dimension where @is_dimension.
 */
typedef struct {
  gboolean is_dimension;
  gint64 number;
  WeirPassDimension dimension;
} WeirPassElement;

/** weir_pass_dimension_origin: the farthest value back that surely has the same
 * dimension, through operations that leave it as it is. */
WeirPassDimension weir_pass_dimension_origin (const WeirGraph *graph, WeirPort port,
                                              int axis);
/** weir_pass_element: what element @index of the list at @port (or the number there) is;
 * %FALSE where that cannot be told. */
gboolean weir_pass_element (const WeirGraph *graph, WeirPort port, gint64 index,
                            WeirPassElement *element);
