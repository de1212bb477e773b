#include "list.h"

#include "rewrite.h"

#include <string.h>

/* A Pad with zeros of the spatial dimensions becomes the padding of the layer behind it:
 * a convolution, or an average pool, which then counts what is padded. The largest of a
 * pool's values may be smaller than zero, so that MaxPool is none of these. */

typedef struct {
  WeirPort data;
  gint64 begin[2 * WEIR_MAX_RANK], end[2 * WEIR_MAX_RANK];
  gsize n; /* spatial dimensions */
} Padding;

static gboolean
pads_with_zeros (const WeirGraph *graph, const WeirNode *pad)
{
  double value = 0;

  return weir_node_string_is (pad, "pad_mode", "constant") &&
         (pad->n_inputs < 4 || (weir_pass_scalar (graph, pad, 3, &value) && value == 0));
}

/* The padding of what @layer reads, if nobody else reads it. */
static gboolean
padding_init (const WeirGraph *graph, const WeirNode *layer, Padding *padding)
{
  const WeirNode *pad = weir_match_input (graph, layer, 0, "Pad");
  gsize n_end;

  if (pad == NULL || weir_graph_n_uses (graph, layer->inputs[0]) != 1 ||
      !pads_with_zeros (graph, pad) ||
      !weir_pass_ints (graph, pad, 1, padding->begin, &padding->n) ||
      !weir_pass_ints (graph, pad, 2, padding->end, &n_end) || n_end != padding->n ||
      padding->n < 3)
    return FALSE;
  for (gsize i = 0; i < padding->n; i++)
    if (padding->begin[i] < 0 || padding->end[i] < 0 ||
        (i < 2 && (padding->begin[i] != 0 || padding->end[i] != 0)))
      return FALSE;
  padding->data = pad->inputs[0];
  padding->n -= 2;
  memmove (padding->begin, padding->begin + 2, padding->n * sizeof *padding->begin);
  memmove (padding->end, padding->end + 2, padding->n * sizeof *padding->end);
  return TRUE;
}

/* With pads that follow from the size of the input more padding is not to be said. */
static gboolean
has_own_pads (const WeirNode *layer)
{
  return weir_node_string_is (layer, "auto_pad", "explicit");
}

static gboolean
can_be_told (const WeirNode *layer)
{
  return has_own_pads (layer) || weir_node_string_is (layer, "auto_pad", "valid");
}

static WeirNode *
begin_padded (WeirBuilder *builder, const WeirNode *layer, const Padding *padding)
{
  g_autofree WeirPort *inputs =
      g_memdup2 (layer->inputs, layer->n_inputs * sizeof *inputs);
  gint64 begin[WEIR_MAX_RANK * 2], end[WEIR_MAX_RANK * 2];
  WeirNode *node;

  inputs[0] = padding->data;
  for (gsize i = 0; i < padding->n; i++) {
    gboolean own = has_own_pads (layer);

    begin[i] =
        padding->begin[i] + (own ? weir_node_int_at (layer, "pads_begin", i, 0) : 0);
    end[i] = padding->end[i] + (own ? weir_node_int_at (layer, "pads_end", i, 0) : 0);
  }
  node = weir_build_begin_like (builder, layer, layer->name, inputs, layer->n_inputs);
  weir_node_set_ints (node, "pads_begin", begin, padding->n);
  weir_node_set_ints (node, "pads_end", end, padding->n);
  weir_node_set_string (node, "auto_pad", "explicit");
  return node;
}

static gboolean
convolution (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  Padding padding;
  WeirNode *padded;

  if (!can_be_told (node) || !padding_init (graph, node, &padding))
    return TRUE;
  padded = begin_padded (&builder, node, &padding);
  return weir_pass_finish (&builder, node, weir_build_end (&builder, padded), changed,
                           error);
}

/* A pool without pads of its own. A window must not lie in the padding alone. */
static gboolean
pool_suits (const WeirNode *pool, const Padding *padding)
{
  if (!can_be_told (pool) || !weir_node_string_is (pool, "rounding_type", "floor"))
    return FALSE;
  for (gsize i = 0; i < padding->n; i++) {
    gint64 kernel = weir_node_int_at (pool, "kernel", i, 0);

    if (padding->begin[i] >= kernel || padding->end[i] >= kernel ||
        (has_own_pads (pool) && (weir_node_int_at (pool, "pads_begin", i, 0) != 0 ||
                                 weir_node_int_at (pool, "pads_end", i, 0) != 0)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
average_pool (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  Padding padding;
  WeirNode *padded;

  if (!padding_init (graph, node, &padding) || !pool_suits (node, &padding))
    return TRUE;
  padded = begin_padded (&builder, node, &padding);
  weir_node_set_bool (padded, "exclude-pad", FALSE);
  return weir_pass_finish (&builder, node, weir_build_end (&builder, padded), changed,
                           error);
}

static const WeirRewrite rows[] = {
  { "Convolution", convolution },
  { "GroupConvolution", convolution },
  { "AvgPool", average_pool },
  { NULL },
};

gboolean
weir_pass_fuse_pad (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
