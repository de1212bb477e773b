#include "kaldi.h"

#include <string.h>

/* nnet1 (nnet/nnet-nnet.cc): "<Nnet>", then components one behind the other, each with
 * its numbers of outputs and inputs; what stands behind has neither a name nor an end. */

#define END_MARK "<!EndOfComponent>"

/* Networks within networks. */
#define MAX_DEPTH 4

/* What stands behind the sizes of a component: options by their keys, where there are
 * any, then tensors or a list without keys. */
static const struct {
  const char *type;
  gboolean options;
  const char *tensors[3];
  const char *list;
} types[] = {
  { "AffineTransform", TRUE, { "LinearParams", "BiasParams" } },
  { "LinearTransform", TRUE, { "LinearParams" } },
  { "ConvolutionalComponent", TRUE },
  { "MaxPoolingComponent", TRUE },
  { "AveragePoolingComponent", TRUE },
  { "Convolutional2DComponent", TRUE },
  { "MaxPooling2DComponent", TRUE },
  { "AveragePooling2DComponent", TRUE },
  { "AddShift", TRUE, { "Bias" } },
  { "Rescale", TRUE, { "Scales" } },
  { "ParametricRelu", TRUE, { "Alpha", "Beta" } },
  { "LstmProjected", TRUE },
  { "LstmProjectedStreams", TRUE },
  { "RecurrentComponent", TRUE, { "Forward", "Recurrent", "Bias" } },
  { "BlockSoftmax", FALSE, { NULL }, "BlockDims" },
  { "Splice", FALSE, { NULL }, "Context" },
  { "Copy", FALSE, { NULL }, "Columns" },
  { "Sigmoid" },
  { "Softmax" },
  { "HiddenSoftmax" },
  { "Tanh" },
  { "Dropout", TRUE },
  { "RectifiedLinear" },
  { "LengthNorm" },
};

static gboolean
set_tensor (KdReader *reader, KdComponent *component, const char *key, GError **error)
{
  WeirTensor *tensor = kd_tensor (reader, error);
  KdField *field;

  if (tensor == NULL)
    return FALSE;
  field = g_new0 (KdField, 1);
  field->tensor = tensor;
  kd_field_set (component, key, field);
  return TRUE;
}

static gboolean
set_number (KdReader *reader, KdComponent *component, const char *key, GError **error)
{
  KdField *field = g_new0 (KdField, 1);
  gboolean good = kd_number_read (reader, field, error);

  kd_field_set (component, key, field);
  return good;
}

static gboolean
set_ints (KdReader *reader, KdComponent *component, const char *key, GError **error)
{
  GArray *ints = kd_ints (reader, error);
  KdField *field;

  if (ints == NULL)
    return FALSE;
  field = g_new0 (KdField, 1);
  field->ints = ints;
  kd_field_set (component, key, field);
  return TRUE;
}

static gboolean
is_type (const char *token)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (strncmp (token + 1, types[i].type, strlen (types[i].type)) == 0 &&
        strcmp (token + 1 + strlen (types[i].type), ">") == 0)
      return TRUE;
  return strcmp (token, "<ParallelComponent>") == 0;
}

/* "<LearnRateCoef> 1 <MaxNorm> 0 <Filters> [ ... ]". */
static gboolean
read_options (KdReader *reader, KdComponent *component, GError **error)
{
  for (;;) {
    KdReader before = *reader;
    g_autofree char *token = kd_at_tensor (reader) ? NULL : kd_token (reader, NULL);
    g_autofree char *key = NULL;

    if (token == NULL || token[0] != '<' || !g_str_has_suffix (token, ">") ||
        token[1] == '/' || token[1] == '!' || is_type (token)) {
      *reader = before;
      return TRUE;
    }
    key = g_strndup (token + 1, strlen (token) - 2);
    if (kd_at_tensor (reader) ? !set_tensor (reader, component, key, error)
                              : !set_number (reader, component, key, error))
      return FALSE;
  }
}

static gboolean
read_tensors (KdReader *reader, KdComponent *component, const char *const *keys,
              guint count, GError **error)
{
  for (guint i = 0; i < count && keys[i] != NULL; i++)
    if (!set_tensor (reader, component, keys[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
read_contents (KdReader *reader, KdComponent *component, guint row, GError **error)
{
  if (types[row].options && !read_options (reader, component, error))
    return FALSE;
  if (types[row].list != NULL)
    return set_ints (reader, component, types[row].list, error);
  return read_tensors (reader, component, types[row].tensors,
                       G_N_ELEMENTS (types[row].tensors), error);
}

/* Takes @component over. */
static gboolean
add_lstm (KdReader *reader, KdNet *net, KdComponent *component, gint64 input,
          gint64 output, GError **error)
{
  guint count;
  const char *const *keys = kd_lstm_projected_keys (&count);

  if (read_tensors (reader, component, keys, count, error))
    return kd_lstm_projected_add (net, component, input, output, error);
  kd_component_free (component);
  return FALSE;
}

static gboolean
read_known (KdReader *reader, KdNet *net, guint row, const char *name, gint64 input,
            gint64 output, GError **error)
{
  KdComponent *component = kd_component_new (types[row].type, name);

  if (!read_contents (reader, component, row, error)) {
    kd_component_free (component);
    return FALSE;
  }
  if (g_str_has_prefix (types[row].type, "LstmProjected"))
    return add_lstm (reader, net, component, input, output, error);
  if (strcmp (types[row].type, "RecurrentComponent") == 0)
    kd_recurrent_add (net, component);
  else
    kd_net_chain (net, component);
  return TRUE;
}

/* Whether nothing stands before the next component, or the end. */
static gboolean
is_empty (const KdReader *reader)
{
  KdReader ahead = *reader;
  g_autofree char *token = kd_token (&ahead, NULL);

  return token != NULL && (strcmp (token, END_MARK) == 0 ||
                           strcmp (token, "</Nnet>") == 0 || is_type (token));
}

/* It may be cut away; its size is known then, but newer files alone say where it ends. */
static gboolean
add_unknown (KdReader *reader, KdNet *net, const char *type, const char *name,
             gint64 output, GError **error)
{
  KdComponent *component;
  KdField *field;

  if (!is_empty (reader) && !kd_skip_behind (reader, END_MARK, NULL))
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "component '%s' (%s) is unknown, and the file does not say where "
                      "it ends",
                      name, type);
  component = kd_component_new (type, name);
  component->is_skipped = TRUE;
  field = g_new0 (KdField, 1);
  field->whole = output;
  kd_field_set (component, "OutputDim", field);
  kd_net_chain (net, component);
  return TRUE;
}

static gboolean
add_component (KdReader *reader, KdNet *net, const char *type, const char *name,
               gint64 input, gint64 output, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    if (strcmp (types[i].type, type) != 0)
      continue;
    if (read_known (reader, net, i, name, input, output, error))
      return TRUE;
    g_prefix_error (error, "component '%s': ", name);
    return FALSE;
  }
  return add_unknown (reader, net, type, name, output, error);
}

/**
 * Part:
 * @from: (nullable): the node of whose numbers it reads some; %NULL for a whole network,
 *   which has an input of its own
 * @first: the first of them
 * @depth: in how many others it stands
 * @input, @output: of what has been read of it
 *
 * A network, or one within a ParallelComponent.
 */
typedef struct {
  const char *from;
  gint64 first;
  guint depth;
  gint64 input, output;
} Part;

static KdNode *
last_node (const KdNet *net)
{
  return net->nodes->pdata[net->nodes->len - 1];
}

static void
begin_part (KdNet *net, Part *part, gint64 input)
{
  KdNode *node;

  part->input = input;
  if (part->from == NULL) {
    node = kd_net_add (net, KD_INPUT, "input", NULL);
  } else {
    g_autofree char *name = g_strdup_printf ("%s/part%u", part->from, net->nodes->len);

    node = kd_net_add (net, KD_RANGE, name, kd_term_node (part->from, 0));
    node->first = part->first;
  }
  node->dim = input;
}

static gboolean read_part (KdReader *reader, KdNet *net, Part *part, GError **error);

/* Networks side by side: each reads the numbers behind those of the one before. */
static gboolean
read_parallel (KdReader *reader, KdNet *net, const Part *around, const char *name,
               gint64 input, gint64 output, GError **error)
{
  g_autofree char *from = g_strdup (last_node (net)->name);
  gint64 count, number, read = 0, written = 0;
  KdTerm *joined;

  if (around->depth >= MAX_DEPTH)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "component '%s': at most %d within each other are taken", name,
                      MAX_DEPTH);
  if (!kd_expect (reader, "<NestedNnetCount>", error) || !kd_int (reader, &count, error))
    return FALSE;
  joined = kd_term_append ();
  for (gint64 i = 0; i < count; i++) {
    Part part = { .from = from, .first = read, .depth = around->depth + 1 };

    if (!kd_expect (reader, "<NestedNnet>", error) || !kd_int (reader, &number, error) ||
        !read_part (reader, net, &part, error)) {
      kd_term_free (joined);
      return FALSE;
    }
    g_ptr_array_add (joined->parts, kd_term_node (last_node (net)->name, 0));
    read += part.input;
    written += part.output;
  }
  kd_net_add (net, KD_COMPONENT, name, joined);
  if (read != input || written != output)
    return weir_fail (
        error, WEIR_ERROR_FORMAT,
        "component '%s': expected %" G_GINT64_FORMAT " inputs and %" G_GINT64_FORMAT
        " outputs, its networks have %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT,
        name, input, output, read, written);
  return kd_expect (reader, "</ParallelComponent>", error);
}

static gboolean
read_component (KdReader *reader, KdNet *net, Part *part, const char *token,
                GError **error)
{
  g_autofree char *type = NULL, *name = NULL;
  gboolean is_first = net->nodes->len == 0, good;
  gint64 output, input;

  if (token[0] != '<' || !g_str_has_suffix (token, ">"))
    return kd_fail (reader, error, "expected a component, found '%.80s'", token);
  if (!kd_int (reader, &output, error) || !kd_int (reader, &input, error))
    return FALSE;
  if (output < 1 || input < 1 || input > G_MAXINT32 || output > G_MAXINT32)
    return kd_fail (reader, error,
                    "%s of %" G_GINT64_FORMAT " inputs and %" G_GINT64_FORMAT " outputs",
                    token, input, output);
  type = g_strndup (token + 1, strlen (token) - 2);
  if (part->input == 0)
    begin_part (net, part, input);
  name = g_strdup_printf ("%s%u", type, is_first ? 0 : net->nodes->len);
  part->output = output;
  good = strcmp (type, "ParallelComponent") == 0
             ? read_parallel (reader, net, part, name, input, output, error)
             : add_component (reader, net, type, name, input, output, error);
  return good && (!kd_peek (reader, END_MARK) || kd_expect (reader, END_MARK, error));
}

static gboolean
read_part (KdReader *reader, KdNet *net, Part *part, GError **error)
{
  if (!kd_expect (reader, "<Nnet>", error))
    return FALSE;
  for (;;) {
    g_autofree char *token = kd_token (reader, error);

    if (token == NULL)
      return FALSE;
    if (strcmp (token, "</Nnet>") == 0)
      break;
    if (!read_component (reader, net, part, token, error))
      return FALSE;
  }
  return part->input > 0 || kd_fail (reader, error, "the network has no components");
}

gboolean
kd_nnet1_read (KdReader *reader, KdNet *net, GError **error)
{
  Part whole = { 0 };

  if (!read_part (reader, net, &whole, error))
    return FALSE;
  kd_net_add (net, KD_OUTPUT, "output", kd_term_node (last_node (net)->name, 0));
  return TRUE;
}
