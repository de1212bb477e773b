#include "table.h"

/* How many numbers a node gives for a frame. Loops end at nodes that know theirs. */

enum { NEW, OPEN };

typedef struct {
  const KdNet *net;
  GPtrArray *stack;
  const KdNode *open;
} Search;

/* Of components that are not known, too, where they say it; -1: it is not known. */
static gint64
stored_size (const KdComponent *component)
{
  return kd_whole (component, "OutputDim", kd_whole (component, "Dim", -1));
}

/* What a node says without its input; -1: that is needed, too. */
static gint64
size_without_input (const KdNode *node)
{
  const KdRow *row;

  if (node->kind == KD_INPUT || node->kind == KD_RANGE)
    return node->dim;
  if (node->component == NULL)
    return -1;
  row = kd_row_find (node->component);
  if (row == NULL)
    return stored_size (node->component);
  return row->size != NULL ? row->size (node->component, -1) : -1;
}

static gint64
size_of_term (const KdNet *net, const KdTerm *term)
{
  gint64 size = 0;

  if (term->kind == KD_CONST)
    return term->dim;
  if (term->kind == KD_NODE)
    return ((const KdNode *) net->nodes->pdata[term->node])->size;
  for (guint i = 0; i < term->parts->len; i++) {
    gint64 part = size_of_term (net, term->parts->pdata[i]);

    size = term->kind == KD_APPEND ? size + part : part;
  }
  return size;
}

static gint64
size_with_input (const KdNet *net, const KdNode *node)
{
  const KdRow *row = node->component != NULL ? kd_row_find (node->component) : NULL;
  gint64 input = size_of_term (net, node->input);

  return row != NULL && row->size != NULL ? row->size (node->component, input) : input;
}

static gboolean
push_unknown (KdTerm *leaf, gpointer data)
{
  Search *search = data;
  KdNode *node = search->net->nodes->pdata[leaf->node];

  if (node->size >= 0)
    return TRUE;
  if (node->state == OPEN)
    search->open = node;
  g_ptr_array_add (search->stack, node);
  return search->open == NULL;
}

/* Pushes what has to be known before @node. */
static gboolean
push_inputs (Search *search, KdNode *node, GError **error)
{
  if (node->component != NULL && kd_row_find (node->component) == NULL)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "node '%s' (%s) does not say how many numbers it gives", node->name,
                      node->component->type);
  node->state = OPEN;
  kd_term_visit (node->input, push_unknown, search);
  return search->open == NULL ||
         weir_fail (error, WEIR_ERROR_FORMAT, "node '%s': its size depends on itself",
                    search->open->name);
}

static gboolean
set_size (KdNode *node, gint64 size, GError **error)
{
  if (size < 1 || size > KD_MAX_NUMBERS)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "node '%s': %" G_GINT64_FORMAT " numbers a frame", node->name,
                      size);
  node->size = size;
  node->state = NEW;
  return TRUE;
}

gboolean
kd_size_find (const KdNet *net, KdNode *start, GError **error)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  Search search = { .net = net, .stack = stack };

  g_ptr_array_add (stack, start);
  while (stack->len > 0) {
    guint length = stack->len;
    KdNode *node = stack->pdata[length - 1];
    gint64 size = node->size < 0 && node->state == NEW ? size_without_input (node) : -1;

    if (node->size < 0 && node->state == NEW && size < 0) {
      if (!push_inputs (&search, node, error))
        return FALSE;
      if (stack->len > length)
        continue;
    }
    if (node->size < 0 &&
        !set_size (node, size >= 0 ? size : size_with_input (net, node), error))
      return FALSE;
    g_ptr_array_set_size (stack, (int) length - 1);
  }
  return TRUE;
}

void
kd_size_forget (const KdNet *net)
{
  for (guint i = 0; i < net->nodes->len; i++) {
    KdNode *node = net->nodes->pdata[i];

    node->size = -1;
    node->state = NEW;
  }
}
