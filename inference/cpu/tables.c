#include "cpu/tables.h"

#include "cpu/kernels/kernels.h"
#include "cpu/reference.h"

#define DECLARE(id, isa) extern const WeirKernel weir_kernel_##id##_##isa;
#define ADDRESS(id, isa) &weir_kernel_##id##_##isa,

#define DECLARE_ALL(isa)            \
  WEIR_BYTE_KERNELS (DECLARE_##isa) \
  WEIR_KERNELS (DECLARE_##isa)      \
  WEIR_REORDER (DECLARE_##isa)

/* @dots: the set that kernels for bytes are built for; @first: the address of a kernel
 * that only set @name has, and a comma, or nothing. */
#define NOTHING
#define TABLE(name, isa, dots, first, size)                                          \
  static const WeirKernel *const kernels_##name[] = {                                \
    first WEIR_BYTE_KERNELS (ADDRESS_##dots) WEIR_KERNELS (ADDRESS_##isa) &          \
    weir_kernel_reference                                                            \
  };                                                                                 \
  static const WeirKernelTable table_##name = { kernels_##name,                      \
                                                G_N_ELEMENTS (kernels_##name), size, \
                                                &weir_kernel_reorder_##isa };

#define DECLARE_c(id) DECLARE (id, c)
#define ADDRESS_c(id) ADDRESS (id, c)
DECLARE_ALL (c)
TABLE (c, c, c, NOTHING, 4)

#ifdef WEIR_HAVE_AVX2
#define DECLARE_avx2(id) DECLARE (id, avx2)
#define ADDRESS_avx2(id) ADDRESS (id, avx2)
DECLARE_ALL (avx2)
TABLE (avx2, avx2, avx2, NOTHING, 8)
#define TABLE_AVX2 &table_avx2
#else
#define TABLE_AVX2 &table_c
#endif

#ifdef WEIR_HAVE_AVX512
#define DECLARE_avx512(id) DECLARE (id, avx512)
#define ADDRESS_avx512(id) ADDRESS (id, avx512)
DECLARE_ALL (avx512)
TABLE (avx512, avx512, avx512, NOTHING, 16)
#define TABLE_AVX512 &table_avx512
#else
#define TABLE_AVX512 TABLE_AVX2
#endif

#ifdef WEIR_HAVE_AVX512VNNI
#define DECLARE_avx512vnni(id) DECLARE (id, avx512vnni)
#define ADDRESS_avx512vnni(id) ADDRESS (id, avx512vnni)
WEIR_BYTE_KERNELS (DECLARE_avx512vnni)
TABLE (avx512vnni, avx512, avx512vnni, NOTHING, 16)
#define TABLE_AVX512_VNNI &table_avx512vnni
#else
#define TABLE_AVX512_VNNI TABLE_AVX512
#endif

#ifdef WEIR_HAVE_AVX512AMX
DECLARE (conv_bytes_tiles, avx512amx)
TABLE (avx512amx, avx512, avx512vnni, ADDRESS (conv_bytes_tiles, avx512amx), 16)
#define TABLE_AVX512_AMX &table_avx512amx
#else
#define TABLE_AVX512_AMX TABLE_AVX512_VNNI
#endif

static const WeirKernelTable *const tables[] = {
  [WEIR_ISA_C] = &table_c,
  [WEIR_ISA_AVX2] = TABLE_AVX2,
  [WEIR_ISA_AVX512] = TABLE_AVX512,
  [WEIR_ISA_AVX512_VNNI] = TABLE_AVX512_VNNI,
  [WEIR_ISA_AVX512_AMX] = TABLE_AVX512_AMX,
};

const WeirKernelTable *
weir_kernel_table (WeirIsa isa)
{
  return tables[isa];
}
