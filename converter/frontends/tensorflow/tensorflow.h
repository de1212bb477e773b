#pragma once

#include "frontends/frontend.h"
#include "frontends/make.h"
#include "frontends/proto/tensorflow.pb-c.h"
#include "frontends/wire.h"

typedef struct _TfArray TfArray;

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
 * @graph_bytes: the encoded graph
 * @offload: (nullable): what TensorFlow shall run
 * @restored: variable -> its name in the checkpoint, where the graph tells
 * @names: the names of nodes made so far
 * @arrays: (element-type TfArray): made so far
 * @converted: nodes so far, functions unfolded
 * @tries: bodies of loops made so far
 * @asked: sub-graphs that wait for a value of the graph
 */
typedef struct {
  const WeirFrontendInput *input;
  TfFile *file;
  GHashTable *functions;
  struct _TfCheckpoint *checkpoint;
  GHashTable *restored;
  WeirBytes graph_bytes;
  struct _TfOffload *offload;
  GPtrArray *unsupported;
  GStringChunk *names;
  GPtrArray *arrays;
  guint converted, tries, asked;
} TfImport;

/**
 * TfValue:
 * @port: where it stands in the graph
 * @array: (nullable): it is a TensorArray or a list, and @port holds its elements, or
 *   is none as long as there are none
 * @broken: a node that could not be converted would have written it
 */
typedef struct {
  WeirPort port;
  const TfArray *array;
  gboolean broken;
} TfValue;

#define TF_NO_VALUE ((TfValue){ .port = WEIR_PORT_NONE })

/* file.c */

/** tf_file_read: @bytes as a message of @type, binary or text. @file is to be cleared, on
 * failure too. */
gboolean tf_file_read (TfFile *file, GBytes *bytes,
                       const ProtobufCMessageDescriptor *type, gboolean is_text,
                       GError **error);
void tf_file_clear (TfFile *file);
/** tf_file_bytes: all bytes of @file as they were unpacked. */
WeirBytes tf_file_bytes (const TfFile *file);

/* tensorboard.c */

/** tf_tensorboard_write: writes the graph where option tensorboard_logdir says, if it
 * does. */
gboolean tf_tensorboard_write (const TfImport *import, GError **error);

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

/** tf_graph_convert: (transfer full): @graph as a model. */
WeirModel *tf_graph_convert (TfImport *import, const Tf__GraphDef *graph,
                             const TfRequest *request, GError **error);

/* saved-model.c */

/** tf_saved_model_load: (transfer full): a SavedModel: the file that was given, which is
 * text where @is_text says so, or that of the directory; its variables lie in the folder.
 */
WeirModel *tf_saved_model_load (TfImport *import, gboolean is_text, GError **error);
/** tf_saved_model_probe: how sure the files of @folder make it. */
int tf_saved_model_probe (const WeirFolder *folder);
/** tf_meta_graph_load: (transfer full): a MetaGraph that was read into @file; the
 * checkpoint lies beside it. */
WeirModel *tf_meta_graph_load (TfImport *import, TfFile *file, GError **error);

/* restored.c */

/** tf_restored_names: (transfer full) (element-type utf8 utf8): variable -> the name
 * under which @graph, or a function of it, reads it from a checkpoint. */
GHashTable *tf_restored_names (const TfImport *import, const Tf__GraphDef *graph);

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
