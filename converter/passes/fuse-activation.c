#include "list.h"

#include "scalar-cone.h"

#include <math.h>

/* Frameworks write an activation in many ways, and so do people: x * relu6 (x + 3) / 6,
 * or the same divided first, or by Minimum and Maximum. Each way is the same function of
 * one number. So the function is asked, at many points, and replaced by the operation
 * that gives the same everywhere. */

#define FAR     1e4
#define FARTHER 1e5

/* A line that bends less at zero is one that does not bend. */
#define MAX_SLOPE 0.999

/**
 * Candidate:
 * @fit: (nullable): finds the parameters from the function; %FALSE where there are none
 * @at: what the operation gives
 * @build: the operation
 */
typedef struct {
  const char *op;
  gboolean (*fit) (const WeirPassCone *cone, double *p);
  double (*at) (double x, const double *p);
  WeirPort (*build) (WeirBuilder *builder, const char *name, WeirPort x, const char *op,
                     const double *p);
} Candidate;

#define AT(name, expression)                          \
  static double name##_at (double x, const double *p) \
  {                                                   \
    (void) p;                                         \
    return expression;                                \
  }

static double
sigmoid (double x)
{
  return 1 / (1 + exp (-x));
}

static double
bound (double x, double low, double high)
{
  return fmin (fmax (x, low), high);
}

AT (relu, fmax (x, 0))
AT (clamp, bound (x, p[0], p[1]))
AT (sigmoid, sigmoid (x))
AT (tanh, tanh (x))
AT (soft_plus, fmax (x, 0) + log1p (exp (-fabs (x))))
AT (soft_sign, x / (1 + fabs (x)))
AT (h_sigmoid, bound (x + 3, 0, 6) / 6)
AT (hard_sigmoid, bound (p[0] * x + p[1], 0, 1))
AT (h_swish, x *bound (x + 3, 0, 6) / 6)
AT (swish, x *sigmoid (p[0] * x))
AT (mish, x *tanh (fmax (x, 0) + log1p (exp (-fabs (x)))))
AT (gelu_erf, x * 0.5 * erfc (-x / G_SQRT2))
AT (gelu_tanh, 0.5 * x * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x))))
AT (leaky, x < 0 ? p[0] * x : x)
AT (elu, x < 0 ? p[0] * expm1 (x) : x)

static gboolean
fit_one (const WeirPassCone *cone, double *p)
{
  (void) cone;
  p[0] = 1;
  return TRUE;
}

/* Far out on both sides it does not change any more. */
static gboolean
fit_bounds (const WeirPassCone *cone, double *p)
{
  p[0] = weir_pass_cone_at (cone, -FAR);
  p[1] = weir_pass_cone_at (cone, FAR);
  return p[0] < p[1] && p[0] == weir_pass_cone_at (cone, -FARTHER) &&
         p[1] == weir_pass_cone_at (cone, FARTHER);
}

static gboolean
fit_slope (const WeirPassCone *cone, double *p)
{
  p[0] = -weir_pass_cone_at (cone, -1);
  return p[0] > 0 && p[0] < MAX_SLOPE;
}

static gboolean
fit_elu (const WeirPassCone *cone, double *p)
{
  p[0] = weir_pass_cone_at (cone, -1) / expm1 (-1);
  return p[0] > 0;
}

static gboolean
fit_line (const WeirPassCone *cone, double *p)
{
  const double step = 1.0 / 64;

  p[1] = weir_pass_cone_at (cone, 0);
  p[0] = (weir_pass_cone_at (cone, step) - weir_pass_cone_at (cone, -step)) / (2 * step);
  return cone->n > 1 && p[0] > 0 && p[1] > 0 && p[1] < 1;
}

/* Without a slope it would be x / 2. */
static gboolean
fit_beta (const WeirPassCone *cone, double *p)
{
  double y = weir_pass_cone_at (cone, 1);

  p[0] = log (y / (1 - y));
  return y > 0.51 && y < 1;
}

static WeirPort
build_plain (WeirBuilder *builder, const char *name, WeirPort x, const char *op,
             const double *p)
{
  (void) p;
  return weir_build1 (builder, op, name, x);
}

static WeirPort
build_clamp (WeirBuilder *builder, const char *name, WeirPort x, const char *op,
             const double *p)
{
  WeirNode *node = weir_build_begin (builder, op, name, &x, 1);

  weir_node_set_float (node, "min", p[0]);
  weir_node_set_float (node, "max", p[1]);
  return weir_build_end (builder, node);
}

static WeirPort
build_elu (WeirBuilder *builder, const char *name, WeirPort x, const char *op,
           const double *p)
{
  WeirNode *node = weir_build_begin (builder, op, name, &x, 1);

  weir_node_set_float (node, "alpha", p[0]);
  return weir_build_end (builder, node);
}

static WeirPort
build_gelu_tanh (WeirBuilder *builder, const char *name, WeirPort x, const char *op,
                 const double *p)
{
  WeirNode *node = weir_build_begin (builder, op, name, &x, 1);

  (void) p;
  weir_node_set_string (node, "approximation_mode", "tanh");
  return weir_build_end (builder, node);
}

static WeirPort
build_parameter (WeirBuilder *builder, const char *name, const char *suffix, WeirPort x,
                 double value)
{
  g_autofree char *full = g_strconcat (name, suffix, NULL);

  return weir_build_scalar (builder, full, x, value);
}

static WeirPort
build_swish (WeirBuilder *builder, const char *name, WeirPort x, const char *op,
             const double *p)
{
  return weir_build2 (builder, op, name, x,
                      build_parameter (builder, name, "/beta", x, p[0]));
}

static WeirPort
build_hard_sigmoid (WeirBuilder *builder, const char *name, WeirPort x, const char *op,
                    const double *p)
{
  WeirPort alpha = build_parameter (builder, name, "/alpha", x, p[0]);
  WeirPort beta = build_parameter (builder, name, "/beta", x, p[1]);

  return weir_build (builder, op, name, WEIR_INPUTS (x, alpha, beta));
}

/* The slope of a PRelu is a list. */
static WeirPort
build_leaky (WeirBuilder *builder, const char *name, WeirPort x, const char *op,
             const double *p)
{
  g_autofree char *full = g_strconcat (name, "/slope", NULL);
  WeirDtype dtype = weir_graph_dtype (builder->graph, x);
  WeirTensor *slope = weir_tensor_new (dtype, &WEIR_SHAPE (1), &builder->error);

  if (slope != NULL)
    weir_dtype_store (dtype, weir_tensor_writable (slope), 0, p[0]);
  return weir_build2 (builder, op, name, x, weir_build_constant (builder, full, slope));
}

/* Of two that fit equally well the first is taken. */
static const Candidate candidates[] = {
  { "Relu", NULL, relu_at, build_plain },
  { "Clamp", fit_bounds, clamp_at, build_clamp },
  { "Sigmoid", NULL, sigmoid_at, build_plain },
  { "Tanh", NULL, tanh_at, build_plain },
  { "HSwish", NULL, h_swish_at, build_plain },
  { "HSigmoid", NULL, h_sigmoid_at, build_plain },
  { "Swish", fit_one, swish_at, build_plain },
  { "Mish", NULL, mish_at, build_plain },
  { "Gelu", NULL, gelu_erf_at, build_plain },
  { "Gelu", NULL, gelu_tanh_at, build_gelu_tanh },
  { "SoftPlus", NULL, soft_plus_at, build_plain },
  { "SoftSign", NULL, soft_sign_at, build_plain },
  { "PRelu", fit_slope, leaky_at, build_leaky },
  { "Elu", fit_elu, elu_at, build_elu },
  { "HardSigmoid", fit_line, hard_sigmoid_at, build_hard_sigmoid },
  { "Swish", fit_beta, swish_at, build_swish },
};

/* Where the function is asked: densely around zero, and farther out, so that bounds of
 * 255 or 65535, to which quantisation clamps, are found. */
#define N_NEAR     97
#define NEAR_RANGE 12.0

static const double far_points[] = { -1e10, -1e6, -1e4, -300, -80, -50, -20, -1e-3,
                                     1e-3,  20,   50,   80,   300, 1e4, 1e6, 1e10 };

static double
point (guint i)
{
  return i < N_NEAR ? NEAR_RANGE * (2.0 * i / (N_NEAR - 1) - 1) : far_points[i - N_NEAR];
}

#define N_POINTS (N_NEAR + G_N_ELEMENTS (far_points))

/* The largest difference, in units of what is allowed. Where the function as it is
 * written overflows, nothing can be said. */
static double
difference (const WeirPassCone *cone, const Candidate *candidate, const double *p,
            double allowed, guint step)
{
  double worst = 0;
  guint asked = 0;

  for (guint i = 0; i < N_POINTS && worst <= 1; i += step) {
    double x = point (i), y = weir_pass_cone_at (cone, x);

    if (!isfinite (y))
      continue;
    asked++;
    worst =
        fmax (worst, fabs (y - candidate->at (x, p)) / (allowed * fmax (1, fabs (x))));
  }
  return asked * step * 4 >= N_POINTS * 3 && !isnan (worst) ? worst : HUGE_VAL;
}

/* How exact constants are in the type that is calculated in. */
static double
allowed_for (WeirDtype dtype)
{
  return weir_dtype_bits (dtype) >= 32 ? 1e-5 : 2e-3;
}

/* Nothing may be added where the operation gives zero: x + 1e-6 is no activation, and
 * whoever divides by it does not want zero. */
static gboolean
keeps_zero (const WeirPassCone *cone, const Candidate *candidate, const double *p)
{
  return candidate->at (0, p) != 0 || weir_pass_cone_at (cone, 0) == 0;
}

#define FIRST_LOOK 16
/* Below this a difference is one of rounding, and all are equally good. */
#define GOOD_ENOUGH (1.0 / 16)

/* A few points first: they are enough to tell most functions from all candidates. */
static const Candidate *
find_candidate (const WeirPassCone *cone, double *best_p)
{
  double allowed = allowed_for (cone->nodes[0]->outputs[0].info.dtype), best = 1;
  const Candidate *found = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++) {
    double p[2] = { 0 }, worst;

    if ((candidates[i].fit != NULL && !candidates[i].fit (cone, p)) ||
        !keeps_zero (cone, &candidates[i], p) ||
        difference (cone, &candidates[i], p, allowed, FIRST_LOOK) > 1)
      continue;
    worst = fmax (difference (cone, &candidates[i], p, allowed, 1), GOOD_ENOUGH);
    if (worst > 1 || (found != NULL && worst >= best))
      continue;
    found = &candidates[i];
    best = worst;
    best_p[0] = p[0];
    best_p[1] = p[1];
  }
  return found;
}

static gboolean
activation (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  const Candidate *found = NULL;
  double p[2] = { 0 };
  WeirPort x = WEIR_PORT_NONE, port;
  WeirPassCone cone;

  if (!weir_pass_cone_init (&cone, graph, node))
    return TRUE;
  do {
    double next_p[2] = { 0 };
    const Candidate *next =
        weir_pass_cone_closed (&cone) ? find_candidate (&cone, next_p) : NULL;

    if (next == NULL || (cone.n == 1 && weir_node_is (node, next->op)))
      continue;
    found = next;
    x = cone.x;
    p[0] = next_p[0];
    p[1] = next_p[1];
  } while (weir_pass_cone_grow (&cone));
  if (found == NULL)
    return TRUE;
  port = found->build (&builder, node->name, x, found->op, p);
  return weir_pass_finish (&builder, node, port, changed, error);
}

static const WeirRewrite rows[] = { { NULL, activation }, { NULL } };

gboolean
weir_pass_fuse_activation (WeirModel *model, const WeirPassOptions *options,
                           GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
