#pragma once

#include "calibration.h"
#include "trial.h"

/* Channels of one value share a step, so a large one leaves few levels to the others.
 * Where what computes the value can divide each channel, and all that reads it multiply
 * it again, the network computes the same with channels that are more alike. */

/**
 * WeirEqualized:
 * @name: of the value
 * @scales: (array length=n): what each channel is divided by
 */
typedef struct {
  char *name;
  gsize n;
  double *scales;
} WeirEqualized;

/** weir_equalized_clear: for arrays of them. */
void weir_equalized_clear (gpointer equalized);

/** weir_equalize_find: (transfer full) (element-type WeirEqualized): values of @model
 * where that is possible and likely to pay, by what @trial shows of them. */
GArray *weir_equalize_find (const WeirTrial *trial, WeirModel *model, GError **error);
/** weir_equalize_apply: (transfer full): @model with these values equalised; fails where
 * one cannot be.
 * @equalized: (element-type WeirEqualized) */
WeirModel *weir_equalize_apply (WeirModel *model, const GArray *equalized,
                                GError **error);
