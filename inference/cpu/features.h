#pragma once

#include <glib.h>

/** WeirIsa: instruction sets that kernels are built for, narrowest first. */
typedef enum {
  WEIR_ISA_C,      /* plain C, as the compiler's defaults for this architecture allow */
  WEIR_ISA_AVX2,   /* with FMA and F16C */
  WEIR_ISA_AVX512, /* F, BW, VL, DQ */
  WEIR_ISA_AVX512_VNNI, /* and VNNI and VBMI: dot products and tables of bytes */
  WEIR_ISA_AVX512_AMX,  /* and AMX: products of tiles of bytes */
} WeirIsa;

/**
 * WeirFeatures:
 * @isa: the widest instruction set that the processor, the operating system and the
 *   environment variable WEIR_ISA allow
 * @l1, @l2: bytes of a core's data caches
 * @model: the processor's name
 */
typedef struct {
  WeirIsa isa;
  gsize l1, l2;
  char model[64];
} WeirFeatures;

/** weir_features: found out once. */
const WeirFeatures *weir_features (void);
/** weir_isa_name: "c", "avx2", "avx512", "avx512vnni",
 * "avx512amx". */
const char *weir_isa_name (WeirIsa isa);
