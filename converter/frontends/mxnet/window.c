#include "window.h"

gboolean
mx_window_list (MxNode *n, const char *name, gint64 fallback, guint spatial,
                gint64 values[WEIR_MAX_RANK])
{
  guint count = mx_ints (n, name, values);

  for (guint i = 0; count == 0 && i < spatial; i++)
    values[i] = fallback;
  if (count == 0 || count == spatial)
    return TRUE;
  weir_make_invalid (&n->make, "attribute '%s': expected %u numbers, found %u", name,
                     spatial, count);
  return FALSE;
}

gboolean
mx_window_read (MxNode *n, MxWindow *w)
{
  w->spatial = mx_ints (n, "kernel", w->kernel);
  if (w->spatial < 1 || w->spatial > MX_MAX_SPATIAL) {
    weir_make_invalid (&n->make, "attribute 'kernel': expected 1 to %d numbers, found %u",
                       MX_MAX_SPATIAL, w->spatial);
    return FALSE;
  }
  return mx_window_list (n, "stride", 1, w->spatial, w->strides) &&
         mx_window_list (n, "pad", 0, w->spatial, w->pads) &&
         mx_window_list (n, "dilate", 1, w->spatial, w->dilations);
}

void
mx_window_set (WeirNode *node, const MxWindow *w)
{
  weir_node_set_ints (node, "strides", w->strides, w->spatial);
  weir_node_set_ints (node, "pads_begin", w->pads, w->spatial);
  weir_node_set_ints (node, "pads_end", w->pads, w->spatial);
  weir_node_set_string (node, "auto_pad", "explicit");
}

WeirPort
mx_window_bias (MxNode *n, WeirPort x, guint index, guint spatial)
{
  return weir_make_2 (&n->make, "Add", x,
                      weir_make_channels (&n->make, mx_in (n, index), (int) spatial + 2));
}
