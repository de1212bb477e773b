#include "base/error.h"
#include "compare.h"
#include "frontends/frontend.h"
#include "ir/evaluate.h"
#include "tensor-text.h"

#include <string.h>

/* Networks in Kaldi's text form. Expected values are worked out by hand; frames before
 * the first are zero. */

typedef struct {
  const char *text, *in, *out;
} Case;

static const Case nnet1[] = {
  { "<Nnet> <AffineTransform> 2 3 <LearnRateCoef> 1 <BiasLearnRateCoef> 1 <MaxNorm> 0 "
    "[ 1 2 3\n 4 5 6 ] [ 0.5 -0.5 ] </Nnet>",
    "1x3: 1 1 1", "1x2: 6.5 14.5" },
  { "<Nnet> <LinearTransform> 1 2 <LearnRateCoef> 1 [ 1 10 ] </Nnet>", "1x2: 2 3",
    "1x1: 32" },
  { "<Nnet> <AddShift> 2 2 <LearnRateCoef> 1 [ 1 -2 ] "
    "<Rescale> 2 2 <LearnRateCoef> 1 [ 2 3 ] <RectifiedLinear> 2 2 </Nnet>",
    "1x2: 1 1", "1x2: 4 0" },
  { "<Nnet> <Splice> 4 2 [ -1 0 ] </Nnet>", "1x2: 5 6", "1x4: 0 0 5 6" },
  { "<Nnet> <Softmax> 2 2 </Nnet>", "1x2: 3 3", "1x2: 0.5 0.5" },
  { "<Nnet> <Sigmoid> 2 2 <Dropout> 2 2 </Nnet>", "1x2: 0 0", "1x2: 0.5 0.5" },
  { NULL },
};

/* A network of one input and one output, its component "c", and @output's descriptor. */
#define NNET3(dim, component, output)                               \
  "<Nnet3>\n\ninput-node name=input dim=" #dim "\n"                 \
  "component-node name=c input=input component=c\n"                 \
  "output-node name=output input=" output "\n\n<NumComponents> 1\n" \
  "<ComponentName> c " component "</Nnet3> "

static const Case nnet3[] = {
  { NNET3 (2,
           "<NaturalGradientAffineComponent> <LinearParams> [ 1 2\n 3 4 ] "
           "<BiasParams> [ 1 -1 ] </NaturalGradientAffineComponent>\n",
           "c"),
    "1x2: 1 1", "1x2: 4 6" },
  { NNET3 (2, "<FixedScaleComponent> <Scales> [ 2 3 ] </FixedScaleComponent>\n",
           "Sum(c, input)"),
    "1x2: 1 1", "1x2: 3 4" },
  { NNET3 (2, "<FixedBiasComponent> <Bias> [ 2 3 ] </FixedBiasComponent>\n",
           "Scale(0.5, c)"),
    "1x2: 2 3", "1x2: 2 3" },
  { NNET3 (1, "<RectifiedLinearComponent> <Dim> 1 </RectifiedLinearComponent>\n",
           "Append(c, Offset(input, -1), input)"),
    "1x1: -2", "1x3: 0 0 -2" },
  { NNET3 (2, "<LogSoftmaxComponent> <Dim> 2 </LogSoftmaxComponent>\n", "c"), "1x2: 7 7",
    "1x2: -0.693147181" },
  { NULL },
};

static WeirModel *
load (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (WeirSource) source = weir_source_new (bytes, "test.nnet");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);

  return weir_frontend_kaldi.load (&(WeirFrontendInput){ .source = source }, unsupported,
                                   error);
}

static void
run_cases (gconstpointer table)
{
  for (const Case *c = table; c->text != NULL; c++) {
    g_autoptr (WeirTensor) in = tensor_from_text (c->in);
    g_autoptr (WeirTensor) wanted = tensor_from_text (c->out);
    g_autoptr (WeirState) state = weir_state_new ();
    g_autoptr (WeirTensor) out = NULL;
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    g_test_message ("%s", c->text);
    model = load (c->text, &error);
    g_assert_no_error (error);
    weir_graph_evaluate (weir_model_graph (model), &in, &out, state, &error);
    g_assert_no_error (error);
    assert_close (out, wanted, 1e-6);
  }
}

/** Frame: one of several that a network is given in turn. */
typedef struct {
  const char *in, *out;
} Frame;

static void
run_frames (const char *text, const Frame *frames, guint count)
{
  g_autoptr (WeirModel) model = load (text, NULL);
  g_autoptr (WeirState) state = weir_state_new ();

  for (guint i = 0; i < count; i++) {
    g_autoptr (WeirTensor) in = tensor_from_text (frames[i].in);
    g_autoptr (WeirTensor) wanted = tensor_from_text (frames[i].out);
    g_autoptr (WeirTensor) out = NULL;
    GError *error = NULL;

    weir_graph_evaluate (weir_model_graph (model), &in, &out, state, &error);
    g_assert_no_error (error);
    assert_close (out, wanted, 1e-6);
  }
}

/* The second frame sees the first. */
static void
test_frames (void)
{
  static const Frame frames[] = { { "1x2: 1 2", "1x4: 0 0 1 2" },
                                  { "1x2: 3 4", "1x4: 1 2 3 4" },
                                  { "1x2: 5 6", "1x4: 3 4 5 6" } };

  run_frames (nnet1[3].text, frames, G_N_ELEMENTS (frames));
}

/* tanh (2 x), then tanh (2 x + 2 y) with the output y before. */
static void
test_recurrent (void)
{
  static const Frame frames[] = { { "1x1: 0.25", "1x1: 0.462117157" },
                                  { "1x1: 0.5", "1x1: 0.958264778" },
                                  { "1x1: 0.25", "1x1: 0.984201536" } };

  run_frames ("<Nnet> <RecurrentComponent> 1 1 <GradClip> 0 <DiffClip> 1 <LearnRateCoef> "
              "1 <BiasLearnRateCoef> 1 [ 2 ] [ 2 ] [ 0 ] </Nnet>",
              frames, G_N_ELEMENTS (frames));
}

/* One of two networks side by side looks back, the other must not. */
static void
test_parallel (void)
{
  static const Frame frames[] = { { "1x2: 1 2", "1x3: 0 1 2" },
                                  { "1x2: 3 4", "1x3: 1 3 4" } };

  run_frames ("<Nnet> <ParallelComponent> 3 2 <NestedNnetCount> 2 <NestedNnet> 1 <Nnet> "
              "<Splice> 2 1 [ -1 0 ] </Nnet> <NestedNnet> 2 <Nnet> <Splice> 1 1 [ 0 ] "
              "</Nnet> </ParallelComponent> </Nnet>",
              frames, G_N_ELEMENTS (frames));
}

static const struct {
  const char *text;
  int code;
  const char *message;
} refused[] = {
  { "<Nnet>", WEIR_ERROR_FORMAT, "test.nnet: " },
  { "<Net> </Net>", WEIR_ERROR_FORMAT, "expected <Nnet> or <Nnet3> [W0403]" },
  { "<Nnet> </Nnet>", WEIR_ERROR_FORMAT, "no components" },
  { "<Nnet> word", WEIR_ERROR_FORMAT, "expected a component, found 'word'" },
  { "<Nnet> <Softmax> 2", WEIR_ERROR_FORMAT, "test.nnet: " },
  { "<Nnet> <Softmax> 2 -2 </Nnet>", WEIR_ERROR_FORMAT, "-2 inputs" },
  { "<Nnet> <Maxout> 2 2 </Nnet>", WEIR_ERROR_UNSUPPORTED, "Maxout" },
  { "<Nnet> <ParallelComponent> 1 1 <NestedNnetCount> 1 <NestedNnet> 1 <Nnet> </Nnet>",
    WEIR_ERROR_FORMAT, "no components" },
  { "<Nnet> <ParallelComponent> 2 1 <NestedNnetCount> 1 <NestedNnet> 1 <Nnet> <Tanh> 1 1 "
    "</Nnet> </ParallelComponent> </Nnet>",
    WEIR_ERROR_FORMAT,
    "component 'ParallelComponent0': expected 1 inputs and 2 outputs, its networks have "
    "1 "
    "and 1" },
#define NEST "<ParallelComponent> 1 1 <NestedNnetCount> 1 <NestedNnet> 1 <Nnet> "
  { "<Nnet> " NEST NEST NEST NEST NEST, WEIR_ERROR_LIMIT,
    "at most 4 within each other are taken" },
  { "<Nnet> <BlockSoftmax> 3 3 [ 2 2 ] </Nnet>", WEIR_ERROR_FORMAT,
    "block 1 of 2 numbers" },
  { "<Nnet> <MaxPooling2DComponent> 4 8 <FmapXLen> 3 <FmapYLen> 2 </Nnet>",
    WEIR_ERROR_FORMAT, "MaxPooling2DComponent0" },
  { "<Nnet> <AffineTransform> 2 3 [ 1 2 3\n 4 5 ] [ 1 2 ] </Nnet>", WEIR_ERROR_FORMAT,
    "AffineTransform0" },
  { NNET3 (2, "<RectifiedLinearComponent> <Dim> 2 </RectifiedLinearComponent>\n",
           "missing"),
    WEIR_ERROR_FORMAT, "missing" },
  { NNET3 (2, "<RectifiedLinearComponent> <Dim> 2 </RectifiedLinearComponent>\n",
           "Sum(c, "),
    WEIR_ERROR_FORMAT, "test.nnet: " },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    model = load (refused[i].text, &error);
    g_assert_null (model);
    g_assert_error (error, WEIR_ERROR, refused[i].code);
    assert_says (error, refused[i].message);
    g_error_free (error);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/kaldi/nnet1", nnet1, run_cases);
  g_test_add_data_func ("/kaldi/nnet3", nnet3, run_cases);
  g_test_add_func ("/kaldi/frames", test_frames);
  g_test_add_func ("/kaldi/parallel", test_parallel);
  g_test_add_func ("/kaldi/recurrent", test_recurrent);
  g_test_add_func ("/kaldi/refused", test_refused);
  return g_test_run ();
}
