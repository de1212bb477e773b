#include "cut.h"
#include "table.h"

#include <string.h>

/* From nodes to the graph. A node of which earlier frames are read has a variable with
 * the last @depth of them, the oldest first; at each call it loses one and gets one. */

/* Frames that one node may keep. */
#define MAX_DEPTH 10000

enum { NEW, OPEN, DONE };

typedef struct {
  KdNet *net;
  WeirBuilder *builder;
  gboolean remove_memory;
  GError **error;
} Build;

static gboolean
find_sizes (Build *b)
{
  for (guint i = 0; i < b->net->nodes->len; i++)
    if (!kd_size_find (b->net, b->net->nodes->pdata[i], b->error))
      return FALSE;
  return TRUE;
}

/* Memory. */

static void
describe_variable (WeirNode *node, const char *name, const WeirShape *shape)
{
  g_autofree char *id = g_strconcat (name, "/memory", NULL);
  g_autofree char *dims = g_strdup_printf ("1,%" G_GINT64_FORMAT, shape->dims[1]);

  weir_node_set_string (node, "variable_id", id);
  weir_node_set_dtype (node, "variable_type", WEIR_DTYPE_F32);
  weir_node_set_string (node, "variable_shape", dims);
}

static gboolean
add_memory (Build *b, KdNode *node)
{
  g_autofree char *name = g_strconcat (node->name, "/read", NULL);
  WeirMake make = { .b = b->builder, .name = name };
  WeirTensor *zeros;
  WeirShape shape;
  WeirNode *read;

  if (node->depth == 0)
    return TRUE;
  if (node->depth > MAX_DEPTH || node->depth * node->size > KD_MAX_NUMBERS)
    return weir_fail (b->error, WEIR_ERROR_LIMIT,
                      "node '%s' keeps %" G_GINT64_FORMAT " frames of %" G_GINT64_FORMAT
                      " numbers",
                      node->name, node->depth, node->size);
  shape = WEIR_SHAPE (1, node->depth * node->size);
  if (b->remove_memory) {
    node->memory = weir_build_parameter (b->builder, name, WEIR_DTYPE_F32, &shape);
    if (!weir_build_finish (b->builder, b->error))
      return FALSE;
    weir_edit_set_rt_info (weir_graph_node (b->builder->graph, node->memory.node),
                           WEIR_NOTE_ADDED, "true");
    return TRUE;
  }
  zeros = weir_tensor_new (WEIR_DTYPE_F32, &shape, b->error);
  if (zeros == NULL)
    return FALSE;
  read = WEIR_MAKE_BEGIN (&make, "ReadValue", weir_make_constant (&make, zeros));
  describe_variable (read, node->name, &shape);
  node->memory = weir_make_end (&make, read);
  return weir_build_finish (b->builder, b->error);
}

/* All that is kept, and the new frame. */
static WeirPort
window_of (Build *b, KdNode *node)
{
  WeirMake make = { .b = b->builder, .name = node->name };

  if (weir_port_is_none (node->window))
    node->window =
        weir_make_concat (&make, (const WeirPort[]){ node->memory, node->port }, 2, 1);
  return node->window;
}

static gboolean
write_memory (Build *b, KdNode *node)
{
  g_autofree char *name = g_strconcat (node->name, "/write", NULL);
  WeirMake make = { .b = b->builder, .name = name };
  WeirShape shape = WEIR_SHAPE (1, node->depth * node->size);
  WeirPort kept = node->port;
  WeirNode *assign;
  WeirPort port;

  if (node->depth == 0)
    return TRUE;
  if (node->depth > 1)
    kept = kd_range (&make, window_of (b, node), node->size, shape.dims[1]);
  if (b->remove_memory) {
    weir_build_result (b->builder, name, kept);
    return weir_build_finish (b->builder, b->error);
  }
  assign = WEIR_MAKE_BEGIN (&make, "Assign", kept);
  describe_variable (assign, node->name, &shape);
  port = weir_make_end (&make, assign);
  (void) port;
  return weir_build_finish (b->builder, b->error);
}

/* Reading. */

/* Frames @first to @last of @node, counted from the oldest that is kept; @depth is the
 * newest. */
static WeirPort
frames (Build *b, WeirMake *make, KdNode *node, gint64 first, gint64 last)
{
  if (first == node->depth)
    return node->port;
  if (first == 0 && last == node->depth)
    return window_of (b, node);
  if (first == 0 && last == node->depth - 1)
    return node->memory;
  return kd_range (make, last == node->depth ? window_of (b, node) : node->memory,
                   first * node->size, (last - first + 1) * node->size);
}

static gint64
frame_of (const Build *b, const KdNode *reader, const KdTerm *leaf)
{
  const KdNode *node = b->net->nodes->pdata[leaf->node];

  return leaf->timeless ? node->depth
                        : node->depth - (reader->lag - node->lag - leaf->offset);
}

static WeirPort
scaled (WeirMake *make, WeirPort x, double scale)
{
  return scale == 1
             ? x
             : weir_make_2 (make, "Multiply", x, weir_make_scalar (make, x, scale));
}

static WeirPort
constant_term (WeirMake *make, const KdTerm *term)
{
  WeirShape shape = WEIR_SHAPE (1, term->dim);
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, &shape, &make->b->error);

  if (tensor == NULL)
    return WEIR_PORT_NONE;
  for (gint64 i = 0; i < term->dim; i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (tensor), (gsize) i,
                      term->scale);
  return weir_make_constant (make, tensor);
}

static WeirPort value_of (Build *b, WeirMake *make, const KdNode *reader,
                          const KdTerm *term);

/* How many parts from @at on are frames of one node that follow each other. */
static guint
run_length (const Build *b, const KdNode *reader, const GPtrArray *parts, guint at)
{
  const KdTerm *first = parts->pdata[at];
  guint length = 1;

  while (first->kind == KD_NODE && first->scale == 1 && at + length < parts->len) {
    const KdTerm *next = parts->pdata[at + length];

    if (next->kind != KD_NODE || next->node != first->node || next->scale != 1 ||
        frame_of (b, reader, next) != frame_of (b, reader, first) + length)
      break;
    length++;
  }
  return length;
}

static WeirPort
append (Build *b, WeirMake *make, const KdNode *reader, const KdTerm *term)
{
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (WeirPort));

  for (guint i = 0; i < term->parts->len;) {
    const KdTerm *part = term->parts->pdata[i];
    guint length = run_length (b, reader, term->parts, i);
    WeirPort port;

    if (length > 1) {
      gint64 first = frame_of (b, reader, part);

      port =
          frames (b, make, b->net->nodes->pdata[part->node], first, first + length - 1);
    } else {
      port = value_of (b, make, reader, part);
    }
    g_array_append_val (ports, port);
    i += length;
  }
  if (ports->len == 1)
    return g_array_index (ports, WeirPort, 0);
  return weir_make_concat (make, (const WeirPort *) (gpointer) ports->data, ports->len,
                           1);
}

static WeirPort
value_of (Build *b, WeirMake *make, const KdNode *reader, const KdTerm *term)
{
  WeirPort sum;

  if (term->kind == KD_CONST)
    return constant_term (make, term);
  if (term->kind == KD_APPEND)
    return append (b, make, reader, term);
  if (term->kind == KD_NODE) {
    gint64 frame = frame_of (b, reader, term);

    return scaled (make, frames (b, make, b->net->nodes->pdata[term->node], frame, frame),
                   term->scale);
  }
  sum = value_of (b, make, reader, term->parts->pdata[0]);
  for (guint i = 1; i < term->parts->len; i++)
    sum =
        weir_make_2 (make, "Add", sum, value_of (b, make, reader, term->parts->pdata[i]));
  return sum;
}

/* Nodes. */

static WeirPort
make_node (Build *b, WeirMake *make, KdNode *node)
{
  WeirShape shape = WEIR_SHAPE (1, node->dim);
  WeirPort x;

  if (node->kind == KD_INPUT)
    return weir_build_parameter (make->b, node->name, WEIR_DTYPE_F32, &shape);
  x = value_of (b, make, node, node->input);
  if (node->kind == KD_RANGE)
    return kd_range (make, x, node->first, node->dim);
  return node->component != NULL
             ? kd_row_find (node->component)->convert (make, node->component, x)
             : x;
}

static gboolean
convert (Build *b, KdNode *node)
{
  WeirMake make = { .b = b->builder, .name = node->name };
  guint first = weir_graph_size (b->builder->graph);

  if (!weir_port_is_none (node->port))
    return TRUE;
  node->port = make_node (b, &make, node);
  if (!weir_build_finish (b->builder, b->error)) {
    g_prefix_error (b->error, "node '%s' (%s): ", node->name,
                    node->component != NULL ? node->component->type : "node");
    return FALSE;
  }
  weir_make_name (&make, first, node->port);
  weir_edit_add_tensor_name (b->builder->graph, node->port, node->name);
  return TRUE;
}

/* Order: what a node reads of this call comes before it; of calls before it is there. */

typedef struct {
  Build *b;
  const KdNode *reader;
  KdNode *next;
} Search;

static gboolean
find_missing (KdTerm *leaf, gpointer data)
{
  Search *search = data;
  KdNode *node = search->b->net->nodes->pdata[leaf->node];

  if (node->state != DONE && frame_of (search->b, search->reader, leaf) == node->depth)
    search->next = node;
  return search->next == NULL;
}

static gboolean
convert_with_inputs (Build *b, KdNode *start)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  g_ptr_array_add (stack, start);
  while (stack->len > 0) {
    KdNode *node = stack->pdata[stack->len - 1];
    Search search = { .b = b, .reader = node };

    node->state = MAX (node->state, OPEN);
    if (node->input != NULL && node->state == OPEN)
      kd_term_visit (node->input, find_missing, &search);
    if (search.next != NULL && search.next->state == OPEN)
      return weir_fail (b->error, WEIR_ERROR_FORMAT,
                        "node '%s' depends on itself within a frame", node->name);
    if (search.next != NULL) {
      g_ptr_array_add (stack, search.next);
      continue;
    }
    g_ptr_array_set_size (stack, (int) stack->len - 1);
    if (node->state == OPEN && !convert (b, node))
      return FALSE;
    node->state = DONE;
  }
  return TRUE;
}

static gboolean
convert_all (Build *b)
{
  for (guint i = 0; i < b->net->nodes->len; i++) {
    KdNode *node = b->net->nodes->pdata[i];

    if (node->kind == KD_INPUT && !convert_with_inputs (b, node))
      return FALSE;
  }
  for (guint i = 0; i < b->net->nodes->len; i++)
    if (!add_memory (b, b->net->nodes->pdata[i]))
      return FALSE;
  for (guint i = 0; i < b->net->nodes->len; i++) {
    KdNode *node = b->net->nodes->pdata[i];

    if (node->state != DONE && !convert_with_inputs (b, node))
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_results (Build *b, const GArray *results)
{
  for (guint i = 0; i < results->len; i++) {
    const KdResult *result = &g_array_index (results, KdResult, i);

    weir_build_result (b->builder, result->name, result->node->port);
  }
  for (guint i = 0; i < b->net->nodes->len; i++)
    if (!write_memory (b, b->net->nodes->pdata[i]))
      return FALSE;
  return weir_build_finish (b->builder, b->error);
}

gboolean
kd_build (KdNet *net, const GArray *results, WeirBuilder *builder, gboolean remove_memory,
          GError **error)
{
  Build b = {
    .net = net, .builder = builder, .remove_memory = remove_memory, .error = error
  };

  return find_sizes (&b) && convert_all (&b) && add_results (&b, results);
}
