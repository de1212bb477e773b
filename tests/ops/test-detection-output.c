#include "base/error.h"
#include "compare.h"
#include "graphs.h"

/* Expected values were computed with OpenVINO: two images, six prior boxes, three
 * classes. */

#define IMAGES  2
#define N       6
#define CLASSES 3

typedef struct {
  const char *name;
  gboolean corner, shared, encoded, normalized, clip, decrease, more;
  gint64 prior_sets, top_k, keep, background;
  float threshold;
  gsize n; /* results */
  gint64 rows;
  float expected[84];
} Row;

static const Row rows[] = {
  { "plain",
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    FALSE,
    FALSE,
    1,
    -1,
    3,
    0,
    0.45f,
    6,
    6,
    { 0, 1, 0.865f, 0.1633185f, 0.03581461f, 0.491644f,  0.5770376f,
      0, 1, 0.837f, 0.3108636f, 0.4111131f,  0.4499481f, 0.7182006f,
      0, 1, 0.817f, 0.4077695f, 0.06442324f, 0.6184897f, 0.2905761f,
      1, 1, 0.926f, 0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 2, 0.92f,  0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 2, 0.9f,   0.1073399f, 0.1600923f,  0.3193405f, 0.5487173f } },
  { "corner",
    TRUE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    FALSE,
    FALSE,
    1,
    -1,
    3,
    0,
    0.45f,
    6,
    6,
    { 0,       1,       0.865f,  0.1384f, 0.0207f, 0.5928f, 0.6967f, 0,       1,
      0.837f,  0.2212f, 0.4234f, 0.2842f, 0.6828f, 0,       1,       0.817f,  0.4411f,
      0.1051f, 0.4647f, 0.2843f, 1,       1,       0.926f,  0.3874f, 0.4452f, 0.4898f,
      0.7172f, 1,       2,       0.92f,   0.3874f, 0.4452f, 0.4898f, 0.7172f, 1,
      2,       0.9f,    0.1629f, 0.1412f, 0.1779f, 0.5252f } },
  { "noshare",
    FALSE,
    FALSE,
    FALSE,
    TRUE,
    FALSE,
    FALSE,
    FALSE,
    1,
    -1,
    3,
    0,
    0.45f,
    6,
    6,
    { 0, 1, 0.865f, 0.2172727f,  0.1259712f,  0.5173395f, 0.613345f,
      0, 1, 0.837f, 0.3085255f,  0.3736467f,  0.454858f,  0.6993323f,
      0, 1, 0.817f, 0.3733017f,  0.06279331f, 0.5755167f, 0.2804265f,
      1, 1, 0.926f, 0.3162077f,  0.3986392f,  0.4638927f, 0.6588604f,
      1, 2, 0.92f,  0.3195911f,  0.3944064f,  0.4871076f, 0.7370643f,
      1, 2, 0.9f,   0.05251089f, 0.1761029f,  0.3177387f, 0.5438571f } },
  { "enc",
    FALSE,
    TRUE,
    TRUE,
    TRUE,
    FALSE,
    FALSE,
    FALSE,
    1,
    -1,
    3,
    0,
    0.45f,
    6,
    6,
    { 0, 1, 0.865f, -0.0710977f, -0.4708756f, 0.4179233f, 0.3587972f,
      0, 1, 0.837f, 0.2119071f,  0.5022888f,  0.2754097f, 0.7720487f,
      0, 1, 0.817f, 0.6060727f,  0.1660737f,  0.7195192f, 0.3977199f,
      1, 1, 0.926f, 0.4361089f,  0.5461244f,  0.6136286f, 0.8665124f,
      1, 2, 0.92f,  0.4361089f,  0.5461244f,  0.6136286f, 0.8665124f,
      1, 2, 0.9f,   0.3550825f,  0.1196691f,  0.4791207f, 0.4524269f } },
  { "unnorm",
    FALSE,
    TRUE,
    FALSE,
    FALSE,
    FALSE,
    FALSE,
    FALSE,
    1,
    -1,
    3,
    0,
    0.45f,
    6,
    6,
    { 0, 1, 0.865f, 0.1633186f, 0.03581461f, 0.491644f,  0.5770376f,
      0, 1, 0.837f, 0.3108636f, 0.4111132f,  0.4499481f, 0.7182007f,
      0, 1, 0.817f, 0.4077695f, 0.06442324f, 0.6184897f, 0.2905761f,
      1, 1, 0.926f, 0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 2, 0.92f,  0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 2, 0.9f,   0.1073399f, 0.1600923f,  0.3193405f, 0.5487173f } },
  { "top",
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    FALSE,
    FALSE,
    1,
    2,
    -1,
    0,
    0.01f,
    6,
    12,
    { 0, 1, 0.865f, 0.1633185f, 0.03581461f, 0.491644f,  0.5770376f,
      0, 2, 0.595f, 0.2632564f, 0.01565056f, 0.4255021f, 0.3680317f,
      1, 1, 0.926f, 0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 1, 0.883f, 0.1073399f, 0.1600923f,  0.3193405f, 0.5487173f,
      1, 2, 0.92f,  0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 2, 0.9f,   0.1073399f, 0.1600923f,  0.3193405f, 0.5487173f } },
  { "keep5",
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    FALSE,
    FALSE,
    1,
    -1,
    5,
    0,
    0.45f,
    10,
    10,
    { 0, 1, 0.865f, 0.1633185f,  0.03581461f, 0.491644f,  0.5770376f,
      0, 1, 0.837f, 0.3108636f,  0.4111131f,  0.4499481f, 0.7182006f,
      0, 1, 0.817f, 0.4077695f,  0.06442324f, 0.6184897f, 0.2905761f,
      0, 1, 0.811f, 0.09233384f, 0.2133306f,  0.3342496f, 0.5879142f,
      0, 2, 0.595f, 0.2632564f,  0.01565056f, 0.4255021f, 0.3680317f,
      1, 1, 0.926f, 0.3231108f,  0.4126543f,  0.4939429f, 0.7304894f,
      1, 1, 0.883f, 0.1073399f,  0.1600923f,  0.3193405f, 0.5487173f,
      1, 1, 0.703f, 0.387996f,   0.04832721f, 0.5919167f, 0.2433685f,
      1, 2, 0.92f,  0.3231108f,  0.4126543f,  0.4939429f, 0.7304894f,
      1, 2, 0.9f,   0.1073399f,  0.1600923f,  0.3193405f, 0.5487173f } },
  { "clip",
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    TRUE,
    FALSE,
    FALSE,
    1,
    -1,
    3,
    0,
    0.45f,
    6,
    6,
    { 0, 1, 0.865f, 0.1633185f, 0.03581461f, 0.491644f,  0.5770376f,
      0, 1, 0.837f, 0.3108636f, 0.4111131f,  0.4499481f, 0.7182006f,
      0, 1, 0.817f, 0.4077695f, 0.06442324f, 0.6184897f, 0.2905761f,
      1, 1, 0.926f, 0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 2, 0.92f,  0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 2, 0.9f,   0.1073399f, 0.1600923f,  0.3193405f, 0.5487173f } },
  { "mx",
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    1,
    -1,
    3,
    0,
    0.45f,
    6,
    6,
    { 0, 0, 0.865f, 0.1633185f, 0.03581461f, 0.491644f,  0.5770376f,
      0, 0, 0.837f, 0.3108636f, 0.4111131f,  0.4499481f, 0.7182006f,
      0, 0, 0.817f, 0.4077695f, 0.06442324f, 0.6184897f, 0.2905761f,
      1, 0, 0.926f, 0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 0, 0.703f, 0.387996f,  0.04832721f, 0.5919167f, 0.2433685f,
      1, 1, 0.9f,   0.1073399f, 0.1600923f,  0.3193405f, 0.5487173f } },
  { "mx2",
    FALSE,
    FALSE,
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    1,
    3,
    3,
    0,
    0.45f,
    6,
    6,
    { 0, 0, 0.865f, 0.2172727f,  0.1259712f,  0.5173395f, 0.613345f,
      0, 0, 0.837f, 0.3085255f,  0.3736467f,  0.454858f,  0.6993323f,
      0, 0, 0.817f, 0.3733017f,  0.06279331f, 0.5755167f, 0.2804265f,
      1, 0, 0.926f, 0.3162077f,  0.3986392f,  0.4638927f, 0.6588604f,
      1, 0, 0.703f, 0.3693419f,  0.08341952f, 0.5858725f, 0.2776045f,
      1, 1, 0.9f,   0.05251089f, 0.1761029f,  0.3177387f, 0.5438571f } },
  { "aux",
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    FALSE,
    TRUE,
    1,
    -1,
    3,
    0,
    0.45f,
    6,
    6,
    { 0, 1, 0.865f, 0.1857001f,  0.0807483f,  0.4812405f, 0.5539072f,
      0, 1, 0.837f, 0.3128879f,  0.4304988f,  0.4315977f, 0.7588004f,
      0, 1, 0.811f, 0.08241655f, 0.2614209f,  0.2985269f, 0.5948449f,
      1, 1, 0.883f, 0.119349f,   0.2184469f,  0.2978491f, 0.5530734f,
      1, 1, 0.703f, 0.3880198f,  0.05701675f, 0.6151972f, 0.2633744f,
      1, 2, 0.9f,   0.119349f,   0.2184469f,  0.2978491f, 0.5530734f } },
  { "auxmx",
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    TRUE,
    1,
    -1,
    3,
    0,
    0.45f,
    6,
    6,
    { 0, 0, 0.865f, 0.1857001f,  0.0807483f,  0.4812405f, 0.5539072f,
      0, 0, 0.837f, 0.3128879f,  0.4304988f,  0.4315977f, 0.7588004f,
      0, 0, 0.811f, 0.08241655f, 0.2614209f,  0.2985269f, 0.5948449f,
      1, 0, 0.703f, 0.3880198f,  0.05701675f, 0.6151972f, 0.2633744f,
      1, 0, 0.519f, 0.414215f,   0.3799179f,  0.8813967f, 0.7008668f,
      1, 1, 0.9f,   0.119349f,   0.2184469f,  0.2978491f, 0.5530734f } },
  { "bg",
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    FALSE,
    FALSE,
    1,
    -1,
    3,
    -1,
    0.45f,
    6,
    6,
    { 0, 0, 0.976f, 0.1633185f, 0.03581461f, 0.491644f,  0.5770376f,
      0, 0, 0.914f, 0.3108636f, 0.4111131f,  0.4499481f, 0.7182006f,
      0, 0, 0.908f, 0.4077695f, 0.06442324f, 0.6184897f, 0.2905761f,
      1, 1, 0.926f, 0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 2, 0.92f,  0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 2, 0.9f,   0.1073399f, 0.1600923f,  0.3193405f, 0.5487173f } },
  { "bg2",
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    FALSE,
    FALSE,
    1,
    -1,
    3,
    2,
    0.2f,
    6,
    6,
    { 0, 0, 0.976f, 0.1633185f, 0.03581461f, 0.491644f,  0.5770376f,
      0, 0, 0.914f, 0.3108636f, 0.4111131f,  0.4499481f, 0.7182006f,
      0, 0, 0.908f, 0.4077695f, 0.06442324f, 0.6184897f, 0.2905761f,
      1, 0, 0.765f, 0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 1, 0.926f, 0.3231108f, 0.4126543f,  0.4939429f, 0.7304894f,
      1, 1, 0.883f, 0.1073399f, 0.1600923f,  0.3193405f, 0.5487173f } },
  { "nb",
    FALSE,
    TRUE,
    FALSE,
    TRUE,
    FALSE,
    FALSE,
    FALSE,
    2,
    -1,
    3,
    0,
    0.45f,
    6,
    6,
    { 0, 1, 0.865f, 0.1633185f,  0.03581461f, 0.491644f,  0.5770376f,
      0, 1, 0.837f, 0.3108636f,  0.4111131f,  0.4499481f, 0.7182006f,
      0, 1, 0.817f, 0.4077695f,  0.06442324f, 0.6184897f, 0.2905761f,
      1, 1, 0.926f, 0.08585812f, 0.187139f,   0.1896497f, 0.4721084f,
      1, 2, 0.92f,  0.08585812f, 0.187139f,   0.1896497f, 0.4721084f,
      1, 2, 0.9f,   0.09939393f, 0.1285577f,  0.3621208f, 0.3713521f } },
};

/* Numbers from 0 to 1 by a congruential generator. */
static float
next (guint32 *state)
{
  *state = (*state * 1103515245 + 12345) & 0x7fffffff;
  return (float) ((*state >> 16) % 1000) / 1000;
}

/* Prior boxes, and behind each set of them the variances, unless these are encoded. */
static WeirTensor *
priors (const Row *row)
{
  const float variances[] = { 0.1f, 0.1f, 0.2f, 0.2f };
  gint64 size = row->normalized ? 4 : 5, sets = row->encoded ? 1 : 2;
  WeirTensor *tensor = weir_tensor_new (
      WEIR_DTYPE_F32, &WEIR_SHAPE (row->prior_sets, sets, N * size), NULL);
  float *values = weir_tensor_writable (tensor), scale = row->normalized ? 1 : 50;
  guint32 seed = 3;

  for (gint64 i = 0; i < row->prior_sets * N; i++) {
    float *set = values + i / N * sets * N * size, *box = set + i % N * size + size - 4;
    float x = next (&seed) * 0.5f, y = next (&seed) * 0.5f;

    box[0] = x * scale;
    box[1] = y * scale;
    box[2] = (x + 0.1f + next (&seed) * 0.4f) * scale;
    box[3] = (y + 0.1f + next (&seed) * 0.4f) * scale;
    for (gint64 k = 0; !row->encoded && k < 4; k++)
      set[N * size + i % N * 4 + k] = variances[k];
  }
  return tensor;
}

static guint
make_inputs (const Row *row, WeirTensor **inputs)
{
  gint64 offsets = N * 4 * (row->shared ? 1 : CLASSES);

  inputs[0] = noise_f32 (&WEIR_SHAPE (IMAGES, offsets), 1, -1, 2);
  inputs[1] = noise_f32 (&WEIR_SHAPE (IMAGES, N * CLASSES), 2, 0, 1);
  inputs[2] = priors (row);
  inputs[3] = noise_f32 (&WEIR_SHAPE (IMAGES, N * 2), 4, 0, 1);
  inputs[4] = noise_f32 (&WEIR_SHAPE (IMAGES, offsets), 5, -1, 2);
  return row->more ? 5 : 3;
}

static WeirNode *
begin_row (WeirBuilder *builder, const Row *row, WeirTensor **inputs, guint n)
{
  WeirNode *node = begin_op (builder, "DetectionOutput", inputs, n);

  weir_node_set_int (node, "background_label_id", row->background);
  weir_node_set_int (node, "top_k", row->top_k);
  weir_node_set_ints (node, "keep_top_k", &row->keep, 1);
  weir_node_set_string (node, "code_type",
                        row->corner ? "caffe.PriorBoxParameter.CORNER"
                                    : "caffe.PriorBoxParameter.CENTER_SIZE");
  weir_node_set_float (node, "nms_threshold", row->threshold);
  weir_node_set_float (node, "confidence_threshold", 0.3);
  weir_node_set_float (node, "objectness_score", 0.4);
  weir_node_set_bool (node, "variance_encoded_in_target", row->encoded);
  weir_node_set_bool (node, "share_location", row->shared);
  weir_node_set_bool (node, "clip_before_nms", row->clip);
  weir_node_set_bool (node, "clip_after_nms", row->clip);
  weir_node_set_bool (node, "decrease_label_id", row->decrease);
  weir_node_set_bool (node, "normalized", row->normalized);
  weir_node_set_int (node, "input_width", row->normalized ? 1 : 50);
  weir_node_set_int (node, "input_height", row->normalized ? 1 : 50);
  return node;
}

static void
clear (WeirTensor **inputs)
{
  for (guint i = 0; i < 5; i++)
    weir_tensor_unref (inputs[i]);
}

static void
check_row (const Row *row, guint version)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[5];
  guint n = make_inputs (row, inputs);
  WeirNode *node = begin_row (&builder, row, inputs, n);
  g_autoptr (WeirTensor) y = NULL;

  node->version = version;
  if (version == 1)
    weir_node_set_int (node, "num_classes", CLASSES);
  y = run_op (&builder, node, inputs, 0);
  g_assert_cmpint (weir_tensor_shape (y)->dims[2], ==, row->rows);
  for (gsize i = 0; i < row->n * 7; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (y, i), row->expected[i], 1e-5);
  for (gsize i = row->n * 7; i < weir_tensor_count (y); i++)
    g_assert_cmpfloat (weir_tensor_get (y, i), ==, i == row->n * 7 ? -1 : 0);
  clear (inputs);
}

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    check_row (&rows[i], 1);
    check_row (&rows[i], 8);
  }
}

static void
test_unknown (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirShape row = WEIR_SHAPE (WEIR_DIM_UNKNOWN, WEIR_DIM_UNKNOWN);
  WeirPort boxes = weir_build_parameter (&builder, "b", WEIR_DTYPE_F32, &row);
  WeirPort classes =
      weir_build_parameter (&builder, "c", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 30));
  WeirPort prior =
      weir_build_parameter (&builder, "p", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2, 40));
  WeirNode *node = weir_build_begin (&builder, "DetectionOutput", "d",
                                     WEIR_INPUTS (boxes, classes, prior));

  weir_node_set_float (node, "nms_threshold", 0.5);
  weir_node_set_ints (node, "keep_top_k", (gint64[]){ -1 }, 1);
  weir_node_set_bool (node, "normalized", TRUE);
  weir_build_end (&builder, node);
  g_assert_no_error (builder.error);
  assert_shape (&node->outputs[0].info.shape, "[1,1,60,7]");
}

static void
expect_error (const Row *row, guint n_inputs, const char *text)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[5];
  WeirNode *node;

  make_inputs (&rows[0], inputs);
  node = begin_row (&builder, row, inputs, n_inputs);
  expect_infer_error (&builder, node,
                      n_inputs == 4 ? WEIR_ERROR_FORMAT : WEIR_ERROR_SHAPE, text);
  clear (inputs);
}

static void
test_errors (void)
{
  Row row = rows[0];

  expect_error (&row, 4, "expected 3 or 5 inputs, found 4");
  row.shared = FALSE;
  expect_error (&row, 3,
                "input 0: expected 12 values for each of 6 prior boxes, found 24");
  row.shared = TRUE;
  row.encoded = TRUE;
  expect_error (&row, 3, "input 2: expected 1 in dimension 1, found 2");
  row.encoded = FALSE;
  row.normalized = FALSE;
  expect_error (&row, 3, "input 2: expected a multiple of 5 in dimension 2, found 24");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/detection-output/values", test_values);
  g_test_add_func ("/ops/detection-output/unknown", test_unknown);
  g_test_add_func ("/ops/detection-output/errors", test_errors);
  return g_test_run ();
}
