#include "list.h"

#include "ir/build.h"
#include "rewrite.h"

#include <math.h>

/* Stores f32 constants as f16, with the Convert back to f32 that OpenVINO expects behind
 * them: "X_compressed", and X with the note "decompression". */

#define F16_MAX      65504.0
#define F16_SMALLEST 5.9604644775390625e-08
/* Constants stay f32 where so many of their values have no neighbour in f16. */
#define MOST_OUT_OF_RANGE 0.75

/* Inputs where a small change is a large one: those that say shapes, and levels. */
typedef struct {
  const char *op;
  guint first, last;
} Sensitive;

static const Sensitive sensitive_inputs[] = {
  { "Broadcast", 1, 2 },   { "FakeQuantize", 1, 4 },
  { "Interpolate", 1, 3 }, { "NonMaxSuppression", 2, 5 },
  { "OneHot", 1, 1 },      { "Pad", 1, 2 },
  { "Range", 0, 2 },       { "Reshape", 1, 1 },
  { "Slice", 1, 4 },       { "StridedSlice", 1, 3 },
  { "Tile", 1, 1 },        { "TopK", 1, 1 },
};

static gboolean
is_sensitive (const WeirNode *node, guint index)
{
  for (guint i = 0; i < G_N_ELEMENTS (sensitive_inputs); i++)
    if (weir_node_is (node, sensitive_inputs[i].op))
      return index >= sensitive_inputs[i].first && index <= sensitive_inputs[i].last;
  return FALSE;
}

/* (transfer full): by node id, whether it takes part in the calculation of such an input.
 * Shapes themselves are whole numbers: the way back ends at ShapeOf. */
static gboolean *
find_sensitive (const WeirGraph *graph)
{
  gboolean *found = g_new0 (gboolean, weir_graph_size (graph) + 1);
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));

  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    for (guint k = 0; node != NULL && k < node->n_inputs; k++)
      if (is_sensitive (node, k))
        g_array_append_val (queue, node->inputs[k].node);
  }
  while (queue->len > 0) {
    WeirNodeId id = g_array_index (queue, WeirNodeId, queue->len - 1);
    const WeirNode *node = weir_graph_node (graph, id);

    g_array_set_size (queue, queue->len - 1);
    if (found[id] || weir_node_is (node, "ShapeOf"))
      continue;
    found[id] = TRUE;
    for (guint k = 0; k < node->n_inputs; k++)
      g_array_append_val (queue, node->inputs[k].node);
  }
  return found;
}

static gboolean
suits_f16 (const WeirTensor *tensor)
{
  const float *values = weir_tensor_data (tensor);
  gsize count = weir_tensor_count (tensor), out = 0;

  for (gsize i = 0; i < count; i++) {
    double size = fabs ((double) values[i]);
    out += size > F16_MAX || (size > 0 && size < F16_SMALLEST);
  }
  return count > 0 && (double) out < MOST_OUT_OF_RANGE * (double) count;
}

static WeirTensor *
compress (const WeirTensor *tensor, GError **error)
{
  const float *values = weir_tensor_data (tensor);
  WeirTensor *result =
      weir_tensor_new (WEIR_DTYPE_F16, weir_tensor_shape (tensor), error);
  guint16 *halves;

  if (result == NULL)
    return NULL;
  halves = weir_tensor_writable (result);
  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    halves[i] = weir_f16_from_f32 (
        isnan (values[i]) ? values[i]
                          : CLAMP (values[i], (float) -F16_MAX, (float) F16_MAX));
  return result;
}

static gboolean
compress_node (WeirGraph *graph, WeirNode *node, GError **error)
{
  const WeirTensor *value = node->outputs[0].info.value;
  g_autofree char *name = g_strconcat (node->name, "_compressed", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  gboolean changed = FALSE;
  WeirPort port;

  if (weir_tensor_dtype (value) != WEIR_DTYPE_F32 || !suits_f16 (value))
    return TRUE;
  port = weir_build_constant (&builder, name, compress (value, &builder.error));
  port = weir_build_convert (&builder, node->name, port, WEIR_DTYPE_F32);
  if (!weir_build_failed (&builder))
    weir_edit_set_rt_info (weir_graph_node (graph, port.node), "decompression", "");
  return weir_pass_finish (&builder, node, port, &changed, error);
}

static gboolean
compress_graph (WeirGraph *graph, GError **error)
{
  g_autofree gboolean *sensitive = find_sensitive (graph);
  guint size = weir_graph_size (graph);

  for (guint i = 0; i < size; i++) {
    WeirNode *node = weir_graph_node (graph, i);

    for (guint b = 0; node != NULL && b < node->n_bodies; b++)
      if (!compress_graph (node->bodies[b].graph, error))
        return FALSE;
    if (weir_node_is (node, "Constant") && !sensitive[i] &&
        !compress_node (graph, node, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
weir_pass_compress_fp16 (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  return !options->compress_to_fp16 || compress_graph (weir_model_graph (model), error);
}
