#include "gstweirblend.h"

#include <math.h>

/* What @color is for each component, alpha too. */
static void
components_of (const GstVideoInfo *info, guint32 color, guint8 values[4])
{
  double r = (color >> 16 & 0xff) / 255.0, g = (color >> 8 & 0xff) / 255.0;
  double b = (color & 0xff) / 255.0, kr = 0.299, kb = 0.114, parts[3];
  int offset[GST_VIDEO_MAX_COMPONENTS], scale[GST_VIDEO_MAX_COMPONENTS];

  values[3] = 255;
  if (GST_VIDEO_INFO_IS_RGB (info)) {
    values[0] = (guint8) (color >> 16);
    values[1] = (guint8) (color >> 8);
    values[2] = (guint8) color;
    return;
  }
  gst_video_color_matrix_get_Kr_Kb (info->colorimetry.matrix, &kr, &kb);
  gst_video_color_range_offsets (info->colorimetry.range, info->finfo, offset, scale);
  parts[0] = kr * r + (1 - kr - kb) * g + kb * b;
  parts[1] = (b - parts[0]) / (2 * (1 - kb));
  parts[2] = (r - parts[0]) / (2 * (1 - kr));
  for (guint c = 0; c < GST_VIDEO_INFO_N_COMPONENTS (info) && c < 3; c++)
    values[c] = (guint8) CLAMP (lround (offset[c] + scale[c] * parts[c]), 0, 255);
}

/* One row of one component: pixel i covers @fold pixels of each of @n_rows rows. */
typedef struct {
  guint8 *data;
  int step;
  int first, last; /* pixels of the frame that the mask covers, the last one not */
  int fold;
  const guint8 *rows[2];
  int n_rows;
  int area; /* pixels that one of the component covers */
} Line;

static guint
cover (const Line *line, int left, int right)
{
  guint sum = 0;

  for (int k = 0; k < line->n_rows; k++)
    for (int x = left; x < right; x++)
      sum += line->rows[k] != NULL ? line->rows[k][x - line->first] : 255;
  return sum / (guint) line->area;
}

static guint8
mix (guint8 old, guint8 value, guint alpha)
{
  return (guint8) ((old * (255 - alpha) + value * alpha + 127) / 255);
}

static void
blend_line (const Line *line, guint8 value)
{
  int begin = line->first / line->fold, end = (line->last - 1) / line->fold;
  guint8 *to = line->data + (gssize) begin * line->step;

  for (int i = begin; i <= end; i++, to += line->step) {
    guint alpha = cover (line, MAX (i * line->fold, line->first),
                         MIN ((i + 1) * line->fold, line->last));

    if (alpha > 0)
      *to = mix (*to, value, alpha);
  }
}

/* The most frequent case: each pixel has a byte of the mask to itself. */
static void
blend_whole_line (guint8 *data, int step, const guint8 *alpha, int n, guint8 value)
{
  for (int i = 0; i < n; i++, data += step)
    if (alpha[i] > 0)
      *data = mix (*data, value, alpha[i]);
}

/* The same where pixels lie side by side, in a form that compilers turn into vectors. */
static void
blend_dense_line (guint8 *data, const guint8 *alpha, int n, guint8 value)
{
  for (int i = 0; i < n; i++) {
    guint sum = (guint) data[i] * (255u - alpha[i]) + (guint) value * alpha[i] + 128;

    data[i] = (guint8) ((sum + (sum >> 8)) >> 8);
  }
}

static void
blend_component (GstVideoFrame *frame, const GstWeirMask *mask, guint c, guint8 value)
{
  guint w = GST_VIDEO_FORMAT_INFO_W_SUB (frame->info.finfo, c);
  guint h = GST_VIDEO_FORMAT_INFO_H_SUB (frame->info.finfo, c);
  int tall = 1 << h, bottom = mask->y + mask->height;
  Line line = { .step = GST_VIDEO_FRAME_COMP_PSTRIDE (frame, c),
                .first = mask->x,
                .last = mask->x + mask->width,
                .fold = 1 << w,
                .area = 1 << (w + h) };

  for (int y = mask->y >> h; y <= (bottom - 1) >> h; y++) {
    int top = MAX (y * tall, mask->y);

    line.data = (guint8 *) GST_VIDEO_FRAME_COMP_DATA (frame, c) +
                (gssize) y * GST_VIDEO_FRAME_COMP_STRIDE (frame, c);
    line.n_rows = MIN ((y + 1) * tall, bottom) - top;
    for (int k = 0; k < line.n_rows; k++)
      line.rows[k] = mask->alpha != NULL
                         ? mask->alpha + (gssize) (top + k - mask->y) * mask->stride
                         : NULL;
    if (line.area == 1 && line.rows[0] != NULL && line.step == 1)
      blend_dense_line (line.data + line.first, line.rows[0], mask->width, value);
    else if (line.area == 1 && line.rows[0] != NULL)
      blend_whole_line (line.data + (gssize) line.first * line.step, line.step,
                        line.rows[0], mask->width, value);
    else
      blend_line (&line, value);
  }
}

void
gst_weir_blend (GstVideoFrame *frame, const GstWeirMask *mask, guint32 color)
{
  guint8 values[4];

  if (mask->width <= 0 || mask->height <= 0)
    return;
  components_of (&frame->info, color, values);
  for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS (frame); c++)
    blend_component (frame, mask, c, values[c]);
}
