#include "weir-convert.h"

#include "cache.h"
#include "frontends/frontend.h"
#include "io/io.h"
#include "options.h"
#include "passes/passes.h"

#include <gio/gio.h>
#include <string.h>

/* From a file of any framework to an optimised graph: the only place that knows all
 * rooms. */

#define HEAD_BYTES 4096

typedef struct {
  const WeirConvertOptions *options;
  WeirProgress progress;
  gpointer user_data;
  GPtrArray *unsupported; /* (nullable): where to list what cannot be converted */
} Conversion;

static gboolean
tell (const Conversion *c, double fraction, const char *stage, GError **error)
{
  if (c->progress == NULL || c->progress (fraction, stage, c->user_data))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                       "the conversion was stopped");
  return FALSE;
}

static WeirBytes
head_of (WeirSource *source)
{
  WeirBytes bytes = weir_source_bytes (source);

  bytes.size = MIN (bytes.size, HEAD_BYTES);
  return bytes;
}

static const WeirFrontend *
choose_frontend (const Conversion *c, WeirSource *source, const char *path,
                 GError **error)
{
  const char *asked = weir_convert_options_get (c->options, "framework");
  WeirBytes head = head_of (source);
  const WeirFrontend *frontend =
      asked != NULL ? weir_frontend_find (asked) : weir_frontend_probe (&head, path);

  if (frontend != NULL)
    return frontend;
  if (asked != NULL)
    weir_fail (error, WEIR_ERROR_ARGUMENT, "there is no framework '%s'", asked);
  else if (head.size == 0)
    weir_fail (error, WEIR_ERROR_FORMAT, "the file is empty");
  else
    weir_fail (error, WEIR_ERROR_FORMAT,
               "not a model of a framework that Weir reads, and not an IR");
  return NULL;
}

static WeirModel *
load_framework (const Conversion *c, WeirSource *source, WeirSource *topology,
                const char *path, GError **error)
{
  const WeirFrontend *frontend = choose_frontend (c, source, path, error);
  g_autoptr (GPtrArray) unsupported =
      c->unsupported != NULL
          ? g_ptr_array_ref (c->unsupported)
          : g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirFrontendInput input = { .source = source, .topology = topology, .path = path };

  return frontend != NULL ? frontend->load (&input, unsupported, error) : NULL;
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

/* An IR or a framework's file, not optimised yet. */
static WeirModel *
load (const Conversion *c, WeirSource *source, WeirSource *topology, const char *path,
      GError **error)
{
  WeirBytes head = head_of (source);

  if (weir_stream_probe (&head))
    return load_stream (source, error);
  if (!weir_ir_probe (&head))
    return load_framework (c, source, topology, path, error);
  if (path == NULL) {
    weir_fail (error, WEIR_ERROR_ARGUMENT, "an IR needs its .bin: give its file name");
    return NULL;
  }
  return weir_ir_read (path, error);
}

static void
describe (const Conversion *c, WeirModel *model)
{
  weir_model_set_info (model, "MO_version", "weir " PACKAGE_VERSION);
  weir_model_set_info (model, "Runtime_version", "weir " PACKAGE_VERSION);
  if (strcmp (weir_model_framework (model), "ir") != 0)
    weir_model_set_info (model, "conversion_parameters/framework",
                         weir_model_framework (model));
  weir_convert_options_describe (c->options, model);
}

static gboolean
run_passes (const Conversion *c, WeirModel *model, GError **error)
{
  WeirPassOptions passes;
  gboolean good = weir_convert_options_passes (c->options, &passes, error) &&
                  weir_passes_convert (model, &passes, error);

  weir_pass_options_clear (&passes);
  return good;
}

static WeirModel *
convert (const Conversion *c, WeirSource *source, WeirSource *topology, const char *path,
         GError **error)
{
  g_autoptr (WeirModel) model = NULL;

  if (!tell (c, 0.1, "converting", error))
    return NULL;
  model = load (c, source, topology, path, error);
  if (model == NULL || !tell (c, 0.5, "optimising", error) ||
      !run_passes (c, model, error))
    return NULL;
  describe (c, model);
  if (!tell (c, 1, "done", error))
    return NULL;
  return g_steal_pointer (&model);
}

/* A model whose weights lie in other files is not known by its own bytes alone. */
static gboolean
is_whole (WeirModel *model)
{
  return weir_model_info (model, "external_data") == NULL;
}

/* Errors say which file, once. */
static void
name_file (GError **error, const char *name)
{
  if (error != NULL && *error != NULL && strstr ((*error)->message, name) == NULL)
    g_prefix_error (error, "%s: ", name);
}

WeirModel *
weir_convert_file (const char *path, const WeirConvertOptions *options,
                   WeirProgress progress, gpointer user_data, GError **error)
{
  g_autoptr (WeirConvertOptions) none = weir_convert_options_new ();
  Conversion c = { .options = options != NULL ? options : none,
                   .progress = progress,
                   .user_data = user_data };
  g_autoptr (WeirSource) source = NULL;
  WeirModel *model = NULL;

  if (!tell (&c, 0, "reading", error))
    return NULL;
  source = weir_source_open (path, error);
  if (source != NULL)
    model = convert (&c, source, NULL, path, error);
  if (model == NULL)
    name_file (error, path);
  return model;
}

WeirModel *
weir_convert_cached (const char *path, const WeirConvertOptions *options,
                     const char *cache_dir, WeirProgress progress, gpointer user_data,
                     GError **error)
{
  g_autoptr (WeirConvertOptions) none = weir_convert_options_new ();
  Conversion c = { .options = options != NULL ? options : none,
                   .progress = progress,
                   .user_data = user_data };
  g_autofree char *folder = weir_cache_folder (cache_dir);
  g_autofree char *key = NULL;
  g_autoptr (WeirSource) source = NULL;
  WeirModel *model = NULL;

  if (!tell (&c, 0, "reading", error) || (source = weir_source_open (path, error)) == NULL)
    return NULL;
  if (folder != NULL) {
    key = weir_cache_key (source, c.options);
    model = weir_cache_load (folder, key);
  }
  if (model != NULL)
    return model;
  model = convert (&c, source, NULL, path, error);
  if (model == NULL)
    name_file (error, path);
  else if (folder != NULL && is_whole (model))
    weir_cache_store (folder, key, model);
  return model;
}

static char *
framework_of (WeirSource *source, const char *path)
{
  WeirBytes bytes = weir_source_bytes (source);
  const char *name = weir_convert_framework (bytes.data, bytes.size, path);

  return g_strdup (name != NULL ? name : "unknown");
}

WeirModel *
weir_convert_inspect (const char *path, char **framework, GPtrArray **unsupported,
                      GError **error)
{
  g_autoptr (WeirConvertOptions) none = weir_convert_options_new ();
  g_autoptr (WeirSource) source = weir_source_open (path, error);
  Conversion c = { .options = none };
  GError *failure = NULL;
  WeirModel *model;

  *unsupported = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  *framework = NULL;
  if (source == NULL)
    return NULL;
  *framework = framework_of (source, path);
  c.unsupported = *unsupported;
  model = load (&c, source, NULL, path, &failure);
  if (model == NULL && (*unsupported)->len == 0) {
    g_propagate_error (error, failure);
    name_file (error, path);
  } else {
    g_clear_error (&failure);
  }
  return model;
}

WeirModel *
weir_convert_bytes (GBytes *bytes, const char *name, GBytes *topology,
                    const WeirConvertOptions *options, WeirProgress progress,
                    gpointer user_data, GError **error)
{
  g_autoptr (WeirConvertOptions) none = weir_convert_options_new ();
  Conversion c = { .options = options != NULL ? options : none,
                   .progress = progress,
                   .user_data = user_data };
  g_autoptr (WeirSource) source = weir_source_new (bytes, name);
  g_autoptr (WeirSource) second =
      topology != NULL ? weir_source_new (topology, name) : NULL;
  WeirModel *model = convert (&c, source, second, NULL, error);

  if (model == NULL)
    name_file (error, name);
  return model;
}

gboolean
weir_convert_optimise (WeirModel *model, GError **error)
{
  return weir_passes_optimise (model, error);
}

gboolean
weir_convert_write (WeirModel *model, const char *directory, const char *name,
                    guint ir_version, GError **error)
{
  return weir_ir_write (model, ir_version, directory, name, error);
}

GBytes *
weir_convert_to_stream (WeirModel *model, GError **error)
{
  g_autoptr (GBytes) xml = NULL;
  g_autoptr (GBytes) bin = NULL;

  if (!weir_ir_serialize (model, 11, &xml, &bin, error))
    return NULL;
  return weir_stream_pack (xml, bin, error);
}

const char *
weir_convert_framework (const guint8 *data, gsize size, const char *path)
{
  WeirBytes head = WEIR_BYTES (data, MIN (size, HEAD_BYTES));
  const WeirFrontend *frontend;

  if (weir_ir_probe (&head) || weir_stream_probe (&head))
    return "ir";
  frontend = weir_frontend_probe (&head, path);
  return frontend != NULL ? frontend->name : NULL;
}

const char *
weir_convert_media_type (const char *framework)
{
  const WeirFrontend *frontend;

  if (strcmp (framework, "ir") == 0)
    return "application/x-openvino-ir";
  frontend = weir_frontend_find (framework);
  return frontend != NULL ? frontend->media_type : NULL;
}

const char *const *
weir_convert_frameworks (guint *count)
{
  static const char *names[16];
  const WeirFrontend *const *frontends = weir_frontends (count);

  for (guint i = 0; i < *count && i < G_N_ELEMENTS (names); i++)
    names[i] = frontends[i]->name;
  return names;
}

const char *const *
weir_convert_operations (const char *framework, guint *count)
{
  const WeirFrontend *frontend = weir_frontend_find (framework);

  *count = 0;
  return frontend != NULL ? frontend->op_names (count) : NULL;
}
