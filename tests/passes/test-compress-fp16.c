#include "compare.h"
#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

static const WeirPassOptions compress = { .compress_to_fp16 = TRUE };

static WeirGraph *
make (const float *values, gsize n)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirShape shape = WEIR_SHAPE ((gint64) n);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 1));
  WeirPort w = weir_build_constant (&b, "w", weir_tensor_new_f32 (&shape, values));

  weir_edit_add_tensor_name (graph, w, "w:0");
  weir_build_result (&b, "y", weir_build2 (&b, "Multiply", "y", x, w));
  g_assert_no_error (b.error);
  return graph;
}

/* Beyond the range of f16 values become the largest one. */
static void
test_stores (void)
{
  static const float values[] = { 1, -2.5f, 1e6f, -1e6f };
  static const float stored[] = { 1, -2.5f, 65504, -65504 };
  g_autoptr (WeirGraph) graph = make (values, 4);
  g_autoptr (WeirGraph) after = run_pass_only (graph, weir_pass_compress_fp16, &compress);
  const WeirNode *convert = only_op (after, "Convert");
  const WeirNode *constant = only_op (after, "Constant");

  g_assert_cmpstr (constant->name, ==, "w_compressed");
  g_assert_cmpstr (convert->name, ==, "w");
  g_assert_nonnull (weir_node_rt_info (convert, "decompression"));
  g_assert_cmpint (constant->outputs[0].info.dtype, ==, WEIR_DTYPE_F16);
  assert_f32 (constant->outputs[0].info.value, stored, 4);
  g_assert_cmpuint (weir_graph_find_tensor (after, "w:0").node, ==, convert->id);
}

static void
test_not_asked (void)
{
  g_autoptr (WeirGraph) graph = make ((float[]){ 1 }, 1);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_compress_fp16, NULL);

  g_assert_cmpuint (count_op (after, "Convert"), ==, 0);
}

static void
test_out_of_range (void)
{
  static const float values[] = { 1, 1e-20f, 1e20f, -1e20f };
  g_autoptr (WeirGraph) graph = make (values, 4);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_compress_fp16, &compress);

  g_assert_cmpuint (count_op (after, "Convert"), ==, 0);
}

/* How often a value is repeated follows from a product of floats. */
static void
test_shapes (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1));
  WeirPort size = weir_build1 (&b, "ShapeOf", "shape", x);
  WeirPort factor =
      weir_build_constant (&b, "factor", weir_tensor_new_f32_scalar (2.0001f));

  size = weir_build_convert (&b, "float", size, WEIR_DTYPE_F32);
  size = weir_build2 (&b, "Multiply", "times", size, factor);
  size = weir_build_convert (&b, "whole", size, WEIR_DTYPE_I64);
  weir_build_result (&b, "y", weir_build2 (&b, "Tile", "y", x, size));
  g_assert_no_error (b.error);
  after = run_pass (graph, weir_pass_compress_fp16, &compress);
  g_assert_cmpuint (count_op (after, "Convert"), ==, 2);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make ((float[]){ 1 }, 1));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_compress_fp16, &compress);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Convert"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/compress-fp16/stores", test_stores);
  g_test_add_func ("/passes/compress-fp16/not-asked", test_not_asked);
  g_test_add_func ("/passes/compress-fp16/out-of-range", test_out_of_range);
  g_test_add_func ("/passes/compress-fp16/shapes", test_shapes);
  g_test_add_func ("/passes/compress-fp16/in-if", test_in_if);
  return g_test_run ();
}
