#include "gstweirblur.h"

#define CELLS 8

/* A part of one component of a frame. */
typedef struct {
  guint8 *data;
  int stride, step;
  guint width, height;
} Patch;

static guint8 *
value_at (const Patch *patch, guint x, guint y)
{
  return patch->data + (gssize) y * patch->stride + (gssize) x * patch->step;
}

static void
average (const Patch *patch, guint columns, guint rows, float cells[CELLS][CELLS])
{
  for (guint r = 0; r < rows; r++)
    for (guint c = 0; c < columns; c++) {
      guint left = c * patch->width / columns, right = (c + 1) * patch->width / columns;
      guint top = r * patch->height / rows, bottom = (r + 1) * patch->height / rows;
      guint64 sum = 0;

      for (guint y = top; y < bottom; y++)
        for (guint x = left; x < right; x++)
          sum += *value_at (patch, x, y);
      cells[r][c] = (float) sum / (float) ((right - left) * (bottom - top));
    }
}

/* Which two cells a pixel lies between, and how far from the first. */
static float
between (guint pixel, guint size, guint cells, guint *first, guint *second)
{
  float at = ((float) pixel + 0.5f) * (float) cells / (float) size - 0.5f;

  at = CLAMP (at, 0, (float) (cells - 1));
  *first = (guint) at;
  *second = MIN (*first + 1, cells - 1);
  return at - (float) *first;
}

static void
spread (const Patch *patch, guint columns, guint rows, float cells[CELLS][CELLS])
{
  for (guint y = 0; y < patch->height; y++) {
    guint r0, r1;
    float v = between (y, patch->height, rows, &r0, &r1);

    for (guint x = 0; x < patch->width; x++) {
      guint c0, c1;
      float h = between (x, patch->width, columns, &c0, &c1);
      float upper = cells[r0][c0] + h * (cells[r0][c1] - cells[r0][c0]);
      float lower = cells[r1][c0] + h * (cells[r1][c1] - cells[r1][c0]);

      *value_at (patch, x, y) = (guint8) (upper + v * (lower - upper) + 0.5f);
    }
  }
}

static void
blur_patch (const Patch *patch)
{
  guint columns = MIN (CELLS, patch->width), rows = MIN (CELLS, patch->height);
  float cells[CELLS][CELLS];

  average (patch, columns, rows, cells);
  spread (patch, columns, rows, cells);
}

void
gst_weir_blur (GstVideoFrame *frame, int x, int y, int width, int height)
{
  const GstVideoFormatInfo *format = frame->info.finfo;
  int right = (int) MIN ((gint64) x + width, GST_VIDEO_FRAME_WIDTH (frame));
  int bottom = (int) MIN ((gint64) y + height, GST_VIDEO_FRAME_HEIGHT (frame));

  x = MAX (x, 0);
  y = MAX (y, 0);
  if (right <= x || bottom <= y)
    return;
  for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS (frame); c++) {
    int left = x >> GST_VIDEO_FORMAT_INFO_W_SUB (format, c);
    int top = y >> GST_VIDEO_FORMAT_INFO_H_SUB (format, c);
    Patch patch = { .stride = GST_VIDEO_FRAME_COMP_STRIDE (frame, c),
                    .step = GST_VIDEO_FRAME_COMP_PSTRIDE (frame, c) };

    if (GST_VIDEO_FORMAT_INFO_HAS_ALPHA (format) && c == GST_VIDEO_COMP_A)
      continue;
    patch.width = (guint) (GST_VIDEO_FORMAT_INFO_SCALE_WIDTH (format, c, right) - left);
    patch.height = (guint) (GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT (format, c, bottom) - top);
    patch.data = (guint8 *) GST_VIDEO_FRAME_COMP_DATA (frame, c) +
                 (gssize) top * patch.stride + (gssize) left * patch.step;
    blur_patch (&patch);
  }
}
