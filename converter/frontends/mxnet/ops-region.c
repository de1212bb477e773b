#include "table.h"
#include "window.h"

/* Regions of pictures, and convolution at places that the network computes. Regions are
 * rows of picture number and corners. */

static void
set_pooled (MxNode *n, WeirNode *node)
{
  gint64 size[WEIR_MAX_RANK] = { 0 };
  guint count = mx_ints (n, "pooled_size", size);

  weir_node_set_int (node, "pooled_h", size[0]);
  weir_node_set_int (node, "pooled_w", count > 1 ? size[1] : size[0]);
  weir_node_set_float (node, "spatial_scale", mx_float (n, "spatial_scale", 1));
}

static WeirPort
roi_pooling (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 4);
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "ROIPooling", x, mx_in_rank (n, 1, 2));

  set_pooled (n, node);
  weir_node_set_string (node, "method", "max");
  return weir_make_end (&n->make, node);
}

static WeirPort
roi_align (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 4), regions = mx_in_rank (n, 1, 2), boxes, pictures;
  WeirNode *node;

  if (mx_bool (n, "position_sensitive", FALSE))
    return weir_make_unsupported (&n->make, "position_sensitive");
  boxes = weir_make_slice (&n->make, regions, WEIR_MAKE_INTS (&n->make, 1),
                           WEIR_MAKE_INTS (&n->make, 5), 1);
  pictures = weir_make_convert (
      &n->make, weir_make_gather (&n->make, regions, weir_make_int (&n->make, 0), 1),
      WEIR_DTYPE_I32);
  node = WEIR_MAKE_BEGIN (&n->make, "ROIAlign", x, boxes, pictures);
  set_pooled (n, node);
  weir_node_set_int (node, "sampling_ratio", MAX (mx_int (n, "sample_ratio", -1), 0));
  weir_node_set_string (node, "mode", "avg");
  weir_node_set_string (node, "aligned_mode",
                        mx_bool (n, "aligned", FALSE) ? "half_pixel_for_nn"
                                                      : "asymmetric");
  return weir_make_end (&n->make, node);
}

/* Both kinds of pooling whose channels belong to places: their groups must be as many as
 * the places. */
static gboolean
set_groups (MxNode *n, WeirNode *node)
{
  gint64 pooled = mx_int (n, "pooled_size", 0);
  gint64 groups = mx_int (n, "group_size", 0);

  if (groups != 0 && groups != pooled) {
    weir_make_unsupported (
        &n->make, "group_size %" G_GINT64_FORMAT " with pooled_size %" G_GINT64_FORMAT,
        groups, pooled);
    return FALSE;
  }
  weir_node_set_int (node, "output_dim", mx_int (n, "output_dim", 0));
  weir_node_set_int (node, "group_size", pooled);
  weir_node_set_float (node, "spatial_scale", mx_float (n, "spatial_scale", 1));
  return TRUE;
}

static WeirPort
psroi_pooling (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 4);
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "PSROIPooling", x, mx_in_rank (n, 1, 2));

  if (!set_groups (n, node))
    return WEIR_PORT_NONE;
  weir_node_set_string (node, "mode", "average");
  return weir_make_end (&n->make, node);
}

static WeirPort
deformable_psroi_pooling (MxNode *n)
{
  WeirPort in[3] = { mx_in_rank (n, 0, 4), mx_in_rank (n, 1, 2) };
  gboolean moves = !mx_bool (n, "no_trans", FALSE) && mx_n_inputs (n) > 2;
  gint64 samples = mx_int (n, "sample_per_part", 1), parts = mx_int (n, "part_size", 0);
  WeirNode *node;

  if (moves)
    in[2] = mx_in (n, 2);
  node = weir_build_begin (n->make.b, "DeformablePSROIPooling", n->make.name, in,
                           moves ? 3 : 2);
  if (!set_groups (n, node))
    return WEIR_PORT_NONE;
  weir_node_set_string (node, "mode", "bilinear_deformable");
  weir_node_set_int (node, "spatial_bins_x", samples);
  weir_node_set_int (node, "spatial_bins_y", samples);
  weir_node_set_int (node, "part_size", parts > 0 ? parts : mx_int (n, "pooled_size", 1));
  weir_node_set_float (node, "trans_std", mx_float (n, "trans_std", 0));
  return weir_make_end (&n->make, node);
}

static WeirPort
deformable (MxNode *n, gboolean is_modulated)
{
  guint at = is_modulated ? 3 : 2;
  WeirPort in[4] = { mx_in_rank (n, 0, 4), mx_in_rank (n, 1, 4), mx_in (n, at) };
  WeirNode *node;
  WeirPort y;
  MxWindow w;

  if (!mx_window_read (n, &w))
    return WEIR_PORT_NONE;
  if (is_modulated)
    in[3] = mx_in (n, 2);
  node = weir_build_begin (n->make.b, "DeformableConvolution", n->make.name, in,
                           is_modulated ? 4 : 3);
  mx_window_set (node, &w);
  weir_node_set_ints (node, "dilations", w.dilations, w.spatial);
  weir_node_set_int (node, "group", mx_int (n, "num_group", 1));
  weir_node_set_int (node, "deformable_group", mx_int (n, "num_deformable_group", 1));
  weir_node_set_bool (node, "bilinear_interpolation_pad", is_modulated);
  y = weir_make_end (&n->make, node);
  return mx_bool (n, "no_bias", FALSE) ? y : mx_window_bias (n, y, at + 1, w.spatial);
}

static WeirPort
deformable_convolution (MxNode *n)
{
  return deformable (n, FALSE);
}

static WeirPort
modulated_convolution (MxNode *n)
{
  return deformable (n, TRUE);
}

static void
set_anchors (MxNode *n, WeirNode *node)
{
  double ratios[64] = { 0.5, 1, 2 }, scales[64] = { 4, 8, 16, 32 };
  guint n_ratios = mx_floats (n, "ratios", ratios, G_N_ELEMENTS (ratios));
  guint n_scales = mx_floats (n, "scales", scales, G_N_ELEMENTS (scales));

  weir_node_set_floats (node, "ratio", ratios, n_ratios > 0 ? n_ratios : 3);
  weir_node_set_floats (node, "scale", scales, n_scales > 0 ? n_scales : 4);
}

/* Inputs: probabilities, moves of the anchors, height, width and scale of each picture.
 */
static WeirPort
proposal (MxNode *n)
{
  WeirPort in[3] = { mx_in_rank (n, 0, 4), mx_in_rank (n, 1, 4) };
  gint64 stride = mx_int (n, "feature_stride", 16);
  WeirNode *node;
  WeirPort y;

  if (mx_bool (n, "iou_loss", FALSE))
    return weir_make_unsupported (&n->make, "iou_loss");
  in[2] =
      weir_make_gather (&n->make, mx_in_rank (n, 2, 2), weir_make_int (&n->make, 0), 0);
  node = weir_build_begin_outputs (n->make.b, "Proposal", n->make.name, in,
                                   G_N_ELEMENTS (in), 2);
  weir_node_set_int (node, "base_size", stride);
  weir_node_set_int (node, "feat_stride", stride);
  weir_node_set_int (node, "pre_nms_topn", mx_int (n, "rpn_pre_nms_top_n", 6000));
  weir_node_set_int (node, "post_nms_topn", mx_int (n, "rpn_post_nms_top_n", 300));
  weir_node_set_int (node, "min_size", mx_int (n, "rpn_min_size", 16));
  weir_node_set_float (node, "nms_thresh", mx_float (n, "threshold", 0.7));
  set_anchors (n, node);
  y = weir_make_end (&n->make, node);
  if (mx_bool (n, "output_score", FALSE))
    mx_out (n, 1, weir_make_unsqueeze (&n->make, weir_make_port (&n->make, node, 1), 1));
  return y;
}

const MxRow mx_rows_region[] = {
  { "ROIPooling", roi_pooling },
  { "_contrib_ROIAlign", roi_align },
  { "_contrib_PSROIPooling", psroi_pooling },
  { "_contrib_DeformablePSROIPooling", deformable_psroi_pooling },
  { "_contrib_DeformableConvolution", deformable_convolution },
  { "_npx_deformable_convolution", deformable_convolution },
  { "_contrib_ModulatedDeformableConvolution", modulated_convolution },
  { "_npx_modulated_deformable_convolution", modulated_convolution },
  { "_contrib_Proposal", proposal },
  { "_contrib_MultiProposal", proposal },
  { "proposal", proposal },
  { NULL },
};
