#include "cut-plan.h"

#include <string.h>

/* Which part of a model could be converted without the nodes that cannot: nodes that are
 * joined by values make a part, and the largest one wins. */

typedef struct {
  const WeirCutPlan *plan;
  const GHashTable *refused;
  guint *parent; /* of each node, towards the one that stands for its part */
  guint *size;   /* of the part of each node that stands for one */
} Parts;

static gboolean
is_refused (const Parts *parts, guint node)
{
  return g_hash_table_contains ((GHashTable *) parts->refused, GUINT_TO_POINTER (node));
}

static guint
part_of (const Parts *parts, guint node)
{
  while (parts->parent[node] != node)
    node = parts->parent[node] = parts->parent[parts->parent[node]];
  return node;
}

static void
join (Parts *parts, guint a, guint b)
{
  a = part_of (parts, a);
  b = part_of (parts, b);
  if (a == b)
    return;
  if (parts->size[a] < parts->size[b]) {
    guint larger = b;

    b = a;
    a = larger;
  }
  parts->parent[b] = a;
  parts->size[a] += parts->size[b];
}

/* @first: for each tensor the first node that touches it, plus 1. */
static void
join_list (Parts *parts, guint node, const GArray *tensors, guint *first)
{
  for (guint i = 0; i < tensors->len; i++) {
    guint tensor = g_array_index (tensors, guint, i);

    if (tensor == WEIR_CUT_NONE || weir_cut_tensor (parts->plan, tensor)->is_constant)
      continue;
    if (first[tensor] == 0)
      first[tensor] = node + 1;
    else
      join (parts, first[tensor] - 1, node);
  }
}

static void
find_parts (Parts *parts)
{
  const WeirCutPlan *plan = parts->plan;
  g_autofree guint *first = g_new0 (guint, plan->tensors->len + 1);

  parts->parent = g_new (guint, plan->nodes->len + 1);
  parts->size = g_new (guint, plan->nodes->len + 1);
  for (guint i = 0; i < plan->nodes->len; i++) {
    parts->parent[i] = i;
    parts->size[i] = is_refused (parts, i) ? 0 : 1;
  }
  for (guint i = 0; i < plan->nodes->len; i++) {
    if (is_refused (parts, i))
      continue;
    join_list (parts, i, weir_cut_node (plan, i)->reads, first);
    join_list (parts, i, weir_cut_node (plan, i)->writes, first);
  }
}

/* Whether the command line's grammar can say @name. */
static gboolean
is_plain (const char *name)
{
  return *name != '\0' && strpbrk (name, ",[](){} \t\r\n") == NULL &&
         strstr (name, "->") == NULL && name[strspn (name, "0123456789")] != ':' &&
         *name != ':';
}

/* Whether --input and --output alike take the tensor's name for it, and not for a node's
 * input. */
static gboolean
is_called (const WeirCutPlan *plan, guint index)
{
  const WeirCutTensor *tensor = weir_cut_tensor (plan, index);

  return is_plain (tensor->name) &&
         weir_cut_plan_find_tensor (plan, tensor->name) == index &&
         (plan->tensors_first || tensor->is_input ||
          !g_hash_table_contains (plan->node_names, tensor->name));
}

/* (transfer full) (nullable): what means @tensor and nothing else. */
static char *
spell (const WeirCutPlan *plan, guint index)
{
  const WeirCutTensor *tensor = weir_cut_tensor (plan, index);
  g_autofree char *text = NULL;
  const char *writer;

  if (is_called (plan, index))
    return g_strdup (tensor->name);
  if (tensor->writer == WEIR_CUT_NONE)
    return NULL;
  writer = weir_cut_node (plan, tensor->writer)->name;
  text = g_strdup_printf ("%s:%u", writer, tensor->index);
  if (!is_plain (writer) ||
      GPOINTER_TO_UINT (g_hash_table_lookup (plan->node_names, writer)) - 1 !=
          tensor->writer ||
      weir_cut_plan_find_tensor (plan, text) != WEIR_CUT_NONE)
    return NULL;
  return g_steal_pointer (&text);
}

static gboolean
add_name (const WeirCutPlan *plan, GString *list, guint tensor)
{
  g_autofree char *name = spell (plan, tensor);

  if (name != NULL)
    g_string_append_printf (list, "%s%s", list->len > 0 ? "," : "", name);
  return name != NULL;
}

/* The tensors that @part gives to outputs of the model and to nodes outside. */
static GArray *
outputs_of (const Parts *parts, guint part)
{
  const WeirCutPlan *plan = parts->plan;
  GArray *outputs = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) all = g_array_copy (plan->own_outputs);

  for (guint i = 0; i < plan->nodes->len; i++)
    if (is_refused (parts, i))
      g_array_append_vals (all, weir_cut_node (plan, i)->reads->data,
                           weir_cut_node (plan, i)->reads->len);
  for (guint i = 0; i < all->len; i++) {
    guint tensor = g_array_index (all, guint, i);
    guint writer =
        tensor != WEIR_CUT_NONE ? weir_cut_tensor (plan, tensor)->writer : WEIR_CUT_NONE;

    if (writer != WEIR_CUT_NONE && !is_refused (parts, writer) &&
        !weir_cut_tensor (plan, tensor)->is_constant && part_of (parts, writer) == part &&
        g_hash_table_add (seen, GUINT_TO_POINTER (tensor)))
      g_array_append_val (outputs, tensor);
  }
  return outputs;
}

/* The nodes of @part that its outputs need; @reads: the tensors that enter it. */
static GHashTable *
needed_for (const Parts *parts, const GArray *outputs, GArray *reads)
{
  const WeirCutPlan *plan = parts->plan;
  GHashTable *needed = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) stack = g_array_copy ((GArray *) outputs);

  while (stack->len > 0) {
    guint index = g_array_index (stack, guint, stack->len - 1);
    const WeirCutTensor *tensor;

    g_array_set_size (stack, stack->len - 1);
    if (index == WEIR_CUT_NONE || !g_hash_table_add (seen, GUINT_TO_POINTER (index)))
      continue;
    tensor = weir_cut_tensor (plan, index);
    if (tensor->is_input ||
        (tensor->writer != WEIR_CUT_NONE && is_refused (parts, tensor->writer)))
      g_array_append_val (reads, index);
    else if (tensor->writer != WEIR_CUT_NONE &&
             g_hash_table_add (needed, GUINT_TO_POINTER (tensor->writer)))
      g_array_append_vals (stack, weir_cut_node (plan, tensor->writer)->reads->data,
                           weir_cut_node (plan, tensor->writer)->reads->len);
  }
  return needed;
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;

  return x < y ? -1 : x > y;
}

/* The inputs are named only where some are no inputs of the model: then all have to be.
 */
static char *
name_inputs (const WeirCutPlan *plan, GArray *reads, gboolean *good)
{
  GString *list = g_string_new (NULL);
  gboolean own = TRUE;

  g_array_sort (reads, by_number);
  for (guint i = 0; i < reads->len; i++)
    own = own && weir_cut_tensor (plan, g_array_index (reads, guint, i))->is_input;
  for (guint i = 0; !own && i < reads->len; i++)
    *good = add_name (plan, list, g_array_index (reads, guint, i)) && *good;
  return g_string_free (list, own);
}

void
weir_cut_hint_forget (WeirCutHint *hint)
{
  g_clear_pointer (&hint->inputs, g_free);
  g_clear_pointer (&hint->outputs, g_free);
  g_clear_pointer (&hint->part, g_hash_table_unref);
  hint->nodes = 0;
}

static void
take_part (const Parts *parts, guint part, WeirCutHint *hint)
{
  g_autoptr (GArray) outputs = outputs_of (parts, part);
  g_autoptr (GArray) reads = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GHashTable) needed = needed_for (parts, outputs, reads);
  g_autoptr (GString) list = g_string_new (NULL);
  gboolean good = outputs->len > 0 && g_hash_table_size (needed) > hint->nodes;
  g_autofree char *inputs = NULL;

  if (!good)
    return;
  inputs = name_inputs (parts->plan, reads, &good);
  for (guint i = 0; i < outputs->len; i++)
    good = add_name (parts->plan, list, g_array_index (outputs, guint, i)) && good;
  if (!good)
    return;
  weir_cut_hint_forget (hint);
  hint->inputs = g_steal_pointer (&inputs);
  hint->outputs = g_strdup (list->str);
  hint->nodes = g_hash_table_size (needed);
  hint->part = g_steal_pointer (&needed);
}

void
weir_cut_plan_suggest (const WeirCutPlan *plan, WeirCutHint *hint)
{
  Parts parts = { .plan = plan, .refused = hint->refused };

  weir_cut_hint_forget (hint);
  hint->total = plan->nodes->len;
  find_parts (&parts);
  for (guint i = 0; i < plan->nodes->len; i++)
    if (!is_refused (&parts, i) && part_of (&parts, i) == i &&
        parts.size[i] > hint->nodes)
      take_part (&parts, i, hint);
  g_free (parts.parent);
  g_free (parts.size);
}
