#include "tflite-run.h"

#include "base/error.h"
#include "ir/evaluate.h"

#include <string.h>

static WeirModel *
load (GBytes *file, GError **error)
{
  g_autoptr (WeirSource) source = weir_source_new (file, "test.tflite");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);

  return weir_frontend_tflite.load (&(WeirFrontendInput){ .source = source }, unsupported,
                                    error);
}

WeirModel *
tflite_load_good (GBytes *file)
{
  GError *error = NULL;
  WeirModel *model = load (file, &error);

  g_assert_no_error (error);
  return model;
}

void
tflite_load_bad (GBytes *file, int code, const char *text)
{
  GError *error = NULL;

  g_assert_null (load (file, &error));
  g_assert_error (error, WEIR_ERROR, code);
  if (strstr (error->message, text) == NULL ||
      !g_str_has_prefix (error->message, "test")) {
    g_test_message ("'%s' is not in '%s'", text, error->message);
    g_test_fail ();
  }
  g_error_free (error);
}

static WeirTensor *
evaluate (WeirModel *model, WeirTensor *const *inputs, WeirState *state)
{
  WeirGraph *graph = weir_model_graph (model);
  guint n = weir_graph_n_results (graph);
  g_autofree WeirTensor **outputs = g_new0 (WeirTensor *, n);
  GError *error = NULL;

  weir_graph_evaluate (graph, inputs, outputs, state, &error);
  g_assert_no_error (error);
  for (guint i = 1; i < n; i++)
    weir_tensor_unref (outputs[i]);
  return outputs[0];
}

WeirTensor *
tflite_run (GBytes *file, WeirTensor *const *inputs)
{
  g_autoptr (WeirModel) model = tflite_load_good (file);
  g_autoptr (WeirState) state = weir_state_new ();

  g_bytes_unref (file);
  return evaluate (model, inputs, state);
}

void
tflite_run_twice (GBytes *file, WeirTensor *const *inputs, WeirTensor **first,
                  WeirTensor **second)
{
  g_autoptr (WeirModel) model = tflite_load_good (file);
  g_autoptr (WeirState) state = weir_state_new ();

  g_bytes_unref (file);
  *first = evaluate (model, inputs, state);
  *second = evaluate (model, inputs, state);
}
