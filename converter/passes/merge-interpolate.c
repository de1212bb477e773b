#include "list.h"

#include "rewrite.h"

#include <string.h>

/* Resizes of different dimensions in a row, done alike, become one. Each dimension is
 * resized by itself, so that the order does not matter. */

/* The filters of Pillow are left out: runtimes take them for whole pictures alone. */
static const char *const modes[] = { "nearest", "linear", "linear_onnx", "cubic", NULL };

/* Where the lists of a node are: factors and sizes of version 4, one of them of version
 * 11, and then the axes. */
static guint
axes_input (const WeirNode *node)
{
  return node->version >= 11 ? 2 : 3;
}

static gboolean
has_pads (const WeirNode *node)
{
  for (gsize i = 0; i < WEIR_MAX_RANK; i++)
    if (weir_node_int_at (node, "pads_begin", i, 0) != 0 ||
        weir_node_int_at (node, "pads_end", i, 0) != 0)
      return TRUE;
  return FALSE;
}

/* The dimensions that @node resizes, as bits; 0 where it is not one to be joined. */
static guint
resized (const WeirGraph *graph, const WeirNode *node)
{
  gint64 axes[2 * WEIR_MAX_RANK];
  guint mask = 0;
  gsize n;

  if (!weir_node_is (node, "Interpolate") || node->version < 4 ||
      node->n_inputs != axes_input (node) + 1 || has_pads (node) ||
      !g_strv_contains (modes, weir_node_string (node, "mode")) ||
      !weir_pass_axes (graph, node, axes_input (node),
                       weir_graph_shape (graph, node->inputs[0])->rank, axes, &n))
    return 0;
  for (gsize i = 0; i < n; i++)
    mask |= 1u << axes[i];
  return mask;
}

static gboolean
is_done_alike (const WeirNode *a, const WeirNode *b)
{
  if (a->version != b->version)
    return FALSE;
  for (guint i = 0; i < weir_op_n_attrs (a->op); i++)
    if (strncmp (a->op->attrs[i].name, "pads_", 5) != 0 &&
        !weir_attr_equal (&a->attrs[i], &b->attrs[i]))
      return FALSE;
  return TRUE;
}

/* The constant lists at input @index of both, one behind the other. */
static WeirPort
join_lists (WeirBuilder *builder, const WeirNode *first, const WeirNode *node,
            guint index)
{
  g_autoptr (WeirTensor) a = weir_pass_constant (builder->graph, first->inputs[index]);
  g_autoptr (WeirTensor) b = weir_pass_constant (builder->graph, node->inputs[index]);
  g_autofree char *name = g_strdup_printf ("%s/joined%u", node->name, index);
  gsize n = weir_tensor_count (a), m = weir_tensor_count (b);
  WeirDtype dtype = weir_tensor_dtype (a);
  WeirTensor *joined =
      weir_tensor_new (dtype, &WEIR_SHAPE ((gint64) (n + m)), &builder->error);

  for (gsize i = 0; joined != NULL && i < n + m; i++)
    weir_dtype_store (dtype, weir_tensor_writable (joined), i,
                      i < n ? weir_tensor_get (a, i) : weir_tensor_get (b, i - n));
  return weir_build_constant (builder, name, joined);
}

static gboolean
has_constant_lists (const WeirGraph *graph, const WeirNode *node)
{
  gint64 axes[2 * WEIR_MAX_RANK];
  gsize n = 0;

  for (guint i = axes_input (node); i > 0; i--) {
    g_autoptr (WeirTensor) list = weir_pass_constant (graph, node->inputs[i]);

    if (i == axes_input (node))
      weir_pass_ints (graph, node, i, axes, &n);
    if (list == NULL || weir_tensor_count (list) != n)
      return FALSE;
  }
  return TRUE;
}

static gboolean
interpolate (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *first = weir_match_input (graph, node, 0, "Interpolate");
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort inputs[4];
  WeirNode *made;
  guint a, b, n;

  if (first == NULL || weir_graph_n_uses (graph, node->inputs[0]) != 1 ||
      !is_done_alike (first, node))
    return TRUE;
  a = resized (graph, first);
  b = resized (graph, node);
  if (a == 0 || b == 0 || (a & b) != 0 || !has_constant_lists (graph, first) ||
      !has_constant_lists (graph, node))
    return TRUE;
  n = axes_input (node) + 1;
  inputs[0] = first->inputs[0];
  for (guint i = 1; i < n; i++)
    inputs[i] = join_lists (&builder, first, node, i);
  made = weir_build_begin_like (&builder, node, node->name, inputs, n);
  return weir_pass_finish (&builder, node, weir_build_end (&builder, made), changed,
                           error);
}

static const WeirRewrite rows[] = { { "Interpolate", interpolate }, { NULL } };

gboolean
weir_pass_merge_interpolate (WeirModel *model, const WeirPassOptions *options,
                             GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
