#include "table.h"

#include <math.h>
#include <string.h>

/* The layers of SSD. */

static void
set_list (WeirNode *node, const char *name, const float *list, gsize n)
{
  double values[64];

  n = MIN (n, G_N_ELEMENTS (values));
  for (gsize i = 0; i < n; i++)
    values[i] = (double) list[i];
  if (n > 0)
    weir_node_set_floats (node, name, values, n);
}

/* Height and width of a picture, as two numbers. */
static WeirPort
size_of (CfLayer *l, guint index)
{
  return weir_make_slice (&l->make, weir_make_shape_of (&l->make, cf_in (l, index)),
                          WEIR_MAKE_INTS (&l->make, 2), WEIR_MAKE_INTS (&l->make, 4), 0);
}

/* That of the picture, which the text may give in place of bottom 1. */
static WeirPort
picture_of (CfLayer *l, const Caffe__PriorBoxParameter *p)
{
  if (p->has_img_size)
    return WEIR_MAKE_INTS (&l->make, p->img_size, p->img_size);
  if (p->has_img_h && p->has_img_w)
    return WEIR_MAKE_INTS (&l->make, p->img_h, p->img_w);
  return size_of (l, 1);
}

static WeirPort
finish_priors (CfLayer *l, WeirNode *node)
{
  return weir_make_unsqueeze (&l->make, weir_make_end (&l->make, node), 0);
}

/* Boxes by their widths and heights. */
typedef struct {
  float width[64], height[64];
  gsize n;
} Boxes;

static void
add_box (Boxes *boxes, float width, float height)
{
  if (boxes->n < G_N_ELEMENTS (boxes->width)) {
    boxes->width[boxes->n] = width;
    boxes->height[boxes->n] = height;
  }
  boxes->n++;
}

/* Whether ratio @index, or what flipping made of one before it, has been seen. */
static gboolean
is_repeated (const Caffe__PriorBoxParameter *p, gsize index)
{
  float ratio = p->aspect_ratio[index];

  if (fabsf (ratio - 1) < 1e-6F)
    return TRUE;
  for (gsize i = 0; i < index; i++)
    if (fabsf (ratio - p->aspect_ratio[i]) < 1e-6F ||
        (p->flip && fabsf (ratio - 1 / p->aspect_ratio[i]) < 1e-6F))
      return TRUE;
  return FALSE;
}

static void
add_ratios (Boxes *boxes, const Caffe__PriorBoxParameter *p, float size)
{
  for (gsize k = 0; k < p->n_aspect_ratio; k++) {
    float root = sqrtf (p->aspect_ratio[k]);

    if (is_repeated (p, k))
      continue;
    add_box (boxes, size * root, size / root);
    if (p->flip)
      add_box (boxes, size / root, size * root);
  }
}

/* Boxes whose distances differ by direction: the IR has them with their sizes alone. */
static WeirPort
stepped_priors (CfLayer *l, const Caffe__PriorBoxParameter *p)
{
  Boxes boxes = { .n = 0 };
  WeirNode *node;

  for (gsize i = 0; i < p->n_min_size; i++) {
    float size = p->min_size[i];

    add_box (&boxes, size, size);
    if (i < p->n_max_size)
      add_box (&boxes, sqrtf (size * p->max_size[i]), sqrtf (size * p->max_size[i]));
    add_ratios (&boxes, p, size);
  }
  if (boxes.n > G_N_ELEMENTS (boxes.width) || p->n_density > 0)
    return weir_make_unsupported (&l->make,
                                  "steps of different height and width with density, or "
                                  "with more than 64 boxes");
  node =
      WEIR_MAKE_BEGIN (&l->make, "PriorBoxClustered", size_of (l, 0), picture_of (l, p));
  set_list (node, "width", boxes.width, boxes.n);
  set_list (node, "height", boxes.height, boxes.n);
  set_list (node, "variance", p->variance, p->n_variance);
  weir_node_set_bool (node, "clip", p->clip);
  weir_node_set_float (node, "step_h", (double) p->step_h);
  weir_node_set_float (node, "step_w", (double) p->step_w);
  weir_node_set_float (node, "offset", (double) p->offset);
  return finish_priors (l, node);
}

static WeirPort
prior_box (CfLayer *l)
{
  const Caffe__PriorBoxParameter *p = CF_PARAM (
      l, prior_box_param, Caffe__PriorBoxParameter, CAFFE__PRIOR_BOX_PARAMETER__INIT);
  WeirNode *node;

  if (p->has_step_h && p->has_step_w && p->step_h != p->step_w)
    return stepped_priors (l, p);
  node = WEIR_MAKE_BEGIN (&l->make, "PriorBox", size_of (l, 0), picture_of (l, p));
  set_list (node, "min_size", p->min_size, p->n_min_size);
  set_list (node, "max_size", p->max_size, p->n_max_size);
  set_list (node, "aspect_ratio", p->aspect_ratio, p->n_aspect_ratio);
  set_list (node, "variance", p->variance, p->n_variance);
  set_list (node, "density", p->density, p->n_density);
  set_list (node, "fixed_size", p->fixed_size, p->n_fixed_size);
  set_list (node, "fixed_ratio", p->fixed_ratio, p->n_fixed_ratio);
  weir_node_set_bool (node, "flip", p->flip);
  weir_node_set_bool (node, "clip", p->clip);
  weir_node_set_float (node, "step", (double) (p->has_step_h ? p->step_h : p->step));
  weir_node_set_float (node, "offset", (double) p->offset);
  weir_node_set_bool (node, "scale_all_sizes", TRUE);
  return finish_priors (l, node);
}

static WeirPort
prior_box_clustered (CfLayer *l)
{
  const Caffe__PriorBoxParameter *p = CF_PARAM (
      l, prior_box_param, Caffe__PriorBoxParameter, CAFFE__PRIOR_BOX_PARAMETER__INIT);
  WeirNode *node =
      WEIR_MAKE_BEGIN (&l->make, "PriorBoxClustered", size_of (l, 0), picture_of (l, p));

  set_list (node, "width", p->width, p->n_width);
  set_list (node, "height", p->height, p->n_height);
  set_list (node, "variance", p->variance, p->n_variance);
  weir_node_set_bool (node, "clip", p->clip);
  weir_node_set_float (node, "step", (double) p->step);
  weir_node_set_float (node, "step_h", (double) p->step_h);
  weir_node_set_float (node, "step_w", (double) p->step_w);
  weir_node_set_float (node, "offset", (double) p->offset);
  return finish_priors (l, node);
}

/* Bottoms: locations, confidences, priors. */
static WeirPort
detection_output (CfLayer *l)
{
  const Caffe__DetectionOutputParameter *p =
      CF_PARAM (l, detection_output_param, Caffe__DetectionOutputParameter,
                CAFFE__DETECTION_OUTPUT_PARAMETER__INIT);
  const Caffe__NonMaximumSuppressionParameter none =
      CAFFE__NON_MAXIMUM_SUPPRESSION_PARAMETER__INIT;
  const Caffe__NonMaximumSuppressionParameter *nms =
      p->nms_param != NULL ? p->nms_param : &none;
  g_autofree char *code = g_strconcat ("caffe.PriorBoxParameter.", p->code_type, NULL);
  gint64 keep = p->keep_top_k;
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "DetectionOutput", cf_in (l, 0),
                                    cf_in (l, 1), cf_in (l, 2));

  if (nms->eta != 1)
    return weir_make_unsupported (&l->make, "eta other than 1");
  weir_node_set_bool (node, "share_location", p->share_location);
  weir_node_set_int (node, "background_label_id", p->background_label_id);
  weir_node_set_float (node, "nms_threshold", (double) nms->nms_threshold);
  weir_node_set_int (node, "top_k", nms->top_k);
  weir_node_set_ints (node, "keep_top_k", &keep, 1);
  weir_node_set_string (node, "code_type", code);
  weir_node_set_bool (node, "variance_encoded_in_target", p->variance_encoded_in_target);
  weir_node_set_float (node, "confidence_threshold", (double) p->confidence_threshold);
  weir_node_set_bool (node, "clip_after_nms", p->clip);
  weir_node_set_bool (node, "normalized", TRUE);
  return weir_make_end (&l->make, node);
}

const CfRow cf_rows_ssd[] = {
  { "PriorBox", prior_box },
  { "PriorBoxClustered", prior_box_clustered },
  { "DetectionOutput", detection_output },
  { NULL },
};
