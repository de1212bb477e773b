#include "table.h"

#include <string.h>

/* Interpolation: the sizes come from tensors, from scales, or from attributes, and this
 * order decides. The spatial dimensions are resized. */

#define MAX_SPATIAL 3

static const char *const size_attrs[MAX_SPATIAL] = { "out_d", "out_h", "out_w" };

/* (first row that fits) */
static const struct {
  const char *method, *mode;
} methods[] = {
  { "nearest", "nearest" },    { "bilinear", "linear_onnx" },
  { "linear", "linear_onnx" }, { "trilinear", "linear_onnx" },
  { "bicubic", "cubic" },
};

static const char *
mode_of (PdNode *n)
{
  const char *method = pd_string (n, "interp_method", "nearest");

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (method, methods[i].method) == 0)
      return methods[i].mode;
  weir_make_unsupported (&n->make, "interp_method %s", method);
  return "nearest";
}

/* Where a place of the output lies in the input. */
static void
set_places (PdNode *n, WeirNode *node, const char *mode)
{
  gboolean corners = pd_bool (n, "align_corners", TRUE);
  gboolean nearest = strcmp (mode, "nearest") == 0;
  gboolean cubic = strcmp (mode, "cubic") == 0;
  gboolean half = cubic || (!nearest && pd_int (n, "align_mode", 1) == 0);

  weir_node_set_string (node, "coordinate_transformation_mode",
                        corners ? "align_corners"
                        : half  ? "half_pixel"
                                : "asymmetric");
  if (nearest)
    weir_node_set_string (node, "nearest_mode", corners ? "round_prefer_ceil" : "floor");
}

/* Lengths by a factor that the first version of the operation has: they alone decide. */
static WeirPort
scaled_sizes (PdNode *n, WeirPort x, WeirPort axes, WeirPort scales)
{
  WeirPort sizes = weir_make_gather (&n->make, weir_make_shape_of (&n->make, x), axes, 0);

  sizes = weir_make_2 (&n->make, "Multiply",
                       weir_make_convert (&n->make, sizes, WEIR_DTYPE_F32), scales);
  return weir_make_known (&n->make, weir_make_convert (&n->make, sizes, WEIR_DTYPE_I64));
}

/* One factor for all spatial dimensions, or one each; none where they are not given. */
static WeirPort
scales_of (PdNode *n, guint spatial)
{
  double values[MAX_SPATIAL];
  float floats[MAX_SPATIAL];
  guint count = pd_floats (n, "scale", values, MAX_SPATIAL);
  WeirShape shape = WEIR_SHAPE (spatial);

  if (pd_has (n, "Scale")) {
    WeirPort given = weir_make_convert (&n->make, pd_in (n, "Scale"), WEIR_DTYPE_F32);

    return weir_make_broadcast (&n->make, given, WEIR_MAKE_INTS (&n->make, spatial));
  }
  if (count == 0 || !(values[0] > 0))
    return WEIR_PORT_NONE;
  if (count != 1 && count != spatial)
    return weir_make_invalid (
        &n->make, "attribute 'scale': expected %u numbers, found %u", spatial, count);
  for (guint i = 0; i < spatial; i++)
    floats[i] = (float) values[count == 1 ? 0 : i];
  return weir_make_constant (&n->make, weir_tensor_new_f32 (&shape, floats));
}

static WeirPort
sizes_of (PdNode *n, guint spatial)
{
  gint64 sizes[MAX_SPATIAL];

  if (pd_has (n, "SizeTensor"))
    return pd_vector (n, NULL, "SizeTensor", NULL);
  if (pd_has (n, "OutSize"))
    return pd_vector (n, "OutSize", NULL, NULL);
  for (guint i = 0; i < spatial; i++)
    sizes[i] = pd_int (n, size_attrs[MAX_SPATIAL - spatial + i], -1);
  return sizes[0] > 0 ? weir_make_ints (&n->make, sizes, spatial) : WEIR_PORT_NONE;
}

static WeirPort
interpolate (PdNode *n)
{
  gboolean last = pd_is_last (n, "data_layout"), by_scales = FALSE;
  gboolean has_tensor = pd_has (n, "SizeTensor") || pd_has (n, "OutSize");
  gboolean second = g_str_has_suffix (n->row->op, "_v2");
  WeirPort x = pd_in (n, "X"), axes, wanted = WEIR_PORT_NONE;
  int rank = weir_make_rank (&n->make, x);
  const char *mode = mode_of (n);
  WeirNode *node;

  if (rank < 3 || rank > MAX_SPATIAL + 2)
    return weir_make_invalid (&n->make, "a value of rank %d", rank);
  axes = last ? weir_make_range (&n->make, 1, rank - 1)
              : weir_make_range (&n->make, 2, rank);
  if (!has_tensor)
    wanted = scales_of (n, (guint) rank - 2);
  if (weir_port_is_none (wanted))
    wanted = sizes_of (n, (guint) rank - 2);
  else if (second)
    by_scales = TRUE;
  else
    wanted = scaled_sizes (n, x, axes, wanted);
  if (weir_port_is_none (wanted))
    return weir_make_invalid (&n->make, "neither sizes nor scales are given");
  node = weir_make_begin_version (&n->make, "Interpolate", 11,
                                  (const WeirPort[]){ x, wanted, axes }, 3);
  weir_node_set_string (node, "mode", mode);
  weir_node_set_string (node, "shape_calculation_mode", by_scales ? "scales" : "sizes");
  set_places (n, node, mode);
  return weir_make_end (&n->make, node);
}

const PdRow pd_rows_resize[] = {
  { "nearest_interp", interpolate },
  { "nearest_interp_v2", interpolate },
  { "bilinear_interp", interpolate },
  { "bilinear_interp_v2", interpolate },
  { "bicubic_interp", interpolate },
  { "bicubic_interp_v2", interpolate },
  { "linear_interp", interpolate },
  { "linear_interp_v2", interpolate },
  { "trilinear_interp", interpolate },
  { "trilinear_interp_v2", interpolate },
  { NULL },
};
