#include "cases.h"
#include "compare.h"
#include "frontends/frontend.h"
#include "ir/evaluate.h"

#include <string.h>

/* The cases of tensorflow-cases.txt, which TensorFlow has computed: graphs as text, what
 * is fed to them, and what comes out. */

#define MOST      8
#define TOLERANCE 1e-4

typedef struct {
  const char *name, *graph;
  WeirTensor *inputs[MOST], *outputs[MOST];
  guint n_inputs, n_outputs;
} Case;

static WeirModel *
load (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (WeirSource) source = weir_source_new (bytes, "test.pbtxt");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirFrontendInput input = { .source = source };

  return weir_frontend_tensorflow.load (&input, unsupported, error);
}

/* Some outputs have another type than TensorFlow's: i64 for i32. */
static void
check_output (WeirTensor *found, WeirTensor *expected)
{
  g_autoptr (GError) error = NULL;
  WeirTensor *same = weir_tensor_convert (found, weir_tensor_dtype (expected), &error);

  g_assert_no_error (error);
  assert_close (same, expected, TOLERANCE);
  weir_tensor_unref (same);
}

static void
run_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (WeirModel) model = NULL;
  WeirTensor *outputs[MOST] = { NULL };
  GError *error = NULL;

  model = load (c->graph, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_graph_n_results (weir_model_graph (model)), ==, c->n_outputs);
  weir_graph_evaluate (weir_model_graph (model), c->inputs, outputs, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < c->n_outputs; i++) {
    check_output (outputs[i], c->outputs[i]);
    weir_tensor_unref (outputs[i]);
  }
}

static void
case_free (gpointer data)
{
  Case *c = data;

  for (guint i = 0; i < c->n_inputs; i++)
    weir_tensor_unref (c->inputs[i]);
  for (guint i = 0; i < c->n_outputs; i++)
    weir_tensor_unref (c->outputs[i]);
  g_free (c);
}

static void
add_line (GPtrArray *cases, const char *line)
{
  Case *c = cases->len > 0 ? cases->pdata[cases->len - 1] : NULL;

  if (g_str_has_prefix (line, "case ")) {
    c = g_new0 (Case, 1);
    c->name = line + strlen ("case ");
    g_ptr_array_add (cases, c);
  } else if (g_str_has_prefix (line, "graph ")) {
    c->graph = line + strlen ("graph ");
  } else if (g_str_has_prefix (line, "in ")) {
    g_assert_cmpuint (c->n_inputs, <, MOST);
    c->inputs[c->n_inputs++] = case_tensor (line + strlen ("in "));
  } else if (g_str_has_prefix (line, "out ")) {
    g_assert_cmpuint (c->n_outputs, <, MOST);
    c->outputs[c->n_outputs++] = case_tensor (line + strlen ("out "));
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) cases = g_ptr_array_new_with_free_func (case_free);
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_TEST_DATA"), "frontends",
                                            "tensorflow-cases.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    add_line (cases, lines[i]);
  for (guint i = 0; i < cases->len; i++) {
    const Case *c = cases->pdata[i];
    g_autofree char *title = g_strconcat ("/tensorflow/cases/", c->name, NULL);

    g_test_add_data_func (title, c, run_case);
  }
  return g_test_run ();
}
