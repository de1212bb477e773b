#pragma once

#include "order.h"

/* How operations work on transposed values. Each value has its natural form, the one it
 * has in the graph, and may have another, which is the natural one transposed. */

/**
 * WeirPassFrame:
 * @node: an operation
 * @in: for each input the order from its natural to its other form; no order (rank 0)
 * where that is not known, or where the operation takes the input as it is
 * @out: the same of the outputs
 */
typedef struct {
  const WeirGraph *graph;
  const WeirNode *node;
  WeirPassOrder *in, *out;
} WeirPassFrame;

/**
 * WeirPassRelation:
 * @WEIR_PASS_BARRIER: it can not work on the other forms
 * @WEIR_PASS_PARTIAL: too little is known yet
 * @WEIR_PASS_COMPLETE: all orders that matter are known now
 */
typedef enum {
  WEIR_PASS_BARRIER,
  WEIR_PASS_PARTIAL,
  WEIR_PASS_COMPLETE,
} WeirPassRelation;

/**
 * WeirPassTransposeRule:
 * @op: the operation; %NULL ends a table
 * @relate: fills in what follows from the orders that are known
 * @rebuild: the same operation on the other forms: @inputs holds them, and inputs that
 * have no order as they are; fills @outputs with the other forms of the outputs
 * @detail: what a family's functions need to know of this member
 */
typedef struct {
  const char *op;
  WeirPassRelation (*relate) (WeirPassFrame *frame, gconstpointer detail);
  gboolean (*rebuild) (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
                       WeirPort *outputs, gconstpointer detail);
  gconstpointer detail;
} WeirPassTransposeRule;

/** weir_pass_transpose_rule: (nullable): how @node works on transposed values. */
const WeirPassTransposeRule *weir_pass_transpose_rule (const WeirNode *node);

/* The families: element by element, along axes, with other ranks on both sides. */
extern const WeirPassTransposeRule weir_pass_transpose_elements;
extern const WeirPassTransposeRule weir_pass_transpose_axes[];
extern const WeirPassTransposeRule weir_pass_transpose_ranks[];

/* The rule of Reshape, a family of its own. */
WeirPassRelation weir_pass_relate_reshape (WeirPassFrame *frame, gconstpointer detail);
gboolean weir_pass_rebuild_reshape (const WeirPassFrame *frame, WeirBuilder *builder,
                                    WeirPort *inputs, WeirPort *outputs,
                                    gconstpointer detail);

/* What the families share. */

/** weir_pass_frame_all_same: every input of @inputs and every output is of the rank of
 * the order that one of them has, and has it too. */
WeirPassRelation weir_pass_frame_all_same (WeirPassFrame *frame, guint inputs);
/** weir_pass_frame_rebuild: a node like that of @frame on @inputs, to be ended. */
WeirNode *weir_pass_frame_rebuild (const WeirPassFrame *frame, WeirBuilder *builder,
                                   const WeirPort *inputs);
/** weir_pass_frame_outputs: ends @node; its outputs are @outputs. */
gboolean weir_pass_frame_outputs (WeirBuilder *builder, WeirNode *node,
                                  WeirPort *outputs);
