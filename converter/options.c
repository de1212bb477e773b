#include "options.h"

#include "option-grammar.h"

#include <string.h>

/* Every option of `weir convert`, once. Values are kept as text; what passes need is read
 * from it when it is set, to check it, and when a conversion begins. */

typedef enum { FLAG, TEXT, NUMBER } Kind;

typedef gboolean (*Read) (const char *text, WeirPassOptions *passes, GError **error);

typedef struct {
  const char *name;
  const char *alias; /* (nullable): the letter of the short form */
  Kind kind;
  gboolean is_path;
  Read read; /* (nullable): what it means to the passes */
  const char *value;
  const char *help;
} Row;

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
         weir_fail (error, WEIR_ERROR_ARGUMENT, "a scale of 0 divides by nothing");
}

static gboolean
read_batch (const char *text, WeirPassOptions *passes, GError **error)
{
  passes->batch = g_ascii_strtoll (text, NULL, 10);
  return passes->batch > 0 || weir_fail (error, WEIR_ERROR_ARGUMENT,
                                         "expected a positive number, found '%s'", text);
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
  passes->reverse_input_channels = strcmp (text, "true") == 0;
  return TRUE;
}

static gboolean
read_fp16 (const char *text, WeirPassOptions *passes, GError **error)
{
  (void) error;
  passes->compress_to_fp16 |= strcmp (text, "true") == 0;
  return TRUE;
}

static gboolean
read_data_type (const char *text, WeirPassOptions *passes, GError **error)
{
  WeirDtype dtype = weir_dtype_parse (text);

  if (dtype != WEIR_DTYPE_F16 && dtype != WEIR_DTYPE_F32)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "expected FP16, FP32, half or float, found '%.80s'", text);
  passes->compress_to_fp16 |= dtype == WEIR_DTYPE_F16;
  return TRUE;
}

/* --input stands before --input_shape: shapes are given to the inputs in their order. */
static const Row rows[] = {
  { "input_model", "m", TEXT, TRUE, NULL, "FILE", "the model to convert" },
  { "framework", NULL, TEXT, FALSE, NULL, "NAME",
    "the framework that made it; found from the file where it is not given" },
  { "model_name", "n", TEXT, FALSE, NULL, "NAME",
    "name of the IR; the model's file name" },
  { "output_dir", "o", TEXT, TRUE, NULL, "DIR", "where to write the IR; here" },
  { "input", NULL, TEXT, FALSE, read_inputs, "LIST",
    "inputs of the IR: [port:]name[:port][shape]{type}->value, separated by commas; the "
    "graph is cut there, a value freezes the input" },
  { "output", NULL, TEXT, FALSE, read_outputs, "LIST",
    "outputs of the IR: node, node:port or port:node; the graph is cut after them" },
  { "input_shape", NULL, TEXT, FALSE, read_shapes, "SHAPES",
    "shapes of the inputs in their order: [1,3,224,224],(2,?); a dimension may be -1, ? "
    "or an interval 1..10" },
  { "batch", "b", NUMBER, FALSE, read_batch, "N", "size of the batch dimension" },
  { "mean_values", NULL, TEXT, FALSE, read_mean, "LIST",
    "subtracted from each channel: data[104,117,123] or [104,117,123], in the network's "
    "channel order" },
  { "scale_values", NULL, TEXT, FALSE, read_scale, "LIST",
    "each channel is divided by its value, after the mean" },
  { "scale", "s", NUMBER, FALSE, read_scale_all, "X", "every input is divided by it" },
  { "reverse_input_channels", NULL, FLAG, FALSE, read_reverse, NULL,
    "the network gets RGB where it was trained on BGR, or the other way" },
  { "layout", NULL, TEXT, FALSE, read_layout, "LIST",
    "layouts of inputs and outputs: nhwc, in(nhwc->nchw),out(nc); an arrow changes it" },
  { "source_layout", NULL, TEXT, FALSE, read_source_layout, "LIST",
    "layouts that the framework's inputs and outputs have" },
  { "target_layout", NULL, TEXT, FALSE, read_target_layout, "LIST",
    "layouts that they shall have in the IR" },
  { "compress_to_fp16", NULL, FLAG, FALSE, read_fp16, NULL,
    "store the weights as 16-bit floats: half the size" },
  { "data_type", NULL, TEXT, FALSE, read_data_type, "TYPE",
    "FP16 (half) is --compress_to_fp16; FP32 (float) keeps the weights" },
  { "saved_model_dir", NULL, TEXT, TRUE, NULL, "DIR",
    "TensorFlow: the directory of a SavedModel" },
  { "saved_model_tags", NULL, TEXT, FALSE, NULL, "LIST",
    "TensorFlow: tags of the MetaGraph in the SavedModel, separated by commas" },
  { "input_meta_graph", NULL, TEXT, TRUE, NULL, "FILE",
    "TensorFlow: a MetaGraph, with its checkpoint beside it" },
  { "input_checkpoint", NULL, TEXT, TRUE, NULL, "FILE",
    "TensorFlow: the checkpoint with the variables of the graph" },
  { "input_model_is_text", NULL, FLAG, FALSE, NULL, NULL,
    "TensorFlow: the graph is in text format" },
  { "transformations_config", NULL, TEXT, TRUE, NULL, "FILE",
    "what to do with sub-graphs: a file, or the name of a configuration of Weir's" },
  { "tensorflow_object_detection_api_pipeline_config", NULL, TEXT, TRUE, NULL, "FILE",
    "TensorFlow: the pipeline.config of the Object Detection API" },
  { "input_proto", "d", TEXT, TRUE, NULL, "FILE",
    "Caffe: the .prototxt; beside the model by default" },
  { "input_symbol", NULL, TEXT, TRUE, NULL, "FILE",
    "MXNet: the -symbol.json; beside the model by default" },
  { "nd_prefix_name", NULL, TEXT, FALSE, NULL, "NAME",
    "MXNet: prefix of the .nd files with weights" },
  { "pretrained_model_name", NULL, TEXT, FALSE, NULL, "NAME",
    "MXNet: name of the pretrained model that the .nd files change" },
  { "legacy_mxnet_model", NULL, FLAG, FALSE, NULL, NULL,
    "MXNet: the model is of a version before 1.0" },
  { "enable_ssd_gluoncv", NULL, FLAG, FALSE, NULL, NULL,
    "MXNet: the model is an SSD of GluonCV" },
  { "counts", NULL, TEXT, TRUE, NULL, "FILE",
    "Kaldi: counts of the classes, whose logarithm is subtracted from the last biases" },
  { "remove_output_softmax", NULL, FLAG, FALSE, NULL, NULL,
    "Kaldi: take the last softmax away" },
  { "remove_memory", NULL, FLAG, FALSE, NULL, NULL,
    "Kaldi: inputs and outputs instead of state" },
  { "extensions", NULL, TEXT, TRUE, NULL, "LIST",
    "libraries with operations of your own, and mappings (.json), separated by commas" },
  { "progress", NULL, FLAG, FALSE, NULL, NULL, "show the progress" },
  { "silent", NULL, FLAG, FALSE, NULL, NULL, "print nothing but errors" },
  { "log_level", NULL, TEXT, FALSE, NULL, "LEVEL",
    "CRITICAL, ERROR, WARN, WARNING, INFO, DEBUG or NOTSET" },
};

struct _WeirConvertOptions {
  char *values[G_N_ELEMENTS (rows)];
};

G_DEFINE_BOXED_TYPE (WeirConvertOptions, weir_convert_options, weir_convert_options_copy,
                     weir_convert_options_free)

WeirConvertOptions *
weir_convert_options_new (void)
{
  return g_new0 (WeirConvertOptions, 1);
}

WeirConvertOptions *
weir_convert_options_copy (const WeirConvertOptions *options)
{
  WeirConvertOptions *copy = weir_convert_options_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    copy->values[i] = g_strdup (options->values[i]);
  return copy;
}

void
weir_convert_options_free (WeirConvertOptions *options)
{
  if (options == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_free (options->values[i]);
  g_free (options);
}

static const Row *
find_row (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, name) == 0)
      return &rows[i];
  return NULL;
}

static gboolean
is_number (const char *text)
{
  char *end;

  g_ascii_strtod (text, &end);
  return end != text && *end == '\0';
}

static gboolean
check_value (const Row *row, const char *value, GError **error)
{
  WeirPassOptions passes;
  gboolean good;

  if (row->kind == FLAG && strcmp (value, "true") != 0 && strcmp (value, "false") != 0)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "--%s: expected a True/False value, found '%.80s'", row->name,
                      value);
  if (row->kind == NUMBER && !is_number (value))
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "--%s: expected a number, found '%.80s'", row->name, value);
  if (row->read == NULL)
    return TRUE;
  weir_pass_options_init (&passes);
  good = row->read (value, &passes, error);
  weir_pass_options_clear (&passes);
  if (!good)
    g_prefix_error (error, "--%s: ", row->name);
  return good;
}

gboolean
weir_convert_options_set (WeirConvertOptions *options, const char *name,
                          const char *value, GError **error)
{
  const Row *row = find_row (name);
  g_autofree char *text = NULL;

  if (row == NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "there is no option '%.80s'", name);
  if (value != NULL) {
    text = row->kind == FLAG ? g_ascii_strdown (value, -1) : g_strdup (value);
    if (!check_value (row, text, error))
      return FALSE;
  }
  g_free (options->values[row - rows]);
  options->values[row - rows] = g_steal_pointer (&text);
  return TRUE;
}

const char *
weir_convert_options_get (const WeirConvertOptions *options, const char *name)
{
  const Row *row = find_row (name);

  return row != NULL ? options->values[row - rows] : NULL;
}

gboolean
weir_convert_options_flag (const WeirConvertOptions *options, const char *name)
{
  return g_strcmp0 (weir_convert_options_get (options, name), "true") == 0;
}

/* "--name", "--name=value", "-x"; the value may follow as the next argument. */
static const Row *
match_argument (const char *argument, const char **value)
{
  *value = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gsize length = strlen (rows[i].name);

    if (rows[i].alias != NULL && argument[0] == '-' &&
        strcmp (argument + 1, rows[i].alias) == 0)
      return &rows[i];
    if (strncmp (argument, "--", 2) != 0 ||
        strncmp (argument + 2, rows[i].name, length) != 0)
      continue;
    if (argument[2 + length] == '=')
      *value = argument + 3 + length;
    if (argument[2 + length] == '=' || argument[2 + length] == '\0')
      return &rows[i];
  }
  return NULL;
}

gboolean
weir_convert_options_parse (WeirConvertOptions *options, const char *const *arguments,
                            GError **error)
{
  for (guint i = 0; arguments[i] != NULL; i++) {
    const char *value;
    const char *name = strcmp (arguments[i], "-w") == 0 ? "--input_model" : arguments[i];
    const Row *row = match_argument (name, &value);

    if (row == NULL)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "there is no option '%.80s'",
                        arguments[i]);
    if (value == NULL && row->kind == FLAG)
      value = "true";
    else if (value == NULL && arguments[i + 1] != NULL)
      value = arguments[++i];
    if (value == NULL)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "--%s needs a value", row->name);
    if (!weir_convert_options_set (options, row->name, value, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
weir_convert_options_parse_line (WeirConvertOptions *options, const char *line,
                                 GError **error)
{
  g_auto (GStrv) arguments = NULL;
  int count;

  if (*line == '\0')
    return TRUE;
  if (!g_shell_parse_argv (line, &count, &arguments, error))
    return FALSE;
  return weir_convert_options_parse (options, (const char *const *) arguments, error);
}

const char *
weir_convert_option_name (guint index)
{
  return index < G_N_ELEMENTS (rows) ? rows[index].name : NULL;
}

const char *
weir_convert_option_help (guint index)
{
  return index < G_N_ELEMENTS (rows) ? rows[index].help : NULL;
}

gboolean
weir_convert_option_is_flag (guint index)
{
  return index < G_N_ELEMENTS (rows) && rows[index].kind == FLAG;
}

char *
weir_convert_options_help (void)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *name = g_strdup_printf (
        "--%s%s%s%s%s", rows[i].name, rows[i].alias != NULL ? ", -" : "",
        rows[i].alias != NULL ? rows[i].alias : "", rows[i].value != NULL ? " " : "",
        rows[i].value != NULL ? rows[i].value : "");
    g_string_append_printf (text, "  %-32s %s\n", name, rows[i].help);
  }
  return g_string_free (text, FALSE);
}

char *
weir_convert_options_to_string (const WeirConvertOptions *options)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (options->values[i] != NULL && !rows[i].is_path)
      g_string_append_printf (text, "%s=%s\n", rows[i].name, options->values[i]);
  return g_string_free (text, FALSE);
}

gboolean
weir_convert_options_passes (const WeirConvertOptions *options, WeirPassOptions *passes,
                             GError **error)
{
  weir_pass_options_init (passes);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (options->values[i] == NULL || rows[i].read == NULL)
      continue;
    if (!rows[i].read (options->values[i], passes, error)) {
      g_prefix_error (error, "--%s: ", rows[i].name);
      return FALSE;
    }
  }
  if (passes->scale != NULL && passes->scale_all != 0)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "--scale and --scale_values cannot be used together");
  return TRUE;
}

void
weir_convert_options_describe (const WeirConvertOptions *options, WeirModel *model)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("conversion_parameters/", rows[i].name, NULL);

    if (options->values[i] != NULL)
      weir_model_set_info (model, path, rows[i].is_path ? "DIR" : options->values[i]);
  }
}

GHashTable *
weir_convert_options_table (const WeirConvertOptions *options)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (options->values[i] != NULL)
      g_hash_table_insert (table, (char *) rows[i].name, options->values[i]);
  return table;
}
