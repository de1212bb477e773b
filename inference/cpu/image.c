#include "image.h"

#include "cpu/features.h"

#include <string.h>

#ifdef WEIR_HAVE_C
void weir_image_row_c (const WeirImageRow *row);
#endif
#ifdef WEIR_HAVE_AVX2
void weir_image_row_avx2 (const WeirImageRow *row);
#endif
#ifdef WEIR_HAVE_AVX512
void weir_image_row_avx512 (const WeirImageRow *row);
#endif

const WeirImageKernel *
weir_image_kernel (void)
{
  static const WeirImageKernel kernels[] = {
    [WEIR_ISA_C] = { weir_image_row_c, FALSE },
#ifdef WEIR_HAVE_AVX2
    [WEIR_ISA_AVX2] = { weir_image_row_avx2, TRUE },
#endif
#ifdef WEIR_HAVE_AVX512
    [WEIR_ISA_AVX512] = { weir_image_row_avx512, TRUE },
#endif
  };

  return &kernels[MIN ((guint) weir_features ()->isa, G_N_ELEMENTS (kernels) - 1)];
}

void
weir_image_gather (const guint8 *source, const guint32 *left, const guint32 *right,
                   guint width, guint32 *words)
{
  for (guint x = 0; x < width; x++)
    words[x] = source[left[x]] | (guint32) source[right[x]] << 16;
}

void
weir_image_gather_quads (const guint8 *source, const guint32 *left, guint width,
                         guint32 *words)
{
  for (guint x = 0; x < width; x++) {
    guint32 quad;

    memcpy (&quad, source + left[x], sizeof quad);
    words[x] = GUINT32_FROM_LE (quad);
  }
}
