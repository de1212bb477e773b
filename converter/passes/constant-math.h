#pragma once

#include "ir/tensor.h"

/* Arithmetic on constants while nodes are joined. */

/** weir_pass_map: (transfer full) (nullable): @function of each element; %NULL out of
 * memory. */
WeirTensor *weir_pass_map (const WeirTensor *tensor, double (*function) (double));

/**
 * weir_pass_join: (transfer full) (nullable):
 *
 * @function of each pair of elements, broadcast by NumPy's rule, in the element type of
 * @a. %NULL where the result would be larger than both, or out of memory.
 */
WeirTensor *weir_pass_join (const WeirTensor *a, const WeirTensor *b,
                            double (*function) (double, double));

double weir_pass_sum (double a, double b);
double weir_pass_difference (double a, double b);
double weir_pass_product (double a, double b);
double weir_pass_ratio (double a, double b);
double weir_pass_negative (double a);
double weir_pass_inverse (double a);

/** weir_pass_values: (transfer full): the first @count elements, or the only one as
 * often; free with g_free(). */
double *weir_pass_values (const WeirTensor *tensor, gsize count);

/** weir_pass_scale_runs: @n runs of @run elements of @from, from element @first on, each
 * times its factor, to the same places of @to, which has its type and shape. */
void weir_pass_scale_runs (const WeirTensor *from, WeirTensor *to, gsize first,
                           const double *factors, gsize n, gsize run);

/** weir_pass_sum_runs: the sums of @n runs of @run elements, from element @first on. */
void weir_pass_sum_runs (const WeirTensor *tensor, gsize first, gsize n, gsize run,
                         double *sums);

/** weir_pass_is_finite: whether no element is infinite or NaN. */
gboolean weir_pass_is_finite (const WeirTensor *tensor);

/** weir_pass_is_positive: whether every element is above zero and finite,
 * and there is one. */
gboolean weir_pass_is_positive (const WeirTensor *tensor);

/**
 * weir_pass_along:
 * @axis: a dimension of a value of rank @rank
 *
 * Whether @tensor, broadcast to that rank, varies along @axis alone: then its elements
 * are those of that dimension, or one for all.
 */
gboolean weir_pass_along (const WeirTensor *tensor, int rank, int axis);
