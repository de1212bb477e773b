#include "weir-convert.h"

#include "base/problem.h"
#include "cache.h"
#include "extensions/extensions.h"
#include "frontends/extension-ops.h"
#include "input.h"
#include "io/io.h"
#include "offload/offload.h"
#include "options.h"
#include "passes/passes.h"

#include <gio/gio.h>
#include <string.h>

/* From the files of a model to an optimised graph. */

#define HEAD_BYTES 4096

typedef struct {
  const WeirConvertOptions *options;
  WeirProgress progress;
  gpointer user_data;
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

/* Options that ask for TensorFlow; a model never does. */
static gboolean
load_tensorflow (const Conversion *c, GError **error)
{
  static const char *const asking[] = { "tensorflow_subgraph_patterns",
                                        "tensorflow_operation_patterns",
                                        "offload_unsupported_operations_to_tf" };
  const char *kernels =
      weir_convert_options_get (c->options, "tensorflow_custom_layer_libraries");

  for (guint i = 0; i < G_N_ELEMENTS (asking); i++) {
    const char *value = weir_convert_options_get (c->options, asking[i]);

    if (value != NULL && strcmp (value, "false") != 0 &&
        !weir_tensorflow_load (WEIR_TENSORFLOW, error)) {
      g_prefix_error (error, "--%s: ", asking[i]);
      return FALSE;
    }
  }
  return kernels == NULL || weir_tensorflow_add_kernels (kernels, error);
}

/* Before anything is read: a cached IR needs its operations too. */
static gboolean
load_extensions (const Conversion *c, GError **error)
{
  const char *list = weir_convert_options_get (c->options, "extensions");

  return (list == NULL || weir_extensions_load (list, error)) &&
         load_tensorflow (c, error);
}

/* Who runs parts of the model is the user's to say, before any is read. */
static gboolean
load_runners (const Conversion *c, GError **error)
{
  const char *list = weir_convert_options_get (c->options, "offload");

  return list == NULL || weir_offload_load (list, error);
}

static GPtrArray *
unsupported_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
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

/* Passes are the second half of the work. */
static gboolean
tell_pass (double fraction, gpointer data, GError **error)
{
  return tell (data, 0.5 + fraction / 2, "optimising", error);
}

static WeirModel *
load_and_optimise (const Conversion *c, const WeirInput *input,
                   const WeirPassOptions *passes, GError **error)
{
  g_autoptr (GPtrArray) unsupported = unsupported_new ();
  g_autoptr (WeirModel) model = NULL;
  WeirCut cut = { .inputs = passes->inputs, .outputs = passes->outputs };

  model = weir_input_load (input, c->options, &cut, NULL, unsupported, error);
  if (model == NULL)
    return NULL;
  weir_model_note_operations (model);
  if (!weir_passes_convert (model, passes, error))
    return NULL;
  return g_steal_pointer (&model);
}

static WeirModel *
load_with_passes (Conversion *c, const WeirInput *input, GError **error)
{
  WeirModel *model = NULL;
  WeirPassOptions passes;

  if (weir_convert_options_passes (c->options, &passes, error)) {
    passes.is_cut = input->frontend != NULL && input->frontend->cuts;
    passes.ir_version = weir_convert_options_ir_version (c->options);
    passes.progress = tell_pass;
    passes.progress_data = c;
    model = load_and_optimise (c, input, &passes, error);
  }
  weir_pass_options_clear (&passes);
  return model;
}

static WeirModel *
convert (Conversion *c, const WeirInput *input, GError **error)
{
  g_autoptr (WeirModel) model = NULL;

  weir_convert_options_note (c->options);
  if (!tell (c, 0.1, "converting", error))
    return NULL;
  model = load_with_passes (c, input, error);
  if (model == NULL)
    return NULL;
  describe (c, model);
  if (!tell (c, 1, "done", error))
    return NULL;
  return g_steal_pointer (&model);
}

/* Errors say which file, once, and end with a code. */
static void
name_file (GError **error, const char *name)
{
  if (error != NULL && *error != NULL && strstr ((*error)->message, name) == NULL)
    g_prefix_error (error, "%s: ", name);
  weir_problem_settle (error);
}

static gboolean
begin (const Conversion *c, GError **error)
{
  return tell (c, 0, "reading", error) &&
         weir_convert_options_check (c->options, error) && load_extensions (c, error) &&
         load_runners (c, error);
}

WeirModel *
weir_convert_file (const char *path, const WeirConvertOptions *options,
                   WeirProgress progress, gpointer user_data, GError **error)
{
  return weir_convert_cached (path, options, "", progress, user_data, error);
}

static WeirModel *
convert_through_cache (Conversion *c, const WeirInput *input, const char *folder,
                       GError **error)
{
  g_autofree char *key = weir_cache_key (input, c->options);
  WeirModel *model = weir_cache_load (folder, key, input);

  if (model != NULL)
    return model;
  model = convert (c, input, error);
  if (model != NULL)
    weir_cache_store (folder, key, model, input);
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
  WeirInput input = { 0 };
  WeirModel *model = NULL;

  if (begin (&c, error) && weir_input_open (&input, path, c.options, error))
    model = folder != NULL ? convert_through_cache (&c, &input, folder, error)
                           : convert (&c, &input, error);
  weir_input_clear (&input);
  if (model == NULL)
    name_file (error, path);
  return model;
}

WeirModel *
weir_convert_inspect (const char *path, char **framework, GPtrArray **unsupported,
                      GError **error)
{
  g_autoptr (WeirConvertOptions) none = weir_convert_options_new ();
  WeirInput input = { 0 };
  GError *failure = NULL;
  WeirModel *model = NULL;
  const char *name;

  *unsupported = unsupported_new ();
  if (weir_input_open (&input, path, none, &failure))
    model = weir_input_load (&input, none, NULL, NULL, *unsupported, &failure);
  name = weir_input_framework (&input);
  *framework = g_strdup (name != NULL ? name : "unknown");
  weir_input_clear (&input);
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
  WeirInput input = { 0 };
  WeirModel *model = NULL;

  if (begin (&c, error) &&
      weir_input_from_bytes (&input, bytes, name, topology, c.options, error))
    model = convert (&c, &input, error);
  weir_input_clear (&input);
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
  gboolean good;

  if (*weir_model_name (model) == '\0')
    weir_model_set_name (model, name);
  good = weir_ir_write (model, ir_version, directory, name, error);
  weir_problem_settle (error);
  return good;
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

  g_return_val_if_fail (*count <= G_N_ELEMENTS (names), NULL);
  for (guint i = 0; i < *count; i++)
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

gboolean
weir_convert_load_extensions (const char *list, GError **error)
{
  return weir_extensions_load (list, error);
}

GPtrArray *
weir_convert_extension_operations (const char *framework)
{
  return weir_extension_op_names (framework);
}
