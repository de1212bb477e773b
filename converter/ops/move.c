#include "move.h"

#include <string.h>

void
weir_move_loop (WeirMove *move, gint64 count, gint64 from, gint64 to)
{
  guint last = move->n - 1;

  if (count == 1)
    return;
  if (move->n > 0 && move->from[last] == from * count && move->to[last] == to * count) {
    move->count[last] *= count;
    move->from[last] = from;
    move->to[last] = to;
    return;
  }
  g_return_if_fail (move->n < WEIR_MOVE_LOOPS);
  move->count[move->n] = count;
  move->from[move->n] = from;
  move->to[move->n] = to;
  move->n++;
}

#define COPY_STEPS(bytes)            \
  for (gint64 i = 0; i < count; i++) \
  memcpy (to + i * to_step * (bytes), from + i * from_step * (bytes), bytes)

/* Constant sizes make each memcpy one load and one store, whatever the alignment. */
static void
copy_steps (gsize size, const guint8 *from, gint64 from_step, guint8 *to, gint64 to_step,
            gint64 count)
{
  if (from_step == 1 && to_step == 1)
    memcpy (to, from, (gsize) count * size);
  else if (size == 1)
    COPY_STEPS (1);
  else if (size == 2)
    COPY_STEPS (2);
  else if (size == 4)
    COPY_STEPS (4);
  else
    COPY_STEPS (8);
}

/* Elements narrower than a byte. */
static void
copy_packed (WeirDtype dtype, const void *from, gint64 from_at, gint64 from_step,
             void *to, gint64 to_at, gint64 to_step, gint64 count)
{
  for (gint64 i = 0; i < count; i++)
    weir_dtype_store_int (
        dtype, to, (gsize) (to_at + i * to_step),
        weir_dtype_load_int (dtype, from, (gsize) (from_at + i * from_step)));
}

/* To the next round of the outer loops; FALSE after the last. */
static gboolean
advance (const WeirMove *move, guint outer, gint64 *at, gint64 *from, gint64 *to)
{
  for (guint i = outer; i-- > 0;) {
    *from += move->from[i];
    *to += move->to[i];
    if (++at[i] < move->count[i])
      return TRUE;
    *from -= move->from[i] * move->count[i];
    *to -= move->to[i] * move->count[i];
    at[i] = 0;
  }
  return FALSE;
}

void
weir_move_run (const WeirMove *move, const WeirTensor *from, gint64 from_start,
               WeirTensor *to, gint64 to_start)
{
  WeirDtype dtype = weir_tensor_dtype (to);
  gint64 size = (gint64) weir_dtype_size (dtype);
  guint outer = move->n > 0 ? move->n - 1 : 0;
  gint64 count = move->n > 0 ? move->count[outer] : 1;
  gint64 from_step = move->n > 0 ? move->from[outer] : 1;
  gint64 to_step = move->n > 0 ? move->to[outer] : 1;
  gint64 at[WEIR_MOVE_LOOPS] = { 0 };
  const guint8 *source = weir_tensor_data (from);
  guint8 *target = weir_tensor_writable (to);

  for (guint i = 0; i < move->n; i++)
    if (move->count[i] <= 0)
      return;
  do {
    if (size == 0)
      copy_packed (dtype, source, from_start, from_step, target, to_start, to_step,
                   count);
    else
      copy_steps ((gsize) size, source + from_start * size, from_step,
                  target + to_start * size, to_step, count);
  } while (advance (move, outer, at, &from_start, &to_start));
}

void
weir_move_fill (const WeirTensor *from, WeirTensor *to)
{
  WeirMove move = { 0 };

  weir_move_loop (&move, (gint64) weir_tensor_count (to), 0, 1);
  weir_move_run (&move, from, 0, to, 0);
}

void
weir_move_steps (const WeirShape *shape, gint64 steps[WEIR_MAX_RANK])
{
  gsize strides[WEIR_MAX_RANK];

  weir_shape_strides (shape, strides);
  for (int i = 0; i < shape->rank; i++)
    steps[i] = (gint64) strides[i];
}
