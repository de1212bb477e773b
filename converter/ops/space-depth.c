#include "list.h"
#include "move.h"

/* SpaceToDepth, DepthToSpace, SpaceToBatch, BatchToSpace, ShuffleChannels,
 * ExtractImagePatches: blocks of space that become channels or batch, and back. */

static const WeirAttrRow depth_attrs[] = {
  { "mode", WEIR_ATTR_STRING, NULL, "blocks_first|depth_first", 0, 0 },
  { "block_size", WEIR_ATTR_INT, "1", "1..2147483647", 0, 0 },
  { NULL },
};

/* Elements of a block: its size to the power of the number of spatial dimensions. */
static gboolean
block_volume (const WeirNode *node, int rank, gint64 *volume, GError **error)
{
  *volume = 1;
  if (rank < 3)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected rank 3 or more, found rank %d",
                      rank);
  for (int i = 2; i < rank; i++)
    if (!weir_mul_i64 (*volume, weir_node_int (node, "block_size"), volume))
      return weir_fail (error, WEIR_ERROR_LIMIT, "block_size is too large");
  return TRUE;
}

/* One dimension grows while another shrinks by the same factor. */
static gboolean
scale (WeirShape *y, int i, gint64 factor, gboolean up, GError **error)
{
  gint64 *dim = &y->dims[i];

  if (*dim < 0)
    return TRUE;
  if (!up && *dim % factor != 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "dimension %d of %" G_GINT64_FORMAT
                      " is no multiple of %" G_GINT64_FORMAT,
                      i, *dim, factor);
  if (!up)
    *dim /= factor;
  else if (!weir_mul_i64 (*dim, factor, dim))
    return weir_fail (error, WEIR_ERROR_LIMIT, "dimension %d is too large", i);
  return TRUE;
}

static gboolean
depth_infer (WeirInfer *infer, GError **error)
{
  gboolean to_space = weir_node_is (infer->node, "DepthToSpace");
  WeirShape y = infer->inputs[0].shape;
  gint64 volume;

  if (y.rank < 0)
    return weir_infer_same (infer, error);
  if (!block_volume (infer->node, y.rank, &volume, error) ||
      !scale (&y, 1, volume, !to_space, error))
    return FALSE;
  for (int i = 2; i < y.rank; i++)
    if (!scale (&y, i, weir_node_int (infer->node, "block_size"), to_space, error))
      return FALSE;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

/* A loop over both forms, which run in the direction that is asked for. */
static void
loop (WeirMove *move, gboolean to_space, gint64 count, gint64 deep, gint64 wide)
{
  if (to_space)
    weir_move_loop (move, count, deep, wide);
  else
    weir_move_loop (move, count, wide, deep);
}

/* Channels of the deep form are numbered (block, channel) with blocks_first, else
 * (channel, block), the last dimension's place in the block running fastest. */
static gboolean
depth_evaluate (WeirEval *eval, GError **error)
{
  gboolean to_space = weir_node_is (eval->node, "DepthToSpace");
  gboolean blocks_first = weir_node_string_is (eval->node, "mode", "blocks_first");
  gint64 block = weir_node_int (eval->node, "block_size"), volume, place;
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]), *y = &eval->infos[0].shape;
  const WeirShape *deep = to_space ? x : y, *wide = to_space ? y : x;
  gint64 d[WEIR_MAX_RANK], w[WEIR_MAX_RANK];
  WeirMove move = { 0 };

  if (weir_eval_inferred (eval, 0, error) == NULL ||
      !block_volume (eval->node, x->rank, &volume, error))
    return FALSE;
  weir_move_steps (deep, d);
  weir_move_steps (wide, w);
  loop (&move, to_space, wide->dims[0], d[0], w[0]);
  loop (&move, to_space, wide->dims[1], blocks_first ? d[1] : d[1] * volume, w[1]);
  place = blocks_first ? volume * wide->dims[1] * d[1] : volume * d[1];
  for (int i = 2; i < x->rank; i++) {
    place /= block;
    loop (&move, to_space, deep->dims[i], d[i], w[i] * block);
    loop (&move, to_space, block, place, w[i]);
  }
  weir_move_run (&move, eval->inputs[0], 0, eval->outputs[0], 0);
  return TRUE;
}

WEIR_OP_DEFINE (depth_to_space) = {
  .name = "DepthToSpace",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = depth_attrs,
  .summary = "Channels laid out as blocks of space",
  .infer = depth_infer,
  .evaluate = depth_evaluate,
};

WEIR_OP_DEFINE (space_to_depth) = {
  .name = "SpaceToDepth",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = depth_attrs,
  .summary = "Blocks of space stacked up as channels",
  .infer = depth_infer,
  .evaluate = depth_evaluate,
};

/* The three lists of SpaceToBatch and BatchToSpace: one value a dimension, none of them
 * for the batch. */
typedef struct {
  WeirList block, begin, end;
} Blocks;

static gboolean
blocks_read (Blocks *b, const WeirInfer *infer, int rank, GError **error)
{
  if (!weir_list_input (infer, 1, "block_shape", &b->block, error) ||
      !weir_list_input (infer, 2, "pads or crops begin", &b->begin, error) ||
      !weir_list_input (infer, 3, "pads or crops end", &b->end, error))
    return FALSE;
  if (rank < 0)
    return TRUE;
  if (rank < 2)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected rank 2 or more, found rank %d",
                      rank);
  if (!weir_list_length (&b->block, "block_shape", rank, error) ||
      !weir_list_length (&b->begin, "pads or crops begin", rank, error) ||
      !weir_list_length (&b->end, "pads or crops end", rank, error))
    return FALSE;
  for (int i = 0; i < rank; i++)
    if ((b->block.known && (b->block.values[i] < 1 || b->block.values[i] > G_MAXINT32)) ||
        (b->begin.known && (b->begin.values[i] < 0 || b->begin.values[i] > G_MAXINT32)) ||
        (b->end.known && (b->end.values[i] < 0 || b->end.values[i] > G_MAXINT32)) ||
        (i == 0 && ((b->block.known && b->block.values[0] != 1) ||
                    (b->begin.known && b->begin.values[0] != 0) ||
                    (b->end.known && b->end.values[0] != 0))))
      return weir_fail (
          error, WEIR_ERROR_SHAPE,
          "dimension %d: expected a block of at least 1 and pads or crops of "
          "at least 0, and 1 and 0 for the batch",
          i);
  return TRUE;
}

/* Pads (or crops, as negative pads) of dimension @i. */
static gboolean
widen (WeirShape *y, int i, gint64 by, GError **error)
{
  if (y->dims[i] < 0)
    return TRUE;
  if (!weir_add_i64 (y->dims[i], by, &y->dims[i]) || y->dims[i] < 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "dimension %d cannot change by %" G_GINT64_FORMAT, i, by);
  return TRUE;
}

static gboolean
batch_infer (WeirInfer *infer, GError **error)
{
  gboolean to_space = weir_node_is (infer->node, "BatchToSpace");
  WeirShape y = infer->inputs[0].shape;
  Blocks b;

  if (!blocks_read (&b, infer, y.rank, error))
    return FALSE;
  if (y.rank < 0 || !b.block.known || !b.begin.known || !b.end.known) {
    y = weir_shape_unknown (y.rank);
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  }
  for (int i = 1; i < y.rank; i++) {
    gint64 rim = b.begin.values[i] + b.end.values[i];

    if (!scale (&y, 0, b.block.values[i], !to_space, error) ||
        (!to_space && !widen (&y, i, rim, error)) ||
        !scale (&y, i, b.block.values[i], to_space, error) ||
        (to_space && !widen (&y, i, -rim, error)))
      return FALSE;
  }
  return weir_infer_sized (infer, 0, infer->inputs[0].dtype, &y, error);
}

/* The steps s in 0..@count - 1 for which @offset + s * @step lies in 0..@size - 1. */
static gint64
clip (gint64 count, gint64 step, gint64 offset, gint64 size, gint64 *first)
{
  gint64 end = size <= offset ? 0 : (size - 1 - offset) / step + 1;

  *first = offset >= 0 ? 0 : (-offset + step - 1) / step;
  return MAX (MIN (end, count) - *first, 0);
}

/* Moves what lies at place @index of each block: a run of items of the batched form. */
static void
move_place (const WeirEval *eval, const Blocks *b, gboolean to_space, gint64 index)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]), *y = &eval->infos[0].shape;
  const WeirShape *batched = to_space ? x : y, *wide = to_space ? y : x;
  gint64 d[WEIR_MAX_RANK], w[WEIR_MAX_RANK], deep_at, wide_at = 0, first;
  WeirMove move = { 0 };

  weir_move_steps (batched, d);
  weir_move_steps (wide, w);
  deep_at = index * wide->dims[0] * d[0];
  loop (&move, to_space, wide->dims[0], d[0], w[0]);
  for (int i = x->rank - 1; i > 0; i--) {
    gint64 block = b->block.values[i], offset = index % block - b->begin.values[i];
    gint64 count = clip (batched->dims[i], block, offset, wide->dims[i], &first);

    index /= block;
    if (count == 0)
      return;
    deep_at += first * d[i];
    wide_at += (offset + first * block) * w[i];
    loop (&move, to_space, count, d[i], w[i] * block);
  }
  weir_move_run (&move, eval->inputs[0], to_space ? deep_at : wide_at, eval->outputs[0],
                 to_space ? wide_at : deep_at);
}

static gboolean
batch_evaluate (WeirEval *eval, GError **error)
{
  gboolean to_space = weir_node_is (eval->node, "BatchToSpace");
  const WeirTensor *x = eval->inputs[0];
  gint64 places = 1;
  Blocks b;

  if (!blocks_read (&b, eval->infer, weir_tensor_shape (x)->rank, error) ||
      weir_eval_inferred (eval, 0, error) == NULL)
    return FALSE;
  if (weir_tensor_count (x) == 0 || weir_tensor_count (eval->outputs[0]) == 0)
    return TRUE;
  for (int i = 1; i < b.block.n; i++)
    places *= b.block.values[i];
  for (gint64 i = 0; i < places; i++)
    move_place (eval, &b, to_space, i);
  return TRUE;
}

WEIR_OP_DEFINE (space_to_batch) = {
  .name = "SpaceToBatch",
  .versions = { 2 },
  .min_inputs = 4,
  .max_inputs = 4,
  .outputs = 1,
  .summary = "Blocks of padded space stacked up as batch",
  .infer = batch_infer,
  .evaluate = batch_evaluate,
};

WEIR_OP_DEFINE (batch_to_space) = {
  .name = "BatchToSpace",
  .versions = { 2 },
  .min_inputs = 4,
  .max_inputs = 4,
  .outputs = 1,
  .summary = "Items of the batch laid out as blocks of space, then cropped",
  .infer = batch_infer,
  .evaluate = batch_evaluate,
};

static const WeirAttrRow shuffle_attrs[] = {
  { "axis", WEIR_ATTR_INT, "1", NULL, 0, 0 },
  { "group", WEIR_ATTR_INT, "1", "1..", 0, 0 },
  { NULL },
};

static gboolean
shuffle_infer (WeirInfer *infer, GError **error)
{
  WeirShape groups = infer->inputs[0].shape;
  int axis;

  return (groups.rank < 0 ||
          (weir_shape_axis (weir_node_int (infer->node, "axis"), groups.rank, &axis,
                            error) &&
           scale (&groups, axis, weir_node_int (infer->node, "group"), FALSE, error))) &&
         weir_infer_same (infer, error);
}

static gboolean
shuffle_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *shape = weir_tensor_shape (eval->inputs[0]);
  gint64 groups = weir_node_int (eval->node, "group"), steps[WEIR_MAX_RANK], outer = 1;
  gint64 channels, inner;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  WeirMove move = { 0 };
  int axis;

  if (y == NULL ||
      !weir_shape_axis (weir_node_int (eval->node, "axis"), shape->rank, &axis, error))
    return FALSE;
  if (weir_tensor_count (y) == 0)
    return TRUE;
  weir_move_steps (shape, steps);
  channels = shape->dims[axis];
  inner = steps[axis];
  for (int i = 0; i < axis; i++)
    outer *= shape->dims[i];
  weir_move_loop (&move, outer, channels * inner, channels * inner);
  weir_move_loop (&move, channels / groups, inner, groups * inner);
  weir_move_loop (&move, groups, channels / groups * inner, inner);
  weir_move_loop (&move, inner, 1, 1);
  weir_move_run (&move, eval->inputs[0], 0, y, 0);
  return TRUE;
}

WEIR_OP_DEFINE (shuffle_channels) = {
  .name = "ShuffleChannels",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = shuffle_attrs,
  .summary = "Channels of several groups dealt out in turn",
  .infer = shuffle_infer,
  .evaluate = shuffle_evaluate,
};

static const WeirAttrRow patches_attrs[] = {
  { "sizes", WEIR_ATTR_INTS, NULL, "1..2147483647", 0, 0 },
  { "strides", WEIR_ATTR_INTS, NULL, "1..2147483647", 0, 0 },
  { "rates", WEIR_ATTR_INTS, NULL, "1..2147483647", 0, 0 },
  { "auto_pad", WEIR_ATTR_STRING, NULL, "valid|same_upper|same_lower", 0, 0 },
  { NULL },
};

/* Height or width of the patches: how many there are, and where the first one begins. */
typedef struct {
  gint64 size, stride, rate, count, begin;
} Patch;

static void
patch_init (Patch *p, const WeirNode *node, gsize i, gint64 size)
{
  gint64 reach, total;

  *p = (Patch){ weir_node_int_at (node, "sizes", i, 1),
                weir_node_int_at (node, "strides", i, 1),
                weir_node_int_at (node, "rates", i, 1), WEIR_DIM_UNKNOWN, 0 };
  reach = (p->size - 1) * p->rate + 1;
  if (size < 0)
    return;
  if (weir_node_string_is (node, "auto_pad", "valid")) {
    p->count = size < reach ? 0 : (size - reach) / p->stride + 1;
    return;
  }
  p->count = size / p->stride + (size % p->stride != 0);
  if (!weir_mul_i64 (MAX (p->count - 1, 0), p->stride, &total))
    total = size;
  total = MAX (total - size + reach, 0);
  p->begin = -(weir_node_string_is (node, "auto_pad", "same_upper") ? total / 2
                                                                    : total - total / 2);
}

static gboolean
patches_infer (WeirInfer *infer, GError **error)
{
  static const char *const names[] = { "sizes", "strides", "rates" };
  WeirShape y = infer->inputs[0].shape;
  gint64 volume;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    gsize n;

    weir_node_ints (infer->node, names[i], &n);
    if (n != 2)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "attribute '%s': expected 2 values, found %zu", names[i], n);
  }
  if (y.rank >= 0 && y.rank != 4)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected [N,C,H,W], found rank %d",
                      y.rank);
  if (y.rank < 0)
    y = weir_shape_unknown (4);
  volume = weir_node_int_at (infer->node, "sizes", 0, 1) *
           weir_node_int_at (infer->node, "sizes", 1, 1);
  if (!scale (&y, 1, volume, TRUE, error))
    return FALSE;
  for (gsize i = 0; i < 2; i++) {
    Patch p;

    patch_init (&p, infer->node, i, y.dims[2 + i]);
    y.dims[2 + i] = p.count;
  }
  return weir_infer_sized (infer, 0, infer->inputs[0].dtype, &y, error);
}

/* Output channels are numbered (row in the patch, column in the patch, input channel). */
static gboolean
patches_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]), *out = &eval->infos[0].shape;
  gint64 from[WEIR_MAX_RANK], to[WEIR_MAX_RANK], top, left;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Patch rows, columns;

  if (y == NULL)
    return FALSE;
  if (weir_tensor_count (y) == 0)
    return TRUE;
  patch_init (&rows, eval->node, 0, x->dims[2]);
  patch_init (&columns, eval->node, 1, x->dims[3]);
  weir_move_steps (x, from);
  weir_move_steps (out, to);
  for (gint64 place = 0; place < rows.size * columns.size; place++) {
    gint64 row = rows.begin + place / columns.size * rows.rate;
    gint64 column = columns.begin + place % columns.size * columns.rate;
    gint64 height = clip (rows.count, rows.stride, row, x->dims[2], &top);
    gint64 width = clip (columns.count, columns.stride, column, x->dims[3], &left);
    WeirMove move = { 0 };

    if (height == 0 || width == 0)
      continue;
    weir_move_loop (&move, x->dims[0], from[0], to[0]);
    weir_move_loop (&move, x->dims[1], from[1], to[1]);
    weir_move_loop (&move, height, rows.stride * from[2], to[2]);
    weir_move_loop (&move, width, columns.stride, 1);
    weir_move_run (&move, eval->inputs[0],
                   (row + top * rows.stride) * from[2] + column + left * columns.stride,
                   y, place * x->dims[1] * to[1] + top * to[2] + left);
  }
  return TRUE;
}

WEIR_OP_DEFINE (extract_image_patches) = {
  .name = "ExtractImagePatches",
  .versions = { 3 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = patches_attrs,
  .summary = "Windows of a picture laid out as channels",
  .infer = patches_infer,
  .evaluate = patches_evaluate,
};
