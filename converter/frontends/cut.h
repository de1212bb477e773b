#pragma once

#include "ir/input-spec.h"

/**
 * SECTION: cut
 *
 * Cuts a model before it is converted, so that what is cut away need not be convertible.
 * A frontend describes its graph flatly: tensors and nodes by number, in any order. The
 * plan says what is needed, and where new inputs and outputs stand. Names are borrowed
 * and must outlive the plan.
 */

/** WeirCut: what the user asked for; each may be %NULL.
 * @inputs: (element-type WeirInputSpec)
 * @outputs: (element-type WeirOutputSpec) */
typedef struct {
  const GPtrArray *inputs;
  const GPtrArray *outputs;
} WeirCut;

/**
 * WeirCutHint:
 * @refused: numbers of nodes that could not be converted; grows from try to try
 * @part: (nullable): those of the largest part without them that a command line can name
 * @inputs, @outputs: (nullable): what --input and --output have to say to convert it;
 *   @inputs is %NULL where the model's own do
 * @nodes, @total: how many nodes that part has, and the model
 */
typedef struct {
  GHashTable *refused, *part;
  char *inputs, *outputs;
  guint nodes, total;
} WeirCutHint;

typedef struct _WeirCutPlan WeirCutPlan;

/** WEIR_CUT_NONE: no tensor, no node. */
#define WEIR_CUT_NONE ((guint) -1)

/**
 * WeirCutNeed:
 * @WEIR_CUT_SKIP: nobody needs this node
 * @WEIR_CUT_LOOK: only types and shapes of new inputs depend on it: it is converted if it
 *   can be, and its failure is none
 * @WEIR_CUT_KEEP: it is in the network
 */
typedef enum { WEIR_CUT_SKIP, WEIR_CUT_LOOK, WEIR_CUT_KEEP } WeirCutNeed;

/**
 * WeirCutInput:
 * @tensor: what it replaces
 * @node: who reads it instead of @tensor; %WEIR_CUT_NONE: everyone
 * @port: which input of @node; -1: each that reads @tensor
 * @is_own: whether @tensor is an input of the model
 * @takes_names: whether the new input is called as @tensor is: nobody else needs that
 * @name: of the new Parameter or Constant
 */
typedef struct {
  const WeirInputSpec *spec;
  guint tensor, node;
  int port;
  gboolean is_own, takes_names;
  char *name;
} WeirCutInput;

/** WeirCutOutput: @name: of the Result; %NULL where @tensor is an output of the model. */
typedef struct {
  guint tensor;
  const char *name;
} WeirCutOutput;

/** weir_cut_plan_new: @cut: (nullable): nothing is cut. @tensors_first: what a name means
 * that a node and a tensor bear. */
WeirCutPlan *weir_cut_plan_new (const WeirCut *cut, gboolean tensors_first);
void weir_cut_plan_free (WeirCutPlan *plan);

/* The description. */

/** weir_cut_plan_add_tensor: the next number; names may be empty, or the same again. */
guint weir_cut_plan_add_tensor (WeirCutPlan *plan, const char *name);
/** weir_cut_plan_tensor: the tensor @name; a new one where there is none. */
guint weir_cut_plan_tensor (WeirCutPlan *plan, const char *name);
/** weir_cut_plan_find_tensor: the same, or %WEIR_CUT_NONE. */
guint weir_cut_plan_find_tensor (const WeirCutPlan *plan, const char *name);
/** weir_cut_plan_alias: another name of @tensor. */
void weir_cut_plan_alias (WeirCutPlan *plan, guint tensor, const char *name);
void weir_cut_plan_set_constant (WeirCutPlan *plan, guint tensor);
void weir_cut_plan_add_input (WeirCutPlan *plan, guint tensor);
void weir_cut_plan_add_output (WeirCutPlan *plan, guint tensor);
guint weir_cut_plan_add_node (WeirCutPlan *plan, const char *name, const char *op);
/** weir_cut_plan_read: the next input of @node; %WEIR_CUT_NONE where it is left out. */
void weir_cut_plan_read (WeirCutPlan *plan, guint node, guint tensor);
/** weir_cut_plan_capture: @node needs @tensor, but not at an input: its body reads it. */
void weir_cut_plan_capture (WeirCutPlan *plan, guint node, guint tensor);
void weir_cut_plan_write (WeirCutPlan *plan, guint node, guint tensor);

/** weir_cut_plan_solve: finds what the user named. */
gboolean weir_cut_plan_solve (WeirCutPlan *plan, GError **error);

/* The answers. */

/** weir_cut_plan_is_cut: whether anything goes or is replaced. */
gboolean weir_cut_plan_is_cut (const WeirCutPlan *plan);
WeirCutNeed weir_cut_plan_need (const WeirCutPlan *plan, guint node);
/** weir_cut_plan_need_of: why @tensor is needed, as it is or by a new input. */
WeirCutNeed weir_cut_plan_need_of (const WeirCutPlan *plan, guint tensor);
/** weir_cut_plan_is_reached: whether the network reads @tensor, as it is or replaced. */
gboolean weir_cut_plan_is_reached (const WeirCutPlan *plan, guint tensor);
const char *weir_cut_plan_tensor_name (const WeirCutPlan *plan, guint tensor);
guint weir_cut_plan_n_inputs (const WeirCutPlan *plan);
const WeirCutInput *weir_cut_plan_input (const WeirCutPlan *plan, guint index);
guint weir_cut_plan_n_outputs (const WeirCutPlan *plan);
const WeirCutOutput *weir_cut_plan_output (const WeirCutPlan *plan, guint index);
/** weir_cut_plan_replaced: the new input that all needed nodes read for @tensor, or -1.
 */
int weir_cut_plan_replaced (const WeirCutPlan *plan, guint tensor);
/** weir_cut_plan_edge: the new input that @node reads at its input @port, or -1. */
int weir_cut_plan_edge (const WeirCutPlan *plan, guint node, guint port);

/** weir_cut_plan_is_new: whether input @index is to be built: an input of the model stays
 * as it is unless it is frozen. */
gboolean weir_cut_plan_is_new (const WeirCutPlan *plan, guint index);
/** weir_cut_plan_build: builds input @index. @old: what it replaces, or none where that
 * was not converted; then @told (nullable) says its type and shape as far as the file
 * does. */
WeirPort weir_cut_plan_build (const WeirCutPlan *plan, guint index, WeirBuilder *builder,
                              WeirPort old, const WeirValueInfo *told);

/** weir_cut_plan_finish: removes from a graph that is otherwise done what nobody reads,
 * and brings the inputs into their order, those with %WEIR_NOTE_ADDED last. @ports: what
 * was built for each input, none where it was left as it is; @old: what it replaces, or
 * none. */
gboolean weir_cut_plan_finish (const WeirCutPlan *plan, WeirGraph *graph,
                               const WeirPort *ports, const WeirPort *old,
                               GError **error);

/** weir_cut_hint_forget: all but what is refused. */
void weir_cut_hint_forget (WeirCutHint *hint);
/** weir_cut_plan_suggest: fills @hint by what it has refused. */
void weir_cut_plan_suggest (const WeirCutPlan *plan, WeirCutHint *hint);
