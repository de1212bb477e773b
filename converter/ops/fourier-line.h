#pragma once

#include "ops.h"

/**
 * WeirLine:
 * @in, @out: complex numbers, each two doubles
 * @sign: -1 forwards, 1 backwards (without the factor 1/n)
 *
 * Room for the discrete Fourier transform of one line.
 */
typedef struct {
  double *in, *out;
  double sign;
} WeirLine;

/** weir_line_room: (transfer full): room for lines of @n numbers; @line lies in it. */
WeirTensor *weir_line_room (WeirLine *line, gint64 n, double sign, GError **error);

/** weir_line_transform: @out = the transform of the first @n numbers @in. */
void weir_line_transform (const WeirLine *line, gsize n);
