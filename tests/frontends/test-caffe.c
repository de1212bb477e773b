#include "caffe-net.h"
#include "compare.h"
#include "ir/evaluate.h"
#include "tensor-text.h"

#include <string.h>

/* Expected values are worked out by hand. A proposal of width 16 around 8 ends at 16:
 * widths count the last pixel, ends do not. tests/peers/caffe-layers.py compares with
 * OpenCV. */

typedef struct {
  const char *type, *params, *blobs[5], *in[3], *out;
} Case;

static const Case cases[] = {
  { "AbsVal", "", {}, { "2: -1 2" }, "2: 1 2" },
  { "ReLU", "relu_param { negative_slope: 0.5 }", {}, { "2: -1 2" }, "2: -0.5 2" },
  { "ReLU6", "", {}, { "3: -1 2 7" }, "3: 0 2 6" },
  { "PReLU", "", { "2: 2 3" }, { "1x2: -1 -1" }, "1x2: -2 -3" },
  { "ELU", "", {}, { "2: 0 2" }, "2: 0 2" },
  { "Power", "power_param { power: 2 scale: 3 shift: 1 }", {}, { "2: 0 1" }, "2: 1 16" },
  { "Exp", "exp_param { base: 2 scale: 2 shift: 1 }", {}, { "2: 0 1" }, "2: 2 8" },
  { "Log", "log_param { base: 2 shift: 1 }", {}, { "2: 0 7" }, "2: 0 3" },
  { "Threshold", "threshold_param { threshold: 1 }", {}, { "3: 0 1 2" }, "3: 0 0 1" },
  { "Clip", "clip_param { min: 0 max: 1 }", {}, { "3: -1 0.5 2" }, "3: 0 0.5 1" },
  { "Swish", "swish_param { beta: 2 }", {}, { "1: 0" }, "1: 0" },
  { "SiLU", "", {}, { "1: 0" }, "1: 0" },
  { "Eltwise",
    "eltwise_param { coeff: 1 coeff: -1 }",
    {},
    { "2: 1 2", "2: 3 5" },
    "2: -2 -3" },
  { "Eltwise", "eltwise_param { operation: MAX }", {}, { "2: 1 9", "2: 3 5" }, "2: 3 9" },
  { "Scale",
    "scale_param { bias_term: true }",
    { "2: 2 3", "2: 1 -1" },
    { "1x2x2: 1 2 3 4" },
    "1x2x2: 3 5 8 11" },
  { "Bias", "", { "2: 1 2" }, { "1x2x2: 0" }, "1x2x2: 1 1 2 2" },
  { "Axpy",
    "",
    {},
    { "1x2x1x1: 2 3", "1x2x1x2: 1 2 3 4", "1x2x1x2: 1" },
    "1x2x1x2: 3 5 10 13" },
  { "Convolution",
    "convolution_param { num_output: 1 kernel_size: 2 }",
    { "1x1x2x2: 1 0 0 1", "1: 1" },
    { "1x1x2x3: 1 2 3 4 5 6" },
    "1x1x1x2: 7 9" },
  { "ConvolutionDepthwise",
    "convolution_param { num_output: 2 kernel_size: 1 bias_term: false }",
    { "2x1x1x1: 2 3" },
    { "1x2x1x1: 1 1" },
    "1x2x1x1: 2 3" },
  { "Deconvolution",
    "convolution_param { num_output: 1 kernel_size: 2 stride: 2 bias_term: false }",
    { "1x1x2x2: 1 2 3 4" },
    { "1x1x1x2: 1 10" },
    "1x1x2x4: 1 2 10 20 3 4 30 40" },
  { "Im2col",
    "convolution_param { kernel_h: 1 kernel_w: 2 }",
    {},
    { "1x1x1x3: 1 2 3" },
    "1x2x1x2: 1 2 2 3" },
  { "InnerProduct",
    "inner_product_param { num_output: 1 axis: 2 }",
    { "1x2: 1 10", "1: 1" },
    { "1x2x2: 1 2 3 4" },
    "1x2x1: 22 44" },
  { "InnerProduct",
    "inner_product_param { num_output: 1 bias_term: false }",
    { "1x4: 1 10 100 1000" },
    { "1x2x2: 1 2 3 4" },
    "1x1: 4321" },
  { "InnerProduct",
    "inner_product_param { num_output: 1 axis: 1 bias_term: false }",
    { "1x2: 1 10" },
    { "1x2: 1 2" },
    "1x1: 21" },
  { "Embed",
    "embed_param { input_dim: 2 num_output: 2 }",
    { "2x2: 1 2 3 4", "2: 10" },
    { "2: 1 0" },
    "2x2: 13 14 11 12" },
  { "Pooling",
    "pooling_param { kernel_size: 2 stride: 2 }",
    {},
    { "1x1x2x3: 1 2 3 4 5 6" },
    "1x1x1x2: 5 6" },
  { "Pooling",
    "pooling_param { pool: AVE kernel_size: 2 stride: 2 pad: 1 }",
    {},
    { "1x1x2x2: 4 8 12 16" },
    "1x1x2x2: 1 2 3 4" },
  { "Pooling",
    "pooling_param { pool: AVE global_pooling: true }",
    {},
    { "1x1x1x2: 1 3" },
    "1x1x1x1: 2" },
  { "Pooling",
    "pooling_param { pool: STOCHASTIC kernel_h: 1 kernel_w: 2 }",
    {},
    { "1x1x1x2: 1 3" },
    "1x1x1x1: 2.5" },
  { "SPP",
    "spp_param { pyramid_height: 2 }",
    {},
    { "1x1x2x2: 1 2 3 4" },
    "1x5: 4 1 2 3 4" },
  { "ROIPooling",
    "roi_pooling_param { pooled_h: 1 pooled_w: 1 }",
    {},
    { "1x1x2x2: 1 2 3 4", "1x5: 0 0 0 0 0" },
    "1x1x1x1: 1" },
  { "PSROIPooling",
    "psroi_pooling_param { spatial_scale: 1 output_dim: 1 group_size: 1 }",
    {},
    { "1x1x2x2: 1 2 3 6", "1x5: 0 0 0 1 1" },
    "1x1x1x1: 3" },
  { "BatchNorm",
    "batch_norm_param { eps: 0 }",
    { "1: 2", "1: 8", "1: 2" },
    { "1x1x1x2: 1 3" },
    "1x1x1x2: 0 1" },
  { "BN", "", { "1: 2", "1: 1" }, { "1x1x1x1: 3" }, "1x1x1x1: 7" },
  { "BN",
    "bn_param { eps: 0 }",
    { "1: 2", "1: 1", "1: 1", "1: 4" },
    { "1x1x1x1: 3" },
    "1x1x1x1: 3" },
  { "LRN",
    "lrn_param { local_size: 1 alpha: 1 beta: 1 }",
    {},
    { "1x1x1x1: 1" },
    "1x1x1x1: 0.5" },
  { "MVN", "mvn_param { eps: 0 }", {}, { "1x1x1x2: 1 3" }, "1x1x1x2: -1 1" },
  { "Normalize",
    "norm_param { across_spatial: true }",
    { "1: 10" },
    { "1x1x1x2: 3 4" },
    "1x1x1x2: 6 8" },
  { "GRN", "grn_param { bias: 16 }", {}, { "1x1x1x1: 3" }, "1x1x1x1: 0.6" },
  { "Softmax", "", {}, { "1x2: 1 1" }, "1x2: 0.5 0.5" },
  { "EuclideanLoss", "", {}, { "2: 1 2", "2: 0" }, "2: 1 2" },
  { "Concat", "concat_param { axis: 0 }", {}, { "1: 1", "2: 2 3" }, "3: 1 2 3" },
  { "Flatten", "", {}, { "1x2x2: 1 2 3 4" }, "1x4: 1 2 3 4" },
  { "Reshape",
    "reshape_param { shape { dim: 2 } axis: 1 num_axes: 1 }",
    {},
    { "1x2x1: 1 2" },
    "1x2x1: 1 2" },
  { "Permute", "permute_param { order: 1 }", {}, { "1x2: 1 2" }, "2x1: 1 2" },
  { "ArgMax", "", {}, { "1x3: 1 5 2" }, "1x1x1: 1" },
  { "ArgMax", "argmax_param { out_max_val: true }", {}, { "1x3: 1 5 2" }, "1x2x1: 1 5" },
  { "ArgMax",
    "argmax_param { axis: 1 out_max_val: true }",
    {},
    { "1x3: 1 5 2" },
    "1x1: 5" },
  { "BatchReindex", "", {}, { "2x1: 1 2", "2: 1 1" }, "2x1: 2 2" },
  { "Tile", "tile_param { tiles: 2 }", {}, { "1x2: 1 2" }, "1x4: 1 2 1 2" },
  { "Reduction",
    "reduction_param { operation: SUMSQ axis: 1 coeff: 2 }",
    {},
    { "1x2: 1 2" },
    "1: 10" },
  { "Reduction",
    "reduction_param { operation: ASUM axis: 1 }",
    {},
    { "1x2: 1 -2" },
    "1: 3" },
  { "ShuffleChannel",
    "shuffle_channel_param { group: 2 }",
    {},
    { "1x4x1x1: 1 2 3 4" },
    "1x4x1x1: 1 3 2 4" },
  { "Flip",
    "flip_param { flip_width: true flip_height: true }",
    {},
    { "1x1x2x2: 1 2 3 4" },
    "1x1x2x2: 4 3 2 1" },
  { "Crop",
    "crop_param { offset: 1 offset: 0 }",
    {},
    { "1x1x2x2: 1 2 3 4", "1x1x1x1: 0" },
    "1x1x1x1: 3" },
  { "Interp",
    "interp_param { zoom_factor: 2 }",
    {},
    { "1x1x1x2: 1 3" },
    "1x1x1x3: 1 2 3" },
  { "Interp", "", {}, { "1x1x1x2: 1 3", "1x1x1x3: 0" }, "1x1x1x3: 1 2 3" },
  { "Upsample", "", {}, { "1x1x1x2: 1 2" }, "1x1x2x4: 1 1 2 2 1 1 2 2" },
  { "Resample",
    "resample_param { type: NEAREST height: 1 width: 4 }",
    {},
    { "1x1x1x2: 1 2" },
    "1x1x1x4: 1 1 2 2" },
  { "ReorgYolo", "reorg_yolo_param { stride: 2 }", {}, { "1x4x2x2: 1" }, "1x16x1x1: 1" },
  { "CTCGreedyDecoder", "", {}, { "1x1x2: 0.9 0.1", "1x1: 1" }, "1x1x1x1: 0" },
  { "PriorBox",
    "prior_box_param { min_size: 4 step_h: 10 step_w: 8 variance: 0.1 variance: 0.1 "
    "variance: 0.2 variance: 0.2 }",
    {},
    { "1x1x1x1: 0", "1x1x10x10: 0" },
    "1x2x4: 0.2 0.3 0.6 0.7 0.1 0.1 0.2 0.2" },
  { "PriorBox",
    "prior_box_param { min_size: 4 img_size: 10 variance: 0.1 variance: 0.1 "
    "variance: 0.2 variance: 0.2 }",
    {},
    { "1x1x1x1: 0", "1x1x20x20: 0" },
    "1x2x4: 0.3 0.3 0.7 0.7 0.1 0.1 0.2 0.2" },
  { "PriorBoxClustered",
    "prior_box_param { width: 4 height: 2 step: 10 variance: 0.1 variance: 0.1 "
    "variance: 0.2 variance: 0.2 }",
    {},
    { "1x1x1x1: 0", "1x1x10x10: 0" },
    "1x2x4: 0.3 0.4 0.7 0.6 0.1 0.1 0.2 0.2" },
  { "DetectionOutput",
    "detection_output_param { num_classes: 2 keep_top_k: 1 nms_param { top_k: 1 } "
    "code_type: CENTER_SIZE }",
    {},
    { "1x4: 0", "1x2: 0.1 0.9", "1x2x4: 0.1 0.1 0.5 0.5 0.1" },
    "1x1x1x7: 0 1 0.9 0.1 0.1 0.5 0.5" },
  { "Proposal",
    "proposal_param { ratio: 1 scale: 1 post_nms_topn: 1 }",
    {},
    { "1x2x1x1: 0.1 0.9", "1x4x1x1: 0", "1x3: 32 32 1" },
    "1x5: 0 0 0 16 16" },
  /* Gates are a half, 1 is put in: cells 0.5, 0.75, and 0.5 where a sequence begins. */
  { "LSTM",
    "recurrent_param { num_output: 1 }",
    { "4x1: 0", "4: 0 0 0 20", "4x1: 0" },
    { "3x1x1: 7", "3x1: 0 1 0" },
    "3x1x1: 0.23105858 0.31757447 0.23105858" },
  /* What is left is tanh (0.5 + h / 2), 0.46211716 and 0.62361; the output tanh (2 h). */
  { "RNN",
    "recurrent_param { num_output: 1 }",
    { "1x1: 1", "1: 0.5", "1x1: 0.5", "1x1: 2", "1: 0" },
    { "2x1x1: 0 0", "2x1: 1 1" },
    "2x1x1: 0.7278944 0.84756002" },
  { "Python",
    "python_param { module: 'rpn.proposal_layer' layer: 'ProposalLayer' param_str: "
    "\"{'feat_stride': 16, 'ratios': [1], 'scales': (1,), 'post_nms_topn': 1}\" }",
    {},
    { "1x2x1x1: 0.1 0.9", "1x4x1x1: 0", "1x3: 32 32 1" },
    "1x5: 0 0 0 16 16" },
  { "RegionYolo",
    "region_yolo_param { classes: 1 }",
    {},
    { "1x6x1x1: 0" },
    "1x6: 0.5 0.5 0 0 0.5 1" },
};

/* Runs a layer on what the case gives. */
static void
run_case (const Case *c)
{
  CaffeBlob blobs[G_N_ELEMENTS (c->blobs) + 1] = { { NULL, NULL } };
  g_autoptr (GString) shapes = g_string_new (NULL);
  g_autoptr (WeirTensor) wanted = tensor_from_text (c->out);
  WeirTensor *in[G_N_ELEMENTS (c->in)] = { NULL }, *out = NULL;
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (GBytes) weights = NULL;
  g_autofree char *text = NULL, *found = NULL;
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (c->blobs) && c->blobs[i] != NULL; i++)
    blobs[i] = (CaffeBlob){ "y", c->blobs[i] };
  for (guint i = 0; i < G_N_ELEMENTS (c->in) && c->in[i] != NULL; i++) {
    in[i] = tensor_from_text (c->in[i]);
    g_string_append_printf (shapes, "%s%.*s", i > 0 ? ";" : "",
                            (int) (strchr (c->in[i], ':') - c->in[i]), c->in[i]);
  }
  text = caffe_layer (shapes->str, c->type, c->params);
  weights = caffe_weights (blobs, FALSE);
  model = caffe_load (text, weights, &error);
  g_assert_no_error (error);
  weir_graph_evaluate (weir_model_graph (model), in, &out, NULL, &error);
  g_assert_no_error (error);
  found = weir_shape_to_string (weir_tensor_shape (wanted));
  assert_shape (weir_tensor_shape (out), found);
  assert_f32 (out, weir_tensor_data (wanted), weir_tensor_count (wanted));
  weir_tensor_unref (out);
  for (guint i = 0; i < G_N_ELEMENTS (in); i++)
    if (in[i] != NULL)
      weir_tensor_unref (in[i]);
}

static void
test_layer (gconstpointer data)
{
  run_case (data);
}

static const CaffeBlob ip[] = { { "ip", "1x2: 1 10" }, { NULL, NULL } };

/* The first version of the format: other names of types, inputs without a layer. */
static void
test_old (void)
{
  const char *text = "input: 'x' input_dim: 1 input_dim: 2 input_dim: 1 input_dim: 1 "
                     "layers { name: 'ip' type: INNER_PRODUCT bottom: 'x' top: 'ip' "
                     "inner_product_param { num_output: 1 bias_term: false } } "
                     "layers { name: 'r' type: RELU bottom: 'ip' top: 'ip' } "
                     "layers { name: 'a' type: ACCURACY bottom: 'ip' bottom: 'x' }";
  g_autoptr (GBytes) weights = caffe_weights (ip, TRUE);
  GError *error = NULL;
  g_autoptr (WeirModel) model = caffe_load (text, weights, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (weir_graph_n_results (weir_model_graph (model)), ==, 1);
  g_assert_cmpstr (weir_graph_result_name (weir_model_graph (model), 0), ==, "ip");
}

/* Which layers count: those of TEST at the level and stages of the text. */
static void
test_rules (void)
{
  const char *text =
      "state { level: 1 stage: 's' } input: 'x' input_shape { dim: 2 } "
      "layer { name: 'a' type: 'AbsVal' bottom: 'x' top: 'x' include { phase: TRAIN } } "
      "layer { name: 'b' type: 'AbsVal' bottom: 'x' top: 'x' exclude { phase: TEST } } "
      "layer { name: 'c' type: 'AbsVal' bottom: 'x' top: 'x' include { min_level: 2 } } "
      "layer { name: 'd' type: 'AbsVal' bottom: 'x' top: 'x' include { max_level: 0 } } "
      "layer { name: 'e' type: 'AbsVal' bottom: 'x' top: 'x' include { stage: 't' } } "
      "layer { name: 'f' type: 'AbsVal' bottom: 'x' top: 'x' include { not_stage: 's' } }"
      "layer { name: 'g' type: 'AbsVal' bottom: 'x' top: 'y' include { stage: 's' } }";
  g_autoptr (GBytes) weights = caffe_weights (NULL, FALSE);
  GError *error = NULL;
  g_autoptr (WeirModel) model = caffe_load (text, weights, &error);

  g_assert_no_error (error);
  g_assert_null (weir_graph_find (weir_model_graph (model), "a"));
  g_assert_null (weir_graph_find (weir_model_graph (model), "c"));
  g_assert_nonnull (weir_graph_find (weir_model_graph (model), "g"));
}

static int
probe (gboolean old, const char *path)
{
  g_autoptr (GBytes) bytes = caffe_weights (ip, old);
  const WeirBytes head =
      WEIR_BYTES (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  return weir_frontend_caffe.probe (&head, path);
}

static void
test_probe (void)
{
  const WeirBytes other = WEIR_BYTES ((const guint8 *) "\x08\x07", 2);
  g_autofree char *name = weir_frontend_caffe.topology_name ("a.b.caffemodel");

  g_assert_cmpint (probe (FALSE, NULL), ==, 70);
  g_assert_cmpint (probe (TRUE, NULL), ==, 40);
  g_assert_cmpint (probe (TRUE, "net.caffemodel"), ==, 60);
  g_assert_cmpint (weir_frontend_caffe.probe (&other, "net.onnx"), ==, 0);
  g_assert_cmpstr (name, ==, "a.b.prototxt");
}

/* Parts of a dimension, at points or of one size, to many readers. */
static void
test_slice (void)
{
  const char *text =
      "input: 'x' input_shape { dim: 1 dim: 6 } layer { name: 'a' type: 'Slice' "
      "bottom: 'x' top: 'a' top: 'b' slice_param { slice_point: 2 } } "
      "layer { name: 's' type: 'Slice' bottom: 'b' top: 'c' top: 'd' } "
      "layer { name: 't' type: 'Split' bottom: 'd' top: 'e' top: 'f' } "
      "layer { name: 'q' type: 'Silence' bottom: 'c' }";
  const char *const names[] = { "a", "e", "f" };
  g_autoptr (GBytes) weights = caffe_weights (NULL, FALSE);
  GError *error = NULL;
  g_autoptr (WeirModel) model = caffe_load (text, weights, &error);
  WeirGraph *graph;

  g_assert_no_error (error);
  graph = weir_model_graph (model);
  g_assert_cmpuint (weir_graph_n_results (graph), ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (weir_graph_result_name (graph, i), ==, names[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/frontends/caffe/%s-%u", cases[i].type, i);

    g_test_add_data_func (path, &cases[i], test_layer);
  }
  g_test_add_func ("/frontends/caffe/probe", test_probe);
  g_test_add_func ("/frontends/caffe/old", test_old);
  g_test_add_func ("/frontends/caffe/slice", test_slice);
  g_test_add_func ("/frontends/caffe/rules", test_rules);
  return g_test_run ();
}
