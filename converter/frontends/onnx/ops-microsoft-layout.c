#include "attr.h"
#include "node.h"
#include "table.h"
#include "window.h"

/* Operations of the domain com.microsoft that move elements, and distances. */

#define MS "com.microsoft"

/* Elements of a dimension that are counted one by one. */
#define MAX_LENGTH (1 << 20)

static WeirPort
nhwc_max_pool (OnnxNode *n)
{
  WeirPort x = weir_make_to_nchw (&n->make, onnx_in (n, 0));

  return weir_make_to_nhwc (&n->make, onnx_max_pool (n, x));
}

static WeirPort
expand_dims (OnnxNode *n)
{
  return WEIR_MAKE (
      &n->make, "Unsqueeze", onnx_in (n, 0),
      weir_make_vector_of (&n->make,
                           weir_make_convert (&n->make, onnx_in (n, 1), WEIR_DTYPE_I64)));
}

/* Parts of one dimension that may overlap, as a dimension of their own behind all. */
static WeirPort
unfold_tensor (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), at;
  int rank = weir_make_rank (&n->make, x),
      dim = onnx_axis (n, onnx_attr_int (n, "dim", -1), rank);
  gint64 size = onnx_attr_int (n, "size", 1), step = onnx_attr_int (n, "step", 1);
  gint64 length = rank > 0 ? weir_make_shape (&n->make, x)->dims[dim] : -1;
  gint64 order[WEIR_MAX_RANK + 1];
  int count = 0;

  if (size < 1 || step < 1 || length < size || length > MAX_LENGTH || step > G_MAXINT32 ||
      rank >= WEIR_MAX_RANK)
    return weir_make_unsupported (&n->make, "parts of %" G_GINT64_FORMAT " elements",
                                  size);
  at = weir_make_unsqueeze (&n->make,
                            weir_make_range (&n->make, 0, (length - size) / step + 1), 1);
  at = WEIR_MAKE (&n->make, "Multiply", at, weir_make_int (&n->make, step));
  at = WEIR_MAKE (&n->make, "Add", at, weir_make_range (&n->make, 0, size));
  x = weir_make_gather (&n->make, x, at, dim);
  for (int i = 0; i <= rank; i++)
    if (i != dim + 1)
      order[count++] = i;
  order[rank] = dim + 1;
  return weir_make_transpose (&n->make, x, order, (gsize) rank + 1);
}

/* Distances of each row of the first matrix from each of the second. */
static WeirPort
c_dist (OnnxNode *n)
{
  WeirPort y =
      WEIR_MAKE (&n->make, "Subtract", weir_make_unsqueeze (&n->make, onnx_in (n, 0), 1),
                 weir_make_unsqueeze (&n->make, onnx_in (n, 1), 0));
  gboolean squared = onnx_attr_is (n, "metric", "sqeuclidean", "sqeuclidean");

  if (!squared && !onnx_attr_is (n, "metric", "sqeuclidean", "euclidean"))
    return weir_make_unsupported (&n->make, "the metric %s",
                                  onnx_attr_string (n, "metric", ""));
  y = weir_make_reduce (&n->make, "ReduceSum", WEIR_MAKE (&n->make, "Multiply", y, y),
                        WEIR_MAKE_INTS (&n->make, 2), FALSE);
  return squared ? y : WEIR_MAKE (&n->make, "Sqrt", y);
}

static WeirPort
inverse (OnnxNode *n)
{
  return WEIR_MAKE (&n->make, "Inverse", onnx_in (n, 0));
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
