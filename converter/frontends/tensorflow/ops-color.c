#include "table.h"

/* Colours as hue, saturation and value; channels stand last. */

static WeirPort
channel (TfNode *n, WeirPort x, int index)
{
  return weir_make_gather (&n->make, x, WEIR_MAKE_INTS (&n->make, index), -1);
}

static WeirPort
number (TfNode *n, WeirPort like, double value)
{
  return weir_make_scalar (&n->make, like, value);
}

static WeirPort
quotient (TfNode *n, WeirPort x, WeirPort y)
{
  WeirPort zero = weir_make_2 (&n->make, "Equal", y, number (n, y, 0));

  y = WEIR_MAKE (&n->make, "Select", zero, number (n, y, 1), y);
  return weir_make_2 (&n->make, "Divide", x, y);
}

static WeirPort
joined (TfNode *n, WeirPort a, WeirPort b, WeirPort c)
{
  return weir_make_concat (&n->make, (WeirPort[]){ a, b, c }, 3, -1);
}

typedef struct {
  WeirPort hue, saturation, value;
} Color;

static Color
to_hsv (TfNode *n, WeirPort x)
{
  WeirMake *m = &n->make;
  WeirPort red = channel (n, x, 0), green = channel (n, x, 1), blue = channel (n, x, 2);
  WeirPort last = WEIR_MAKE_INTS (m, -1), high, range, hue, other;
  Color c;

  high = weir_make_reduce (m, "ReduceMax", x, last, TRUE);
  range =
      weir_make_2 (m, "Subtract", high, weir_make_reduce (m, "ReduceMin", x, last, TRUE));
  c.value = high;
  c.saturation = quotient (n, range, high);
  hue = quotient (n, weir_make_2 (m, "Subtract", red, green), range);
  hue = weir_make_2 (m, "Add", hue, number (n, x, 4));
  other = quotient (n, weir_make_2 (m, "Subtract", blue, red), range);
  other = weir_make_2 (m, "Add", other, number (n, x, 2));
  hue = WEIR_MAKE (m, "Select", weir_make_2 (m, "Equal", green, high), other, hue);
  other = quotient (n, weir_make_2 (m, "Subtract", green, blue), range);
  hue = WEIR_MAKE (m, "Select", weir_make_2 (m, "Equal", red, high), other, hue);
  hue = weir_make_2 (m, "Divide", hue, number (n, x, 6));
  other = weir_make_2 (m, "Add", hue, number (n, x, 1));
  c.hue =
      WEIR_MAKE (m, "Select", weir_make_2 (m, "Less", hue, number (n, x, 0)), other, hue);
  return c;
}

/* One channel: @value reduced by what its distance from hue @at, in sixths, takes. */
static WeirPort
shade (TfNode *n, const Color *c, double at)
{
  WeirMake *m = &n->make;
  WeirPort k = weir_make_2 (m, "Multiply", c->hue, number (n, c->hue, 6)), rest;

  k = weir_make_2 (m, "FloorMod", weir_make_2 (m, "Add", k, number (n, k, at)),
                   number (n, k, 6));
  rest = weir_make_2 (m, "Subtract", number (n, k, 4), k);
  k = weir_make_clamp (m, weir_make_2 (m, "Minimum", k, rest), 0, 1);
  k = weir_make_2 (m, "Multiply", weir_make_2 (m, "Multiply", k, c->saturation),
                   c->value);
  return weir_make_2 (m, "Subtract", c->value, k);
}

static WeirPort
to_rgb (TfNode *n, const Color *c)
{
  return joined (n, shade (n, c, 5), shade (n, c, 3), shade (n, c, 1));
}

static WeirPort
rgb_to_hsv (TfNode *n)
{
  Color c = to_hsv (n, tf_in (n, 0));

  return joined (n, c.hue, c.saturation, c.value);
}

static WeirPort
hsv_to_rgb (TfNode *n)
{
  WeirPort x = tf_in (n, 0);
  Color c = { channel (n, x, 0), channel (n, x, 1), channel (n, x, 2) };

  return to_rgb (n, &c);
}

static WeirPort
adjust_hue (TfNode *n)
{
  Color c = to_hsv (n, tf_in (n, 0));

  c.hue = weir_make_2 (&n->make, "Add", c.hue, tf_in (n, 1));
  return to_rgb (n, &c);
}

static WeirPort
adjust_saturation (TfNode *n)
{
  Color c = to_hsv (n, tf_in (n, 0));

  c.saturation = weir_make_2 (&n->make, "Multiply", c.saturation, tf_in (n, 1));
  c.saturation = weir_make_clamp (&n->make, c.saturation, 0, 1);
  return to_rgb (n, &c);
}

const TfRow tf_rows_color[] = {
  { "RGBToHSV", rgb_to_hsv },
  { "HSVToRGB", hsv_to_rgb },
  { "AdjustHue", adjust_hue },
  { "AdjustSaturation", adjust_saturation },
  { NULL },
};
