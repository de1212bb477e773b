#pragma once

#include "post.h"

/* The register tile that all dense convolutions share: some blocks of output channels
 * times some pixels are summed up in registers. Each pixel has an address of its own, so
 * that a tile may run over the ends of rows and knows nothing of strides. */

/* How wide tiles are made: as many sums as the registers hold beside the weights. Few
 * blocks times many pixels: what is loaded most is weights, which come from L2 or from
 * beyond, and so each serves as many pixels as can be. Three blocks only where two would
 * leave one alone. */
#define TILE_BLOCKS     2
#define TILE_MAX_BLOCKS 3
#if VLEN == 16 || defined(__aarch64__)
#define TILE_MAX_PIXELS 14
#define TILE_PIXELS(b)  ((b) == 3 ? 9u : 14u)
#else
#define TILE_MAX_PIXELS 12
#define TILE_PIXELS(b)  ((b) == 3 ? 4u : (b) == 2 ? 6u : 12u)
#endif

/** tile_slices: into how many slices of at most TILE_MAX_BLOCKS to cut @blocks. */
static inline gsize
tile_slices (gsize blocks)
{
  return MAX (blocks / TILE_BLOCKS, 1);
}

/**
 * ConvTile:
 * @weights: [steps][VLEN][tile's blocks][VLEN], then those of the short steps
 * @offsets: for each step of the reduction how many elements from a pixel's address its
 *   input lies
 * @steps: steps that multiply VLEN neighbours each; @short_steps, which come behind them,
 *   multiply @lanes neighbours
 * @start: (nullable): partial sums to begin with; else sums begin with @bias
 * @sums: (nullable): partial sums are stored here, to be continued; else the tile is
 *   finished and stored to @out
 * @in, @out, @residual: address of each pixel; of the first one only where @line says so
 * @line: pixels are neighbours, @in_step elements apart in the input, VLEN in the output
 * @has_residual: whether to add @residual
 * @in_step: one that tiles of neighbours are made for, see conv_tile_line()
 * @ahead: weights that will be wanted next; each step asks for @ahead_lines lines of L2,
 *   from there on
 */
typedef struct {
  const float *weights;
  const guint32 *offsets;
  guint steps, short_steps, lanes;
  const float *bias;
  const float *start;
  float *sums;
  const Post *post;
  gsize channel;
  gsize out_block, residual_block;
  gboolean has_residual, line;
  gsize in_step;
  const float *ahead;
  guint ahead_lines;
  const float *in[TILE_MAX_PIXELS];
  float *out[TILE_MAX_PIXELS];
  const float *residual[TILE_MAX_PIXELS];
} ConvTile;

#define conv_tile_run WEIR_ISA_SYMBOL (conv_tile_run)

/** conv_tile_run: the tile of @blocks (1 .. TILE_MAX_BLOCKS) x @pixels (1 ..
 * TILE_PIXELS). */
void conv_tile_run (const ConvTile *tile, guint blocks, guint pixels);

/**
 * ConvWalk:
 * @x: column of the next pixel; @width columns are in a row
 * @in, @out, @residual: its addresses
 * @in_step, @out_step: from one pixel to the next; @in_jump, …: what the end of a row
 * adds to that
 *
 * Goes through the pixels of an image, row by row, and addresses the pixels of tiles.
 */
typedef struct {
  gsize x, width;
  const float *in, *residual;
  float *out;
  gsize in_step, out_step;
  gssize in_jump, out_jump, residual_jump;
} ConvWalk;

/** conv_walk_tile: how many pixels the next tile should have, of the @left ones that
 * still come: as even a part as can be of all of them, or of the rest of the row where
 * rows are long enough to fill tiles of neighbours. */
static inline guint
conv_walk_tile (const ConvWalk *walk, guint blocks, gsize left)
{
  gsize limit = TILE_PIXELS (blocks), n = (walk->width + limit - 1) / limit;

  if (walk->in_jump != 0 && walk->width * 3 >= n * limit * 2)
    left = MIN (left, walk->width - walk->x);
  n = (left + limit - 1) / limit;
  return (guint) ((left + n - 1) / n);
}

/** conv_tile_line: whether there are tiles of neighbours @in_step apart: of blocked
 * values, or of plain ones at a stride of one or two. */
static inline gboolean
conv_tile_line (gsize in_step)
{
  return in_step == VLEN || in_step == 1 || in_step == 2;
}

/* Whether the next pixels lie one behind the other. */
static inline gboolean
conv_walk_line (const ConvWalk *walk, guint pixels)
{
  return walk->out_step == VLEN && conv_tile_line (walk->in_step) &&
         (walk->x + pixels <= walk->width ||
          (walk->in_jump | walk->out_jump | walk->residual_jump) == 0);
}

static inline void
conv_walk_on (ConvWalk *walk, guint pixels)
{
  walk->in += pixels * walk->in_step;
  walk->out += pixels * walk->out_step;
  walk->residual += pixels * walk->out_step;
  for (walk->x += pixels; walk->x >= walk->width; walk->x -= walk->width) {
    walk->in += walk->in_jump;
    walk->out += walk->out_jump;
    walk->residual += walk->residual_jump;
  }
}

/** conv_walk: the next @pixels pixels become those of @tile. */
ALWAYS_INLINE void
conv_walk (ConvWalk *walk, guint pixels, ConvTile *tile)
{
  tile->line = conv_walk_line (walk, pixels);
  tile->in_step = walk->in_step;
  for (guint i = 0; i < pixels; i++) {
    tile->in[i] = walk->in;
    tile->out[i] = walk->out;
    tile->residual[i] = walk->residual;
    conv_walk_on (walk, tile->line ? pixels : 1);
    if (tile->line)
      break;
  }
}
