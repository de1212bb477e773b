#include "base/error.h"
#include "caffe-net.h"
#include "compare.h"
#include "cut-load.h"

#include <string.h>

/* What of a network is converted: parts, fields that are not known, and what options
 * bring along. Foo and Bar are no layers. */

/* Foo stands at the begin, Bar at the end; "c" is written twice. */
#define CHAIN                                               \
  "input: 'x' input_shape { dim: 1 dim: 4 } "               \
  "layer { name: 'f' type: 'Foo' bottom: 'x' top: 'f' } "   \
  "layer { name: 'c' type: 'Power' bottom: 'f' top: 'c' } " \
  "layer { name: 'r' type: 'ReLU' bottom: 'c' top: 'c' } "  \
  "layer { name: 'b' type: 'Bar' bottom: 'c' top: 'y' }"
/* All can be converted; the input is a layer. */
#define PLAIN                                                                           \
  "layer { name: 'data' type: 'Input' top: 'data' input_param { shape { dim: 2 dim: 4 " \
  "} } } layer { name: 'a' type: 'AbsVal' bottom: 'data' top: 'a' } "                   \
  "layer { name: 's' type: 'Slice' bottom: 'a' top: 'l' top: 'm' } "                    \
  "layer { name: 'e' type: 'Eltwise' bottom: 'l' bottom: 'm' top: 'e' }"

static const struct {
  const char *text, *inputs, *outputs, *expected;
} cuts[] = {
  { CHAIN, "f:0[1,4]", "r", "f[1,4] > c[1,4]" },
  { CHAIN, "f:0[1,4]", "c", "f[1,4] > c[1,4]" },
  { CHAIN, "c[3]", "r", "f[3] > c[3]" },
  { CHAIN, "c:0[2]", "r", "c[2] > c[2]" },
  { CHAIN, "0:r[2,2]", "r", "c[2,2] > c[2,2]" },
  { CHAIN, "x", "x", "x[1,4] > x[1,4]" },
  { PLAIN, NULL, NULL, "data[2,4] > e[2,2]" },
  { PLAIN, NULL, "s:1", "data[2,4] > m[2,2]" },
  { PLAIN, NULL, "s", "data[2,4] > l[2,2] m[2,2]" },
  { PLAIN, "a:0", "e", "a[2,4] > e[2,2]" },
  { PLAIN, "l,m", NULL, "l[2,2] m[2,2] > e[2,2]" },
};

static void
test_cuts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    g_autoptr (GBytes) weights = caffe_weights (NULL, FALSE);
    GError *error = NULL;
    g_autoptr (WeirModel) model = caffe_load_with (
        cuts[i].text, weights, NULL, cuts[i].inputs, cuts[i].outputs, &error);
    g_autofree char *found = NULL;

    g_test_message ("%s | %s", cuts[i].inputs, cuts[i].outputs);
    g_assert_no_error (error);
    found = cut_ports (model);
    g_assert_cmpstr (found, ==, cuts[i].expected);
  }
}

static void
test_bad_cuts (void)
{
  g_autoptr (GBytes) weights = caffe_weights (NULL, FALSE);
  static const struct {
    const char *inputs, *outputs, *text;
  } bad[] = {
    { NULL, NULL, "2 Caffe operations cannot be converted" },
    { "f:0[1,4]", NULL, "1 Caffe operations cannot be converted: 'b' (Bar)" },
    { NULL, "r", "1 Caffe operations cannot be converted: 'f' (Foo)" },
    { NULL, "q", "'q'" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (
        caffe_load_with (CHAIN, weights, NULL, bad[i].inputs, bad[i].outputs, &error));
    assert_says (error, bad[i].text);
  }
}

static char *said;

static void
keep_message (const char *domain, GLogLevelFlags level, const char *message,
              gpointer data)
{
  (void) domain;
  (void) level;
  (void) data;
  g_free (said);
  said = g_strdup (message);
}

/* What a fork adds is told where it stands; training's own fields are not. */
static void
test_fields (void)
{
  g_autoptr (GBytes) weights = caffe_weights (NULL, FALSE);
  g_autoptr (WeirModel) model = NULL;
  GLogFunc old = g_log_set_default_handler (keep_message, NULL);
  GError *error = NULL;

  model = caffe_load ("force_backward: true\ninput: 'x' input_shape { dim: 2 }\n"
                      "layer { name: 'y' type: 'ReLU' bottom: 'x' top: 'y'\n"
                      "  loss_weight: 1 param { lr_mult: 0 }\n  fork_param { a: 1 } }",
                      weights, &error);
  g_log_set_default_handler (old, NULL);
  g_assert_no_error (error);
  g_assert_cmpstr (
      said, ==,
      "test.prototxt: line 5, column 3: layer 'y': 'fork_param' is not known "
      "and left out");
  g_clear_pointer (&said, g_free);
  caffe_refuse (
      "input: 'x' input_shape { dim: 1 dim: 1 dim: 2 dim: 2 }\n"
      "layer { name: 'y' type: 'Pooling' bottom: 'x' top: 'y'\n"
      "  pooling_param { engine: CUDNN\n    kernel_size: 2 dilation: 2 } }",
      NULL, WEIR_ERROR_UNSUPPORTED,
      "'y' (Pooling): line 4, column 20: 'dilation' of pooling_param is not known");
}

static char *
write_file (const char *name, gconstpointer data, gssize size)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, size, NULL));
  return path;
}

/* BlobProto: num 1, channels 1, height 2, width 3; data 1 … 6. */
static char *
write_mean (void)
{
  static const guint8 head[] = { 8, 1, 16, 1, 24, 2, 32, 3, 42, 24 };
  static const float values[] = { 1, 2, 3, 4, 5, 6 };
  guint8 bytes[sizeof head + sizeof values];

  memcpy (bytes, head, sizeof head);
  memcpy (bytes + sizeof head, values, sizeof values);
  return write_file ("mean.binaryproto", bytes, sizeof bytes);
}

#define PICTURE "input: 'x' input_dim: 1 input_dim: 1 input_dim: 2 input_dim: %d "

static WeirModel *
load_mean (int width, const char *offsets, GError **error)
{
  g_autofree char *path = write_mean ();
  g_autofree char *text = g_strdup_printf (
      PICTURE "layer { name: 'y' type: 'Power' bottom: 'x' top: 'y' }", width);
  const char *const options[] = { "mean_file", path,
                                  offsets != NULL ? "mean_file_offsets" : NULL, offsets,
                                  NULL };
  g_autoptr (GBytes) weights = caffe_weights (NULL, FALSE);

  return caffe_load_with (text, weights, options, NULL, NULL, error);
}

static void
check_mean (int width, const char *offsets, const char *in, const char *out)
{
  GError *error = NULL;
  g_autoptr (WeirModel) model = load_mean (width, offsets, &error);

  g_assert_no_error (error);
  caffe_check (model, in, out);
}

/* From the centre, or from where the offsets say. */
static void
test_mean (void)
{
  g_autoptr (GError) error = NULL;

  check_mean (3, NULL, "1x1x2x3: 9 9 9 9 9 9", "1x1x2x3: 8 7 6 5 4 3");
  check_mean (1, NULL, "1x1x2x1: 9 9", "1x1x2x1: 7 4");
  check_mean (1, "(2,0)", "1x1x2x1: 9 9", "1x1x2x1: 6 3");
  g_assert_null (load_mean (4, NULL, &error));
  assert_says (error, "a picture of 1x2x3 for an input of 1x2x4");
  g_clear_error (&error);
  g_assert_null (load_mean (1, "(3,0)", &error));
  assert_says (error, "at (3,0) does not lie");
  g_clear_error (&error);
  g_assert_null (load_mean (1, "3", &error));
  assert_says (error, "expected (x,y), found '3'");
}

static const struct {
  const char *text, *says;
} bad_maps[] = {
  { "<a><CustomLayer hasParam='true'/></a>",
    "line 1, column 33: CustomLayer: there is no NativeType" },
  { "<a><CustomLayer NativeType='Foo'/></a>", "hasParam: expected true or false" },
  { "<a><CustomLayer NativeType='Foo' hasParam='true'/></a>",
    "there is no protoParamName" },
  { "", "no XML: it is empty" },
  { "<a>", "no XML: " },
  { "nothing", "no XML: " },
};

static void
test_maps (void)
{
  g_autoptr (GBytes) weights = caffe_weights (NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (bad_maps); i++) {
    g_autofree char *path = write_file ("map.xml", bad_maps[i].text, -1);
    const char *const options[] = { "k", path, NULL };
    g_autoptr (GError) error = NULL;

    g_assert_null (caffe_load_with (PLAIN, weights, options, NULL, NULL, &error));
    assert_says (error, bad_maps[i].says);
    assert_says (error, path);
  }
}

/* A layer of a map whose shape nobody tells. */
static void
test_custom (void)
{
  g_autofree char *path =
      write_file ("map.xml",
                  "<CustomKernelsMapping><CustomLayer NativeType='Foo' hasParam='false'/>"
                  "</CustomKernelsMapping>",
                  -1);
  const char *const options[] = { "k", path, NULL };
  g_autoptr (GBytes) weights = caffe_weights (NULL, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_null (caffe_load_with (CHAIN, weights, options, NULL, "c", &error));
  assert_says (error, "'f' (Foo): a custom layer whose shape is not known: --extensions");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/caffe-cut/cuts", test_cuts);
  g_test_add_func ("/frontends/caffe-cut/bad", test_bad_cuts);
  g_test_add_func ("/frontends/caffe-cut/fields", test_fields);
  g_test_add_func ("/frontends/caffe-cut/mean", test_mean);
  g_test_add_func ("/frontends/caffe-cut/maps", test_maps);
  g_test_add_func ("/frontends/caffe-cut/custom", test_custom);
  return g_test_run ();
}
