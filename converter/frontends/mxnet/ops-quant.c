#include "subgraph.h"
#include "table.h"

#include <string.h>

/* Quantised symbols. A quantised value is carried as the real number that it stands for:
 * where MXNet rounds to 8 bits, FakeQuantize rounds; sums in 32 bits are exact and need
 * nothing. Arrays that a file holds in 8 bits are made real by their range. */

/**
 * Steps:
 * @first, @last: the least and the largest step
 * @written: how many reach the end of a range where a value is rounded
 * @range: how many, where it is made real again
 * @multiplied: how many, where a convolution or a matrix takes it
 *
 * MXNet's own choices with oneDNN: they are not the same everywhere.
 */
typedef struct {
  double first, last, written, range, multiplied;
} Steps;

static const Steps int8_steps = { -128, 127, 127.5, 127.5, 127 };
static const Steps uint8_steps = { 0, 255, 255.5, 255.5, 255 };

/* Those of operations other than quantize_v2. */
static const Steps int8_whole = { -128, 127, 127, 127.5, 127 };
static const Steps uint8_whole = { 0, 255, 255, 255.5, 255 };

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

static WeirPort
times (MxNode *n, WeirPort x, double factor)
{
  return weir_make_2 (&n->make, "Multiply", x, weir_make_scalar (&n->make, x, factor));
}

/* Rounds @x as its new type does; the range is outputs 1 and 2. */
static WeirPort
rounded (MxNode *n, WeirPort x, const Steps *steps, WeirPort low, WeirPort high)
{
  WeirPort range = larger_size (n, low, high);
  WeirPort first = times (n, range, steps->first / steps->written);
  WeirPort last = times (n, range, steps->last / steps->written);
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "FakeQuantize", x, first, last,
                                    times (n, range, steps->first / steps->range),
                                    times (n, range, steps->last / steps->range));

  weir_node_set_int (node, "levels", (gint64) (steps->last - steps->first) + 1);
  mx_out (n, 1,
          steps->first < 0 ? weir_make_1 (&n->make, "Negative", range)
                           : weir_make_scalar (&n->make, range, 0));
  mx_out (n, 2, range);
  return weir_make_end (&n->make, node);
}

static gboolean
has_calibration (const MxNode *n)
{
  return mx_attr (n, "min_calib_range") != NULL && mx_attr (n, "max_calib_range") != NULL;
}

/* What input @low tells of the type that a real number stands for. */
static const Steps *
steps_of (MxNode *n, guint low)
{
  const WeirTensor *value = weir_make_value (&n->make, mx_in (n, low));

  return value != NULL && weir_tensor_count (value) == 1 &&
                 weir_tensor_get (value, 0) >= 0
             ? &uint8_steps
             : &int8_steps;
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
quantize_to (MxNode *n, WeirPort x, const Steps *steps)
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
  return rounded (n, x, steps, low, high);
}

static WeirPort
quantize_v2 (MxNode *n)
{
  return quantize_to (n, mx_in (n, 0),
                      is_signed (n, "int8") ? &int8_steps : &uint8_steps);
}

static WeirPort
quantize (MxNode *n)
{
  WeirPort x = mx_in (n, 0), low = mx_in (n, 1);

  return rounded (n, x, is_signed (n, "uint8") ? &int8_whole : &uint8_whole, low,
                  mx_in (n, 2));
}

static WeirPort
requantize (MxNode *n)
{
  return quantize_to (n, real (n, 0, 1, 2),
                      is_signed (n, "int8") ? &int8_whole : &uint8_whole);
}

static WeirPort
dequantize (MxNode *n)
{
  return real (n, 0, 1, 2);
}

/* Inputs: data, weights, bias, then the ranges of each. Where @range and @multiplied
 * differ, data and bias come out larger by as much. */
static WeirPort
weighted (MxNode *n)
{
  guint count = mx_bool (n, "no_bias", FALSE) ? 2 : 3;
  WeirPort ports[3];

  for (guint i = 0; i < count; i++)
    ports[i] = real (n, i, count + 2 * i, count + 2 * i + 1);
  if (weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  if (weir_make_dtype (&n->make, mx_in (n, 0)) == WEIR_DTYPE_F32) {
    const Steps *steps = steps_of (n, count);

    for (guint i = 0; i < count; i += 2)
      ports[i] = times (n, ports[i], steps->range / steps->multiplied);
  }
  return mx_node_call (n, n->row->ir, ports, count);
}

/* Pooling, activation, flattening: the range of the data stays. */
static WeirPort
passing (MxNode *n)
{
  WeirPort x = real (n, 0, 1, 2), y = mx_node_call (n, n->row->ir, &x, 1);

  mx_out (n, 1, mx_in (n, 1));
  mx_out (n, 2, mx_in (n, 2));
  return y;
}

/* Two values, their ranges behind them. */
static WeirPort
of_two (MxNode *n)
{
  const WeirPort x[] = { real (n, 0, 2, 3), real (n, 1, 4, 5) };
  WeirPort y = mx_node_call (n, n->row->ir, x, G_N_ELEMENTS (x));

  return has_calibration (n) ? quantize_to (n, y, &int8_steps) : y;
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
                  &int8_steps, low, high);
}

/* oneDNN rounds weights to 8 bits itself, channel by channel. The largest of a channel
 * lies half way between two steps, and goes to the farther one. */
static WeirPort
rounded_weights (MxNode *n, WeirPort weights)
{
  const Steps *steps = &int8_steps;
  const double written = steps->written + 1e-4;
  WeirPort axes = weir_make_range (&n->make, 1, weir_make_rank (&n->make, weights));
  WeirPort range = weir_make_reduce (&n->make, "ReduceMax",
                                     weir_make_1 (&n->make, "Abs", weights), axes, TRUE);
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "FakeQuantize", weights,
                                    times (n, range, steps->first / written),
                                    times (n, range, steps->last / written),
                                    times (n, range, steps->first / steps->range),
                                    times (n, range, steps->last / steps->range));

  weir_node_set_int (node, "levels", 256);
  return weir_make_end (&n->make, node);
}

/* Data and what is added to the result are quantised, and arrays of small numbers; their
 * ranges follow the inputs. In what oneDNN joins all ranges have half a step more. */
static void
real_inputs (MxNode *n, WeirPort *inputs, guint count)
{
  guint last = mx_bool (n, "with_sum", FALSE) ? count - 1 : 0, range = count;

  for (guint i = 0; i < count && !weir_build_failed (n->make.b); i++) {
    gboolean is_array = weir_make_dtype (&n->make, inputs[i]) == WEIR_DTYPE_I8;

    if (i != 0 && i != last && !is_array) {
      inputs[i] = i == 1 ? rounded_weights (n, inputs[i]) : inputs[i];
      continue;
    }
    inputs[i] = real (n, i, range, range + 1);
    if (is_array)
      inputs[i] = times (n, inputs[i], int8_steps.multiplied / int8_steps.range);
    range += 2;
  }
}

/* What oneDNN joins: a symbol within the node says what it does. */
static WeirPort
fused (MxNode *n)
{
  gboolean quantised = mx_bool (n, "quantized", FALSE);
  guint count = MIN (mx_subgraph_n_inputs (n, 0), mx_n_inputs (n));
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (count, 1));
  WeirPort output = WEIR_PORT_NONE;

  for (guint i = 0; i < count; i++)
    inputs[i] = mx_in (n, i);
  if (quantised)
    real_inputs (n, inputs, count);
  if (!mx_subgraph_call (n, 0, n->make.b, inputs, count, &output, 1))
    return WEIR_PORT_NONE;
  if (!quantised || !has_calibration (n) || mx_bool (n, "enable_float_output", FALSE))
    return output;
  return quantize_to (
      n, output, mx_float (n, "min_calib_range", 0) < 0 ? &int8_steps : &uint8_steps);
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
  { "_sg_mkldnn_conv", fused },
  { "_sg_mkldnn_fully_connected", fused },
  { NULL },
};
