#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"
#include "ir/infer.h"

static void
map (GArray *maps, gint64 external, guint internal)
{
  WeirPortMap row = { .external = external, .internal = internal, .axis = -1 };

  g_array_append_val (maps, row);
}

/* |x| or x + x, each of its own input. */
static WeirNode *
begin_if (WeirBuilder *builder, WeirPort condition, const WeirShape *then_shape,
          const WeirShape *else_shape)
{
  WeirPort x = weir_build_parameter (builder, "x", WEIR_DTYPE_F32, then_shape);
  WeirPort y = weir_build_parameter (builder, "y", WEIR_DTYPE_F32, else_shape);
  WeirNode *node =
      weir_build_begin_outputs (builder, "If", "if", WEIR_INPUTS (condition, x, y), 1);

  for (guint i = 0; i < 2; i++) {
    WeirBody *body = weir_edit_add_body (node);
    WeirBuilder in = WEIR_BUILDER (body->graph);
    WeirPort p = weir_build_parameter (&in, "p", WEIR_DTYPE_F32, &WEIR_SHAPE_UNKNOWN);

    weir_build_result (&in, "r",
                       i == 0 ? weir_build1 (&in, "Abs", "abs", p)
                              : weir_build2 (&in, "Add", "add", p, p));
    map (body->inputs, i + 1, 0);
    map (body->outputs, 0, 0);
  }
  return node;
}

static void
test_branches (void)
{
  const float values[] = { -3, 5 }, absolute[] = { 3, 5 }, twice[] = { -6, 10 };

  for (guint i = 0; i < 2; i++) {
    g_autoptr (WeirGraph) graph = weir_graph_new ();
    WeirBuilder builder = WEIR_BUILDER (graph);
    WeirPort condition =
        weir_build_parameter (&builder, "c", WEIR_DTYPE_BOOL, &WEIR_SHAPE_SCALAR);
    WeirNode *node = begin_if (&builder, condition, &WEIR_SHAPE (2), &WEIR_SHAPE (2));
    g_autoptr (WeirTensor) choice = weir_tensor_new_scalar (WEIR_DTYPE_BOOL, i);
    g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (2), values);
    WeirTensor *inputs[] = { choice, x, x };
    g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);

    assert_shape (&node->outputs[0].info.shape, "[2]");
    assert_f32 (y, i == 1 ? absolute : twice, 2);
  }
}

/* What both branches agree on is known; all of one branch where the choice is. */
static void
test_shapes (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort later = weir_build_parameter (&builder, "c", WEIR_DTYPE_BOOL, &WEIR_SHAPE (1));
  WeirPort no =
      weir_build_constant (&builder, "no", weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 0));
  WeirNode *joined = begin_if (&builder, later, &WEIR_SHAPE (2, 3), &WEIR_SHAPE (2, 4));
  WeirNode *ranks = begin_if (&builder, later, &WEIR_SHAPE (2, 3), &WEIR_SHAPE (2));
  WeirNode *chosen = begin_if (&builder, no, &WEIR_SHAPE (2, 3), &WEIR_SHAPE (2, 4));

  weir_build_end (&builder, joined);
  weir_build_end (&builder, ranks);
  weir_build_end (&builder, chosen);
  g_assert_no_error (builder.error);
  assert_shape (&joined->outputs[0].info.shape, "[2,?]");
  assert_shape (&ranks->outputs[0].info.shape, "[...]");
  assert_shape (&chosen->outputs[0].info.shape, "[2,4]");
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort condition =
      weir_build_parameter (&builder, "c", WEIR_DTYPE_BOOL, &WEIR_SHAPE_SCALAR);
  WeirNode *node = begin_if (&builder, condition, &WEIR_SHAPE (2), &WEIR_SHAPE (2));
  WeirPort two = weir_build_i64 (&builder, "two", (gint64[]){ 1, 1 }, 2);
  WeirPort other = weir_build_parameter (&builder, "z", WEIR_DTYPE_I32, &WEIR_SHAPE (2));

  weir_edit_set_input (graph, node, 2, other);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "output 0 is f32 in one branch and i32 in the other");
  weir_edit_set_input (graph, node, 0, two);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "expected one element as the condition, found 2");
  g_array_set_size (node->bodies[0].outputs, 0);
  weir_edit_set_input (graph, node, 0, condition);
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT,
                      "no result is mapped to output 0");
}

/* @levels times an If in an If. */
static WeirNode *
nest (WeirBuilder *builder, guint levels)
{
  WeirPort c = weir_build_parameter (builder, "c", WEIR_DTYPE_BOOL, &WEIR_SHAPE_SCALAR);
  WeirNode *node = weir_build_begin_outputs (builder, "If", "if", &c, 1, 1);
  WeirNode *outer = node;

  for (guint level = 0; level < levels; level++) {
    WeirNode *inner = NULL;

    for (guint i = 0; i < 2; i++) {
      WeirBody *body = weir_edit_add_body (node);
      WeirBuilder in = WEIR_BUILDER (body->graph);
      WeirPort p = weir_build_parameter (&in, "p", WEIR_DTYPE_BOOL, &WEIR_SHAPE_SCALAR);

      map (body->inputs, 0, 0);
      map (body->outputs, 0, 0);
      if (i == 0 && level + 1 < levels) {
        inner = weir_build_begin_outputs (&in, "If", "if", &p, 1, 1);
        p = WEIR_PORT (inner, 0);
      }
      weir_build_result (&in, "r", p);
      g_clear_error (&in.error);
    }
    node = inner;
  }
  return outer;
}

static void
test_depth (void)
{
  g_autoptr (WeirGraph) shallow = weir_graph_new ();
  g_autoptr (WeirGraph) deep = weir_graph_new ();
  WeirBuilder good = WEIR_BUILDER (shallow), bad = WEIR_BUILDER (deep);

  weir_build_end (&good, nest (&good, WEIR_MAX_BODY_DEPTH));
  g_assert_no_error (good.error);
  expect_infer_error (&bad, nest (&bad, WEIR_MAX_BODY_DEPTH + 1), WEIR_ERROR_LIMIT,
                      "bodies are nested deeper than 32");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/if/branches", test_branches);
  g_test_add_func ("/ops/if/shapes", test_shapes);
  g_test_add_func ("/ops/if/errors", test_errors);
  g_test_add_func ("/ops/if/depth", test_depth);
  return g_test_run ();
}
