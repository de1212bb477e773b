#include "table.h"

#include <string.h>

/* What picks, repeats or sums up elements. */

/* The largest of a dimension, or of a whole picture: where they are, or they themselves,
 * or both. */
static WeirPort
arg_max (CfLayer *l)
{
  const Caffe__ArgMaxParameter *p =
      CF_PARAM (l, argmax_param, Caffe__ArgMaxParameter, CAFFE__ARG_MAX_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0), parts[2];
  int axis =
      p->has_axis ? weir_make_axis (&l->make, p->axis, weir_make_rank (&l->make, x)) : 2;
  WeirNode *node;

  if (!p->has_axis)
    x = weir_make_reshape (&l->make, x, (const gint64[]){ 0, 1, -1 }, 3);
  node = WEIR_MAKE_BEGIN (&l->make, "TopK", x, weir_make_int (&l->make, p->top_k));
  weir_node_set_int (node, "axis", axis);
  weir_node_set_string (node, "mode", "max");
  weir_node_set_string (node, "sort", "value");
  parts[1] = weir_make_end (&l->make, node);
  if (p->has_axis && p->out_max_val)
    return parts[1];
  parts[0] =
      weir_make_convert (&l->make, weir_make_port (&l->make, node, 1), WEIR_DTYPE_F32);
  return p->out_max_val ? weir_make_concat (&l->make, parts, 2, 1) : parts[0];
}

static WeirPort
batch_reindex (CfLayer *l)
{
  return weir_make_gather (&l->make, cf_in (l, 0),
                           weir_make_convert (&l->make, cf_in (l, 1), WEIR_DTYPE_I32), 0);
}

static WeirPort
tile (CfLayer *l)
{
  const Caffe__TileParameter *p =
      CF_PARAM (l, tile_param, Caffe__TileParameter, CAFFE__TILE_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0);
  int rank = weir_make_rank (&l->make, x);
  gint64 repeats[WEIR_MAX_RANK];

  for (int i = 0; i < rank; i++)
    repeats[i] = 1;
  repeats[weir_make_axis (&l->make, p->axis, rank)] = p->tiles;
  if (p->tiles < 1)
    return weir_make_invalid (&l->make, "tiles: expected a positive number, found %d",
                              p->tiles);
  return weir_make_2 (&l->make, "Tile", x,
                      weir_make_ints (&l->make, repeats, (gsize) rank));
}

/* Sums over all dimensions from axis on. */
static WeirPort
reduction (CfLayer *l)
{
  static const struct {
    const char *operation, *ir;
    gboolean squares;
  } operations[] = { { "SUM", "ReduceSum", FALSE },
                     { "ASUM", "ReduceL1", FALSE },
                     { "SUMSQ", "ReduceSum", TRUE },
                     { "MEAN", "ReduceMean", FALSE } };
  const Caffe__ReductionParameter *p = CF_PARAM (
      l, reduction_param, Caffe__ReductionParameter, CAFFE__REDUCTION_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0);
  int rank = weir_make_rank (&l->make, x);
  WeirPort axes =
      weir_make_range (&l->make, weir_make_axis (&l->make, p->axis, rank), rank);

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++) {
    if (strcmp (p->operation, operations[i].operation) != 0)
      continue;
    if (operations[i].squares)
      x = weir_make_2 (&l->make, "Multiply", x, x);
    x = weir_make_reduce (&l->make, operations[i].ir, x, axes, FALSE);
    return p->coeff == 1
               ? x
               : weir_make_2 (&l->make, "Multiply", x,
                              weir_make_scalar (&l->make, x, (double) p->coeff));
  }
  return weir_make_unsupported (&l->make, "operation %s", p->operation);
}

static WeirPort
shuffle_channel (CfLayer *l)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "ShuffleChannels", cf_in (l, 0));

  weir_node_set_int (node, "axis", 1);
  weir_node_set_int (node, "group",
                     CF_PARAM (l, shuffle_channel_param, Caffe__ShuffleChannelParameter,
                               CAFFE__SHUFFLE_CHANNEL_PARAMETER__INIT)
                         ->group);
  return weir_make_end (&l->make, node);
}

static WeirPort
backwards (CfLayer *l, WeirPort x, gint64 axis)
{
  return WEIR_MAKE (&l->make, "Slice", x, WEIR_MAKE_INTS (&l->make, -1),
                    WEIR_MAKE_INTS (&l->make, G_MININT64), WEIR_MAKE_INTS (&l->make, -1),
                    WEIR_MAKE_INTS (&l->make, axis));
}

static WeirPort
flip (CfLayer *l)
{
  const Caffe__FlipParameter *p =
      CF_PARAM (l, flip_param, Caffe__FlipParameter, CAFFE__FLIP_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0);

  if (p->flip_height)
    x = backwards (l, x, 2);
  return p->flip_width ? backwards (l, x, 3) : x;
}

/* As large as the second bottom from axis on: one offset for all, or one a dimension. */
static WeirPort
crop (CfLayer *l)
{
  const Caffe__CropParameter *p =
      CF_PARAM (l, crop_param, Caffe__CropParameter, CAFFE__CROP_PARAMETER__INIT);
  WeirPort x = cf_in (l, 0), like = cf_in (l, 1), begin, size;
  int rank = weir_make_rank (&l->make, x);
  int axis = weir_make_axis (&l->make, p->axis, rank);
  gsize n = (gsize) (rank - axis);
  gint64 offsets[WEIR_MAX_RANK], ones[WEIR_MAX_RANK];

  if (p->n_offset > 1 && p->n_offset != n)
    return weir_make_invalid (&l->make, "offset: expected 1 or %zu numbers, found %zu", n,
                              p->n_offset);
  if (weir_make_rank (&l->make, like) != rank)
    return weir_make_invalid (&l->make, "bottoms of different numbers of dimensions");
  for (gsize i = 0; i < n; i++) {
    offsets[i] = p->n_offset == 0 ? 0 : p->offset[p->n_offset > 1 ? i : 0];
    ones[i] = 1;
  }
  begin = weir_make_ints (&l->make, offsets, n);
  size = weir_make_slice (&l->make, weir_make_shape_of (&l->make, like),
                          WEIR_MAKE_INTS (&l->make, axis),
                          WEIR_MAKE_INTS (&l->make, rank), 0);
  return WEIR_MAKE (
      &l->make, "Slice", x, begin,
      weir_make_known (&l->make, weir_make_2 (&l->make, "Add", begin, size)),
      weir_make_ints (&l->make, ones, n), weir_make_range (&l->make, axis, rank));
}

static WeirPort
ctc_greedy_decoder (CfLayer *l)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&l->make, "CTCGreedyDecoder", cf_in (l, 0), cf_in (l, 1));

  weir_node_set_bool (node, "ctc_merge_repeated",
                      CF_PARAM (l, ctc_decoder_param, Caffe__CTCDecoderParameter,
                                CAFFE__CTCDECODER_PARAMETER__INIT)
                          ->ctc_merge_repeated);
  return weir_make_end (&l->make, node);
}

const CfRow cf_rows_index[] = {
  { "ArgMax", arg_max },
  { "BatchReindex", batch_reindex },
  { "Tile", tile },
  { "Reduction", reduction },
  { "ShuffleChannel", shuffle_channel },
  { "Flip", flip },
  { "Crop", crop },
  { "CTCGreedyDecoder", ctc_greedy_decoder },
  { NULL },
};
