#include "parts.h"

#define MAX_PARTS 256

static void
drop_first (OffloadParts *parts)
{
  OffloadPart part = g_array_index (parts->list, OffloadPart, 0);

  g_array_remove_index (parts->list, 0);
  parts->drop (parts->data, part.made);
  weir_tensor_unref (part.part);
}

gpointer
offload_parts_find (OffloadParts *parts, const WeirTensor *part)
{
  for (guint i = 0; parts->list != NULL && i < parts->list->len; i++)
    if (g_array_index (parts->list, OffloadPart, i).part == part)
      return g_array_index (parts->list, OffloadPart, i).made;
  return NULL;
}

void
offload_parts_add (OffloadParts *parts, WeirTensor *part, gpointer made)
{
  OffloadPart entry = { weir_tensor_ref (part), made };

  if (parts->list == NULL)
    parts->list = g_array_new (FALSE, FALSE, sizeof (OffloadPart));
  if (parts->list->len == MAX_PARTS)
    drop_first (parts);
  g_array_append_val (parts->list, entry);
}

void
offload_parts_clear (OffloadParts *parts)
{
  while (parts->list != NULL && parts->list->len > 0)
    drop_first (parts);
}
