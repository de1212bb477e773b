#pragma once

#include "tensorflow.h"

typedef struct _TfBody TfBody;
typedef struct _TfCut TfCut;
typedef struct _TfFlow TfFlow;

/** tf_value_is_none: whether there is nothing. */
static inline gboolean
tf_value_is_none (const TfValue *value)
{
  return weir_port_is_none (value->port) && value->array == NULL;
}

/**
 * TfEntry:
 * @outputs: (element-type TfValue): what it has written so far
 * @needs: (nullable): what it depends on, where that is something else than its inputs
 * @given: whether its outputs come from around the scope
 * @n_outputs: those that others name
 * @number, @tensor: as a node of the plan of cuts, and its first output as a tensor there
 * @piece: (nullable): how it is converted, where that is not as its operation
 *
 * A node of a scope.
 */
typedef struct {
  const Tf__NodeDef *proto;
  GArray *outputs;
  char **needs;
  gboolean given;
  int state;
  guint n_outputs, number, tensor;
  const struct _TfPiece *piece;
} TfEntry;

/**
 * TfScope:
 * @nodes: name -> TfEntry
 * @arguments: name -> TfValue, of a function's body
 * @function: (nullable): the function whose body this is
 * @given: (nullable): the attributes of the call, for those that the body leaves open
 * @prefix: (nullable): of the names of nodes, "call"
 * @depth: of functions, branches and loops within each other
 * @outer: (nullable): the scope of which this is a part: a loop's body, a branch
 * @body: (nullable): the sub-graph that @builder builds
 * @flow: (nullable): the loops and branches among @list
 * @gate: (nullable): the predicate whose Switches let values into this branch
 * @cut: (nullable): what of the graph is needed; functions, loops and branches are never
 *   cut
 *
 * A graph or the body of a function on its way into @builder's graph.
 */
typedef struct _TfScope {
  TfImport *import;
  WeirBuilder *builder;
  GHashTable *nodes;
  GHashTable *arguments;
  const Tf__FunctionDef *function;
  Tf__AttrEntry **given;
  gsize n_given;
  const char *prefix;
  guint depth;
  struct _TfScope *outer;
  TfBody *body;
  TfFlow *flow;
  Tf__NodeDef **list;
  gsize n_list;
  const char *gate;
  TfCut *cut;
} TfScope;

/** TfRef: what an input of a node names: output @index of @entry, or an argument. */
typedef struct {
  TfEntry *entry;
  const TfValue *argument;
  guint index;
} TfRef;

void tf_scope_init (TfScope *scope, TfImport *import, WeirBuilder *builder);
/** tf_scope_init_part: a part of @outer, to be built into @builder's graph, which is that
 * of @body. */
void tf_scope_init_part (TfScope *scope, TfScope *outer, WeirBuilder *builder,
                         TfBody *body);
void tf_scope_clear (TfScope *scope);
/** tf_scope_add: nodes by their names, each once. */
gboolean tf_scope_add (TfScope *scope, Tf__NodeDef **nodes, gsize n_nodes,
                       GError **error);
/** tf_scope_value: what @text ("node", "node:1", in functions "node:output:0") names,
 * after converting all that it depends on; %NULL after a failure. */
const TfValue *tf_scope_value (TfScope *scope, const char *text, GError **error);
/** tf_scope_own_value: the same, also where the user has put an input in its place. */
const TfValue *tf_scope_own_value (TfScope *scope, const char *text, GError **error);
/** tf_scope_input: what @entry reads at its input @port, which names @text; else as
 * tf_scope_value(). */
const TfValue *tf_scope_input (TfScope *scope, const TfEntry *entry, guint port,
                               const char *text, GError **error);
/** tf_scope_forget: that @entry was converted. */
void tf_scope_forget (TfEntry *entry);
/** tf_scope_give: lets output @index of the node @name of a part be @value. */
void tf_scope_give (TfScope *scope, const char *name, guint index, const TfValue *value);
/** tf_scope_proto: (nullable): the node @name, converted or not. */
const Tf__NodeDef *tf_scope_proto (const TfScope *scope, const char *name);
/** tf_scope_source: (nullable): the node that @text names. */
const Tf__NodeDef *tf_scope_source (const TfScope *scope, const char *text);
/** tf_scope_capture: @value of the scope around @scope within it. */
TfValue tf_scope_capture (TfScope *scope, const TfValue *value);
/** tf_scope_resolve: what @text names, converted or not. */
gboolean tf_scope_resolve (TfScope *scope, const char *text, TfRef *ref, GError **error);

/** tf_graph_outputs: (transfer full) (element-type TfWanted): the nodes that no other
 * reads, in the order of the file; those in loops and branches of @scope (nullable) are
 * none. */
GPtrArray *tf_graph_outputs (TfScope *scope, const Tf__GraphDef *graph);
