#pragma once

#include "dtype.h"

WEIR_BEGIN_DECLS

/* Floats of 8 and 4 bits: those of the OCP's formats, and NF4 (Dettmers et al., "QLoRA").
 */

/** weir_narrow_decode: the value of @code, one of f8e4m3, f8e5m2, f8e8m0, f4e2m1, nf4. */
float weir_narrow_decode (WeirDtype dtype, guint code);

/** weir_narrow_encode: the nearest code, the even one of two. What is too large becomes
 * NaN (f8e4m3), infinite (f8e5m2) or the largest number (all others). */
guint weir_narrow_encode (WeirDtype dtype, float value);

WEIR_END_DECLS
