#include "list.h"

#include "ir/edit.h"
#include "slices.h"

#include <string.h>

/* Version 10 of the IR ends with opset7: what newer operations do is said by older ones,
 * where that is the same. The others stay, and writing tells of them. */

/* Version 7 does not count from the end: constant indices are made to count from the
 * front. FALSE where that cannot be. */
static gboolean
indices_from_front (WeirBuilder *b, const WeirNode *node, WeirPort *port)
{
  const WeirShape *x = weir_graph_shape (b->graph, node->inputs[0]);
  g_autoptr (WeirTensor) old = weir_pass_constant (b->graph, node->inputs[1]);
  gint64 axis[2 * WEIR_MAX_RANK];
  gsize n, count;
  WeirTensor *indices;
  gboolean negative = FALSE;

  if (old == NULL || !weir_pass_axes (b->graph, node, 2, x->rank, axis, &n) || n != 1)
    return FALSE;
  count = weir_tensor_count (old);
  for (gsize i = 0; i < count; i++)
    negative |= weir_tensor_get (old, i) < 0;
  *port = node->inputs[1];
  if (!negative)
    return TRUE;
  if (x->dims[axis[0]] < 0)
    return FALSE;
  indices = weir_tensor_new (weir_tensor_dtype (old), weir_tensor_shape (old), &b->error);
  for (gsize i = 0; indices != NULL && i < count; i++) {
    double index = weir_tensor_get (old, i);

    weir_dtype_store (weir_tensor_dtype (old), weir_tensor_writable (indices), i,
                      index < 0 ? index + (double) x->dims[axis[0]] : index);
  }
  *port = weir_build_constant (b, node->name, indices);
  return TRUE;
}

static gboolean
gather (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort indices;

  if (node->version < 8 || !indices_from_front (&b, node, &indices))
    return TRUE;
  if (!weir_build_finish (&b, error))
    return FALSE;
  weir_edit_set_input (graph, node, 1, indices);
  weir_edit_set_version (node, 7);
  *changed = TRUE;
  return TRUE;
}

static gboolean
softmax (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  int rank = weir_graph_shape (graph, node->inputs[0])->rank;
  gint64 axis = weir_node_int (node, "axis");

  (void) error;
  if (node->version < 8 || (axis < 0 && rank < 0))
    return TRUE;
  weir_node_set_int (node, "axis", axis < 0 ? axis + rank : axis);
  weir_edit_set_version (node, 1);
  *changed = TRUE;
  return TRUE;
}

static gboolean
slice (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort begin, end, step;
  WeirNode *strided;
  WeirPassSlice lists;
  gint64 whole[WEIR_MAX_RANK];
  gsize rank;

  if (!weir_pass_slice_of (graph, node, &lists))
    return TRUE;
  rank = (gsize) lists.rank;
  for (gsize i = 0; i < rank; i++)
    whole[i] = lists.whole[i];
  begin = weir_build_i64 (&b, node->name, lists.begin, rank);
  end = weir_build_i64 (&b, node->name, lists.end, rank);
  step = weir_build_i64 (&b, node->name, lists.step, rank);
  strided = weir_build_begin (&b, "StridedSlice", node->name,
                              WEIR_INPUTS (node->inputs[0], begin, end, step));
  if (strided != NULL) {
    weir_node_set_ints (strided, "begin_mask", whole, rank);
    weir_node_set_ints (strided, "end_mask", whole, rank);
  }
  return weir_pass_finish (&b, node, weir_build_end (&b, strided), changed, error);
}

static gboolean
all_one (const WeirNode *node, const char *attr)
{
  gsize n;
  const gint64 *values = weir_node_ints (node, attr, &n);

  for (gsize i = 0; i < n; i++)
    if (values[i] != 1)
      return FALSE;
  return TRUE;
}

/* Version 1 has no dilations, and one output. */
static gboolean
max_pool (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirNode *old;

  if (node->version < 8 || !all_one (node, "dilations") ||
      weir_graph_n_uses (graph, WEIR_PORT (node, 1)) > 0 ||
      weir_node_string_is (node, "rounding_type", "ceil_torch"))
    return TRUE;
  old = weir_edit_add (graph, node->op, 1, node->name, node->inputs, 1, 0, error);
  if (old == NULL)
    return FALSE;
  for (guint i = 0; i < weir_op_n_attrs (node->op); i++)
    weir_attr_copy (&old->attrs[i], &node->attrs[i]);
  return weir_pass_finish (&b, node, weir_build_end (&b, old), changed, error);
}

static const WeirRewrite rows[] = {
  { "Gather", gather },
  { "Softmax", softmax },
  { "Slice", slice },
  { "MaxPool", max_pool },
  { NULL },
};

gboolean
weir_pass_opset_downgrade (WeirModel *model, const WeirPassOptions *options,
                           GError **error)
{
  return options->ir_version != 10 ||
         weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
