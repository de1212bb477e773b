#include "table.h"

#include <math.h>

/* Numbers of a frame in groups: norms, sums, products, maxima and their order. */

/* Kaldi's floor of a mean of squares. */
#define NORM_FLOOR ldexp (1, -66)
/* Elements of a matrix that is made for a component. */
#define MAX_ELEMENTS (1 << 26)

/* Each as [1, groups, size]. */
static WeirPort
grouped (WeirMake *make, WeirPort x, gint64 groups, gint64 size)
{
  gint64 width = weir_make_shape (make, x)->dims[1];

  if (weir_build_failed (make->b))
    return WEIR_PORT_NONE;
  if (groups < 1 || size < 1 || width % groups != 0 || width / groups != size)
    return weir_make_invalid (make,
                              "frames of %" G_GINT64_FORMAT
                              " numbers in %" G_GINT64_FORMAT
                              " groups of %" G_GINT64_FORMAT,
                              width, groups, size);
  return weir_make_reshape (make, x, (const gint64[]){ 1, groups, size }, 3);
}

static WeirPort
reduced (WeirMake *make, const char *op, WeirPort x, gint64 axis)
{
  return weir_make_reduce (make, op, x, WEIR_MAKE_INTS (make, axis), FALSE);
}

/* As many groups as numbers come out. */
static WeirPort
output_groups (WeirMake *make, const KdComponent *component, WeirPort x)
{
  gint64 groups = kd_whole (component, "OutputDim", 0);
  gint64 width = weir_make_shape (make, x)->dims[1];

  return grouped (make, x, groups, groups > 0 ? width / groups : 0);
}

static gint64
output_dim (const KdComponent *component, gint64 input)
{
  (void) input;
  return kd_size_for (kd_whole (component, "OutputDim", 0));
}

static WeirPort
pnorm (WeirMake *make, const KdComponent *component, WeirPort x)
{
  double p = kd_number (component, "P", 2);

  x = output_groups (make, component, x);
  if (p == 1 || p == 2)
    return reduced (make, p == 1 ? "ReduceL1" : "ReduceL2", x, 2);
  if (!(p > 0))
    return weir_make_invalid (make, "a norm of %g", p);
  if (isinf (p))
    return reduced (make, "ReduceMax", weir_make_1 (make, "Abs", x), 2);
  x = weir_make_2 (make, "Power", weir_make_1 (make, "Abs", x),
                   weir_make_scalar (make, x, p));
  x = reduced (make, "ReduceSum", x, 2);
  return weir_make_2 (make, "Power", x, weir_make_scalar (make, x, 1 / p));
}

static WeirPort
maxout (WeirMake *make, const KdComponent *component, WeirPort x)
{
  return reduced (make, "ReduceMax", output_groups (make, component, x), 2);
}

/* Blocks that are as long as the output, multiplied or added element by element. */
static WeirPort
over_blocks (WeirMake *make, const KdComponent *component, WeirPort x, const char *op)
{
  gint64 size = kd_whole (component, "OutputDim", 0);
  gint64 width = weir_make_shape (make, x)->dims[1];

  return reduced (make, op, grouped (make, x, size > 0 ? width / size : 0, size), 1);
}

static WeirPort
elementwise_product (WeirMake *make, const KdComponent *component, WeirPort x)
{
  return over_blocks (make, component, x, "ReduceProd");
}

static WeirPort
sum_block (WeirMake *make, const KdComponent *component, WeirPort x)
{
  double scale = kd_number (component, "Scale", 1);

  x = over_blocks (make, component, x, "ReduceSum");
  return scale == 1
             ? x
             : weir_make_2 (make, "Multiply", x, weir_make_scalar (make, x, scale));
}

/* Sums of groups of different sizes: a product with a matrix of zeros and ones. */
static WeirPort
sum_group (WeirMake *make, const KdComponent *component, WeirPort x)
{
  const KdField *sizes = kd_field (component, "Sizes");
  gint64 width = weir_make_shape (make, x)->dims[1], at = 0;
  WeirTensor *matrix;
  WeirShape shape;

  if (weir_build_failed (make->b))
    return WEIR_PORT_NONE;
  if (sizes == NULL || sizes->ints == NULL)
    return weir_make_invalid (make, "<Sizes> is missing");
  if (width > MAX_ELEMENTS / MAX ((gint64) sizes->ints->len, 1))
    return weir_make_invalid (make, "%u groups for frames of %" G_GINT64_FORMAT,
                              sizes->ints->len, width);
  shape = WEIR_SHAPE (width, sizes->ints->len);
  matrix = weir_tensor_new (WEIR_DTYPE_F32, &shape, &make->b->error);
  if (matrix == NULL)
    return WEIR_PORT_NONE;
  for (guint g = 0; g < sizes->ints->len; g++) {
    gint64 size = g_array_index (sizes->ints, gint64, g);

    for (gint64 i = 0; i < size && at < width; i++, at++)
      ((float *) weir_tensor_writable (matrix))[at * sizes->ints->len + g] = 1;
  }
  return weir_make_2 (make, "MatMul", x, weir_make_constant (make, matrix));
}

static gint64
sum_group_size (const KdComponent *component, gint64 input)
{
  const KdField *sizes = kd_field (component, "Sizes");

  (void) input;
  return sizes != NULL && sizes->ints != NULL ? sizes->ints->len : 0;
}

/* x / sqrt(mean(x * x)) * target. */
static WeirPort
unit_rms (WeirMake *make, WeirPort x, gint64 axis, gint64 size, double target)
{
  double factor = sqrt ((double) size) * target;
  WeirNode *node = WEIR_MAKE_BEGIN (make, "NormalizeL2", x, WEIR_MAKE_INTS (make, axis));

  weir_node_set_float (node, "eps", (double) size * target * target * NORM_FLOOR);
  weir_node_set_string (node, "eps_mode", "max");
  x = weir_make_end (make, node);
  return factor == 1
             ? x
             : weir_make_2 (make, "Multiply", x, weir_make_scalar (make, x, factor));
}

/* log(sqrt(mean(x * x))), one for each block. */
static WeirPort
log_rms (WeirMake *make, WeirPort x, gint64 axis)
{
  WeirPort y = weir_make_2 (make, "Multiply", x, x);

  y = weir_make_reduce (make, "ReduceMean", y, WEIR_MAKE_INTS (make, axis), TRUE);
  y = weir_make_2 (make, "Maximum", y, weir_make_scalar (make, y, NORM_FLOOR));
  y = weir_make_1 (make, "Log", y);
  return weir_make_2 (make, "Multiply", y, weir_make_scalar (make, y, 0.5));
}

static WeirPort
normalize (WeirMake *make, const KdComponent *component, WeirPort x)
{
  gint64 width = weir_make_shape (make, x)->dims[1];
  gint64 block = kd_whole (component, "BlockDim", 0);
  double target = kd_number (component, "TargetRms", 1);
  gint64 axis = 1;
  WeirPort y;

  if (weir_build_failed (make->b))
    return WEIR_PORT_NONE;
  if (block < 1 || block == width) {
    block = width;
  } else {
    x = grouped (make, x, width / block, block);
    axis = 2;
  }
  y = unit_rms (make, x, axis, block, target);
  if (kd_flag (component, "AddLogStddev"))
    y = weir_make_concat (make, (const WeirPort[]){ y, log_rms (make, x, axis) }, 2,
                          axis);
  return axis == 1 ? y : kd_flat (make, y);
}

static gint64
normalize_size (const KdComponent *component, gint64 input)
{
  gint64 block = kd_whole (component, "BlockDim", 0);

  if (input < 0)
    return -1;
  if (!kd_flag (component, "AddLogStddev"))
    return input;
  return input + (block < 1 ? 1 : input / block);
}

/* nnet1: x / sqrt(sum(x * x)). */
static WeirPort
length_norm (WeirMake *make, const KdComponent *component, WeirPort x)
{
  gint64 width = weir_make_shape (make, x)->dims[1];

  (void) component;
  return unit_rms (make, x, 1, width, 1 / sqrt ((double) MAX (width, 1)));
}

/* Which number goes where: nnet3 says where each comes from, nnet2 where it goes. */
static WeirPort
permute (WeirMake *make, const KdComponent *component, WeirPort x)
{
  const KdField *map = kd_field (component, "ColumnMap");
  const KdField *reorder = kd_field (component, "Reorder");
  g_autoptr (GArray) inverse = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (map != NULL && map->ints != NULL)
    return kd_columns (make, x, map->ints, 1);
  if (reorder == NULL || reorder->ints == NULL)
    return weir_make_invalid (make, "<ColumnMap> is missing");
  for (guint i = 0; i < reorder->ints->len; i++)
    g_array_append_vals (inverse, &(gint64){ -2 }, 1);
  for (guint i = 0; i < reorder->ints->len; i++) {
    gint64 to = g_array_index (reorder->ints, gint64, i);

    if (to < 0 || to >= inverse->len)
      return weir_make_invalid (make, "a place %" G_GINT64_FORMAT " of %u", to,
                                inverse->len);
    g_array_index (inverse, gint64, to) = i;
  }
  return kd_columns (make, x, inverse, 1);
}

static gint64
permute_size (const KdComponent *component, gint64 input)
{
  const KdField *map = kd_field (component, "ColumnMap");

  return map != NULL && map->ints != NULL ? map->ints->len : input;
}

/* nnet1: columns are counted from 1. */
static WeirPort
copy (WeirMake *make, const KdComponent *component, WeirPort x)
{
  const KdField *map = kd_field (component, "Columns");
  g_autoptr (GArray) columns = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; map != NULL && map->ints != NULL && i < map->ints->len; i++) {
    gint64 column = g_array_index (map->ints, gint64, i);

    if (column < 1 || column > G_MAXINT32)
      return weir_make_invalid (make, "column %" G_GINT64_FORMAT ", expected 1 or more",
                                column);
    column--;
    g_array_append_val (columns, column);
  }
  return kd_columns (make, x, columns, 1);
}

static gint64
copy_size (const KdComponent *component, gint64 input)
{
  const KdField *map = kd_field (component, "Columns");

  (void) input;
  return map != NULL && map->ints != NULL ? map->ints->len : 0;
}

/* Rows of the cosine transform, as Kaldi scales them. */
static WeirPort
cosines (WeirMake *make, gint64 rows, gint64 columns)
{
  WeirShape shape = WEIR_SHAPE (rows, columns);
  WeirTensor *matrix = weir_tensor_new (WEIR_DTYPE_F32, &shape, &make->b->error);
  float *out;

  if (matrix == NULL)
    return WEIR_PORT_NONE;
  out = weir_tensor_writable (matrix);
  for (gint64 k = 0; k < rows; k++)
    for (gint64 j = 0; j < columns; j++)
      out[k * columns + j] =
          (float) (sqrt ((k == 0 ? 1 : 2) / (double) columns) *
                   cos (G_PI / (double) columns * ((double) j + 0.5) * (double) k));
  return weir_make_constant (make, matrix);
}

/* nnet2: with <Reorder> the numbers of a group lie apart, as many as there are groups. */
static WeirPort
dct (WeirMake *make, const KdComponent *component, WeirPort x)
{
  gint64 width = weir_make_shape (make, x)->dims[1];
  gint64 size = kd_whole (component, "DctDim", 0);
  gint64 keep = kd_whole (component, "DctKeepDim", size);
  gboolean apart = kd_flag (component, "Reorder");
  WeirNode *node;

  if (weir_build_failed (make->b))
    return WEIR_PORT_NONE;
  keep = keep == 0 ? size : keep;
  if (size < 1 || width % size != 0 || keep < 1 || keep > size ||
      keep > MAX_ELEMENTS / size)
    return weir_make_invalid (make,
                              "%" G_GINT64_FORMAT " of a transform of %" G_GINT64_FORMAT
                              " for frames of %" G_GINT64_FORMAT,
                              keep, size, width);
  if (apart) {
    x = weir_make_reshape (make, x, (const gint64[]){ size, width / size }, 2);
    x = weir_make_2 (make, "MatMul", cosines (make, keep, size), x);
    return kd_flat (make, x);
  }
  x = weir_make_reshape (make, x, (const gint64[]){ width / size, size }, 2);
  node = WEIR_MAKE_BEGIN (make, "MatMul", x, cosines (make, keep, size));
  weir_node_set_bool (node, "transpose_b", TRUE);
  return kd_flat (make, weir_make_end (make, node));
}

static gint64
dct_size (const KdComponent *component, gint64 input)
{
  gint64 size = kd_whole (component, "DctDim", 0);
  gint64 keep = kd_whole (component, "DctKeepDim", size);

  if (input < 0)
    return -1;
  if (size < 1 || keep < 0 || keep > size)
    return 0;
  return keep == 0 ? input : input / size * keep;
}

/* Masks of dropout let everything through. */
static WeirPort
dropout_mask (WeirMake *make, const KdComponent *component, WeirPort x)
{
  gint64 size = kd_whole (component, "OutputDim", 0);
  WeirShape shape = WEIR_SHAPE (1, CLAMP (size, 1, 1 << 20));
  WeirTensor *ones = weir_tensor_new (WEIR_DTYPE_F32, &shape, &make->b->error);

  (void) x;
  if (ones == NULL)
    return WEIR_PORT_NONE;
  for (gint64 i = 0; i < shape.dims[1]; i++)
    ((float *) weir_tensor_writable (ones))[i] = 1;
  return weir_make_constant (make, ones);
}

const KdRow kd_rows_groups[] = {
  { "Pnorm", pnorm, output_dim },
  { "Maxout", maxout, output_dim },
  { "ElementwiseProduct", elementwise_product, output_dim },
  { "SumBlock", sum_block, output_dim },
  { "SumGroup", sum_group, sum_group_size },
  { "Normalize", normalize, normalize_size },
  { "LengthNorm", length_norm },
  { "Permute", permute, permute_size },
  { "Copy", copy, copy_size },
  { "Dct", dct, dct_size },
  { "DropoutMask", dropout_mask, output_dim },
  { NULL },
};
