#include "table.h"

/* Matrix products and vectors that are added or multiplied. */

static WeirPort
product (WeirMake *make, const KdComponent *component, WeirPort x, const char *key)
{
  WeirNode *node = WEIR_MAKE_BEGIN (make, "MatMul", x, kd_matrix (make, component, key));

  weir_node_set_bool (node, "transpose_b", TRUE);
  return weir_make_end (make, node);
}

static WeirPort
linear (WeirMake *make, const KdComponent *component, WeirPort x)
{
  return product (make, component, x,
                  kd_field (component, "Params") != NULL ? "Params" : "LinearParams");
}

static WeirPort
affine (WeirMake *make, const KdComponent *component, WeirPort x)
{
  WeirPort y = product (make, component, x, "LinearParams");

  if (kd_field (component, "BiasParams") == NULL)
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
  return rows_of (component,
                  kd_field (component, "Params") != NULL ? "Params" : "LinearParams");
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
  { NULL },
};
