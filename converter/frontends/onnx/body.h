#pragma once

#include "node.h"

/**
 * OnnxBody:
 *
 * A sub-graph of If, Loop or Scan in the making. What its nodes read from the graph
 * around it becomes one more parameter each.
 */
typedef struct {
  OnnxNode *n;
  const Onnx__GraphProto *proto;
  WeirGraph *graph;
  WeirBuilder builder;
  OnnxScope scope;
  guint unsupported; /* how many operations were so before */
} OnnxBody;

/** onnx_body_init: an empty body of @n. */
void onnx_body_init (OnnxBody *body, OnnxNode *n, const Onnx__GraphProto *proto);
void onnx_body_clear (OnnxBody *body);

/** onnx_body_parameter: a parameter of the body, named and otherwise typed like input
 * @index of the sub-graph. */
WeirPort onnx_body_parameter (OnnxBody *body, guint index, WeirDtype dtype,
                              const WeirShape *shape);
/** onnx_body_bind: lets input @index of the sub-graph stand for @port. */
void onnx_body_bind (OnnxBody *body, guint index, WeirPort port);
/** onnx_body_run: converts the nodes. Failures go to the builder of the node; @broken is
 * set where operations were not supported. */
gboolean onnx_body_run (OnnxBody *body, gboolean *broken);
/** onnx_body_output: what output @index of the sub-graph stands for. */
WeirPort onnx_body_output (OnnxBody *body, guint index);
/** onnx_body_result: hands @port out. */
void onnx_body_result (OnnxBody *body, guint index, WeirPort port);

/** onnx_body_attach: makes the graph a body of @node and the values that it captured
 * inputs of @node. Returns: (transfer none) (nullable): %NULL after a failure. */
WeirBody *onnx_body_attach (OnnxBody *body, WeirNode *node);

/** onnx_map_input, onnx_map_output: add rows to the maps of a body; @axis -1 passes the
 * whole value, else one slice an iteration, from the end on where @backwards. */
void onnx_map_input (WeirBody *body, gint64 external, guint parameter, gint64 axis,
                     gboolean backwards);
void onnx_map_output (WeirBody *body, guint result, gint64 external, gint64 axis,
                      gboolean backwards);
void onnx_map_back (WeirBody *body, guint result, guint parameter);
/** onnx_broken: says that the outputs of @n are not there. */
void onnx_broken (OnnxNode *n);
