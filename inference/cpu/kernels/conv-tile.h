#pragma once

#include "post.h"

/* The register tile that all dense convolutions share: some blocks of output channels
 * times some pixels are summed up in registers. Each pixel has an address of its own, so
 * that a tile may run over the ends of rows and knows nothing of strides. */

/* How wide tiles are made: as many sums as the registers hold beside the weights. */
#define TILE_MAX_BLOCKS 4
#define TILE_MAX_PIXELS 8
#if VLEN == 16
#define TILE_BLOCKS    4
#define TILE_PIXELS(b) ((b) == 4 ? 6u : 8u)
#elif defined(__AVX2__)
#define TILE_BLOCKS    3
#define TILE_PIXELS(b) ((b) == 3 ? 4u : (b) == 2 ? 6u : 8u)
#else
#define TILE_BLOCKS    2
#define TILE_PIXELS(b) ((b) == 2 ? 2u : 4u)
#endif

/**
 * ConvTile:
 * @weights: [blocks][rows][columns][lanes][tile's blocks][VLEN]
 * @blocks, @rows, @columns: how often the reduction steps, @block_step, … elements of the
 *   input on each time; a step multiplies @lanes elements that are neighbours, the last
 *   block's @last_lanes
 * @start: where sums begin: the bias, one a channel, or @sums
 * @sums: (nullable): partial sums are stored here, to be continued; else the tile is
 *   finished and stored to @out
 * @in, @out, @residual: address of each pixel
 * @has_residual: whether to add @residual
 */
typedef struct {
  const float *weights;
  guint blocks, rows, columns;
  guint lanes, last_lanes;
  gsize block_step, row_step, column_step;
  const float *bias;
  const float *start;
  float *sums;
  const Post *post;
  gsize channel;
  gsize out_block, residual_block;
  gboolean has_residual;
  const float *in[TILE_MAX_PIXELS];
  float *out[TILE_MAX_PIXELS];
  const float *residual[TILE_MAX_PIXELS];
} ConvTile;

typedef void (*ConvTileRun) (const ConvTile *tile);

#define conv_tile_run WEIR_ISA_SYMBOL (conv_tile_run)

/** conv_tile_run: the tile of @blocks (1 .. TILE_BLOCKS) x @pixels (1 .. TILE_PIXELS). */
ConvTileRun conv_tile_run (guint blocks, guint pixels);
