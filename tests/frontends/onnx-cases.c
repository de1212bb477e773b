#include "onnx-cases.h"

#include "base/error.h"
#include "compare.h"
#include "frontends/frontend.h"
#include "ir/evaluate.h"

static WeirModel *
load (const OnnxText *text, GError **error)
{
  g_autoptr (WeirSource) source = weir_source_new (text->bytes, "test.onnx");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirFrontendInput input = { .source = source };

  return weir_frontend_onnx.load (&input, unsupported, error);
}

static void
check_names (const WeirGraph *graph, const OnnxText *text)
{
  g_assert_cmpuint (weir_graph_n_parameters (graph), ==, text->inputs->len);
  g_assert_cmpuint (weir_graph_n_results (graph), ==, text->outputs->len);
  for (guint i = 0; i < text->inputs->len; i++)
    g_assert_cmpstr (weir_graph_parameter_name (graph, i), ==,
                     ((OnnxTextValue *) text->inputs->pdata[i])->name);
  for (guint i = 0; i < text->outputs->len; i++)
    g_assert_cmpstr (weir_graph_result_name (graph, i), ==,
                     ((OnnxTextValue *) text->outputs->pdata[i])->name);
}

static void
run_case (const char *spelling)
{
  g_autoptr (OnnxText) text = onnx_text_new (spelling);
  g_autoptr (WeirModel) model = NULL;
  WeirTensor *inputs[16], *outputs[16];
  GError *error = NULL;

  g_test_message ("%s", spelling);
  model = load (text, &error);
  g_assert_no_error (error);
  check_names (weir_model_graph (model), text);
  for (guint i = 0; i < text->inputs->len; i++)
    inputs[i] = ((OnnxTextValue *) text->inputs->pdata[i])->value;
  weir_graph_evaluate (weir_model_graph (model), inputs, outputs, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < text->outputs->len; i++) {
    const OnnxTextValue *expected = text->outputs->pdata[i];

    if (expected->value != NULL &&
        weir_dtype_is_float (weir_tensor_dtype (expected->value)))
      assert_close (outputs[i], expected->value, 1e-5);
    else if (expected->value != NULL)
      assert_equal (outputs[i], expected->value);
    weir_tensor_unref (outputs[i]);
  }
}

void
run_onnx_cases (gconstpointer table)
{
  for (const char *const *text = table; *text != NULL; text++)
    run_case (*text);
}

void
run_onnx_bad_cases (gconstpointer table)
{
  for (const OnnxBadCase *bad = table; bad->text != NULL; bad++) {
    g_autoptr (OnnxText) text = onnx_text_new (bad->text);
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    g_test_message ("%s", bad->text);
    model = load (text, &error);
    g_assert_error (error, WEIR_ERROR, bad->code);
    assert_says (error, bad->message);
    g_error_free (error);
  }
}
