#pragma once

#include "cpu/kernel.h"
#include "simd.h"

#define map_find WEIR_ISA_SYMBOL (map_find)
#define map_run  WEIR_ISA_SYMBOL (map_run)

/** MapFunction: applies one function to @n floats; @in may be @out. */
typedef void (*MapFunction) (const float *in, float *out, gsize n, float alpha,
                             float beta);

/** map_find: (nullable): the function of an activation without slopes by channel. */
MapFunction map_find (WeirActivationKind kind);

/** map_run: applies @act to @n floats at @data, in place; nothing for %WEIR_ACT_NONE. */
void map_run (const WeirActivation *act, float *data, gsize n);
