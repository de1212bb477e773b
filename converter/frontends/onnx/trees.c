#include "trees.h"

#include "node.h"

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
      weir_make_invalid (&n->make,
                         "tree node %" G_GINT64_FORMAT " goes on to none of the %u nodes",
                         i, trees->nodes->len);
      return FALSE;
    }
  }
  for (guint i = 0; i < trees->weights->len; i++) {
    const OnnxWeight *weight = &g_array_index (trees->weights, OnnxWeight, i);

    if (weight->target < 0 || weight->target >= trees->n_targets || weight->leaf < 0 ||
        weight->leaf >= trees->n_leaves) {
      weir_make_invalid (&n->make,
                         "a weight for target %" G_GINT64_FORMAT
                         ", expected 0 to %" G_GINT64_FORMAT,
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
  weir_make_unsupported (&n->make, "trees of more than %d levels", MAX_LEVELS);
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
  return weir_make_ints (&n->make, list, count);
}

static WeirPort
thresholds (OnnxNode *n, const OnnxTrees *trees, WeirDtype dtype)
{
  WeirShape shape = WEIR_SHAPE ((gint64) trees->nodes->len);
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F64, &shape, &n->make.b->error);

  if (tensor == NULL)
    return WEIR_PORT_NONE;
  for (guint i = 0; i < trees->nodes->len; i++)
    ((double *) weir_tensor_writable (tensor))[i] = node_at (trees, i)->value;
  return weir_make_convert (&n->make, weir_make_constant (&n->make, tensor), dtype);
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
  return weir_make_gather (&w->n->make, vector, w->at, 0);
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
    this = WEIR_MAKE (&n->make, ops[i], x, value);
    if (weir_port_is_none (yes)) {
      yes = this;
      continue;
    }
    mode = WEIR_MAKE (&n->make, "Equal", looked_up (w, w->fields[MODE]),
                      weir_make_int (&n->make, i));
    yes = WEIR_MAKE (&n->make, "Select", mode, this, yes);
  }
  return yes;
}

static void
walk_on (Walk *w)
{
  OnnxNode *n = w->n;
  WeirPort x, yes;
  WeirNode *node;

  node = WEIR_MAKE_BEGIN (&n->make, "GatherElements", w->x,
                          looked_up (w, w->fields[FEATURE]));
  weir_node_set_int (node, "axis", 1);
  x = weir_make_end (&n->make, node);
  yes = compared (w, x);
  if (w->missing) {
    WeirPort stray = WEIR_MAKE (&n->make, "Equal", looked_up (w, w->fields[MISSING]),
                                weir_make_int (&n->make, 1));

    stray = WEIR_MAKE (&n->make, "LogicalAnd", stray, WEIR_MAKE (&n->make, "IsNaN", x));
    yes = WEIR_MAKE (&n->make, "LogicalOr", yes, stray);
  }
  w->at = WEIR_MAKE (&n->make, "Select", yes, looked_up (w, w->fields[YES]),
                     looked_up (w, w->fields[NO]));
}

/* [leaves, targets]; @fallback where a leaf has nothing to say. */
static WeirPort
leaf_weights (OnnxNode *n, const OnnxTrees *trees, WeirDtype dtype, double fallback)
{
  WeirShape shape = WEIR_SHAPE (trees->n_leaves, trees->n_targets);
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F64, &shape, &n->make.b->error);
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
  return weir_make_convert (&n->make, weir_make_constant (&n->make, tensor), dtype);
}

/* [leaves, targets]: 1 where a leaf says something; %NULL where all leaves say something
 * of all targets. */
static WeirTensor *
said_by_leaves (OnnxNode *n, const OnnxTrees *trees)
{
  WeirShape shape = WEIR_SHAPE (trees->n_leaves, trees->n_targets);
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, &shape, &n->make.b->error);
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
  y = weir_make_gather (&n->make, weir_make_constant (&n->make, said), leaves, 0);
  y = weir_make_reduce (&n->make, "ReduceMax", y, WEIR_MAKE_INTS (&n->make, 1), FALSE);
  return WEIR_MAKE (&n->make, "Greater", y, weir_make_scalar (&n->make, y, 0));
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
  WeirPort y = weir_make_gather (&n->make, leaf_weights (n, trees, dtype, fallback),
                                 leaves, 0),
           none;

  y = weir_make_reduce (&n->make, ways[trees->aggregate].op, y,
                        WEIR_MAKE_INTS (&n->make, 1), FALSE);
  if (trees->aggregate == ONNX_TREES_AVERAGE)
    y = WEIR_MAKE (&n->make, "Divide", y,
                   weir_make_scalar (&n->make, y, trees->roots->len));
  if (fallback == 0)
    return y;
  none = WEIR_MAKE (&n->make, "Equal", y, weir_make_scalar (&n->make, y, fallback));
  return WEIR_MAKE (&n->make, "Select", none, weir_make_scalar (&n->make, y, 0), y);
}

WeirPort
onnx_trees_run (OnnxNode *n, OnnxTrees *trees, WeirPort x, WeirPort *scored)
{
  WeirDtype dtype = weir_make_dtype (&n->make, x);
  Walk w = { .n = n, .x = x };
  WeirPort shape[2], leaves;
  int levels;

  if (scored != NULL)
    *scored = WEIR_PORT_NONE;
  if (weir_build_failed (n->make.b) || !trees_are_sound (n, trees))
    return weir_make_invalid (&n->make, "an ensemble without trees");
  levels = count_levels (n, trees);
  for (int i = YES; i <= LEAF; i++)
    w.fields[i] = field (n, trees, (Field) i);
  w.values = thresholds (n, trees, dtype);
  for (guint i = 0; i < trees->nodes->len; i++) {
    const OnnxTreeNode *node = node_at (trees, i);

    w.used |= node->mode < ONNX_BRANCH_MEMBER ? 1u << node->mode : 0;
    w.missing |= node->missing_yes && node->mode != ONNX_BRANCH_LEAF;
  }
  w.at =
      weir_make_ints (&n->make, (const gint64 *) trees->roots->data, trees->roots->len);
  shape[0] = weir_make_dim_of (&n->make, x, 0);
  shape[1] = WEIR_MAKE_INTS (&n->make, (gint64) trees->roots->len);
  w.at = weir_make_broadcast (&n->make, w.at, weir_make_concat (&n->make, shape, 2, 0));
  for (int i = 0; i < levels && !weir_build_failed (n->make.b); i++)
    walk_on (&w);
  leaves = looked_up (&w, w.fields[LEAF]);
  if (scored != NULL)
    *scored = scored_by (n, trees, leaves);
  return collected (n, trees, leaves, dtype);
}
