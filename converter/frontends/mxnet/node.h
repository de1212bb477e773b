#pragma once

#include "mxnet.h"

typedef struct _MxNode MxNode;

/**
 * MxRow:
 * @op: operation of MXNet; a row without one ends a table
 * @convert: builds it; returns output 0, or nothing where mx_out() has set it
 * @ir: (nullable): for conversions that serve several rows: the IR's operation
 */
typedef struct {
  const char *op;
  WeirPort (*convert) (MxNode *n);
  const char *ir;
} MxRow;

/**
 * MxNode:
 * @make: where its nodes are added, under its name
 * @given: (nullable): what it reads in place of its own inputs
 *
 * One node and what its conversion works with. All functions accept that an earlier call
 * has failed.
 */
struct _MxNode {
  WeirMake make;
  MxImport *import;
  MxEntry *entry;
  const MxRow *row;
  const WeirPort *given;
  guint n_given;
};

guint mx_n_inputs (const MxNode *n);
/** mx_in: input @index, which must be given. */
WeirPort mx_in (MxNode *n, guint index);
/** mx_in_rank: the same; where it is an input of the network whose shape nobody has told,
 * it gets @rank dimensions. */
WeirPort mx_in_rank (MxNode *n, guint index, int rank);
/** mx_array: input @index; up to 0.8 none, but the array that is called as the node is,
 * with @suffix. */
WeirPort mx_array (MxNode *n, guint index, const char *suffix);
void mx_out (MxNode *n, guint index, WeirPort port);

/* Attributes: texts, as Python prints values. */

/** mx_attr: (nullable): %NULL where it is not given or None. */
const char *mx_attr (const MxNode *n, const char *name);
gint64 mx_int (MxNode *n, const char *name, gint64 fallback);
double mx_float (MxNode *n, const char *name, double fallback);
gboolean mx_bool (MxNode *n, const char *name, gboolean fallback);
const char *mx_string (const MxNode *n, const char *name, const char *fallback);
/** mx_ints: "(2, 3)", "[2, 3]" or "2": at most WEIR_MAX_RANK numbers; None in a list is
 * G_MININT64. Returns: how many; 0 where it is not given. */
guint mx_ints (MxNode *n, const char *name, gint64 values[WEIR_MAX_RANK]);
/** mx_floats: the same for numbers with fractions, at most @max. */
guint mx_floats (MxNode *n, const char *name, double *values, guint max);
/** mx_attr_dtype: "float32", …; @fallback where it is not given. */
WeirDtype mx_attr_dtype (MxNode *n, const char *name, WeirDtype fallback);

/* table.c */

/** mx_row_find: (nullable): how @op is converted. */
const MxRow *mx_row_find (const char *op);
const char *const *mx_op_names (guint *count);

/* offload.c */

/** mx_offload_may: whether the user lets MXNet run what is not converted. */
gboolean mx_offload_may (const MxNode *n);
/** mx_offload_convert: makes the node an Offload; returns output 0. */
WeirPort mx_offload_convert (MxNode *n);

/* node.c */

/** mx_op: its operation; of one of Python's CustomOp, what that is called. */
const char *mx_op (const MxEntry *entry);
/** mx_known_port: output @index of what has been converted, or no port. */
WeirPort mx_known_port (const MxEntry *entry, guint index);
/** mx_entry_bind: what @entry, an input of a symbol within a node, stands for. */
void mx_entry_bind (MxEntry *entry, WeirPort port);
/** mx_break: nothing of what reads @entry can be converted. */
void mx_break (MxEntry *entry);
/** mx_node_convert: adds node @index to the graph, or to what is unsupported. */
gboolean mx_node_convert (MxImport *import, guint index, GError **error);
/** mx_node_call: what operation @op makes of @inputs, with the attributes of @n. */
WeirPort mx_node_call (MxNode *n, const char *op, const WeirPort *inputs, guint count);
/** mx_read: the value that @ref names; an input of the network is made when it is read,
 * with @rank dimensions unless it tells its shape. */
const MxValue *mx_read (MxImport *import, const MxRef *ref, int rank, GError **error);
