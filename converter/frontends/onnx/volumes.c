#include "volumes.h"

#include "attr.h"
#include "base/checked.h"
#include "node.h"
#include "window.h"

#include <string.h>

#define SPATIAL 3
/* Places of elements that are worked out one by one. */
#define MAX_PLACES ((gint64) 1 << 20)

/* One dimension of the volume: up to two places for each sample and what each weighs. */
typedef struct {
  WeirPort places[2]; /* i64 */
  WeirPort weights[2];
  WeirPort size;
} Line;

/* A place as an index, and its weight; beyond the rim it weighs nothing. */
static void
settle (OnnxNode *n, Line *line, guint which, WeirPort at, WeirPort weight, WeirPort last)
{
  WeirPort zero = weir_make_scalar (&n->make, at, 0), inside;

  inside =
      WEIR_MAKE (&n->make, "LogicalAnd", WEIR_MAKE (&n->make, "GreaterEqual", at, zero),
                 WEIR_MAKE (&n->make, "LessEqual", at, last));
  line->weights[which] = WEIR_MAKE (&n->make, "Select", inside, weight, zero);
  at = WEIR_MAKE (&n->make, "Minimum", WEIR_MAKE (&n->make, "Maximum", at, zero), last);
  line->places[which] = weir_make_convert (&n->make, at, WEIR_DTYPE_I64);
}

/* Coordinate @part of the grid runs from -1 to 1 over dimension @axis: over its elements,
 * or from the first to the last of them. */
static void
read_line (OnnxNode *n, Line *line, WeirPort x, WeirPort grid, int axis, gint64 part,
           gboolean nearest)
{
  WeirPort g = weir_make_gather (&n->make, grid, weir_make_int (&n->make, part), -1),
           last, at, rest, low;
  WeirPort one = weir_make_scalar (&n->make, grid, 1),
           two = weir_make_scalar (&n->make, grid, 2);
  gboolean corners = onnx_attr_int (n, "align_corners", 0) != 0;
  WeirNode *node;

  line->size = weir_make_length_of (&n->make, x, axis);
  last = weir_make_convert (&n->make, line->size, weir_make_dtype (&n->make, grid));
  at = WEIR_MAKE (&n->make, "Multiply", WEIR_MAKE (&n->make, "Add", g, one),
                  corners ? WEIR_MAKE (&n->make, "Subtract", last, one) : last);
  at = WEIR_MAKE (&n->make, "Divide",
                  corners ? at : WEIR_MAKE (&n->make, "Subtract", at, one), two);
  last = WEIR_MAKE (&n->make, "Subtract", last, one);
  if (onnx_attr_is (n, "padding_mode", "zeros", "border"))
    at = WEIR_MAKE (
        &n->make, "Minimum",
        WEIR_MAKE (&n->make, "Maximum", at, weir_make_scalar (&n->make, grid, 0)), last);
  if (nearest) {
    node = WEIR_MAKE_BEGIN (&n->make, "Round", at);
    weir_node_set_string (node, "mode", "half_to_even");
    settle (n, line, 0, weir_make_end (&n->make, node), one, last);
    return;
  }
  low = WEIR_MAKE (&n->make, "Floor", at);
  rest = WEIR_MAKE (&n->make, "Subtract", at, low);
  settle (n, line, 0, low, WEIR_MAKE (&n->make, "Subtract", one, rest), last);
  settle (n, line, 1, WEIR_MAKE (&n->make, "Add", low, one), rest, last);
}

/* What corner @bits of the cell adds: [batch, channels, samples]. */
static WeirPort
corner (OnnxNode *n, const Line *lines, guint bits, WeirPort flat)
{
  WeirPort at = weir_make_int (&n->make, 0), weight = WEIR_PORT_NONE, y;
  WeirNode *node;

  for (guint i = 0; i < SPATIAL; i++) {
    guint which = bits >> i & 1;

    at = WEIR_MAKE (&n->make, "Add", WEIR_MAKE (&n->make, "Multiply", at, lines[i].size),
                    lines[i].places[which]);
    weight = i == 0 ? lines[i].weights[which]
                    : WEIR_MAKE (&n->make, "Multiply", weight, lines[i].weights[which]);
  }
  at = weir_make_reshape (&n->make, at, (const gint64[]){ 0, -1 }, 2);
  weight = weir_make_reshape (&n->make, weight, (const gint64[]){ 0, 1, -1 }, 3);
  node = WEIR_MAKE_BEGIN (&n->make, "Gather", flat, at, weir_make_int (&n->make, 2));
  weir_node_set_int (node, "batch_dims", 1);
  y = weir_make_end (&n->make, node);
  return WEIR_MAKE (&n->make, "Multiply", y,
                    weir_make_convert (&n->make, weight, weir_make_dtype (&n->make, y)));
}

WeirPort
onnx_grid_sample_volume (OnnxNode *n, WeirPort x, WeirPort grid, const char *mode)
{
  gboolean nearest = strcmp (mode, "nearest") == 0;
  WeirPort flat = weir_make_reshape (&n->make, x, (const gint64[]){ 0, 0, -1 }, 3), sum,
           shape[2];
  Line lines[SPATIAL];

  if (weir_make_rank (&n->make, x) != 5 || weir_make_rank (&n->make, grid) != 5)
    return weir_make_invalid (&n->make,
                              "expected a volume and a grid of five dimensions");
  if (strcmp (mode, "cubic") == 0 ||
      onnx_attr_is (n, "padding_mode", "zeros", "reflection"))
    return weir_make_unsupported (&n->make, "cubic samples or reflections of volumes");
  for (int i = 0; i < SPATIAL; i++)
    read_line (n, &lines[i], x, grid, i + 2, SPATIAL - 1 - i, nearest);
  sum = corner (n, lines, 0, flat);
  for (guint bits = 1; bits < (nearest ? 1 : 8); bits++)
    sum = WEIR_MAKE (&n->make, "Add", sum, corner (n, lines, bits, flat));
  shape[0] =
      weir_make_slice (&n->make, weir_make_shape_of (&n->make, x),
                       WEIR_MAKE_INTS (&n->make, 0), WEIR_MAKE_INTS (&n->make, 2), 0);
  shape[1] =
      weir_make_slice (&n->make, weir_make_shape_of (&n->make, grid),
                       WEIR_MAKE_INTS (&n->make, 1), WEIR_MAKE_INTS (&n->make, 4), 0);
  return weir_make_reshape_to (
      &n->make, sum,
      weir_make_known (&n->make, weir_make_concat (&n->make, shape, 2, 0)));
}

typedef struct {
  int rank;
  gint64 size[WEIR_MAX_RANK], block[WEIR_MAX_RANK], steps[WEIR_MAX_RANK];
  gint64 strides[WEIR_MAX_RANK], dilations[WEIR_MAX_RANK], pads[2 * WEIR_MAX_RANK];
  gint64 total, places; /* elements of the volume, and of all blocks */
} Blocks;

static gboolean
read_known (OnnxNode *n, WeirPort port, gint64 *values, int count)
{
  WeirTensor *tensor = weir_make_value (&n->make, port);

  if (tensor == NULL || weir_tensor_count (tensor) != (gsize) count)
    return FALSE;
  for (int i = 0; i < count; i++)
    values[i] = weir_tensor_get_int (tensor, (gsize) i);
  return TRUE;
}

/* How often the block fits into each dimension. */
static gboolean
blocks_init (OnnxNode *n, Blocks *b, WeirPort size, WeirPort block)
{
  *b = (Blocks){ .total = 1, .places = 1 };
  b->rank =
      (int) CLAMP (weir_make_shape (&n->make, block)->dims[0], 0, WEIR_MAX_RANK - 2);
  if (!read_known (n, block, b->block, b->rank) ||
      !read_known (n, size, b->size, b->rank))
    return FALSE;
  onnx_spatial_list (n, "strides", b->rank, 1, b->strides);
  onnx_spatial_list (n, "dilations", b->rank, 1, b->dilations);
  onnx_spatial_list (n, "pads", 2 * b->rank, 0, b->pads);
  for (int i = 0; i < b->rank; i++) {
    gint64 room = b->size[i], reach;

    if (b->size[i] < 1 || b->block[i] < 1 || b->strides[i] < 1 || b->dilations[i] < 1 ||
        !weir_add_i64 (room, b->pads[i], &room) ||
        !weir_add_i64 (room, b->pads[i + b->rank], &room) ||
        !weir_mul_i64 (b->block[i] - 1, b->dilations[i], &reach) || room <= reach)
      return FALSE;
    b->steps[i] = (room - reach - 1) / b->strides[i] + 1;
    if (!weir_mul_i64 (b->total, b->size[i], &b->total) ||
        !weir_mul_i64 (b->places, b->steps[i], &b->places) ||
        !weir_mul_i64 (b->places, b->block[i], &b->places) || b->places > MAX_PLACES ||
        b->total > MAX_PLACES)
      return FALSE;
  }
  return TRUE;
}

/* Where element @element of the block lies that begins at step @step; @total if outside.
 */
static gint64
place_of (const Blocks *b, gint64 element, gint64 step)
{
  gint64 place = 0, factor = 1;

  for (int i = b->rank - 1; i >= 0; i--) {
    gint64 at = step % b->steps[i] * b->strides[i] +
                element % b->block[i] * b->dilations[i] - b->pads[i];

    if (at < 0 || at >= b->size[i])
      return b->total;
    place += at * factor;
    factor *= b->size[i];
    step /= b->steps[i];
    element /= b->block[i];
  }
  return place;
}

static WeirPort
all_places (OnnxNode *n, const Blocks *b)
{
  WeirTensor *tensor =
      weir_tensor_new (WEIR_DTYPE_I64, &WEIR_SHAPE (b->places), &n->make.b->error);
  gint64 steps = 1, *values;

  if (tensor == NULL)
    return WEIR_PORT_NONE;
  for (int i = 0; i < b->rank; i++)
    steps *= b->steps[i];
  values = weir_tensor_writable (tensor);
  for (gint64 i = 0; i < b->places; i++)
    values[i] = place_of (b, i / steps, i % steps);
  return weir_make_constant (&n->make, tensor);
}

/* Elements of blocks are added where they lie; those in the padding go to one place
 * behind all, which is cut off. */
WeirPort
onnx_col2im_of_volume (OnnxNode *n, WeirPort x, WeirPort size, WeirPort block)
{
  gint64 dims[WEIR_MAX_RANK] = { 0, 0 }, elements = 1;
  WeirPort parts[2], places, inputs[4];
  WeirNode *node;
  Blocks b;

  if (!blocks_init (n, &b, size, block))
    return weir_make_unsupported (&n->make, "blocks of unknown or impossible size");
  for (int i = 0; i < b.rank; i++) {
    elements *= b.block[i];
    dims[i + 2] = b.size[i];
  }
  x = weir_make_reshape (&n->make, x,
                         (const gint64[]){ 0, -1, elements, b.places / elements }, 4);
  x = weir_make_reshape (&n->make, x, (const gint64[]){ 0, 0, b.places }, 3);
  places = weir_make_broadcast (&n->make, all_places (n, &b),
                                weir_make_shape_of (&n->make, x));
  parts[0] =
      weir_make_slice (&n->make, weir_make_shape_of (&n->make, x),
                       WEIR_MAKE_INTS (&n->make, 0), WEIR_MAKE_INTS (&n->make, 2), 0);
  parts[1] = WEIR_MAKE_INTS (&n->make, b.total + 1);
  inputs[0] = weir_make_broadcast (&n->make, weir_make_scalar (&n->make, x, 0),
                                   weir_make_concat (&n->make, parts, 2, 0));
  inputs[1] = places;
  inputs[2] = x;
  inputs[3] = weir_make_int (&n->make, 2);
  node = weir_make_begin_version (&n->make, "ScatterElementsUpdate", 12, inputs, 4);
  weir_node_set_string (node, "reduction", "sum");
  x = weir_make_slice (&n->make, weir_make_end (&n->make, node),
                       WEIR_MAKE_INTS (&n->make, 0), WEIR_MAKE_INTS (&n->make, b.total),
                       2);
  return weir_make_reshape (&n->make, x, dims, (gsize) b.rank + 2);
}
