#pragma once

#include "weir-infer.h"

WEIR_BEGIN_DECLS

/** WeirPixelFormat: names as in GStreamer. */
typedef enum {
  WEIR_PIXELS_NV12,
  WEIR_PIXELS_I420,
  WEIR_PIXELS_YV12,
  WEIR_PIXELS_YUY2,
  WEIR_PIXELS_UYVY,
  WEIR_PIXELS_RGB,
  WEIR_PIXELS_BGR,
  WEIR_PIXELS_RGBA,
  WEIR_PIXELS_BGRA,
  WEIR_PIXELS_RGBX,
  WEIR_PIXELS_BGRX,
  WEIR_PIXELS_GRAY8,
} WeirPixelFormat;

/** WeirColorMatrix: how YUV becomes RGB. */
typedef enum {
  WEIR_MATRIX_BT601,
  WEIR_MATRIX_BT709,
  WEIR_MATRIX_BT2020,
} WeirColorMatrix;

/**
 * WeirImage:
 * @planes: first byte of each plane; borrowed. YV12 gives Y, U, V here: the planes are
 * named by what they hold, not by their order in memory
 * @strides: bytes from row to row; may be negative
 * @full_range: whether luma spans 0..255 instead of 16..235
 */
typedef struct {
  WeirPixelFormat format;
  guint width, height;
  const guint8 *planes[4];
  int strides[4];
  WeirColorMatrix matrix;
  gboolean full_range;
} WeirImage;

typedef enum {
  WEIR_RESIZE_STRETCH,   /* the crop fills the input, its aspect ratio is lost */
  WEIR_RESIZE_LETTERBOX, /* all of the crop, centred, the rest @pad */
  WEIR_RESIZE_CROP,      /* the input is filled, what sticks out is cut, centred */
} WeirResizeMode;

typedef enum {
  WEIR_CHANNELS_RGB,
  WEIR_CHANNELS_BGR,
  WEIR_CHANNELS_GRAY,
} WeirChannelOrder;

/**
 * WeirImageTransform:
 * @x, @y, @width, @height: the part of the image that counts, in pixels; may reach beyond
 *   the image, where edge pixels are repeated; a width of 0 means the whole image
 * @pad: value of the letterbox's border, 0..255, before mean and scale
 * @mean, @scale: (value - mean) / scale, in the network's channel order; 0 and 1 change
 *   nothing
 */
typedef struct {
  double x, y, width, height;
  WeirResizeMode resize;
  WeirChannelOrder order;
  float pad;
  float mean[4];
  float scale[4];
} WeirImageTransform;

/** WeirImagePlacement: where the image landed: input = image * scale + offset, in pixels.
 */
typedef struct {
  double scale_x, scale_y;
  double offset_x, offset_y;
} WeirImagePlacement;

/** weir_image_transform_init: the whole image, stretched, RGB, no mean, scale 1. */
void weir_image_transform_init (WeirImageTransform *transform);

/** weir_image_channels_last: whether a picture input of rank 4 is NHWC: its layout says so,
 * or its last dimension is 1 or 3 and its second is not. */
gboolean weir_image_channels_last (const WeirPortInfo *input);

/**
 * weir_request_set_image:
 * @index: input, of rank 4 with 1 or 3 channels: NCHW or NHWC, f32 or u8
 * @item: which image of the batch
 * @placement: (out) (optional)
 *
 * Colour conversion, crop, bilinear resize, channel order, mean and scale in one pass,
 * from the image straight into the input that the next run reads.
 */
gboolean weir_request_set_image (WeirRequest *request, guint index, guint item,
                                 const WeirImage *image,
                                 const WeirImageTransform *transform,
                                 WeirImagePlacement *placement, GError **error);

WEIR_END_DECLS

#include "weir-preprocess.h"
