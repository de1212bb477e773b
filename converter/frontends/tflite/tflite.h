#pragma once

#include "flatbuf.h"
#include "frontends/frontend.h"
#include "ir/build.h"
#include "schema.h"

/**
 * SECTION: tflite
 *
 * What the files of this room share. An operator is converted by the function of its row;
 * values are real numbers throughout: a quantised tensor is read through its scale and
 * zero point and written through a FakeQuantize. The graph keeps TensorFlow's order of
 * dimensions; operations that the IR defines for channels-first stand between Transposes.
 */

/** WeirTfliteFile: one model file. @variables: (nullable): of ops-variable.c; the main
 * sub-graph writes some if @variables_change; @initialising: they get first values. */
typedef struct {
  WeirSource *source;
  WeirFlat flat;
  WeirFlatTable model;
  WeirFlatVector codes, subgraphs, buffers;
  GPtrArray *unsupported;
  WeirCutHint *hint;
  GHashTable *variables;
  gboolean variables_change, initialising;
} WeirTfliteFile;

/**
 * WeirTfliteQuant:
 * @n: how many scales; 0: the tensor is not quantised
 * @axis: the dimension they belong to where there are several
 */
typedef struct {
  WeirFlatVector scales, zero_points;
  guint32 n;
  int axis;
} WeirTfliteQuant;

/**
 * WeirTfliteTensor:
 * @shape: with unknown dimensions where the file says so
 * @dtype: as it is stored; unknown where Weir has no such type
 * @data: contents; empty if there are none
 * @real_of: the constant whose real value this tensor is, or -1
 * @port: its real value in the graph; none until its operator has been converted
 * @variable: (nullable): whose handle it is
 */
typedef struct {
  char *name;
  WeirShape shape;
  WeirDtype dtype;
  gint32 type;
  WeirBytes data;
  WeirFlatTable sparsity;
  WeirTfliteQuant quant;
  gboolean is_constant, is_variable;
  gint32 real_of;
  WeirPort port;
  char *variable;
} WeirTfliteTensor;

typedef struct _WeirTfliteRow WeirTfliteRow;
typedef struct _WeirTfliteCut WeirTfliteCut;

/** WeirTfliteScope: a sub-graph of the file on its way into a graph. @cut: (nullable):
 * what of the main one is needed. */
typedef struct {
  WeirTfliteFile *file;
  WeirBuilder builder;
  WeirTfliteTensor *tensors;
  guint32 n_tensors;
  WeirFlatVector inputs, outputs, operators;
  guint depth;
  WeirTfliteCut *cut;
} WeirTfliteScope;

/**
 * WeirTfliteOp:
 * @options: its table of options; an absent one gives the defaults
 * @custom: the bytes of a custom operator's options
 * @called: what the file calls the operator
 * @name: of its first output
 * @names: names of nodes made so far, freed with the operator
 */
typedef struct {
  WeirTfliteScope *scope;
  WeirBuilder *builder;
  const WeirTfliteRow *row;
  WeirFlatTable options;
  WeirBytes custom;
  WeirFlatVector inputs, outputs;
  const char *called;
  const char *name;
  GPtrArray *names;
} WeirTfliteOp;

/** WeirTfliteConvert: returns output 0, or none where it has set the outputs itself. */
typedef WeirPort (*WeirTfliteConvert) (WeirTfliteOp *op);

/**
 * WeirTfliteRow:
 * @code: BuiltinOperator; custom operators are found by @name
 * @options: which table its options must be, or %OPTIONS_NONE where they do not matter
 * @ir: (nullable): for converters that serve several rows: the IR's operation
 * @flags: #WeirTfliteFlags
 */
struct _WeirTfliteRow {
  const char *name;
  guint16 code;
  guint8 options;
  guint8 flags;
  WeirTfliteConvert convert;
  const char *ir;
};

/**
 * WeirTfliteFlags:
 * @TFL_MOVES: only moves elements: an output quantised like the input needs no rounding
 * @TFL_BODIES: the first two options are indices of sub-graphs
 */
typedef enum { TFL_MOVES = 1 << 0, TFL_BODIES = 1 << 1 } WeirTfliteFlags;

/* table.c */

/** weir_tflite_op_names: of all rows, sorted. */
const char *const *weir_tflite_op_names (guint *count);
/** weir_tflite_scan: notes every operator that @main, the sub-graph 0, needs and that has
 * no row. */
gboolean weir_tflite_scan (WeirTfliteScope *main);
/** weir_tflite_row: (nullable): of the operator code @index; @name: (out) (transfer
 * full): what the file calls it. */
const WeirTfliteRow *weir_tflite_row (WeirTfliteFile *file, guint32 index, char **name);

/* subgraph.c */

/** weir_tflite_scope_open: reads the tensors of sub-graph @index. */
gboolean weir_tflite_scope_open (WeirTfliteScope *scope, WeirTfliteFile *file,
                                 guint32 index, WeirGraph *graph, guint depth,
                                 GError **error);
void weir_tflite_scope_close (WeirTfliteScope *scope);
/** weir_tflite_scope_convert: every operator; all inputs have their ports. */
gboolean weir_tflite_scope_convert (WeirTfliteScope *scope, GError **error);
/**
 * weir_tflite_call:
 * @graph: where the operators of sub-graph @index are added
 * @inputs: ports of @graph, one an input of the sub-graph
 * @outputs: (out): one an output
 */
gboolean weir_tflite_call (WeirTfliteScope *caller, guint32 index, WeirGraph *graph,
                           const WeirPort *inputs, guint n_inputs, WeirPort *outputs,
                           guint n_outputs, GError **error);
/** weir_tflite_value: the real value of tensor @index, which must be below n_tensors. */
WeirPort weir_tflite_value (WeirTfliteScope *scope, gint32 index);
/** weir_tflite_listed: (nullable): the tensor at place @at of a list of indices; what is
 * out of range is a fault. */
WeirTfliteTensor *weir_tflite_listed (WeirTfliteScope *scope, const WeirFlatVector *list,
                                      guint32 at);

/* tensor.c */

/** weir_tflite_tensors_read: all tensors of a sub-graph. */
gboolean weir_tflite_tensors_read (WeirTfliteScope *scope, const WeirFlatVector *tables);
/** weir_tflite_real: a stored value as real numbers, if it is quantised. */
WeirPort weir_tflite_real (WeirTfliteScope *scope, const WeirTfliteTensor *tensor,
                           WeirPort stored);
/** weir_tflite_stored: the reverse, for outputs. */
WeirPort weir_tflite_stored (WeirTfliteScope *scope, const WeirTfliteTensor *tensor,
                             WeirPort real);
/** weir_tflite_round: rounds real numbers to those that @tensor can hold. */
WeirPort weir_tflite_round (WeirTfliteScope *scope, const WeirTfliteTensor *tensor,
                            WeirPort real);
/** weir_tflite_densify: the contents of a tensor that stores them sparsely. */
WeirTensor *weir_tflite_densify (WeirTfliteFile *file, const WeirTfliteTensor *tensor,
                                 GError **error);
gboolean weir_tflite_same_quant (const WeirTfliteTensor *a, const WeirTfliteTensor *b);

/**
 * WeirTfliteOrder:
 * @order: the dimension of the file that stands at each place; @rank 0 leaves all in
 * place
 * @groups: 0, or the first dimension is split into so many and the rest
 * @ones: so many dimensions of 1 are added behind
 */
typedef struct {
  gint64 order[WEIR_MAX_RANK];
  int rank;
  gint64 groups;
  int ones;
} WeirTfliteOrder;

/** weir_tflite_order_shape: what becomes of @shape; @moved: (out): without groups, ones.
 */
gboolean weir_tflite_order_shape (const WeirShape *shape, const WeirTfliteOrder *order,
                                  WeirShape *moved, WeirShape *result, GError **error);
/** weir_tflite_constant: the real value of a constant tensor, its dimensions reordered.
 */
WeirPort weir_tflite_constant (WeirTfliteScope *scope, gint32 index,
                               const WeirTfliteOrder *order);
