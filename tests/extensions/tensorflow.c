#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The part of TensorFlow's C API that Weir uses, for tests: every graph has outputs of
 * the type and shape of its first input, and output i is the input times (i + 2). Graphs
 * that hold the word Broken are refused, and so are runs of those that hold Failing. */

#pragma GCC visibility push(default)

typedef struct {
  int code;
  const char *message;
} TF_Status;

typedef struct {
  const void *data;
  size_t length;
  void (*destroy) (void *data, size_t length);
} TF_Buffer;

typedef struct {
  const char *op;
  int type, rank;
  int64_t dims[8];
} TF_Operation;

typedef struct {
  TF_Operation *operation;
  int index;
} TF_Output;

typedef struct {
  TF_Operation operations[8];
  int count, is_failing;
} TF_Graph;

typedef struct {
  int n_outputs;
} TF_ImportGraphDefOptions;

typedef struct {
  int type, rank;
  int64_t dims[8];
  size_t size;
  float *data;
} TF_Tensor;

const char *
TF_Version (void)
{
  return "of tests";
}

TF_Status *
TF_NewStatus (void)
{
  return calloc (1, sizeof (TF_Status));
}

void
TF_DeleteStatus (TF_Status *status)
{
  free (status);
}

int
TF_GetCode (const TF_Status *status)
{
  return status->code;
}

const char *
TF_Message (const TF_Status *status)
{
  return status->message;
}

static void
fail (TF_Status *status, const char *message)
{
  status->code = 3;
  status->message = message;
}

TF_Buffer *
TF_NewBufferFromString (const void *data, size_t length)
{
  TF_Buffer *buffer = calloc (1, sizeof *buffer);

  buffer->data = data;
  buffer->length = length;
  return buffer;
}

void
TF_DeleteBuffer (TF_Buffer *buffer)
{
  free (buffer);
}

TF_Graph *
TF_NewGraph (void)
{
  return calloc (1, sizeof (TF_Graph));
}

void
TF_DeleteGraph (TF_Graph *graph)
{
  free (graph);
}

TF_Operation *
TF_NewOperation (TF_Graph *graph, const char *op, const char *name)
{
  TF_Operation *operation = &graph->operations[graph->count++];

  (void) name;
  operation->op = op;
  operation->rank = -1;
  return operation;
}

void
TF_SetAttrType (TF_Operation *operation, const char *name, int type)
{
  (void) name;
  operation->type = type;
}

void
TF_SetAttrShape (TF_Operation *operation, const char *name, const int64_t *dims, int rank)
{
  (void) name;
  operation->rank = rank;
  memcpy (operation->dims, dims, (size_t) rank * sizeof *dims);
}

TF_Operation *
TF_FinishOperation (TF_Operation *operation, TF_Status *status)
{
  (void) status;
  return operation;
}

TF_Operation *
TF_GraphNextOperation (TF_Graph *graph, size_t *position)
{
  return *position < (size_t) graph->count ? &graph->operations[(*position)++] : NULL;
}

const char *
TF_OperationOpType (TF_Operation *operation)
{
  return operation->op;
}

int
TF_OperationOutputType (TF_Output output)
{
  return output.operation->type;
}

int
TF_GraphGetTensorNumDims (TF_Graph *graph, TF_Output output, TF_Status *status)
{
  (void) graph;
  (void) status;
  return output.operation->rank;
}

void
TF_GraphGetTensorShape (TF_Graph *graph, TF_Output output, int64_t *dims, int rank,
                        TF_Status *status)
{
  (void) graph;
  (void) status;
  memcpy (dims, output.operation->dims, (size_t) rank * sizeof *dims);
}

TF_ImportGraphDefOptions *
TF_NewImportGraphDefOptions (void)
{
  return calloc (1, sizeof (TF_ImportGraphDefOptions));
}

void
TF_DeleteImportGraphDefOptions (TF_ImportGraphDefOptions *options)
{
  free (options);
}

void
TF_ImportGraphDefOptionsSetPrefix (TF_ImportGraphDefOptions *options, const char *prefix)
{
  (void) options;
  (void) prefix;
}

void
TF_ImportGraphDefOptionsAddInputMapping (TF_ImportGraphDefOptions *options,
                                         const char *name, int index, TF_Output output)
{
  (void) options;
  (void) name;
  (void) index;
  (void) output;
}

void
TF_ImportGraphDefOptionsAddReturnOutput (TF_ImportGraphDefOptions *options,
                                         const char *name, int index)
{
  (void) name;
  (void) index;
  options->n_outputs++;
}

static int
holds (const TF_Buffer *buffer, const char *word)
{
  const char *data = buffer->data;
  size_t length = strlen (word);

  for (size_t i = 0; i + length <= buffer->length; i++)
    if (memcmp (data + i, word, length) == 0)
      return 1;
  return 0;
}

void
TF_GraphImportGraphDefWithReturnOutputs (TF_Graph *graph, const TF_Buffer *buffer,
                                         const TF_ImportGraphDefOptions *options,
                                         TF_Output *outputs, int n_outputs,
                                         TF_Status *status)
{
  if (holds (buffer, "Broken") || options->n_outputs != n_outputs) {
    fail (status, "the graph is broken");
    return;
  }
  if (holds (buffer, "WriteFile"))
    TF_NewOperation (graph, "WriteFile", "w");
  graph->is_failing = holds (buffer, "Failing");
  for (int i = 0; i < n_outputs; i++)
    outputs[i] = (TF_Output){ &graph->operations[0], i };
}

void *
TF_NewSessionOptions (void)
{
  return malloc (1);
}

void
TF_DeleteSessionOptions (void *options)
{
  free (options);
}

TF_Graph *
TF_NewSession (TF_Graph *graph, const void *options, TF_Status *status)
{
  (void) options;
  (void) status;
  return graph;
}

void
TF_CloseSession (TF_Graph *session, TF_Status *status)
{
  (void) session;
  (void) status;
}

void
TF_DeleteSession (TF_Graph *session, TF_Status *status)
{
  (void) session;
  (void) status;
}

TF_Tensor *
TF_AllocateTensor (int type, const int64_t *dims, int rank, size_t size)
{
  TF_Tensor *tensor = calloc (1, sizeof *tensor);

  tensor->type = type;
  tensor->rank = rank;
  tensor->size = size;
  tensor->data = calloc (1, size + 1);
  memcpy (tensor->dims, dims, (size_t) rank * sizeof *dims);
  return tensor;
}

void
TF_DeleteTensor (TF_Tensor *tensor)
{
  free (tensor->data);
  free (tensor);
}

void *
TF_TensorData (const TF_Tensor *tensor)
{
  return tensor->data;
}

size_t
TF_TensorByteSize (const TF_Tensor *tensor)
{
  return tensor->size;
}

int
TF_TensorType (const TF_Tensor *tensor)
{
  return tensor->type;
}

int
TF_NumDims (const TF_Tensor *tensor)
{
  return tensor->rank;
}

int64_t
TF_Dim (const TF_Tensor *tensor, int index)
{
  return tensor->dims[index];
}

void
TF_SessionRun (TF_Graph *session, const TF_Buffer *options, const TF_Output *inputs,
               TF_Tensor *const *values, int n_inputs, const TF_Output *outputs,
               TF_Tensor **results, int n_outputs, const TF_Operation *const *targets,
               int n_targets, TF_Buffer *metadata, TF_Status *status)
{
  (void) options;
  (void) inputs;
  (void) n_inputs;
  (void) targets;
  (void) n_targets;
  (void) metadata;
  if (session->is_failing) {
    fail (status, "the run has failed");
    return;
  }
  for (int i = 0; i < n_outputs; i++) {
    const TF_Tensor *x = values[0];

    results[i] = TF_AllocateTensor (x->type, x->dims, x->rank, x->size);
    for (size_t k = 0; k < x->size / sizeof (float); k++)
      results[i]->data[k] = x->data[k] * (float) (outputs[i].index + 2);
  }
}

void *
TF_LoadLibrary (const char *path, TF_Status *status)
{
  (void) path;
  fail (status, "no library of operations");
  return NULL;
}
