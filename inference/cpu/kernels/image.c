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

/* Between four pixels: @across and @down of the way. */
static inline float
between (float a, float b, float d, float e, float across, float down)
{
  float top = a + (b - a) * across, bottom = d + (e - d) * across;

  return top + (bottom - top) * down;
}

static void
from_pairs (const WeirImageRow *row, guint c, guint start, guint n, float *restrict out)
{
  const guint16 *restrict above = row->pairs[c][0] + start;
  const guint16 *restrict below = row->pairs[c][1] + start;
  const float *restrict across = row->across[c] + start;
  float down = row->down[c];

  for (guint x = 0; x < n; x++)
    out[x] =
        between ((float) (above[x] & 0xff), (float) (above[x] >> 8),
                 (float) (below[x] & 0xff), (float) (below[x] >> 8), across[x], down);
}

/* Components 1 and 2 at once. */
static void
from_quads (const WeirImageRow *row, guint start, guint n, float *restrict first,
            float *restrict second)
{
  const guint32 *restrict above = row->quads[0] + start;
  const guint32 *restrict below = row->quads[1] + start;
  const float *restrict across = row->across[1] + start;
  float down = row->down[1];

  for (guint x = 0; x < n; x++) {
    gint32 a = (gint32) above[x], d = (gint32) below[x];

    first[x] = between ((float) (a & 0xff), (float) (a >> 16 & 0xff), (float) (d & 0xff),
                        (float) (d >> 16 & 0xff), across[x], down);
    second[x] =
        between ((float) (a >> 8 & 0xff), (float) (a >> 24 & 0xff),
                 (float) (d >> 8 & 0xff), (float) (d >> 24 & 0xff), across[x], down);
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

    for (guint c = 0; c < (row->quads[0] != NULL ? 1 : 3); c++)
      from_pairs (row, c, start, n, strip.component[c]);
    if (row->quads[0] != NULL)
      from_quads (row, start, n, strip.component[1], strip.component[2]);
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
