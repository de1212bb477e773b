#include "table.h"

#include <string.h>

/* Proposals of regions, and the layers of YOLO. */

static void
set_floats (WeirNode *node, const char *name, const float *list, gsize n,
            const float fallback[3])
{
  double values[64];

  if (n == 0)
    list = fallback;
  n = n == 0 && fallback != NULL ? 3 : MIN (n, G_N_ELEMENTS (values));
  for (gsize i = 0; i < n; i++)
    values[i] = (double) list[i];
  if (n > 0)
    weir_node_set_floats (node, name, values, n);
}

/* Bottoms: classes, boxes, size of the picture; tops: regions and how sure they are. */
static WeirPort
proposal (CfLayer *l)
{
  const Caffe__ProposalParameter *p = CF_PARAM (
      l, proposal_param, Caffe__ProposalParameter, CAFFE__PROPOSAL_PARAMETER__INIT);
  const float ratios[] = { 0.5F, 1, 2 }, scales[] = { 8, 16, 32 };
  WeirPort info = weir_make_reshape (&l->make, cf_in (l, 2), (const gint64[]){ -1 }, 1);
  WeirNode *node =
      WEIR_MAKE_BEGIN (&l->make, "Proposal", cf_in (l, 0), cf_in (l, 1), info);
  WeirPort y;

  weir_node_set_int (node, "base_size", p->base_size);
  weir_node_set_int (node, "feat_stride", p->feat_stride);
  weir_node_set_int (node, "min_size", p->min_size);
  weir_node_set_int (node, "pre_nms_topn", p->pre_nms_topn);
  weir_node_set_int (node, "post_nms_topn", p->post_nms_topn);
  weir_node_set_float (node, "nms_thresh", (double) p->nms_thresh);
  set_floats (node, "ratio", p->ratio, p->n_ratio, ratios);
  set_floats (node, "scale", p->scale, p->n_scale, scales);
  y = weir_make_end (&l->make, node);
  if (l->proto->n_top > 1)
    cf_out (l, 1, weir_make_port (&l->make, node, 1));
  return y;
}

static WeirPort
region_yolo (CfLayer *l)
{
  const Caffe__RegionYoloParameter *p =
      CF_PARAM (l, region_yolo_param, Caffe__RegionYoloParameter,
                CAFFE__REGION_YOLO_PARAMETER__INIT);
  const Caffe__FlattenParameter *f = CF_PARAM (l, flatten_param, Caffe__FlattenParameter,
                                               CAFFE__FLATTEN_PARAMETER__INIT);
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "RegionYolo", cf_in (l, 0));

  weir_node_set_int (node, "axis", f->axis);
  weir_node_set_int (node, "end_axis", f->end_axis);
  weir_node_set_int (node, "coords", p->coords);
  weir_node_set_int (node, "classes", p->classes);
  weir_node_set_int (node, "num", p->num);
  weir_node_set_bool (node, "do_softmax", p->do_softmax);
  set_floats (node, "anchors", p->anchors, p->n_anchors, NULL);
  if (p->n_mask > 0)
    weir_node_set_ints (node, "mask", p->mask, p->n_mask);
  return weir_make_end (&l->make, node);
}

static WeirPort
reorg_yolo (CfLayer *l)
{
  gint64 stride = CF_PARAM (l, reorg_yolo_param, Caffe__ReorgYoloParameter,
                            CAFFE__REORG_YOLO_PARAMETER__INIT)
                      ->stride;
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "ReorgYolo", cf_in (l, 0));

  weir_node_set_ints (node, "stride", &stride, 1);
  return weir_make_end (&l->make, node);
}

const CfRow cf_rows_region[] = {
  { "Proposal", proposal },
  { "RegionYolo", region_yolo },
  { "ReorgYolo", reorg_yolo },
  { NULL },
};
