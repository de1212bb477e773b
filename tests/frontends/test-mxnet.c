#include "base/error.h"
#include "compare.h"
#include "ir/evaluate.h"
#include "ir/registry.h"
#include "mxnet-files.h"
#include "tensor-text.h"

#include <string.h>

/* One operation a case, behind inputs x0, x1, … and weights w0, w1, …, in this order.
 * Expected values are worked out by hand. */

typedef struct {
  const char *op, *attrs, *in[2], *weights[4], *out;
} Case;

static const Case nn[] = {
  { "FullyConnected",
    "\"num_hidden\": \"2\"",
    { "1x3: 1 1 1" },
    { "2x3: 1 2 3 4 5 6", "2: 0.5 -0.5" },
    "1x2: 6.5 14.5" },
  { "FullyConnected",
    "\"num_hidden\": \"1\", \"no_bias\": \"True\"",
    { "1x1x2: 2 3" },
    { "1x2: 1 10" },
    "1x1: 32" },
  { "Convolution",
    "\"kernel\": \"(2, 2)\", \"num_filter\": \"1\"",
    { "1x1x2x3: 1 2 3 4 5 6" },
    { "1x1x2x2: 1 0 0 1", "1: 1" },
    "1x1x1x2: 7 9" },
  { "Deconvolution",
    "\"kernel\": \"(2, 2)\", \"stride\": \"(2, 2)\", \"num_filter\": \"1\"",
    { "1x1x1x2: 1 10" },
    { "1x1x2x2: 1 2 3 4" },
    "1x1x2x4: 1 2 10 20 3 4 30 40" },
  { "BatchNorm",
    "\"eps\": \"0\", \"fix_gamma\": \"False\"",
    { "1x2x1x1: 3 5" },
    { "2: 2 3", "2: 1 -1", "2: 1 2", "2: 4 9" },
    "1x2x1x1: 3 2" },
  { "BatchNorm",
    "\"eps\": \"0\"",
    { "1x1x1x1: 3" },
    { "1: 7", "1: 1", "1: 1", "1: 4" },
    "1x1x1x1: 2" },
  { "Pooling",
    "\"kernel\": \"(2, 2)\", \"stride\": \"(2, 2)\", \"pool_type\": \"max\"",
    { "1x1x2x4: 1 2 3 4 5 6 7 8" },
    { NULL },
    "1x1x1x2: 6 8" },
  { "Pooling",
    "\"global_pool\": \"True\", \"pool_type\": \"avg\", \"kernel\": \"(1, 1)\"",
    { "1x2x1x2: 1 3 5 7" },
    { NULL },
    "1x2x1x1: 2 6" },
  { "LeakyReLU",
    "\"act_type\": \"leaky\", \"slope\": \"0.5\"",
    { "1x2: -2 2" },
    { NULL },
    "1x2: -1 2" },
  { "Activation", "\"act_type\": \"relu\"", { "1x2: -2 2" }, { NULL }, "1x2: 0 2" },
  { "ScaleShift", "", { "1x2x1x1: 3 5" }, { "2: 2 10", "2: 1 -1" }, "1x2x1x1: 7 49" },
  { "_contrib_MultiBoxDetection",
    "\"nms_topk\": \"1\"",
    { "1x2x1: 0.1 0.9", "1x4: 0" },
    { "1x1x4: 0.1 0.2 0.5 0.6" },
    "1x1x1x7: 0 0 0.9 0.1 0.2 0.5 0.6" },
  { "_contrib_DeformablePSROIPooling",
    "\"spatial_scale\": \"1\", \"output_dim\": \"1\", \"pooled_size\": \"1\", "
    "\"no_trans\": \"True\"",
    { "1x1x3x3: 3", "1x5: 0 0 0 2 2" },
    { NULL },
    "1x1x1x1: 3" },
  { "softmax", "", { "1x2: 3 3" }, { NULL }, "1x2: 0.5" },
  { NULL },
};

static const Case math[] = {
  { "elemwise_add", "", { "1x2: 1 2", "1x2: 3 4" }, { NULL }, "1x2: 4 6" },
  { "broadcast_mul", "", { "2x2: 1 2 3 4", "1x2: 1 10" }, { NULL }, "2x2: 1 20 3 40" },
  { "_rminus_scalar", "\"scalar\": \"1\"", { "1x2: 1 3" }, { NULL }, "1x2: 0 -2" },
  { "_rdiv_scalar", "\"scalar\": \"6\"", { "1x2: 2 3" }, { NULL }, "1x2: 3 2" },
  { "clip",
    "\"a_min\": \"0\", \"a_max\": \"1\"",
    { "1x3: -1 0.5 2" },
    { NULL },
    "1x3: 0 0.5 1" },
  { "_hypot_scalar", "\"scalar\": \"4\"", { "1: 3" }, { NULL }, "1: 5" },
  { "_logical_and_scalar", "\"scalar\": \"1\"", { "2: 0 5" }, { NULL }, "2: 0 1" },
  { "amp_multicast", "\"num_outputs\": \"1\"", { "2: 0 5" }, { NULL }, "2: 0 5" },
  { "square", "", { "1x2: -2 3" }, { NULL }, "1x2: 4 9" },
  { "add_n", "\"num_args\": \"2\"", { "1x2: 1 2", "1x2: 3 4" }, { NULL }, "1x2: 4 6" },
  { NULL },
};

static const Case shape[] = {
  { "Flatten", "", { "2x1x2: 1 2 3 4" }, { NULL }, "2x2: 1 2 3 4" },
  { "Concat",
    "\"dim\": \"1\", \"num_args\": \"2\"",
    { "1x1: 1", "1x2: 2 3" },
    { NULL },
    "1x3: 1 2 3" },
  { "Reshape", "\"shape\": \"(0, -1)\"", { "1x2x2: 1 2 3 4" }, { NULL }, "1x4: 1 2 3 4" },
  { "Reshape", "\"shape\": \"(-3, 0)\"", { "1x2x2: 1 2 3 4" }, { NULL }, "2x2: 1 2 3 4" },
  { "transpose", "\"axes\": \"(1, 0)\"", { "2x2: 1 2 3 4" }, { NULL }, "2x2: 1 3 2 4" },
  { "slice_axis",
    "\"axis\": \"1\", \"begin\": \"1\", \"end\": \"None\"",
    { "1x3: 1 2 3" },
    { NULL },
    "1x2: 2 3" },
  { "UpSampling",
    "\"scale\": \"2\", \"sample_type\": \"nearest\", \"num_args\": \"1\"",
    { "1x1x1x2: 1 2" },
    { NULL },
    "1x1x2x4: 1 1 2 2 1 1 2 2" },
  { "_np_roll",
    "\"shift\": \"(1,)\", \"axis\": \"0\"",
    { "3: 1 2 3" },
    { NULL },
    "3: 3 1 2" },
  { "_np_roll", "\"shift\": \"1\"", { "1x3: 1 2 3" }, { NULL }, "1x3: 3 1 2" },
  { "_np_cumsum", "\"axis\": \"0\"", { "3: 1 2 3" }, { NULL }, "3: 1 3 6" },
  { "_contrib_fft", "", { "1x2: 1 3" }, { NULL }, "1x4: 4 0 -2 0" },
  { "_contrib_ifft", "", { "1x4: 4 0 -2 0" }, { NULL }, "1x2: 2 6" },
  { "_npi_einsum",
    "\"subscripts\": \"ij,jk->ik\"",
    { "1x2: 1 2", "2x1: 3 4" },
    { NULL },
    "1x1: 11" },
  { "mean", "\"axis\": \"1\"", { "1x2: 1 3" }, { NULL }, "1: 2" },
  { NULL },
};

static GBytes *
write_params (const char *const *weights, guint count)
{
  static const char *const names[] = { "w0", "w1", "w2", "w3" };
  WeirTensor *tensors[G_N_ELEMENTS (names)] = { NULL };
  GBytes *params;

  for (guint i = 0; i < count; i++)
    tensors[i] = tensor_from_text (weights[i]);
  params = mxnet_params (names, tensors, count);
  for (guint i = 0; i < count; i++)
    weir_tensor_unref (tensors[i]);
  return params;
}

static guint
count_of (const char *const *texts, guint most)
{
  guint count = 0;

  while (count < most && texts[count] != NULL)
    count++;
  return count;
}

static char *
write_symbol (const Case *c)
{
  GString *text = g_string_new ("{\"nodes\": [");
  GString *refs = g_string_new (NULL);
  guint inputs = count_of (c->in, G_N_ELEMENTS (c->in));
  guint all = inputs + count_of (c->weights, G_N_ELEMENTS (c->weights));

  for (guint i = 0; i < all; i++) {
    g_autofree char *attr = NULL;

    if (i < inputs) {
      g_auto (GStrv) halves = g_strsplit (c->in[i], ":", 2);
      g_auto (GStrv) dims = g_strsplit (halves[0], "x", -1);
      g_autofree char *list = g_strjoinv (",", dims);

      attr = g_strdup_printf ("\"__shape__\": \"(%s,)\"", list);
    }
    g_string_append_printf (
        text, "{\"op\": \"null\", \"name\": \"%c%u\", \"attrs\": {%s}, \"inputs\": []}, ",
        i < inputs ? 'x' : 'w', i < inputs ? i : i - inputs, attr != NULL ? attr : "");
    g_string_append_printf (refs, "%s[%u, 0, 0]", i > 0 ? ", " : "", i);
  }
  g_string_append_printf (text,
                          "{\"op\": \"%s\", \"name\": \"y\", \"attrs\": {%s}, "
                          "\"inputs\": [%s]}], \"heads\": [[%u, 0, 0]]}",
                          c->op, c->attrs, refs->str, all);
  g_string_free (refs, TRUE);
  return g_string_free (text, FALSE);
}

static void
run_case (const Case *c)
{
  g_autofree char *symbol = write_symbol (c);
  g_autoptr (GBytes) params =
      write_params (c->weights, count_of (c->weights, G_N_ELEMENTS (c->weights)));
  g_autoptr (WeirTensor) wanted = tensor_from_text (c->out);
  g_autoptr (WeirTensor) first = tensor_from_text (c->in[0]);
  g_autoptr (WeirTensor) second = c->in[1] != NULL ? tensor_from_text (c->in[1]) : NULL;
  WeirTensor *in[] = { first, second };
  g_autoptr (WeirTensor) out = NULL;
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  g_test_message ("%s", symbol);
  model = mxnet_load (symbol, params, NULL, &error);
  g_assert_no_error (error);
  weir_graph_evaluate (weir_model_graph (model), in, &out, NULL, &error);
  g_assert_no_error (error);
  assert_close (out, wanted, 1e-6);
}

static void
run_cases (gconstpointer table)
{
  for (const Case *c = table; c->op != NULL; c++)
    run_case (c);
}

static const struct {
  const char *symbol;
  int code;
  const char *message;
} refused[] = {
  { "", WEIR_ERROR_FORMAT, "test" },
  { "[]", WEIR_ERROR_FORMAT, "test" },
  { "{\"nodes\": [], \"heads\": []}", WEIR_ERROR_FORMAT, "test" },
  { "{\"nodes\": [{\"op\": \"null\", \"name\": \"x\", \"inputs\": []}], "
    "\"heads\": [[1, 0]]}",
    WEIR_ERROR_FORMAT, "output 0 of node 1" },
  { "{\"nodes\": [{\"op\": \"relu\", \"name\": \"y\", \"inputs\": [[0, 0]]}], "
    "\"heads\": [[0, 0]]}",
    WEIR_ERROR_FORMAT, "output 0 of node 0" },
  { "{\"nodes\": [{\"op\": \"null\", \"name\": \"x\", \"inputs\": []}, "
    "{\"op\": \"Strange\", \"name\": \"y\", \"inputs\": [[0, 0]]}], "
    "\"heads\": [[1, 0]]}",
    WEIR_ERROR_UNSUPPORTED, "'y' (Strange)" },
};

static void
test_refused (void)
{
  g_autoptr (GBytes) params = write_params (NULL, 0);

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    model = mxnet_load (refused[i].symbol, params, NULL, &error);
    g_assert_null (model);
    g_assert_error (error, WEIR_ERROR, refused[i].code);
    assert_says (error, refused[i].message);
    g_error_free (error);
  }
}

#define INPUT(name) "{\"op\": \"null\", \"name\": \"" name "\", \"inputs\": []}, "

static WeirModel *
load_cut (const char *symbol, const char *input, const char *output, GError **error)
{
  g_autoptr (GBytes) params = write_params (NULL, 0);
  WeirInputSpec in = { .name = (char *) input, .port = -1, .shape = (char *) "2" };
  WeirOutputSpec out = { .name = (char *) output, .port = -1 };
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  g_autoptr (GPtrArray) outputs = g_ptr_array_new ();

  if (input != NULL)
    g_ptr_array_add (inputs, &in);
  if (output != NULL)
    g_ptr_array_add (outputs, &out);
  return mxnet_load (symbol, params,
                     &(WeirCut){ .inputs = input != NULL ? inputs : NULL,
                                 .outputs = output != NULL ? outputs : NULL },
                     error);
}

/* What is cut away need not be known: x -> Strange -> relu -> Strange. */
static void
test_cut (void)
{
  static const char symbol[] = "{\"nodes\": [" INPUT (
      "x") "{\"op\": \"Strange\", \"name\": \"a\", \"inputs\": "
           "[[0, 0]]}, {\"op\": \"relu\", \"name\": \"b\", \"inputs\": [[1, 0]]}, "
           "{\"op\": \"Strange\", \"name\": \"c\", \"inputs\": [[2, 0]]}], "
           "\"heads\": [[3, 0]]}";
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (WeirTensor) x = tensor_from_text ("2: -1 3");
  g_autoptr (WeirTensor) out = NULL;
  WeirTensor *in[] = { x };
  GError *error = NULL;

  model = load_cut (symbol, "b", NULL, &error);
  g_assert_null (model);
  assert_says (error, "'c' (Strange)");
  g_clear_error (&error);
  model = load_cut (symbol, "a", "b", &error);
  g_assert_null (model);
  assert_says (error, "'a' (Strange)");
  g_clear_error (&error);
  model = load_cut (symbol, "b", "b", &error);
  g_assert_no_error (error);
  weir_graph_evaluate (weir_model_graph (model), in, &out, NULL, &error);
  g_assert_no_error (error);
  assert_f32 (out, (const float[]){ 0, 3 }, 2);
}

/* A symbol of 0.8: "param" beside "attr", and what training counts is no input. */
static void
test_old_symbol (void)
{
  static const char symbol[] =
      "{\"nodes\": [{\"op\": \"null\", \"param\": {}, \"name\": \"x\", \"inputs\": [], "
      "\"attr\": {\"__shape__\": \"(1,1,1,1)\"}, \"backward_source_id\": -1}, "
      "{\"op\": \"null\", \"param\": {}, \"name\": \"n_gamma\", \"inputs\": []}, "
      "{\"op\": \"null\", \"param\": {}, \"name\": \"n_beta\", \"inputs\": []}, "
      "{\"op\": \"BatchNorm\", \"param\": {\"eps\": \"0\", \"fix_gamma\": \"False\"}, "
      "\"name\": \"n\", \"inputs\": [[0, 0], [1, 0], [2, 0]], "
      "\"attr\": {\"lr_mult\": \"2\"}, \"backward_source_id\": -1}], "
      "\"arg_nodes\": [0, 1, 2], \"heads\": [[3, 0]]}";
  static const char *const names[] = { "n_gamma", "n_beta", "n_moving_mean",
                                       "n_moving_var" };
  g_autoptr (WeirTensor) gamma = tensor_from_text ("1: 2");
  g_autoptr (WeirTensor) beta = tensor_from_text ("1: 1");
  g_autoptr (WeirTensor) mean = tensor_from_text ("1: 3");
  g_autoptr (WeirTensor) variance = tensor_from_text ("1: 4");
  g_autoptr (GBytes) params = mxnet_params (
      names, (WeirTensor *[]){ gamma, beta, mean, variance }, G_N_ELEMENTS (names));
  g_autoptr (WeirTensor) x = tensor_from_text ("1x1x1x1: 5");
  g_autoptr (WeirTensor) out = NULL;
  g_autoptr (WeirModel) model = NULL;
  WeirTensor *in[] = { x };
  GError *error = NULL;

  model = mxnet_load (symbol, params, NULL, &error);
  g_assert_no_error (error);
  weir_graph_evaluate (weir_model_graph (model), in, &out, NULL, &error);
  g_assert_no_error (error);
  assert_f32 (out, (const float[]){ 3 }, 1); /* (5 - 3) / 2 × 2 + 1 */
}

static void
build_scaled (const WeirTranslation *translation, const WeirForeignNode *node,
              WeirBuilder *builder)
{
  WeirAttr factor = { 0 }; /* a number: nothing to clear */

  (void) translation;
  if (!weir_foreign_attr (node, "factor", WEIR_ATTR_FLOAT, &factor, &builder->error))
    return;
  node->outputs[0] =
      weir_build2 (builder, "Multiply", node->name, node->inputs[0],
                   weir_build_scalar (builder, node->name, node->inputs[0], factor.f));
}

static const WeirTranslation scaled = {
  .framework = "mxnet", .domain = "", .op = "Scaled", .build = build_scaled
};

/* A CustomOp of Python is translated by its type. */
static void
test_extension (void)
{
  g_autoptr (GPtrArray) ops = g_ptr_array_new ();
  g_autoptr (GPtrArray) translations = g_ptr_array_new ();
  const Case c = { "Custom",
                   "\"op_type\": \"Scaled\", \"factor\": \"3\"",
                   { "1x2: 1 2" },
                   { NULL },
                   "1x2: 3 6" };
  GError *error = NULL;

  g_ptr_array_add (translations, (gpointer) &scaled);
  weir_registry_add ("test-mxnet", ops, translations, &error);
  g_assert_no_error (error);
  run_case (&c);
}

static WeirSource *
list_file (const char *name, const char *array, const char *text)
{
  g_autoptr (WeirTensor) tensor = tensor_from_text (text);
  g_autoptr (GBytes) bytes = mxnet_params (&array, &tensor, 1);

  return weir_source_new (bytes, name);
}

static WeirModel *
load_lists (const char *prefix, const char *pretrained, GError **error)
{
  static const char symbol[] = "{\"nodes\": [" INPUT ("x")
      INPUT ("w") "{\"op\": \"elemwise_mul\", \"name\": "
                  "\"y\", \"inputs\": [[0, 0], [1, 0]]}], \"heads\": [[2, 0]]}";
  g_autoptr (GPtrArray) parts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_source_unref);
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  g_autoptr (GBytes) text = g_bytes_new_static (symbol, strlen (symbol));
  g_autoptr (WeirSource) topology = weir_source_new (text, "net-symbol.json");
  g_autoptr (WeirFolder) folder = NULL;

  g_ptr_array_add (parts, list_file ("net-0003.params", "w", "2: 5 5"));
  g_ptr_array_add (parts, list_file ("tuned_args.nd", "w", "2: 2 3"));
  folder = weir_folder_new_parts (parts, "parts");
  if (prefix != NULL)
    g_hash_table_insert (options, (char *) "nd_prefix_name", (char *) prefix);
  if (pretrained != NULL)
    g_hash_table_insert (options, (char *) "pretrained_model_name", (char *) pretrained);
  return weir_frontend_mxnet.load (&(WeirFrontendInput){ .source = topology,
                                                         .topology = topology,
                                                         .folder = folder,
                                                         .options = options },
                                   unsupported, error);
}

/* The arrays of .nd lists go over those of the pretrained model. */
static void
test_lists (void)
{
  static const struct {
    const char *prefix, *pretrained, *message;
  } wrong[] = {
    { "tuned", NULL, "together" },
    { NULL, "net", "together" },
    { "none", "net", "none_args.nd" },
    { "tuned", "none", "none-NNNN.params" },
    { NULL, NULL, "not a list of MXNet's arrays" },
  };
  g_autoptr (WeirTensor) x = tensor_from_text ("2: 1 10");
  g_autoptr (WeirTensor) out = NULL;
  g_autoptr (WeirModel) model = NULL;
  WeirTensor *in[] = { x };
  GError *error = NULL;

  model = load_lists ("tuned", "net", &error);
  g_assert_no_error (error);
  weir_graph_evaluate (weir_model_graph (model), in, &out, NULL, &error);
  g_assert_no_error (error);
  assert_f32 (out, (const float[]){ 2, 30 }, 2);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_assert_null (load_lists (wrong[i].prefix, wrong[i].pretrained, &error));
    assert_says (error, wrong[i].message);
    g_assert_true (i + 1 == G_N_ELEMENTS (wrong) ||
                   g_str_has_suffix (error->message, " [W0402]"));
    g_clear_error (&error);
  }
}

static void
test_no_symbol (void)
{
  g_autoptr (GBytes) params = mxnet_params (NULL, NULL, 0);
  g_autoptr (WeirSource) source = weir_source_new (params, "net.params");
  g_autoptr (GPtrArray) unsupported = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (weir_frontend_mxnet.load (&(WeirFrontendInput){ .source = source },
                                           unsupported, &error));
  assert_says (error, "or --input_symbol FILE [W0401]");
}

/* One operation over x0, [1, 1, 4, 4], with attributes that it cannot have. */
static const struct {
  const char *op, *attrs;
  int code;
  const char *message;
} bad[] = {
  { "Pooling", "\"kernel\": \"(2, 2)\", \"pool_type\": \"odd\"", WEIR_ERROR_UNSUPPORTED,
    "pool_type odd" },
  { "Pooling", "\"kernel\": \"(2, 2)\", \"pooling_convention\": \"same\"",
    WEIR_ERROR_UNSUPPORTED, "pooling_convention same" },
  { "Pooling", "\"kernel\": \"(2, 2)\", \"stride\": \"(1, 1, 1)\"", WEIR_ERROR_FORMAT,
    "attribute 'stride': expected 2 numbers, found 3" },
  { "Pooling", "\"kernel\": \"no\"", WEIR_ERROR_FORMAT, "attribute 'kernel'" },
  { "Pad", "\"pad_width\": \"(1, 1)\"", WEIR_ERROR_FORMAT,
    "attribute 'pad_width': expected 8 numbers, found 2" },
  { "slice", "\"begin\": \"(0, 0)\", \"end\": \"(1,)\"", WEIR_ERROR_FORMAT, "'begin'" },
  { "broadcast_axis", "\"axis\": \"0\", \"size\": \"(1, 2)\"", WEIR_ERROR_FORMAT,
    "attribute 'size'" },
  { "_contrib_MultiBoxPrior", "\"ratios\": \"(0, 1)\"", WEIR_ERROR_FORMAT,
    "attribute 'ratios'" },
  { "_contrib_MultiBoxTarget", "", WEIR_ERROR_UNSUPPORTED, "training" },
  { "Custom", "\"op_type\": \"mine\"", WEIR_ERROR_UNSUPPORTED, "'y' (mine)" },
  { "RNN", "\"mode\": \"odd\"", WEIR_ERROR_UNSUPPORTED, "mode odd" },
  { "RNN", "\"mode\": \"gru\", \"state_size\": \"0\"", WEIR_ERROR_FORMAT,
    "state_size 0" },
  { "RNN", "\"mode\": \"lstm\", \"projection_size\": \"2\"", WEIR_ERROR_UNSUPPORTED,
    "projection_size" },
  { "take", "", WEIR_ERROR_FORMAT, "input 1 is missing" },
  { "relu_of_nobody", "", WEIR_ERROR_UNSUPPORTED, "'y' (relu_of_nobody)" },
  { "UpSampling", "\"scale\": \"0\"", WEIR_ERROR_FORMAT, "attribute 'scale'" },
  { "GridGenerator", "\"transform_type\": \"odd\"", WEIR_ERROR_UNSUPPORTED,
    "transform_type odd" },
  { "_linspace", "\"num\": \"0\"", WEIR_ERROR_FORMAT, "attribute 'num'" },
  { "_arange", "\"start\": \"3\", \"stop\": \"1\"", WEIR_ERROR_FORMAT, "'start'" },
  { "norm", "\"ord\": \"3\"", WEIR_ERROR_UNSUPPORTED, "ord 3" },
  { "linalg_gemm2", "\"axis\": \"0\"", WEIR_ERROR_UNSUPPORTED, "axis 0" },
  { "SliceChannel", "\"num_outputs\": \"0\"", WEIR_ERROR_FORMAT, "num_outputs" },
  { "Activation", "\"act_type\": \"odd\"", WEIR_ERROR_UNSUPPORTED, "act_type odd" },
  { "Cast", "\"dtype\": \"odd\"", WEIR_ERROR_FORMAT, "attribute 'dtype'" },
  { "clip", "\"a_min\": \"odd\"", WEIR_ERROR_FORMAT, "attribute 'a_min'" },
};

static void
test_bad_attributes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    Case c = { .op = bad[i].op, .attrs = bad[i].attrs, .in = { "1x1x4x4: 1" } };
    g_autofree char *symbol = write_symbol (&c);
    g_autoptr (GBytes) params = write_params (NULL, 0);
    g_autoptr (WeirModel) model = NULL;
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", symbol);
    model = mxnet_load (symbol, params, NULL, &error);
    g_assert_null (model);
    g_assert_error (error, WEIR_ERROR, bad[i].code);
    assert_says (error, bad[i].message);
  }
}

/* Weights that end too early, wherever that is. */
static void
test_short (void)
{
  g_autofree char *symbol = write_symbol (nn);
  g_autoptr (GBytes) params = write_params (nn->weights, 2);

  for (gsize size = 0; size < g_bytes_get_size (params); size++) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (params, 0, size);
    g_autoptr (WeirModel) model = NULL;
    g_autoptr (GError) error = NULL;

    model = mxnet_load (symbol, part, NULL, &error);
    g_assert_null (model);
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/mxnet/nn", nn, run_cases);
  g_test_add_data_func ("/mxnet/math", math, run_cases);
  g_test_add_data_func ("/mxnet/shape", shape, run_cases);
  g_test_add_func ("/mxnet/refused", test_refused);
  g_test_add_func ("/mxnet/bad-attributes", test_bad_attributes);
  g_test_add_func ("/mxnet/cut", test_cut);
  g_test_add_func ("/mxnet/extension", test_extension);
  g_test_add_func ("/mxnet/lists", test_lists);
  g_test_add_func ("/mxnet/no-symbol", test_no_symbol);
  g_test_add_func ("/mxnet/old-symbol", test_old_symbol);
  g_test_add_func ("/mxnet/short", test_short);
  return g_test_run ();
}
