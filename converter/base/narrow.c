#include "narrow.h"

#include <math.h>

/* Bits of exponent and mantissa, and the largest code of a number without its sign. */
typedef struct {
  int exponent, mantissa;
  guint largest;
} Format;

static const Format e4m3 = { 4, 3, 0x7e };
static const Format e5m2 = { 5, 2, 0x7b };
static const Format e2m1 = { 2, 1, 0x7 };

/* Quantiles of the normal distribution. */
static const float nf4[16] = {
  -1,           -0.6961928f, -0.52507305f, -0.3949175f, -0.28444138f, -0.18477343f,
  -0.09105004f, 0,           0.0795803f,   0.1609302f,  0.2461123f,   0.33791524f,
  0.44070983f,  0.562617f,   0.72295684f,  1,
};

static float
decode (const Format *format, guint code)
{
  int bias = (1 << (format->exponent - 1)) - 1;
  int exponent = (int) (code >> format->mantissa) & ((1 << format->exponent) - 1);
  int mantissa = (int) code & ((1 << format->mantissa) - 1);
  float size = exponent == 0 ? ldexpf ((float) mantissa, 1 - bias - format->mantissa)
                             : ldexpf ((float) (mantissa + (1 << format->mantissa)),
                                       exponent - bias - format->mantissa);

  return code >> (format->exponent + format->mantissa) & 1 ? -size : size;
}

/* The code of the nearest number, which may lie one beyond the largest. */
static guint
encode (const Format *format, float size)
{
  int bias = (1 << (format->exponent - 1)) - 1, exponent, most;

  frexpf (size, &exponent);
  exponent = size > 0 ? MAX (exponent - 1, 1 - bias) : 1 - bias;
  most = (int) (format->largest >> format->mantissa) + 1 - bias;
  if (!(size < ldexpf (1, most)))
    return format->largest + 1;
  /* A mantissa that is rounded up to a whole one carries into the exponent. */
  return MIN ((guint) ((exponent + bias - 1) << format->mantissa) +
                  (guint) lrintf (ldexpf (size, format->mantissa - exponent)),
              format->largest + 1);
}

static guint
encode_nf4 (float value)
{
  guint code = 0;

  while (code < 15 && value > (nf4[code] + nf4[code + 1]) / 2)
    code++;
  return code;
}

/* Powers of two from 2^-127; the mantissa rounds the exponent. */
static guint
encode_e8m0 (float value)
{
  int exponent;
  float fraction = frexpf (value, &exponent);
  int code = exponent + 126;

  if (isnan (value))
    return 0xff;
  if (isinf (value) && value > 0)
    return 0xfe;
  if (!(value > 0))
    return 0;
  if (fraction > 0.75f || (fraction == 0.75f && code % 2 != 0))
    code++;
  return (guint) CLAMP (code, 0, 0xfe);
}

float
weir_narrow_decode (WeirDtype dtype, guint code)
{
  switch (dtype) {
  case WEIR_DTYPE_F8E4M3:
    return (code & 0x7f) > e4m3.largest ? NAN : decode (&e4m3, code);
  case WEIR_DTYPE_F8E5M2:
    if ((code & 0x7f) > e5m2.largest + 1)
      return NAN;
    if ((code & 0x7f) > e5m2.largest)
      return code & 0x80 ? -INFINITY : INFINITY;
    return decode (&e5m2, code);
  case WEIR_DTYPE_F8E8M0:
    return code == 0xff ? NAN : ldexpf (1, (int) code - 127);
  case WEIR_DTYPE_F4E2M1:
    return decode (&e2m1, code);
  default:
    return nf4[code & 0xf];
  }
}

/* OpenVINO rounds to f16 on the way to the formats of 8 bits. */
guint
weir_narrow_encode (WeirDtype dtype, float value)
{
  guint sign = signbit (value) ? 1 : 0;
  float rounded = fabsf (weir_f16_to_f32 (weir_f16_from_f32 (value)));

  switch (dtype) {
  case WEIR_DTYPE_F8E4M3:
    return sign << 7 | (isnan (value) ? 0x7f : encode (&e4m3, rounded));
  case WEIR_DTYPE_F8E5M2:
    return sign << 7 | (isnan (value) ? 0x7e : encode (&e5m2, rounded));
  case WEIR_DTYPE_F8E8M0:
    return encode_e8m0 (value);
  case WEIR_DTYPE_F4E2M1:
    return isnan (value) ? e2m1.largest
                         : sign << 3 | MIN (encode (&e2m1, fabsf (value)), e2m1.largest);
  default:
    return encode_nf4 (value);
  }
}
