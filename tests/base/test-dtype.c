#include "base/dtype.h"

#include <math.h>
#include <string.h>

/* Elements narrower than a byte, and floats narrower than two. Expected values come from
 * OpenVINO. */

typedef struct {
  WeirDtype dtype;
  gsize size;
  guint8 bytes[10];
  gsize n;
  double values[16];
} Row;

static const Row rows[] = {
  { WEIR_DTYPE_U1, 2, { 0x6f, 0x80 }, 9, { 0, 1, 1, 0, 1, 1, 1, 1, 1 } },
  { WEIR_DTYPE_U2, 2, { 0x1b, 0xe4 }, 8, { 3, 2, 1, 0, 0, 1, 2, 3 } },
  { WEIR_DTYPE_U3, 3, { 0xe4, 0x1b, 0xaa }, 8, { 7, 2, 5, 0, 4, 1, 6, 3 } },
  { WEIR_DTYPE_U3, 6, { 0x6c, 0x6c, 0x1e, 0xc0 }, 9, { 1, 2, 3, 4, 5, 6, 7, 0, 3 } },
  { WEIR_DTYPE_U4, 2, { 0x21, 0x43 }, 4, { 1, 2, 3, 4 } },
  { WEIR_DTYPE_I4, 2, { 0x2f, 0x43 }, 4, { -1, 2, 3, 4 } },
  { WEIR_DTYPE_U6, 3, { 0x21, 0x43, 0xe4 }, 4, { 50, 33, 20, 3 } },
  { WEIR_DTYPE_NF4,
    8,
    { 0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe },
    16,
    { -1, -0.6961928, -0.52507305, -0.3949175, -0.28444138, -0.18477343, -0.09105004, 0,
      0.0795803, 0.1609302, 0.2461123, 0.33791524, 0.44070983, 0.562617, 0.72295684,
      1 } },
  { WEIR_DTYPE_F4E2M1,
    8,
    { 0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe },
    16,
    { 0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6 } },
  { WEIR_DTYPE_F8E4M3,
    10,
    { 0x00, 0x01, 0x07, 0x08, 0x38, 0x7e, 0x7f, 0x80, 0xb8, 0xfe },
    10,
    { 0, 1.953125e-3, 1.3671875e-2, 1.5625e-2, 1, 448, NAN, -0.0, -1, -448 } },
  { WEIR_DTYPE_F8E5M2,
    9,
    { 0x00, 0x01, 0x03, 0x04, 0x3c, 0x7b, 0x7c, 0x7e, 0xbc },
    9,
    { 0, 1.52587890625e-5, 4.57763671875e-5, 6.103515625e-5, 1, 57344, INFINITY, NAN,
      -1 } },
  { WEIR_DTYPE_F8E8M0,
    6,
    { 0x01, 0x7e, 0x7f, 0x80, 0xfe, 0xff },
    6,
    { 0x1p-126, 0.5, 1, 2, 0x1p127, NAN } },
};

static void
assert_same (double found, double expected)
{
  if (isnan (expected))
    g_assert_true (isnan (found));
  else if (isinf (expected))
    g_assert_cmpfloat (found, ==, expected);
  else
    g_assert_cmpfloat_with_epsilon (found, expected, 1e-7);
  g_assert_cmpint (signbit (found) != 0, ==, signbit (expected) != 0);
}

static void
test_layout (void)
{
  for (gsize r = 0; r < G_N_ELEMENTS (rows); r++) {
    const Row *row = &rows[r];
    guint8 bytes[10] = { 0 };
    gsize size;

    g_test_message ("%s", weir_dtype_name (row->dtype));
    g_assert_true (weir_dtype_storage (row->dtype, row->n, &size));
    g_assert_cmpuint (size, ==, row->size);
    for (gsize i = 0; i < row->n; i++) {
      assert_same (weir_dtype_load (row->dtype, row->bytes, i), row->values[i]);
      weir_dtype_store (row->dtype, bytes, i, row->values[i]);
    }
    g_assert_cmpmem (bytes, size, row->bytes, size);
  }
}

typedef struct {
  WeirDtype dtype;
  double from, to;
} Rounding;

static const Rounding roundings[] = {
  { WEIR_DTYPE_F8E4M3, 1.0625, 1 },
  { WEIR_DTYPE_F8E4M3, 1.1875, 1.25 },
  { WEIR_DTYPE_F8E4M3, 464, 448 },
  { WEIR_DTYPE_F8E4M3, 465, NAN },
  { WEIR_DTYPE_F8E4M3, INFINITY, NAN },
  { WEIR_DTYPE_F8E4M3, 0x1p-10, 0 },
  { WEIR_DTYPE_F8E4M3, 0x1.8p-10, 0x1p-9 },
  { WEIR_DTYPE_F8E4M3, 0.1, 0.1015625 },
  { WEIR_DTYPE_F8E5M2, 1.125, 1 },
  { WEIR_DTYPE_F8E5M2, 240, 256 },
  { WEIR_DTYPE_F8E5M2, 60000, 57344 },
  { WEIR_DTYPE_F8E5M2, 61440, INFINITY },
  { WEIR_DTYPE_F8E5M2, 0x1p-17, 0 },
  { WEIR_DTYPE_F8E5M2, 1e9, INFINITY },
  { WEIR_DTYPE_F8E8M0, 1.4999, 1 },
  { WEIR_DTYPE_F8E8M0, 1.5, 2 },
  { WEIR_DTYPE_F8E8M0, 3, 2 },
  { WEIR_DTYPE_F8E8M0, 0.75, 0.5 },
  { WEIR_DTYPE_F8E8M0, INFINITY, 0x1p127 },
  { WEIR_DTYPE_F4E2M1, 0.25, 0 },
  { WEIR_DTYPE_F4E2M1, 0.75, 1 },
  { WEIR_DTYPE_F4E2M1, 5, 4 },
  { WEIR_DTYPE_F4E2M1, -7, -6 },
  { WEIR_DTYPE_F4E2M1, NAN, 6 },
  { WEIR_DTYPE_F4E2M1, 1e9, 6 },
  { WEIR_DTYPE_NF4, 0.04, 0.0795803 },
  { WEIR_DTYPE_NF4, -7, -1 },
  { WEIR_DTYPE_NF4, NAN, -1 },
};

static void
test_rounding (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (roundings); i++) {
    guint8 byte = 0;

    g_test_message ("%s %g", weir_dtype_name (roundings[i].dtype), roundings[i].from);
    weir_dtype_store (roundings[i].dtype, &byte, 0, roundings[i].from);
    assert_same (weir_dtype_load (roundings[i].dtype, &byte, 0), roundings[i].to);
  }
}

/* Names stand for one type each. */
static void
test_names (void)
{
  for (int i = 1; i < WEIR_N_DTYPES; i++) {
    WeirDtype dtype = (WeirDtype) i;

    g_assert_cmpint (weir_dtype_parse (weir_dtype_name (dtype)), ==, dtype);
    g_assert_cmpint (weir_dtype_parse (weir_dtype_precision (dtype)), ==, dtype);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/dtype/layout", test_layout);
  g_test_add_func ("/base/dtype/rounding", test_rounding);
  g_test_add_func ("/base/dtype/names", test_names);
  return g_test_run ();
}
