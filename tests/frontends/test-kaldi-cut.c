#include "base/error.h"
#include "compare.h"
#include "cut-load.h"
#include "ir/evaluate.h"
#include "tensor-text.h"

#include <string.h>

/* What of a network is converted: Foo and Bar are no components, and of Bar not even the
 * size is known. Expected values are worked out by hand; frames before the first are
 * zero. */

#define RELU(name)        \
  "<ComponentName> " name \
  " <RectifiedLinearComponent> <Dim> 3 </RectifiedLinearComponent> "

/* f is Foo; s has r of the last frame and of this one; b is Bar. */
static const char chain[] =
    "<Nnet3>\n\ninput-node name=input dim=4\n"
    "component-node name=f input=input component=foo\n"
    "component-node name=r input=f component=relu\n"
    "component-node name=s input=Append(Offset(r, -1), r) component=noop\n"
    "component-node name=b input=s component=bar\n"
    "output-node name=output input=b\n\n<NumComponents> 4\n" RELU (
        "relu") "<ComponentName> foo <FooComponent> <OutputDim> 3 </FooComponent> "
                "<ComponentName> noop <NoOpComponent> <Dim> 6 </NoOpComponent> "
                "<ComponentName> bar <BarComponent> <Odd> [ 1 [ </BarComponent> "
                "</Nnet3> ";

/* m reads itself; it looks two frames ahead at l. */
static const char loop[] =
    "<Nnet3>\n\ninput-node name=input dim=3\n"
    "component-node name=l input=input component=relu\n"
    "component-node name=m input=Sum(Offset(l, 2), Offset(m, -1)) component=one\n"
    "component-node name=y input=Sum(m, l) component=relu\n"
    "output-node name=output input=Switch(y, m)\n"
    "output-node name=other input=m\n\n<NumComponents> 2\n" RELU (
        "relu") "<ComponentName> one <FixedAffineComponent> <LinearParams> [ 1 0 0\n 0 1 "
                "0\n 0 0 1 ] <BiasParams> [ 0 0 0 ] </FixedAffineComponent> </Nnet3> ";

/* Newer files say where a component ends; that is all that is known of Foo. */
static const char nnet1[] =
    "<Nnet> <Foo> 3 2 <What> 7 [ 1 2 ] <!EndOfComponent> "
    "<AddShift> 3 3 <LearnRateCoef> 1 [ 1 2 3 ] <!EndOfComponent> "
    "<Splice> 6 3 [ -1 0 ] <!EndOfComponent> <Bar> 1 6 <!EndOfComponent> </Nnet>";

static const char nnet2[] =
    "<Nnet> <NumComponents> 3 <Components> <FooComponent> <Odd> [ 1 [ </FooComponent> "
    "<FixedBiasComponent> <Bias> [ 1 2 ] </FixedBiasComponent> "
    "<BarComponent> </BarComponent> </Components> </Nnet> ";

/* Two frames, and what comes out for them. */
static const struct {
  const char *text, *inputs, *outputs, *ports;
  const char *in[2], *out[2];
} cuts[] = {
  { chain,
    "r",
    "s",
    "f[1,3] > s[1,6]",
    { "1x3: -1 1 2", "1x3: 3 -4 5" },
    { "1x6: 0 0 0 0 1 2", "1x6: 0 1 2 3 0 5" } },
  { chain,
    "f:0",
    "s,r",
    "f[1,3] > s[1,6] r[1,3]",
    { "1x3: -1 1 2", "1x3: 3 -4 5" },
    { "1x6: 0 0 0 0 1 2", "1x6: 0 1 2 3 0 5" } },
  { chain,
    "0:s[1,2]",
    "s",
    "r[1,2] > s[1,4]",
    { "1x2: -1 1", "1x2: 3 -4" },
    { "1x4: 0 0 -1 1", "1x4: -1 1 3 -4" } },
  { chain,
    "b:0[1,2]",
    NULL,
    "b[1,2] > output[1,2]",
    { "1x2: -1 1", "1x2: 3 -4" },
    { "1x2: -1 1", "1x2: 3 -4" } },
  { chain,
    "input",
    "input",
    "input[1,4] > input[1,4]",
    { "1x4: 1 2 3 4", "1x4: 5 6 7 8" },
    { "1x4: 1 2 3 4", "1x4: 5 6 7 8" } },
  /* What is cut away delays nothing. */
  { loop,
    "l:0,m:0->[7.0,7.0,7.0]",
    "y",
    "l[1,3] > y[1,3]",
    { "1x3: -1 1 2", "1x3: 3 -4 5" },
    { "1x3: 6 8 9", "1x3: 10 3 12" } },
  { loop,
    "0:m",
    "m",
    "l[1,3] > m[1,3]",
    { "1x3: 1 1 -1", "1x3: 3 -4 5" },
    { "1x3: 1 1 -1", "1x3: 4 -3 4" } },
  { nnet1,
    "Foo0:0",
    "Splice3",
    "Foo0[1,3] > Splice3[1,6]",
    { "1x3: 0 0 0", "1x3: 1 1 1" },
    { "1x6: 0 0 0 1 2 3", "1x6: 1 2 3 2 3 4" } },
  { nnet1,
    "AddShift2",
    "AddShift2",
    "Foo0[1,3] > AddShift2[1,3]",
    { "1x3: 0 0 0", "1x3: 1 1 1" },
    { "1x3: 1 2 3", "1x3: 2 3 4" } },
  { nnet2,
    "component1[1,2]",
    "component1",
    "component0[1,2] > component1[1,2]",
    { "1x2: 0 0", "1x2: 1 1" },
    { "1x2: 1 2", "1x2: 2 3" } },
};

static WeirModel *
load (const char *text, const char *option, const char *inputs, const char *outputs,
      WeirCutHint *hint, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return load_cut (&weir_frontend_kaldi, bytes, option, inputs, outputs, hint, error);
}

static void
test_cuts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    GError *error = NULL;
    g_autoptr (WeirModel) model =
        load (cuts[i].text, NULL, cuts[i].inputs, cuts[i].outputs, NULL, &error);
    g_autoptr (WeirState) state = weir_state_new ();
    g_autofree char *ports = NULL;

    g_assert_no_error (error);
    ports = cut_ports (model);
    g_assert_cmpstr (ports, ==, cuts[i].ports);
    for (guint k = 0; k < 2; k++) {
      g_autoptr (WeirTensor) in = tensor_from_text (cuts[i].in[k]);
      g_autoptr (WeirTensor) wanted = tensor_from_text (cuts[i].out[k]);
      WeirTensor *out[2] = { NULL };

      weir_graph_evaluate (weir_model_graph (model), &in, out, state, &error);
      g_assert_no_error (error);
      assert_equal (out[0], wanted);
      weir_tensor_unref (out[0]);
      weir_tensor_unref (out[1]);
    }
  }
}

static const struct {
  const char *text, *inputs, *outputs, *says;
} refused[] = {
  { chain, NULL, NULL, "2 Kaldi operations cannot be converted" },
  { chain, NULL, "s", "1 Kaldi operations cannot be converted: 'f' (FooComponent)" },
  { chain, "f:0", NULL, "1 Kaldi operations cannot be converted: 'b' (BarComponent)" },
  { chain, "b:0", NULL,
    "'b': expected a shape of one known number of values a frame, [1,40], found [1,?]" },
  { chain, "f:0[3]", "s", "found [3]" },
  { chain, "1:s", "s", "the 1 ports of node 's'" },
  { chain, "q", NULL, "'q'" },
  { chain, NULL, "q", "'q'" },
  { loop, "l:0", NULL, "'output' (node)" },
  { loop, "l:0", "output", "descriptor: Switch" },
  { loop, "m:0", "y", "input 'input' is left out, but node 'l' needs it" },
  { nnet1, NULL, NULL, "2 Kaldi operations cannot be converted" },
  { nnet2, NULL, NULL, "2 Kaldi operations cannot be converted" },
  { nnet2, "component1", "component1", "found [1,?]" },
  { nnet2, NULL, "input", "node 'input': 0 numbers a frame" },
  { "<Nnet> <Foo> 2 2 <What> 7 <Softmax> 2 2 </Nnet>", "Foo0:0", NULL,
    "component 'Foo0' (Foo) is unknown, and the file does not say where it ends" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (load (refused[i].text, NULL, refused[i].inputs, refused[i].outputs,
                         NULL, &error));
    assert_says (error, refused[i].says);
  }
}

/* Frames that are kept come in behind the inputs that were named. */
static void
test_memory (void)
{
  GError *error = NULL;
  g_autoptr (WeirModel) model = load (chain, "remove_memory", "f:0", "s", NULL, &error);
  g_autofree char *ports = NULL;

  g_assert_no_error (error);
  ports = cut_ports (model);
  g_assert_cmpstr (ports, ==, "f[1,3] r/read[1,3] > s[1,6] r[1,3]");
}

/* What a failure suggests can be converted. */
static void
test_suggestion (void)
{
  WeirCutHint hint = { .refused = g_hash_table_new (NULL, NULL) };
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  g_assert_null (load (chain, NULL, NULL, NULL, &hint, &error));
  g_clear_error (&error);
  g_assert_cmpuint (hint.total, ==, 5);
  g_assert_cmpuint (hint.nodes, ==, 2);
  g_assert_cmpstr (hint.inputs, ==, "f:0");
  g_assert_cmpstr (hint.outputs, ==, "s:0");
  model = load (chain, NULL, hint.inputs, hint.outputs, NULL, &error);
  g_assert_no_error (error);
  weir_cut_hint_forget (&hint);
  g_hash_table_unref (hint.refused);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kaldi-cut/cuts", test_cuts);
  g_test_add_func ("/kaldi-cut/refused", test_refused);
  g_test_add_func ("/kaldi-cut/memory", test_memory);
  g_test_add_func ("/kaldi-cut/suggestion", test_suggestion);
  return g_test_run ();
}
