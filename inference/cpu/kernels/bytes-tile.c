#include "bytes-tile.h"

ALWAYS_INLINE VecInt
load_weights (const gint32 *from)
{
  return *(const VecIntLoose *) from;
}

ALWAYS_INLINE DotInput
load_input (const guint8 *from)
{
  gint32 four;

  memcpy (&four, from, sizeof four);
  return dot_input (four - (VecInt){ 0 });
}

ALWAYS_INLINE void
finish_tile (const BytesSums *t, VecInt sums[][BYTES_MAX_PIXELS], const guint blocks,
             const guint pixels)
{
  const BytesFinish *f = t->finish;

  UNROLLED (b, blocks) {
    const Vec scale = vec_load (f->scale + b * VLEN),
              bias = vec_load (f->bias + b * VLEN);
    guint8 *out = f->out + b * t->out_block;

    if (t->line)
      bytes_store_line (f, sums[b], scale, bias, out + t->out_places[0], pixels);
    else
      UNROLLED (p, pixels)
        bytes_store (f, sums[b][p], scale, bias, out + t->out_places[p]);
  }
}

ALWAYS_INLINE void
run_tile (const BytesSums *t, const guint blocks, const guint pixels, const guint quads)
{
  VecInt sums[BYTES_TILE_BLOCKS][BYTES_MAX_PIXELS];
  const guint8 *in[BYTES_MAX_PIXELS];
  const gint32 *w = t->weights;

  UNROLLED (p, pixels)
    in[p] = t->in + t->places[p];
  UNROLLED (b, blocks)
    UNROLLED (p, pixels)
      sums[b][p] = load_weights (t->start + b * VLEN);
  for (gsize s = 0; s < t->steps; s++) {
    gsize at = t->offsets[s];

    UNROLLED (q, quads) {
      VecInt weights[BYTES_TILE_BLOCKS][DOT_WORDS];

      UNROLLED (b, blocks)
        UNROLLED (k, DOT_WORDS)
          weights[b][k] = load_weights (w + (b * DOT_WORDS + k) * VLEN);
      w += blocks * DOT_WORDS * VLEN;
      UNROLLED (p, pixels) {
        DotInput x = load_input (in[p] + at + q * 4);

        UNROLLED (b, blocks)
          sums[b][p] = dot_add (sums[b][p], x, weights[b]);
      }
    }
  }
  if (t->finish != NULL) {
    finish_tile (t, sums, blocks, pixels);
    return;
  }
  UNROLLED (b, blocks)
    UNROLLED (p, pixels)
      *(VecIntLoose *) (t->sums + (b * pixels + p) * VLEN) = sums[b][p];
}

typedef void (*TileRun) (const BytesSums *sums);

/* All channels of a block, and inputs of four channels. */
#define TILE(b, p)                                  \
  static void whole_##b##_##p (const BytesSums *t)  \
  {                                                 \
    run_tile (t, b, p, VLEN / 4);                   \
  }                                                 \
  static void narrow_##b##_##p (const BytesSums *t) \
  {                                                 \
    run_tile (t, b, p, 1);                          \
  }
#define TILES_4(b)   TILE (b, 1) TILE (b, 2) TILE (b, 3) TILE (b, 4)
#define TILES_8(b)   TILES_4 (b) TILE (b, 5) TILE (b, 6) TILE (b, 7) TILE (b, 8)
#define TILES_10(b)  TILES_8 (b) TILE (b, 9) TILE (b, 10)
#define TILES_14(b)  TILES_10 (b) TILE (b, 11) TILE (b, 12) TILE (b, 13) TILE (b, 14)
#define ROW(n, b, p) [b - 1][p - 1] = n##_##b##_##p
#define ROW_4(n, b)  ROW (n, b, 1), ROW (n, b, 2), ROW (n, b, 3), ROW (n, b, 4)
#define ROW_8(n, b) \
  ROW_4 (n, b), ROW (n, b, 5), ROW (n, b, 6), ROW (n, b, 7), ROW (n, b, 8)
#define ROW_10(n, b) ROW_8 (n, b), ROW (n, b, 9), ROW (n, b, 10)
#define ROW_14(n, b) \
  ROW_10 (n, b), ROW (n, b, 11), ROW (n, b, 12), ROW (n, b, 13), ROW (n, b, 14)

/* As BYTES_PIXELS() says. */
#if BYTES_MAX_PIXELS == 14
TILES_14 (1)
TILES_14 (2)
#define ROWS(n)                  \
  {                              \
    ROW_14 (n, 1), ROW_14 (n, 2) \
  }
#elif BYTES_MAX_PIXELS == 10
TILES_10 (1)
TILES_10 (2)
#define ROWS(n)                  \
  {                              \
    ROW_10 (n, 1), ROW_10 (n, 2) \
  }
#else
TILES_8 (1)
TILES_4 (2)
#define ROWS(n)                \
  {                            \
    ROW_8 (n, 1), ROW_4 (n, 2) \
  }
#endif

static const TileRun wholes[BYTES_TILE_BLOCKS][BYTES_MAX_PIXELS] = ROWS (whole);
static const TileRun narrows[BYTES_TILE_BLOCKS][BYTES_MAX_PIXELS] = ROWS (narrow);

void
bytes_sums_run (const BytesSums *sums, guint blocks, guint pixels)
{
  if (sums->quads == 1)
    narrows[blocks - 1][pixels - 1](sums);
  else
    wholes[blocks - 1][pixels - 1](sums);
}
