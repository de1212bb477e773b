#include "ranges.h"

#include "base/checked.h"

#include <math.h>
#include <string.h>

/* Methods that find a range: they differ in what they pay for values outside of it. */

/* Of this share of the values each end may lose. */
#define TAIL 1e-4
/* Ends that a search tries, and the share of the way to zero that it goes at most. */
#define TRIES   64
#define DEEPEST 0.8

static double
bin_width (const WeirHistogram *h)
{
  return (h->max - h->min) / WEIR_HISTOGRAM_BINS;
}

static double
bin_centre (const WeirHistogram *h, guint bin)
{
  return h->min + (bin + 0.5) * bin_width (h);
}

static WeirRange
find_minmax (const WeirHistogram *h)
{
  return (WeirRange){ h->min, h->max };
}

static guint64
count_all (const WeirHistogram *h)
{
  guint64 sum = 0;

  for (guint i = 0; i < WEIR_HISTOGRAM_BINS; i++)
    sum += h->bins[i];
  return sum;
}

static WeirRange
find_percentile (const WeirHistogram *h)
{
  guint64 lost = (guint64) ((double) count_all (h) * TAIL), below = 0, above = 0;
  guint first = 0, last = WEIR_HISTOGRAM_BINS - 1;

  while (first < last && below + h->bins[first] <= lost)
    below += h->bins[first++];
  while (last > first && above + h->bins[last] <= lost)
    above += h->bins[last--];
  return (WeirRange){ h->min + first * bin_width (h),
                      h->min + (last + 1) * bin_width (h) };
}

/* Mean square of what rounding and clipping change. */
static double
square_error (const WeirHistogram *h, WeirRange r)
{
  double step = (r.high - r.low) / (WEIR_QUANTIZE_LEVELS - 1);
  double rounding = step * step / 12, sum = 0;

  for (guint i = 0; i < WEIR_HISTOGRAM_BINS; i++) {
    double x = bin_centre (h, i);
    double outside = x < r.low ? r.low - x : x > r.high ? x - r.high : 0;

    sum += (double) h->bins[i] * (outside > 0 ? outside * outside : rounding);
  }
  return sum;
}

static guint
bin_of (const WeirHistogram *h, double x)
{
  return (guint) weir_whole ((x - h->min) / bin_width (h), 0, WEIR_HISTOGRAM_BINS - 1);
}

/** Spread: bins from one to another, without that of zero: zero is exact in any range,
 * and after an activation it is most of all values.
 * @seen: what was there
 * @clipped: with all that lies beyond added to the outermost */
typedef struct {
  guint n;
  double seen[WEIR_HISTOGRAM_BINS], clipped[WEIR_HISTOGRAM_BINS];
  double n_seen, n_clipped;
} Spread;

static void
spread_init (Spread *s, const WeirHistogram *h, guint first, guint last)
{
  guint zero = h->min <= 0 && h->max >= 0 ? bin_of (h, 0) : WEIR_HISTOGRAM_BINS;

  *s = (Spread){ .n = last - first + 1 };
  for (guint i = 0; i < WEIR_HISTOGRAM_BINS; i++) {
    double count = i == zero ? 0 : (double) h->bins[i];

    s->clipped[CLAMP (i, first, last) - first] += count;
    s->n_clipped += count;
    if (i < first || i > last)
      continue;
    s->seen[i - first] = count;
    s->n_seen += count;
  }
}

/* Divergence (Kullback, Leibler) of what levels can tell from what was seen: the values
 * of one level are spread evenly over its bins that had any. */
static double
divergence (const WeirHistogram *h, WeirRange r)
{
  guint first = bin_of (h, r.low), last = MAX (first, bin_of (h, r.high));
  double sum = 0;
  Spread s;

  spread_init (&s, h, first, last);
  for (guint level = 0; level < WEIR_QUANTIZE_LEVELS; level++) {
    guint from = level * s.n / WEIR_QUANTIZE_LEVELS;
    guint to = (level + 1) * s.n / WEIR_QUANTIZE_LEVELS, filled = 0;
    double share = 0;

    for (guint i = from; i < to; i++) {
      share += s.seen[i];
      filled += s.clipped[i] > 0;
    }
    for (guint i = from; i < to; i++) {
      double p = s.clipped[i] / s.n_clipped;
      double q = share > 0 ? share / filled / s.n_seen : 0;

      if (p > 0)
        sum += p * log (p / MAX (q, 1e-12));
    }
  }
  return sum;
}

/* Draws in one end after the other, as far as @cost falls. */
static WeirRange
search (const WeirHistogram *h, double (*cost) (const WeirHistogram *h, WeirRange r))
{
  WeirRange best = { MIN (h->min, 0), MAX (h->max, 0) }, whole = best;
  double least = cost (h, best);

  for (guint end = 0; end < 2; end++) {
    WeirRange tried = best;

    for (guint i = 1; i <= TRIES; i++) {
      double rest = 1 - DEEPEST * i / TRIES, paid;

      if (end == 0)
        tried.high = whole.high * rest;
      else
        tried.low = whole.low * rest;
      if (!(tried.high > tried.low))
        break;
      paid = cost (h, tried);
      if (paid < least) {
        least = paid;
        best = tried;
      }
    }
  }
  return best;
}

static WeirRange
find_mse (const WeirHistogram *h)
{
  return search (h, square_error);
}

static WeirRange
find_entropy (const WeirHistogram *h)
{
  return search (h, divergence);
}

static const WeirRangeMethod methods[] = {
  { "mse", TRUE, find_mse },
  { "minmax", FALSE, find_minmax },
  { "percentile", TRUE, find_percentile },
  { "entropy", TRUE, find_entropy },
};

const WeirRangeMethod *
weir_range_method (guint index)
{
  return index < G_N_ELEMENTS (methods) ? &methods[index] : NULL;
}

const WeirRangeMethod *
weir_range_method_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (methods[i].name, name) == 0)
      return &methods[i];
  return NULL;
}

WeirRange
weir_range_join (WeirRange a, WeirRange b)
{
  return (WeirRange){ MIN (a.low, b.low), MAX (a.high, b.high) };
}

/* The next number of 16 significant bits: its multiples by levels are exact in float. */
static double
short_step (double step)
{
  int exponent;
  double fraction = frexp (step, &exponent);

  return ldexp (ceil (ldexp (fraction, 16)), exponent - 16);
}

/* Levels below zero. */
static double
zero_point (WeirRange range, gboolean symmetric)
{
  double last = WEIR_QUANTIZE_LEVELS - 1;

  if (range.low == 0)
    return 0;
  if (symmetric)
    return WEIR_QUANTIZE_LEVELS / 2;
  return CLAMP (rint (-range.low / ((range.high - range.low) / last)), 1, last);
}

WeirRange
weir_range_settle (WeirRange range, gboolean symmetric)
{
  double zero, above, step = 0;

  range = weir_range_join (range, (WeirRange){ 0, 0 });
  if (!(range.high - range.low > G_MINFLOAT * 1e6))
    range = (WeirRange){ 0, 1 };
  zero = zero_point (range, symmetric);
  above = WEIR_QUANTIZE_LEVELS - 1 - zero;
  if (zero > 0)
    step = -range.low / zero;
  if (above > 0)
    step = MAX (step, range.high / above);
  step = short_step (step);
  return (WeirRange){ 0 - zero * step, above * step };
}
