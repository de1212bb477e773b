#include "commands.h"
#include "heap.h"
#include "progress.h"
#include "remedies.h"
#include "suggest.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

/* weir convert: Model Optimizer's command line. */

/* Where the two commands differ. */
typedef struct {
  const char *error, *note, *success;
  int usage;
} Manner;

static const Manner weir_manner = { "weir: error: ", "weir: note: ", "", EXIT_USAGE };
static const Manner mo_manner = { "[ ERROR ]  ", "[ WARNING ]  ", "[ SUCCESS ] ",
                                  EXIT_FAILED };

static void
print_help (void)
{
  g_autofree char *options = weir_convert_options_help ();

  printf ("usage: weir convert --input_model FILE [OPTIONS]\n\n"
          "Converts a model to OpenVINO IR: NAME.xml and NAME.bin. Options take their "
          "value behind\na blank or '='; dashes may stand for underscores. Flags stand "
          "alone or take =True, =False.\n%s",
          options);
}

static gboolean
is_on (const WeirConvertOptions *options, const char *name)
{
  return g_strcmp0 (weir_convert_options_get (options, name), "true") == 0;
}

/* What else may be printed than errors. */
typedef struct {
  const Manner *manner;
  gboolean notes;
} Talk;

static void
print_note (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  const Talk *talk = data;

  if ((level & G_LOG_LEVEL_MESSAGE) == 0)
    g_log_default_handler (domain, level, message, NULL);
  else if (talk->notes)
    fprintf (stderr, "%s%s\n", talk->manner->note, message);
}

static ProgressStyle
progress_style (const WeirConvertOptions *options)
{
  if (is_on (options, "stream_output"))
    return PROGRESS_LINES;
  if (is_on (options, "progress"))
    return PROGRESS_LINE;
  return is_on (options, "silent") ? PROGRESS_QUIET : PROGRESS_BAR;
}

static void
print_port (const char *what, const char *name, const WeirValueInfo *info)
{
  g_autofree char *shape = weir_shape_to_string (&info->shape);

  printf ("%s: %s %s %s\n", what, name, weir_dtype_name (info->dtype), shape);
}

/* The engine takes the rank of what it is given; others cannot. */
static void
print_input (const WeirGraph *graph, guint index)
{
  const char *name = weir_graph_parameter_name (graph, index);
  const WeirValueInfo *info = &weir_graph_parameter (graph, index)->outputs[0].info;

  print_port ("input", name, info);
  if (info->shape.rank < 0)
    printf (
        "note: nothing that reads input '%s' demands a rank, and OpenVINO's CPU device "
        "refuses such a model: --input_shape says one\n",
        name);
}

static gsize
file_size (const char *base, const char *suffix)
{
  g_autofree char *path = g_strconcat (base, suffix, NULL);
  GStatBuf st;

  return g_stat (path, &st) == 0 ? (gsize) st.st_size : 0;
}

/* (transfer full): in the units of disks, in ASCII. */
static char *
size_text (gsize bytes)
{
  return bytes < 1000000 ? g_strdup_printf ("%.1f kB", (double) bytes / 1e3)
                         : g_strdup_printf ("%.1f MB", (double) bytes / 1e6);
}

static void
print_summary (const WeirModel *model, const char *base, gint64 start)
{
  const WeirGraph *graph = weir_model_graph (model);
  g_autofree char *xml = size_text (file_size (base, ".xml"));
  g_autofree char *bin = size_text (file_size (base, ".bin"));

  for (guint i = 0; i < weir_graph_n_parameters (graph); i++)
    print_input (graph, i);
  for (guint i = 0; i < weir_graph_n_results (graph); i++)
    print_port ("output", weir_graph_result_name (graph, i),
                weir_graph_info (graph, weir_graph_result (graph, i)->inputs[0]));
  printf ("operations: %u read, %u written\nsize: XML %s, BIN %s\ntime: %.2f s\n",
          weir_model_operations_read (model), weir_model_operations (model), xml, bin,
          (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
}

static void
print_success (const Manner *manner, const char *base, guint version)
{
  g_autofree char *path = g_canonicalize_filename (base, NULL);

  printf ("%sGenerated IR version %u model.\n%sXML file: %s.xml\n%sBIN file: %s.bin\n",
          manner->success, version, manner->success, path, manner->success, path);
}

static gboolean
convert (const WeirConvertOptions *options, const Manner *manner, GError **error)
{
  const char *directory = weir_convert_options_get (options, "output_dir");
  const char *input = weir_convert_options_model (options, error);
  g_autofree char *name = weir_convert_options_model_name (options);
  g_autofree char *base = NULL;
  guint version = weir_convert_options_ir_version (options);
  Progress progress = PROGRESS (progress_style (options));
  g_autoptr (WeirModel) model = NULL;

  if (input == NULL)
    return FALSE;
  if (directory == NULL)
    directory = ".";
  model = weir_convert_file (input, options, progress_show, &progress, error);
  progress_end (&progress);
  if (model == NULL || !weir_convert_write (model, directory, name, version, error))
    return FALSE;
  if (is_on (options, "silent"))
    return TRUE;
  base = g_build_filename (directory, name, NULL);
  print_success (manner, base, version);
  if (manner == &weir_manner)
    print_summary (model, base, progress.start);
  return TRUE;
}

static int
fail_as (const Manner *manner, GError **error, int status)
{
  fprintf (stderr, "%s%s\n", manner->error, (*error)->message);
  g_clear_error (error);
  return status;
}

static gboolean
wants_notes (const WeirConvertOptions *options)
{
  const char *level = weir_convert_options_get (options, "log_level");

  return !is_on (options, "silent") && g_strcmp0 (level, "ERROR") != 0 &&
         g_strcmp0 (level, "CRITICAL") != 0;
}

/* A configuration alone was asked for. */
static gboolean
is_written (const WeirConvertOptions *options, const GError *error)
{
  return weir_convert_options_get (
             options, "tensorflow_custom_operations_config_update") != NULL &&
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static int
run (char **arguments, const Manner *manner, const char *framework)
{
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  Talk talk = { .manner = manner };
  gboolean unsupported;
  GError *error = NULL;

  if ((framework != NULL &&
       !weir_convert_options_set (options, "framework", framework, &error)) ||
      !weir_convert_options_parse (options, (const char *const *) arguments, &error) ||
      weir_convert_options_model (options, &error) == NULL)
    return fail_as (manner, &error, manner->usage);
  talk.notes = wants_notes (options);
  g_log_set_default_handler (print_note, &talk);
  if (convert (options, manner, &error))
    return 0;
  if (is_written (options, error)) {
    printf ("%s\n", error->message);
    g_error_free (error);
    return 0;
  }
  unsupported = g_error_matches (error, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED);
  fail_as (manner, &error, EXIT_FAILED);
  if (unsupported) {
    const char *path = weir_convert_options_model (options, NULL);

    remedies_print (path, weir_convert_options_get (options, "framework"));
    suggest_part (path, options, (const char *const *) arguments);
  }
  return EXIT_FAILED;
}

static int
convert_in (int argc, char **argv, const Manner *manner, const char *framework)
{
  for (int i = 1; i < argc; i++) {
    if (strcmp (argv[i], "--help") == 0 || strcmp (argv[i], "-h") == 0) {
      print_help ();
      return 0;
    }
    if (strcmp (argv[i], "--version") == 0) {
      printf ("weir %s\n", PACKAGE_VERSION);
      return 0;
    }
  }
  heap_use_large_pages ();
  return run (argv + 1, manner, framework);
}

int
command_convert (int argc, char **argv)
{
  return convert_in (argc, argv, &weir_manner, NULL);
}

int
convert_as_mo (int argc, char **argv, const char *framework)
{
  return convert_in (argc, argv, &mo_manner, framework);
}
