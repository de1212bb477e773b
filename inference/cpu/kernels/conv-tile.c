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

/* One input channel of each pixel times its weights for all output channels. */
ALWAYS_INLINE void
multiply (Sums *s, const float *w, const float *const *in, gsize at, const guint blocks,
          const guint pixels)
{
  Vec weights[TILE_MAX_BLOCKS];

  UNROLLED (b, blocks)
    weights[b] = vec_load (w + b * VLEN);
  UNROLLED (p, pixels) {
    Vec x = vec_set (in[p][at]);

    UNROLLED (b, blocks)
      s->sums[b][p] = vec_fma (x, weights[b], s->sums[b][p]);
  }
}

ALWAYS_INLINE void
reduce (const ConvTile *t, Sums *s, const guint blocks, const guint pixels)
{
  const guint32 *offset = t->offsets, *end = offset + t->steps;
  const float *w = t->weights;
  const float *in[TILE_MAX_PIXELS];

  UNROLLED (p, pixels)
    in[p] = t->in[p];
  for (; offset < end; offset++) {
    gsize at = *offset;

    UNROLLED (k, VLEN)
      multiply (s, w + k * blocks * VLEN, in, at + k, blocks, pixels);
    w += VLEN * blocks * VLEN;
  }
  for (end += t->short_steps; offset < end; offset++) {
    gsize at = *offset;

    for (guint k = 0; k < t->lanes; k++, w += blocks * VLEN)
      multiply (s, w, in, at + k, blocks, pixels);
  }
}

ALWAYS_INLINE void
keep (float *to, const Sums *s, const guint blocks, const guint pixels)
{
  UNROLLED (b, blocks)
    UNROLLED (p, pixels)
      vec_store (to + (b * pixels + p) * VLEN, s->sums[b][p]);
}

ALWAYS_INLINE void
finish_clamped (const ConvTile *t, Sums *s, const guint blocks, const guint pixels)
{
  const Vec low = vec_set (t->post->after_low), high = vec_set (t->post->after_high);

  if (t->has_residual) {
    const Vec low_before = vec_set (t->post->before_low);
    const Vec high_before = vec_set (t->post->before_high);

    UNROLLED (p, pixels)
      UNROLLED (b, blocks)
        s->sums[b][p] = vec_clamp (s->sums[b][p], low_before, high_before) +
                        vec_load (t->residual[p] + b * t->residual_block);
  }
  UNROLLED (p, pixels)
    UNROLLED (b, blocks)
      vec_store (t->out[p] + b * t->out_block, vec_clamp (s->sums[b][p], low, high));
}

ALWAYS_INLINE void
finish (const ConvTile *t, Sums *s, const guint blocks, const guint pixels)
{
  float values[TILE_MAX_BLOCKS * TILE_MAX_PIXELS * VLEN];
  const PostTile tile = { .values = values,
                          .blocks = blocks,
                          .pixels = pixels,
                          .channel = t->channel,
                          .out = t->out,
                          .residual = t->has_residual ? t->residual : NULL,
                          .out_block = t->out_block,
                          .residual_block = t->residual_block };

  keep (values, s, blocks, pixels);
  post_tile (t->post, &tile);
}

ALWAYS_INLINE void
run_tile (const ConvTile *t, const guint blocks, const guint pixels)
{
  Sums s;

  begin (t, &s, blocks, pixels);
  reduce (t, &s, blocks, pixels);
  if (t->sums != NULL)
    keep (t->sums, &s, blocks, pixels);
  else if (t->post->clamps)
    finish_clamped (t, &s, blocks, pixels);
  else
    finish (t, &s, blocks, pixels);
}

#define TILE(b, p)                               \
  static void tile_##b##_##p (const ConvTile *t) \
  {                                              \
    run_tile (t, b, p);                          \
  }
#define TILES_2(b) TILE (b, 1) TILE (b, 2)
#define TILES_4(b) TILES_2 (b) TILE (b, 3) TILE (b, 4)
#define TILES_6(b) TILES_4 (b) TILE (b, 5) TILE (b, 6)
#define TILES_8(b) TILES_6 (b) TILE (b, 7) TILE (b, 8)
#define LIST_2(b)  tile_##b##_1, tile_##b##_2
#define LIST_4(b)  LIST_2 (b), tile_##b##_3, tile_##b##_4
#define LIST_6(b)  LIST_4 (b), tile_##b##_5, tile_##b##_6
#define LIST_8(b)  LIST_6 (b), tile_##b##_7, tile_##b##_8

/* As TILE_PIXELS() says. */
#if TILE_BLOCKS == 4
TILES_8 (1)
TILES_8 (2)
TILES_8 (3)
TILES_6 (4)
static const ConvTileRun tiles[][TILE_MAX_PIXELS] = {
  { LIST_8 (1) },
  { LIST_8 (2) },
  { LIST_8 (3) },
  { LIST_6 (4) },
};
#else
TILES_8 (1)
TILES_6 (2)
TILES_4 (3)
static const ConvTileRun tiles[][TILE_MAX_PIXELS] = {
  { LIST_8 (1) },
  { LIST_6 (2) },
  { LIST_4 (3) },
};
#endif

ConvTileRun
conv_tile_run (guint blocks, guint pixels)
{
  return tiles[blocks - 1][pixels - 1];
}
