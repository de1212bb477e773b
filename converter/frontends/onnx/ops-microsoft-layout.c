#include "attr.h"
#include "onnx-build.h"
#include "table.h"
#include "window.h"

/* Operations of the domain com.microsoft that move elements, and distances. */

#define MS "com.microsoft"

/* Elements of a dimension that are counted one by one. */
#define MAX_LENGTH (1 << 20)

static WeirPort
nhwc_max_pool (OnnxNode *n)
{
  WeirPort x = onnx_channels_first (n, onnx_in (n, 0));

  return onnx_channels_last (n, onnx_max_pool (n, x));
}

static WeirPort
expand_dims (OnnxNode *n)
{
  return ONNX_OP (n, "Unsqueeze", onnx_in (n, 0),
                  onnx_vector_of (n, onnx_convert (n, onnx_in (n, 1), WEIR_DTYPE_I64)));
}

/* Parts of one dimension that may overlap, as a dimension of their own behind all. */
static WeirPort
unfold_tensor (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), at;
  int rank = onnx_rank (n, x), dim = onnx_axis (n, onnx_attr_int (n, "dim", -1), rank);
  gint64 size = onnx_attr_int (n, "size", 1), step = onnx_attr_int (n, "step", 1);
  gint64 length = rank > 0 ? onnx_shape (n, x)->dims[dim] : -1;
  gint64 order[WEIR_MAX_RANK + 1];
  int count = 0;

  if (size < 1 || step < 1 || length < size || length > MAX_LENGTH || step > G_MAXINT32 ||
      rank >= WEIR_MAX_RANK)
    return onnx_unsupported (n, "parts of %" G_GINT64_FORMAT " elements", size);
  at = onnx_unsqueeze (n, onnx_range (n, 0, (length - size) / step + 1), 1);
  at = ONNX_OP (n, "Multiply", at, onnx_int (n, step));
  at = ONNX_OP (n, "Add", at, onnx_range (n, 0, size));
  x = onnx_gather (n, x, at, dim);
  for (int i = 0; i <= rank; i++)
    if (i != dim + 1)
      order[count++] = i;
  order[rank] = dim + 1;
  return onnx_transpose (n, x, order, (gsize) rank + 1);
}

/* Distances of each row of the first matrix from each of the second. */
static WeirPort
c_dist (OnnxNode *n)
{
  WeirPort y = ONNX_OP (n, "Subtract", onnx_unsqueeze (n, onnx_in (n, 0), 1),
                        onnx_unsqueeze (n, onnx_in (n, 1), 0));
  gboolean squared = onnx_attr_is (n, "metric", "sqeuclidean", "sqeuclidean");

  if (!squared && !onnx_attr_is (n, "metric", "sqeuclidean", "euclidean"))
    return onnx_unsupported (n, "the metric %s", onnx_attr_string (n, "metric", ""));
  y = onnx_reduce (n, "ReduceSum", ONNX_OP (n, "Multiply", y, y), ONNX_INTS (n, 2),
                   FALSE);
  return squared ? y : ONNX_OP (n, "Sqrt", y);
}

static WeirPort
inverse (OnnxNode *n)
{
  return ONNX_OP (n, "Inverse", onnx_in (n, 0));
}

static WeirPort
sample (OnnxNode *n)
{
  return onnx_in (n, 0);
}

const OnnxRow onnx_rows_microsoft_layout[] = {
  { "CDist", MS, 0, 0, c_dist },
  { "ExpandDims", MS, 0, 0, expand_dims },
  { "Inverse", MS, 0, 0, inverse },
  { "NhwcMaxPool", MS, 0, 0, nhwc_max_pool },
  { "SampleOp", MS, 0, 0, sample },
  { "UnfoldTensor", MS, 0, 0, unfold_tensor },
  { NULL },
};
