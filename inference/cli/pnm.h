#pragma once

#include "weir-infer.h"

/* Pictures that can be read without a library (netpbm): PPM (P6) and PGM (P5), of one
 * byte a channel. */

/** Pnm: @image borrows what @bytes holds. */
typedef struct {
  WeirImage image;
  GBytes *bytes;
} Pnm;

gboolean pnm_read (Pnm *pnm, const char *path, GError **error);
void pnm_clear (Pnm *pnm);
