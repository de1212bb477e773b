#include "post-transform.h"

#include "attr.h"
#include "node.h"

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
  weir_make_invalid (&n->make, "attribute 'post_transform': found %s", name);
  return ONNX_POST_NONE;
}

static WeirPort
softmax (OnnxNode *n, WeirPort x)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Softmax", x);

  weir_node_set_int (node, "axis", -1);
  return weir_make_end (&n->make, node);
}

/* Scores of exactly 0 stay what they are. */
static WeirPort
softmax_zero (OnnxNode *n, WeirPort x)
{
  WeirPort zero = weir_make_scalar (&n->make, x, 0),
           empty = WEIR_MAKE (&n->make, "Equal", x, zero), top, sum;

  top = weir_make_reduce (&n->make, "ReduceMax", x, WEIR_MAKE_INTS (&n->make, -1), TRUE);
  x = WEIR_MAKE (&n->make, "Exp", WEIR_MAKE (&n->make, "Subtract", x, top));
  x = WEIR_MAKE (&n->make, "Select", empty, zero, x);
  sum = weir_make_reduce (&n->make, "ReduceSum", x, WEIR_MAKE_INTS (&n->make, -1), TRUE);
  return WEIR_MAKE (&n->make, "Divide", x, sum);
}

WeirPort
onnx_post (OnnxNode *n, WeirPort x, OnnxPost post)
{
  switch (post) {
  case ONNX_POST_SOFTMAX:
    return softmax (n, x);
  case ONNX_POST_LOGISTIC:
    return WEIR_MAKE (&n->make, "Sigmoid", x);
  case ONNX_POST_SOFTMAX_ZERO:
    return softmax_zero (n, x);
  case ONNX_POST_PROBIT:
    x = WEIR_MAKE (&n->make, "Multiply", x, weir_make_scalar (&n->make, x, 2));
    x = WEIR_MAKE (
        &n->make, "ErfInv",
        WEIR_MAKE (&n->make, "Subtract", x, weir_make_scalar (&n->make, x, 1)));
    return WEIR_MAKE (&n->make, "Multiply", x, weir_make_scalar (&n->make, x, M_SQRT2));
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

  return weir_make_constant (&n->make,
                             weir_tensor_new_f32 (&shape, count > 0 ? values : &one));
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
    return weir_make_unsupported (&n->make, "labels that are texts");
  return weir_make_gather (&n->make, weir_make_ints (&n->make, list, count), index, 0);
}

void
onnx_classes (OnnxNode *n, WeirPort scores, WeirPort shown)
{
  WeirNode *node;

  onnx_out (n, 1, shown);
  if (!onnx_wants (n, 0))
    return;
  node = WEIR_MAKE_BEGIN (&n->make, "TopK", scores, weir_make_int (&n->make, 1));
  weir_node_set_int (node, "axis", -1);
  weir_node_set_string (node, "mode", "max");
  weir_node_set_string (node, "sort", "value");
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  weir_make_end (&n->make, node);
  onnx_out (
      n, 0,
      labels (n, weir_make_squeeze (&n->make, weir_make_port (&n->make, node, 1), 1)));
}

void
onnx_two_classes (OnnxNode *n, WeirPort score, double bound, WeirPort shown)
{
  WeirPort yes;

  onnx_out (n, 1, shown);
  if (!onnx_wants (n, 0))
    return;
  yes = WEIR_MAKE (&n->make, "Greater", score, weir_make_scalar (&n->make, score, bound));
  yes =
      weir_make_convert (&n->make, weir_make_squeeze (&n->make, yes, 1), WEIR_DTYPE_I64);
  onnx_out (n, 0, labels (n, yes));
}
