#include "extensions.h"

#include "base/error.h"
#include "base/limits.h"
#include "ir/registry.h"
#include "tensorflow-graph.h"

#include <string.h>

/* A sub-graph that TensorFlow runs: input 0 holds a GraphDef, the others are what it
 * reads. The operation is known only once the user has named the library. */

#define NAME "TFCustomSubgraphCall"

static gboolean
call_infer (WeirInfer *infer, GError **error)
{
  g_autoptr (WeirTfGraph) graph = NULL;

  if (infer->inputs[0].value == NULL || infer->inputs[0].dtype != WEIR_DTYPE_U8)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "input 0: expected a constant of u8, a GraphDef");
  graph = weir_tf_graph_find (weir_tensorflow (), infer->node, infer->inputs[0].value,
                              infer->inputs + 1, infer->n_inputs - 1, error);
  if (graph == NULL)
    return FALSE;
  for (guint i = 0; i < infer->n_outputs; i++) {
    const WeirValueInfo *info = weir_tf_graph_output (graph, i);

    weir_infer_set (infer, i, info->dtype, &info->shape);
  }
  return TRUE;
}

static gboolean
take_result (WeirEval *eval, guint i, const TfTensor *result, GError **error)
{
  const WeirTensorflow *tf = weir_tensorflow ();
  WeirDtype dtype = weir_tensorflow_dtype (tf->tensor_type (result));
  int rank = tf->tensor_rank (result);
  gint64 dims[WEIR_MAX_RANK];
  WeirTensor *output;
  WeirShape shape;

  if (dtype != eval->infos[i].dtype || rank < 0 || rank > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_INTERNAL,
                      "output %u: TensorFlow gives another type than it said, or %d "
                      "dimensions",
                      i, rank);
  for (int k = 0; k < rank; k++)
    dims[k] = tf->tensor_dim (result, k);
  if (!weir_shape_init (&shape, dims, (gsize) rank, error))
    return FALSE;
  output = weir_eval_output (eval, i, dtype, &shape, error);
  if (output == NULL)
    return FALSE;
  if (tf->tensor_size (result) != weir_tensor_size (output))
    return weir_fail (error, WEIR_ERROR_INTERNAL,
                      "output %u: expected %zu bytes, found %zu", i,
                      weir_tensor_size (output), tf->tensor_size (result));
  if (weir_tensor_size (output) > 0)
    memcpy (weir_tensor_writable (output), tf->tensor_data (result),
            weir_tensor_size (output));
  return TRUE;
}

static gboolean
call_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensorflow *tf = weir_tensorflow ();
  g_autofree TfTensor **results = g_new0 (TfTensor *, eval->n_outputs);
  g_autoptr (WeirTfGraph) graph =
      weir_tf_graph_find (tf, eval->node, eval->inputs[0], eval->infer->inputs + 1,
                          eval->n_inputs - 1, error);
  gboolean good;

  if (graph == NULL)
    return FALSE;
  good = weir_tf_graph_run (graph, eval->inputs + 1, results, error);
  for (guint i = 0; i < eval->n_outputs; i++) {
    good = good && take_result (eval, i, results[i], error);
    if (results[i] != NULL)
      tf->delete_tensor (results[i]);
  }
  return good;
}

static const WeirAttrRow call_attrs[] = {
  { "input_names", WEIR_ATTR_STRING, .fallback = "" },
  { "output_names", WEIR_ATTR_STRING },
  { NULL },
};

static const WeirOpExtension extension = { .library = "TensorFlow",
                                           .version = "extension" };

/* Random numbers may be inside: it is not folded. */
static const WeirOp call_op = {
  .name = NAME,
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = WEIR_ANY_NUMBER,
  .outputs = WEIR_ANY_NUMBER,
  .flags = WEIR_OP_STATEFUL,
  .attrs = call_attrs,
  .summary = "A sub-graph that TensorFlow runs",
  .infer = call_infer,
  .evaluate = call_evaluate,
  .extension = &extension,
};

gboolean
weir_tensorflow_is_named (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  return strcmp (path, WEIR_TENSORFLOW) == 0 || g_str_has_prefix (name, "libtensorflow");
}

gboolean
weir_tensorflow_load (const char *path, GError **error)
{
  static GMutex loading;
  gboolean good = TRUE;

  g_mutex_lock (&loading);
  if (weir_tensorflow () == NULL) {
    const WeirTensorflow *tf =
        weir_tensorflow_open (strcmp (path, WEIR_TENSORFLOW) != 0 ? path : NULL, error);
    g_autoptr (GPtrArray) ops = g_ptr_array_new ();
    g_autoptr (GPtrArray) translations = g_ptr_array_new ();
    g_autofree char *text = NULL;
    g_autofree char *digest = NULL;

    g_ptr_array_add (ops, (gpointer) &call_op);
    if (tf != NULL) {
      text = g_strconcat (NAME " ", tf->version (), NULL);
      digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
    }
    good = tf != NULL && weir_registry_add (digest, ops, translations, error);
  }
  g_mutex_unlock (&loading);
  return good;
}

gboolean
weir_tensorflow_add_kernels (const char *list, GError **error)
{
  g_auto (GStrv) paths = g_strsplit (list, ",", -1);
  const WeirTensorflow *tf;
  gboolean good = TRUE;

  if (!weir_tensorflow_load (WEIR_TENSORFLOW, error))
    return FALSE;
  tf = weir_tensorflow ();
  for (guint i = 0; good && paths[i] != NULL; i++) {
    const char *path = g_strstrip (paths[i]);
    g_autofree char *file = g_canonicalize_filename (path, NULL);
    TfStatus *status;

    if (*path == '\0')
      continue;
    status = tf->new_status ();
    tf->load_library (file, status);
    good = weir_tensorflow_check (tf, status, error);
    tf->delete_status (status);
    if (!good)
      g_prefix_error (error, "%s: ", path);
  }
  return good;
}
