#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"

/* Expected values were computed with OpenVINO: two pictures of five boxes, or three
 * classes of six boxes that belong to two pictures. */

typedef struct {
  const char *op, *attrs;
  gboolean counted;
  gsize n;
  float labels[20], scores[20];
  gint64 indices[20], counts[2];
} Row;

static const Row rows[] = {
  { "MatrixNms",
    "decay_function=linear; post_threshold=0.2",
    FALSE,
    19,
    { 1, 0, 0, 1, 0, 2, 1, 2, 0, 1, 1, 0, 0, 2, 2, 1, 2, 1, 1 },
    { 0.976f, 0.914f, 0.908f, 0.7805754f, 0.6971638f, 0.595f, 0.3933042f, 0.358151f,
      0.2912589f, 0.926f, 0.92f, 0.811f, 0.703f, 0.56f, 0.519f, 0.504061f, 0.3070489f,
      0.3057396f, 0.2575201f },
    { 1, 3, 0, 2, 1, 4, 4, 2, 4, 7, 8, 6, 9, 5, 8, 6, 6, 5, 9 },
    { 9, 10 } },
  { "MatrixNms",
    "decay_function=linear; post_threshold=0.2; sort_result_type=classid",
    FALSE,
    19,
    { 1, 0, 0, 1, 0, 2, 1, 2, 0, 1, 1, 0, 0, 2, 2, 1, 2, 1, 1 },
    { 0.976f, 0.914f, 0.908f, 0.7805754f, 0.6971638f, 0.595f, 0.3933042f, 0.358151f,
      0.2912589f, 0.926f, 0.92f, 0.811f, 0.703f, 0.56f, 0.519f, 0.504061f, 0.3070489f,
      0.3057396f, 0.2575201f },
    { 1, 3, 0, 2, 1, 4, 4, 2, 4, 7, 8, 6, 9, 5, 8, 6, 6, 5, 9 },
    { 9, 10 } },
  { "MatrixNms",
    "decay_function=linear; post_threshold=0.2; sort_result_type=classid; "
    "sort_result_across_batch=true",
    FALSE,
    19,
    { 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2 },
    { 0.914f, 0.908f, 0.6971638f, 0.2912589f, 0.811f, 0.703f, 0.976f, 0.7805754f,
      0.3933042f, 0.926f, 0.92f, 0.504061f, 0.3057396f, 0.2575201f, 0.595f, 0.358151f,
      0.56f, 0.519f, 0.3070489f },
    { 3, 0, 1, 4, 6, 9, 1, 2, 4, 7, 8, 6, 5, 9, 4, 2, 5, 8, 6 },
    { 9, 10 } },
  { "MatrixNms",
    "decay_function=gaussian; gaussian_sigma=2.0; post_threshold=0.2; "
    "background_class=0; nms_top_k=3; keep_top_k=4",
    FALSE,
    8,
    { 1, 1, 2, 1, 1, 1, 1, 2 },
    { 0.976f, 0.8486762f, 0.595f, 0.4547689f, 0.926f, 0.92f, 0.6061829f, 0.56f },
    { 1, 2, 4, 4, 7, 8, 6, 5 },
    { 4, 4 } },
  { "MatrixNms",
    "decay_function=linear; post_threshold=0.2; normalized=false; "
    "sort_result_type=score; sort_result_across_batch=true",
    FALSE,
    12,
    { 1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 1, 0 },
    { 0.976f, 0.926f, 0.92f, 0.914f, 0.908f, 0.811f, 0.703f, 0.595f, 0.56f, 0.519f,
      0.3876966f, 0.3002526f },
    { 1, 7, 8, 3, 0, 6, 9, 4, 5, 8, 2, 1 },
    { 6, 6 } },
  { "MulticlassNms",
    "iou_threshold=0.3",
    FALSE,
    14,
    { 1, 0, 0, 1, 0, 2, 1, 2, 1, 1, 0, 0, 2, 2 },
    { 0.976f, 0.914f, 0.908f, 0.865f, 0.817f, 0.595f, 0.531f, 0.508f, 0.926f, 0.92f,
      0.811f, 0.703f, 0.56f, 0.519f },
    { 1, 3, 0, 2, 1, 4, 4, 2, 7, 8, 6, 9, 5, 8 },
    { 8, 6 } },
  { "MulticlassNms",
    "iou_threshold=0.3; sort_result_type=classid",
    FALSE,
    14,
    { 0, 0, 0, 1, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2 },
    { 0.914f, 0.908f, 0.817f, 0.976f, 0.865f, 0.531f, 0.595f, 0.508f, 0.811f, 0.703f,
      0.926f, 0.92f, 0.56f, 0.519f },
    { 3, 0, 1, 1, 2, 4, 4, 2, 6, 9, 7, 8, 5, 8 },
    { 8, 6 } },
  { "MulticlassNms",
    "iou_threshold=0.3; sort_result_type=classid; sort_result_across_batch=true",
    FALSE,
    14,
    { 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2 },
    { 0.914f, 0.908f, 0.817f, 0.811f, 0.703f, 0.976f, 0.865f, 0.531f, 0.926f, 0.92f,
      0.595f, 0.508f, 0.56f, 0.519f },
    { 3, 0, 1, 6, 9, 1, 2, 4, 7, 8, 4, 2, 5, 8 },
    { 8, 6 } },
  { "MulticlassNms",
    "iou_threshold=0.5; keep_top_k=3; nms_top_k=3; sort_result_type=score; "
    "sort_result_across_batch=true",
    FALSE,
    6,
    { 1, 1, 1, 0, 0, 0 },
    { 0.976f, 0.926f, 0.92f, 0.914f, 0.908f, 0.811f },
    { 1, 7, 8, 3, 0, 6 },
    { 3, 3 } },
  { "MulticlassNms",
    "iou_threshold=0.8; nms_eta=0.5; background_class=1",
    FALSE,
    10,
    { 0, 0, 0, 2, 2, 0, 0, 2, 2, 2 },
    { 0.914f, 0.908f, 0.817f, 0.595f, 0.508f, 0.811f, 0.703f, 0.56f, 0.519f, 0.466f },
    { 3, 0, 1, 4, 2, 6, 9, 5, 8, 6 },
    { 5, 5 } },
  { "MulticlassNms",
    "iou_threshold=0.3; sort_result_type=classid",
    TRUE,
    12,
    { 0, 0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2 },
    { 0.742f, 0.726f, 0.515f, 0.895f, 0.345f, 0.654f, 0.379f, 0.978f, 0.665f, 0.879f,
      0.725f, 0.704f },
    { 6, 0, 3, 7, 4, 11, 8, 12, 15, 16, 13, 17 },
    { 7, 5 } },
  { "MulticlassNms",
    "iou_threshold=0.3; normalized=false; sort_result_type=score; "
    "sort_result_across_batch=true",
    TRUE,
    6,
    { 0, 1, 1, 0, 2, 2 },
    { 0.978f, 0.895f, 0.879f, 0.742f, 0.704f, 0.654f },
    { 12, 7, 16, 6, 17, 11 },
    { 3, 3 } },
};

static WeirTensor *
boxes (gint64 outer, gint64 n, guint32 seed)
{
  WeirTensor *tensor = noise_f32 (&WEIR_SHAPE (outer, n, 4), seed, 0, 1);
  float *v = weir_tensor_writable (tensor);

  for (gint64 i = 0; i < outer * n; i++, v += 4) {
    v[0] *= 0.5f;
    v[1] *= 0.5f;
    v[2] = v[0] + 0.2f + v[2] * 0.4f;
    v[3] = v[1] + 0.2f + v[3] * 0.4f;
  }
  return tensor;
}

static WeirNode *
begin_row (WeirBuilder *builder, const Row *row, WeirTensor **inputs)
{
  WeirNode *node;

  inputs[0] = row->counted ? boxes (3, 6, 5) : boxes (2, 5, 1);
  inputs[1] = noise_f32 (row->counted ? &WEIR_SHAPE (3, 6) : &WEIR_SHAPE (2, 3, 5),
                         row->counted ? 6 : 2, 0, 1);
  inputs[2] = ints (&WEIR_SHAPE (2), (gint64[]){ 4, 2 });
  node = begin_op (builder, row->op, inputs, row->counted ? 3 : 2);
  set_attrs (node, "score_threshold=0.3; output_type=i32");
  set_attrs (node, row->attrs);
  return node;
}

static void
clear (WeirTensor **inputs)
{
  for (guint i = 0; i < 3; i++)
    weir_tensor_unref (inputs[i]);
}

static void
check_row (const Row *row)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3];
  WeirNode *node = begin_row (&builder, row, inputs);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);
  g_autoptr (WeirTensor) indices = run_op (&builder, node, inputs, 1);
  g_autoptr (WeirTensor) counts = run_op (&builder, node, inputs, 2);

  g_assert_cmpint (weir_tensor_shape (y)->dims[0], ==, row->n);
  for (gsize i = 0; i < row->n; i++) {
    g_assert_cmpfloat (weir_tensor_get (y, i * 6), ==, row->labels[i]);
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (y, i * 6 + 1), row->scores[i], 1e-5);
  }
  assert_ints (indices, row->indices, row->n);
  assert_ints (counts, row->counts, 2);
  g_assert_cmpfloat (weir_tensor_get (y, 4), >, weir_tensor_get (y, 2));
  clear (inputs);
}

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check_row (&rows[i]);
}

/* The box that belongs to the first row. */
static void
test_boxes (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3];
  WeirNode *node = begin_row (&builder, &rows[G_N_ELEMENTS (rows) - 1], inputs);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);

  /* Class 0, the first box of the second picture, hence the fifth of the class. */
  for (gsize k = 0; k < 4; k++)
    g_assert_cmpfloat (weir_tensor_get (y, k + 2), ==,
                       weir_tensor_get (inputs[0], 16 + k));
  clear (inputs);
}

static void
test_errors (void)
{
  Row row = { .op = "MulticlassNms", .attrs = "", .counted = TRUE };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3], *outputs[3];
  WeirNode *node = begin_row (&builder, &row, inputs);
  g_autoptr (WeirTensor) many = ints (&WEIR_SHAPE (2), (gint64[]){ 4, 3 });
  WeirTensor *wrong[] = { inputs[0], inputs[1], many };
  GError *error = NULL;

  g_assert_false (weir_node_evaluate (node, wrong, outputs, NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_SHAPE);
  g_assert_cmpstr (
      error->message, ==,
      "node 'node' (MulticlassNms): picture 1 has 3 boxes of the 2 that are left");
  g_error_free (error);
  node->version = 8;
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT,
                      "version 8 expects 2 inputs, found 3");
  node->version = 9;
  weir_edit_truncate_inputs (graph, node, 2);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "scores [batch,classes,n], found [3,6,4] and [3,6]");
  clear (inputs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/multiclass-nms/values", test_values);
  g_test_add_func ("/ops/multiclass-nms/boxes", test_boxes);
  g_test_add_func ("/ops/multiclass-nms/errors", test_errors);
  return g_test_run ();
}
