#include "list.h"

#include "base/problem.h"
#include "ir/build.h"
#include "ir/infer.h"
#include "layout-text.h"
#include "names.h"

#include <string.h>

/* What --layout asks for: says what the dimensions of an input or an output mean, and
 * where they shall lie otherwise, moves them by a Transpose beside it. */

/* An input or an output, and what is asked for it. */
typedef struct {
  WeirNode *node; /* Parameter or Result */
  WeirPort port;  /* the value that enters or leaves the network */
  gboolean by_source, by_target;
  WeirPassLayout source, target;
} Rim;

static gboolean
rim_init (const WeirGraph *graph, WeirNode *node, const WeirLayoutSpec *spec, Rim *rim,
          GError **error)
{
  int rank;

  *rim = (Rim){ .node = node };
  rim->port = weir_node_is (node, "Parameter") ? WEIR_PORT (node, 0) : node->inputs[0];
  rim->by_source = spec->source != NULL;
  rim->by_target = spec->target != NULL;
  rank = weir_graph_shape (graph, rim->port)->rank;
  return (!rim->by_source ||
          weir_pass_layout_parse (spec->source, rank, &rim->source, error)) &&
         (!rim->by_target ||
          weir_pass_layout_parse (spec->target, rank, &rim->target, error));
}

static void
note_layout (WeirGraph *graph, WeirPort port, const WeirPassLayout *layout)
{
  g_autofree char *text = weir_pass_layout_print (layout);

  weir_edit_set_layout (graph, port, text);
}

/* Parameter [target] -> Transpose -> [source] -> network */
static gboolean
move_input (WeirGraph *graph, const Rim *rim, GError **error)
{
  g_autofree char *name = g_strconcat (rim->node->name, "/layout", NULL);
  WeirShape old = rim->node->outputs[0].info.shape, shape = old;
  gint64 order[WEIR_MAX_RANK], back[WEIR_MAX_RANK];
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort port;

  if (!weir_pass_layout_order (&rim->source, &rim->target, order, error) ||
      !weir_pass_layout_order (&rim->target, &rim->source, back, error))
    return FALSE;
  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = old.dims[order[i]];
  weir_graph_set_shape (rim->node, &shape);
  if (!weir_node_infer (graph, rim->node, error))
    return FALSE;
  port = weir_build_transpose (&builder, name, rim->port, back, (gsize) shape.rank);
  if (!weir_build_finish (&builder, error))
    return FALSE;
  weir_edit_redirect (graph, rim->port, port, port.node);
  note_layout (graph, rim->port, &rim->target);
  note_layout (graph, port, &rim->source);
  return TRUE;
}

static gboolean
is_output (const WeirGraph *graph, WeirPort port)
{
  for (guint i = 0; i < weir_graph_n_results (graph); i++)
    if (weir_port_equal (weir_graph_result (graph, i)->inputs[0], port))
      return TRUE;
  return FALSE;
}

/* network -> [source] -> Transpose -> [target] Result: the name of the output moves
 * along. */
static gboolean
move_output (WeirGraph *graph, const Rim *rim, guint index, GError **error)
{
  g_autofree char *output = g_strdup (weir_graph_result_name (graph, index));
  g_autofree char *name = g_strconcat (output, "/layout", NULL);
  WeirOutput *inner = weir_graph_output (graph, rim->port);
  gint64 order[WEIR_MAX_RANK];
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort port;

  if (!weir_pass_layout_order (&rim->source, &rim->target, order, error))
    return FALSE;
  port =
      weir_build_transpose (&builder, name, rim->port, order, (gsize) rim->source.rank);
  if (!weir_build_finish (&builder, error))
    return FALSE;
  weir_edit_add_tensor_name (graph, port, output);
  weir_edit_set_input (graph, rim->node, 0, port);
  if (!is_output (graph, rim->port)) {
    for (guint i = 0; inner->names != NULL && i < inner->names->len; i++)
      weir_edit_add_tensor_name (graph, port, inner->names->pdata[i]);
    g_clear_pointer (&inner->names, g_ptr_array_unref);
  }
  note_layout (graph, port, &rim->target);
  return TRUE;
}

static gboolean
apply (WeirGraph *graph, WeirNode *node, const WeirLayoutSpec *spec, guint index,
       GError **error)
{
  Rim rim;

  if (!rim_init (graph, node, spec, &rim, error)) {
    g_prefix_error (error, "--layout: '%s': ", node->name);
    return FALSE;
  }
  if (!rim.by_source || !rim.by_target ||
      (rim.source.rank == rim.target.rank &&
       memcmp (rim.source.names, rim.target.names, (gsize) rim.source.rank) == 0)) {
    note_layout (graph, rim.port, rim.by_source ? &rim.source : &rim.target);
    return TRUE;
  }
  return weir_node_is (node, "Parameter") ? move_input (graph, &rim, error)
                                          : move_output (graph, &rim, index, error);
}

static gboolean
find_output (const WeirGraph *graph, const char *name, guint *index)
{
  for (*index = 0; *index < weir_graph_n_results (graph); ++*index) {
    const WeirNode *result = weir_graph_result (graph, *index);

    if (strcmp (result->name, name) == 0 ||
        weir_port_equal (result->inputs[0], weir_pass_find_tensor (graph, name)) ||
        strcmp (weir_graph_node (graph, result->inputs[0].node)->name, name) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
apply_named (WeirGraph *graph, const WeirLayoutSpec *spec, GError **error)
{
  WeirNode *node = weir_pass_find_parameter (graph, spec->name);
  guint index = 0;

  if (node == NULL && !find_output (graph, spec->name, &index))
    return weir_pass_unknown_name (graph, "--layout", spec->name, error);
  return apply (graph, node != NULL ? node : weir_graph_result (graph, index), spec,
                index, error);
}

gboolean
weir_pass_layout (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  WeirGraph *graph = weir_model_graph (model);
  const GPtrArray *specs = options->layouts;

  if (specs == NULL || specs->len == 0)
    return TRUE;
  for (guint i = 0; i < specs->len; i++) {
    const WeirLayoutSpec *spec = specs->pdata[i];

    if (spec->source == NULL && spec->target == NULL)
      continue;
    if (spec->name == NULL && specs->len != weir_graph_n_parameters (graph)) {
      g_autofree char *names = weir_pass_list_parameters (graph);
      return weir_problem_fail (
          error, WEIR_PROBLEM_LAYOUT_COUNT,
          "--layout: expected a layout for each of the inputs %s, found %u", names,
          specs->len);
    }
    if (spec->name != NULL
            ? !apply_named (graph, spec, error)
            : !apply (graph, weir_graph_parameter (graph, i), spec, i, error))
      return FALSE;
  }
  return TRUE;
}
