#include "elementwise.h"

#include <math.h>

/* Activation functions. Their parameters are attributes or, in others, further inputs
 * that hold one element. */

#define MAX_PARAMETERS 2

static gint64
int_relu (gint64 x, gboolean negative)
{
  return negative ? 0 : x;
}

static gboolean
scalars_infer (WeirInfer *infer, GError **error)
{
  for (guint i = 1; i < infer->n_inputs; i++) {
    const WeirShape *shape = &infer->inputs[i].shape;

    if (weir_shape_is_static (shape) && weir_shape_elements (shape) != 1) {
      g_autofree char *text = weir_shape_to_string (shape);
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u must hold one element, its shape is %s", i, text);
    }
  }
  return weir_infer_same (infer, error);
}

/* Inputs 1 and 2; the second input of Swish may be left out and is 1 then. */
static void
from_inputs (const WeirEval *eval, double *p)
{
  p[0] = p[1] = 1;
  for (guint i = 1; i < MIN (eval->n_inputs, MAX_PARAMETERS + 1); i++)
    p[i - 1] = weir_tensor_get (eval->inputs[i], 0);
}

static void
from_alpha (const WeirEval *eval, double *p)
{
  p[0] = weir_node_float (eval->node, "alpha");
}

static void
from_nothing (const WeirEval *eval, double *p)
{
  (void) eval;
  (void) p;
}

static double
clamp (double x, double low, double high)
{
  return x < low ? low : x > high ? high : x;
}

static double
sigmoid (double x)
{
  return 1 / (1 + exp (-x));
}

/* log (1 + e^x) without overflow. */
static double
soft_plus (double x)
{
  return MAX (x, 0) + log1p (exp (-fabs (x)));
}

#define WEIR_OP_ACTIVATION_DEFINE(id, op, since, least, most, rows, from, expression, \
                                  text)                                               \
  static double id##_at (double x, const double *p)                                   \
  {                                                                                   \
    (void) p;                                                                         \
    return expression;                                                                \
  }                                                                                   \
  static gboolean id##_evaluate (WeirEval *eval, GError **error)                      \
  {                                                                                   \
    double p[MAX_PARAMETERS] = { 0 };                                                 \
                                                                                      \
    from (eval, p);                                                                   \
    return weir_map_evaluate (eval, id##_at, p, NULL, error);                         \
  }                                                                                   \
  WEIR_OP_DEFINE (id) = {                                                             \
    .name = op,                                                                       \
    .versions = { since },                                                            \
    .min_inputs = least,                                                              \
    .max_inputs = most,                                                               \
    .outputs = 1,                                                                     \
    .flags = (most) == 1 ? WEIR_OP_UNARY : 0,                                         \
    .attrs = rows,                                                                    \
    .summary = text,                                                                  \
    .infer = scalars_infer,                                                           \
    .evaluate = id##_evaluate,                                                        \
  }

static const WeirAttrRow elu_attrs[] = { { "alpha", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
                                         { NULL } };

WEIR_OP_ACTIVATION_DEFINE (elu, "Elu", 1, 1, 1, elu_attrs, from_alpha,
                           x < 0 ? p[0] * expm1 (x) : x,
                           "x, or alpha (e^x - 1) where x is negative");
WEIR_OP_ACTIVATION_DEFINE (hard_sigmoid, "HardSigmoid", 1, 3, 3, NULL, from_inputs,
                           clamp (p[0] * x + p[1], 0, 1), "alpha x + beta within 0..1");
WEIR_OP_ACTIVATION_DEFINE (h_sigmoid, "HSigmoid", 5, 1, 1, NULL, from_nothing,
                           clamp (x + 3, 0, 6) / 6, "x + 3 within 0..6, divided by 6");
WEIR_OP_ACTIVATION_DEFINE (h_swish, "HSwish", 4, 1, 1, NULL, from_nothing,
                           clamp (x + 3, 0, 6) / 6 * x, "x times HSigmoid of x");
WEIR_OP_ACTIVATION_DEFINE (mish, "Mish", 4, 1, 1, NULL, from_nothing,
                           tanh (soft_plus (x)) * x, "x tanh (SoftPlus (x))");
WEIR_OP_ACTIVATION_DEFINE (selu, "Selu", 1, 3, 3, NULL, from_inputs,
                           p[1] * (x > 0 ? x : p[0] * expm1 (x)),
                           "Elu with inputs alpha and lambda, times lambda");
WEIR_OP_ACTIVATION_DEFINE (sigmoid, "Sigmoid", 1, 1, 1, NULL, from_nothing, sigmoid (x),
                           "1 / (1 + e^-x)");
WEIR_OP_ACTIVATION_DEFINE (soft_plus, "SoftPlus", 4, 1, 1, NULL, from_nothing,
                           soft_plus (x), "log (1 + e^x)");
WEIR_OP_ACTIVATION_DEFINE (soft_sign, "SoftSign", 9, 1, 1, NULL, from_nothing,
                           x / (1 + fabs (x)), "x / (1 + |x|)");
WEIR_OP_ACTIVATION_DEFINE (swish, "Swish", 4, 1, 2, NULL, from_inputs,
                           sigmoid (p[0] * x) * x, "x Sigmoid (beta x)");

static double
relu_at (double x, const double *p)
{
  (void) p;
  return x < 0 ? 0 : x;
}

static gboolean
relu_evaluate (WeirEval *eval, GError **error)
{
  return weir_map_evaluate (eval, relu_at, NULL, int_relu, error);
}

WEIR_OP_DEFINE (relu) = {
  .name = "Relu",
  .xml_type = "ReLU",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .flags = WEIR_OP_UNARY,
  .summary = "x, or 0 where x is negative",
  .infer = weir_infer_same,
  .evaluate = relu_evaluate,
};

static const WeirAttrRow gelu_attrs[] = {
  { "approximation_mode", WEIR_ATTR_STRING, "erf", "erf|tanh", 7, 0 }, { NULL }
};

static double
gelu_erf_at (double x, const double *p)
{
  (void) p;
  return x * 0.5 * erfc (-x / G_SQRT2);
}

static double
gelu_tanh_at (double x, const double *p)
{
  (void) p;
  return 0.5 * x * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)));
}

static gboolean
gelu_evaluate (WeirEval *eval, GError **error)
{
  gboolean approximate = eval->node->version >= 7 &&
                         weir_node_string_is (eval->node, "approximation_mode", "tanh");

  return weir_map_evaluate (eval, approximate ? gelu_tanh_at : gelu_erf_at, NULL, NULL,
                            error);
}

WEIR_OP_DEFINE (gelu) = {
  .name = "Gelu",
  .versions = { 2, 7 },
  .preferred = 7,
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .flags = WEIR_OP_UNARY,
  .attrs = gelu_attrs,
  .summary = "x times the normal distribution function of x",
  .infer = weir_infer_same,
  .evaluate = gelu_evaluate,
};

static const WeirAttrRow clamp_attrs[] = { { "min", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
                                           { "max", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
                                           { NULL } };

static double
clamp_at (double x, const double *p)
{
  return clamp (x, p[0], p[1]);
}

static gboolean
clamp_infer (WeirInfer *infer, GError **error)
{
  double low = weir_node_float (infer->node, "min");
  double high = weir_node_float (infer->node, "max");

  if (!(low <= high))
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute 'min' is %g, expected at most 'max', which is %g", low,
                      high);
  return weir_infer_same (infer, error);
}

/* The bounds of integers are the integers within the bounds. */
static gboolean
clamp_integers (WeirEval *eval, const double *bounds, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  WeirDtype dtype = weir_tensor_dtype (x);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  double low = ceil (bounds[0]), high = floor (bounds[1]);

  if (y == NULL)
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (x); i++) {
    double value = weir_tensor_get (x, i);

    if (value < low || value > high)
      weir_dtype_store (dtype, weir_tensor_writable (y), i, value < low ? low : high);
    else
      weir_dtype_store_int (dtype, weir_tensor_writable (y), i,
                            weir_tensor_get_int (x, i));
  }
  return TRUE;
}

static gboolean
clamp_evaluate (WeirEval *eval, GError **error)
{
  const double bounds[] = { weir_node_float (eval->node, "min"),
                            weir_node_float (eval->node, "max") };

  if (!weir_dtype_is_float (weir_tensor_dtype (eval->inputs[0])))
    return clamp_integers (eval, bounds, error);
  return weir_map_evaluate (eval, clamp_at, bounds, NULL, error);
}

WEIR_OP_DEFINE (clamp) = {
  .name = "Clamp",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .flags = WEIR_OP_UNARY,
  .attrs = clamp_attrs,
  .summary = "x within min..max",
  .infer = clamp_infer,
  .evaluate = clamp_evaluate,
};
