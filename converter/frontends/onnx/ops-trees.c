#include "attr.h"
#include "node.h"
#include "post-transform.h"
#include "table.h"
#include "trees.h"

#include <math.h>
#include <string.h>

/* TreeEnsembleRegressor, TreeEnsembleClassifier and, since version 5 of the domain, the
 * TreeEnsemble in place of both. */

#define ML "ai.onnx.ml"

static const char *const mode_names[] = { "BRANCH_LEQ",    "BRANCH_LT", "BRANCH_GTE",
                                          "BRANCH_GT",     "BRANCH_EQ", "BRANCH_NEQ",
                                          "BRANCH_MEMBER", "LEAF" };

/* Integers of an attribute, which must be @count if it is there. */
static const gint64 *
ints_of (OnnxNode *n, const char *name, gsize count, gboolean needed)
{
  gsize found;
  const gint64 *values = onnx_attr_ints (n, name, &found);

  if (values != NULL && found == count)
    return values;
  if (values != NULL || needed)
    weir_make_invalid (&n->make, "attribute '%s': expected %zu numbers, found %zu", name,
                       count, found);
  return NULL;
}

/* Numbers of attribute @name, or of the tensor @name with "_as_tensor" behind it. */
static WeirTensor *
reals_of (OnnxNode *n, const char *name, gsize count)
{
  g_autofree char *other = g_strconcat (name, "_as_tensor", NULL);
  gsize found;
  const float *floats = onnx_attr_floats (n, name, &found);
  WeirTensor *tensor = onnx_attr_tensor (n, other);

  if (tensor == NULL && floats != NULL)
    tensor = weir_tensor_new_f32 (&WEIR_SHAPE ((gint64) found), floats);
  if (tensor != NULL && weir_tensor_count (tensor) == count)
    return tensor;
  weir_make_invalid (&n->make, "attribute '%s': expected %zu numbers, found %zu", name,
                     count, tensor != NULL ? weir_tensor_count (tensor) : 0);
  g_clear_pointer (&tensor, weir_tensor_unref);
  return NULL;
}

/* "tree:node" of the attributes as one number; both must be small enough. */
static gint64
key_of (OnnxNode *n, gint64 tree, gint64 node)
{
  if (tree < 0 || node < 0 || tree > G_MAXINT32 || node > G_MAXINT32) {
    weir_make_invalid (&n->make, "node %" G_GINT64_FORMAT " of tree %" G_GINT64_FORMAT,
                       node, tree);
    return 0;
  }
  return tree << 32 | node;
}

static OnnxBranch
mode_of (OnnxNode *n, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (mode_names); i++)
    if (strcmp (name, mode_names[i]) == 0 && i != ONNX_BRANCH_MEMBER)
      return (OnnxBranch) i;
  weir_make_invalid (&n->make, "attribute 'nodes_modes': found %s", name);
  return ONNX_BRANCH_LEAF;
}

/* What a node of version 3 and earlier says; the places of nodes are found later. */
static void
add_nodes (OnnxNode *n, OnnxTrees *trees, GHashTable *places)
{
  gsize count;
  g_auto (GStrv) modes = onnx_attr_strings (n, "nodes_modes", &count);
  const gint64 *tree = ints_of (n, "nodes_treeids", count, TRUE);
  const gint64 *id = ints_of (n, "nodes_nodeids", count, TRUE);
  const gint64 *feature = ints_of (n, "nodes_featureids", count, TRUE);
  const gint64 *yes = ints_of (n, "nodes_truenodeids", count, TRUE);
  const gint64 *no = ints_of (n, "nodes_falsenodeids", count, TRUE);
  const gint64 *missing = ints_of (n, "nodes_missing_value_tracks_true", count, FALSE);
  g_autoptr (WeirTensor) values = reals_of (n, "nodes_values", count);

  for (gint64 i = 0; !weir_build_failed (n->make.b) && i < (gint64) count; i++) {
    OnnxTreeNode node = { .mode = mode_of (n, modes[i]), .feature = feature[i] };
    gint64 *key = g_memdup2 (&(gint64){ key_of (n, tree[i], id[i]) }, sizeof (gint64));

    node.value = weir_tensor_get (values, (gsize) i);
    node.yes = node.no = i;
    node.missing_yes = missing != NULL && missing[i] != 0;
    if (node.mode != ONNX_BRANCH_LEAF) {
      node.yes = key_of (n, tree[i], yes[i]);
      node.no = key_of (n, tree[i], no[i]);
    }
    g_array_append_val (trees->nodes, node);
    if (i == 0 || tree[i] != tree[i - 1])
      g_array_append_val (trees->roots, i);
    g_hash_table_insert (places, key, GSIZE_TO_POINTER ((gsize) i + 1));
  }
}

static gint64
place_of (OnnxNode *n, GHashTable *places, gint64 key)
{
  gsize place = GPOINTER_TO_SIZE (g_hash_table_lookup (places, &key));

  if (place == 0)
    weir_make_invalid (&n->make, "there is no node %d of tree %d",
                       (int) (key & G_MAXUINT32), (int) (key >> 32));
  return place > 0 ? (gint64) place - 1 : 0;
}

/* @kind: "target" or "class" */
static void
add_weights (OnnxNode *n, OnnxTrees *trees, GHashTable *places, const char *kind)
{
  g_autofree char *tree_name = g_strconcat (kind, "_treeids", NULL);
  g_autofree char *node_name = g_strconcat (kind, "_nodeids", NULL);
  g_autofree char *id_name = g_strconcat (kind, "_ids", NULL);
  g_autofree char *weight_name = g_strconcat (kind, "_weights", NULL);
  gsize count;
  const gint64 *id = onnx_attr_ints (n, id_name, &count);
  const gint64 *tree = ints_of (n, tree_name, count, TRUE);
  const gint64 *node = ints_of (n, node_name, count, TRUE);
  g_autoptr (WeirTensor) weights = reals_of (n, weight_name, count);

  for (gsize i = 0; !weir_build_failed (n->make.b) && i < count; i++) {
    OnnxWeight weight = { .target = id[i], .value = weir_tensor_get (weights, i) };
    OnnxTreeNode *leaf = &g_array_index (
        trees->nodes, OnnxTreeNode, place_of (n, places, key_of (n, tree[i], node[i])));

    if (leaf->leaf == 0)
      leaf->leaf = trees->n_leaves++;
    weight.leaf = leaf->leaf;
    g_array_append_val (trees->weights, weight);
  }
}

static void
read_trees (OnnxNode *n, OnnxTrees *trees, const char *kind)
{
  g_autoptr (GHashTable) places =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  add_nodes (n, trees, places);
  for (guint i = 0; i < trees->nodes->len && !weir_build_failed (n->make.b); i++) {
    OnnxTreeNode *node = &g_array_index (trees->nodes, OnnxTreeNode, i);

    if (node->mode == ONNX_BRANCH_LEAF)
      continue;
    node->yes = place_of (n, places, node->yes);
    node->no = place_of (n, places, node->no);
  }
  if (trees->nodes->len > 0)
    add_weights (n, trees, places, kind);
}

static OnnxAggregate
aggregate_of (OnnxNode *n)
{
  static const char *const names[] = { "AVERAGE", "SUM", "MIN", "MAX" };
  const char *name = onnx_attr_string (n, "aggregate_function", "SUM");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      return (OnnxAggregate) i;
  weir_make_invalid (&n->make, "attribute 'aggregate_function': found %s", name);
  return ONNX_TREES_SUM;
}

/* Rows of floats; doubles stay what they are. */
static WeirPort
rows_of (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);

  if (weir_make_dtype (&n->make, x) != WEIR_DTYPE_F64)
    x = weir_make_convert (&n->make, x, WEIR_DTYPE_F32);
  return weir_make_rank (&n->make, x) == 1 ? weir_make_unsqueeze (&n->make, x, 0) : x;
}

/* What every score begins with; may be none. */
static WeirPort
base_of (OnnxNode *n)
{
  WeirTensor *tensor = onnx_attr_tensor (n, "base_values_as_tensor");

  if (tensor != NULL)
    return weir_make_constant (&n->make, tensor);
  return onnx_attr (n, "base_values") != NULL ? onnx_floats (n, "base_values", 0)
                                              : WEIR_PORT_NONE;
}

static WeirPort
with_base (OnnxNode *n, WeirPort y)
{
  WeirPort base = base_of (n);

  return weir_port_is_none (base)
             ? y
             : WEIR_MAKE (
                   &n->make, "Add", y,
                   weir_make_convert (&n->make, base, weir_make_dtype (&n->make, y)));
}

/* What no leaf has scored stays 0, whatever the base. */
static WeirPort
tree_regressor (OnnxNode *n)
{
  OnnxTrees trees;
  WeirPort y, scored, zero;

  onnx_trees_init (&trees);
  trees.n_targets = onnx_attr_int (n, "n_targets", 1);
  trees.aggregate = aggregate_of (n);
  read_trees (n, &trees, "target");
  y = onnx_trees_run (n, &trees, rows_of (n), &scored);
  zero = weir_make_scalar (&n->make, y, 0);
  y = with_base (n, y);
  if (!weir_port_is_none (scored))
    y = WEIR_MAKE (&n->make, "Select", scored, y, zero);
  onnx_trees_clear (&trees);
  return weir_make_convert (&n->make, onnx_post (n, y, onnx_post_of (n)), WEIR_DTYPE_F32);
}

/* Two labels of which only one ever gets weights: its score alone decides. */
static gboolean
one_decides (const OnnxTrees *trees, gboolean *positive)
{
  *positive = TRUE;
  for (guint i = 0; i < trees->weights->len; i++) {
    const OnnxWeight *weight = &g_array_index (trees->weights, OnnxWeight, i);

    if (weight->target != g_array_index (trees->weights, OnnxWeight, 0).target)
      return FALSE;
    *positive &= weight->value >= 0;
  }
  return trees->n_targets == 2;
}

/* Weights that are all positive make a probability, others a distance. */
static void
decide (OnnxNode *n, OnnxTrees *trees, gboolean positive)
{
  OnnxPost post = onnx_post_of (n);
  WeirPort y, parts[2];

  for (guint i = 0; i < trees->weights->len; i++)
    g_array_index (trees->weights, OnnxWeight, i).target = 0;
  trees->n_targets = 1;
  y = weir_make_convert (&n->make,
                         with_base (n, onnx_trees_run (n, trees, rows_of (n), NULL)),
                         WEIR_DTYPE_F32);
  parts[1] = y;
  if (positive) {
    parts[0] = WEIR_MAKE (&n->make, "Subtract", weir_make_scalar (&n->make, y, 1), y);
  } else {
    parts[0] = WEIR_MAKE (&n->make, "Negative", y);
    for (guint i = 0; i < 2 && post == ONNX_POST_LOGISTIC; i++)
      parts[i] = WEIR_MAKE (&n->make, "Sigmoid", parts[i]);
  }
  onnx_two_classes (n, y, positive ? 0.5 : 0, weir_make_concat (&n->make, parts, 2, 1));
}

/* Without a base a class that no leaf has scored is not chosen, though its score is 0. */
static WeirPort
ranked (OnnxNode *n, WeirPort y, WeirPort scored)
{
  if (weir_port_is_none (scored) || !weir_port_is_none (base_of (n)))
    return y;
  return WEIR_MAKE (&n->make, "Select", scored, y,
                    weir_make_scalar (&n->make, y, -INFINITY));
}

static WeirPort
tree_classifier (OnnxNode *n)
{
  gsize labels;
  g_auto (GStrv) texts = onnx_attr_strings (n, "classlabels_strings", &labels);
  gboolean positive;
  OnnxTrees trees;
  WeirPort y, scored;

  if (texts == NULL)
    onnx_attr_ints (n, "classlabels_int64s", &labels);
  onnx_trees_init (&trees);
  trees.n_targets = (gint64) labels;
  read_trees (n, &trees, "class");
  if (one_decides (&trees, &positive)) {
    decide (n, &trees, positive);
  } else {
    y = with_base (n, onnx_trees_run (n, &trees, rows_of (n), &scored));
    y = weir_make_convert (&n->make, y, WEIR_DTYPE_F32);
    onnx_classes (n, ranked (n, y, scored), onnx_post (n, y, onnx_post_of (n)));
  }
  onnx_trees_clear (&trees);
  return WEIR_PORT_NONE;
}

/* Version 5: inner nodes and leaves stand in lists of their own. */
typedef struct {
  OnnxNode *n;
  OnnxTrees *trees;
  gsize n_inner, n_leaves;
  const gint64 *yes, *no, *yes_leaf, *no_leaf;
  WeirTensor *splits, *modes, *members;
  gsize member; /* the next one of @members */
} Reader;

/* Leaves stand behind the inner nodes. */
static gint64
goes_to (const Reader *r, gint64 id, gint64 leaf)
{
  return leaf != 0 ? id + (gint64) r->n_inner : id;
}

/* A node that asks for one of a set is a chain of nodes that ask for equality. */
static void
add_members (Reader *r, guint first)
{
  gsize count = r->members != NULL ? weir_tensor_count (r->members) : 0;
  OnnxTreeNode node = g_array_index (r->trees->nodes, OnnxTreeNode, first);
  guint last = first;

  node.mode = ONNX_BRANCH_EQ;
  node.value = NAN;
  for (gboolean more = FALSE; r->member < count; more = TRUE) {
    double value = weir_tensor_get (r->members, r->member++);

    if (isnan (value))
      break;
    node.value = value;
    if (more) {
      g_array_append_val (r->trees->nodes, node);
      g_array_index (r->trees->nodes, OnnxTreeNode, last).no = r->trees->nodes->len - 1;
      last = r->trees->nodes->len - 1;
    } else {
      g_array_index (r->trees->nodes, OnnxTreeNode, first) = node;
    }
  }
  g_array_index (r->trees->nodes, OnnxTreeNode, first).mode = ONNX_BRANCH_EQ;
}

static void
add_inner (Reader *r)
{
  OnnxNode *n = r->n;
  const gint64 *feature = ints_of (n, "nodes_featureids", r->n_inner, TRUE);
  const gint64 *missing =
      ints_of (n, "nodes_missing_value_tracks_true", r->n_inner, FALSE);

  for (gsize i = 0; !weir_build_failed (n->make.b) && i < r->n_inner; i++) {
    gint64 mode = weir_tensor_get_int (r->modes, i);
    OnnxTreeNode node = { .feature = feature[i],
                          .value = weir_tensor_get (r->splits, i),
                          .yes = goes_to (r, r->yes[i], r->yes_leaf[i]),
                          .no = goes_to (r, r->no[i], r->no_leaf[i]) };

    if (mode < 0 || mode > ONNX_BRANCH_MEMBER)
      weir_make_invalid (&n->make, "attribute 'nodes_modes': found %" G_GINT64_FORMAT,
                         mode);
    node.mode = (OnnxBranch) CLAMP (mode, 0, ONNX_BRANCH_MEMBER);
    node.missing_yes = missing != NULL && missing[i] != 0;
    g_array_append_val (r->trees->nodes, node);
  }
}

static void
add_leaves (Reader *r)
{
  OnnxNode *n = r->n;
  const gint64 *target = ints_of (n, "leaf_targetids", r->n_leaves, TRUE);
  g_autoptr (WeirTensor) values = onnx_attr_tensor (n, "leaf_weights");

  if (values == NULL || weir_tensor_count (values) != r->n_leaves)
    weir_make_invalid (&n->make, "attribute 'leaf_weights': expected %zu numbers",
                       r->n_leaves);
  for (gsize i = 0; !weir_build_failed (n->make.b) && i < r->n_leaves; i++) {
    OnnxTreeNode node = { .mode = ONNX_BRANCH_LEAF, .leaf = r->trees->n_leaves++ };
    OnnxWeight weight = { .leaf = node.leaf,
                          .target = target[i],
                          .value = weir_tensor_get (values, i) };

    node.yes = node.no = r->trees->nodes->len;
    g_array_append_val (r->trees->nodes, node);
    g_array_append_val (r->trees->weights, weight);
  }
  for (guint i = 0; i < r->n_inner && !weir_build_failed (n->make.b); i++)
    if (g_array_index (r->trees->nodes, OnnxTreeNode, i).mode == ONNX_BRANCH_MEMBER)
      add_members (r, i);
}

static void
read_ensemble (OnnxNode *n, OnnxTrees *trees)
{
  Reader r = { .n = n, .trees = trees };
  gsize count;
  const gint64 *roots = onnx_attr_ints (n, "tree_roots", &count);

  onnx_attr_ints (n, "nodes_truenodeids", &r.n_inner);
  onnx_attr_ints (n, "leaf_targetids", &r.n_leaves);
  r.yes = ints_of (n, "nodes_truenodeids", r.n_inner, TRUE);
  r.no = ints_of (n, "nodes_falsenodeids", r.n_inner, TRUE);
  r.yes_leaf = ints_of (n, "nodes_trueleafs", r.n_inner, TRUE);
  r.no_leaf = ints_of (n, "nodes_falseleafs", r.n_inner, TRUE);
  r.splits = onnx_attr_tensor (n, "nodes_splits");
  r.modes = onnx_attr_tensor (n, "nodes_modes");
  r.members = onnx_attr_tensor (n, "membership_values");
  if (r.splits == NULL || r.modes == NULL || weir_tensor_count (r.splits) != r.n_inner ||
      weir_tensor_count (r.modes) != r.n_inner)
    weir_make_invalid (
        &n->make, "attributes 'nodes_splits' and 'nodes_modes': expected %zu numbers",
        r.n_inner);
  add_inner (&r);
  add_leaves (&r);
  for (gsize i = 0; i < count; i++) {
    /* A tree of one leaf is a node whose two ways lead to it. */
    if (roots[i] < 0 || roots[i] >= (gint64) r.n_inner)
      weir_make_invalid (&n->make, "attribute 'tree_roots': found %" G_GINT64_FORMAT,
                         roots[i]);
    g_array_append_val (trees->roots, roots[i]);
  }
  g_clear_pointer (&r.splits, weir_tensor_unref);
  g_clear_pointer (&r.modes, weir_tensor_unref);
  g_clear_pointer (&r.members, weir_tensor_unref);
}

static WeirPort
tree_ensemble (OnnxNode *n)
{
  gint64 aggregate = onnx_attr_int (n, "aggregate_function", ONNX_TREES_SUM);
  gint64 post = onnx_attr_int (n, "post_transform", ONNX_POST_NONE);
  OnnxTrees trees;
  WeirPort y;

  if (!weir_dtype_is_float (weir_make_dtype (&n->make, onnx_in (n, 0))))
    return weir_make_unsupported (
        &n->make, "elements of type %s",
        weir_dtype_name (weir_make_dtype (&n->make, onnx_in (n, 0))));
  if (aggregate < 0 || aggregate > ONNX_TREES_MAX || post < 0 || post > ONNX_POST_PROBIT)
    return weir_make_invalid (&n->make, "an unknown aggregate function or transform");
  onnx_trees_init (&trees);
  trees.n_targets = onnx_attr_int (n, "n_targets", 1);
  trees.aggregate = (OnnxAggregate) aggregate;
  read_ensemble (n, &trees);
  y = onnx_trees_run (n, &trees, onnx_in (n, 0), NULL);
  onnx_trees_clear (&trees);
  return onnx_post (n, y, (OnnxPost) post);
}

const OnnxRow onnx_rows_trees[] = {
  { "TreeEnsemble", ML, 0, 0, tree_ensemble },
  { "TreeEnsembleClassifier", ML, 0, 0, tree_classifier },
  { "TreeEnsembleRegressor", ML, 0, 0, tree_regressor },
  { NULL },
};
