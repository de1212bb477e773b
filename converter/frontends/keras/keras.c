#include "keras.h"

#include "ir/verify.h"

#include <string.h>

/* The files of Keras: HDF5 with the configuration as a text and the weights as datasets;
 * of Keras 3 also an archive of both. */

static int
keras_probe (const WeirBytes *head, const char *path)
{
  static const guint8 magic[] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };

  if (keras_archive_probe (head, path))
    return 90;
  return head->size >= sizeof magic && memcmp (head->data, magic, sizeof magic) == 0 ? 90
                                                                                     : 0;
}

/* The configuration as JSON; the file must stay open for the weights. */
static JsonNode *
read_config (WeirHdf5 *file, const WeirBytes *archive, GError **error)
{
  g_autofree char *text = NULL;
  WeirBytes bytes;

  if (archive != NULL)
    return keras_archive_config (archive, error);
  text = weir_hdf5_text (file, "/", "model_config");
  if (text == NULL) {
    weir_fail (error, WEIR_ERROR_FORMAT,
               "no attribute 'model_config': weights alone are no model");
    return NULL;
  }
  bytes = WEIR_BYTES ((const guint8 *) text, strlen (text));
  return weir_json_parse (&bytes, error);
}

static gboolean
convert (KerasModel *model, WeirGraph *graph, const WeirBytes *archive, GError **error)
{
  JsonNode *config = read_config (model->weights, archive, error);
  WeirBuilder builder = WEIR_BUILDER (graph);
  gboolean good;

  model->is_archive = archive != NULL;
  model->builder = &builder;
  good = config != NULL && keras_describe (model, config, error) &&
         keras_model_convert (model, error) && weir_graph_verify (graph, error);
  keras_model_clear (model);
  g_clear_error (&builder.error);
  g_clear_pointer (&config, json_node_unref);
  return good;
}

static WeirModel *
load (const WeirFrontendInput *input, GPtrArray *unsupported, GError **error)
{
  WeirBytes bytes = weir_source_bytes (input->source);
  const WeirBytes *archive = keras_is_archive (&bytes) ? &bytes : NULL;
  g_autoptr (WeirHdf5) file =
      archive != NULL ? keras_archive_weights (archive, error)
                      : weir_hdf5_open (weir_source_gbytes (input->source), error);
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autofree char *name = weir_frontend_model_name (input);
  KerasModel model;

  if (file == NULL)
    return NULL;
  keras_model_init (&model, input);
  model.weights = file;
  model.unsupported = unsupported;
  return convert (&model, graph, archive, error)
             ? weir_model_new (g_steal_pointer (&graph), name, "keras")
             : NULL;
}

static WeirModel *
keras_load (const WeirFrontendInput *input, GPtrArray *unsupported, GError **error)
{
  WeirModel *model = NULL;

  if (input->source == NULL)
    weir_fail (error, WEIR_ERROR_ARGUMENT, "expected a file, found a directory");
  else
    model = load (input, unsupported, error);
  if (model == NULL)
    g_prefix_error (error, "%s: ", weir_frontend_input_name (input));
  return model;
}

const WeirFrontend weir_frontend_keras = {
  .name = "keras",
  .media_type = "application/x-hdf5",
  .extensions = "h5|hdf5|keras",
  .probe = keras_probe,
  .op_names = keras_layer_names,
  .cuts = TRUE,
  .load = keras_load,
};
