#pragma once

#include <glib.h>

/* What the weights of two neighbours in a row add up to: as a half of 16 bits holds it.
 */
#define WEIR_IMAGE_UNIT 32767

/**
 * WeirImageSamples:
 * @rows: the row above (0) and the row below (1)
 * @starts: (nullable): where windows of 16 bytes begin in a row, one for two pixels, or
 * @halves: two halves of 8 bytes, one for each of the pixels, and
 * @picks: which bytes of its window make up the word of a pixel, as indices; 0x80: zero
 * @words: where there are no windows: the words of both rows
 *
 * The samples of a component for one output row. A word has the left sample of a pixel in
 * the low half, the right one in the high half; that of two interleaved components has
 * the left two, then the right two, as bytes.
 */
typedef struct {
  const guint8 *rows[2];
  const guint32 *starts, *picks;
  gboolean halves;
  const guint32 *words[2];
} WeirImageSamples;

/**
 * WeirImageRow:
 * @width: pixels to make; tables have as many as whole vectors do
 * @samples: of each of three components
 * @interleaved: the samples of component 1 are those of 1 and 2
 * @across: for each component and output pixel the weights of the left sample, in the low
 *   half, and of the right one
 * @down: for each component how far the row lies toward the row below
 * @matrix, @bias: from components to channels; results are clamped to 0..255
 * @channels: 1 or 3; a single one is the first
 * @multiplier, @offset: applied to each channel last
 * @target: first element of each channel; f32, or u8 when @bytes
 * @step: elements from pixel to pixel of a channel
 *
 * One row of a picture on its way into a network.
 */
typedef struct {
  guint width;
  WeirImageSamples samples[3];
  gboolean interleaved;
  const guint32 *across[3];
  float down[3];
  float matrix[3][3];
  float bias[3];
  guint channels;
  float multiplier[3];
  float offset[3];
  void *target[3];
  gsize step;
  gboolean bytes;
} WeirImageRow;

/** WeirImageKernel: how rows are made, and whether samples may be given by windows. */
typedef struct {
  void (*make_row) (const WeirImageRow *row);
  gboolean windows;
} WeirImageKernel;

/** weir_image_kernel: the one for the widest instruction set that is allowed. */
const WeirImageKernel *weir_image_kernel (void);

/** weir_image_gather: the words of one row: samples at @left and @right of @source. */
void weir_image_gather (const guint8 *source, const guint32 *left, const guint32 *right,
                        guint width, guint32 *words);
/** weir_image_gather_quads: of two interleaved components: four bytes each, from @left
 * on. */
void weir_image_gather_quads (const guint8 *source, const guint32 *left, guint width,
                              guint32 *words);
