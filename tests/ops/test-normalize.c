#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#define N 8

/* -3..4 in four channels of two; what is expected is from OpenVINO. */
static WeirTensor *
data (const WeirShape *shape)
{
  WeirTensor *x = iota_f32 (shape);

  for (guint i = 0; i < N; i++)
    ((float *) weir_tensor_writable (x))[i] -= 3;
  return x;
}

typedef struct {
  WeirGraph *graph;
  WeirBuilder builder;
  WeirTensor *inputs[2];
  WeirNode *node;
} Fixture;

/* @op with axes as a constant input, as many as @n. */
static void
begin (Fixture *f, const char *op, const WeirShape *shape, const gint64 *axes, gint64 n)
{
  f->graph = weir_graph_new ();
  f->builder = WEIR_BUILDER (f->graph);
  f->inputs[0] = data (shape);
  f->inputs[1] = ints (&WEIR_SHAPE (n), axes);
  f->node = begin_op_constants (&f->builder, op, f->inputs, 2, 1, 0);
}

static void
finish (Fixture *f, const float *expected)
{
  g_autoptr (WeirTensor) y = run_op (&f->builder, f->node, f->inputs, 0);

  assert_f32 (y, expected, N);
  weir_tensor_unref (f->inputs[0]);
  weir_tensor_unref (f->inputs[1]);
  weir_graph_free (f->graph);
}

static const float across[N] = { -1.4596008f, -1.042572f,  -0.62554324f, -0.20851441f,
                                 0.20851441f, 0.62554324f, 1.042572f,    1.4596008f };
static const float within[N] = { -0.57735026f, 0.57735026f, -0.57735026f, 0.57735026f,
                                 -0.57735026f, 0.57735026f, -0.57735026f, 0.57735026f };
static const float centered[N] = { -0.5f, 0.5f, -0.5f, 0.5f, -0.5f, 0.5f, -0.5f, 0.5f };

static void
check_mvn (const gint64 *axes, gint64 n, gboolean variance, const char *mode,
           const float *expected)
{
  Fixture f;

  begin (&f, "MVN", &WEIR_SHAPE (1, 4, 2), axes, n);
  weir_node_set_float (f.node, "eps", 0.5);
  weir_node_set_bool (f.node, "normalize_variance", variance);
  weir_node_set_string (f.node, "eps_mode", mode);
  finish (&f, expected);
}

static void
test_mvn (void)
{
  const float outside[N] = { -1.2539015f, -0.89564389f, -0.53738636f, -0.17912878f,
                             0.17912878f, 0.53738636f,  0.89564389f,  1.2539015f };

  check_mvn ((gint64[]){ 1, 2 }, 2, TRUE, "inside_sqrt", across);
  check_mvn ((gint64[]){ 1, 2 }, 2, TRUE, "OUTSIDE_SQRT", outside);
  check_mvn ((gint64[]){ -1 }, 1, FALSE, "inside_sqrt", centered);
}

static void
check_first_mvn (gboolean channels, gboolean variance, gboolean by_axes,
                 const float *expected)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = data (&WEIR_SHAPE (1, 4, 2, 1));
  WeirPort port =
      weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, weir_tensor_shape (x));
  WeirNode *node = weir_edit_add (graph, weir_op_find ("MVN"), 2, "y", &port, 1, 0, NULL);
  g_autoptr (WeirTensor) y = NULL;

  weir_node_set_float (node, "eps", 0.5);
  weir_node_set_bool (node, "across_channels", channels);
  weir_node_set_bool (node, "normalize_variance", variance);
  if (by_axes)
    weir_node_set_ints (node, "reduction_axes", (gint64[]){ 2, 3 }, 2);
  y = run_op (&builder, node, &x, 0);
  assert_f32 (y, expected, N);
}

static void
test_first_mvn (void)
{
  check_first_mvn (TRUE, TRUE, FALSE, across);
  check_first_mvn (FALSE, TRUE, FALSE, within);
  check_first_mvn (FALSE, FALSE, FALSE, centered);
  check_first_mvn (TRUE, TRUE, TRUE, within);
}

static void
test_l2 (void)
{
  static const float channels[N] = {
    -0.55708599f, -0.34815532f, -0.18569534f, 0,
    0.18569534f,  0.34815532f,  0.55708599f,  0.69631064f
  };
  static const float largest[N] = {
    -0.6396022f, -0.40824828f, -0.21320072f, 0,
    0.21320072f, 0.40824828f,  0.6396022f,   0.81649655f
  };
  static const float alone[N] = { -1, -2 / 3.0f, -1 / 3.0f, 0, 1 / 3.0f, 2 / 3.0f, 1, 1 };
  static const struct {
    gint64 n;
    double eps;
    const char *mode;
    const float *expected;
  } rows[] = { { 1, 9, "add", channels },
               { 1, 22, "max", largest },
               { 0, 9, "max", alone } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    Fixture f;

    begin (&f, "NormalizeL2", &WEIR_SHAPE (1, 4, 2), (gint64[]){ 1 }, rows[i].n);
    weir_node_set_float (f.node, "eps", rows[i].eps);
    weir_node_set_string (f.node, "eps_mode", rows[i].mode);
    finish (&f, rows[i].expected);
  }
}

static void
test_grn (void)
{
  const float expected[N] = { -0.66258913f, -0.40406102f, -0.22086304f, 0,
                              0.22086304f,  0.40406102f,  0.66258913f,  0.80812204f };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = data (&WEIR_SHAPE (1, 4, 2));
  WeirNode *node = begin_op (&builder, "GRN", &x, 1);
  g_autoptr (WeirTensor) y = NULL;

  weir_node_set_float (node, "bias", 0.5);
  y = run_op (&builder, node, &x, 0);
  assert_f32 (y, expected, N);
}

static WeirNode *
begin_group (WeirBuilder *builder, WeirTensor **inputs, gint64 groups)
{
  const float gammas[] = { 1, 2, 0.5f, -1 }, betas[] = { 0, 1, 2, 3 };
  WeirNode *node;

  inputs[0] = data (&WEIR_SHAPE (1, 4, 2));
  inputs[1] = weir_tensor_new_f32 (&WEIR_SHAPE (4), gammas);
  inputs[2] = weir_tensor_new_f32 (&WEIR_SHAPE (4), betas);
  node = begin_op (builder, "GroupNormalization", inputs, 3);
  weir_node_set_int (node, "num_groups", groups);
  weir_node_set_float (node, "epsilon", 0.5);
  return node;
}

static void
test_group (void)
{
  const float expected[N] = { -1.1338935f, -0.3779645f, 1.755929f,  3.267787f,
                              1.4330533f,  1.8110178f,  2.6220355f, 1.8661065f };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3];
  WeirNode *node = begin_group (&builder, inputs, 2);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);

  assert_f32 (y, expected, N);
  weir_node_set_int (node, "num_groups", 3);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "4 channels cannot be divided into 3 groups");
  for (guint i = 0; i < 3; i++)
    weir_tensor_unref (inputs[i]);
}

static void
check_lrn (const WeirShape *shape, const gint64 *axes, gint64 n, gint64 size,
           const float *expected)
{
  Fixture f;

  begin (&f, "LRN", shape, axes, n);
  weir_node_set_float (f.node, "alpha", 0.5);
  weir_node_set_float (f.node, "beta", 0.75);
  weir_node_set_float (f.node, "bias", 2);
  weir_node_set_int (f.node, "size", size);
  finish (&f, expected);
}

static void
test_lrn (void)
{
  static const float sizes[5][N] = {
    { -0.736947f, -0.70710677f, -0.50297338f, 0, 0.50297338f, 0.70710677f, 0.736947f,
      0.71131176f },
    { -1.0135136f, -0.8773827f, -0.54433107f, 0, 0.54433107f, 0.8773827f, 1.0135136f,
      1.0433897f },
    { -1.1321858f, -0.95841461f, -0.36502075f, 0, 0.36502075f, 0.56987679f, 1.1321858f,
      1.1397536f },
    { -1.2393922f, -1.0059468f, -0.4016009f, 0, 0.4016009f, 0.64732236f, 1.2393922f,
      1.2946447f },
    { -1.2841034f, -0.92397767f, -0.35355338f, 0, 0.35355338f, 0.6583252f, 1.2841034f,
      1.4142135f },
  };
  const float plane[N] = { -1.316074f,  -0.77241266f, -0.36110279f, 0,
                           0.43869135f, 0.77241266f,  1.0833083f,   1.5820514f };

  for (gint64 size = 1; size <= 5; size++)
    check_lrn (&WEIR_SHAPE (1, 4, 2, 1), (gint64[]){ 1 }, 1, size, sizes[size - 1]);
  check_lrn (&WEIR_SHAPE (1, 1, 2, 4), (gint64[]){ 2, -1 }, 2, 3, plane);
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = data (&WEIR_SHAPE (8));
  g_autoptr (WeirTensor) list = ints (&WEIR_SHAPE (1), (gint64[]){ 1 });
  WeirTensor *inputs[] = { x, list };
  WeirNode *mvn = begin_op_constants (&builder, "MVN", inputs, 2, 1, 0);
  WeirNode *grn = begin_op (&builder, "GRN", &x, 1);

  weir_node_set_float (mvn, "eps", 1);
  weir_node_set_bool (mvn, "normalize_variance", TRUE);
  weir_node_set_string (mvn, "eps_mode", "inside_sqrt");
  expect_infer_error (&builder, mvn, WEIR_ERROR_SHAPE,
                      "axis 1 is out of range for rank 1");
  weir_edit_truncate_inputs (graph, mvn, 1);
  expect_infer_error (&builder, mvn, WEIR_ERROR_FORMAT, "expected 2 inputs, found 1");
  weir_node_set_float (grn, "bias", 1);
  expect_infer_error (&builder, grn, WEIR_ERROR_SHAPE, "found rank 1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/normalize/mvn", test_mvn);
  g_test_add_func ("/ops/normalize/first-mvn", test_first_mvn);
  g_test_add_func ("/ops/normalize/l2", test_l2);
  g_test_add_func ("/ops/normalize/grn", test_grn);
  g_test_add_func ("/ops/normalize/group", test_group);
  g_test_add_func ("/ops/normalize/lrn", test_lrn);
  g_test_add_func ("/ops/normalize/errors", test_errors);
  return g_test_run ();
}
