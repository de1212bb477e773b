#include "table.h"

#include <string.h>

/* Element by element. */

static WeirPort
unary (CfLayer *l)
{
  return weir_make_1 (&l->make, l->row->ir, cf_in (l, 0));
}

static WeirPort
relu (CfLayer *l)
{
  double slope =
      (double) CF_PARAM (l, relu_param, Caffe__ReLUParameter, CAFFE__RE_LUPARAMETER__INIT)
          ->negative_slope;
  WeirPort x = cf_in (l, 0);

  if (slope == 0)
    return weir_make_1 (&l->make, "Relu", x);
  return weir_make_2 (&l->make, "PRelu", x, weir_make_scalar (&l->make, x, slope));
}

static WeirPort
relu6 (CfLayer *l)
{
  return weir_make_clamp (&l->make, cf_in (l, 0), 0, 6);
}

/* One slope a channel, or one for all. */
static WeirPort
prelu (CfLayer *l)
{
  return weir_make_2 (&l->make, "PRelu", cf_in (l, 0), cf_vector (l, 0));
}

static WeirPort
elu (CfLayer *l)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "Elu", cf_in (l, 0));

  weir_node_set_float (
      node, "alpha",
      (double) CF_PARAM (l, elu_param, Caffe__ELUParameter, CAFFE__ELUPARAMETER__INIT)
          ->alpha);
  return weir_make_end (&l->make, node);
}

/* (shift + scale * x) ^ power */
static WeirPort
power (CfLayer *l)
{
  const Caffe__PowerParameter *p =
      CF_PARAM (l, power_param, Caffe__PowerParameter, CAFFE__POWER_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0);

  if (p->scale != 1)
    x = weir_make_2 (&l->make, "Multiply", x,
                     weir_make_scalar (&l->make, x, (double) p->scale));
  if (p->shift != 0)
    x = weir_make_2 (&l->make, "Add", x,
                     weir_make_scalar (&l->make, x, (double) p->shift));
  if (p->power != 1)
    x = weir_make_2 (&l->make, "Power", x,
                     weir_make_scalar (&l->make, x, (double) p->power));
  return x;
}

static const struct {
  const char *operation, *ir;
} operations[] = {
  { "SUM", "Add" }, { "PROD", "Multiply" }, { "MAX", "Maximum" }, { "MIN", "Minimum" }
};

static WeirPort
weighted (CfLayer *l, const Caffe__EltwiseParameter *p, guint index)
{
  WeirPort x = cf_in (l, index);
  float coefficient = index < p->n_coeff ? p->coeff[index] : 1;

  return coefficient == 1
             ? x
             : weir_make_2 (&l->make, "Multiply", x,
                            weir_make_scalar (&l->make, x, (double) coefficient));
}

static WeirPort
eltwise (CfLayer *l)
{
  const Caffe__EltwiseParameter *p = CF_PARAM (l, eltwise_param, Caffe__EltwiseParameter,
                                               CAFFE__ELTWISE_PARAMETER__INIT);
  const char *ir = NULL;
  WeirPort y;

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    if (strcmp (p->operation, operations[i].operation) == 0)
      ir = operations[i].ir;
  if (ir == NULL)
    return weir_make_unsupported (&l->make, "operation %s", p->operation);
  if (p->n_coeff > 0 && (strcmp (ir, "Add") != 0 || p->n_coeff != cf_n_in (l)))
    return weir_make_invalid (&l->make, "coeff: expected %u numbers for SUM, found %zu",
                              cf_n_in (l), p->n_coeff);
  y = weighted (l, p, 0);
  for (guint i = 1; i < cf_n_in (l); i++)
    y = weir_make_2 (&l->make, ir, y, weighted (l, p, i));
  return y;
}

/* What multiplies or is added from dimension @axis on, as numbers that broadcast. */
static WeirPort
beside (CfLayer *l, WeirPort vector, int axis, int rank)
{
  gint64 dims[WEIR_MAX_RANK];
  const WeirShape *shape = weir_make_shape (&l->make, vector);
  int count = 0;

  for (int i = 0; i < shape->rank; i++)
    dims[count++] = shape->dims[i];
  for (int i = axis + shape->rank; i < rank; i++)
    dims[count++] = 1;
  return weir_make_reshape (&l->make, vector, dims, (gsize) count);
}

/* The factor is a bottom or weights; a bias follows it among the weights. */
static WeirPort
scale (CfLayer *l)
{
  const Caffe__ScaleParameter *p =
      CF_PARAM (l, scale_param, Caffe__ScaleParameter, CAFFE__SCALE_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0), factor;
  int rank = weir_make_rank (&l->make, x);
  int axis = weir_make_axis (&l->make, p->axis, rank);
  guint bias = cf_n_in (l) > 1 ? 0 : 1;

  factor = cf_n_in (l) > 1 ? cf_in (l, 1) : cf_weights (l, 0, NULL);
  x = weir_make_2 (&l->make, "Multiply", x, beside (l, factor, axis, rank));
  if (!p->bias_term)
    return x;
  return weir_make_2 (&l->make, "Add", x,
                      beside (l, cf_weights (l, bias, NULL), axis, rank));
}

const CfRow cf_rows_math[] = {
  { "AbsVal", unary, "Abs" },
  { "BNLL", unary, "SoftPlus" },
  { "Sigmoid", unary, "Sigmoid" },
  { "TanH", unary, "Tanh" },
  { "Mish", unary, "Mish" },
  { "ReLU", relu },
  { "ReLU6", relu6 },
  { "PReLU", prelu },
  { "ELU", elu },
  { "Power", power },
  { "Eltwise", eltwise },
  { "Scale", scale },
  { NULL },
};
