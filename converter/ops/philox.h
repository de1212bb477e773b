#pragma once

#include "ops.h"

/**
 * WeirPhilox:
 *
 * The Philox 4x32-10 generator (Salmon et al., "Parallel random numbers: as easy as 1, 2,
 * 3"), seeded as OpenVINO seeds it.
 */
typedef struct {
  guint64 key, n, counter;
} WeirPhilox;

/** weir_philox_begin: by the attributes global_seed and op_seed, or where the last run of
 * this node has ended; two seeds of 0 ask for other numbers each time. */
WeirPhilox weir_philox_begin (const WeirEval *eval);
/** weir_philox_keep: where the next run begins, if this one takes @steps from @philox. */
void weir_philox_keep (const WeirPhilox *philox, const WeirEval *eval, gsize steps);
/** weir_philox_next: four words of random bits; one step. */
void weir_philox_next (WeirPhilox *philox, guint32 *out);
/** weir_philox_fraction: a number from 0 to 1 of one word, or of two for f64. */
double weir_philox_fraction (WeirDtype dtype, const guint32 *bits);
