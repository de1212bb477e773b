#pragma once

#include "simd.h"

/* Winograd's minimal filtering F(4, 3) (Lavin and Gray, "Fast algorithms for
 * convolutional neural networks", 2015), with the points 0, 1, -1, 2, -2 and infinity: 4
 * x 4 outputs from 6 x 6 inputs by 36 products instead of 144.
 *
 *   Y = A' ((G g G') . (B' d B)) A */

#define WINO_IN     6
#define WINO_OUT    4
#define WINO_POINTS (WINO_IN * WINO_IN)

/* B' times a column of six. */
ALWAYS_INLINE void
wino_input_line (const Vec d[WINO_IN], Vec to[WINO_IN])
{
  const Vec four = vec_set (4), five = vec_set (5), two = vec_set (2);
  Vec even = vec_fma (-four, d[2], d[4]), odd = vec_fma (-four, d[1], d[3]);
  Vec outer = d[4] - d[2], inner = d[3] - d[1];

  to[0] = vec_fma (four, d[0], vec_fma (-five, d[2], d[4]));
  to[1] = even + odd;
  to[2] = even - odd;
  to[3] = vec_fma (two, inner, outer);
  to[4] = vec_fma (-two, inner, outer);
  to[5] = vec_fma (four, d[1], vec_fma (-five, d[3], d[5]));
}

/* A' times a column of six. */
ALWAYS_INLINE void
wino_output_line (const Vec m[WINO_IN], Vec to[WINO_OUT])
{
  Vec near = m[1] + m[2], near_odd = m[1] - m[2];
  Vec far = m[3] + m[4], far_odd = m[3] - m[4];

  to[0] = m[0] + near + far;
  to[1] = vec_fma (vec_set (2), far_odd, near_odd);
  to[2] = vec_fma (vec_set (4), far, near);
  to[3] = vec_fma (vec_set (8), far_odd, near_odd) + m[5];
}

/* B' d B: @from has @row elements from row to row; the points go to @to, @step apart. */
ALWAYS_INLINE void
wino_input (const float *from, gsize row, float *to, gsize step)
{
  Vec half[WINO_IN][WINO_IN];

  UNROLLED (x, WINO_IN) {
    Vec column[WINO_IN], line[WINO_IN];

    UNROLLED (y, WINO_IN)
      column[y] = vec_load (from + y * row + x * VLEN);
    wino_input_line (column, line);
    UNROLLED (y, WINO_IN)
      half[y][x] = line[y];
  }
  UNROLLED (y, WINO_IN) {
    Vec line[WINO_IN];

    wino_input_line (half[y], line);
    UNROLLED (x, WINO_IN)
      vec_store (to + (y * WINO_IN + x) * step, line[x]);
  }
}

/* A' m A: the points lie @step apart. */
ALWAYS_INLINE void
wino_output (const float *from, gsize step, Vec to[WINO_OUT][WINO_OUT])
{
  Vec half[WINO_OUT][WINO_IN];

  UNROLLED (x, WINO_IN) {
    Vec column[WINO_IN], line[WINO_OUT];

    UNROLLED (y, WINO_IN)
      column[y] = vec_load (from + (y * WINO_IN + x) * step);
    wino_output_line (column, line);
    UNROLLED (y, WINO_OUT)
      half[y][x] = line[y];
  }
  UNROLLED (y, WINO_OUT)
    wino_output_line (half[y], to[y]);
}

/* G times a column of three. */
ALWAYS_INLINE void
wino_filter_line (const Vec g[3], Vec to[WINO_IN])
{
  Vec outer = g[0] + g[2], far = g[0] + 4 * g[2];

  to[0] = g[0] * (1.0f / 4);
  to[1] = (outer + g[1]) * (-1.0f / 6);
  to[2] = (outer - g[1]) * (-1.0f / 6);
  to[3] = (far + 2 * g[1]) * (1.0f / 24);
  to[4] = (far - 2 * g[1]) * (1.0f / 24);
  to[5] = g[2];
}

/* G g G' of a vector of 3 x 3 filters: @from is [9][VLEN]. */
static inline void
wino_filter (const float *from, Vec to[WINO_POINTS])
{
  Vec half[WINO_IN][3];

  for (guint x = 0; x < 3; x++) {
    Vec column[3], line[WINO_IN];

    for (guint y = 0; y < 3; y++)
      column[y] = vec_load (from + (y * 3 + x) * VLEN);
    wino_filter_line (column, line);
    for (guint y = 0; y < WINO_IN; y++)
      half[y][x] = line[y];
  }
  for (guint y = 0; y < WINO_IN; y++)
    wino_filter_line (half[y], to + y * WINO_IN);
}
