#pragma once

#include "paddle.h"

typedef struct _PdNode PdNode;

/**
 * PdRow:
 * @op: operation of PaddlePaddle; a row without one ends a table
 * @convert: builds it; returns what parameter @out gets, or nothing where pd_out() has
 *   set all outputs
 * @out: (nullable): "Out" where it is not given
 * @ir: (nullable): for conversions that serve several rows: the IR's operation
 */
typedef struct {
  const char *op;
  WeirPort (*convert) (PdNode *n);
  const char *out;
  const char *ir;
} PdRow;

/**
 * PdNode:
 * @make: where its nodes are added, under the name of its first output
 *
 * One operation and what its conversion works with. All functions accept that an earlier
 * call has failed.
 */
struct _PdNode {
  WeirMake make;
  PdScope *scope;
  const Paddle__OpDesc *op;
  const PdRow *row;
};

/** pd_n_in: how many arguments parameter @name has. */
guint pd_n_in (const PdNode *n, const char *name);
gboolean pd_has (const PdNode *n, const char *name);
/** pd_in: the argument of @name, which must be given. */
WeirPort pd_in (PdNode *n, const char *name);
WeirPort pd_in_at (PdNode *n, const char *name, guint index);
/** pd_ins: (transfer full): all arguments of @name, at least one. */
WeirPort *pd_ins (PdNode *n, const char *name, guint *count);
/** pd_value: (nullable): the argument of @name as it stands, a list of tensors too. */
const PdValue *pd_value (PdNode *n, const char *name);
void pd_out (PdNode *n, const char *name, WeirPort port);
void pd_out_at (PdNode *n, const char *name, guint index, WeirPort port);
guint pd_n_out (const PdNode *n, const char *name);
/** pd_out_rank: the rank that the program declares for the output @name; -1: none. */
int pd_out_rank (const PdNode *n, const char *name);

/* Attributes. */

gboolean pd_has_attr (const PdNode *n, const char *name);
gint64 pd_int (PdNode *n, const char *name, gint64 fallback);
double pd_float (PdNode *n, const char *name, double fallback);
gboolean pd_bool (PdNode *n, const char *name, gboolean fallback);
const char *pd_string (PdNode *n, const char *name, const char *fallback);
/** pd_ints: at most @max integers of @name. Returns: how many; 0 where it is not given.
 */
guint pd_ints (PdNode *n, const char *name, gint64 *values, guint max);
guint pd_floats (PdNode *n, const char *name, double *values, guint max);
/** pd_attr_dtype: the element type that a number stands for; @fallback where it is not
 * given or -1. */
WeirDtype pd_attr_dtype (PdNode *n, const char *name, WeirDtype fallback);
/** pd_attr_tensor: (transfer full) (nullable): the list @name as a vector of @dtype;
 * %NULL where it is not given or empty. */
WeirTensor *pd_attr_tensor (PdNode *n, const char *name, WeirDtype dtype);

/* Numbers that are attributes, or come from tensors. */

/** pd_vector: a vector of i64: parameter @tensor, else the elements @list, else the
 * attribute @attr. Names may be %NULL. */
WeirPort pd_vector (PdNode *n, const char *tensor, const char *list, const char *attr);
/** pd_known: the same, whose elements must be known. Returns: how many. */
guint pd_known (PdNode *n, const char *tensor, const char *list, const char *attr,
                gint64 *values);
/** pd_scalar: parameter @tensor as a scalar, else the attribute @attr or @fallback in the
 * type of @like. */
WeirPort pd_scalar (PdNode *n, const char *tensor, const char *attr, WeirPort like,
                    double fallback);

/* node.c */

/** pd_op_name: operations have no names: each is called as its first output. */
const char *pd_op_name (const Paddle__OpDesc *op);
/** pd_op_break: what @op writes could not be converted. */
void pd_op_break (PdScope *scope, const Paddle__OpDesc *op);
/** pd_node_convert: adds @op to the graph, or to what is unsupported. */
gboolean pd_node_convert (PdScope *scope, const Paddle__OpDesc *op, GError **error);

/* table.c */

/** pd_row_find: (nullable): how @op is converted. */
const PdRow *pd_row_find (const char *op);
const char *const *pd_op_names (guint *count);
