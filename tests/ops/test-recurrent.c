#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"

#include <string.h>

/* Expected values were computed with OpenVINO. Batch 2, 3 steps, input size 3, hidden 2.
 */

#define BATCH  2
#define STEPS  3
#define INPUT  3
#define HIDDEN 2

typedef struct {
  const char *op, *activations;
  double clip;
  gboolean linear_before_reset;
  const char *direction; /* NULL: a cell */
  gint32 lengths[BATCH];
  float expected[40]; /* all outputs, one after another */
} Row;

static const Row rows[] = {
  { "RNNCell",
    "tanh",
    0,
    FALSE,
    NULL,
    { 0 },
    { 0.5079774f, 0.05992812f, 0.379949f, 0.1095585f } },
  { "RNNCell", "relu", 0.25, FALSE, NULL, { 0 }, { 0.25f, 0.06000001f, 0.25f, 0.11f } },
  { "GRUCell",
    "sigmoid, tanh",
    0,
    FALSE,
    NULL,
    { 0 },
    { -0.07606378f, 0.005184309f, 0.07681461f, 0.1535615f } },
  { "GRUCell",
    "sigmoid, tanh",
    0,
    TRUE,
    NULL,
    { 0 },
    { -0.07042333f, -0.08019616f, 0.07681461f, 0.06098452f } },
  { "GRUCell",
    "relu, sigmoid",
    0.2,
    FALSE,
    NULL,
    { 0 },
    { 0.3801328f, 0.498844f, 0.4401328f, 0.4893523f } },
  { "LSTMCell",
    "sigmoid, tanh, tanh",
    0,
    FALSE,
    NULL,
    { 0 },
    { 0.02436253f, 0.05186969f, -0.1911106f, 0.1090122f, 0.05538995f, 0.1619873f,
      -0.5002447f, 0.3269214f } },
  { "LSTMCell",
    "sigmoid, relu, tanh",
    0.3,
    FALSE,
    NULL,
    { 0 },
    { 0.09942403f, 0.05805655f, -0.09609801f, 0.1230969f, 0.229777f, 0.1372806f,
      -0.229777f, 0.2977588f } },
  { "LSTMSequence",
    "sigmoid, tanh, tanh",
    0,
    FALSE,
    "forward",
    { 3, 2 },
    { 0.02436253f, 0.05186969f, -0.1002272f, 0.07614957f, -0.1670855f,
      0.07279177f, -0.1756459f, 0.09952479f, -0.1324844f, 0.1062146f,
      0,           0,           -0.1670855f, 0.07279177f, -0.1324844f,
      0.1062146f,  -0.3684161f, 0.1942411f,  -0.2703483f, 0.2790002f } },
  { "LSTMSequence",
    "sigmoid, tanh, tanh",
    0,
    FALSE,
    "reverse",
    { 3, 2 },
    { -0.176831f,  0.08452271f, -0.08801053f, 0.06918655f,  0.04127878f,
      0.03930466f, -0.1599039f, 0.09676486f,  -0.08783475f, 0.1248593f,
      0,           0,           -0.176831f,   0.08452271f,  -0.1599039f,
      0.09676486f, -0.3848284f, 0.2303711f,   -0.3545396f,  0.2554641f } },
  { "LSTMSequence",
    "sigmoid, tanh, tanh",
    0,
    FALSE,
    "bidirectional",
    { 3, 2 },
    { 0.02436253f,
      0.05186969f,
      -0.1002272f,
      0.07614957f,
      -0.1670855f,
      0.07279177f,
      -0.0383682f,
      0.1661991f,
      -0.04703913f,
      0.1632791f,
      -0.07288104f,
      0.1782528f,
      -0.1528258f,
      -0.1009206f,
      -0.06852305f,
      0.02711539f,
      0,
      0,
      0.02895598f,
      0.1317739f,
      0.01210757f,
      0.1488259f,
      0,
      0,
      -0.1670855f,
      0.07279177f,
      -0.0383682f,
      0.1661991f,
      -0.06852305f,
      0.02711539f,
      0.02895598f,
      0.1317739f,
      -0.3684161f,
      0.1942411f,
      -0.07466126f,
      0.481244f,
      -0.1410399f,
      0.07424442f,
      0.05695242f,
      0.3476042f } },
  { "GRUSequence",
    "sigmoid, tanh",
    0,
    TRUE,
    "bidirectional",
    { 3, 2 },
    { -0.07042333f, -0.08019616f, -0.1918525f, -0.01289961f, -0.2625509f, -0.01726338f,
      0.1277686f,   0.3725226f,   0.1464103f,  0.3585595f,   0.2026281f,  0.2876965f,
      -0.4038061f,  0.0768306f,   -0.2227996f, 0.02469128f,  0,           0,
      -0.0655824f,  0.3045326f,   -0.1942835f, 0.006817702f, 0,           0,
      -0.2625509f,  -0.01726338f, 0.1277686f,  0.3725226f,   -0.2227996f, 0.02469128f,
      -0.0655824f,  0.3045326f } },
  { "GRUSequence",
    "sigmoid, tanh",
    0,
    FALSE,
    "reverse",
    { 3, 2 },
    { -0.2903551f, 0.1839272f, -0.1850375f, 0.09524899f, -0.05308069f, -0.05295558f,
      -0.04736647f, 0.2059391f, 0.1970501f, 0.226509f, 0, 0, -0.2903551f, 0.1839272f,
      -0.04736647f, 0.2059391f } },
  { "RNNSequence",
    "tanh",
    0,
    FALSE,
    "forward",
    { 3, 2 },
    { 0.5079774f, 0.05992812f, 0.3445429f, 0.1190427f, 0.3505094f, 0.1244515f, 0.4136445f,
      0.2069665f, -0.08464465f, -0.3173202f, 0, 0, 0.3505094f, 0.1244515f, -0.08464465f,
      -0.3173202f } },
  { "RNNSequence",
    "tanh",
    0,
    FALSE,
    "bidirectional",
    { 1, 3 },
    { 0.5079774f, 0.05992812f,   0,           0,           0,          0,
      0.551128f,  -0.1390925f,   0,           0,           0,          0,
      0.3539917f, -0.009999702f, 0.02959204f, -0.2887497f, 0.2178669f, -0.2508612f,
      0.6505786f, -0.139157f,    0.8283785f,  0.3211194f,  0.6169093f, 0.2449187f,
      0.5079774f, 0.05992812f,   0.551128f,   -0.1390925f, 0.2178669f, -0.2508612f,
      0.6505786f, -0.139157f } },
};

/* Numbers from -0.5 to 0.5 that look random; each seed begins elsewhere. */
static WeirTensor *
fill (guint seed, const WeirShape *shape)
{
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, shape, NULL);
  float *values = weir_tensor_writable (tensor);

  for (guint i = 0; i < weir_tensor_count (tensor); i++)
    values[i] = ((float) ((i * 7 + seed * 3) % 11) - 5) / 10;
  return tensor;
}

/* A shape of a cell or, with directions in front of what is @rows, of a sequence. */
static WeirShape
shape_of (gint64 directions, gint64 rows_of, gint64 columns)
{
  if (directions == 0)
    return columns > 0 ? WEIR_SHAPE (rows_of, columns) : WEIR_SHAPE (rows_of);
  return columns > 0 ? WEIR_SHAPE (directions, rows_of, columns)
                     : WEIR_SHAPE (directions, rows_of);
}

static guint
make_inputs (const Row *row, WeirTensor **inputs)
{
  gboolean lstm = g_str_has_prefix (row->op, "LSTM");
  gint64 gates = lstm ? 4 : g_str_has_prefix (row->op, "GRU") ? 3 : 1;
  gint64 d = row->direction == NULL                          ? 0
             : strcmp (row->direction, "bidirectional") == 0 ? 2
                                                             : 1;
  WeirShape x = d > 0 ? WEIR_SHAPE (BATCH, STEPS, INPUT) : WEIR_SHAPE (BATCH, INPUT);
  WeirShape state = d > 0 ? WEIR_SHAPE (BATCH, d, HIDDEN) : WEIR_SHAPE (BATCH, HIDDEN);
  WeirShape w = shape_of (d, gates * HIDDEN, INPUT),
            r = shape_of (d, gates * HIDDEN, HIDDEN);
  WeirShape b = shape_of (d, (gates + row->linear_before_reset) * HIDDEN, 0);
  guint n = 0;

  inputs[n++] = fill (1, &x);
  inputs[n++] = fill (2, &state);
  if (lstm)
    inputs[n++] = fill (3, &state);
  if (d > 0)
    inputs[n++] =
        weir_tensor_new_copy (WEIR_DTYPE_I32, &WEIR_SHAPE (BATCH), row->lengths, NULL);
  inputs[n++] = fill (4, &w);
  inputs[n++] = fill (5, &r);
  inputs[n++] = fill (6, &b);
  return n;
}

static WeirNode *
begin_row (WeirBuilder *builder, const Row *row, WeirTensor **inputs, guint n)
{
  WeirNode *node = begin_op (builder, row->op, inputs, n);

  weir_node_set_int (node, "hidden_size", HIDDEN);
  weir_node_set_string (node, "activations", row->activations);
  weir_node_set_float (node, "clip", row->clip);
  if (row->linear_before_reset)
    weir_node_set_bool (node, "linear_before_reset", TRUE);
  if (row->direction != NULL)
    weir_node_set_string (node, "direction", row->direction);
  return node;
}

static void
clear (WeirTensor **inputs, guint n)
{
  for (guint i = 0; i < n; i++)
    weir_tensor_unref (inputs[i]);
}

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirGraph) graph = weir_graph_new ();
    WeirBuilder builder = WEIR_BUILDER (graph);
    WeirTensor *inputs[7];
    guint n = make_inputs (&rows[i], inputs);
    WeirNode *node = begin_row (&builder, &rows[i], inputs, n);
    const float *expected = rows[i].expected;

    for (guint o = 0; o < node->n_outputs; o++) {
      g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, o);

      assert_f32 (y, expected, weir_tensor_count (y));
      expected += weir_tensor_count (y);
    }
    clear (inputs, n);
  }
}

/* Peepholes and a forget gate that is what the input gate leaves: one unit, by hand.
 * i = sigmoid (1 + 2 * 0.5), f = 1 - i, c = f * 0.5 + i * tanh (1),
 * h = sigmoid (1 + 3 * c) * tanh (c) */
static void
test_first_lstm (void)
{
  const float one = 1, half = 0.5f, peepholes[] = { 1, 2, 3 };
  const float ones[] = { 1, 1, 1, 1 }, zeros[4] = { 0 };
  const float h = 0.5986978f, c = 0.7304114f;
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[] = { weir_tensor_new_f32 (&WEIR_SHAPE (1, 1), &one),
                           weir_tensor_new_f32 (&WEIR_SHAPE (1, 1), &one),
                           weir_tensor_new_f32 (&WEIR_SHAPE (1, 1), &half),
                           weir_tensor_new_f32 (&WEIR_SHAPE (4, 1), ones),
                           weir_tensor_new_f32 (&WEIR_SHAPE (4, 1), zeros),
                           weir_tensor_new_f32 (&WEIR_SHAPE (4), zeros),
                           weir_tensor_new_f32 (&WEIR_SHAPE (3), peepholes) };
  WeirNode *node = begin_op (&builder, "LSTMCell", inputs, 7);
  g_autoptr (WeirTensor) hidden = NULL;
  g_autoptr (WeirTensor) cell = NULL;

  weir_node_set_int (node, "hidden_size", 1);
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT, "version 4 has no peepholes");
  node->version = 1;
  weir_node_set_bool (node, "input_forget", TRUE);
  hidden = run_op (&builder, node, inputs, 0);
  cell = run_op (&builder, node, inputs, 1);
  assert_f32 (hidden, &h, 1);
  assert_f32 (cell, &c, 1);
  clear (inputs, 7);
}

static void
test_unknown (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&builder, "x", WEIR_DTYPE_F32,
                                     &WEIR_SHAPE (WEIR_DIM_UNKNOWN, WEIR_DIM_UNKNOWN, 3));
  WeirPort h =
      weir_build_parameter (&builder, "h", WEIR_DTYPE_F32, &WEIR_SHAPE (4, 1, 2));
  WeirPort any =
      weir_build_parameter (&builder, "any", WEIR_DTYPE_F32, &WEIR_SHAPE_UNKNOWN);
  WeirNode *node = weir_build_begin (&builder, "LSTMSequence", "lstm",
                                     WEIR_INPUTS (x, h, h, any, any, any, any));

  weir_node_set_int (node, "hidden_size", 2);
  weir_node_set_string (node, "direction", "forward");
  weir_build_end (&builder, node);
  g_assert_no_error (builder.error);
  assert_shape (&node->outputs[0].info.shape, "[4,1,?,2]");
  assert_shape (&node->outputs[2].info.shape, "[4,1,2]");
}

static void
test_errors (void)
{
  Row row = { .op = "GRUSequence",
              .activations = "tanh",
              .direction = "reverse",
              .lengths = { 3, 4 } };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[7], *outputs[2];
  guint n = make_inputs (&row, inputs);
  WeirNode *node = begin_row (&builder, &row, inputs, n);
  GError *error = NULL;

  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT,
                      "attribute 'activations': expected 2 of them, found 1");
  weir_node_set_string (node, "activations", "sigmoid, swish");
  expect_infer_error (&builder, node, WEIR_ERROR_UNSUPPORTED, "'swish' is no activation");
  weir_node_set_string (node, "activations", "");
  weir_node_set_bool (node, "linear_before_reset", TRUE);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "input 5: expected rows of the bias 8 in dimension 1, found 6");
  weir_node_set_bool (node, "linear_before_reset", FALSE);
  weir_node_set_int (node, "hidden_size", 3);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "input 1: expected hidden size 3 in dimension 2, found 2");
  weir_node_set_int (node, "hidden_size", 2);
  g_assert_false (weir_node_evaluate (node, inputs, outputs, NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==,
                   "node 'node' (GRUSequence): sequence 1 has length 4, expected 0 to 3");
  g_error_free (error);
  clear (inputs, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/recurrent/values", test_values);
  g_test_add_func ("/ops/recurrent/first-lstm", test_first_lstm);
  g_test_add_func ("/ops/recurrent/unknown", test_unknown);
  g_test_add_func ("/ops/recurrent/errors", test_errors);
  return g_test_run ();
}
