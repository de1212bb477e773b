#include "table.h"

/* Element by element, where the IR needs more than one operation. */

static WeirPort
times (MxNode *n, WeirPort x, double factor)
{
  return weir_make_2 (&n->make, "Multiply", x, weir_make_scalar (&n->make, x, factor));
}

static WeirPort
plus (MxNode *n, WeirPort x, double term)
{
  return weir_make_2 (&n->make, "Add", x, weir_make_scalar (&n->make, x, term));
}

static WeirPort
log_1p (MxNode *n)
{
  return weir_make_1 (&n->make, "Log", plus (n, mx_in (n, 0), 1));
}

static WeirPort
exp_m1 (MxNode *n)
{
  return plus (n, weir_make_1 (&n->make, "Exp", mx_in (n, 0)), -1);
}

static WeirPort
log_2 (MxNode *n)
{
  return times (n, weir_make_1 (&n->make, "Log", mx_in (n, 0)), 1 / G_LN2);
}

static WeirPort
log_10 (MxNode *n)
{
  return times (n, weir_make_1 (&n->make, "Log", mx_in (n, 0)), 1 / G_LN10);
}

static WeirPort
degrees (MxNode *n)
{
  return times (n, mx_in (n, 0), 180 / G_PI);
}

static WeirPort
radians (MxNode *n)
{
  return times (n, mx_in (n, 0), G_PI / 180);
}

/* The power of the size, with the sign of x. */
static WeirPort
signed_power (MxNode *n, double exponent)
{
  WeirPort x = mx_in (n, 0);
  WeirPort size = weir_make_1 (&n->make, "Abs", x);
  WeirPort power =
      weir_make_2 (&n->make, "Power", size, weir_make_scalar (&n->make, x, exponent));

  return weir_make_2 (&n->make, "Multiply", weir_make_1 (&n->make, "Sign", x), power);
}

static WeirPort
cbrt_of (MxNode *n)
{
  return signed_power (n, 1.0 / 3);
}

static WeirPort
rcbrt (MxNode *n)
{
  return signed_power (n, -1.0 / 3);
}

/* Toward zero. */
static WeirPort
fix (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  WeirPort whole = weir_make_1 (&n->make, "Floor", weir_make_1 (&n->make, "Abs", x));

  return weir_make_2 (&n->make, "Multiply", weir_make_1 (&n->make, "Sign", x), whole);
}

static WeirPort
round_by (MxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Round", mx_in (n, 0));

  weir_node_set_string (node, "mode", n->row->ir);
  return weir_make_end (&n->make, node);
}

static WeirPort
hard_sigmoid (MxNode *n)
{
  WeirPort x = mx_in (n, 0);

  return WEIR_MAKE (&n->make, "HardSigmoid", x,
                    weir_make_scalar (&n->make, x, mx_float (n, "alpha", 0.2)),
                    weir_make_scalar (&n->make, x, mx_float (n, "beta", 0.5)));
}

/* s² x² / 2 where |x| < 1 / s², and |x| - 1 / (2 s²) elsewhere. */
static WeirPort
smooth_l1 (MxNode *n)
{
  double scale = mx_float (n, "scalar", 1), s2 = scale * scale;
  WeirPort x = mx_in (n, 0);
  WeirPort size = weir_make_1 (&n->make, "Abs", x);
  WeirPort inner = times (n, weir_make_2 (&n->make, "Multiply", x, x), s2 / 2);
  WeirPort is_small =
      weir_make_2 (&n->make, "Less", size, weir_make_scalar (&n->make, x, 1 / s2));

  return WEIR_MAKE (&n->make, "Select", is_small, inner, plus (n, size, -0.5 / s2));
}

static WeirPort
hypotenuse (MxNode *n, WeirPort x, WeirPort y)
{
  WeirPort sum = weir_make_2 (&n->make, "Add", weir_make_2 (&n->make, "Multiply", x, x),
                              weir_make_2 (&n->make, "Multiply", y, y));

  return weir_make_1 (&n->make, "Sqrt", sum);
}

static WeirPort
hypot_of (MxNode *n)
{
  WeirPort x = mx_in (n, 0);

  return hypotenuse (n, x, mx_in (n, 1));
}

static WeirPort
hypot_scalar (MxNode *n)
{
  WeirPort x = mx_in (n, 0);

  return hypotenuse (n, x, weir_make_scalar (&n->make, x, mx_float (n, "scalar", 0)));
}

/* Whether an element is other than 0. */
static WeirPort
truth (MxNode *n, WeirPort x)
{
  return weir_make_2 (&n->make, "NotEqual", x, weir_make_scalar (&n->make, x, 0));
}

/* Logic gives numbers, 0 and 1. */
static WeirPort
logical (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  WeirPort y = weir_make_2 (&n->make, n->row->ir, truth (n, x), truth (n, mx_in (n, 1)));

  return weir_make_convert (&n->make, y, weir_make_dtype (&n->make, x));
}

static WeirPort
logical_scalar (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  WeirPort scalar = weir_make_scalar (&n->make, x, mx_float (n, "scalar", 0));
  WeirPort y = weir_make_2 (&n->make, n->row->ir, truth (n, x), truth (n, scalar));

  return weir_make_convert (&n->make, y, weir_make_dtype (&n->make, x));
}

static WeirPort
logical_not (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  WeirPort y = weir_make_1 (&n->make, "LogicalNot", truth (n, x));

  return weir_make_convert (&n->make, y, weir_make_dtype (&n->make, x));
}

/* All are brought to the widest type among them, or to the narrowest. */
static WeirPort
amp_multicast (MxNode *n)
{
  gboolean narrow = mx_bool (n, "cast_narrow", FALSE), has_half = FALSE, has_full = FALSE;
  guint count = mx_n_inputs (n);
  WeirDtype dtype;

  for (guint i = 0; i < count; i++) {
    WeirDtype found = weir_make_dtype (&n->make, mx_in (n, i));

    has_half |= found == WEIR_DTYPE_F16;
    has_full |= found != WEIR_DTYPE_F16;
  }
  dtype = has_half && (narrow || !has_full) ? WEIR_DTYPE_F16 : WEIR_DTYPE_F32;
  for (guint i = 0; i < count; i++)
    mx_out (n, i, weir_make_convert (&n->make, mx_in (n, i), dtype));
  return WEIR_PORT_NONE;
}

/* Inputs: data, scale and shift of each channel. */
static WeirPort
scale_shift (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  int rank = weir_make_rank (&n->make, x);
  WeirPort scaled = weir_make_2 (&n->make, "Multiply", x,
                                 weir_make_channels (&n->make, mx_in (n, 1), rank));

  return weir_make_2 (&n->make, "Add", scaled,
                      weir_make_channels (&n->make, mx_in (n, 2), rank));
}

const MxRow mx_rows_formula[] = {
  { "log1p", log_1p },
  { "expm1", exp_m1 },
  { "log2", log_2 },
  { "log10", log_10 },
  { "degrees", degrees },
  { "radians", radians },
  { "cbrt", cbrt_of },
  { "rcbrt", rcbrt },
  { "fix", fix },
  { "trunc", fix },
  { "round", round_by, "half_away_from_zero" },
  { "rint", round_by, "half_to_even" },
  { "hard_sigmoid", hard_sigmoid },
  { "smooth_l1", smooth_l1 },
  { "broadcast_hypot", hypot_of },
  { "_hypot", hypot_of },
  { "_hypot_scalar", hypot_scalar },
  { "broadcast_logical_and", logical, "LogicalAnd" },
  { "broadcast_logical_or", logical, "LogicalOr" },
  { "broadcast_logical_xor", logical, "LogicalXor" },
  { "_logical_and", logical, "LogicalAnd" },
  { "_logical_or", logical, "LogicalOr" },
  { "_logical_xor", logical, "LogicalXor" },
  { "_logical_and_scalar", logical_scalar, "LogicalAnd" },
  { "_logical_or_scalar", logical_scalar, "LogicalOr" },
  { "_logical_xor_scalar", logical_scalar, "LogicalXor" },
  { "logical_not", logical_not },
  { "amp_multicast", amp_multicast },
  { "ScaleShift", scale_shift },
  { NULL },
};
