#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"
#include "passes.h"
#include "passes/layout-text.h"
#include "passes/list.h"

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassOptions, weir_pass_options_clear)

static WeirGraph *
make (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 2, 3, 4));
  WeirPort y = weir_build1 (&b, "Abs", "y", x);

  weir_edit_add_tensor_name (graph, y, "y:0");
  weir_build_result (&b, "y", y);
  g_assert_no_error (b.error);
  return graph;
}

static void
add_layout (WeirPassOptions *options, const char *name, const char *source,
            const char *target)
{
  WeirLayoutSpec *spec = g_new0 (WeirLayoutSpec, 1);

  spec->name = g_strdup (name);
  spec->source = g_strdup (source);
  spec->target = g_strdup (target);
  if (options->layouts == NULL)
    options->layouts = g_ptr_array_new ();
  g_ptr_array_add (options->layouts, spec);
}

static void
test_note (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) graph = make ();
  g_autoptr (WeirGraph) after = NULL;

  add_layout (&options, NULL, "nhwc", NULL);
  after = run_pass (graph, weir_pass_layout, &options);
  g_assert_cmpuint (count_op (after, "Transpose"), ==, 0);
  g_assert_cmpstr (weir_graph_find (after, "x")->outputs[0].layout, ==, "[N,H,W,C]");
}

/* Both rims in the other layout: the same network on moved data. */
static void
test_moves (void)
{
  g_auto (WeirPassOptions) options = { 0 };
  g_autoptr (WeirGraph) graph = make ();
  g_autoptr (WeirGraph) after = NULL;
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 4, 2, 3));
  g_autoptr (WeirTensor) y = NULL;

  add_layout (&options, "x", "nhwc", "nchw");
  add_layout (&options, "y", "nhwc", "nchw");
  after = run_pass_only (graph, weir_pass_layout, &options);
  g_assert_cmpuint (count_op (after, "Transpose"), ==, 2);
  assert_shape (&weir_graph_parameter (after, 0)->outputs[0].info.shape, "[?,4,2,3]");
  g_assert_cmpstr (weir_graph_result_name (after, 0), ==, "y:0");
  g_assert_cmpstr (weir_graph_parameter (after, 0)->outputs[0].layout, ==, "[N,C,H,W]");
  weir_graph_evaluate (after, &x, &y, NULL, NULL);
  assert_equal (y, x);
}

static void
test_wrong (void)
{
  g_auto (WeirPassOptions) rank = { 0 };
  g_auto (WeirPassOptions) letters = { 0 };
  g_auto (WeirPassOptions) name = { 0 };
  g_autoptr (WeirGraph) graph = make ();

  add_layout (&rank, "x", "nhc", NULL);
  expect_pass_error (graph, weir_pass_layout, &rank, WEIR_ERROR_ARGUMENT,
                     "layout 'nhc': expected 4 dimensions, found 3");
  add_layout (&letters, "x", "nhwc", "nchd");
  expect_pass_error (graph, weir_pass_layout, &letters, WEIR_ERROR_ARGUMENT,
                     "layouts [N,H,W,C] and [N,C,H,D]: expected the same letters");
  add_layout (&name, "z", "nhwc", NULL);
  expect_pass_error (graph, weir_pass_layout, &name, WEIR_ERROR_ARGUMENT,
                     "--layout: there is no node or tensor 'z'");
}

static void
expect_text (const char *text, int rank, const char *printed)
{
  WeirPassLayout layout;
  g_autofree char *found = NULL;

  g_assert_true (weir_pass_layout_parse (text, rank, &layout, NULL));
  found = weir_pass_layout_print (&layout);
  g_assert_cmpstr (found, ==, printed);
}

static void
test_text (void)
{
  WeirPassLayout layout, other;
  gint64 order[WEIR_MAX_RANK];

  expect_text ("nhwc", 4, "[N,H,W,C]");
  expect_text ("[n, c]", 2, "[N,C]");
  expect_text ("N...C", 5, "[N,...,C]");
  expect_text ("[n,c,...]", 2, "[N,C]");
  expect_text ("n?c", -1, "[N,?,C]");
  g_assert_false (weir_pass_layout_parse ("nn", 2, &layout, NULL));
  g_assert_false (weir_pass_layout_parse ("n...c...", 4, &layout, NULL));
  g_assert_false (weir_pass_layout_parse ("nc...", 1, &layout, NULL));
  g_assert_false (weir_pass_layout_parse ("n*c", 2, &layout, NULL));
  g_assert_false (weir_pass_layout_parse ("abcdefghi", -1, &layout, NULL));
  weir_pass_layout_parse ("n...c", 4, &layout, NULL);
  weir_pass_layout_parse ("nc...", 4, &other, NULL);
  g_assert_true (weir_pass_layout_order (&layout, &other, order, NULL));
  g_assert_cmpmem (order, 4 * sizeof *order, ((gint64[]){ 0, 3, 1, 2 }),
                   4 * sizeof *order);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/layout/note", test_note);
  g_test_add_func ("/passes/layout/moves", test_moves);
  g_test_add_func ("/passes/layout/wrong", test_wrong);
  g_test_add_func ("/passes/layout/text", test_text);
  return g_test_run ();
}
