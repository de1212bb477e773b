#pragma once

#include <glib.h>

/** WeirIsa: instruction sets that kernels are built for, narrowest first. */
typedef enum {
  WEIR_ISA_C,      /* plain C, as the compiler's defaults for this architecture allow */
  WEIR_ISA_AVX2,   /* with FMA and F16C */
  WEIR_ISA_AVX512, /* F, BW, VL, DQ */
} WeirIsa;

/**
 * WeirFeatures:
 * @isa: the widest instruction set that the processor, the operating system and the
 *   environment variable WEIR_ISA allow
 * @vnni: 8-bit dot products of 512 bits (with @isa %WEIR_ISA_AVX512 only)
 * @l1, @l2: bytes of a core's data caches
 * @model: the processor's name
 */
typedef struct {
  WeirIsa isa;
  gboolean vnni;
  gsize l1, l2;
  char model[64];
} WeirFeatures;

/** weir_features: found out once. */
const WeirFeatures *weir_features (void);
/** weir_isa_name: "c", "avx2", "avx512". */
const char *weir_isa_name (WeirIsa isa);
