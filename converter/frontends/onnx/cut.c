#include "cut.h"

#include "base/error.h"
#include "node.h"
#include "order.h"

#include <string.h>

static void
describe_inputs (WeirCutPlan *plan, const Onnx__GraphProto *graph)
{
  for (gsize i = 0; i < graph->n_initializer; i++)
    if (graph->initializer[i]->name != NULL)
      weir_cut_plan_set_constant (
          plan, weir_cut_plan_tensor (plan, graph->initializer[i]->name));
  for (gsize i = 0; i < graph->n_sparse_initializer; i++)
    if (graph->sparse_initializer[i]->values != NULL &&
        graph->sparse_initializer[i]->values->name != NULL)
      weir_cut_plan_set_constant (
          plan, weir_cut_plan_tensor (plan, graph->sparse_initializer[i]->values->name));
  for (gsize i = 0; i < graph->n_input; i++)
    if (graph->input[i]->name != NULL &&
        weir_cut_plan_find_tensor (plan, graph->input[i]->name) == WEIR_CUT_NONE)
      weir_cut_plan_add_input (plan, weir_cut_plan_tensor (plan, graph->input[i]->name));
}

static void
describe_node (WeirCutPlan *plan, const OnnxScope *scope, const Onnx__NodeProto *proto)
{
  const char *op = proto->op_type != NULL ? proto->op_type : "";
  guint node = weir_cut_plan_add_node (plan, onnx_node_name (scope, proto), op);
  g_autoptr (GPtrArray) reads = g_ptr_array_new ();

  onnx_node_reads (proto, reads);
  for (guint i = 0; i < reads->len; i++) {
    const char *name = reads->pdata[i];
    guint tensor = *name != '\0' ? weir_cut_plan_tensor (plan, name) : WEIR_CUT_NONE;

    if (i < proto->n_input)
      weir_cut_plan_read (plan, node, tensor);
    else if (tensor != WEIR_CUT_NONE)
      weir_cut_plan_capture (plan, node, tensor);
  }
  for (gsize i = 0; i < proto->n_output; i++) {
    guint tensor = *proto->output[i] != '\0'
                       ? weir_cut_plan_tensor (plan, proto->output[i])
                       : weir_cut_plan_add_tensor (plan, "");

    weir_cut_plan_write (plan, node, tensor);
    if (strcmp (op, "Constant") == 0)
      weir_cut_plan_set_constant (plan, tensor);
  }
}

gboolean
onnx_cut_init (OnnxCut *cut, const OnnxScope *scope, const Onnx__GraphProto *graph,
               GError **error)
{
  WeirCutPlan *plan = weir_cut_plan_new (scope->import->input->cut, TRUE);
  guint n;

  *cut = (OnnxCut){ .plan = plan, .graph = graph };
  describe_inputs (plan, graph);
  for (gsize i = 0; i < graph->n_node; i++)
    describe_node (plan, scope, graph->node[i]);
  for (gsize i = 0; i < graph->n_output; i++)
    if (graph->output[i]->name != NULL)
      weir_cut_plan_add_output (plan,
                                weir_cut_plan_tensor (plan, graph->output[i]->name));
  if (!weir_cut_plan_solve (plan, error))
    return FALSE;
  n = weir_cut_plan_n_inputs (plan);
  cut->inputs = g_new0 (OnnxValue, n + 1);
  cut->old = g_new0 (WeirPort, n + 1);
  for (guint i = 0; i < n; i++)
    cut->inputs[i].port = cut->old[i] = WEIR_PORT_NONE;
  return TRUE;
}

void
onnx_cut_clear (OnnxCut *cut)
{
  weir_cut_plan_free (cut->plan);
  g_free (cut->inputs);
  g_free (cut->old);
}

WeirCutNeed
onnx_cut_need (const OnnxCut *cut, const char *name)
{
  guint tensor = weir_cut_plan_find_tensor (cut->plan, name);

  return tensor != WEIR_CUT_NONE ? weir_cut_plan_need_of (cut->plan, tensor)
                                 : WEIR_CUT_KEEP;
}

/* What the file declares of a value inside the graph. */
static void
declared_info (const Onnx__GraphProto *graph, const char *name, WeirValueInfo *info)
{
  for (gsize i = 0; i < graph->n_value_info + graph->n_output; i++) {
    const Onnx__ValueInfoProto *proto = i < graph->n_value_info
                                            ? graph->value_info[i]
                                            : graph->output[i - graph->n_value_info];

    if (g_strcmp0 (proto->name, name) != 0)
      continue;
    if (!onnx_value_info (proto, &info->dtype, &info->shape, NULL))
      info->shape = WEIR_SHAPE_UNKNOWN;
    return;
  }
}

/* The value that an input replaces; none where it was not converted. */
static WeirPort
old_port (OnnxScope *scope, const char *name)
{
  const OnnxValue *value = NULL;
  gboolean found;

  scope->cut->keeps = FALSE;
  found = onnx_scope_find_original (scope, name, &value, NULL);
  scope->cut->keeps = TRUE;
  return found && value != NULL && !value->broken && value->items == NULL
             ? value->port
             : WEIR_PORT_NONE;
}

/* Input @index of the plan, made when it is first asked for: all that tells its shape has
 * been converted by then. @name: the tensor that it replaces. */
static const OnnxValue *
make_input (OnnxScope *scope, guint index, const char *name, GError **error)
{
  OnnxCut *cut = scope->cut;
  OnnxValue *made = &cut->inputs[index];
  WeirValueInfo told = { .shape = WEIR_SHAPE_UNKNOWN };

  if (!weir_port_is_none (made->port))
    return made;
  cut->old[index] = old_port (scope, name);
  declared_info (cut->graph, name, &told);
  made->port =
      weir_cut_plan_build (cut->plan, index, scope->builder, cut->old[index], &told);
  return weir_build_finish (scope->builder, error) ? made : NULL;
}

gboolean
onnx_cut_find (OnnxScope *scope, const char *name, const OnnxValue **found,
               GError **error)
{
  const OnnxCut *cut = scope->cut;
  int index = -1;

  *found = NULL;
  if (cut->keeps)
    index =
        weir_cut_plan_replaced (cut->plan, weir_cut_plan_find_tensor (cut->plan, name));
  if (index < 0 || !weir_cut_plan_is_new (cut->plan, (guint) index))
    return TRUE;
  *found = make_input (scope, (guint) index, name, error);
  return *found != NULL;
}

const OnnxValue *
onnx_cut_read (OnnxScope *scope, guint index, const char *name, GError **error)
{
  const OnnxCut *cut = scope->cut;
  int edge = cut->keeps ? weir_cut_plan_edge (cut->plan, cut->node, index) : -1;

  return edge >= 0 ? make_input (scope, (guint) edge, name, error)
                   : onnx_scope_get (scope, name, error);
}

/* What a node that was not converted would have written. */
static gboolean
break_outputs (OnnxScope *scope, const Onnx__NodeProto *proto, GError **error)
{
  OnnxValue broken = { .port = WEIR_PORT_NONE, .broken = TRUE };

  for (gsize i = 0; i < proto->n_output; i++)
    if (*proto->output[i] != '\0' &&
        !g_hash_table_contains (scope->values, proto->output[i]) &&
        !onnx_scope_set (scope, proto->output[i], &broken, error))
      return FALSE;
  return TRUE;
}

/* For the shapes behind it; its failure is none, but for running out of what a file may
 * cost. */
static gboolean
look (OnnxScope *scope, const Onnx__NodeProto *proto, GError **error)
{
  GPtrArray *unsupported = scope->import->unsupported;
  guint listed = unsupported->len;
  GError *local = NULL;
  gboolean done = onnx_node_convert (scope, proto, &local);

  g_ptr_array_set_size (unsupported, (int) listed);
  g_clear_error (&scope->builder->error);
  if (g_error_matches (local, WEIR_ERROR, WEIR_ERROR_LIMIT)) {
    g_propagate_error (error, local);
    return FALSE;
  }
  g_clear_error (&local);
  return done || break_outputs (scope, proto, error);
}

gboolean
onnx_cut_convert (OnnxScope *scope, const Onnx__NodeProto *proto, gsize index,
                  GError **error)
{
  const OnnxImport *import = scope->import;
  OnnxCut *cut = scope->cut;
  WeirCutNeed need = weir_cut_plan_need (cut->plan, (guint) index);
  guint listed = import->unsupported->len;

  cut->node = (guint) index;
  cut->keeps = need == WEIR_CUT_KEEP;
  if (need == WEIR_CUT_SKIP)
    return TRUE;
  if (need == WEIR_CUT_LOOK)
    return look (scope, proto, error);
  if (!onnx_node_convert (scope, proto, error))
    return FALSE;
  if (import->input->hint != NULL && import->unsupported->len > listed)
    g_hash_table_add (import->input->hint->refused, GSIZE_TO_POINTER (index));
  return TRUE;
}

gboolean
onnx_cut_outputs (OnnxScope *scope, GError **error)
{
  OnnxCut *cut = scope->cut;

  cut->keeps = TRUE;
  for (guint i = 0; i < weir_cut_plan_n_outputs (cut->plan); i++) {
    const WeirCutOutput *output = weir_cut_plan_output (cut->plan, i);
    const char *name = weir_cut_plan_tensor_name (cut->plan, output->tensor);
    const OnnxValue *value = onnx_scope_get (scope, name, error);

    if (value == NULL)
      return FALSE;
    if (value->items != NULL)
      return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "output '%s' is a sequence", name);
    weir_build_result (scope->builder, output->name != NULL ? output->name : name,
                       value->port);
  }
  return weir_build_finish (scope->builder, error);
}

gboolean
onnx_cut_finish (OnnxScope *scope, GError **error)
{
  OnnxCut *cut = scope->cut;
  guint n = weir_cut_plan_n_inputs (cut->plan);
  g_autofree WeirPort *ports = g_new0 (WeirPort, n + 1);

  cut->keeps = TRUE;
  for (guint i = 0; i < n; i++) {
    const WeirCutInput *input = weir_cut_plan_input (cut->plan, i);
    const char *name = weir_cut_plan_tensor_name (cut->plan, input->tensor);

    if (weir_cut_plan_is_new (cut->plan, i) && make_input (scope, i, name, error) == NULL)
      return FALSE;
    ports[i] = cut->inputs[i].port;
  }
  return weir_cut_plan_finish (cut->plan, scope->builder->graph, ports, cut->old, error);
}
