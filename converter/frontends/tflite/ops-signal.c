#include "families.h"
#include "operator.h"

/* Complex numbers: their parts are one more dimension of 2 behind the others. */

static WeirPort
rfft_2d (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), lengths = weir_tflite_input (op, 1);
  WeirPort axes = weir_tflite_list (op, (gint64[]){ -2, -1 }, 2);

  return weir_tflite_3 (op, "RDFT", x, axes, lengths);
}

/* Part 0 is the real, part 1 the imaginary one. */
static WeirPort
part (WeirTfliteOp *op, WeirPort x, gint64 index)
{
  return weir_tflite_3 (op, "Gather", x, weir_tflite_int (op, index),
                        weir_tflite_int (op, -1));
}

static WeirPort
real (WeirTfliteOp *op)
{
  return part (op, weir_tflite_input (op, 0), 0);
}

static WeirPort
imag (WeirTfliteOp *op)
{
  return part (op, weir_tflite_input (op, 0), 1);
}

static WeirPort
complex_abs (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0);

  x = weir_tflite_2 (op, "Multiply", x, x);
  x = weir_tflite_2 (op, "ReduceSum", x, weir_tflite_list (op, (gint64[]){ -1 }, 1));
  return weir_tflite_1 (op, "Sqrt", x);
}

const WeirTfliteRow weir_tflite_ops_signal[] = {
  { "RFFT2D", 131, OPTIONS_NONE, 0, rfft_2d },
  { "IMAG", 133, OPTIONS_NONE, 0, imag },
  { "REAL", 134, OPTIONS_NONE, 0, real },
  { "COMPLEX_ABS", 135, OPTIONS_NONE, 0, complex_abs },
  { NULL },
};
