#include "compiler.h"

#include "ir/match.h"
#include "runtime/rounding.h"

#include <math.h>

/* Which values can be kept as bytes: what a FakeQuantize rounds has at most 256 different
 * elements, and so has whatever is only moved or multiplied by one number afterwards. */

/* How far a search for readers goes. */
#define MAX_DEPTH  4
#define MAX_WEIGHT 127
#define MIN_WEIGHT (-128)

static gboolean
is_one_of (const WeirNode *node, const char *const *names)
{
  for (; *names != NULL; names++)
    if (weir_node_is (node, *names))
      return TRUE;
  return FALSE;
}

/* Outputs hold elements of the input, and no others. */
static gboolean
moves (const WeirNode *node)
{
  static const char *const ops[] = { "MaxPool", "Reshape",       "Squeeze", "Unsqueeze",
                                     "Split",   "VariadicSplit", NULL };

  return is_one_of (node, ops) ||
         (weir_node_is (node, "Interpolate") && node->version >= 4 &&
          weir_node_string_is (node, "mode", "nearest"));
}

static gboolean wants_bytes (const WeirGraph *graph, const WeirNode *node, guint input,
                             guint depth);

/* Whether a reader of @port computes with bytes, or someone behind it does. */
static gboolean
is_wanted (const WeirGraph *graph, const WeirOutput *output, guint depth)
{
  for (guint i = 0; i < output->uses->len; i++) {
    const WeirUse *use = &g_array_index (output->uses, WeirUse, i);

    if (wants_bytes (graph, weir_graph_node (graph, use->node), use->index, depth + 1))
      return TRUE;
  }
  return FALSE;
}

static gboolean
wants_bytes (const WeirGraph *graph, const WeirNode *node, guint input, guint depth)
{
  if (weir_node_is (node, "FakeQuantize") || weir_node_is_exact (node))
    return input == 0;
  if (depth > MAX_DEPTH || weir_node_is (node, "Result"))
    return FALSE;
  for (guint i = 0; i < node->n_outputs; i++)
    if (is_wanted (graph, &node->outputs[i], depth))
      return TRUE;
  return FALSE;
}

/* A product with one positive number: the same bytes, of another step. */
static gboolean
scale_levels (Compiler *c, const WeirNode *node, WeirLevels *levels)
{
  const WeirGraph *graph = c->plan->graph;

  for (guint i = 0; i < 2; i++) {
    const WeirTensor *factor = weir_match_constant (graph, node, 1 - i);
    const WeirValue *x =
        compiler_value (c, c->ports[node->inputs[i].node][node->inputs[i].index]);
    double number;

    if (x->levels.step == 0 || factor == NULL || weir_tensor_count (factor) != 1 ||
        !weir_match_scalar (graph, node, 1 - i, &number) || !(number > 0) ||
        !weir_shape_equal (&x->shape, &node->outputs[0].info.shape))
      continue;
    *levels = x->levels;
    levels->step = (float) (levels->step * number);
    return isnormal (levels->step);
  }
  return FALSE;
}

/* Parts of the same levels are the whole's. */
static gboolean
common_levels (Compiler *c, const WeirNode *node, WeirLevels *levels)
{
  for (guint i = 0; i < node->n_inputs; i++) {
    const WeirLevels *of =
        &compiler_value (c, c->ports[node->inputs[i].node][node->inputs[i].index])
             ->levels;

    if (of->step == 0 || (i > 0 && !weir_levels_equal (of, levels)))
      return FALSE;
    *levels = *of;
  }
  return node->n_inputs > 0;
}

static gboolean
find_levels (Compiler *c, const WeirNode *node, WeirLevels *levels)
{
  const WeirGraph *graph = c->plan->graph;
  WeirRounding rounding;

  if (node->n_inputs == 0)
    return FALSE;
  *levels =
      compiler_value (c, c->ports[node->inputs[0].node][node->inputs[0].index])->levels;
  if (moves (node))
    return levels->step > 0;
  if (weir_node_is (node, "Concat"))
    return common_levels (c, node, levels);
  if (weir_node_is (node, "Multiply"))
    return scale_levels (c, node, levels);
  if (!weir_node_is (node, "FakeQuantize") ||
      !weir_rounding_read (graph, node, &rounding))
    return FALSE;
  *levels = rounding.levels;
  return TRUE;
}

/* Weights of a layer that sums whole numbers, if they fit a byte with a sign. */
static void
mark_weights (Compiler *c, const WeirNode *node)
{
  WeirValue *value;
  const float *numbers;

  if (!weir_node_is_exact (node) || node->n_inputs < 2)
    return;
  value = compiler_value (c, c->ports[node->inputs[1].node][node->inputs[1].index]);
  if (value->constant == NULL || value->dtype != WEIR_DTYPE_F32)
    return;
  numbers = weir_tensor_data (value->constant);
  for (gsize i = 0; i < weir_tensor_count (value->constant); i++)
    if (!(numbers[i] >= MIN_WEIGHT && numbers[i] <= MAX_WEIGHT) ||
        numbers[i] != rintf (numbers[i]))
      return;
  value->levels.step = 1;
}

static void
mark_outputs (Compiler *c, const WeirNode *node)
{
  WeirLevels levels = { 0 };

  if (!find_levels (c, node, &levels))
    return;
  for (guint i = 0; i < node->n_outputs; i++) {
    WeirValue *value = compiler_value (c, c->ports[node->id][i]);

    if (value->dtype == WEIR_DTYPE_F32 && value->storage == WEIR_STORAGE_ARENA &&
        is_wanted (c->plan->graph, &node->outputs[i], 0))
      value->levels = levels;
  }
}

void
compiler_find_levels (Compiler *c)
{
  for (guint i = 0; i < c->order->len; i++) {
    const WeirNode *node =
        weir_graph_node (c->plan->graph, g_array_index (c->order, WeirNodeId, i));

    mark_weights (c, node);
    mark_outputs (c, node);
  }
}
