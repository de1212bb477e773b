#include "graphs.h"
#include "ir/evaluate.h"
#include "passes.h"
#include "passes/list.h"

/* fuse-mvn and fuse-normalize. */

typedef struct {
  WeirBuilder b;
  WeirPort x;
  gint64 axes[2];
  gsize n_axes;
} Maker;

static void
maker_init (Maker *m)
{
  *m = (Maker){ .b = WEIR_BUILDER (weir_graph_new ()), .axes = { -1, 1 }, .n_axes = 2 };
  m->x = weir_build_parameter (&m->b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 2, 4));
}

static WeirPort
reduce (Maker *m, const char *op, WeirPort x)
{
  WeirPort axes = weir_build_i64 (&m->b, "axes", m->axes, m->n_axes);
  WeirNode *node = weir_build_begin (&m->b, op, op, WEIR_INPUTS (x, axes));

  weir_node_set_bool (node, "keep_dims", TRUE);
  return weir_build_end (&m->b, node);
}

static WeirPort
op2 (Maker *m, const char *op, WeirPort x, WeirPort y)
{
  return weir_build2 (&m->b, op, op, x, y);
}

static WeirPort
with (Maker *m, const char *op, WeirPort x, double value)
{
  return op2 (m, op, x, weir_build_scalar (&m->b, "k", x, value));
}

static WeirPort
root (Maker *m, WeirPort x)
{
  return weir_build1 (&m->b, "Sqrt", "Sqrt", x);
}

static WeirPort
centered (Maker *m)
{
  return op2 (m, "Subtract", m->x, reduce (m, "ReduceMean", m->x));
}

/* As PyTorch exports it: squares by a power. */
static WeirPort
layer_norm (Maker *m)
{
  WeirPort d = centered (m);
  WeirPort v = reduce (m, "ReduceMean", with (m, "Power", d, 2));

  return op2 (m, "Divide", d, root (m, with (m, "Add", v, 1e-3)));
}

static WeirPort
layer_norm_eps_outside (Maker *m)
{
  WeirPort d = centered (m);
  WeirPort v = reduce (m, "ReduceMean", op2 (m, "Multiply", d, d));

  return op2 (m, "Divide", d, with (m, "Add", root (m, v), 1e-3));
}

static WeirPort
variance (Maker *m, WeirPort mean)
{
  WeirPort d = op2 (m, "SquaredDifference", m->x, mean);

  return with (m, "Add", reduce (m, "ReduceMean", d), 1e-3);
}

/* As TensorFlow writes it: x * m + (shift - mean * m). */
static WeirPort
batch_like (Maker *m, gboolean scale)
{
  WeirPort mean = reduce (m, "ReduceMean", m->x);
  WeirPort f = with (m, "Power", variance (m, mean), -0.5);
  WeirPort k = weir_build_constant (&m->b, "gamma", random_f32 (&WEIR_SHAPE (4), 3));
  WeirPort shift = weir_build_constant (&m->b, "beta", random_f32 (&WEIR_SHAPE (4), 4));

  if (scale)
    f = op2 (m, "Multiply", f, k);
  return op2 (m, "Add", op2 (m, "Multiply", m->x, f),
              op2 (m, "Subtract", shift, op2 (m, "Multiply", mean, f)));
}

static WeirPort
batch_like_scaled (Maker *m)
{
  return batch_like (m, TRUE);
}

static WeirPort
batch_like_plain (Maker *m)
{
  return batch_like (m, FALSE);
}

static WeirPort
layer_norm_of_inverse (Maker *m)
{
  WeirPort mean = reduce (m, "ReduceMean", m->x), one, f;

  f = root (m, variance (m, mean));
  one = weir_build_scalar (&m->b, "one", f, 1);
  f = op2 (m, "Divide", one, f);
  return op2 (m, "Multiply", op2 (m, "Subtract", m->x, mean), f);
}

static WeirPort
sum_of_squares (Maker *m)
{
  return reduce (m, "ReduceSum", op2 (m, "Multiply", m->x, m->x));
}

static WeirPort
l2_add (Maker *m)
{
  return op2 (m, "Divide", m->x, root (m, with (m, "Add", sum_of_squares (m), 1e-2)));
}

static WeirPort
l2_max_inside (Maker *m)
{
  WeirPort f = with (m, "Power", with (m, "Maximum", sum_of_squares (m), 1e-2), -0.5);

  return op2 (m, "Multiply", f, m->x);
}

/* As PyTorch exports F.normalize: bounded from below, and expanded. */
static WeirPort
l2_max_outside (Maker *m)
{
  WeirPort length = reduce (m, "ReduceL2", m->x);
  WeirNode *node = weir_build_begin (&m->b, "Clamp", "Clamp", &length, 1);

  weir_node_set_float (node, "min", 0.5);
  weir_node_set_float (node, "max", 3.5e38);
  length = weir_build_end (&m->b, node);
  length = op2 (m, "Broadcast", length, weir_build1 (&m->b, "ShapeOf", "shape", m->x));
  return op2 (m, "Divide", m->x, length);
}

/* As ONNX says it: a row of zeros stays one. @guard: what the length is compared to. */
static WeirPort
l2_compared (Maker *m, double guard)
{
  WeirPort length = reduce (m, "ReduceL2", m->x), one, zero;

  one = weir_build_scalar (&m->b, "one", length, 1);
  zero = weir_build_scalar (&m->b, "zero", length, guard);
  length = weir_build (&m->b, "Select", "Select",
                       WEIR_INPUTS (op2 (m, "Equal", length, zero), one, length));
  return op2 (m, "Divide", m->x, length);
}

static WeirPort
l2_guarded (Maker *m)
{
  return l2_compared (m, 0);
}

/* A length of one is replaced, and one of zero is not. */
static WeirPort
l2_of_others (Maker *m)
{
  return l2_compared (m, 1);
}

typedef struct {
  WeirPass pass;
  const char *op;
  WeirPort (*make) (Maker *m);
} Form;

static const Form forms[] = {
  { weir_pass_fuse_mvn, "MVN", layer_norm },
  { weir_pass_fuse_mvn, "MVN", layer_norm_eps_outside },
  { weir_pass_fuse_mvn, "MVN", layer_norm_of_inverse },
  { weir_pass_fuse_mvn, "MVN", batch_like_scaled },
  { weir_pass_fuse_mvn, "MVN", batch_like_plain },
  { weir_pass_fuse_normalize, "NormalizeL2", l2_add },
  { weir_pass_fuse_normalize, "NormalizeL2", l2_max_inside },
  { weir_pass_fuse_normalize, "NormalizeL2", l2_max_outside },
  { weir_pass_fuse_normalize, "NormalizeL2", l2_guarded },
};

/* @elsewhere: an inner node that is read by others too. */
static WeirGraph *
make (const Form *form, const char *elsewhere)
{
  Maker m;
  WeirPort y;

  maker_init (&m);
  y = form->make (&m);
  if (elsewhere != NULL)
    weir_build_result (&m.b, "inner",
                       WEIR_PORT (weir_graph_find (m.b.graph, elsewhere), 0));
  weir_build_result (&m.b, "y", y);
  g_assert_no_error (m.b.error);
  return m.b.graph;
}

static void
test_forms (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_autoptr (WeirGraph) graph = make (&forms[i], NULL);
    g_autoptr (WeirGraph) after = run_pass (graph, forms[i].pass, NULL);

    g_test_message ("form %u", i);
    g_assert_cmpuint (count_op (after, forms[i].op), ==, 1);
    g_assert_cmpuint (count_op (after, "ReduceMean") + count_op (after, "ReduceSum") +
                          count_op (after, "ReduceL2"),
                      ==, 0);
  }
}

static void
test_used_elsewhere (void)
{
  static const char *const inner[] = { "Subtract", "Sqrt",       "ReduceMean",
                                       "Power",    "ReduceMean", "Sqrt",
                                       "Maximum",  "ReduceL2",   "Equal" };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_autoptr (WeirGraph) graph = make (&forms[i], inner[i]);
    g_autoptr (WeirGraph) after = run_pass (graph, forms[i].pass, NULL);

    g_assert_cmpuint (count_op (after, forms[i].op), ==, 0);
  }
}

/* The mean and the variance of different dimensions. */
static WeirPort
other_axes (Maker *m)
{
  WeirPort d = centered (m), v;

  m->n_axes = 1;
  v = reduce (m, "ReduceMean", op2 (m, "Multiply", d, d));
  return op2 (m, "Divide", d, root (m, with (m, "Add", v, 1e-3)));
}

static void
test_other_axes (void)
{
  const Form form = { weir_pass_fuse_mvn, "MVN", other_axes };
  g_autoptr (WeirGraph) graph = make (&form, NULL);
  g_autoptr (WeirGraph) after = run_pass (graph, form.pass, NULL);

  g_assert_cmpuint (count_op (after, "MVN"), ==, 0);
}

static void
test_other_guard (void)
{
  const Form form = { weir_pass_fuse_normalize, "NormalizeL2", l2_of_others };
  g_autoptr (WeirGraph) graph = make (&form, NULL);
  g_autoptr (WeirGraph) after = run_pass (graph, form.pass, NULL);

  g_assert_cmpuint (count_op (after, "NormalizeL2"), ==, 0);
}

/* A row of zeros stays zeros. */
static void
test_zeros (void)
{
  g_autoptr (WeirGraph) graph = make (&forms[8], NULL);
  g_autoptr (WeirGraph) after = run_pass (graph, forms[8].pass, NULL);
  const WeirShape *shape =
      weir_graph_shape (graph, WEIR_PORT (weir_graph_parameter (graph, 0), 0));
  WeirShape fixed = *shape;
  g_autoptr (WeirTensor) zeros = NULL, y = NULL;
  GError *error = NULL;

  for (int i = 0; i < fixed.rank; i++)
    fixed.dims[i] = MAX (fixed.dims[i], 1);
  zeros = weir_tensor_new (WEIR_DTYPE_F32, &fixed, &error);
  g_assert_no_error (error);
  weir_graph_evaluate (after, &zeros, &y, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < weir_tensor_count (y); i++)
    g_assert_cmpfloat (weir_tensor_get (y, i), ==, 0);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (&forms[0], NULL));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_mvn, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "MVN"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-norms/forms", test_forms);
  g_test_add_func ("/passes/fuse-norms/used-elsewhere", test_used_elsewhere);
  g_test_add_func ("/passes/fuse-norms/other-axes", test_other_axes);
  g_test_add_func ("/passes/fuse-norms/other-guard", test_other_guard);
  g_test_add_func ("/passes/fuse-norms/zeros", test_zeros);
  g_test_add_func ("/passes/fuse-norms/in-if", test_in_if);
  return g_test_run ();
}
