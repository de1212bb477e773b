#include "base/error.h"
#include "compare.h"
#include "tflite-run.h"
#include "tflite-writer.h"

/* Sub-graphs, and layers with a state. */

enum {
  ADD = 0,
  MUL = 18,
  RNN = 24,
  LESS = 58,
  IF = 118,
  WHILE = 119,
  CALL_ONCE = 129,
  VAR_HANDLE = 142,
  READ_VARIABLE = 143,
  ASSIGN_VARIABLE = 144
};

static FlatNode *
two_options (gint32 first, gint32 second)
{
  return flat_set_i32 (flat_set_i32 (flat_table (), 0, first), 1, second);
}

/* A sub-graph that gives x OP c. */
static void
binary_subgraph (TfliteWriter *w, gint32 code, guint8 type, const float *c)
{
  gint32 x = tflite_tensor (w, "x", TYPE_FLOAT32, DIMS (1));
  gint32 k = tflite_constant (w, "k", TYPE_FLOAT32, DIMS (1), c, sizeof *c);
  gint32 y = tflite_tensor (w, "y", type, DIMS (1));

  tflite_op (w, code, DIMS (x, k), DIMS (y), 0, NULL);
  tflite_subgraph (w, DIMS (x), DIMS (y));
}

static float
run_one (GBytes *file, float x)
{
  g_autoptr (WeirTensor) data = weir_tensor_new_f32 (&WEIR_SHAPE (1), &x);
  g_autoptr (WeirTensor) result = tflite_run (file, &data);

  return (float) weir_tensor_get (result, 0);
}

/* while (x < 10) x *= 3; the sub-graphs stand at @condition and @body. */
static GBytes *
while_model (gint32 condition, gint32 body)
{
  const float three = 3, ten = 10;
  gint32 x, y;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (1));
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (1));
  tflite_op (&w, WHILE, DIMS (x), DIMS (y), OPTIONS_WHILE, two_options (condition, body));
  tflite_subgraph (&w, DIMS (x), DIMS (y));
  binary_subgraph (&w, LESS, TYPE_BOOL, &ten);
  binary_subgraph (&w, MUL, TYPE_FLOAT32, &three);
  return flat_finish (tflite_model (&w), TFL_IDENTIFIER);
}

static void
test_while (void)
{
  g_assert_cmpfloat (run_one (while_model (1, 2), 2), ==, 18);
  g_assert_cmpfloat (run_one (while_model (1, 2), 11), ==, 11);
}

static GBytes *
if_model (void)
{
  const float one = 1, two = 2, five = 5;
  gint32 x, k, c, y;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (1));
  k = tflite_constant (&w, "k", TYPE_FLOAT32, DIMS (1), &five, sizeof five);
  c = tflite_tensor (&w, "c", TYPE_BOOL, DIMS (1));
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (1));
  tflite_op (&w, LESS, DIMS (x, k), DIMS (c), 0, NULL);
  tflite_op (&w, IF, DIMS (c, x), DIMS (y), OPTIONS_IF, two_options (1, 2));
  tflite_subgraph (&w, DIMS (x), DIMS (y));
  binary_subgraph (&w, ADD, TYPE_FLOAT32, &one);
  binary_subgraph (&w, MUL, TYPE_FLOAT32, &two);
  return flat_finish (tflite_model (&w), TFL_IDENTIFIER);
}

static void
test_if (void)
{
  g_assert_cmpfloat (run_one (if_model (), 3), ==, 4);
  g_assert_cmpfloat (run_one (if_model (), 6), ==, 12);
}

/* A body that is the graph itself, and one that is not there. */
static void
test_wrong_bodies (void)
{
  g_autoptr (GBytes) itself = while_model (1, 0);
  g_autoptr (GBytes) absent = while_model (1, 7);
  g_autoptr (GBytes) negative = while_model (-1, 2);

  tflite_load_bad (itself, WEIR_ERROR_LIMIT, "nested deeper than 32");
  tflite_load_bad (absent, WEIR_ERROR_FORMAT, "element 7 of a list of 3");
  tflite_load_bad (negative, WEIR_ERROR_FORMAT, "element 4294967295 of a list of 3");
}

/* Each of 30 sub-graphs runs the next one in both branches: 2^30 copies of the last. */
static void
test_explosion (void)
{
  g_autoptr (GBytes) file = NULL;
  gint32 c, x, y;
  TfliteWriter w;

  tflite_begin (&w);
  for (gint32 i = 0; i < 30; i++) {
    c = tflite_tensor (&w, "c", TYPE_BOOL, DIMS (1));
    x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (1));
    y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (1));
    if (i < 29)
      tflite_op (&w, IF, DIMS (c, c, x), DIMS (y), OPTIONS_IF,
                 two_options (i + 1, i + 1));
    else
      tflite_op (&w, ADD, DIMS (x, x), DIMS (y), 0, NULL);
    tflite_subgraph (&w, DIMS (c, x), DIMS (y));
  }
  file = flat_finish (tflite_model (&w), TFL_IDENTIFIER);
  tflite_load_bad (file, WEIR_ERROR_LIMIT, "");
}

/* h = w x + r h + b, without an activation, begins with 0 and goes on where it ended. */
static void
test_state (void)
{
  const float weights[] = { 2 }, recurrent[] = { 10 }, bias[] = { 1 };
  FlatNode *state = flat_set (flat_table (), TENSOR_NAME, flat_string ("h"));
  g_autoptr (WeirTensor) data =
      weir_tensor_new_f32 (&WEIR_SHAPE (1, 1), (const float[]){ 3 });
  g_autoptr (WeirTensor) first = NULL, second = NULL;
  gint32 x, w1, r, b, h, y;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (1, 1));
  w1 = tflite_constant (&w, "w", TYPE_FLOAT32, DIMS (1, 1), weights, sizeof weights);
  r = tflite_constant (&w, "r", TYPE_FLOAT32, DIMS (1, 1), recurrent, sizeof recurrent);
  b = tflite_constant (&w, "b", TYPE_FLOAT32, DIMS (1), bias, sizeof bias);
  flat_set (state, TENSOR_SHAPE, flat_ints (DIMS (1, 1)));
  flat_set_u8 (state, TENSOR_IS_VARIABLE, 1);
  h = (gint32) flat_append (w.tensors, state);
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (1, 1));
  tflite_op (&w, RNN, DIMS (x, w1, r, b, h), DIMS (y), OPTIONS_RNN, flat_table ());
  tflite_run_twice (tflite_end (&w, DIMS (x), DIMS (y)), &data, &first, &second);
  assert_f32 (first, (const float[]){ 7 }, 1);
  assert_f32 (second, (const float[]){ 77 }, 1);
}

/* The handle of the variable "v". */
static gint32
handle (TfliteWriter *w)
{
  gint32 tensor = tflite_tensor (w, "v", TYPE_RESOURCE, NULL, 0);

  tflite_op (w, VAR_HANDLE, NULL, 0, DIMS (tensor), OPTIONS_VAR_HANDLE,
             flat_set (flat_table (), 1, flat_string ("v")));
  return tensor;
}

/* The sub-graph that gives the variable its first value, 5. */
static void
first_value (TfliteWriter *w)
{
  const float five = 5;
  gint32 v = handle (w);
  gint32 k = tflite_constant (w, "five", TYPE_FLOAT32, DIMS (1), &five, sizeof five);

  tflite_op (w, ASSIGN_VARIABLE, DIMS (v, k), NULL, 0, 0, NULL);
  tflite_subgraph (w, NULL, 0, NULL, 0);
}

/* y = v + x; the variable becomes y where @writes, and is only read else. */
static GBytes *
variable_model (gboolean begins, gboolean writes)
{
  gint32 x, v, old, y;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (1));
  if (begins)
    tflite_op (&w, CALL_ONCE, NULL, 0, NULL, 0, OPTIONS_CALL_ONCE,
               flat_set_i32 (flat_table (), 0, 1));
  v = handle (&w);
  old = tflite_tensor (&w, "old", TYPE_FLOAT32, DIMS (1));
  tflite_op (&w, READ_VARIABLE, DIMS (v), DIMS (old), 0, NULL);
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (1));
  tflite_op (&w, ADD, DIMS (old, x), DIMS (y), 0, NULL);
  if (writes)
    tflite_op (&w, ASSIGN_VARIABLE, DIMS (v, y), NULL, 0, 0, NULL);
  tflite_subgraph (&w, DIMS (x), DIMS (y));
  first_value (&w);
  return flat_finish (tflite_model (&w), TFL_IDENTIFIER);
}

static void
test_variable (void)
{
  g_autoptr (GBytes) without = variable_model (FALSE, TRUE);
  g_autoptr (WeirTensor) data =
      weir_tensor_new_f32 (&WEIR_SHAPE (1), (const float[]){ 2 });

  for (int writes = 0; writes < 2; writes++) {
    g_autoptr (WeirTensor) first = NULL, second = NULL;

    tflite_run_twice (variable_model (TRUE, writes), &data, &first, &second);
    assert_f32 (first, (const float[]){ 7 }, 1);
    assert_f32 (second, (const float[]){ writes ? 9 : 7 }, 1);
  }
  tflite_load_bad (without, WEIR_ERROR_UNSUPPORTED, "has no first value");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/tflite-control/while", test_while);
  g_test_add_func ("/frontends/tflite-control/if", test_if);
  g_test_add_func ("/frontends/tflite-control/wrong-bodies", test_wrong_bodies);
  g_test_add_func ("/frontends/tflite-control/explosion", test_explosion);
  g_test_add_func ("/frontends/tflite-control/state", test_state);
  g_test_add_func ("/frontends/tflite-control/variable", test_variable);
  return g_test_run ();
}
