#pragma once

#include "kaldi.h"

/**
 * KdRow:
 * @type: of a component, without "Component" at its end
 * @convert: what it makes of its input, [1, size]
 * @size: (nullable): how many numbers it gives for @input ones; %NULL: as many
 * @ir: (nullable): for conversions that serve several rows
 * @refuse: (nullable): why a component cannot be converted; %NULL where it can
 */
typedef struct {
  const char *type;
  WeirPort (*convert) (WeirMake *make, const KdComponent *component, WeirPort x);
  gint64 (*size) (const KdComponent *component, gint64 input);
  const char *ir;
  const char *(*refuse) (const KdComponent *component);
} KdRow;

extern const KdRow kd_rows_affine[], kd_rows_groups[], kd_rows_patches[], kd_rows_plain[],
    kd_rows_recurrent[], kd_rows_windows[];

/** kd_row_find: (nullable): how a component is converted. */
const KdRow *kd_row_find (const KdComponent *component);
/** kd_refusal: (nullable): why @node cannot be converted. */
const char *kd_refusal (const KdNode *node);
const char *const *kd_op_names (guint *count);

/* For conversions. */

/** kd_get_tensor: (transfer none) (nullable): a matrix or a vector that must be there. */
WeirTensor *kd_get_tensor (WeirMake *make, const KdComponent *component, const char *key);
/** kd_matrix: the same as a constant. */
WeirPort kd_matrix (WeirMake *make, const KdComponent *component, const char *key);
/** kd_row_vector: a vector as a constant [1, n]. */
WeirPort kd_row_vector (WeirMake *make, const KdComponent *component, const char *key);
gint64 kd_whole (const KdComponent *component, const char *key, gint64 fallback);
double kd_number (const KdComponent *component, const char *key, double fallback);
gboolean kd_flag (const KdComponent *component, const char *key);
/** kd_size_for: 0, which is refused, where a component says no sensible @size. */
gint64 kd_size_for (gint64 size);
/** kd_range: @size numbers of each frame of @x, from @first on. */
WeirPort kd_range (WeirMake *make, WeirPort x, gint64 first, gint64 size);

/* columns.c */

/** kd_columns: numbers @columns (element-type gint64) of each frame of @x, a zero where
 * it says -1, as [rows, columns / rows]. */
WeirPort kd_columns (WeirMake *make, WeirPort x, const GArray *columns, gint64 rows);
/** kd_flat: as one frame, [1, n], again. */
WeirPort kd_flat (WeirMake *make, WeirPort x);
