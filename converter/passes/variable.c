#include "variable.h"

#include <string.h>

static WeirPort
build (WeirBuilder *builder, const char *op, const char *id, const char *name,
       WeirPort input, const WeirShape *shape)
{
  g_autofree char *text = weir_shape_to_string (shape);
  WeirNode *node;

  text[strlen (text) - 1] = '\0';
  node = weir_build_begin (builder, op, name, WEIR_INPUTS (input));
  if (node != NULL) {
    weir_node_set_string (node, "variable_id", id);
    weir_node_set_dtype (node, "variable_type", weir_graph_dtype (builder->graph, input));
    weir_node_set_string (node, "variable_shape", text + 1);
  }
  return weir_build_end (builder, node);
}

WeirPort
weir_pass_read_variable (WeirBuilder *builder, const char *id, const char *name,
                         WeirPort initial, const WeirShape *shape)
{
  return build (builder, "ReadValue", id, name, initial, shape);
}

void
weir_pass_assign_variable (WeirBuilder *builder, const char *id, const char *name,
                           WeirPort value, const WeirShape *shape)
{
  build (builder, "Assign", id, name, value, shape);
}
