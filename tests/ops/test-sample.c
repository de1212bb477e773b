#include "base/error.h"
#include "compare.h"
#include "graphs.h"

/* Expected values were computed with OpenVINO; PyTorch agrees. */

typedef struct {
  const char *attrs;
  float expected[16];
} Row;

static const Row rows[] = {
  { "mode=bilinear; padding_mode=zeros; align_corners=false",
    { 0.03184994f, -0.1474077f, 0.00509069f, 0, -1.10953f, 0, -0.5592566f, -1.01055f,
      -0.02254546f, 0.2385139f, 0.01459332f, 0, -1.051597f, 0, -1.387011f,
      -0.7117158f } },
  { "mode=bilinear; padding_mode=zeros; align_corners=true",
    { 0.6638619f, -0.9975675f, 0.04632279f, 0.3460214f, -0.4920089f, 0.151389f,
      -0.6241572f, -1.418087f, -0.4687973f, 1.424755f, 0.1327921f, -0.2449365f,
      -1.107349f, -0.4520611f, -1.382906f, -1.1874f } },
  { "mode=bilinear; padding_mode=border; align_corners=false",
    { 1.068f, -1.152f, 0.05999994f, 1.068f, -1.10953f, 1.352f, -0.5592566f, -1.43544f,
      -0.756f, 1.864f, 0.1719999f, -0.756f, -1.051597f, -1.664f, -1.387011f,
      -1.01096f } },
  { "mode=bilinear; padding_mode=border; align_corners=true",
    { 0.999792f, -1.316052f, 0.05999994f, 1.068f, -0.4920089f, 0.5555561f, -0.6241572f,
      -1.418087f, -0.70602f, 1.879624f, 0.1719999f, -0.756f, -1.107349f, -1.65894f,
      -1.382906f, -1.1874f } },
  { "mode=bilinear; padding_mode=reflection; align_corners=false",
    { 1.068f, -1.152f, 0.05999994f, 1.042368f, -1.10953f, 1.2016f, -0.5592566f, -1.43544f,
      -0.756f, 1.864f, 0.1719999f, -0.493984f, -1.051597f, -1.70912f, -1.387011f,
      -1.01096f } },
  { "mode=bilinear; padding_mode=reflection; align_corners=true",
    { 0.9498504f, -1.250711f, -0.04919177f, 0.7941476f, -0.4920089f, 0.8057229f,
      -0.6241572f, -1.418087f, -0.4990938f, 1.056525f, 0.1692165f, -0.3361355f,
      -1.107349f, -1.641905f, -1.382906f, -1.1874f } },
  { "mode=nearest; padding_mode=zeros; align_corners=false",
    { 0, 0, 0, 0, -1.796f, 0, -1.548f, -1.548f, 0, 0, 0, 0, -1.644f, 0, -1.1f, -1.1f } },
  { "mode=nearest; padding_mode=zeros; align_corners=true",
    { 1.068f, -1.152f, 0.05999994f, 0, 0.5079999f, 0, -1.96f, -1.548f, -0.756f, 1.864f,
      0.1719999f, 0, -1.268f, 0, -1.452f, -1.1f } },
  { "mode=nearest; padding_mode=border; align_corners=false",
    { 1.068f, -1.152f, 0.05999994f, 1.068f, -1.796f, 1.352f, -1.548f, -1.548f, -0.756f,
      1.864f, 0.1719999f, -0.756f, -1.644f, -1.664f, -1.1f, -1.1f } },
  { "mode=nearest; padding_mode=border; align_corners=true",
    { 1.068f, -1.152f, 0.05999994f, 1.068f, 0.5079999f, 1.352f, -1.96f, -1.548f, -0.756f,
      1.864f, 0.1719999f, -0.756f, -1.268f, -1.664f, -1.452f, -1.1f } },
  { "mode=nearest; padding_mode=reflection; align_corners=false",
    { 1.068f, -1.152f, 0.05999994f, 1.068f, -1.796f, 1.352f, -1.548f, -1.548f, -0.756f,
      1.864f, 0.1719999f, -0.756f, -1.644f, -1.664f, -1.1f, -1.1f } },
  { "mode=nearest; padding_mode=reflection; align_corners=true",
    { 1.068f, -1.152f, 0.05999994f, 0.9960001f, 0.5079999f, 1.032f, -1.96f, -1.548f,
      -0.756f, 1.864f, 0.1719999f, -0.01999998f, -1.268f, -1.76f, -1.452f, -1.1f } },
  { "mode=bicubic; padding_mode=zeros; align_corners=false",
    { 0.03124229f, -0.1146996f, 0.03003347f, -0.04983719f, -1.472781f, -0.1422223f,
      -0.782892f, -1.097455f, -0.02375167f, 0.2443413f, 0.0284812f, 0.03551433f,
      -1.205726f, 0.1483623f, -1.857936f, -0.683779f } },
  { "mode=bicubic; padding_mode=zeros; align_corners=true",
    { 0.730863f, -1.275987f, 0.1011485f, 0.3628235f, -0.4534698f, 0.1730768f, -0.7906844f,
      -1.666319f, -0.579984f, 2.117028f, 0.1401702f, -0.3093321f, -1.184888f, -0.4908174f,
      -1.896434f, -1.346094f } },
  { "mode=bicubic; padding_mode=border; align_corners=false",
    { 1.214271f, -1.12094f, 0.2112523f, 1.153729f, -1.235655f, 1.572067f, -0.7186406f,
      -1.530498f, -0.8652227f, 1.904715f, 0.2832222f, -0.8188184f, -1.096998f, -1.665398f,
      -1.690465f, -0.9585844f } },
  { "mode=bicubic; padding_mode=border; align_corners=true",
    { 1.028455f, -1.499703f, 0.1173713f, 1.148042f, -0.3080626f, 0.5904064f, -0.7495764f,
      -1.554053f, -0.7877837f, 2.347373f, 0.1775562f, -0.8697721f, -1.10189f, -1.786186f,
      -1.78161f, -1.254859f } },
  { "mode=bicubic; padding_mode=reflection; align_corners=false",
    { 1.315414f, -1.060081f, 0.4023886f, 1.591157f, -1.235655f, 1.583092f, -0.7186406f,
      -1.511746f, -0.9869592f, 2.174191f, 0.3908668f, -0.6751425f, -1.096998f, -1.791687f,
      -1.690465f, -0.9416779f } },
  { "mode=bicubic; padding_mode=reflection; align_corners=true",
    { 1.191043f, -1.460121f, -0.01459872f, 1.260531f, -0.4732006f, 1.311534f, -0.73173f,
      -1.522817f, -0.7094303f, 1.578686f, 0.2074742f, -0.5371329f, -1.107608f, -1.872512f,
      -1.78402f, -1.230343f } },
};

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirGraph) graph = weir_graph_new ();
    WeirBuilder builder = WEIR_BUILDER (graph);
    g_autoptr (WeirTensor) x = noise_f32 (&WEIR_SHAPE (1, 2, 3, 4), 1, -2, 4);
    g_autoptr (WeirTensor) grid = noise_f32 (&WEIR_SHAPE (1, 2, 4, 2), 2, -1.5f, 3);
    WeirTensor *inputs[] = { x, grid };
    WeirNode *node = begin_op (&builder, "GridSample", inputs, 2);
    g_autoptr (WeirTensor) y = NULL;

    set_attrs (node, rows[i].attrs);
    y = run_op (&builder, node, inputs, 0);
    assert_shape (weir_tensor_shape (y), "[1,2,2,4]");
    assert_f32 (y, rows[i].expected, 16);
  }
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 2, 3, 4));
  g_autoptr (WeirTensor) grid = iota_f32 (&WEIR_SHAPE (2, 2, 4, 2));
  WeirTensor *inputs[] = { x, grid };
  WeirNode *node = begin_op (&builder, "GridSample", inputs, 2);

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "a grid [batch,rows,columns,2], found [1,2,3,4] and [2,2,4,2]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/sample/values", test_values);
  g_test_add_func ("/ops/sample/errors", test_errors);
  return g_test_run ();
}
