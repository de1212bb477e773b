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

WeirImageRowFunction
weir_image_row_function (void)
{
  static const WeirImageRowFunction functions[] = {
    [WEIR_ISA_C] = weir_image_row_c,
#ifdef WEIR_HAVE_AVX2
    [WEIR_ISA_AVX2] = weir_image_row_avx2,
#endif
#ifdef WEIR_HAVE_AVX512
    [WEIR_ISA_AVX512] = weir_image_row_avx512,
#endif
  };
  guint isa = MIN ((guint) weir_features ()->isa, G_N_ELEMENTS (functions) - 1);

  return functions[isa];
}

void
weir_image_gather (const guint8 *source, const guint32 *left, const guint32 *right,
                   guint width, guint16 *pairs)
{
  for (guint x = 0; x < width; x++)
    pairs[x] = (guint16) (source[left[x]] | source[right[x]] << 8);
}

void
weir_image_gather_pairs (const guint8 *source, const guint32 *left, guint width,
                         guint16 *pairs)
{
  for (guint x = 0; x < width; x++) {
    guint16 pair;

    memcpy (&pair, source + left[x], sizeof pair);
    pairs[x] = GUINT16_FROM_LE (pair);
  }
}

void
weir_image_gather_quads (const guint8 *source, const guint32 *left, guint width,
                         guint32 *quads)
{
  for (guint x = 0; x < width; x++) {
    guint32 quad;

    memcpy (&quad, source + left[x], sizeof quad);
    quads[x] = GUINT32_FROM_LE (quad);
  }
}
