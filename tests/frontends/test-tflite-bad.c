#include "base/error.h"
#include "tflite-run.h"
#include "tflite-writer.h"

#include <math.h>
#include <string.h>

/* The museum of files that must be refused, each with the reason. */

enum { ADD = 0, CONV_2D = 3, RELU = 19, RESHAPE = 22 };

static const float values[] = { 1, 2, 3, 4 };

/* y = x + c */
static FlatNode *
small_model (void)
{
  TfliteWriter w;
  gint32 x, y, c;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (4));
  c = tflite_constant (&w, "c", TYPE_FLOAT32, DIMS (4), values, sizeof values);
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (4));
  tflite_op (&w, ADD, DIMS (x, c), DIMS (y), OPTIONS_ADD, flat_table ());
  tflite_subgraph (&w, DIMS (x), DIMS (y));
  return tflite_model (&w);
}

static GBytes *
small_file (void)
{
  return flat_finish (small_model (), TFL_IDENTIFIER);
}

static void
test_good (void)
{
  g_autoptr (GBytes) file = small_file ();

  weir_model_unref (tflite_load_good (file));
}

static void
test_empty (void)
{
  g_autoptr (GBytes) file = g_bytes_new (NULL, 0);
  g_autoptr (GBytes) table = flat_finish (flat_table (), TFL_IDENTIFIER);

  tflite_load_bad (file, WEIR_ERROR_FORMAT, "file identifier \"TFL3\" is missing");
  tflite_load_bad (table, WEIR_ERROR_FORMAT, "expected format version 3, found 0");
}

/* Loads a copy of @size bytes in memory of its own; it may be good or bad. */
static void
try_load (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (WeirSource) source = weir_source_new (bytes, "test.tflite");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  GError *error = NULL;
  g_autoptr (WeirModel) model = weir_frontend_tflite.load (
      &(WeirFrontendInput){ .source = source }, unsupported, &error);

  g_assert_true ((model == NULL) == (error != NULL));
  g_clear_error (&error);
}

static void
test_truncated (void)
{
  g_autoptr (GBytes) file = small_file ();
  const guint8 *data = g_bytes_get_data (file, NULL);

  for (gsize n = 0; n < g_bytes_get_size (file); n++)
    try_load (data, n);
}

/* Every word of the file in turn says something else. */
static void
test_words_changed (void)
{
  static const guint32 words[] = { 0, 1, 3, 0x7f, 0x7fffffff, 0x80000000, 0xffffffff };
  g_autoptr (GBytes) file = small_file ();
  gsize size = g_bytes_get_size (file);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (file, NULL), size);

  for (gsize at = 0; at + 4 <= size; at += 2)
    for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
      guint32 word = GUINT32_TO_LE (words[i]), kept;

      memcpy (&kept, data + at, sizeof kept);
      memcpy (data + at, &word, sizeof word);
      try_load (data, size);
      memcpy (data + at, &kept, sizeof kept);
    }
}

static void
refuse (TfliteWriter *w, const gint32 *in, gsize n_in, const gint32 *out, gsize n_out,
        int code, const char *text)
{
  g_autoptr (GBytes) file = tflite_end (w, in, n_in, out, n_out);

  tflite_load_bad (file, code, text);
}

/* One operator from x to y, with indices as given. */
static void
refuse_op (gint32 code, const gint32 *in, gsize n_in, const gint32 *out, gsize n_out,
           guint8 options_type, int error, const char *text)
{
  TfliteWriter w;
  gint32 x, y;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (4));
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (4));
  tflite_op (&w, code, in, n_in, out, n_out, options_type, flat_table ());
  refuse (&w, DIMS (x), DIMS (y), error, text);
}

static void
test_operator (void)
{
  const int format = WEIR_ERROR_FORMAT, unsupported = WEIR_ERROR_UNSUPPORTED;

  refuse_op (RELU, DIMS (9), DIMS (1), 0, format, "input 0 names tensor 9 of 2");
  refuse_op (RELU, DIMS (-2), DIMS (1), 0, format, "input 0 names tensor -2 of 2");
  refuse_op (RELU, DIMS (0), DIMS (0x7fffffff), 0, format, "output 0 names tensor");
  refuse_op (RELU, NULL, 0, DIMS (1), 0, format, "input 0 is missing");
  refuse_op (RELU, DIMS (0), NULL, 0, 0, format, "output 0 is missing");
  refuse_op (RELU, DIMS (1), DIMS (1), 0, format,
             "operator 0 (RELU) 'y': tensor 'y' is read before it is written");
  refuse_op (RELU, DIMS (0), DIMS (0), 0, format, "tensor 'x', has a value already");
  refuse_op (ADD, DIMS (0, 0), DIMS (1), OPTIONS_POOL, format,
             "expected options of type 11, found type 5");
  refuse_op (31, DIMS (0), DIMS (1), 0, unsupported,
             "'y' (CALL): there is no conversion");
  refuse_op (1000, DIMS (0), DIMS (1), 0, unsupported, "(BuiltinOperator 1000)");
  refuse_op (CONV_2D, DIMS (0, 0), DIMS (1), 0, WEIR_ERROR_SHAPE, "does not fit");
}

/* Two operators that wait for each other. */
static void
test_cycle (void)
{
  TfliteWriter w;
  gint32 a, b;

  tflite_begin (&w);
  a = tflite_tensor (&w, "a", TYPE_FLOAT32, DIMS (4));
  b = tflite_tensor (&w, "b", TYPE_FLOAT32, DIMS (4));
  tflite_op (&w, RELU, DIMS (a), DIMS (b), 0, NULL);
  tflite_op (&w, RELU, DIMS (b), DIMS (a), 0, NULL);
  refuse (&w, NULL, 0, DIMS (b), WEIR_ERROR_FORMAT, "'a' is read before it is written");
}

/* A tensor with the given field changed. */
static void
refuse_tensor (guint slot, FlatNode *child, gint32 value, int code, const char *text)
{
  FlatNode *table = flat_set (flat_table (), TENSOR_NAME, flat_string ("odd"));
  TfliteWriter w;

  tflite_begin (&w);
  if (child != NULL)
    flat_set (table, slot, child);
  else
    flat_set_i32 (table, slot, value);
  flat_append (w.tensors, table);
  refuse (&w, DIMS (0), DIMS (0), code, text);
}

static FlatNode *
quantisation (float scale, gint32 axis, gsize n_scales, gsize n_zero_points)
{
  const float scales[] = { scale, scale, scale };
  const gint64 zeros[3] = { 0 };
  FlatNode *table = flat_set (flat_table (), QUANT_SCALE, flat_floats (scales, n_scales));

  flat_set_i32 (table, QUANT_DIMENSION, axis);
  return flat_set (table, QUANT_ZERO_POINT, flat_longs (zeros, n_zero_points));
}

static void
refuse_quantisation (FlatNode *quant, const char *text)
{
  FlatNode *table = flat_set (flat_table (), TENSOR_NAME, flat_string ("odd"));
  TfliteWriter w;

  tflite_begin (&w);
  flat_set (table, TENSOR_SHAPE, flat_ints (DIMS (3)));
  flat_set_u8 (table, TENSOR_TYPE, TYPE_INT8);
  flat_append (w.tensors, flat_set (table, TENSOR_QUANTIZATION, quant));
  refuse (&w, DIMS (0), DIMS (0), WEIR_ERROR_FORMAT, text);
}

static void
test_tensor (void)
{
  const int format = WEIR_ERROR_FORMAT;

  refuse_tensor (TENSOR_SHAPE, flat_ints (DIMS (1, 1, 1, 1, 1, 1, 1, 1, 1)), 0, format,
                 "tensor 'odd' has 9 dimensions, more than 8");
  refuse_tensor (TENSOR_SHAPE, flat_ints (DIMS (-5)), 0, format,
                 "tensor 'odd' has the dimension -5");
  refuse_tensor (TENSOR_BUFFER, NULL, 7, format, "tensor 'odd' names buffer 7 of 1");
  refuse_tensor (TENSOR_EXTERNAL_BUFFER, NULL, 1, format, "'odd' lies in another file");
  refuse_tensor (TENSOR_TYPE, NULL, TYPE_STRING, WEIR_ERROR_UNSUPPORTED,
                 "input 'odd' has element type 5");
  refuse_quantisation (quantisation (NAN, 0, 1, 1), "scale 0 is not finite");
  refuse_quantisation (quantisation (1, 0, 3, 2), "has 3 scales, but 2 zero points");
  refuse_quantisation (quantisation (1, 0, 2, 2),
                       "2 scales, which do not fit dimension 0");
  refuse_quantisation (quantisation (1, 1, 3, 3),
                       "3 scales, which do not fit dimension 1");
  refuse_quantisation (quantisation (1, -1, 3, 3), "do not fit dimension -1");
}

/* c's buffer lies outside of the flatbuffer, at @offset. */
static void
refuse_buffer (guint64 offset, guint64 size, const char *text)
{
  FlatNode *buffer = flat_table (), *table = flat_table ();
  gint32 x, y, c;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (4));
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (4));
  flat_set_u64 (buffer, BUFFER_OFFSET, offset);
  flat_set_u64 (buffer, BUFFER_SIZE, size);
  flat_set_i32 (table, TENSOR_BUFFER, (gint32) flat_append (w.buffers, buffer));
  flat_set (table, TENSOR_SHAPE, flat_ints (DIMS (4)));
  c = (gint32) flat_append (w.tensors, table);
  tflite_op (&w, ADD, DIMS (x, c), DIMS (y), 0, NULL);
  refuse (&w, DIMS (x), DIMS (y), WEIR_ERROR_FORMAT, text);
}

static void
test_buffer (void)
{
  refuse_buffer (1 << 20, 16, "buffer 1: 16 bytes at offset 1048576 lie outside");
  refuse_buffer (G_MAXUINT64 - 7, 16, "lie outside of the file");
  refuse_buffer (16, G_MAXUINT64 - 7, "lie outside of the file");
  refuse_buffer (16, 12, "takes 16 bytes, but there are 12");
}

/* Contents that do not fit to the shape; a shape whose size does not fit to a machine. */
static void
test_contents (void)
{
  TfliteWriter w;
  gint32 c;

  tflite_begin (&w);
  c = tflite_constant (&w, "c", TYPE_FLOAT32, DIMS (5), values, sizeof values);
  refuse (&w, NULL, 0, DIMS (c), WEIR_ERROR_FORMAT, "takes 20 bytes, but there are 16");
  tflite_begin (&w);
  c = tflite_constant (&w, "c", TYPE_FLOAT32,
                       DIMS (0x7fffffff, 0x7fffffff, 0x7fffffff, 16), values,
                       sizeof values);
  refuse (&w, NULL, 0, DIMS (c), WEIR_ERROR_LIMIT, "tensor 'c'");
}

static void
test_subgraph (void)
{
  FlatNode *model = flat_table ();
  g_autoptr (GBytes) none = NULL;
  TfliteWriter w;

  flat_set_i32 (model, MODEL_VERSION, TFL_VERSION);
  none = flat_finish (model, TFL_IDENTIFIER);
  tflite_load_bad (none, WEIR_ERROR_FORMAT, "there is no sub-graph");
  tflite_begin (&w);
  tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (4));
  refuse (&w, DIMS (3), DIMS (0), WEIR_ERROR_FORMAT, "names tensor 3 of 1");
  tflite_begin (&w);
  tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (4));
  refuse (&w, DIMS (0), DIMS (-1), WEIR_ERROR_FORMAT, "names tensor -1 of 1");
  tflite_begin (&w);
  tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (4));
  refuse (&w, DIMS (0, 0), DIMS (0), WEIR_ERROR_FORMAT, "input 'x' is listed twice");
}

/* All operators that are missing are named at once. */
static void
test_unsupported (void)
{
  TfliteWriter w;
  gint32 x, y, z;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (4));
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (4));
  z = tflite_tensor (&w, "z", TYPE_FLOAT32, DIMS (4));
  tflite_custom (&w, "Convolution2DTransposeBias", DIMS (x), DIMS (y));
  tflite_custom (&w, "Landmarks", DIMS (y), DIMS (z));
  refuse (&w, DIMS (x), DIMS (z), WEIR_ERROR_UNSUPPORTED,
          "2 TensorFlow Lite operations cannot be converted: 'y' "
          "(Convolution2DTransposeBias): there is no conversion; 'z' (Landmarks)");
}

/* 64 convolutions share one filter of 4 MiB: each would have a copy of its own. */
static void
test_shared_weights (void)
{
  const gsize size = 4 << 20;
  g_autofree guint8 *filter = g_malloc0 (size);
  gint32 x, f, y = 0;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (1, 1, 1, 1024));
  f = tflite_constant (&w, "f", TYPE_FLOAT32, DIMS (1024, 1, 1, 1024), filter, size);
  for (int i = 0; i < 64; i++) {
    FlatNode *options = flat_set_i32 (flat_table (), 1, 1);

    y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (1, 1, 1, 1024));
    tflite_op (&w, CONV_2D, DIMS (x, f), DIMS (y), OPTIONS_CONV_2D,
               flat_set_i32 (options, 2, 1));
  }
  refuse (&w, DIMS (x), DIMS (y), WEIR_ERROR_LIMIT, "more than the");
}

/* Every allocation on the way fails once; the next try succeeds. */
static void
test_out_of_memory (void)
{
  g_autoptr (GBytes) file = small_file ();

  for (int i = 0; i < 20; i++) {
    weir_fail_alloc_after (i);
    try_load (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  }
  weir_fail_alloc_after (-1);
  weir_model_unref (tflite_load_good (file));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/tflite-bad/good", test_good);
  g_test_add_func ("/frontends/tflite-bad/empty", test_empty);
  g_test_add_func ("/frontends/tflite-bad/truncated", test_truncated);
  g_test_add_func ("/frontends/tflite-bad/words-changed", test_words_changed);
  g_test_add_func ("/frontends/tflite-bad/operator", test_operator);
  g_test_add_func ("/frontends/tflite-bad/cycle", test_cycle);
  g_test_add_func ("/frontends/tflite-bad/tensor", test_tensor);
  g_test_add_func ("/frontends/tflite-bad/buffer", test_buffer);
  g_test_add_func ("/frontends/tflite-bad/contents", test_contents);
  g_test_add_func ("/frontends/tflite-bad/subgraph", test_subgraph);
  g_test_add_func ("/frontends/tflite-bad/unsupported", test_unsupported);
  g_test_add_func ("/frontends/tflite-bad/shared-weights", test_shared_weights);
  g_test_add_func ("/frontends/tflite-bad/out-of-memory", test_out_of_memory);
  return g_test_run ();
}
