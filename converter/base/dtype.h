#pragma once

#include "export.h"

#include <glib.h>

WEIR_BEGIN_DECLS

/**
 * WeirDtype:
 *
 * The element type of a tensor. %WEIR_DTYPE_UNKNOWN stands for a type that is not
 * inferred yet. Values narrower than a byte are packed as in OpenVINO's IR: the first
 * element in the low bits (u4, i4, u2, nf4, f4e2m1) or the high bit (u1); u3 and u6 by
 * three bytes, of which the first two hold the low bits of 8 or 4 elements and the third
 * their high bits, the first element in the high bits of each.
 */
typedef enum {
  WEIR_DTYPE_UNKNOWN,
  WEIR_DTYPE_F64,
  WEIR_DTYPE_F32,
  WEIR_DTYPE_F16,
  WEIR_DTYPE_BF16,
  WEIR_DTYPE_I64,
  WEIR_DTYPE_I32,
  WEIR_DTYPE_I16,
  WEIR_DTYPE_I8,
  WEIR_DTYPE_I4,
  WEIR_DTYPE_U64,
  WEIR_DTYPE_U32,
  WEIR_DTYPE_U16,
  WEIR_DTYPE_U8,
  WEIR_DTYPE_U4,
  WEIR_DTYPE_U1,
  WEIR_DTYPE_BOOL,
  WEIR_DTYPE_STRING,
  WEIR_DTYPE_F8E4M3,
  WEIR_DTYPE_F8E5M2,
  WEIR_DTYPE_F8E8M0,
  WEIR_DTYPE_F4E2M1,
  WEIR_DTYPE_NF4,
  WEIR_DTYPE_U2,
  WEIR_DTYPE_U3,
  WEIR_DTYPE_U6,
  WEIR_N_DTYPES
} WeirDtype;

/** weir_dtype_name: the name in `element_type` of the IR: "f32", "boolean", … */
const char *weir_dtype_name (WeirDtype dtype);
/** weir_dtype_precision: the name in `precision` of an IR port: "FP32", "BOOL", … */
const char *weir_dtype_precision (WeirDtype dtype);
/** weir_dtype_parse: either name, without regard to case; %WEIR_DTYPE_UNKNOWN if none. */
WeirDtype weir_dtype_parse (const char *name);
/** weir_dtype_bits: bits an element; 0 for unknown and string. */
guint weir_dtype_bits (WeirDtype dtype);
/** weir_dtype_storage: bytes that @count elements take; %FALSE on overflow. */
gboolean weir_dtype_storage (WeirDtype dtype, gsize count, gsize *bytes);
/** weir_dtype_size: bytes an element; 0 for unknown, string and packed types. */
gsize weir_dtype_size (WeirDtype dtype);
gboolean weir_dtype_is_float (WeirDtype dtype);
/** weir_dtype_is_integer: signed or unsigned, not boolean. */
gboolean weir_dtype_is_integer (WeirDtype dtype);
gboolean weir_dtype_is_signed (WeirDtype dtype);

/* IEEE 754 binary16, and the upper half of binary32, rounded to nearest even. */
float weir_f16_to_f32 (guint16 value);
guint16 weir_f16_from_f32 (float value);
float weir_bf16_to_f32 (guint16 value);
guint16 weir_bf16_from_f32 (float value);

/**
 * weir_dtype_load:
 * @data: the elements
 * @index: which one
 *
 * One element as a double (64-bit integers beyond 2^53 lose digits: use
 * weir_dtype_load_int() for them). Packed types are unpacked.
 */
double weir_dtype_load (WeirDtype dtype, const void *data, gsize index);
/** weir_dtype_load_int: one element as an integer; floats are truncated and saturated. */
gint64 weir_dtype_load_int (WeirDtype dtype, const void *data, gsize index);
/** weir_dtype_store: integers are truncated toward zero and saturated; NaN gives 0. */
void weir_dtype_store (WeirDtype dtype, void *data, gsize index, double value);
/** weir_dtype_store_int: stores an integer exactly, wrapping like a C conversion. */
void weir_dtype_store_int (WeirDtype dtype, void *data, gsize index, gint64 value);

WEIR_END_DECLS
