#include "kaldi.h"

#include <string.h>

/* nnet1 (nnet/nnet-nnet.cc): "<Nnet>", then components one behind the other, each with
 * its numbers of outputs and inputs; what stands behind has neither a name nor an end. */

/* What stands behind the sizes and options of a component. */
typedef enum { NOTHING, MATRIX_AND_VECTOR, VECTOR, OFFSETS } Contents;

static const struct {
  const char *type;
  Contents contents;
  const char *matrix, *vector;
} types[] = {
  { "AffineTransform", MATRIX_AND_VECTOR, "LinearParams", "BiasParams" },
  { "LinearTransform", MATRIX_AND_VECTOR, "LinearParams", NULL },
  { "AddShift", VECTOR, NULL, "Bias" },
  { "Rescale", VECTOR, NULL, "Scales" },
  { "Splice", OFFSETS, NULL, NULL },
  { "Copy", OFFSETS, NULL, NULL },
  { "Sigmoid", NOTHING, NULL, NULL },
  { "Softmax", NOTHING, NULL, NULL },
  { "Tanh", NOTHING, NULL, NULL },
  { "Dropout", NOTHING, NULL, NULL },
  { "RectifiedLinear", NOTHING, NULL, NULL },
  { "LengthNorm", NOTHING, NULL, NULL },
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

/* "<LearnRateCoef> 1 <MaxNorm> 0": of training alone. */
static gboolean
skip_options (KdReader *reader, GError **error)
{
  double ignored;

  while (!kd_at_tensor (reader) && !kd_peek (reader, "<!EndOfComponent>")) {
    KdReader before = *reader;
    g_autofree char *token = kd_token (reader, error);

    if (token == NULL)
      return FALSE;
    if (token[0] != '<') {
      *reader = before;
      return TRUE;
    }
    if (!kd_float (reader, &ignored, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_contents (KdReader *reader, KdComponent *component, guint row, GError **error)
{
  switch (types[row].contents) {
  case MATRIX_AND_VECTOR:
    return skip_options (reader, error) &&
           set_tensor (reader, component, types[row].matrix, error) &&
           (types[row].vector == NULL ||
            set_tensor (reader, component, types[row].vector, error));
  case VECTOR:
    return skip_options (reader, error) &&
           set_tensor (reader, component, types[row].vector, error);
  case OFFSETS:
    return set_ints (reader, component, "Context", error);
  default:
    return TRUE;
  }
}

static gboolean
add_component (KdReader *reader, KdNet *net, const char *type, gint64 input,
               GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s%u", type, net->nodes->len);
  KdComponent *component;

  if (net->nodes->len == 0)
    kd_net_add (net, KD_INPUT, "input", NULL)->dim = input;
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].type, type) == 0) {
      component = kd_component_new (type, name);
      if (read_contents (reader, component, i, error)) {
        kd_net_chain (net, component);
        return TRUE;
      }
      g_prefix_error (error, "component '%s': ", name);
      kd_component_free (component);
      return FALSE;
    }
  return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "component '%s' (%s)", name, type);
}

static gboolean
read_component (KdReader *reader, KdNet *net, const char *token, GError **error)
{
  g_autofree char *type = NULL;
  gint64 output, input;

  if (token[0] != '<' || !g_str_has_suffix (token, ">"))
    return kd_fail (reader, error, "expected a component, found '%.80s'", token);
  if (!kd_int (reader, &output, error) || !kd_int (reader, &input, error))
    return FALSE;
  if (output < 1 || input < 1 || input > G_MAXINT32)
    return kd_fail (reader, error,
                    "%s of %" G_GINT64_FORMAT " inputs and %" G_GINT64_FORMAT " outputs",
                    token, input, output);
  type = g_strndup (token + 1, strlen (token) - 2);
  if (!add_component (reader, net, type, input, error))
    return FALSE;
  return !kd_peek (reader, "<!EndOfComponent>") ||
         kd_expect (reader, "<!EndOfComponent>", error);
}

gboolean
kd_nnet1_read (KdReader *reader, KdNet *net, GError **error)
{
  if (!kd_expect (reader, "<Nnet>", error))
    return FALSE;
  for (;;) {
    g_autofree char *token = kd_token (reader, error);

    if (token == NULL)
      return FALSE;
    if (strcmp (token, "</Nnet>") == 0)
      break;
    if (!read_component (reader, net, token, error))
      return FALSE;
  }
  if (net->nodes->len == 0)
    return kd_fail (reader, error, "the network has no components");
  kd_net_add (
      net, KD_OUTPUT, "output",
      kd_term_node (((KdNode *) net->nodes->pdata[net->nodes->len - 1])->name, 0));
  return TRUE;
}
