#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#define N 8

static WeirTensor *
pattern (const WeirShape *shape, gint step, gint modulus, float shift, float scale)
{
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, shape, NULL);

  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    ((float *) weir_tensor_writable (tensor))[i] =
        ((float) ((gint) i * step % modulus) + shift) / scale;
  return tensor;
}

/* @mask: (nullable), @scale: 0 for none; all values from OpenVINO. */
static void
check (WeirTensor *mask, float scale, gboolean causal, const float *expected)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) q = pattern (&WEIR_SHAPE (1, 2, 2, 3), 5, 7, -3, 2);
  g_autoptr (WeirTensor) k = pattern (&WEIR_SHAPE (1, 2, 4, 3), 3, 11, -5, 3);
  g_autoptr (WeirTensor) v = pattern (&WEIR_SHAPE (1, 2, 4, 2), 7, 13, 0, 1);
  g_autoptr (WeirTensor) s = weir_tensor_new_f32_scalar (scale);
  WeirTensor *inputs[] = { q, k, v, mask, s };
  guint n = scale != 0 ? 5 : mask != NULL ? 4 : 3;
  WeirNode *node = begin_op (&builder, "ScaledDotProductAttention", inputs, n);
  g_autoptr (WeirTensor) y = NULL;

  weir_node_set_bool (node, "causal", causal);
  y = run_op (&builder, node, inputs, 0);
  assert_shape (weir_tensor_shape (y), "[1,2,2,2]");
  assert_f32 (y, expected, N);
}

static void
test_values (void)
{
  const guint8 bits[] = { 0, 1, 1, 0, 1, 1, 0, 1 };
  const float causal[N] = {
    0, 7, 0.075728513f, 7.0757279f, 4, 11, 4.452035f, 11.452035f
  };
  g_autoptr (WeirTensor) zero = weir_tensor_new_f32_scalar (0);
  g_autoptr (WeirTensor) floats = pattern (&WEIR_SHAPE (2, 4), 3, 5, 0, 2);
  g_autoptr (WeirTensor) pass =
      weir_tensor_new_copy (WEIR_DTYPE_BOOL, &WEIR_SHAPE (1, 1, 2, 4), bits, NULL);

  check (NULL, 0, FALSE,
         (float[]){ 1.3424462f, 8.3424463f, 1.6469996f, 8.6469994f, 5.4517107f,
                    6.8834434f, 5.2619267f, 6.9976339f });
  check (pass, 0, FALSE,
         (float[]){ 1.9096526f, 8.9096518f, 1.4102713f, 8.4102707f, 5.3376966f,
                    7.9476395f, 5.0514469f, 8.993185f });
  check (floats, 0, FALSE,
         (float[]){ 2.3527098f, 9.3527098f, 1.6088189f, 8.608819f, 5.973444f, 5.7891827f,
                    5.290307f, 5.4166451f });
  check (zero, 0.5f, FALSE,
         (float[]){ 1.3822913f, 8.3822918f, 1.6400578f, 8.6400576f, 5.4582171f,
                    6.7665119f, 5.2932892f, 6.8667021f });
  check (floats, 0.25f, FALSE,
         (float[]){ 2.2924981f, 9.2924976f, 1.5684097f, 8.5684109f, 6.0264635f,
                    5.3217978f, 5.4180164f, 4.8446035f });
  check (NULL, 0, TRUE, causal);
  check (floats, 0, TRUE, causal);
}

/* A query that may see no key at all. */
static void
test_masked_out (void)
{
  g_autoptr (WeirTensor) none = weir_tensor_new (WEIR_DTYPE_BOOL, &WEIR_SHAPE (1), NULL);

  check (none, 0, FALSE, (float[N]){ 0 });
}

static void
expect_error (const WeirShape *k, const WeirShape *v, const WeirShape *mask,
              const char *text)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) q = iota_f32 (&WEIR_SHAPE (1, 2, 3));
  g_autoptr (WeirTensor) tk = iota_f32 (k);
  g_autoptr (WeirTensor) tv = iota_f32 (v);
  g_autoptr (WeirTensor) tm = iota_f32 (mask);
  WeirTensor *inputs[] = { q, tk, tv, tm };
  WeirNode *node = begin_op (&builder, "ScaledDotProductAttention", inputs, 4);

  weir_node_set_bool (node, "causal", FALSE);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, text);
}

static void
test_errors (void)
{
  expect_error (&WEIR_SHAPE (1, 4, 2), &WEIR_SHAPE (1, 4, 2), &WEIR_SHAPE (1),
                "queries of 3 elements, 4 keys of 2 and 4 values");
  expect_error (&WEIR_SHAPE (1, 4, 3), &WEIR_SHAPE (1, 5, 2), &WEIR_SHAPE (1),
                "4 keys of 3 and 5 values do not fit together");
  expect_error (&WEIR_SHAPE (1, 4, 3), &WEIR_SHAPE (1, 4, 2), &WEIR_SHAPE (2, 2, 4),
                "the mask is larger than the scores");
  expect_error (&WEIR_SHAPE (3), &WEIR_SHAPE (1, 4, 2), &WEIR_SHAPE (1),
                "input 1: expected rank 2 or more, found rank 1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/attention/values", test_values);
  g_test_add_func ("/ops/attention/masked-out", test_masked_out);
  g_test_add_func ("/ops/attention/errors", test_errors);
  return g_test_run ();
}
