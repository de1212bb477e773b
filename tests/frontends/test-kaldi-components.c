#include "base/error.h"
#include "compare.h"
#include "frontends/frontend.h"
#include "ir/evaluate.h"
#include "tensor-text.h"

#include <string.h>

/* Components, matrices and options of Kaldi. Expected values are worked out by hand;
 * frames before the first are zero. */

typedef struct {
  const char *text, *in, *out;
} Case;

/* A network of one component "c". */
#define NNET3(dim, component)                       \
  "<Nnet3>\n\ninput-node name=input dim=" #dim "\n" \
  "component-node name=c input=input component=c\n" \
  "output-node name=output input=c\n\n"             \
  "<NumComponents> 1\n<ComponentName> c " component " \n</Nnet3> "

static const Case nnet3[] = {
  { NNET3 (4, "<PnormComponent> <InputDim> 4 <OutputDim> 2 <P> 2 </PnormComponent>"),
    "1x4: 3 4 6 8", "1x2: 5 10" },
  { NNET3 (4, "<PnormComponent> <InputDim> 4 <OutputDim> 2 <P> 1 </PnormComponent>"),
    "1x4: 3 -4 6 8", "1x2: 7 14" },
  { NNET3 (2, "<PnormComponent> <InputDim> 2 <OutputDim> 1 <P> 3 </PnormComponent>"),
    "1x2: -1 2", "1x1: 2.08008382" },
  { NNET3 (2, "<NormalizeComponent> <InputDim> 2 <TargetRms> 1 <AddLogStddev> T "
              "</NormalizeComponent>"),
    "1x2: 3 4", "1x3: 0.84852814 1.13137085 1.26286432" },
  { NNET3 (4, "<NormalizeComponent> <InputDim> 4 <BlockDim> 2 <TargetRms> 2 "
              "<AddLogStddev> F </NormalizeComponent>"),
    "1x4: 3 3 0 5", "1x4: 2 2 0 2.82842712" },
  { NNET3 (3, "<SumGroupComponent> <Sizes> [ 1 2 ] </SumGroupComponent>"), "1x3: 1 2 3",
    "1x2: 1 5" },
  { NNET3 (4, "<SumBlockComponent> <InputDim> 4 <OutputDim> 2 <Scale> 2 "
              "</SumBlockComponent>"),
    "1x4: 1 2 3 4", "1x2: 8 12" },
  { NNET3 (4, "<ElementwiseProductComponent> <InputDim> 4 <OutputDim> 2 "
              "</ElementwiseProductComponent>"),
    "1x4: 2 3 4 5", "1x2: 8 15" },
  { NNET3 (4, "<MaxoutComponent> <InputDim> 4 <OutputDim> 2 </MaxoutComponent>"),
    "1x4: 2 3 4 1", "1x2: 3 4" },
  { NNET3 (3, "<PermuteComponent> <ColumnMap> [ 2 0 1 ] </PermuteComponent>"),
    "1x3: 5 6 7", "1x3: 7 5 6" },
  { NNET3 (3, "<PermuteComponent> <Reorder> [ 2 0 1 ] </PermuteComponent>"), "1x3: 5 6 7",
    "1x3: 6 7 5" },
  { NNET3 (2, "<DctComponent> <Dim> 2 <DctDim> 2 <Reorder> F <DctKeepDim> 1 "
              "</DctComponent>"),
    "1x2: 1 3", "1x1: 2.82842712" },
  { NNET3 (4, "<DctComponent> <Dim> 4 <DctDim> 2 <Reorder> T <DctKeepDim> 1 "
              "</DctComponent>"),
    "1x4: 1 2 3 4", "1x2: 2.82842712 4.24264069" },
  { NNET3 (4, "<BlockAffineComponent> <NumBlocks> 2 <LinearParams> [ 1 2\n 3 4 ] "
              "<BiasParams> [ 0 1 ] </BlockAffineComponent>"),
    "1x4: 1 1 10 10", "1x2: 3 71" },
  { NNET3 (4, "<RepeatedAffineComponent> <NumRepeats> 2 <LinearParams> [ 1 2 ] "
              "<BiasParams> [ 1 ] </RepeatedAffineComponent>"),
    "1x4: 1 1 10 10", "1x2: 4 31" },
  { NNET3 (4, "<ScaleAndOffsetComponent> <Dim> 4 <Scales> [ 2 3 ] <Offsets> [ 0 1 ] "
              "</ScaleAndOffsetComponent>"),
    "1x4: 1 1 2 2", "1x4: 2 4 4 7" },
  { NNET3 (2, "<PerElementOffsetComponent> <Offsets> [ 2 3 ] "
              "</PerElementOffsetComponent>"),
    "1x2: 1 1", "1x2: 3 4" },
  { NNET3 (2, "<BackpropTruncationComponent> <Dim> 2 <Scale> 0.5 "
              "</BackpropTruncationComponent>"),
    "1x2: 4 6", "1x2: 2 3" },
  { NNET3 (2, "<PowerComponent> <Power> 2 </PowerComponent>"), "1x2: 4 6", "1x2: 16 36" },
  { NNET3 (2, "<SoftHingeComponent> <Dim> 2 </SoftHingeComponent>"), "1x2: 0 40",
    "1x2: 0.693147181 40" },
  { NNET3 (2, "<ConstantFunctionComponent> <InputDim> 2 <Output> [ 7 8 9 ] "
              "</ConstantFunctionComponent>"),
    "1x2: 1 1", "1x3: 7 8 9" },
  { NNET3 (2, "<DropoutMaskComponent> <OutputDim> 3 </DropoutMaskComponent>"), "1x2: 5 5",
    "1x3: 1" },
  { NNET3 (1, "<TdnnComponent> <TimeOffsets> [ -1 0 ] <LinearParams> [ 5 7 ] "
              "<BiasParams> [ ] <RankInOut> 20 80 </TdnnComponent>"),
    "1x1: 3", "1x1: 21" },
  { NNET3 (4, "<GruNonlinearityComponent> <CellDim> 1 <RecurrentDim> 1 <w_h> [ 1 ] "
              "</GruNonlinearityComponent>"),
    "1x4: 0.5 1 -4 4", "1x2: 0 2" },
  { NNET3 (3, "<OutputGruNonlinearityComponent> <CellDim> 1 <w_h> [ 1 ] "
              "</OutputGruNonlinearityComponent>"),
    "1x3: 0.25 -4 4", "1x2: 0 1" },
  { NNET3 (5, "<RestrictedAttentionComponent> <NumHeads> 1 <KeyDim> 1 <ValueDim> 1 "
              "<NumLeftInputs> 1 <NumRightInputs> 0 <TimeStride> 1 <OutputContext> T "
              "<KeyScale> 1 </RestrictedAttentionComponent>"),
    "1x5: 0 6 1 2 2", "1x3: 3 0.5 0.5" },
  { NNET3 (1, "<StatisticsExtractionComponent> <InputDim> 1 <InputPeriod> 1 "
              "<OutputPeriod> 1 <IncludeVarinance> T </StatisticsExtractionComponent>"),
    "1x1: 3", "1x3: 1 3 9" },
  { NNET3 (3, "<StatisticsPoolingComponent> <InputDim> 3 <InputPeriod> 1 <LeftContext> 1 "
              "<RightContext> 0 <NumLogCountFeatures> 1 <OutputStddevs> T "
              "<VarianceFloor> 0.01 </StatisticsPoolingComponent>"),
    "1x3: 2 6 26", "1x3: 0.693147181 3 2" },
  { NNET3 (2, "<TimeHeightConvolutionComponent> <Model> <ConvolutionModel> "
              "<NumFiltersIn> 1 <NumFiltersOut> 1 <HeightIn> 2 <HeightOut> 2 "
              "<HeightSubsampleOut> 1 <Offsets> [ 0,0 0,1 ] <RequiredTimeOffsets> [ 0 ] "
              "</ConvolutionModel> <LinearParams> [ 1 10 ] <BiasParams> [ 0.5 ] "
              "</TimeHeightConvolutionComponent>"),
    "1x2: 2 3", "1x2: 32.5 3.5" },
  { NNET3 (3, "<ConvolutionComponent> <InputXDim> 3 <InputYDim> 1 <InputZDim> 1 "
              "<FiltXDim> 2 <FiltYDim> 1 <FiltXStep> 1 <FiltYStep> 1 "
              "<InputVectorization> 1 <FilterParams> [ 1 10 ] <BiasParams> [ 0 ] "
              "</ConvolutionComponent>"),
    "1x3: 1 2 3", "1x2: 21 32" },
  { NNET3 (4, "<MaxpoolingComponent> <InputXDim> 4 <InputYDim> 1 <InputZDim> 1 "
              "<PoolXSize> 2 <PoolYSize> 1 <PoolZSize> 1 <PoolXStep> 2 <PoolYStep> 1 "
              "<PoolZStep> 1 </MaxpoolingComponent>"),
    "1x4: 1 5 2 3", "1x2: 5 3" },
  { NULL },
};

static const Case nnet1[] = {
  { "<Nnet> <BlockSoftmax> 3 3 [ 2 1 ] </Nnet>", "1x3: 5 5 9", "1x3: 0.5 0.5 1" },
  { "<Nnet> <ParallelComponent> 2 3 <NestedNnetCount> 2 <NestedNnet> 1 <Nnet> "
    "<LinearTransform> 1 2 <LearnRateCoef> 1 [ 1 10 ] </Nnet> <NestedNnet> 2 <Nnet> "
    "<Rescale> 1 1 <LearnRateCoef> 1 [ 3 ] <Splice> 1 1 [ 0 ] </Nnet> "
    "</ParallelComponent> <AddShift> 2 2 <LearnRateCoef> 1 [ 1 1 ] </Nnet>",
    "1x3: 2 3 4", "1x2: 33 13" },
  { "<Nnet> <Softmax> 2 2 <Rescale> 2 2 <LearnRateCoef> 1 [ 2 4 ] <ParallelComponent> 2 "
    "2 <NestedNnetCount> 1 <NestedNnet> 1 <Nnet> <ParallelComponent> 2 2 "
    "<NestedNnetCount> 2 <NestedNnet> 1 <Nnet> <Copy> 1 1 [ 1 ] </Nnet> <NestedNnet> 2 "
    "<Nnet> <Copy> 1 1 [ 1 ] </Nnet> </ParallelComponent> <Copy> 2 2 [ 2 1 ] </Nnet> "
    "</ParallelComponent> </Nnet>",
    "1x2: 7 7", "1x2: 2 1" },
  { "<Nnet> <MaxPooling2DComponent> 4 8 <FmapXLen> 2 <FmapYLen> 2 <PoolXLen> 2 "
    "<PoolYLen> 1 <PoolXStep> 1 <PoolYStep> 1 </Nnet>",
    "1x8: 1 2 3 4 5 0 2 9", "1x4: 5 2 3 9" },
  { "<Nnet> <AveragePooling2DComponent> 4 8 <FmapXLen> 2 <FmapYLen> 2 <PoolXLen> 2 "
    "<PoolYLen> 1 <PoolXStep> 1 <PoolYStep> 1 </Nnet>",
    "1x8: 1 2 3 4 5 0 2 9", "1x4: 3 1 2.5 6.5" },
  { "<Nnet> <Convolutional2DComponent> 2 4 <LearnRateCoef> 1 <BiasLearnRateCoef> 1 "
    "<FmapXLen> 1 <FmapYLen> 2 <FiltXLen> 1 <FiltYLen> 1 <FiltXStep> 1 <FiltYStep> 1 "
    "<ConnectFmap> 1 <Filters> [ 1 10 ] <Bias> [ 0.5 ] </Nnet>",
    "1x4: 1 2 3 4", "1x2: 21.5 43.5" },
  { "<Nnet> <Convolutional2DComponent> 2 4 <LearnRateCoef> 1 <BiasLearnRateCoef> 1 "
    "<FmapXLen> 1 <FmapYLen> 2 <FiltXLen> 1 <FiltYLen> 1 <FiltXStep> 1 <FiltYStep> 1 "
    "<ConnectFmap> 0 <Filters> [ 1 10 ] <Bias> [ 0.5 ] </Nnet>",
    "1x4: 1 2 3 4", "1x2: 31.5 42.5" },
  { "<Nnet> <Copy> 3 2 [ 2 1 1 ] </Nnet>", "1x2: 5 6", "1x3: 6 5 5" },
  { "<Nnet> <ParametricRelu> 2 2 <AlphaLearnRateCoef> 1 [ 2 2 ] [ 3 3 ] </Nnet>",
    "1x2: 5 -6", "1x2: 10 -18" },
  { "<Nnet> <LengthNorm> 2 2 </Nnet>", "1x2: 3 4", "1x2: 0.6 0.8" },
  { "<Nnet> <ConvolutionalComponent> 2 3 <PatchDim> 2 <PatchStep> 1 <PatchStride> 3 "
    "<Filters> [ 1 10 ] <Bias> [ 1 ] <MaxPoolingComponent> 1 2 <PoolSize> 2 <PoolStep> 1 "
    "<PoolStride> 1 </Nnet>",
    "1x3: 1 2 3", "1x1: 33" },
  { "<Nnet> <AveragePoolingComponent> 1 2 <PoolSize> 2 <PoolStep> 1 <PoolStride> 1 "
    "</Nnet>",
    "1x2: 4 6", "1x1: 5" },
  { NULL },
};

#define NNET2(count, components)                                        \
  "<TransitionModel> <Topology> </Topology> </TransitionModel> <Nnet> " \
  "<NumComponents> " count " <Components> " components " </Components> </Nnet> [ 1 3 ] "

static const Case nnet2[] = {
  { NNET2 ("2", "<SpliceComponent> <InputDim> 2 <LeftContext> 1 <RightContext> 0 "
                "<ConstComponentDim> 1 </SpliceComponent> "
                "<AffineComponentPreconditionedOnline> <LearningRate> 0.1 "
                "<LinearParams> [ 1 2 3\n 4 5 6 ] <BiasParams> [ 1 -1 ] <RankIn> 20 "
                "<Alpha> 4 </AffineComponentPreconditionedOnline>"),
    "1x2: 1 10", "1x2: 33 64" },
  { NNET2 ("1", "<SpliceMaxComponent> <InputDim> 2 <Context> [ -1 0 ] "
                "</SpliceMaxComponent>"),
    "1x2: -1 10", "1x2: 0 10" },
  { NNET2 ("1", "<FixedLinearComponent> <CuMatrix> [ 1 2\n 3 4 ] "
                "</FixedLinearComponent>"),
    "1x2: 1 10", "1x2: 21 43" },
  { NULL },
};

static WeirModel *
load_bytes (gconstpointer data, gsize size, GHashTable *options, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (WeirSource) source = weir_source_new (bytes, "test.nnet");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirFrontendInput input = { .source = source, .options = options };

  return weir_frontend_kaldi.load (&input, unsupported, error);
}

static WeirModel *
load (const char *text, const char *option, const char *value, GError **error)
{
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);

  if (option != NULL)
    g_hash_table_insert (options, (gpointer) option, (gpointer) value);
  return load_bytes (text, strlen (text), options, error);
}

static void
check_frame (WeirModel *model, WeirState *state, const char *in, const char *out)
{
  g_autoptr (WeirTensor) frame = tensor_from_text (in);
  g_autoptr (WeirTensor) wanted = tensor_from_text (out);
  g_autoptr (WeirTensor) found = NULL;
  GError *error = NULL;

  weir_graph_evaluate (weir_model_graph (model), &frame, &found, state, &error);
  g_assert_no_error (error);
  assert_close (found, wanted, 1e-6);
}

static void
run_cases (gconstpointer table)
{
  for (const Case *c = table; c->text != NULL; c++) {
    g_autoptr (WeirState) state = weir_state_new ();
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    g_test_message ("%s", c->text);
    model = load (c->text, NULL, NULL, &error);
    g_assert_no_error (error);
    check_frame (model, state, c->in, c->out);
  }
}

/* Gates that are open, so that the cell grows by 1 a frame, up to where it is clipped;
 * the output is half of its tanh. */
static void
test_lstm_projected (void)
{
  static const char text[] =
      "<Nnet> <LstmProjected> 1 1 <CellDim> 1 <LearnRateCoef> 1 <CellClip> 1.5 "
      "[ 0\n 0\n 0\n 0 ] [ 0\n 0\n 0\n 0 ] [ 40 40 40 40 ] [ 0 ] [ 0 ] [ 0 ] [ 0.5 ] "
      "</Nnet>";
  g_autoptr (WeirState) state = weir_state_new ();
  GError *error = NULL;
  g_autoptr (WeirModel) model = load (text, NULL, NULL, &error);

  g_assert_no_error (error);
  check_frame (model, state, "1x1: 9", "1x1: 0.380797078");
  check_frame (model, state, "1x1: 9", "1x1: 0.452574127");
  check_frame (model, state, "1x1: 9", "1x1: 0.452574127");
}

/* log (1 / 4) and log (3 / 4) are taken off before a softmax, and behind its logarithm.
 */
static void
test_priors (void)
{
  static const Case cases[] = {
    { NNET2 ("1", "<SoftmaxComponent> <Dim> 2 </SoftmaxComponent>"), "1x2: 0 0",
      "1x2: 0.75 0.25" },
    { NNET2 ("1", "<LogSoftmaxComponent> <Dim> 2 </LogSoftmaxComponent>"), "1x2: 0 0",
      "1x2: 0.693147181 -0.405465108" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (WeirState) state = weir_state_new ();
    GError *error = NULL;
    g_autoptr (WeirModel) model = load (cases[i].text, "counts", "", &error);

    g_assert_no_error (error);
    check_frame (model, state, cases[i].in, cases[i].out);
  }
}

static void
test_counts_refused (void)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *words = g_build_filename (folder, "counts", NULL);
  const struct {
    const char *text, *counts, *message;
  } cases[] = {
    { nnet3[0].text, "", "the model holds no priors; give a file of counts [W0404]" },
    { nnet2[0].text, "/nowhere/counts", "/nowhere/counts" },
    { nnet2[0].text, words, "--counts: " },
  };

  g_assert_true (g_file_set_contents (words, "one two\n", -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GError *error = NULL;

    g_assert_null (load (cases[i].text, "counts", cases[i].counts, &error));
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_ARGUMENT);
    assert_says (error, cases[i].message);
    assert_says (error, "[W0404]");
    g_clear_error (&error);
  }
}

/* The frame that is kept comes in and goes out. */
static void
test_remove_memory (void)
{
  GError *error = NULL;
  g_autoptr (WeirModel) model =
      load ("<Nnet> <Splice> 4 2 [ -1 0 ] </Nnet>", "remove_memory", "true", &error);
  g_autoptr (WeirTensor) frame = tensor_from_text ("1x2: 5 6");
  g_autoptr (WeirTensor) before = tensor_from_text ("1x2: 3 4");
  g_autoptr (WeirTensor) spliced = tensor_from_text ("1x4: 3 4 5 6");
  WeirTensor *in[] = { frame, before }, *out[2] = { NULL };

  g_assert_no_error (error);
  g_assert_cmpuint (weir_graph_n_parameters (weir_model_graph (model)), ==, 2);
  weir_graph_evaluate (weir_model_graph (model), in, out, NULL, &error);
  g_assert_no_error (error);
  assert_equal (out[0], spliced);
  assert_equal (out[1], frame);
  weir_tensor_unref (out[0]);
  weir_tensor_unref (out[1]);
}

static void
append_ints (GByteArray *file, gint32 first, gint32 second)
{
  g_byte_array_append (file, (const guint8 *) &first, 4);
  g_byte_array_append (file, (const guint8 *) &second, 4);
}

/* "<LinearTransform>" with a matrix of 2 x 2 that begins with @kind; of the range -1 to 1
 * where it is compressed. */
static WeirModel *
load_matrix (const char *kind, const guint8 *data, gsize size, GError **error)
{
  static const char opening[] = "\0B<Nnet> <LinearTransform> \4\2\0\0\0\4\2\0\0\0";
  g_autoptr (GByteArray) file = g_byte_array_new ();
  const float range[] = { -1, 2 };

  g_byte_array_append (file, (const guint8 *) opening, sizeof opening - 1);
  g_byte_array_append (file, (const guint8 *) kind, strlen (kind));
  if (kind[0] == 'C') {
    g_byte_array_append (file, (const guint8 *) range, sizeof range);
    append_ints (file, 2, 2);
  }
  g_byte_array_append (file, data, size);
  g_byte_array_append (file, (const guint8 *) "</Nnet> ", 8);
  return load_bytes (file->data, file->len, NULL, error);
}

/* Quantiles -1, 0.2, 0.6 and 1; bytes column by column. */
static const guint8 columns[] = {
  0,    0,    0x99, 0x99, 0xcc, 0xcc, 0xff, 0xff, 0,   0,
  0x99, 0x99, 0xcc, 0xcc, 0xff, 0xff, 0,    64,   128, 255
};
static const guint8 shorts[] = { 0, 0, 0xff, 0xff, 0x99, 0x99, 0xcc, 0xcc };
static const guint8 chars[] = { 0, 255, 153, 204 };
/* Two rows of two: 3 at the second place, and none. */
static const guint8 sparse[] = "\4\2\0\0\0SV \4\2\0\0\0\4\1\0\0\0\4\1\0\0\0\4\0\0\x40\x40"
                               "SV \4\2\0\0\0\4\0\0\0\0";

static const struct {
  const char *kind;
  const guint8 *data;
  gsize size;
  const char *out; /* of 1 and 10 */
} matrices[] = {
  { "CM ", columns, sizeof columns, "1x2: 3 10.2" },
  { "CM2 ", shorts, sizeof shorts, "1x2: 9 6.2" },
  { "CM3 ", chars, sizeof chars, "1x2: 9 6.2" },
  { "SM ", sparse, sizeof sparse - 1, "1x2: 30 0" },
};

static void
test_matrices (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (matrices); i++) {
    g_autoptr (WeirState) state = weir_state_new ();
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    model = load_matrix (matrices[i].kind, matrices[i].data, matrices[i].size, &error);
    g_assert_no_error (error);
    check_frame (model, state, "1x2: 1 10", matrices[i].out);
  }
}

static void
test_matrices_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (matrices); i++)
    for (gsize size = 0; size + 9 < matrices[i].size; size++) {
      GError *error = NULL;

      g_assert_null (load_matrix (matrices[i].kind, matrices[i].data, size, &error));
      g_assert_nonnull (error);
      g_error_free (error);
    }
}

static const struct {
  const char *text;
  const char *message;
} refused[] = {
  { NNET3 (4, "<PnormComponent> <InputDim> 4 <OutputDim> 3 <P> 2 </PnormComponent>"),
    "frames of 4 numbers in 3 groups" },
  { NNET3 (2, "<PnormComponent> <OutputDim> 1 <P> -1 </PnormComponent>"),
    "a norm of -1" },
  { NNET3 (3, "<PermuteComponent> <ColumnMap> [ 3 0 1 ] </PermuteComponent>"),
    "column 3 of a frame of 3" },
  { NNET3 (3, "<PermuteComponent> <Reorder> [ 3 0 1 ] </PermuteComponent>"),
    "a place 3 of 3" },
  { "<Nnet> <Copy> 1 2 [ 0 ] </Nnet>", "column 0, expected 1 or more" },
  { NNET3 (3, "<DctComponent> <DctDim> 2 </DctComponent>"), "for frames of 3" },
  { NNET3 (4, "<BlockAffineComponent> <NumBlocks> 3 <LinearParams> [ 1 2\n 3 4 ] "
              "</BlockAffineComponent>"),
    "3 blocks of a matrix of 2 x 2" },
  { NNET3 (3, "<GruNonlinearityComponent> <CellDim> 1 <RecurrentDim> 1 <w_h> [ 1 ] "
              "</GruNonlinearityComponent>"),
    "expected frames of 4 numbers, found 3" },
  { NNET3 (3, "<RestrictedAttentionComponent> <NumHeads> 1 <KeyDim> 1 <ValueDim> 1 "
              "<NumLeftInputs> 1 </RestrictedAttentionComponent>"),
    "its sizes do not fit 2 frames of 3" },
  { NNET3 (3, "<RestrictedAttentionComponent> <NumLeftInputs> 999999 "
              "</RestrictedAttentionComponent>"),
    "it looks at 4097 frames, expected 1 to 4096, at most 1000000 away" },
  { NNET3 (3, "<StatisticsExtractionComponent> <InputDim> 3 <InputPeriod> 1 "
              "<OutputPeriod> 10 </StatisticsExtractionComponent>"),
    "statistics of more than one frame at a time" },
  { NNET3 (3, "<ConvolutionComponent> <FilterParams> [ 1 ] <BiasParams> [ 1 ] "
              "</ConvolutionComponent>"),
    "node 'c': 0 numbers a frame" },
  { NNET3 (3, "<TimeHeightConvolutionComponent> <ConvolutionModel> <Offsets> [ 0 ] "
              "</TimeHeightConvolutionComponent>"),
    "expected 2 whole numbers, found '0'" },
  { "<Nnet> <LstmProjected> 1 1 <CellDim> 2 [ 0 ] [ 0 ] [ 40 ] [ 0 ] [ 0 ] [ 0 ] [ 1 ] "
    "</Nnet>",
    "its matrices do not fit 2 cells, 1 inputs and 1 outputs" },
  { "<Nnet> <NumComponents> 0 <Components> </Components> </Nnet>", "no components" },
  { "<Nnet> <NumComponents> 1 <Components> <SigmoidComponent> </SigmoidComponent> ",
    "does not say how many inputs it has" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    GError *error = NULL;

    g_test_message ("%s", refused[i].text);
    g_assert_null (load (refused[i].text, NULL, NULL, &error));
    g_assert_nonnull (error);
    assert_says (error, refused[i].message);
    g_error_free (error);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/kaldi/components/nnet1", nnet1, run_cases);
  g_test_add_data_func ("/kaldi/components/nnet2", nnet2, run_cases);
  g_test_add_data_func ("/kaldi/components/nnet3", nnet3, run_cases);
  g_test_add_func ("/kaldi/components/lstm-projected", test_lstm_projected);
  g_test_add_func ("/kaldi/components/refused", test_refused);
  g_test_add_func ("/kaldi/matrices/kinds", test_matrices);
  g_test_add_func ("/kaldi/matrices/cut", test_matrices_cut);
  g_test_add_func ("/kaldi/options/priors", test_priors);
  g_test_add_func ("/kaldi/options/counts-refused", test_counts_refused);
  g_test_add_func ("/kaldi/options/remove-memory", test_remove_memory);
  return g_test_run ();
}
