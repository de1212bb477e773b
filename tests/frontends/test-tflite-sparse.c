#include "base/error.h"
#include "compare.h"
#include "tflite-run.h"
#include "tflite-writer.h"

/* Sparse contents of a [2, 3] matrix: rows are dense, columns listed. */

enum { ADD = 0 };
enum { DENSE, SPARSE };

static FlatNode *
level (guint8 format, gint32 size, const gint32 *segments, gsize n_segments,
       const gint32 *indices, gsize n_indices)
{
  FlatNode *table = flat_set_u8 (flat_table (), DIMENSION_FORMAT, format);

  flat_set_i32 (table, DIMENSION_DENSE_SIZE, size);
  if (segments == NULL)
    return table;
  flat_set_u8 (table, DIMENSION_SEGMENTS_TYPE, 1);
  flat_set (table, DIMENSION_SEGMENTS,
            flat_set (flat_table (), 0, flat_ints (segments, n_segments)));
  flat_set_u8 (table, DIMENSION_INDICES_TYPE, 1);
  return flat_set (table, DIMENSION_INDICES,
                   flat_set (flat_table (), 0, flat_ints (indices, n_indices)));
}

/* y = x + c, where c holds @values in the sparse way that is told. */
static GBytes *
model (const gint32 *order, gint32 rows, const gint32 *segments, gsize n_segments,
       const gint32 *indices, gsize n_indices)
{
  const float values[] = { 1, 2, 3 };
  FlatNode *sparsity = flat_table (), *levels = flat_list (), *table = flat_table ();
  FlatNode *buffer = flat_set (flat_table (), BUFFER_DATA, flat_bytes (values, 12));
  gint32 x, c, y;
  TfliteWriter w;

  tflite_begin (&w);
  x = tflite_tensor (&w, "x", TYPE_FLOAT32, DIMS (2, 3));
  flat_append (levels, level (DENSE, rows, NULL, 0, NULL, 0));
  flat_append (levels, level (SPARSE, 0, segments, n_segments, indices, n_indices));
  flat_set (sparsity, SPARSITY_TRAVERSAL_ORDER, flat_ints (order, 2));
  flat_set (sparsity, SPARSITY_DIMENSIONS, levels);
  flat_set (table, TENSOR_NAME, flat_string ("c"));
  flat_set (table, TENSOR_SHAPE, flat_ints (DIMS (2, 3)));
  flat_set_i32 (table, TENSOR_BUFFER, (gint32) flat_append (w.buffers, buffer));
  c = (gint32) flat_append (w.tensors, flat_set (table, TENSOR_SPARSITY, sparsity));
  y = tflite_tensor (&w, "y", TYPE_FLOAT32, DIMS (2, 3));
  tflite_op (&w, ADD, DIMS (x, c), DIMS (y), 0, NULL);
  return tflite_end (&w, DIMS (x), DIMS (y));
}

static const gint32 rows_first[] = { 0, 1 };

static void
test_rows (void)
{
  const float zeros[6] = { 0 }, out[] = { 1, 0, 2, 0, 3, 0 };
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (2, 3), zeros);
  g_autoptr (WeirTensor) y =
      tflite_run (model (rows_first, 2, DIMS (0, 2, 3), DIMS (0, 2, 1)), &x);

  assert_f32 (y, out, G_N_ELEMENTS (out));
}

static void
refuse (const gint32 *order, gint32 rows, const gint32 *segments, gsize n_segments,
        const gint32 *indices, gsize n_indices, const char *text)
{
  g_autoptr (GBytes) file = model (order, rows, segments, n_segments, indices, n_indices);

  tflite_load_bad (file, WEIR_ERROR_FORMAT, text);
}

static void
test_bad (void)
{
  const gint32 twice[] = { 0, 0 }, beyond[] = { 0, 5 };

  refuse (rows_first, 2, DIMS (0, 2, 3), DIMS (0, 3, 1), "index 3 on level 1");
  refuse (rows_first, 2, DIMS (0, 2, 3), DIMS (0, -1, 1), "index 4294967295 on level 1");
  refuse (rows_first, 2, DIMS (0, 2, 4), DIMS (0, 2, 1, 2), "only 3 values");
  refuse (rows_first, 2, DIMS (0, 2, 3), DIMS (0, 2), "element 2 of a list of 2");
  refuse (rows_first, 2, DIMS (0, 2), DIMS (0, 2, 1), "element 2 of a list of 2");
  refuse (rows_first, 2, DIMS (0, 2, 1), DIMS (0, 2, 1), "segments of level 1 do not");
  refuse (rows_first, 4, DIMS (0, 2, 3), DIMS (0, 2, 1), "level 0 has 4 indices");
  refuse (twice, 2, DIMS (0, 2, 3), DIMS (0, 1, 1), "dimension 0 is stored twice");
  refuse (beyond, 2, DIMS (0, 2, 3), DIMS (0, 2, 1), "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/tflite-sparse/rows", test_rows);
  g_test_add_func ("/frontends/tflite-sparse/bad", test_bad);
  return g_test_run ();
}
