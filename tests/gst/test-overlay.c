#include "lib/gstweirblend.h"
#include "lib/gstweirblur.h"
#include "lib/gstweircanvas.h"
#include "lib/gstweirmeta.h"
#include "models.h"
#include "regions.h"

#include <string.h>

/* weiroverlay by its pixels. */

static const char *const formats[] = { "NV12", "I420", "YV12", "YUY2", "UYVY", "RGB",
                                       "BGR",  "RGBA", "BGRA", "RGBx", "BGRx", "GRAY8" };

/* The colours as they are published: Okabe and Ito, Color Universal Design, 2008. */
static void
test_palette (void)
{
  static const struct {
    guint index;
    guint8 r, g, b;
  } rows[] = { { 0, 230, 159, 0 },  { 1, 86, 180, 233 }, { 2, 0, 158, 115 },
               { 3, 240, 228, 66 }, { 4, 213, 94, 0 },   { 5, 204, 121, 167 },
               { 6, 0, 114, 178 },  { 7, 230, 159, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmphex (gst_weir_palette (rows[i].index), ==,
                     (guint) rows[i].r << 16 | (guint) rows[i].g << 8 | rows[i].b);
}

static guint8
value (const GstVideoFrame *frame, guint component, guint x, guint y)
{
  const guint8 *data = GST_VIDEO_FRAME_COMP_DATA (frame, component);

  return data[y * (guint) GST_VIDEO_FRAME_COMP_STRIDE (frame, component) +
              x * (guint) GST_VIDEO_FRAME_COMP_PSTRIDE (frame, component)];
}

/* Orange (230,159,0) by BT.601: Y' = (0.299*230 + 0.587*159)/255 = 0.6357, Cb =
 * -0.6357/1.772, Cr = (0.902-0.6357)/1.402; in 16 to 235 and 16 to 240: 155, 48, 171. */
static void
test_blend (gconstpointer format)
{
  static const guint8 alphas[] = { 0, 255, 255, 51, 0, 255, 255, 51 };
  static const guint8 yuv[] = { 155, 48, 171 }, rgb[] = { 230, 159, 0, 255 };
  const GstWeirMask bar = { .x = 2, .y = 2, .width = 4, .height = 2 };
  const GstWeirMask shape = { alphas, 4, 8, 4, 4, 2 };
  const GstWeirMask thin = { .x = 1, .y = 6, .width = 1, .height = 2 };
  GstVideoInfo info;
  GstBuffer *buffer;
  GstVideoFrame frame;

  gst_video_info_set_format (&info, gst_video_format_from_string (format), 16, 8);
  info.colorimetry.matrix = GST_VIDEO_INFO_IS_RGB (&info) ? GST_VIDEO_COLOR_MATRIX_RGB
                                                          : GST_VIDEO_COLOR_MATRIX_BT601;
  if (!GST_VIDEO_INFO_IS_RGB (&info))
    info.colorimetry.range = GST_VIDEO_COLOR_RANGE_16_235;
  buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
  gst_buffer_memset (buffer, 0, 100, GST_VIDEO_INFO_SIZE (&info));
  g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READWRITE));
  gst_weir_blend (&frame, &bar, 0xe69f00);
  gst_weir_blend (&frame, &shape, 0xe69f00);
  gst_weir_blend (&frame, &thin, 0xe69f00);
  for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS (&frame); c++) {
    guint w = GST_VIDEO_FORMAT_INFO_W_SUB (info.finfo, c);
    guint h = GST_VIDEO_FORMAT_INFO_H_SUB (info.finfo, c);
    int full = GST_VIDEO_INFO_IS_RGB (&info) ? rgb[c] : yuv[c];
    double half = (full - 100) * 0.5;

    g_assert_cmpint (value (&frame, c, 2u >> w, 2u >> h), ==, full);
    g_assert_cmpint (value (&frame, c, 5u >> w, 3u >> h), ==, full);
    g_assert_cmpint (value (&frame, c, 6u >> w, 2u >> h), ==, 100);
    g_assert_cmpint (value (&frame, c, 2u >> w, 4u >> h), ==, 100);
    /* 0 and 1 of the colour beside each other, and 1 and a fifth; then 1 of two columns.
     */
    g_assert_cmpfloat_with_epsilon (value (&frame, c, 8u >> w, 4u >> h),
                                    w > 0 ? 100 + half : 100, 1);
    g_assert_cmpfloat_with_epsilon (value (&frame, c, 10u >> w, 5u >> h),
                                    w > 0 ? 100 + half * 1.2 : full, 1);
    g_assert_cmpfloat_with_epsilon (value (&frame, c, 11u >> w, 5u >> h),
                                    100 + half * (w > 0 ? 1.2 : 0.4), 1);
    g_assert_cmpfloat_with_epsilon (value (&frame, c, 1u >> w, 6u >> h),
                                    w > 0 ? 100 + half : full, 1);
  }
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (buffer);
}

static GstBuffer *
noise (const GstVideoInfo *info, guint seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (info), NULL);
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (gsize i = 0; i < map.size; i++)
    map.data[i] = (guint8) g_rand_int_range (rand, 0, 256);
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

/* The largest step between neighbours in a row of a component, inside of a part of the
 * frame. Of noise that is near 255; of 64 cells of its means, spread out, it is small. */
static int
largest_step (const GstVideoFrame *frame, guint component, const GstVideoRectangle *part)
{
  guint w = GST_VIDEO_FORMAT_INFO_W_SUB (frame->info.finfo, component);
  guint h = GST_VIDEO_FORMAT_INFO_H_SUB (frame->info.finfo, component);
  int most = 0;

  for (guint y = (guint) part->y >> h; y < (guint) (part->y + part->h) >> h; y++)
    for (guint x = ((guint) part->x >> w) + 1; x < (guint) (part->x + part->w) >> w; x++)
      most = MAX (most, ABS (value (frame, component, x, y) -
                             value (frame, component, x - 1, y)));
  return most;
}

static gboolean
is_alpha (const GstVideoFrame *frame, guint component)
{
  return GST_VIDEO_INFO_HAS_ALPHA (&frame->info) && component == GST_VIDEO_COMP_A;
}

/* Inside everything is smooth; alpha and what lies around are as they were. */
static void
test_blur (gconstpointer format)
{
  static const GstVideoRectangle inside = { 31, 21, 64, 48 }, around[] = {
    { 0, 0, 30, 90 }, { 96, 0, 64, 90 }, { 0, 0, 160, 20 }, { 0, 70, 160, 20 }
  };
  GstVideoInfo info;
  GstBuffer *buffer, *before;
  GstVideoFrame frame, old;

  gst_video_info_set_format (&info, gst_video_format_from_string (format), 160, 90);
  buffer = noise (&info, 3);
  before = gst_buffer_copy_deep (buffer);
  g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READWRITE));
  g_assert_true (gst_video_frame_map (&old, &info, before, GST_MAP_READ));
  gst_weir_blur (&frame, inside.x, inside.y, inside.w, inside.h);
  for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS (&frame); c++) {
    g_assert_cmpint (largest_step (&old, c, &inside), >, 200);
    if (is_alpha (&frame, c))
      g_assert_cmpint (largest_step (&frame, c, &inside), ==,
                       largest_step (&old, c, &inside));
    else
      g_assert_cmpint (largest_step (&frame, c, &inside), <, 40);
    for (guint i = 0; i < G_N_ELEMENTS (around); i++)
      g_assert_cmpint (largest_step (&frame, c, &around[i]), ==,
                       largest_step (&old, c, &around[i]));
  }
  gst_video_frame_unmap (&old);
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (before);
  gst_buffer_unref (buffer);
}

/* Sixteen pixels in a row are eight cells of two: 0 0 8 8 16 16 … have the means 0 8 16 …
 * Pixel 0 lies before the middle of the first cell; pixel 1 a quarter of the way from its
 * middle to that of the second, pixel 2 three quarters. */
static void
test_blur_values (void)
{
  GstVideoInfo info;
  GstBuffer *buffer;
  GstVideoFrame frame;
  guint8 *data;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_GRAY8, 16, 1);
  buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
  g_assert_true (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READWRITE));
  data = GST_VIDEO_FRAME_PLANE_DATA (&frame, 0);
  for (guint i = 0; i < 16; i++)
    data[i] = (guint8) (i / 2 * 8);
  gst_weir_blur (&frame, -3, -3, 100, 100);
  g_assert_cmpuint (data[0], ==, 0);
  g_assert_cmpuint (data[1], ==, 2);
  g_assert_cmpuint (data[2], ==, 6);
  g_assert_cmpuint (data[15], ==, 56);
  gst_weir_blur (&frame, 16, 0, 5, 5);
  gst_weir_blur (&frame, 0, 0, 0, 5);
  gst_weir_blur (&frame, 3, 0, 1, 1);
  g_assert_cmpuint (data[1], ==, 2);
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (buffer);
}

#define RGB_CAPS "video/x-raw,format=RGB,framerate=10/1,width=320,height=240"

static Run
draw (const char *line)
{
  Run run = run_new (line);

  gst_harness_set_src_caps_str (run.harness, RGB_CAPS);
  gst_video_info_set_format (&run.info, GST_VIDEO_FORMAT_RGB, 320, 240);
  return run;
}

static guint32
pixel (Run *run, GstBuffer *buffer, guint x, guint y)
{
  GstVideoFrame frame;
  guint32 color = 0;

  g_assert_true (gst_video_frame_map (&frame, &run->info, buffer, GST_MAP_READ));
  for (guint c = 0; c < 3; c++)
    color = color << 8 | value (&frame, c, x, y);
  gst_video_frame_unmap (&frame);
  return color;
}

/* Boxes in the colour of their class, or of their object. */
static void
test_boxes (void)
{
  static const struct {
    const char *line;
    guint32 first, second;
  } rows[] = {
    { "weiroverlay show-labels=false", 0xe69f00, 0x009e73 },
    { "weiroverlay show-labels=false color-by=track", 0xf0e442, 0x009e73 },
    { "weiroverlay show-labels=false show-boxes=false", 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    Run run = draw (rows[i].line);
    GstBuffer *buffer = frame_new (&run);

    add (&run, buffer, 10, 0.9, "a", 0);
    gst_weir_meta_set_object_id (region (buffer, 0), 4);
    add (&run, buffer, 100, 0.9, "b", 2);
    buffer = through (&run, buffer);
    g_assert_cmphex (pixel (&run, buffer, 25, 40), ==, rows[i].first);
    g_assert_cmphex (pixel (&run, buffer, 100, 70), ==, rows[i].second);
    g_assert_cmphex (pixel (&run, buffer, 115, 70), ==, 0);
    gst_buffer_unref (buffer);
    gst_harness_teardown (run.harness);
  }
}

/* Regions that nobody could have found. */
static void
test_beyond (void)
{
  static const guint numbers[] = { 0, 319, 320, G_MAXINT, G_MAXUINT };
  Run run = draw ("weirtrack ! weiranalytics ! weiroverlay blur-classes=*");
  GstBuffer *buffer = frame_new (&run);

  for (guint i = 0; i < 5 * 5 * 5; i++) {
    guint x = numbers[i % 5], y = numbers[i / 5 % 5], size = numbers[i / 25];

    gst_buffer_add_video_region_of_interest_meta (buffer, "far", x, y, size, size);
  }
  gst_buffer_unref (through (&run, buffer));
  buffer = frame_new (&run);
  add (&run, buffer, 20, 0.9, "near", 0);
  buffer = through (&run, buffer);
  g_assert_cmphex (pixel (&run, buffer, 20, 60), ==, 0xe69f00);
  gst_buffer_unref (buffer);
  gst_harness_teardown (run.harness);
}

/* A region that is larger than anything hides all of the frame. */
static void
test_all_blurred (void)
{
  Run run = draw ("weiroverlay show-labels=false show-boxes=false blur-classes=*");
  GstBuffer *buffer = noise (&run.info, 5);
  GstVideoRectangle all = { 0, 0, 320, 240 };
  GstVideoFrame frame;

  gst_buffer_add_video_region_of_interest_meta (buffer, "far", 0, 0, G_MAXUINT,
                                                G_MAXUINT);
  buffer = through (&run, buffer);
  g_assert_true (gst_video_frame_map (&frame, &run.info, buffer, GST_MAP_READ));
  g_assert_cmpint (largest_step (&frame, 0, &all), <, 10);
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (buffer);
  gst_harness_teardown (run.harness);
}

/* Feet walk along y 100; behind them lies the way of the last frames, as long as it may
 * be, and only while the object is there. */
static void
test_tails (void)
{
  Run run = draw ("weiroverlay show-labels=false show-boxes=false tail-length=5");

  for (guint i = 0; i < 20; i++) {
    GstBuffer *buffer = frame_new (&run);
    guint foot = 35 + i * 10;

    if (i == 12) {
      flush (&run);
    }
    add (&run, buffer, foot - 15, 0.9, "a", 0);
    gst_weir_meta_set_object_id (region (buffer, 0), 1);
    buffer = through (&run, buffer);
    g_assert_cmpint (pixel (&run, buffer, foot - 5, 100) != 0, ==, i > 0 && i != 12);
    g_assert_cmpint (pixel (&run, buffer, MAX (foot, 60) - 35, 100) != 0, ==,
                     (i >= 4 && i < 12) || i >= 16);
    g_assert_cmphex (pixel (&run, buffer, MAX (foot, 60) - 45, 100), ==, 0);
    if (i == 6) /* the nearest part is the surest */
      g_assert_cmpuint (pixel (&run, buffer, foot - 5, 100) >> 16, >,
                        pixel (&run, buffer, foot - 35, 100) >> 16);
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (run.harness);
}

static void
test_zones (void)
{
  static const char *const lines[] = {
    "weiranalytics name=a ! weiroverlay",
    "weiranalytics name=a ! weiroverlay show-zones=false"
  };

  for (guint i = 0; i < 2; i++) {
    Run run = draw (lines[i]);
    g_autoptr (GstElement) element =
        gst_bin_get_by_name (GST_BIN (run.harness->element), "a");
    GstBuffer *buffer;

    g_object_set (
        element, "zones",
        "[{\"id\":\"a\",\"type\":\"polygon\",\"points\":[[100,100],[200,100],[200,200],"
        "[100,200]],\"color\":{\"r\":0,\"g\":0,\"b\":200},\"thickness\":4},"
        "{\"id\":\"b\",\"type\":\"circle\",\"center\":[50,150],\"radius\":30},"
        "{\"id\":\"off\",\"type\":\"circle\",\"center\":[-900,150],\"radius\":30}]",
        "tripwires", "[{\"id\":\"w\",\"points\":[[250,50],[250,220]]}]", NULL);
    buffer = through (&run, frame_new (&run));
    g_assert_cmphex (pixel (&run, buffer, 100, 150), ==, i == 0 ? 0x0000c8 : 0);
    /* a fifth of 200 */
    g_assert_cmphex (pixel (&run, buffer, 150, 150), ==, i == 0 ? 0x000028 : 0);
    g_assert_cmphex (pixel (&run, buffer, 20, 150), ==, i == 0 ? 0xffffff : 0);
    g_assert_cmphex (pixel (&run, buffer, 250, 200), ==, i == 0 ? 0xf0e442 : 0);
    g_assert_cmphex (pixel (&run, buffer, 300, 200), ==, 0);
    gst_buffer_unref (buffer);
    gst_harness_teardown (run.harness);
  }
}

static void
test_fps (void)
{
  Run run = draw ("weiroverlay show-fps=true");
  GstBuffer *buffer = frame_new (&run);
  guint ink = 0;

  /* Letters that fonts draw as they like: some of them nearly white, on black. */
  buffer = through (&run, buffer);
  for (guint y = 0; y < 24; y++)
    for (guint x = 0; x < 60; x++)
      ink += (pixel (&run, buffer, x, y) & 0xff) > 0xa0;
  g_assert_cmpuint (ink, >, 10);
  gst_buffer_unref (buffer);
  gst_harness_teardown (run.harness);
}

/* Only what was named, by label or by number, is changed. */
static void
test_classes (void)
{
  static const struct {
    const char *classes;
    gboolean first, second;
  } rows[] = { { "face", TRUE, FALSE }, { " hat , face", TRUE, FALSE },
               { "7", FALSE, TRUE },    { "*", TRUE, TRUE },
               { "", FALSE, FALSE },    { "fac", FALSE, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    Run run = draw ("weiroverlay show-labels=false show-boxes=false");
    GstElement *element = gst_harness_find_element (run.harness, "weiroverlay");
    GstBuffer *buffer = noise (&run.info, 5), *old = gst_buffer_copy_deep (buffer);
    gboolean first, second;

    g_object_set (element, "blur-classes", rows[i].classes, NULL);
    add (&run, buffer, 20, 0.9, "face", 0);
    add (&run, buffer, 200, 0.9, "hat stand", 7);
    buffer = through (&run, buffer);
    first = pixel (&run, buffer, 30, 60) != pixel (&run, old, 30, 60) &&
            pixel (&run, buffer, 16, 60) != pixel (&run, old, 16, 60);
    second = pixel (&run, buffer, 210, 60) != pixel (&run, old, 210, 60);
    g_assert_cmpint (first, ==, rows[i].first);
    g_assert_cmpint (second, ==, rows[i].second);
    g_assert_cmphex (pixel (&run, buffer, 120, 60), ==, pixel (&run, old, 120, 60));
    gst_buffer_unref (old);
    gst_buffer_unref (buffer);
    gst_object_unref (element);
    gst_harness_teardown (run.harness);
  }
}

/* Drawing in every format, in odd sizes, and beyond the frame. */
static void
test_formats (gconstpointer format)
{
  g_autofree char *line = g_strdup_printf (
      "videotestsrc num-buffers=3 ! video/x-raw,format=%s,width=61,height=47 ! "
      "weiranalytics name=a ! weiroverlay show-fps=true ! fakesink",
      (const char *) format);
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, NULL);
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (pipeline), "a");

  g_object_set (element, "zones",
                "[{\"id\":\"a\",\"type\":\"circle\",\"center\":[60,46],\"radius\":500}]",
                NULL);
  run_pipeline (pipeline);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  register_elements ();
  g_test_add_func ("/gst/overlay/palette", test_palette);
  g_test_add_func ("/gst/overlay/blur-values", test_blur_values);
  g_test_add_func ("/gst/overlay/boxes", test_boxes);
  g_test_add_func ("/gst/overlay/beyond", test_beyond);
  g_test_add_func ("/gst/overlay/all-blurred", test_all_blurred);
  g_test_add_func ("/gst/overlay/tails", test_tails);
  g_test_add_func ("/gst/overlay/zones", test_zones);
  g_test_add_func ("/gst/overlay/fps", test_fps);
  g_test_add_func ("/gst/overlay/classes", test_classes);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *blend = g_strdup_printf ("/gst/overlay/blend/%s", formats[i]);
    g_autofree char *blur = g_strdup_printf ("/gst/overlay/blur/%s", formats[i]);
    g_autofree char *all = g_strdup_printf ("/gst/overlay/formats/%s", formats[i]);

    g_test_add_data_func (blend, formats[i], test_blend);
    g_test_add_data_func (blur, formats[i], test_blur);
    g_test_add_data_func (all, formats[i], test_formats);
  }
  result = g_test_run ();
  gst_deinit ();
  return result;
}
