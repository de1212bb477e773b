#include "kaldi.h"

#include "base/problem.h"
#include "cut.h"
#include "ir/verify.h"
#include "table.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The words with which files begin, and how what follows is read. */
static const struct {
  const char *word, *next;
  gboolean (*read) (KdReader *reader, KdNet *net, GError **error);
} kinds[] = {
  { "<Nnet>", "<NumComponents>", kd_nnet2_read },
  { "<Nnet>", NULL, kd_nnet1_read },
  { "<Nnet3>", NULL, kd_nnet3_read },
};

#define TRANSITIONS "<TransitionModel>"
/* Fewer counts of a class are none. */
#define FEWEST 1.00000001e-10

static int
kd_probe (const WeirBytes *head, const char *path)
{
  KdReader reader = { .bytes = *head };

  (void) path;
  reader.binary = head->size >= 2 && memcmp (head->data, "\0B", 2) == 0;
  if (reader.binary)
    weir_bytes_seek (&reader.bytes, 2);
  if (kd_peek (&reader, TRANSITIONS))
    return 90;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kd_peek (&reader, kinds[i].word))
      return 90;
  return 0;
}

static gboolean
begins (const KdReader *reader, const char *word, const char *next)
{
  KdReader ahead = *reader;
  g_autofree char *token = kd_peek (reader, word) ? kd_token (&ahead, NULL) : NULL;

  return token != NULL && (next == NULL || kd_peek (&ahead, next));
}

static gboolean
read_net (KdReader *reader, KdNet *net, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (kd_peek (reader, TRANSITIONS) &&
      !kd_skip_behind (reader, "</TransitionModel>", error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (begins (reader, kinds[i].word, kinds[i].next))
      return kinds[i].read (reader, net, error);
  kd_fail (reader, &local, "expected <Nnet> or <Nnet3>");
  return weir_problem_fail (error, WEIR_PROBLEM_KALDI_BEGIN, "%s", local->message);
}

static KdNode *
last_component (const KdNet *net)
{
  for (guint i = net->nodes->len; i-- > 0;) {
    KdNode *node = net->nodes->pdata[i];

    if (node->kind == KD_COMPONENT && node->component != NULL)
      return node;
  }
  return NULL;
}

static gboolean
is_softmax (const KdComponent *component)
{
  return g_str_has_prefix (component->type, "Softmax") ||
         g_str_has_prefix (component->type, "LogSoftmax");
}

/* --remove_output_softmax */
static void
remove_softmax (KdNet *net)
{
  KdNode *node = last_component (net);

  if (node != NULL && is_softmax (node->component))
    node->component = NULL;
}

/* The priors of the classes: of a file of counts, or of the model. */
static WeirTensor *
read_counts (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (WeirSource) source = weir_source_open (path, &local);
  WeirTensor *counts = NULL;
  KdReader reader;

  if (source != NULL) {
    kd_reader_init (&reader, source);
    counts = kd_tensor (&reader, &local);
  }
  if (counts == NULL)
    weir_problem_fail (error, WEIR_PROBLEM_COUNTS, "--counts: %s: %s", path,
                       local->message);
  return counts;
}

/* What is added to the output for a class. Classes that never came are as good as
 * impossible, as Model Optimizer has it. */
static double
minus_log_prior (double count, double sum)
{
  return count < FEWEST ? -log (FEWEST / sum) - (double) FLT_MAX / 2 : -log (count / sum);
}

static WeirTensor *
minus_log_priors (const WeirTensor *counts, GError **error)
{
  gsize size = weir_tensor_count (counts);
  WeirShape shape = WEIR_SHAPE ((gint64) size);
  WeirTensor *priors = weir_tensor_new (WEIR_DTYPE_F32, &shape, error);
  double sum = 0;

  for (gsize i = 0; i < size; i++)
    sum += MAX (weir_tensor_get (counts, i), FEWEST);
  for (gsize i = 0; priors != NULL && i < size; i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (priors), i,
                      minus_log_prior (weir_tensor_get (counts, i), sum));
  return priors;
}

static KdNode *
only_output (const KdNet *net, GError **error)
{
  KdNode *output = NULL;

  for (guint i = 0; i < net->nodes->len; i++) {
    KdNode *node = net->nodes->pdata[i];

    if (node->kind != KD_OUTPUT)
      continue;
    if (output != NULL) {
      weir_problem_fail (error, WEIR_PROBLEM_COUNTS,
                         "--counts: expected one output, found '%s' and '%s'",
                         output->name, node->name);
      return NULL;
    }
    output = node;
  }
  if (output == NULL)
    weir_fail (error, WEIR_ERROR_FORMAT, "the network has no output");
  return output;
}

static KdNode *
node_of (const KdNet *net, const char *name)
{
  for (guint i = 0; i < net->nodes->len; i++)
    if (strcmp (((KdNode *) net->nodes->pdata[i])->name, name) == 0)
      return net->nodes->pdata[i];
  return NULL;
}

/* Before a softmax, behind everything else. */
static gboolean
subtract_priors (KdNet *net, const WeirTensor *counts, GError **error)
{
  KdNode *reader = only_output (net, error), *last;
  KdComponent *priors;
  KdField *field;
  KdNode *node;

  if (reader == NULL)
    return FALSE;
  last = reader->input->kind == KD_NODE ? node_of (net, reader->input->name) : NULL;
  if (last != NULL && last->component != NULL &&
      g_str_has_prefix (last->component->type, "Softmax"))
    reader = last;
  priors = kd_component_new ("AddShift", "priors");
  g_hash_table_insert (net->components, g_strdup (priors->name), priors);
  field = g_new0 (KdField, 1);
  field->tensor = minus_log_priors (counts, error);
  kd_field_set (priors, "Bias", field);
  node = kd_net_add (net, KD_COMPONENT, "output/priors", reader->input);
  node->component = priors;
  reader->input = kd_term_node (node->name, 0);
  return field->tensor != NULL;
}

static gboolean
apply_options (KdNet *net, const WeirFrontendInput *input, GError **error)
{
  const char *path = weir_frontend_option (input, "counts");
  g_autoptr (WeirTensor) counts = NULL;

  if (weir_frontend_flag (input, "remove_output_softmax"))
    remove_softmax (net);
  if (path == NULL)
    return TRUE;
  if (*path != '\0')
    counts = read_counts (path, error);
  else if (net->priors != NULL)
    counts = weir_tensor_ref (net->priors);
  else
    weir_problem_fail (error, WEIR_PROBLEM_COUNTS,
                       "--counts: the model holds no priors; give a file of counts");
  return counts != NULL && subtract_priors (net, counts, error);
}

static gboolean
build (KdNet *net, KdCut *cut, const WeirFrontendInput *input, WeirGraph *graph,
       GPtrArray *unsupported, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  gboolean good = kd_cut_apply (cut, net, input->cut, &builder, error) &&
                  kd_cut_check (cut, net, unsupported, input->hint, error) &&
                  kd_time (net, error) &&
                  kd_build (net, cut->results, &builder,
                            weir_frontend_flag (input, "remove_memory"), error) &&
                  kd_cut_finish (cut, graph, error);

  g_clear_error (&builder.error);
  return good && weir_graph_verify (graph, error);
}

static gboolean
convert (KdNet *net, const WeirFrontendInput *input, WeirGraph *graph,
         GPtrArray *unsupported, GError **error)
{
  KdReader reader;
  KdCut cut = { 0 };
  gboolean good;

  kd_reader_init (&reader, input->source);
  good = read_net (&reader, net, error) && kd_spread_offsets (net, error) &&
         apply_options (net, input, error) && kd_net_resolve (net, error) &&
         build (net, &cut, input, graph, unsupported, error);
  kd_cut_clear (&cut);
  return good;
}

static WeirModel *
kd_load (const WeirFrontendInput *input, GPtrArray *unsupported, GError **error)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autofree char *name = weir_frontend_model_name (input);
  WeirModel *model = NULL;
  KdNet net;

  kd_net_init (&net);
  if (input->source == NULL)
    weir_fail (error, WEIR_ERROR_ARGUMENT, "expected a file, found a directory");
  else if (convert (&net, input, graph, unsupported, error))
    model = weir_model_new (g_steal_pointer (&graph), name, "kaldi");
  if (model == NULL)
    g_prefix_error (error, "%s: ", weir_frontend_input_name (input));
  kd_net_clear (&net);
  return model;
}

const WeirFrontend weir_frontend_kaldi = {
  .name = "kaldi",
  .media_type = "application/x-kaldi",
  .extensions = "nnet|mdl|raw",
  .probe = kd_probe,
  .op_names = kd_op_names,
  .cuts = TRUE,
  .load = kd_load,
};
