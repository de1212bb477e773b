#include "table.h"
#include "window.h"

#include <float.h>
#include <string.h>

/* Windows that are reduced to one number each. */

/**
 * Pool:
 * @op: "AvgPool" or "MaxPool"
 * @down: positions are rounded down; else up, and where the data is padded none begins
 *   beyond it and its first pad
 */
typedef struct {
  CfWindow window;
  const char *op;
  gboolean down;
} Pool;

static gboolean
is_padded (const CfWindow *w)
{
  for (gsize i = 0; i < w->n; i++)
    if (w->pads[i] != 0)
      return TRUE;
  return FALSE;
}

/* A mean divides by what of its window lies in the padded data. */
static WeirPort
slide (CfLayer *l, const Pool *pool, WeirPort x)
{
  const CfWindow *w = &pool->window;
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, pool->op, x);

  cf_window_set (w, node);
  weir_node_set_ints (node, "kernel", w->kernel, w->n);
  weir_node_set_string (node, "rounding_type",
                        pool->down      ? "floor"
                        : is_padded (w) ? "ceil_torch"
                                        : "ceil");
  if (strcmp (pool->op, "AvgPool") == 0)
    weir_node_set_bool (node, "exclude-pad", FALSE);
  else
    weir_node_set_ints (node, "dilations", w->dilations, w->n);
  return weir_make_end (&l->make, node);
}

/* What is drawn by chance while a network is trained is the mean weighted by itself. */
static WeirPort
stochastic (CfLayer *l, const Pool *pool, WeirPort x)
{
  WeirPort squares = slide (l, pool, weir_make_2 (&l->make, "Multiply", x, x));
  WeirPort sums = slide (l, pool, x);

  return weir_make_2 (&l->make, "Divide", squares,
                      weir_make_2 (&l->make, "Add", sums,
                                   weir_make_scalar (&l->make, sums, (double) FLT_MIN)));
}

static WeirPort
global_pool (CfLayer *l, WeirPort x, gboolean average)
{
  return weir_make_reduce (&l->make, average ? "ReduceMean" : "ReduceMax", x,
                           weir_make_range (&l->make, 2, weir_make_rank (&l->make, x)),
                           TRUE);
}

static WeirPort
pooling (CfLayer *l)
{
  const Caffe__PoolingParameter *p = CF_PARAM (l, pooling_param, Caffe__PoolingParameter,
                                               CAFFE__POOLING_PARAMETER__INIT);
  gboolean average = strcmp (p->pool, "MAX") != 0;
  gboolean chance = strcmp (p->pool, "STOCHASTIC") == 0;
  WeirPort x = cf_in (l, 0);
  Pool pool = { .op = average ? "AvgPool" : "MaxPool",
                .down = !p->ceil_mode || strcmp (p->round_mode, "CEIL") != 0 };

  if (average && !chance && strcmp (p->pool, "AVE") != 0)
    return weir_make_unsupported (&l->make, "pool %s", p->pool);
  if (l->proto->n_top > 1)
    return weir_make_unsupported (&l->make, "a second top (where the maxima lie)");
  if (p->global_pooling && !chance)
    return global_pool (l, x, average);
  if (!cf_window_begin (l, &pool.window, weir_make_rank (&l->make, x) - 2) ||
      !CF_WINDOW_LIST (l, &pool.window, kernel, p, kernel_size, kernel_h, kernel_w) ||
      !CF_WINDOW_LIST (l, &pool.window, strides, p, stride, stride_h, stride_w) ||
      !CF_WINDOW_LIST (l, &pool.window, pads, p, pad, pad_h, pad_w))
    return WEIR_PORT_NONE;
  for (gsize i = 0; p->global_pooling && i < pool.window.n; i++)
    pool.window.kernel[i] = weir_make_shape (&l->make, x)->dims[i + 2];
  return chance ? stochastic (l, &pool, x) : slide (l, &pool, x);
}

/* One level: @bins windows a dimension. */
static WeirPort
level (CfLayer *l, WeirPort x, const char *op, gint64 bins)
{
  const WeirShape *shape = weir_make_shape (&l->make, x);
  Pool pool = { .op = op };

  if (!cf_window_begin (l, &pool.window, 2))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < 2; i++) {
    gint64 size = shape->dims[i + 2], kernel = (size + bins - 1) / bins;

    pool.window.kernel[i] = pool.window.strides[i] = kernel;
    pool.window.pads[i] = (kernel * bins - size + 1) / 2;
  }
  return weir_make_flatten (&l->make, slide (l, &pool, x), 1);
}

/* Spatial pyramid: ever smaller windows, side by side. */
static WeirPort
spp (CfLayer *l)
{
  const Caffe__SPPParameter *p =
      CF_PARAM (l, spp_param, Caffe__SPPParameter, CAFFE__SPPPARAMETER__INIT);
  gboolean average = strcmp (p->pool, "AVE") == 0;
  WeirPort x = cf_in (l, 0), levels[16];
  const WeirShape *shape = weir_make_shape (&l->make, x);

  if (!average && strcmp (p->pool, "MAX") != 0)
    return weir_make_unsupported (&l->make, "pool %s", p->pool);
  if (shape->rank != 4 || shape->dims[2] <= 0 || shape->dims[3] <= 0)
    return weir_make_unsupported (&l->make, "data of other than four known dimensions");
  if (p->pyramid_height == 0 || p->pyramid_height > G_N_ELEMENTS (levels))
    return weir_make_invalid (&l->make, "pyramid_height: expected 1 to %zu, found %u",
                              G_N_ELEMENTS (levels), p->pyramid_height);
  for (guint i = 0; i < p->pyramid_height; i++)
    levels[i] = level (l, x, average ? "AvgPool" : "MaxPool", (gint64) 1 << i);
  return weir_make_concat (&l->make, levels, p->pyramid_height, 1);
}

static WeirPort
roi_pooling (CfLayer *l)
{
  const Caffe__ROIPoolingParameter *p =
      CF_PARAM (l, roi_pooling_param, Caffe__ROIPoolingParameter,
                CAFFE__ROIPOOLING_PARAMETER__INIT);
  const gint64 size[] = { p->pooled_h, p->pooled_w };
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "ROIPooling", cf_in (l, 0), cf_in (l, 1));

  weir_node_set_ints (node, "output_roi", size, 2);
  weir_node_set_int (node, "pooled_h", size[0]);
  weir_node_set_int (node, "pooled_w", size[1]);
  weir_node_set_float (node, "spatial_scale", (double) p->spatial_scale);
  weir_node_set_string (node, "method", "max");
  return weir_make_end (&l->make, node);
}

static WeirPort
psroi_pooling (CfLayer *l)
{
  const Caffe__PSROIPoolingParameter *p =
      CF_PARAM (l, psroi_pooling_param, Caffe__PSROIPoolingParameter,
                CAFFE__PSROIPOOLING_PARAMETER__INIT);
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "PSROIPooling", cf_in (l, 0), cf_in (l, 1));

  weir_node_set_float (node, "spatial_scale", (double) p->spatial_scale);
  weir_node_set_int (node, "output_dim", p->output_dim);
  weir_node_set_int (node, "group_size", p->group_size);
  return weir_make_end (&l->make, node);
}

const CfRow cf_rows_pool[] = {
  { "Pooling", pooling },
  { "SPP", spp },
  { "ROIPooling", roi_pooling },
  { "PSROIPooling", psroi_pooling },
  { NULL },
};
