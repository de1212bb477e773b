#pragma once

#include "device.h"

/* What the files of cpu/kernels/ share with the table in cpu/tables.c.
 *
 * A file in kernels/ that holds vector code is compiled once for every instruction set,
 * with WEIR_ISA set to c, avx2 or avx512. `WEIR_KERNEL_DEFINE (conv_direct) = { … }`
 * makes the symbol weir_kernel_conv_direct_avx2; kernels/kernels.h lists it once. */

#define WEIR_ISA_PASTE_(a, b) a##_##b
#define WEIR_ISA_PASTE(a, b)  WEIR_ISA_PASTE_ (a, b)
#define WEIR_ISA_STRING_(a)   #a
#define WEIR_ISA_STRING(a)    WEIR_ISA_STRING_ (a)
#define WEIR_KERNEL_DEFINE(id) \
  const WeirKernel WEIR_ISA_PASTE (weir_kernel_##id, WEIR_ISA)

/* WEIR_ISA_SYMBOL: a name that files of one instruction set share among themselves. */
#define WEIR_ISA_SYMBOL(id) WEIR_ISA_PASTE (weir_##id, WEIR_ISA)
