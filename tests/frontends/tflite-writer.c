#include "tflite-writer.h"

#define PLACEHOLDER 127

void
tflite_begin (TfliteWriter *writer)
{
  *writer = (TfliteWriter){ flat_list (), flat_list (), flat_list (), flat_list (),
                            flat_list () };
  flat_append (writer->buffers, flat_table ());
}

static FlatNode *
tensor (const char *name, guint8 type, const gint32 *dims, gsize rank)
{
  FlatNode *table = flat_set (flat_table (), TENSOR_NAME, flat_string (name));

  flat_set_u8 (table, TENSOR_TYPE, type);
  return flat_set (table, TENSOR_SHAPE, flat_ints (dims, rank));
}

static void
set_buffer (TfliteWriter *writer, FlatNode *table, const void *data, gsize size)
{
  FlatNode *buffer = flat_set (flat_table (), BUFFER_DATA, flat_bytes (data, size));

  flat_set_i32 (table, TENSOR_BUFFER, (gint32) flat_append (writer->buffers, buffer));
}

gint32
tflite_tensor (TfliteWriter *writer, const char *name, guint8 type, const gint32 *dims,
               gsize rank)
{
  return (gint32) flat_append (writer->tensors, tensor (name, type, dims, rank));
}

gint32
tflite_constant (TfliteWriter *writer, const char *name, guint8 type, const gint32 *dims,
                 gsize rank, const void *data, gsize size)
{
  FlatNode *table = tensor (name, type, dims, rank);

  set_buffer (writer, table, data, size);
  return (gint32) flat_append (writer->tensors, table);
}

gint32
tflite_quantised (TfliteWriter *writer, const char *name, guint8 type, const gint32 *dims,
                  gsize rank, const void *data, gsize size, const float *scales,
                  const gint64 *zero_points, gsize n, gint32 axis)
{
  FlatNode *table = tensor (name, type, dims, rank), *quant = flat_table ();

  if (data != NULL)
    set_buffer (writer, table, data, size);
  flat_set (quant, QUANT_SCALE, flat_floats (scales, n));
  flat_set (quant, QUANT_ZERO_POINT, flat_longs (zero_points, n));
  flat_set_i32 (quant, QUANT_DIMENSION, axis);
  flat_set (table, TENSOR_QUANTIZATION, quant);
  return (gint32) flat_append (writer->tensors, table);
}

static void
add_operator (TfliteWriter *writer, FlatNode *code, const gint32 *inputs, gsize n_inputs,
              const gint32 *outputs, gsize n_outputs, guint8 options_type,
              FlatNode *options)
{
  FlatNode *table = flat_table ();

  flat_set_i32 (table, OPERATOR_CODE, (gint32) flat_append (writer->codes, code));
  flat_set (table, OPERATOR_INPUTS, flat_ints (inputs, n_inputs));
  flat_set (table, OPERATOR_OUTPUTS, flat_ints (outputs, n_outputs));
  flat_set_u8 (table, OPERATOR_OPTIONS_TYPE, options_type);
  flat_set (table, OPERATOR_OPTIONS, options);
  flat_append (writer->operators, table);
}

void
tflite_op (TfliteWriter *writer, gint32 code, const gint32 *inputs, gsize n_inputs,
           const gint32 *outputs, gsize n_outputs, guint8 options_type, FlatNode *options)
{
  FlatNode *table = flat_table ();

  flat_set_u8 (table, CODE_DEPRECATED_BUILTIN, (guint8) MIN (code, PLACEHOLDER));
  flat_set_i32 (table, CODE_BUILTIN, code);
  add_operator (writer, table, inputs, n_inputs, outputs, n_outputs, options_type,
                options);
}

void
tflite_custom (TfliteWriter *writer, const char *name, const gint32 *inputs,
               gsize n_inputs, const gint32 *outputs, gsize n_outputs)
{
  FlatNode *table = flat_set (flat_table (), CODE_CUSTOM, flat_string (name));

  flat_set_u8 (table, CODE_DEPRECATED_BUILTIN, BUILTIN_CUSTOM);
  add_operator (writer, table, inputs, n_inputs, outputs, n_outputs, 0, NULL);
}

void
tflite_subgraph (TfliteWriter *writer, const gint32 *inputs, gsize n_inputs,
                 const gint32 *outputs, gsize n_outputs)
{
  FlatNode *table = flat_table ();

  flat_set (table, SUBGRAPH_TENSORS, writer->tensors);
  flat_set (table, SUBGRAPH_INPUTS, flat_ints (inputs, n_inputs));
  flat_set (table, SUBGRAPH_OUTPUTS, flat_ints (outputs, n_outputs));
  flat_set (table, SUBGRAPH_OPERATORS, writer->operators);
  flat_append (writer->subgraphs, table);
  writer->tensors = flat_list ();
  writer->operators = flat_list ();
}

FlatNode *
tflite_model (TfliteWriter *writer)
{
  FlatNode *table = flat_table ();

  flat_free (writer->tensors);
  flat_free (writer->operators);
  flat_set_i32 (table, MODEL_VERSION, TFL_VERSION);
  flat_set (table, MODEL_OPERATOR_CODES, writer->codes);
  flat_set (table, MODEL_SUBGRAPHS, writer->subgraphs);
  return flat_set (table, MODEL_BUFFERS, writer->buffers);
}

GBytes *
tflite_end (TfliteWriter *writer, const gint32 *inputs, gsize n_inputs,
            const gint32 *outputs, gsize n_outputs)
{
  tflite_subgraph (writer, inputs, n_inputs, outputs, n_outputs);
  return flat_finish (tflite_model (writer), TFL_IDENTIFIER);
}
