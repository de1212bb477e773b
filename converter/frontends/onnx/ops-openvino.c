#include "attr.h"
#include "node.h"
#include "table.h"

#include <string.h>

/* Operations that exporters wrote for this intermediate representation, under a domain of
 * their own or without one, and some of the standard's first drafts. */

#define OV "org.openvinotoolkit"

/* Sets every attribute of @node that the ONNX node gives under the same name. */
static void
copy_attrs (OnnxNode *n, WeirNode *node)
{
  const WeirAttrRow *rows = node != NULL ? node->op->attrs : NULL;
  gsize count;

  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++) {
    const char *name = rows[i].name;

    if (onnx_attr (n, name) == NULL)
      continue;
    if (rows[i].type == WEIR_ATTR_INT)
      weir_node_set_int (node, name, onnx_attr_int (n, name, 0));
    else if (rows[i].type == WEIR_ATTR_BOOL)
      weir_node_set_bool (node, name, onnx_attr_int (n, name, 0) != 0);
    else if (rows[i].type == WEIR_ATTR_FLOAT)
      weir_node_set_float (node, name, onnx_attr_float (n, name, 0));
    else if (rows[i].type == WEIR_ATTR_STRING)
      weir_node_set_string (node, name, onnx_attr_string (n, name, ""));
    else if (rows[i].type == WEIR_ATTR_INTS) {
      const gint64 *values = onnx_attr_ints (n, name, &count);
      weir_node_set_ints (node, name, values, count);
    } else if (rows[i].type == WEIR_ATTR_FLOATS) {
      const float *values = onnx_attr_floats (n, name, &count);
      g_autofree double *wide = g_new (double, MAX (count, 1));

      for (gsize k = 0; k < count; k++)
        wide[k] = values[k];
      weir_node_set_floats (node, name, wide, count);
    }
  }
}

static WeirNode *
begin_same (OnnxNode *n, const char *op)
{
  WeirPort inputs[8];
  WeirNode *node;

  if (n->n_inputs > G_N_ELEMENTS (inputs)) {
    weir_make_invalid (&n->make, "%u inputs", n->n_inputs);
    return NULL;
  }
  for (guint i = 0; i < n->n_inputs; i++)
    inputs[i] = onnx_in (n, i);
  node = weir_build_begin (n->make.b, op, n->make.name, inputs, n->n_inputs);
  copy_attrs (n, node);
  return node;
}

static WeirPort
end_same (OnnxNode *n, WeirNode *node)
{
  weir_make_end (&n->make, node);
  for (guint i = 0; node != NULL && i < n->n_outputs && i < node->n_outputs; i++)
    onnx_out (n, i, weir_make_port (&n->make, node, i));
  return weir_make_port (&n->make, node, 0);
}

/* The same operation, the same inputs and attributes. */
static WeirPort
same (OnnxNode *n)
{
  return end_same (n, begin_same (n, n->proto->op_type));
}

static WeirPort
detection_output (OnnxNode *n)
{
  WeirNode *node = begin_same (n, "DetectionOutput");
  const char *code = onnx_attr_string (n, "code_type", "CORNER");
  g_autofree char *full = g_strconcat ("caffe.PriorBoxParameter.", code, NULL);

  weir_node_set_string (node, "code_type", strchr (code, '.') != NULL ? code : full);
  if (onnx_attr (n, "keep_top_k") != NULL && onnx_attr (n, "keep_top_k")->n_ints == 0) {
    const gint64 keep = onnx_attr_int (n, "keep_top_k", -1);
    weir_node_set_ints (node, "keep_top_k", &keep, 1);
  }
  return end_same (n, node);
}

/* Height and width of a picture. */
static WeirPort
spatial_size (OnnxNode *n, guint index)
{
  return weir_make_known (
      &n->make,
      weir_make_slice (&n->make, weir_make_shape_of (&n->make, onnx_in (n, index)),
                       WEIR_MAKE_INTS (&n->make, 2), WEIR_MAKE_INTS (&n->make, 4), 0));
}

/* The feature map and the picture are given; the IR asks for their sizes alone. */
static WeirPort
prior_box (OnnxNode *n)
{
  WeirPort map = spatial_size (n, 0), picture = spatial_size (n, 1);
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, n->proto->op_type, map, picture);

  copy_attrs (n, node);
  return weir_make_unsqueeze (&n->make, weir_make_end (&n->make, node), 0);
}

static WeirPort
scale_shift (OnnxNode *n, WeirPort x, WeirPort scale, WeirPort shift)
{
  return WEIR_MAKE (&n->make, "Add", WEIR_MAKE (&n->make, "Multiply", x, scale), shift);
}

static WeirPort
affine (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), scale, shift;

  scale = weir_make_scalar (&n->make, x, onnx_attr_float (n, "alpha", 1));
  shift = weir_make_scalar (&n->make, x, onnx_attr_float (n, "beta", 0));
  return scale_shift (n, x, scale, shift);
}

static WeirPort
scale_of_draft (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);

  return WEIR_MAKE (&n->make, "Multiply", x,
                    weir_make_scalar (&n->make, x, onnx_attr_float (n, "scale", 1)));
}

/* alpha * f (beta * x) */
static WeirPort
scaled (OnnxNode *n, const char *op, double alpha, double beta)
{
  WeirPort x = onnx_in (n, 0);

  x = WEIR_MAKE (&n->make, "Multiply", x,
                 weir_make_scalar (&n->make, x, onnx_attr_float (n, "beta", beta)));
  x = WEIR_MAKE (&n->make, op, x);
  return WEIR_MAKE (&n->make, "Multiply", x,
                    weir_make_scalar (&n->make, x, onnx_attr_float (n, "alpha", alpha)));
}

static WeirPort
scaled_tanh (OnnxNode *n)
{
  return scaled (n, "Tanh", 1, 1);
}

static WeirPort
parametric_softplus (OnnxNode *n)
{
  return scaled (n, "SoftPlus", 1, 1);
}

static WeirPort
image_scaler (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), scale, bias;
  gsize count;
  const float *values = onnx_attr_floats (n, "bias", &count);
  WeirShape shape = WEIR_SHAPE (1, (gint64) count, 1, 1);

  scale = weir_make_scalar (&n->make, x, onnx_attr_float (n, "scale", 1));
  bias = weir_make_constant (&n->make, weir_tensor_new_f32 (&shape, values));
  return scale_shift (n, x, scale,
                      weir_make_convert (&n->make, bias, weir_make_dtype (&n->make, x)));
}

/* Columns and rows cut off on each side: left, top, right, bottom. */
static WeirPort
crop (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), end;
  gsize borders, sizes;
  const gint64 *border = onnx_attr_ints (n, "border", &borders);
  const gint64 *scale = onnx_attr_ints (n, "scale", &sizes);

  if (borders != 4)
    return weir_make_invalid (
        &n->make, "attribute 'border': expected 4 numbers, found %zu", borders);
  for (int i = 0; i < 2; i++) {
    gint64 begin = border[1 - i], cut = border[3 - i];

    if (sizes == 2 && scale[i] < G_MAXINT32 && begin < G_MAXINT32)
      end = WEIR_MAKE_INTS (&n->make, begin + scale[i]);
    else
      end = WEIR_MAKE_INTS (&n->make, cut > 0 ? -cut : G_MAXINT64);
    x = weir_make_slice (&n->make, x, WEIR_MAKE_INTS (&n->make, begin), end, 2 + i);
  }
  return x;
}

static WeirPort
constant_fill (OnnxNode *n)
{
  WeirDtype dtype = onnx_attr_dtype (n, "dtype", WEIR_DTYPE_F32);
  gsize count;
  const gint64 *dims = onnx_attr_ints (n, "shape", &count);
  WeirPort shape, value;

  if (dims != NULL)
    shape = weir_make_ints (&n->make, dims, count);
  else
    shape = onnx_attr_int (n, "input_as_shape", 0) != 0
                ? onnx_in (n, 0)
                : weir_make_shape_of (&n->make, onnx_in (n, 0));
  value = weir_make_constant (
      &n->make, weir_tensor_new_scalar (dtype, onnx_attr_float (n, "value", 0)));
  return weir_make_broadcast (&n->make, value, shape);
}

/* The length of each vector along the channels, or of the whole picture. */
static WeirPort
normalize (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), axes;
  gboolean whole = onnx_attr_int (n, "across_spatial", 0) != 0;
  int rank = weir_make_rank (&n->make, x);
  WeirNode *node;

  axes = whole ? weir_make_range (&n->make, 1, rank) : WEIR_MAKE_INTS (&n->make, 1);
  node = WEIR_MAKE_BEGIN (&n->make, "NormalizeL2", x, axes);
  weir_node_set_float (node, "eps", onnx_attr_float (n, "eps", 1e-10));
  weir_node_set_string (node, "eps_mode", "max");
  x = weir_make_end (&n->make, node);
  if (!onnx_has (n, 1))
    return x;
  return WEIR_MAKE (&n->make, "Multiply", x,
                    weir_make_channels (&n->make, onnx_in (n, 1), rank));
}

static WeirPort
group_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y, shape = weir_make_shape_of (&n->make, x);
  int rank = weir_make_rank (&n->make, x);
  WeirNode *node;

  y = weir_make_reshape (
      &n->make, x, (const gint64[]){ 0, onnx_attr_int (n, "num_groups", 1), -1 }, 3);
  node = WEIR_MAKE_BEGIN (&n->make, "MVN", y, WEIR_MAKE_INTS (&n->make, 2));
  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", onnx_attr_float (n, "eps", 1e-6));
  weir_node_set_string (node, "eps_mode", "inside_sqrt");
  y = weir_make_reshape_to (&n->make, weir_make_end (&n->make, node), shape);
  return scale_shift (n, y, weir_make_channels (&n->make, onnx_in (n, 1), rank),
                      weir_make_channels (&n->make, onnx_in (n, 2), rank));
}

static void
copy_ints (OnnxNode *n, WeirNode *node, const char *from, const char *to, gsize skip)
{
  gint64 values[] = { to[0] == 'p' ? 0 : 1, to[0] == 'p' ? 0 : 1 };
  gsize count;
  const gint64 *given = onnx_attr_ints (n, from, &count);

  if (count >= skip + 2)
    memcpy (values, given + skip, sizeof values);
  weir_node_set_ints (node, to, values, 2);
}

static WeirPort
deformable_conv (OnnxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "DeformableConvolution", onnx_in (n, 0),
                                    onnx_in (n, 1), onnx_in (n, 2));

  copy_ints (n, node, "strides", "strides", 0);
  copy_ints (n, node, "dilations", "dilations", 0);
  copy_ints (n, node, "pads", "pads_begin", 0);
  copy_ints (n, node, "pads", "pads_end", 2);
  weir_node_set_int (node, "group", onnx_attr_int (n, "group", 1));
  weir_node_set_int (
      node, "deformable_group",
      onnx_attr_int (n, "deformable_group", onnx_attr_int (n, "deformable_groups", 1)));
  return weir_make_end (&n->make, node);
}

/* Steps first in ONNX, the batch first in the IR; the lengths stand for the mask. */
static WeirPort
ctc_greedy_decoder (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), lengths;
  WeirNode *node;

  x = weir_make_transpose (&n->make, x, (const gint64[]){ 1, 0, 2 }, 3);
  lengths = weir_make_convert (&n->make, onnx_in (n, 1), WEIR_DTYPE_I32);
  node = WEIR_MAKE_BEGIN (&n->make, "CTCGreedyDecoderSeqLen", x, lengths);
  weir_node_set_bool (node, "merge_repeated",
                      onnx_attr_int (n, "ctc_merge_repeated", 1) != 0);
  return weir_make_end (&n->make, node);
}

const OnnxRow onnx_rows_openvino[] = {
  { "Affine", NULL, 0, 0, affine },
  { "CTCGreedyDecoder", NULL, 0, 0, ctc_greedy_decoder },
  { "CTCGreedyDecoder", OV, 0, 0, ctc_greedy_decoder },
  { "ConstantFill", NULL, 0, 0, constant_fill },
  { "Crop", NULL, 0, 0, crop },
  { "DeformableConv2D", NULL, 0, 0, deformable_conv },
  { "DeformableConv2D", OV, 0, 0, deformable_conv },
  { "DetectionOutput", NULL, 0, 0, detection_output },
  { "DetectionOutput", OV, 0, 0, detection_output },
  { "ExperimentalDetectronDetectionOutput", NULL, 0, 0, same },
  { "ExperimentalDetectronDetectionOutput", OV, 0, 0, same },
  { "ExperimentalDetectronGenerateProposalsSingleImage", NULL, 0, 0, same },
  { "ExperimentalDetectronGenerateProposalsSingleImage", OV, 0, 0, same },
  { "ExperimentalDetectronGroupNorm", NULL, 0, 0, group_norm },
  { "ExperimentalDetectronGroupNorm", OV, 0, 0, group_norm },
  { "ExperimentalDetectronPriorGridGenerator", NULL, 0, 0, same },
  { "ExperimentalDetectronPriorGridGenerator", OV, 0, 0, same },
  { "ExperimentalDetectronROIFeatureExtractor", NULL, 0, 0, same },
  { "ExperimentalDetectronROIFeatureExtractor", OV, 0, 0, same },
  { "ExperimentalDetectronTopKROIs", NULL, 0, 0, same },
  { "ExperimentalDetectronTopKROIs", OV, 0, 0, same },
  { "GenerateProposals", OV, 0, 0, same },
  { "GroupNorm", NULL, 0, 0, group_norm },
  { "GroupNorm", OV, 0, 0, group_norm },
  { "ImageScaler", NULL, 0, 0, image_scaler },
  { "Normalize", NULL, 0, 0, normalize },
  { "Normalize", OV, 0, 0, normalize },
  { "ParametricSoftplus", NULL, 0, 0, parametric_softplus },
  { "PriorBox", NULL, 0, 0, prior_box },
  { "PriorBox", OV, 0, 0, prior_box },
  { "PriorBoxClustered", NULL, 0, 0, prior_box },
  { "PriorBoxClustered", OV, 0, 0, prior_box },
  { "Scale", NULL, 0, 0, scale_of_draft },
  { "ScaledTanh", NULL, 0, 0, scaled_tanh },
  { "Swish", OV, 0, 0, same },
  { NULL },
};
