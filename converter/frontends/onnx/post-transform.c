#include "post-transform.h"

#include "attr.h"
#include "onnx-build.h"

#include <math.h>
#include <string.h>

static const char *const names[] = { "NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO",
                                     "PROBIT" };

OnnxPost
onnx_post_of (OnnxNode *n)
{
  const char *name = onnx_attr_string (n, "post_transform", "NONE");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      return (OnnxPost) i;
  onnx_invalid (n, "attribute 'post_transform': found %s", name);
  return ONNX_POST_NONE;
}

static WeirPort
softmax (OnnxNode *n, WeirPort x)
{
  WeirNode *node = ONNX_BEGIN (n, "Softmax", x);

  weir_node_set_int (node, "axis", -1);
  return onnx_end (n, node);
}

/* Scores of exactly 0 stay what they are. */
static WeirPort
softmax_zero (OnnxNode *n, WeirPort x)
{
  WeirPort zero = onnx_scalar (n, x, 0), empty = ONNX_OP (n, "Equal", x, zero), top, sum;

  top = onnx_reduce (n, "ReduceMax", x, ONNX_INTS (n, -1), TRUE);
  x = ONNX_OP (n, "Exp", ONNX_OP (n, "Subtract", x, top));
  x = ONNX_OP (n, "Select", empty, zero, x);
  sum = onnx_reduce (n, "ReduceSum", x, ONNX_INTS (n, -1), TRUE);
  return ONNX_OP (n, "Divide", x, sum);
}

WeirPort
onnx_post (OnnxNode *n, WeirPort x, OnnxPost post)
{
  switch (post) {
  case ONNX_POST_SOFTMAX:
    return softmax (n, x);
  case ONNX_POST_LOGISTIC:
    return ONNX_OP (n, "Sigmoid", x);
  case ONNX_POST_SOFTMAX_ZERO:
    return softmax_zero (n, x);
  case ONNX_POST_PROBIT:
    x = ONNX_OP (n, "Multiply", x, onnx_scalar (n, x, 2));
    x = ONNX_OP (n, "ErfInv", ONNX_OP (n, "Subtract", x, onnx_scalar (n, x, 1)));
    return ONNX_OP (n, "Multiply", x, onnx_scalar (n, x, M_SQRT2));
  case ONNX_POST_NONE:
    break;
  }
  return x;
}

WeirPort
onnx_floats (OnnxNode *n, const char *name, double fallback)
{
  gsize count;
  const float *values = onnx_attr_floats (n, name, &count);
  const float one = (float) fallback;
  WeirShape shape = WEIR_SHAPE (count > 0 ? (gint64) count : 1);

  return onnx_constant (n, weir_tensor_new_f32 (&shape, count > 0 ? values : &one));
}

/* Label @index of each row. */
static WeirPort
labels (OnnxNode *n, WeirPort index)
{
  gsize count;
  const gint64 *list = onnx_attr_ints (n, "classlabels_int64s", &count);

  if (list == NULL)
    list = onnx_attr_ints (n, "classlabels_ints", &count);
  if (list == NULL)
    return onnx_unsupported (n, "labels that are texts");
  return onnx_gather (n, onnx_ints (n, list, count), index, 0);
}

void
onnx_classes (OnnxNode *n, WeirPort scores, WeirPort shown)
{
  WeirNode *node;

  onnx_out (n, 1, shown);
  if (!onnx_wants (n, 0))
    return;
  node = ONNX_BEGIN (n, "TopK", scores, onnx_int (n, 1));
  weir_node_set_int (node, "axis", -1);
  weir_node_set_string (node, "mode", "max");
  weir_node_set_string (node, "sort", "value");
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  onnx_end (n, node);
  onnx_out (n, 0, labels (n, onnx_squeeze (n, onnx_port (n, node, 1), 1)));
}

void
onnx_two_classes (OnnxNode *n, WeirPort score, double bound, WeirPort shown)
{
  WeirPort yes;

  onnx_out (n, 1, shown);
  if (!onnx_wants (n, 0))
    return;
  yes = ONNX_OP (n, "Greater", score, onnx_scalar (n, score, bound));
  yes = onnx_convert (n, onnx_squeeze (n, yes, 1), WEIR_DTYPE_I64);
  onnx_out (n, 0, labels (n, yes));
}
