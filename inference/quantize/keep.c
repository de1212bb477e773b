#include "observe.h"

#include <math.h>
#include <stdlib.h>

/* Which layers stay in float. Errors of single layers hardly know of each other, so their
 * squares add up: each layer is tried alone, the worst are kept until the sum of the
 * others is small enough, and then that is measured. */

/* Samples that single layers, and all of them, are tried on before all samples are. */
#define FEW  4
#define MANY 32

/** Share: @alone: the drop that a layer causes by itself. */
typedef struct {
  guint layer;
  double alone;
} Share;

typedef struct {
  WeirCalibration *calibration;
  const WeirTrial *trial;
  WeirModel *model;
} Search;

/* What was measured takes the place of what the calibration knows. @drop: the worst
 * output's. */
static gboolean
measure (const Search *s, guint samples, double *drop, GError **error)
{
  WeirTrial trial = *s->trial;
  g_autoptr (WeirModel) quantized =
      weir_calibration_apply (s->calibration, s->model, error);

  trial.limit = MIN (trial.limit, samples);
  if (quantized == NULL ||
      !weir_drift_measure (&trial, s->model, quantized, s->calibration->drifts, error))
    return FALSE;
  *drop = 0;
  for (guint i = 0; i < s->calibration->drifts->len; i++)
    *drop = MAX (*drop, g_array_index (s->calibration->drifts, WeirDrift, i).drop);
  return TRUE;
}

static void
restore (const Search *s, char **reasons)
{
  for (guint i = 0; i < s->calibration->layers->len; i++)
    weir_calibration_verdict (s->calibration, i)->reason = reasons[i];
}

/* One layer alone: the others are told to stay in float for as long. */
static gboolean
measure_alone (const Search *s, guint layer, double *drop, GError **error)
{
  static char elsewhere[] = "";
  guint n = s->calibration->layers->len;
  g_autofree char **reasons = g_new (char *, n);
  gboolean good;

  for (guint i = 0; i < n; i++) {
    WeirVerdict *verdict = weir_calibration_verdict (s->calibration, i);

    reasons[i] = verdict->reason;
    verdict->reason = i == layer ? NULL : elsewhere;
  }
  good = measure (s, FEW, drop, error);
  restore (s, reasons);
  return good;
}

static int
by_share (const void *a, const void *b)
{
  double x = ((const Share *) a)->alone, y = ((const Share *) b)->alone;

  return x > y ? -1 : x < y;
}

/* Sums follow the layers that read them, and are no choice of their own. */
static GArray *
find_shares (const Search *s, GError **error)
{
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (Share));

  for (guint i = 0; i < s->calibration->layers->len; i++) {
    const WeirVerdict *verdict = weir_calibration_verdict (s->calibration, i);
    Share share = { .layer = i };

    if (verdict->reason != NULL || g_strcmp0 (verdict->op, "Add") == 0)
      continue;
    if (!measure_alone (s, i, &share.alone, error))
      return NULL;
    g_array_append_val (shares, share);
  }
  if (shares->len > 0)
    qsort (shares->data, shares->len, sizeof (Share), by_share);
  return g_steal_pointer (&shares);
}

/* How many of the worst must go for the rest to stay below @limit, by their squares. */
static guint
guess (const GArray *shares, double limit)
{
  double rest = 0;
  guint n = shares->len;

  while (n > 0) {
    double alone = g_array_index (shares, Share, n - 1).alone;

    if (rest + alone * alone > limit * limit)
      break;
    rest += alone * alone;
    n--;
  }
  return n;
}

static void
keep_first (const Search *s, const GArray *shares, guint from, guint to)
{
  for (guint i = from; i < to; i++) {
    const Share *share = &g_array_index (shares, Share, i);

    weir_calibration_verdict (s->calibration, share->layer)->reason =
        g_strdup_printf ("by itself it moves an output by %.2g", share->alone);
  }
}

/* Whether no output drifts by more than @max_drop: on many samples, then on all. */
static gboolean
holds (const Search *s, double max_drop, gboolean *good, GError **error)
{
  double drop = 0;

  if (isfinite (max_drop) && !measure (s, MANY, &drop, error))
    return FALSE;
  *good = drop <= max_drop;
  if (*good && !measure (s, G_MAXUINT, &drop, error))
    return FALSE;
  *good &= drop <= max_drop;
  return TRUE;
}

gboolean
weir_keep_sensitive (WeirCalibration *calibration, const WeirTrial *trial,
                     WeirModel *model, double max_drop, GError **error)
{
  Search s = { calibration, trial, model };
  g_autoptr (GArray) shares = NULL;
  guint kept = 0, next;
  gboolean good;

  if (!holds (&s, max_drop, &good, error))
    return FALSE;
  if (good)
    return TRUE;
  shares = find_shares (&s, error);
  if (shares == NULL)
    return FALSE;
  next = MAX (1, guess (shares, max_drop));
  while (!good && kept < shares->len) {
    next = MIN (next, shares->len);
    keep_first (&s, shares, kept, next);
    kept = next;
    next = kept + MAX (1, kept / 4);
    if (!holds (&s, max_drop, &good, error))
      return FALSE;
  }
  return good || measure (&s, G_MAXUINT, &(double){ 0 }, error);
}
