#include "kaldi.h"

#include <string.h>

static void
node_free (gpointer data)
{
  KdNode *node = data;

  kd_term_free (node->input);
  g_free (node->component_name);
  g_free (node->name);
  g_free (node);
}

void
kd_net_init (KdNet *net)
{
  *net = (KdNet){
    .nodes = g_ptr_array_new_with_free_func (node_free),
    .left = g_ptr_array_new_with_free_func (node_free),
    .components =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, kd_component_free),
  };
}

void
kd_net_clear (KdNet *net)
{
  g_clear_pointer (&net->nodes, g_ptr_array_unref);
  g_clear_pointer (&net->left, g_ptr_array_unref);
  g_clear_pointer (&net->components, g_hash_table_unref);
  weir_tensor_unref (net->priors);
  net->priors = NULL;
}

KdNode *
kd_net_add (KdNet *net, KdNodeKind kind, const char *name, KdTerm *input)
{
  KdNode *node = g_new0 (KdNode, 1);

  node->kind = kind;
  node->name = g_strdup (name);
  node->input = input;
  node->size = -1;
  node->port = node->memory = node->window = WEIR_PORT_NONE;
  g_ptr_array_add (net->nodes, node);
  return node;
}

KdNode *
kd_net_chain (KdNet *net, KdComponent *component)
{
  const KdNode *last = net->nodes->pdata[net->nodes->len - 1];
  KdNode *node;

  g_hash_table_insert (net->components, g_strdup (component->name), component);
  node = kd_net_add (net, KD_COMPONENT, component->name, kd_term_node (last->name, 0));
  node->component = component;
  return node;
}

KdComponent *
kd_net_add_part (KdNet *net, const char *base, const char *suffix, const char *type)
{
  g_autofree char *name = g_strconcat (base, suffix, NULL);
  KdComponent *component = kd_component_new (type, name);

  g_hash_table_insert (net->components, g_strdup (name), component);
  return component;
}

void
kd_net_place (KdNet *net, const KdComponent *component, KdTerm *input)
{
  kd_net_add (net, KD_COMPONENT, component->name, input)->component = component;
}

gboolean
kd_net_read_priors (KdReader *reader, KdNet *net, GError **error)
{
  g_autoptr (WeirTensor) priors = NULL;

  if (!kd_at_tensor (reader))
    return TRUE;
  priors = kd_tensor (reader, error);
  if (priors == NULL) {
    g_prefix_error (error, "priors: ");
    return FALSE;
  }
  if (weir_tensor_count (priors) > 0)
    net->priors = g_steal_pointer (&priors);
  return TRUE;
}

typedef struct {
  GHashTable *index; /* name -> index + 1 */
  GError **error;
} Resolve;

static gboolean
resolve_leaf (KdTerm *leaf, gpointer data)
{
  Resolve *resolve = data;
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (resolve->index, leaf->name));

  leaf->node = found - 1;
  return found != 0 || weir_fail (resolve->error, WEIR_ERROR_FORMAT,
                                  "there is no node '%s'", leaf->name);
}

gboolean
kd_net_resolve (KdNet *net, GError **error)
{
  g_autoptr (GHashTable) index = g_hash_table_new (g_str_hash, g_str_equal);
  Resolve resolve = { .index = index, .error = error };

  for (guint i = 0; i < net->nodes->len; i++) {
    KdNode *node = net->nodes->pdata[i];

    if (!g_hash_table_insert (index, node->name, GUINT_TO_POINTER (i + 1)))
      return weir_fail (error, WEIR_ERROR_FORMAT, "there are two nodes '%s'", node->name);
  }
  for (guint i = 0; i < net->nodes->len; i++) {
    KdNode *node = net->nodes->pdata[i];

    if (node->input != NULL && !kd_term_visit (node->input, resolve_leaf, &resolve)) {
      g_prefix_error (error, "node '%s': ", node->name);
      return FALSE;
    }
  }
  return TRUE;
}

void
kd_net_drop (KdNet *net, const gboolean *drop)
{
  g_autoptr (GPtrArray) all = g_steal_pointer (&net->nodes);

  net->nodes = g_ptr_array_new_with_free_func (node_free);
  g_ptr_array_set_free_func (all, NULL);
  for (guint i = 0; i < all->len; i++)
    g_ptr_array_add (drop[i] ? net->left : net->nodes, all->pdata[i]);
}
