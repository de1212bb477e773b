#include "base/error.h"
#include "compare.h"
#include "frontends/caffe-net.h"
#include "ir/evaluate.h"
#include "offload/offload.h"
#include "tensor-text.h"

#include <string.h>

/* Parts that a process runs: what it computes, and all that it may do wrong. */

/* Lets adapter.py run parts of @framework. */
static const WeirOffloadRunner *
runner_for (const char *framework)
{
  g_autofree char *adapter =
      g_build_filename (g_getenv ("WEIR_OFFLOAD_TESTS"), "adapter.py", NULL);
  g_autofree char *list = g_strdup_printf ("%s=python3 '%s'", framework, adapter);
  GError *error = NULL;

  g_assert_true (weir_offload_load (list, &error));
  g_assert_no_error (error);
  return weir_offload_find (framework);
}

static WeirTensor *
part_of (const char *text)
{
  const WeirShape shape = WEIR_SHAPE ((gint64) strlen (text));
  WeirTensor *part = weir_tensor_new (WEIR_DTYPE_U8, &shape, NULL);

  memcpy (weir_tensor_writable (part), text, strlen (text));
  return part;
}

static gboolean
run (const WeirOffloadRunner *runner, WeirTensor *part, const char *in, WeirTensor **out,
     GError **error)
{
  WeirTensor *x = tensor_from_text (in);
  gboolean good = runner->run (runner->data, part, &x, 1, out, 1, error);

  weir_tensor_unref (x);
  return good;
}

static void
check_run (const WeirOffloadRunner *runner, WeirTensor *part, const char *in,
           const char *out)
{
  g_autoptr (WeirTensor) wanted = tensor_from_text (out);
  WeirTensor *found = NULL;
  GError *error = NULL;

  run (runner, part, in, &found, &error);
  g_assert_no_error (error);
  assert_equal (found, wanted);
  weir_tensor_unref (found);
}

/* Several parts in turn, tensors that grow, none at all. */
static void
test_run (void)
{
  const WeirOffloadRunner *runner = runner_for ("plain");
  g_autoptr (WeirTensor) twice = part_of ("scale 2");
  g_autoptr (WeirTensor) thrice = part_of ("scale 3");
  g_autoptr (GString) large = g_string_new ("1000: 1");
  g_autoptr (GString) larger = g_string_new ("1000: 3");

  check_run (runner, twice, "2x2: 1 2 3 4", "2x2: 2 4 6 8");
  check_run (runner, thrice, "3: 1 2 3", "3: 3 6 9");
  check_run (runner, thrice, large->str, larger->str);
  check_run (runner, twice, "1: 7", "1: 14");
  for (guint i = 0; i < 300; i++) {
    g_autoptr (WeirTensor) part = part_of ("scale 4");

    check_run (runner, part, "1: 2", "1: 8");
  }
  check_run (runner, twice, "1: 5", "1: 10");
}

static const struct {
  const char *fault, *text;
} faults[] = {
  { "die", "the process has ended without an answer" },
  { "garbage", "the answer: " },
  { "long", "the answer is too long" },
  { "refuse", "I will not" },
  { "count", "expected 1 outputs, found 0" },
  { "type", "output 0: there is no element type 'f33'" },
  { "open", "output 0: type or shape is left open" },
  { "rank", "more than 8 dimensions" },
  { "negative", "output 0: " },
  { "huge", "elements" },
};

/* Each is an error, and so is the next try: a process that has ended is started again. */
static void
test_faults (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++) {
    const WeirOffloadRunner *runner = runner_for ("plain");
    g_autoptr (WeirTensor) part = part_of (faults[i].fault);

    for (guint again = 0; again < 2; again++) {
      g_autoptr (GError) error = NULL;
      WeirTensor *out = NULL;

      g_test_message ("%s", faults[i].fault);
      g_assert_false (run (runner, part, "1: 1", &out, &error));
      assert_says (error, faults[i].text);
      g_clear_pointer (&out, weir_tensor_unref);
    }
  }
}

static const struct {
  const char *list, *text;
} lists[] = {
  { "onnx", "expected FRAMEWORK=RUNNER, found 'onnx'" },
  { "=python3", "expected FRAMEWORK=RUNNER" },
  { "mxnet=./libmxnet.so", "only 'onnx' is run by a library" },
  { "onnx=./no-such-library.so", "not a library that can be loaded" },
  { "quote=python3 'x", "--offload: " },
  { "plain=other", "'plain' is run by 'python3" },
};

static void
test_lists (void)
{
  runner_for ("plain");
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (weir_offload_load (lists[i].list, &error));
    assert_says (error, lists[i].text);
  }
}

static void
test_no_command (void)
{
  g_autoptr (WeirTensor) part = part_of ("scale 2");
  g_autoptr (GError) error = NULL;
  WeirTensor *out = NULL;

  g_assert_true (weir_offload_load ("nothing=/no/such/program", NULL));
  g_assert_false (run (weir_offload_find ("nothing"), part, "1: 1", &out, &error));
  assert_says (error, "/no/such/program");
}

#define NET                                                                             \
  "input: 'x' input_shape { dim: 1 dim: 2 } "                                           \
  "layer { name: 'a' type: 'AbsVal' bottom: 'x' top: 'a' } "                            \
  "layer { name: 's' type: 'Shrink' bottom: 'a' top: 's' shrink_param { factor: 3 } } " \
  "layer { name: 'y' type: 'Power' bottom: 's' top: 'y' power_param { shift: 1 } }"

/* A layer that Weir lacks, by the process: |x| * 3 + 1. */
static void
test_caffe (void)
{
  const char *const options[] = { "offload", "caffe=", NULL };
  g_autoptr (GBytes) weights = caffe_weights (NULL, FALSE);
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  caffe_refuse (NET, NULL, WEIR_ERROR_UNSUPPORTED, "'s' (Shrink): an unknown type");
  runner_for ("caffe");
  caffe_refuse (NET, NULL, WEIR_ERROR_UNSUPPORTED, "'s' (Shrink): an unknown type");
  model = caffe_load_with (NET, weights, options, NULL, NULL, &error);
  g_assert_no_error (error);
  caffe_check (model, "1x2: -1 2", "1x2: 4 7");
}

/* Passes under its own type, with the shape that the process tells. */
static void
test_custom (void)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "map.xml", NULL);
  const char *const options[] = { "k", path, "offload", "caffe=", NULL };
  g_autoptr (GBytes) weights = caffe_weights (NULL, FALSE);
  g_autoptr (WeirTensor) x = tensor_from_text ("1x2: -1 2");
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (GError) evaluated = NULL;
  const WeirGraph *graph;
  WeirTensor *y = NULL;
  GError *error = NULL;
  guint found = 0;

  g_assert_true (
      g_file_set_contents (path,
                           "<m><CustomLayer NativeType='Shrink' hasParam='true' "
                           "protoParamName='shrink_param'/></m>",
                           -1, NULL));
  model = caffe_load_with (NET, weights, options, NULL, NULL, &error);
  g_assert_no_error (error);
  graph = weir_model_graph (model);
  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    if (node == NULL || !weir_node_is (node, "Shrink"))
      continue;
    g_assert_cmpstr (weir_node_string (node, "factor"), ==, "3");
    assert_shape (&node->outputs[0].info.shape, "[1,2]");
    found++;
  }
  g_assert_cmpuint (found, ==, 1);
  weir_graph_evaluate (graph, &x, &y, NULL, &evaluated);
  assert_says (evaluated, "--extensions has to name a library");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offload/process/run", test_run);
  g_test_add_func ("/offload/process/faults", test_faults);
  g_test_add_func ("/offload/process/lists", test_lists);
  g_test_add_func ("/offload/process/no-command", test_no_command);
  g_test_add_func ("/offload/process/caffe", test_caffe);
  g_test_add_func ("/offload/process/custom", test_custom);
  return g_test_run ();
}
