#include "scalar-cone.h"

#include <math.h>

struct WeirPassConeFunction {
  const char *op;
  guint arguments;
  double (*at) (const WeirNode *node, const double *a);
};

#define FUNCTION(name, expression)                                \
  static double name##_at (const WeirNode *node, const double *a) \
  {                                                               \
    (void) node;                                                  \
    return expression;                                            \
  }

FUNCTION (add, a[0] + a[1])
FUNCTION (subtract, a[0] - a[1])
FUNCTION (multiply, a[0] * a[1])
FUNCTION (divide, a[0] / a[1])
FUNCTION (power, pow (a[0], a[1]))
FUNCTION (maximum, fmax (a[0], a[1]))
FUNCTION (minimum, fmin (a[0], a[1]))
FUNCTION (negative, -a[0])
FUNCTION (absolute, fabs (a[0]))
FUNCTION (exponential, exp (a[0]))
FUNCTION (logarithm, log (a[0]))
FUNCTION (square_root, sqrt (a[0]))
FUNCTION (hyperbolic, tanh (a[0]))
FUNCTION (error_function, erf (a[0]))
FUNCTION (relu, fmax (a[0], 0))
FUNCTION (sigmoid, 1 / (1 + exp (-a[0])))
FUNCTION (soft_plus, fmax (a[0], 0) + log1p (exp (-fabs (a[0]))))
FUNCTION (h_sigmoid, fmin (fmax (a[0] + 3, 0), 6) / 6)
FUNCTION (hard_sigmoid, fmin (fmax (a[0] * a[1] + a[2], 0), 1))

static double
clamp_at (const WeirNode *node, const double *a)
{
  return fmin (fmax (a[0], weir_node_float (node, "min")), weir_node_float (node, "max"));
}

static const WeirPassConeFunction functions[] = {
  { "Abs", 1, absolute_at },       { "Add", 2, add_at },
  { "Clamp", 1, clamp_at },        { "Divide", 2, divide_at },
  { "Erf", 1, error_function_at }, { "Exp", 1, exponential_at },
  { "HSigmoid", 1, h_sigmoid_at }, { "HardSigmoid", 3, hard_sigmoid_at },
  { "Log", 1, logarithm_at },      { "Maximum", 2, maximum_at },
  { "Minimum", 2, minimum_at },    { "Multiply", 2, multiply_at },
  { "Negative", 1, negative_at },  { "Power", 2, power_at },
  { "Relu", 1, relu_at },          { "Sigmoid", 1, sigmoid_at },
  { "SoftPlus", 1, soft_plus_at }, { "Sqrt", 1, square_root_at },
  { "Subtract", 2, subtract_at },  { "Tanh", 1, hyperbolic_at },
};

static const WeirPassConeFunction *
function_of (const WeirNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (weir_node_is (node, functions[i].op))
      return &functions[i];
  return NULL;
}

/* A constant of one element that does not add dimensions to the other operand. */
static gboolean
is_scalar (const WeirGraph *graph, const WeirNode *node, guint index, double *value)
{
  const WeirShape *shape = weir_graph_shape (graph, node->inputs[index]);

  return weir_pass_scalar (graph, node, index, value) &&
         (shape->rank == 0 ||
          weir_pass_broadcasts_into (shape, &node->outputs[0].info.shape));
}

/* Whether what goes in, but for the constants, has the shape of what comes out. */
static gboolean
is_member (const WeirGraph *graph, const WeirNode *node)
{
  const WeirPassConeFunction *function = function_of (node);
  double value;

  if (function == NULL || node->n_inputs != function->arguments ||
      !weir_dtype_is_float (node->outputs[0].info.dtype))
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++) {
    const WeirShape *shape = weir_graph_shape (graph, node->inputs[i]);

    if (!is_scalar (graph, node, i, &value) &&
        (shape->rank < 0 || shape->rank != node->outputs[0].info.shape.rank))
      return FALSE;
  }
  return TRUE;
}

static guint
index_of (const WeirPassCone *cone, WeirNodeId id)
{
  for (guint i = 0; i < cone->n; i++)
    if (cone->nodes[i]->id == id)
      return i;
  return cone->n;
}

gboolean
weir_pass_cone_init (WeirPassCone *cone, const WeirGraph *graph, const WeirNode *node)
{
  *cone = (WeirPassCone){ .graph = graph, .n = 1, .x = WEIR_PORT_NONE };
  cone->nodes[0] = node;
  return is_member (graph, node);
}

static gboolean
only_cone_reads (const WeirPassCone *cone, WeirPort port)
{
  const GArray *uses = weir_graph_output (cone->graph, port)->uses;

  for (guint i = 0; i < uses->len; i++)
    if (index_of (cone, g_array_index (uses, WeirUse, i).node) == cone->n)
      return FALSE;
  return TRUE;
}

gboolean
weir_pass_cone_grow (WeirPassCone *cone)
{
  for (guint i = 0; i < cone->n && cone->n < WEIR_PASS_MAX_CONE; i++)
    for (guint k = 0; k < cone->nodes[i]->n_inputs; k++) {
      const WeirNode *from = weir_node_input (cone->graph, cone->nodes[i], k);

      if (index_of (cone, from->id) < cone->n || !is_member (cone->graph, from) ||
          !only_cone_reads (cone, WEIR_PORT (from, 0)))
        continue;
      cone->nodes[cone->n++] = from;
      return TRUE;
    }
  return FALSE;
}

/* Argument @k of a node; %FALSE where it comes from a second value outside. */
static gboolean
step_argument (WeirPassCone *cone, guint i, guint k)
{
  WeirPort port = cone->nodes[i]->inputs[k];
  WeirPassConeStep *step = &cone->steps[i];

  step->from[k] = index_of (cone, port.node);
  step->is_x[k] = step->from[k] == cone->n &&
                  !is_scalar (cone->graph, cone->nodes[i], k, &step->constant[k]);
  if (!step->is_x[k])
    return TRUE;
  if (!weir_port_is_none (cone->x) && !weir_port_equal (cone->x, port))
    return FALSE;
  cone->x = port;
  return TRUE;
}

gboolean
weir_pass_cone_closed (WeirPassCone *cone)
{
  cone->x = WEIR_PORT_NONE;
  for (guint i = 0; i < cone->n; i++) {
    cone->steps[i].function = function_of (cone->nodes[i]);
    for (guint k = 0; k < cone->nodes[i]->n_inputs; k++)
      if (!step_argument (cone, i, k))
        return FALSE;
  }
  return !weir_port_is_none (cone->x);
}

/* A node is taken in after all that read it: the last ones first is an order to
 * calculate. */
double
weir_pass_cone_at (const WeirPassCone *cone, double x)
{
  double values[WEIR_PASS_MAX_CONE], a[WEIR_PASS_CONE_ARGUMENTS];

  for (guint i = cone->n; i-- > 0;) {
    const WeirPassConeStep *step = &cone->steps[i];

    for (guint k = 0; k < step->function->arguments; k++)
      a[k] = step->from[k] < cone->n ? values[step->from[k]]
             : step->is_x[k]         ? x
                                     : step->constant[k];
    values[i] = step->function->at (cone->nodes[i], a);
  }
  return values[0];
}
