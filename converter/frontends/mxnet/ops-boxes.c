#include "table.h"

#include <string.h>

/* Lists of boxes, as GluonCV's detectors use them. */

static WeirPort
column (MxNode *n, WeirPort x, gint64 index)
{
  index = CLAMP (index, 0, G_MAXUINT16);
  return weir_make_slice (&n->make, x, WEIR_MAKE_INTS (&n->make, index),
                          WEIR_MAKE_INTS (&n->make, index + 1), -1);
}

static WeirPort
op (MxNode *n, const char *ir, WeirPort x, WeirPort y)
{
  return weir_make_2 (&n->make, ir, x, y);
}

static WeirPort
by (MxNode *n, const char *ir, WeirPort x, double factor)
{
  return weir_make_2 (&n->make, ir, x, weir_make_scalar (&n->make, x, factor));
}

/* Corners of boxes whose four columns begin at @first, as four columns; of centre, width
 * and height where @is_centre. */
static void
read_corners (MxNode *n, WeirPort x, gint64 first, gboolean is_centre, WeirPort corner[4])
{
  WeirPort part[4];

  for (int i = 0; i < 4; i++)
    corner[i] = part[i] = column (n, x, first + i);
  for (int i = 0; is_centre && i < 2; i++) {
    WeirPort half = by (n, "Multiply", part[i + 2], 0.5);

    corner[i] = op (n, "Subtract", part[i], half);
    corner[i + 2] = op (n, "Add", part[i], half);
  }
}

static gint64
coord_start (MxNode *n)
{
  gint64 first = mx_int (n, "coord_start", 2);

  if (first >= 0 && first <= G_MAXUINT16)
    return first;
  weir_make_invalid (&n->make, "attribute 'coord_start': found %" G_GINT64_FORMAT, first);
  return 0;
}

static gboolean
is_centre (MxNode *n, const char *attr, const char *fallback)
{
  return strcmp (mx_string (n, attr, fallback), "center") == 0;
}

/* Moves of anchors become boxes by their corners. */
static WeirPort
box_decode (MxNode *n)
{
  static const char *const names[] = { "std0", "std1", "std2", "std3" };
  WeirPort moves = mx_in_rank (n, 0, 3), anchors = mx_in (n, 1), corner[4], out[4];
  double clip = mx_float (n, "clip", -1);

  read_corners (n, anchors, 0, is_centre (n, "format", "center"), corner);
  for (int i = 0; i < 2; i++) {
    WeirPort length = op (n, "Subtract", corner[i + 2], corner[i]);
    WeirPort centre = op (n, "Add", corner[i], by (n, "Multiply", length, 0.5));
    WeirPort shift = by (n, "Multiply", column (n, moves, i), mx_float (n, names[i], 1));
    WeirPort size =
        by (n, "Multiply", column (n, moves, i + 2), mx_float (n, names[i + 2], 1));
    WeirPort half;

    if (clip > 0)
      size = by (n, "Minimum", size, clip);
    half = op (n, "Multiply", weir_make_1 (&n->make, "Exp", size),
               by (n, "Multiply", length, 0.5));
    centre = op (n, "Add", op (n, "Multiply", shift, length), centre);
    out[i] = op (n, "Subtract", centre, half);
    out[i + 2] = op (n, "Add", centre, half);
  }
  return weir_make_concat (&n->make, out, G_N_ELEMENTS (out), -1);
}

/* The row numbers @numbers [B, N] of each item of @rows. */
static WeirPort
gather_rows (MxNode *n, WeirPort rows, WeirPort numbers)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "Gather", rows, numbers, weir_make_int (&n->make, 1));

  weir_node_set_int (node, "batch_dims", 1);
  return weir_make_end (&n->make, node);
}

/* The places of [B, N] in the order of their values, the largest first. */
static WeirPort
descending (MxNode *n, WeirPort x)
{
  WeirNode *node =
      weir_build_begin_outputs (n->make.b, "TopK", n->make.name,
                                WEIR_INPUTS (x, weir_make_length_of (&n->make, x, 1)), 2);

  weir_node_set_int (node, "axis", 1);
  weir_node_set_string (node, "mode", "max");
  weir_node_set_string (node, "sort", "value");
  weir_node_set_bool (node, "stable", TRUE);
  weir_make_end (&n->make, node);
  return weir_make_port (&n->make, node, 1);
}

static WeirPort
flat_column (MxNode *n, WeirPort x, gint64 index)
{
  return weir_make_gather (&n->make, x, weir_make_int (&n->make, index), 2);
}

/* Which rows may be kept: [B, N]. */
static WeirPort
find_valid (MxNode *n, WeirPort rows, WeirPort scores)
{
  gint64 id = mx_int (n, "id_index", -1);
  WeirPort valid = by (n, "Greater", scores, mx_float (n, "valid_thresh", 0));

  if (id < 0)
    return valid;
  return op (
      n, "LogicalAnd", valid,
      by (n, "NotEqual", flat_column (n, rows, id), mx_float (n, "background_id", -1)));
}

/* N, N - 1, …, 1: a value for each place that falls. */
static WeirPort
falling (MxNode *n, WeirPort rows)
{
  WeirPort length = weir_make_length_of (&n->make, rows, 1);
  WeirPort places = weir_make_counting (&n->make, length);
  WeirPort left = op (n, "Subtract", length, places);

  return weir_make_convert (&n->make, left, WEIR_DTYPE_F32);
}

/* Corners; classes that do not suppress each other are moved to places of their own. */
static WeirPort
find_boxes (MxNode *n, WeirPort rows)
{
  gint64 id = mx_int (n, "id_index", -1);
  WeirPort corner[4], boxes, span, axes = WEIR_MAKE_INTS (&n->make, 0, 1, 2);

  read_corners (n, rows, coord_start (n), is_centre (n, "in_format", "corner"), corner);
  boxes = weir_make_concat (&n->make, corner, G_N_ELEMENTS (corner), 2);
  if (id < 0 || mx_bool (n, "force_suppress", FALSE))
    return boxes;
  span = op (n, "Subtract", weir_make_reduce (&n->make, "ReduceMax", boxes, axes, TRUE),
             weir_make_reduce (&n->make, "ReduceMin", boxes, axes, TRUE));
  return op (n, "Add", boxes,
             op (n, "Multiply", column (n, rows, id), by (n, "Add", span, 1)));
}

/* 1 for each row of [B, N] that no better one overlaps, 0 for the others. @worth: what is
 * not above 0 is not looked at. */
static WeirPort
find_kept (MxNode *n, WeirPort boxes, WeirPort worth)
{
  WeirPort most = weir_make_length_of (&n->make, worth, 1), found, none, some;
  WeirNode *node = weir_build_begin (
      n->make.b, "NonMaxSuppression", n->make.name,
      WEIR_INPUTS (
          boxes, weir_make_unsqueeze (&n->make, worth, 1), most,
          weir_make_scalar (&n->make, worth, mx_float (n, "overlap_thresh", 0.5)),
          weir_make_scalar (&n->make, worth, 0)));

  weir_node_set_string (node, "box_encoding", "corner");
  weir_node_set_bool (node, "sort_result_descending", FALSE);
  found = weir_make_gather (&n->make, weir_make_end (&n->make, node),
                            WEIR_MAKE_INTS (&n->make, 0, 2), 1);
  none = weir_make_broadcast (&n->make, weir_make_scalar (&n->make, worth, 0),
                              weir_make_shape_of (&n->make, worth));
  some = weir_make_broadcast (&n->make, weir_make_scalar (&n->make, worth, 1),
                              weir_make_dim_of (&n->make, found, 0));
  return WEIR_MAKE (&n->make, "ScatterNDUpdate", none, found, some);
}

/* Boxes of @rows as attribute out_format asks for. */
static WeirPort
write_boxes (MxNode *n, WeirPort rows)
{
  gboolean from = is_centre (n, "in_format", "corner");
  gboolean to = is_centre (n, "out_format", "corner");
  gint64 first = coord_start (n);
  WeirPort corner[4], part[6];

  if (from == to)
    return rows;
  read_corners (n, rows, first, from, corner);
  part[0] = weir_make_slice (&n->make, rows, WEIR_MAKE_INTS (&n->make, 0),
                             WEIR_MAKE_INTS (&n->make, first), 2);
  part[5] = weir_make_slice (&n->make, rows, WEIR_MAKE_INTS (&n->make, first + 4),
                             WEIR_MAKE_INTS (&n->make, G_MAXINT64), 2);
  for (int i = 0; i < 4; i++)
    part[i + 1] = corner[i];
  for (int i = 0; to && i < 2; i++) {
    part[i + 1] = by (n, "Multiply", op (n, "Add", corner[i], corner[i + 2]), 0.5);
    part[i + 3] = op (n, "Subtract", corner[i + 2], corner[i]);
  }
  return weir_make_concat (&n->make, part, G_N_ELEMENTS (part), 2);
}

/* Rows [N, W] or [B, N, W]: those that are kept come first, by their scores; all that
 * follow are -1. */
static WeirPort
box_nms (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 3), rows = x, scores, valid, order, worth, kept, least;
  gint64 topk = mx_int (n, "topk", -1);
  gboolean is_flat = weir_make_rank (&n->make, x) == 2;

  if (is_flat)
    rows = weir_make_unsqueeze (&n->make, x, 0);
  scores = flat_column (n, rows, mx_int (n, "score_index", 1));
  valid = find_valid (n, rows, scores);
  least = weir_make_scalar (&n->make, scores, -G_MAXFLOAT);
  order = descending (n, WEIR_MAKE (&n->make, "Select", valid, scores, least));
  rows = gather_rows (n, rows, order);
  valid = weir_make_convert (&n->make, gather_rows (n, valid, order), WEIR_DTYPE_F32);
  worth = falling (n, rows);
  if (topk > 0) {
    WeirPort length = weir_make_convert (
        &n->make, weir_make_length_of (&n->make, rows, 1), WEIR_DTYPE_F32);
    WeirPort is_best =
        op (n, "Greater", worth, by (n, "Subtract", length, (double) topk));

    worth =
        op (n, "Multiply", worth, weir_make_convert (&n->make, is_best, WEIR_DTYPE_F32));
  }
  worth = op (n, "Multiply", valid, worth);
  kept = find_kept (n, find_boxes (n, rows), worth);
  order = descending (n, op (n, "Multiply", kept, worth));
  rows = write_boxes (n, gather_rows (n, rows, order));
  kept = by (n, "Greater", gather_rows (n, kept, order), 0);
  rows = WEIR_MAKE (&n->make, "Select", weir_make_unsqueeze (&n->make, kept, 2), rows,
                    weir_make_scalar (&n->make, rows, -1));
  return is_flat ? weir_make_squeeze (&n->make, rows, 0) : rows;
}

/* Of each box of the first list with each of the second. */
static WeirPort
box_iou (MxNode *n)
{
  gboolean centre = is_centre (n, "format", "corner");
  WeirPort a = mx_in_rank (n, 0, 2), b = mx_in_rank (n, 1, 2), p[4], q[4];
  WeirPort inter = WEIR_PORT_NONE, whole[2] = { WEIR_PORT_NONE, WEIR_PORT_NONE }, sum;

  if (weir_make_rank (&n->make, a) != 2 || weir_make_rank (&n->make, b) != 2)
    return weir_make_unsupported (&n->make, "boxes in more than one dimension");
  read_corners (n, a, 0, centre, p);
  read_corners (n, b, 0, centre, q);
  for (int i = 0; i < 4; i++)
    q[i] = weir_make_transpose (&n->make, q[i], (const gint64[]){ 1, 0 }, 2);
  for (int i = 0; i < 2; i++) {
    WeirPort common = op (n, "Subtract", op (n, "Minimum", p[i + 2], q[i + 2]),
                          op (n, "Maximum", p[i], q[i]));
    WeirPort length[2] = { op (n, "Subtract", p[i + 2], p[i]),
                           op (n, "Subtract", q[i + 2], q[i]) };

    common = by (n, "Maximum", common, 0);
    inter = i == 0 ? common : op (n, "Multiply", inter, common);
    for (int k = 0; k < 2; k++)
      whole[k] = i == 0 ? length[k] : op (n, "Multiply", whole[k], length[k]);
  }
  sum = op (n, "Subtract", op (n, "Add", whole[0], whole[1]), inter);
  return op (n, "Divide", inter, by (n, "Maximum", sum, 1e-12));
}

const MxRow mx_rows_boxes[] = {
  { "_contrib_box_decode", box_decode },
  { "_contrib_box_nms", box_nms },
  { "_contrib_box_iou", box_iou },
  { NULL },
};
