#include "gstweirpreprocess.h"

static const struct {
  GstVideoFormat format;
  WeirPixelFormat pixels;
} formats[] = {
  { GST_VIDEO_FORMAT_NV12, WEIR_PIXELS_NV12 },
  { GST_VIDEO_FORMAT_I420, WEIR_PIXELS_I420 },
  { GST_VIDEO_FORMAT_YV12, WEIR_PIXELS_YV12 },
  { GST_VIDEO_FORMAT_YUY2, WEIR_PIXELS_YUY2 },
  { GST_VIDEO_FORMAT_UYVY, WEIR_PIXELS_UYVY },
  { GST_VIDEO_FORMAT_RGB, WEIR_PIXELS_RGB },
  { GST_VIDEO_FORMAT_BGR, WEIR_PIXELS_BGR },
  { GST_VIDEO_FORMAT_RGBA, WEIR_PIXELS_RGBA },
  { GST_VIDEO_FORMAT_BGRA, WEIR_PIXELS_BGRA },
  { GST_VIDEO_FORMAT_RGBx, WEIR_PIXELS_RGBX },
  { GST_VIDEO_FORMAT_BGRx, WEIR_PIXELS_BGRX },
  { GST_VIDEO_FORMAT_GRAY8, WEIR_PIXELS_GRAY8 },
};

static WeirColorMatrix
matrix_of (const GstVideoColorimetry *colorimetry)
{
  switch (colorimetry->matrix) {
  case GST_VIDEO_COLOR_MATRIX_BT709:
    return WEIR_MATRIX_BT709;
  case GST_VIDEO_COLOR_MATRIX_BT2020:
    return WEIR_MATRIX_BT2020;
  default:
    return WEIR_MATRIX_BT601;
  }
}

gboolean
gst_weir_image_from_frame (WeirImage *image, const GstVideoFrame *frame)
{
  const GstVideoInfo *info = &frame->info;
  gboolean planar = GST_VIDEO_FRAME_FORMAT (frame) == GST_VIDEO_FORMAT_I420 ||
                    GST_VIDEO_FRAME_FORMAT (frame) == GST_VIDEO_FORMAT_YV12;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (formats[i].format != GST_VIDEO_FRAME_FORMAT (frame))
      continue;
    *image = (WeirImage){ .format = formats[i].pixels,
                          .width = (guint) GST_VIDEO_INFO_WIDTH (info),
                          .height = (guint) GST_VIDEO_INFO_HEIGHT (info),
                          .matrix = matrix_of (&info->colorimetry),
                          .full_range =
                              info->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255 };
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (frame); p++) {
      image->planes[p] = planar ? GST_VIDEO_FRAME_COMP_DATA (frame, p)
                                : GST_VIDEO_FRAME_PLANE_DATA (frame, p);
      image->strides[p] = planar ? GST_VIDEO_FRAME_COMP_STRIDE (frame, p)
                                 : GST_VIDEO_FRAME_PLANE_STRIDE (frame, p);
    }
    return TRUE;
  }
  return FALSE;
}
