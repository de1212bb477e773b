#include "scatter.h"
#include "table.h"

#include <string.h>

/* Rows that are put together by numbers that they bear. */

/* One past the largest of @ids, as a scalar i64; ascending numbers end with it. */
static WeirPort
count_segments (TfNode *n, WeirPort ids)
{
  WeirMake *m = &n->make;
  WeirPort last = weir_make_reduce (m, "ReduceMax", ids, WEIR_MAKE_INTS (m, 0), FALSE);

  last = weir_make_convert (m, last, WEIR_DTYPE_I64);
  return weir_make_2 (m, "Add", last, weir_make_int (m, 1));
}

/* [@count] and the dimensions of @x behind its first. */
static WeirPort
shape_with (TfNode *n, WeirPort x, WeirPort count)
{
  WeirMake *m = &n->make;
  WeirPort parts[2] = { weir_make_reshape (m, count, (gint64[]){ 1 }, 1) };
  int rank = weir_make_rank (m, x);

  if (rank < 2)
    return parts[0];
  parts[1] =
      weir_make_gather (m, weir_make_shape_of (m, x), weir_make_range (m, 1, rank), 0);
  return weir_make_concat (m, parts, 2, 0);
}

static double
start_value (TfNode *n, WeirPort x, const char *reduction)
{
  gboolean wide = weir_make_dtype (&n->make, x) != WEIR_DTYPE_I32;

  if (strcmp (reduction, "max") == 0)
    return wide ? -G_MAXFLOAT : G_MININT32;
  if (strcmp (reduction, "min") == 0)
    return wide ? G_MAXFLOAT : G_MAXINT32;
  return strcmp (reduction, "prod") == 0 ? 1 : 0;
}

static WeirPort
segments (TfNode *n, WeirPort x, WeirPort ids, WeirPort count, const char *reduction)
{
  WeirMake *m = &n->make;
  WeirPort start = weir_make_scalar (m, x, start_value (n, x, reduction));

  start = weir_make_broadcast (m, start, shape_with (n, x, count));
  return tf_scatter (n, start, weir_make_unsqueeze (m, ids, -1), x, reduction);
}

/* How many rows each segment has, [count, 1, ...] to fit to @x, and at least 1. */
static WeirPort
sizes (TfNode *n, WeirPort x, WeirPort ids, WeirPort count)
{
  WeirMake *m = &n->make;
  const gint64 dims[WEIR_MAX_RANK] = { -1, 1, 1, 1, 1, 1, 1, 1 };
  WeirPort ones =
      weir_make_broadcast (m, weir_make_scalar (m, x, 1), weir_make_shape_of (m, ids));

  ones = segments (n, ones, ids, count, "sum");
  ones = weir_make_2 (m, "Maximum", ones, weir_make_scalar (m, ones, 1));
  return weir_make_reshape (m, ones, dims, (gsize) MAX (weir_make_rank (m, x), 1));
}

/* Empty segments are 0; so is the lowest value where it has stayed. */
static WeirPort
segment_extreme (TfNode *n, WeirPort x, WeirPort ids)
{
  WeirPort y = segments (n, x, ids, count_segments (n, ids), n->row->ir);
  WeirPort start = weir_make_scalar (&n->make, x, start_value (n, x, n->row->ir));

  return WEIR_MAKE (&n->make, "Select", weir_make_2 (&n->make, "Equal", y, start),
                    weir_make_scalar (&n->make, y, 0), y);
}

static WeirPort
segment (TfNode *n)
{
  WeirPort x = tf_in (n, 0), ids = tf_in (n, 1);

  if (strcmp (n->row->ir, "max") == 0 || strcmp (n->row->ir, "min") == 0)
    return segment_extreme (n, x, ids);
  return segments (n, x, ids, count_segments (n, ids), n->row->ir);
}

static WeirPort
segment_mean (TfNode *n)
{
  WeirPort x = tf_in (n, 0), ids = tf_in (n, 1), count = count_segments (n, ids);

  return weir_make_2 (&n->make, "Divide", segments (n, x, ids, count, "sum"),
                      sizes (n, x, ids, count));
}

/* Rows with negative numbers are dropped: they go into one more segment in front. */
static WeirPort
unsorted_segment (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort x = tf_in (n, 0), ids = tf_in (n, 1), one, count, y;
  int rank = weir_make_rank (m, x), depth = weir_make_rank (m, ids);
  gint64 dims[WEIR_MAX_RANK] = { -1 };
  const WeirShape *shape = weir_make_shape (m, x);

  if (depth > 1) {
    for (int i = depth; i < rank; i++) {
      if (shape->dims[i] < 0)
        return weir_make_unsupported (m, "the dimensions of the rows must be known");
      dims[1 + i - depth] = shape->dims[i];
    }
    x = weir_make_reshape (m, x, dims, (gsize) MAX (rank - depth, 0) + 1);
  }
  ids = weir_make_reshape (m, ids, (gint64[]){ -1 }, 1);
  one = weir_make_scalar (m, ids, 1);
  ids = weir_make_2 (m, "Maximum", weir_make_2 (m, "Add", ids, one),
                     weir_make_scalar (m, ids, 0));
  count = weir_make_convert (m, weir_make_scalar_of (m, tf_in (n, 2)), WEIR_DTYPE_I64);
  count = weir_make_2 (m, "Add", count, weir_make_int (m, 1));
  y = segments (n, x, ids, weir_make_known (m, count), n->row->ir);
  return weir_make_slice (m, y, WEIR_MAKE_INTS (m, 1), WEIR_MAKE_INTS (m, G_MAXINT32), 0);
}

/* Rows @indices of the data; one more input says how many segments there are. */
static WeirPort
sparse_segment (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort x = weir_make_gather (m, tf_in (n, 0), tf_in (n, 1), 0), ids = tf_in (n, 2);
  WeirPort count = tf_n_inputs (n) > 3
                       ? weir_make_convert (m, tf_in (n, 3), WEIR_DTYPE_I64)
                       : count_segments (n, ids);
  WeirPort sum = segments (n, x, ids, count, "sum"), size;

  if (strcmp (n->row->ir, "sum") == 0)
    return sum;
  size = sizes (n, x, ids, count);
  if (strcmp (n->row->ir, "sqrt") == 0)
    size = weir_make_1 (m, "Sqrt", size);
  return weir_make_2 (m, "Divide", sum, size);
}

/* Rows whose number is i make output i. */
static WeirPort
dynamic_partition (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort x = tf_in (n, 0), ids = tf_in (n, 1);
  gint64 count = tf_attr_int (n, "num_partitions", 1);

  if (weir_make_rank (m, ids) != 1)
    return weir_make_unsupported (m, "numbers of partitions that are no vector");
  for (gint64 i = 0; i < count && i < G_MAXUINT16 && !weir_build_failed (m->b); i++) {
    WeirPort rows = weir_make_2 (m, "Equal", ids, weir_make_scalar (m, ids, (double) i));

    rows = weir_make_squeeze (m, tf_non_zero (n, rows), 0);
    tf_out (n, (guint) i, weir_make_gather (m, x, rows, 0));
  }
  return WEIR_PORT_NONE;
}

/* Lists of indices, then as many lists of rows for them; later ones win. */
static WeirPort
dynamic_stitch (TfNode *n)
{
  WeirMake *m = &n->make;
  guint count = tf_n_inputs (n) / 2;
  g_autofree WeirPort *ids = g_new (WeirPort, MAX (count, 1));
  g_autofree WeirPort *rows = g_new (WeirPort, MAX (count, 1));
  WeirPort x, all;

  if (count == 0)
    return weir_make_invalid (m, "expected indices and data");
  for (guint i = 0; i < count; i++) {
    int depth = weir_make_rank (m, tf_in (n, i));
    int rank = weir_make_rank (m, tf_in (n, count + i));
    WeirPort shape;

    ids[i] = weir_make_reshape (m, tf_in (n, i), (gint64[]){ -1 }, 1);
    rows[i] = tf_in (n, count + i);
    if (depth == 1)
      continue;
    shape = weir_make_concat (
        m,
        (WeirPort[]){ WEIR_MAKE_INTS (m, -1),
                      weir_make_gather (m, weir_make_shape_of (m, rows[i]),
                                        weir_make_range (m, depth, rank), 0) },
        2, 0);
    rows[i] = weir_make_reshape_to (m, rows[i], weir_make_known (m, shape));
  }
  all = count > 1 ? weir_make_concat (m, ids, count, 0) : ids[0];
  x = count > 1 ? weir_make_concat (m, rows, count, 0) : rows[0];
  return segments (n, x, all, count_segments (n, all), "none");
}

const TfRow tf_rows_segment[] = {
  { "SegmentSum", segment, "sum" },
  { "SegmentProd", segment, "prod" },
  { "SegmentMax", segment, "max" },
  { "SegmentMin", segment, "min" },
  { "SegmentMean", segment_mean },
  { "UnsortedSegmentSum", unsorted_segment, "sum" },
  { "UnsortedSegmentProd", unsorted_segment, "prod" },
  { "UnsortedSegmentMax", unsorted_segment, "max" },
  { "UnsortedSegmentMin", unsorted_segment, "min" },
  { "SparseSegmentSum", sparse_segment, "sum" },
  { "SparseSegmentMean", sparse_segment, "mean" },
  { "SparseSegmentSqrtN", sparse_segment, "sqrt" },
  { "SparseSegmentSumWithNumSegments", sparse_segment, "sum" },
  { "SparseSegmentMeanWithNumSegments", sparse_segment, "mean" },
  { "SparseSegmentSqrtNWithNumSegments", sparse_segment, "sqrt" },
  { "DynamicPartition", dynamic_partition },
  { "DynamicStitch", dynamic_stitch },
  { "ParallelDynamicStitch", dynamic_stitch },
  { NULL },
};
