#pragma once

#include "flatbuf-writer.h"
#include "frontends/tflite/schema.h"

/** Writes small TensorFlow Lite models for tests. */
typedef struct {
  FlatNode *codes, *buffers, *subgraphs, *tensors, *operators;
} TfliteWriter;

#define DIMS(...) \
  (const gint32[]){ __VA_ARGS__ }, sizeof ((gint32[]){ __VA_ARGS__ }) / sizeof (gint32)

void tflite_begin (TfliteWriter *writer);
/** Adds a tensor without contents. Returns its index. */
gint32 tflite_tensor (TfliteWriter *writer, const char *name, guint8 type,
                      const gint32 *dims, gsize rank);
/** Adds a constant tensor. */
gint32 tflite_constant (TfliteWriter *writer, const char *name, guint8 type,
                        const gint32 *dims, gsize rank, const void *data, gsize size);
/** Adds a quantised tensor, constant where @data is given. */
gint32 tflite_quantised (TfliteWriter *writer, const char *name, guint8 type,
                         const gint32 *dims, gsize rank, const void *data, gsize size,
                         const float *scales, const gint64 *zero_points, gsize n,
                         gint32 axis);
/** Adds an operator; @options may be %NULL. */
void tflite_op (TfliteWriter *writer, gint32 code, const gint32 *inputs, gsize n_inputs,
                const gint32 *outputs, gsize n_outputs, guint8 options_type,
                FlatNode *options);
/** Adds a custom operator. */
void tflite_custom (TfliteWriter *writer, const char *name, const gint32 *inputs,
                    gsize n_inputs, const gint32 *outputs, gsize n_outputs);
/** Ends a sub-graph; another one may be begun. */
void tflite_subgraph (TfliteWriter *writer, const gint32 *inputs, gsize n_inputs,
                      const gint32 *outputs, gsize n_outputs);
/** The model's table, to be added to and given to flat_finish(). */
FlatNode *tflite_model (TfliteWriter *writer);
/** Ends the only sub-graph. Returns the file. */
GBytes *tflite_end (TfliteWriter *writer, const gint32 *inputs, gsize n_inputs,
                    const gint32 *outputs, gsize n_outputs);
