#include "window.h"

#include <string.h>

void
onnx_spatial_list (OnnxNode *n, const char *name, int count, gint64 fallback,
                   gint64 *values)
{
  gsize found;
  const gint64 *given = onnx_attr_ints (n, name, &found);

  for (int i = 0; i < count; i++)
    values[i] = found == (gsize) count ? given[i] : fallback;
  if (found != 0 && found != (gsize) count)
    weir_make_invalid (&n->make,
                       "attribute '%s': expected %d numbers, found %" G_GSIZE_FORMAT,
                       name, count, found);
}

static const struct {
  const char *onnx, *ir;
} paddings[] = {
  { "NOTSET", "explicit" },       { "", "explicit" },   { "SAME_UPPER", "same_upper" },
  { "SAME_LOWER", "same_lower" }, { "VALID", "valid" },
};

static const char *
padding_of (OnnxNode *n)
{
  const char *given = onnx_attr_string (n, "auto_pad", "NOTSET");

  for (guint i = 0; i < G_N_ELEMENTS (paddings); i++)
    if (strcmp (given, paddings[i].onnx) == 0)
      return paddings[i].ir;
  weir_make_invalid (&n->make,
                     "attribute 'auto_pad': expected NOTSET, SAME_UPPER, SAME_LOWER or "
                     "VALID, found %s",
                     given);
  return "explicit";
}

void
onnx_set_window (OnnxNode *n, WeirNode *node, int spatial, gboolean dilations)
{
  gint64 values[2 * WEIR_MAX_RANK];
  gsize count = (gsize) spatial;

  onnx_spatial_list (n, "strides", spatial, 1, values);
  weir_node_set_ints (node, "strides", values, count);
  if (dilations) {
    onnx_spatial_list (n, "dilations", spatial, 1, values);
    weir_node_set_ints (node, "dilations", values, count);
  }
  onnx_spatial_list (n, "pads", 2 * spatial, 0, values);
  weir_node_set_ints (node, "pads_begin", values, count);
  weir_node_set_ints (node, "pads_end", values + count, count);
  weir_node_set_string (node, "auto_pad", padding_of (n));
}
