#include "offload.h"

#include "frontends/offload-ops.h"
#include "onnx.h"
#include "tensor.h"

#include <string.h>

/* A node that ONNX's own runtime runs, as a model of its own: its inputs and outputs are
 * called as in the file. What the file keeps as bytes has to be brought along. */

#define FRAMEWORK "onnx"

/* What is made for the new model: freed when it is packed. */
typedef struct {
  OnnxNode *n;
  GPtrArray *made;
} Copy;

static gpointer
keep (Copy *copy, gsize size)
{
  gpointer memory = g_malloc0 (MAX (size, 1));

  g_ptr_array_add (copy->made, memory);
  return memory;
}

static gpointer
keep_copy (Copy *copy, gconstpointer from, gsize size)
{
  gpointer memory = keep (copy, size);

  memcpy (memory, from, size);
  return memory;
}

static ProtobufCBinaryData
bytes_of (const Copy *copy, const ProtobufCBinaryData *field)
{
  const OnnxImport *import = copy->n->scope->import;
  WeirBytes bytes = weir_source_bytes (import->input->source);
  gsize offset, size;

  weir_wire_slice (import->wire, field, &offset, &size);
  return (ProtobufCBinaryData){ size, (guint8 *) bytes.data + offset };
}

static Onnx__TensorProto *
copy_tensor (Copy *copy, const Onnx__TensorProto *from)
{
  Onnx__TensorProto *to = keep_copy (copy, from, sizeof *from);

  if (from->n_external_data > 0) {
    weir_make_unsupported (&copy->n->make, "it has a tensor in another file");
    return to;
  }
  if (from->has_raw_data)
    to->raw_data = bytes_of (copy, &from->raw_data);
  to->string_data = keep (copy, from->n_string_data * sizeof *to->string_data);
  for (gsize i = 0; i < from->n_string_data; i++)
    to->string_data[i] = bytes_of (copy, &from->string_data[i]);
  return to;
}

/* Numbers and texts, and lists of them: AttributeProto.AttributeType. */
static gboolean
is_plain (gint32 type)
{
  return (type >= 1 && type <= 3) || (type >= 6 && type <= 8);
}

static Onnx__AttributeProto *
copy_attribute (Copy *copy, const Onnx__AttributeProto *from)
{
  Onnx__AttributeProto *to = keep_copy (copy, from, sizeof *from);

  if (from->t == NULL && from->has_type && !is_plain (from->type))
    weir_make_unsupported (&copy->n->make, "attribute '%s' is none that can be handed on",
                           from->name != NULL ? from->name : "");
  if (from->has_s)
    to->s = bytes_of (copy, &from->s);
  to->strings = keep (copy, from->n_strings * sizeof *to->strings);
  for (gsize i = 0; i < from->n_strings; i++)
    to->strings[i] = bytes_of (copy, &from->strings[i]);
  if (from->t != NULL)
    to->t = copy_tensor (copy, from->t);
  return to;
}

static Onnx__NodeProto *
copy_node (Copy *copy)
{
  const Onnx__NodeProto *from = copy->n->proto;
  Onnx__NodeProto *to = keep_copy (copy, from, sizeof *from);

  to->attribute = keep (copy, from->n_attribute * sizeof *to->attribute);
  for (gsize i = 0; i < from->n_attribute; i++)
    to->attribute[i] = copy_attribute (copy, from->attribute[i]);
  return to;
}

static Onnx__TypeProto *
type_of (Copy *copy, const WeirValueInfo *info)
{
  Onnx__TypeProto *type = keep (copy, sizeof *type);
  Onnx__TypeProto__Tensor *tensor = keep (copy, sizeof *tensor);
  const WeirShape *shape = &info->shape;

  onnx__type_proto__init (type);
  onnx__type_proto__tensor__init (tensor);
  type->tensor_type = tensor;
  tensor->has_elem_type = TRUE;
  tensor->elem_type = (gint32) onnx_dtype_to (info->dtype);
  if (shape->rank < 0)
    return type;
  tensor->shape = keep (copy, sizeof *tensor->shape);
  onnx__tensor_shape_proto__init (tensor->shape);
  tensor->shape->n_dim = (gsize) shape->rank;
  tensor->shape->dim = keep (copy, (gsize) shape->rank * sizeof *tensor->shape->dim);
  for (int i = 0; i < shape->rank; i++) {
    Onnx__TensorShapeProto__Dimension *dim = keep (copy, sizeof *dim);

    onnx__tensor_shape_proto__dimension__init (dim);
    dim->has_dim_value = shape->dims[i] >= 0;
    dim->dim_value = shape->dims[i];
    tensor->shape->dim[i] = dim;
  }
  return type;
}

static Onnx__ValueInfoProto *
value_of (Copy *copy, const char *name, const WeirValueInfo *info)
{
  Onnx__ValueInfoProto *value = keep (copy, sizeof *value);

  onnx__value_info_proto__init (value);
  value->name = (char *) name;
  if (info != NULL)
    value->type = type_of (copy, info);
  return value;
}

/* Each input once, however often the node reads it. */
static void
add_inputs (Copy *copy, Onnx__GraphProto *graph, GArray *ports)
{
  OnnxNode *n = copy->n;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  graph->input = keep (copy, n->n_inputs * sizeof *graph->input);
  for (guint i = 0; i < n->n_inputs; i++) {
    const char *name = n->proto->input[i];
    WeirPort port = onnx_has (n, i) ? onnx_in (n, i) : WEIR_PORT_NONE;

    if (*name == '\0' || weir_port_is_none (port) ||
        !g_hash_table_add (seen, (gpointer) name))
      continue;
    graph->input[graph->n_input++] =
        value_of (copy, name, weir_graph_info (n->make.b->graph, port));
    g_array_append_val (ports, port);
  }
}

static void
add_outputs (Copy *copy, Onnx__GraphProto *graph)
{
  OnnxNode *n = copy->n;

  graph->output = keep (copy, n->n_outputs * sizeof *graph->output);
  for (guint i = 0; i < n->n_outputs; i++)
    if (onnx_wants (n, i))
      graph->output[graph->n_output++] = value_of (copy, n->proto->output[i], NULL);
}

/* The model of this node; @ports: what it reads. */
static WeirTensor *
make_part (Copy *copy, GArray *ports, guint *n_outputs)
{
  OnnxNode *n = copy->n;
  const Onnx__ModelProto *whole = n->scope->import->model;
  Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
  Onnx__GraphProto graph = ONNX__GRAPH_PROTO__INIT;
  Onnx__NodeProto *node = copy_node (copy);
  WeirTensor *part;
  WeirShape shape;

  model.has_ir_version = TRUE;
  model.ir_version = whole->ir_version;
  model.n_opset_import = whole->n_opset_import;
  model.opset_import = whole->opset_import;
  model.graph = &graph;
  graph.name = (char *) "part";
  graph.n_node = 1;
  graph.node = &node;
  add_inputs (copy, &graph, ports);
  add_outputs (copy, &graph);
  *n_outputs = (guint) graph.n_output;
  if (weir_build_failed (n->make.b))
    return NULL;
  shape = WEIR_SHAPE ((gint64) onnx__model_proto__get_packed_size (&model));
  part = weir_tensor_new (WEIR_DTYPE_U8, &shape, &n->make.b->error);
  if (part != NULL)
    onnx__model_proto__pack (&model, weir_tensor_writable (part));
  return part;
}

gboolean
onnx_offload_may (const OnnxNode *n)
{
  return n->scope->function == NULL &&
         weir_offload_op (n->scope->import->input, FRAMEWORK);
}

void
onnx_offload_convert (OnnxNode *n)
{
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (WeirPort));
  Copy copy = { .n = n, .made = made };
  guint n_outputs = 0, next = 0;
  WeirTensor *part = make_part (&copy, ports, &n_outputs);
  g_autofree WeirPort *outputs = g_new (WeirPort, MAX (n_outputs, 1));

  if (part == NULL ||
      !weir_offload_op_convert (&n->make, FRAMEWORK, part, (const WeirPort *) ports->data,
                                ports->len, outputs, n_outputs))
    return;
  for (guint i = 0; i < n->n_outputs; i++)
    if (onnx_wants (n, i))
      onnx_out (n, i, outputs[next++]);
}
