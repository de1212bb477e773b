#pragma once

#include "node.h"

/* Control flow of TensorFlow 1, which is written into the list of nodes: loops begin with
 * Enter and Merge and end with Exit, branches begin with Switch and end with Merge. */

/**
 * TfLoopVariable:
 * @enter: where its first value comes from
 * @merge: hands out the value before each round
 * @gate: (nullable): the Switch that lets it into the round, or out
 * @exit: (nullable): its value after the loop
 * @next: (nullable): what the next round gets, "node:0"
 */
typedef struct {
  const Tf__NodeDef *enter, *merge, *gate, *exit;
  const char *next;
} TfLoopVariable;

/**
 * TfLoop:
 * @enters: (element-type Tf__NodeDef): all of the frame
 * @variables: (element-type TfLoopVariable)
 * @condition: (nullable): the LoopCond
 */
typedef struct {
  char *name;
  GPtrArray *enters;
  GArray *variables;
  const Tf__NodeDef *condition;
} TfLoop;

/**
 * TfFlow:
 * @loops: frame name -> TfLoop
 * @places: node -> TfPlace, for Enter, Merge, Switch and Exit of a loop's variable
 * @contexts: node -> the Switches that it stands behind
 * @kept: (element-type TfContext): owned
 * @readers: (nullable): name of a node -> who reads it (element-type TfReader)
 * @steps: how much was searched
 *
 * What is found once in a list of nodes.
 */
struct _TfFlow {
  GHashTable *loops, *places, *contexts, *kept, *readers;
  gsize steps;
};

/** tf_flow_of: of the list of nodes that @scope is a part of. */
TfFlow *tf_flow_of (TfScope *scope);
void tf_flow_free (TfFlow *flow);

/** tf_flow_is_input: whether a node is an input of the network. */
gboolean tf_flow_is_input (const Tf__NodeDef *proto);
/** tf_flow_is_end: whether a node is the end of a loop or of branches. */
gboolean tf_flow_is_end (const Tf__NodeDef *proto);
/** tf_flow_is_gate: whether a node is a Switch at the beginning of the branch that @scope
 * is. */
gboolean tf_flow_is_gate (TfScope *scope, const Tf__NodeDef *proto);
/** tf_flow_needs: (transfer full): what must be converted before such an end is; %NULL
 * where it ends nothing. */
char **tf_flow_needs (TfScope *scope, const Tf__NodeDef *proto, GError **error);

/** tf_flow_loop: (nullable): the loop that @exit leaves; which of its variables that is
 * in @index. */
TfLoop *tf_flow_loop (TfScope *scope, const Tf__NodeDef *exit, guint *index,
                      GError **error);

/** tf_flow_frame: the name of the loop's frame that @enter begins. */
const char *tf_flow_frame (TfScope *scope, const Tf__NodeDef *enter);

/* readers.c */

/** TfReader: @node: (nullable): what reads "node:1" (@text); %NULL: a function returns
 * it. */
typedef struct {
  const Tf__NodeDef *node;
  const char *text;
} TfReader;

/** tf_flow_readers: (nullable) (element-type TfReader): who reads @proto's outputs. */
const GArray *tf_flow_readers (TfScope *scope, const Tf__NodeDef *proto);

/* gates.c */

/** tf_flow_is_inside: whether a node is within a loop or a branch. */
gboolean tf_flow_is_inside (TfScope *scope, const Tf__NodeDef *proto);

/** tf_gate_predicate: (transfer full): what a Switch looks at, "node:0", behind
 * Identities. */
char *tf_gate_predicate (const TfScope *scope, const Tf__NodeDef *gate);
/**
 * TfBranches:
 * @predicate: what is looked at, "node:0"
 * @inputs: of the Merge that ends the branches: which is the value if the predicate is
 *   false, and if it is true
 */
typedef struct {
  char *predicate;
  guint inputs[2];
} TfBranches;

/** tf_gate_branches: the branches that @merge ends. @branches->predicate is to be freed.
 */
gboolean tf_gate_branches (TfScope *scope, const Tf__NodeDef *merge, TfBranches *branches,
                           GError **error);
