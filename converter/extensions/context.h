#pragma once

#include "ir/registry.h"
#include "weir-extension-graph.h"

/* What stands behind the handles that a library gets, and the functions of the host. */

typedef enum { EXT_INFER = 1, EXT_EVALUATE, EXT_TRANSLATE } ExtKind;

/**
 * WeirExtensionContext:
 * @error: (nullable): the first failure
 * @node: the operation's node; %NULL in a translation
 * @infer: (nullable): in `infer`
 * @eval: (nullable): in `evaluate`
 * @foreign, @builder: (nullable): in a translation
 * @kept: (element-type WeirAttr): what was handed out and goes when the call returns
 */
struct _WeirExtensionContext {
  ExtKind kind;
  GError *error;
  const WeirNode *node;
  WeirInfer *infer;
  WeirEval *eval;
  const WeirForeignNode *foreign;
  WeirBuilder *builder;
  GPtrArray *kept;
};

/** ExtOp: an operation that was registered, with all that it points to. */
typedef struct {
  WeirOp op;
  WeirOpExtension extension;
  WeirOpKernel kernel;
  WeirExtensionCallback infer, evaluate;
  void *user_data;
} ExtOp;

/** ExtRows: how a translation without a callback fills attributes; @rows is ended by one
 * without @to, or %NULL for those of the same name. */
typedef struct {
  char *target;
  WeirExtensionAttrRow *rows;
  WeirExtensionCallback translate;
  void *user_data;
} ExtRows;

extern const WeirExtensionHost ext_host;
extern const WeirExtensionGraph ext_graph;

/** ext_fail: records the first failure. Returns %FALSE. */
gboolean ext_fail (WeirExtensionContext *c, int code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/** ext_is: whether @c is in a call of one of @kinds, bits 1 << #ExtKind; else a failure
 * that names @function. */
gboolean ext_is (WeirExtensionContext *c, guint kinds, const char *function);
/** ext_call: runs a callback; an error where it failed or did what it may not. */
gboolean ext_call (WeirExtensionContext *c, WeirExtensionCallback callback,
                   void *user_data, GError **error);

/** ext_dtype: Weir's element type; unknown for what is none. */
WeirDtype ext_dtype (WeirExtensionType type);
WeirExtensionType ext_type (WeirDtype dtype);
/** ext_shape: a shape that a library gives, checked. */
gboolean ext_shape (const WeirExtensionShape *from, WeirShape *shape, GError **error);
void ext_put_shape (const WeirShape *from, WeirExtensionShape *shape);

/* call.c: what an operation runs. */
gboolean ext_infer (WeirInfer *infer, GError **error);
gboolean ext_evaluate (WeirEval *eval, GError **error);
/* translate.c: what a translation runs. */
void ext_translate (const WeirTranslation *translation, const WeirForeignNode *node,
                    WeirBuilder *builder);

/** ext_value: the handle of a port of the graph in the making. */
WeirExtensionValue ext_value (WeirPort port);
/** ext_port: what @value is; no port where the graph has none. */
WeirPort ext_port (const WeirExtensionContext *c, WeirExtensionValue value);

/* node.c */

/** ext_node_begin: a node of any operation that has inputs and no bodies. Returns:
 * (nullable): %NULL after a failure, which the builder tells. */
WeirNode *ext_node_begin (WeirBuilder *builder, const char *op, const char *name,
                          const WeirPort *inputs, guint n_inputs, guint n_outputs);
/** ext_node_row: the place of attribute @name among the rows of @node, or -1 and a
 * failure. */
int ext_node_row (WeirBuilder *builder, const WeirNode *node, const char *name);
/** ext_node_set: attribute @row by text. */
gboolean ext_node_set (WeirBuilder *builder, WeirNode *node, guint row, const char *text);
/** ext_node_take: gives @outputs those of @node, which must have as many; after
 * weir_build_end(). */
gboolean ext_node_take (WeirBuilder *builder, const WeirNode *node, WeirPort *outputs,
                        guint n_outputs);

/* attributes.c, values.c, build.c, register.c: functions of the host; see
 * weir-extension.h */
bool ext_attr_int (WeirExtensionContext *c, const char *name, int64_t *value);
bool ext_attr_float (WeirExtensionContext *c, const char *name, double *value);
const char *ext_attr_string (WeirExtensionContext *c, const char *name);
const int64_t *ext_attr_ints (WeirExtensionContext *c, const char *name, size_t *n);
const double *ext_attr_floats (WeirExtensionContext *c, const char *name, size_t *n);
uint32_t ext_n_inputs (WeirExtensionContext *c);
uint32_t ext_n_outputs (WeirExtensionContext *c);
bool ext_input_type (WeirExtensionContext *c, uint32_t index, WeirExtensionType *type,
                     WeirExtensionShape *shape);
const void *ext_input_data (WeirExtensionContext *c, uint32_t index, size_t *bytes);
bool ext_set_output_type (WeirExtensionContext *c, uint32_t index, WeirExtensionType type,
                          const WeirExtensionShape *shape);
void *ext_output_data (WeirExtensionContext *c, uint32_t index,
                       const WeirExtensionShape *shape, size_t *bytes);
const char *ext_node_name (WeirExtensionContext *c);
WeirExtensionValue ext_input (WeirExtensionContext *c, uint32_t index);
WeirExtensionValue ext_add_constant (WeirExtensionContext *c, WeirExtensionType type,
                                     const WeirExtensionShape *shape, const void *data,
                                     size_t bytes);
bool ext_add_node (WeirExtensionContext *c, const char *op,
                   const WeirExtensionValue *inputs, uint32_t n_inputs,
                   const char *const *attrs, WeirExtensionValue *outputs,
                   uint32_t n_outputs);
bool ext_set_output (WeirExtensionContext *c, uint32_t index, WeirExtensionValue value);
bool ext_add_op (const WeirExtensionOp *op);
bool ext_add_translation (const WeirExtensionTranslation *translation);
void ext_register_fail (const char *message);
