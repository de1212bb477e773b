#include "list.h"

#include "base/checked.h"
#include "rewrite.h"

/* Every element of a picture k times beside itself, as it is written without a resize:
 *
 *   Split into single rows, Concat of each k times
 *   [N, C, H, 1, W, 1] by Unsqueeze or Reshape, repeated by Tile, Broadcast or Concat,
 *   and joined to [N, C, H * k, W * l] by Reshape
 */

typedef struct {
  WeirPort x;
  gint64 factors[WEIR_MAX_RANK]; /* by dimension of x */
} Match;

/* Only pictures and volumes: runtimes resize nothing else. In dimensions of this size a
 * factor gives the size that it should. */
static gboolean
is_picture (const WeirShape *shape)
{
  if (shape->rank < 4 || shape->rank > 5)
    return FALSE;
  for (int i = 1; i < shape->rank; i++)
    if (shape->dims[i] < 1 || shape->dims[i] > G_MAXUINT16)
      return FALSE;
  return TRUE;
}

static WeirPort
build (WeirBuilder *builder, const WeirNode *node, const Match *match)
{
  g_autofree char *sizes_name = g_strconcat (node->name, "/sizes", NULL);
  g_autofree char *scales_name = g_strconcat (node->name, "/scales", NULL);
  g_autofree char *axes_name = g_strconcat (node->name, "/axes", NULL);
  const WeirShape *shape = weir_graph_shape (builder->graph, match->x);
  gint64 sizes[WEIR_MAX_RANK], axes[WEIR_MAX_RANK];
  float scales[WEIR_MAX_RANK];
  WeirTensor *factors;
  WeirNode *made;
  gint64 n = 0;

  for (int i = 0; i < shape->rank; i++) {
    if (match->factors[i] == 1)
      continue;
    sizes[n] = node->outputs[0].info.shape.dims[i];
    scales[n] = (float) match->factors[i];
    axes[n++] = i;
  }
  factors = weir_tensor_new_f32 (&WEIR_SHAPE (n), scales);
  made = weir_build_begin (
      builder, "Interpolate", node->name,
      WEIR_INPUTS (match->x, weir_build_i64 (builder, sizes_name, sizes, (gsize) n),
                   weir_build_constant (builder, scales_name, factors),
                   weir_build_i64 (builder, axes_name, axes, (gsize) n)));
  if (made == NULL)
    return WEIR_PORT_NONE;
  weir_edit_set_version (made, 4);
  weir_node_set_string (made, "mode", "nearest");
  weir_node_set_string (made, "shape_calculation_mode", "scales");
  weir_node_set_string (made, "coordinate_transformation_mode", "asymmetric");
  weir_node_set_string (made, "nearest_mode", "floor");
  return weir_build_end (builder, made);
}

/* At least one dimension grows, and not the batch. */
static gboolean
is_upsampling (const WeirGraph *graph, const Match *match)
{
  gboolean grows = FALSE;

  for (int i = 1; i < weir_graph_shape (graph, match->x)->rank; i++)
    grows = grows || match->factors[i] > 1;
  return grows && match->factors[0] == 1 &&
         weir_dtype_is_float (weir_graph_dtype (graph, match->x));
}

static gboolean
finish (WeirGraph *graph, WeirNode *node, const Match *match, gboolean *changed,
        GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);

  if (!is_upsampling (graph, match))
    return TRUE;
  return weir_pass_finish (&builder, node, build (&builder, node, match), changed, error);
}

/* Whether @concat reads each output of @split, one long each, equally often and in turn.
 */
static gboolean
repeats_parts (const WeirGraph *graph, const WeirNode *concat, const WeirNode *split,
               int axis)
{
  guint times = concat->n_inputs / split->n_outputs;

  if (split->n_outputs < 2 || concat->n_inputs % split->n_outputs != 0)
    return FALSE;
  for (guint i = 0; i < concat->n_inputs; i++)
    if (concat->inputs[i].node != split->id || concat->inputs[i].index != i / times ||
        weir_graph_shape (graph, concat->inputs[i])->dims[axis] != 1)
      return FALSE;
  return TRUE;
}

static gboolean
concat (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirShape *out = &node->outputs[0].info.shape;
  const WeirNode *split = weir_node_input (graph, node, 0);
  Match match = { .factors = { 1, 1, 1, 1, 1, 1, 1, 1 } };
  gint64 axes[2 * WEIR_MAX_RANK];
  int axis;
  gsize n;

  if ((!weir_node_is (split, "Split") && !weir_node_is (split, "VariadicSplit")) ||
      !is_picture (out) ||
      !weir_shape_axis (weir_node_int (node, "axis"), out->rank, &axis, NULL) ||
      !weir_pass_axes (graph, split, 1, out->rank, axes, &n) || n != 1 ||
      axes[0] != axis || !repeats_parts (graph, node, split, axis))
    return TRUE;
  match.x = split->inputs[0];
  match.factors[axis] = node->n_inputs / split->n_outputs;
  return finish (graph, node, &match, changed, error);
}

/* How often each dimension of what @node reads is repeated; all that are must be one. */
typedef struct {
  gint64 times[WEIR_MAX_RANK];
} Repeats;

static gboolean
by_tile (const WeirGraph *graph, const WeirNode *node, Repeats *repeats)
{
  gint64 values[2 * WEIR_MAX_RANK];
  gsize n;

  if (!weir_pass_ints (graph, node, 1, values, &n) ||
      (int) n != node->outputs[0].info.shape.rank)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    repeats->times[i] = values[i];
  return TRUE;
}

static gboolean
by_broadcast (const WeirGraph *graph, const WeirNode *node, Repeats *repeats)
{
  const WeirShape *in = weir_graph_shape (graph, node->inputs[0]);
  const WeirShape *out = &node->outputs[0].info.shape;
  gboolean both = weir_node_string_is (node, "mode", "bidirectional");
  gint64 target[2 * WEIR_MAX_RANK];
  gsize n;

  if ((!both && !weir_node_string_is (node, "mode", "numpy")) ||
      !weir_pass_ints (graph, node, 1, target, &n) || (int) n != in->rank ||
      in->rank != out->rank)
    return FALSE;
  for (gsize i = 0; i < n; i++) {
    if (in->dims[i] < 0 && !(both && target[i] == 1))
      return FALSE;
    repeats->times[i] = in->dims[i] == 1 ? out->dims[i] : 1;
  }
  return TRUE;
}

static gboolean
by_concat (const WeirGraph *graph, const WeirNode *node, Repeats *repeats)
{
  int axis;

  (void) graph;
  if (node->outputs[0].info.shape.rank < 0 ||
      !weir_shape_axis (weir_node_int (node, "axis"), node->outputs[0].info.shape.rank,
                        &axis, NULL))
    return FALSE;
  for (guint i = 1; i < node->n_inputs; i++)
    if (!weir_port_equal (node->inputs[i], node->inputs[0]))
      return FALSE;
  repeats->times[axis] = node->n_inputs;
  return TRUE;
}

static const struct {
  const char *op;
  gboolean (*find) (const WeirGraph *graph, const WeirNode *node, Repeats *repeats);
} repeaters[] = {
  { "Tile", by_tile },
  { "Broadcast", by_broadcast },
  { "Concat", by_concat },
};

static gboolean
has_one_reader (const WeirGraph *graph, WeirPort port)
{
  const GArray *uses = weir_graph_output (graph, port)->uses;

  for (guint i = 1; i < uses->len; i++)
    if (g_array_index (uses, WeirUse, i).node != g_array_index (uses, WeirUse, 0).node)
      return FALSE;
  return TRUE;
}

/* One step back over an operation that repeats; FALSE where @port is none of these, or is
 * read elsewhere too. */
static gboolean
step_back (const WeirGraph *graph, WeirPort *port, gint64 *times)
{
  const WeirNode *node = weir_graph_node (graph, port->node);
  Repeats repeats = { .times = { 1, 1, 1, 1, 1, 1, 1, 1 } };
  const WeirShape *in;
  guint i = 0;

  while (i < G_N_ELEMENTS (repeaters) && !weir_node_is (node, repeaters[i].op))
    i++;
  if (i == G_N_ELEMENTS (repeaters) || !has_one_reader (graph, *port) ||
      !repeaters[i].find (graph, node, &repeats))
    return FALSE;
  in = weir_graph_shape (graph, node->inputs[0]);
  for (int d = 0; d < in->rank; d++)
    if (repeats.times[d] != 1 && (in->dims[d] != 1 || repeats.times[d] < 1 ||
                                  !weir_mul_i64 (times[d], repeats.times[d], &times[d])))
      return FALSE;
  *port = node->inputs[0];
  return TRUE;
}

/* Whether dimension @at of @apart, a one, belongs to dimension @next - 1 of @in, and is
 * not the next one itself. */
static gboolean
is_inserted (const WeirShape *in, int next, const WeirShape *apart, int at,
             const gint64 *times)
{
  return apart->rank - at > in->rank - next && apart->dims[at] == 1 &&
         (next == in->rank || in->dims[next] != 1 || times[at] != 1);
}

/* Gives each dimension of @in those of @apart: itself, and dimensions of one behind it.
 * The last are repeated @times, and all together are dimension i of @out. */
static gboolean
group (const WeirShape *in, const WeirShape *apart, const gint64 *times,
       const WeirShape *out, gint64 *factors)
{
  int at = 0;

  for (int i = 0; i < in->rank; i++) {
    if (at == apart->rank || apart->dims[at] != in->dims[i])
      return FALSE;
    factors[i] = times[at++];
    while (is_inserted (in, i + 1, apart, at, times))
      if (!weir_mul_i64 (factors[i], times[at++], &factors[i]))
        return FALSE;
    if (in->dims[i] < 0 ? out->dims[i] >= 0 || factors[i] != 1
                        : in->dims[i] > G_MAXINT32 || factors[i] > G_MAXINT32 ||
                              out->dims[i] != in->dims[i] * factors[i])
      return FALSE;
  }
  return at == apart->rank;
}

static gboolean
reshape (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  gint64 times[WEIR_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  const WeirShape *in, *out = &node->outputs[0].info.shape;
  WeirPort port = node->inputs[0];
  const WeirNode *first;
  Match match;

  while (step_back (graph, &port, times))
    ;
  first = weir_graph_node (graph, port.node);
  if (weir_port_equal (port, node->inputs[0]) || !has_one_reader (graph, port) ||
      (!weir_node_is (first, "Reshape") && !weir_node_is (first, "Unsqueeze")))
    return TRUE;
  match.x = first->inputs[0];
  in = weir_graph_shape (graph, match.x);
  if (!is_picture (in) || out->rank != in->rank ||
      !group (in, weir_graph_shape (graph, port), times, out, match.factors))
    return TRUE;
  return finish (graph, node, &match, changed, error);
}

static const WeirRewrite rows[] = {
  { "Concat", concat },
  { "Reshape", reshape },
  { NULL },
};

gboolean
weir_pass_fuse_upsample (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
