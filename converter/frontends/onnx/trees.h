#pragma once

#include "node.h"

/* Ensembles of decision trees: all rows walk down all trees at once, a level an
 * iteration, by gathering what the nodes say. */

typedef enum {
  ONNX_BRANCH_LEQ,
  ONNX_BRANCH_LT,
  ONNX_BRANCH_GTE,
  ONNX_BRANCH_GT,
  ONNX_BRANCH_EQ,
  ONNX_BRANCH_NEQ,
  ONNX_BRANCH_MEMBER,
  ONNX_BRANCH_LEAF,
  ONNX_N_BRANCHES,
} OnnxBranch;

/**
 * OnnxTreeNode:
 * @yes, @no: where it goes on
 * @missing_yes: NaN goes to @yes
 * @leaf: row of the weights; 0 for none
 */
typedef struct {
  OnnxBranch mode;
  gint64 feature;
  double value;
  gint64 yes, no;
  gboolean missing_yes;
  gint64 leaf;
} OnnxTreeNode;

/** OnnxWeight: what row @leaf adds to score @target. */
typedef struct {
  gint64 leaf, target;
  double value;
} OnnxWeight;

typedef enum {
  ONNX_TREES_AVERAGE,
  ONNX_TREES_SUM,
  ONNX_TREES_MIN,
  ONNX_TREES_MAX,
} OnnxAggregate;

/**
 * OnnxTrees:
 * @nodes: #OnnxTreeNode
 * @roots: gint64
 * @weights: #OnnxWeight
 * @n_leaves: rows of the weights, the empty row 0 included
 */
typedef struct {
  GArray *nodes;
  GArray *roots;
  GArray *weights;
  gint64 n_leaves;
  gint64 n_targets;
  OnnxAggregate aggregate;
} OnnxTrees;

void onnx_trees_init (OnnxTrees *trees);
void onnx_trees_clear (OnnxTrees *trees);
/** onnx_trees_run: the scores of the rows of @x, [rows, targets], of its element type.
 * @scored: (out) (optional): which of them any leaf has given; no port where all are. */
WeirPort onnx_trees_run (OnnxNode *n, OnnxTrees *trees, WeirPort x, WeirPort *scored);
