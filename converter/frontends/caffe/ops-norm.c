#include "table.h"

#include <string.h>

/* Normalisation and softmax. */

/* Weights: sums of means and variances, and the number that they are sums of. */
static WeirTensor *
statistics (CfLayer *l, guint index, double count)
{
  WeirShape shape = WEIR_SHAPE ((gint64) cf_blob_count (l, index));
  g_autoptr (WeirTensor) sums = cf_blob (l, index, &shape);
  WeirTensor *result;

  if (sums == NULL)
    return NULL;
  result = weir_tensor_new (WEIR_DTYPE_F32, &shape, &l->make.b->error);
  for (gsize i = 0; result != NULL && i < weir_tensor_count (sums); i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (result), i,
                      count == 0 ? 0 : weir_tensor_get (sums, i) / count);
  return result;
}

static WeirPort
batch_norm (CfLayer *l)
{
  const Caffe__BatchNormParameter *p = CF_PARAM (
      l, batch_norm_param, Caffe__BatchNormParameter, CAFFE__BATCH_NORM_PARAMETER__INIT);
  WeirShape one = WEIR_SHAPE (1);
  g_autoptr (WeirTensor) count = cf_blob (l, 2, &one);
  WeirPort x = cf_in (l, 0), mean, variance, gamma, beta;
  WeirNode *node;

  if (count == NULL)
    return WEIR_PORT_NONE;
  mean = weir_make_constant (&l->make, statistics (l, 0, weir_tensor_get (count, 0)));
  variance = weir_make_constant (&l->make, statistics (l, 1, weir_tensor_get (count, 0)));
  gamma = weir_make_broadcast (&l->make, weir_make_scalar (&l->make, mean, 1),
                               weir_make_shape_of (&l->make, mean));
  beta = weir_make_broadcast (&l->make, weir_make_scalar (&l->make, mean, 0),
                              weir_make_shape_of (&l->make, mean));
  node = WEIR_MAKE_BEGIN (&l->make, "BatchNormInference", x, gamma, beta, mean, variance);
  weir_node_set_float (node, "epsilon", (double) p->eps);
  return weir_make_end (&l->make, node);
}

static WeirPort
softmax (CfLayer *l)
{
  WeirPort x = cf_in (l, 0);
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "Softmax", x);
  int axis =
      CF_PARAM (l, softmax_param, Caffe__SoftmaxParameter, CAFFE__SOFTMAX_PARAMETER__INIT)
          ->axis;

  weir_node_set_int (node, "axis",
                     weir_make_axis (&l->make, axis, weir_make_rank (&l->make, x)));
  return weir_make_end (&l->make, node);
}

static WeirPort
lrn (CfLayer *l)
{
  const Caffe__LRNParameter *p =
      CF_PARAM (l, lrn_param, Caffe__LRNParameter, CAFFE__LRNPARAMETER__INIT);
  gboolean within = strcmp (p->norm_region, "WITHIN_CHANNEL") == 0;
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "LRN", cf_in (l, 0),
                                    within ? WEIR_MAKE_INTS (&l->make, 2, 3)
                                           : WEIR_MAKE_INTS (&l->make, 1));

  weir_node_set_float (node, "alpha", (double) p->alpha);
  weir_node_set_float (node, "beta", (double) p->beta);
  weir_node_set_float (node, "bias", within ? 1 : (double) p->k);
  weir_node_set_int (node, "size", p->local_size);
  return weir_make_end (&l->make, node);
}

/* Scale and shift, or these and mean and variance before them. */
static WeirPort
bn (CfLayer *l)
{
  const Caffe__BNParameter *p =
      CF_PARAM (l, bn_param, Caffe__BNParameter, CAFFE__BNPARAMETER__INIT);
  WeirPort x = cf_in (l, 0);
  int rank = weir_make_rank (&l->make, x);
  WeirNode *node;

  if (cf_n_blobs (l) < 4) {
    x = weir_make_2 (&l->make, "Multiply", x,
                     weir_make_channels (&l->make, cf_vector (l, 0), rank));
    return weir_make_2 (&l->make, "Add", x,
                        weir_make_channels (&l->make, cf_vector (l, 1), rank));
  }
  node = WEIR_MAKE_BEGIN (&l->make, "BatchNormInference", x, cf_vector (l, 0),
                          cf_vector (l, 1), cf_vector (l, 2), cf_vector (l, 3));
  weir_node_set_float (node, "epsilon", (double) p->eps);
  return weir_make_end (&l->make, node);
}

static WeirPort
mvn (CfLayer *l)
{
  const Caffe__MVNParameter *p =
      CF_PARAM (l, mvn_param, Caffe__MVNParameter, CAFFE__MVNPARAMETER__INIT);
  WeirPort x = cf_in (l, 0);
  int rank = weir_make_rank (&l->make, x);
  WeirNode *node = WEIR_MAKE_BEGIN (
      &l->make, "MVN", x, weir_make_range (&l->make, p->across_channels ? 1 : 2, rank));

  weir_node_set_bool (node, "normalize_variance", p->normalize_variance);
  weir_node_set_float (node, "eps", (double) p->eps);
  weir_node_set_string (node, "eps_mode", "outside_sqrt");
  return weir_make_end (&l->make, node);
}

/* SSD's: the length is 1 over the channels, or over all but the batch; then scaled. */
static WeirPort
normalize (CfLayer *l)
{
  const Caffe__NormalizeParameter *p = CF_PARAM (l, norm_param, Caffe__NormalizeParameter,
                                                 CAFFE__NORMALIZE_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0), factor;
  int rank = weir_make_rank (&l->make, x);
  WeirNode *node =
      WEIR_MAKE_BEGIN (&l->make, "NormalizeL2", x,
                       weir_make_range (&l->make, 1, p->across_spatial ? rank : 2));

  weir_node_set_float (node, "eps", (double) p->eps);
  weir_node_set_string (node, "eps_mode", "add");
  x = weir_make_end (&l->make, node);
  factor = cf_vector (l, 0);
  return weir_make_2 (&l->make, "Multiply", x,
                      p->channel_shared ? factor
                                        : weir_make_channels (&l->make, factor, rank));
}

static WeirPort
grn (CfLayer *l)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "GRN", cf_in (l, 0));

  weir_node_set_float (
      node, "bias",
      (double) CF_PARAM (l, grn_param, Caffe__GRNParameter, CAFFE__GRNPARAMETER__INIT)
          ->bias);
  return weir_make_end (&l->make, node);
}

const CfRow cf_rows_norm[] = {
  { "BatchNorm", batch_norm },
  { "BN", bn },
  { "LRN", lrn },
  { "MVN", mvn },
  { "Normalize", normalize },
  { "GRN", grn },
  { "Softmax", softmax },
  { "SoftmaxWithLoss", softmax },
  { NULL },
};
