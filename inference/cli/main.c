#include "commands.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static const Command commands[] = {
  { "convert", "convert a model to OpenVINO IR", command_convert },
  { "run", "run a model on NumPy arrays", command_run },
  { "bench", "measure how fast a model runs", command_bench },
  { "inspect", "tell what a model is made of", command_inspect },
  { "check", "tell where two models or devices part", command_check },
  { "quantize", "make an INT8 model of a float one, from samples", command_quantize },
  { "ops", "list the operations that are known", command_ops },
  { "devices", "list the devices that can run models", command_devices },
};

/* Model Optimizer's command, and those that name the framework. */
static const struct {
  const char *name, *framework;
} mo_names[] = {
  { "mo", NULL },
  { "mo_onnx", "onnx" },
  { "mo_tf", "tf" },
  { "mo_caffe", "caffe" },
  { "mo_mxnet", "mxnet" },
  { "mo_kaldi", "kaldi" },
  { "mo_paddle", "paddle" },
  { "mo_tflite", "tflite" },
};

static void
print_help (void)
{
  printf ("usage: weir COMMAND [OPTIONS]\n\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    printf ("  %-9s %s\n", commands[i].name, commands[i].summary);
  printf ("\n`weir COMMAND --help` tells more. Called as `mo`, `mo_onnx`, … it is `weir "
          "convert`.\n");
}

int
fail (GError **error, int status)
{
  fprintf (stderr, "weir: error: %s\n",
           *error != NULL ? (*error)->message : "unknown failure");
  g_clear_error (error);
  return status;
}

int
parse_arguments (const char *name, const char *synopsis, const GOptionEntry *entries,
                 int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (synopsis);
  g_autofree char *program = g_strconcat ("weir ", name, NULL);
  GError *error = NULL;

  g_set_prgname (program);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_help_enabled (context, FALSE);
  for (int i = 1; i < *argc; i++)
    if (strcmp ((*argv)[i], "--help") == 0 || strcmp ((*argv)[i], "-h") == 0) {
      g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);
      printf ("%s", help);
      return 1;
    }
  if (g_option_context_parse (context, argc, argv, &error))
    return 0;
  return fail (&error, EXIT_USAGE) + 1;
}

int
main (int argc, char **argv)
{
  g_autofree char *called = g_path_get_basename (argv[0]);

  setlocale (LC_ALL, "C");
  for (guint i = 0; i < G_N_ELEMENTS (mo_names); i++)
    if (strcmp (called, mo_names[i].name) == 0)
      return convert_as_mo (argc, argv, mo_names[i].framework);
  if (argc < 2 || strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "help") == 0) {
    print_help ();
    return argc < 2 ? EXIT_USAGE : 0;
  }
  if (strcmp (argv[1], "--version") == 0) {
    printf ("weir %s\n", PACKAGE_VERSION);
    return 0;
  }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i].name) == 0)
      return commands[i].run (argc - 1, argv + 1);
  fprintf (stderr, "weir: error: there is no command '%s'; see `weir --help`\n", argv[1]);
  return EXIT_USAGE;
}
