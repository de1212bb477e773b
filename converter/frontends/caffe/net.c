#include "caffe.h"

#include <string.h>

/* Which layers of a topology count, and how they hang together. */

static gboolean
names_stage (char *const *stages, gsize n, const char *stage)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (stages[i], stage) == 0)
      return TRUE;
  return FALSE;
}

/* Whether a rule is that of a network that is tested, at the level and the stages that
 * the text itself may ask for. */
static gboolean
rule_holds (const Caffe__NetStateRule *rule, const Caffe__NetState *state)
{
  if ((rule->phase != NULL && strcmp (rule->phase, "TEST") != 0) ||
      (rule->has_min_level && state->level < rule->min_level) ||
      (rule->has_max_level && state->level > rule->max_level))
    return FALSE;
  for (gsize i = 0; i < rule->n_stage; i++)
    if (!names_stage (state->stage, state->n_stage, rule->stage[i]))
      return FALSE;
  for (gsize i = 0; i < rule->n_not_stage; i++)
    if (names_stage (state->stage, state->n_stage, rule->not_stage[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_included (const Caffe__LayerParameter *layer, const Caffe__NetState *state)
{
  gboolean included = layer->n_include == 0;

  for (gsize i = 0; i < layer->n_exclude; i++)
    if (rule_holds (layer->exclude[i], state))
      return FALSE;
  for (gsize i = 0; i < layer->n_include; i++)
    included |= rule_holds (layer->include[i], state);
  return included;
}

/* What describing a network works with. @current: name -> the tensor that was written
 * last under it, + 1; @order: names as they first came; @taken: tensors that a layer
 * reads, and the network's inputs. */
typedef struct {
  CfImport *import;
  GHashTable *current;
  GPtrArray *order;
  GHashTable *taken;
} Net;

static guint
tensor_of (const Net *net, const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (net->current, name)) - 1;
}

static guint
write_tensor (Net *net, const char *name)
{
  const CfValue none = { .port = WEIR_PORT_NONE };
  guint tensor = weir_cut_plan_add_tensor (net->import->plan, name);

  g_array_append_val (net->import->values, none);

  if (g_hash_table_replace (net->current, (gpointer) name, GUINT_TO_POINTER (tensor + 1)))
    g_ptr_array_add (net->order, (gpointer) name);
  return tensor;
}

/* Labels that only a measurement reads are no output. */
static void
mark_input (Net *net, guint tensor)
{
  weir_cut_plan_add_input (net->import->plan, tensor);
  g_hash_table_add (net->taken, GUINT_TO_POINTER (tensor));
}

static gboolean
looks_only (const Caffe__LayerParameter *proto)
{
  const CfRow *row = cf_row_find (proto->type);

  return row != NULL && row->aside;
}

static void
describe_bottoms (Net *net, CfEntry *entry, guint node)
{
  const Caffe__LayerParameter *proto = entry->proto;

  entry->bottoms = g_new (guint, MAX (proto->n_bottom, 1));
  for (gsize i = 0; i < proto->n_bottom; i++) {
    entry->bottoms[i] = tensor_of (net, proto->bottom[i]);
    weir_cut_plan_read (net->import->plan, node, entry->bottoms[i]);
    if (entry->bottoms[i] != WEIR_CUT_NONE && !looks_only (proto))
      g_hash_table_add (net->taken, GUINT_TO_POINTER (entry->bottoms[i]));
  }
}

static gboolean
describe_layer (Net *net, const Caffe__LayerParameter *proto, const WeirTextField *field,
                GError **error)
{
  WeirCutPlan *plan = net->import->plan;
  CfEntry entry = { .proto = proto, .field = field };
  guint node;

  if (proto->name == NULL || proto->type == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "line %u, column %u: a layer has no %s",
                      field->line, field->column, proto->name == NULL ? "name" : "type");
  node = weir_cut_plan_add_node (plan, proto->name, proto->type);
  describe_bottoms (net, &entry, node);
  entry.tops = g_new (guint, MAX (proto->n_top, 1));
  for (gsize i = 0; i < proto->n_top; i++) {
    entry.tops[i] = write_tensor (net, proto->top[i]);
    weir_cut_plan_write (plan, node, entry.tops[i]);
    if (strcmp (proto->type, "Input") == 0)
      mark_input (net, entry.tops[i]);
  }
  g_array_append_val (net->import->entries, entry);
  return TRUE;
}

/* @name: as the text calls these layers: its fields of that name are in their order. */
static gboolean
describe_layers (Net *net, const Caffe__NetParameter *proto, const char *name,
                 Caffe__LayerParameter **layers, gsize n, GError **error)
{
  const Caffe__NetState none = CAFFE__NET_STATE__INIT;
  const Caffe__NetState *state = proto->state != NULL ? proto->state : &none;
  const WeirTextTree *tree = net->import->tree;
  const WeirTextField *field = weir_text_tree_child (tree, NULL);

  for (gsize i = 0; i < n && field != NULL; field = weir_text_tree_next (tree, field)) {
    if (strcmp (field->name, name) != 0)
      continue;
    if (is_included (layers[i], state) && !describe_layer (net, layers[i], field, error))
      return FALSE;
    i++;
  }
  return TRUE;
}

/* Inputs without a layer of their own: "input", with shapes of either form. */
static gboolean
describe_inputs (Net *net, const Caffe__NetParameter *proto, GError **error)
{
  WeirBuilder *builder = &net->import->builder;

  for (gsize i = 0; i < proto->n_input; i++) {
    WeirShape shape = WEIR_SHAPE_UNKNOWN;
    const Caffe__BlobShape *given =
        i < proto->n_input_shape ? proto->input_shape[i] : NULL;
    guint tensor;

    if (given != NULL && !weir_shape_init (&shape, given->dim, given->n_dim, error))
      return FALSE;
    if (given == NULL && proto->n_input_dim >= 4 * (i + 1) &&
        !weir_shape_init (&shape, proto->input_dim + 4 * i, 4, error))
      return FALSE;
    tensor = write_tensor (net, proto->input[i]);
    mark_input (net, tensor);
    g_array_index (net->import->values, CfValue, tensor).port =
        weir_build_parameter (builder, proto->input[i], WEIR_DTYPE_F32, &shape);
  }
  return weir_build_finish (builder, error);
}

/* What no layer reads, in the order in which it was first written. */
static gboolean
describe_outputs (Net *net, GError **error)
{
  guint count = 0;

  for (guint i = 0; i < net->order->len; i++) {
    guint tensor = tensor_of (net, net->order->pdata[i]);

    if (g_hash_table_contains (net->taken, GUINT_TO_POINTER (tensor)))
      continue;
    weir_cut_plan_add_output (net->import->plan, tensor);
    count++;
  }
  return count > 0 || weir_fail (error, WEIR_ERROR_FORMAT, "the network has no output");
}

gboolean
cf_net_describe (CfImport *import, const Caffe__NetParameter *proto, GError **error)
{
  Net net = { .import = import,
              .current = g_hash_table_new (g_str_hash, g_str_equal),
              .order = g_ptr_array_new (),
              .taken = g_hash_table_new (NULL, NULL) };
  gboolean good =
      describe_inputs (&net, proto, error) &&
      describe_layers (&net, proto, "layers", proto->layers, proto->n_layers, error) &&
      describe_layers (&net, proto, "layer", proto->layer, proto->n_layer, error) &&
      describe_outputs (&net, error);

  g_hash_table_unref (net.current);
  g_ptr_array_unref (net.order);
  g_hash_table_unref (net.taken);
  return good;
}
