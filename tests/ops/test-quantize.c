#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#include <math.h>

static WeirTensor *
run (WeirTensor *x, WeirTensor *const *range, gint64 levels)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[] = { x, range[0], range[1], range[2], range[3] };
  WeirNode *node = begin_op (&builder, "FakeQuantize", inputs, 5);

  weir_node_set_int (node, "levels", levels);
  return run_op (&builder, node, inputs, 0);
}

#define N 13

static void
check (const float *range, gint64 levels, const float *expected)
{
  const float values[N] = { -2,     -1,   -0.51f, -0.5f, 0,     0.124f, 0.125f,
                            0.126f, 0.5f, 0.99f,  1,     1.01f, 3 };
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (N), values);
  WeirTensor *scalars[4];
  g_autoptr (WeirTensor) y = NULL;

  for (guint i = 0; i < 4; i++)
    scalars[i] = weir_tensor_new_f32_scalar (range[i]);
  y = run (x, scalars, levels);
  assert_f32 (y, expected, N);
  for (guint i = 0; i < 4; i++)
    weir_tensor_unref (scalars[i]);
}

/* From OpenVINO: five levels, a range from high to low, an empty one, and 256 levels. */
static void
test_values (void)
{
  check ((float[]){ -1, 1, -10, 10 }, 5,
         (float[]){ -10, -10, -5, -5, 0, 0, 0, 0, 5, 10, 10, 10, 10 });
  check ((float[]){ 1, -1, -10, 10 }, 5,
         (float[]){ -10, -10, 5, 5, 0, 0, 0, 0, -5, -10, -10, 10, 10 });
  check ((float[]){ 0, 0, -1, 1 }, 2,
         (float[]){ -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1 });
  check ((float[]){ 0, 2.55f, 0, 2.55f }, 256,
         (float[]){ 0, 0, 0, 0, 0, 0.12f, 0.12f, 0.13f, 0.5f, 0.99f, 1, 1.01f, 2.55f });
}

/* A range for each channel. */
static void
test_channels (void)
{
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 2, 4));
  g_autoptr (WeirTensor) low =
      weir_tensor_new_f32 (&WEIR_SHAPE (1, 2, 1), (float[]){ -1, 0 });
  g_autoptr (WeirTensor) high =
      weir_tensor_new_f32 (&WEIR_SHAPE (1, 2, 1), (float[]){ 1, 4 });
  g_autoptr (WeirTensor) zero = weir_tensor_new_f32_scalar (0);
  g_autoptr (WeirTensor) four = weir_tensor_new_f32_scalar (4);
  WeirTensor *range[] = { low, high, zero, four };
  g_autoptr (WeirTensor) y = NULL;

  for (guint i = 0; i < 8; i++)
    ((float *) weir_tensor_writable (x))[i] -= 3;
  y = run (x, range, 5);
  assert_f32 (y, (float[]){ 0, 0, 0, 2, 1, 2, 3, 4 }, 8);
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 2, 4));
  g_autoptr (WeirTensor) wrong = iota_f32 (&WEIR_SHAPE (3));
  WeirTensor *inputs[] = { x, x, wrong, x, x };
  WeirNode *node = begin_op (&builder, "FakeQuantize", inputs, 5);

  weir_node_set_int (node, "levels", 1);
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT, "attribute 'levels'");
  weir_node_set_int (node, "levels", 256);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "shapes [1,2,4] and [3] do not broadcast");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/quantize/values", test_values);
  g_test_add_func ("/ops/quantize/channels", test_channels);
  g_test_add_func ("/ops/quantize/errors", test_errors);
  return g_test_run ();
}
