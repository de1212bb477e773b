#include "window.h"

#include <string.h>

/* What convolutions and pools say of their windows. */

/* A list of one number a dimension of the data: those of its spatial ones. */
static gboolean
read_spatial (TfNode *n, const char *name, const TfWindow *w, gint64 *values)
{
  gsize count;
  const gint64 *list = tf_attr_ints (n, name, &count);
  int first = w->nhwc ? 1 : 2;

  for (int i = 0; i < w->spatial; i++)
    values[i] = 1;
  if (list == NULL)
    return TRUE;
  if (count != (gsize) w->spatial + 2) {
    weir_make_invalid (&n->make, "attribute '%s': expected %d numbers, found %zu", name,
                       w->spatial + 2, count);
    return FALSE;
  }
  for (int i = 0; i < w->spatial; i++)
    values[i] = list[first + i];
  return TRUE;
}

static gboolean
read_padding (TfNode *n, TfWindow *w)
{
  const char *padding = tf_attr_string (n, "padding", "VALID");
  int first = w->nhwc ? 1 : 2;
  const gint64 *list;
  gsize count;

  w->auto_pad = strcmp (padding, "SAME") == 0 ? "same_upper" : "valid";
  if (strcmp (padding, "EXPLICIT") != 0)
    return TRUE;
  w->auto_pad = "explicit";
  list = tf_attr_ints (n, "explicit_paddings", &count);
  if (count != 2 * ((gsize) w->spatial + 2)) {
    weir_make_invalid (&n->make,
                       "attribute 'explicit_paddings': expected %d numbers, found %zu",
                       2 * (w->spatial + 2), count);
    return FALSE;
  }
  for (int i = 0; i < w->spatial; i++) {
    w->begin[i] = list[2 * (first + i)];
    w->end[i] = list[2 * (first + i) + 1];
  }
  return TRUE;
}

gboolean
tf_window_read (TfNode *n, int spatial, TfWindow *w)
{
  *w = (TfWindow){ .spatial = spatial, .nhwc = tf_is_nhwc (n) };
  return read_spatial (n, "ksize", w, w->kernel) &&
         read_spatial (n, "strides", w, w->strides) &&
         read_spatial (n, "dilations", w, w->dilations) && read_padding (n, w);
}

void
tf_window_set (WeirNode *node, const TfWindow *w)
{
  gsize count = (gsize) w->spatial;

  weir_node_set_ints (node, "strides", w->strides, count);
  weir_node_set_ints (node, "pads_begin", w->begin, count);
  weir_node_set_ints (node, "pads_end", w->end, count);
  weir_node_set_string (node, "auto_pad", w->auto_pad);
}

WeirPort
tf_channels_first (TfNode *n, WeirPort x, const TfWindow *w)
{
  return w->nhwc ? weir_make_to_nchw (&n->make, x) : x;
}

WeirPort
tf_channels_back (TfNode *n, WeirPort x, const TfWindow *w)
{
  return w->nhwc ? weir_make_to_nhwc (&n->make, x) : x;
}

WeirPort
tf_filters_first (TfNode *n, WeirPort filters, int spatial)
{
  gint64 order[WEIR_MAX_RANK] = { spatial + 1, spatial };

  for (int i = 0; i < spatial; i++)
    order[2 + i] = i;
  return weir_make_transpose (&n->make, filters, order, (gsize) spatial + 2);
}

gboolean
tf_window_input (TfNode *n, guint index, const TfWindow *w, gint64 *values)
{
  gint64 list[WEIR_MAX_RANK];
  int first = w->nhwc ? 1 : 2;
  gsize count;

  if (!weir_make_known_ints (&n->make, tf_in (n, index), "the window", list,
                             WEIR_MAX_RANK, &count))
    return FALSE;
  if (count != (gsize) w->spatial + 2) {
    weir_make_invalid (&n->make, "input %u: expected %d numbers, found %zu", index,
                       w->spatial + 2, count);
    return FALSE;
  }
  for (int i = 0; i < w->spatial; i++)
    values[i] = list[first + i];
  return TRUE;
}
