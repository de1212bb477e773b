#include "replace.h"

#include "base/problem.h"
#include "detection.h"
#include "extension.h"
#include "table.h"

#include <math.h>
#include <string.h>

static const TfReplaceRow *const tables[] = { tf_replace_detection, tf_replace_yolo };

gboolean
tf_replace_bool (const TfReplace *r, const char *name, gboolean fallback)
{
  JsonNode *node = weir_json_member (r->attributes, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_BOOLEAN
             ? json_node_get_boolean (node)
             : fallback;
}

double
tf_replace_number (const TfReplace *r, const char *name, double fallback)
{
  JsonNode *node = weir_json_member (r->attributes, name);
  double value;

  return node != NULL && weir_json_node_number (node, &value) && isfinite (value)
             ? value
             : fallback;
}

GArray *
tf_replace_numbers (const TfReplace *r, const char *name, GError **error)
{
  JsonNode *node = weir_json_member (r->attributes, name);
  JsonArray *list = node != NULL ? weir_json_node_array (node) : NULL;
  guint n = list != NULL ? json_array_get_length (list) : 0;
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < n; i++) {
    double value;

    if (!weir_json_node_number (json_array_get_element (list, i), &value))
      list = NULL;
    if (list == NULL)
      break;
    g_array_append_val (values, value);
  }
  if (list != NULL)
    return g_steal_pointer (&values);
  if (node != NULL)
    weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                       "attribute '%s': expected a list of numbers", name);
  return NULL;
}

void
tf_replace_output (TfReplace *r, const char *name, const char *ref)
{
  if (r->rewrite->outputs == NULL)
    r->rewrite->outputs = tf_wanted_new ();
  tf_wanted_add (r->rewrite->outputs, name, ref);
}

const char *
tf_replace_shape (const TfReplace *r, const char *name)
{
  const WeirCut *cut = r->rewrite->import->input->cut;
  const GPtrArray *inputs = cut != NULL ? cut->inputs : NULL;

  for (guint i = 0; inputs != NULL && i < inputs->len; i++) {
    const WeirInputSpec *spec = inputs->pdata[i];

    if (spec->shape != NULL &&
        (spec->name == NULL ? i == 0 : strcmp (spec->name, name) == 0))
      return spec->shape;
  }
  return NULL;
}

static const TfReplaceRow *
find_row (const char *id)
{
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    for (const TfReplaceRow *row = tables[t]; row->id != NULL; row++)
      if (strcmp (row->id, id) == 0)
        return row;
  return NULL;
}

static gboolean
run_one (TfReplace *r, JsonObject *object, GError **error)
{
  const TfReplaceRow *row = find_row (weir_json_string (object, "id"));
  const WeirTranslation *own;

  r->config = object;
  r->id = weir_json_string (object, "id");
  r->attributes = weir_json_object (object, "custom_attributes");
  own = row == NULL ? weir_extension_op ("tensorflow", TF_SUBGRAPH, r->id) : NULL;
  if (row == NULL && own == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_REPLACEMENT,
                              "replacement '%s': neither Weir nor an extension has one "
                              "of this id",
                              r->id);
  if (row == NULL ? tf_replace_subgraphs (r, own, error)
                  : row->run == NULL || row->run (r, error))
    return TRUE;
  g_prefix_error (error, "replacement '%s': ", r->id);
  return FALSE;
}

static gboolean
run_all (TfReplace *r, JsonNode *root, GError **error)
{
  JsonArray *list = weir_json_node_array (root);

  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!run_one (r, json_array_get_object_element (list, i), error))
      return FALSE;
  return TRUE;
}

/* The kind of network alone says what there is to replace. */
static const char *
name_of_kind (const TfReplace *r)
{
  if (r->pipeline->model->ssd != NULL)
    return "ssd_support_api_v1.15";
  return tf_detection_has_masks (r->rewrite) ? "mask_rcnn_support_api_v1.15"
                                             : "faster_rcnn_support_api_v1.15";
}

static gboolean
run_config (TfReplace *r, const char *name, GError **error)
{
  g_autoptr (JsonNode) root = tf_replace_config (name, error);

  return root != NULL && run_all (r, root, error);
}

/* @bytes: (nullable): of the pipeline.config. */
static gboolean
run_with (TfReplace *r, GBytes *bytes, const char *name, GError **error)
{
  TfFile file = { 0 };
  gboolean good = TRUE;

  if (bytes != NULL) {
    r->pipeline = tf_pipeline_read (&file, bytes, error);
    good = r->pipeline != NULL;
  }
  if (good)
    good = run_config (r, name != NULL ? name : name_of_kind (r), error);
  tf_file_clear (&file);
  return good;
}

static gboolean
run_asked (TfRewrite *rewrite, const char *name, const char *path, GError **error)
{
  TfReplace r = { .rewrite = rewrite, .asked = TRUE };
  g_autoptr (WeirSource) source = NULL;

  if (path != NULL) {
    source = weir_source_open (path, error);
    if (source == NULL)
      return FALSE;
  }
  return run_with (&r, source != NULL ? weir_source_gbytes (source) : NULL, name, error);
}

/* What lies beside the model decides, unless it does not fit: then nothing is changed. */
static gboolean
run_found (TfRewrite *rewrite, GError **error)
{
  const WeirFrontendInput *input = rewrite->import->input;
  TfReplace r = { .rewrite = rewrite };
  g_autoptr (GError) local = NULL;

  if (run_with (&r, weir_source_gbytes (input->beside), NULL, &local)) {
    g_message ("%s: its detection is replaced as %s beside it says",
               weir_frontend_input_name (input), TF_PIPELINE);
    return TRUE;
  }
  if (g_error_matches (local, WEIR_ERROR, WEIR_ERROR_LIMIT)) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  tf_rewrite_undo (rewrite);
  g_message ("%s: converted as it is, in spite of %s beside it: %s",
             weir_frontend_input_name (input), TF_PIPELINE, local->message);
  return TRUE;
}

/* Nodes without a name or an operation are an error that the conversion tells. */
static gboolean
is_whole (const TfRewrite *rewrite)
{
  for (guint i = 0; i < rewrite->list->len; i++) {
    const Tf__NodeDef *proto = rewrite->list->pdata[i];

    if (proto->name == NULL || proto->op == NULL)
      return FALSE;
  }
  return TRUE;
}

gboolean
tf_replace (TfRewrite *rewrite, GError **error)
{
  const WeirFrontendInput *input = rewrite->import->input;
  const char *name = weir_frontend_option (input, "transformations_config");
  const char *path =
      weir_frontend_option (input, "tensorflow_object_detection_api_pipeline_config");

  if (!is_whole (rewrite))
    return TRUE;
  if (!tf_replace_update (rewrite, error))
    return FALSE;
  if (name != NULL || path != NULL)
    return run_asked (rewrite, name, path, error);
  if (input->beside != NULL)
    return run_found (rewrite, error);
  if (tf_rewrite_find (rewrite, "Postprocessor/BatchMultiClassNonMaxSuppression/map/"
                                "TensorArrayStack/TensorArrayGatherV3") != NULL)
    g_message (
        "%s: a network of the Object Detection API, converted as it is: there is no "
        "%s beside it",
        weir_frontend_input_name (input), TF_PIPELINE);
  return TRUE;
}
