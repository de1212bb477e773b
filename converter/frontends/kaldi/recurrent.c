#include "kaldi.h"

/* RecurrentComponent of nnet1 (nnet/nnet-recurrent.h) in the components of nnet3: tanh of
 * one product of the input, with the bias, and one of the last output. */

static KdComponent *
add_component (KdNet *net, const char *base, const char *suffix, const char *type)
{
  g_autofree char *name = g_strconcat (base, suffix, NULL);
  KdComponent *component = kd_component_new (type, name);

  g_hash_table_insert (net->components, g_strdup (name), component);
  return component;
}

static void
share (const KdComponent *whole, const char *from, KdComponent *part, const char *key)
{
  KdField *field = g_new0 (KdField, 1);

  field->tensor = weir_tensor_ref (kd_field (whole, from)->tensor);
  kd_field_set (part, key, field);
}

static void
add_node (KdNet *net, const KdComponent *component, KdTerm *input)
{
  kd_net_add (net, KD_COMPONENT, component->name, input)->component = component;
}

void
kd_recurrent_add (KdNet *net, KdComponent *whole)
{
  const KdNode *last = net->nodes->pdata[net->nodes->len - 1];
  KdComponent *forward = add_component (net, whole->name, "/forward", "AffineTransform");
  KdComponent *back = add_component (net, whole->name, "/recurrent", "LinearTransform");
  KdComponent *out = add_component (net, whole->name, "", "Tanh");
  KdTerm *sum = kd_term_append ();

  share (whole, "Forward", forward, "LinearParams");
  share (whole, "Bias", forward, "BiasParams");
  share (whole, "Recurrent", back, "LinearParams");
  add_node (net, forward, kd_term_node (last->name, 0));
  add_node (net, back, kd_term_node (out->name, -1));
  sum->kind = KD_SUM;
  g_ptr_array_add (sum->parts, kd_term_node (forward->name, 0));
  g_ptr_array_add (sum->parts, kd_term_node (back->name, 0));
  add_node (net, out, sum);
  kd_component_free (whole);
}
