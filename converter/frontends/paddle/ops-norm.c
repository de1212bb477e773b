#include "table.h"

#include <string.h>

/* Normalisation. */

static WeirPort
batch_norm (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), y;
  gboolean last = pd_is_last (n, "data_layout") && weir_make_rank (&n->make, x) > 2;
  WeirNode *node;

  if (last)
    x = weir_make_to_nchw (&n->make, x);
  node = WEIR_MAKE_BEGIN (&n->make, "BatchNormInference", x, pd_in (n, "Scale"),
                          pd_in (n, "Bias"), pd_in (n, "Mean"), pd_in (n, "Variance"));
  weir_node_set_float (node, "epsilon", pd_float (n, "epsilon", 1e-5));
  y = weir_make_end (&n->make, node);
  return last ? weir_make_to_nhwc (&n->make, y) : y;
}

static WeirPort
mvn (PdNode *n, WeirPort x, int first, int end, double epsilon)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "MVN", x, weir_make_range (&n->make, first, end));

  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", epsilon);
  weir_node_set_string (node, "eps_mode", "inside_sqrt");
  return weir_make_end (&n->make, node);
}

/* The vector @weight, which holds an element for each of the last dimensions of @x. */
static WeirPort
spread (PdNode *n, WeirPort weight, WeirPort x, int axis, int rank)
{
  return rank - axis == 1
             ? weight
             : weir_make_reshape_to (
                   &n->make, weight,
                   weir_make_known (
                       &n->make,
                       weir_make_gather (&n->make, weir_make_shape_of (&n->make, x),
                                         weir_make_range (&n->make, axis, rank), 0)));
}

static WeirPort
layer_norm (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), y;
  int rank = weir_make_rank (&n->make, x);
  int axis = weir_make_axis (&n->make, pd_int (n, "begin_norm_axis", 1), rank);

  y = mvn (n, x, axis, rank, pd_float (n, "epsilon", 1e-5));
  if (pd_has (n, "Scale"))
    y = weir_make_2 (&n->make, "Multiply", y,
                     spread (n, pd_in (n, "Scale"), x, axis, rank));
  if (pd_has (n, "Bias"))
    y = weir_make_2 (&n->make, "Add", y, spread (n, pd_in (n, "Bias"), x, axis, rank));
  return y;
}

static WeirPort
scale_channels (PdNode *n, WeirPort y, int rank)
{
  if (pd_has (n, "Scale"))
    y = weir_make_2 (&n->make, "Multiply", y,
                     weir_make_channels (&n->make, pd_in (n, "Scale"), rank));
  if (pd_has (n, "Bias"))
    y = weir_make_2 (&n->make, "Add", y,
                     weir_make_channels (&n->make, pd_in (n, "Bias"), rank));
  return y;
}

static WeirPort
instance_norm (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  int rank = weir_make_rank (&n->make, x);

  if (rank < 3)
    return weir_make_unsupported (&n->make, "a value of rank %d", rank);
  return scale_channels (n, mvn (n, x, 2, rank, pd_float (n, "epsilon", 1e-5)), rank);
}

/* Groups become one dimension for the normalisation. */
static WeirPort
group_norm (PdNode *n)
{
  const gint64 split[] = { 0, pd_int (n, "groups", 1), -1 };
  gboolean last = pd_is_last (n, "data_layout");
  WeirPort x = pd_in (n, "X"), y;
  int rank = weir_make_rank (&n->make, x);

  if (rank < 3)
    return weir_make_unsupported (&n->make, "a value of rank %d", rank);
  if (last)
    x = weir_make_to_nchw (&n->make, x);
  y = mvn (n, weir_make_reshape (&n->make, x, split, G_N_ELEMENTS (split)), 2, 3,
           pd_float (n, "epsilon", 1e-5));
  y = weir_make_reshape_to (&n->make, y, weir_make_shape_of (&n->make, x));
  y = scale_channels (n, y, rank);
  return last ? weir_make_to_nhwc (&n->make, y) : y;
}

/* x / sqrt (sum (x * x) + epsilon) */
static WeirPort
norm (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  int axis =
      weir_make_axis (&n->make, pd_int (n, "axis", -1), weir_make_rank (&n->make, x));
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "NormalizeL2", x, WEIR_MAKE_INTS (&n->make, axis));

  weir_node_set_float (node, "eps", pd_float (n, "epsilon", 1e-10));
  weir_node_set_string (node, "eps_mode", "add");
  return weir_make_end (&n->make, node);
}

static WeirPort
lrn (PdNode *n)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "LRN", pd_in (n, "X"), WEIR_MAKE_INTS (&n->make, 1));
  gint64 size = pd_int (n, "n", 5);

  if (pd_is_last (n, "data_format"))
    return weir_make_unsupported (&n->make, "channels that come last");
  weir_node_set_float (node, "alpha", pd_float (n, "alpha", 1e-4) * (double) size);
  weir_node_set_float (node, "beta", pd_float (n, "beta", 0.75));
  weir_node_set_float (node, "bias", pd_float (n, "k", 2));
  weir_node_set_int (node, "size", size);
  return weir_make_end (&n->make, node);
}

/* At inference: as it is, or by the share that training keeps. */
static WeirPort
dropout (PdNode *n)
{
  const char *way = pd_string (n, "dropout_implementation", "downgrade_in_infer");
  WeirPort x = pd_in (n, "X");

  if (strcmp (way, "upscale_in_train") == 0)
    return x;
  return weir_make_2 (
      &n->make, "Multiply", x,
      weir_make_scalar (&n->make, x, 1 - pd_float (n, "dropout_prob", 0.5)));
}

const PdRow pd_rows_norm[] = {
  { "batch_norm", batch_norm, "Y" },
  { "sync_batch_norm", batch_norm, "Y" },
  { "layer_norm", layer_norm, "Y" },
  { "instance_norm", instance_norm, "Y" },
  { "group_norm", group_norm, "Y" },
  { "norm", norm },
  { "lrn", lrn },
  { "dropout", dropout },
  { NULL },
};
