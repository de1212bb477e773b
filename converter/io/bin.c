#include "bin.h"

#include "base/checked.h"
#include "base/error.h"

#include <string.h>

/* So that a BIN can be mapped and its constants used where they lie. */
#define ALIGNMENT 64

/* What blobs are compared by: the size, then a hash, then all bytes. */
typedef struct {
  guint64 hash;
  gboolean is_hashed;
  WeirTensor *value;
  gsize offset;
} Known;

struct _IrBlobs {
  GPtrArray *all;     /* Known */
  GHashTable *firsts; /* Known: the first of each size, hashed once there is another */
  GHashTable *hashed; /* Known */
  GArray *list;       /* IrBlob */
  gsize size;
  guint64 seed;
};

static guint
known_hash (gconstpointer data)
{
  const Known *known = data;

  return (guint) (known->hash >> 32);
}

static gboolean
known_equal (gconstpointer a, gconstpointer b)
{
  const Known *x = a, *y = b;
  gsize size = weir_tensor_size (x->value);
  const void *xd = weir_tensor_data (x->value), *yd = weir_tensor_data (y->value);

  return x->hash == y->hash && size == weir_tensor_size (y->value) &&
         (size == 0 || xd == yd || memcmp (xd, yd, size) == 0);
}

static guint
size_hash (gconstpointer data)
{
  return (guint) (weir_tensor_size (((const Known *) data)->value) * 2654435761u);
}

static gboolean
size_equal (gconstpointer a, gconstpointer b)
{
  return weir_tensor_size (((const Known *) a)->value) ==
         weir_tensor_size (((const Known *) b)->value);
}

static void
known_free (gpointer data)
{
  Known *known = data;

  weir_tensor_unref (known->value);
  g_free (known);
}

IrBlobs *
ir_blobs_new (void)
{
  IrBlobs *blobs = g_new0 (IrBlobs, 1);

  blobs->firsts = g_hash_table_new (size_hash, size_equal);
  blobs->hashed = g_hash_table_new (known_hash, known_equal);
  blobs->all = g_ptr_array_new_with_free_func (known_free);
  blobs->list = g_array_new (FALSE, FALSE, sizeof (IrBlob));
  /* Nobody can write a model whose constants all collide. */
  blobs->seed = (guint64) g_random_int () << 32 | g_random_int ();
  return blobs;
}

void
ir_blobs_free (IrBlobs *blobs)
{
  if (blobs == NULL)
    return;
  g_hash_table_unref (blobs->firsts);
  g_hash_table_unref (blobs->hashed);
  g_ptr_array_unref (blobs->all);
  g_array_unref (blobs->list);
  g_free (blobs);
}

static guint64
mix (guint64 hash, guint64 word)
{
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 29;
}

#define LANES 4

/* Several hashes side by side: each waits for its own multiplications only. */
static guint64
hash_bytes (guint64 seed, const guint8 *data, gsize size)
{
  guint64 lanes[LANES], words[LANES];
  gsize at = 0;

  for (guint i = 0; i < LANES; i++)
    lanes[i] = mix (seed + i, size);
  for (; size - at >= sizeof words; at += sizeof words) {
    memcpy (words, data + at, sizeof words);
    for (guint i = 0; i < LANES; i++)
      lanes[i] = mix (lanes[i], words[i]);
  }
  memset (words, 0, sizeof words);
  if (at < size)
    memcpy (words, data + at, size - at);
  for (guint i = 0; i < LANES; i++)
    lanes[0] = mix (lanes[0], mix (lanes[i], words[i]));
  return lanes[0];
}

static void
add_hash (IrBlobs *blobs, Known *known)
{
  known->hash = hash_bytes (blobs->seed, weir_tensor_data (known->value),
                            weir_tensor_size (known->value));
  known->is_hashed = TRUE;
}

/* (nullable): one with the contents of @key, which is hashed if others have its size. */
static const Known *
find (IrBlobs *blobs, Known *key)
{
  Known *first = g_hash_table_lookup (blobs->firsts, key);

  if (first == NULL)
    return NULL;
  if (!first->is_hashed) {
    add_hash (blobs, first);
    g_hash_table_add (blobs->hashed, first);
  }
  add_hash (blobs, key);
  return g_hash_table_lookup (blobs->hashed, key);
}

gboolean
ir_blobs_add (IrBlobs *blobs, WeirTensor *value, gsize *offset, GError **error)
{
  Known key = { .value = value };
  const Known *known = find (blobs, &key);
  IrBlob blob = { .value = value };
  Known *added;

  if (known != NULL) {
    *offset = known->offset;
    return TRUE;
  }
  if (!weir_align_size (blobs->size, ALIGNMENT, &blob.offset) ||
      !weir_add_size (blob.offset, weir_tensor_size (value), &blobs->size))
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "the constants are too large for one file");
  added = g_memdup2 (&key, sizeof key);
  weir_tensor_ref (value);
  added->offset = *offset = blob.offset;
  g_ptr_array_add (blobs->all, added);
  g_hash_table_add (added->is_hashed ? blobs->hashed : blobs->firsts, added);
  g_array_append_val (blobs->list, blob);
  return TRUE;
}

gsize
ir_blobs_size (const IrBlobs *blobs)
{
  return blobs->size;
}

const IrBlob *
ir_blobs_list (const IrBlobs *blobs, guint *n)
{
  *n = blobs->list->len;
  return (const IrBlob *) blobs->list->data;
}

GBytes *
ir_blobs_bytes (const IrBlobs *blobs, GError **error)
{
  guint8 *data = weir_try_alloc (blobs->size, error);

  if (data == NULL)
    return NULL;
  for (guint i = 0; i < blobs->list->len; i++) {
    const IrBlob *blob = &g_array_index (blobs->list, IrBlob, i);

    if (weir_tensor_size (blob->value) > 0)
      memcpy (data + blob->offset, weir_tensor_data (blob->value),
              weir_tensor_size (blob->value));
  }
  return g_bytes_new_with_free_func (data, blobs->size, weir_free, data);
}
