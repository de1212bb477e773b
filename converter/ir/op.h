#pragma once

#include "attr.h"
#include "op-extension.h"
#include "tensor.h"

WEIR_BEGIN_DECLS

typedef struct _WeirNode WeirNode;
typedef struct _WeirState WeirState;

/**
 * WeirPartial:
 * @mask: bit i says whether element i is known
 * @values: the elements; those that are not known mean nothing
 *
 * What is known of a short list of integers whose other elements are not: a shape with an
 * open batch on its way through a shape calculation.
 */
typedef struct {
  guint8 mask;
  gint64 values[WEIR_MAX_RANK];
} WeirPartial;

/**
 * WeirValueInfo:
 * @dtype: element type, or unknown
 * @shape: shape, with unknown dimensions
 * @value: (nullable): the contents, where they are known without running the network
 * @partial: what is known of them where @value is not
 */
typedef struct {
  WeirDtype dtype;
  WeirShape shape;
  WeirTensor *value;
  WeirPartial partial;
} WeirValueInfo;

/**
 * WeirInfer:
 *
 * What an operation's `infer` works on: it reads @inputs and fills @outputs, which start
 * as unknown. The values of inputs are borrowed.
 */
typedef struct {
  WeirNode *node;
  const WeirValueInfo *inputs;
  guint n_inputs;
  WeirValueInfo *outputs;
  guint n_outputs;
} WeirInfer;

/**
 * WeirEval:
 *
 * What an operation's `evaluate` works on. All inputs are there, and `infer` has accepted
 * just these types, shapes and contents (but for operations with bodies). Each output is
 * made by weir_eval_output() or weir_eval_inferred().
 * @infer: the inputs as `infer` has seen them: all values known
 * @infos: what it says of the outputs: static shapes, unless they depend on contents that
 * it does not look at
 */
typedef struct {
  const WeirNode *node;
  WeirTensor *const *inputs;
  guint n_inputs;
  const WeirInfer *infer;
  const WeirValueInfo *infos;
  WeirTensor **outputs;
  guint n_outputs;
  WeirState *state; /* (nullable): variables of a network with memory */
} WeirEval;

/**
 * WeirOpFlags:
 * @WEIR_OP_UNARY: element by element, one input, same shape and type
 * @WEIR_OP_BINARY: element by element with NumPy's broadcasting
 * @WEIR_OP_STATEFUL: must run at each inference (variables, random numbers): never folded
 * @WEIR_OP_BODY: has sub-graphs
 * @WEIR_OP_LATE: runs after all that does not wait for it: a variable is read before it
 * is assigned
 */
typedef enum {
  WEIR_OP_UNARY = 1 << 0,
  WEIR_OP_BINARY = 1 << 1,
  WEIR_OP_STATEFUL = 1 << 2,
  WEIR_OP_BODY = 1 << 3,
  WEIR_OP_LATE = 1 << 4,
} WeirOpFlags;

#define WEIR_ANY_NUMBER   255
#define WEIR_MAX_VERSIONS 8

/**
 * WeirOp:
 * @name: OpenVINO's name of the operation
 * @xml_type: (nullable): the `type` in the IR where the tools spell it otherwise
 * @versions: operation sets in which it changed, ascending, ended by 0: { 1, 8 }
 * @preferred: the version that new nodes get; 0 means the first
 * @min_inputs, @max_inputs: arity; %WEIR_ANY_NUMBER has no bound
 * @outputs: number of outputs; %WEIR_ANY_NUMBER where it depends on the node
 * @outputs_since: (optional): the first version with all @outputs; older ones have one
 * @moves: bit i says that elements of input i come out as they are and never say where:
 *   what is known of shapes is followed through these
 * @flags: #WeirOpFlags
 * @attrs: attribute rows, ended by a row without a name; may be %NULL
 * @summary: one line for `weir ops --describe`
 * @infer: element types and shapes of the outputs
 * @evaluate: (nullable): the plain reference implementation
 * @extension: (nullable): where it is none of Weir's own
 *
 * An operation is this one declaration. Reading, writing, validation, defaults and docs
 * follow from the rows.
 */
typedef struct {
  const char *name;
  const char *xml_type;
  guint8 versions[WEIR_MAX_VERSIONS];
  guint8 preferred;
  guint8 min_inputs;
  guint8 max_inputs;
  guint8 outputs;
  guint8 outputs_since;
  guint8 moves;
  guint flags;
  const WeirAttrRow *attrs;
  const char *summary;
  gboolean (*infer) (WeirInfer *infer, GError **error);
  gboolean (*evaluate) (WeirEval *eval, GError **error);
  const WeirOpExtension *extension;
} WeirOp;

/** WEIR_OP_DEFINE: declares an operation; the table of all is generated from these. */
#define WEIR_OP_DEFINE(id) const WeirOp weir_op_##id

/** weir_op_find: (nullable): by name or XML type, without regard to case; Weir's own,
 * then those of extensions. */
const WeirOp *weir_op_find (const char *name);
/** weir_op_table: all of Weir's own, sorted by name; @count tells how many. */
const WeirOp *const *weir_op_table (guint *count);
/** weir_op_extensions: (transfer container) (element-type WeirOp): those of extensions,
 * sorted by name. */
GPtrArray *weir_op_extensions (void);
/** weir_op_has_version: whether operation set @version holds a definition of @op; a
 * version between two of its own means the older one. */
gboolean weir_op_has_version (const WeirOp *op, guint version);
/** weir_op_n_outputs: number of outputs of a node of @version, or %WEIR_ANY_NUMBER. */
guint weir_op_n_outputs (const WeirOp *op, guint version);
/** weir_op_n_attrs: number of attribute rows. */
guint weir_op_n_attrs (const WeirOp *op);
/** weir_attr_row_in: whether @row exists in @version of its operation. */
gboolean weir_attr_row_in (const WeirAttrRow *row, guint version);

/* For `infer`. */

/** weir_infer_set: type and shape of output @port. Returns %TRUE. */
gboolean weir_infer_set (WeirInfer *infer, guint port, WeirDtype dtype,
                         const WeirShape *shape);
/** weir_infer_same: output 0 is like input 0. */
gboolean weir_infer_same (WeirInfer *infer, GError **error);
/** weir_infer_broadcast: output 0 is the NumPy broadcast of inputs 0 and 1. */
gboolean weir_infer_broadcast (WeirInfer *infer, GError **error);
/** weir_infer_ints: (nullable): the elements of a known integer input of at most
 * %WEIR_MAX_RANK * 2 elements into @values, their number into @count; %FALSE if unknown.
 */
gboolean weir_infer_ints (const WeirInfer *infer, guint port, gint64 *values,
                          gsize *count);

/* For `evaluate`. */

/** weir_eval_output: makes output @port; @shape must be static. */
WeirTensor *weir_eval_output (WeirEval *eval, guint port, WeirDtype dtype,
                              const WeirShape *shape, GError **error);
/** weir_eval_inferred: makes output @port as `infer` has found it for these inputs. */
WeirTensor *weir_eval_inferred (WeirEval *eval, guint port, GError **error);

WEIR_END_DECLS
