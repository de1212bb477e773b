#include "commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* weir convert: Model Optimizer's command line. */

typedef struct {
  gboolean shown;
  gint64 start;
} Progress;

/* On a terminal, and only for what takes longer than a second, unless it was asked for.
 */
static gboolean
show_progress (double fraction, const char *stage, gpointer data)
{
  Progress *progress = data;

  if (!progress->shown &&
      (!isatty (STDERR_FILENO) || g_get_monotonic_time () - progress->start < 1000000))
    return TRUE;
  progress->shown = TRUE;
  fprintf (stderr, "Progress: %3.0f %% %s\n", fraction * 100, stage);
  return TRUE;
}

static void
print_help (void)
{
  g_autofree char *options = weir_convert_options_help ();

  printf ("usage: weir convert --input_model FILE [OPTIONS]\n\n"
          "Converts a model to OpenVINO IR: NAME.xml and NAME.bin.\n\n%s",
          options);
}

static char *
default_name (const char *path)
{
  char *name = g_path_get_basename (path);
  char *dot = strrchr (name, '.');

  if (dot == name || *name == '\0') {
    g_free (name);
    return g_strdup ("model");
  }
  if (dot != NULL)
    *dot = '\0';
  return name;
}

static gboolean
convert (const WeirConvertOptions *options, const char *input, GError **error)
{
  const char *directory = weir_convert_options_get (options, "output_dir");
  const char *given = weir_convert_options_get (options, "model_name");
  g_autofree char *name = given != NULL ? g_strdup (given) : default_name (input);
  Progress progress = { g_strcmp0 (weir_convert_options_get (options, "progress"),
                                   "true") == 0,
                        g_get_monotonic_time () };
  g_autoptr (WeirModel) model = NULL;
  g_autofree char *base = NULL;

  if (directory == NULL)
    directory = ".";
  if (strchr (name, G_DIR_SEPARATOR) != NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "--model_name: '%s' is not a file name",
                      name);
  model = weir_convert_file (input, options, show_progress, &progress, error);
  if (model == NULL || !weir_convert_write (model, directory, name, 11, error))
    return FALSE;
  if (g_strcmp0 (weir_convert_options_get (options, "silent"), "true") == 0)
    return TRUE;
  base = g_build_filename (directory, name, NULL);
  printf ("[ SUCCESS ] Generated IR version 11 model.\n"
          "[ SUCCESS ] XML file: %s.xml\n[ SUCCESS ] BIN file: %s.bin\n",
          base, base);
  return TRUE;
}

int
command_convert (int argc, char **argv)
{
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  const char *input;
  GError *error = NULL;

  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "--help") == 0 || strcmp (argv[i], "-h") == 0) {
      print_help ();
      return 0;
    }
  if (!weir_convert_options_parse (options, (const char *const *) argv + 1, &error))
    return fail (&error, EXIT_USAGE);
  input = weir_convert_options_get (options, "input_model");
  if (input == NULL) {
    fprintf (stderr,
             "weir: error: --input_model is missing; see `weir convert --help`\n");
    return EXIT_USAGE;
  }
  if (!convert (options, input, &error))
    return fail (&error, EXIT_FAILED);
  return 0;
}
