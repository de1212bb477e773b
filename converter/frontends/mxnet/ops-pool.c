#include "table.h"
#include "window.h"

#include <string.h>

/* Pooling of data [N, C, spatial...]. */

typedef enum { MAXIMUM, AVERAGE, SUM, POWERS } Kind;

static const char *const kinds[] = { "max", "avg", "sum", "lp" };

static gboolean
find_kind (MxNode *n, Kind *kind)
{
  const char *type = mx_string (n, "pool_type", "max");

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (type, kinds[i]) == 0) {
      *kind = (Kind) i;
      return TRUE;
    }
  weir_make_unsupported (&n->make, "pool_type %s", type);
  return FALSE;
}

static WeirPort
power (MxNode *n, WeirPort x, double exponent)
{
  return weir_make_2 (&n->make, "Power", x, weir_make_scalar (&n->make, x, exponent));
}

/* The sum of p-th powers is pooled; its root is what is wanted. */
static WeirPort
to_powers (MxNode *n, Kind kind, WeirPort x)
{
  return kind == POWERS
             ? power (n, weir_make_1 (&n->make, "Abs", x), mx_float (n, "p_value", 2))
             : x;
}

static WeirPort
from_powers (MxNode *n, Kind kind, WeirPort y)
{
  return kind == POWERS ? power (n, y, 1 / mx_float (n, "p_value", 2)) : y;
}

static WeirPort
global_pool (MxNode *n, Kind kind)
{
  static const char *const ops[] = { "ReduceMax", "ReduceMean", "ReduceSum",
                                     "ReduceSum" };
  WeirPort x = to_powers (n, kind, mx_in_rank (n, 0, 4));
  int rank = weir_make_rank (&n->make, x);

  x = weir_make_reduce (&n->make, ops[kind], x, weir_make_range (&n->make, 2, rank),
                        TRUE);
  return from_powers (n, kind, x);
}

/* In a window that sticks out of the rim, an average is that of what lies within it. */
static const char *
rounding (const MxWindow *w, Kind kind, gboolean full)
{
  gboolean is_padded = FALSE;

  for (guint i = 0; i < w->spatial; i++)
    is_padded |= w->pads[i] != 0;
  return !full ? "floor" : kind != MAXIMUM && is_padded ? "ceil_torch" : "ceil";
}

static WeirPort
window_pool (MxNode *n, Kind kind, const MxWindow *w, gboolean full)
{
  WeirPort x = to_powers (n, kind, mx_in_rank (n, 0, (int) w->spatial + 2));
  WeirNode *node = weir_build_begin (n->make.b, kind == MAXIMUM ? "MaxPool" : "AvgPool",
                                     n->make.name, &x, 1);
  gint64 size = 1;
  WeirPort y;

  mx_window_set (node, w);
  weir_node_set_ints (node, "kernel", w->kernel, w->spatial);
  weir_node_set_string (node, "rounding_type", rounding (w, kind, full));
  if (kind == MAXIMUM)
    weir_node_set_ints (node, "dilations", w->dilations, w->spatial);
  else
    weir_node_set_bool (node, "exclude-pad",
                        kind == AVERAGE && !mx_bool (n, "count_include_pad", TRUE));
  y = weir_make_end (&n->make, node);
  if (kind == MAXIMUM || kind == AVERAGE)
    return y;
  for (guint i = 0; i < w->spatial; i++)
    size *= CLAMP (w->kernel[i], 1, G_MAXUINT16);
  y = weir_make_2 (&n->make, "Multiply", y,
                   weir_make_scalar (&n->make, y, (double) size));
  return from_powers (n, kind, y);
}

static WeirPort
pooling (MxNode *n)
{
  const char *convention = mx_string (n, "pooling_convention", "valid");
  gboolean full = strcmp (convention, "full") == 0;
  MxWindow w;
  Kind kind;

  if (!find_kind (n, &kind))
    return WEIR_PORT_NONE;
  if (mx_bool (n, "global_pool", FALSE))
    return global_pool (n, kind);
  if (!full && strcmp (convention, "valid") != 0)
    return weir_make_unsupported (&n->make, "pooling_convention %s", convention);
  if (full && (kind == SUM || kind == POWERS))
    return weir_make_unsupported (&n->make, "pool_type %s with full windows",
                                  kinds[kind]);
  return mx_window_read (n, &w) ? window_pool (n, kind, &w, full) : WEIR_PORT_NONE;
}

const MxRow mx_rows_pool[] = {
  { "Pooling", pooling },
  { "Pooling_v1", pooling },
  { NULL },
};
