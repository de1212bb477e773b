#pragma once

#include <glib.h>

/* The only arithmetic allowed on sizes that come from a file: each returns FALSE on
 * overflow. */

static inline gboolean
weir_add_size (gsize a, gsize b, gsize *result)
{
  return !__builtin_add_overflow (a, b, result);
}

static inline gboolean
weir_mul_size (gsize a, gsize b, gsize *result)
{
  return !__builtin_mul_overflow (a, b, result);
}

static inline gboolean
weir_add_i64 (gint64 a, gint64 b, gint64 *result)
{
  return !__builtin_add_overflow (a, b, result);
}

static inline gboolean
weir_sub_i64 (gint64 a, gint64 b, gint64 *result)
{
  return !__builtin_sub_overflow (a, b, result);
}

static inline gboolean
weir_mul_i64 (gint64 a, gint64 b, gint64 *result)
{
  return !__builtin_mul_overflow (a, b, result);
}

/* The whole number in @value, towards zero, not beyond @low and @high; @low for what is
 * not a number. */
static inline gint64
weir_whole (double value, double low, double high)
{
  return (gint64) (value > low ? MIN (value, high) : low);
}

/* Rounds up to a multiple of a power of two. */
static inline gboolean
weir_align_size (gsize size, gsize alignment, gsize *result)
{
  if (!weir_add_size (size, alignment - 1, result))
    return FALSE;
  *result &= ~(alignment - 1);
  return TRUE;
}
