#include "window.h"

#include <string.h>

static gboolean
has_row (const WeirNode *node, const char *name)
{
  const WeirAttrRow *rows = node->op->attrs;

  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++)
    if (strcmp (rows[i].name, name) == 0)
      return TRUE;
  return FALSE;
}

/* "same": as many positions as the stride leaves, the odd pad at the end or the
 * beginning. */
static void
pad_same (WeirWindow *window, int i, gint64 size, gboolean upper)
{
  gint64 reach = (window->kernel[i] - 1) * window->dilation[i] + 1;
  gint64 positions = (size + window->stride[i] - 1) / window->stride[i];
  gint64 total = MAX ((positions - 1) * window->stride[i] + reach - size, 0);

  window->pad_begin[i] = upper ? total / 2 : total - total / 2;
  window->pad_end[i] = total - window->pad_begin[i];
}

/* No tensor holds so many elements, and sums of such sizes do not overflow. */
#define LARGEST ((gint64) 1 << 40)

static gboolean
is_within (gint64 value, gint64 low)
{
  return value >= low && value <= G_MAXINT32;
}

static gboolean
check (const WeirWindow *window, const WeirShape *input, GError **error)
{
  for (int i = 0; i < window->n; i++) {
    if (!is_within (window->stride[i], 1) || !is_within (window->dilation[i], 1) ||
        !is_within (window->kernel[i], WEIR_DIM_UNKNOWN) ||
        !is_within (window->pad_begin[i], -G_MAXINT32) ||
        !is_within (window->pad_end[i], -G_MAXINT32))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "spatial dimension %d: strides, dilations and kernel must be "
                        "positive, and all of the window's sizes below 2^31",
                        i);
    if (input->dims[i + 2] > LARGEST)
      return weir_fail (error, WEIR_ERROR_LIMIT, "spatial dimension %d is too large", i);
  }
  return TRUE;
}

gboolean
weir_window_init (WeirWindow *window, const WeirNode *node, const WeirShape *input,
                  const gint64 *kernel, GError **error)
{
  gboolean same = weir_node_string_is (node, "auto_pad", "same_upper") ||
                  weir_node_string_is (node, "auto_pad", "same_lower");
  gboolean valid = weir_node_string_is (node, "auto_pad", "valid");

  *window = (WeirWindow){ .n = input->rank - 2 };
  if (window->n < 1 || window->n > WEIR_MAX_SPATIAL)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected an input of rank 3 to 5, found rank %d", input->rank);
  for (int i = 0; i < WEIR_MAX_SPATIAL; i++)
    window->kernel[i] = window->stride[i] = window->dilation[i] = 1;
  for (int i = 0; i < window->n; i++) {
    gsize at = (gsize) i;

    window->kernel[i] = kernel[i];
    window->stride[i] = weir_node_int_at (node, "strides", at, 1);
    if (has_row (node, "dilations"))
      window->dilation[i] = weir_node_int_at (node, "dilations", at, 1);
    if (same || valid)
      continue;
    window->pad_begin[i] = weir_node_int_at (node, "pads_begin", at, 0);
    window->pad_end[i] = weir_node_int_at (node, "pads_end", at, 0);
  }
  if (!check (window, input, error))
    return FALSE;
  for (int i = 0; same && i < window->n; i++)
    if (input->dims[i + 2] >= 0 && window->kernel[i] >= 0)
      pad_same (window, i, input->dims[i + 2],
                weir_node_string_is (node, "auto_pad", "same_upper"));
  return TRUE;
}

gboolean
weir_window_size (const WeirWindow *window, int i, gint64 size, gint64 *positions,
                  GError **error)
{
  gint64 room;

  *positions = WEIR_DIM_UNKNOWN;
  if (size < 0 || window->kernel[i] < 0)
    return TRUE;
  room = size + window->pad_begin[i] + window->pad_end[i] -
         ((window->kernel[i] - 1) * window->dilation[i] + 1);
  if (room < 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "spatial dimension %d: a window of %" G_GINT64_FORMAT
                      " does not fit into %" G_GINT64_FORMAT,
                      i, (window->kernel[i] - 1) * window->dilation[i] + 1,
                      size + window->pad_begin[i] + window->pad_end[i]);
  *positions =
      (window->ceil ? room + window->stride[i] - 1 : room) / window->stride[i] + 1;
  if (window->torch &&
      (*positions - 1) * window->stride[i] >= size + window->pad_begin[i])
    (*positions)--;
  return TRUE;
}

gint64
weir_window_range (const WeirWindow *window, int i, gint64 tap, gint64 coarse,
                   gint64 fine, gint64 *first, gint64 *last)
{
  gint64 stride = window->stride[i];
  gint64 shift = tap * window->dilation[i] - window->pad_begin[i];

  *first = shift < 0 ? (-shift + stride - 1) / stride : 0;
  *last = fine > shift ? MIN (coarse, (fine - 1 - shift) / stride + 1) : 0;
  return *first * stride + shift;
}
