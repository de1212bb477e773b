#include "families.h"
#include "operator.h"

#include <math.h>

/* Between stored integers and real numbers. Values in the graph are real already, so
 * little is left to do: outputs are rounded where they are set. */

enum { FAKE_QUANT_MIN, FAKE_QUANT_MAX, FAKE_QUANT_BITS, FAKE_QUANT_NARROW };

/* A constant stays what it is; whoever reads the output finds it there. */
static WeirPort
dequantize (WeirTfliteOp *op)
{
  const WeirTfliteTensor *from = weir_tflite_tensor (op, 0);
  WeirPort x;

  if (from == NULL)
    return WEIR_PORT_NONE;
  if (from->is_constant || from->real_of >= 0) {
    weir_tflite_set_alias (op, 0, 0);
    return WEIR_PORT_NONE;
  }
  x = weir_tflite_input (op, 0);
  return weir_tflite_convert (op, x, WEIR_DTYPE_F32);
}

static WeirPort
quantize (WeirTfliteOp *op)
{
  return weir_tflite_input (op, 0);
}

/* The range is moved so that zero is one of its steps. */
static WeirPort
fake_quant (WeirTfliteOp *op)
{
  const WeirFlatTable *o = &op->options;
  double low = weir_flat_f32 (o, FAKE_QUANT_MIN, 0);
  double high = weir_flat_f32 (o, FAKE_QUANT_MAX, 0);
  gint32 bits = weir_flat_i32 (o, FAKE_QUANT_BITS, 0);
  double first = weir_flat_bool (o, FAKE_QUANT_NARROW, FALSE) ? 1 : 0, last, scale, zero;
  WeirPort x = weir_tflite_input (op, 0), from, to;
  WeirNode *node;

  if (bits < 2 || bits > 16 || !(low < high) || !isfinite (high - low))
    return weir_build_fail (op->builder, WEIR_ERROR_FORMAT,
                            "%d bits for the range from %g to %g", bits, low, high);
  last = (double) ((1 << bits) - 1);
  scale = (high - low) / (last - first);
  zero = CLAMP (floor (first - low / scale + 0.5), first, last);
  from = weir_tflite_number (op, x, (first - zero) * scale);
  to = weir_tflite_number (op, x, (last - zero) * scale);
  node = weir_tflite_begin (op, "FakeQuantize", WEIR_INPUTS (x, from, to, from, to));
  weir_node_set_int (node, "levels", (gint64) (last - first) + 1);
  return weir_tflite_end (op, node);
}

const WeirTfliteRow weir_tflite_ops_quant[] = {
  { "DEQUANTIZE", 6, OPTIONS_NONE, 0, dequantize },
  { "FAKE_QUANT", 80, OPTIONS_FAKE_QUANT, 0, fake_quant },
  { "QUANTIZE", 114, OPTIONS_NONE, 0, quantize },
  { "DENSIFY", 124, OPTIONS_NONE, 0, dequantize },
  { NULL },
};
