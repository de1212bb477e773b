#include "table.h"

#include <string.h>

/* Quantised symbols. A quantised value is carried as the real number that it stands for:
 * where MXNet rounds to 8 bits, FakeQuantize rounds; sums in 32 bits are exact and need
 * nothing. Arrays that a file holds in 8 bits are made real by their range. */

#define LEVELS 256

/* Levels that MXNet fits into a range: bytes with a sign reach one further below. */
#define INT8_STEPS  127.5
#define UINT8_STEPS 255.5

static WeirPort
larger_size (MxNode *n, WeirPort low, WeirPort high)
{
  return weir_make_2 (&n->make, "Maximum", weir_make_1 (&n->make, "Abs", low),
                      weir_make_1 (&n->make, "Abs", high));
}

/* What input @index stands for; @low and @high are the inputs with its range. */
static WeirPort
real (MxNode *n, guint index, guint low, guint high)
{
  WeirPort x = mx_in (n, index), range, least;
  WeirDtype dtype = weir_make_dtype (&n->make, x);
  double steps = dtype == WEIR_DTYPE_I8 ? 127 : dtype == WEIR_DTYPE_U8 ? 255 : G_MAXINT32;

  if (weir_build_failed (n->make.b) || dtype == WEIR_DTYPE_F32)
    return x;
  if (dtype != WEIR_DTYPE_I8 && dtype != WEIR_DTYPE_U8 && dtype != WEIR_DTYPE_I32)
    return weir_make_unsupported (&n->make, "input %u of type %s", index,
                                  weir_dtype_name (dtype));
  least = mx_in (n, low);
  range = dtype == WEIR_DTYPE_U8
              ? weir_make_2 (&n->make, "Subtract", mx_in (n, high), least)
              : larger_size (n, least, mx_in (n, high));
  range =
      weir_make_2 (&n->make, "Divide", range, weir_make_scalar (&n->make, range, steps));
  x = weir_make_2 (&n->make, "Multiply", weir_make_convert (&n->make, x, WEIR_DTYPE_F32),
                   range);
  return dtype == WEIR_DTYPE_U8 ? weir_make_2 (&n->make, "Add", x, least) : x;
}

/* From @first to @last steps, as many of which as @steps reach @range. */
static WeirPort
fake (MxNode *n, WeirPort x, WeirPort range, double first, double last, double steps)
{
  WeirPort low = weir_make_2 (&n->make, "Multiply", range,
                              weir_make_scalar (&n->make, range, first / steps));
  WeirPort high = weir_make_2 (&n->make, "Multiply", range,
                               weir_make_scalar (&n->make, range, last / steps));
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "FakeQuantize", x, low, high, low, high);

  weir_node_set_int (node, "levels", LEVELS);
  return weir_make_end (&n->make, node);
}

/* Rounds @x as its new type does, within @low and @high; bytes with a sign reach as far
 * on either side. The range is outputs 1 and 2. */
static WeirPort
rounded (MxNode *n, WeirPort x, gboolean has_sign, WeirPort low, WeirPort high)
{
  WeirPort range = larger_size (n, low, high);

  mx_out (n, 1,
          has_sign ? weir_make_1 (&n->make, "Negative", range)
                   : weir_make_scalar (&n->make, range, 0));
  mx_out (n, 2, range);
  return has_sign ? fake (n, x, range, -128, 127, INT8_STEPS)
                  : fake (n, x, range, 0, 255, UINT8_STEPS);
}

static gboolean
has_calibration (const MxNode *n)
{
  return mx_attr (n, "min_calib_range") != NULL && mx_attr (n, "max_calib_range") != NULL;
}

static gboolean
is_signed (MxNode *n, const char *fallback)
{
  const char *type = mx_string (n, "out_type", fallback);

  if (strcmp (type, "auto") == 0)
    return !has_calibration (n) || mx_float (n, "min_calib_range", 0) < 0;
  return strcmp (type, "uint8") != 0;
}

/* Within the range that calibration found, or that the data has at run time. */
static WeirPort
quantize_to (MxNode *n, WeirPort x, gboolean has_sign)
{
  WeirPort low, high, axes;

  if (has_calibration (n)) {
    low = weir_make_scalar (&n->make, x, mx_float (n, "min_calib_range", 0));
    high = weir_make_scalar (&n->make, x, mx_float (n, "max_calib_range", 0));
  } else {
    axes = weir_make_range (&n->make, 0, weir_make_rank (&n->make, x));
    low = weir_make_reduce (&n->make, "ReduceMin", x, axes, FALSE);
    high = weir_make_reduce (&n->make, "ReduceMax", x, axes, FALSE);
  }
  return rounded (n, x, has_sign, low, high);
}

static WeirPort
quantize_v2 (MxNode *n)
{
  return quantize_to (n, mx_in (n, 0), is_signed (n, "int8"));
}

static WeirPort
quantize (MxNode *n)
{
  WeirPort x = mx_in (n, 0), low = mx_in (n, 1);

  return rounded (n, x, is_signed (n, "uint8"), low, mx_in (n, 2));
}

static WeirPort
requantize (MxNode *n)
{
  return quantize_to (n, real (n, 0, 1, 2), is_signed (n, "int8"));
}

static WeirPort
dequantize (MxNode *n)
{
  return real (n, 0, 1, 2);
}

/**
 * Hands @count real inputs to the operation that works on numbers, and takes its result:
 * @in: for each, which input it is; its range are the inputs @range + 2 i and the next.
 */
static WeirPort
as_real (MxNode *n, const guint *in, guint count, guint range)
{
  WeirPort ports[3];

  for (guint i = 0; i < count; i++)
    ports[i] = real (n, in[i], range + 2 * i, range + 2 * i + 1);
  return mx_node_call (n, n->row->ir, ports, count);
}

/* Inputs: data, weights, bias, then the ranges of each. */
static WeirPort
weighted (MxNode *n)
{
  guint count = mx_bool (n, "no_bias", FALSE) ? 2 : 3;

  return as_real (n, (const guint[]){ 0, 1, 2 }, count, count);
}

/* Pooling, activation, flattening: the range of the data stays. */
static WeirPort
passing (MxNode *n)
{
  WeirPort y = as_real (n, (const guint[]){ 0 }, 1, 1);

  mx_out (n, 1, mx_in (n, 1));
  mx_out (n, 2, mx_in (n, 2));
  return y;
}

/* Two values, their ranges behind them. */
static WeirPort
of_two (MxNode *n)
{
  WeirPort y = as_real (n, (const guint[]){ 0, 1 }, 2, 2);

  return has_calibration (n) ? quantize_to (n, y, TRUE) : y;
}

/* All are rounded anew in the widest of their ranges. */
static WeirPort
concat (MxNode *n)
{
  guint count =
      (guint) CLAMP (mx_int (n, "num_args", mx_n_inputs (n) / 3), 0, mx_n_inputs (n) / 3);
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (count, 1));
  WeirPort low = WEIR_PORT_NONE, high = WEIR_PORT_NONE;

  for (guint i = 0; i < count; i++) {
    guint range = count + 2 * i;

    parts[i] = real (n, i, range, range + 1);
    low = i == 0 ? mx_in (n, range)
                 : weir_make_2 (&n->make, "Minimum", low, mx_in (n, range));
    high = i == 0 ? mx_in (n, range + 1)
                  : weir_make_2 (&n->make, "Maximum", high, mx_in (n, range + 1));
  }
  return rounded (n, weir_make_concat (&n->make, parts, count, mx_int (n, "dim", 1)),
                  TRUE, low, high);
}

const MxRow mx_rows_quant[] = {
  { "_contrib_quantize", quantize },
  { "_contrib_quantize_v2", quantize_v2 },
  { "_contrib_requantize", requantize },
  { "_contrib_dequantize", dequantize },
  { "_contrib_quantized_conv", weighted, "Convolution" },
  { "_contrib_quantized_fully_connected", weighted, "FullyConnected" },
  { "_contrib_quantized_pooling", passing, "Pooling" },
  { "_contrib_quantized_act", passing, "Activation" },
  { "_contrib_quantized_flatten", passing, "Flatten" },
  { "_contrib_quantized_elemwise_add", of_two, "elemwise_add" },
  { "_contrib_quantized_elemwise_mul", of_two, "elemwise_mul" },
  { "_contrib_quantized_concat", concat },
  { NULL },
};
