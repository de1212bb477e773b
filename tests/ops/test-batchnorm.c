#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/infer.h"

static const float gammas[] = { 1, 2, 0.5f, -1 }, betas[] = { 0, 1, 2, 3 };
static const float means[] = { 1, 0, -1, 2 }, variances[] = { 1, 4, 0.25f, 9 };

/* From OpenVINO; the data -3..4 in four channels. */
static const float normalized[] = {
  -3.9980016f, -2.9985013f, 0.00012493134f, 1,
  3.9960122f,  4.9940181f,  2.6666851f,     2.3333702f
};

static WeirTensor *
data (void)
{
  WeirTensor *x = iota_f32 (&WEIR_SHAPE (1, 4, 2));

  for (guint i = 0; i < 8; i++)
    ((float *) weir_tensor_writable (x))[i] -= 3;
  return x;
}

/* The inputs in their order: the first version has the data behind gamma and beta. */
static void
check (guint version, const guint *order)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = data ();
  g_autoptr (WeirTensor) g = weir_tensor_new_f32 (&WEIR_SHAPE (4), gammas);
  g_autoptr (WeirTensor) b = weir_tensor_new_f32 (&WEIR_SHAPE (4), betas);
  g_autoptr (WeirTensor) m = weir_tensor_new_f32 (&WEIR_SHAPE (4), means);
  g_autoptr (WeirTensor) v = weir_tensor_new_f32 (&WEIR_SHAPE (4), variances);
  WeirTensor *all[] = { x, g, b, m, v }, *inputs[5];
  WeirPort ports[5];
  WeirNode *node;
  g_autoptr (WeirTensor) y = NULL;

  for (guint i = 0; i < 5; i++) {
    inputs[i] = all[order[i]];
    ports[i] = weir_build_parameter (&builder, "in", WEIR_DTYPE_F32,
                                     weir_tensor_shape (inputs[i]));
  }
  node = weir_edit_add (graph, weir_op_find ("BatchNormInference"), version, "node",
                        ports, 5, 0, NULL);
  weir_node_set_float (node, "epsilon", 1e-3);
  y = run_op (&builder, node, inputs, 0);
  assert_f32 (y, normalized, G_N_ELEMENTS (normalized));
}

static void
test_versions (void)
{
  check (5, (guint[]){ 0, 1, 2, 3, 4 });
  check (1, (guint[]){ 1, 2, 0, 3, 4 });
  check (4, (guint[]){ 1, 2, 0, 3, 4 });
}

static WeirNode *
begin (WeirBuilder *builder, const WeirShape *x, const WeirShape *parameter)
{
  WeirPort px = weir_build_parameter (builder, "x", WEIR_DTYPE_F32, x);
  WeirPort p = weir_build_parameter (builder, "p", WEIR_DTYPE_F32, parameter);
  WeirNode *node =
      weir_build_begin (builder, "BatchNormInference", "y", WEIR_INPUTS (px, p, p, p, p));

  weir_node_set_float (node, "epsilon", 1e-3);
  return node;
}

static void
test_shapes (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirNode *open = begin (&builder, &WEIR_SHAPE (-1, -1, 7), &WEIR_SHAPE (4));
  WeirNode *wrong = begin (&builder, &WEIR_SHAPE (1, 3, 7), &WEIR_SHAPE (4));
  WeirNode *flat = begin (&builder, &WEIR_SHAPE (3), &WEIR_SHAPE (3));

  assert_shape (weir_graph_shape (graph, weir_build_end (&builder, open)), "[?,4,7]");
  expect_infer_error (&builder, wrong, WEIR_ERROR_SHAPE,
                      "input 1: expected shape [3], found [4]");
  expect_infer_error (&builder, flat, WEIR_ERROR_SHAPE, "found rank 1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/batchnorm/versions", test_versions);
  g_test_add_func ("/ops/batchnorm/shapes", test_shapes);
  return g_test_run ();
}
