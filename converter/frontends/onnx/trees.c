#include "trees.h"

#include "onnx-build.h"

#include <math.h>

/* A chain of comparisons; no trainer makes deeper ones. */
#define MAX_LEVELS 256

void
onnx_trees_init (OnnxTrees *trees)
{
  *trees = (OnnxTrees){ .nodes = g_array_new (FALSE, FALSE, sizeof (OnnxTreeNode)),
                        .roots = g_array_new (FALSE, FALSE, sizeof (gint64)),
                        .weights = g_array_new (FALSE, FALSE, sizeof (OnnxWeight)),
                        .n_leaves = 1,
                        .aggregate = ONNX_TREES_SUM };
}

void
onnx_trees_clear (OnnxTrees *trees)
{
  g_array_unref (trees->nodes);
  g_array_unref (trees->roots);
  g_array_unref (trees->weights);
}

static OnnxTreeNode *
node_at (const OnnxTrees *trees, gsize index)
{
  return &g_array_index (trees->nodes, OnnxTreeNode, index);
}

static gboolean
trees_are_sound (OnnxNode *n, const OnnxTrees *trees)
{
  gint64 count = trees->nodes->len;

  for (gint64 i = 0; i < count; i++) {
    const OnnxTreeNode *node = node_at (trees, (gsize) i);

    if (node->yes < 0 || node->yes >= count || node->no < 0 || node->no >= count ||
        node->feature < 0 || node->feature > G_MAXINT32) {
      onnx_invalid (n, "tree node %" G_GINT64_FORMAT " goes on to none of the %u nodes",
                    i, trees->nodes->len);
      return FALSE;
    }
  }
  for (guint i = 0; i < trees->weights->len; i++) {
    const OnnxWeight *weight = &g_array_index (trees->weights, OnnxWeight, i);

    if (weight->target < 0 || weight->target >= trees->n_targets || weight->leaf < 0 ||
        weight->leaf >= trees->n_leaves) {
      onnx_invalid (
          n, "a weight for target %" G_GINT64_FORMAT ", expected 0 to %" G_GINT64_FORMAT,
          weight->target, trees->n_targets - 1);
      return FALSE;
    }
  }
  return count > 0 && trees->roots->len > 0;
}

/* Marks in @after what follows the inner nodes of @before; whether there were any. */
static gboolean
descend (const OnnxTrees *trees, const guint8 *before, guint8 *after)
{
  gboolean inner = FALSE;

  for (guint i = 0; i < trees->nodes->len; i++) {
    const OnnxTreeNode *node = node_at (trees, i);

    if (!before[i] || node->mode == ONNX_BRANCH_LEAF)
      continue;
    inner = TRUE;
    after[node->yes] = after[node->no] = 1;
  }
  return inner;
}

/* How many comparisons the longest way down takes. */
static int
count_levels (OnnxNode *n, const OnnxTrees *trees)
{
  gsize count = trees->nodes->len;
  g_autofree guint8 *before = g_new0 (guint8, count);

  for (guint i = 0; i < trees->roots->len; i++)
    before[g_array_index (trees->roots, gint64, i)] = 1;
  for (int level = 0; level <= MAX_LEVELS; level++) {
    guint8 *after = g_new0 (guint8, count);
    gboolean inner = descend (trees, before, after);

    g_free (before);
    before = after;
    if (!inner)
      return level;
  }
  onnx_unsupported (n, "trees of more than %d levels", MAX_LEVELS);
  return 0;
}

typedef enum { YES, NO, FEATURE, MODE, MISSING, LEAF } Field;

/* One number of each node, as a vector. */
static WeirPort
field (OnnxNode *n, const OnnxTrees *trees, Field which)
{
  gsize count = trees->nodes->len;
  g_autofree gint64 *list = g_new (gint64, count);

  for (gsize i = 0; i < count; i++) {
    const OnnxTreeNode *node = node_at (trees, i);
    const gint64 values[] = { node->yes,  node->no,          node->feature,
                              node->mode, node->missing_yes, node->leaf };

    list[i] = values[which];
  }
  return onnx_ints (n, list, count);
}

static WeirPort
thresholds (OnnxNode *n, const OnnxTrees *trees, WeirDtype dtype)
{
  WeirShape shape = WEIR_SHAPE ((gint64) trees->nodes->len);
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F64, &shape, &n->b->error);

  if (tensor == NULL)
    return WEIR_PORT_NONE;
  for (guint i = 0; i < trees->nodes->len; i++)
    ((double *) weir_tensor_writable (tensor))[i] = node_at (trees, i)->value;
  return onnx_convert (n, onnx_constant (n, tensor), dtype);
}

/* The walk down: vectors over the nodes, and where each row is in each tree. */
typedef struct {
  OnnxNode *n;
  WeirPort x;
  WeirPort fields[LEAF + 1];
  WeirPort values;
  guint used; /* bits of the comparisons that the trees use */
  gboolean missing;
  WeirPort at; /* [rows, trees] */
} Walk;

static WeirPort
looked_up (Walk *w, WeirPort vector)
{
  return onnx_gather (w->n, vector, w->at, 0);
}

/* Whether each row goes on to `yes`: nodes that use other comparisons than this one are
 * overridden by the next. */
static WeirPort
compared (Walk *w, WeirPort x)
{
  static const char *const ops[] = { "LessEqual", "Less",  "GreaterEqual",
                                     "Greater",   "Equal", "NotEqual" };
  OnnxNode *n = w->n;
  WeirPort value = looked_up (w, w->values), yes = WEIR_PORT_NONE, mode;

  for (guint i = 0; i < G_N_ELEMENTS (ops); i++) {
    WeirPort this;

    if ((w->used & (1u << i)) == 0)
      continue;
    this = ONNX_OP (n, ops[i], x, value);
    if (weir_port_is_none (yes)) {
      yes = this;
      continue;
    }
    mode = ONNX_OP (n, "Equal", looked_up (w, w->fields[MODE]), onnx_int (n, i));
    yes = ONNX_OP (n, "Select", mode, this, yes);
  }
  return yes;
}

static void
walk_on (Walk *w)
{
  OnnxNode *n = w->n;
  WeirPort x, yes;
  WeirNode *node;

  node = ONNX_BEGIN (n, "GatherElements", w->x, looked_up (w, w->fields[FEATURE]));
  weir_node_set_int (node, "axis", 1);
  x = onnx_end (n, node);
  yes = compared (w, x);
  if (w->missing) {
    WeirPort stray =
        ONNX_OP (n, "Equal", looked_up (w, w->fields[MISSING]), onnx_int (n, 1));

    stray = ONNX_OP (n, "LogicalAnd", stray, ONNX_OP (n, "IsNaN", x));
    yes = ONNX_OP (n, "LogicalOr", yes, stray);
  }
  w->at = ONNX_OP (n, "Select", yes, looked_up (w, w->fields[YES]),
                   looked_up (w, w->fields[NO]));
}

/* [leaves, targets]; @fallback where a leaf has nothing to say. */
static WeirPort
leaf_weights (OnnxNode *n, const OnnxTrees *trees, WeirDtype dtype, double fallback)
{
  WeirShape shape = WEIR_SHAPE (trees->n_leaves, trees->n_targets);
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F64, &shape, &n->b->error);
  double *values;

  if (tensor == NULL)
    return WEIR_PORT_NONE;
  values = weir_tensor_writable (tensor);
  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    values[i] = fallback;
  for (guint i = 0; i < trees->weights->len; i++) {
    const OnnxWeight *weight = &g_array_index (trees->weights, OnnxWeight, i);
    double *value = &values[weight->leaf * trees->n_targets + weight->target];

    *value = (fallback == 0 ? *value : 0) + weight->value;
  }
  return onnx_convert (n, onnx_constant (n, tensor), dtype);
}

/* [leaves, targets]: 1 where a leaf says something; %NULL where all leaves say something
 * of all targets. */
static WeirTensor *
said_by_leaves (OnnxNode *n, const OnnxTrees *trees)
{
  WeirShape shape = WEIR_SHAPE (trees->n_leaves, trees->n_targets);
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, &shape, &n->b->error);
  gboolean all = tensor != NULL;
  float *said;

  if (tensor == NULL)
    return NULL;
  said = weir_tensor_writable (tensor);
  for (guint i = 0; i < trees->weights->len; i++) {
    const OnnxWeight *weight = &g_array_index (trees->weights, OnnxWeight, i);

    said[weight->leaf * trees->n_targets + weight->target] = 1;
  }
  for (gsize i = (gsize) trees->n_targets; i < weir_tensor_count (tensor); i++)
    all &= said[i] != 0;
  for (guint i = 0; i < trees->nodes->len; i++)
    all &= node_at (trees, i)->mode != ONNX_BRANCH_LEAF || node_at (trees, i)->leaf != 0;
  if (all)
    g_clear_pointer (&tensor, weir_tensor_unref);
  return tensor;
}

static WeirPort
scored_by (OnnxNode *n, const OnnxTrees *trees, WeirPort leaves)
{
  WeirTensor *said = said_by_leaves (n, trees);
  WeirPort y;

  if (said == NULL)
    return WEIR_PORT_NONE;
  y = onnx_gather (n, onnx_constant (n, said), leaves, 0);
  y = onnx_reduce (n, "ReduceMax", y, ONNX_INTS (n, 1), FALSE);
  return ONNX_OP (n, "Greater", y, onnx_scalar (n, y, 0));
}

/* The least and the largest are those of the leaves that say something; where none does
 * the score is 0. */
static WeirPort
collected (OnnxNode *n, const OnnxTrees *trees, WeirPort leaves, WeirDtype dtype)
{
  static const struct {
    double fallback;
    const char *op;
  } ways[] = { [ONNX_TREES_AVERAGE] = { 0, "ReduceSum" },
               [ONNX_TREES_SUM] = { 0, "ReduceSum" },
               [ONNX_TREES_MIN] = { INFINITY, "ReduceMin" },
               [ONNX_TREES_MAX] = { -INFINITY, "ReduceMax" } };
  double fallback = ways[trees->aggregate].fallback;
  WeirPort y = onnx_gather (n, leaf_weights (n, trees, dtype, fallback), leaves, 0), none;

  y = onnx_reduce (n, ways[trees->aggregate].op, y, ONNX_INTS (n, 1), FALSE);
  if (trees->aggregate == ONNX_TREES_AVERAGE)
    y = ONNX_OP (n, "Divide", y, onnx_scalar (n, y, trees->roots->len));
  if (fallback == 0)
    return y;
  none = ONNX_OP (n, "Equal", y, onnx_scalar (n, y, fallback));
  return ONNX_OP (n, "Select", none, onnx_scalar (n, y, 0), y);
}

WeirPort
onnx_trees_run (OnnxNode *n, OnnxTrees *trees, WeirPort x, WeirPort *scored)
{
  WeirDtype dtype = onnx_dtype (n, x);
  Walk w = { .n = n, .x = x };
  WeirPort shape[2], leaves;
  int levels;

  if (scored != NULL)
    *scored = WEIR_PORT_NONE;
  if (weir_build_failed (n->b) || !trees_are_sound (n, trees))
    return onnx_invalid (n, "an ensemble without trees");
  levels = count_levels (n, trees);
  for (int i = YES; i <= LEAF; i++)
    w.fields[i] = field (n, trees, (Field) i);
  w.values = thresholds (n, trees, dtype);
  for (guint i = 0; i < trees->nodes->len; i++) {
    const OnnxTreeNode *node = node_at (trees, i);

    w.used |= node->mode < ONNX_BRANCH_MEMBER ? 1u << node->mode : 0;
    w.missing |= node->missing_yes && node->mode != ONNX_BRANCH_LEAF;
  }
  w.at = onnx_ints (n, (const gint64 *) trees->roots->data, trees->roots->len);
  shape[0] = onnx_dim_of (n, x, 0);
  shape[1] = ONNX_INTS (n, (gint64) trees->roots->len);
  w.at = onnx_broadcast (n, w.at, onnx_concat (n, shape, 2, 0));
  for (int i = 0; i < levels && !weir_build_failed (n->b); i++)
    walk_on (&w);
  leaves = looked_up (&w, w.fields[LEAF]);
  if (scored != NULL)
    *scored = scored_by (n, trees, leaves);
  return collected (n, trees, leaves, dtype);
}
