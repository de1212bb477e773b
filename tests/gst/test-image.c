#include "guard.h"
#include "ir/build.h"
#include "ir/edit.h"
#include "weir-infer.h"

#include <math.h>
#include <string.h>

/* weir_request_set_image() against a plain calculation, a pixel at a time. */

#define WIDTH  37
#define HEIGHT 23

typedef struct {
  guint8 bytes[3][WIDTH * HEIGHT * 4 + 64];
  WeirImage image;
} Picture;

static guint
noise (guint i)
{
  return (i * 2654435761u >> 13) & 0xff;
}

static void
make_picture (Picture *p, WeirPixelFormat format)
{
  static const int strides[][3] = {
    [WEIR_PIXELS_NV12] = { 40, 40, 0 },  [WEIR_PIXELS_I420] = { 40, 24, 24 },
    [WEIR_PIXELS_YV12] = { 40, 24, 24 }, [WEIR_PIXELS_YUY2] = { 80, 0, 0 },
    [WEIR_PIXELS_UYVY] = { 80, 0, 0 },   [WEIR_PIXELS_RGB] = { 112, 0, 0 },
    [WEIR_PIXELS_BGR] = { 112, 0, 0 },   [WEIR_PIXELS_RGBA] = { 148, 0, 0 },
    [WEIR_PIXELS_BGRA] = { 148, 0, 0 },  [WEIR_PIXELS_RGBX] = { 148, 0, 0 },
    [WEIR_PIXELS_BGRX] = { 148, 0, 0 },  [WEIR_PIXELS_GRAY8] = { 40, 0, 0 },
  };

  for (guint k = 0; k < 3; k++)
    for (guint i = 0; i < sizeof p->bytes[k]; i++)
      p->bytes[k][i] = (guint8) noise (i + k * 7777);
  p->image = (WeirImage){
    .format = format, .width = WIDTH, .height = HEIGHT, .matrix = WEIR_MATRIX_BT709
  };
  for (guint k = 0; k < 3; k++) {
    p->image.planes[k] = p->bytes[k];
    p->image.strides[k] = strides[format][k];
  }
}

static double
byte_at (const Picture *p, guint plane, int row, int column)
{
  return p->bytes[plane][row * p->image.strides[plane] + column];
}

/* Component @c (Y, U, V or R, G, B) at sample (@x, @y) of its own plane. */
static double
sample (const Picture *p, guint c, int x, int y)
{
  switch (p->image.format) {
  case WEIR_PIXELS_NV12:
    return c == 0 ? byte_at (p, 0, y, x) : byte_at (p, 1, y, 2 * x + (int) c - 1);
  case WEIR_PIXELS_I420:
  case WEIR_PIXELS_YV12:
    return byte_at (p, c, y, x);
  case WEIR_PIXELS_YUY2:
    return c == 0 ? byte_at (p, 0, y, 2 * x)
                  : byte_at (p, 0, y, 4 * x + (c == 1 ? 1 : 3));
  case WEIR_PIXELS_UYVY:
    return c == 0 ? byte_at (p, 0, y, 2 * x + 1)
                  : byte_at (p, 0, y, 4 * x + (c == 1 ? 0 : 2));
  case WEIR_PIXELS_RGB:
    return byte_at (p, 0, y, 3 * x + (int) c);
  case WEIR_PIXELS_BGR:
    return byte_at (p, 0, y, 3 * x + 2 - (int) c);
  case WEIR_PIXELS_RGBA:
  case WEIR_PIXELS_RGBX:
    return byte_at (p, 0, y, 4 * x + (int) c);
  case WEIR_PIXELS_BGRA:
  case WEIR_PIXELS_BGRX:
    return byte_at (p, 0, y, 4 * x + 2 - (int) c);
  case WEIR_PIXELS_GRAY8:
    return byte_at (p, 0, y, x);
  }
  return 0;
}

static gboolean
halves (WeirPixelFormat format, guint c, gboolean down)
{
  if (c == 0 || format >= WEIR_PIXELS_RGB)
    return FALSE;
  return !down || format <= WEIR_PIXELS_YV12;
}

/* Bilinear between the centres of samples, edges repeated. */
static double
interpolate (const Picture *p, guint c, double x, double y)
{
  gboolean hx = halves (p->image.format, c, FALSE),
           hy = halves (p->image.format, c, TRUE);
  int w = hx ? (WIDTH + 1) / 2 : WIDTH, h = hy ? (HEIGHT + 1) / 2 : HEIGHT;
  double sx = fmin (fmax (x / (hx ? 2 : 1) - 0.5, 0), w - 1);
  double sy = fmin (fmax (y / (hy ? 2 : 1) - 0.5, 0), h - 1);
  int x0 = (int) sx, y0 = (int) sy, x1 = MIN (x0 + 1, w - 1), y1 = MIN (y0 + 1, h - 1);
  double fx = sx - x0, fy = sy - y0;

  return (sample (p, c, x0, y0) * (1 - fx) + sample (p, c, x1, y0) * fx) * (1 - fy) +
         (sample (p, c, x0, y1) * (1 - fx) + sample (p, c, x1, y1) * fx) * fy;
}

static double
channel_at (const Picture *p, guint channel, double x, double y)
{
  double v[3], rgb[3];

  for (guint c = 0; c < 3; c++)
    v[c] = interpolate (p, c, x, y);
  if (p->image.format < WEIR_PIXELS_RGB) {
    double luma = (v[0] - 16) * 255 / 219, u = (v[1] - 128) * 255 / 224;
    double w = (v[2] - 128) * 255 / 224;

    rgb[0] = luma + 1.5748 * w;
    rgb[1] = luma - 0.187324 * u - 0.468124 * w;
    rgb[2] = luma + 1.8556 * u;
  } else if (p->image.format == WEIR_PIXELS_GRAY8) {
    rgb[0] = rgb[1] = rgb[2] = (v[0] - 16) * 255 / 219;
  } else {
    memcpy (rgb, v, sizeof rgb);
  }
  return fmin (fmax (rgb[channel], 0), 255);
}

static WeirRequest *
make_request (const WeirShape *shape)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, shape);
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (WeirNetwork) network = NULL;
  GError *error = NULL;
  WeirRequest *request;

  weir_build_result (&b, "y", weir_build1 (&b, "Relu", "y", x));
  weir_build_result (&b, "z", weir_build1 (&b, "Negative", "z", x));
  g_assert_no_error (b.error);
  model = weir_model_new (graph, "copy", "ir");
  network = weir_network_new (model, NULL, &error);
  g_assert_no_error (error);
  request = weir_request_new (network, &error);
  g_assert_no_error (error);
  return request;
}

typedef struct {
  const WeirImageTransform *transform;
  WeirImagePlacement placement;
  int width, height;
  gboolean last;
} View;

static void
check_values (const Picture *p, const WeirTensor *y, const View *v)
{
  const WeirImageTransform *t = v->transform;

  for (int row = 0; row < v->height; row++)
    for (int column = 0; column < v->width; column++)
      for (guint c = 0; c < 3; c++) {
        double x = (column + 0.5 - v->placement.offset_x) / v->placement.scale_x;
        double at = (row + 0.5 - v->placement.offset_y) / v->placement.scale_y;
        guint channel = t->order == WEIR_CHANNELS_BGR ? 2 - c : c;
        double expected = (channel_at (p, channel, x, at) - t->mean[c]) / t->scale[c];
        gsize index = v->last ? ((gsize) row * (gsize) v->width + (gsize) column) * 3 + c
                              : (c * (gsize) v->height + (gsize) row) * (gsize) v->width +
                                    (gsize) column;

        g_assert_cmpfloat_with_epsilon (-weir_tensor_get (y, index), expected, 0.02);
      }
}

static void
check (WeirPixelFormat format, const WeirImageTransform *t, int width, int height,
       gboolean last)
{
  Picture picture;
  WeirShape shape =
      last ? WEIR_SHAPE (1, height, width, 3) : WEIR_SHAPE (1, 3, height, width);
  g_autoptr (WeirRequest) request = make_request (&shape);
  View view = { .transform = t, .width = width, .height = height, .last = last };
  GError *error = NULL;

  make_picture (&picture, format);
  weir_request_set_image (request, 0, 0, &picture.image, t, &view.placement, &error);
  g_assert_no_error (error);
  weir_request_run (request, &error);
  g_assert_no_error (error);
  check_values (&picture, weir_request_output (request, 1), &view);
}

static void
test_formats (void)
{
  WeirImageTransform t;

  weir_image_transform_init (&t);
  for (guint f = WEIR_PIXELS_NV12; f <= WEIR_PIXELS_GRAY8; f++) {
    check ((WeirPixelFormat) f, &t, 16, 12, FALSE);
    check ((WeirPixelFormat) f, &t, 50, 31, TRUE);
    check ((WeirPixelFormat) f, &t, 2, 3, FALSE); /* pixels further apart than vectors */
    check ((WeirPixelFormat) f, &t, 37, 23, FALSE);
  }
}

/* One request for pictures of other sizes, parts and formats, by turns: nothing of the
 * last one is left. */
static void
test_turns (void)
{
  static const struct {
    WeirPixelFormat format;
    double x, width;
  } turns[] = { { WEIR_PIXELS_NV12, 0, 0 },  { WEIR_PIXELS_NV12, 4, 20 },
                { WEIR_PIXELS_I420, 4, 20 }, { WEIR_PIXELS_NV12, 4, 20 },
                { WEIR_PIXELS_RGB, 0, 0 },   { WEIR_PIXELS_RGB, 9, 11 } };
  g_autoptr (WeirRequest) request = make_request (&WEIR_SHAPE (1, 3, 12, 18));
  View view = { .width = 18, .height = 12 };
  GError *error = NULL;

  for (guint i = 0; i < 2 * G_N_ELEMENTS (turns); i++) {
    WeirImageTransform t;
    Picture picture;

    weir_image_transform_init (&t);
    t.x = turns[i / 2].x;
    t.width = turns[i / 2].width;
    t.height = HEIGHT;
    view.transform = &t;
    make_picture (&picture, turns[i / 2].format);
    weir_request_set_image (request, 0, 0, &picture.image, &t, &view.placement, &error);
    g_assert_no_error (error);
    weir_request_run (request, &error);
    g_assert_no_error (error);
    check_values (&picture, weir_request_output (request, 1), &view);
  }
}

/* Bytes of a row of plane @plane, without any padding. */
static guint
row_bytes (WeirPixelFormat format, guint plane, guint width)
{
  static const guint pixel[] = {
    [WEIR_PIXELS_NV12] = 1, [WEIR_PIXELS_I420] = 1, [WEIR_PIXELS_YV12] = 1,
    [WEIR_PIXELS_YUY2] = 2, [WEIR_PIXELS_UYVY] = 2, [WEIR_PIXELS_RGB] = 3,
    [WEIR_PIXELS_BGR] = 3,  [WEIR_PIXELS_RGBA] = 4, [WEIR_PIXELS_BGRA] = 4,
    [WEIR_PIXELS_RGBX] = 4, [WEIR_PIXELS_BGRX] = 4, [WEIR_PIXELS_GRAY8] = 1,
  };
  guint even = (width + 1) / 2 * 2;

  if (plane > 0)
    return format == WEIR_PIXELS_NV12 ? even : even / 2;
  return (pixel[format] == 2 ? even : width) * pixel[format];
}

static void
read_guarded (WeirRequest *request, WeirPixelFormat format, guint width, gboolean at_end)
{
  WeirImage image = { .format = format, .width = width, .height = 5 };
  guint planes = format == WEIR_PIXELS_NV12                                 ? 2
                 : format == WEIR_PIXELS_I420 || format == WEIR_PIXELS_YV12 ? 3
                                                                            : 1;
  WeirImageTransform t;
  GError *error = NULL;
  Guard guards[3];

  weir_image_transform_init (&t);
  for (guint p = 0; p < planes; p++) {
    guint bytes = row_bytes (format, p, width);

    guard_init (&guards[p], (gsize) bytes * (p == 0 ? 5 : 3), at_end);
    image.planes[p] = guards[p].data;
    image.strides[p] = (int) bytes;
  }
  weir_request_set_image (request, 0, 0, &image, &t, NULL, &error);
  g_assert_no_error (error);
  for (guint p = 0; p < planes; p++)
    guard_clear (&guards[p]);
}

/* No byte before or behind a picture is read, however narrow it is. */
static void
test_bounds (void)
{
  g_autoptr (WeirRequest) request = make_request (&WEIR_SHAPE (1, 3, 6, 19));

  for (guint f = WEIR_PIXELS_NV12; f <= WEIR_PIXELS_GRAY8; f++)
    for (guint width = 1; width < 140; width++) {
      read_guarded (request, (WeirPixelFormat) f, width, FALSE);
      read_guarded (request, (WeirPixelFormat) f, width, TRUE);
    }
}

/* Unequal mean and scale, in the network's order of channels. */
static void
test_order (void)
{
  WeirImageTransform t;

  weir_image_transform_init (&t);
  t.order = WEIR_CHANNELS_BGR;
  memcpy (t.mean, (float[]){ 10, 20, 30, 0 }, sizeof t.mean);
  memcpy (t.scale, (float[]){ 2, 4, 8, 1 }, sizeof t.scale);
  check (WEIR_PIXELS_NV12, &t, 24, 24, FALSE);
  check (WEIR_PIXELS_RGB, &t, 24, 24, TRUE);
}

static void
test_crop (void)
{
  WeirImageTransform t;

  weir_image_transform_init (&t);
  t.x = 5;
  t.y = 3;
  t.width = 20;
  t.height = 11;
  check (WEIR_PIXELS_I420, &t, 8, 8, FALSE);
  t.resize = WEIR_RESIZE_CROP;
  check (WEIR_PIXELS_BGRA, &t, 10, 30, FALSE);
}

/* A network that takes bytes: its output is its input, in floats. */
static WeirRequest *
make_byte_request (const WeirShape *shape)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_U8, shape);
  WeirNode *convert = weir_build_begin (&b, "Convert", "y", &x, 1);
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (WeirNetwork) network = NULL;
  GError *error = NULL;
  WeirRequest *request;

  weir_node_set_dtype (convert, "destination_type", WEIR_DTYPE_F32);
  weir_build_result (&b, "y", weir_build_end (&b, convert));
  g_assert_no_error (b.error);
  model = weir_model_new (graph, "bytes", "ir");
  network = weir_network_new (model, NULL, &error);
  g_assert_no_error (error);
  request = weir_request_new (network, &error);
  g_assert_no_error (error);
  return request;
}

/* Rounded, not cut off; grey by BT.709's weights of red, green and blue. */
static void
check_bytes (guint channels, WeirPixelFormat format)
{
  g_autoptr (WeirRequest) request = make_byte_request (&WEIR_SHAPE (1, 11, 21, channels));
  const double grey[] = { 0.2126, 0.7152, 0.0722 };
  WeirImagePlacement place;
  WeirImageTransform t;
  Picture picture;
  GError *error = NULL;

  weir_image_transform_init (&t);
  make_picture (&picture, format);
  weir_request_set_image (request, 0, 0, &picture.image, &t, &place, &error);
  weir_request_run (request, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 11 * 21 * channels; i++) {
    double x = (i / channels % 21 + 0.5) / place.scale_x;
    double y = (i / channels / 21 + 0.5) / place.scale_y;
    double expected = 0;

    for (guint c = 0; channels == 1 && c < 3; c++)
      expected += grey[c] * channel_at (&picture, c, x, y);
    if (channels == 3)
      expected = channel_at (&picture, i % 3, x, y);
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (weir_request_output (request, 0), i),
                                    expected, 0.52);
  }
}

static void
test_bytes (void)
{
  check_bytes (3, WEIR_PIXELS_NV12);
  check_bytes (3, WEIR_PIXELS_BGR);
  check_bytes (1, WEIR_PIXELS_RGB);
}

/* The border holds the padding, the picture its own values. */
static void
test_letterbox (void)
{
  g_autoptr (WeirRequest) request = make_request (&WEIR_SHAPE (1, 3, 40, 40));
  WeirImagePlacement placement;
  WeirImageTransform t;
  const WeirTensor *y;
  Picture picture;
  GError *error = NULL;

  weir_image_transform_init (&t);
  t.resize = WEIR_RESIZE_LETTERBOX;
  t.pad = 114;
  make_picture (&picture, WEIR_PIXELS_RGB);
  weir_request_set_image (request, 0, 0, &picture.image, &t, &placement, &error);
  weir_request_run (request, &error);
  g_assert_no_error (error);
  y = weir_request_output (request, 0);
  g_assert_cmpfloat (weir_tensor_get (y, 0), ==, 114);
  g_assert_cmpfloat (weir_tensor_get (y, 40 * 40 - 1), ==, 114);
  g_assert_cmpfloat_with_epsilon (placement.scale_x, 40.0 / WIDTH, 1e-6);
  g_assert_cmpfloat_with_epsilon (placement.offset_y, 7, 1);
  g_assert_cmpfloat_with_epsilon (
      weir_tensor_get (y, 20 * 40 + 20),
      channel_at (&picture, 0, (20.5 - placement.offset_x) / placement.scale_x,
                  (20.5 - placement.offset_y) / placement.scale_y),
      0.02);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gst/image/formats", test_formats);
  g_test_add_func ("/gst/image/turns", test_turns);
  g_test_add_func ("/gst/image/bounds", test_bounds);
  g_test_add_func ("/gst/image/order", test_order);
  g_test_add_func ("/gst/image/crop", test_crop);
  g_test_add_func ("/gst/image/bytes", test_bytes);
  g_test_add_func ("/gst/image/letterbox", test_letterbox);
  return g_test_run ();
}
