#pragma once

#include "base/error.h"
#include "tflite.h"

/* What converters of operators are written with. All of it accepts that an earlier call
 * has failed, as the builder does. */

/** weir_tflite_has_input: whether the optional input @index is given. */
gboolean weir_tflite_has_input (const WeirTfliteOp *op, guint index);
/** weir_tflite_tensor: (nullable): the tensor at input @index; %NULL records an error. */
const WeirTfliteTensor *weir_tflite_tensor (WeirTfliteOp *op, guint index);
/** weir_tflite_output_tensor: (nullable): the same for an output. */
const WeirTfliteTensor *weir_tflite_output_tensor (WeirTfliteOp *op, guint index);
/** weir_tflite_input: the value at input @index. */
WeirPort weir_tflite_input (WeirTfliteOp *op, guint index);
/** weir_tflite_weights: the same with its dimensions reordered: at once where it is
 * constant, else by nodes. */
WeirPort weir_tflite_weights (WeirTfliteOp *op, guint index,
                              const WeirTfliteOrder *order);
/** weir_tflite_ints: the elements of an input that must be known, at most @max. */
gboolean weir_tflite_ints (WeirTfliteOp *op, guint index, gint64 *values, guint max,
                           guint *n);
/** weir_tflite_set_output: @port is output @index. */
void weir_tflite_set_output (WeirTfliteOp *op, guint index, WeirPort port);
/** weir_tflite_set_alias: output @index is the real value of the constant at @input. */
void weir_tflite_set_alias (WeirTfliteOp *op, guint index, guint input);
guint weir_tflite_n_inputs (const WeirTfliteOp *op);
guint weir_tflite_n_outputs (const WeirTfliteOp *op);

/** weir_tflite_name: (transfer none): a name for one of the operator's nodes. */
const char *weir_tflite_name (WeirTfliteOp *op, const char *suffix);

/* Nodes named after the operator. */
WeirNode *weir_tflite_begin (WeirTfliteOp *op, const char *ir, const WeirPort *inputs,
                             guint n);
WeirPort weir_tflite_end (WeirTfliteOp *op, WeirNode *node);
WeirPort weir_tflite_1 (WeirTfliteOp *op, const char *ir, WeirPort x);
WeirPort weir_tflite_2 (WeirTfliteOp *op, const char *ir, WeirPort x, WeirPort y);
WeirPort weir_tflite_3 (WeirTfliteOp *op, const char *ir, WeirPort x, WeirPort y,
                        WeirPort z);
WeirPort weir_tflite_list (WeirTfliteOp *op, const gint64 *values, gsize n);
WeirPort weir_tflite_int (WeirTfliteOp *op, gint64 value);
/** weir_tflite_number: a scalar of the element type that @like has. */
WeirPort weir_tflite_number (WeirTfliteOp *op, WeirPort like, double value);
WeirPort weir_tflite_convert (WeirTfliteOp *op, WeirPort x, WeirDtype dtype);
WeirPort weir_tflite_transpose (WeirTfliteOp *op, WeirPort x, const gint64 *order,
                                gsize n);
WeirPort weir_tflite_reshape (WeirTfliteOp *op, WeirPort x, const gint64 *dims, gsize n);

/** weir_tflite_scalar: a list of one element as a scalar. */
WeirPort weir_tflite_scalar (WeirTfliteOp *op, WeirPort x);

/** weir_tflite_shape: of @port; unknown after an error. */
WeirShape weir_tflite_shape (const WeirTfliteOp *op, WeirPort port);
/** weir_tflite_rank: of @port; -1 and an error where it is not known. */
int weir_tflite_rank (WeirTfliteOp *op, WeirPort port);
WeirDtype weir_tflite_dtype (const WeirTfliteOp *op, WeirPort port);
/** weir_tflite_element_type: the element type that a TensorType names. */
WeirDtype weir_tflite_element_type (gint32 type);

/** weir_tflite_to_nchw: channels from the last place to the second. */
WeirPort weir_tflite_to_nchw (WeirTfliteOp *op, WeirPort x);
/** weir_tflite_to_nhwc: the way back. */
WeirPort weir_tflite_to_nhwc (WeirTfliteOp *op, WeirPort x);
/** weir_tflite_activate: the activation that is fused into an operator. */
WeirPort weir_tflite_activate (WeirTfliteOp *op, WeirPort x, gint32 activation);
/** weir_tflite_clamp: x between two bounds. */
WeirPort weir_tflite_clamp (WeirTfliteOp *op, WeirPort x, double low, double high);
/** weir_tflite_scatter: @x with @updates brought to @indices by @reduction: "sum", … */
WeirPort weir_tflite_scatter (WeirTfliteOp *op, WeirPort x, WeirPort indices,
                              WeirPort updates, const char *reduction);

/* ops-variable.c */

/** weir_tflite_set_variable: which variable @node reads or writes, and what that holds. */
void weir_tflite_set_variable (WeirNode *node, const char *id, WeirDtype dtype,
                               const WeirShape *shape);

/* rounding.c */

/** weir_tflite_lift: what to add to the bias of a layer with 8-bit inputs, filters and
 * outputs, so that it rounds as the kernels of TensorFlow Lite do; none where they round
 * as everybody does. One number, or one a channel: [1, C] and @spatial ones. */
WeirPort weir_tflite_lift (WeirTfliteOp *op, gint32 activation, int spatial);
