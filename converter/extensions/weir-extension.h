#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * SECTION: weir-extension
 *
 * The border between Weir and a library of a user's own, which brings operations and
 * their translations from frameworks. The library exports weir_extension_register();
 * everything else goes through function pointers. Nothing of Weir's is linked.
 *
 * Ownership: what a library hands to Weir is copied, but callbacks and their user_data:
 * a library is never unloaded. What Weir hands out is valid until the callback returns,
 * the host as long as the process.
 * Threads: registration is on one thread; callbacks may be called from any, by several at
 * a time, for the same operation too. A context is for one thread at a time.
 * Errors: a callback that returns false has called `fail`; no C++ exception leaves it.
 */
#define WEIR_EXTENSION_ABI      1
#define WEIR_EXTENSION_MAX_RANK 8
#define WEIR_EXTENSION_ANY      255 /* as many inputs or outputs as a layer has */
/** WEIR_EXTENSION_HEADER: how each structure that is handed to Weir begins. */
#define WEIR_EXTENSION_HEADER(type) .abi = WEIR_EXTENSION_ABI, .size = sizeof (type)

typedef struct _WeirExtensionHost WeirExtensionHost;
typedef struct _WeirExtensionContext WeirExtensionContext; /* one call of a callback */
typedef struct _WeirExtensionGraph WeirExtensionGraph;     /* weir-extension-graph.h */

/** WeirExtensionType: element types; u4 and i4 are packed, the first in the low bits. */
typedef enum {
  WEIR_EXTENSION_UNKNOWN = 0,
  WEIR_EXTENSION_F64 = 1,
  WEIR_EXTENSION_F32 = 2,
  WEIR_EXTENSION_F16 = 3,
  WEIR_EXTENSION_BF16 = 4,
  WEIR_EXTENSION_I64 = 5,
  WEIR_EXTENSION_I32 = 6,
  WEIR_EXTENSION_I16 = 7,
  WEIR_EXTENSION_I8 = 8,
  WEIR_EXTENSION_I4 = 9,
  WEIR_EXTENSION_U64 = 10,
  WEIR_EXTENSION_U32 = 11,
  WEIR_EXTENSION_U16 = 12,
  WEIR_EXTENSION_U8 = 13,
  WEIR_EXTENSION_U4 = 14,
  WEIR_EXTENSION_BOOL = 15,
} WeirExtensionType;

/** WeirExtensionShape: @rank and dimensions that are not known are -1. */
typedef struct {
  int32_t rank;
  int64_t dims[WEIR_EXTENSION_MAX_RANK];
} WeirExtensionShape;

/** WeirExtensionValue: a value of the graph in the making; an @id of 0 is none. */
typedef struct {
  uint64_t id;
} WeirExtensionValue;

typedef enum {
  WEIR_EXTENSION_ATTR_INT = 1,
  WEIR_EXTENSION_ATTR_FLOAT = 2,
  WEIR_EXTENSION_ATTR_BOOL = 3,
  WEIR_EXTENSION_ATTR_STRING = 4,
  WEIR_EXTENSION_ATTR_INTS = 5,
  WEIR_EXTENSION_ATTR_FLOATS = 6,
  WEIR_EXTENSION_ATTR_DTYPE = 7,
} WeirExtensionAttrType;

/** WeirExtensionAttr: @fallback is the default, NULL where it is required; @range is
 * NULL, "low..high" (either may be missing) or the allowed words: "a|b". */
typedef struct {
  const char *name;
  WeirExtensionAttrType type;
  const char *fallback;
  const char *range;
} WeirExtensionAttr;

/** WeirExtensionCallback: false after `fail`. */
typedef bool (*WeirExtensionCallback) (const WeirExtensionHost *host,
                                       WeirExtensionContext *context, void *user_data);

/** WeirExtensionKernel: OpenCL C; its arguments are inputs, outputs, and each attribute
 * that is an int (long), bool (int) or float, in their order. @global and @local (may be
 * NULL) are one to three expressions, separated by commas, of numbers, + - * / ( ) and
 * the first output's elements n and dimensions d0 to d7: "d3, d2, d0*d1". */
typedef struct {
  uint32_t abi, size;
  const char *source, *entry, *global, *local;
} WeirExtensionKernel;

/**
 * WeirExtensionOp:
 * @version: what `version` says in the IR; NULL: "extension"
 * @max_inputs, @n_outputs: at most 254, or %WEIR_EXTENSION_ANY
 * @stateful: not a function of its inputs alone: never computed beforehand
 * @attrs: ended by a row without a name; may be NULL
 * @infer: sets type and shape of each output; NULL: all are like input 0
 * @evaluate: fills all outputs
 * @opencl: may be NULL
 */
typedef struct {
  uint32_t abi, size;
  const char *name, *version, *summary;
  uint32_t min_inputs, max_inputs, n_outputs;
  bool stateful;
  const WeirExtensionAttr *attrs;
  WeirExtensionCallback infer, evaluate;
  const WeirExtensionKernel *opencl;
  void *user_data;
} WeirExtensionOp;

/** WeirExtensionAttrRow: attribute @to gets the framework's attribute @from; where @from
 * is NULL or the node lacks it, the text @value; where that is NULL, its default. */
typedef struct {
  const char *to, *from, *value;
} WeirExtensionAttrRow;

/**
 * WeirExtensionTranslation:
 * @framework: "onnx", "tensorflow", "caffe", "mxnet", "kaldi", "tflite"
 * @domain: of the framework's operation @op; NULL for none; see weir-extension-graph.h
 * @target: the operation that it becomes, with the same inputs and outputs
 * @attrs: ended by a row without @to; NULL: all of @target, from those of the same name
 * @translate: in place of @target and @attrs: builds nodes
 */
typedef struct {
  uint32_t abi, size;
  const char *framework, *domain, *op, *target;
  const WeirExtensionAttrRow *attrs;
  WeirExtensionCallback translate;
  void *user_data;
} WeirExtensionTranslation;

/**
 * WeirExtensionHost:
 * @abi: %WEIR_EXTENSION_ABI of Weir: another one is not to be used
 * @size: bytes of this structure: newer ones have more at the end
 *
 * What a library calls. C is the context of the callback. Functions that return false or
 * NULL have set an error, unless their line says otherwise.
 */
struct _WeirExtensionHost {
  uint32_t abi, size;
  /* While registering. A library's things are added together, when it returns 0. */
  bool (*add_op) (const WeirExtensionOp *op);
  bool (*add_translation) (const WeirExtensionTranslation *translation);
  /* Says why a callback returns false; C is NULL while registering. */
  void (*fail) (WeirExtensionContext *c, const char *message);
  /* In every callback. Attributes: of the operation; of the framework's node in
   * `translate`, where false and NULL without an error say that it has none. Element
   * types are ints (#WeirExtensionType), booleans 0 or 1. */
  bool (*attr_int) (WeirExtensionContext *c, const char *name, int64_t *value);
  bool (*attr_float) (WeirExtensionContext *c, const char *name, double *value);
  const char *(*attr_string) (WeirExtensionContext *c, const char *name);
  const int64_t *(*attr_ints) (WeirExtensionContext *c, const char *name, size_t *n);
  const double *(*attr_floats) (WeirExtensionContext *c, const char *name, size_t *n);
  uint32_t (*n_inputs) (WeirExtensionContext *c);
  uint32_t (*n_outputs) (WeirExtensionContext *c);
  bool (*input_type) (WeirExtensionContext *c, uint32_t index, WeirExtensionType *type,
                      WeirExtensionShape *shape);
  /* Elements in row-major order; NULL without an error where they are not known yet. */
  const void *(*input_data) (WeirExtensionContext *c, uint32_t index, size_t *bytes);
  /* In `infer`. */
  bool (*set_output_type) (WeirExtensionContext *c, uint32_t index,
                           WeirExtensionType type, const WeirExtensionShape *shape);
  /* In `evaluate`: the zeroed memory of an output, and its number of bytes. @shape may be
   * NULL, for what `infer` has said; else it must agree with that. */
  void *(*output_data) (WeirExtensionContext *c, uint32_t index,
                        const WeirExtensionShape *shape, size_t *bytes);
  /* In `translate`. @attrs is NULL, or names and texts in turn, and NULL. */
  const char *(*node_name) (WeirExtensionContext *c);
  WeirExtensionValue (*input) (WeirExtensionContext *c, uint32_t index);
  WeirExtensionValue (*add_constant) (WeirExtensionContext *c, WeirExtensionType type,
                                      const WeirExtensionShape *shape, const void *data,
                                      size_t bytes);
  bool (*add_node) (WeirExtensionContext *c, const char *op,
                    const WeirExtensionValue *inputs, uint32_t n_inputs,
                    const char *const *attrs, WeirExtensionValue *outputs,
                    uint32_t n_outputs);
  bool (*set_output) (WeirExtensionContext *c, uint32_t index, WeirExtensionValue value);
  const WeirExtensionGraph *graph; /* in `translate` of a sub-graph, where @size has it */
};

/** weir_extension_register: to be exported. Returns: 0, or anything else after `fail`. */
#ifdef __GNUC__
__attribute__ ((visibility ("default")))
#endif
int
weir_extension_register (const WeirExtensionHost *host);

#ifdef __cplusplus
}
#endif
