#include "base/error.h"
#include "frontends/zip.h"
#include "tflite-run.h"
#include "tflite-writer.h"

#include <string.h>

/* An archive made by Python's zipfile, after three bytes of something else: a.txt is
 * stored
 * ("one\ntwo words\n"), b.txt deflated (40 times "abc"). */
static const guint8 archive[] = {
  0x78, 0x79, 0x7a, 0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
  0x00, 0x21, 0x00, 0x3a, 0xc2, 0xc5, 0x67, 0x0e, 0x00, 0x00, 0x00, 0x0e, 0x00, 0x00,
  0x00, 0x05, 0x00, 0x00, 0x00, 0x61, 0x2e, 0x74, 0x78, 0x74, 0x6f, 0x6e, 0x65, 0x0a,
  0x74, 0x77, 0x6f, 0x20, 0x77, 0x6f, 0x72, 0x64, 0x73, 0x0a, 0x50, 0x4b, 0x03, 0x04,
  0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0x02, 0xf0, 0xae, 0x9c,
  0x08, 0x00, 0x00, 0x00, 0x78, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x62, 0x2e,
  0x74, 0x78, 0x74, 0x4b, 0x4c, 0x4a, 0x4e, 0x1c, 0x08, 0x04, 0x00, 0x50, 0x4b, 0x01,
  0x02, 0x14, 0x03, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x21, 0x00, 0x3a,
  0xc2, 0xc5, 0x67, 0x0e, 0x00, 0x00, 0x00, 0x0e, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x00, 0x00, 0x00,
  0x00, 0x61, 0x2e, 0x74, 0x78, 0x74, 0x50, 0x4b, 0x01, 0x02, 0x14, 0x03, 0x14, 0x00,
  0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0x02, 0xf0, 0xae, 0x9c, 0x08, 0x00,
  0x00, 0x00, 0x78, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x31, 0x00, 0x00, 0x00, 0x62, 0x2e, 0x74, 0x78,
  0x74, 0x50, 0x4b, 0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x02, 0x00, 0x66,
  0x00, 0x00, 0x00, 0x5c, 0x00, 0x00, 0x00, 0x00, 0x00
};

static char *
member (const guint8 *data, gsize size, const char *name, gsize limit, GError **error)
{
  g_autoptr (GBytes) contents =
      weir_zip_find (&WEIR_BYTES (data, size), name, limit, error);

  if (contents == NULL)
    return NULL;
  return g_strndup (g_bytes_get_data (contents, NULL), g_bytes_get_size (contents));
}

static void
test_zip (void)
{
  g_autofree char *a = member (archive, sizeof archive, "a.txt", 100, NULL);
  g_autofree char *b = member (archive, sizeof archive, "b.txt", 120, NULL);

  g_assert_cmpstr (a, ==, "one\ntwo words\n");
  g_assert_nonnull (b);
  g_assert_cmpuint (strlen (b), ==, 120);
  g_assert_true (g_str_has_prefix (b, "abcabcabc"));
}

static void
expect (const guint8 *data, gsize size, const char *name, int code)
{
  GError *error = NULL;

  g_assert_null (member (data, size, name, 119, &error));
  g_assert_error (error, WEIR_ERROR, code);
  g_clear_error (&error);
}

static void
test_zip_bad (void)
{
  expect (archive, sizeof archive, "c.txt", WEIR_ERROR_FORMAT);
  expect (archive, sizeof archive, "", WEIR_ERROR_FORMAT);
  expect (archive, sizeof archive, "b.txt", WEIR_ERROR_LIMIT);
  expect (archive, 0, "a.txt", WEIR_ERROR_FORMAT);
  for (gsize n = 0; n < sizeof archive; n++) {
    g_autofree guint8 *copy = g_memdup2 (archive, n);
    expect (copy, n, "a.txt", WEIR_ERROR_FORMAT);
  }
}

static void
test_zip_bytes_changed (void)
{
  static const guint8 values[] = { 0, 1, 0x7f, 0x80, 0xff };
  g_autofree guint8 *copy = g_memdup2 (archive, sizeof archive);

  for (gsize at = 0; at < sizeof archive; at++)
    for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
      copy[at] = values[i];
      g_free (member (copy, sizeof archive, "a.txt", 1000, NULL));
      g_free (member (copy, sizeof archive, "b.txt", 1000, NULL));
      copy[at] = archive[at];
    }
}

/* Slots and values of metadata_schema.fbs. */
static FlatNode *
normalization (void)
{
  const float mean[] = { 127.5f }, scale[] = { 64 };
  FlatNode *options = flat_set (flat_table (), 0, flat_floats (mean, 1));
  FlatNode *unit = flat_set_u8 (flat_table (), 0, 1), *units = flat_list ();

  flat_set (options, 1, flat_floats (scale, 1));
  flat_append (units, flat_set (unit, 1, options));
  return units;
}

static FlatNode *
list_of (FlatNode *child)
{
  FlatNode *list = flat_list ();

  flat_append (list, child);
  return list;
}

static GBytes *
metadata (const char *label_file)
{
  FlatNode *content = flat_set_u8 (flat_table (), 0, 2);
  FlatNode *input = flat_set (flat_table (), 4, normalization ());
  FlatNode *file = flat_set (flat_table (), 0, flat_string (label_file));
  FlatNode *output = flat_set (flat_table (), 6, list_of (flat_set_u8 (file, 2, 2)));
  FlatNode *subgraph = flat_table ();

  flat_set (content, 1, flat_set_u8 (flat_table (), 0, 1));
  flat_set (input, 3, content);
  flat_set (subgraph, 2, list_of (input));
  flat_set (subgraph, 3, list_of (output));
  return flat_finish (flat_set (flat_table (), 3, list_of (subgraph)), "M001");
}

/* A model with an input for pictures, and metadata that names @label_file. */
static WeirModel *
load_with (const char *label_file)
{
  g_autoptr (GBytes) data = metadata (label_file), flat = NULL, file = NULL;
  FlatNode *entry = flat_set (flat_table (), 0, flat_string ("TFLITE_METADATA")), *model;
  FlatNode *buffer =
      flat_set (flat_table (), BUFFER_DATA,
                flat_bytes (g_bytes_get_data (data, NULL), g_bytes_get_size (data)));
  g_autoptr (GByteArray) both = g_byte_array_new ();
  gint32 x, y;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (1, 2, 2, 3));
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (1, 2, 2, 3));
  tflite_op (&w, 19, DIMS (x), DIMS (y), 0, NULL);
  tflite_subgraph (&w, DIMS (x), DIMS (y));
  flat_set_i32 (entry, METADATA_BUFFER, (gint32) flat_append (w.buffers, buffer));
  model = flat_set (tflite_model (&w), MODEL_METADATA, list_of (entry));
  flat = flat_finish (model, TFL_IDENTIFIER);
  g_byte_array_append (both, g_bytes_get_data (flat, NULL),
                       (guint) g_bytes_get_size (flat));
  g_byte_array_append (both, archive, sizeof archive);
  file = g_byte_array_free_to_bytes (g_steal_pointer (&both));
  return tflite_load_good (file);
}

static void
test_metadata (void)
{
  g_autoptr (WeirModel) model = load_with ("a.txt");
  const WeirGraph *graph = weir_model_graph (model);

  g_assert_cmpstr (weir_model_info (model, "model_info/labels"), ==, "one two_words");
  g_assert_cmpstr (weir_model_info (model, "model_info/mean_values"), ==,
                   "127.5 127.5 127.5");
  g_assert_cmpstr (weir_model_info (model, "model_info/scale_values"), ==, "64 64 64");
  g_assert_cmpstr (weir_model_info (model, "model_info/reverse_input_channels"), ==,
                   "True");
  g_assert_cmpstr (weir_graph_parameter (graph, 0)->outputs[0].layout, ==, "[N,H,W,C]");
}

/* The model is good although its labels are not. */
static void
test_labels_absent (void)
{
  g_autoptr (WeirModel) model = load_with ("gone.txt");

  g_assert_null (weir_model_info (model, "model_info/labels"));
  g_assert_nonnull (weir_model_info (model, "model_info/mean_values"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/tflite-metadata/zip", test_zip);
  g_test_add_func ("/frontends/tflite-metadata/zip-bad", test_zip_bad);
  g_test_add_func ("/frontends/tflite-metadata/zip-bytes-changed",
                   test_zip_bytes_changed);
  g_test_add_func ("/frontends/tflite-metadata/metadata", test_metadata);
  g_test_add_func ("/frontends/tflite-metadata/labels-absent", test_labels_absent);
  return g_test_run ();
}
