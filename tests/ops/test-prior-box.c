#include "base/error.h"
#include "compare.h"
#include "graphs.h"

/* Expected values were computed with OpenVINO: the second of two cells of an image of 10
 * rows and 12 columns. */

typedef struct {
  const char *attrs;
  gsize n; /* boxes a cell */
  float expected[48];
} Row;

static const Row rows[] = {
  { "min_size=0.2, 0.3; aspect_ratio=2.0, 3.0; variance=0.1, 0.1, 0.2, 0.2; step=0.25; "
    "scale_all_sizes=false; offset=0.5",
    4,
    { 0.2291667f, 0.025f, 0.3958333f, 0.225f, 0.1875f, -0.025f, 0.4375f, 0.275f,
      0.1946489f, 0.05428932f, 0.4303511f, 0.1957107f, 0.1681624f, 0.06726497f,
      0.4568376f, 0.182735f } },
  { "min_size=0.2, 0.3; aspect_ratio=2.0, 3.0; variance=0.1, 0.1, 0.2, 0.2; "
    "scale_all_sizes=false; offset=0.5",
    4,
    { 0.6666667f, 0.4f, 0.8333334f, 0.6f, 0.625f, 0.35f, 0.875f, 0.65f, 0.6321489f,
      0.4292893f, 0.8678511f, 0.5707107f, 0.6056625f, 0.442265f, 0.8943376f,
      0.557735f } },
  { "min_size=0.2, 0.3; aspect_ratio=2.0, 3.0; variance=0.1, 0.1, 0.2, 0.2; step=-1.0; "
    "scale_all_sizes=false; offset=0.5",
    4,
    { 1.166667f, 0.4f, 1.333333f, 0.6f, 1.125f, 0.35f, 1.375f, 0.65f, 1.132149f,
      0.4292893f, 1.367851f, 0.5707107f, 1.105662f, 0.442265f, 1.394338f, 0.557735f } },
  { "min_size=2.0; max_size=5.0; aspect_ratio=1.5; variance=0.1, 0.1, 0.2, 0.2; "
    "offset=0.5",
    3,
    { 0.6666667f, 0.4f, 0.8333334f, 0.6f, 0.6182384f, 0.3418861f, 0.8817616f, 0.6581139f,
      0.647938f, 0.4183504f, 0.8520621f, 0.5816497f } },
  { "min_size=2.0; max_size=5.0; aspect_ratio=1.5; variance=0.1, 0.1, 0.2, 0.2; "
    "clip=true; flip=true; offset=0.5",
    4,
    { 0.6666667f, 0.4f, 0.8333334f, 0.6f, 0.6182384f, 0.3418861f, 0.8817616f, 0.6581139f,
      0.647938f, 0.4183504f, 0.8520621f, 0.5816497f, 0.6819586f, 0.3775255f, 0.8180414f,
      0.6224745f } },
  { "min_size=2.0, 3.0; max_size=5.0, 6.0; aspect_ratio=2.0, 2.0, 1.0; variance=0.1, "
    "0.1, 0.2, 0.2; flip=true; offset=0.5",
    8,
    { 0.6666667f, 0.4f,       0.8333334f, 0.6f,       0.6182384f, 0.3418861f, 0.8817616f,
      0.6581139f, 0.6321489f, 0.4292893f, 0.8678511f, 0.5707107f, 0.6910745f, 0.3585787f,
      0.8089256f, 0.6414214f, 0.625f,     0.35f,      0.875f,     0.65f,      0.5732234f,
      0.287868f,  0.9267768f, 0.712132f,  0.5732234f, 0.393934f,  0.9267768f, 0.606066f,
      0.6616117f, 0.287868f,  0.8383884f, 0.7121321f } },
  { "min_size=2.0; max_size=5.0; aspect_ratio=3.0, 2.0; variance=0.1, 0.1, 0.2, 0.2; "
    "flip=true; offset=0.5",
    6,
    { 0.6666667f, 0.4f,       0.8333334f, 0.6f,       0.6182384f, 0.3418861f,
      0.8817616f, 0.6581139f, 0.6056625f, 0.442265f,  0.8943376f, 0.557735f,
      0.7018875f, 0.3267949f, 0.7981126f, 0.6732051f, 0.6321489f, 0.4292893f,
      0.8678511f, 0.5707107f, 0.6910745f, 0.3585787f, 0.8089256f, 0.6414214f } },
  { "min_size=2.0; max_size=5.0; aspect_ratio=1.5; offset=0.5",
    3,
    { 0.6666667f, 0.4f, 0.8333334f, 0.6f, 0.6182384f, 0.3418861f, 0.8817616f, 0.6581139f,
      0.647938f, 0.4183504f, 0.8520621f, 0.5816497f } },
  { "min_size=2.0; max_size=5.0; aspect_ratio=1.5; variance=0.3; offset=0.5",
    3,
    { 0.6666667f, 0.4f, 0.8333334f, 0.6f, 0.6182384f, 0.3418861f, 0.8817616f, 0.6581139f,
      0.647938f, 0.4183504f, 0.8520621f, 0.5816497f } },
  { "fixed_size=4.0, 6.0; fixed_ratio=2.0; density=2.0, 1.0; variance=0.1, 0.1, 0.2, "
    "0.2; offset=0.5",
    5,
    { 0.4309644f, 0.2585786f, 0.902369f,  0.5414214f, 0.5976311f, 0.2585786f, 1,
      0.5414214f, 0.4309644f, 0.4585786f, 0.902369f,  0.7414214f, 0.5976311f, 0.4585786f,
      1,          0.7414214f, 0.3964466f, 0.287868f,  1,          0.7121321f } },
  { "aspect_ratio=2.0; fixed_size=4.0; density=2.0; variance=0.1, 0.1, 0.2, 0.2; "
    "flip=true; offset=0.5",
    12,
    { 0.5f,       0.2f,       0.8333334f, 0.6f,       0.6666667f, 0.2f,       1,
      0.6f,       0.5f,       0.4f,       0.8333334f, 0.8f,       0.6666667f, 0.4f,
      1,          0.8f,       0.4309644f, 0.2585786f, 0.902369f,  0.5414214f, 0.5976311f,
      0.2585786f, 1,          0.5414214f, 0.4309644f, 0.4585786f, 0.902369f,  0.7414214f,
      0.5976311f, 0.4585786f, 1,          0.7414214f, 0.5488155f, 0.1171573f, 0.7845178f,
      0.6828427f, 0.7154822f, 0.1171573f, 0.9511845f, 0.6828427f, 0.5488155f, 0.3171573f,
      0.7845178f, 0.8828427f, 0.7154822f, 0.3171573f, 0.9511845f, 0.8828427f } },
  { "min_size=2.0; max_size=5.0; aspect_ratio=1.5; variance=0.1, 0.1, 0.2, 0.2; "
    "step=3.0; offset=0.5",
    3,
    { 0.2916667f, 0.05f, 0.4583333f, 0.25f, 0.2432384f, -0.008113885f, 0.5067616f,
      0.3081139f, 0.272938f, 0.06835034f, 0.4770621f, 0.2316497f } },
  { "min_size=2.0; max_size=5.0; aspect_ratio=1.5; variance=0.1, 0.1, 0.2, 0.2; "
    "step=3.0; offset=0.3",
    3,
    { 0.2416667f, -0.009999997f, 0.4083333f, 0.19f, 0.1932384f, -0.06811389f, 0.4567616f,
      0.2481139f, 0.2229379f, 0.008350349f, 0.4270621f, 0.1716497f } },
  { "min_size=2.0, 3.0; max_size=5.0; variance=0.1, 0.1, 0.2, 0.2; offset=0.5",
    3,
    { 0.6666667f, 0.4f, 0.8333334f, 0.6f, 0.6182384f, 0.3418861f, 0.8817616f, 0.6581139f,
      0.625f, 0.35f, 0.875f, 0.65f } },
  /* All ratios before the largest size: the row above the flipped one, in another order.
   */
  { "min_size=2; max_size=5; aspect_ratio=1.5; offset=0.5; "
    "min_max_aspect_ratios_order=false",
    3,
    { 0.6666667f, 0.4f, 0.8333334f, 0.6f, 0.6479379f, 0.4183504f, 0.8520621f, 0.5816497f,
      0.6182384f, 0.3418861f, 0.8817616f, 0.6581139f } },
};

static const Row clustered[] = {
  { "width=2, 4; height=3, 1; clip=false; variance=0.1, 0.1, 0.2, 0.2; offset=0.5",
    2,
    { 0.6666667f, 0.35f, 0.8333333f, 0.65f, 0.5833333f, 0.45f, 0.9166667f, 0.55f } },
  { "width=2, 4; height=3, 1; clip=false; step=2; offset=0.5",
    2,
    { 0.1666667f, -0.05f, 0.3333333f, 0.25f, 0.08333334f, 0.05f, 0.4166667f, 0.15f } },
  { "width=2, 4; height=3, 1; clip=true; step=2; offset=0.5",
    2,
    { 0.1666667f, 0, 0.3333333f, 0.25f, 0.08333334f, 0.05f, 0.4166667f, 0.15f } },
  { "width=2, 4; height=3, 1; clip=false; step_w=3; step=7; offset=0.5; variance=0.3",
    2,
    { 0.2916667f, -0.15f, 0.4583333f, 0.15f, 0.2083333f, -0.05f, 0.5416667f, 0.05f } },
  { "width=2, 4; height=3, 1; clip=false; offset=0",
    2,
    { 0.4166667f, -0.15f, 0.5833333f, 0.15f, 0.3333333f, -0.05f, 0.6666667f, 0.05f } },
};

static WeirNode *
begin (WeirBuilder *builder, const char *op, const char *attrs, WeirTensor **inputs)
{
  WeirNode *node;

  inputs[0] = ints (&WEIR_SHAPE (2), (gint64[]){ 1, 2 });
  inputs[1] = ints (&WEIR_SHAPE (2), (gint64[]){ 10, 12 });
  node = begin_op_constants (builder, op, inputs, 2, 0, 0);
  set_attrs (node, attrs);
  return node;
}

static void
check (const char *op, const Row *row)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[2];
  WeirNode *node = begin (&builder, op, row->attrs, inputs);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);
  gsize half = row->n * 4;

  g_assert_cmpint (weir_tensor_shape (y)->dims[1], ==, 2 * half);
  for (gsize i = 0; i < half; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (y, half + i), row->expected[i],
                                    1e-5);
  weir_tensor_unref (inputs[0]);
  weir_tensor_unref (inputs[1]);
}

static void
test_prior_box (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check ("PriorBox", &rows[i]);
}

static void
test_clustered (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (clustered); i++)
    check ("PriorBoxClustered", &clustered[i]);
}

static void
check_variance (const char *attrs, const float *expected)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[2];
  WeirNode *node = begin (&builder, "PriorBox", attrs, inputs);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);

  for (gsize i = 0; i < 8; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (y, 8 + i), expected[i % 4], 1e-6);
  weir_tensor_unref (inputs[0]);
  weir_tensor_unref (inputs[1]);
}

static void
test_variance (void)
{
  check_variance ("min_size=2; offset=0.5", (float[]){ 0.1f, 0.1f, 0.1f, 0.1f });
  check_variance ("min_size=2; offset=0.5; variance=0.3",
                  (float[]){ 0.3f, 0.3f, 0.3f, 0.3f });
  check_variance ("min_size=2; offset=0.5; variance=0.1,0.2,0.3,0.4",
                  (float[]){ 0.1f, 0.2f, 0.3f, 0.4f });
}

static void
test_unknown (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort size = weir_build_parameter (&builder, "s", WEIR_DTYPE_I64, &WEIR_SHAPE (2));
  WeirNode *node = weir_build_begin (&builder, "PriorBox", "p", WEIR_INPUTS (size, size));

  set_attrs (node, "min_size=2; offset=0.5");
  weir_build_end (&builder, node);
  g_assert_no_error (builder.error);
  assert_shape (&node->outputs[0].info.shape, "[2,?]");
}

static void
expect_error (const char *op, const char *attrs, int code, const char *text)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[2];
  WeirNode *node = begin (&builder, op, attrs, inputs);

  expect_infer_error (&builder, node, code, text);
  weir_tensor_unref (inputs[0]);
  weir_tensor_unref (inputs[1]);
}

static void
test_errors (void)
{
  expect_error ("PriorBox", "min_size=2", WEIR_ERROR_FORMAT,
                "attribute 'offset' is missing");
  expect_error ("PriorBox", "fixed_size=2,3; density=1; offset=0.5", WEIR_ERROR_FORMAT,
                "expected as many densities as fixed sizes, found 1 and 2");
  expect_error ("PriorBox", "min_size=2; max_size=3,4; offset=0.5", WEIR_ERROR_FORMAT,
                "at most as many of 'max_size' as of 'min_size', found 2 and 1");
  expect_error ("PriorBox", "min_size=2; aspect_ratio=-1; offset=0.5", WEIR_ERROR_FORMAT,
                "attribute 'aspect_ratio': expected positive numbers, found -1");
  expect_error ("PriorBox", "min_size=2; variance=1,2; offset=0.5", WEIR_ERROR_FORMAT,
                "attribute 'variance': expected 1 or 4 numbers, found 2");
  expect_error ("PriorBoxClustered", "width=2; height=2,3; offset=0.5", WEIR_ERROR_FORMAT,
                "expected as many heights as widths, found 2 and 1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/prior-box/values", test_prior_box);
  g_test_add_func ("/ops/prior-box/clustered", test_clustered);
  g_test_add_func ("/ops/prior-box/variance", test_variance);
  g_test_add_func ("/ops/prior-box/unknown", test_unknown);
  g_test_add_func ("/ops/prior-box/errors", test_errors);
  return g_test_run ();
}
