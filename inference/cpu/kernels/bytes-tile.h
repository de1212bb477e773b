#pragma once

#include "bytes-finish.h"
#include "cpu/kernel.h"

/* The register tile of convolutions of bytes: sums of products for some blocks of output
 * channels times some pixels, each of which has an address of its own. */

#define BYTES_TILE_BLOCKS 2
#if VLEN == 16 && DOT_WORDS == 1
#define BYTES_MAX_PIXELS 14
#define BYTES_PIXELS(b)  14u
#elif VLEN == 16
#define BYTES_MAX_PIXELS 10
#define BYTES_PIXELS(b)  10u
#else
#define BYTES_MAX_PIXELS 8
#define BYTES_PIXELS(b)  ((b) == 2 ? 4u : 8u)
#endif

/**
 * BytesSums:
 * @weights: [steps][quads][blocks][DOT_WORDS][VLEN]
 * @offsets: bytes from a pixel to what each step reads there
 * @quads: groups of four channels a step: 1 or VLEN / 4
 * @start: [blocks][VLEN]: what sums begin with
 * @sums: (out): [blocks][pixels][VLEN]
 * @finish: (nullable): makes bytes of them at once, at @out_places of the output, whose
 *   blocks are @out_block apart; then @sums is not written
 * @line: these places are neighbours
 * @in: where the value begins; @places: bytes from there to each pixel
 */
typedef struct {
  const gint32 *weights;
  const guint32 *offsets;
  gsize steps;
  guint quads;
  const gint32 *start;
  gint32 *sums;
  const BytesFinish *finish;
  const gsize *out_places;
  gsize out_block;
  gboolean line;
  const guint8 *in;
  const gssize *places;
} BytesSums;

#define bytes_sums_run WEIR_ISA_SYMBOL (bytes_sums_run)

/** bytes_sums_run: for @blocks (1 .. BYTES_TILE_BLOCKS) x @pixels (1 .. BYTES_PIXELS). */
void bytes_sums_run (const BytesSums *sums, guint blocks, guint pixels);
