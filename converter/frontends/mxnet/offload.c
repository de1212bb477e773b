#include "frontends/offload-ops.h"
#include "node.h"

#include <string.h>

/* Nodes that MXNet itself runs: a part is the node in JSON: {"op", "name", "attrs"},
 * and "subgraphs" where it has any. */

#define FRAMEWORK "mxnet"

static char *
describe (const MxNode *n)
{
  JsonNode *root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  char *text;

  json_object_set_string_member (object, "op", n->entry->op);
  json_object_set_string_member (object, "name", n->entry->name);
  if (n->entry->attrs != NULL)
    json_object_set_object_member (object, "attrs", json_object_ref (n->entry->attrs));
  if (n->entry->subgraphs != NULL)
    json_object_set_array_member (object, "subgraphs",
                                  json_array_ref (n->entry->subgraphs));
  json_node_take_object (root, object);
  text = json_to_string (root, FALSE);
  json_node_unref (root);
  return text;
}

static WeirTensor *
make_part (MxNode *n)
{
  g_autofree char *text = describe (n);
  const WeirShape shape = WEIR_SHAPE ((gint64) strlen (text));
  WeirTensor *part = weir_tensor_new (WEIR_DTYPE_U8, &shape, &n->make.b->error);

  if (part != NULL)
    memcpy (weir_tensor_writable (part), text, strlen (text));
  return part;
}

gboolean
mx_offload_may (const MxNode *n)
{
  return weir_offload_op (n->import->input, FRAMEWORK);
}

WeirPort
mx_offload_convert (MxNode *n)
{
  guint n_inputs = mx_n_inputs (n), n_outputs = MAX (n->entry->n_read, 1);
  g_autofree WeirPort *inputs = g_new (WeirPort, n_inputs + 1);
  g_autofree WeirPort *outputs = g_new (WeirPort, n_outputs);
  WeirTensor *part;

  for (guint i = 0; i < n_inputs; i++)
    inputs[i] = mx_in (n, i);
  part = weir_build_failed (n->make.b) ? NULL : make_part (n);
  if (part == NULL || !weir_offload_op_convert (&n->make, FRAMEWORK, part, inputs,
                                                n_inputs, outputs, n_outputs))
    return WEIR_PORT_NONE;
  for (guint i = 1; i < n_outputs; i++)
    mx_out (n, i, outputs[i]);
  return outputs[0];
}
