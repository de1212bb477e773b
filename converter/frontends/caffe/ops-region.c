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
propose (CfLayer *l, const Caffe__ProposalParameter *p)
{
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
proposal (CfLayer *l)
{
  return propose (l, CF_PARAM (l, proposal_param, Caffe__ProposalParameter,
                               CAFFE__PROPOSAL_PARAMETER__INIT));
}

/* What the text of a layer in Python says behind @key: one number or a list. @values: at
 * most WEIR_MAX_RANK; left alone where it says nothing. */
static gsize
read_key (const char *text, const char *key, float *values, gsize count)
{
  g_autofree char *pattern = g_strdup_printf (
      "\\b%s['\"]?\\s*:\\s*(\\[[^\\]]*\\]|\\([^)]*\\)|[-+.0-9eE]+)", key);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *found = NULL;
  g_auto (GStrv) parts = NULL;

  if (!g_regex_match (regex, text, 0, &match))
    return count;
  found = g_match_info_fetch (match, 1);
  parts = g_strsplit (g_strdelimit (found, "[]()", ' '), ",", WEIR_MAX_RANK + 1);
  count = 0;
  for (guint i = 0; parts[i] != NULL && count < WEIR_MAX_RANK; i++)
    if (*g_strstrip (parts[i]) != '\0')
      values[count++] = (float) g_ascii_strtod (parts[i], NULL);
  return count;
}

static guint32
read_count (const char *text, const char *key, guint32 fallback)
{
  float value[WEIR_MAX_RANK] = { (float) fallback };

  read_key (text, key, value, 1);
  return value[0] >= 0 && value[0] <= 1e9F ? (guint32) value[0] : fallback;
}

/* A layer in Python; of these, the proposal layer of Faster R-CNN is known. */
static WeirPort
python (CfLayer *l)
{
  Caffe__ProposalParameter p = CAFFE__PROPOSAL_PARAMETER__INIT;
  float ratios[WEIR_MAX_RANK] = { 0.5F, 1, 2 }, scales[WEIR_MAX_RANK] = { 8, 16, 32 },
        threshold[WEIR_MAX_RANK] = { p.nms_thresh };
  g_autofree char *name = cf_layer_text (l, "python_param.layer");
  g_autofree char *given = cf_layer_text (l, "python_param.param_str");
  const char *text = given != NULL && g_utf8_validate (given, -1, NULL) ? given : "";

  if (g_strcmp0 (name, "ProposalLayer") != 0)
    return weir_make_unsupported (&l->make, "a layer in Python of class '%.80s'",
                                  name != NULL ? name : "");
  p.feat_stride = read_count (text, "feat_stride", p.feat_stride);
  p.base_size = read_count (text, "base_size", p.base_size);
  p.min_size = read_count (text, "min_size", p.min_size);
  p.pre_nms_topn = read_count (text, "pre_nms_topn", p.pre_nms_topn);
  p.post_nms_topn = read_count (text, "post_nms_topn", p.post_nms_topn);
  read_key (text, "nms_thresh", threshold, 1);
  p.nms_thresh = threshold[0];
  p.n_ratio = read_key (text, "ratios?", ratios, 3);
  p.ratio = ratios;
  p.n_scale = read_key (text, "scales?", scales, 3);
  p.scale = scales;
  return propose (l, &p);
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
  { "Python", python },
  { "RegionYolo", region_yolo },
  { "ReorgYolo", reorg_yolo },
  { NULL },
};
