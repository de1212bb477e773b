#pragma once

#include "frontends/frontend.h"
#include "frontends/make.h"
#include "frontends/proto/tensorflow.pb-c.h"
#include "frontends/wire.h"

/**
 * SECTION: tensorflow
 *
 * What the files of this room share. A graph of TensorFlow is a list of nodes that name
 * each other; it is converted from its outputs backwards, so that what training left
 * behind is not looked at. The result keeps TensorFlow's order of dimensions; operations
 * that the IR defines for channels-first stand between Transposes.
 */

/**
 * TfFile:
 * @bytes: what was unpacked; `bytes` fields point into it
 * @budget: what reading it may take
 *
 * One protobuf message, whatever it was read from.
 */
typedef struct {
  GBytes *bytes;
  WeirWire *wire;
  WeirBudget budget;
} TfFile;

/**
 * TfImport:
 * @file: where the graph's nodes come from
 * @functions: name -> FunctionDef
 * @checkpoint: (nullable): the values of variables
 * @names: the names of nodes made so far
 * @converted: nodes so far, functions unfolded
 */
typedef struct {
  const WeirFrontendInput *input;
  TfFile *file;
  GHashTable *functions;
  struct _TfCheckpoint *checkpoint;
  GPtrArray *unsupported;
  GStringChunk *names;
  guint converted;
} TfImport;

/**
 * TfValue:
 * @port: where it stands in the graph
 * @broken: a node that could not be converted would have written it
 */
typedef struct {
  WeirPort port;
  gboolean broken;
} TfValue;

#define TF_NO_VALUE ((TfValue){ .port = WEIR_PORT_NONE })

/**
 * TfEntry:
 * @outputs: TfValue: what it has written so far
 * @n_outputs: those that others name
 * @number, @tensor: as a node of the plan of cuts, and its first output as a tensor there
 * @piece: (nullable): how it is converted, where that is not as its operation
 *
 * A node of a scope.
 */
typedef struct {
  const Tf__NodeDef *proto;
  GArray *outputs;
  int state;
  guint n_outputs, number, tensor;
  const struct _TfPiece *piece;
} TfEntry;

typedef struct _TfCut TfCut;

/**
 * TfScope:
 * @nodes: name -> TfEntry
 * @arguments: name -> TfValue, of a function's body
 * @function: (nullable): the function whose body this is
 * @given: (nullable): the attributes of the call, for those that the body leaves open
 * @prefix: (nullable): of the names of nodes, "call"
 * @depth: of functions that call each other
 * @cut: (nullable): what of the graph is needed; functions are never cut
 *
 * A graph or the body of a function on its way into @builder's graph.
 */
typedef struct _TfScope {
  TfImport *import;
  WeirBuilder *builder;
  GHashTable *nodes;
  GHashTable *arguments;
  const Tf__FunctionDef *function;
  Tf__AttrEntry **given;
  gsize n_given;
  const char *prefix;
  guint depth;
  TfCut *cut;
} TfScope;

/** TfRef: what an input of a node names: output @index of @entry, or an argument. */
typedef struct {
  TfEntry *entry;
  const TfValue *argument;
  guint index;
} TfRef;

/* file.c */

/** tf_file_read: @bytes as a message of @type, binary or text. @file is to be cleared, on
 * failure too. */
gboolean tf_file_read (TfFile *file, GBytes *bytes,
                       const ProtobufCMessageDescriptor *type, gboolean is_text,
                       GError **error);
void tf_file_clear (TfFile *file);

/* scope.c */

void tf_scope_init (TfScope *scope, TfImport *import, WeirBuilder *builder);
void tf_scope_clear (TfScope *scope);
/** tf_scope_add: nodes by their names, each once. */
gboolean tf_scope_add (TfScope *scope, Tf__NodeDef **nodes, gsize n_nodes,
                       GError **error);
/** tf_scope_value: what @text ("node", "node:1", in functions "node:output:0") names,
 * after converting all that it depends on; %NULL after a failure. */
const TfValue *tf_scope_value (TfScope *scope, const char *text, GError **error);
/** tf_scope_input: what @entry reads at its input @port, which names @text; else as
 * tf_scope_value(). */
const TfValue *tf_scope_input (TfScope *scope, const TfEntry *entry, guint port,
                               const char *text, GError **error);
/** tf_scope_forget: that @entry was converted. */
void tf_scope_forget (TfEntry *entry);
/** tf_scope_resolve: what @text names, converted or not. */
gboolean tf_scope_resolve (TfScope *scope, const char *text, TfRef *ref, GError **error);

/* graph.c */

/** TfWanted: an input or output: its name, and what that names in the graph, "node:0". */
typedef struct {
  char *name;
  char *ref;
} TfWanted;

/** tf_wanted_new: (transfer full) (element-type TfWanted): an empty list. */
GPtrArray *tf_wanted_new (void);
void tf_wanted_add (GPtrArray *list, const char *name, const char *ref);

/**
 * TfRequest:
 * @inputs: (nullable) (element-type TfWanted): names for placeholders
 * @outputs: (nullable) (element-type TfWanted): %NULL: what nobody reads
 *
 * What of a graph is wanted.
 */
typedef struct {
  GPtrArray *inputs, *outputs;
} TfRequest;

/** tf_graph_outputs: (transfer full) (element-type TfWanted): the nodes that no other
 * reads, in the order of the file. */
GPtrArray *tf_graph_outputs (const Tf__GraphDef *graph);
/** tf_graph_convert: (transfer full): @graph as a model. */
WeirModel *tf_graph_convert (TfImport *import, const Tf__GraphDef *graph,
                             const TfRequest *request, GError **error);

/* saved-model.c */

/** tf_saved_model_load: (transfer full): the directory of a SavedModel, in
 * @import->input's folder. */
WeirModel *tf_saved_model_load (TfImport *import, GError **error);
/** tf_saved_model_probe: how sure the files of @folder make it. */
int tf_saved_model_probe (const WeirFolder *folder);
/** tf_meta_graph_load: (transfer full): a MetaGraph that was read into @file; the
 * checkpoint lies beside it. */
WeirModel *tf_meta_graph_load (TfImport *import, TfFile *file, GError **error);

/* names.c */

/** tf_is_control: whether an input only says what comes first: "^node". */
gboolean tf_is_control (const char *text);
/** tf_split_name: (transfer full): the node's name in "node:1", "node:output:0".
 * @output: (out) (transfer full) (nullable): the name of an output argument
 * @index: (out): the number at the end; 0 where there is none */
char *tf_split_name (const char *text, char **output, guint *index);

/* tensor.c */

/** tf_dtype: (nullable): the element type of a DataType; unknown where Weir has none. */
WeirDtype tf_dtype (Tf__DataType type);
/** tf_dtype_name: "DT_FLOAT", … */
const char *tf_dtype_name (Tf__DataType type);
/** tf_shape: @proto may be %NULL: an unknown rank. */
gboolean tf_shape (const Tf__TensorShapeProto *proto, WeirShape *shape, GError **error);
/** tf_tensor_read: (transfer full): the contents of a tensor that the graph holds. */
WeirTensor *tf_tensor_read (TfFile *file, const Tf__TensorProto *proto, GError **error);
