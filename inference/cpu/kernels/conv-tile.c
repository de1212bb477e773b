#include "conv-tile.h"

typedef struct {
  Vec sums[TILE_MAX_BLOCKS][TILE_MAX_PIXELS];
} Sums;

ALWAYS_INLINE void
begin (const ConvTile *t, Sums *s, const guint blocks, const guint pixels)
{
  UNROLLED (b, blocks)
    UNROLLED (p, pixels)
      s->sums[b][p] = t->start != NULL ? vec_load (t->start + (b * pixels + p) * VLEN)
                                       : vec_load (t->bias + b * VLEN);
}

/* Where a pixel's input lies: pixels that are @step apart, if that is not 0, need one
 * address for all. */
ALWAYS_INLINE float
input_of (const float *const *in, gsize at, guint pixel, const guint step)
{
  return step > 0 ? in[0][at + pixel * step] : in[pixel][at];
}

/* One input channel of each pixel times its weights for all output channels. */
ALWAYS_INLINE void
multiply (Sums *s, const float *w, const float *const *in, gsize at, const guint blocks,
          const guint pixels, const guint step)
{
  Vec weights[TILE_MAX_BLOCKS];

  UNROLLED (b, blocks)
    weights[b] = vec_load (w + b * VLEN);
  UNROLLED (p, pixels) {
    Vec x = vec_set (input_of (in, at, p, step));

    UNROLLED (b, blocks)
      s->sums[b][p] = vec_fma (x, weights[b], s->sums[b][p]);
  }
}

ALWAYS_INLINE const float *
fetch_ahead (const float *ahead, guint lines)
{
  for (guint i = 0; i < lines; i++, ahead += 16)
    __builtin_prefetch (ahead, 0, 2);
  return ahead;
}

ALWAYS_INLINE void
reduce (const ConvTile *t, Sums *s, const guint blocks, const guint pixels,
        const guint step)
{
  const guint32 *offset = t->offsets, *end = offset + t->steps;
  const float *w = t->weights, *ahead = t->ahead;
  const float *in[TILE_MAX_PIXELS];

  for (guint p = 0; p < (step > 0 ? 1 : pixels); p++)
    in[p] = t->in[p];
  /* A plain input has short steps only. */
  for (; (step == 0 || step == VLEN) && offset < end; offset++) {
    gsize at = *offset;

    ahead = fetch_ahead (ahead, t->ahead_lines);
    UNROLLED (k, VLEN)
      multiply (s, w + k * blocks * VLEN, in, at + k, blocks, pixels, step);
    w += VLEN * blocks * VLEN;
  }
  for (end += t->short_steps; offset < end; offset++) {
    gsize at = *offset;

    for (guint k = 0; k < t->lanes; k++, w += blocks * VLEN)
      multiply (s, w, in, at + k, blocks, pixels, step);
  }
}

ALWAYS_INLINE void
keep (float *to, const Sums *s, const guint blocks, const guint pixels)
{
  UNROLLED (b, blocks)
    UNROLLED (p, pixels)
      vec_store (to + (b * pixels + p) * VLEN, s->sums[b][p]);
}

ALWAYS_INLINE const float *
residual_of (const ConvTile *t, guint pixel, const guint step)
{
  return step > 0 ? t->residual[0] + pixel * VLEN : t->residual[pixel];
}

ALWAYS_INLINE float *
out_of (const ConvTile *t, guint pixel, const guint step)
{
  return step > 0 ? t->out[0] + pixel * VLEN : t->out[pixel];
}

ALWAYS_INLINE void
finish_clamped (const ConvTile *t, Sums *s, const guint blocks, const guint pixels,
                const guint step)
{
  const Vec low = vec_set (t->post->after_low), high = vec_set (t->post->after_high);

  if (t->has_residual) {
    const Vec low_before = vec_set (t->post->before_low);
    const Vec high_before = vec_set (t->post->before_high);

    UNROLLED (p, pixels)
      UNROLLED (b, blocks)
        s->sums[b][p] = vec_clamp (s->sums[b][p], low_before, high_before) +
                        vec_load (residual_of (t, p, step) + b * t->residual_block);
  }
  UNROLLED (b, blocks)
    UNROLLED (p, pixels)
      vec_store (out_of (t, p, step) + b * t->out_block,
                 vec_clamp (s->sums[b][p], low, high));
}

ALWAYS_INLINE void
finish (const ConvTile *t, Sums *s, const guint blocks, const guint pixels,
        const guint step)
{
  float values[TILE_MAX_BLOCKS * TILE_MAX_PIXELS * VLEN];
  const float *residual[TILE_MAX_PIXELS];
  float *out[TILE_MAX_PIXELS];
  const PostTile tile = { .values = values,
                          .blocks = blocks,
                          .pixels = pixels,
                          .channel = t->channel,
                          .out = out,
                          .residual = t->has_residual ? residual : NULL,
                          .out_block = t->out_block,
                          .residual_block = t->residual_block };

  keep (values, s, blocks, pixels);
  for (guint p = 0; p < pixels; p++) {
    out[p] = out_of (t, p, step);
    residual[p] = residual_of (t, p, step);
  }
  post_tile (t->post, &tile);
}

ALWAYS_INLINE void
run_tile (const ConvTile *t, const guint blocks, const guint pixels, const guint step)
{
  Sums s;

  begin (t, &s, blocks, pixels);
  reduce (t, &s, blocks, pixels, step);
  if (t->sums != NULL)
    keep (t->sums, &s, blocks, pixels);
  else if (t->post->clamps)
    finish_clamped (t, &s, blocks, pixels, step);
  else
    finish (t, &s, blocks, pixels, step);
}

typedef void (*TileRun) (const ConvTile *tile);

/* Pixels anywhere; neighbours of a blocked value; one and two elements apart, as in a
 * plain one. */
#define TILE(b, p)                               \
  static void any_##b##_##p (const ConvTile *t)  \
  {                                              \
    run_tile (t, b, p, 0);                       \
  }                                              \
  static void line_##b##_##p (const ConvTile *t) \
  {                                              \
    run_tile (t, b, p, VLEN);                    \
  }                                              \
  static void one_##b##_##p (const ConvTile *t)  \
  {                                              \
    run_tile (t, b, p, 1);                       \
  }                                              \
  static void two_##b##_##p (const ConvTile *t)  \
  {                                              \
    run_tile (t, b, p, 2);                       \
  }
#define TILES_4(b)   TILE (b, 1) TILE (b, 2) TILE (b, 3) TILE (b, 4)
#define TILES_6(b)   TILES_4 (b) TILE (b, 5) TILE (b, 6)
#define TILES_9(b)   TILES_6 (b) TILE (b, 7) TILE (b, 8) TILE (b, 9)
#define TILES_12(b)  TILES_9 (b) TILE (b, 10) TILE (b, 11) TILE (b, 12)
#define TILES_14(b)  TILES_12 (b) TILE (b, 13) TILE (b, 14)
#define ROW(n, b, p) [b - 1][p - 1] = n##_##b##_##p
#define ROW_4(n, b)  ROW (n, b, 1), ROW (n, b, 2), ROW (n, b, 3), ROW (n, b, 4)
#define ROW_6(n, b)  ROW_4 (n, b), ROW (n, b, 5), ROW (n, b, 6)
#define ROW_9(n, b)  ROW_6 (n, b), ROW (n, b, 7), ROW (n, b, 8), ROW (n, b, 9)
#define ROW_12(n, b) ROW_9 (n, b), ROW (n, b, 10), ROW (n, b, 11), ROW (n, b, 12)
#define ROW_14(n, b) ROW_12 (n, b), ROW (n, b, 13), ROW (n, b, 14)

/* As TILE_PIXELS() says. */
#if TILE_MAX_PIXELS == 14
TILES_14 (1)
TILES_14 (2)
TILES_9 (3)
#define ROWS(n)                                \
  {                                            \
    ROW_14 (n, 1), ROW_14 (n, 2), ROW_9 (n, 3) \
  }
#else
TILES_12 (1)
TILES_6 (2)
TILES_4 (3)
#define ROWS(n)                               \
  {                                           \
    ROW_12 (n, 1), ROW_6 (n, 2), ROW_4 (n, 3) \
  }
#endif

static const struct {
  gsize step;
  TileRun runs[TILE_MAX_BLOCKS][TILE_MAX_PIXELS];
} variants[] = {
  { VLEN, ROWS (line) },
  { 1, ROWS (one) },
  { 2, ROWS (two) },
  { 0, ROWS (any) },
};

void
conv_tile_run (const ConvTile *tile, guint blocks, guint pixels)
{
  guint i = 0;

  while (variants[i].step != 0 && !(tile->line && variants[i].step == tile->in_step))
    i++;
  variants[i].runs[blocks - 1][pixels - 1](tile);
}
