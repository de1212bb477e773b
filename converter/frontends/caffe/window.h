#pragma once

#include "caffe.h"

/**
 * CfWindow:
 * @n: how many spatial dimensions
 *
 * What slides over data: of a convolution or a pooling.
 */
typedef struct {
  gsize n;
  gint64 kernel[WEIR_MAX_RANK], strides[WEIR_MAX_RANK], pads[WEIR_MAX_RANK],
      dilations[WEIR_MAX_RANK];
} CfWindow;

/** cf_window_begin: of @n dimensions, all numbers 1 and no pads. */
gboolean cf_window_begin (CfLayer *l, CfWindow *w, int n);
/** cf_window_list: numbers of the field @name: none keeps what is there, one is for all
 * dimensions, else one a dimension. @pair, where given, is for height and width. */
gboolean cf_window_list (CfLayer *l, const CfWindow *w, const char *name,
                         const guint32 *list, gsize n, const guint32 *pair, gint64 *into);
/** cf_window_set: the attributes of a node that all windows have. */
void cf_window_set (const CfWindow *w, WeirNode *node);

/** CF_WINDOW_LIST: the same from the fields of a message: a list, or two numbers. */
#define CF_WINDOW_LIST(l, w, to, p, list, high, wide)             \
  cf_window_list (l, w, #list, (p)->list, (p)->n_##list,          \
                  (p)->has_##high || (p)->has_##wide              \
                      ? (const guint32[]){ (p)->high, (p)->wide } \
                      : NULL,                                     \
                  (w)->to)
