#include "table.h"

/* Matrix products and vectors that are added or multiplied. */

static WeirPort
product (WeirMake *make, const KdComponent *component, WeirPort x, const char *key)
{
  WeirNode *node = WEIR_MAKE_BEGIN (make, "MatMul", x, kd_matrix (make, component, key));

  weir_node_set_bool (node, "transpose_b", TRUE);
  return weir_make_end (make, node);
}

/* What the matrix without a bias is called. */
static const char *
linear_key (const KdComponent *component)
{
  return kd_field (component, "Params") != NULL     ? "Params"
         : kd_field (component, "CuMatrix") != NULL ? "CuMatrix"
                                                    : "LinearParams";
}

static WeirPort
linear (WeirMake *make, const KdComponent *component, WeirPort x)
{
  return product (make, component, x, linear_key (component));
}

/* A bias may be there with no elements. */
static gboolean
has_bias (const KdComponent *component)
{
  const KdField *field = kd_field (component, "BiasParams");

  return field != NULL &&
         (field->tensor == NULL || weir_tensor_count (field->tensor) > 0);
}

static WeirPort
affine (WeirMake *make, const KdComponent *component, WeirPort x)
{
  WeirPort y = product (make, component, x, "LinearParams");

  if (!has_bias (component))
    return y;
  return weir_make_2 (make, "Add", y, kd_row_vector (make, component, "BiasParams"));
}

/* As many numbers as the matrix has rows. */
static gint64
rows_of (const KdComponent *component, const char *key)
{
  const KdField *field = kd_field (component, key);
  const WeirShape *shape =
      field != NULL && field->tensor != NULL ? weir_tensor_shape (field->tensor) : NULL;

  return shape == NULL ? -1 : shape->rank == 2 ? shape->dims[0] : 1;
}

static gint64
affine_size (const KdComponent *component, gint64 input)
{
  (void) input;
  return rows_of (component, "LinearParams");
}

static gint64
linear_size (const KdComponent *component, gint64 input)
{
  (void) input;
  return rows_of (component, linear_key (component));
}

static WeirPort
add_vector (WeirMake *make, const KdComponent *component, WeirPort x)
{
  return weir_make_2 (make, "Add", x, kd_row_vector (make, component, "Bias"));
}

static WeirPort
scale (WeirMake *make, const KdComponent *component, WeirPort x)
{
  const char *key = kd_field (component, "Params") != NULL ? "Params" : "Scales";

  return weir_make_2 (make, "Multiply", x, kd_row_vector (make, component, key));
}

static WeirPort
add_offsets (WeirMake *make, const KdComponent *component, WeirPort x)
{
  return weir_make_2 (make, "Add", x, kd_row_vector (make, component, "Offsets"));
}

static WeirPort
scale_and_offset (WeirMake *make, const KdComponent *component, WeirPort x)
{
  WeirPort scales = kd_row_vector (make, component, "Scales");
  WeirPort offsets = kd_row_vector (make, component, "Offsets");
  gint64 size = weir_make_shape (make, x)->dims[1], block;

  if (weir_build_failed (make->b))
    return WEIR_PORT_NONE;
  block = weir_make_shape (make, scales)->dims[1];
  if (block < 1 || size % block != 0)
    return weir_make_invalid (
        make, "%" G_GINT64_FORMAT " scales for frames of %" G_GINT64_FORMAT, block, size);
  if (block == size)
    return weir_make_2 (make, "Add", weir_make_2 (make, "Multiply", x, scales), offsets);
  x = weir_make_reshape (make, x, (const gint64[]){ size / block, block }, 2);
  return kd_flat (make, weir_make_2 (make, "Add",
                                     weir_make_2 (make, "Multiply", x, scales), offsets));
}

/* One number for the whole frame, and powers of its elements. */
static WeirPort
scale_all (WeirMake *make, const KdComponent *component, WeirPort x)
{
  double factor = kd_number (component, "Scale", 1);

  return factor == 1
             ? x
             : weir_make_2 (make, "Multiply", x, weir_make_scalar (make, x, factor));
}

static WeirPort
power (WeirMake *make, const KdComponent *component, WeirPort x)
{
  return weir_make_2 (make, "Power", x,
                      weir_make_scalar (make, x, kd_number (component, "Power", 2)));
}

/* The same whatever comes in. */
static WeirPort
constant (WeirMake *make, const KdComponent *component, WeirPort x)
{
  (void) x;
  return kd_row_vector (make, component, "Output");
}

static gint64
constant_size (const KdComponent *component, gint64 input)
{
  const KdField *field = kd_field (component, "Output");

  (void) input;
  return field != NULL && field->tensor != NULL
             ? (gint64) weir_tensor_count (field->tensor)
             : 0;
}

/* One matrix for each part of the frame: [n, 1, in] by [n, in, out]. */
static WeirPort
block_affine (WeirMake *make, const KdComponent *component, WeirPort x)
{
  WeirTensor *matrix = kd_get_tensor (make, component, "LinearParams");
  gint64 blocks = kd_whole (component, "NumBlocks", 0);
  gint64 columns, rows, size = weir_make_shape (make, x)->dims[1];
  WeirNode *node;
  WeirPort w;

  if (weir_build_failed (make->b) || matrix == NULL)
    return WEIR_PORT_NONE;
  rows = rows_of (component, "LinearParams");
  columns = (gint64) weir_tensor_count (matrix) / MAX (rows, 1);
  if (blocks < 1 || rows % blocks != 0 || size != columns * blocks)
    return weir_make_invalid (make,
                              "%" G_GINT64_FORMAT
                              " blocks of a matrix of %" G_GINT64_FORMAT
                              " x %" G_GINT64_FORMAT " for frames of %" G_GINT64_FORMAT,
                              blocks, rows, columns, size);
  w = weir_make_reshape (make, kd_matrix (make, component, "LinearParams"),
                         (const gint64[]){ blocks, rows / blocks, columns }, 3);
  x = weir_make_reshape (make, x, (const gint64[]){ blocks, 1, columns }, 3);
  node = WEIR_MAKE_BEGIN (make, "MatMul", x, w);
  weir_node_set_bool (node, "transpose_b", TRUE);
  x = kd_flat (make, weir_make_end (make, node));
  return has_bias (component)
             ? weir_make_2 (make, "Add", x, kd_row_vector (make, component, "BiasParams"))
             : x;
}

/* One matrix for all parts of the frame. */
static WeirPort
repeated_affine (WeirMake *make, const KdComponent *component, WeirPort x)
{
  gint64 repeats = kd_whole (component, "NumRepeats", 0);
  gint64 size = weir_make_shape (make, x)->dims[1];

  if (repeats < 1 || size % repeats != 0)
    return weir_make_invalid (
        make, "%" G_GINT64_FORMAT " repeats for frames of %" G_GINT64_FORMAT, repeats,
        size);
  x = weir_make_reshape (make, x, (const gint64[]){ repeats, size / repeats }, 2);
  return kd_flat (make, affine (make, component, x));
}

static gint64
repeated_size (const KdComponent *component, gint64 input)
{
  gint64 rows = rows_of (component, "LinearParams"), size;

  (void) input;
  return __builtin_mul_overflow (rows, kd_whole (component, "NumRepeats", 0), &size)
             ? 0
             : kd_size_for (size);
}

const KdRow kd_rows_affine[] = {
  { "Affine", affine, affine_size },
  { "AffineTransform", affine, affine_size },
  { "AffineComponentPreconditioned", affine, affine_size },
  { "AffineComponentPreconditionedOnline", affine, affine_size },
  { "NaturalGradientAffine", affine, affine_size },
  { "FixedAffine", affine, affine_size },
  { "Linear", linear, linear_size },
  { "LinearTransform", linear, linear_size },
  { "FixedLinear", linear, linear_size },
  { "FixedBias", add_vector },
  { "AddShift", add_vector },
  { "FixedScale", scale },
  { "Rescale", scale },
  { "PerElementScale", scale },
  { "NaturalGradientPerElementScale", scale },
  { "Tdnn", affine, affine_size },
  { "LstmProjected", linear, linear_size },
  { "LstmProjectedStreams", linear, linear_size },
  { "PerElementOffset", add_offsets },
  { "ScaleAndOffset", scale_and_offset },
  { "Scale", scale_all },
  { "BackpropTruncation", scale_all },
  { "Power", power },
  { "ConstantFunction", constant, constant_size },
  { "Constant", constant, constant_size },
  { "BlockAffine", block_affine, affine_size },
  { "BlockAffineComponentPreconditioned", block_affine, affine_size },
  { "RepeatedAffine", repeated_affine, repeated_size },
  { "NaturalGradientRepeatedAffine", repeated_affine, repeated_size },
  { NULL },
};
