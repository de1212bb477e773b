#include "kaldi.h"

/* RecurrentComponent of nnet1 (nnet/nnet-recurrent.h) in the components of nnet3: tanh of
 * one product of the input, with the bias, and one of the last output. */

static void
share (const KdComponent *whole, const char *from, KdComponent *part, const char *key)
{
  KdField *field = g_new0 (KdField, 1);

  field->tensor = weir_tensor_ref (kd_field (whole, from)->tensor);
  kd_field_set (part, key, field);
}

void
kd_recurrent_add (KdNet *net, KdComponent *whole)
{
  const KdNode *last = net->nodes->pdata[net->nodes->len - 1];
  KdComponent *forward =
      kd_net_add_part (net, whole->name, "/forward", "AffineTransform");
  KdComponent *back = kd_net_add_part (net, whole->name, "/recurrent", "LinearTransform");
  KdComponent *out = kd_net_add_part (net, whole->name, "", "Tanh");
  KdTerm *sum = kd_term_append ();

  share (whole, "Forward", forward, "LinearParams");
  share (whole, "Bias", forward, "BiasParams");
  share (whole, "Recurrent", back, "LinearParams");
  kd_net_place (net, forward, kd_term_node (last->name, 0));
  kd_net_place (net, back, kd_term_node (out->name, -1));
  sum->kind = KD_SUM;
  g_ptr_array_add (sum->parts, kd_term_node (forward->name, 0));
  g_ptr_array_add (sum->parts, kd_term_node (back->name, 0));
  kd_net_place (net, out, sum);
  kd_component_free (whole);
}
