#pragma once

#include <glib.h>

/**
 * WeirImageRow:
 * @width: pixels to make
 * @pairs: for each of three components the two pixels that an output pixel lies between,
 *   left in the low byte, of the row above (0) and the row below (1)
 * @quads: (nullable): instead of the pairs of components 1 and 2, both interleaved: the
 *   left pixel's two bytes, then the right one's
 * @across: for each component how far each output pixel lies toward the right one, 0 to 1
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
  const guint16 *pairs[3][2];
  const guint32 *quads[2];
  const float *across[3];
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

typedef void (*WeirImageRowFunction) (const WeirImageRow *row);

/** weir_image_row_function: the one for the widest instruction set that is allowed. */
WeirImageRowFunction weir_image_row_function (void);

/** weir_image_gather: the pixel pairs of one row: bytes at @left and @right of @source.
 */
void weir_image_gather (const guint8 *source, const guint32 *left, const guint32 *right,
                        guint width, guint16 *pairs);
/** weir_image_gather_pairs: the same where the right byte follows the left one. */
void weir_image_gather_pairs (const guint8 *source, const guint32 *left, guint width,
                              guint16 *pairs);
/** weir_image_gather_quads: four bytes each, from @left on. */
void weir_image_gather_quads (const guint8 *source, const guint32 *left, guint width,
                              guint32 *quads);
