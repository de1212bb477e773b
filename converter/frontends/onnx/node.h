#pragma once

#include "frontends/make.h"
#include "scope.h"

/**
 * OnnxNode:
 * @make: what it becomes, under its name
 * @version: the version of its operation set
 *
 * One node and what its conversion works with.
 */
struct _OnnxNode {
  OnnxScope *scope;
  WeirMake make;
  const Onnx__NodeProto *proto;
  gint64 version;
  OnnxValue *inputs;
  guint n_inputs;
  OnnxValue *outputs;
  guint n_outputs;
};

/**
 * OnnxRow:
 * @op: operation; a row without one ends a table
 * @domain: (nullable): %NULL for the standard's own
 * @since, @until: the versions of the operation set that mean this; 0: no bound
 * @convert: builds it; returns output 0, or nothing where onnx_out() has set it
 */
typedef struct {
  const char *op;
  const char *domain;
  gint64 since, until;
  WeirPort (*convert) (OnnxNode *n);
} OnnxRow;

/* Nodes: what a conversion asks for. All accept the port of a call that has failed. */

/** onnx_has: whether input @index is given. */
gboolean onnx_has (const OnnxNode *n, guint index);
/** onnx_in: input @index, which must be given. */
WeirPort onnx_in (OnnxNode *n, guint index);
/** onnx_wants: whether anyone may read output @index. */
gboolean onnx_wants (const OnnxNode *n, guint index);
void onnx_out (OnnxNode *n, guint index, WeirPort port);
/** onnx_items: (nullable): the elements of a sequence at input @index. */
GArray *onnx_items (OnnxNode *n, guint index);
/** onnx_out_items: makes output @index a sequence. Returns: (transfer none): to be filled
 * with #WeirPort. */
GArray *onnx_out_items (OnnxNode *n, guint index);

/** onnx_int_value: the one known integer of @port. */
gboolean onnx_int_value (const OnnxNode *n, WeirPort port, gint64 *value);
/** onnx_axis: a possibly negative axis of a value of @rank. */
int onnx_axis (OnnxNode *n, gint64 axis, int rank);

/** onnx_node_name: (transfer none): what @proto is called: by itself, else as its first
 * output. */
const char *onnx_node_name (const OnnxScope *scope, const Onnx__NodeProto *proto);
/** onnx_node_convert: adds @proto to the graph of @scope, or to what is unsupported. */
gboolean onnx_node_convert (OnnxScope *scope, const Onnx__NodeProto *proto,
                            GError **error);
