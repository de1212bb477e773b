#include "decoders/decoders.h"

#include <math.h>
#include <string.h>

static const GstWeirDecoderOptions options = { .threshold = 0.5f, .iou_threshold = 0.5f };

static GArray *
decode (const GstWeirDecoder *decoder, WeirTensor *const *tensors,
        const char *const *names, guint n, const WeirShape *input)
{
  WeirPortInfo info = { .name = "in", .dtype = WEIR_DTYPE_F32, .shape = *input };
  WeirPortInfo outputs[4] = { 0 };
  GstWeirTensors t = { tensors, names, n, &info };
  GArray *objects = gst_weir_objects_new ();
  GError *error = NULL;

  for (guint i = 0; i < n; i++)
    outputs[i] = (WeirPortInfo){ .name = names[i],
                                 .dtype = weir_tensor_dtype (tensors[i]),
                                 .shape = *weir_tensor_shape (tensors[i]) };
  g_assert_true (decoder->fits (outputs, n, &info));
  g_assert_true (decoder->decode (&t, &options, objects, &error));
  g_assert_no_error (error);
  return objects;
}

static const GstWeirObject *
object_at (const GArray *objects, guint i)
{
  return &g_array_index (objects, GstWeirObject, i);
}

/* YOLOv8 on 32x32: 16 + 4 + 1 cells; one box of class 1, once more with less score, one
 * of NaN. */
static void
test_yolov8 (void)
{
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, 6, 21), NULL);
  float *v = weir_tensor_writable (tensor);
  const char *name = "out";
  g_autoptr (GArray) objects = NULL;
  const float boxes[3][6] = { { 16, 8, 8, 4, 0.1f, 0.9f },
                              { 16.5f, 8, 8, 4, 0.1f, 0.8f },
                              { NAN, 8, 8, 4, 0.1f, 0.9f } };

  for (guint i = 0; i < 3; i++)
    for (guint c = 0; c < 6; c++)
      v[c * 21 + i] = boxes[i][c];
  objects =
      decode (&gst_weir_decoder_yolov8, &tensor, &name, 1, &WEIR_SHAPE (1, 3, 32, 32));
  g_assert_cmpuint (objects->len, ==, 1);
  g_assert_cmpint (object_at (objects, 0)->label_id, ==, 1);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->x,
                                  (12 * 0.9 + 12.5 * 0.8) / 1.7 / 32, 1e-6);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->y, 6 / 32.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->width, 8 / 32.0, 1e-6);
  weir_tensor_unref (tensor);
}

/* The first anchor of BlazeFace at 128: centre of the first of 16 cells. */
static void
test_blazeface (void)
{
  WeirTensor *tensors[] = {
    weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, 896, 16), NULL),
    weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, 896, 1), NULL)
  };
  const char *names[] = { "boxes", "scores" };
  float *boxes = weir_tensor_writable (tensors[0]);
  float *scores = weir_tensor_writable (tensors[1]);
  g_autoptr (GArray) objects = NULL;

  for (guint i = 0; i < 896; i++)
    scores[i] = -100;
  scores[0] = 100;
  boxes[2] = boxes[3] = 12.8f;
  boxes[4] = 6.4f;
  objects = decode (&gst_weir_decoder_blazeface, tensors, names, 2,
                    &WEIR_SHAPE (1, 128, 128, 3));
  g_assert_cmpuint (objects->len, ==, 1);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->x, 0.5 / 16 - 0.05, 1e-6);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->width, 0.1, 1e-6);
  g_assert_cmpuint (object_at (objects, 0)->keypoints->len, ==, 18);
  g_assert_cmpfloat_with_epsilon (
      g_array_index (object_at (objects, 0)->keypoints, float, 0), 0.5 / 16 + 0.05, 1e-6);
  weir_tensor_unref (tensors[0]);
  weir_tensor_unref (tensors[1]);
}

/* PNet on 20x22: 5 places in a row, 4 in a column; the third place of the second row. */
static void
test_mtcnn (void)
{
  WeirTensor *tensors[] = {
    weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, 4, 5, 6), NULL),
    weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2, 5, 6), NULL)
  };
  const char *names[] = { "boxes", "scores" };
  float *boxes = weir_tensor_writable (tensors[0]);
  float *scores = weir_tensor_writable (tensors[1]);
  const guint cell = 6 + 2, area = 30;
  g_autoptr (GArray) objects = NULL;

  scores[cell] = 0.25f;
  scores[area + cell] = 0.75f;
  boxes[cell] = 0.25f;             /* from 4 + 3 */
  boxes[2 * area + cell] = -0.25f; /* to 4 + 9: 6 wide, 12 high, so 12 wide */
  objects =
      decode (&gst_weir_decoder_mtcnn, tensors, names, 2, &WEIR_SHAPE (1, 3, 20, 22));
  g_assert_cmpuint (objects->len, ==, 1);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->score, 0.75, 1e-6);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->x, 4 / 22.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->y, 2 / 20.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->width, 12 / 22.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->height, 12 / 20.0, 1e-6);
  weir_tensor_unref (tensors[0]);
  weir_tensor_unref (tensors[1]);
}

static void
test_mtcnn_refine (void)
{
  const float points[] = { 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f, 0.9f, 1 };
  const float box[] = { 0.1f, -0.1f, -0.2f, 0.2f }, scores[] = { 0.1f, 0.9f };
  WeirTensor *tensors[] = { weir_tensor_new_f32 (&WEIR_SHAPE (1, 10), points),
                            weir_tensor_new_f32 (&WEIR_SHAPE (1, 4), box),
                            weir_tensor_new_f32 (&WEIR_SHAPE (1, 2), scores) };
  const char *names[] = { "points", "box", "scores" };
  g_autoptr (GArray) objects = decode (&gst_weir_decoder_mtcnn_refine, tensors, names, 3,
                                       &WEIR_SHAPE (1, 3, 48, 48));
  const GstWeirObject *o = object_at (objects, 0);

  g_assert_cmpuint (objects->len, ==, 1);
  g_assert_cmpfloat_with_epsilon (o->score, 0.9, 1e-6);
  g_assert_cmpfloat_with_epsilon (o->x, 0.1, 1e-6);
  g_assert_cmpfloat_with_epsilon (o->y, -0.1, 1e-6);
  g_assert_cmpfloat_with_epsilon (o->width, 0.7, 1e-6);
  g_assert_cmpfloat_with_epsilon (o->height, 1.3, 1e-6);
  g_assert_cmpfloat_with_epsilon (g_array_index (o->keypoints, float, 3), 0.2, 1e-6);
  g_assert_cmpfloat_with_epsilon (g_array_index (o->keypoints, float, 4), 0.7, 1e-6);
  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    weir_tensor_unref (tensors[i]);
}

/* RetinaFace on 64x96 with one stride, 32: a cell of the second row. Its second anchor
 * has 256 pixels; exp (-2) of it is a face of 34.6. NaN is no face. */
static void
test_retinaface (void)
{
  WeirTensor *tensors[] = {
    weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, 20, 2, 3), NULL),
    weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, 8, 2, 3), NULL),
    weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, 4, 2, 3), NULL)
  };
  const char *names[] = { "points", "boxes", "scores" };
  float *points = weir_tensor_writable (tensors[0]);
  float *boxes = weir_tensor_writable (tensors[1]);
  float *scores = weir_tensor_writable (tensors[2]);
  const guint cell = 4, area = 6;
  const double side = exp (-2) * 256;
  g_autoptr (GArray) objects = NULL;
  const GstWeirObject *o;

  scores[3 * area + cell] = 0.75f;
  scores[2 * area] = NAN;
  boxes[4 * area + cell] = 0.125f;
  boxes[6 * area + cell] = boxes[7 * area + cell] = -2;
  points[(10 + 8) * area + cell] = -0.0625f;
  objects = decode (&gst_weir_decoder_retinaface, tensors, names, 3,
                    &WEIR_SHAPE (1, 3, 64, 96));
  g_assert_cmpuint (objects->len, ==, 1);
  o = object_at (objects, 0);
  g_assert_cmpfloat_with_epsilon (o->score, 0.75, 1e-6);
  g_assert_cmpint (o->label_id, ==, 0);
  g_assert_cmpfloat_with_epsilon (o->x, (7.5 + 32 + 32 - (side - 1) / 2) / 96, 1e-6);
  g_assert_cmpfloat_with_epsilon (o->y, (7.5 + 32 - (side - 1) / 2) / 64, 1e-6);
  g_assert_cmpfloat_with_epsilon (o->width, side / 96, 1e-6);
  g_assert_cmpfloat_with_epsilon (o->height, side / 64, 1e-6);
  g_assert_cmpuint (o->keypoints->len, ==, 15);
  g_assert_cmpfloat_with_epsilon (g_array_index (o->keypoints, float, 12),
                                  (7.5 + 32 - 16) / 96, 1e-6);
  g_assert_cmpfloat_with_epsilon (g_array_index (o->keypoints, float, 13),
                                  (7.5 + 32) / 64, 1e-6);
  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    weir_tensor_unref (tensors[i]);
}

static void
expect_misfit (const WeirShape *shapes, guint n)
{
  WeirPortInfo input = { .dtype = WEIR_DTYPE_F32, .shape = WEIR_SHAPE (1, 3, 64, 96) };
  WeirPortInfo outputs[3] = { 0 };

  for (guint i = 0; i < n; i++)
    outputs[i] = (WeirPortInfo){ .dtype = WEIR_DTYPE_F32, .shape = shapes[i] };
  g_assert_false (gst_weir_decoder_retinaface.fits (outputs, n, &input));
}

static void
test_retinaface_misfit (void)
{
  expect_misfit (&WEIR_SHAPE (1, 4, 2, 3), 1);
  expect_misfit ((const WeirShape[]){ WEIR_SHAPE (1, 4, 2, 3), WEIR_SHAPE (1, 8, 4, 6) },
                 2);
  expect_misfit ((const WeirShape[]){ WEIR_SHAPE (1, 4, 2, 3), WEIR_SHAPE (1, 4, 2, 3) },
                 2);
  expect_misfit ((const WeirShape[]){ WEIR_SHAPE (1, 4, 2, 3), WEIR_SHAPE (1, 8, 2, 3),
                                      WEIR_SHAPE (1, 20, 4, 6) },
                 3);
}

static void
test_score_box (void)
{
  const float scores[] = { 0.9f, 0.1f, 0.2f, 0.8f };
  const float boxes[] = { 0, 0, 1, 1, 0.25f, 0.5f, 0.75f, 1 };
  WeirTensor *tensors[] = { weir_tensor_new_f32 (&WEIR_SHAPE (1, 2, 2), scores),
                            weir_tensor_new_f32 (&WEIR_SHAPE (1, 2, 4), boxes) };
  const char *names[] = { "scores", "boxes" };
  g_autoptr (GArray) objects = decode (&gst_weir_decoder_score_box, tensors, names, 2,
                                       &WEIR_SHAPE (1, 3, 240, 320));

  g_assert_cmpuint (objects->len, ==, 1);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->x, 0.25, 1e-6);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->height, 0.5, 1e-6);
  g_assert_cmpint (object_at (objects, 0)->label_id, ==, 1);
  weir_tensor_unref (tensors[0]);
  weir_tensor_unref (tensors[1]);
}

/* Rows behind image -1 do not count. */
static void
test_ssd (void)
{
  const float rows[] = { 0,  3, 0.9f, 0.1f, 0.2f, 0.5f, 0.6f, 0, 4, 0.3f, 0, 0, 1, 1,
                         -1, 0, 0,    0,    0,    0,    0,    0, 5, 0.9f, 0, 0, 1, 1 };
  WeirTensor *tensor = weir_tensor_new_f32 (&WEIR_SHAPE (1, 1, 4, 7), rows);
  const char *name = "detections";
  g_autoptr (GArray) objects =
      decode (&gst_weir_decoder_ssd, &tensor, &name, 1, &WEIR_SHAPE (1, 3, 300, 300));

  g_assert_cmpuint (objects->len, ==, 1);
  g_assert_cmpint (object_at (objects, 0)->label_id, ==, 3);
  weir_tensor_unref (tensor);
}

static void
test_classify (void)
{
  const float logits[] = { 0, 3, 1 };
  WeirTensor *tensor = weir_tensor_new_f32 (&WEIR_SHAPE (1, 3), logits);
  const char *name = "scores";
  g_autoptr (GArray) objects =
      decode (&gst_weir_decoder_classify, &tensor, &name, 1, &WEIR_SHAPE (1, 3, 8, 8));

  g_assert_cmpuint (objects->len, ==, 1);
  g_assert_cmpint (object_at (objects, 0)->label_id, ==, 1);
  g_assert_cmpfloat_with_epsilon (object_at (objects, 0)->score,
                                  1 / (1 + exp (-3) + exp (-2)), 1e-5);
  weir_tensor_unref (tensor);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gst/decoders/yolov8", test_yolov8);
  g_test_add_func ("/gst/decoders/blazeface", test_blazeface);
  g_test_add_func ("/gst/decoders/mtcnn", test_mtcnn);
  g_test_add_func ("/gst/decoders/mtcnn/refine", test_mtcnn_refine);
  g_test_add_func ("/gst/decoders/retinaface", test_retinaface);
  g_test_add_func ("/gst/decoders/retinaface/misfit", test_retinaface_misfit);
  g_test_add_func ("/gst/decoders/score-box", test_score_box);
  g_test_add_func ("/gst/decoders/ssd", test_ssd);
  g_test_add_func ("/gst/decoders/classify", test_classify);
  return g_test_run ();
}
