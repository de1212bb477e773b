#pragma once

#include "cpu/kernel.h"
#include "simd.h"

#define binary_find WEIR_ISA_SYMBOL (binary_find)

/** BinaryFunction: @n floats; a step of 0 repeats the operand's first float. */
typedef void (*BinaryFunction) (const float *a, gsize a_step, const float *b,
                                gsize b_step, float *out, gsize n);

/** BinaryRow: @lanes repeats a vector of VLEN floats of operand b for each vector of a;
 * @reversed is the same with the operands' roles swapped. */
typedef struct {
  const char *op;
  BinaryFunction plain;
  void (*lanes) (const float *a, const float *b, float *out, gsize n);
  void (*reversed) (const float *a, const float *b, float *out, gsize n);
} BinaryRow;

/** binary_find: (nullable) */
const BinaryRow *binary_find (const WeirNode *node);
