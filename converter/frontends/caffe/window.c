#include "window.h"

gboolean
cf_window_begin (CfLayer *l, CfWindow *w, int n)
{
  if (n < 1 || n > 3) {
    weir_make_unsupported (&l->make, "data of %d dimensions", n + 2);
    return FALSE;
  }
  *w = (CfWindow){ .n = (gsize) n };
  for (gsize i = 0; i < w->n; i++)
    w->kernel[i] = w->strides[i] = w->dilations[i] = 1;
  return TRUE;
}

gboolean
cf_window_list (CfLayer *l, const CfWindow *w, const char *name, const guint32 *list,
                gsize n, const guint32 *pair, gint64 *into)
{
  if (pair != NULL) {
    list = pair;
    n = 2;
  }
  if (n > 1 && n != w->n) {
    weir_make_invalid (&l->make, "%s: expected 1 or %zu numbers, found %zu", name, w->n,
                       n);
    return FALSE;
  }
  for (gsize i = 0; n > 0 && i < w->n; i++)
    into[i] = list[n > 1 ? i : 0];
  return TRUE;
}

void
cf_window_set (const CfWindow *w, WeirNode *node)
{
  weir_node_set_ints (node, "strides", w->strides, w->n);
  weir_node_set_ints (node, "pads_begin", w->pads, w->n);
  weir_node_set_ints (node, "pads_end", w->pads, w->n);
  weir_node_set_string (node, "auto_pad", "explicit");
}
