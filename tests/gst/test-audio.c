#include "ir/build.h"
#include "ir/edit.h"
#include "lib/gstweirmeta.h"
#include "models.h"

#include <glib/gstdio.h>
#include <gst/check/gstharness.h>

/* Frames of audio through weirinfer: windows, times, and the state of a network with
 * memory. Sums of small whole numbers are exact. */

#define FEATURES "audio/x-raw,format=F32LE,layout=interleaved,rate=100,channels=2"
#define SAMPLES  "audio/x-raw,format=F32LE,layout=interleaved,rate=100,channels=1"
#define FRAME    (10 * GST_MSECOND)

/* [1,2] -> [1,2]: the sum of all frames so far. */
static WeirModel *
running_sum (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2));
  WeirPort zero = weir_build_constant (
      &b, "zero", weir_tensor_new_f32 (&WEIR_SHAPE (1, 2), (float[]){ 0, 0 }));
  WeirNode *read = weir_build_begin (&b, "ReadValue", "read", &zero, 1);
  WeirNode *assign;
  WeirPort y;

  weir_node_set_string (read, "variable_id", "v");
  y = weir_build2 (&b, "Add", "sum", x, weir_build_end (&b, read));
  assign = weir_build_begin (&b, "Assign", "assign", &y, 1);
  weir_node_set_string (assign, "variable_id", "v");
  weir_build_end (&b, assign);
  weir_build_result (&b, "sum", y);
  g_assert_no_error (b.error);
  return weir_model_new (graph, "sum", "ir");
}

/* The input as it came, of any shape. */
static WeirModel *
doubled (const WeirShape *shape)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, shape);

  weir_build_result (&b, "doubled", weir_build2 (&b, "Add", "doubled", x, x));
  g_assert_no_error (b.error);
  return weir_model_new (graph, "doubled", "ir");
}

static GstHarness *
harness (WeirModel *model, const char *manner, const char *caps)
{
  g_autofree char *path = write_network (model);
  g_autofree char *text = g_strdup_printf ("weirinfer model=%s %s", path, manner);
  GstHarness *h = gst_harness_new_parse (text);

  weir_model_unref (model);
  gst_harness_set_live (h, FALSE);
  gst_harness_set_src_caps_str (h, caps);
  return h;
}

static GstFlowReturn
push (GstHarness *h, gint64 frame, const float *values, guint n)
{
  GstBuffer *buffer = gst_buffer_new_memdup (values, n * sizeof *values);

  if (frame >= 0)
    GST_BUFFER_PTS (buffer) = (GstClockTime) frame * FRAME;
  return gst_harness_push (h, buffer);
}

/* The next buffer's output, its time and its length in frames. */
static void
expect (GstHarness *h, gint64 frame, gint64 frames, const float *values, guint n)
{
  g_autoptr (GstBuffer) buffer = gst_harness_pull (h);
  GstWeirTensorMeta *meta;

  g_assert_nonnull (buffer);
  g_assert_cmpuint (GST_BUFFER_PTS (buffer), ==,
                    frame < 0 ? GST_CLOCK_TIME_NONE : (GstClockTime) frame * FRAME);
  g_assert_cmpuint (GST_BUFFER_DURATION (buffer), ==, (GstClockTime) frames * FRAME);
  meta =
      (GstWeirTensorMeta *) gst_buffer_get_meta (buffer, GST_WEIR_TENSOR_META_API_TYPE);
  if (n == 0) {
    g_assert_null (meta);
    return;
  }
  g_assert_nonnull (meta);
  g_assert_cmpint (meta->region, ==, -1);
  g_assert_cmpuint (meta->n, ==, 1);
  g_assert_cmpuint (weir_tensor_count (meta->tensors[0]), ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat (weir_tensor_get (meta->tensors[0], i), ==, values[i]);
}

#define PUSH(h, frame, ...)                                                 \
  g_assert_cmpint (push (h, frame, (float[]){ __VA_ARGS__ },                \
                         sizeof (float[]){ __VA_ARGS__ } / sizeof (float)), \
                   ==, GST_FLOW_OK)
#define EXPECT(h, frame, frames, ...)                 \
  expect (h, frame, frames, (float[]){ __VA_ARGS__ }, \
          sizeof (float[]){ __VA_ARGS__ } / sizeof (float))

static const char *const manners[] = { "nireq=3", "nireq=1 threads=1" };

/* Whatever the buffers' size, a frame is a run, and the state goes on. The second buffer
 * ends within a frame. */
static void
test_state (gconstpointer manner)
{
  GstHarness *h = harness (running_sum (), manner, FEATURES);

  PUSH (h, 5, 1, 10, 2, 20);
  PUSH (h, 7, 3, 30, 4);
  PUSH (h, -1, 40);
  PUSH (h, -1, 5, 50);
  EXPECT (h, 5, 1, 1, 10);
  EXPECT (h, 6, 1, 3, 30);
  EXPECT (h, 7, 1, 6, 60);
  EXPECT (h, 8, 1, 10, 100);
  EXPECT (h, 9, 1, 15, 150);
  gst_harness_teardown (h);
}

static void
test_many (gconstpointer manner)
{
  GstHarness *h = harness (running_sum (), manner, FEATURES);
  float sum = 0;

  for (guint i = 0; i < 500; i++)
    PUSH (h, i, (float) (i % 7), 1);
  for (guint i = 0; i < 500; i++) {
    sum += (float) (i % 7);
    EXPECT (h, i, 1, sum, (float) i + 1);
  }
  gst_harness_teardown (h);
}

static void
flush (GstHarness *h)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  g_assert_true (gst_harness_push_event (h, gst_event_new_flush_start ()));
  g_assert_true (gst_harness_push_event (h, gst_event_new_flush_stop (TRUE)));
  g_assert_true (gst_harness_push_event (h, gst_event_new_segment (&segment)));
}

static void
new_segment (GstHarness *h)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 3 * GST_SECOND;
  g_assert_true (gst_harness_push_event (h, gst_event_new_segment (&segment)));
}

static void
new_caps (GstHarness *h)
{
  static const char *const texts[] = {
    "audio/x-raw,format=F32LE,layout=interleaved,rate=50,channels=2", FEATURES
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GstCaps) caps = gst_caps_from_string (texts[i]);

    g_assert_true (gst_harness_push_event (h, gst_event_new_caps (caps)));
  }
}

static void
gap (GstHarness *h)
{
  g_assert_true (gst_harness_push_event (h, gst_event_new_gap (FRAME, FRAME)));
}

/* A new stream behind the end of one, as playlists have it. */
static void
end (GstHarness *h)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  g_assert_true (gst_harness_push_event (h, gst_event_new_eos ()));
  g_assert_true (gst_harness_push_event (h, gst_event_new_stream_start ("next")));
  g_assert_true (gst_harness_push_event (h, gst_event_new_segment (&segment)));
}

static const struct {
  const char *name;
  void (*happen) (GstHarness *h);
  gboolean keeps; /* the half frame before it */
} breaks[] = {
  { "flush", flush, FALSE },  { "segment", new_segment, TRUE },
  { "caps", new_caps, TRUE }, { "gap", gap, TRUE },
  { "end", end, TRUE },
};

/* What comes behind a break begins anew: the state, and the window. A half frame before
 * it leaves without results; only a flush drops it. */
static void
test_break (gconstpointer index)
{
  guint i = GPOINTER_TO_UINT (index) % G_N_ELEMENTS (breaks);
  guint manner = GPOINTER_TO_UINT (index) / G_N_ELEMENTS (breaks);
  GstHarness *h = harness (running_sum (), manners[manner], FEATURES);

  PUSH (h, 0, 1, 10, 2, 20, 7);
  EXPECT (h, 0, 1, 1, 10);
  EXPECT (h, 1, 1, 3, 30);
  breaks[i].happen (h);
  PUSH (h, 400, 3, 30, 4, 40);
  if (breaks[i].keeps)
    expect (h, 2, 0, NULL, 0);
  EXPECT (h, 400, 1, 3, 30);
  EXPECT (h, 401, 1, 7, 70);
  gst_harness_teardown (h);
}

static void
test_discont (void)
{
  GstHarness *h = harness (running_sum (), "", FEATURES);
  GstBuffer *buffer = gst_buffer_new_memdup ((float[]){ 3, 30 }, 2 * sizeof (float));
  g_autoptr (GstBuffer) out = NULL;

  PUSH (h, 0, 1, 10, 7);
  EXPECT (h, 0, 1, 1, 10);
  GST_BUFFER_PTS (buffer) = 9 * FRAME;
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  g_assert_cmpint (gst_harness_push (h, buffer), ==, GST_FLOW_OK);
  PUSH (h, 10, 5, 50);
  expect (h, 1, 0, NULL, 0);
  EXPECT (h, 9, 1, 3, 30);
  out = gst_harness_pull (h);
  g_assert_false (GST_BUFFER_IS_DISCONT (out));
  gst_harness_teardown (h);
}

/* Three frames at a time; two are left at the end. */
static void
test_windows (void)
{
  GstHarness *h = harness (doubled (&WEIR_SHAPE (1, 3, 2)), "", FEATURES);

  PUSH (h, 0, 1, 2, 3, 4);
  PUSH (h, 2, 5, 6, 7, 8, 9, 10);
  g_assert_true (gst_harness_push_event (h, gst_event_new_eos ()));
  EXPECT (h, 0, 3, 2, 4, 6, 8, 10, 12);
  expect (h, 3, 2, NULL, 0);
  gst_harness_teardown (h);
}

/* All numbers of a channel together. */
static void
test_planar (void)
{
  GstHarness *h = harness (doubled (&WEIR_SHAPE (1, 2, 3)), "", FEATURES);

  PUSH (h, 0, 1, 2, 3, 4, 5, 6);
  EXPECT (h, 0, 3, 2, 6, 10, 4, 8, 12);
  gst_harness_teardown (h);
}

static void
test_samples (gconstpointer shape)
{
  GstHarness *h = harness (doubled (shape), "", SAMPLES);

  PUSH (h, 0, 1, 2, 3, 4, 5);
  PUSH (h, 5, 6, 7, 8);
  EXPECT (h, 0, 4, 2, 4, 6, 8);
  EXPECT (h, 4, 4, 10, 12, 14, 16);
  gst_harness_teardown (h);
}

/* A window is collected before its way begins. */
static void
test_latency (void)
{
  GstHarness *h = harness (doubled (&WEIR_SHAPE (5, 2)), "", FEATURES);

  PUSH (h, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  EXPECT (h, 0, 5, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20);
  gst_harness_set_live (h, TRUE);
  g_assert_cmpuint (gst_harness_query_latency (h), >=, 4 * FRAME);
  gst_harness_teardown (h);
}

static GstMessage *
wait_for (GstHarness *h, GstMessageType type)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (h->element);

  return gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, type);
}

/* The bus is there before the model is loaded. */
static GstHarness *
with_bus (WeirModel *model, const char *caps)
{
  g_autofree char *path = write_network (model);
  g_autoptr (GstElement) element = gst_element_factory_make ("weirinfer", NULL);
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstHarness *h;

  weir_model_unref (model);
  gst_object_ref_sink (element);
  g_object_set (element, "model", path, NULL);
  gst_element_set_bus (element, bus);
  h = gst_harness_new_with_element (element, "sink", "src");
  gst_harness_set_live (h, FALSE);
  gst_harness_set_src_caps_str (h, caps);
  return h;
}

/* What waits on the bus holds the element, which holds the bus. */
static void
end_with_bus (GstHarness *h)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (h->element);

  gst_harness_teardown (h);
  gst_bus_set_flushing (bus, TRUE);
}

/* Told by who loads the model, or, where the caps came later, by the first frame. */
static void
expect_refusal (WeirModel *model, const char *caps, const void *data, gsize size,
                const char *text)
{
  GstHarness *h = with_bus (model, caps);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (gst_harness_push (h, gst_buffer_new_memdup (data, size)), ==,
                   GST_FLOW_ERROR);
  message = wait_for (h, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_suffix (error->message, text));
  end_with_bus (h);
}

static void
test_misfit (void)
{
  static const guint8 picture[4 * 4 * 4];

  expect_refusal (doubled (&WEIR_SHAPE (1, 3)), FEATURES, (float[]){ 1, 2 }, 8,
                  "the model takes no frames of 2 channels: expected "
                  "an input of f32 like [frames,2] or [1,2,frames], found 'x' [1,3] of "
                  "f32");
  expect_refusal (doubled (&WEIR_SHAPE (2, 3, 2)), FEATURES, (float[]){ 1, 2 }, 8,
                  "the model takes no frames of 2 channels: expected "
                  "an input of f32 like [frames,2] or [1,2,frames], found 'x' [2,3,2] of "
                  "f32");
  expect_refusal (running_sum (),
                  "video/x-raw,format=BGRx,width=4,height=4,framerate=1/1", picture,
                  sizeof picture,
                  "the model takes no picture: expected an input of "
                  "rank 4 with 1 or 3 channels, found 'x' [1,2] of f32");
}

/* A model that does not take what is flowing does not replace one that does. */
static void
test_refused_swap (void)
{
  GstHarness *h = with_bus (running_sum (), FEATURES);
  g_autoptr (WeirModel) model = doubled (&WEIR_SHAPE (1, 3));
  g_autofree char *path = write_network (model);
  const char *refused = NULL;

  PUSH (h, 0, 1, 10);
  EXPECT (h, 0, 1, 1, 10);
  g_object_set (h->element, "model", path, NULL);
  while (refused == NULL) {
    g_autoptr (GstMessage) message = wait_for (h, GST_MESSAGE_ELEMENT);
    const GstStructure *s;

    g_assert_nonnull (message);
    s = gst_message_get_structure (message);
    if (gst_structure_has_name (s, "weir-model-refused"))
      refused = gst_structure_get_string (s, "error");
    g_assert_true (refused == NULL ||
                   g_str_has_prefix (refused, "the model takes no frames of 2"));
  }
  PUSH (h, 1, 2, 20);
  EXPECT (h, 1, 1, 3, 30);
  end_with_bus (h);
}

/* Detectors look at pictures only. */
static void
test_only_infer (void)
{
  g_autoptr (GstElement) detect = gst_element_factory_make ("weirdetect", NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string (FEATURES);
  g_autoptr (GstPad) pad =
      gst_element_get_static_pad (gst_object_ref_sink (detect), "sink");

  g_assert_false (gst_pad_query_accept_caps (pad, caps));
}

static void
add_with_manners (const char *name, GTestDataFunc test)
{
  for (guint i = 0; i < G_N_ELEMENTS (manners); i++) {
    g_autofree char *path = g_strdup_printf ("/gst/audio/%s/%s", name, manners[i]);

    g_test_add_data_func (path, manners[i], test);
  }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  register_elements ();
  add_with_manners ("state", test_state);
  add_with_manners ("many", test_many);
  for (guint i = 0; i < G_N_ELEMENTS (breaks) * G_N_ELEMENTS (manners); i++) {
    g_autofree char *path = g_strdup_printf ("/gst/audio/break/%s/%u",
                                             breaks[i % G_N_ELEMENTS (breaks)].name, i);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_break);
  }
  g_test_add_func ("/gst/audio/discont", test_discont);
  g_test_add_func ("/gst/audio/windows", test_windows);
  g_test_add_func ("/gst/audio/planar", test_planar);
  g_test_add_data_func ("/gst/audio/samples/1", &WEIR_SHAPE (4), test_samples);
  g_test_add_data_func ("/gst/audio/samples/2", &WEIR_SHAPE (1, 4), test_samples);
  g_test_add_data_func ("/gst/audio/samples/3", &WEIR_SHAPE (1, 1, 4), test_samples);
  g_test_add_func ("/gst/audio/latency", test_latency);
  g_test_add_func ("/gst/audio/misfit", test_misfit);
  g_test_add_func ("/gst/audio/refused-swap", test_refused_swap);
  g_test_add_func ("/gst/audio/only-infer", test_only_infer);
  result = g_test_run ();
  gst_deinit ();
  return result;
}
