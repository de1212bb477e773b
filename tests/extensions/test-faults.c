#include "base/error.h"
#include "compare.h"
#include "convert-text.h"
#include "ir/evaluate.h"
#include "ir/registry.h"

/* Libraries that are no good: each gets its words, and nothing of it stays. */

static void
expect (GError *error, const char *text)
{
  g_assert_nonnull (error);
  assert_says (error, text);
  g_error_free (error);
}

static const struct {
  const char *name, *message;
} refused[] = {
  { "no-entry", "there is no function weir_extension_register" },
  { "other-abi", "built for version 2 of the extension ABI; this is version 1" },
  { "short", "a structure of 24 bytes; expected at least" },
  { "silent", "weir_extension_register gave 7" },
  { "complains", "no licence" },
  { "twice", "operation 'refused': registered twice" },
  { "own-name", "operation 'Convolution': Weir has one of this name of its own" },
  { "no-name", "name 'two words': expected letters, digits" },
  { "bad-default",
    "operation 'Refused': default of attribute 'size': expected int, found "
    "'many'" },
  { "bad-kernel", "OpenCL kernel: global: 'd0 * rows': there is no 'rows'" },
  { "no-evaluate", "operation 'Refused': there is no evaluate" },
  { "many", "operation 'Refused': 1 to 1000 inputs" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree char *name = g_strconcat ("refused-", refused[i].name, NULL);
    g_autofree char *path = library_path (name);
    g_autofree char *prefix = g_strdup_printf ("extension %s: ", path);
    GError *error = NULL;

    g_assert_false (weir_convert_load_extensions (path, &error));
    g_assert_true (g_str_has_prefix (error->message, prefix));
    expect (error, refused[i].message);
    g_assert_null (weir_op_find ("Refused"));
  }
}

static void
test_taken (void)
{
  g_autofree char *first = library_path ("soft-threshold");
  g_autofree char *second = library_path ("refused-taken");
  g_autofree char *both = g_strconcat (first, ",", second, NULL);
  GError *error = NULL;

  g_assert_false (weir_convert_load_extensions (both, &error));
  expect (error, "soft-threshold.so has brought one of this name");
}

static void
test_no_library (void)
{
  GError *error = NULL;

  g_assert_false (weir_convert_load_extensions ("/nowhere/at-all.so", &error));
  expect (error, "extension /nowhere/at-all.so");
  error = NULL;
  g_assert_false (weir_convert_load_extensions (".", &error));
  expect (error, "extension ");
}

static const struct {
  const char *op, *message;
} conversions[] = {
  { "InferRank",
    "node 'y' (InferRank): output 0: the extension gave a shape of rank 99" },
  { "InferDim", "output 0: the extension gave dimension 1 as -7" },
  { "InferHuge", "too many" },
  { "InferType", "the extension gave output 0 element type 77" },
  { "InferPort", "the extension sets output 5 of 1" },
  { "InferNothing", "the extension's infer has not set output 0" },
  { "InferInput", "the extension asks for input 3 of 1" },
  { "InferAttribute", "the extension asks for attribute 'none'" },
  { "InferFills", "the extension calls output_data in its infer" },
  { "AddsUnknown", "there is no operation 'NoSuchOp'" },
  { "AddsParameter", "an extension cannot add a Parameter" },
  { "AddsGarbage", "adds a Relu with an input 0 that is no value" },
  { "AddsAttribute", "Relu has no attribute 'slope'" },
  { "AddsShort", "a constant of 8 bytes with 4 bytes" },
  { "WantsOutputs", "Relu has 1 outputs, not 3" },
  { "WrongType", "attribute 'word': expected float, found 'no'" },
  { "SetsNothing", "the extension has not set output 0 of 1" },
};

static void
test_conversions (void)
{
  g_autofree char *path = library_path ("faulty");

  for (guint i = 0; i < G_N_ELEMENTS (conversions); i++) {
    g_autofree char *text = g_strdup_printf (
        "in x f32[2] 1 2; faulty.%s x > y word:s=no; out y", conversions[i].op);
    GError *error = NULL;

    g_test_message ("%s", text);
    g_assert_null (convert_text (text, path, &error));
    expect (error, conversions[i].message);
  }
}

static const struct {
  const char *op, *message;
} runs[] = {
  { "EvaluateFails", "node 'y' (EvaluateFails): the moon is full" },
  { "EvaluateSilent", "the extension failed and did not say why" },
  { "EvaluateNothing", "the extension's evaluate has not made output 0" },
  { "EvaluateShape", "output 0: the extension's infer said [2], its evaluate says [3]" },
  { "EvaluateTwice", "the extension asks for output 0 twice" },
  { "EvaluateInfers", "the extension calls set_output_type in its evaluate" },
};

/* Where the input is known, the conversion computes it and fails; else the run does. */
static void
test_runs (void)
{
  g_autofree char *path = library_path ("faulty");
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (2), (float[]){ 1, 2 });

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++) {
    g_autofree char *known = g_strdup_printf (
        "in z f32[2] 1 2; const x f32[2] 1; faulty.%s x > y; Add y,z > w; out w",
        runs[i].op);
    g_autofree char *text =
        g_strdup_printf ("in x f32[2] 1 2; faulty.%s x > y; out y", runs[i].op);
    g_autoptr (WeirModel) model = NULL;
    WeirTensor *y;
    GError *error = NULL;

    g_assert_null (convert_text (known, path, &error));
    expect (error, runs[i].message);
    error = NULL;
    model = convert_text (text, path, &error);
    g_assert_no_error (error);
    g_assert_false (weir_graph_evaluate (weir_model_graph (model), &x, &y, NULL, &error));
    expect (error, runs[i].message);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extension/faults/refused", test_refused);
  g_test_add_func ("/extension/faults/taken", test_taken);
  g_test_add_func ("/extension/faults/no-library", test_no_library);
  g_test_add_func ("/extension/faults/conversions", test_conversions);
  g_test_add_func ("/extension/faults/runs", test_runs);
  return g_test_run ();
}
