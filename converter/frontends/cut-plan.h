#pragma once

#include "cut.h"

/* A plan's insides, for the files that think about it. */

/** WeirCutTensor: @writer: a node, or %WEIR_CUT_NONE; @index: which output of it. */
typedef struct {
  const char *name;
  guint writer, index;
  int replaced;
  gboolean is_constant, is_input, is_output;
  gboolean is_kept;   /* a needed node or an output reads it as it is */
  gboolean is_looked; /* the shape of a new input depends on it */
} WeirCutTensor;

/** WeirCutNode: @reads: guint, inputs first and then, from @n_ports on, captures. */
typedef struct {
  const char *name, *op;
  GArray *reads, *writes;
  guint n_ports;
  WeirCutNeed need;
  gboolean has_edges;
} WeirCutNode;

struct _WeirCutPlan {
  const WeirCut *cut;
  gboolean tensors_first;
  GArray *nodes, *tensors;
  GHashTable *node_names, *tensor_names; /* name -> number + 1 */
  GArray *own_inputs, *own_outputs;      /* guint: of the model */
  GArray *inputs;                        /* WeirCutInput */
  GArray *outputs;                       /* WeirCutOutput */
};

static inline WeirCutTensor *
weir_cut_tensor (const WeirCutPlan *plan, guint index)
{
  return &g_array_index (plan->tensors, WeirCutTensor, index);
}

static inline WeirCutNode *
weir_cut_node (const WeirCutPlan *plan, guint index)
{
  return &g_array_index (plan->nodes, WeirCutNode, index);
}

/** weir_cut_plan_resolve: what the user's names mean: fills @inputs and @outputs. */
gboolean weir_cut_plan_resolve (WeirCutPlan *plan, GError **error);
