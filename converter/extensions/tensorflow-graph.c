#include "tensorflow-graph.h"

#include "base/error.h"
#include "base/limits.h"

#include <string.h>

#define PREFIX    "weir"
#define MOST_KEPT 32

/* What reaches out of the process is not run for a model: files, other processes, code of
 * other languages. */
static const char *const forbidden[] = {
  "ReadFile",
  "WriteFile",
  "MatchingFiles",
  "Save",
  "Restore",
  "MergeV2",
  "PyFunc",
  "EagerPyFunc",
  "WholeFile",
  "TextLine",
  "TFRecord",
  "FixedLength",
  "LMDB",
  "InitializeTableFromText",
  "Print",
  "Debug",
  "_Send",
  "_Recv",
  "RemoteCall",
  "Collective",
  "CreateSummary",
  "ImportEvent",
  "Dump",
  "Rpc",
  "TPU",
  "Compile",
  "DatasetToGraph",
  "DataService",
  "RegisterDataset",
};

/* Names and types and shapes of the inputs, and the names of the outputs: with the bytes
 * this is what a graph depends on. */
struct _WeirTfGraph {
  gatomicrefcount refs;
  const WeirTensorflow *tf;
  WeirTensor *bytes;
  char *key;
  TfGraph *graph;
  GMutex lock; /* of @session, which is made by the first run */
  TfSession *session;
  TfOutput *inputs, *outputs;
  guint n_inputs, n_outputs;
  WeirValueInfo *infos;
};

static GMutex lock;
static GQueue kept = G_QUEUE_INIT; /* the one used last in front */

void
weir_tf_graph_unref (WeirTfGraph *g)
{
  TfStatus *status;

  if (g == NULL || !g_atomic_ref_count_dec (&g->refs))
    return;
  status = g->tf->new_status ();
  if (g->session != NULL) {
    g->tf->close_session (g->session, status);
    g->tf->delete_session (g->session, status);
  }
  if (g->graph != NULL)
    g->tf->delete_graph (g->graph);
  g->tf->delete_status (status);
  weir_tensor_unref (g->bytes);
  g_mutex_clear (&g->lock);
  g_free (g->key);
  g_free (g->inputs);
  g_free (g->outputs);
  g_free (g->infos);
  g_free (g);
}

guint
weir_tf_graph_n_outputs (const WeirTfGraph *g)
{
  return g->n_outputs;
}

const WeirValueInfo *
weir_tf_graph_output (const WeirTfGraph *g, guint i)
{
  return &g->infos[i];
}

/* "name" or "name:1" as a name and a number. */
static char *
split (const char *text, int *index)
{
  const char *colon = strrchr (text, ':');
  guint64 number = 0;

  *index = 0;
  if (colon == NULL ||
      !g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, &number, NULL))
    return g_strdup (text);
  *index = (int) number;
  return g_strndup (text, (gsize) (colon - text));
}

/* An input of the sub-graph, which TensorFlow fills. */
static gboolean
add_placeholder (WeirTfGraph *g, guint i, const WeirValueInfo *info, TfStatus *status,
                 GError **error)
{
  g_autofree char *name = g_strdup_printf ("input_%u", i);
  int type = weir_tensorflow_type (info->dtype);
  TfDescription *description;

  if (type == 0)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "input %u: TensorFlow has no elements of type %s", i + 1,
                      weir_dtype_name (info->dtype));
  description = g->tf->new_operation (g->graph, "Placeholder", name);
  g->tf->set_type (description, "dtype", type);
  if (info->shape.rank >= 0)
    g->tf->set_shape (description, "shape", info->shape.dims, info->shape.rank);
  g->inputs[i] = (TfOutput){ g->tf->finish_operation (description, status), 0 };
  return weir_tensorflow_check (g->tf, status, error);
}

static gboolean
import_bytes (WeirTfGraph *g, GStrv inputs, GStrv outputs, TfStatus *status,
              GError **error)
{
  TfImportOptions *import = g->tf->new_import ();
  TfBuffer *buffer =
      g->tf->new_buffer (weir_tensor_data (g->bytes), weir_tensor_size (g->bytes));
  int index;

  g->tf->import_prefix (import, PREFIX);
  for (guint i = 0; i < g->n_inputs; i++) {
    g_autofree char *name = split (inputs[i], &index);

    g->tf->import_input (import, name, index, g->inputs[i]);
  }
  for (guint i = 0; i < g->n_outputs; i++) {
    g_autofree char *name = split (outputs[i], &index);

    g->tf->import_output (import, name, index);
  }
  g->tf->import_graph (g->graph, buffer, import, g->outputs, (int) g->n_outputs, status);
  g->tf->delete_buffer (buffer);
  g->tf->delete_import (import);
  return weir_tensorflow_check (g->tf, status, error);
}

static gboolean
check_operations (WeirTfGraph *g, GError **error)
{
  TfOperation *operation;
  gsize position = 0;

  while ((operation = g->tf->next_operation (g->graph, &position)) != NULL) {
    const char *op = g->tf->operation_type (operation);

    for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++)
      if (g_str_has_prefix (op, forbidden[i]))
        return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                          "operation %s reaches out of the process, and is not run for a "
                          "model",
                          op);
  }
  return TRUE;
}

/* What TensorFlow has worked out. */
static gboolean
read_output (WeirTfGraph *g, guint i, TfStatus *status, GError **error)
{
  int rank = g->tf->shape_rank (g->graph, g->outputs[i], status);
  int type = g->tf->output_type (g->outputs[i]);
  WeirValueInfo *info = &g->infos[i];
  gint64 dims[WEIR_MAX_RANK];

  if (!weir_tensorflow_check (g->tf, status, error))
    return FALSE;
  info->dtype = weir_tensorflow_dtype (type);
  info->shape = WEIR_SHAPE_UNKNOWN;
  if (info->dtype == WEIR_DTYPE_UNKNOWN)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "output %u has elements of TensorFlow's type %d", i, type);
  if (rank > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "output %u has %d dimensions", i,
                      rank);
  if (rank < 0)
    return TRUE;
  g->tf->shape_dims (g->graph, g->outputs[i], dims, rank, status);
  return weir_tensorflow_check (g->tf, status, error) &&
         weir_shape_init (&info->shape, dims, (gsize) rank, error);
}

static gboolean
read_graph (WeirTfGraph *g, const WeirNode *node, const WeirValueInfo *inputs,
            TfStatus *status, GError **error)
{
  g_auto (GStrv) froms = g_strsplit (weir_node_string (node, "input_names"), ",", -1);
  g_auto (GStrv) tos = g_strsplit (weir_node_string (node, "output_names"), ",", -1);
  gboolean good;

  if (g_strv_length (froms) != g->n_inputs || g_strv_length (tos) != node->n_outputs)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "expected names of %u inputs and %u outputs, found %u and %u",
                      g->n_inputs, node->n_outputs, g_strv_length (froms),
                      g_strv_length (tos));
  g->graph = g->tf->new_graph ();
  g->n_outputs = node->n_outputs;
  g->inputs = g_new0 (TfOutput, MAX (g->n_inputs, 1));
  g->outputs = g_new0 (TfOutput, MAX (g->n_outputs, 1));
  g->infos = g_new0 (WeirValueInfo, MAX (g->n_outputs, 1));
  good = TRUE;
  for (guint i = 0; good && i < g->n_inputs; i++)
    good = add_placeholder (g, i, &inputs[i], status, error);
  good =
      good && import_bytes (g, froms, tos, status, error) && check_operations (g, error);
  for (guint i = 0; good && i < g->n_outputs; i++)
    good = read_output (g, i, status, error);
  return good;
}

static char *
key_of (const WeirNode *node, const WeirValueInfo *inputs, guint n_inputs)
{
  GString *key = g_string_new (weir_node_string (node, "input_names"));

  g_string_append_printf (key, " %s", weir_node_string (node, "output_names"));
  for (guint i = 0; i < n_inputs; i++) {
    g_autofree char *shape = weir_shape_to_string (&inputs[i].shape);

    g_string_append_printf (key, " %s%s", weir_dtype_name (inputs[i].dtype), shape);
  }
  return g_string_free (key, FALSE);
}

static gboolean
same_bytes (const WeirTensor *a, const WeirTensor *b)
{
  return weir_tensor_size (a) == weir_tensor_size (b) &&
         (weir_tensor_data (a) == weir_tensor_data (b) ||
          memcmp (weir_tensor_data (a), weir_tensor_data (b), weir_tensor_size (a)) == 0);
}

/* (transfer full) (nullable) */
static WeirTfGraph *
find_kept (const char *key, const WeirTensor *bytes)
{
  for (GList *at = kept.head; at != NULL; at = at->next) {
    WeirTfGraph *g = at->data;

    if (strcmp (g->key, key) == 0 && same_bytes (g->bytes, bytes)) {
      g_queue_unlink (&kept, at);
      g_queue_push_head_link (&kept, at);
      g_atomic_ref_count_inc (&g->refs);
      return g;
    }
  }
  return NULL;
}

static void
keep (WeirTfGraph *g)
{
  g_atomic_ref_count_inc (&g->refs);
  g_queue_push_head (&kept, g);
  if (kept.length > MOST_KEPT)
    weir_tf_graph_unref (g_queue_pop_tail (&kept));
}

WeirTfGraph *
weir_tf_graph_find (const WeirTensorflow *tf, const WeirNode *node, WeirTensor *bytes,
                    const WeirValueInfo *inputs, guint n_inputs, GError **error)
{
  g_autofree char *key = key_of (node, inputs, n_inputs);
  WeirTfGraph *g;
  TfStatus *status;

  g_mutex_lock (&lock);
  g = find_kept (key, bytes);
  if (g == NULL) {
    g = g_new0 (WeirTfGraph, 1);
    g_atomic_ref_count_init (&g->refs);
    g_mutex_init (&g->lock);
    g->tf = tf;
    g->bytes = weir_tensor_ref (bytes);
    g->key = g_steal_pointer (&key);
    g->n_inputs = n_inputs;
    status = tf->new_status ();
    if (read_graph (g, node, inputs, status, error))
      keep (g);
    else
      g_clear_pointer (&g, weir_tf_graph_unref);
    tf->delete_status (status);
  }
  g_mutex_unlock (&lock);
  return g;
}

static gboolean
ensure_session (WeirTfGraph *g, TfStatus *status, GError **error)
{
  g_mutex_lock (&g->lock);
  if (g->session == NULL) {
    TfOptions *options = g->tf->new_options ();

    g->session = g->tf->new_session (g->graph, options, status);
    g->tf->delete_options (options);
  }
  g_mutex_unlock (&g->lock);
  return weir_tensorflow_check (g->tf, status, error);
}

/* (transfer full): a copy of @tensor. */
static TfTensor *
import_tensor (const WeirTensorflow *tf, const WeirTensor *tensor, GError **error)
{
  const WeirShape *shape = weir_tensor_shape (tensor);
  gsize size = weir_tensor_size (tensor);
  TfTensor *copy = tf->new_tensor (weir_tensorflow_type (weir_tensor_dtype (tensor)),
                                   shape->dims, shape->rank, size);

  if (copy == NULL)
    weir_fail (error, WEIR_ERROR_LIMIT, "TensorFlow has no %zu bytes for an input", size);
  else if (size > 0)
    memcpy (tf->tensor_data (copy), weir_tensor_data (tensor), size);
  return copy;
}

gboolean
weir_tf_graph_run (WeirTfGraph *g, WeirTensor *const *inputs, TfTensor **results,
                   GError **error)
{
  const WeirTensorflow *tf = g->tf;
  g_autofree TfTensor **values = g_new0 (TfTensor *, MAX (g->n_inputs, 1));
  TfStatus *status = tf->new_status ();
  gboolean good = ensure_session (g, status, error);

  for (guint i = 0; good && i < g->n_inputs; i++) {
    values[i] = import_tensor (tf, inputs[i], error);
    good = values[i] != NULL;
  }
  if (good) {
    tf->run (g->session, NULL, g->inputs, values, (int) g->n_inputs, g->outputs, results,
             (int) g->n_outputs, NULL, 0, NULL, status);
    good = weir_tensorflow_check (tf, status, error);
  }
  for (guint i = 0; i < g->n_inputs; i++)
    if (values[i] != NULL)
      tf->delete_tensor (values[i]);
  tf->delete_status (status);
  return good;
}
