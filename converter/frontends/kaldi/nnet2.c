#include "table.h"

#include <string.h>

/* nnet2 (nnet2/nnet-nnet.cc, nnet2/am-nnet.cc): how many components there are, then the
 * components one behind the other, and behind the network the priors of the classes. */

static const char *const input_sizes[] = { "InputDim", "Dim" };
static const char *const input_tensors[] = { "LinearParams", "CuMatrix", "Scales",
                                             "Bias" };

/* What the first component reads. nnet2 has no node of its own for the input. */
static gint64
input_size (const KdComponent *component)
{
  for (guint i = 0; i < G_N_ELEMENTS (input_sizes); i++) {
    const KdField *field = kd_field (component, input_sizes[i]);

    if (field != NULL)
      return field->whole;
  }
  for (guint i = 0; i < G_N_ELEMENTS (input_tensors); i++) {
    const KdField *field = kd_field (component, input_tensors[i]);
    const WeirShape *shape =
        field != NULL && field->tensor != NULL ? weir_tensor_shape (field->tensor) : NULL;

    if (shape != NULL)
      return shape->dims[shape->rank - 1];
  }
  return 0;
}

static gboolean
read_component (KdReader *reader, KdNet *net, gint64 index, GError **error)
{
  g_autofree char *opening = kd_token (reader, error);
  g_autofree char *name = g_strdup_printf ("component%" G_GINT64_FORMAT, index);
  KdComponent *component;
  gint64 size;

  if (opening == NULL ||
      (component = kd_component_read (reader, opening, name, error)) == NULL)
    return FALSE;
  if (index > 0) {
    kd_net_chain (net, component);
    return TRUE;
  }
  size = input_size (component);
  if ((size < 1 || size > G_MAXINT32) && kd_row_find (component) != NULL) {
    kd_fail (reader, error, "component '%s' (%s) does not say how many inputs it has",
             name, component->type);
    kd_component_free (component);
    return FALSE;
  }
  kd_net_add (net, KD_INPUT, "input", NULL)->dim = size;
  kd_net_chain (net, component);
  return TRUE;
}

gboolean
kd_nnet2_read (KdReader *reader, KdNet *net, GError **error)
{
  gint64 count;

  if (!kd_expect (reader, "<Nnet>", error) ||
      !kd_expect (reader, "<NumComponents>", error) || !kd_int (reader, &count, error) ||
      !kd_expect (reader, "<Components>", error))
    return FALSE;
  if (count < 1)
    return kd_fail (reader, error, "the network has no components");
  for (gint64 i = 0; i < count; i++)
    if (!read_component (reader, net, i, error))
      return FALSE;
  if (!kd_expect (reader, "</Components>", error) ||
      !kd_expect (reader, "</Nnet>", error) || !kd_net_read_priors (reader, net, error))
    return FALSE;
  kd_net_add (
      net, KD_OUTPUT, "output",
      kd_term_node (((KdNode *) net->nodes->pdata[net->nodes->len - 1])->name, 0));
  return TRUE;
}
