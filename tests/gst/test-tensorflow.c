#include "models.h"

#include <glib/gstdio.h>
#include <gst/video/video.h>
#include <string.h>

/* Models of TensorFlow as elements are given them: the directory of a SavedModel, a graph
 * beside its pipeline.config, and the bytes of both. The detector finds one box wherever
 * the picture is light. */

#define NODE(name, op, rest) "node { name: '" name "' op: '" op "' " rest " } "
#define INPUT(name)          "input: '" name "' "
#define VALUES(name, type, dims, values)                                      \
  NODE (name, "Const",                                                        \
        "attr { key: 'dtype' value { type: " type " } } attr { key: 'value' " \
        "value { tensor { dtype: " type " tensor_shape { " dims " } " values " } } }")
#define DIM(n)  "dim { size: " n " } "
#define RESIZED "Preprocessor/map/TensorArrayStack/TensorArrayGatherV3"
#define SCATTERED \
  "Preprocessor/map/TensorArrayUnstack/TensorArrayScatter/TensorArrayScatterV3"

#define GRAPH                                                                            \
  NODE ("image_tensor", "Placeholder",                                                   \
        "attr { key: 'dtype' value { type: DT_UINT8 } } attr { key: 'shape' value "      \
        "{ shape { " DIM ("-1") DIM ("-1") DIM ("-1") DIM ("3") " } } }")                \
  NODE (SCATTERED, "Unknown",                                                            \
        INPUT ("image_tensor") INPUT ("image_tensor") INPUT ("image_tensor"))            \
  NODE (RESIZED, "Unknown", INPUT (SCATTERED))                                           \
  NODE ("cast", "Cast", INPUT (RESIZED) "attr { key: 'DstT' value { type: DT_FLOAT } }") \
  VALUES ("axes", "DT_INT32", DIM ("3"), "int_val: [1, 2, 3]")                           \
  NODE ("mean", "Mean", INPUT ("cast") INPUT ("axes"))                                   \
  VALUES ("codes", "DT_FLOAT", DIM ("2") DIM ("4"),                                      \
          "float_val: [0, 0, 0, 0, 0, 0, "                                               \
          "0, 0]")                                                                       \
  VALUES ("anchors", "DT_FLOAT", DIM ("2") DIM ("4"),                                    \
          "float_val: [0.1, 0.2, 0.5, 0.4, 0.5, 0.5, 0.9, 0.7]")                         \
  VALUES ("weights", "DT_FLOAT", DIM ("1") DIM ("2") DIM ("3"),                          \
          "float_val: [0, 0.003, 0, 0, 0, 0.0001]")                                      \
  NODE ("scores", "Mul", INPUT ("weights") INPUT ("mean"))                               \
  NODE ("Postprocessor/convert_scores", "Identity", INPUT ("scores"))                    \
  NODE ("Postprocessor/Decode/transpose", "Identity", INPUT ("codes"))                   \
  NODE ("Postprocessor/Decode/get_center_coordinates_and_sizes/transpose", "Identity",   \
        INPUT ("anchors"))                                                               \
  NODE ("detection_boxes", "Identity", INPUT ("Postprocessor/Decode/transpose"))

#define SAVED                                                                    \
  "saved_model_schema_version: 1 meta_graphs { meta_info_def { tags: 'serve' } " \
  "graph_def { " GRAPH " } }"

#define PIPELINE                                                                     \
  "model { ssd { num_classes: 2 image_resizer { fixed_shape_resizer { height: 20 "   \
  "width: 30 } } box_coder { faster_rcnn_box_coder { } } feature_extractor { type: " \
  "'x' } post_processing { batch_non_max_suppression { score_threshold: 0.3 "        \
  "iou_threshold: 0.6 max_detections_per_class: 3 max_total_detections: 3 } "        \
  "score_converter: SIGMOID } } } train_config { batch_size: 2 }"

/* A folder with files of these names and texts, and "saved_model" within it. */
typedef struct {
  char *folder;
  GPtrArray *paths;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  (void) data;
  f->folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  f->paths = g_ptr_array_new_with_free_func (g_free);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *below = g_build_filename (f->folder, "saved_model", NULL);

  (void) data;
  for (guint i = 0; i < f->paths->len; i++)
    g_unlink (f->paths->pdata[i]);
  g_rmdir (below);
  g_rmdir (f->folder);
  g_ptr_array_unref (f->paths);
  g_free (f->folder);
}

static const char *
write_file (Fixture *f, const char *name, const char *text)
{
  char *path = g_build_filename (f->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_ptr_array_add (f->paths, path);
  return path;
}

typedef struct {
  guint frames, boxes;
  GstVideoRegionOfInterestMeta box;
} Seen;

static void
on_frame (GstElement *sink, GstBuffer *buffer, GstPad *pad, Seen *seen)
{
  gpointer state = NULL;
  GstMeta *meta;

  (void) sink;
  (void) pad;
  seen->frames++;
  while ((meta = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    seen->boxes++;
    seen->box = *(GstVideoRegionOfInterestMeta *) meta;
  }
}

/* The anchor [0.2, 0.1] to [0.4, 0.5] in each of three white frames, and in no black one.
 */
static void
assert_detects (const char *beginning, const char *detect)
{
  static const struct {
    const char *pattern;
    guint boxes;
  } rows[] = { { "white", 3 }, { "black", 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text = g_strdup_printf (
        "%s videotestsrc num-buffers=3 pattern=%s ! video/x-raw,width=100,height=200 ! "
        "weirdetect name=d cache-dir=\"\" decoder=ssd threshold=0.5 %s ! fakesink "
        "name=sink "
        "signal-handoffs=true sync=false",
        beginning, rows[i].pattern, detect);
    GError *error = NULL;
    g_autoptr (GstElement) pipeline = gst_parse_launch (text, &error);
    g_autoptr (GstElement) sink = NULL;
    Seen seen = { 0 };

    g_assert_no_error (error);
    sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
    g_signal_connect (sink, "handoff", G_CALLBACK (on_frame), &seen);
    run_pipeline (pipeline);
    g_assert_cmpuint (seen.frames, ==, 3);
    g_assert_cmpuint (seen.boxes, ==, rows[i].boxes);
    if (seen.boxes == 0)
      continue;
    g_assert_cmpuint (seen.box.x, ==, 20);
    g_assert_cmpuint (seen.box.y, ==, 20);
    g_assert_cmpuint (seen.box.w, ==, 20);
    g_assert_cmpuint (seen.box.h, ==, 80);
  }
}

/* The API exports pipeline.config beside the folder of the SavedModel. */
static void
test_directory (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->folder, "saved_model", NULL);
  g_autofree char *model = g_strdup_printf ("model=%s/", folder);
  g_autofree char *file = g_strdup_printf (
      "model=%s", write_file (f, "saved_model/saved_model.pbtxt", SAVED));

  (void) data;
  write_file (f, "pipeline.config", PIPELINE);
  assert_detects ("", model);
  assert_detects ("", file);
}

static void
test_within (Fixture *f, gconstpointer data)
{
  g_autofree char *model = g_strdup_printf ("model=%s/saved_model", f->folder);

  (void) data;
  write_file (f, "saved_model/saved_model.pbtxt", SAVED);
  write_file (f, "saved_model/pipeline.config", PIPELINE);
  assert_detects ("", model);
}

/* The folder around that of a graph is none of its own. */
static void
test_graph (Fixture *f, gconstpointer data)
{
  g_autofree char *model =
      g_strdup_printf ("model=%s", write_file (f, "saved_model/graph.pbtxt", GRAPH));
  g_autofree char *text = g_strdup_printf (
      "videotestsrc num-buffers=1 ! weirdetect cache-dir=\"\" %s ! fakesink", model);
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, NULL);

  (void) data;
  write_file (f, "pipeline.config", PIPELINE);
  expect_error (pipeline, "(Unknown): an unknown operation");
  write_file (f, "saved_model/pipeline.config", PIPELINE);
  assert_detects ("", model);
}

/* Bytes have no folder: an option names the pipeline.config. */
static void
test_convert (Fixture *f, gconstpointer data)
{
  const char *texts[] = { GRAPH, SAVED };
  const char *pipeline = write_file (f, "pipeline.config", PIPELINE);

  (void) data;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *beginning = g_strdup_printf (
        "filesrc location=%s ! typefind ! application/x-tensorflow ! weirconvert "
        "tensorflow-object-detection-api-pipeline-config=%s ! d.model ",
        write_file (f, "model", texts[i]), pipeline);

    assert_detects (beginning, "");
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  register_elements ();
  g_test_add ("/gst/tensorflow/directory", Fixture, NULL, set_up, test_directory,
              tear_down);
  g_test_add ("/gst/tensorflow/within", Fixture, NULL, set_up, test_within, tear_down);
  g_test_add ("/gst/tensorflow/graph", Fixture, NULL, set_up, test_graph, tear_down);
  g_test_add ("/gst/tensorflow/convert", Fixture, NULL, set_up, test_convert, tear_down);
  return g_test_run ();
}
