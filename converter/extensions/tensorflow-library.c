#include "tensorflow-library.h"

#include "base/error.h"

#include <dlfcn.h>
#include <string.h>

#define VARIABLE "WEIR_TENSORFLOW_LIBRARY"

/* What the C library of TensorFlow is called, and what the Python wheel brings. */
static const char *const names[] = { "libtensorflow.so.2", "libtensorflow_cc.so.2",
                                     "libtensorflow.so" };

#define ROW(field, name)                   \
  {                                        \
    name, offsetof (WeirTensorflow, field) \
  }
static const struct {
  const char *name;
  gsize offset;
} symbols[] = {
  ROW (version, "TF_Version"),
  ROW (new_status, "TF_NewStatus"),
  ROW (delete_status, "TF_DeleteStatus"),
  ROW (code, "TF_GetCode"),
  ROW (message, "TF_Message"),
  ROW (new_buffer, "TF_NewBufferFromString"),
  ROW (delete_buffer, "TF_DeleteBuffer"),
  ROW (new_graph, "TF_NewGraph"),
  ROW (delete_graph, "TF_DeleteGraph"),
  ROW (new_operation, "TF_NewOperation"),
  ROW (set_type, "TF_SetAttrType"),
  ROW (set_shape, "TF_SetAttrShape"),
  ROW (finish_operation, "TF_FinishOperation"),
  ROW (next_operation, "TF_GraphNextOperation"),
  ROW (operation_type, "TF_OperationOpType"),
  ROW (output_type, "TF_OperationOutputType"),
  ROW (shape_rank, "TF_GraphGetTensorNumDims"),
  ROW (shape_dims, "TF_GraphGetTensorShape"),
  ROW (new_import, "TF_NewImportGraphDefOptions"),
  ROW (delete_import, "TF_DeleteImportGraphDefOptions"),
  ROW (import_prefix, "TF_ImportGraphDefOptionsSetPrefix"),
  ROW (import_input, "TF_ImportGraphDefOptionsAddInputMapping"),
  ROW (import_output, "TF_ImportGraphDefOptionsAddReturnOutput"),
  ROW (import_graph, "TF_GraphImportGraphDefWithReturnOutputs"),
  ROW (new_options, "TF_NewSessionOptions"),
  ROW (delete_options, "TF_DeleteSessionOptions"),
  ROW (new_session, "TF_NewSession"),
  ROW (close_session, "TF_CloseSession"),
  ROW (delete_session, "TF_DeleteSession"),
  ROW (run, "TF_SessionRun"),
  ROW (new_tensor, "TF_AllocateTensor"),
  ROW (delete_tensor, "TF_DeleteTensor"),
  ROW (tensor_data, "TF_TensorData"),
  ROW (tensor_size, "TF_TensorByteSize"),
  ROW (tensor_type, "TF_TensorType"),
  ROW (tensor_rank, "TF_NumDims"),
  ROW (tensor_dim, "TF_Dim"),
  ROW (load_library, "TF_LoadLibrary"),
};

/* DataType of tensorflow/core/framework/types.proto. */
static const struct {
  int type;
  WeirDtype dtype;
} types[] = {
  { 1, WEIR_DTYPE_F32 },  { 2, WEIR_DTYPE_F64 },   { 3, WEIR_DTYPE_I32 },
  { 4, WEIR_DTYPE_U8 },   { 5, WEIR_DTYPE_I16 },   { 6, WEIR_DTYPE_I8 },
  { 9, WEIR_DTYPE_I64 },  { 10, WEIR_DTYPE_BOOL }, { 14, WEIR_DTYPE_BF16 },
  { 17, WEIR_DTYPE_U16 }, { 19, WEIR_DTYPE_F16 },  { 22, WEIR_DTYPE_U32 },
  { 23, WEIR_DTYPE_U64 },
};

static WeirTensorflow library;
static gint is_loaded;

const WeirTensorflow *
weir_tensorflow (void)
{
  return g_atomic_int_get (&is_loaded) ? &library : NULL;
}

int
weir_tensorflow_type (WeirDtype dtype)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].dtype == dtype)
      return types[i].type;
  return 0;
}

WeirDtype
weir_tensorflow_dtype (int type)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].type == type)
      return types[i].dtype;
  return WEIR_DTYPE_UNKNOWN;
}

gboolean
weir_tensorflow_check (const WeirTensorflow *tf, const TfStatus *status, GError **error)
{
  return tf->code (status) == 0 || weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                                              "TensorFlow: %s", tf->message (status));
}

static void *
open_named (const char *path, GError **error)
{
  /* What has no slash would be looked for in the folders of the system. */
  g_autofree char *file =
      strchr (path, '/') != NULL ? g_strdup (path) : g_strconcat ("./", path, NULL);
  void *handle = dlopen (file, RTLD_NOW | RTLD_LOCAL);

  if (handle == NULL)
    weir_fail (error, WEIR_ERROR_IO, "not a library that can be loaded: %s", dlerror ());
  return handle;
}

/* What the environment names, else what the system knows. */
static void *
open_found (GError **error)
{
  const char *path = g_getenv (VARIABLE);
  void *handle = NULL;

  if (path != NULL && *path != '\0')
    return open_named (path, error);
  for (guint i = 0; handle == NULL && i < G_N_ELEMENTS (names); i++)
    handle = dlopen (names[i], RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL)
    weir_fail (error, WEIR_ERROR_UNSUPPORTED,
               "TensorFlow's C library (%s) was not found: name it by --extensions "
               "/path/%s or by " VARIABLE,
               names[0], names[0]);
  return handle;
}

const WeirTensorflow *
weir_tensorflow_open (const char *path, GError **error)
{
  void *handle = path != NULL ? open_named (path, error) : open_found (error);

  if (handle == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (symbols); i++) {
    void *symbol = dlsym (handle, symbols[i].name);

    if (symbol == NULL) {
      weir_fail (error, WEIR_ERROR_FORMAT,
                 "expected TensorFlow's C API, found no function %s", symbols[i].name);
      dlclose (handle);
      return NULL;
    }
    memcpy ((char *) &library + symbols[i].offset, &symbol, sizeof symbol);
  }
  g_atomic_int_set (&is_loaded, TRUE);
  return &library;
}
