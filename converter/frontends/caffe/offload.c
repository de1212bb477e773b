#include "caffe.h"

#include <string.h>

/* Layers that Caffe itself runs: a part is the layer's text behind a line that counts
 * what the layer reads; its weights come as inputs behind the bottoms. */

#define FRAMEWORK "caffe"

guint
cf_layer_inputs (CfLayer *l, WeirPort **inputs)
{
  guint n_bottom = cf_n_in (l), n_blobs = cf_n_blobs (l);

  *inputs = g_new (WeirPort, n_bottom + n_blobs + 1);
  for (guint i = 0; i < n_bottom; i++)
    (*inputs)[i] = cf_in (l, i);
  for (guint i = 0; i < n_blobs; i++)
    (*inputs)[n_bottom + i] = cf_weights (l, i, NULL);
  return n_bottom + n_blobs;
}

WeirTensor *
cf_layer_part (CfLayer *l)
{
  const WeirTextField *field = l->entry->field;
  WeirBytes text = weir_source_bytes (l->import->input->topology);
  g_autofree char *head = g_strdup_printf ("# %u bottoms, %u blobs, %zu tops\n",
                                           cf_n_in (l), cf_n_blobs (l), l->proto->n_top);
  gsize length = strlen (head), size = field->end - field->begin;
  const WeirShape shape = WEIR_SHAPE ((gint64) (length + size));
  WeirTensor *part = weir_tensor_new (WEIR_DTYPE_U8, &shape, &l->make.b->error);
  guint8 *to = part != NULL ? weir_tensor_writable (part) : NULL;

  if (part == NULL)
    return NULL;
  memcpy (to, head, length);
  memcpy (to + length, text.data + field->begin, size);
  return part;
}

gboolean
cf_offload_may (const CfLayer *l)
{
  return weir_offload_op (l->import->input, FRAMEWORK);
}

WeirPort
cf_offload_convert (CfLayer *l)
{
  guint n_top = (guint) l->proto->n_top;
  g_autofree WeirPort *outputs = g_new (WeirPort, n_top + 1);
  g_autofree WeirPort *inputs = NULL;
  guint n_inputs = cf_layer_inputs (l, &inputs);
  WeirTensor *part = !weir_build_failed (l->make.b) ? cf_layer_part (l) : NULL;

  if (part == NULL || !weir_offload_op_convert (&l->make, FRAMEWORK, part, inputs,
                                                n_inputs, outputs, n_top))
    return WEIR_PORT_NONE;
  for (guint i = 1; i < n_top; i++)
    cf_out (l, i, outputs[i]);
  return n_top > 0 ? outputs[0] : WEIR_PORT_NONE;
}
