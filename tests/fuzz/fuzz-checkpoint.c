#include "../frontends/table-writer.h"
#include "frontends/tensorflow/checkpoint.h"
#include "frontends/tensorflow/sstable.h"
#include "fuzz.h"

#include <string.h>

/* Input: a byte that tells the kind; for a bundle, the length of its data in two bytes
 * and the data; then a table, or what stands in its one block: a writer adds checksums,
 * which random bytes would never find. Every tensor of the table is read. */

enum { BUNDLE = 1, WHOLE_TABLE = 2, PACKED = 4 };

static void
add_part (GPtrArray *parts, GBytes *bytes, const char *name)
{
  g_ptr_array_add (parts, weir_source_new (bytes, name));
}

static void
read_tensor (TfCheckpoint *checkpoint, const char *name)
{
  g_autoptr (GError) error = NULL;
  WeirTensor *tensor = tf_checkpoint_tensor (checkpoint, name, &error);

  if ((tensor == NULL) == (error == NULL))
    g_error ("a tensor and an error, or none of both");
  weir_tensor_unref (tensor);
  tf_checkpoint_key (checkpoint, name);
}

/* The first version lists its tensors in the entry without a name. */
static void
read_listed (TfCheckpoint *checkpoint, GBytes *list)
{
  TfFile file;

  if (tf_file_read (&file, list, &tf__saved_tensor_slices__descriptor, FALSE, NULL)) {
    const Tf__SavedTensorSlices *slices = weir_wire_message (file.wire);

    for (gsize i = 0; slices->meta != NULL && i < slices->meta->n_tensor; i++)
      if (slices->meta->tensor[i]->name != NULL)
        read_tensor (checkpoint, slices->meta->tensor[i]->name);
  }
  tf_file_clear (&file);
}

static void
read_tensors (TfCheckpoint *checkpoint, GBytes *table)
{
  g_autoptr (GHashTable) entries = NULL;
  GHashTableIter iter;
  WeirBudget budget;
  gpointer key, value;

  weir_budget_init (&budget, g_bytes_get_size (table));
  entries = weir_table_read (table, &budget, NULL);
  if (entries == NULL)
    g_error ("a table that the checkpoint has, and that cannot be read");
  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    gsize size;
    const char *data = g_bytes_get_data (key, &size);
    g_autofree char *name = size > 0 ? g_strndup (data, size) : NULL;

    if (name != NULL)
      read_tensor (checkpoint, name);
    else
      read_listed (checkpoint, value);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  WeirBytes input = WEIR_BYTES (data, size), values = { 0 };
  g_autoptr (GPtrArray) parts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_source_unref);
  g_autoptr (WeirFolder) folder = NULL;
  g_autoptr (GByteArray) block = g_byte_array_new ();
  g_autoptr (GBytes) table = NULL;
  g_autoptr (GBytes) contents = NULL;
  g_autoptr (GError) error = NULL;
  TfCheckpoint *checkpoint;
  guint16 length = 0;
  guint8 kind;

  if (!weir_bytes_u8 (&input, &kind) ||
      ((kind & BUNDLE) != 0 &&
       (!weir_bytes_u16 (&input, &length) || !weir_bytes_take (&input, length, &values))))
    return 0;
  table_put (block, data + input.pos, weir_bytes_left (&input));
  table = (kind & WHOLE_TABLE) != 0 ? g_bytes_new (block->data, block->len)
                                    : table_make (block, (kind & PACKED) != 0);
  contents = g_bytes_new (values.data, values.size);
  add_part (parts, table, (kind & BUNDLE) != 0 ? "c.index" : "c");
  add_part (parts, contents, "c.data-00000-of-00001");
  folder = weir_folder_new_parts (parts, "fuzz");
  checkpoint = tf_checkpoint_open (folder, "c", &error);
  if ((checkpoint == NULL) == (error == NULL))
    g_error ("a checkpoint and an error, or none of both");
  if (checkpoint != NULL)
    read_tensors (checkpoint, table);
  tf_checkpoint_free (checkpoint);
  return 0;
}
