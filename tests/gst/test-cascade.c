#include "ir/build.h"
#include "lib/gstweirmeta.h"
#include "models.h"

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

/* A detector that looks at regions: what becomes of them, and of what it finds twice. */

#define WIDTH  64
#define HEIGHT 16
#define CAPS   "video/x-raw,format=GRAY8,width=64,height=16,framerate=1/1"

/* The last stage of MTCNN in little: the brighter a region, the more it is a face, of the
 * region's size. */
static WeirModel *
brightness (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 3, 24, 24));
  WeirPort axes = weir_build_i64 (&b, "axes", (gint64[]){ 1, 2, 3 }, 3);
  WeirPort mean = weir_build2 (&b, "ReduceMean", "mean", x, axes);
  WeirPort column =
      weir_build_reshape (&b, "column", mean, (const gint64[]){ 1, 1 }, 2, FALSE);
  WeirPort to_scores = weir_build_constant (
      &b, "to_scores", weir_tensor_new_f32 (&WEIR_SHAPE (1, 2), (float[]){ 0, 1 }));
  WeirPort to_box = weir_build_constant (
      &b, "to_box", weir_tensor_new_f32 (&WEIR_SHAPE (1, 4), (float[]){ 0, 0, 0, 0 }));

  weir_build_result (&b, "scores", weir_build2 (&b, "Multiply", "s", column, to_scores));
  weir_build_result (&b, "box", weir_build2 (&b, "Multiply", "o", column, to_box));
  g_assert_no_error (b.error);
  return weir_model_new (graph, "brightness", "ir");
}

/* White to the left, grey to the right of the middle. The first two regions overlap, the
 * second is partly grey; the third lies apart; the fourth is of another kind. */
static GstBuffer *
frame (void)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, WIDTH * HEIGHT, NULL);
  GstVideoInfo info;
  GstMapInfo map;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_GRAY8, WIDTH, HEIGHT);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; i++)
    map.data[i] = i % WIDTH < WIDTH / 2 ? 255 : 210;
  gst_buffer_unmap (buffer, &map);
  gst_weir_meta_add_region (buffer, &info, 20, 0, 16, 16, 1, 0, "candidate");
  gst_weir_meta_add_region (buffer, &info, 16, 0, 16, 16, 1, 0, "candidate");
  gst_weir_meta_add_region (buffer, &info, 48, 0, 16, 16, 1, 0, "candidate");
  gst_weir_meta_add_region (buffer, &info, 16, 0, 16, 16, 1, 0, "other");
  return buffer;
}

static guint
count (GstBuffer *buffer, const char *type)
{
  GstVideoRegionOfInterestMeta *roi;
  gpointer state = NULL;
  guint n = 0;

  while ((roi = (GstVideoRegionOfInterestMeta *) gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    if (roi->roi_type != g_quark_from_string (type))
      continue;
    n++;
    if (g_str_equal (type, "face"))
      g_assert_true (roi->x == 16 || roi->x == 48);
  }
  return n;
}

static void
check (const char *properties, guint candidates)
{
  g_autoptr (WeirModel) model = brightness ();
  g_autofree char *path = write_network (model);
  g_autofree char *text =
      g_strdup_printf ("weirdetect model=%s inference-region=roi-list threads=1 nireq=1 "
                       "object-class=candidate labels=face, threshold=0.4 %s",
                       path, properties);
  GstHarness *h = gst_harness_new_parse (text);
  g_autoptr (GstBuffer) out = NULL;

  gst_harness_set_live (h, FALSE);
  gst_harness_set_src_caps_str (h, CAPS);
  g_assert_cmpint (gst_harness_push (h, frame ()), ==, GST_FLOW_OK);
  out = gst_harness_pull (h);
  g_assert_cmpuint (count (out, "face"), ==, 2);
  g_assert_cmpuint (count (out, "candidate"), ==, candidates);
  g_assert_cmpuint (count (out, "other"), ==, 1);
  gst_harness_teardown (h);
}

static void
test_keeps (void)
{
  check ("", 3);
}

static void
test_drops (void)
{
  check ("keep-regions=false", 0);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  register_elements ();
  g_test_add_func ("/gst/cascade/keeps", test_keeps);
  g_test_add_func ("/gst/cascade/drops", test_drops);
  result = g_test_run ();
  gst_deinit ();
  return result;
}
