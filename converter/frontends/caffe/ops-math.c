#include "table.h"

#include <math.h>
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

static WeirPort
clip (CfLayer *l)
{
  const Caffe__ClipParameter *p =
      CF_PARAM (l, clip_param, Caffe__ClipParameter, CAFFE__CLIP_PARAMETER__INIT);

  if (!p->has_min || !p->has_max)
    return weir_make_invalid (&l->make, "clip_param must have min and max");
  return weir_make_clamp (&l->make, cf_in (l, 0), (double) p->min, (double) p->max);
}

/* Whether the number is above a bound, as 0 or 1. */
static WeirPort
threshold (CfLayer *l)
{
  double bound = (double) CF_PARAM (l, threshold_param, Caffe__ThresholdParameter,
                                    CAFFE__THRESHOLD_PARAMETER__INIT)
                     ->threshold;
  WeirPort x = cf_in (l, 0);

  return weir_make_convert (
      &l->make,
      weir_make_2 (&l->make, "Greater", x, weir_make_scalar (&l->make, x, bound)),
      WEIR_DTYPE_F32);
}

/* x * sigmoid (beta * x) */
static WeirPort
swish (CfLayer *l)
{
  double beta = (double) CF_PARAM (l, swish_param, Caffe__SwishParameter,
                                   CAFFE__SWISH_PARAMETER__INIT)
                    ->beta;
  WeirPort x = cf_in (l, 0);

  if (beta == 1)
    return weir_make_1 (&l->make, "Swish", x);
  return weir_make_2 (&l->make, "Swish", x, weir_make_scalar (&l->make, x, beta));
}

/* scale * x + shift, without what does nothing */
static WeirPort
linear (CfLayer *l, WeirPort x, double factor, double shift)
{
  if (factor != 1)
    x = weir_make_2 (&l->make, "Multiply", x, weir_make_scalar (&l->make, x, factor));
  if (shift != 0)
    x = weir_make_2 (&l->make, "Add", x, weir_make_scalar (&l->make, x, shift));
  return x;
}

/* The natural logarithm of the field "base"; without one, or with -1, it is e. */
static gboolean
read_base (CfLayer *l, const Caffe__ExpParameter *p, double *log_base)
{
  double base = -1;

  for (gsize i = 0; i < p->n_unknown_text; i++) {
    g_autofree char *text = weir_wire_text (l->import->topology, &p->unknown_text[i],
                                            WEIR_MAX_NAME, &l->make.b->error);

    if (text == NULL)
      return FALSE;
    if (g_str_has_prefix (text, "base"))
      base = g_ascii_strtod (text + strcspn (text, "-.0123456789"), NULL);
  }
  *log_base = base == -1 ? 1 : log (base);
  if (base == -1 || (base > 0 && base != 1))
    return TRUE;
  weir_make_invalid (&l->make, "base: expected a positive number other than 1, found %g",
                     base);
  return FALSE;
}

/* base ^ (shift + scale * x) */
static WeirPort
exponent (CfLayer *l)
{
  const Caffe__ExpParameter *p =
      CF_PARAM (l, exp_param, Caffe__ExpParameter, CAFFE__EXP_PARAMETER__INIT);
  double base;

  if (!read_base (l, p, &base))
    return WEIR_PORT_NONE;
  return weir_make_1 (
      &l->make, "Exp",
      linear (l, cf_in (l, 0), base * (double) p->scale, base * (double) p->shift));
}

/* The logarithm to the base of shift + scale * x. */
static WeirPort
logarithm (CfLayer *l)
{
  const Caffe__ExpParameter *p =
      CF_PARAM (l, log_param, Caffe__ExpParameter, CAFFE__EXP_PARAMETER__INIT);
  double base;

  if (!read_base (l, p, &base))
    return WEIR_PORT_NONE;
  return linear (
      l,
      weir_make_1 (&l->make, "Log",
                   linear (l, cf_in (l, 0), (double) p->scale, (double) p->shift)),
      1 / base, 0);
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

  x = linear (l, x, (double) p->scale, (double) p->shift);
  if (p->power != 1)
    x = weir_make_2 (&l->make, "Power", x,
                     weir_make_scalar (&l->make, x, (double) p->power));
  return x;
}

static const struct {
  const char *operation, *ir;
} operations[] = { { "SUM", "Add" },     { "PROD", "Multiply" }, { "MAX", "Maximum" },
                   { "MIN", "Minimum" }, { "SUB", "Subtract" },  { "DIV", "Divide" } };

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

/* The first dimensions of @x and those of the addend are one to one, from axis on. */
static WeirPort
bias (CfLayer *l)
{
  const Caffe__BiasParameter *p =
      CF_PARAM (l, bias_param, Caffe__BiasParameter, CAFFE__BIAS_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0);
  int rank = weir_make_rank (&l->make, x);
  int axis = weir_make_axis (&l->make, p->axis, rank);
  WeirPort addend = cf_n_in (l) > 1 ? cf_in (l, 1) : cf_weights (l, 0, NULL);

  return weir_make_2 (&l->make, "Add", x, beside (l, addend, axis, rank));
}

/* a * x + y, with a factor a channel */
static WeirPort
axpy (CfLayer *l)
{
  WeirPort x = cf_in (l, 1);
  int rank = weir_make_rank (&l->make, x);
  WeirPort factor = beside (l, cf_in (l, 0), 0, rank);

  return weir_make_2 (&l->make, "Add", weir_make_2 (&l->make, "Multiply", x, factor),
                      cf_in (l, 2));
}

const CfRow cf_rows_math[] = {
  { "AbsVal", unary, "Abs" },
  { "BNLL", unary, "SoftPlus" },
  { "Sigmoid", unary, "Sigmoid" },
  { "TanH", unary, "Tanh" },
  { "Tanh", unary, "Tanh" },
  { "Mish", unary, "Mish" },
  { "SiLU", unary, "Swish" },
  { "HardSwish", unary, "HSwish" },
  { "HSwish", unary, "HSwish" },
  { "HSigmoid", unary, "HSigmoid" },
  { "SigmoidCrossEntropyLoss", unary, "Sigmoid" },
  { "Swish", swish },
  { "Clip", clip },
  { "Threshold", threshold },
  { "Exp", exponent },
  { "Log", logarithm },
  { "Bias", bias },
  { "Axpy", axpy },
  { "ReLU", relu },
  { "ReLU6", relu6 },
  { "PReLU", prelu },
  { "ELU", elu },
  { "Power", power },
  { "Eltwise", eltwise },
  { "Scale", scale },
  { NULL },
};
