#include "base/error.h"
#include "compare.h"
#include "frontends/tflite/flexbuf.h"
#include "tflite-run.h"
#include "tflite-writer.h"

/* A FlexBuffer made by Google's library: { "max_detections": 3, "nms_iou_threshold": 0.5,
 * "num_classes": 2, "use_regular_nms": false, "y_scale": 10.0, … } */
static const guint8 options[] = {
  0x6d, 0x61, 0x78, 0x5f, 0x64, 0x65, 0x74, 0x65, 0x63, 0x74, 0x69, 0x6f, 0x6e, 0x73,
  0x00, 0x6d, 0x61, 0x78, 0x5f, 0x63, 0x6c, 0x61, 0x73, 0x73, 0x65, 0x73, 0x5f, 0x70,
  0x65, 0x72, 0x5f, 0x64, 0x65, 0x74, 0x65, 0x63, 0x74, 0x69, 0x6f, 0x6e, 0x00, 0x75,
  0x73, 0x65, 0x5f, 0x72, 0x65, 0x67, 0x75, 0x6c, 0x61, 0x72, 0x5f, 0x6e, 0x6d, 0x73,
  0x00, 0x6e, 0x6d, 0x73, 0x5f, 0x73, 0x63, 0x6f, 0x72, 0x65, 0x5f, 0x74, 0x68, 0x72,
  0x65, 0x73, 0x68, 0x6f, 0x6c, 0x64, 0x00, 0x6e, 0x6d, 0x73, 0x5f, 0x69, 0x6f, 0x75,
  0x5f, 0x74, 0x68, 0x72, 0x65, 0x73, 0x68, 0x6f, 0x6c, 0x64, 0x00, 0x6e, 0x75, 0x6d,
  0x5f, 0x63, 0x6c, 0x61, 0x73, 0x73, 0x65, 0x73, 0x00, 0x79, 0x5f, 0x73, 0x63, 0x61,
  0x6c, 0x65, 0x00, 0x78, 0x5f, 0x73, 0x63, 0x61, 0x6c, 0x65, 0x00, 0x68, 0x5f, 0x73,
  0x63, 0x61, 0x6c, 0x65, 0x00, 0x77, 0x5f, 0x73, 0x63, 0x61, 0x6c, 0x65, 0x00, 0x0a,
  0x11, 0x7e, 0x8e, 0x42, 0x57, 0x32, 0x69, 0x10, 0x21, 0x2a, 0x00, 0x00, 0x0c, 0x00,
  0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x00, 0xa0, 0x40,
  0x01, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x3f, 0x00, 0x00,
  0x80, 0x3e, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xa0, 0x40,
  0x00, 0x00, 0x20, 0x41, 0x00, 0x00, 0x20, 0x41, 0x0e, 0x06, 0x06, 0x0e, 0x0e, 0x06,
  0x6a, 0x0e, 0x0e, 0x0e, 0x32, 0x26, 0x01
};

static void
test_numbers (void)
{
  const WeirBytes buffer = WEIR_BYTES (options, sizeof options);
  double value = -1;

  g_assert_true (weir_flex_number (&buffer, "max_detections", &value));
  g_assert_cmpfloat (value, ==, 3);
  g_assert_true (weir_flex_number (&buffer, "nms_iou_threshold", &value));
  g_assert_cmpfloat (value, ==, 0.5);
  g_assert_true (weir_flex_number (&buffer, "use_regular_nms", &value));
  g_assert_cmpfloat (value, ==, 0);
  g_assert_false (weir_flex_number (&buffer, "max", &value));
  g_assert_false (weir_flex_number (&buffer, "", &value));
}

static void
test_broken (void)
{
  static const guint8 values[] = { 0, 1, 3, 0x7f, 0x80, 0xff };
  g_autofree guint8 *copy = g_memdup2 (options, sizeof options);
  double value;

  for (gsize n = 0; n < sizeof options; n++) {
    g_autofree guint8 *cut = g_memdup2 (options, n);
    weir_flex_number (&WEIR_BYTES (cut, n), "y_scale", &value);
  }
  for (gsize at = 0; at < sizeof options; at++)
    for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
      copy[at] = values[i];
      weir_flex_number (&WEIR_BYTES (copy, sizeof options), "y_scale", &value);
      copy[at] = options[at];
    }
}

/* Four anchors with sides of 0.2 at three places; the second lies a little beside the
 * first and gives way to it, the last one's score is too low. */
static GBytes *
detection_model (const guint8 *custom, gsize size)
{
  const float anchors[] = { 0.5f, 0.5f, 0.2f, 0.2f, 0.51f, 0.5f, 0.2f, 0.2f,
                            0.2f, 0.2f, 0.2f, 0.2f, 0.8f,  0.8f, 0.2f, 0.2f };
  const gint32 outputs[] = { 3, 4, 5, 6 };
  FlatNode *op = flat_table (), *code = flat_table ();
  gint32 x, s, a;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "boxes", TYPE_FLOAT32, DIMS (1, 4, 4));
  s = tflite_tensor (&w, "scores", TYPE_FLOAT32, DIMS (1, 4, 3));
  a = tflite_constant (&w, "anchors", TYPE_FLOAT32, DIMS (4, 4), anchors, sizeof anchors);
  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    tflite_tensor (&w, "out", TYPE_FLOAT32, NULL, 0);
  flat_set (code, CODE_CUSTOM, flat_string ("TFLite_Detection_PostProcess"));
  flat_set_u8 (code, CODE_DEPRECATED_BUILTIN, BUILTIN_CUSTOM);
  flat_set_i32 (op, OPERATOR_CODE, (gint32) flat_append (w.codes, code));
  flat_set (op, OPERATOR_INPUTS, flat_ints (DIMS (x, s, a)));
  flat_set (op, OPERATOR_OUTPUTS, flat_ints (outputs, 4));
  flat_append (w.operators,
               flat_set (op, OPERATOR_CUSTOM_OPTIONS, flat_bytes (custom, size)));
  return tflite_end (&w, DIMS (x, s), outputs, 4);
}

static void
test_detections (void)
{
  const float encoded[16] = { 0 };
  const float scores[] = { 0, 0.9f, 0.1f, 0, 0.8f, 0.1f, 0, 0.2f, 0.7f, 0, 0.2f, 0.1f };
  const float expected[] = { 0.4f, 0.4f, 0.6f, 0.6f, 0.1f, 0.1f, 0.3f, 0.3f, 0, 0, 0, 0 };
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (1, 4, 4), encoded);
  g_autoptr (WeirTensor) s = weir_tensor_new_f32 (&WEIR_SHAPE (1, 4, 3), scores);
  g_autoptr (WeirTensor) want = weir_tensor_new_f32 (&WEIR_SHAPE (1, 3, 4), expected);
  WeirTensor *inputs[] = { x, s };
  g_autoptr (WeirTensor) y =
      tflite_run (detection_model (options, sizeof options), inputs);

  assert_close (y, want, 1e-6);
}

static void
test_options_missing (void)
{
  g_autoptr (GBytes) file = detection_model (options, sizeof options - 1);

  tflite_load_bad (file, WEIR_ERROR_FORMAT, "option 'max_detections'");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/tflite-detect/numbers", test_numbers);
  g_test_add_func ("/frontends/tflite-detect/broken", test_broken);
  g_test_add_func ("/frontends/tflite-detect/detections", test_detections);
  g_test_add_func ("/frontends/tflite-detect/options-missing", test_options_missing);
  return g_test_run ();
}
