#include "base/error.h"
#include "compare.h"
#include "frontends/frontend.h"
#include "ir/evaluate.h"

#include <glib/gstdio.h>
#include <string.h>

/* Small graphs with the nodes by which networks of the Object Detection API and YOLO are
 * known, as configurations replace them. Expected rows are worked out by hand. */

#define FLOATS(name, dims, values)                                                    \
  "node { name: \"" name "\" op: \"Const\" attr { key: \"dtype\" value { type: "      \
  "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT tensor_shape " \
  "{ " dims " } float_val: [" values "] } } } } "
#define DIM(n)                 "dim { size: " #n " } "
#define NODE(name, op, inputs) "node { name: \"" name "\" op: \"" op "\" " inputs "} "
#define INPUT(name)            "input: \"" name "\" "
#define IDENTITY(name, from)   NODE (name, "Identity", INPUT (from))

#define IMAGE                                                                           \
  "node { name: \"image_tensor\" op: \"Placeholder\" attr { key: \"dtype\" value { "    \
  "type: "                                                                              \
  "DT_UINT8 } } attr { key: \"shape\" value { shape { dim { size: -1 } dim { size: -1 " \
  "} "                                                                                  \
  "dim { size: -1 } dim { size: 3 } } } } } "

/* What resizes is a loop: here an operation that nobody can convert. */
#define PREPROCESSOR                                                                \
  IMAGE NODE ("Preprocessor/map/TensorArrayUnstack/TensorArrayScatter/"             \
              "TensorArrayScatterV3",                                               \
              "Unknown",                                                            \
              INPUT ("image_tensor") INPUT ("image_tensor") INPUT ("image_tensor")) \
      NODE ("Preprocessor/map/TensorArrayStack/TensorArrayGatherV3", "Unknown",     \
            INPUT ("Preprocessor/map/TensorArrayUnstack/TensorArrayScatter/"        \
                   "TensorArrayScatterV3"))                                         \
          IDENTITY ("features", "Preprocessor/map/TensorArrayStack/TensorArrayGatherV3")

/* Two anchors [ymin, xmin, ymax, xmax]; the second one's box is moved by a tenth of its
 * size down and two tenths to the right. */
#define SSD                                                                              \
  PREPROCESSOR FLOATS ("codes", DIM (2) DIM (4), "0, 0, 0, 0, 1, 2, 0, 0")               \
      FLOATS ("anchors", DIM (2) DIM (4), "0.1, 0.2, 0.5, 0.4, 0.5, 0.5, 0.9, 0.7")      \
          FLOATS ("scores", DIM (1) DIM (2) DIM (3), "0, 0.9, 0.2, 0, 0.1, 0.8")         \
              IDENTITY ("Postprocessor/convert_scores", "scores")                        \
                  IDENTITY ("Postprocessor/Decode/transpose", "codes") IDENTITY (        \
                      "Postprocessor/Decode/get_center_coordinates_and_sizes/transpose", \
                      "anchors")                                                         \
                      IDENTITY ("detection_boxes", "Postprocessor/Decode/transpose")

#define PIPELINE(coder, classes)                                                        \
  "model { ssd { num_classes: " classes                                                 \
  " image_resizer { fixed_shape_resizer { height: "                                     \
  "20 width: 30 } } box_coder { " coder " { } } feature_extractor { type: \"x\" } "     \
  "post_processing { batch_non_max_suppression { score_threshold: 0.3 iou_threshold: "  \
  "0.6 max_detections_per_class: 3 max_total_detections: 3 } score_converter: SIGMOID " \
  "} } } train_config { batch_size: 2 }"

static const float coded_rows[] = { 0, 1, 0.9f, 0.2f,  0.1f,  0.4f,  0.5f,
                                    0, 2, 0.8f, 0.54f, 0.54f, 0.74f, 0.94f };

typedef struct {
  char *folder, *pipeline, *config;
  GHashTable *options;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("weir-detection-XXXXXX", NULL);
  f->pipeline = g_build_filename (f->folder, "pipeline.config", NULL);
  f->config = g_build_filename (f->folder, "own.json", NULL);
  f->options = g_hash_table_new (g_str_hash, g_str_equal);
  (void) data;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_unlink (f->pipeline);
  g_unlink (f->config);
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->pipeline);
  g_free (f->config);
  g_hash_table_unref (f->options);
  (void) data;
}

static void
write_file (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
ask (Fixture *f, const char *config, const char *pipeline)
{
  if (pipeline != NULL) {
    write_file (f->pipeline, pipeline);
    g_hash_table_insert (f->options, "tensorflow_object_detection_api_pipeline_config",
                         f->pipeline);
  }
  if (config != NULL)
    g_hash_table_insert (f->options, "transformations_config", (gpointer) config);
}

static void
ask_own (Fixture *f, const char *json, const char *pipeline)
{
  write_file (f->config, json);
  ask (f, f->config, pipeline);
}

/* @beside: whether pipeline.config lies beside the model. */
static WeirModel *
load (const Fixture *f, const char *text, gboolean beside, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (WeirSource) source = weir_source_new (bytes, "graph.pbtxt");
  g_autoptr (WeirSource) found = beside ? weir_source_open (f->pipeline, NULL) : NULL;
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirFrontendInput input = {
    .source = source, .beside = found, .path = "graph.pbtxt", .options = f->options
  };

  return weir_frontend_tensorflow.load (&input, unsupported, error);
}

/* The first rows of output @name of @model, which needs no input. */
static void
assert_rows (const WeirModel *model, const char *name, const float *rows, gsize n)
{
  const WeirGraph *graph = weir_model_graph (model);
  g_autofree char *full = g_strconcat (name, "/sink_port_0", NULL);
  WeirTensor *outputs[1];
  GError *error = NULL;

  g_assert_cmpuint (weir_graph_n_results (graph), ==, 1);
  g_assert_cmpstr (weir_graph_result (graph, 0)->name, ==, full);
  weir_graph_evaluate (weir_model_graph (model), NULL, outputs, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_tensor_count (outputs[0]), >=, n);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (outputs[0], i), rows[i], 1e-5);
  weir_tensor_unref (outputs[0]);
}

static void
test_ssd (Fixture *f, gconstpointer config)
{
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  ask (f, config, PIPELINE ("faster_rcnn_box_coder", "2"));
  model = load (f, SSD, FALSE, &error);
  g_assert_no_error (error);
  assert_rows (model, "detection_boxes", coded_rows, G_N_ELEMENTS (coded_rows));
}

/* A coder that DetectionOutput does not know: what the graph decodes itself counts, here
 * the codes as they are. */
static void
test_decoded (Fixture *f, gconstpointer data)
{
  static const float rows[] = { 0, 1, 0.9f, 0, 0, 0, 0, 0, 2, 0.8f, 1, 1, 0, 0 };
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  ask (f, "ssd_v2_support", PIPELINE ("mean_stddev_box_coder", "2"));
  model = load (f, SSD, FALSE, &error);
  g_assert_no_error (error);
  assert_rows (model, "detection_boxes", rows, G_N_ELEMENTS (rows));
  (void) data;
}

/* Three classes, and no score for the background. */
static void
test_no_background (Fixture *f, gconstpointer data)
{
  static const float rows[] = { 0, 2, 0.9f, 0.2f,  0.1f,  0.4f,  0.5f,
                                0, 3, 0.8f, 0.54f, 0.54f, 0.74f, 0.94f };
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  ask (f, NULL, PIPELINE ("faster_rcnn_box_coder", "3"));
  model = load (f, SSD, FALSE, &error);
  g_assert_no_error (error);
  assert_rows (model, "detection_boxes", rows, G_N_ELEMENTS (rows));
  (void) data;
}

/* A pipeline.config beside the model is used without being asked for; one that does not
 * fit is not, and the graph is as it was. */
static void
test_beside (Fixture *f, gconstpointer data)
{
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  write_file (f->pipeline, PIPELINE ("faster_rcnn_box_coder", "2"));
  model = load (f, SSD, TRUE, &error);
  g_assert_no_error (error);
  assert_rows (model, "detection_boxes", coded_rows, G_N_ELEMENTS (coded_rows));
  g_clear_pointer (&model, weir_model_unref);

  write_file (f->pipeline, "model { center_net { } }");
  model = load (f, SSD, TRUE, &error);
  g_assert_null (model);
  assert_says (error, "2 TensorFlow operations cannot be converted");
  assert_says (error, "(Unknown): an unknown operation (and 1 more)");
  g_error_free (error);
  (void) data;
}

/* The image has the size that the resizer would have made, and the loop is gone. */
static void
test_image (Fixture *f, gconstpointer data)
{
  WeirOutputSpec asked = { .name = "features", .port = -1 };
  g_autoptr (GPtrArray) outputs = g_ptr_array_new ();
  WeirCut cut = { .outputs = outputs };
  g_autoptr (GBytes) bytes = g_bytes_new_static (SSD, strlen (SSD));
  g_autoptr (WeirSource) source = weir_source_new (bytes, "graph.pbtxt");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirFrontendInput input = { .source = source, .options = f->options, .cut = &cut };
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  g_ptr_array_add (outputs, &asked);
  ask (f, "ssd_support_api_v1.15", PIPELINE ("faster_rcnn_box_coder", "2"));
  model = weir_frontend_tensorflow.load (&input, unsupported, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_graph_n_parameters (weir_model_graph (model)), ==, 1);
  assert_shape (
      &weir_graph_parameter (weir_model_graph (model), 0)->outputs[0].info.shape,
      "[1,20,30,3]");
  g_assert_cmpstr (weir_graph_result (weir_model_graph (model), 0)->name, ==,
                   "features/sink_port_0");
  (void) data;
}

#define LAST                                                           \
  FLOATS ("y", DIM (1) DIM (1) DIM (1) DIM (7), "0, 0, 0, 0, 0, 1, 1") \
  IDENTITY ("last", "y")

/* One anchor for an image of one cell; two classes, and the box as the anchor has it.
 * What would be masks are the boxes and classes that they would be made of. */
#define RCNN                                                                        \
  PREPROCESSOR FLOATS ("a", DIM (1) DIM (1) DIM (1) DIM (2), "0, 1")                \
      FLOATS ("b", DIM (1) DIM (1) DIM (1) DIM (4), "0, 0, 0, 0")                   \
          IDENTITY ("FirstStageBoxPredictor/ClassPredictor/BiasAdd", "a")           \
              IDENTITY ("FirstStageBoxPredictor/BoxEncodingPredictor/BiasAdd", "b") \
                  NODE ("map/TensorArrayStack/TensorArrayGatherV3", "Unknown", "")  \
                      FLOATS ("scores", DIM (1) DIM (1) DIM (3), "0, 0.2, 0.9")     \
                          FLOATS ("codes", DIM (2) DIM (4), "0, 0, 0, 0, 0, 0, 0, 0")
#define SUPPRESSED "BatchMultiClassNonMaxSuppression_1/map/TensorArrayStack"
#define MASKS                                                                            \
  RCNN IDENTITY ("convert_scores", "scores") IDENTITY ("Decode_1/transpose", "codes")    \
      NODE (SUPPRESSED "/TensorArrayGatherV3", "Unknown", "") NODE (                     \
          SUPPRESSED "_2/TensorArrayGatherV3", "Unknown",                                \
          "") "node { name: \"axis\" op: \"Const\" attr { key: \"dtype\" value { type: " \
              "DT_INT32 } } attr { key: \"value\" value { tensor { dtype: DT_INT32 "     \
              "tensor_shape { } int_val: 2 } } } } " NODE (                              \
                  "more", "ExpandDims",                                                  \
                  INPUT (SUPPRESSED "_2/TensorArrayGatherV3") INPUT ("axis"))            \
                  NODE ("both", "ConcatV2",                                              \
                        INPUT (SUPPRESSED "/TensorArrayGatherV3") INPUT ("more")         \
                            INPUT ("axis")) IDENTITY ("detection_masks", "both")
#define RCNN_PIPELINE                                                                   \
  "model { faster_rcnn { num_classes: 2 image_resizer { fixed_shape_resizer { height: " \
  "16 width: 16 } } first_stage_anchor_generator { grid_anchor_generator { scales: 1 "  \
  "aspect_ratios: 1 height: 16 width: 16 height_stride: 16 width_stride: 16 } } "       \
  "first_stage_max_proposals: 1 first_stage_nms_iou_threshold: 0.7 "                    \
  "second_stage_post_processing { batch_non_max_suppression { score_threshold: 0.3 "    \
  "iou_threshold: 0.6 max_detections_per_class: 2 max_total_detections: 2 } "           \
  "score_converter: SOFTMAX } } }"

/* Masks are made of the rows: [y0, x0, y1, x1, label - 1] of each; of the second one,
 * which is no detection, the first class. */
static void
test_masks (Fixture *f, gconstpointer config)
{
  g_autoptr (WeirModel) model = NULL;
  WeirTensor *outputs[2];
  GError *error = NULL;

  ask (f, NULL, RCNN_PIPELINE);
  if (config != NULL)
    ask (f, config, NULL);
  else
    g_hash_table_remove_all (f->options);
  model = load (f, MASKS, config == NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_graph_n_results (weir_model_graph (model)), ==, 2);
  g_assert_cmpuint (weir_graph_n_parameters (weir_model_graph (model)), ==,
                    config != NULL);
  if (config != NULL)
    return;
  weir_graph_evaluate (weir_model_graph (model), NULL, outputs, NULL, &error);
  g_assert_no_error (error);
  assert_shape (weir_tensor_shape (outputs[0]), "[1,1,2,7]");
  assert_shape (weir_tensor_shape (outputs[1]), "[1,2,5]");
  g_assert_cmpfloat (weir_tensor_get (outputs[0], 1), ==, 2);
  g_assert_cmpfloat (weir_tensor_get (outputs[0], 5), >, 0);
  for (gsize row = 0; row < 2; row++)
    for (gsize i = 0; i < 4; i++)
      g_assert_cmpfloat (weir_tensor_get (outputs[1], 5 * row + i), ==,
                         weir_tensor_get (outputs[0], 7 * row + 3 + (i ^ 1)));
  g_assert_cmpfloat (weir_tensor_get (outputs[1], 4), ==, 1);
  g_assert_cmpfloat (weir_tensor_get (outputs[1], 9), ==, 0);
  weir_tensor_unref (outputs[0]);
  weir_tensor_unref (outputs[1]);
}

static void
test_bad_masks (Fixture *f, gconstpointer data)
{
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  (void) data;
  ask_own (f,
           "[{ \"id\": \"ObjectDetectionAPIMaskRCNNROIPoolingSecondReplacement\", "
           "\"match_kind\": \"general\" }]",
           RCNN_PIPELINE);
  model = load (f, MASKS, FALSE, &error);
  g_assert_null (model);
  assert_says (error, "expected ObjectDetectionAPIDetectionOutputReplacement before it");
  g_clear_error (&error);
  model = load (f, LAST, FALSE, &error);
  g_assert_null (model);
  assert_says (error, "the graph has no node 'detection_masks' behind");
  g_error_free (error);
}

#define OWN(attributes)                                                         \
  "[{ \"id\": \"TFYOLO\", \"match_kind\": \"general\", \"custom_attributes\": " \
  "{ " attributes " } }]"

/* The logistic function of 0 is 1/2; two classes that are alike have 1/2 each; sizes stay
 * as they are. */
static void
test_yolo (Fixture *f, gconstpointer data)
{
  static const float row[] = { 0.5f, 0.5f, 0, 0, 0.5f, 0.5f, 0.5f };
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  ask_own (f,
           OWN ("\"classes\": 2, \"coords\": 4, \"num\": 1, \"do_softmax\": 1, "
                "\"anchors\": [1, 2]"),
           NULL);
  model = load (f, LAST, FALSE, &error);
  g_assert_no_error (error);
  assert_rows (model, "last/YoloRegion", row, G_N_ELEMENTS (row));
  (void) data;
}

/* Without softmax each class is for itself, and all anchors are there. */
static void
test_yolo_v1 (Fixture *f, gconstpointer data)
{
  static const float row[] = { 0.5f, 0.5f, 0, 0, 0.5f, 0.7310586f, 0.7310586f };
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  ask_own (f, OWN ("\"classes\": 2, \"coords\": 4, \"num\": 1, \"do_softmax\": 0"), NULL);
  model = load (f, LAST, FALSE, &error);
  g_assert_no_error (error);
  assert_rows (model, "last/YoloRegion", row, G_N_ELEMENTS (row));
  (void) data;
}

static const struct {
  const char *json, *message;
} bad_configs[] = {
  { "[", "[W0002]" },
  { "{ }", "expected a list of replacements [W0301]" },
  { "[1]", "replacement 0: expected an object [W0301]" },
  { "[{ \"match_kind\": \"general\" }]",
    "replacement 0: attribute 'id' is missing [W0301]" },
  { "[{ \"id\": \"A\" }]", "replacement 0 A: attribute 'match_kind' is missing [W0301]" },
  { "[{ \"id\": \"A\", \"match_kind\": \"b\" }]",
    "replacement 'A': expected match kind scope, points or general, found 'b' [W0302]" },
  { "[{ \"id\": \"A\", \"match_kind\": \"scope\" }]",
    "replacement 'A': expected 'instances', a list of patterns" },
  { "[{ \"id\": \"A\", \"match_kind\": \"scope\", \"instances\": [\"a\"], "
    "\"outputs\": 1 }]",
    "replacement 'A': expected 'outputs' to be a list" },
  { "[{ \"id\": \"A\", \"match_kind\": \"points\", \"instances\": [] }]",
    "replacement 'A': expected 'instances', an object" },
  { "[{ \"id\": \"A\", \"match_kind\": \"general\", \"custom_attributes\": 1 }]",
    "expected 'custom_attributes' to be an object" },
  { "[{ \"id\": \"A\", \"match_kind\": \"general\" }]",
    "replacement 'A': neither Weir nor an extension has one of this id [W0304]" },
  { OWN ("\"classes\": 2, \"coords\": 4, \"num\": 1, \"anchors\": 3"),
    "attribute 'anchors': expected a list of numbers" },
  { OWN ("\"classes\": 2.5, \"coords\": 4, \"num\": 1"),
    "replacement 'TFYOLO': attribute 'classes': expected a whole number from 1 to "
    "10000" },
  { "[{ \"id\": \"TFYOLOV3\", \"match_kind\": \"general\", \"custom_attributes\": { "
    "\"classes\": 2, \"coords\": 4, \"num\": 1, \"entry_points\": [\"last\"], \"masks\": "
    "[[1]] } }]",
    "attribute 'masks': expected for each entry point a list of numbers from 0 to 0" },
  { "[{ \"id\": \"TFYOLOV3\", \"match_kind\": \"general\", \"custom_attributes\": { "
    "\"classes\": 2, \"coords\": 4, \"num\": 1, \"entry_points\": [\"none\"], \"masks\": "
    "[[0]] } }]",
    "the graph has no node 'none' [W0305]" },
  { "[{ \"id\": \"ObjectDetectionAPISSDPostprocessorReplacement\", \"match_kind\": "
    "\"general\" }]",
    "the graph has no node 'Postprocessor/convert_scores' [W0305]" },
};

static void
test_bad_config (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_configs); i++) {
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    ask_own (f, bad_configs[i].json,
             strstr (bad_configs[i].json, "SSD") != NULL
                 ? PIPELINE ("faster_rcnn_box_coder", "2")
                 : NULL);
    model = load (f, LAST, FALSE, &error);
    g_assert_null (model);
    g_assert_nonnull (error);
    g_test_message ("%s", error->message);
    if (strcmp (bad_configs[i].message, "[W0002]") != 0)
      assert_says (error, bad_configs[i].message);
    else
      g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
    g_error_free (error);
  }
  (void) data;
}

static const struct {
  const char *text, *message;
} bad_pipelines[] = {
  { "", "pipeline.config: expected a model that is either ssd or faster_rcnn [W0306]" },
  { "model {", "pipeline.config: " },
  { "model { ssd { } faster_rcnn { } }", "either ssd or faster_rcnn" },
  { "model { ssd { } }", "num_classes: expected a number above 0, found 0" },
  { "model { ssd { num_classes: 1 } }", "image_resizer: expected fixed_shape_resizer" },
  { "model { ssd { num_classes: 1 image_resizer { fixed_shape_resizer { height: -1 } } } "
    "}",
    "image_resizer: expected sizes above 0" },
  { "model { ssd { num_classes: 1 image_resizer { fixed_shape_resizer { } } } }",
    "post_processing: expected batch_non_max_suppression" },
  { "model { ssd { num_classes: 1 image_resizer { fixed_shape_resizer { } } box_coder { "
    "faster_rcnn_box_coder { y_scale: 0 } } } }",
    "faster_rcnn_box_coder: expected scales above 0" },
  { "model { faster_rcnn { num_classes: 1 image_resizer { fixed_shape_resizer { } } } }",
    "first_stage_anchor_generator: expected grid_anchor_generator" },
  { "model { faster_rcnn { num_classes: 1 image_resizer { fixed_shape_resizer { } } "
    "first_stage_anchor_generator { grid_anchor_generator { scales: 1 aspect_ratios: 1 "
    "height: 5 } } } }",
    "only square anchors" },
  { PIPELINE ("faster_rcnn_box_coder", "5"),
    "pipeline.config has 5 classes, the graph 3 scores for each box" },
};

static void
test_bad_pipeline (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_pipelines); i++) {
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    ask (f, "ssd_support_api_v1.15", bad_pipelines[i].text);
    model = load (f, SSD, FALSE, &error);
    g_assert_null (model);
    g_assert_nonnull (error);
    assert_says (error, bad_pipelines[i].message);
    g_error_free (error);
  }
  (void) data;
}

/* A configuration that neither Weir nor the disk has, and one without its other half. */
static void
test_missing (Fixture *f, gconstpointer data)
{
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  ask (f, "no_such_support", NULL);
  model = load (f, SSD, FALSE, &error);
  g_assert_null (model);
  assert_says (error, "'no_such_support' is neither a file nor a configuration that Weir "
                      "has [W0113]");
  g_clear_error (&error);

  ask (f, "front/tf/ssd_v2_support.json", NULL);
  model = load (f, SSD, FALSE, &error);
  g_assert_null (model);
  assert_says (error, "expected the network's pipeline.config");
  g_error_free (error);
  (void) data;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, data, function) \
  g_test_add ("/tensorflow/detection/" path, Fixture, data, set_up, function, tear_down)
  ADD ("ssd", "ssd_support_api_v1.15", test_ssd);
  ADD ("ssd-path", "front/tf/ssd_v2_support.json", test_ssd);
  ADD ("decoded", NULL, test_decoded);
  ADD ("no-background", NULL, test_no_background);
  ADD ("beside", NULL, test_beside);
  ADD ("image", NULL, test_image);
  ADD ("masks", "mask_rcnn_support_api_v1.14", test_masks);
  ADD ("masks-beside", NULL, test_masks);
  ADD ("bad-masks", NULL, test_bad_masks);
  ADD ("yolo", NULL, test_yolo);
  ADD ("yolo-v1", NULL, test_yolo_v1);
  ADD ("bad-config", NULL, test_bad_config);
  ADD ("bad-pipeline", NULL, test_bad_pipeline);
  ADD ("missing", NULL, test_missing);
  return g_test_run ();
}
