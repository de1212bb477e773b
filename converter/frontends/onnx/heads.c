#include "heads.h"

#include "onnx-build.h"

WeirPort
onnx_split_heads (OnnxNode *n, WeirPort x, gint64 heads)
{
  x = onnx_reshape (n, x, (const gint64[]){ 0, 0, heads, -1 }, 4);
  return onnx_transpose (n, x, (const gint64[]){ 0, 2, 1, 3 }, 4);
}

WeirPort
onnx_join_heads (OnnxNode *n, WeirPort x)
{
  x = onnx_transpose (n, x, (const gint64[]){ 0, 2, 1, 3 }, 4);
  return onnx_reshape (n, x, (const gint64[]){ 0, 0, -1 }, 3);
}

WeirPort
onnx_repeat_heads (OnnxNode *n, WeirPort x, gint64 from, gint64 to)
{
  gint64 times = to / from;
  WeirPort parts[3];

  if (times == 1)
    return x;
  parts[0] = onnx_dim_of (n, x, 0);
  parts[1] = ONNX_INTS (n, to);
  parts[2] = onnx_slice (n, onnx_shape_of (n, x), ONNX_INTS (n, 2), ONNX_INTS (n, 4), 0);
  x = onnx_unsqueeze (n, x, 2);
  x = ONNX_OP (n, "Tile", x, ONNX_INTS (n, 1, 1, times, 1, 1));
  return onnx_reshape_to (n, x, onnx_concat (n, parts, 3, 0));
}

WeirPort
onnx_with_past (OnnxNode *n, guint index, WeirPort x)
{
  WeirPort parts[2] = { WEIR_PORT_NONE, x };

  if (!onnx_has (n, index))
    return x;
  parts[0] = onnx_in (n, index);
  return onnx_concat (n, parts, 2, 2);
}

/* The elements that turn. */
static WeirPort
pairs (OnnxNode *n, WeirPort x, WeirPort cosine, WeirPort sine, gint64 size,
       gboolean interleaved)
{
  WeirPort first, second, parts[2];

  if (interleaved)
    x = onnx_reshape (n, x, (const gint64[]){ 0, 0, 0, size / 2, 2 }, 5);
  else
    x = onnx_reshape (n, x, (const gint64[]){ 0, 0, 0, 2, size / 2 }, 5);
  first = onnx_gather (n, x, onnx_int (n, 0), interleaved ? 4 : 3);
  second = onnx_gather (n, x, onnx_int (n, 1), interleaved ? 4 : 3);
  parts[0] = ONNX_OP (n, "Subtract", ONNX_OP (n, "Multiply", cosine, first),
                      ONNX_OP (n, "Multiply", sine, second));
  parts[1] = ONNX_OP (n, "Add", ONNX_OP (n, "Multiply", sine, first),
                      ONNX_OP (n, "Multiply", cosine, second));
  if (!interleaved)
    return onnx_concat (n, parts, 2, 3);
  for (guint i = 0; i < 2; i++)
    parts[i] = onnx_unsqueeze (n, parts[i], 4);
  return onnx_reshape (n, onnx_concat (n, parts, 2, 4), (const gint64[]){ 0, 0, 0, size },
                       4);
}

WeirPort
onnx_turn (OnnxNode *n, WeirPort x, WeirPort cosine, WeirPort sine, gint64 turned,
           gboolean interleaved)
{
  const WeirShape *shape = onnx_shape (n, x);
  WeirPort parts[2];

  if (turned < 2 || turned > G_MAXINT32 || turned % 2 != 0)
    return onnx_unsupported (n, "a rotation of an odd or unknown number of elements");
  if (shape->rank == 4 && shape->dims[3] == turned)
    return pairs (n, x, cosine, sine, turned, interleaved);
  parts[1] = onnx_slice (n, x, ONNX_INTS (n, turned), ONNX_INTS (n, G_MAXINT64), 3);
  x = onnx_slice (n, x, ONNX_INTS (n, 0), ONNX_INTS (n, turned), 3);
  parts[0] = pairs (n, x, cosine, sine, turned, interleaved);
  return onnx_concat (n, parts, 2, 3);
}
