#include "chain.h"

#include <string.h>

/* Elements from the beginning of the memory to (0,0,0,0), if the memory begins with row
 * @base. */
static gssize
element_offset (const WeirValue *value, gssize base)
{
  return (gssize) (value->layout.left * value->layout.block) - base * (gssize) value->row;
}

static guint8 *
memory_of (const WeirValue *value, void *data, gssize base)
{
  return (guint8 *) data -
         element_offset (value, base) * (gssize) weir_value_element (value);
}

static gsize
planes_of (const WeirValue *value)
{
  gsize block = value->layout.block;

  return ((gsize) value->shape.dims[1] + block - 1) / block;
}

/* The border before the image, and those at both ends of all rows that there is memory
 * for: rows that move take theirs along. */
void
weir_ring_begin (const WeirValue *value, void *data)
{
  const WeirLayout *l = &value->layout;
  gsize size = weir_value_element (value), row = value->row * size;
  gsize left = l->left * l->block * size, right = l->right * l->block * size;
  guint8 *memory = memory_of (value, data, -(gssize) l->top);
  int zero = weir_value_zero (value);

  for (gsize i = 0; i < planes_of (value); i++) {
    guint8 *plane = memory + i * value->plane * size;

    memset (plane, zero, l->top * row);
    for (gsize y = 0; left + right > 0 && y < value->ring; y++) {
      memset (plane + y * row, zero, left);
      memset (plane + (y + 1) * row - right, zero, right);
    }
  }
}

void *
weir_ring_move (const WeirValue *value, void *data, gssize from, const WeirPart *part)
{
  gsize size = weir_value_element (value), row = value->row * size;
  gsize kept = (gsize) ((gssize) part->first - part->base);
  gboolean last = part->first + part->count == (gsize) value->shape.dims[2];
  guint8 *memory = memory_of (value, data, from);

  for (gsize i = 0; i < planes_of (value); i++) {
    guint8 *plane = memory + i * value->plane * size;

    if (part->base != from)
      memmove (plane, plane + (gsize) (part->base - from) * row, kept * row);
    if (last)
      memset (plane + (kept + part->count) * row, weir_value_zero (value),
              value->layout.bottom * row);
  }
  return memory + element_offset (value, part->base) * (gssize) size;
}
