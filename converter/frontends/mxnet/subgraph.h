#pragma once

#include "frontends/capture.h"
#include "node.h"

/**
 * MxBody:
 *
 * The body of If or a loop in the making. What it reads from the graph around it becomes
 * one more parameter each.
 */
typedef struct {
  MxNode *n;
  WeirGraph *graph;
  WeirBuilder builder;
  GArray *captures; /* WeirCapture */
} MxBody;

void mx_body_init (MxBody *body, MxNode *n);
void mx_body_clear (MxBody *body);
/** mx_body_parameter: one more, of the type of @like in the graph around it. */
WeirPort mx_body_parameter (MxBody *body, WeirPort like, const WeirShape *shape);
/** mx_body_capture: @port of the graph around it. */
WeirPort mx_body_capture (MxBody *body, WeirPort port);
void mx_body_result (MxBody *body, WeirPort port);
/** mx_body_attach: makes the graph a body of @node. Returns: (transfer none) (nullable):
 * %NULL after a failure. */
WeirBody *mx_body_attach (MxBody *body, WeirNode *node);
/** mx_body_make: (nullable): what makes nodes within the body. */
WeirMake mx_body_make (MxBody *body);
/** mx_body_finish: a failure within the body becomes that of the node. */
gboolean mx_body_finish (MxBody *body);

/** mx_subgraph_n_inputs: how many symbol @index within the node has; 0 where there is
 * none. */
guint mx_subgraph_n_inputs (const MxNode *n, guint index);

/**
 * mx_subgraph_call:
 * @index: of the symbol within the node
 * @builder: of the graph to which its nodes are added
 * @inputs: (array length=n_inputs): what its inputs stand for
 * @outputs: (array length=n_outputs): what its outputs are
 *
 * Returns: %FALSE after a failure, and where operations within are not supported, which
 *   are listed then; the node is broken.
 */
gboolean mx_subgraph_call (MxNode *n, guint index, WeirBuilder *builder,
                           const WeirPort *inputs, guint n_inputs, WeirPort *outputs,
                           guint n_outputs);
