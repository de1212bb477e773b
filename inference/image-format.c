#include "image-format.h"

#include <string.h>

/* Where each component of a format is, and how to make RGB of it. */

typedef struct {
  guint plane;
  guint offset, step;
  guint shift_x, shift_y;
} Place;

static const struct {
  gboolean is_yuv;
  Place places[3];
} formats[] = {
  [WEIR_PIXELS_NV12] = { TRUE,
                         { { 0, 0, 1, 0, 0 }, { 1, 0, 2, 1, 1 }, { 1, 1, 2, 1, 1 } } },
  [WEIR_PIXELS_I420] = { TRUE,
                         { { 0, 0, 1, 0, 0 }, { 1, 0, 1, 1, 1 }, { 2, 0, 1, 1, 1 } } },
  [WEIR_PIXELS_YV12] = { TRUE,
                         { { 0, 0, 1, 0, 0 }, { 1, 0, 1, 1, 1 }, { 2, 0, 1, 1, 1 } } },
  [WEIR_PIXELS_YUY2] = { TRUE,
                         { { 0, 0, 2, 0, 0 }, { 0, 1, 4, 1, 0 }, { 0, 3, 4, 1, 0 } } },
  [WEIR_PIXELS_UYVY] = { TRUE,
                         { { 0, 1, 2, 0, 0 }, { 0, 0, 4, 1, 0 }, { 0, 2, 4, 1, 0 } } },
  [WEIR_PIXELS_RGB] = { FALSE,
                        { { 0, 0, 3, 0, 0 }, { 0, 1, 3, 0, 0 }, { 0, 2, 3, 0, 0 } } },
  [WEIR_PIXELS_BGR] = { FALSE,
                        { { 0, 2, 3, 0, 0 }, { 0, 1, 3, 0, 0 }, { 0, 0, 3, 0, 0 } } },
  [WEIR_PIXELS_RGBA] = { FALSE,
                         { { 0, 0, 4, 0, 0 }, { 0, 1, 4, 0, 0 }, { 0, 2, 4, 0, 0 } } },
  [WEIR_PIXELS_BGRA] = { FALSE,
                         { { 0, 2, 4, 0, 0 }, { 0, 1, 4, 0, 0 }, { 0, 0, 4, 0, 0 } } },
  [WEIR_PIXELS_RGBX] = { FALSE,
                         { { 0, 0, 4, 0, 0 }, { 0, 1, 4, 0, 0 }, { 0, 2, 4, 0, 0 } } },
  [WEIR_PIXELS_BGRX] = { FALSE,
                         { { 0, 2, 4, 0, 0 }, { 0, 1, 4, 0, 0 }, { 0, 0, 4, 0, 0 } } },
  [WEIR_PIXELS_GRAY8] = { FALSE,
                          { { 0, 0, 1, 0, 0 }, { 0, 0, 1, 0, 0 }, { 0, 0, 1, 0, 0 } } },
};

/* Luma of red and blue (ITU-R BT.601, BT.709, BT.2020). */
static const struct {
  float red, blue;
} lumas[] = {
  [WEIR_MATRIX_BT601] = { 0.299f, 0.114f },
  [WEIR_MATRIX_BT709] = { 0.2126f, 0.0722f },
  [WEIR_MATRIX_BT2020] = { 0.2627f, 0.0593f },
};

gboolean
weir_image_components (const WeirImage *image, WeirImageComponent components[3],
                       GError **error)
{
  if ((guint) image->format >= G_N_ELEMENTS (formats) || image->width == 0 ||
      image->height == 0 || image->width > G_MAXINT16 * 2 ||
      image->height > G_MAXINT16 * 2)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "an image of %u x %u in format %d",
                      image->width, image->height, (int) image->format);
  for (guint i = 0; i < 3; i++) {
    const Place *place = &formats[image->format].places[i];

    if (image->planes[place->plane] == NULL)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "plane %u of the image is missing",
                        place->plane);
    components[i] =
        (WeirImageComponent){ .data = image->planes[place->plane] + place->offset,
                              .stride = image->strides[place->plane],
                              .step = place->step,
                              .shift_x = place->shift_x,
                              .shift_y = place->shift_y };
  }
  return TRUE;
}

/* Rows R, G, B over columns Y, U, V. */
static void
yuv_to_rgb (const WeirImage *image, float m[3][3], float bias[3])
{
  float red = lumas[image->matrix].red, blue = lumas[image->matrix].blue;
  float green = 1 - red - blue;
  float y = image->full_range ? 1 : 255.0f / 219,
        c = image->full_range ? 1 : 255.0f / 224;
  float black = image->full_range ? 0 : 16;
  const float rows[3][3] = {
    { y, 0, 2 * (1 - red) * c },
    { y, -2 * blue * (1 - blue) / green * c, -2 * red * (1 - red) / green * c },
    { y, 2 * (1 - blue) * c, 0 },
  };

  memcpy (m, rows, sizeof rows);
  for (guint i = 0; i < 3; i++)
    bias[i] = -y * black - 128 * (rows[i][1] + rows[i][2]);
}

static void
rgb_to_rgb (const WeirImage *image, float m[3][3], float bias[3])
{
  gboolean narrow = image->format == WEIR_PIXELS_GRAY8 && !image->full_range;

  memset (m, 0, 9 * sizeof (float));
  for (guint i = 0; i < 3; i++) {
    m[i][i] = narrow ? 255.0f / 219 : 1;
    bias[i] = narrow ? -16 * m[i][i] : 0;
  }
}

static void
to_gray (const WeirImage *image, float m[3][3], float bias[3])
{
  float red = lumas[image->matrix].red, blue = lumas[image->matrix].blue;
  const float weights[] = { red, 1 - red - blue, blue };
  float row[3] = { 0 }, sum = 0;

  for (guint c = 0; c < 3; c++) {
    sum += weights[c] * bias[c];
    for (guint k = 0; k < 3; k++)
      row[k] += weights[c] * m[c][k];
  }
  memcpy (m[0], row, sizeof row);
  bias[0] = sum;
}

static void
swap (float *a, float *b)
{
  float kept = *a;

  *a = *b;
  *b = kept;
}

void
weir_image_color (const WeirImage *image, WeirChannelOrder order, float m[3][3],
                  float bias[3])
{
  if (formats[image->format].is_yuv)
    yuv_to_rgb (image, m, bias);
  else
    rgb_to_rgb (image, m, bias);
  if (order == WEIR_CHANNELS_GRAY)
    to_gray (image, m, bias);
  if (order != WEIR_CHANNELS_BGR)
    return;
  for (guint k = 0; k < 3; k++)
    swap (&m[0][k], &m[2][k]);
  swap (&bias[0], &bias[2]);
}
