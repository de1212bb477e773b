#include "image-taps.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/limits.h"
#include "cpu/image.h"

#include <string.h>

/* Where the samples of a resized picture are. */

/* The widest vector: so far do loops over pixels go beyond the last one. */
#define VECTOR 16

/* Bytes that one shuffle picks from. */
#define WINDOW 16

/* A picker of bytes leaves zero here. */
#define NOTHING 0x80

#define TABLES_OF_TAPS 6

static guint
whole_vectors (guint n)
{
  return (n + VECTOR - 1) / VECTOR * VECTOR;
}

static guint
count_samples (guint size, guint shift)
{
  return (size + (1u << shift) - 1) >> shift;
}

/* Samples stand at the centres of their pixels; beyond the edge it is repeated. */
static void
make_taps (WeirImageTaps *taps, guint n, double from, double step, guint size,
           guint shift, guint unit)
{
  guint samples = count_samples (size, shift);

  for (guint i = 0; i < whole_vectors (n); i++) {
    double at = (from + MIN (i, n - 1) * step) / (1u << shift) - 0.5;
    guint first, right;

    at = CLAMP (at, 0, (double) (samples - 1));
    first = MIN ((guint) at, samples > 1 ? samples - 2 : 0);
    taps->first[i] = first * unit;
    taps->second[i] = MIN (first + 1, samples - 1) * unit;
    taps->toward[i] = (float) (at - first);
    right = (guint) (taps->toward[i] * WEIR_IMAGE_UNIT + 0.5f);
    taps->weights[i] = right << 16 | (WEIR_IMAGE_UNIT - right);
  }
}

static guint32
pick (guint first, guint second, gboolean interleaved)
{
  if (interleaved)
    return first | (first + 1) << 8 | second << 16 | (second + 1) << 24;
  return first | NOTHING << 8 | second << 16 | (guint32) NOTHING << 24;
}

/* Windows of @size bytes for @pixels pixels each; fails where one does not hold all their
 * samples. Those of one pixel are halves of what a shuffle picks from. */
static gboolean
make_windows (WeirImageTaps *taps, guint n, guint row_bytes, gboolean interleaved,
              guint size, guint pixels)
{
  guint last = interleaved ? 1 : 0;

  if (row_bytes < size)
    return FALSE;
  for (guint i = 0; i < n; i += pixels) {
    guint start = MIN (taps->first[i], row_bytes - size);

    if (taps->second[i + pixels - 1] + last - start >= size)
      return FALSE;
    taps->starts[i / pixels] = start;
    for (guint k = i; k < i + pixels; k++) {
      guint at = (WINDOW - size) * (k % 2);

      taps->picks[k] =
          pick (taps->first[k] - start + at, taps->second[k] - start + at, interleaved);
    }
  }
  return TRUE;
}

static void
find_windows (WeirImageTaps *taps, guint n, guint row_bytes, gboolean interleaved)
{
  taps->halves = FALSE;
  if (make_windows (taps, n, row_bytes, interleaved, WINDOW, 2))
    return;
  taps->halves = make_windows (taps, n, row_bytes, interleaved, WINDOW / 2, 1);
  if (!taps->halves)
    taps->starts = taps->picks = NULL;
}

static void
fill_across (WeirImageTables *tables, guint c)
{
  const WeirImageGeometry *g = &tables->geometry;
  WeirImageTaps *taps = &tables->across[c];
  gboolean interleaved = c > 0 && g->interleaved;
  guint samples = count_samples (g->width, g->shift_x[c]);

  make_taps (taps, g->cover.width, g->cover.from_x, g->cover.step_x, g->width,
             g->shift_x[c], g->step[c]);
  if (g->windows)
    find_windows (taps, tables->length,
                  (samples - 1) * g->step[c] + (interleaved ? 2 : 1), interleaved);
  else
    taps->starts = taps->picks = NULL;
}

static gboolean
alloc_tables (WeirImageTables *tables, GError **error)
{
  guint length =
      whole_vectors (MAX (tables->geometry.cover.width, tables->geometry.cover.height));
  gsize table = (gsize) length * sizeof (guint32), size;
  guint8 *at;

  if (!weir_mul_size (table, 6 * TABLES_OF_TAPS + 6, &size))
    return weir_fail (error, WEIR_ERROR_LIMIT, "a row of %u pixels", length);
  tables->memory = at = weir_try_alloc (size, error);
  for (guint i = 0; at != NULL && i < 6; i++, at += TABLES_OF_TAPS * table) {
    WeirImageTaps *taps = i < 3 ? &tables->across[i] : &tables->down[i - 3];

    taps->first = (guint32 *) at;
    taps->second = taps->first + length;
    taps->weights = taps->second + length;
    taps->starts = taps->weights + length;
    taps->picks = taps->starts + length;
    taps->toward = (float *) (taps->picks + length);
  }
  tables->words = (guint32 *) at;
  return at != NULL;
}

gboolean
weir_image_tables_set (WeirImageTables *tables, const WeirImageGeometry *geometry,
                       GError **error)
{
  if (tables->memory != NULL &&
      memcmp (&tables->geometry, geometry, sizeof *geometry) == 0)
    return TRUE;
  weir_image_tables_clear (tables);
  tables->geometry = *geometry;
  tables->length = whole_vectors (geometry->cover.width);
  if (!alloc_tables (tables, error))
    return FALSE;
  for (guint c = 0; c < 3; c++) {
    fill_across (tables, c);
    make_taps (&tables->down[c], geometry->cover.height, geometry->cover.from_y,
               geometry->cover.step_y, geometry->height, geometry->shift_y[c], 1);
  }
  return TRUE;
}

void
weir_image_tables_clear (WeirImageTables *tables)
{
  g_clear_pointer (&tables->memory, weir_free);
}
