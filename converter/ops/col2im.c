#include "list.h"

/* Col2Im: blocks of a picture that slid over it, summed up where they lay. */

static const WeirAttrRow attrs[] = {
  { "strides", WEIR_ATTR_INTS, "1, 1", "1..2147483647", 0, 0 },
  { "dilations", WEIR_ATTR_INTS, "1, 1", "1..2147483647", 0, 0 },
  { "pads_begin", WEIR_ATTR_INTS, "0, 0", "0..2147483647", 0, 0 },
  { "pads_end", WEIR_ATTR_INTS, "0, 0", "0..2147483647", 0, 0 },
  { NULL }
};

/* One of the two dimensions of the picture; -1 where something is unknown. */
typedef struct {
  gint64 size, kernel, stride, dilation, begin, positions;
} Axis;

static gboolean
axis_init (Axis *axis, const WeirNode *node, int i, gint64 size, gint64 kernel,
           GError **error)
{
  gint64 length;

  *axis = (Axis){ .size = size,
                  .kernel = kernel,
                  .stride = weir_node_int_at (node, "strides", (gsize) i, 1),
                  .dilation = weir_node_int_at (node, "dilations", (gsize) i, 1),
                  .begin = weir_node_int_at (node, "pads_begin", (gsize) i, 0),
                  .positions = WEIR_DIM_UNKNOWN };
  if (size < 0 || kernel < 0)
    return TRUE;
  if (size == 0 || kernel == 0 || size > G_MAXINT32 || kernel > G_MAXINT32)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "cannot lay blocks of %" G_GINT64_FORMAT " on a picture of "
                      "%" G_GINT64_FORMAT,
                      kernel, size);
  length = size + axis->begin + weir_node_int_at (node, "pads_end", (gsize) i, 0) -
           axis->dilation * (kernel - 1) - 1;
  axis->positions = length < 0 ? 0 : length / axis->stride + 1;
  return TRUE;
}

static gboolean
check_pairs (const WeirNode *node, GError **error)
{
  for (const WeirAttrRow *row = attrs; row->name != NULL; row++) {
    gsize n;

    weir_node_ints (node, row->name, &n);
    if (n != 2)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "attribute '%s': expected 2 values, found %zu", row->name, n);
  }
  return TRUE;
}

static gboolean
read_axes (const WeirInfer *infer, Axis axes[2], GError **error)
{
  WeirList size, kernel;

  if (!check_pairs (infer->node, error) ||
      !weir_list_input (infer, 1, "output_size", &size, error) ||
      !weir_list_length (&size, "output_size", 2, error) ||
      !weir_list_input (infer, 2, "kernel_size", &kernel, error) ||
      !weir_list_length (&kernel, "kernel_size", 2, error))
    return FALSE;
  for (int i = 0; i < 2; i++) {
    if ((size.known && size.values[i] < 0) || (kernel.known && kernel.values[i] < 0))
      return weir_fail (error, WEIR_ERROR_SHAPE, "a size is negative");
    if (!axis_init (&axes[i], infer->node, i, size.known ? size.values[i] : -1,
                    kernel.known ? kernel.values[i] : -1, error))
      return FALSE;
  }
  return TRUE;
}

/* The data's last two dimensions: channels times the elements of a block, and blocks. */
static gboolean
check_data (const WeirShape *x, const Axis axes[2], gint64 *channels, GError **error)
{
  gint64 rows = x->dims[x->rank - 2], columns = x->dims[x->rank - 1], block, blocks;

  *channels = WEIR_DIM_UNKNOWN;
  if (axes[0].kernel >= 0 && axes[1].kernel >= 0) {
    block = axes[0].kernel * axes[1].kernel;
    if (rows >= 0 && rows % block != 0)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "expected a multiple of %" G_GINT64_FORMAT
                        " rows, found %" G_GINT64_FORMAT,
                        block, rows);
    *channels = rows < 0 ? rows : rows / block;
  }
  if (axes[0].positions < 0 || axes[1].positions < 0 || columns < 0)
    return TRUE;
  if (!weir_mul_i64 (axes[0].positions, axes[1].positions, &blocks) || blocks != columns)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                      " blocks, found %" G_GINT64_FORMAT,
                      axes[0].positions, axes[1].positions, columns);
  return TRUE;
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirShape y = WEIR_SHAPE_UNKNOWN;
  Axis axes[2];
  gint64 channels;

  if (!read_axes (infer, axes, error))
    return FALSE;
  if (x->rank >= 0) {
    if (x->rank != 2 && x->rank != 3)
      return weir_fail (error, WEIR_ERROR_SHAPE, "expected data of rank 2 or 3, found %d",
                        x->rank);
    if (!check_data (x, axes, &channels, error))
      return FALSE;
    y = x->rank == 3 ? WEIR_SHAPE (x->dims[0], channels, axes[0].size, axes[1].size)
                     : WEIR_SHAPE (channels, axes[0].size, axes[1].size);
  }
  return weir_infer_sized (infer, 0, infer->inputs[0].dtype, &y, error);
}

/* Adds one plane of blocks, all elements @ky, @kx of them, to one plane of the picture.
 */
static void
add_plane (const WeirTensor *x, gsize from, const Axis axes[2], gint64 ky, gint64 kx,
           WeirTensor *y, gsize to)
{
  WeirDtype dtype = weir_tensor_dtype (y);

  for (gint64 i = 0; i < axes[0].positions * axes[1].positions; i++) {
    gint64 row =
        i / axes[1].positions * axes[0].stride - axes[0].begin + ky * axes[0].dilation;
    gint64 column =
        i % axes[1].positions * axes[1].stride - axes[1].begin + kx * axes[1].dilation;
    gsize at = to + (gsize) (row * axes[1].size + column);

    if (row < 0 || row >= axes[0].size || column < 0 || column >= axes[1].size)
      continue;
    if (weir_dtype_is_float (dtype))
      weir_dtype_store (dtype, weir_tensor_writable (y), at,
                        weir_tensor_get (y, at) + weir_tensor_get (x, from + (gsize) i));
    else
      weir_dtype_store_int (
          dtype, weir_tensor_writable (y), at,
          (gint64) ((guint64) weir_tensor_get_int (y, at) +
                    (guint64) weir_tensor_get_int (x, from + (gsize) i)));
  }
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gsize blocks, block, rows;
  Axis axes[2];

  if (y == NULL || !read_axes (eval->infer, axes, error))
    return FALSE;
  blocks = (gsize) (axes[0].positions * axes[1].positions);
  block = (gsize) (axes[0].kernel * axes[1].kernel);
  rows = blocks > 0 ? weir_tensor_count (x) / blocks : 0;
  for (gsize i = 0; i < rows; i++)
    add_plane (x, i * blocks, axes, (gint64) (i % block) / axes[1].kernel,
               (gint64) (i % block) % axes[1].kernel, y,
               i / block * (gsize) (axes[0].size * axes[1].size));
  return TRUE;
}

WEIR_OP_DEFINE (col2im) = {
  .name = "Col2Im",
  .versions = { 15 },
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Blocks that slid over a picture, summed up to it",
  .infer = infer,
  .evaluate = evaluate,
};
