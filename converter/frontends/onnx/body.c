#include "body.h"

#include "base/error.h"

void
onnx_body_init (OnnxBody *body, OnnxNode *n, const Onnx__GraphProto *proto)
{
  *body = (OnnxBody){ .n = n, .proto = proto, .graph = weir_graph_new () };
  body->builder = WEIR_BUILDER (body->graph);
  body->unsupported = n->scope->import->unsupported->len;
  onnx_scope_init (&body->scope, n->scope->import, n->scope, &body->builder);
}

void
onnx_body_clear (OnnxBody *body)
{
  onnx_scope_clear (&body->scope);
  g_clear_error (&body->builder.error);
  weir_graph_free (body->graph);
}

static const char *
input_name (OnnxBody *body, guint index)
{
  if (index < body->proto->n_input && body->proto->input[index]->name != NULL)
    return body->proto->input[index]->name;
  weir_make_invalid (&body->n->make, "the sub-graph has %zu inputs, expected input %u",
                     body->proto->n_input, index);
  return NULL;
}

WeirPort
onnx_body_parameter (OnnxBody *body, guint index, WeirDtype dtype, const WeirShape *shape)
{
  const char *name = input_name (body, index);
  WeirPort port;

  if (name == NULL)
    return WEIR_PORT_NONE;
  port = weir_build_parameter (&body->builder, name, dtype, shape);
  weir_build_finish (&body->builder, &body->n->make.b->error);
  return port;
}

void
onnx_body_bind (OnnxBody *body, guint index, WeirPort port)
{
  const char *name = input_name (body, index);
  OnnxValue value = { .port = port };

  if (name == NULL || weir_port_is_none (port) || weir_build_failed (body->n->make.b))
    return;
  if (onnx_scope_set (&body->scope, name, &value, &body->n->make.b->error))
    weir_edit_add_tensor_name (body->graph, port, name);
}

gboolean
onnx_body_run (OnnxBody *body, gboolean *broken)
{
  OnnxImport *import = body->n->scope->import;

  if (weir_build_failed (body->n->make.b) ||
      !onnx_scope_add_graph (&body->scope, body->proto, &body->n->make.b->error) ||
      !onnx_scope_run (&body->scope, body->proto->node, body->proto->n_node,
                       &body->n->make.b->error))
    return FALSE;
  *broken = import->unsupported->len > body->unsupported;
  return TRUE;
}

WeirPort
onnx_body_output (OnnxBody *body, guint index)
{
  const OnnxValue *value = NULL;

  if (weir_build_failed (body->n->make.b))
    return WEIR_PORT_NONE;
  if (index >= body->proto->n_output || body->proto->output[index]->name == NULL)
    return weir_make_invalid (&body->n->make,
                              "the sub-graph has %zu outputs, expected output %u",
                              body->proto->n_output, index);
  value = onnx_scope_get (&body->scope, body->proto->output[index]->name,
                          &body->n->make.b->error);
  if (value != NULL && value->items != NULL)
    return weir_make_unsupported (&body->n->make, "sequences that leave a sub-graph");
  return value != NULL ? value->port : WEIR_PORT_NONE;
}

void
onnx_body_result (OnnxBody *body, guint index, WeirPort port)
{
  if (weir_build_failed (body->n->make.b) || weir_port_is_none (port))
    return;
  weir_build_result (&body->builder, body->proto->output[index]->name, port);
  weir_build_finish (&body->builder, &body->n->make.b->error);
}

WeirBody *
onnx_body_attach (OnnxBody *body, WeirNode *node)
{
  WeirBuilder *outer = body->n->make.b;

  return node == NULL || weir_build_failed (outer)
             ? NULL
             : weir_capture_attach (body->scope.captures, &body->graph, outer->graph,
                                    node);
}

static WeirPortMap
map_of (gint64 external, guint internal, gint64 axis, gboolean backwards)
{
  return (WeirPortMap){ .external = external,
                        .internal = internal,
                        .axis = axis,
                        .start = axis >= 0 && backwards ? -1 : 0,
                        .end = axis >= 0 && !backwards ? -1 : 0,
                        .stride = backwards ? -1 : 1,
                        .part_size = 1 };
}

void
onnx_map_input (WeirBody *body, gint64 external, guint parameter, gint64 axis,
                gboolean backwards)
{
  WeirPortMap map = map_of (external, parameter, axis, backwards);

  if (body != NULL)
    g_array_append_val (body->inputs, map);
}

void
onnx_map_output (WeirBody *body, guint result, gint64 external, gint64 axis,
                 gboolean backwards)
{
  WeirPortMap map = map_of (external, result, axis, backwards);

  if (body != NULL)
    g_array_append_val (body->outputs, map);
}

void
onnx_map_back (WeirBody *body, guint result, guint parameter)
{
  WeirBackEdge edge = { .from = result, .to = parameter };

  if (body != NULL)
    g_array_append_val (body->back_edges, edge);
}

void
onnx_broken (OnnxNode *n)
{
  for (guint i = 0; i < n->n_outputs; i++)
    n->outputs[i].broken = TRUE;
}
