#include "problem.h"

#include <string.h>

/* Numbers stay what they are: people look for them. */
static const WeirProblemRow rows[] = {
  [WEIR_PROBLEM_IO] = { 1, WEIR_ERROR_IO, "a file cannot be read or written", NULL,
                        "check the path and its permissions" },
  [WEIR_PROBLEM_FORMAT] = { 2, WEIR_ERROR_FORMAT, "a file breaks the rules of its format",
                            "3, 7, 11, 23, 25, 43, 44, 53, 85, 91, 94, 97",
                            "check that the file is whole, and of the framework that "
                            "--framework names" },
  [WEIR_PROBLEM_UNSUPPORTED] = { 3, WEIR_ERROR_UNSUPPORTED,
                                 "operations that are not converted",
                                 "24, 37, 45, 50, 86, 102",
                                 "see `weir ops`; cut the network by --output, "
                                 "describe the operation by --extensions, or let its "
                                 "framework run it by --offload" },
  [WEIR_PROBLEM_SHAPE] = { 4, WEIR_ERROR_SHAPE,
                           "shapes or element types do not fit together", "38, 40, 41",
                           "give the shapes of all inputs by --input or --input_shape" },
  [WEIR_PROBLEM_LIMIT] = { 5, WEIR_ERROR_LIMIT, "larger than any model may be", NULL,
                           "see docs/limits.md" },
  [WEIR_PROBLEM_ARGUMENT] = { 6, WEIR_ERROR_ARGUMENT, "an option does not suit the model",
                              "26, 27, 28, 29, 30, 33, 34, 51",
                              "read the names in the message; `weir inspect MODEL` lists "
                              "inputs and outputs" },
  [WEIR_PROBLEM_DEVICE] = { 7, WEIR_ERROR_DEVICE, "a device is missing or failed", NULL,
                            "`weir devices` tells why" },
  [WEIR_PROBLEM_INTERNAL] = { 8, WEIR_ERROR_INTERNAL, "a mistake of Weir's", NULL,
                              "report it with the model" },
  [WEIR_PROBLEM_UNKNOWN_OPTION] = { 101, WEIR_ERROR_ARGUMENT, "there is no such option",
                                    NULL,
                                    "the message names the nearest; `weir convert "
                                    "--help` lists all" },
  [WEIR_PROBLEM_NO_VALUE] = { 102, WEIR_ERROR_ARGUMENT, "an option without its value",
                              NULL, "write --option VALUE or --option=VALUE" },
  [WEIR_PROBLEM_NOT_BOOLEAN] = { 103, WEIR_ERROR_ARGUMENT, "neither true nor false", NULL,
                                 "write the option alone, or =True or =False behind it" },
  [WEIR_PROBLEM_NOT_NUMBER] = { 104, WEIR_ERROR_ARGUMENT, "not a number in the range",
                                NULL, "give a number as the message says" },
  [WEIR_PROBLEM_NOT_A_CHOICE] = { 105, WEIR_ERROR_ARGUMENT,
                                  "a value that is not one of the list", NULL,
                                  "give one of those in the message" },
  [WEIR_PROBLEM_NO_MODEL] = { 106, WEIR_ERROR_ARGUMENT, "no model is named", "20",
                              "name it by --input_model, --saved_model_dir or "
                              "--input_meta_graph" },
  [WEIR_PROBLEM_TWO_MODELS] = { 107, WEIR_ERROR_ARGUMENT, "more than one model is named",
                                NULL,
                                "give only one of --input_model, --saved_model_dir and "
                                "--input_meta_graph" },
  [WEIR_PROBLEM_FRAMEWORK] = { 108, WEIR_ERROR_ARGUMENT,
                               "a framework that Weir does not read", "15",
                               "leave --framework out, or give one of those in the "
                               "message" },
  [WEIR_PROBLEM_NOT_RECOGNISED] = { 109, WEIR_ERROR_FORMAT, "not a model that Weir knows",
                                    "15",
                                    "name the framework by --framework if the file is "
                                    "one of its models" },
  [WEIR_PROBLEM_MODEL_NAME] = { 110, WEIR_ERROR_ARGUMENT, "not a name for a file", NULL,
                                "give --model_name without folders; --output_dir says "
                                "where" },
  [WEIR_PROBLEM_FOLDER] = { 111, WEIR_ERROR_IO, "the folder for the IR cannot be used",
                            "22", "give a folder that you may write by --output_dir" },
  [WEIR_PROBLEM_OPTIONS_CLASH] = { 112, WEIR_ERROR_ARGUMENT,
                                   "options that exclude each other", NULL,
                                   "leave one of the two out" },
  [WEIR_PROBLEM_FILE_MISSING] = { 113, WEIR_ERROR_IO,
                                  "a file that an option names is not there",
                                  "46, 69, 84",
                                  "check the path; it counts from the current folder" },
  [WEIR_PROBLEM_SHAPE_SYNTAX] = { 201, WEIR_ERROR_ARGUMENT, "not a shape", "57",
                                  "write [1,3,224,224] or (1,3,224,224); a dimension may "
                                  "be -1, ?, 1..10, ..10 or 1.." },
  [WEIR_PROBLEM_SHAPE_COUNT] = { 202, WEIR_ERROR_ARGUMENT, "not as many shapes as inputs",
                                 "32, 58",
                                 "give one shape for each input, or name the inputs by "
                                 "--input" },
  [WEIR_PROBLEM_SHAPE_TWICE] = { 203, WEIR_ERROR_ARGUMENT,
                                 "shapes by --input and by --input_shape", NULL,
                                 "give the shapes in one of them" },
  [WEIR_PROBLEM_SHAPE_AND_BATCH] = { 204, WEIR_ERROR_ARGUMENT, "shapes and a batch", "56",
                                     "put the batch into the shapes" },
  [WEIR_PROBLEM_INPUT_SYNTAX] = { 205, WEIR_ERROR_ARGUMENT,
                                  "not an item of --input or --output", NULL,
                                  "write [port:]name[:port][shape]{type}->value" },
  [WEIR_PROBLEM_FREEZE_TWICE] = { 206, WEIR_ERROR_ARGUMENT,
                                  "an input is frozen to two values", NULL,
                                  "give the value in --input alone" },
  [WEIR_PROBLEM_FREEZE_SHAPE] = { 207, WEIR_ERROR_ARGUMENT,
                                  "a value that does not fill its shape", NULL,
                                  "give as many values as the shape has elements, and no "
                                  "open dimensions" },
  [WEIR_PROBLEM_CHANNELS_SYNTAX] = { 208, WEIR_ERROR_ARGUMENT, "not mean or scale values",
                                     "59, 101",
                                     "write data[1,2,3],x[4] or [1,2,3],[4], either all "
                                     "with names or none" },
  [WEIR_PROBLEM_CHANNELS_COUNT] = { 209, WEIR_ERROR_ARGUMENT,
                                    "not as many values as inputs or channels",
                                    "60, 61, 62",
                                    "give values for each input, one for each channel, "
                                    "or put names before them" },
  [WEIR_PROBLEM_CHANNELS_AXIS] = { 210, WEIR_ERROR_ARGUMENT,
                                   "which dimension the channels are is not known", NULL,
                                   "say it by --layout: --layout nhwc" },
  [WEIR_PROBLEM_INPUT_NAME] = { 211, WEIR_ERROR_ARGUMENT,
                                "no input or output of that name", "83",
                                "use one of the names in the message" },
  [WEIR_PROBLEM_SCALE_TWICE] = { 212, WEIR_ERROR_ARGUMENT, "--scale and --scale_values",
                                 "19", "give one of them" },
  [WEIR_PROBLEM_SCALE_ZERO] = { 213, WEIR_ERROR_ARGUMENT, "a scale of zero", NULL,
                                "values are divided by it: give another" },
  [WEIR_PROBLEM_REVERSE] = { 214, WEIR_ERROR_ARGUMENT,
                             "no input has channels that can be reversed", NULL,
                             "an input with three channels is needed; say by --layout "
                             "where they are" },
  [WEIR_PROBLEM_LAYOUT_SYNTAX] = { 215, WEIR_ERROR_ARGUMENT, "not a layout", NULL,
                                   "write nhwc, [n,h,w,c], name(nhwc->nchw)" },
  [WEIR_PROBLEM_LAYOUT_COUNT] = { 216, WEIR_ERROR_ARGUMENT,
                                  "not as many layouts as inputs", "61",
                                  "give one for each input, or put names before them" },
  [WEIR_PROBLEM_BATCH] = { 217, WEIR_ERROR_ARGUMENT, "the batch cannot be set", "39",
                           "say by --layout which dimension is the batch, or give the "
                           "shapes by --input_shape" },
  [WEIR_PROBLEM_TRANSFORM_NAME] = { 218, WEIR_ERROR_ARGUMENT,
                                    "there is no such transformation", NULL,
                                    "the message lists those that there are" },
  [WEIR_PROBLEM_TRANSFORM_SYNTAX] = { 219, WEIR_ERROR_ARGUMENT, "not a transformation",
                                      NULL, "write Name[key=value;key=value]" },
  [WEIR_PROBLEM_STATEFUL_NAMES] = { 220, WEIR_ERROR_ARGUMENT,
                                    "MakeStateful: an input and an output do not belong "
                                    "together",
                                    NULL,
                                    "name an input and an output of the same type and "
                                    "shape: MakeStateful[param_res_names={'in':'out'}]" },
  [WEIR_PROBLEM_LOW_LATENCY] = { 221, WEIR_ERROR_UNSUPPORTED,
                                 "LowLatency2: a loop whose state is not an output", NULL,
                                 "make what the loop carries on an output of it, or "
                                 "leave LowLatency2 out" },
  [WEIR_PROBLEM_CONFIG_CONTENT] = { 301, WEIR_ERROR_FORMAT,
                                    "not a configuration of sub-graphs", "70, 71, 72, 73",
                                    "write a list of objects with 'id', 'match_kind' and "
                                    "what the replacement wants" },
  [WEIR_PROBLEM_CONFIG_KIND] = { 302, WEIR_ERROR_FORMAT, "not a kind of match", "35, 65",
                                 "give scope, points or general" },
  [WEIR_PROBLEM_CONFIG_INSTANCES] = { 303, WEIR_ERROR_FORMAT,
                                      "instances that do not suit the kind of match",
                                      "66, 67, 68",
                                      "give a list of patterns for scope, and "
                                      "start_points and end_points for points" },
  [WEIR_PROBLEM_CONFIG_REPLACEMENT] = { 304, WEIR_ERROR_ARGUMENT,
                                        "a replacement that Weir does not have", NULL,
                                        "docs/tensorflow-detection.md lists those that "
                                        "there are" },
  [WEIR_PROBLEM_CONFIG_MATCH] = { 305, WEIR_ERROR_ARGUMENT,
                                  "a configuration that does not fit the graph",
                                  "74, 75, 78",
                                  "take the configuration of the API's version that has "
                                  "exported the network" },
  [WEIR_PROBLEM_PIPELINE] = { 306, WEIR_ERROR_ARGUMENT,
                              "a pipeline.config that is missing or lacks something",
                              NULL,
                              "name the one that was exported with the network by "
                              "--tensorflow_object_detection_api_pipeline_config" },
  [WEIR_PROBLEM_SYMBOL] = { 401, WEIR_ERROR_ARGUMENT,
                            "the symbol of an MXNet model is not found", "48",
                            "put PREFIX-symbol.json beside PREFIX-NNNN.params, or name "
                            "it by --input_symbol" },
  [WEIR_PROBLEM_ARRAY_LISTS] = { 402, WEIR_ERROR_ARGUMENT,
                                 "lists of arrays (.nd) that are not named in full", "81",
                                 "give --input_symbol, --nd_prefix_name and "
                                 "--pretrained_model_name, all three or the first "
                                 "alone" },
  [WEIR_PROBLEM_KALDI_BEGIN] = { 403, WEIR_ERROR_FORMAT,
                                 "not the beginning of a Kaldi network", "89",
                                 "convert the file that Kaldi's tools take: it begins "
                                 "with Nnet, Nnet3 or TransitionModel" },
  [WEIR_PROBLEM_COUNTS] = { 404, WEIR_ERROR_ARGUMENT,
                            "--counts: no counts, or not those of the model", "90, 92",
                            "give a file with one list, [ 1 2 3 ], of as many numbers "
                            "as the network has outputs" },
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == WEIR_N_PROBLEMS);

/* The first rows are the kinds of errors, in their order. */
#define PROBLEM_OF_KIND(kind) ((WeirProblem) (kind))

const WeirProblemRow *
weir_problem_row (WeirProblem problem)
{
  return &rows[problem];
}

gboolean
weir_problem_fail (GError **error, WeirProblem problem, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return weir_fail (error, rows[problem].kind, "%s [W%04u]", text, rows[problem].number);
}

static gboolean
has_code (const char *message)
{
  const char *open = strrchr (message, '[');

  return open != NULL && open[1] == 'W' && strspn (open + 2, "0123456789") == 4 &&
         strcmp (open + 6, "]") == 0;
}

void
weir_problem_settle (GError **error)
{
  g_autofree char *text = NULL;

  if (error == NULL || *error == NULL || (*error)->domain != WEIR_ERROR ||
      has_code ((*error)->message))
    return;
  text = g_steal_pointer (&(*error)->message);
  (*error)->message =
      g_strdup_printf ("%s [W%04u]", text, rows[PROBLEM_OF_KIND ((*error)->code)].number);
}
