#include "compare.h"
#include "graphs.h"

#include <math.h>

static void
check (const char *op, float x, float y)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) input = weir_tensor_new_f32_scalar (x);
  WeirNode *node = begin_op (&builder, op, &input, 1);
  g_autoptr (WeirTensor) output = run_op (&builder, node, &input, 0);

  assert_f32 (output, &y, 1);
}

static void
test_values (void)
{
  check ("Abs", -2.5f, 2.5f);
  check ("Negative", 3, -3);
  check ("Sign", -7, -1);
  check ("Sqrt", 16, 4);
  check ("Exp", 1, 2.7182817f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/unary/values", test_values);
  return g_test_run ();
}
