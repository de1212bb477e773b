#pragma once

#include <glib.h>

/**
 * Guard:
 * @data: the memory, filled with bytes of %GUARD_FILL
 * @size: how much of it
 *
 * Memory between two pages that may not be touched: a read or write beyond it faults.
 */
typedef struct {
  guint8 *data;
  gsize size;
  guint8 *map;
  gsize map_size;
} Guard;

/* As a float, this byte four times is a NaN. */
#define GUARD_FILL 0xff

/** guard_init: memory that touches the page behind it (@at_end), or the one before. */
void guard_init (Guard *guard, gsize size, gboolean at_end);
void guard_clear (Guard *guard);
