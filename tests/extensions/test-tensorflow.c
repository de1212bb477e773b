#include "base/error.h"
#include "compare.h"
#include "convert-text.h"
#include "frontends/proto/tensorflow.pb-c.h"
#include "frontends/wire.h"
#include "io/io.h"
#include "ir/evaluate.h"
#include "weir-infer.h"

#include <string.h>

/* Sub-graphs that TensorFlow runs, with tensorflow.c in its place: output i of a part is
 * its first input times i + 2. */

#define STUB "libtensorflow-of-tests"

#define FLOATS "attr { key: \"T\" value { type: DT_FLOAT } }"
#define INPUT                                                                            \
  "node { name: \"x\" op: \"Placeholder\" attr { key: \"dtype\" value { type: DT_FLOAT " \
  "} } attr { key: \"shape\" value { shape { dim { size: 3 } } } } }"
#define NODE(name, op, inputs) \
  "node { name: \"" name "\" op: \"" op "\" " inputs " " FLOATS " }"
#define IN(name) "input: \"" name "\" "

static const float values[] = { 1, -2, 0.5 };

typedef struct {
  const char *text;
  const char *option, *value; /* which parts */
  const char *parts;          /* names of the nodes that stand for parts */
  float factor[2];            /* of the outputs */
} Case;

static const Case cases[] = {
  /* An operation that nobody knows. */
  { INPUT NODE ("foo", "Foo", IN ("x")) NODE ("y", "Neg", IN ("foo")),
    "offload_unsupported_operations_to_tf",
    "true",
    "foo",
    { -2 } },
  /* Neighbours are one part; what they both read enters once. */
  { INPUT NODE ("foo", "Foo", IN ("x")) NODE ("bar", "Bar", IN ("foo") IN ("x"))
        NODE ("y", "Neg", IN ("bar")),
    "offload_unsupported_operations_to_tf",
    "true",
    "bar",
    { -2 } },
  /* Something between them: two parts. */
  { INPUT NODE ("foo", "Foo", IN ("x")) NODE ("neg", "Neg", IN ("foo"))
        NODE ("bar", "Bar", IN ("neg") IN ("foo")),
    "offload_unsupported_operations_to_tf",
    "true",
    "foo,bar",
    { -4 } },
  /* What is read by two, and an output of the graph that another node reads. */
  { INPUT NODE ("foo", "Foo", IN ("x")) NODE ("a", "Neg", IN ("foo:1"))
        NODE ("b", "Abs", IN ("foo")),
    "offload_unsupported_operations_to_tf",
    "true",
    "foo",
    { -2, 3 } },
  /* Each node of an operation on its own. */
  { INPUT NODE ("a", "Neg", IN ("x")) NODE ("b", "Neg", IN ("a")),
    "tensorflow_operation_patterns",
    "Neg",
    "a,b",
    { 4 } },
  /* Nodes by names: one part a pattern. */
  { INPUT NODE ("s/a", "Neg", IN ("x")) NODE ("s/b", "Abs", IN ("s/a"))
        NODE ("y", "Neg", IN ("s/b")),
    "tensorflow_subgraph_patterns",
    "s/",
    "s/b",
    { -2 } },
  { INPUT NODE ("a", "Neg", IN ("x")) NODE ("b", "Abs", IN ("a")),
    "tensorflow_subgraph_patterns",
    "a,b",
    "a,b",
    { 4 } },
};

static WeirModel *
convert (const char *text, const char *option, const char *value, GError **error)
{
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autofree char *library = library_path (STUB);

  weir_convert_options_set (options, "extensions", library, NULL);
  weir_convert_options_set (options, option, value, NULL);
  weir_convert_options_set (options, "framework", "tensorflow", NULL);
  return weir_convert_bytes (bytes, "test.pbtxt", NULL, options, NULL, NULL, error);
}

static WeirTensor *
input_values (void)
{
  WeirShape shape = WEIR_SHAPE (3);
  WeirTensor *x = weir_tensor_new (WEIR_DTYPE_F32, &shape, NULL);

  memcpy (weir_tensor_writable (x), values, sizeof values);
  return x;
}

/* (transfer full): the names of the nodes that stand for parts, "a,b". */
static char *
parts_of (WeirModel *model)
{
  WeirGraph *graph = weir_model_graph (model);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    if (weir_node_is (node, "TFCustomSubgraphCall"))
      g_string_append_printf (names, "%s%s", names->len > 0 ? "," : "", node->name);
  }
  return g_string_free (names, FALSE);
}

static void
run_case (const Case *c)
{
  GError *error = NULL;
  g_autoptr (WeirModel) model = convert (c->text, c->option, c->value, &error);
  g_autofree char *parts = NULL;
  WeirTensor *x = input_values (), *outputs[2];
  guint n;

  g_assert_no_error (error);
  parts = parts_of (model);
  g_assert_cmpstr (parts, ==, c->parts);
  n = weir_graph_n_results (weir_model_graph (model));
  g_assert_true (
      weir_graph_evaluate (weir_model_graph (model), &x, outputs, NULL, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++) {
    float expected[3];

    for (guint k = 0; k < 3; k++)
      expected[k] = c->factor[i] * values[k];
    if (i == 1) /* Abs */
      for (guint k = 0; k < 3; k++)
        expected[k] = 3 * ABS (values[k]);
    assert_f32 (outputs[i], expected, 3);
    weir_tensor_unref (outputs[i]);
  }
  weir_tensor_unref (x);
}

static void
test_parts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    run_case (&cases[i]);
}

/* What goes to TensorFlow: constants go along, places and what was left out do not. */
static void
test_bytes (void)
{
  static const char text[] = INPUT
      "node { name: \"c\" op: \"Const\" attr { key: \"value\" value { tensor { dtype: "
      "DT_INT32 tensor_shape { } int_val: 7 } } } attr { key: \"dtype\" value { type: "
      "DT_INT32 } } }"
      "node { name: \"foo\" op: \"Foo\" input: \"x\" input: \"c\" input: \"^gone\" "
      "input: "
      "\"^c\" device: \"/gpu:0\" attr { key: \"_class\" value { s: \"loc:@x\" } } attr { "
      "key: \"kept\" value { i: 5 } } } versions { producer: 21 }";
  GError *error = NULL;
  g_autoptr (WeirModel) model =
      convert (text, "offload_unsupported_operations_to_tf", "true", &error);
  WeirGraph *graph;
  const WeirNode *call = NULL;
  g_autoptr (WeirWire) wire = NULL;
  const WeirTensor *bytes;
  const Tf__GraphDef *part;

  g_assert_no_error (error);
  graph = weir_model_graph (model);
  for (guint i = 0; i < weir_graph_size (graph); i++)
    if (weir_node_is (weir_graph_node (graph, i), "TFCustomSubgraphCall"))
      call = weir_graph_node (graph, i);
  g_assert_cmpstr (weir_node_string (call, "input_names"), ==, "x:0");
  g_assert_cmpstr (weir_node_string (call, "output_names"), ==, "foo:0");
  bytes = weir_graph_info (graph, call->inputs[0])->value;
  wire = weir_wire_read (WEIR_BYTES (weir_tensor_data (bytes), weir_tensor_size (bytes)),
                         &tf__graph_def__descriptor, NULL, &error);
  g_assert_no_error (error);
  part = weir_wire_message (wire);
  g_assert_cmpuint (part->n_node, ==, 2);
  g_assert_cmpstr (part->node[0]->name, ==, "c");
  g_assert_cmpstr (part->node[1]->name, ==, "foo");
  g_assert_cmpuint (part->node[1]->n_input, ==, 3);
  g_assert_cmpstr (part->node[1]->input[2], ==, "^c");
  g_assert_cmpuint (part->node[1]->n_attr, ==, 1);
  g_assert_cmpstr (part->node[1]->attr[0]->key, ==, "kept");
}

static const struct {
  const char *text, *option, *value, *message;
} refused[] = {
  { INPUT NODE ("foo", "Broken", IN ("x")), "offload_unsupported_operations_to_tf",
    "true", "node 'foo' (TFCustomSubgraphCall): TensorFlow: the graph is broken" },
  { INPUT NODE ("foo", "WriteFile", IN ("x")) NODE ("y", "Neg", IN ("foo")),
    "tensorflow_operation_patterns", "WriteFile",
    "operation WriteFile reaches out of the process" },
  { INPUT NODE ("a", "Neg", IN ("x")) NODE ("b", "Abs", IN ("a"))
        NODE ("c", "Neg", IN ("b")),
    "tensorflow_subgraph_patterns", "a|c",
    "expected whole sub-graphs; between two nodes of the one of 'a' lies a node" },
  { INPUT NODE ("a", "Neg", IN ("x")), "tensorflow_subgraph_patterns", "(",
    "--tensorflow_subgraph_patterns: " },
  { INPUT NODE ("a", "Foo", IN ("x")), "tensorflow_operation_patterns", "Bar",
    "'a' (Foo): an unknown operation" },
  { INPUT NODE ("a", "Neg", IN ("x")), "tensorflow_custom_layer_libraries", "mine.so",
    "mine.so: TensorFlow: no library of operations" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    GError *error = NULL;
    g_autoptr (WeirModel) model =
        convert (refused[i].text, refused[i].option, refused[i].value, &error);

    g_assert_null (model);
    assert_says (error, refused[i].message);
    g_error_free (error);
  }
}

static void
test_failing_run (void)
{
  static const char text[] = INPUT NODE ("foo", "Failing", IN ("x"));
  GError *error = NULL;
  g_autoptr (WeirModel) model =
      convert (text, "offload_unsupported_operations_to_tf", "true", &error);
  WeirTensor *x = input_values (), *outputs[1];

  g_assert_no_error (error);
  g_assert_false (
      weir_graph_evaluate (weir_model_graph (model), &x, outputs, NULL, &error));
  assert_says (error, "TensorFlow: the run has failed");
  g_error_free (error);
  weir_tensor_unref (x);
}

/* Without the user's word nothing is loaded, whatever the model wants. */
static void
test_not_asked (void)
{
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  static const char text[] = INPUT NODE ("foo", "Foo", IN ("x"));
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  weir_convert_options_set (options, "framework", "tensorflow", NULL);
  model = weir_convert_bytes (bytes, "test.pbtxt", NULL, options, NULL, NULL, &error);
  g_assert_null (model);
  assert_says (error, "'foo' (Foo): an unknown operation");
  g_clear_error (&error);
  g_assert_null (weir_op_find ("TFCustomSubgraphCall"));

  g_setenv ("WEIR_TENSORFLOW_LIBRARY", "/nowhere/libtensorflow.so", TRUE);
  weir_convert_options_set (options, "offload_unsupported_operations_to_tf", "true",
                            NULL);
  model = weir_convert_bytes (bytes, "test.pbtxt", NULL, options, NULL, NULL, &error);
  g_assert_null (model);
  assert_says (error, "not a library that can be loaded");
  g_error_free (error);
}

static void
test_not_tensorflow (void)
{
  g_autofree char *path = library_path ("libtensorflow-empty");
  GError *error = NULL;

  g_assert_false (weir_convert_load_extensions (path, &error));
  assert_says (error, "expected TensorFlow's C API, found no function TF_Version");
  g_error_free (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extensions/tensorflow/not-asked", test_not_asked);
  g_test_add_func ("/extensions/tensorflow/not-tensorflow", test_not_tensorflow);
  g_test_add_func ("/extensions/tensorflow/parts", test_parts);
  g_test_add_func ("/extensions/tensorflow/bytes", test_bytes);
  g_test_add_func ("/extensions/tensorflow/refused", test_refused);
  g_test_add_func ("/extensions/tensorflow/failing-run", test_failing_run);
  return g_test_run ();
}
