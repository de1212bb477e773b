#pragma once

#include "ir/shape.h"

/**
 * WeirPassLayout:
 * @names: one letter a dimension, upper case, or '?'
 * @dots, @n_dots: which of these "..." stands for
 *
 * What the dimensions of a value mean: "nhwc", "[N,C,...]".
 */
typedef struct {
  int rank;
  char names[WEIR_MAX_RANK];
  int dots, n_dots;
} WeirPassLayout;

/** weir_pass_layout_parse: "..." stands for as many '?' as @rank needs; a layout for
 * another rank fails. @rank may be unknown, if there are no dots. */
gboolean weir_pass_layout_parse (const char *text, int rank, WeirPassLayout *layout,
                                 GError **error);
/** weir_pass_layout_print: (transfer full): "[N,H,W,C]", "[N,...]" */
char *weir_pass_layout_print (const WeirPassLayout *layout);
/** weir_pass_layout_axis: the dimension called @name, or -1. */
int weir_pass_layout_axis (const WeirPassLayout *layout, char name);
/** weir_pass_layout_order: the order of a Transpose from @from to @to. */
gboolean weir_pass_layout_order (const WeirPassLayout *from, const WeirPassLayout *to,
                                 gint64 order[WEIR_MAX_RANK], GError **error);
