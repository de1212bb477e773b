#include "table.h"

#include "frontends/rows.h"

#include <string.h>

static const void *const families[] = { cf_rows_math, cf_rows_nn, cf_rows_shape,
                                        cf_rows_ssd };

static WeirRows rows = WEIR_ROWS (families, CfRow);

/* The first version of the format has an enumeration where the second has names. */
static const struct {
  const char *old, *type;
} old_types[] = {
  { "ABSVAL", "AbsVal" },
  { "BNLL", "BNLL" },
  { "CONCAT", "Concat" },
  { "CONVOLUTION", "Convolution" },
  { "DECONVOLUTION", "Deconvolution" },
  { "DROPOUT", "Dropout" },
  { "ELTWISE", "Eltwise" },
  { "EXP", "Exp" },
  { "FLATTEN", "Flatten" },
  { "INNER_PRODUCT", "InnerProduct" },
  { "LRN", "LRN" },
  { "POOLING", "Pooling" },
  { "POWER", "Power" },
  { "RELU", "ReLU" },
  { "SIGMOID", "Sigmoid" },
  { "SLICE", "Slice" },
  { "SOFTMAX", "Softmax" },
  { "SPLIT", "Split" },
  { "TANH", "TanH" },
};

const CfRow *
cf_row_find (const char *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (old_types); i++)
    if (strcmp (old_types[i].old, type) == 0)
      return weir_rows_find (&rows, old_types[i].type);
  return weir_rows_find (&rows, type);
}

const char *const *
cf_op_names (guint *count)
{
  return weir_rows_names (&rows, count);
}
