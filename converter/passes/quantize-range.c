#include "quantize-range.h"

#include "constant-math.h"

void
weir_pass_range_clear (WeirPassRange *range)
{
  g_clear_pointer (&range->low, weir_tensor_unref);
  g_clear_pointer (&range->high, weir_tensor_unref);
}

static WeirTensor *
wide_constant (const WeirGraph *graph, WeirPort port)
{
  g_autoptr (WeirTensor) tensor = weir_pass_constant (graph, port);

  return tensor != NULL ? weir_tensor_convert (tensor, WEIR_DTYPE_F64, NULL) : NULL;
}

gboolean
weir_pass_range_of (const WeirGraph *graph, const WeirNode *node, guint low,
                    WeirPassRange *range)
{
  range->low = wide_constant (graph, node->inputs[low]);
  range->high = wide_constant (graph, node->inputs[low + 1]);
  return range->low != NULL && range->high != NULL;
}

static gboolean
map_bound (WeirTensor **bound, const WeirTensor *operand,
           double (*function) (double, double))
{
  WeirTensor *mapped = weir_pass_join (*bound, operand, function);

  if (mapped == NULL)
    return FALSE;
  weir_tensor_unref (*bound);
  *bound = mapped;
  return weir_pass_is_finite (mapped);
}

gboolean
weir_pass_range_map (WeirPassRange *range, const WeirTensor *operand,
                     double (*function) (double, double))
{
  return map_bound (&range->low, operand, function) &&
         map_bound (&range->high, operand, function);
}

gboolean
weir_pass_range_rises (const WeirPassRange *range)
{
  g_autoptr (WeirTensor) width =
      weir_pass_join (range->high, range->low, weir_pass_difference);

  if (width == NULL)
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (width); i++)
    if (!(weir_tensor_get (width, i) > 0))
      return FALSE;
  return TRUE;
}

gboolean
weir_pass_range_equal (const WeirPassRange *a, const WeirPassRange *b)
{
  return weir_tensor_equal (a->low, b->low) && weir_tensor_equal (a->high, b->high);
}

static WeirPort
build_bound (WeirBuilder *builder, const char *name, const char *suffix, WeirPort x,
             WeirTensor *bound)
{
  g_autofree char *full = g_strconcat (name, suffix, NULL);
  WeirDtype dtype = weir_graph_dtype (builder->graph, x);

  return weir_build_constant (builder, full,
                              weir_tensor_convert (bound, dtype, &builder->error));
}

WeirPort
weir_pass_quantize_build (WeirBuilder *builder, const char *name, WeirPort x,
                          const WeirPassRange *in, const WeirPassRange *out,
                          gint64 levels)
{
  WeirPort in_low = build_bound (builder, name, "/in_low", x, in->low);
  WeirPort in_high = build_bound (builder, name, "/in_high", x, in->high);
  WeirPort out_low = build_bound (builder, name, "/out_low", x, out->low);
  WeirPort out_high = build_bound (builder, name, "/out_high", x, out->high);
  WeirNode *node = weir_build_begin (builder, "FakeQuantize", name,
                                     WEIR_INPUTS (x, in_low, in_high, out_low, out_high));

  weir_node_set_int (node, "levels", levels);
  return weir_build_end (builder, node);
}
