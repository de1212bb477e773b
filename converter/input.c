#include "input.h"

#include "base/problem.h"
#include "io/io.h"
#include "options.h"

#include <string.h>

/* From a path or bytes to the files of a model and the frontend that reads them. */

#define HEAD_BYTES 4096

static WeirBytes
head_of (WeirSource *source)
{
  WeirBytes bytes = weir_source_bytes (source);

  bytes.size = MIN (bytes.size, HEAD_BYTES);
  return bytes;
}

static gboolean
is_ir (const WeirInput *input)
{
  WeirBytes head;

  if (input->source == NULL)
    return FALSE;
  head = head_of (input->source);
  return weir_ir_probe (&head) || weir_stream_probe (&head);
}

static const WeirFrontend *
probe (const WeirInput *input)
{
  WeirBytes head;

  if (input->source == NULL)
    return weir_frontend_probe_folder (input->folder);
  head = head_of (input->source);
  return weir_frontend_probe (&head, input->path);
}

static gboolean
choose_frontend (WeirInput *input, const WeirConvertOptions *options, GError **error)
{
  const char *asked = weir_convert_options_get (options, "framework");

  if (is_ir (input))
    return TRUE;
  input->frontend = asked != NULL ? weir_frontend_find (asked) : probe (input);
  if (input->frontend != NULL)
    return TRUE;
  if (asked != NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_FRAMEWORK, "there is no framework '%s'",
                              asked);
  if (input->source == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_NOT_RECOGNISED,
                              "not the directory of a model that Weir reads");
  if (weir_source_bytes (input->source).size == 0)
    return weir_problem_fail (error, WEIR_PROBLEM_NOT_RECOGNISED, "the file is empty");
  return weir_problem_fail (error, WEIR_PROBLEM_NOT_RECOGNISED,
                            "not a model of a framework that Weir reads, and not an IR");
}

/* The second file of a two-file model: where the option says, else beside the first. */
static gboolean
find_topology (WeirInput *input, const WeirConvertOptions *options, GError **error)
{
  const WeirFrontend *frontend = input->frontend;
  const char *given;
  g_autofree char *base = NULL;
  g_autofree char *name = NULL;

  if (frontend == NULL || frontend->topology_name == NULL || input->topology != NULL)
    return TRUE;
  given = frontend->topology_option != NULL
              ? weir_convert_options_get (options, frontend->topology_option)
              : NULL;
  if (given != NULL) {
    input->topology = weir_source_open (given, error);
    return input->topology != NULL;
  }
  if (input->folder == NULL || input->source == NULL || input->path == NULL)
    return TRUE;
  base = g_path_get_basename (input->path);
  name = frontend->topology_name (base);
  if (name == NULL || !weir_folder_has (input->folder, name))
    return TRUE;
  input->topology = weir_folder_file (input->folder, name, error);
  return input->topology != NULL;
}

/* Whether what lies beside the folder lies beside the model: they are one. */
static gboolean
is_whole_folder (const WeirInput *input)
{
  return input->path != NULL &&
         weir_frontend_probe_folder (input->folder) == input->frontend;
}

/* (transfer full) (nullable): the file @name of the folder around that of the model. */
static WeirSource *
find_above (const WeirInput *input, const char *name, GError **error)
{
  g_autofree char *folder =
      g_canonicalize_filename (weir_folder_name (input->folder), NULL);
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autoptr (WeirFolder) above = weir_folder_new (parent);

  return weir_folder_has (above, name) ? weir_folder_file (above, name, error) : NULL;
}

/* One that cannot be read changes nothing. */
static void
find_beside (WeirInput *input)
{
  const char *name = input->frontend != NULL ? input->frontend->beside : NULL;
  g_autoptr (GError) error = NULL;

  if (name == NULL || input->folder == NULL)
    return;
  if (weir_folder_has (input->folder, name))
    input->beside = weir_folder_file (input->folder, name, &error);
  else if (is_whole_folder (input))
    input->beside = find_above (input, name, &error);
  if (error != NULL)
    g_message ("%s: %s beside it is not read: %s", input->name, name, error->message);
}

static gboolean
finish (WeirInput *input, const WeirConvertOptions *options, GError **error)
{
  if (!choose_frontend (input, options, error) || !find_topology (input, options, error))
    return FALSE;
  find_beside (input);
  return TRUE;
}

gboolean
weir_input_open (WeirInput *input, const char *path, const WeirConvertOptions *options,
                 GError **error)
{
  g_autofree char *directory = NULL;

  *input = (WeirInput){ .name = g_strdup (path), .path = g_strdup (path) };
  if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
    input->folder = weir_folder_new (path);
    return finish (input, options, error);
  }
  directory = g_path_get_dirname (path);
  input->folder = weir_folder_new (directory);
  input->source = weir_source_open (path, error);
  return input->source != NULL && finish (input, options, error);
}

static gboolean
take_parts (WeirInput *input, GBytes *bytes, GError **error)
{
  g_autofree char *main_name = NULL;
  g_autoptr (GPtrArray) parts = weir_parts_unpack (bytes, &main_name, error);

  if (parts == NULL)
    return FALSE;
  input->folder = weir_folder_new_parts (parts, input->name);
  if (main_name == NULL)
    return TRUE;
  input->path = g_strdup (main_name);
  input->source = weir_folder_file (input->folder, main_name, error);
  return input->source != NULL;
}

gboolean
weir_input_from_bytes (WeirInput *input, GBytes *bytes, const char *name,
                       GBytes *topology, const WeirConvertOptions *options,
                       GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  WeirBytes head = WEIR_BYTES (data, size);

  *input = (WeirInput){ .name = g_strdup (name) };
  if (topology != NULL)
    input->topology = weir_source_new (topology, name);
  if (!weir_parts_probe (&head))
    input->source = weir_source_new (bytes, name);
  else if (!take_parts (input, bytes, error))
    return FALSE;
  return finish (input, options, error);
}

void
weir_input_clear (WeirInput *input)
{
  g_free (input->name);
  g_free (input->path);
  weir_source_unref (input->source);
  weir_source_unref (input->topology);
  weir_source_unref (input->beside);
  weir_folder_free (input->folder);
  *input = (WeirInput){ 0 };
}

const char *
weir_input_framework (const WeirInput *input)
{
  if (input->frontend != NULL)
    return input->frontend->name;
  return is_ir (input) ? "ir" : NULL;
}

static WeirModel *
load_stream (WeirSource *source, GError **error)
{
  g_autoptr (GBytes) xml = NULL;
  g_autoptr (GBytes) bin = NULL;
  g_autoptr (WeirSource) xml_source = NULL;
  g_autoptr (WeirSource) bin_source = NULL;

  if (!weir_stream_unpack (weir_source_gbytes (source), &xml, &bin, error))
    return NULL;
  xml_source = weir_source_new (xml, weir_source_name (source));
  bin_source = weir_source_new (bin, weir_source_name (source));
  return weir_ir_read_sources (xml_source, bin_source, error);
}

static WeirModel *
load_ir (const WeirInput *input, GError **error)
{
  WeirBytes head = head_of (input->source);

  if (weir_stream_probe (&head))
    return load_stream (input->source, error);
  if (input->path != NULL)
    return weir_ir_read (input->path, error);
  weir_fail (error, WEIR_ERROR_ARGUMENT, "an IR needs its .bin: give its file name");
  return NULL;
}

WeirModel *
weir_input_load (const WeirInput *input, const WeirConvertOptions *options,
                 const WeirCut *cut, WeirCutHint *hint, GPtrArray *unsupported,
                 GError **error)
{
  g_autoptr (GHashTable) table = weir_convert_options_table (options);
  WeirFrontendInput files = { .source = input->source,
                              .topology = input->topology,
                              .folder = input->folder,
                              .beside = input->beside,
                              .path = input->path,
                              .options = table,
                              .cut = cut,
                              .hint = hint };

  return input->frontend != NULL ? input->frontend->load (&files, unsupported, error)
                                 : load_ir (input, error);
}
