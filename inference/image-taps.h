#pragma once

#include <glib.h>

/**
 * WeirImageCover:
 * @x, @y, @width, @height: the part of the input that the image covers, in pixels
 * @from_x, @from_y: position in the image of the centre of its first pixel
 * @step_x, @step_y: image pixels from pixel to pixel of the input
 */
typedef struct {
  guint x, y, width, height;
  double from_x, from_y;
  double step_x, step_y;
} WeirImageCover;

/**
 * WeirImageGeometry:
 * @width, @height: of the image
 * @step, @shift_x, @shift_y: of each component, as in WeirImageComponent
 * @interleaved: components 1 and 2 take turns, as the chroma of NV12 does
 * @windows: look for windows
 *
 * All that says where samples are taken.
 */
typedef struct {
  WeirImageCover cover;
  guint width, height;
  guint step[3], shift_x[3], shift_y[3];
  gboolean interleaved;
  gboolean windows;
} WeirImageGeometry;

/**
 * WeirImageTaps:
 * @first, @second: where the two neighbours of each pixel are: in bytes along a row, in
 *   rows down
 * @toward: how far the pixel lies toward the second one, 0 to 1
 * @weights: the same as two weights, see WeirImageRow
 * @starts, @picks, @halves: (nullable): windows along a row, see WeirImageSamples
 *
 * Samples along one direction. Tables along a row go on behind the last pixel to a whole
 * number of vectors, with copies of that pixel.
 */
typedef struct {
  guint32 *first, *second, *weights;
  guint32 *starts, *picks;
  gboolean halves;
  float *toward;
} WeirImageTaps;

/**
 * WeirImageTables:
 * @length: pixels of a row up to a whole number of vectors
 * @words: room for the samples of one output row: @length of two rows of each component
 *
 * Taps of all components. They are kept while the geometry stays the same, as it does in
 * a stream.
 */
typedef struct {
  WeirImageGeometry geometry;
  guint length;
  WeirImageTaps across[3], down[3];
  guint32 *words;
  guint8 *memory;
} WeirImageTables;

/** weir_image_tables_set: makes @tables those of @geometry. */
gboolean weir_image_tables_set (WeirImageTables *tables,
                                const WeirImageGeometry *geometry, GError **error);
void weir_image_tables_clear (WeirImageTables *tables);
