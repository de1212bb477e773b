#pragma once

#include "frontends/cut.h"
#include "node.h"

/** PdRead: @argument: (nullable): where the operation names it; %NULL for what it reads
 * by the name of an output, which it writes once more. */
typedef struct {
  guint tensor;
  char **argument;
} PdRead;

/** PdOp: an operation, and what of @reads and @writes is its own. Its place is its number
 * as a node of the plan. */
typedef struct {
  Paddle__OpDesc *op;
  guint first_read, n_reads, first_write, n_writes;
} PdOp;

/**
 * PdCut:
 * @current: name -> the tensor that was written last under it, + 1
 * @left: name -> how often it is yet to be written
 * @names: variables, by tensors
 * @made: (element-type utf8): names of tensors that are written over later on
 * @ops: #PdOp
 * @reads: #PdRead
 * @writes: (element-type guint): tensors
 * @values: #PdValue, by tensors; without a port until they are written
 * @inputs: by the inputs of the plan
 *
 * Block 0 as a plan sees it. Each time that a variable is written is a tensor: the last
 * one bears its name, the one before it is "name@1", and so on backwards.
 */
typedef struct {
  PdScope *scope;
  WeirCutPlan *plan;
  GHashTable *current, *left;
  GPtrArray *names, *made;
  GArray *ops, *reads, *writes, *values;
  WeirPort *inputs;
} PdCut;

void pd_cut_init (PdCut *cut, PdScope *scope);
void pd_cut_clear (PdCut *cut);

/* describe.c */

/** pd_cut_describe: @inputs, @outputs: (element-type utf8): variables. */
gboolean pd_cut_describe (PdCut *cut, const Paddle__BlockDesc *block,
                          const GPtrArray *inputs, const GPtrArray *outputs,
                          GError **error);

/* cut.c */

/** pd_cut_convert: the operations that are needed. */
gboolean pd_cut_convert (PdCut *cut, GError **error);
/** pd_cut_finish: adds the outputs and brings the inputs into their order. */
gboolean pd_cut_finish (PdCut *cut, GError **error);
