#include "geometry.h"

#include <math.h>

gboolean
gst_weir_polygon_holds (const GstWeirPoint *corners, guint n, GstWeirPoint point)
{
  gboolean inside = FALSE;

  for (guint i = 0, k = n - 1; i < n; k = i++) {
    GstWeirPoint a = corners[i], b = corners[k];

    if ((a.y > point.y) != (b.y > point.y) &&
        point.x < a.x + (point.y - a.y) * (b.x - a.x) / (b.y - a.y))
      inside = !inside;
  }
  return inside;
}

/* Twice the area of a triangle: negative where @p is left of the way from @a to @b. */
static double
side_of (GstWeirPoint a, GstWeirPoint b, GstWeirPoint p)
{
  return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

int
gst_weir_line_crossing (GstWeirPoint a, GstWeirPoint b, GstWeirPoint from,
                        GstWeirPoint to)
{
  gboolean was_left = side_of (a, b, from) < 0, is_left = side_of (a, b, to) < 0;
  double end_a = side_of (from, to, a), end_b = side_of (from, to, b);

  if (was_left == is_left || (end_a < 0 && end_b < 0) || (end_a > 0 && end_b > 0))
    return 0;
  return is_left ? 1 : -1;
}

double
gst_weir_line_distance (GstWeirPoint a, GstWeirPoint b, GstWeirPoint point)
{
  double length = hypot (b.x - a.x, b.y - a.y);

  if (length > 0)
    return fabs (side_of (a, b, point)) / length;
  return hypot (point.x - a.x, point.y - a.y);
}

#define UNKNOWNS 8

static void
swap_rows (double *a, double *b)
{
  for (guint i = 0; i <= UNKNOWNS; i++) {
    double kept = a[i];

    a[i] = b[i];
    b[i] = kept;
  }
}

/* Elimination with pivots; the solution is in the last column. */
static gboolean
eliminate (double rows[UNKNOWNS][UNKNOWNS + 1])
{
  for (guint c = 0; c < UNKNOWNS; c++) {
    guint best = c;

    for (guint r = c + 1; r < UNKNOWNS; r++)
      if (fabs (rows[r][c]) > fabs (rows[best][c]))
        best = r;
    if (!(fabs (rows[best][c]) > 1e-9))
      return FALSE;
    swap_rows (rows[c], rows[best]);
    for (guint i = UNKNOWNS + 1; i-- > c;)
      rows[c][i] /= rows[c][c];
    for (guint r = 0; r < UNKNOWNS; r++)
      for (guint i = UNKNOWNS + 1; r != c && i-- > c;)
        rows[r][i] -= rows[r][c] * rows[c][i];
  }
  return TRUE;
}

static double
depth (const GstWeirHomography *h, GstWeirPoint p)
{
  return h->m[6] * p.x + h->m[7] * p.y + h->m[8];
}

/* Moved and scaled so that the four points are near one: the same numbers serve pixels,
 * metres and parts of a frame. */
static void
normalise (const GstWeirPoint *points, GstWeirPoint *centre, double *scale)
{
  *centre = (GstWeirPoint){ 0, 0 };
  *scale = 0;
  for (guint i = 0; i < 4; i++) {
    centre->x += points[i].x / 4;
    centre->y += points[i].y / 4;
  }
  for (guint i = 0; i < 4; i++)
    *scale = MAX (*scale, hypot (points[i].x - centre->x, points[i].y - centre->y));
}

static gboolean
is_line (GstWeirPoint a, GstWeirPoint b, GstWeirPoint c, double scale)
{
  return !(fabs (side_of (a, b, c)) > 1e-6 * scale * scale);
}

static gboolean
any_line (const GstWeirPoint *p, double scale)
{
  return is_line (p[0], p[1], p[2], scale) || is_line (p[0], p[1], p[3], scale) ||
         is_line (p[0], p[2], p[3], scale) || is_line (p[1], p[2], p[3], scale);
}

/* For points near one: the last of the nine numbers is 1. */
static gboolean
solve_near (GstWeirHomography *h, const GstWeirPoint *from, const GstWeirPoint *to)
{
  double rows[UNKNOWNS][UNKNOWNS + 1];

  for (guint i = 0; i < 4; i++) {
    const double x = from[i].x, y = from[i].y, u = to[i].x, v = to[i].y;
    const double first[] = { x, y, 1, 0, 0, 0, -u * x, -u * y, u };
    const double second[] = { 0, 0, 0, x, y, 1, -v * x, -v * y, v };

    for (guint k = 0; k <= UNKNOWNS; k++) {
      rows[2 * i][k] = first[k];
      rows[2 * i + 1][k] = second[k];
    }
  }
  if (!eliminate (rows))
    return FALSE;
  for (guint i = 0; i < UNKNOWNS; i++)
    h->m[i] = rows[i][UNKNOWNS];
  h->m[8] = 1;
  return TRUE;
}

/* T(to)^-1 H T(from), where T moves by a centre and divides by a scale. */
static void
put_back (GstWeirHomography *h, GstWeirPoint from, double from_scale, GstWeirPoint to,
          double to_scale)
{
  double *m = h->m;

  for (guint r = 0; r < 3; r++) {
    m[3 * r] /= from_scale;
    m[3 * r + 1] /= from_scale;
    m[3 * r + 2] -= m[3 * r] * from.x + m[3 * r + 1] * from.y;
  }
  for (guint c = 0; c < 3; c++) {
    m[c] = to_scale * m[c] + to.x * m[6 + c];
    m[3 + c] = to_scale * m[3 + c] + to.y * m[6 + c];
  }
}

gboolean
gst_weir_homography_solve (GstWeirHomography *homography, const GstWeirPoint from[4],
                           const GstWeirPoint to[4])
{
  GstWeirPoint near_from[4], near_to[4], from_centre, to_centre;
  double from_scale, to_scale;

  normalise (from, &from_centre, &from_scale);
  normalise (to, &to_centre, &to_scale);
  if (any_line (from, from_scale) || any_line (to, to_scale))
    return FALSE;
  for (guint i = 0; i < 4; i++) {
    near_from[i].x = (from[i].x - from_centre.x) / from_scale;
    near_from[i].y = (from[i].y - from_centre.y) / from_scale;
    near_to[i].x = (to[i].x - to_centre.x) / to_scale;
    near_to[i].y = (to[i].y - to_centre.y) / to_scale;
  }
  if (!solve_near (homography, near_from, near_to))
    return FALSE;
  for (guint i = 0; i < 4; i++)
    if (!(depth (homography, near_from[i]) > 1e-9))
      return FALSE; /* the horizon runs between them: their order is another */
  put_back (homography, from_centre, from_scale, to_centre, to_scale);
  return TRUE;
}

gboolean
gst_weir_homography_apply (const GstWeirHomography *homography, GstWeirPoint point,
                           GstWeirPoint *result)
{
  const double *m = homography->m;
  double w = depth (homography, point);

  if (!(w > 1e-9))
    return FALSE;
  result->x = (m[0] * point.x + m[1] * point.y + m[2]) / w;
  result->y = (m[3] * point.x + m[4] * point.y + m[5]) / w;
  return TRUE;
}
