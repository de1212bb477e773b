#include "compare.h"

#include <math.h>
#include <string.h>

static void
assert_same_kind (const WeirTensor *found, const WeirTensor *expected)
{
  g_autofree char *want = weir_shape_to_string (weir_tensor_shape (expected));

  g_assert_cmpstr (weir_dtype_name (weir_tensor_dtype (found)), ==,
                   weir_dtype_name (weir_tensor_dtype (expected)));
  assert_shape (weir_tensor_shape (found), want);
}

void
assert_close (const WeirTensor *found, const WeirTensor *expected, double tolerance)
{
  double largest = 1, worst = 0;
  gsize at = 0;

  assert_same_kind (found, expected);
  for (gsize i = 0; i < weir_tensor_count (expected); i++) {
    double a = weir_tensor_get (found, i), b = weir_tensor_get (expected, i);
    double difference = (a == b || (isnan (a) && isnan (b))) ? 0 : fabs (a - b);

    if (isfinite (b))
      largest = MAX (largest, fabs (b));
    if (!(difference <= worst)) {
      worst = difference;
      at = i;
    }
  }
  if (!(worst <= tolerance * largest)) {
    g_test_message ("element %zu: expected %g, found %g, allowed %g", at,
                    weir_tensor_get (expected, at), weir_tensor_get (found, at),
                    tolerance * largest);
    g_test_fail ();
  }
}

void
assert_equal (const WeirTensor *found, const WeirTensor *expected)
{
  assert_same_kind (found, expected);
  g_assert_cmpmem (weir_tensor_data (found), weir_tensor_size (found),
                   weir_tensor_data (expected), weir_tensor_size (expected));
}

void
assert_f32 (const WeirTensor *tensor, const float *expected, gsize n)
{
  g_assert_cmpuint (weir_tensor_count (tensor), ==, n);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (tensor, i), expected[i],
                                    1e-5 * MAX (1, fabs (expected[i])));
}

void
assert_ints (const WeirTensor *tensor, const gint64 *expected, gsize n)
{
  g_assert_cmpuint (weir_tensor_count (tensor), ==, n);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpint (weir_tensor_get_int (tensor, i), ==, expected[i]);
}

void
assert_shape (const WeirShape *shape, const char *expected)
{
  g_autofree char *text = weir_shape_to_string (shape);

  g_assert_cmpstr (text, ==, expected);
}

void
assert_says (const GError *error, const char *text)
{
  g_assert_nonnull (error);
  if (strstr (error->message, text) != NULL)
    return;
  g_test_message ("'%s' is not in '%s'", text, error->message);
  g_test_fail ();
}
