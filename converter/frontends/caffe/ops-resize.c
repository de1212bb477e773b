#include "table.h"

#include <string.h>

/* Pictures of another size. */

/**
 * Resize:
 * @mode, @coordinates, @nearest: as the IR's attributes; what @nearest says counts for
 *   nearest neighbours alone
 */
typedef struct {
  const char *mode, *coordinates, *nearest;
  gboolean antialias;
} Resize;

static WeirPort
resize (CfLayer *l, WeirPort x, const Resize *how, WeirPort size)
{
  WeirShape two = WEIR_SHAPE (2);
  WeirPort scales =
      weir_make_constant (&l->make, weir_tensor_new_f32 (&two, (const float[]){ 1, 1 }));
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "Interpolate", x, size, scales,
                                    WEIR_MAKE_INTS (&l->make, 2, 3));

  weir_node_set_string (node, "mode", how->mode);
  weir_node_set_string (node, "shape_calculation_mode", "sizes");
  weir_node_set_string (node, "coordinate_transformation_mode", how->coordinates);
  weir_node_set_string (node, "nearest_mode", how->nearest);
  weir_node_set_bool (node, "antialias", how->antialias);
  return weir_make_end (&l->make, node);
}

static WeirPort
size_of (CfLayer *l, guint index)
{
  return weir_make_known (
      &l->make,
      weir_make_slice (&l->make, weir_make_shape_of (&l->make, cf_in (l, index)),
                       WEIR_MAKE_INTS (&l->make, 2), WEIR_MAKE_INTS (&l->make, 4), 0));
}

/* Known height and width of bottom 0. */
static gboolean
known_size (CfLayer *l, gint64 size[2])
{
  const WeirShape *shape = weir_make_shape (&l->make, cf_in (l, 0));

  if (shape->rank != 4 || shape->dims[2] <= 0 || shape->dims[3] <= 0) {
    weir_make_unsupported (&l->make, "data of other than four known dimensions");
    return FALSE;
  }
  size[0] = shape->dims[2];
  size[1] = shape->dims[3];
  return TRUE;
}

/* Bilinear, corners on corners: to a size, or by factors. */
static WeirPort
interp (CfLayer *l)
{
  const Caffe__InterpParameter *p =
      CF_PARAM (l, interp_param, Caffe__InterpParameter, CAFFE__INTERP_PARAMETER__INIT);
  const Resize how = { "linear_onnx", p->align_corners ? "align_corners" : "asymmetric",
                       "round_prefer_floor", FALSE };
  gint64 size[2];

  if (p->pad_beg != 0 || p->pad_end != 0)
    return weir_make_unsupported (&l->make, "pad_beg and pad_end");
  if (cf_n_in (l) > 1)
    return resize (l, cf_in (l, 0), &how, size_of (l, 1));
  if (p->zoom_factor < 1 || p->shrink_factor < 1)
    return weir_make_invalid (&l->make, "zoom_factor %d and shrink_factor %d",
                              p->zoom_factor, p->shrink_factor);
  if (!known_size (l, size))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < 2; i++) {
    size[i] = (size[i] - 1) / p->shrink_factor + 1;
    size[i] += (size[i] - 1) * (p->zoom_factor - 1);
  }
  if (p->height > 0 && p->width > 0) {
    size[0] = p->height;
    size[1] = p->width;
  }
  return resize (l, cf_in (l, 0), &how, weir_make_ints (&l->make, size, 2));
}

static WeirPort
resample (CfLayer *l)
{
  const Caffe__ResampleParameter *p = CF_PARAM (
      l, resample_param, Caffe__ResampleParameter, CAFFE__RESAMPLE_PARAMETER__INIT);
  gboolean nearest = strcmp (p->type, "NEAREST") == 0;
  const Resize how = { nearest ? "nearest" : "linear", "half_pixel", "round_prefer_ceil",
                       !nearest && p->antialias };
  gint64 size[2];

  if (!nearest && strcmp (p->type, "LINEAR") != 0)
    return weir_make_unsupported (&l->make, "type %s", p->type);
  if (cf_n_in (l) > 1)
    return resize (l, cf_in (l, 0), &how, size_of (l, 1));
  if (!(p->factor > 0 && p->factor < 65536))
    return weir_make_invalid (&l->make, "factor: expected 0 to 65536, found %g",
                              (double) p->factor);
  if (!known_size (l, size))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < 2; i++)
    size[i] = (gint64) ((double) size[i] * (double) p->factor);
  if (p->height > 0 && p->width > 0) {
    size[0] = p->height;
    size[1] = p->width;
  }
  return resize (l, cf_in (l, 0), &how, weir_make_ints (&l->make, size, 2));
}

static WeirPort
upsample (CfLayer *l)
{
  const Resize how = { "nearest", "asymmetric", "floor", FALSE };
  gint64 scale = CF_PARAM (l, upsample_param, Caffe__UpsampleParameter,
                           CAFFE__UPSAMPLE_PARAMETER__INIT)
                     ->scale;
  gint64 size[2];

  if (cf_n_in (l) > 1)
    return weir_make_unsupported (&l->make, "a bottom that tells where the maxima lay");
  if (scale < 1 || scale > 65536)
    return weir_make_invalid (
        &l->make, "scale: expected 1 to 65536, found %" G_GINT64_FORMAT, scale);
  if (!known_size (l, size))
    return WEIR_PORT_NONE;
  size[0] *= scale;
  size[1] *= scale;
  return resize (l, cf_in (l, 0), &how, weir_make_ints (&l->make, size, 2));
}

const CfRow cf_rows_resize[] = {
  { "Interp", interp },
  { "Resample", resample },
  { "Upsample", upsample },
  { NULL },
};
