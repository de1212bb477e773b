#include "cpu/image.h"
#include "cpu/kernel.h"

/* Interpolation, colour conversion and normalisation of one row, written so that
 * compilers turn every loop over pixels into vector code. */

/* Pixels at a time: small enough for the first cache, with all intermediate rows. */
#define STRIP 256

typedef struct {
  float component[3][STRIP];
  float channel[3][STRIP];
} Strip;

static void
interpolate (const WeirImageRow *row, guint c, guint start, guint n, float *restrict out)
{
  const guint16 *restrict above = row->pairs[c][0] + start;
  const guint16 *restrict below = row->pairs[c][1] + start;
  const float *restrict across = row->across[c] + start;
  float down = row->down[c];

  for (guint x = 0; x < n; x++) {
    float a = (float) (above[x] & 0xff), b = (float) (above[x] >> 8);
    float d = (float) (below[x] & 0xff), e = (float) (below[x] >> 8);
    float top = a + (b - a) * across[x], bottom = d + (e - d) * across[x];

    out[x] = top + (bottom - top) * down;
  }
}

static void
mix (const WeirImageRow *row, guint c, const Strip *strip, guint n, float *restrict out)
{
  const float *m = row->matrix[c];
  float m0 = m[0], m1 = m[1], m2 = m[2], bias = row->bias[c];
  float multiplier = row->multiplier[c], offset = row->offset[c];

  for (guint x = 0; x < n; x++) {
    float v = bias + m0 * strip->component[0][x] + m1 * strip->component[1][x] +
              m2 * strip->component[2][x];

    v = v < 0 ? 0 : v;
    v = v > 255 ? 255 : v;
    out[x] = v * multiplier + offset;
  }
}

static void
store_floats (const float *restrict from, guint n, float *restrict to, gsize step)
{
  if (step == 1) {
    for (guint x = 0; x < n; x++)
      to[x] = from[x];
    return;
  }
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

void WEIR_ISA_PASTE (weir_image_row, WEIR_ISA) (const WeirImageRow *row);

void
WEIR_ISA_PASTE (weir_image_row, WEIR_ISA) (const WeirImageRow *row)
{
  Strip strip;

  for (guint start = 0; start < row->width; start += STRIP) {
    guint n = MIN (STRIP, row->width - start);

    for (guint c = 0; c < 3; c++)
      interpolate (row, c, start, n, strip.component[c]);
    for (guint c = 0; c < row->channels; c++) {
      mix (row, c, &strip, n, strip.channel[c]);
      if (row->bytes)
        store_bytes (strip.channel[c], n, (guint8 *) row->target[c] + start * row->step,
                     row->step);
      else
        store_floats (strip.channel[c], n, (float *) row->target[c] + start * row->step,
                      row->step);
    }
  }
}
