#include "table.h"

#include <math.h>

/* The layers of SSD: boxes around each cell, and what is found in them. */

#define MAX_BOXES 64

/* Widths and heights of the boxes of a cell, in parts of the picture's height. */
typedef struct {
  float width[MAX_BOXES], height[MAX_BOXES];
  guint n;
} Boxes;

static void
add_box (Boxes *boxes, double size, double root)
{
  boxes->width[boxes->n] = (float) (size * root);
  boxes->height[boxes->n++] = (float) (size / root);
}

/* Each size with the first ratio, then the first size with each other ratio. */
static gboolean
read_boxes (MxNode *n, Boxes *boxes)
{
  double sizes[MAX_BOXES / 2] = { 1 }, ratios[MAX_BOXES / 2] = { 1 };
  guint n_sizes = mx_floats (n, "sizes", sizes, G_N_ELEMENTS (sizes));
  guint n_ratios = mx_floats (n, "ratios", ratios, G_N_ELEMENTS (ratios));

  for (guint i = 0; i < n_ratios; i++)
    if (!(ratios[i] > 0)) {
      weir_make_invalid (&n->make, "attribute 'ratios': expected numbers above 0");
      return FALSE;
    }
  for (guint i = 0; i < MAX (n_sizes, 1); i++)
    add_box (boxes, sizes[i], sqrt (ratios[0]));
  for (guint i = 1; i < n_ratios; i++)
    add_box (boxes, sizes[0], sqrt (ratios[i]));
  return !weir_build_failed (n->make.b);
}

static WeirPort
vector (MxNode *n, const float *values, guint count)
{
  WeirShape shape = WEIR_SHAPE (count);

  return weir_make_constant (&n->make, weir_tensor_new_f32 (&shape, values));
}

/* A scalar i64 as f32. */
static WeirPort
number (MxNode *n, WeirPort x)
{
  return weir_make_convert (&n->make, x, WEIR_DTYPE_F32);
}

/* (i + offset) × step for each cell of a side, 1 / length where no step is given. */
static WeirPort
centres (MxNode *n, WeirPort length, double offset, double step)
{
  WeirPort x = number (n, weir_make_counting (&n->make, length));

  x = weir_make_2 (&n->make, "Add", x, weir_make_scalar (&n->make, x, offset));
  return step > 0
             ? weir_make_2 (&n->make, "Multiply", x, weir_make_scalar (&n->make, x, step))
             : weir_make_2 (&n->make, "Divide", x, number (n, length));
}

/* @centre, of any rank, minus and plus half of @sizes. */
static void
corners (MxNode *n, WeirPort centre, WeirPort sizes, WeirPort shape, WeirPort *low,
         WeirPort *high)
{
  WeirPort half =
      weir_make_2 (&n->make, "Multiply", sizes, weir_make_scalar (&n->make, sizes, 0.5));

  *low = weir_make_broadcast (&n->make, weir_make_2 (&n->make, "Subtract", centre, half),
                              shape);
  *high =
      weir_make_broadcast (&n->make, weir_make_2 (&n->make, "Add", centre, half), shape);
}

static WeirPort
multi_box_prior (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 4), rows, columns, width, height, shape, part[4], y;
  double steps[2] = { -1, -1 }, offsets[2] = { 0.5, 0.5 };
  Boxes boxes = { .n = 0 };

  mx_floats (n, "steps", steps, 2);
  mx_floats (n, "offsets", offsets, 2);
  if (!read_boxes (n, &boxes))
    return WEIR_PORT_NONE;
  rows = weir_make_length_of (&n->make, x, 2);
  columns = weir_make_length_of (&n->make, x, 3);
  height = vector (n, boxes.height, boxes.n);
  width = weir_make_2 (
      &n->make, "Multiply", vector (n, boxes.width, boxes.n),
      weir_make_2 (&n->make, "Divide", number (n, rows), number (n, columns)));
  shape = weir_make_concat (&n->make,
                            (const WeirPort[]){
                                weir_make_vector_of (&n->make, rows),
                                weir_make_vector_of (&n->make, columns),
                                WEIR_MAKE_INTS (&n->make, boxes.n),
                            },
                            3, 0);
  x = weir_make_unsqueeze (&n->make, centres (n, columns, offsets[1], steps[1]), 1);
  y = weir_make_reshape (&n->make, centres (n, rows, offsets[0], steps[0]),
                         (const gint64[]){ -1, 1, 1 }, 3);
  corners (n, x, width, shape, &part[0], &part[2]);
  corners (n, y, height, shape, &part[1], &part[3]);
  for (guint i = 0; i < G_N_ELEMENTS (part); i++)
    part[i] = weir_make_reshape (&n->make, part[i], (const gint64[]){ 1, -1, 1 }, 3);
  y = weir_make_concat (&n->make, part, G_N_ELEMENTS (part), 2);
  return mx_bool (n, "clip", FALSE) ? weir_make_clamp (&n->make, y, 0, 1) : y;
}

/* Priors [1, anchors, 4] as DetectionOutput reads them: boxes, then their variances. */
static WeirPort
with_variances (MxNode *n, WeirPort anchors)
{
  double values[4] = { 0.1, 0.1, 0.2, 0.2 };
  float variances[4];
  WeirPort rows;

  mx_floats (n, "variances", values, G_N_ELEMENTS (values));
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    variances[i] = (float) values[i];
  rows = weir_make_broadcast (&n->make, vector (n, variances, 4),
                              weir_make_shape_of (&n->make, anchors));
  rows = weir_make_concat (&n->make, (const WeirPort[]){ anchors, rows }, 2, 0);
  return weir_make_reshape (&n->make, rows, (const gint64[]){ 1, 2, -1 }, 3);
}

/* Inputs: probabilities [N, classes, anchors], moves [N, anchors × 4], anchors. As the
 * real tool has it, the output is that of DetectionOutput: rows of picture, class,
 * probability and box. */
static WeirPort
multi_box_detection (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 3), moves = mx_in_rank (n, 1, 2);
  gint64 best = mx_int (n, "nms_topk", -1);
  WeirNode *node;

  if (mx_bool (n, "force_suppress", FALSE))
    return weir_make_unsupported (&n->make, "force_suppress");
  x = weir_make_flatten (
      &n->make, weir_make_transpose (&n->make, x, (const gint64[]){ 0, 2, 1 }, 3), 1);
  node = WEIR_MAKE_BEGIN (&n->make, "DetectionOutput", moves, x,
                          with_variances (n, mx_in (n, 2)));
  weir_node_set_int (node, "background_label_id", mx_int (n, "background_id", 0));
  weir_node_set_int (node, "top_k", best);
  weir_node_set_ints (node, "keep_top_k", &best, 1);
  weir_node_set_string (node, "code_type", "caffe.PriorBoxParameter.CENTER_SIZE");
  weir_node_set_float (node, "nms_threshold", mx_float (n, "nms_threshold", 0.5));
  weir_node_set_float (node, "confidence_threshold", mx_float (n, "threshold", 0.01));
  weir_node_set_bool (node, "clip_before_nms", mx_bool (n, "clip", TRUE));
  weir_node_set_bool (node, "decrease_label_id", TRUE);
  weir_node_set_bool (node, "normalized", TRUE);
  return weir_make_end (&n->make, node);
}

static WeirPort
training_only (MxNode *n)
{
  return weir_make_unsupported (&n->make,
                                "it prepares training; cut the model before it");
}

const MxRow mx_rows_ssd[] = {
  { "_contrib_MultiBoxPrior", multi_box_prior },
  { "MultiBoxPrior", multi_box_prior },
  { "_contrib_MultiBoxDetection", multi_box_detection },
  { "MultiBoxDetection", multi_box_detection },
  { "_contrib_MultiBoxTarget", training_only },
  { "MultiBoxTarget", training_only },
  { NULL },
};
