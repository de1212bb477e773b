#include "checkpoint.h"
#include "pack.h"

#include <string.h>

/* SavedModel and MetaGraph: a graph with the names of what it is for, and a checkpoint
 * beside it (tensorflow/core/protobuf/saved_model.proto, meta_graph.proto). */

#define BINARY    "saved_model.pb"
#define TEXT      "saved_model.pbtxt"
#define VARIABLES "variables/variables"
#define SERVING   "serving_default"
#define INIT      "__saved_model_init_op"
#define TRAINING  "__saved_model_train_op"
#define SERVE_TAG "serve"

/* Numbers of fields. */
enum { SAVED_META_GRAPHS = 2, META_GRAPH_DEF = 2 };

int
tf_saved_model_probe (const WeirFolder *folder)
{
  return weir_folder_has (folder, BINARY) || weir_folder_has (folder, TEXT) ? 100 : 0;
}

static gboolean
has_tag (const Tf__MetaGraphDef *graph, const char *tag)
{
  for (gsize i = 0; graph->meta_info_def != NULL && i < graph->meta_info_def->n_tags; i++)
    if (strcmp (graph->meta_info_def->tags[i], tag) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
has_tags (const Tf__MetaGraphDef *graph, GStrv tags)
{
  for (guint i = 0; tags[i] != NULL; i++)
    if (!has_tag (graph, g_strstrip (tags[i])))
      return FALSE;
  return TRUE;
}

/* (transfer full): what tags its graphs have, for messages: "serve; serve, gpu". */
static char *
list_tags (const Tf__SavedModel *model)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < model->n_meta_graphs; i++) {
    const Tf__MetaInfoDef *info = model->meta_graphs[i]->meta_info_def;

    g_string_append (text, i > 0 ? "; " : "");
    for (gsize k = 0; info != NULL && k < info->n_tags; k++)
      g_string_append_printf (text, "%s%s", k > 0 ? ", " : "", info->tags[k]);
  }
  return g_string_free (text, FALSE);
}

/* Where @graph lies in the file. */
static WeirBytes
bytes_of (const TfFile *file, const Tf__MetaGraphDef *graph)
{
  const Tf__SavedModel *model = weir_wire_message (file->wire);
  WeirBytes bytes = tf_file_bytes (file);
  gsize i = 0;

  while (i < model->n_meta_graphs && model->meta_graphs[i] != graph)
    i++;
  return tf_pack_find (&bytes, SAVED_META_GRAPHS, i);
}

/* The first graph with all tags that are asked for; with none, one that serves, else the
 * only one. */
static const Tf__MetaGraphDef *
choose_graph (TfImport *import, const Tf__SavedModel *model, GError **error)
{
  const char *asked = weir_frontend_option (import->input, "saved_model_tags");
  g_auto (GStrv) tags = g_strsplit (asked != NULL ? asked : SERVE_TAG, ",", -1);
  g_autofree char *found = NULL;

  for (gsize i = 0; i < model->n_meta_graphs; i++)
    if (has_tags (model->meta_graphs[i], tags))
      return model->meta_graphs[i];
  if (asked == NULL && model->n_meta_graphs == 1)
    return model->meta_graphs[0];
  found = list_tags (model);
  weir_fail (error, WEIR_ERROR_FORMAT, "no graph with the tags '%s'; there are: %s",
             asked != NULL ? asked : SERVE_TAG, found);
  return NULL;
}

static gboolean
is_for_use (const Tf__SignatureDefEntry *entry)
{
  return entry->key != NULL && entry->value != NULL && strcmp (entry->key, INIT) != 0 &&
         strcmp (entry->key, TRAINING) != 0 && entry->value->n_outputs > 0;
}

/* (nullable): "serving_default", else the first one. */
static const Tf__SignatureDef *
choose_signature (const Tf__MetaGraphDef *graph)
{
  const Tf__SignatureDef *first = NULL;

  for (gsize i = 0; i < graph->n_signature_def; i++) {
    const Tf__SignatureDefEntry *entry = graph->signature_def[i];

    if (!is_for_use (entry))
      continue;
    if (strcmp (entry->key, SERVING) == 0)
      return entry->value;
    if (first == NULL)
      first = entry->value;
  }
  return first;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  const TfWanted *const *x = a, *const *y = b;

  return strcmp ((*x)->name, (*y)->name);
}

/* (transfer full): a map of a signature; in the file it has no order. */
static GPtrArray *
read_map (Tf__TensorInfoEntry **entries, gsize count)
{
  GPtrArray *list = tf_wanted_new ();

  for (gsize i = 0; i < count; i++)
    if (entries[i]->key != NULL && entries[i]->value != NULL &&
        entries[i]->value->name != NULL)
      tf_wanted_add (list, entries[i]->key, entries[i]->value->name);
  g_ptr_array_sort (list, by_name);
  return list;
}

static WeirModel *
convert (TfImport *import, const Tf__MetaGraphDef *graph, const WeirBytes *bytes,
         gboolean signatures, GError **error)
{
  const Tf__SignatureDef *signature = signatures ? choose_signature (graph) : NULL;
  TfRequest request = { 0 };
  WeirModel *model;

  if (graph->graph_def == NULL) {
    weir_fail (error, WEIR_ERROR_FORMAT, "it holds no graph");
    return NULL;
  }
  import->graph_bytes = tf_pack_find (bytes, META_GRAPH_DEF, 0);
  if (signature != NULL) {
    request.inputs = read_map (signature->inputs, signature->n_inputs);
    request.outputs = read_map (signature->outputs, signature->n_outputs);
  }
  model = tf_graph_convert (import, graph->graph_def, &request, error);
  g_clear_pointer (&request.inputs, g_ptr_array_unref);
  g_clear_pointer (&request.outputs, g_ptr_array_unref);
  return model;
}

static WeirModel *
load_saved (TfImport *import, TfFile *file, GError **error)
{
  WeirFolder *folder = import->input->folder;
  const Tf__MetaGraphDef *graph;
  WeirModel *model = NULL;
  WeirBytes bytes;

  graph = choose_graph (import, weir_wire_message (file->wire), error);
  if (graph == NULL)
    return NULL;
  bytes = bytes_of (file, graph);
  import->file = file;
  if (folder != NULL && tf_checkpoint_there (folder, VARIABLES)) {
    import->checkpoint = tf_checkpoint_open (folder, VARIABLES, error);
    if (import->checkpoint == NULL)
      return NULL;
  }
  model = convert (import, graph, &bytes, TRUE, error);
  g_clear_pointer (&import->checkpoint, tf_checkpoint_free);
  return model;
}

WeirModel *
tf_saved_model_load (TfImport *import, gboolean is_text, GError **error)
{
  WeirFolder *folder = import->input->folder;
  g_autoptr (WeirSource) source = NULL;
  WeirModel *model = NULL;
  TfFile file = { 0 };

  if (import->input->source != NULL) {
    source = weir_source_ref (import->input->source);
  } else {
    is_text = !weir_folder_has (folder, BINARY);
    source = weir_folder_file (folder, is_text ? TEXT : BINARY, error);
  }
  if (source == NULL)
    return NULL;
  if (tf_file_read (&file, weir_source_gbytes (source), &tf__saved_model__descriptor,
                    is_text, error))
    model = load_saved (import, &file, error);
  tf_file_clear (&file);
  return model;
}

WeirModel *
tf_meta_graph_load (TfImport *import, TfFile *file, GError **error)
{
  const WeirFrontendInput *input = import->input;
  g_autofree char *prefix =
      input->path != NULL ? g_path_get_basename (input->path) : NULL;
  WeirBytes bytes = tf_file_bytes (file);

  import->file = file;
  if (prefix != NULL && g_str_has_suffix (prefix, ".meta"))
    prefix[strlen (prefix) - strlen (".meta")] = '\0';
  if (import->checkpoint == NULL && prefix != NULL && input->folder != NULL &&
      tf_checkpoint_there (input->folder, prefix)) {
    import->checkpoint = tf_checkpoint_open (input->folder, prefix, error);
    if (import->checkpoint == NULL)
      return NULL;
  }
  return convert (import, weir_wire_message (file->wire), &bytes, FALSE, error);
}
