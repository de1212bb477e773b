#include "offload.h"

#include "pack.h"

#include <string.h>

/* Nodes that stand for parts are known by this array; a file may hold the same word. */
static char call_op[] = "TFCustomSubgraphCall";

/* These stay what they are: inputs, and what Weir reads from the checkpoint. Loops are
 * parts of each other. */
static const char *const staying[] = {
  "Const",           "Enter",       "Exit",
  "IteratorGetNext", "LoopCond",    "Merge",
  "NextIteration",   "Placeholder", "PlaceholderWithDefault",
  "ReadVariableOp",  "Switch",      "VarHandleOp",
  "Variable",        "VariableV2",
};

/* Output @index of @entry, which somebody outside reads. */
typedef struct {
  const TfEntry *entry;
  guint index;
} Output;

/**
 * Part:
 * @call: what stands for it in the scope; its node is @proto
 * @nodes: (element-type TfEntry)
 * @constants: a set of TfEntry: what is copied into it
 * @inputs: (element-type utf8): what it reads, "node:0"
 */
typedef struct {
  TfEntry call;
  Tf__NodeDef proto;
  GPtrArray *nodes;
  GHashTable *constants;
  GPtrArray *inputs;
  GArray *outputs;
} Part;

struct _TfOffload {
  TfScope *scope;
  const Tf__GraphDef *graph;
  GHashTable *part_of; /* TfEntry -> Part */
  GPtrArray *parts;
  WeirBytes bytes;
};

static void
part_free (gpointer data)
{
  Part *part = data;

  g_array_unref (part->call.outputs);
  g_ptr_array_unref (part->nodes);
  g_hash_table_unref (part->constants);
  g_ptr_array_unref (part->inputs);
  g_array_unref (part->outputs);
  g_free (part);
}

static Part *
add_part (TfOffload *o)
{
  Part *part = g_new0 (Part, 1);

  tf__node_def__init (&part->proto);
  part->call.proto = &part->proto;
  part->call.outputs = g_array_new (FALSE, FALSE, sizeof (TfValue));
  part->nodes = g_ptr_array_new ();
  part->constants = g_hash_table_new (NULL, NULL);
  part->inputs = g_ptr_array_new_with_free_func (g_free);
  part->outputs = g_array_new (FALSE, FALSE, sizeof (Output));
  g_ptr_array_add (o->parts, part);
  return part;
}

static gboolean
stays (const TfEntry *entry)
{
  for (guint i = 0; i < G_N_ELEMENTS (staying); i++)
    if (strcmp (entry->proto->op, staying[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
add_node (TfOffload *o, Part *part, TfEntry *entry)
{
  g_ptr_array_add (part->nodes, entry);
  g_hash_table_insert (o->part_of, entry, part);
}

/* (transfer full): the patterns of an option, which match at the beginning. */
static GPtrArray *
patterns_of (TfScope *scope, const char *option, GError **error)
{
  const char *text = weir_frontend_option (scope->import->input, option);
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", ",", -1);
  g_autoptr (GPtrArray) list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_regex_unref);

  for (guint i = 0; parts[i] != NULL; i++) {
    GRegex *regex;

    if (*g_strstrip (parts[i]) == '\0')
      continue;
    regex = g_regex_new (parts[i], G_REGEX_OPTIMIZE, G_REGEX_MATCH_ANCHORED, error);
    if (regex == NULL) {
      g_prefix_error (error, "--%s: ", option);
      return NULL;
    }
    g_ptr_array_add (list, regex);
  }
  return g_steal_pointer (&list);
}

/* Nodes whose names fit a pattern are a part; or, where @alone, each whose operation
 * does. */
static gboolean
take_matching (TfOffload *o, GHashTable *reached, const char *option, gboolean alone,
               GError **error)
{
  g_autoptr (GPtrArray) patterns = patterns_of (o->scope, option, error);

  for (guint k = 0; patterns != NULL && k < patterns->len; k++) {
    Part *part = NULL;

    for (gsize i = 0; i < o->graph->n_node; i++) {
      const Tf__NodeDef *proto = o->graph->node[i];
      TfEntry *entry = g_hash_table_lookup (o->scope->nodes, proto->name);

      if (!g_hash_table_contains (reached, entry) || stays (entry) ||
          g_hash_table_contains (o->part_of, entry) ||
          !g_regex_match (patterns->pdata[k], alone ? proto->op : proto->name, 0, NULL))
        continue;
      if (part == NULL || alone)
        part = add_part (o);
      add_node (o, part, entry);
    }
  }
  return patterns != NULL;
}

/* What input @i of @entry names, if that is a node. */
static TfEntry *
input_of (const TfOffload *o, const TfEntry *entry, gsize i, guint *index)
{
  TfRef ref = { 0 };

  if (tf_is_control (entry->proto->input[i]) ||
      !tf_scope_resolve (o->scope, entry->proto->input[i], &ref, NULL))
    return NULL;
  *index = ref.index;
  return ref.entry;
}

/* Lets the nodes of the smaller part belong to the other. */
static Part *
join (TfOffload *o, Part *a, Part *b)
{
  Part *from = a->nodes->len < b->nodes->len ? a : b, *to = from == a ? b : a;

  for (guint i = 0; i < from->nodes->len; i++)
    add_node (o, to, from->nodes->pdata[i]);
  g_ptr_array_set_size (from->nodes, 0);
  return to;
}

/* Nodes without another conversion; neighbours are one part, as what goes between them
 * may be of a kind that only TensorFlow knows. */
static void
take_unsupported (TfOffload *o, GHashTable *reached, GHashTable *names)
{
  g_autoptr (GPtrArray) taken = g_ptr_array_new ();

  for (gsize i = 0; i < o->graph->n_node; i++) {
    TfEntry *entry = g_hash_table_lookup (o->scope->nodes, o->graph->node[i]->name);

    if (!g_hash_table_contains (names, entry->proto->name) || stays (entry) ||
        !g_hash_table_contains (reached, entry) ||
        g_hash_table_contains (o->part_of, entry))
      continue;
    add_node (o, add_part (o), entry);
    g_ptr_array_add (taken, entry);
  }
  for (guint i = 0; i < taken->len; i++) {
    TfEntry *entry = taken->pdata[i];

    for (gsize k = 0; k < entry->proto->n_input; k++) {
      guint index;
      TfEntry *from = input_of (o, entry, k, &index);
      Part *mine = g_hash_table_lookup (o->part_of, entry);
      Part *other = from != NULL ? g_hash_table_lookup (o->part_of, from) : NULL;

      if (other != NULL && other != mine &&
          g_hash_table_contains (names, from->proto->name))
        join (o, mine, other);
    }
  }
}

/* Whether something outside of @part lies between two nodes of it. */
static gboolean
is_open (const TfOffload *o, const Part *part)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  for (guint i = 0; i < part->nodes->len; i++)
    g_ptr_array_add (stack, part->nodes->pdata[i]);
  while (stack->len > 0) {
    TfEntry *entry = g_ptr_array_steal_index (stack, stack->len - 1);
    gboolean outside = g_hash_table_lookup (o->part_of, entry) != part;

    for (gsize i = 0; i < entry->proto->n_input; i++) {
      guint index;
      TfEntry *from = input_of (o, entry, i, &index);

      if (from == NULL)
        continue;
      if (g_hash_table_lookup (o->part_of, from) == part) {
        if (outside)
          return TRUE;
        continue;
      }
      if (g_hash_table_add (seen, from))
        g_ptr_array_add (stack, from);
    }
  }
  return FALSE;
}

static gboolean
check_closed (const TfOffload *o, guint count, GError **error)
{
  for (guint i = 0; i < count; i++) {
    const Part *part = o->parts->pdata[i];

    if (is_open (o, part))
      return weir_fail (
          error, WEIR_ERROR_ARGUMENT,
          "--tensorflow_subgraph_patterns: expected whole sub-graphs; "
          "between two nodes of the one of '%s' lies a node that no pattern "
          "fits",
          ((const TfEntry *) part->nodes->pdata[0])->proto->name);
  }
  return TRUE;
}

/* Parts that would wait for themselves fall apart. */
static void
split_open (TfOffload *o, guint first)
{
  guint count = o->parts->len;

  for (guint i = first; i < count; i++) {
    Part *part = o->parts->pdata[i];

    if (part->nodes->len < 2 || !is_open (o, part))
      continue;
    while (part->nodes->len > 1)
      add_node (o, add_part (o), g_ptr_array_steal_index (part->nodes, 1));
  }
}

static void
add_output (const TfOffload *o, const TfEntry *entry, guint index)
{
  Part *part = g_hash_table_lookup (o->part_of, entry);
  Output output = { entry, index };

  for (guint i = 0; i < part->outputs->len; i++) {
    const Output *other = &g_array_index (part->outputs, Output, i);

    if (other->entry == entry && other->index == index)
      return;
  }
  g_array_append_val (part->outputs, output);
}

/* What goes from one node to another: constants go along, all else enters and leaves. */
static void
add_edges (const TfOffload *o, TfEntry *entry)
{
  Part *to = g_hash_table_lookup (o->part_of, entry);

  for (gsize i = 0; i < entry->proto->n_input; i++) {
    guint index = 0;
    TfEntry *from = input_of (o, entry, i, &index);
    Part *part = from != NULL ? g_hash_table_lookup (o->part_of, from) : NULL;
    char *name;

    if (from == NULL || part == to)
      continue;
    if (part != NULL)
      add_output (o, from, index);
    if (to == NULL)
      continue;
    if (strcmp (from->proto->op, "Const") == 0) {
      g_hash_table_add (to->constants, from);
      continue;
    }
    name = g_strdup_printf ("%s:%u", from->proto->name, index);
    if (!g_ptr_array_find_with_equal_func (to->inputs, name, g_str_equal, NULL))
      g_ptr_array_add (to->inputs, name);
    else
      g_free (name);
  }
}

static void
connect (const TfOffload *o, GHashTable *reached, const GPtrArray *outputs)
{
  for (gsize i = 0; i < o->graph->n_node; i++) {
    TfEntry *entry = g_hash_table_lookup (o->scope->nodes, o->graph->node[i]->name);

    if (g_hash_table_contains (reached, entry))
      add_edges (o, entry);
  }
  for (guint i = 0; i < outputs->len; i++) {
    const TfWanted *wanted = outputs->pdata[i];
    TfRef ref = { 0 };

    if (tf_scope_resolve (o->scope, wanted->ref, &ref, NULL) && ref.entry != NULL &&
        g_hash_table_contains (o->part_of, ref.entry))
      add_output (o, ref.entry, ref.index);
  }
  for (guint i = 0; i < o->parts->len; i++) {
    Part *part = o->parts->pdata[i];

    part->proto.op = call_op;
    if (part->outputs->len > 0)
      part->proto.name = g_array_index (part->outputs, Output, 0).entry->proto->name;
    part->proto.input = (char **) part->inputs->pdata;
    part->proto.n_input = part->inputs->len;
  }
}

TfOffload *
tf_offload_new (TfScope *scope, const Tf__GraphDef *graph, const GPtrArray *outputs,
                GHashTable *reached, GHashTable *more, GError **error)
{
  TfOffload *o = g_new0 (TfOffload, 1);
  gboolean good;
  guint first;

  o->scope = scope;
  o->graph = graph;
  o->bytes = scope->import->graph_bytes;
  o->part_of = g_hash_table_new (NULL, NULL);
  o->parts = g_ptr_array_new_with_free_func (part_free);
  good = take_matching (o, reached, "tensorflow_subgraph_patterns", FALSE, error) &&
         take_matching (o, reached, "tensorflow_operation_patterns", TRUE, error);
  first = o->parts->len;
  good = good && check_closed (o, first, error);
  if (good) {
    take_unsupported (o, reached, more);
    split_open (o, first);
    connect (o, reached, outputs);
  }
  if (!good || o->parts->len == 0)
    g_clear_pointer (&o, tf_offload_free);
  return o;
}

void
tf_offload_free (TfOffload *o)
{
  if (o == NULL)
    return;
  g_hash_table_unref (o->part_of);
  g_ptr_array_unref (o->parts);
  g_free (o);
}

void
tf_offload_redirect (const TfOffload *o, TfRef *ref)
{
  Part *part = ref->entry != NULL ? g_hash_table_lookup (o->part_of, ref->entry) : NULL;

  if (part == NULL)
    return;
  for (guint i = 0; i < part->outputs->len; i++) {
    const Output *output = &g_array_index (part->outputs, Output, i);

    if (output->entry == ref->entry && output->index == ref->index) {
      ref->index = i;
      break;
    }
  }
  ref->entry = &part->call;
}

gboolean
tf_offload_is_call (const TfOffload *o, const TfEntry *entry)
{
  return o != NULL && entry->proto->op == call_op;
}

/* (transfer full): the part as a tensor of bytes. */
static WeirTensor *
pack_part (const TfOffload *o, const Part *part, WeirBudget *budget, GError **error)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GByteArray) bytes = NULL;
  WeirTensor *tensor = NULL;
  WeirShape shape;

  for (gsize i = 0; i < o->graph->n_node; i++) {
    const Tf__NodeDef *proto = o->graph->node[i];
    TfEntry *entry = g_hash_table_lookup (o->scope->nodes, proto->name);

    if (g_hash_table_lookup (o->part_of, entry) == part ||
        g_hash_table_contains (part->constants, entry)) {
      g_hash_table_add (wanted, GUINT_TO_POINTER (i));
      g_hash_table_add (names, proto->name);
    }
  }
  bytes = tf_pack_nodes (&o->bytes, wanted, names, error);
  if (bytes == NULL ||
      !weir_budget_take (budget, bytes->len, "what TensorFlow shall run", error))
    return NULL;
  if (weir_shape_init (&shape, (gint64[]){ bytes->len }, 1, error))
    tensor = weir_tensor_new (WEIR_DTYPE_U8, &shape, error);
  if (tensor != NULL)
    memcpy (weir_tensor_writable (tensor), bytes->data, bytes->len);
  return tensor;
}

char *
tf_offload_output_name (const TfEntry *call, guint i)
{
  const Part *part = (const Part *) call; /* of which it is the first member */
  const Output *output = &g_array_index (part->outputs, Output, i);

  return g_strdup_printf ("%s:%u", output->entry->proto->name, output->index);
}

/* (transfer full): "node:0,node:1" */
static char *
output_names (const Part *part)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < part->outputs->len; i++) {
    g_autofree char *name = tf_offload_output_name (&part->call, i);

    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", name);
  }
  return g_string_free (text, FALSE);
}

gboolean
tf_offload_call (TfNode *n, GError **error)
{
  TfImport *import = n->scope->import;
  const Part *part = (const Part *) n->entry; /* as above */
  g_autofree WeirPort *ports = g_new (WeirPort, n->n_inputs + 1);
  g_autofree char *outputs = output_names (part);
  g_autofree char *inputs = NULL;
  WeirTensor *bytes = pack_part (import->offload, part, &import->file->budget, error);
  WeirNode *node;

  if (bytes == NULL)
    return FALSE;
  ports[0] = weir_make_constant (&n->make, bytes);
  for (guint i = 0; i < n->n_inputs; i++)
    ports[i + 1] = n->inputs[i].port;
  g_ptr_array_add (part->inputs, NULL);
  inputs = g_strjoinv (",", (char **) part->inputs->pdata);
  g_ptr_array_set_size (part->inputs, (int) part->inputs->len - 1);
  node = weir_build_begin_outputs (n->make.b, call_op, n->make.name, ports,
                                   n->n_inputs + 1, part->outputs->len);
  weir_node_set_string (node, "input_names", inputs);
  weir_node_set_string (node, "output_names", outputs);
  weir_make_end (&n->make, node);
  for (guint i = 0; i < part->outputs->len; i++)
    tf_out (n, i, weir_make_port (&n->make, node, i));
  return weir_build_finish (n->make.b, error);
}
