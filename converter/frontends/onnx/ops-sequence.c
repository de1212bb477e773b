#include "attr.h"
#include "node.h"
#include "table.h"

/* Sequences, as far as their elements are known one by one while the graph is built, and
 * optional values, which are there or not. */

static WeirPort
sequence_construct (OnnxNode *n)
{
  GArray *items = onnx_out_items (n, 0);

  for (guint i = 0; i < n->n_inputs; i++) {
    WeirPort item = onnx_in (n, i);
    g_array_append_val (items, item);
  }
  return WEIR_PORT_NONE;
}

static WeirPort
sequence_empty (OnnxNode *n)
{
  onnx_out_items (n, 0);
  return WEIR_PORT_NONE;
}

/* A place in a sequence of @length; a negative one counts from the end. */
static guint
position_of (OnnxNode *n, guint index, guint length, guint fallback)
{
  gint64 position;

  if (!onnx_has (n, index))
    return fallback;
  if (!onnx_int_value (n, onnx_in (n, index), &position)) {
    weir_make_unsupported (&n->make, "a position in a sequence that is not constant");
    return 0;
  }
  if (position < 0)
    position += length;
  if (position < 0 || position > length) {
    weir_make_invalid (&n->make, "position %" G_GINT64_FORMAT " in a sequence of %u",
                       position, length);
    return 0;
  }
  return (guint) position;
}

static WeirPort
sequence_at (OnnxNode *n)
{
  GArray *items = onnx_items (n, 0);
  guint position = items != NULL ? position_of (n, 1, items->len, 0) : 0;

  if (items == NULL || weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  if (position >= items->len)
    return weir_make_invalid (&n->make, "position %u in a sequence of %u", position,
                              items->len);
  return g_array_index (items, WeirPort, position);
}

static WeirPort
sequence_insert (OnnxNode *n)
{
  GArray *items = onnx_items (n, 0), *made = onnx_out_items (n, 0);
  WeirPort item = onnx_in (n, 1);
  guint position;

  if (items == NULL)
    return WEIR_PORT_NONE;
  position = position_of (n, 2, items->len, items->len);
  g_array_append_vals (made, items->data, items->len);
  g_array_insert_val (made, MIN (position, made->len), item);
  return WEIR_PORT_NONE;
}

static WeirPort
sequence_erase (OnnxNode *n)
{
  GArray *items = onnx_items (n, 0), *made = onnx_out_items (n, 0);
  guint position;

  if (items == NULL)
    return WEIR_PORT_NONE;
  position = position_of (n, 1, items->len, MAX (items->len, 1) - 1);
  if (position >= items->len)
    return weir_make_invalid (&n->make, "position %u in a sequence of %u", position,
                              items->len);
  g_array_append_vals (made, items->data, items->len);
  g_array_remove_index (made, position);
  return WEIR_PORT_NONE;
}

static WeirPort
sequence_length (OnnxNode *n)
{
  GArray *items = onnx_items (n, 0);

  return weir_make_int (&n->make, items != NULL ? items->len : 0);
}

static WeirPort
concat_from_sequence (OnnxNode *n)
{
  GArray *items = onnx_items (n, 0);
  gint64 axis = onnx_attr_int (n, "axis", 0);
  g_autofree WeirPort *parts = NULL;

  if (items == NULL)
    return WEIR_PORT_NONE;
  if (items->len == 0)
    return weir_make_invalid (&n->make, "an empty sequence cannot be joined");
  parts = g_new (WeirPort, items->len);
  for (guint i = 0; i < items->len; i++) {
    parts[i] = g_array_index (items, WeirPort, i);
    if (onnx_attr_int (n, "new_axis", 0) != 0)
      parts[i] = weir_make_unsqueeze (&n->make, parts[i], axis);
  }
  return weir_make_concat (&n->make, parts, items->len, axis);
}

/* Lengths of the parts; without `split` each is 1 and loses its dimension unless it is to
 * be kept. */
static GArray *
part_lengths (OnnxNode *n, gint64 dim)
{
  GArray *lengths = g_array_new (FALSE, FALSE, sizeof (gint64));
  const WeirTensor *split =
      onnx_has (n, 1) ? weir_make_value (&n->make, onnx_in (n, 1)) : NULL;
  gint64 length = 1;

  if (onnx_has (n, 1) && split == NULL)
    weir_make_unsupported (&n->make, "parts whose lengths are not constant");
  if (split != NULL && weir_tensor_shape (split)->rank == 1) {
    for (gsize i = 0; i < weir_tensor_count (split); i++) {
      length = weir_tensor_get_int (split, i);
      g_array_append_val (lengths, length);
    }
    return lengths;
  }
  if (split != NULL)
    length = weir_tensor_get_int (split, 0);
  if (length < 1 || dim / length > WEIR_MAX_NAME)
    weir_make_unsupported (&n->make,
                           "%" G_GINT64_FORMAT " elements in parts of %" G_GINT64_FORMAT,
                           dim, length);
  for (gint64 done = 0; !weir_build_failed (n->make.b) && done < dim; done += length) {
    gint64 next = MIN (length, dim - done);
    g_array_append_val (lengths, next);
  }
  return lengths;
}

/* Lengths that only the run will know: how many there are is enough. */
static WeirPort
split_by_input (OnnxNode *n, WeirPort x)
{
  WeirPort lengths = weir_make_convert (&n->make, onnx_in (n, 1), WEIR_DTYPE_I64);
  const WeirPort inputs[] = { x, weir_make_int (&n->make, onnx_attr_int (n, "axis", 0)),
                              lengths };
  guint count = (guint) weir_make_shape (&n->make, lengths)->dims[0];
  GArray *items = onnx_out_items (n, 0);
  WeirNode *node = weir_build_begin_outputs (n->make.b, "VariadicSplit", n->make.name,
                                             inputs, 3, count);

  weir_make_end (&n->make, node);
  for (guint i = 0; i < count && !weir_build_failed (n->make.b); i++) {
    WeirPort item = weir_make_port (&n->make, node, i);
    g_array_append_val (items, item);
  }
  return WEIR_PORT_NONE;
}

static gboolean
has_lengths (OnnxNode *n)
{
  const WeirShape *shape =
      onnx_has (n, 1) ? weir_make_shape (&n->make, onnx_in (n, 1)) : NULL;

  return shape != NULL && shape->rank == 1 && shape->dims[0] > 0 &&
         shape->dims[0] <= WEIR_MAX_NAME &&
         weir_make_value (&n->make, onnx_in (n, 1)) == NULL;
}

/* The specification lets "keepdims" speak where there is no `split`. What PyTorch exports
 * counts on ONNX Runtime's reading: also where that is a single 1. */
static gboolean
drops_axis (OnnxNode *n)
{
  const WeirTensor *split =
      onnx_has (n, 1) ? weir_make_value (&n->make, onnx_in (n, 1)) : NULL;

  return onnx_attr_int (n, "keepdims", 1) == 0 &&
         (!onnx_has (n, 1) || (split != NULL && weir_tensor_shape (split)->rank == 0 &&
                               weir_tensor_get_int (split, 0) == 1));
}

static WeirPort
split_to_sequence (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), inputs[3];
  const WeirShape *shape = weir_make_shape (&n->make, x);
  int axis = onnx_axis (n, onnx_attr_int (n, "axis", 0), weir_make_rank (&n->make, x));
  g_autoptr (GArray) lengths = NULL;
  GArray *items;
  WeirNode *node;

  if (has_lengths (n))
    return split_by_input (n, x);
  items = onnx_out_items (n, 0);
  if (shape->rank < 1 || shape->dims[axis] < 0)
    return weir_make_unsupported (&n->make, "a dimension of unknown size");
  lengths = part_lengths (n, shape->dims[axis]);
  inputs[0] = x;
  inputs[1] = weir_make_int (&n->make, axis);
  inputs[2] = weir_make_ints (&n->make, (const gint64 *) lengths->data, lengths->len);
  node = weir_build_begin_outputs (n->make.b, "VariadicSplit", n->make.name, inputs, 3,
                                   lengths->len);
  weir_make_end (&n->make, node);
  for (guint i = 0; i < lengths->len && !weir_build_failed (n->make.b); i++) {
    WeirPort item = weir_make_port (&n->make, node, i);

    if (drops_axis (n))
      item = weir_make_squeeze (&n->make, item, axis);
    g_array_append_val (items, item);
  }
  return WEIR_PORT_NONE;
}

/* Runs the body once for each element; what is no sequence is the same in all runs. */
static gboolean
run_element (OnnxNode *n, const Onnx__GraphProto *body, guint index, GArray **made)
{
  g_autofree char *prefix = g_strdup_printf ("%s/%u", n->make.name, index);
  GError **error = &n->make.b->error;
  OnnxScope scope;
  gboolean done;

  onnx_scope_init (&scope, n->scope->import, n->scope, n->make.b);
  scope.prefix = g_string_chunk_insert_const (n->scope->import->names, prefix);
  scope.repeated = TRUE;
  done = onnx_scope_add_graph (&scope, body, error);
  for (guint i = 0; done && i < n->n_inputs && i < body->n_input; i++) {
    OnnxValue value = n->inputs[i];

    if (value.items != NULL) {
      value.port = index < value.items->len ? g_array_index (value.items, WeirPort, index)
                                            : WEIR_PORT_NONE;
      value.items = NULL;
    }
    done = body->input[i]->name != NULL &&
           onnx_scope_set (&scope, body->input[i]->name, &value, error);
  }
  done = done && onnx_scope_run (&scope, body->node, body->n_node, error);
  for (guint i = 0; done && i < n->n_outputs && i < body->n_output; i++) {
    const OnnxValue *value = body->output[i]->name != NULL
                                 ? onnx_scope_get (&scope, body->output[i]->name, error)
                                 : NULL;

    done = value != NULL && value->items == NULL && !value->broken;
    if (done)
      g_array_append_val (made[i], value->port);
  }
  onnx_scope_clear (&scope);
  return done;
}

static WeirPort
sequence_map (OnnxNode *n)
{
  const Onnx__GraphProto *body = onnx_attr_graph (n, "body");
  GArray *items = onnx_items (n, 0);
  g_autofree GArray **made = g_new (GArray *, MAX (n->n_outputs, 1));
  gboolean done = body != NULL && items != NULL;

  if (done && (body->n_input < n->n_inputs || body->n_output < n->n_outputs))
    return weir_make_invalid (&n->make, "the sub-graph has %zu inputs and %zu outputs",
                              body->n_input, body->n_output);
  for (guint i = 0; i < n->n_outputs; i++)
    made[i] = onnx_out_items (n, i);
  for (guint i = 0; done && i < items->len; i++)
    done = run_element (n, body, i, made);
  return done ? WEIR_PORT_NONE
              : weir_make_unsupported (&n->make, "a sub-graph that cannot be converted");
}

static WeirPort
optional_has_element (OnnxNode *n)
{
  return weir_make_constant (&n->make,
                             weir_tensor_new_scalar (WEIR_DTYPE_BOOL, onnx_has (n, 0)));
}

static WeirPort
optional_element (OnnxNode *n)
{
  if (onnx_has (n, 0) && n->inputs[0].items != NULL) {
    n->outputs[0].items = n->inputs[0].items;
    return WEIR_PORT_NONE;
  }
  return onnx_in (n, 0);
}

const OnnxRow onnx_rows_sequence[] = {
  { "ConcatFromSequence", NULL, 0, 0, concat_from_sequence },
  { "Optional", NULL, 0, 0, optional_element },
  { "OptionalGetElement", NULL, 0, 0, optional_element },
  { "OptionalHasElement", NULL, 0, 0, optional_has_element },
  { "SequenceAt", NULL, 0, 0, sequence_at },
  { "SequenceConstruct", NULL, 0, 0, sequence_construct },
  { "SequenceEmpty", NULL, 0, 0, sequence_empty },
  { "SequenceErase", NULL, 0, 0, sequence_erase },
  { "SequenceInsert", NULL, 0, 0, sequence_insert },
  { "SequenceLength", NULL, 0, 0, sequence_length },
  { "SequenceMap", NULL, 0, 0, sequence_map },
  { "SplitToSequence", NULL, 0, 0, split_to_sequence },
  { NULL },
};
