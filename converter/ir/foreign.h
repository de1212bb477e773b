#pragma once

#include "build.h"

WEIR_BEGIN_DECLS

typedef struct _WeirForeignNode WeirForeignNode;

/**
 * WeirForeignFind:
 * @wanted: the type that is asked for; a framework that keeps element types as numbers of
 *   its own needs to know, others look at what they have
 * @found: (out): the type of @value; text that the framework keeps is a string
 * @value: (out): empty before; its owner clears it
 *
 * Looks up attribute @name of @node. Returns: %FALSE where it has none.
 */
typedef gboolean (*WeirForeignFind) (const WeirForeignNode *node, const char *name,
                                     WeirAttrType wanted, WeirAttrType *found,
                                     WeirAttr *value);

/**
 * WeirForeignGraph:
 * @n_nodes: how many nodes it stands for
 * @node: the name of one of them, and its operation
 * @value: what "node" or "node:1" of the whole graph gives
 *
 * The sub-graph that a node stands for.
 */
typedef struct {
  guint n_nodes;
  const char *(*node) (const WeirForeignNode *node, guint index, const char **op);
  gboolean (*value) (const WeirForeignNode *node, const char *name, WeirPort *port,
                     GError **error);
} WeirForeignGraph;

/**
 * WeirForeignNode:
 * @framework: as in --framework
 * @domain: the operation's namespace; "" for the framework's own
 * @op: the operation, as the framework calls it
 * @name: of the node; what is built for it bears this name
 * @inputs: one an input; no port where an optional one is left out
 * @outputs: to be set; no port before
 * @n_outputs: as many as the framework declares, else as many as others read
 * @find: its attributes
 * @source: (closure): for @find, and for the functions of @graph
 * @graph: (nullable): the sub-graph in whose place it stands
 *
 * A node of any framework, as an extension sees it.
 */
struct _WeirForeignNode {
  const char *framework;
  const char *domain;
  const char *op;
  const char *name;
  const WeirPort *inputs;
  guint n_inputs;
  WeirPort *outputs;
  guint n_outputs;
  WeirForeignFind find;
  gconstpointer source;
  const WeirForeignGraph *graph;
};

/**
 * weir_foreign_attr:
 * @value: (out): empty where there is none; to be cleared
 *
 * Attribute @name as @type: numbers, booleans and lists of one pass into each other where
 * nothing is lost, and text is read as each type spells it, "(1, 2)" and "[1,2]" too.
 * Returns: %FALSE and an error where it is there, but something else.
 */
gboolean weir_foreign_attr (const WeirForeignNode *node, const char *name,
                            WeirAttrType type, WeirAttr *value, GError **error);

/** weir_foreign_convert: makes @value, of type @from, one of type @to, as
 * weir_foreign_attr() does; @name is for errors. */
gboolean weir_foreign_convert (const char *name, WeirAttrType from, WeirAttrType to,
                               WeirAttr *value, GError **error);

WEIR_END_DECLS
