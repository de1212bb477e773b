#include "dtype.h"

#include "checked.h"
#include "narrow.h"

#include <math.h>
#include <string.h>

enum { FLOAT = 1, SIGNED = 2, UNSIGNED = 4 };

static const struct {
  const char *name;
  const char *precision;
  guint bits;
  guint kind;
} rows[WEIR_N_DTYPES] = {
  [WEIR_DTYPE_UNKNOWN] = { "dynamic", "UNSPECIFIED", 0, 0 },
  [WEIR_DTYPE_F64] = { "f64", "FP64", 64, FLOAT },
  [WEIR_DTYPE_F32] = { "f32", "FP32", 32, FLOAT },
  [WEIR_DTYPE_F16] = { "f16", "FP16", 16, FLOAT },
  [WEIR_DTYPE_BF16] = { "bf16", "BF16", 16, FLOAT },
  [WEIR_DTYPE_I64] = { "i64", "I64", 64, SIGNED },
  [WEIR_DTYPE_I32] = { "i32", "I32", 32, SIGNED },
  [WEIR_DTYPE_I16] = { "i16", "I16", 16, SIGNED },
  [WEIR_DTYPE_I8] = { "i8", "I8", 8, SIGNED },
  [WEIR_DTYPE_I4] = { "i4", "I4", 4, SIGNED },
  [WEIR_DTYPE_U64] = { "u64", "U64", 64, UNSIGNED },
  [WEIR_DTYPE_U32] = { "u32", "U32", 32, UNSIGNED },
  [WEIR_DTYPE_U16] = { "u16", "U16", 16, UNSIGNED },
  [WEIR_DTYPE_U8] = { "u8", "U8", 8, UNSIGNED },
  [WEIR_DTYPE_U4] = { "u4", "U4", 4, UNSIGNED },
  [WEIR_DTYPE_U1] = { "u1", "BIN", 1, UNSIGNED },
  [WEIR_DTYPE_BOOL] = { "boolean", "BOOL", 8, 0 },
  [WEIR_DTYPE_STRING] = { "string", "STRING", 0, 0 },
  [WEIR_DTYPE_F8E4M3] = { "f8e4m3", "F8E4M3", 8, FLOAT },
  [WEIR_DTYPE_F8E5M2] = { "f8e5m2", "F8E5M2", 8, FLOAT },
  [WEIR_DTYPE_F8E8M0] = { "f8e8m0", "F8E8M0", 8, FLOAT },
  [WEIR_DTYPE_F4E2M1] = { "f4e2m1", "F4E2M1", 4, FLOAT },
  [WEIR_DTYPE_NF4] = { "nf4", "NF4", 4, FLOAT },
  [WEIR_DTYPE_U2] = { "u2", "U2", 2, UNSIGNED },
  [WEIR_DTYPE_U3] = { "u3", "U3", 3, UNSIGNED },
  [WEIR_DTYPE_U6] = { "u6", "U6", 6, UNSIGNED },
};

static const struct {
  const char *name;
  WeirDtype dtype;
} aliases[] = {
  { "float", WEIR_DTYPE_F32 },  { "float32", WEIR_DTYPE_F32 },
  { "half", WEIR_DTYPE_F16 },   { "float16", WEIR_DTYPE_F16 },
  { "double", WEIR_DTYPE_F64 }, { "int32", WEIR_DTYPE_I32 },
  { "int64", WEIR_DTYPE_I64 },  { "int8", WEIR_DTYPE_I8 },
  { "uint8", WEIR_DTYPE_U8 },   { "bool", WEIR_DTYPE_BOOL },
  { "int16", WEIR_DTYPE_I16 },  { "float64", WEIR_DTYPE_F64 },
};

const char *
weir_dtype_name (WeirDtype dtype)
{
  return rows[dtype].name;
}

const char *
weir_dtype_precision (WeirDtype dtype)
{
  return rows[dtype].precision;
}

WeirDtype
weir_dtype_parse (const char *name)
{
  for (guint i = 1; i < WEIR_N_DTYPES; i++)
    if (g_ascii_strcasecmp (name, rows[i].name) == 0 ||
        g_ascii_strcasecmp (name, rows[i].precision) == 0)
      return (WeirDtype) i;
  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_ascii_strcasecmp (name, aliases[i].name) == 0)
      return aliases[i].dtype;
  return WEIR_DTYPE_UNKNOWN;
}

guint
weir_dtype_bits (WeirDtype dtype)
{
  return rows[dtype].bits;
}

gsize
weir_dtype_size (WeirDtype dtype)
{
  return rows[dtype].bits / 8;
}

gboolean
weir_dtype_storage (WeirDtype dtype, gsize count, gsize *bytes)
{
  gboolean triples = dtype == WEIR_DTYPE_U3 || dtype == WEIR_DTYPE_U6;
  gsize unit = triples ? 24 : 8, bits;

  if (!weir_mul_size (count, rows[dtype].bits, &bits) ||
      !weir_add_size (bits, unit - 1, &bits))
    return FALSE;
  *bytes = bits / unit * (unit / 8);
  return TRUE;
}

gboolean
weir_dtype_is_float (WeirDtype dtype)
{
  return rows[dtype].kind == FLOAT;
}

gboolean
weir_dtype_is_integer (WeirDtype dtype)
{
  return (rows[dtype].kind & (SIGNED | UNSIGNED)) != 0;
}

gboolean
weir_dtype_is_signed (WeirDtype dtype)
{
  return (rows[dtype].kind & (SIGNED | FLOAT)) != 0;
}

static float
float_from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static guint32
bits_from_float (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

float
weir_f16_to_f32 (guint16 value)
{
  guint32 sign = (guint32) (value & 0x8000) << 16;
  guint32 exponent = (value >> 10) & 0x1f;
  guint32 mantissa = value & 0x3ff;

  if (exponent == 0x1f)
    return float_from_bits (sign | 0x7f800000u | mantissa << 13);
  if (exponent != 0)
    return float_from_bits (sign | (exponent + 112) << 23 | mantissa << 13);
  return (sign != 0 ? -1.0f : 1.0f) * (float) mantissa * 0x1p-24f;
}

guint16
weir_f16_from_f32 (float value)
{
  guint32 bits = bits_from_float (value);
  guint16 sign = (guint16) (bits >> 16 & 0x8000);
  guint32 magnitude = bits & 0x7fffffffu;

  if (magnitude > 0x7f800000u)
    return sign | 0x7e00;
  if (magnitude >= 0x477ff000u)
    return sign | 0x7c00;
  if (magnitude < 0x38800000u)
    return sign | (guint16) lrintf (float_from_bits (magnitude) * 0x1p24f);
  return sign |
         (guint16) ((magnitude - 0x38000000u + 0xfff + (magnitude >> 13 & 1)) >> 13);
}

float
weir_bf16_to_f32 (guint16 value)
{
  return float_from_bits ((guint32) value << 16);
}

guint16
weir_bf16_from_f32 (float value)
{
  guint32 bits = bits_from_float (value);

  if ((bits & 0x7fffffffu) > 0x7f800000u)
    return (guint16) (bits >> 16) | 0x40;
  return (guint16) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* Some bits of a byte. */
typedef struct {
  gsize byte;
  guint shift, mask;
} Field;

/* Where the bits of an element are; of u3 and u6 the low ones. */
static Field
field_of (WeirDtype dtype, gsize index)
{
  gsize unit = index / 8 * 3, place = index % 8;

  switch (dtype) {
  case WEIR_DTYPE_U1:
    return (Field){ index / 8, (guint) (7 - place), 1 };
  case WEIR_DTYPE_U2:
    return (Field){ index / 4, (guint) (index % 4 * 2), 3 };
  case WEIR_DTYPE_U3:
    return (Field){ unit + place / 4, (guint) (6 - place % 4 * 2), 3 };
  case WEIR_DTYPE_U6:
    unit = index / 4 * 3, place = index % 4;
    return (Field){ unit + place / 2, place % 2 == 0 ? 4 : 0, 0xf };
  default:
    return (Field){ index / 2, (guint) (index % 2 * 4), 0xf };
  }
}

/* The high bits of u3 and u6. */
static Field
high_field_of (WeirDtype dtype, gsize index)
{
  if (dtype == WEIR_DTYPE_U3)
    return (Field){ index / 8 * 3 + 2, (guint) (7 - index % 8), 1 };
  return (Field){ index / 4 * 3 + 2, (guint) (6 - index % 4 * 2), 3 };
}

static guint
field_get (const guint8 *data, Field field)
{
  return (guint) data[field.byte] >> field.shift & field.mask;
}

static void
field_set (guint8 *data, Field field, guint value)
{
  guint8 *byte = data + field.byte;

  *byte = (guint8) ((*byte & ~(field.mask << field.shift)) | (value & field.mask)
                                                                 << field.shift);
}

static gboolean
has_high_field (WeirDtype dtype)
{
  return dtype == WEIR_DTYPE_U3 || dtype == WEIR_DTYPE_U6;
}

static guint
load_packed (WeirDtype dtype, const guint8 *data, gsize index)
{
  Field low = field_of (dtype, index);
  guint value = field_get (data, low);

  if (has_high_field (dtype))
    value |= field_get (data, high_field_of (dtype, index)) * (low.mask + 1);
  return value;
}

static void
store_packed (WeirDtype dtype, guint8 *data, gsize index, guint value)
{
  Field low = field_of (dtype, index);

  field_set (data, low, value);
  if (has_high_field (dtype))
    field_set (data, high_field_of (dtype, index), value / (low.mask + 1));
}

double
weir_dtype_load (WeirDtype dtype, const void *data, gsize index)
{
  switch (dtype) {
  case WEIR_DTYPE_F64:
    return ((const double *) data)[index];
  case WEIR_DTYPE_F32:
    return ((const float *) data)[index];
  case WEIR_DTYPE_F16:
    return weir_f16_to_f32 (((const guint16 *) data)[index]);
  case WEIR_DTYPE_BF16:
    return weir_bf16_to_f32 (((const guint16 *) data)[index]);
  case WEIR_DTYPE_U64:
    return (double) ((const guint64 *) data)[index];
  case WEIR_DTYPE_F8E4M3:
  case WEIR_DTYPE_F8E5M2:
  case WEIR_DTYPE_F8E8M0:
    return weir_narrow_decode (dtype, ((const guint8 *) data)[index]);
  case WEIR_DTYPE_F4E2M1:
  case WEIR_DTYPE_NF4:
    return weir_narrow_decode (dtype, load_packed (dtype, data, index));
  default:
    return (double) weir_dtype_load_int (dtype, data, index);
  }
}

static gint64
saturate (double value, double low, double high)
{
  if (isnan (value))
    return 0;
  if (value <= low)
    return (gint64) low;
  if (value >= high)
    return high >= 0x1p63 ? G_MAXINT64 : (gint64) high;
  return (gint64) value;
}

gint64
weir_dtype_load_int (WeirDtype dtype, const void *data, gsize index)
{
  switch (dtype) {
  case WEIR_DTYPE_I64:
  case WEIR_DTYPE_U64:
    return ((const gint64 *) data)[index];
  case WEIR_DTYPE_I32:
    return ((const gint32 *) data)[index];
  case WEIR_DTYPE_U32:
    return ((const guint32 *) data)[index];
  case WEIR_DTYPE_I16:
    return ((const gint16 *) data)[index];
  case WEIR_DTYPE_U16:
    return ((const guint16 *) data)[index];
  case WEIR_DTYPE_I8:
    return ((const gint8 *) data)[index];
  case WEIR_DTYPE_U8:
    return ((const guint8 *) data)[index];
  case WEIR_DTYPE_BOOL:
    return ((const guint8 *) data)[index] != 0;
  case WEIR_DTYPE_I4:
    return (gint64) (load_packed (dtype, data, index) ^ 8) - 8;
  case WEIR_DTYPE_U6:
  case WEIR_DTYPE_U4:
  case WEIR_DTYPE_U3:
  case WEIR_DTYPE_U2:
  case WEIR_DTYPE_U1:
    return load_packed (dtype, data, index);
  case WEIR_DTYPE_UNKNOWN:
  case WEIR_DTYPE_STRING:
  case WEIR_N_DTYPES:
    return 0;
  default:
    return saturate (weir_dtype_load (dtype, data, index), -0x1p63, 0x1p63);
  }
}

void
weir_dtype_store_int (WeirDtype dtype, void *data, gsize index, gint64 value)
{
  switch (dtype) {
  case WEIR_DTYPE_I64:
  case WEIR_DTYPE_U64:
    ((gint64 *) data)[index] = value;
    break;
  case WEIR_DTYPE_I32:
  case WEIR_DTYPE_U32:
    ((guint32 *) data)[index] = (guint32) value;
    break;
  case WEIR_DTYPE_I16:
  case WEIR_DTYPE_U16:
    ((guint16 *) data)[index] = (guint16) value;
    break;
  case WEIR_DTYPE_I8:
  case WEIR_DTYPE_U8:
    ((guint8 *) data)[index] = (guint8) value;
    break;
  case WEIR_DTYPE_BOOL:
    ((guint8 *) data)[index] = value != 0;
    break;
  case WEIR_DTYPE_I4:
  case WEIR_DTYPE_U6:
  case WEIR_DTYPE_U4:
  case WEIR_DTYPE_U3:
  case WEIR_DTYPE_U2:
  case WEIR_DTYPE_U1:
    store_packed (dtype, data, index, (guint) value);
    break;
  default:
    weir_dtype_store (dtype, data, index, (double) value);
    break;
  }
}

void
weir_dtype_store (WeirDtype dtype, void *data, gsize index, double value)
{
  guint bits = rows[dtype].bits;

  switch (dtype) {
  case WEIR_DTYPE_F64:
    ((double *) data)[index] = value;
    break;
  case WEIR_DTYPE_F32:
    ((float *) data)[index] = (float) value;
    break;
  case WEIR_DTYPE_F16:
    ((guint16 *) data)[index] = weir_f16_from_f32 ((float) value);
    break;
  case WEIR_DTYPE_BF16:
    ((guint16 *) data)[index] = weir_bf16_from_f32 ((float) value);
    break;
  case WEIR_DTYPE_F8E4M3:
  case WEIR_DTYPE_F8E5M2:
  case WEIR_DTYPE_F8E8M0:
    ((guint8 *) data)[index] = (guint8) weir_narrow_encode (dtype, (float) value);
    break;
  case WEIR_DTYPE_F4E2M1:
  case WEIR_DTYPE_NF4:
    store_packed (dtype, data, index, weir_narrow_encode (dtype, (float) value));
    break;
  case WEIR_DTYPE_BOOL:
    ((guint8 *) data)[index] = value != 0;
    break;
  case WEIR_DTYPE_U64:
    ((guint64 *) data)[index] = isnan (value) || value <= 0 ? 0
                                : value >= 0x1p64           ? G_MAXUINT64
                                                            : (guint64) value;
    break;
  case WEIR_DTYPE_UNKNOWN:
  case WEIR_DTYPE_STRING:
  case WEIR_N_DTYPES:
    break;
  default:
    if (rows[dtype].kind == SIGNED)
      weir_dtype_store_int (
          dtype, data, index,
          saturate (value, -ldexp (1, (int) bits - 1),
                    bits == 64 ? 0x1p63 : ldexp (1, (int) bits - 1) - 1));
    else
      weir_dtype_store_int (dtype, data, index,
                            saturate (value, 0, ldexp (1, (int) bits) - 1));
    break;
  }
}
