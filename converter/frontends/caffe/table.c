#include "table.h"

#include "frontends/rows.h"

#include <string.h>

static const void *const families[] = { cf_rows_index,  cf_rows_math,  cf_rows_nn,
                                        cf_rows_norm,   cf_rows_pool,  cf_rows_recurrent,
                                        cf_rows_region,
                                        cf_rows_resize, cf_rows_shape, cf_rows_ssd };

static WeirRows rows = WEIR_ROWS (families, CfRow);

/* The first version of the format has an enumeration where the second has names. */
static const struct {
  const char *old, *type;
} old_types[] = {
  { "ABSVAL", "AbsVal" },
  { "ACCURACY", "Accuracy" },
  { "ARGMAX", "ArgMax" },
  { "BNLL", "BNLL" },
  { "CONCAT", "Concat" },
  { "CONTRASTIVE_LOSS", "ContrastiveLoss" },
  { "CONVOLUTION", "Convolution" },
  { "DECONVOLUTION", "Deconvolution" },
  { "DROPOUT", "Dropout" },
  { "ELTWISE", "Eltwise" },
  { "EUCLIDEAN_LOSS", "EuclideanLoss" },
  { "EXP", "Exp" },
  { "FLATTEN", "Flatten" },
  { "HDF5_OUTPUT", "HDF5Output" },
  { "HINGE_LOSS", "HingeLoss" },
  { "IM2COL", "Im2col" },
  { "INFOGAIN_LOSS", "InfogainLoss" },
  { "INNER_PRODUCT", "InnerProduct" },
  { "LRN", "LRN" },
  { "MULTINOMIAL_LOGISTIC_LOSS", "MultinomialLogisticLoss" },
  { "MVN", "MVN" },
  { "POOLING", "Pooling" },
  { "POWER", "Power" },
  { "RELU", "ReLU" },
  { "SIGMOID", "Sigmoid" },
  { "SIGMOID_CROSS_ENTROPY_LOSS", "SigmoidCrossEntropyLoss" },
  { "SILENCE", "Silence" },
  { "SLICE", "Slice" },
  { "SOFTMAX", "Softmax" },
  { "SOFTMAX_LOSS", "SoftmaxWithLoss" },
  { "SPLIT", "Split" },
  { "TANH", "TanH" },
  { "THRESHOLD", "Threshold" },
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
