#include "read.h"

#include <stdlib.h>

static int
compare_ids (const void *a, const void *b)
{
  guint64 x = ((const IrId *) a)->id, y = ((const IrId *) b)->id;

  return (x > y) - (x < y);
}

const IrId *
ir_ids_sort (IrIds *ids)
{
  gboolean sorted = TRUE;

  for (guint i = 1; sorted && i < ids->n; i++)
    sorted = ids->items[i - 1].id < ids->items[i].id;
  if (sorted)
    return NULL;
  qsort (ids->items, ids->n, sizeof *ids->items, compare_ids);
  for (guint i = 1; i < ids->n; i++)
    if (ids->items[i - 1].id == ids->items[i].id)
      return &ids->items[i - (ids->items[i].index < ids->items[i - 1].index)];
  return NULL;
}

const IrId *
ir_ids_find (const IrIds *ids, guint64 id)
{
  IrId key = { .id = id };

  /* Ports and layers are nearly always numbered without gaps. */
  if (id < ids->n && ids->items[id].id == id)
    return &ids->items[id];
  return ids->n > 0 ? bsearch (&key, ids->items, ids->n, sizeof *ids->items, compare_ids)
                    : NULL;
}

void
ir_ids_clear (IrIds *ids)
{
  g_free (ids->items);
  *ids = (IrIds){ 0 };
}
