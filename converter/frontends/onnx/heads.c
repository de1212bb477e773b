#include "heads.h"

#include "node.h"

WeirPort
onnx_split_heads (OnnxNode *n, WeirPort x, gint64 heads)
{
  x = weir_make_reshape (&n->make, x, (const gint64[]){ 0, 0, heads, -1 }, 4);
  return weir_make_transpose (&n->make, x, (const gint64[]){ 0, 2, 1, 3 }, 4);
}

WeirPort
onnx_join_heads (OnnxNode *n, WeirPort x)
{
  x = weir_make_transpose (&n->make, x, (const gint64[]){ 0, 2, 1, 3 }, 4);
  return weir_make_reshape (&n->make, x, (const gint64[]){ 0, 0, -1 }, 3);
}

WeirPort
onnx_repeat_heads (OnnxNode *n, WeirPort x, gint64 from, gint64 to)
{
  gint64 times = to / from;
  WeirPort parts[3];

  if (times == 1)
    return x;
  parts[0] = weir_make_dim_of (&n->make, x, 0);
  parts[1] = WEIR_MAKE_INTS (&n->make, to);
  parts[2] =
      weir_make_slice (&n->make, weir_make_shape_of (&n->make, x),
                       WEIR_MAKE_INTS (&n->make, 2), WEIR_MAKE_INTS (&n->make, 4), 0);
  x = weir_make_unsqueeze (&n->make, x, 2);
  x = WEIR_MAKE (&n->make, "Tile", x, WEIR_MAKE_INTS (&n->make, 1, 1, times, 1, 1));
  return weir_make_reshape_to (&n->make, x, weir_make_concat (&n->make, parts, 3, 0));
}

WeirPort
onnx_with_past (OnnxNode *n, guint index, WeirPort x)
{
  WeirPort parts[2] = { WEIR_PORT_NONE, x };

  if (!onnx_has (n, index))
    return x;
  parts[0] = onnx_in (n, index);
  return weir_make_concat (&n->make, parts, 2, 2);
}

/* The elements that turn. */
static WeirPort
pairs (OnnxNode *n, WeirPort x, WeirPort cosine, WeirPort sine, gint64 size,
       gboolean interleaved)
{
  WeirPort first, second, parts[2];

  if (interleaved)
    x = weir_make_reshape (&n->make, x, (const gint64[]){ 0, 0, 0, size / 2, 2 }, 5);
  else
    x = weir_make_reshape (&n->make, x, (const gint64[]){ 0, 0, 0, 2, size / 2 }, 5);
  first =
      weir_make_gather (&n->make, x, weir_make_int (&n->make, 0), interleaved ? 4 : 3);
  second =
      weir_make_gather (&n->make, x, weir_make_int (&n->make, 1), interleaved ? 4 : 3);
  parts[0] =
      WEIR_MAKE (&n->make, "Subtract", WEIR_MAKE (&n->make, "Multiply", cosine, first),
                 WEIR_MAKE (&n->make, "Multiply", sine, second));
  parts[1] = WEIR_MAKE (&n->make, "Add", WEIR_MAKE (&n->make, "Multiply", sine, first),
                        WEIR_MAKE (&n->make, "Multiply", cosine, second));
  if (!interleaved)
    return weir_make_concat (&n->make, parts, 2, 3);
  for (guint i = 0; i < 2; i++)
    parts[i] = weir_make_unsqueeze (&n->make, parts[i], 4);
  return weir_make_reshape (&n->make, weir_make_concat (&n->make, parts, 2, 4),
                            (const gint64[]){ 0, 0, 0, size }, 4);
}

WeirPort
onnx_turn (OnnxNode *n, WeirPort x, WeirPort cosine, WeirPort sine, gint64 turned,
           gboolean interleaved)
{
  const WeirShape *shape = weir_make_shape (&n->make, x);
  WeirPort parts[2];

  if (turned < 2 || turned > G_MAXINT32 || turned % 2 != 0)
    return weir_make_unsupported (&n->make,
                                  "a rotation of an odd or unknown number of elements");
  if (shape->rank == 4 && shape->dims[3] == turned)
    return pairs (n, x, cosine, sine, turned, interleaved);
  parts[1] = weir_make_slice (&n->make, x, WEIR_MAKE_INTS (&n->make, turned),
                              WEIR_MAKE_INTS (&n->make, G_MAXINT64), 3);
  x = weir_make_slice (&n->make, x, WEIR_MAKE_INTS (&n->make, 0),
                       WEIR_MAKE_INTS (&n->make, turned), 3);
  parts[0] = pairs (n, x, cosine, sine, turned, interleaved);
  return weir_make_concat (&n->make, parts, 2, 3);
}
