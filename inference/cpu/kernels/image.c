#include "cpu/image.h"
#include "cpu/kernel.h"
#include "simd-bytes.h"

/* Interpolation, colour conversion and normalisation of one row. Between two pixels of a
 * row in whole numbers, two products at a time; the rest in floats. */

/* Pixels at a time, of what is not stored at once: small enough for the first cache. */
#define STRIP 256

/* How components become channels: the normalisation is part of the matrix, and of the
 * limits. */
typedef struct {
  Vec matrix[3][3], bias[3];
  Vec low[3], high[3];
} Mix;

static void
make_mix (const WeirImageRow *row, Mix *mix)
{
  for (guint c = 0; c < row->channels; c++) {
    float multiplier = row->multiplier[c], offset = row->offset[c];
    float black = offset, white = 255 * multiplier + offset;

    for (guint k = 0; k < 3; k++)
      mix->matrix[c][k] = vec_set (row->matrix[c][k] * multiplier);
    mix->bias[c] = vec_set (row->bias[c] * multiplier + offset);
    mix->low[c] = vec_set (MIN (black, white));
    mix->high[c] = vec_set (MAX (black, white));
  }
}

/* Weights of the rows above and below, and the unit of the weights across undone. */
typedef struct {
  Vec above, below;
} Down;

static void
make_down (const WeirImageRow *row, Down down[3])
{
  for (guint c = 0; c < 3; c++) {
    down[c].above = vec_set ((1 - row->down[c]) / WEIR_IMAGE_UNIT);
    down[c].below = vec_set (row->down[c] / WEIR_IMAGE_UNIT);
  }
}

ALWAYS_INLINE Vec
between (VecInt above, VecInt below, VecInt across, const Down *down)
{
  Vec top = vec_from_int (vec_dot_pairs (above, across));
  Vec bottom = vec_from_int (vec_dot_pairs (below, across));

  return vec_fma (top, down->above, bottom * down->below);
}

/* The words of pixels from @x on, of the row above or below. */
ALWAYS_INLINE VecInt
words_at (const WeirImageSamples *samples, guint below, guint x)
{
#ifdef VEC_WINDOWS
  const guint8 *from = samples->rows[below];

  if (samples->picks != NULL && samples->halves)
    return vec_pick (from, samples->starts + x, TRUE, vec_load_int (samples->picks + x));
  if (samples->picks != NULL)
    return vec_pick (from, samples->starts + x / 2, FALSE,
                     vec_load_int (samples->picks + x));
#endif
  return vec_load_int (samples->words[below] + x);
}

ALWAYS_INLINE Vec
from_words (const WeirImageRow *row, guint c, guint x, const Down *down)
{
  return between (words_at (&row->samples[c], 0, x), words_at (&row->samples[c], 1, x),
                  vec_load_int (row->across[c] + x), &down[c]);
}

/* Components 1 and 2 at once. */
ALWAYS_INLINE void
from_quads (const WeirImageRow *row, guint x, const Down *down, Vec *first, Vec *second)
{
  VecInt above = words_at (&row->samples[1], 0, x);
  VecInt below = words_at (&row->samples[1], 1, x);
  VecInt across = vec_load_int (row->across[1] + x);

  *first = between (vec_even_bytes (above), vec_even_bytes (below), across, &down[1]);
  *second = between (vec_odd_bytes (above), vec_odd_bytes (below), across, &down[1]);
}

ALWAYS_INLINE Vec
mixed (const Mix *mix, guint c, const Vec component[3])
{
  Vec v = mix->bias[c];

  for (guint k = 0; k < 3; k++)
    v = vec_fma (mix->matrix[c][k], component[k], v);
  return vec_clamp (v, mix->low[c], mix->high[c]);
}

/* @n pixels from @start on, in channels that lie apart. */
ALWAYS_INLINE void
make_channels (const WeirImageRow *row, const Mix *mix, const Down *down, guint start,
               guint n, gboolean interleaved, float *const out[3])
{
  for (guint x = 0; x < n; x += VLEN) {
    Vec component[3];

    component[0] = from_words (row, 0, start + x, down);
    if (interleaved) {
      from_quads (row, start + x, down, &component[1], &component[2]);
    } else {
      component[1] = from_words (row, 1, start + x, down);
      component[2] = from_words (row, 2, start + x, down);
    }
    for (guint c = 0; c < row->channels; c++) {
      Vec v = mixed (mix, c, component);

      if (n - x >= VLEN)
        vec_store (out[c] + x, v);
      else
        vec_store_part (out[c] + x, v, n - x);
    }
  }
}

static void
store_floats (const float *restrict from, guint n, float *restrict to, gsize step)
{
  for (guint x = 0; x < n; x++)
    to[x * step] = from[x];
}

static void
store_bytes (const float *restrict from, guint n, guint8 *restrict to, gsize step)
{
  for (guint x = 0; x < n; x++) {
    float v = from[x] + 0.5f;

    v = v < 0 ? 0 : v;
    v = v > 255 ? 255 : v;
    to[x * step] = (guint8) (int) v;
  }
}

static void
make_part (const WeirImageRow *row, const Mix *mix, const Down *down, guint start,
           guint n, float *const out[3])
{
  if (row->interleaved)
    make_channels (row, mix, down, start, n, TRUE, out);
  else
    make_channels (row, mix, down, start, n, FALSE, out);
}

/* By way of a strip: what is stored in bytes, or with the channels of a pixel together.
 */
static void
make_by_strips (const WeirImageRow *row, const Mix *mix, const Down *down)
{
  float strip[3][STRIP];

  for (guint start = 0; start < row->width; start += STRIP) {
    guint n = MIN (STRIP, row->width - start);

    make_part (row, mix, down, start, n,
               (float *const[]){ strip[0], strip[1], strip[2] });
    for (guint c = 0; c < row->channels; c++)
      if (row->bytes)
        store_bytes (strip[c], n, (guint8 *) row->target[c] + start * row->step,
                     row->step);
      else
        store_floats (strip[c], n, (float *) row->target[c] + start * row->step,
                      row->step);
  }
}

void WEIR_ISA_PASTE (weir_image_row, WEIR_ISA) (const WeirImageRow *row);

void
WEIR_ISA_PASTE (weir_image_row, WEIR_ISA) (const WeirImageRow *row)
{
  Down down[3];
  Mix mix;

  make_mix (row, &mix);
  make_down (row, down);
  if (row->bytes || row->step != 1)
    make_by_strips (row, &mix, down);
  else
    make_part (row, &mix, down, 0, row->width,
               (float *const[]){ row->target[0], row->target[1], row->target[2] });
}
