#pragma once

#include "ir/tensor.h"

/**
 * SECTION: tensorflow-library
 *
 * The one door to TensorFlow's C API (tensorflow/c/c_api.h), which is loaded when the
 * user asks for it. Only what is used is declared, by TensorFlow's own names.
 */

typedef struct _TfGraph TfGraph;
typedef struct _TfOperation TfOperation;
typedef struct _TfDescription TfDescription;
typedef struct _TfStatus TfStatus;
typedef struct _TfTensor TfTensor;
typedef struct _TfSession TfSession;
typedef struct _TfOptions TfOptions;
typedef struct _TfImport TfImportOptions;
typedef struct _TfCLibrary TfCLibrary;

typedef struct {
  const void *data;
  gsize length;
  void (*destroy) (void *data, gsize length);
} TfBuffer;

typedef struct {
  TfOperation *operation;
  int index;
} TfOutput;

/** WeirTensorflow: the functions; those of the API by the names that they have there. */
typedef struct {
  const char *(*version) (void);
  TfStatus *(*new_status) (void);
  void (*delete_status) (TfStatus *status);
  int (*code) (const TfStatus *status);
  const char *(*message) (const TfStatus *status);
  TfBuffer *(*new_buffer) (const void *data, gsize length);
  void (*delete_buffer) (TfBuffer *buffer);
  TfGraph *(*new_graph) (void);
  void (*delete_graph) (TfGraph *graph);
  TfDescription *(*new_operation) (TfGraph *graph, const char *op, const char *name);
  void (*set_type) (TfDescription *description, const char *name, int type);
  void (*set_shape) (TfDescription *description, const char *name, const gint64 *dims,
                     int rank);
  TfOperation *(*finish_operation) (TfDescription *description, TfStatus *status);
  TfOperation *(*next_operation) (TfGraph *graph, gsize *position);
  const char *(*operation_type) (TfOperation *operation);
  int (*output_type) (TfOutput output);
  int (*shape_rank) (TfGraph *graph, TfOutput output, TfStatus *status);
  void (*shape_dims) (TfGraph *graph, TfOutput output, gint64 *dims, int rank,
                      TfStatus *status);
  TfImportOptions *(*new_import) (void);
  void (*delete_import) (TfImportOptions *import);
  void (*import_prefix) (TfImportOptions *import, const char *prefix);
  void (*import_input) (TfImportOptions *import, const char *name, int index,
                        TfOutput output);
  void (*import_output) (TfImportOptions *import, const char *name, int index);
  void (*import_graph) (TfGraph *graph, const TfBuffer *bytes,
                        const TfImportOptions *import, TfOutput *outputs, int n_outputs,
                        TfStatus *status);
  TfOptions *(*new_options) (void);
  void (*delete_options) (TfOptions *options);
  TfSession *(*new_session) (TfGraph *graph, const TfOptions *options, TfStatus *status);
  void (*close_session) (TfSession *session, TfStatus *status);
  void (*delete_session) (TfSession *session, TfStatus *status);
  void (*run) (TfSession *session, const TfBuffer *options, const TfOutput *inputs,
               TfTensor *const *values, int n_inputs, const TfOutput *outputs,
               TfTensor **results, int n_outputs, const TfOperation *const *targets,
               int n_targets, TfBuffer *metadata, TfStatus *status);
  TfTensor *(*new_tensor) (int type, const gint64 *dims, int rank, gsize size);
  void (*delete_tensor) (TfTensor *tensor);
  void *(*tensor_data) (const TfTensor *tensor);
  gsize (*tensor_size) (const TfTensor *tensor);
  int (*tensor_type) (const TfTensor *tensor);
  int (*tensor_rank) (const TfTensor *tensor);
  gint64 (*tensor_dim) (const TfTensor *tensor, int index);
  TfCLibrary *(*load_library) (const char *path, TfStatus *status);
} WeirTensorflow;

/** weir_tensorflow_open: (transfer none): loads the library at @path, or one that is
 * found where @path is %NULL; never unloaded. */
const WeirTensorflow *weir_tensorflow_open (const char *path, GError **error);
/** weir_tensorflow: (nullable): the library that was loaded. */
const WeirTensorflow *weir_tensorflow (void);

/** weir_tensorflow_type: TensorFlow's number of an element type; 0 where it has none. */
int weir_tensorflow_type (WeirDtype dtype);
/** weir_tensorflow_dtype: the way back. */
WeirDtype weir_tensorflow_dtype (int type);
/** weir_tensorflow_check: whether @status tells no failure. */
gboolean weir_tensorflow_check (const WeirTensorflow *tf, const TfStatus *status,
                                GError **error);
