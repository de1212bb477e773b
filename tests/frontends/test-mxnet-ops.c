#include "compare.h"
#include "ir/evaluate.h"
#include "mxnet-files.h"
#include "tensor-text.h"

#include <string.h>

/* Each operation as MXNet 1.9.1 computes it: mxnet-cases.txt, which
 * tests/peers/mxnet-ops.py writes. A case is some lines: "case NAME TOLERANCE", "symbol
 * JSON", "in NAME TENSOR", "weight NAME TYPE TENSOR", "out TENSOR". */

typedef struct {
  const char *name, *symbol;
  double tolerance;
  GPtrArray *in_names, *in, *weight_names, *weights, *out;
} Case;

static void
case_init (Case *c, const char *name, double tolerance)
{
  GDestroyNotify unref = (GDestroyNotify) weir_tensor_unref;

  *c = (Case){ .name = name, .tolerance = tolerance };
  c->in_names = g_ptr_array_new_with_free_func (g_free);
  c->in = g_ptr_array_new_with_free_func (unref);
  c->weight_names = g_ptr_array_new_with_free_func (g_free);
  c->weights = g_ptr_array_new_with_free_func (unref);
  c->out = g_ptr_array_new_with_free_func (unref);
}

static void
case_clear (Case *c)
{
  g_ptr_array_unref (c->in_names);
  g_ptr_array_unref (c->in);
  g_ptr_array_unref (c->weight_names);
  g_ptr_array_unref (c->weights);
  g_ptr_array_unref (c->out);
}

static WeirTensor *
typed (const char *type, const char *text)
{
  g_autoptr (WeirTensor) tensor = tensor_from_text (text);

  return weir_tensor_convert (tensor, weir_dtype_parse (type), NULL);
}

static void
read_line (Case *c, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 4);

  if (strcmp (words[0], "symbol") == 0) {
    c->symbol = line + strlen ("symbol ");
  } else if (strcmp (words[0], "in") == 0) {
    g_ptr_array_add (c->in_names, g_strdup (words[1]));
    g_ptr_array_add (c->in, tensor_from_text (line + strlen ("in ") + strlen (words[1])));
  } else if (strcmp (words[0], "weight") == 0) {
    g_ptr_array_add (c->weight_names, g_strdup (words[1]));
    g_ptr_array_add (c->weights, typed (words[2], words[3]));
  } else {
    g_assert_cmpstr (words[0], ==, "out");
    g_ptr_array_add (c->out, tensor_from_text (line + strlen ("out ")));
  }
}

/* What is fed to parameter @index of @graph. */
static WeirTensor *
feed (const Case *c, const WeirGraph *graph, guint index)
{
  const char *name = weir_graph_parameter (graph, index)->name;

  for (guint i = 0; i < c->in->len; i++)
    if (strcmp (c->in_names->pdata[i], name) == 0)
      return c->in->pdata[i];
  g_error ("%s: the model has an input '%s'", c->name, name);
}

static void
run_case (const Case *c)
{
  g_autoptr (GBytes) params =
      mxnet_params ((const char *const *) c->weight_names->pdata,
                    (WeirTensor *const *) c->weights->pdata, c->weights->len);
  g_autoptr (WeirModel) model = NULL;
  WeirTensor *in[8] = { NULL }, *out[8] = { NULL };
  WeirGraph *graph;
  GError *error = NULL;

  g_test_message ("%s", c->name);
  model = mxnet_load (c->symbol, params, NULL, &error);
  g_assert_no_error (error);
  graph = weir_model_graph (model);
  g_assert_cmpuint (weir_graph_n_results (graph), ==, c->out->len);
  g_assert_cmpuint (weir_graph_n_parameters (graph), <=, G_N_ELEMENTS (in));
  g_assert_cmpuint (c->out->len, <=, G_N_ELEMENTS (out));
  for (guint i = 0; i < weir_graph_n_parameters (graph); i++)
    in[i] = feed (c, graph, i);
  weir_graph_evaluate (graph, in, out, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < c->out->len; i++) {
    g_autoptr (WeirTensor) number = weir_tensor_convert (out[i], WEIR_DTYPE_F32, NULL);

    assert_close (number, c->out->pdata[i], c->tolerance);
    weir_tensor_unref (out[i]);
  }
}

static void
test_cases (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_TEST_DATA"), "frontends",
                                            "mxnet-cases.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint count = 0;
  Case c;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (guint i = 0; lines[i] != NULL;) {
    g_auto (GStrv) words = g_strsplit (lines[i], " ", 3);

    g_assert_cmpstr (words[0], ==, "case");
    case_init (&c, words[2], g_ascii_strtod (words[1], NULL));
    for (i++; lines[i] != NULL && !g_str_has_prefix (lines[i], "case "); i++)
      read_line (&c, lines[i]);
    run_case (&c);
    case_clear (&c);
    count++;
  }
  g_assert_cmpuint (count, >, 150);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mxnet/ops", test_cases);
  return g_test_run ();
}
