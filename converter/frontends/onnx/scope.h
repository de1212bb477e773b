#pragma once

#include "onnx.h"

#include "frontends/capture.h"

typedef struct _OnnxScope OnnxScope;
typedef struct _OnnxNode OnnxNode;
typedef struct _OnnxCut OnnxCut;

/**
 * OnnxValue:
 * @port: where it stands in the graph
 * @broken: a node that could not be converted would have written it
 * @items: (nullable): #WeirPort, for a sequence: known by its elements while the graph is
 *   built, and by nothing in the graph
 */
typedef struct {
  WeirPort port;
  gboolean broken;
  GArray *items;
} OnnxValue;

/**
 * OnnxScope:
 * @outer: (nullable): the scope whose values are seen from here
 * @builder: of the graph that this scope's nodes go into; inlined ones share it
 * @caller: (nullable): the node whose attributes those of a function body refer to
 * @captures: #WeirCapture
 * @cut: (nullable): what of the main graph is needed
 * @repeated: its nodes are converted more than once, so that tensors have no names
 */
struct _OnnxScope {
  OnnxImport *import;
  OnnxScope *outer;
  WeirBuilder *builder;
  GHashTable *values;       /* name -> OnnxValue */
  GHashTable *initializers; /* name -> TensorProto that nobody has read yet */
  GHashTable *sparse;       /* the same for SparseTensorProto */
  GArray *captures;
  const OnnxNode *caller;
  const Onnx__FunctionProto *function;
  const char *prefix;
  OnnxCut *cut;
  gboolean repeated;
};

void onnx_scope_init (OnnxScope *scope, OnnxImport *import, OnnxScope *outer,
                      WeirBuilder *builder);
void onnx_scope_clear (OnnxScope *scope);
/** onnx_scope_add_graph: the names that stand in @graph before any node has run. */
gboolean onnx_scope_add_graph (OnnxScope *scope, const Onnx__GraphProto *graph,
                               GError **error);
/** onnx_scope_set: @name stands for @value from now on. */
gboolean onnx_scope_set (OnnxScope *scope, const char *name, const OnnxValue *value,
                         GError **error);
/** onnx_scope_find: what @name stands for, here or further out; %NULL in @found where
 * nothing writes it. */
gboolean onnx_scope_find (OnnxScope *scope, const char *name, const OnnxValue **found,
                          GError **error);
/** onnx_scope_find_original: the same, cut or not. */
gboolean onnx_scope_find_original (OnnxScope *scope, const char *name,
                                   const OnnxValue **found, GError **error);
/** onnx_scope_get: what onnx_scope_find() finds where it must be there. */
const OnnxValue *onnx_scope_get (OnnxScope *scope, const char *name, GError **error);
/** onnx_scope_run: converts @nodes, each after those that it reads. */
gboolean onnx_scope_run (OnnxScope *scope, Onnx__NodeProto **nodes, gsize n_nodes,
                         GError **error);
/** onnx_scope_version: of operation set @domain here; 0 if it is not imported. */
gint64 onnx_scope_version (const OnnxScope *scope, const char *domain);
/** onnx_value_info: type and shape that the format declares for a graph input. */
gboolean onnx_value_info (const Onnx__ValueInfoProto *info, WeirDtype *dtype,
                          WeirShape *shape, GError **error);
