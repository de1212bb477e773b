#include "table.h"

#include <math.h>

/* Without parameters: activations, normalisation, what only hands on. */

static WeirPort
identity (WeirMake *make, const KdComponent *component, WeirPort x)
{
  (void) make;
  (void) component;
  return x;
}

static WeirPort
sigmoid (WeirMake *make, const KdComponent *component, WeirPort x)
{
  (void) component;
  return weir_make_1 (make, "Sigmoid", x);
}

static WeirPort
tangent (WeirMake *make, const KdComponent *component, WeirPort x)
{
  (void) component;
  return weir_make_1 (make, "Tanh", x);
}

static WeirPort
relu (WeirMake *make, const KdComponent *component, WeirPort x)
{
  (void) component;
  return weir_make_1 (make, "Relu", x);
}

static WeirPort
along_numbers (WeirMake *make, const char *ir, WeirPort x)
{
  WeirNode *node = weir_build_begin (make->b, ir, make->name, &x, 1);

  weir_node_set_int (node, "axis", 1);
  return weir_make_end (make, node);
}

static WeirPort
softmax (WeirMake *make, const KdComponent *component, WeirPort x)
{
  (void) component;
  return along_numbers (make, "Softmax", x);
}

/* One for each block of the frame. */
static WeirPort
block_softmax (WeirMake *make, const KdComponent *component, WeirPort x)
{
  const KdField *field = kd_field (component, "BlockDims");
  guint count = field != NULL && field->ints != NULL ? field->ints->len : 0;
  g_autofree WeirPort *blocks = g_new (WeirPort, MAX (count, 1));
  gint64 first = 0, width = weir_make_shape (make, x)->dims[1];

  for (guint i = 0; i < count; i++) {
    gint64 size = g_array_index (field->ints, gint64, i);

    if (size < 1 || size > width - first)
      return weir_make_invalid (make, "block %u of %" G_GINT64_FORMAT " numbers", i,
                                size);
    blocks[i] = along_numbers (make, "Softmax", kd_range (make, x, first, size));
    first += size;
  }
  if (first != width)
    return weir_make_invalid (
        make, "blocks of %" G_GINT64_FORMAT " numbers in frames of %" G_GINT64_FORMAT,
        first, width);
  return weir_make_concat (make, blocks, count, 1);
}

static WeirPort
log_softmax (WeirMake *make, const KdComponent *component, WeirPort x)
{
  (void) component;
  return along_numbers (make, "LogSoftmax", x);
}

/* Batch statistics: (x - mean) / sqrt (variance + epsilon) * target, for blocks of the
 * frame where the statistics are shorter. */
static WeirPort
batch_norm (WeirMake *make, const KdComponent *component, WeirPort x)
{
  WeirTensor *mean = kd_get_tensor (make, component, "StatsMean");
  WeirTensor *variance = kd_get_tensor (make, component, "StatsVar");
  double epsilon = kd_number (component, "Epsilon", 1e-3);
  double target = kd_number (component, "TargetRms", 1);
  gint64 size = weir_make_shape (make, x)->dims[1];
  WeirShape shape = WEIR_SHAPE (1, size);
  g_autoptr (WeirTensor) factor = NULL, shift = NULL;
  gsize count;

  if (mean == NULL || variance == NULL || weir_build_failed (make->b))
    return WEIR_PORT_NONE;
  count = weir_tensor_count (mean);
  if (count == 0 || weir_tensor_count (variance) != count || size % (gint64) count != 0)
    return weir_make_invalid (
        make, "statistics of %zu numbers for frames of %" G_GINT64_FORMAT, count, size);
  factor = weir_tensor_new (WEIR_DTYPE_F32, &shape, &make->b->error);
  shift = weir_tensor_new (WEIR_DTYPE_F32, &shape, &make->b->error);
  if (factor == NULL || shift == NULL)
    return WEIR_PORT_NONE;
  for (gsize i = 0; i < (gsize) size; i++) {
    double f = target / sqrt (weir_tensor_get (variance, i % count) + epsilon);

    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (factor), i, f);
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (shift), i,
                      -weir_tensor_get (mean, i % count) * f);
  }
  x = weir_make_2 (make, "Multiply", x,
                   weir_make_constant (make, g_steal_pointer (&factor)));
  return weir_make_2 (make, "Add", x,
                      weir_make_constant (make, g_steal_pointer (&shift)));
}

/* log(1 + exp(x)) */
static WeirPort
soft_hinge (WeirMake *make, const KdComponent *component, WeirPort x)
{
  (void) component;
  return weir_make_1 (make, "SoftPlus", x);
}

/* max(x, 0) * alpha + min(x, 0) * beta. */
static WeirPort
parametric_relu (WeirMake *make, const KdComponent *component, WeirPort x)
{
  WeirPort zero = weir_make_scalar (make, x, 0);
  WeirPort above = weir_make_2 (make, "Multiply", weir_make_1 (make, "Relu", x),
                                kd_row_vector (make, component, "Alpha"));
  WeirPort below = weir_make_2 (make, "Multiply", weir_make_2 (make, "Minimum", x, zero),
                                kd_row_vector (make, component, "Beta"));

  return weir_make_2 (make, "Add", above, below);
}

const KdRow kd_rows_plain[] = {
  { "NoOp", identity },
  { "ClipGradient", identity },
  { "Dropout", identity },
  { "GeneralDropout", identity },
  { "SpecAugmentTimeMask", identity },
  { "Sigmoid", sigmoid },
  { "Tanh", tangent },
  { "RectifiedLinear", relu },
  { "Softmax", softmax },
  { "LogSoftmax", log_softmax },
  { "BatchNorm", batch_norm },
  { "SoftHinge", soft_hinge },
  { "ParametricRelu", parametric_relu },
  { "HiddenSoftmax", softmax },
  { "BlockSoftmax", block_softmax },
  { "AdditiveNoise", identity },
  { NULL },
};
