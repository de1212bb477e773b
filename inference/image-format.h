#pragma once

#include "weir-image.h"

/**
 * WeirImageComponent:
 * @data: first byte of the component in the image's first row
 * @stride: bytes from row to row
 * @step: bytes from sample to sample
 * @shift_x, @shift_y: samples are halved so often in each direction
 */
typedef struct {
  const guint8 *data;
  int stride;
  guint step;
  guint shift_x, shift_y;
} WeirImageComponent;

/** weir_image_components: where the three components are: Y, U, V or R, G, B; a grey
 * image's are all the same. */
gboolean weir_image_components (const WeirImage *image, WeirImageComponent components[3],
                                GError **error);

/** weir_image_color: from components to the channels of @order: 0..255 of R, G, B, or
 * grey in the first. */
void weir_image_color (const WeirImage *image, WeirChannelOrder order, float matrix[3][3],
                       float bias[3]);
