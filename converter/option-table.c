#include "option-table.h"

#include "base/problem.h"
#include "frontends/frontend.h"
#include "option-grammar.h"

#include <string.h>

/* Every option of `weir convert`, once: Model Optimizer's, of all its versions. */

static gboolean
is_true (const char *text)
{
  return strcmp (text, "true") == 0;
}

static gboolean
one_of (const char *text, const char *const *choices, GError **error)
{
  g_autofree char *list = NULL;

  if (g_strv_contains (choices, text))
    return TRUE;
  list = g_strjoinv (", ", (char **) choices);
  return weir_problem_fail (error, WEIR_PROBLEM_NOT_A_CHOICE,
                            "expected one of %s, found '%.80s'", list, text);
}

static gboolean
read_inputs (const char *text, WeirPassOptions *passes, GError **error)
{
  return weir_parse_inputs (text, &passes->inputs, error);
}

static gboolean
read_shapes (const char *text, WeirPassOptions *passes, GError **error)
{
  return weir_parse_shapes (text, &passes->inputs, error);
}

static gboolean
read_frozen (const char *text, WeirPassOptions *passes, GError **error)
{
  return weir_parse_frozen (text, &passes->inputs, error);
}

static gboolean
read_outputs (const char *text, WeirPassOptions *passes, GError **error)
{
  return weir_parse_outputs (text, &passes->outputs, error);
}

static gboolean
read_mean (const char *text, WeirPassOptions *passes, GError **error)
{
  return weir_parse_channels (text, &passes->mean, error);
}

static gboolean
read_scale (const char *text, WeirPassOptions *passes, GError **error)
{
  return weir_parse_channels (text, &passes->scale, error);
}

static gboolean
read_scale_all (const char *text, WeirPassOptions *passes, GError **error)
{
  passes->scale_all = g_ascii_strtod (text, NULL);
  return passes->scale_all != 0 ||
         weir_problem_fail (error, WEIR_PROBLEM_SCALE_ZERO,
                            "expected a number other than 0, found '%.80s'", text);
}

static gboolean
read_batch (const char *text, WeirPassOptions *passes, GError **error)
{
  char *end;

  passes->batch = g_ascii_strtoll (text, &end, 10);
  return (passes->batch > 0 && passes->batch <= G_MAXINT32 && *end == '\0') ||
         weir_problem_fail (error, WEIR_PROBLEM_NOT_NUMBER,
                            "expected a positive whole number, found '%.80s'", text);
}

static gboolean
read_layout (const char *text, WeirPassOptions *passes, GError **error)
{
  return weir_parse_layouts (text, &passes->layouts, error);
}

static gboolean
read_source_layout (const char *text, WeirPassOptions *passes, GError **error)
{
  return weir_parse_layout_side (text, FALSE, &passes->layouts, error);
}

static gboolean
read_target_layout (const char *text, WeirPassOptions *passes, GError **error)
{
  return weir_parse_layout_side (text, TRUE, &passes->layouts, error);
}

static gboolean
read_reverse (const char *text, WeirPassOptions *passes, GError **error)
{
  (void) error;
  passes->reverse_input_channels = is_true (text);
  return TRUE;
}

static gboolean
read_fp16 (const char *text, WeirPassOptions *passes, GError **error)
{
  (void) error;
  passes->compress_to_fp16 |= is_true (text);
  return TRUE;
}

static gboolean
read_data_type (const char *text, WeirPassOptions *passes, GError **error)
{
  static const char *const types[] = { "FP16", "FP32", "half", "float", NULL };

  if (!one_of (text, types, error))
    return FALSE;
  passes->compress_to_fp16 |= strcmp (text, "FP16") == 0 || strcmp (text, "half") == 0;
  return TRUE;
}

static gboolean
read_static_shape (const char *text, WeirPassOptions *passes, GError **error)
{
  (void) error;
  passes->static_shape = is_true (text);
  return TRUE;
}

static gboolean
read_transform (const char *text, WeirPassOptions *passes, GError **error)
{
  return weir_parse_transforms (text, &passes->transforms, error);
}

static gboolean
read_fusing (const char *text, WeirPassOptions *passes, GError **error)
{
  (void) error;
  passes->disable_fusing = is_true (text);
  return TRUE;
}

static gboolean
read_gfusing (const char *text, WeirPassOptions *passes, GError **error)
{
  (void) error;
  passes->disable_gfusing = is_true (text);
  return TRUE;
}

static gboolean
read_resnet (const char *text, WeirPassOptions *passes, GError **error)
{
  (void) error;
  passes->disable_resnet_optimization = is_true (text);
  return TRUE;
}

static gboolean
read_kept (const char *text, WeirPassOptions *passes, GError **error)
{
  return weir_parse_patterns (text, &passes->unfused, error);
}

static gboolean
read_framework (const char *text, WeirPassOptions *passes, GError **error)
{
  (void) passes;
  if (weir_frontend_find (text) == NULL && strcmp (text, "ir") != 0) {
    guint count;
    const WeirFrontend *const *all = weir_frontends (&count);
    g_autoptr (GString) names = g_string_new (NULL);

    for (guint i = 0; i < count; i++)
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", all[i]->name);
    return weir_problem_fail (error, WEIR_PROBLEM_FRAMEWORK,
                              "expected one of %s, found '%.80s'", names->str, text);
  }
  return TRUE;
}

static gboolean
read_log_level (const char *text, WeirPassOptions *passes, GError **error)
{
  static const char *const levels[] = { "CRITICAL", "ERROR", "WARN",   "WARNING",
                                        "INFO",     "DEBUG", "NOTSET", NULL };

  (void) passes;
  return one_of (text, levels, error);
}

static gboolean
read_ir_version (const char *text, WeirPassOptions *passes, GError **error)
{
  static const char *const versions[] = { "10", "11", NULL };

  (void) passes;
  return one_of (text, versions, error);
}

static gboolean
read_model_name (const char *text, WeirPassOptions *passes, GError **error)
{
  (void) passes;
  return (*text != '\0' && strchr (text, '/') == NULL && strcmp (text, ".") != 0 &&
          strcmp (text, "..") != 0) ||
         weir_problem_fail (error, WEIR_PROBLEM_MODEL_NAME,
                            "expected a name without folders, found '%.80s'", text);
}

#define GENERAL(name, letters, kind, path, read) \
  name, letters, WEIR_OPTION_##kind, WEIR_OPTION_GENERAL, WEIR_OPTION_##path, read
#define TENSORFLOW(name, kind, path) \
  name, NULL, WEIR_OPTION_##kind, WEIR_OPTION_TENSORFLOW, WEIR_OPTION_##path, NULL
#define CAFFE(name, letters, kind, path) \
  name, letters, WEIR_OPTION_##kind, WEIR_OPTION_CAFFE, WEIR_OPTION_##path, NULL
#define MXNET(name, kind, path) \
  name, NULL, WEIR_OPTION_##kind, WEIR_OPTION_MXNET, WEIR_OPTION_##path, NULL
#define KALDI(name, kind, path) \
  name, NULL, WEIR_OPTION_##kind, WEIR_OPTION_KALDI, WEIR_OPTION_##path, NULL
#define OLD(name, kind, read) \
  name, NULL, WEIR_OPTION_##kind, WEIR_OPTION_OLD, WEIR_OPTION_NO_PATH, read

const WeirOptionRow weir_option_rows[WEIR_N_OPTIONS] = {
  { GENERAL ("input_model", "m w", TEXT, OTHER_PATH, NULL), "FILE",
    "the model to convert" },
  { GENERAL ("framework", NULL, TEXT, NO_PATH, read_framework), "NAME",
    "the framework that made it: tf, caffe, mxnet, kaldi, onnx, tflite; found from the "
    "file where it is "
    "not given" },
  { GENERAL ("model_name", "n", TEXT, NO_PATH, read_model_name), "NAME",
    "name of the IR; the model's file name by default" },
  { GENERAL ("output_dir", "o", TEXT, OTHER_PATH, NULL), "DIR",
    "where to write the IR; here by default", .initial = "DIR" },
  { GENERAL ("input", NULL, TEXT, NO_PATH, read_inputs), "LIST",
    "inputs of the IR: [port:]name[:port][shape]{type}->value, separated by commas; the "
    "graph is cut there, "
    "a value freezes the input" },
  { GENERAL ("output", NULL, TEXT, NO_PATH, read_outputs), "LIST",
    "outputs of the IR: node, node:port or port:node; the graph is cut after them" },
  { GENERAL ("input_shape", NULL, TEXT, NO_PATH, read_shapes), "SHAPES",
    "shapes of the inputs in their order: [1,3,224,224],(2,?); a dimension may be -1, ? "
    "or an interval 1..10" },
  { GENERAL ("freeze_placeholder_with_value", NULL, TEXT, NO_PATH, read_frozen), "LIST",
    "inputs that become constants: name->value,name->[1 2]", .initial = "{}" },
  { GENERAL ("batch", "b", NUMBER, NO_PATH, read_batch), "N",
    "size of the batch: dimension N of the layout, else the first" },
  { GENERAL ("static_shape", NULL, FLAG, NO_PATH, read_static_shape), NULL,
    "what is calculated from known shapes becomes constant; the network cannot be "
    "reshaped then" },
  { GENERAL ("mean_values", NULL, TEXT, NO_PATH, read_mean), "LIST",
    "subtracted from each channel: data[104,117,123] or [104,117,123], in the network's "
    "channel order" },
  { GENERAL ("scale_values", NULL, TEXT, NO_PATH, read_scale), "LIST",
    "each channel is divided by its value, after the mean" },
  { GENERAL ("scale", "s", NUMBER, NO_PATH, read_scale_all), "X",
    "every input is divided by it" },
  { GENERAL ("reverse_input_channels", NULL, FLAG, NO_PATH, read_reverse), NULL,
    "the network gets RGB where it was trained on BGR, or the other way" },
  { GENERAL ("layout", NULL, TEXT, NO_PATH, read_layout), "LIST",
    "layouts of inputs and outputs: nhwc, in(nhwc->nchw),out(nc); an arrow changes it" },
  { GENERAL ("source_layout", NULL, TEXT, NO_PATH, read_source_layout), "LIST",
    "layouts that the framework's inputs and outputs have" },
  { GENERAL ("target_layout", NULL, TEXT, NO_PATH, read_target_layout), "LIST",
    "layouts that they shall have in the IR" },
  { GENERAL ("compress_to_fp16", NULL, FLAG, NO_PATH, read_fp16), NULL,
    "store the weights as 16-bit floats: half the size" },
  { GENERAL ("data_type", NULL, TEXT, NO_PATH, read_data_type), "TYPE",
    "FP16 (half) is --compress_to_fp16; FP32 (float) keeps the weights",
    .initial = "float" },
  { GENERAL ("transform", NULL, TEXT, NO_PATH, read_transform), "LIST",
    "further transformations: LowLatency2[use_const_initializer=False], "
    "MakeStateful[param_res_names={'in':'out'}], Pruning",
    .initial = "" },
  { GENERAL ("transformations_config", NULL, TEXT, OTHER_PATH, NULL), "FILE",
    "what to do with sub-graphs: a file, or the name of a configuration of Weir's" },
  { GENERAL ("extensions", NULL, TEXT, OTHER_PATH, NULL), "LIST",
    "libraries with operations of your own, and mappings (.json), separated by commas" },
  { GENERAL ("offload", NULL, TEXT, OTHER_PATH, NULL), "LIST",
    "what cannot be converted is run by its framework: FRAMEWORK=RUNNER, separated by "
    "commas; a runner is ONNX Runtime's library or a command" },
  { GENERAL ("ir_version", NULL, TEXT, NO_PATH, read_ir_version), "N",
    "version of the IR: 10 or 11; 11 by default" },
  { GENERAL ("use_new_frontend", NULL, FLAG, NO_PATH, NULL), NULL, "accepted",
    .note = "Weir has one frontend for each framework" },
  { GENERAL ("use_legacy_frontend", NULL, FLAG, NO_PATH, NULL), NULL, "accepted",
    .note = "Weir has one frontend for each framework" },
  { GENERAL ("silent", NULL, FLAG, NO_PATH, NULL), NULL, "print nothing but errors" },
  { GENERAL ("progress", NULL, FLAG, NO_PATH, NULL), NULL,
    "print how far it is, in per cent" },
  { GENERAL ("stream_output", NULL, FLAG, NO_PATH, NULL), NULL,
    "the same, each step on a line of its own" },
  { GENERAL ("log_level", NULL, TEXT, NO_PATH, read_log_level), "LEVEL",
    "CRITICAL and ERROR keep warnings back; WARN, WARNING, INFO, DEBUG and NOTSET do not",
    .initial = "ERROR" },

  { TENSORFLOW ("input_model_is_text", FLAG, NO_PATH), NULL,
    "the graph is in text format" },
  { TENSORFLOW ("input_checkpoint", TEXT, OTHER_PATH), "FILE",
    "the checkpoint with the variables of the graph" },
  { TENSORFLOW ("input_meta_graph", TEXT, FILE), "FILE",
    "a MetaGraph, with its checkpoint beside it" },
  { TENSORFLOW ("saved_model_dir", TEXT, FOLDER), "DIR",
    "the directory of a SavedModel" },
  { TENSORFLOW ("saved_model_tags", TEXT, NO_PATH), "LIST",
    "tags of the MetaGraph in the SavedModel, separated by commas" },
  { TENSORFLOW ("tensorflow_custom_operations_config_update", TEXT, FILE), "FILE",
    "write the inputs and outputs that are found into this configuration; no IR" },
  { TENSORFLOW ("tensorflow_use_custom_operations_config", TEXT, OTHER_PATH), "FILE",
    "older name of --transformations_config", .stands_for = "transformations_config" },
  { TENSORFLOW ("tensorflow_object_detection_api_pipeline_config", TEXT, FILE), "FILE",
    "the pipeline.config of the Object Detection API" },
  { TENSORFLOW ("tensorflow_custom_layer_libraries", TEXT, OTHER_PATH), "LIST",
    "shared libraries with operations, separated by commas" },
  { TENSORFLOW ("tensorflow_subgraph_patterns", TEXT, NO_PATH), "LIST",
    "sub-graphs, by patterns of node names, that TensorFlow shall run" },
  { TENSORFLOW ("tensorflow_operation_patterns", TEXT, NO_PATH), "LIST",
    "operations, by patterns of their names, that TensorFlow shall run" },
  { TENSORFLOW ("offload_unsupported_operations_to_tf", FLAG, NO_PATH), NULL,
    "TensorFlow shall run what is not converted" },
  { TENSORFLOW ("tensorboard_logdir", TEXT, OTHER_PATH), "DIR",
    "write the graph for TensorBoard there" },
  { TENSORFLOW ("disable_nhwc_to_nchw", FLAG, NO_PATH), NULL, "accepted",
    .note = "inputs and outputs keep the framework's layout in any case; --layout "
            "changes it" },

  { CAFFE ("input_proto", "d", TEXT, FILE), "FILE",
    "the .prototxt; beside the model by default" },
  { CAFFE ("caffe_parser_path", NULL, TEXT, OTHER_PATH), "DIR", "accepted",
    .initial = "DIR", .note = "Weir reads Caffe's files itself" },
  { CAFFE ("k", "k", TEXT, FILE), "FILE",
    "CustomLayersMapping.xml: layers that pass as they are",
    .initial = "DIR/CustomLayersMapping.xml" },
  { CAFFE ("disable_omitting_optional", NULL, FLAG, NO_PATH), NULL,
    "custom layers: write attributes that the model does not set, too" },
  { CAFFE ("enable_flattening_nested_params", NULL, FLAG, NO_PATH), NULL,
    "custom layers: write the attributes of nested messages flat" },
  { CAFFE ("mean_file", "mf", TEXT, FILE), "FILE",
    "a binaryproto whose values are subtracted from the input" },
  { CAFFE ("mean_file_offsets", "mo", TEXT, NO_PATH), "(X,Y)",
    "where in the mean file the input begins" },

  { MXNET ("input_symbol", TEXT, FILE), "FILE",
    "the -symbol.json; beside the model by default" },
  { MXNET ("nd_prefix_name", TEXT, NO_PATH), "NAME",
    "prefix of the .nd files with weights" },
  { MXNET ("pretrained_model_name", TEXT, NO_PATH), "NAME",
    "name of the pretrained model that the .nd files change" },
  { MXNET ("save_params_from_nd", FLAG, NO_PATH), NULL,
    "write the .params that the .nd files make" },
  { MXNET ("legacy_mxnet_model", FLAG, NO_PATH), NULL,
    "the model is of a version before 1.0" },
  { MXNET ("enable_ssd_gluoncv", FLAG, NO_PATH), NULL, "the model is an SSD of GluonCV" },

  { KALDI ("counts", TEXT, OTHER_PATH), "FILE",
    "counts of the classes, whose logarithm is subtracted from the last biases" },
  { KALDI ("remove_output_softmax", FLAG, NO_PATH), NULL, "take the last softmax away" },
  { KALDI ("remove_memory", FLAG, NO_PATH), NULL, "inputs and outputs instead of state" },

  { OLD ("disable_fusing", FLAG, read_fusing), NULL,
    "leave scales and shifts beside the layers" },
  { OLD ("finegrain_fusing", TEXT, read_kept), "LIST",
    "the same for nodes whose names match one of these regular expressions" },
  { OLD ("disable_gfusing", FLAG, read_gfusing), NULL,
    "leave equal branches beside one another" },
  { OLD ("disable_resnet_optimization", FLAG, read_resnet), NULL,
    "leave strides at the convolutions that have them" },
  { OLD ("enable_concat_optimization", FLAG, NULL), NULL, "accepted",
    .note = "Weir's engine writes what is concatenated into place in any case" },
  { OLD ("move_to_preprocess", FLAG, NULL), NULL, "accepted",
    .note = "mean and scale are operations of the network; only version 7 of the IR "
            "could say them apart" },
  { OLD ("keep_shape_ops", FLAG, NULL), NULL, "accepted", .initial = "True",
    .note = "shapes stay calculated in any case; --static_shape folds them" },
  { OLD ("disable_weights_compression", FLAG, NULL), NULL, "accepted",
    .note = "weights are compressed only where --compress_to_fp16 says so" },
  { OLD ("legacy_ir_generation", FLAG, NULL), NULL, "accepted",
    .note = "Weir has one way to write an IR" },
  { OLD ("generate_deprecated_IR_V7", FLAG, NULL), NULL, "write version 10 of the IR",
    .note = "version 10 of the IR is written: no runtime of today reads version 7" },
  { OLD ("generate_experimental_IR_V10", FLAG, NULL), NULL,
    "write version 10 of the IR" },
  { OLD ("blobs_as_inputs", FLAG, NULL), NULL, "accepted",
    .note = "weights are inputs of operations in any case" },
  { OLD ("keep_quantize_ops_in_IR", FLAG, NULL), NULL, "accepted",
    .note = "operations that quantise stay in any case" },
};

const char *
weir_option_group_title (WeirOptionGroup group)
{
  static const char *const titles[WEIR_OPTION_N_GROUPS] = {
    [WEIR_OPTION_GENERAL] = "Any framework",
    [WEIR_OPTION_TENSORFLOW] = "TensorFlow",
    [WEIR_OPTION_CAFFE] = "Caffe",
    [WEIR_OPTION_MXNET] = "MXNet",
    [WEIR_OPTION_KALDI] = "Kaldi",
    [WEIR_OPTION_OLD] = "Of Model Optimizer's older versions",
  };

  return titles[group];
}
