#include "commands.h"
#include "session.h"
#include "utterances.h"

#include <stdio.h>
#include <string.h>

/* weir run: a model on NumPy arrays and Kaldi archives. */

static void
print_output (const WeirPortInfo *info, const WeirTensor *tensor)
{
  g_autofree char *shape = weir_shape_to_string (weir_tensor_shape (tensor));
  gsize shown = MIN (weir_tensor_count (tensor), 8);

  printf ("%s %s %s:", info->name, weir_dtype_name (weir_tensor_dtype (tensor)), shape);
  for (gsize i = 0; i < shown; i++)
    printf (" %g", weir_tensor_get (tensor, i));
  printf ("%s\n", shown < weir_tensor_count (tensor) ? " …" : "");
}

/* The outputs of all repetitions, one behind the other along dimension 0. */
static WeirTensor *
join (GPtrArray *parts, GError **error)
{
  WeirTensor *first = parts->pdata[0], *joined;
  WeirShape shape = *weir_tensor_shape (first);
  guint8 *at;

  if (parts->len == 1 || shape.rank == 0)
    return weir_tensor_ref (parts->pdata[parts->len - 1]);
  shape.dims[0] *= parts->len;
  joined = weir_tensor_new (weir_tensor_dtype (first), &shape, error);
  if (joined == NULL)
    return NULL;
  at = weir_tensor_writable (joined);
  for (guint i = 0; i < parts->len; i++) {
    gsize size = weir_tensor_size (parts->pdata[i]);

    memcpy (at, weir_tensor_data (parts->pdata[i]), size);
    at += size;
  }
  return joined;
}

static WeirTensor *
keep (WeirTensor *output, guint repeats, GError **error)
{
  if (repeats == 1)
    return weir_tensor_ref (output);
  return weir_tensor_new_copy (weir_tensor_dtype (output), weir_tensor_shape (output),
                               weir_tensor_data (output), error);
}

static gboolean
run_all (Session *s, GPtrArray **parts, GError **error)
{
  for (guint r = 0; r < s->repeats; r++) {
    if (!session_set_inputs (s, r, error) || !weir_request_run (s->request, error))
      return FALSE;
    for (guint i = 0; i < weir_network_n_outputs (s->network); i++) {
      WeirTensor *copy = keep (weir_request_output (s->request, i), s->repeats, error);

      if (copy == NULL)
        return FALSE;
      g_ptr_array_add (parts[i], copy);
    }
  }
  return TRUE;
}

static gboolean
hand_out (Session *s, GPtrArray **parts, const char *directory, GError **error)
{
  guint n = weir_network_n_outputs (s->network);
  g_autoptr (GPtrArray) joined =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_tensor_unref);

  for (guint i = 0; i < n; i++) {
    WeirTensor *tensor = join (parts[i], error);

    if (tensor == NULL)
      return FALSE;
    g_ptr_array_add (joined, tensor);
  }
  if (directory != NULL)
    return session_write (s, (WeirTensor *const *) joined->pdata, directory, error);
  for (guint i = 0; i < n; i++) {
    WeirPortInfo info;

    weir_network_output (s->network, i, &info);
    print_output (&info, joined->pdata[i]);
  }
  return TRUE;
}

static GPtrArray **
parts_new (guint n)
{
  GPtrArray **parts = g_new0 (GPtrArray *, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    parts[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_tensor_unref);
  return parts;
}

static void
parts_free (GPtrArray **parts, guint n)
{
  for (guint i = 0; i < n; i++)
    g_ptr_array_unref (parts[i]);
  g_free (parts);
}

static gboolean
run_session (Session *s, const char *directory, GError **error)
{
  guint n = weir_network_n_outputs (s->network);
  GPtrArray **parts = parts_new (n);
  gboolean good = run_all (s, parts, error) && hand_out (s, parts, directory, error);

  parts_free (parts, n);
  return good;
}

/* The first output goes into the archive; without one all are printed. */
static gboolean
run_utterance (Session *s, const char *key, GPtrArray *outputs, gboolean print,
               GError **error)
{
  guint n = weir_network_n_outputs (s->network);
  GPtrArray **parts = parts_new (n);
  gboolean good = run_all (s, parts, error);
  WeirTensor *joined = good && n > 0 ? join (parts[0], error) : NULL;

  good = joined != NULL;
  if (good) {
    WeirUtterance *utterance = g_new0 (WeirUtterance, 1);

    utterance->key = g_strdup (key);
    utterance->features = joined;
    g_ptr_array_add (outputs, utterance);
  }
  if (good && print) {
    printf ("%s\n", key);
    good = hand_out (s, parts, NULL, error);
  }
  parts_free (parts, n);
  return good;
}

static gboolean
run_archive (Session *s, const char *path, GError **error)
{
  g_autoptr (GPtrArray) outputs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_utterance_free);
  const char *key;

  for (guint i = 0; (key = utterances_name (s, i)) != NULL; i++)
    if (!utterances_use (s, i, error) ||
        !run_utterance (s, key, outputs, path == NULL, error))
      return FALSE;
  return path == NULL || weir_utterances_write (path, outputs, error);
}

static gboolean
run (Session *s, const char *directory, const char *archive, GError **error)
{
  if (utterances_name (s, 0) == NULL && archive == NULL)
    return run_session (s, directory, error);
  if (utterances_name (s, 0) == NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "--output-archive: no --input is an archive");
  if (directory != NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "--output-dir: outputs of an archive go to --output-archive");
  return run_archive (s, archive, error);
}

int
command_run (int argc, char **argv)
{
  SessionOptions options = { 0 };
  g_auto (GStrv) input = NULL;
  g_auto (GStrv) shape = NULL;
  g_autofree char *convert = NULL;
  g_autofree char *extensions = NULL;
  g_autofree char *offload = NULL;
  g_autofree char *directory = NULL;
  g_autofree char *archive = NULL;
  g_autofree char *device = NULL;
  g_autofree char *precision = NULL;
  int threads = 0, status;
  Session session = { 0 };
  GError *error = NULL;
  const GOptionEntry entries[] = {
    { "input", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &input, "an input; zeros without",
      "[NAME=]FILE.npy|ark|scp" },
    { "shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &shape, "shape of an input",
      "[NAME=][1,3,224,224]" },
    { "convert-options", 0, 0, G_OPTION_ARG_STRING, &convert, "options of `weir convert`",
      "TEXT" },
    { "extensions", 0, 0, G_OPTION_ARG_FILENAME, &extensions,
      "libraries and mappings of your own", "LIST" },
    { "offload", 0, 0, G_OPTION_ARG_STRING, &offload,
      "who runs parts of other frameworks: FRAMEWORK=RUNNER", "LIST" },
    { "output-dir", 0, 0, G_OPTION_ARG_FILENAME, &directory,
      "write NNN.npy and outputs.json there", "DIR" },
    { "output-archive", 0, 0, G_OPTION_ARG_FILENAME, &archive,
      "write the first output of each utterance there", "[ark,t:]FILE" },
    { "device", 0, 0, G_OPTION_ARG_STRING, &device, "CPU, REFERENCE or AUTO", "DEVICE" },
    { "precision", 0, 0, G_OPTION_ARG_STRING, &precision, "f32", "TYPE" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "threads; all CPUs without", "N" },
    { NULL },
  };

  status = parse_arguments ("run", "MODEL", entries, &argc, &argv);
  if (status != 0)
    return status - 1;
  if (argc != 2 || threads < 0 || (precision != NULL && strcmp (precision, "f32") != 0)) {
    fprintf (stderr,
             "weir: error: expected one MODEL, and f32 as precision; see --help\n");
    return EXIT_USAGE;
  }
  options =
      (SessionOptions){ .model = argv[1],
                        .convert_options = convert,
                        .extensions = extensions,
                        .offload = offload,
                        .input = input,
                        .shape = shape,
                        .network = { .device = device, .threads = (guint) threads } };
  if (!session_open (&session, &options, &error) ||
      !run (&session, directory, archive, &error))
    status = EXIT_FAILED;
  session_close (&session);
  return status == 0 ? 0 : fail (&error, status);
}
