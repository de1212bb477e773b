#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#include <math.h>

static WeirTensor *
run (WeirTensor *x, WeirDtype dtype)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirNode *node = begin_op (&builder, "Convert", &x, 1);

  weir_node_set_dtype (node, "destination_type", dtype);
  return run_op (&builder, node, &x, 0);
}

/* Small integers wrap as in OpenVINO and NumPy, large ones saturate. */
static void
test_from_float (void)
{
  const float values[] = { 300, -1, -1.7f, 1.7f, NAN, 1e20f };
  static const struct {
    WeirDtype dtype;
    gint64 expected[6];
  } rows[] = {
    { WEIR_DTYPE_U8, { 44, 255, 255, 1, 0, 255 } },
    { WEIR_DTYPE_I8, { 44, -1, -1, 1, 0, -1 } },
    { WEIR_DTYPE_I32, { 300, -1, -1, 1, 0, G_MAXINT32 } },
    { WEIR_DTYPE_I64, { 300, -1, -1, 1, 0, G_MAXINT64 } },
    { WEIR_DTYPE_BOOL, { 1, 1, 1, 1, 1, 1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (6), values);
    g_autoptr (WeirTensor) y = run (x, rows[i].dtype);

    assert_ints (y, rows[i].expected, 6);
  }
}

static void
test_from_int (void)
{
  const gint64 values[] = { 300, -1, 9007199254740993 };
  g_autoptr (WeirTensor) x = ints (&WEIR_SHAPE (3), values);
  g_autoptr (WeirTensor) bytes = run (x, WEIR_DTYPE_U8);
  g_autoptr (WeirTensor) floats = run (x, WEIR_DTYPE_F32);
  g_autoptr (WeirTensor) same = run (x, WEIR_DTYPE_I64);

  assert_ints (bytes, (gint64[]){ 44, 255, 1 }, 3);
  assert_f32 (floats, (float[]){ 300, -1, 9007199254740992 }, 3);
  assert_equal (same, x);
}

static void
test_like (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32_scalar (2.5f);
  g_autoptr (WeirTensor) like = ints (&WEIR_SHAPE (2), (gint64[]){ 0, 0 });
  WeirTensor *inputs[] = { x, like };
  WeirNode *node = begin_op (&builder, "ConvertLike", inputs, 2);
  g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);

  g_assert_cmpint (weir_tensor_dtype (y), ==, WEIR_DTYPE_I64);
  assert_ints (y, (gint64[]){ 2 }, 1);
}

/* The types that OpenVINO's inference gives for vectors, and with a scalar first. */
static void
test_promote (void)
{
  static const struct {
    WeirDtype a, b, both, with_scalar;
    gboolean safe;
  } rows[] = {
    { WEIR_DTYPE_BOOL, WEIR_DTYPE_U8, WEIR_DTYPE_U8, WEIR_DTYPE_U8, TRUE },
    { WEIR_DTYPE_U8, WEIR_DTYPE_I8, WEIR_DTYPE_I16, WEIR_DTYPE_I8, FALSE },
    { WEIR_DTYPE_U8, WEIR_DTYPE_I32, WEIR_DTYPE_I32, WEIR_DTYPE_I32, TRUE },
    { WEIR_DTYPE_I32, WEIR_DTYPE_U32, WEIR_DTYPE_I64, WEIR_DTYPE_U32, FALSE },
    { WEIR_DTYPE_U64, WEIR_DTYPE_I64, WEIR_DTYPE_F32, WEIR_DTYPE_I64, FALSE },
    { WEIR_DTYPE_I64, WEIR_DTYPE_I32, WEIR_DTYPE_I64, WEIR_DTYPE_I32, TRUE },
    { WEIR_DTYPE_F16, WEIR_DTYPE_BF16, WEIR_DTYPE_F32, WEIR_DTYPE_BF16, FALSE },
    { WEIR_DTYPE_F16, WEIR_DTYPE_I64, WEIR_DTYPE_F16, WEIR_DTYPE_F16, FALSE },
    { WEIR_DTYPE_F32, WEIR_DTYPE_F64, WEIR_DTYPE_F64, WEIR_DTYPE_F64, TRUE },
    { WEIR_DTYPE_F32, WEIR_DTYPE_I8, WEIR_DTYPE_F32, WEIR_DTYPE_F32, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows) * 2; i++) {
    gboolean scalar = i % 2;
    g_autoptr (WeirGraph) graph = weir_graph_new ();
    WeirBuilder builder = WEIR_BUILDER (graph);
    g_autoptr (WeirTensor) a = weir_tensor_new (
        rows[i / 2].a, scalar ? &WEIR_SHAPE_SCALAR : &WEIR_SHAPE (2), NULL);
    g_autoptr (WeirTensor) b = weir_tensor_new (rows[i / 2].b, &WEIR_SHAPE (2), NULL);
    WeirTensor *inputs[] = { a, b };
    WeirNode *node = begin_op (&builder, "ConvertPromoteTypes", inputs, 2);
    g_autoptr (WeirTensor) y = NULL;

    if (!rows[i / 2].safe)
      expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, "no type holds both");
    weir_node_set_bool (node, "promote_unsafe", TRUE);
    weir_node_set_bool (node, "pytorch_scalar_promotion", scalar);
    y = run_op (&builder, node, inputs, 1);
    g_assert_cmpstr (
        weir_dtype_name (weir_tensor_dtype (y)), ==,
        weir_dtype_name (scalar ? rows[i / 2].with_scalar : rows[i / 2].both));
  }
}

static void
test_string (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32_scalar (1);
  WeirNode *node = begin_op (&builder, "Convert", &x, 1);

  weir_node_set_dtype (node, "destination_type", WEIR_DTYPE_STRING);
  expect_infer_error (&builder, node, WEIR_ERROR_UNSUPPORTED,
                      "cannot convert f32 to string");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/convert/from-float", test_from_float);
  g_test_add_func ("/ops/convert/from-int", test_from_int);
  g_test_add_func ("/ops/convert/like", test_like);
  g_test_add_func ("/ops/convert/promote", test_promote);
  g_test_add_func ("/ops/convert/string", test_string);
  return g_test_run ();
}
