#include "table.h"

#include <math.h>
#include <string.h>

/* Quantization that is simulated. */

#define MAX_CHANNELS 65536

/* The bounds of steps, one of which is 0. */
typedef struct {
  float low, high;
} Range;

/* As kernels of FakeQuantWithMinMax* move the bounds. */
static Range
nudge (float low, float high, float first, float last)
{
  float scale = (high - low) / (last - first), zero = first - low / scale;

  if (zero < first)
    zero = first;
  else if (zero > last)
    zero = last;
  else
    zero = roundf (zero);
  return (Range){ (first - zero) * scale, (last - zero) * scale };
}

static WeirPort
vector (TfNode *n, const float *values, gsize count, gboolean scalar)
{
  const WeirShape shape = WEIR_SHAPE ((gint64) count);

  return weir_make_constant (&n->make, scalar ? weir_tensor_new_f32_scalar (*values)
                                              : weir_tensor_new_f32 (&shape, values));
}

static WeirPort
fake_quantize (TfNode *n, WeirPort low, WeirPort high, gint64 levels)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "FakeQuantize", tf_in (n, 0), low, high, low, high);

  weir_node_set_int (node, "levels", levels);
  return weir_make_end (&n->make, node);
}

/* Bounds that are both 0 leave nothing but 0. */
static WeirPort
with_bounds (TfNode *n, const float *low, const float *high, gsize count, gboolean scalar)
{
  gint64 bits = CLAMP (tf_attr_int (n, "num_bits", 8), 2, 16);
  gint64 first = tf_attr_bool (n, "narrow_range", FALSE) ? 1 : 0;
  gint64 last = ((gint64) 1 << bits) - 1;
  g_autofree float *lows = g_new (float, MAX (count, 1));
  g_autofree float *highs = g_new (float, MAX (count, 1));

  for (gsize i = 0; i < count; i++) {
    Range range;

    if (low[i] == 0 && high[i] == 0 && scalar)
      return weir_make_2 (&n->make, "Multiply", tf_in (n, 0),
                          weir_make_scalar (&n->make, tf_in (n, 0), 0));
    if (!(low[i] <= 0 && high[i] >= 0 && low[i] < high[i]))
      return weir_make_unsupported (&n->make, "bounds %g and %g do not enclose 0",
                                    (double) low[i], (double) high[i]);
    range = nudge (low[i], high[i], (float) first, (float) last);
    lows[i] = range.low;
    highs[i] = range.high;
  }
  return fake_quantize (n, vector (n, lows, count, scalar),
                        vector (n, highs, count, scalar), last - first + 1);
}

/* (transfer full) (nullable): the floats that input @index is known to hold. */
static float *
known_floats (TfNode *n, guint index, gsize *count)
{
  const WeirTensor *tensor = weir_make_value (&n->make, tf_in (n, index));
  float *values;

  if (weir_build_failed (n->make.b))
    return NULL;
  if (tensor == NULL) {
    weir_make_unsupported (&n->make,
                           "the bounds must be known without running the network");
    return NULL;
  }
  *count = weir_tensor_count (tensor);
  if (*count > MAX_CHANNELS) {
    weir_make_unsupported (&n->make, "bounds of %zu channels; at most %d are supported",
                           *count, MAX_CHANNELS);
    return NULL;
  }
  values = g_new (float, MAX (*count, 1));
  for (gsize i = 0; i < *count; i++)
    values[i] = (float) weir_tensor_get (tensor, i);
  return values;
}

static WeirPort
fake_quant_vars (TfNode *n)
{
  gsize lows = 0, highs = 0;
  g_autofree float *low = known_floats (n, 1, &lows);
  g_autofree float *high = known_floats (n, 2, &highs);

  if (low == NULL || high == NULL)
    return WEIR_PORT_NONE;
  if (lows != highs || lows == 0)
    return weir_make_invalid (&n->make, "%zu lower, but %zu upper bounds", lows, highs);
  return with_bounds (n, low, high, lows, lows == 1);
}

static WeirPort
fake_quant_args (TfNode *n)
{
  float low = (float) tf_attr_float (n, "min", -6);
  float high = (float) tf_attr_float (n, "max", 6);

  return with_bounds (n, &low, &high, 1, TRUE);
}

/* Version 3 has the number as an input. */
static gboolean
quantized_bits (TfNode *n, gint64 *bits)
{
  gsize count;

  *bits = tf_attr_int (n, "num_bits", 8);
  if (tf_n_inputs (n) > 3 &&
      !weir_make_known_ints (&n->make, tf_in (n, 3), "the number of bits", bits, 1,
                             &count))
    return FALSE;
  *bits = CLAMP (*bits, 2, 16);
  return TRUE;
}

/* Steps are as wide as the bound needs that would need the wider ones. */
static WeirPort
quantize_dequantize (TfNode *n)
{
  gboolean is_signed = tf_attr_bool (n, "signed_input", TRUE);
  gboolean narrow = tf_attr_bool (n, "narrow_range", FALSE);
  gint64 bits = 8, first, last;
  gsize lows = 0, highs = 0;
  g_autofree float *low = NULL;
  g_autofree float *high = NULL;
  float step;

  if (!tf_attr_bool (n, "range_given", FALSE))
    return weir_make_unsupported (&n->make, "attribute 'range_given': the range of the "
                                            "input is not known before it comes");
  low = known_floats (n, 1, &lows);
  high = known_floats (n, 2, &highs);
  if (low == NULL || high == NULL || !quantized_bits (n, &bits))
    return WEIR_PORT_NONE;
  first = is_signed ? -((gint64) 1 << (bits - 1)) + narrow : 0;
  last = ((gint64) 1 << (is_signed ? bits - 1 : bits)) - 1;
  if (lows != 1 || highs != 1 || tf_attr_int (n, "axis", -1) != -1)
    return weir_make_unsupported (&n->make, "bounds of several channels");
  step = *high / (float) last;
  if (is_signed)
    step = MAX (step, *low / (float) first);
  if (!(step > 0) || !isfinite (step))
    return weir_make_unsupported (&n->make, "bounds %g and %g do not enclose 0",
                                  (double) *low, (double) *high);
  *low = (float) first * step;
  *high = (float) last * step;
  return fake_quantize (n, vector (n, low, 1, TRUE), vector (n, high, 1, TRUE),
                        last - first + 1);
}

const TfRow tf_rows_quant[] = {
  { "FakeQuantWithMinMaxArgs", fake_quant_args },
  { "FakeQuantWithMinMaxVars", fake_quant_vars },
  { "FakeQuantWithMinMaxVarsPerChannel", fake_quant_vars },
  { "QuantizeAndDequantizeV2", quantize_dequantize },
  { "QuantizeAndDequantizeV3", quantize_dequantize },
  { "QuantizeAndDequantizeV4", quantize_dequantize },
  { NULL },
};
