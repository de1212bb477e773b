#pragma once

#include "scope.h"

typedef struct _TfNode TfNode;

/**
 * TfRow:
 * @op: operation of TensorFlow; a row without one ends a table
 * @convert: builds it; returns output 0, or nothing where tf_out() has set it
 * @ir: (nullable): for conversions that serve several rows: the IR's operation
 * @outputs: (nullable): "values,indices": the names of its output arguments, by which
 *   functions call them; %NULL where there is one, or one list
 * @is_complex: whether it knows that complex numbers are a dimension of 2 at the end
 * @is_flow: it is the end of a loop or of branches, and looks at its inputs itself
 */
typedef struct {
  const char *op;
  WeirPort (*convert) (TfNode *n);
  const char *ir;
  const char *outputs;
  gboolean is_complex;
  gboolean is_flow;
} TfRow;

/**
 * TfNode:
 * @make: where its nodes are added, under its name
 * @inputs: those that are no control inputs
 *
 * One node and what its conversion works with. All functions accept that an earlier call
 * has failed.
 */
struct _TfNode {
  WeirMake make;
  TfScope *scope;
  TfEntry *entry;
  const Tf__NodeDef *proto;
  const TfRow *row;
  TfValue *inputs;
  guint n_inputs;
};

guint tf_n_inputs (const TfNode *n);
/** tf_in: input @index, which must be given. */
WeirPort tf_in (TfNode *n, guint index);
/** tf_value: (nullable): input @index, which may be a TensorArray; %NULL and a failure
 * where it is missing. */
const TfValue *tf_value (TfNode *n, guint index);
void tf_out (TfNode *n, guint index, WeirPort port);
/** tf_give: output @index, which may be a TensorArray. */
void tf_give (TfNode *n, guint index, const TfValue *value);
/** tf_break: says that nothing that reads the outputs can be converted. */
void tf_break (TfNode *n);

/* Attributes by name, as the node has them. */

/** tf_attr: (nullable): %NULL where it is not given. */
const Tf__AttrValue *tf_attr (const TfNode *n, const char *name);
gint64 tf_attr_int (const TfNode *n, const char *name, gint64 fallback);
double tf_attr_float (const TfNode *n, const char *name, double fallback);
gboolean tf_attr_bool (const TfNode *n, const char *name, gboolean fallback);
/** tf_attr_string: (transfer none): @fallback where it is not given. */
const char *tf_attr_string (TfNode *n, const char *name, const char *fallback);
/** tf_attr_ints: (nullable): the list, its length in @count. */
const gint64 *tf_attr_ints (const TfNode *n, const char *name, gsize *count);
/** tf_attr_dtype: of a type that must be given and that Weir must have. */
WeirDtype tf_attr_dtype (TfNode *n, const char *name);
/** tf_attr_shape: of a shape; unknown where it is not given. */
WeirShape tf_attr_shape (TfNode *n, const char *name);

/** tf_is_nhwc: whether attribute data_format says that channels stand last. */
gboolean tf_is_nhwc (TfNode *n);

/** tf_is_complex: whether it works with complex numbers. */
gboolean tf_is_complex (const TfNode *n);

/* table.c */

/** tf_row_find: (nullable): how @op is converted. */
const TfRow *tf_row_find (const char *op);
const char *const *tf_op_names (guint *count);

/* functions.c */

/** tf_function_of: (nullable): the function that @n calls: its own operation, or what
 * attribute "f" names. */
const Tf__FunctionDef *tf_function_of (const TfNode *n);
/** tf_function_named: (nullable): the function that attribute @name names. */
const Tf__FunctionDef *tf_function_named (const TfNode *n, const char *name);
/**
 * TfCall:
 * @function: what is called
 * @given: (nullable): attributes of the call
 * @builder: where its body is unfolded
 * @body: (nullable): the sub-graph that @builder builds
 */
typedef struct {
  const Tf__FunctionDef *function;
  const Tf__AttrValue *given;
  WeirBuilder *builder;
  TfBody *body;
} TfCall;

/** tf_function_run: unfolds the body of a function for @n. @outputs: (element-type
 * TfValue): what it returns is added. */
gboolean tf_function_run (TfNode *n, const TfCall *call, const TfValue *arguments,
                          guint n_arguments, GArray *outputs, GError **error);
/** tf_function_argument: which argument the function returns unchanged as its output
 * @index; -1 where it is none. */
int tf_function_argument (const Tf__FunctionDef *function, guint index);
/** tf_function_call: unfolds the body of @function where @n stands. */
gboolean tf_function_call (TfNode *n, const Tf__FunctionDef *function, GError **error);

/* node.c */

/** tf_node_convert: adds the node of @entry to the graph of @scope, or to what is
 * unsupported; all that it reads has been converted. */
gboolean tf_node_convert (TfScope *scope, TfEntry *entry, GError **error);
