#include "table.h"

#include <string.h>

/* What detectors have: boxes from grids, anchors, suppression, regions of interest. */

#define MAX_ANCHORS 64

/* yolo_box: everything is [batch, anchors, rows, columns, values]. */
typedef struct {
  WeirMake *m;
  WeirPort x;             /* the network's values */
  WeirPort rows, columns; /* scalars of f32 */
  WeirPort height, width; /* of the pictures, [batch, 1, 1, 1, 1] */
  gint64 anchors, classes, stride;
  double sizes[2 * MAX_ANCHORS];
} Yolo;

static WeirPort
values_of (const Yolo *y, gint64 first, gint64 end)
{
  return weir_make_slice (y->m, y->x, WEIR_MAKE_INTS (y->m, first),
                          WEIR_MAKE_INTS (y->m, end), 4);
}

static WeirPort
scaled (const Yolo *y, WeirPort x, double factor)
{
  return weir_make_2 (y->m, "Multiply", x, weir_make_scalar (y->m, x, factor));
}

static WeirPort
shifted (const Yolo *y, WeirPort x, double by)
{
  return by == 0 ? x : weir_make_2 (y->m, "Add", x, weir_make_scalar (y->m, x, by));
}

/* (cell + sigmoid (t) * scale - (scale - 1) / 2) * picture / cells */
static WeirPort
centre (PdNode *n, const Yolo *y, gboolean vertical)
{
  double scale = pd_float (n, "scale_x_y", 1);
  WeirPort cells = vertical ? y->rows : y->columns;
  const gint64 dims[] = { -1, 1, 1 };
  WeirPort t, grid;

  t = weir_make_1 (y->m, "Sigmoid", vertical ? values_of (y, 1, 2) : values_of (y, 0, 1));
  t = shifted (y, scale == 1 ? t : scaled (y, t, scale), (1 - scale) / 2);
  grid = weir_make_counting (y->m, weir_make_convert (y->m, cells, WEIR_DTYPE_I64));
  grid = weir_make_reshape (y->m, weir_make_convert (y->m, grid, WEIR_DTYPE_F32), dims,
                            vertical ? 3 : 2);
  t = weir_make_2 (y->m, "Add", t, weir_make_known (y->m, grid));
  t = weir_make_2 (y->m, "Multiply", t, vertical ? y->height : y->width);
  return weir_make_2 (y->m, "Divide", t, cells);
}

/* exp (t) * anchor * picture / (stride * cells) */
static WeirPort
extent (const Yolo *y, gboolean vertical)
{
  WeirPort cells = vertical ? y->rows : y->columns;
  WeirShape shape = WEIR_SHAPE (y->anchors, 1, 1, 1);
  float sizes[MAX_ANCHORS];
  WeirPort t;

  for (gint64 i = 0; i < y->anchors; i++)
    sizes[i] = (float) y->sizes[2 * i + vertical];
  t = weir_make_1 (y->m, "Exp", vertical ? values_of (y, 3, 4) : values_of (y, 2, 3));
  t = weir_make_2 (y->m, "Multiply", t,
                   weir_make_constant (y->m, weir_tensor_new_f32 (&shape, sizes)));
  t = weir_make_2 (y->m, "Multiply", t, vertical ? y->height : y->width);
  return weir_make_2 (y->m, "Divide", t, scaled (y, cells, (double) y->stride));
}

/* The ends of one dimension, within the picture if they have to be. */
static void
edges (PdNode *n, const Yolo *y, gboolean vertical, WeirPort *low, WeirPort *high)
{
  WeirPort middle = centre (n, y, vertical);
  WeirPort half = scaled (y, extent (y, vertical), 0.5);

  *low = weir_make_2 (y->m, "Subtract", middle, half);
  *high = weir_make_2 (y->m, "Add", middle, half);
  if (!pd_bool (n, "clip_bbox", TRUE))
    return;
  *low = weir_make_1 (y->m, "Relu", *low);
  *high = weir_make_2 (y->m, "Minimum", *high,
                       shifted (y, vertical ? y->height : y->width, -1));
}

/* [N, anchors * (5 + classes), H, W]; before them the overlap of each anchor where the
 * network is aware of it. */
static WeirPort
confidence (PdNode *n, const Yolo *y, WeirPort overlap)
{
  WeirPort sure = weir_make_1 (y->m, "Sigmoid", values_of (y, 4, 5));
  double share = pd_float (n, "iou_aware_factor", 0.5);

  if (weir_port_is_none (overlap))
    return sure;
  overlap = weir_make_1 (y->m, "Sigmoid", overlap);
  return weir_make_2 (
      y->m, "Multiply",
      weir_make_2 (y->m, "Power", sure, weir_make_scalar (y->m, sure, 1 - share)),
      weir_make_2 (y->m, "Power", overlap, weir_make_scalar (y->m, overlap, share)));
}

/* [N, @anchors * @values, H, W] -> [N, anchors, H, W, values] */
static WeirPort
by_anchor (WeirMake *m, WeirPort x, gint64 anchors, gint64 values)
{
  WeirPort dims[] = { WEIR_MAKE_INTS (m, 0, anchors, values),
                      weir_make_gather (m, weir_make_shape_of (m, x),
                                        WEIR_MAKE_INTS (m, 2, 3), 0) };
  WeirNode *node = WEIR_MAKE_BEGIN (
      m, "Reshape", x, weir_make_known (m, weir_make_concat (m, dims, 2, 0)));

  weir_node_set_bool (node, "special_zero", TRUE);
  return weir_make_transpose (m, weir_make_end (m, node),
                              (const gint64[]){ 0, 1, 3, 4, 2 }, 5);
}

static gboolean
read_yolo (PdNode *n, Yolo *y, WeirPort *overlap)
{
  WeirPort x = pd_in (n, "X"), picture;
  guint count = pd_floats (n, "anchors", y->sizes, G_N_ELEMENTS (y->sizes));
  const gint64 dims[] = { -1, 1, 1, 1, 1 };
  WeirMake *m = y->m;

  y->anchors = count / 2;
  y->classes = pd_int (n, "class_num", 0);
  y->stride = pd_int (n, "downsample_ratio", 32);
  if (count < 2 || count % 2 != 0 || y->classes < 1 || y->classes > G_MAXINT32) {
    weir_make_invalid (m, "%u numbers of anchors, %" G_GINT64_FORMAT " classes", count,
                       y->classes);
    return FALSE;
  }
  if (pd_bool (n, "iou_aware", FALSE)) {
    WeirPort first = WEIR_MAKE_INTS (m, 0), own = WEIR_MAKE_INTS (m, y->anchors);

    *overlap = by_anchor (m, weir_make_slice (m, x, first, own, 1), y->anchors, 1);
    x = weir_make_slice (m, x, own, WEIR_MAKE_INTS (m, G_MAXINT32), 1);
  }
  y->x = by_anchor (m, x, y->anchors, y->classes + 5);
  y->rows = weir_make_convert (m, weir_make_length_of (m, x, 2), WEIR_DTYPE_F32);
  y->columns = weir_make_convert (m, weir_make_length_of (m, x, 3), WEIR_DTYPE_F32);
  picture = weir_make_convert (m, pd_in (n, "ImgSize"), WEIR_DTYPE_F32);
  y->height = weir_make_gather (m, picture, weir_make_int (m, 0), 1);
  y->height = weir_make_reshape (m, y->height, dims, G_N_ELEMENTS (dims));
  y->width = weir_make_gather (m, picture, weir_make_int (m, 1), 1);
  y->width = weir_make_reshape (m, y->width, dims, G_N_ELEMENTS (dims));
  return !weir_build_failed (m->b);
}

/* What is too uncertain counts for zeros, box and scores. */
static WeirPort
yolo_box (PdNode *n)
{
  WeirPort overlap = WEIR_PORT_NONE, sure, is, parts[4], boxes, scores;
  Yolo y = { .m = &n->make };

  if (!read_yolo (n, &y, &overlap))
    return WEIR_PORT_NONE;
  sure = confidence (n, &y, overlap);
  is = weir_make_2 (y.m, "GreaterEqual", sure,
                    weir_make_scalar (y.m, sure, pd_float (n, "conf_thresh", 0.01)));
  is = weir_make_convert (y.m, is, WEIR_DTYPE_F32);
  edges (n, &y, FALSE, &parts[0], &parts[2]);
  edges (n, &y, TRUE, &parts[1], &parts[3]);
  boxes = weir_make_2 (y.m, "Multiply", weir_make_concat (y.m, parts, 4, 4), is);
  scores = weir_make_1 (y.m, "Sigmoid", values_of (&y, 5, y.classes + 5));
  scores = weir_make_2 (y.m, "Multiply", scores, weir_make_2 (y.m, "Multiply", sure, is));
  pd_out (n, "Boxes", weir_make_reshape (y.m, boxes, (const gint64[]){ 0, -1, 4 }, 3));
  pd_out (n, "Scores",
          weir_make_reshape (y.m, scores, (const gint64[]){ 0, -1, y.classes }, 3));
  return WEIR_PORT_NONE;
}

/* Lists that both formats have, by their names. */
static const struct {
  const char *paddle, *ir;
} prior_lists[] = {
  { "min_sizes", "min_size" },
  { "max_sizes", "max_size" },
  { "aspect_ratios", "aspect_ratio" },
  { "variances", "variance" },
};

static WeirPort
sizes_of (WeirMake *m, WeirPort x)
{
  return weir_make_known (
      m, weir_make_gather (m, weir_make_shape_of (m, x), WEIR_MAKE_INTS (m, 2, 3), 0));
}

/* The IR's [2, rows * columns * priors * 4]: boxes, then variances. */
static WeirPort
prior_part (WeirMake *m, WeirPort both, WeirPort sizes, gint64 index)
{
  WeirPort parts[] = { sizes, WEIR_MAKE_INTS (m, -1, 4) };

  both = weir_make_gather (m, both, weir_make_int (m, index), 0);
  return weir_make_reshape_to (m, both,
                               weir_make_known (m, weir_make_concat (m, parts, 2, 0)));
}

static WeirPort
prior_box (PdNode *n)
{
  double values[MAX_ANCHORS], step = pd_float (n, "step_w", 0);
  WeirPort sizes = sizes_of (&n->make, pd_in (n, "Input")), both;
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "PriorBox", sizes,
                                    sizes_of (&n->make, pd_in (n, "Image")));

  if (step != pd_float (n, "step_h", 0))
    return weir_make_unsupported (&n->make, "steps that differ by direction");
  for (guint i = 0; i < G_N_ELEMENTS (prior_lists); i++) {
    guint count = pd_floats (n, prior_lists[i].paddle, values, MAX_ANCHORS);

    weir_node_set_floats (node, prior_lists[i].ir, values, count);
  }
  weir_node_set_bool (node, "flip", pd_bool (n, "flip", FALSE));
  weir_node_set_bool (node, "clip", pd_bool (n, "clip", FALSE));
  weir_node_set_float (node, "step", step);
  weir_node_set_float (node, "offset", pd_float (n, "offset", 0.5));
  weir_node_set_bool (node, "min_max_aspect_ratios_order",
                      pd_bool (n, "min_max_aspect_ratios_order", FALSE));
  both = weir_make_end (&n->make, node);
  pd_out (n, "Boxes", prior_part (&n->make, both, sizes, 0));
  pd_out (n, "Variances", prior_part (&n->make, both, sizes, 1));
  return WEIR_PORT_NONE;
}

static void
set_suppression (PdNode *n, WeirNode *node, const char *sort)
{
  weir_node_set_string (node, "sort_result_type", sort);
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I32);
  weir_node_set_float (node, "score_threshold", pd_float (n, "score_threshold", 0));
  weir_node_set_int (node, "nms_top_k", pd_int (n, "nms_top_k", -1));
  weir_node_set_int (node, "keep_top_k", pd_int (n, "keep_top_k", -1));
  weir_node_set_int (node, "background_class", pd_int (n, "background_label", 0));
  weir_node_set_bool (node, "normalized", pd_bool (n, "normalized", TRUE));
}

static void
set_selected (PdNode *n, WeirNode *node, const char *count)
{
  WeirPort boxes = weir_make_end (&n->make, node);

  pd_out (n, "Out", boxes);
  pd_out (n, "Index", weir_make_port (&n->make, node, 1));
  pd_out (n, count, weir_make_port (&n->make, node, 2));
}

static WeirPort
multiclass_nms (PdNode *n)
{
  WeirPort inputs[] = { pd_in (n, "BBoxes"), pd_in (n, "Scores"), WEIR_PORT_NONE };
  guint count = 2;
  WeirNode *node;

  if (pd_has (n, "RoisNum"))
    inputs[count++] = pd_in (n, "RoisNum");
  node = weir_build_begin (n->make.b, "MulticlassNms", n->make.name, inputs, count);
  set_suppression (n, node, "classid");
  weir_node_set_float (node, "iou_threshold", pd_float (n, "nms_threshold", 0.3));
  weir_node_set_float (node, "nms_eta", pd_float (n, "nms_eta", 1));
  set_selected (n, node, "NmsRoisNum");
  return WEIR_PORT_NONE;
}

static WeirPort
matrix_nms (PdNode *n)
{
  WeirPort boxes = pd_in (n, "BBoxes");
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "MatrixNms", boxes, pd_in (n, "Scores"));
  gboolean gaussian = pd_bool (n, "use_gaussian", FALSE);

  set_suppression (n, node, "score");
  weir_node_set_string (node, "decay_function", gaussian ? "gaussian" : "linear");
  weir_node_set_float (node, "gaussian_sigma", pd_float (n, "gaussian_sigma", 2));
  weir_node_set_float (node, "post_threshold", pd_float (n, "post_threshold", 0));
  set_selected (n, node, "RoisNum");
  return WEIR_PORT_NONE;
}

/* Which picture each region belongs to: how many pictures end before it. */
static WeirPort
picture_of (WeirMake *m, WeirPort regions, WeirPort counts)
{
  WeirPort index = weir_make_counting (m, weir_make_length_of (m, regions, 0));
  WeirPort ends, behind;

  counts = weir_make_convert (m, counts, WEIR_DTYPE_I64);
  ends = weir_make_2 (m, "CumSum", counts, weir_make_int (m, 0));
  behind = weir_make_2 (m, "GreaterEqual", weir_make_unsqueeze (m, index, 1), ends);
  return weir_make_reduce (m, "ReduceSum", weir_make_convert (m, behind, WEIR_DTYPE_I32),
                           WEIR_MAKE_INTS (m, 1), FALSE);
}

static WeirPort
roi_align (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), regions = pd_in (n, "ROIs");
  gboolean aligned = pd_bool (n, "aligned", FALSE);
  WeirNode *node;

  if (!pd_has (n, "RoisNum"))
    return weir_make_unsupported (&n->make, "regions without 'RoisNum'");
  node = WEIR_MAKE_BEGIN (&n->make, "ROIAlign", x, regions,
                          picture_of (&n->make, regions, pd_in (n, "RoisNum")));
  weir_node_set_int (node, "pooled_h", pd_int (n, "pooled_height", 1));
  weir_node_set_int (node, "pooled_w", pd_int (n, "pooled_width", 1));
  weir_node_set_int (node, "sampling_ratio", MAX (pd_int (n, "sampling_ratio", -1), 0));
  weir_node_set_float (node, "spatial_scale", pd_float (n, "spatial_scale", 1));
  weir_node_set_string (node, "mode", "avg");
  weir_node_set_string (node, "aligned_mode",
                        aligned ? "half_pixel_for_nn" : "asymmetric");
  return weir_make_end (&n->make, node);
}

/* Places of @grid in @x, from -1 to 1. */
static WeirPort
grid_sample (PdNode *n)
{
  const char *padding = pd_string (n, "padding_mode", "zeros");
  WeirPort x = pd_in (n, "X");
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "GridSample", x, pd_in (n, "Grid"));

  weir_node_set_bool (node, "align_corners", pd_bool (n, "align_corners", TRUE));
  weir_node_set_string (node, "mode", pd_string (n, "mode", "bilinear"));
  weir_node_set_string (node, "padding_mode",
                        strcmp (padding, "reflect") == 0 ? "reflection" : padding);
  return weir_make_end (&n->make, node);
}

const PdRow pd_rows_detect[] = {
  { "yolo_box", yolo_box, "Boxes" },
  { "prior_box", prior_box, "Boxes" },
  { "multiclass_nms2", multiclass_nms },
  { "multiclass_nms3", multiclass_nms },
  { "matrix_nms", matrix_nms },
  { "roi_align", roi_align },
  { "grid_sampler", grid_sample, "Output" },
  { NULL },
};
