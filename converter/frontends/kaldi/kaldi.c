#include "kaldi.h"

#include "ir/verify.h"
#include "table.h"

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
  if (kd_peek (reader, TRANSITIONS) &&
      !kd_skip_behind (reader, "</TransitionModel>", error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (begins (reader, kinds[i].word, kinds[i].next))
      return kinds[i].read (reader, net, error);
  return kd_fail (reader, error, "expected <Nnet> or <Nnet3>");
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
  g_autoptr (WeirSource) source = weir_source_open (path, error);
  KdReader reader;
  WeirTensor *counts;

  if (source == NULL)
    return NULL;
  kd_reader_init (&reader, source);
  counts = kd_tensor (&reader, error);
  if (counts == NULL)
    g_prefix_error (error, "--counts: %s: ", path);
  return counts;
}

static gboolean
subtract_priors (KdNet *net, const WeirTensor *counts, GError **error)
{
  gsize size = weir_tensor_count (counts);
  WeirShape shape = WEIR_SHAPE ((gint64) size);
  KdComponent *priors = kd_component_new ("AddShift", "priors");
  KdField *field = g_new0 (KdField, 1);
  double sum = 0;
  KdNode *output;

  field->tensor = weir_tensor_new (WEIR_DTYPE_F32, &shape, error);
  kd_field_set (priors, "Bias", field);
  g_hash_table_insert (net->components, g_strdup (priors->name), priors);
  if (field->tensor == NULL)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    sum += weir_tensor_get (counts, i);
  for (gsize i = 0; i < size; i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (field->tensor), i,
                      -log (MAX (weir_tensor_get (counts, i) / sum, 1e-10)));
  output = net->nodes->pdata[net->nodes->len - 1];
  output->component = priors;
  return TRUE;
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
    weir_fail (error, WEIR_ERROR_ARGUMENT, "--counts: the model holds no priors");
  return counts != NULL && subtract_priors (net, counts, error);
}

static gboolean
convert (KdNet *net, const WeirFrontendInput *input, WeirGraph *graph,
         GPtrArray *unsupported, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  KdReader reader;
  gboolean good;

  kd_reader_init (&reader, input->source);
  good = read_net (&reader, net, error) && kd_spread_offsets (net, error) &&
         kd_net_resolve (net, error) && apply_options (net, input, error) &&
         kd_time (net, error) && kd_build (net, &builder, unsupported, error);
  g_clear_error (&builder.error);
  return good && weir_graph_verify (graph, error);
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
  .load = kd_load,
};
