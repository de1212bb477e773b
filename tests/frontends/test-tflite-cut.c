#include "base/error.h"
#include "compare.h"
#include "cut-load.h"
#include "ir/evaluate.h"
#include "tflite-run.h"
#include "tflite-writer.h"

/* What is cut away need not be convertible: Foo and Bar are no operators. */

enum { ADD = 0, RELU = 19 };

static const float addend[] = { 1, 2, 3, 4 };

/* x > Foo > f > Add c > a > Relu > r > Bar > y; a is quantised where @scale is given. */
static GBytes *
make (const float *scale)
{
  static const gint64 zero = 3;
  TfliteWriter w;
  gint32 x, f, c, a, r, y;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (4));
  f = tflite_tensor (&w, "f", TYPE_FLOAT32, DIMS (4));
  c = tflite_constant (&w, "c", TYPE_FLOAT32, DIMS (4), addend, sizeof addend);
  a = scale != NULL
          ? tflite_quantised (&w, "a", TYPE_INT8, DIMS (4), NULL, 0, scale, &zero, 1, 0)
          : tflite_tensor (&w, "a", TYPE_FLOAT32, DIMS (4));
  r = tflite_tensor (&w, "r", TYPE_FLOAT32, DIMS (4));
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (4));
  tflite_custom (&w, "Foo", DIMS (x), DIMS (f));
  tflite_op (&w, ADD, DIMS (f, c), DIMS (a), OPTIONS_ADD, flat_table ());
  tflite_op (&w, RELU, DIMS (a), DIMS (r), OPTIONS_NONE, NULL);
  tflite_custom (&w, "Bar", DIMS (r), DIMS (y));
  return tflite_end (&w, DIMS (x), DIMS (y));
}

static WeirModel *
load (const float *scale, const char *inputs, const char *outputs, GError **error)
{
  g_autoptr (GBytes) bytes = make (scale);

  return load_cut (&weir_frontend_tflite, bytes, NULL, inputs, outputs, NULL, error);
}

/* Cuts, and checks the names of what is left and its numbers. */
static void
expect (const float *scale, const char *inputs, const char *name, WeirDtype dtype,
        const float *fed, const char *outputs, const float *expected)
{
  GError *error = NULL;
  g_autoptr (WeirModel) model = load (scale, inputs, outputs, &error);
  g_autoptr (WeirTensor) plain =
      weir_tensor_new_copy (WEIR_DTYPE_F32, &WEIR_SHAPE (4), fed, NULL);
  g_autoptr (WeirTensor) x = weir_tensor_convert (plain, dtype, NULL);
  WeirTensor *result;
  WeirGraph *graph;

  g_assert_no_error (error);
  graph = weir_model_graph (model);
  g_assert_cmpuint (weir_graph_n_parameters (graph), ==, 1);
  g_assert_cmpstr (weir_graph_parameter_name (graph, 0), ==, name);
  g_assert_cmpuint (weir_graph_n_results (graph), ==, 1);
  g_assert_cmpstr (weir_graph_result_name (graph, 0), ==, outputs);
  weir_graph_evaluate (graph, &x, &result, NULL, &error);
  g_assert_no_error (error);
  assert_f32 (result, expected, 4);
  weir_tensor_unref (result);
}

static void
test_cut (void)
{
  static const float fed[] = { -5, 0, -4, 1 };
  static const float sums[] = { -4, 2, -1, 5 };
  static const float positive[] = { 0, 2, 0, 5 };

  expect (NULL, "f", "f", WEIR_DTYPE_F32, fed, "r", positive);
  expect (NULL, "f", "f", WEIR_DTYPE_F32, fed, "a", sums);
  expect (NULL, "a", "a", WEIR_DTYPE_F32, sums, "r", positive);
  expect (NULL, "0:a", "f", WEIR_DTYPE_F32, fed, "r", positive);
  expect (NULL, "0:r", "a", WEIR_DTYPE_F32, sums, "r", positive);
  /* The other input of the addition, the first one frozen. */
  expect (NULL, "1:a,f->[-5.0,0.0,-4.0,1.0]", "c", WEIR_DTYPE_F32, addend, "r", positive);
}

/* Inside the graph a quantised tensor is a real number, unless its own type is asked for:
 * r = max (0, (q - 3) / 2). */
static void
test_quantised (void)
{
  static const float scale = 0.5f;
  static const float real[] = { -4, 2, -1, 5 };
  static const float stored[] = { 1, 3, 5, 13 };
  static const float positive[] = { 0, 2, 0, 5 };
  static const float unpacked[] = { 0, 0, 1, 5 };

  expect (&scale, "a", "a", WEIR_DTYPE_F32, real, "r", positive);
  expect (&scale, "a{i8}", "a", WEIR_DTYPE_I8, stored, "r", unpacked);
}

static void
expect_error (const char *inputs, const char *outputs, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model = load (NULL, inputs, outputs, &error);

  g_assert_null (model);
  assert_says (error, text);
}

static void
test_errors (void)
{
  expect_error (NULL, NULL, "2 TensorFlow Lite operations cannot be converted");
  expect_error (NULL, "r", "1 TensorFlow Lite operations cannot be converted: 'f' (Foo)");
  expect_error ("f", NULL, "1 TensorFlow Lite operations cannot be converted: 'y' (Bar)");
  expect_error ("g", "r", "--input: there is no node or tensor 'g'; near it:");
  expect_error ("2:a", "r", "expected one of the 2 ports of node 'a', found port 2");
  expect_error ("f,f", "r", "--input: 'f' is named twice");
  expect_error ("1:a", "r", "input 'x' is left out, but node 'f' needs it");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/tflite-cut/cut", test_cut);
  g_test_add_func ("/frontends/tflite-cut/quantised", test_quantised);
  g_test_add_func ("/frontends/tflite-cut/errors", test_errors);
  return g_test_run ();
}
