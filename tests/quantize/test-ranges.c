#include "quantize/ranges.h"

#include <math.h>

static void
assert_levels (WeirRange range, double below)
{
  double step = (range.high - range.low) / 255;

  g_assert_cmpfloat_with_epsilon (range.low, -below * step, 1e-12);
  for (int i = 0; i < 256; i++) {
    double level = range.low + i * step;
    g_assert_cmpfloat ((double) (float) level, ==, level);
  }
}

/* From -1 to 3: a step of 4/255 puts 63.75 levels below zero, so 64 of them; the 191
 * above then need steps of 3/191, which are longer than the 1/64 below. */
static void
test_settle_any (void)
{
  WeirRange range = weir_range_settle ((WeirRange){ -1, 3 }, FALSE);

  assert_levels (range, 64);
  g_assert_cmpfloat (range.high, >=, 3);
  g_assert_cmpfloat (range.high, <, 3 * (1 + 1e-4));
}

static void
test_settle_symmetric (void)
{
  WeirRange range = weir_range_settle ((WeirRange){ -1, 3 }, TRUE);

  assert_levels (range, 128);
  g_assert_cmpfloat_with_epsilon (range.high, 3, 3e-4);
  g_assert_cmpfloat_with_epsilon (range.low, -3.0 * 128 / 127, 3e-4);
}

static void
test_settle_one_side (void)
{
  WeirRange above = weir_range_settle ((WeirRange){ 0.5, 3 }, TRUE);
  WeirRange below = weir_range_settle ((WeirRange){ -3, -1 }, FALSE);

  assert_levels (above, 0);
  g_assert_cmpfloat_with_epsilon (above.high, 3, 3e-4);
  assert_levels (below, 255);
  g_assert_cmpfloat_with_epsilon (below.low, -3, 3e-4);
  g_assert_cmpfloat (below.high, ==, 0);
}

/* A value that is always zero, and one that can be told from it by nothing. */
static void
test_settle_nothing (void)
{
  WeirRange none = weir_range_settle ((WeirRange){ 0, 0 }, FALSE);
  WeirRange tiny = weir_range_settle ((WeirRange){ 0, 1e-40 }, TRUE);

  assert_levels (none, 0);
  g_assert_cmpfloat_with_epsilon (none.high, 1, 1e-4);
  assert_levels (tiny, 0);
}

static WeirRange
find (const char *method, const WeirHistogram *histogram)
{
  return weir_range_method_find (method)->find (histogram);
}

static void
test_minmax (void)
{
  WeirHistogram h = { .min = -2, .max = 5 };
  WeirRange range = find ("minmax", &h);

  g_assert_cmpfloat (range.low, ==, -2);
  g_assert_cmpfloat (range.high, ==, 5);
}

/* Of 100000 values each end may lose 10. */
static void
test_percentile (void)
{
  WeirHistogram h = { .min = 0, .max = WEIR_HISTOGRAM_BINS };
  WeirRange range;

  h.bins[5] = 5;
  h.bins[100] = 50000;
  h.bins[700] = 49984;
  h.bins[900] = 1;
  h.bins[2000] = 10;
  range = find ("percentile", &h);
  g_assert_cmpfloat (range.low, ==, 100);
  g_assert_cmpfloat (range.high, ==, 901);
}

/* 256000 values below 256 and one at 2047.5: a range up to h costs 256000 (h / 255)^2 /
 * 12 and (2047.5 - h)^2, which is least at 1541.8; ends are tried at 2048 (1 - i / 80):
 * 1536 costs 1035665, 1561.6 costs 1036147, 1510.4 costs 1037023. */
static void
test_mse (void)
{
  WeirHistogram h = { .min = 0, .max = WEIR_HISTOGRAM_BINS };
  WeirRange range;

  for (guint i = 0; i < 256; i++)
    h.bins[i] = 1000;
  h.bins[2047] = 1;
  range = find ("mse", &h);
  g_assert_cmpfloat (range.low, ==, 0);
  g_assert_cmpfloat_with_epsilon (range.high, 1536, 1e-9);
}

/* Where every level has as many bins as any other and they are equally full, nothing is
 * lost by levels, and something by any value outside. */
static void
test_entropy_of_even_values (void)
{
  WeirHistogram h = { .min = -1024, .max = 1024 };
  WeirRange range;

  for (guint i = 0; i < WEIR_HISTOGRAM_BINS; i++)
    h.bins[i] = 7;
  range = find ("entropy", &h);
  g_assert_cmpfloat (range.low, ==, -1024);
  g_assert_cmpfloat (range.high, ==, 1024);
}

/* Bins that take turns are told apart the better the fewer of them share a level; one
 * value of 250000 is worth that, but none of the others is. */
static void
test_entropy_of_a_tail (void)
{
  WeirHistogram h = { .min = 0, .max = WEIR_HISTOGRAM_BINS };
  WeirRange range;

  for (guint i = 1; i < 512; i++)
    h.bins[i] = i % 2 == 0 ? 1000 : 10;
  h.bins[2047] = 1;
  range = find ("entropy", &h);
  g_assert_cmpfloat (range.low, ==, 0);
  g_assert_cmpfloat (range.high, <, 1024);
  g_assert_cmpfloat (range.high, >=, 512);
}

static void
test_names (void)
{
  g_assert_cmpstr (weir_range_method (0)->name, ==, "mse");
  g_assert_null (weir_range_method_find ("median"));
  g_assert_null (weir_range_method (4));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quantize/ranges/settle-any", test_settle_any);
  g_test_add_func ("/quantize/ranges/settle-symmetric", test_settle_symmetric);
  g_test_add_func ("/quantize/ranges/settle-one-side", test_settle_one_side);
  g_test_add_func ("/quantize/ranges/settle-nothing", test_settle_nothing);
  g_test_add_func ("/quantize/ranges/minmax", test_minmax);
  g_test_add_func ("/quantize/ranges/percentile", test_percentile);
  g_test_add_func ("/quantize/ranges/mse", test_mse);
  g_test_add_func ("/quantize/ranges/entropy-of-even-values",
                   test_entropy_of_even_values);
  g_test_add_func ("/quantize/ranges/entropy-of-a-tail", test_entropy_of_a_tail);
  g_test_add_func ("/quantize/ranges/names", test_names);
  return g_test_run ();
}
