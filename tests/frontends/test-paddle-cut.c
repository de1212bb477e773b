#include "base/error.h"
#include "compare.h"
#include "ir/evaluate.h"
#include "paddle-net.h"
#include "tensor-text.h"

/* What is cut away need not be convertible: foo and bar are no operations. */

#define VAR(name)                                                              \
  "vars { name: '" name "' type { type: 7 lod_tensor { tensor { data_type: 5 " \
  "dims: 4 } } } } "
#define IN(parameter, var) "inputs { parameter: '" parameter "' arguments: '" var "' } "
#define OP(type, in, out) \
  "ops { type: '" type "' " in "outputs { parameter: 'Out' arguments: '" out "' } } "

/* x > foo > f; s = f + f; r = relu (s); then p = r + f under the name s; y = bar (p). */
static const char chain[] = "blocks { idx: 0 parent_idx: -1 " VAR ("x") VAR ("f")
    VAR ("s") VAR ("r") VAR ("y") OP ("feed", "", "x") OP ("foo", IN ("X", "x"), "f")
        OP ("elementwise_add", IN ("X", "f") IN ("Y", "f"), "s")
            OP ("relu", IN ("X", "s"), "r") OP ("elementwise_add",
                                                IN ("X", "r") IN ("Y", "f"),
                                                "s") OP ("tanh", IN ("X", "s"), "t")
                OP ("bar", IN ("X", "s"), "y") "ops { type: 'fetch' " IN ("X", "y") "} }";

/* y = relu (x) where c is true, else what stands in y before: abs (x). */
static const char branch[] = "blocks { idx: 0 parent_idx: -1 " VAR ("x") VAR ("a") VAR (
    "y") "vars { name: 'c' type { type: 7 lod_tensor { tensor { data_type: 0 dims: 1 } } "
         "} } " OP ("feed", "", "x") OP ("foo", IN ("X", "x"),
                                         "a") OP ("foo", IN ("X", "x"), "c")
             OP ("abs", IN ("X", "a"), "y") "ops { type: 'conditional_block' " IN ("Cond",
                                                                                   "c")
                 IN ("Input", "a") "outputs { parameter: 'Out' arguments: 'y' } "
                                   "attrs { name: 'sub_block' type: 8 block_idx: 1 } } "
                                   "ops { type: 'fetch' " IN (
                                       "X", "y") "} } "
                                                 "blocks { idx: 1 parent_idx: 0 " OP (
                                                     "relu", IN ("X", "a"), "y") "}";

/* Values worked out by hand; @fed: of the inputs in their order. */
static const struct {
  const char *program, *inputs, *outputs, *fed[2], *names[2], *expected;
} cuts[] = {
  { chain, "f", "r", { "4: -5 0 -4 1" }, { "f" }, "4: 0 0 0 2" },
  { chain, "f", "s@1", { "4: -5 0 -4 1" }, { "f" }, "4: -10 0 -8 2" },
  { chain, "s@1", "r", { "4: -5 0 -4 1" }, { "s@1" }, "4: 0 0 0 1" },
  { chain, "f", "s", { "4: -5 0 -4 1" }, { "f" }, "4: -5 0 -4 3" },
  { chain, "s", "s:0", { "4: -5 0 -4 1" }, { "s" }, "4: -5 0 -4 1" },
  { chain, "r", "r", { "4: -5 0 -4 1" }, { "r" }, "4: -5 0 -4 1" },
  { chain, "0:r[2]", "r", { "2: -3 3" }, { "s@1" }, "2: 0 3" },
  { chain, "0:s@1,1:s@1", "r", { "4: 1 2 3 4", "4: -5 0 -4 1" }, { NULL }, "4: 0 2 0 5" },
  { chain, "f->[1.0,-1.0,2.0,0.0],r", "r", { "4: 1 2 3 4" }, { "r" }, "4: 1 2 3 4" },
  { branch, "a,c->[1]", NULL, { "4: -5 0 -4 1" }, { "a" }, "4: 0 0 0 1" },
  { branch, "a,c->[0]", NULL, { "4: -5 0 -4 1" }, { "a" }, "4: 5 0 4 1" },
};

static void
check (WeirModel *model, guint index)
{
  WeirGraph *graph = weir_model_graph (model);
  guint count = cuts[index].fed[1] != NULL ? 2 : 1;
  g_autoptr (WeirTensor) wanted = tensor_from_text (cuts[index].expected);
  g_autoptr (WeirTensor) out = NULL;
  WeirTensor *in[2] = { NULL };
  GError *error = NULL;

  g_assert_cmpuint (weir_graph_n_parameters (graph), ==, count);
  g_assert_cmpuint (weir_graph_n_results (graph), ==, 1);
  for (guint i = 0; i < count; i++) {
    in[i] = tensor_from_text (cuts[index].fed[i]);
    if (cuts[index].names[i] != NULL)
      g_assert_cmpstr (weir_graph_parameter_name (graph, i), ==, cuts[index].names[i]);
  }
  weir_graph_evaluate (graph, in, &out, NULL, &error);
  g_assert_no_error (error);
  assert_equal (out, wanted);
  for (guint i = 0; i < count; i++)
    weir_tensor_unref (in[i]);
}

static void
test_cuts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    g_autoptr (GBytes) program = paddle_encode (cuts[i].program);
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    g_test_message ("--input %s --output %s", cuts[i].inputs, cuts[i].outputs);
    model = paddle_load_part (program, cuts[i].inputs, cuts[i].outputs, NULL, &error);
    g_assert_no_error (error);
    check (model, i);
  }
}

static void
test_refused (void)
{
  static const struct {
    const char *inputs, *outputs, *text;
  } bad[] = {
    { NULL, NULL, "'f' (foo)" },
    { "f", NULL, "1 PaddlePaddle operations cannot be converted: 'y' (bar)" },
    { NULL, "r", "1 PaddlePaddle operations cannot be converted: 'f' (foo)" },
    { "q", NULL, "'q'" },
    { NULL, "q", "'q'" },
    { "2:s@1", "r", "2 ports of node 's@1'" },
    { "s@1", "t", "input 'x' is left out, but node 'f' needs it" },
  };
  g_autoptr (GBytes) program = paddle_encode (chain);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("--input %s --output %s", bad[i].inputs, bad[i].outputs);
    g_assert_null (
        paddle_load_part (program, bad[i].inputs, bad[i].outputs, NULL, &error));
    assert_says (error, bad[i].text);
  }
}

/* What a failure suggests can be converted. */
static void
test_suggestion (void)
{
  WeirCutHint hint = { .refused = g_hash_table_new (NULL, NULL) };
  g_autoptr (GBytes) program = paddle_encode (branch);
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  g_assert_null (paddle_load_part (program, NULL, NULL, &hint, &error));
  g_clear_error (&error);
  g_assert_cmpuint (hint.total, ==, 4);
  g_assert_cmpuint (hint.nodes, ==, 2);
  g_assert_cmpstr (hint.inputs, ==, "a,c");
  model = paddle_load_part (program, hint.inputs, hint.outputs, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_graph_n_parameters (weir_model_graph (model)), ==, 2);
  weir_cut_hint_forget (&hint);
  g_hash_table_unref (hint.refused);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paddle-cut/cuts", test_cuts);
  g_test_add_func ("/paddle-cut/refused", test_refused);
  g_test_add_func ("/paddle-cut/suggestion", test_suggestion);
  return g_test_run ();
}
