#include "base/error.h"
#include "compare.h"
#include "cut-load.h"
#include "ir/evaluate.h"
#include "onnx-text.h"
#include "option-grammar.h"

/* What is cut away need not be convertible: Foo and Bar are no operations. */

static WeirModel *
load (const char *spelling, const char *inputs, const char *outputs, GError **error)
{
  g_autoptr (OnnxText) text = onnx_text_new (spelling);

  g_test_message ("%s", spelling);
  return load_cut (&weir_frontend_onnx, text->bytes, NULL, inputs, outputs, NULL, error);
}

static void
describe_port (GString *text, const char *name, const WeirValueInfo *info)
{
  g_autofree char *shape = weir_shape_to_string (&info->shape);

  g_string_append_printf (text, "%s%s %s%s", text->len > 0 ? "; " : "", name,
                          weir_dtype_name (info->dtype), shape);
}

/* "a f32[1,2]; b … > y …", by names. */
static char *
describe (const WeirGraph *graph)
{
  g_autoptr (GString) inputs = g_string_new (NULL);
  g_autoptr (GString) outputs = g_string_new (NULL);

  for (guint i = 0; i < weir_graph_n_parameters (graph); i++)
    describe_port (inputs, weir_graph_parameter_name (graph, i),
                   &weir_graph_parameter (graph, i)->outputs[0].info);
  for (guint i = 0; i < weir_graph_n_results (graph); i++)
    describe_port (outputs, weir_graph_result_name (graph, i),
                   weir_graph_info (graph, weir_graph_result (graph, i)->inputs[0]));
  return g_strdup_printf ("%s > %s", inputs->str, outputs->str);
}

typedef struct {
  const char *text;
  const char *inputs;
  const char *outputs;
  const char *expected;
} Case;

static void
run_cases (gconstpointer table)
{
  for (const Case *c = table; c->text != NULL; c++) {
    GError *error = NULL;
    g_autoptr (WeirModel) model = load (c->text, c->inputs, c->outputs, &error);
    g_autofree char *found = NULL;

    g_assert_no_error (error);
    found = describe (weir_model_graph (model));
    g_assert_cmpstr (found, ==, c->expected);
  }
}

/* Foo stands at the begin, Bar at the end. */
#define CHAIN \
  "in x f32[1,4] 1; in s f32[4] 1; Foo x > f; Add f,s > a; Relu a > r; Bar r > y; out y"
/* Everything can be converted. */
#define PLAIN                                                                           \
  "in x f32[2,4] 1; in s f32[4] 1; Add x,s > a; const w f32[4,3] 1 2 3 4 5 6 7 8 9 10 " \
  "11 12; MatMul a,w > m; Relu m > r; Exp m > e; out r; out e"

static const Case inputs[] = {
  { CHAIN, "f[1,4],s", "r", "f f32[1,4]; s f32[4] > r f32[1,4]" },
  { CHAIN, "s,f[1,4]", "r", "s f32[4]; f f32[1,4] > r f32[1,4]" },
  { CHAIN, "a[2,4]{f16}", "r", "a f16[2,4] > r f16[2,4]" },
  /* Foo does not tell the shape. */
  { CHAIN, "f,s", "r", "f f32[...]; s f32[4] > r f32[...]" },
  { CHAIN, "0:a[1,4],s", "r", "f f32[1,4]; s f32[4] > r f32[1,4]" },
  { CHAIN, "0:r[1,4]", "r", "a f32[1,4] > r f32[1,4]" },
  { CHAIN, "f[3,4],s->[1 2 3 4]", "r", "f f32[3,4] > r f32[3,4]" },
  /* The shapes come from what is cut away. */
  { PLAIN, "m", NULL, "m f32[2,3] > r f32[2,3]; e f32[2,3]" },
  { PLAIN, "a", "e", "a f32[2,4] > e f32[2,3]" },
  { PLAIN, "a:0", "e", "a f32[2,4] > e f32[2,3]" },
  { PLAIN, "w,a", "e", "w f32[4,3]; a f32[2,4] > e f32[2,3]" },
  { PLAIN, "0:e", "e", "m f32[2,3] > e f32[2,3]" },
  /* Only one of two readers gets the new input, which then has a name of its own. */
  { PLAIN, "0:e,x,s", NULL,
    "e/placeholder_port_0 f32[2,3]; x f32[2,4]; s f32[4] > r f32[2,3]; e f32[2,3]" },
  { PLAIN, "s->[1 2 3 4]", NULL, "x f32[2,4] > r f32[2,3]; e f32[2,3]" },
  /* Dropout hands on what Relu gives, which stays what it is. */
  { "in x f32[2] 1; Relu x > r; Dropout r > i; Add i,r > y; out y", "i,x", NULL,
    "i f32[2]; x f32[2] > y f32[2]" },
  /* A body reads it. */
  { "in c boolean[] 1; in x f32[2] 1; Foo x > v; graph t; Relu v > p; out p; end; graph "
    "e; Abs v > q; out q; end; If c > y then_branch:g=t else_branch:g=e; out y",
    "c,v[2]", NULL, "c boolean[]; v f32[2] > y f32[2]" },
  { NULL },
};

static const Case outputs[] = {
  { PLAIN, NULL, "e", "x f32[2,4]; s f32[4] > e f32[2,3]" },
  { PLAIN, NULL, "e,r", "x f32[2,4]; s f32[4] > e f32[2,3]; r f32[2,3]" },
  { PLAIN, NULL, "0:m", "x f32[2,4]; s f32[4] > a f32[2,4]" },
  { PLAIN, NULL, "a:0", "x f32[2,4]; s f32[4] > a f32[2,4]" },
  { "in x f32[2] 1; in z f32[2] 1; Relu x > a; Foo a,z > y; out y", NULL, "a",
    "x f32[2] > a f32[2]" },
  { "in x f32[4] 1; const n i64[1] 2; Split x > a,b axis:i=0; Foo a > y; Abs b > z; out "
    "y; out z",
    NULL, "a:1", "x f32[4] > b f32[2]" },
  { NULL },
};

/* The numbers of what is left are those of the whole. */
static void
test_values (void)
{
  static const float fed[] = { -1, 2, -3, 4 };
  static const float expected[] = { 0, 4, 0, 8 };
  WeirTensor *fed_tensors[1], *result[1];
  GError *error = NULL;
  g_autoptr (WeirModel) model = load (CHAIN, "f[1,4],s->[1.0,2.0,3.0,4.0]", "r", &error);

  g_assert_no_error (error);
  fed_tensors[0] = weir_tensor_new_copy (WEIR_DTYPE_F32, &WEIR_SHAPE (1, 4), fed, NULL);
  weir_graph_evaluate (weir_model_graph (model), fed_tensors, result, NULL, &error);
  g_assert_no_error (error);
  assert_f32 (result[0], expected, 4);
  weir_tensor_unref (fed_tensors[0]);
  weir_tensor_unref (result[0]);
}

static const Case errors[] = {
  /* p stands in a body only. */
  { "in c boolean[] 1; in x f32[2] 1; graph t; Relu x > o; Abs o > p; out p; end; graph "
    "e; "
    "Abs x > q; out q; end; If c > y then_branch:g=t else_branch:g=e; out y",
    "o,c,x", NULL, "--input: there is no node or tensor 'o'" },
  { CHAIN, "f[1,4]", "r", "input 's' is left out, but node 'a' needs it" },
  { CHAIN, "ff", "r", "--input: there is no node or tensor 'ff'; near it: 'f'" },
  { CHAIN, NULL, "yy", "--output: there is no node or tensor 'yy'; near it: 'y'" },
  { CHAIN, "2:a", "r", "expected one of the 2 ports of node 'a', found port 2" },
  { CHAIN, "a:1", "r", "expected one of the 1 ports of node 'a', found port 1" },
  { CHAIN, NULL, "a:3", "expected one of the 1 ports of node 'a', found port 3" },
  { CHAIN, "f,f,s", "r", "--input: 'f' is named twice" },
  { CHAIN, "f[3,4],s->[1 2 3]", "r", "--input: 's'" },
  /* What is needed still has to be convertible. */
  { CHAIN, NULL, "r", "1 ONNX operations cannot be converted: 'f' (Foo)" },
  { CHAIN, "a[1,4]", NULL, "1 ONNX operations cannot be converted: 'y' (Bar)" },
  { CHAIN, NULL, NULL, "2 ONNX operations cannot be converted" },
  { NULL },
};

static void
test_errors (void)
{
  for (const Case *c = errors; c->text != NULL; c++) {
    GError *error = NULL;
    g_autoptr (WeirModel) model = load (c->text, c->inputs, c->outputs, &error);

    g_assert_null (model);
    assert_says (error, c->expected);
    g_error_free (error);
  }
}

/* A node's own name, where no tensor is called so, means its only input. */
static void
test_plan_names (void)
{
  static const char *const specs[] = { "conv", "0:conv", "conv:0", "1:sum", "sum" };
  static const guint tensors[] = { 0, 0, 2, 2, WEIR_CUT_NONE };
  static const guint nodes[] = { 0, 0, WEIR_CUT_NONE, 1, WEIR_CUT_NONE };

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++) {
    g_autoptr (GPtrArray) list = NULL;
    WeirCut cut = { 0 };
    WeirCutPlan *plan = weir_cut_plan_new (&cut, FALSE);
    g_autoptr (GError) error = NULL;
    guint x = weir_cut_plan_tensor (plan, "x"), w = weir_cut_plan_tensor (plan, "w");
    guint y = weir_cut_plan_tensor (plan, "conv_out"),
          z = weir_cut_plan_tensor (plan, "z");

    g_assert_true (weir_parse_inputs (specs[i], &list, NULL));
    cut.inputs = list;
    weir_cut_plan_add_input (plan, x);
    weir_cut_plan_set_constant (plan, w);
    weir_cut_plan_add_node (plan, "conv", "Conv");
    weir_cut_plan_read (plan, 0, x);
    weir_cut_plan_read (plan, 0, w);
    weir_cut_plan_write (plan, 0, y);
    weir_cut_plan_add_node (plan, "sum", "Add");
    weir_cut_plan_read (plan, 1, x);
    weir_cut_plan_read (plan, 1, y);
    weir_cut_plan_write (plan, 1, z);
    weir_cut_plan_add_output (plan, z);
    weir_cut_plan_solve (plan, &error);
    if (tensors[i] == WEIR_CUT_NONE) {
      g_assert_error (error, WEIR_ERROR, WEIR_ERROR_ARGUMENT);
      assert_says (error, "'sum' (Add) has 2: 0:sum from 'x', 1:sum from 'conv'");
    } else {
      g_assert_cmpuint (weir_cut_plan_input (plan, 0)->tensor, ==, tensors[i]);
      g_assert_cmpuint (weir_cut_plan_input (plan, 0)->node, ==, nodes[i]);
    }
    weir_cut_plan_free (plan);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/frontends/cut/inputs", inputs, run_cases);
  g_test_add_data_func ("/frontends/cut/outputs", outputs, run_cases);
  g_test_add_func ("/frontends/cut/values", test_values);
  g_test_add_func ("/frontends/cut/errors", test_errors);
  g_test_add_func ("/frontends/cut/plan-names", test_plan_names);
  return g_test_run ();
}
