#pragma once

#include "frontends/capture.h"
#include "frontends/frontend.h"
#include "frontends/make.h"
#include "frontends/wire.h"
#include "paddle.pb-c.h"

/**
 * SECTION: paddle
 *
 * What the files of this room share. A model is a program, blocks of operations that run
 * in their order and read and write variables by name, and a file of its parameters.
 */

/**
 * PdValue:
 * @port: where it stands in the graph; none for an array without elements
 * @broken: an operation that could not be converted would have written it
 * @is_array: a list of tensors: its elements along a new first dimension
 */
typedef struct {
  WeirPort port;
  gboolean broken, is_array;
} PdValue;

/**
 * PdImport:
 * @params: name -> WeirTensor
 * @vars: name -> VarDesc, of all blocks
 */
typedef struct {
  const WeirFrontendInput *input;
  const Paddle__ProgramDesc *program;
  GHashTable *params, *vars;
  GPtrArray *unsupported;
} PdImport;

/**
 * PdScope:
 * @outer: (nullable): the block around this one
 * @builder: of the graph that its operations go into
 * @values: name -> PdValue
 * @captures: #WeirCapture
 *
 * A block on its way into a graph.
 */
typedef struct _PdScope PdScope;
struct _PdScope {
  PdImport *import;
  PdScope *outer;
  WeirBuilder *builder;
  GHashTable *values;
  GArray *captures;
  guint depth;
};

/* params.c */

/** pd_dtype: the element type of a VarType.Type; unknown where Weir has none. */
WeirDtype pd_dtype (gint64 type);
/** pd_is_param: whether @var is a tensor that the file of parameters holds. */
gboolean pd_is_param (const Paddle__VarDesc *var);
/** pd_params_read: fills @import->params, from one file or one file a parameter. */
gboolean pd_params_read (PdImport *import, GError **error);

/* scope.c */

void pd_scope_init (PdScope *scope, PdImport *import, PdScope *outer,
                    WeirBuilder *builder);
void pd_scope_clear (PdScope *scope);
/** pd_scope_set: @name stands for @value from now on. */
void pd_scope_set (PdScope *scope, const char *name, PdValue value);
/** pd_scope_find: what @name stands for, here or further out; %NULL in @found where
 * nothing has written it. */
gboolean pd_scope_find (PdScope *scope, const char *name, const PdValue **found,
                        GError **error);
/** pd_scope_has: the same question, without reading anything. */
gboolean pd_scope_has (const PdScope *scope, const char *name);
/** pd_var_shape: what the program says of @name: its type and shape, for arrays those of
 * an element; %FALSE where it says nothing. */
gboolean pd_var_shape (const PdImport *import, const char *name, WeirDtype *dtype,
                       WeirShape *shape);

/* block.c */

/** pd_block_find: (nullable): block @index of the program. */
const Paddle__BlockDesc *pd_block_find (const PdImport *import, gint64 index);
/** pd_block_run: converts those operations of @block that one of the names in @wanted
 * depends on. */
gboolean pd_block_run (PdScope *scope, const Paddle__BlockDesc *block, GHashTable *wanted,
                       GError **error);
/** pd_is_feed, pd_is_fetch: operations that hand inputs in and outputs out. */
gboolean pd_is_feed (const Paddle__OpDesc *op);
gboolean pd_is_fetch (const Paddle__OpDesc *op);
/** pd_op_var: (nullable): argument @index of a parameter among @vars. */
const char *pd_op_var (Paddle__OpVar **vars, gsize n_vars, const char *parameter,
                       guint index);
