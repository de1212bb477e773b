#include "passes.h"

#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"
#include "ir/infer.h"
#include "ir/verify.h"

WeirGraph *
run_pass_only (const WeirGraph *graph, WeirPass pass, const WeirPassOptions *options)
{
  WeirModel *model = weir_model_new (weir_graph_copy (graph), "model", "test");
  WeirPassOptions none = { 0 };
  GError *error = NULL;
  WeirGraph *result;

  pass (model, options != NULL ? options : &none, &error);
  g_assert_no_error (error);
  result = weir_graph_copy (weir_model_graph (model));
  weir_model_unref (model);
  weir_graph_verify (result, &error);
  g_assert_no_error (error);
  weir_graph_infer (result, &error);
  g_assert_no_error (error);
  return result;
}

static void
assert_same_interface (const WeirGraph *a, const WeirGraph *b)
{
  g_assert_cmpuint (weir_graph_n_parameters (a), ==, weir_graph_n_parameters (b));
  g_assert_cmpuint (weir_graph_n_results (a), ==, weir_graph_n_results (b));
  for (guint i = 0; i < weir_graph_n_parameters (a); i++)
    g_assert_cmpstr (weir_graph_parameter_name (a, i), ==,
                     weir_graph_parameter_name (b, i));
  for (guint i = 0; i < weir_graph_n_results (a); i++)
    g_assert_cmpstr (weir_graph_result_name (a, i), ==, weir_graph_result_name (b, i));
}

static WeirTensor *
random_input (const WeirNode *parameter, guint32 seed)
{
  WeirShape shape = parameter->outputs[0].info.shape;
  g_autoptr (WeirTensor) values = NULL;

  if (shape.rank < 0)
    shape = WEIR_SHAPE (2);
  for (int i = 0; i < shape.rank; i++)
    if (shape.dims[i] < 0)
      shape.dims[i] = 2;
  values = random_f32 (&shape, seed);
  if (!weir_dtype_is_float (weir_node_dtype (parameter, "element_type")))
    for (gsize i = 0; i < weir_tensor_count (values); i++)
      ((float *) weir_tensor_writable (values))[i] = (float) ((i * 7 + seed) % 5);
  return weir_tensor_convert (values, weir_node_dtype (parameter, "element_type"), NULL);
}

void
assert_equivalent (const WeirGraph *before, const WeirGraph *after, double tolerance)
{
  guint n = weir_graph_n_parameters (before), m = weir_graph_n_results (before);
  g_autoptr (GPtrArray) inputs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_tensor_unref);
  g_autofree WeirTensor **a = g_new0 (WeirTensor *, m + 1);
  g_autofree WeirTensor **b = g_new0 (WeirTensor *, m + 1);
  GError *error = NULL;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (inputs, random_input (weir_graph_parameter (before, i), i + 1));
  weir_graph_evaluate (before, (WeirTensor **) inputs->pdata, a, NULL, &error);
  g_assert_no_error (error);
  weir_graph_evaluate (after, (WeirTensor **) inputs->pdata, b, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < m; i++) {
    assert_close (b[i], a[i], tolerance);
    weir_tensor_unref (a[i]);
    weir_tensor_unref (b[i]);
  }
}

WeirGraph *
run_pass (const WeirGraph *graph, WeirPass pass, const WeirPassOptions *options)
{
  WeirGraph *after = run_pass_only (graph, pass, options);

  assert_same_interface (graph, after);
  assert_equivalent (graph, after, 1e-5);
  return after;
}

void
expect_pass_error (const WeirGraph *graph, WeirPass pass, const WeirPassOptions *options,
                   int code, const char *text)
{
  g_autoptr (WeirModel) model = weir_model_new (weir_graph_copy (graph), "model", "test");
  GError *error = NULL;

  g_assert_false (pass (model, options, &error));
  g_assert_error (error, WEIR_ERROR, code);
  assert_says (error, text);
  g_error_free (error);
}

guint
count_op (const WeirGraph *graph, const char *op)
{
  guint n = 0;

  for (guint i = 0; i < weir_graph_size (graph); i++)
    n += weir_node_is (weir_graph_node (graph, i), op);
  return n;
}

WeirNode *
only_op (const WeirGraph *graph, const char *op)
{
  g_assert_cmpuint (count_op (graph, op), ==, 1);
  for (guint i = 0; i < weir_graph_size (graph); i++)
    if (weir_node_is (weir_graph_node (graph, i), op))
      return weir_graph_node (graph, i);
  return NULL;
}

static void
fill_body (WeirBody *body, WeirGraph *graph, guint n_inputs)
{
  weir_graph_free (body->graph);
  body->graph = graph;
  for (guint i = 0; i < n_inputs; i++) {
    WeirPortMap map = { .external = i + 1, .internal = i, .axis = -1 };
    g_array_append_val (body->inputs, map);
  }
  for (guint i = 0; i < weir_graph_n_results (graph); i++) {
    WeirPortMap map = { .external = i, .internal = i, .axis = -1 };
    g_array_append_val (body->outputs, map);
  }
}

WeirGraph *
wrap_in_if (WeirGraph *graph)
{
  guint n = weir_graph_n_parameters (graph), m = weir_graph_n_results (graph);
  g_autofree WeirPort *inputs = g_new0 (WeirPort, n + 1);
  WeirGraph *outer = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (outer);
  WeirNode *node;

  inputs[0] =
      weir_build_parameter (&builder, "condition", WEIR_DTYPE_BOOL, &WEIR_SHAPE_SCALAR);
  for (guint i = 0; i < n; i++) {
    const WeirNode *parameter = weir_graph_parameter (graph, i);

    inputs[i + 1] = weir_build_parameter (&builder, parameter->name,
                                          weir_node_dtype (parameter, "element_type"),
                                          &parameter->outputs[0].info.shape);
  }
  node = weir_build_begin_outputs (&builder, "If", "if", inputs, n + 1, m);
  g_assert_no_error (builder.error);
  fill_body (weir_edit_add_body (node), weir_graph_copy (graph), n);
  fill_body (weir_edit_add_body (node), graph, n);
  weir_build_end (&builder, node);
  for (guint i = 0; i < m; i++) {
    g_autofree char *name = g_strdup_printf ("output%u", i);
    weir_build_result (&builder, name, WEIR_PORT (node, i));
  }
  g_assert_no_error (builder.error);
  return outer;
}
