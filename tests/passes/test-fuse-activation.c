#include "compare.h"
#include "graphs.h"
#include "ir/match.h"
#include "passes.h"
#include "passes/list.h"

/* The ways of writing one function, each from x alone. */

static WeirPort
k (WeirBuilder *b, WeirPort like, double value)
{
  return weir_build_scalar (b, "k", like, value);
}

static WeirPort
op1 (WeirBuilder *b, const char *op, WeirPort x)
{
  return weir_build1 (b, op, op, x);
}

static WeirPort
op2 (WeirBuilder *b, const char *op, WeirPort x, WeirPort y)
{
  return weir_build2 (b, op, op, x, y);
}

static WeirPort
add (WeirBuilder *b, WeirPort x, double value)
{
  return op2 (b, "Add", x, k (b, x, value));
}

static WeirPort
times (WeirBuilder *b, WeirPort x, double value)
{
  return op2 (b, "Multiply", k (b, x, value), x);
}

static WeirPort
clamp (WeirBuilder *b, WeirPort x, double low, double high)
{
  WeirNode *node = weir_build_begin (b, "Clamp", "clamp", &x, 1);

  weir_node_set_float (node, "min", low);
  weir_node_set_float (node, "max", high);
  return weir_build_end (b, node);
}

static WeirPort
relu6_of_min_max (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Minimum", op2 (b, "Maximum", x, k (b, x, 0)), k (b, x, 6));
}

static WeirPort
relu6_of_relu (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Minimum", k (b, x, 6), op1 (b, "Relu", x));
}

static WeirPort
clamp_of_clamps (WeirBuilder *b, WeirPort x)
{
  return clamp (b, clamp (b, x, -5, 4), -3, 9);
}

static WeirPort
relu_of_max (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Maximum", k (b, x, 0), x);
}

static WeirPort
h_sigmoid (WeirBuilder *b, WeirPort x)
{
  return times (b, clamp (b, add (b, x, 3), 0, 6), 1 / 6.0);
}

static WeirPort
h_sigmoid_of_line (WeirBuilder *b, WeirPort x)
{
  return clamp (b, add (b, times (b, x, 1 / 6.0), 0.5), 0, 1);
}

static WeirPort
h_swish_first (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Multiply", x, h_sigmoid (b, x));
}

static WeirPort
h_swish_last (WeirBuilder *b, WeirPort x)
{
  WeirPort y = op2 (b, "Multiply", relu6_of_relu (b, add (b, x, 3)), x);

  return op2 (b, "Divide", y, k (b, y, 6));
}

static WeirPort
h_swish_middle (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Multiply", times (b, x, 1 / 6.0), clamp (b, add (b, x, 3), 0, 6));
}

static WeirPort
h_swish_of_hard_sigmoid (WeirBuilder *b, WeirPort x)
{
  WeirPort y = weir_build (b, "HardSigmoid", "hard",
                           WEIR_INPUTS (x, k (b, x, 1 / 6.0), k (b, x, 0.5)));

  return op2 (b, "Multiply", y, x);
}

static WeirPort
swish (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Multiply", op1 (b, "Sigmoid", x), x);
}

static WeirPort
swish_of_exp (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Divide", x, add (b, op1 (b, "Exp", op1 (b, "Negative", x)), 1));
}

static WeirPort
swish_with_beta (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Multiply", x, op1 (b, "Sigmoid", times (b, x, 1.702)));
}

static WeirPort
soft_plus (WeirBuilder *b, WeirPort x)
{
  return op1 (b, "Log", add (b, op1 (b, "Exp", x), 1));
}

static WeirPort
mish (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Multiply", x, op1 (b, "Tanh", op1 (b, "SoftPlus", x)));
}

static WeirPort
mish_of_log (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Multiply", op1 (b, "Tanh", soft_plus (b, x)), x);
}

static WeirPort
gelu_erf (WeirBuilder *b, WeirPort x)
{
  WeirPort y = op1 (b, "Erf", op2 (b, "Divide", x, k (b, x, G_SQRT2)));

  return times (b, op2 (b, "Multiply", x, add (b, y, 1)), 0.5);
}

static WeirPort
gelu_erf_halves_first (WeirBuilder *b, WeirPort x)
{
  WeirPort y = add (b, op1 (b, "Erf", times (b, x, 0.70710678)), 1);

  return op2 (b, "Multiply", times (b, y, 0.5), x);
}

static WeirPort
gelu_tanh (WeirBuilder *b, WeirPort x)
{
  WeirPort y = op2 (b, "Power", x, k (b, x, 3));

  y = times (b, op2 (b, "Add", x, times (b, y, 0.044715)), 0.7978845608);
  return op2 (b, "Multiply", times (b, x, 0.5), add (b, op1 (b, "Tanh", y), 1));
}

static WeirPort
gelu_tanh_of_products (WeirBuilder *b, WeirPort x)
{
  WeirPort y = op2 (b, "Multiply", op2 (b, "Multiply", x, x), x);

  y = times (b, op2 (b, "Add", times (b, y, 0.044715), x), 0.7978845608);
  y = times (b, add (b, op1 (b, "Tanh", y), 1), 0.5);
  return op2 (b, "Multiply", x, y);
}

static WeirPort
leaky (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Maximum", times (b, x, 0.1), x);
}

static WeirPort
leaky_of_relus (WeirBuilder *b, WeirPort x)
{
  WeirPort y = times (b, op1 (b, "Relu", op1 (b, "Negative", x)), 0.3);

  return op2 (b, "Subtract", op1 (b, "Relu", x), y);
}

static WeirPort
elu (WeirBuilder *b, WeirPort x)
{
  WeirPort y = add (b, op1 (b, "Exp", op2 (b, "Minimum", x, k (b, x, 0))), -1);

  return op2 (b, "Add", op1 (b, "Relu", x), times (b, y, 1.5));
}

static WeirPort
soft_sign (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Divide", x, add (b, op1 (b, "Abs", x), 1));
}

static WeirPort
hard_sigmoid (WeirBuilder *b, WeirPort x)
{
  return clamp (b, add (b, times (b, x, 0.2), 0.5), 0, 1);
}

typedef struct {
  const char *op;
  WeirPort (*make) (WeirBuilder *b, WeirPort x);
} Form;

static const Form forms[] = {
  { "Clamp", relu6_of_min_max },
  { "Clamp", relu6_of_relu },
  { "Clamp", clamp_of_clamps },
  { "Relu", relu_of_max },
  { "HSigmoid", h_sigmoid },
  { "HSigmoid", h_sigmoid_of_line },
  { "HSwish", h_swish_first },
  { "HSwish", h_swish_last },
  { "HSwish", h_swish_middle },
  { "HSwish", h_swish_of_hard_sigmoid },
  { "Swish", swish },
  { "Swish", swish_of_exp },
  { "Swish", swish_with_beta },
  { "SoftPlus", soft_plus },
  { "Mish", mish },
  { "Mish", mish_of_log },
  { "Gelu", gelu_erf },
  { "Gelu", gelu_erf_halves_first },
  { "Gelu", gelu_tanh },
  { "Gelu", gelu_tanh_of_products },
  { "PRelu", leaky },
  { "PRelu", leaky_of_relus },
  { "Elu", elu },
  { "SoftSign", soft_sign },
  { "HardSigmoid", hard_sigmoid },
};

/* Behind a layer, so that what stands in front is no part of the function. In f16 e^x
 * must not overflow. */
static WeirGraph *
make (const Form *form, WeirDtype dtype, gboolean elsewhere)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", dtype, &WEIR_SHAPE (-1, 60)), y, inner;

  x = weir_build1 (&b, "Floor", "front", times (&b, x, dtype == WEIR_DTYPE_F16 ? 9 : 20));
  y = form->make (&b, x);
  inner = WEIR_PORT (weir_graph_node (graph, y.node - 1), 0);
  if (elsewhere)
    weir_build_result (&b, "inner", weir_build1 (&b, "Ceiling", "c", inner));
  weir_build_result (&b, "y", y);
  g_assert_no_error (b.error);
  return graph;
}

static guint
computing_nodes (const WeirGraph *graph)
{
  return weir_graph_count (graph) - count_op (graph, "Constant");
}

/* Left are the input, two nodes in front, the activation, and the output. */
static void
test_forms (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_autoptr (WeirGraph) graph = make (&forms[i], WEIR_DTYPE_F32, FALSE);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_activation, NULL);

    g_test_message ("form %u: %s", i, forms[i].op);
    g_assert_cmpuint (count_op (after, forms[i].op), ==, 1);
    g_assert_cmpuint (computing_nodes (after), ==, 5);
  }
}

/* Constants of f16 are rough, and still tell the functions apart. */
static void
test_f16 (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_autoptr (WeirGraph) graph = make (&forms[i], WEIR_DTYPE_F16, FALSE);
    g_autoptr (WeirGraph) after = run_pass_only (graph, weir_pass_fuse_activation, NULL);

    g_test_message ("form %u: %s", i, forms[i].op);
    g_assert_cmpuint (count_op (after, forms[i].op), ==, 1);
    assert_equivalent (graph, after, 5e-3);
  }
}

static void
test_parameters (void)
{
  g_autoptr (WeirGraph) clamps = make (&forms[2], WEIR_DTYPE_F32, FALSE);
  g_autoptr (WeirGraph) tanhs = make (&forms[18], WEIR_DTYPE_F32, FALSE);
  g_autoptr (WeirGraph) erfs = make (&forms[16], WEIR_DTYPE_F32, FALSE);
  g_autoptr (WeirGraph) clamped = run_pass (clamps, weir_pass_fuse_activation, NULL);
  g_autoptr (WeirGraph) tanhed = run_pass (tanhs, weir_pass_fuse_activation, NULL);
  g_autoptr (WeirGraph) erfed = run_pass (erfs, weir_pass_fuse_activation, NULL);

  g_assert_cmpfloat (weir_node_float (only_op (clamped, "Clamp"), "min"), ==, -3);
  g_assert_cmpfloat (weir_node_float (only_op (clamped, "Clamp"), "max"), ==, 4);
  g_assert_true (
      weir_node_string_is (only_op (tanhed, "Gelu"), "approximation_mode", "tanh"));
  g_assert_true (
      weir_node_string_is (only_op (erfed, "Gelu"), "approximation_mode", "erf"));
}

/* What else is read stays: no form is left that replaces it all. */
static void
test_used_elsewhere (void)
{
  static const guint whole[] = { 0, 2, 13, 22 };

  for (guint i = 0; i < G_N_ELEMENTS (whole); i++) {
    g_autoptr (WeirGraph) graph = make (&forms[whole[i]], WEIR_DTYPE_F32, TRUE);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_activation, NULL);

    g_assert_cmpuint (computing_nodes (after), >, 7);
  }
}

/* Nearly an activation, and none. */
static WeirPort
almost_h_swish (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Multiply", x, times (b, clamp (b, add (b, x, 3), 0, 6.1), 1 / 6.0));
}

static WeirPort
almost_gelu (WeirBuilder *b, WeirPort x)
{
  WeirPort y = add (b, op1 (b, "Erf", times (b, x, 0.7)), 1);

  return op2 (b, "Multiply", times (b, y, 0.5), x);
}

static WeirPort
upper_bound (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Minimum", op2 (b, "Minimum", x, k (b, x, 6)), k (b, x, 9));
}

/* As far as ReLU's as most values go; to where quantisation clamps. */
static WeirPort
byte_range (WeirBuilder *b, WeirPort x)
{
  return clamp (b, x, 0, 255);
}

static WeirPort
word_range (WeirBuilder *b, WeirPort x)
{
  return clamp (b, x, 0, 65535);
}

static WeirPort
of_two_values (WeirBuilder *b, WeirPort x)
{
  return op2 (b, "Multiply", op1 (b, "Sigmoid", x), op1 (b, "Floor", x));
}

/* No activation: the deviation that a normalisation divides by. */
static WeirPort
epsilon (WeirBuilder *b, WeirPort x)
{
  return add (b, x, 1e-6);
}

static WeirPort
nearly_one (WeirBuilder *b, WeirPort x)
{
  return times (b, x, 0.999999);
}

static void
test_others (void)
{
  static const Form others[] = {
    { "Add", epsilon },
    { "Multiply", nearly_one },
    { "Multiply", almost_h_swish },
    { "Multiply", almost_gelu },
    { "Clamp", byte_range },
    { "Clamp", word_range },
    { "Minimum", upper_bound },
    { "Multiply", of_two_values },
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_autoptr (WeirGraph) graph = make (&others[i], WEIR_DTYPE_F32, FALSE);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_activation, NULL);

    g_assert_cmpuint (count_op (after, others[i].op), ==, count_op (graph, others[i].op));
  }
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (&forms[16], WEIR_DTYPE_F32, FALSE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_activation, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Gelu"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-activation/forms", test_forms);
  g_test_add_func ("/passes/fuse-activation/f16", test_f16);
  g_test_add_func ("/passes/fuse-activation/parameters", test_parameters);
  g_test_add_func ("/passes/fuse-activation/used-elsewhere", test_used_elsewhere);
  g_test_add_func ("/passes/fuse-activation/others", test_others);
  g_test_add_func ("/passes/fuse-activation/in-if", test_in_if);
  return g_test_run ();
}
