#include "assign.h"

#include <math.h>

/* Rows and columns count from 1; column 0 stands for the row that is being placed. There
 * are at least as many columns as rows: those that are missing cost the limit. */
typedef struct {
  const double *cost;
  guint rows, columns, real_columns;
  double limit;
  double *row_price, *column_price, *slack;
  guint *holder; /* row that holds a column */
  guint *before; /* column before this one on the shortest way */
  gboolean *done;
} Search;

static double
cost_of (const Search *s, guint row, guint column)
{
  if (column > s->real_columns)
    return s->limit;
  return MIN (s->cost[(gsize) (row - 1) * s->real_columns + column - 1], s->limit);
}

/* Looks from the row that holds @column at all others; the nearest column not yet done.
 */
static guint
look_around (Search *s, guint column, double *step)
{
  guint row = s->holder[column], nearest = 0;

  *step = INFINITY;
  for (guint j = 1; j <= s->columns; j++) {
    double reduced;

    if (s->done[j])
      continue;
    reduced = cost_of (s, row, j) - s->row_price[row] - s->column_price[j];
    if (reduced < s->slack[j]) {
      s->slack[j] = reduced;
      s->before[j] = column;
    }
    if (s->slack[j] < *step) {
      *step = s->slack[j];
      nearest = j;
    }
  }
  return nearest;
}

static void
change_prices (Search *s, double step)
{
  for (guint j = 0; j <= s->columns; j++) {
    if (s->done[j]) {
      s->row_price[s->holder[j]] += step;
      s->column_price[j] -= step;
    } else {
      s->slack[j] -= step;
    }
  }
}

/* A shortest way from @row to a free column; everyone on it moves on by one. */
static void
place (Search *s, guint row)
{
  guint column = 0;

  s->holder[0] = row;
  for (guint j = 0; j <= s->columns; j++) {
    s->slack[j] = INFINITY;
    s->done[j] = FALSE;
  }
  while (s->holder[column] != 0) {
    double step;
    guint next;

    s->done[column] = TRUE;
    next = look_around (s, column, &step);
    change_prices (s, step);
    column = next;
  }
  for (; column != 0; column = s->before[column])
    s->holder[column] = s->holder[s->before[column]];
}

void
gst_weir_assign (const double *cost, guint rows, guint columns, double limit,
                 int *partner)
{
  guint width = MAX (rows, columns);
  g_autofree double *prices = g_new0 (double, rows + 1 + 2 * (gsize) (width + 1));
  g_autofree guint *links = g_new0 (guint, 2 * (gsize) (width + 1));
  g_autofree gboolean *done = g_new0 (gboolean, width + 1);
  Search s = { .cost = cost,
               .rows = rows,
               .columns = width,
               .real_columns = columns,
               .limit = limit,
               .row_price = prices,
               .column_price = prices + rows + 1,
               .slack = prices + rows + 1 + width + 1,
               .holder = links,
               .before = links + width + 1,
               .done = done };

  for (guint i = 1; i <= rows; i++)
    place (&s, i);
  for (guint i = 0; i < rows; i++)
    partner[i] = -1;
  for (guint j = 1; j <= columns; j++)
    if (s.holder[j] != 0 && cost_of (&s, s.holder[j], j) < limit)
      partner[s.holder[j] - 1] = (int) j - 1;
}
