#pragma once

#include "body.h"

/* How often a loop runs, where its condition only compares its counters to numbers that
 * are known before it begins. */

/** TfBound: a counter that begins at @start stays below @limit, a value around the loop.
 */
typedef struct {
  WeirPort limit;
  gint64 start;
} TfBound;

/** tf_trip_find: (element-type TfBound): whether @condition within @body says no more
 * than such bounds, which are added to @bounds. */
gboolean tf_trip_find (const TfBody *body, WeirPort condition, GArray *bounds);
/** tf_trip_make: the number of rounds, a scalar i64, around the loop. */
WeirPort tf_trip_make (WeirMake *m, const GArray *bounds);
/** tf_trip_is: whether the loop runs as often as the scalar @size says. */
gboolean tf_trip_is (const WeirMake *m, const GArray *bounds, WeirPort size);
