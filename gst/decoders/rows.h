#pragma once

#include "decoder.h"

/** GstWeirRows: a float output seen as a table: element (row, column) at
 * data[row * row_step + column * column_step]. */
typedef struct {
  const float *data;
  gsize rows, columns;
  gsize row_step, column_step;
} GstWeirRows;

static inline float
gst_weir_rows_at (const GstWeirRows *rows, gsize row, gsize column)
{
  return rows->data[row * rows->row_step + column * rows->column_step];
}

/** gst_weir_rows_init: @tensor is [..., rows, columns], or [..., columns, rows] when
 * @transposed; all other dimensions are 1. Only f32. */
gboolean gst_weir_rows_init (GstWeirRows *rows, const WeirTensor *tensor,
                             gboolean transposed, GError **error);
/** gst_weir_is_table: whether @info is f32 of [1.., rows, columns]; sizes of -1 match
 * all. */
gboolean gst_weir_is_table (const WeirPortInfo *info, gint64 rows, gint64 columns);
/** gst_weir_input_size: width and height of a picture input. */
void gst_weir_input_size (const WeirPortInfo *input, double *width, double *height);
/** gst_weir_sigmoid: without overflow. */
float gst_weir_sigmoid (float x);
/** gst_weir_add_box: appends a box given by its corners; NaN and scores below the
 * threshold are left out. (nullable): the object, to add key points to. */
GstWeirObject *gst_weir_add_box (GArray *objects, const GstWeirDecoderOptions *options,
                                 float x0, float y0, float x1, float y1, float score,
                                 int label_id);
