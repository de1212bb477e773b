#include "commands.h"
#include "progress.h"
#include "quantize-report.h"
#include "session.h"

#include <stdio.h>
#include <string.h>

/* weir quantize: an INT8 model from a float one and samples. */

#define DEFAULT_SAMPLES 300

/** Job: all that the command line says. */
typedef struct {
  const char *model, *samples, *statistics, *output;
  const char *convert_options;
  char **shape;
  guint limit;
  WeirPreprocessWishes wishes;
  WeirCalibrateOptions calibrate;
  WeirNetworkOptions network;
} Job;

static WeirModel *
load (const Job *job, GError **error)
{
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();

  if (job->convert_options != NULL &&
      !weir_convert_options_parse_line (options, job->convert_options, error))
    return NULL;
  return weir_convert_file (job->model, options, NULL, NULL, error);
}

/* Shapes of the inputs: said, or those of the first arrays. */
static gboolean
read_shapes (const Job *job, const Samples *samples, const WeirGraph *graph,
             WeirShape *shapes, GError **error)
{
  for (guint i = 0; i < samples->n_inputs; i++)
    if (!samples_shape (samples, i, &shapes[i], error))
      return FALSE;
  for (guint i = 0; job->shape != NULL && job->shape[i] != NULL; i++)
    if (!session_read_shape (graph, job->shape[i], i, shapes, error))
      return FALSE;
  return TRUE;
}

static WeirCalibration *
run_samples (const Job *job, Samples *samples, WeirModel *model, GError **error)
{
  g_autofree WeirShape *shapes = g_new0 (WeirShape, MAX (samples->n_inputs, 1));
  WeirNetworkOptions network = job->network;
  WeirCalibrateOptions options = job->calibrate;
  Progress progress = PROGRESS (PROGRESS_BAR);
  WeirCalibration *calibration;

  if (!read_shapes (job, samples, weir_model_graph (model), shapes, error))
    return NULL;
  network.shapes = shapes;
  network.n_shapes = samples->n_inputs;
  options.network = &network;
  options.progress = progress_show;
  options.progress_data = &progress;
  calibration = weir_calibrate (model, &samples->samples, &options, error);
  progress_end (&progress);
  return calibration;
}

static WeirCalibration *
calibrate (const Job *job, WeirModel *model, GError **error)
{
  WeirCalibration *calibration = NULL;
  Samples samples;

  if (job->statistics != NULL)
    return weir_calibration_read (job->statistics, error);
  if (samples_open (&samples, job->samples, model, &job->wishes, job->limit, error)) {
    if (samples.random)
      fprintf (stderr, "weir: warning: ranges of random numbers are seldom those of real "
                       "data; expect a model that is good for measuring speed only\n");
    if (samples_has_pictures (&samples))
      quantize_report_pictures (&samples.preprocess);
    printf ("samples: %u\n", samples.samples.count);
    calibration = run_samples (job, &samples, model, error);
  }
  samples_close (&samples);
  return calibration;
}

/* What the user said of pictures goes with the model, as OpenVINO Model API spells it. */
static void
note_wish (WeirModel *model, const char *key, const char *text)
{
  g_autofree char *value = g_strdup (text);

  if (text == NULL)
    return;
  g_strdelimit (value, "[](),", ' ');
  weir_model_set_info (model, key, g_strstrip (value));
}

static void
note_wishes (WeirModel *model, const WeirPreprocessWishes *wishes)
{
  note_wish (model, "model_info/mean_values", wishes->mean_values);
  note_wish (model, "model_info/scale_values", wishes->scale_values);
  if (wishes->reverse >= 0)
    weir_model_set_info (model, "model_info/reverse_input_channels",
                         wishes->reverse > 0 ? "True" : "False");
}

static gboolean
write_all (const WeirCalibration *calibration, WeirModel *quantized, const char *output,
           GError **error)
{
  g_autofree char *directory = g_path_get_dirname (output);
  g_autofree char *file = g_path_get_basename (output);
  g_autofree char *name = g_str_has_suffix (file, ".xml")
                              ? g_strndup (file, strlen (file) - strlen (".xml"))
                              : g_strdup (file);
  g_autofree char *table_name = g_strconcat (name, ".statistics.json", NULL);
  g_autofree char *table = g_build_filename (directory, table_name, NULL);
  g_autofree char *json = weir_calibration_to_json (calibration);
  g_autoptr (GError) local = NULL;

  if (!weir_convert_write (quantized, directory, name, 11, error))
    return FALSE;
  if (!g_file_set_contents (table, json, -1, &local))
    return weir_fail (error, WEIR_ERROR_IO, "%s", local->message);
  printf ("written: %s/%s.xml, %s.bin, %s\n", directory, name, name, table_name);
  return TRUE;
}

static gboolean
quantize (const Job *job, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (WeirModel) model = load (job, error);
  g_autoptr (WeirCalibration) calibration =
      model != NULL ? calibrate (job, model, error) : NULL;
  g_autoptr (WeirModel) quantized = NULL;
  g_autofree char *output = NULL;

  if (calibration != NULL)
    quantized = weir_calibration_apply (calibration, model, error);
  if (quantized == NULL)
    return FALSE;
  note_wishes (quantized, &job->wishes);
  output = job->output != NULL ? g_strdup (job->output)
                               : g_strdup_printf ("%s-int8.xml", weir_model_name (model));
  quantize_report (calibration, model, quantized);
  if (!write_all (calibration, quantized, output, error))
    return FALSE;
  printf ("time: %.1f s\n", (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  return TRUE;
}

static gboolean
read_reverse (const char *text, int *reverse)
{
  static const char *const words[] = { "false", "true" };

  *reverse = -1;
  for (int i = 0; text != NULL && i < 2; i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0)
      *reverse = i;
  return text == NULL || *reverse >= 0;
}

/* Model Optimizer's spelling of options counts, too. */
static void
replace_underscores (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    for (char *at = argv[i];
         g_str_has_prefix (argv[i], "--") && *at != '\0' && *at != '='; at++)
      if (*at == '_')
        *at = '-';
}

static gboolean
is_whole (const Job *job)
{
  return job->model != NULL && (job->samples == NULL) != (job->statistics == NULL) &&
         (int) job->network.threads >= 0 && (int) job->limit >= 1;
}

/* What the command line holds, before it is understood. */
typedef struct {
  char *samples, *statistics, *output, *convert;
  char *method, *preset, *mean, *scale, *reverse, *config, *device;
  char **ignore, **shape;
  double max_drop;
  int limit, threads;
} Arguments;

static void
arguments_clear (Arguments *a)
{
  char *texts[] = { a->samples, a->statistics, a->output, a->convert,
                    a->method,  a->preset,     a->mean,   a->scale,
                    a->reverse, a->config,     a->device };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  g_strfreev (a->ignore);
  g_strfreev (a->shape);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static int
read_arguments (Arguments *a, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "samples", 0, 0, G_OPTION_ARG_FILENAME, &a->samples,
      "a folder of .npy, .ppm, .pgm; random:N for numbers", "DIR" },
    { "statistics", 0, 0, G_OPTION_ARG_FILENAME, &a->statistics,
      "what an earlier run has found, instead of samples", "FILE.json" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &a->output, "the model to write",
      "OUT.xml" },
    { "method", 0, 0, G_OPTION_ARG_STRING, &a->method,
      "how ranges are found: mse (default), minmax, percentile, entropy", "METHOD" },
    { "preset", 0, 0, G_OPTION_ARG_STRING, &a->preset, "performance or mixed (default)",
      "PRESET" },
    { "max-drop", 0, 0, G_OPTION_ARG_DOUBLE, &a->max_drop,
      "layers stay in float until no output drifts further; 0.1 with mixed", "X" },
    { "ignore", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a->ignore,
      "layers that stay in float, by name", "PATTERN" },
    { "subset", 0, 0, G_OPTION_ARG_INT, &a->limit, "at most so many samples; 300 without",
      "N" },
    { "shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a->shape, "shape of an input",
      "[NAME=][1,3,224,224]" },
    { "mean-values", 0, 0, G_OPTION_ARG_STRING, &a->mean, "of pictures", "A,B,C" },
    { "scale-values", 0, 0, G_OPTION_ARG_STRING, &a->scale, "of pictures", "A,B,C" },
    { "reverse-input-channels", 0, 0, G_OPTION_ARG_STRING, &a->reverse,
      "true: the network wants RGB; false: BGR", "BOOL" },
    { "pre-process-config", 0, 0, G_OPTION_ARG_STRING, &a->config,
      "how pictures fill the input", "resize=letterbox,pad=114" },
    { "convert-options", 0, 0, G_OPTION_ARG_STRING, &a->convert,
      "options of `weir convert`", "TEXT" },
    { "device", 0, 0, G_OPTION_ARG_STRING, &a->device, "where samples run", "DEVICE" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &a->threads, "threads; all CPUs without", "N" },
    { NULL },
  };

  replace_underscores (*argc, *argv);
  return parse_arguments ("quantize", "MODEL", entries, argc, argv);
}

int
command_quantize (int argc, char **argv)
{
  g_auto (Arguments) a = { .max_drop = -1, .limit = DEFAULT_SAMPLES };
  int status = read_arguments (&a, &argc, &argv);
  GError *error = NULL;
  Job job;

  if (status != 0)
    return status - 1;
  job = (Job){ .model = argc == 2 ? argv[1] : NULL,
               .samples = a.samples,
               .statistics = a.statistics,
               .output = a.output,
               .convert_options = a.convert,
               .shape = a.shape,
               .limit = (guint) a.limit,
               .wishes = { a.mean, a.scale, a.config },
               .calibrate = { .method = a.method,
                              .preset = a.preset,
                              .max_drop = a.max_drop,
                              .ignore = a.ignore },
               .network = { .device = a.device, .threads = (guint) a.threads } };
  if (!is_whole (&job) || !read_reverse (a.reverse, &job.wishes.reverse)) {
    fprintf (stderr,
             "weir: error: expected one MODEL, and --samples or --statistics; see "
             "`weir quantize --help`\n");
    return EXIT_USAGE;
  }
  return quantize (&job, &error) ? 0 : fail (&error, EXIT_FAILED);
}
