#include "rotated-box.h"

#include <math.h>

/* The overlap of two rectangles that are turned: one is cut along the sides of the other
 * (Sutherland and Hodgman), what is left is measured. */

/* Each of four cuts adds one corner at most. */
#define MAX_CORNERS 8

typedef struct {
  double x, y;
} Point;

typedef struct {
  guint n;
  Point points[MAX_CORNERS];
} Polygon;

/* Corners around, relative to @origin, so that no digits are lost far from 0. */
static Polygon
corners (const WeirRotatedBox *box, const WeirRotatedBox *origin)
{
  static const int signs[4][2] = { { -1, -1 }, { 1, -1 }, { 1, 1 }, { -1, 1 } };
  double c = cos (box->angle) / 2, s = sin (box->angle) / 2;
  Polygon polygon = { .n = 4 };

  for (guint i = 0; i < 4; i++) {
    double w = signs[i][0] * box->width, h = signs[i][1] * box->height;

    polygon.points[i] =
        (Point){ box->x - origin->x + c * w + s * h, box->y - origin->y - s * w + c * h };
  }
  return polygon;
}

/* On which side of the line from @a to @b the point lies. */
static double
side (Point a, Point b, Point p)
{
  return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

static void
add_corner (Polygon *polygon, Point point)
{
  if (polygon->n < MAX_CORNERS)
    polygon->points[polygon->n++] = point;
}

static Polygon
cut (const Polygon *polygon, Point a, Point b)
{
  Polygon left = { .n = 0 };

  for (guint i = 0; i < polygon->n; i++) {
    Point p = polygon->points[i], q = polygon->points[(i + 1) % polygon->n];
    double sp = side (a, b, p), sq = side (a, b, q);

    if (sp >= 0)
      add_corner (&left, p);
    if ((sp < 0) != (sq < 0)) {
      double part = sp / (sp - sq);

      add_corner (&left, (Point){ p.x + part * (q.x - p.x), p.y + part * (q.y - p.y) });
    }
  }
  return left;
}

static double
area (const Polygon *polygon)
{
  double sum = 0;

  for (guint i = 0; i < polygon->n; i++) {
    Point p = polygon->points[i], q = polygon->points[(i + 1) % polygon->n];

    sum += p.x * q.y - p.y * q.x;
  }
  return fabs (sum) / 2;
}

double
weir_rotated_iou (const WeirRotatedBox *a, const WeirRotatedBox *b)
{
  double area_a = a->width * a->height, area_b = b->width * b->height, common;
  Polygon left = corners (a, a), around = corners (b, a);

  if (!(a->width > 0 && a->height > 0 && b->width > 0 && b->height > 0))
    return 0;
  for (guint i = 0; i < 4; i++)
    left = cut (&left, around.points[i], around.points[(i + 1) % 4]);
  common = area (&left);
  return common / (area_a + area_b - common);
}
