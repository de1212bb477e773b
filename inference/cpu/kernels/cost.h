#pragma once

#include "simd.h"

/* What cost functions reckon with, as measured on one core of 3.6 GHz. Only their ratios
 * matter: they decide between kernels.
 * COST_FLOPS: operations a nanosecond of a register tile in full swing
 * COST_VECTOR: nanoseconds a vector instruction
 * COST_BYTES: bytes a nanosecond that values between layers move at
 * COST_STREAM: bytes a nanosecond of weights, which each layer finds outside of L2
 * COST_CALL: nanoseconds a kernel takes for nothing */
#if VLEN == 16
#define COST_FLOPS  190.0
#define COST_VECTOR 0.35
#elif defined(__AVX2__)
#define COST_FLOPS  105.0
#define COST_VECTOR 0.2
#else
#define COST_FLOPS  32.0
#define COST_VECTOR 0.2
#endif
/* BYTES_GAIN: how many times as fast bytes are multiplied */
#if (VLEN == 16 && defined(__AVX512VNNI__)) || (VLEN == 8 && defined(__AVXVNNI__))
#define BYTES_GAIN 4.0
#else
#define BYTES_GAIN 1.3
#endif
#define COST_BYTES  70.0
#define COST_STREAM 18.0
#define COST_CALL   200.0

/** cost_pad: channels rounded up to whole vectors. */
static inline double
cost_pad (gsize channels)
{
  return (double) ((channels + VLEN - 1) / VLEN * VLEN);
}
