#include "flatbuf-writer.h"

#include <string.h>

/* Everything is written front to back: a table, then what its fields lead to. Each field
 * takes eight bytes, so that all are aligned. */

#define FIELD     8
#define ALIGNMENT 16

typedef struct {
  guint slot;
  guint8 bytes[FIELD];
  FlatNode *child;
} Field;

typedef enum { KIND_TABLE, KIND_VECTOR, KIND_LIST } Kind;

struct _FlatNode {
  Kind kind;
  GArray *fields;      /* Field, of a table */
  GPtrArray *children; /* FlatNode, of a list */
  guint8 *data;        /* of a vector */
  gsize size;
  guint32 count;
};

void
flat_free (FlatNode *node)
{
  if (node == NULL)
    return;
  for (guint i = 0; node->fields != NULL && i < node->fields->len; i++)
    flat_free (g_array_index (node->fields, Field, i).child);
  g_clear_pointer (&node->fields, g_array_unref);
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_free (node->data);
  g_free (node);
}

FlatNode *
flat_table (void)
{
  FlatNode *node = g_new0 (FlatNode, 1);

  node->fields = g_array_new (FALSE, TRUE, sizeof (Field));
  return node;
}

static FlatNode *
set (FlatNode *table, guint slot, const void *bytes, gsize size, FlatNode *child)
{
  Field field = { .slot = slot, .child = child };

  g_assert_cmpint (table->kind, ==, KIND_TABLE);
  memcpy (field.bytes, bytes, size);
  g_array_append_val (table->fields, field);
  return table;
}

FlatNode *
flat_set_u8 (FlatNode *table, guint slot, guint8 value)
{
  return set (table, slot, &value, sizeof value, NULL);
}

FlatNode *
flat_set_i32 (FlatNode *table, guint slot, gint32 value)
{
  value = GINT32_TO_LE (value);
  return set (table, slot, &value, sizeof value, NULL);
}

FlatNode *
flat_set_u64 (FlatNode *table, guint slot, guint64 value)
{
  value = GUINT64_TO_LE (value);
  return set (table, slot, &value, sizeof value, NULL);
}

FlatNode *
flat_set_f32 (FlatNode *table, guint slot, float value)
{
  gint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return flat_set_i32 (table, slot, bits);
}

FlatNode *
flat_set (FlatNode *table, guint slot, FlatNode *child)
{
  return child != NULL ? set (table, slot, "", 0, child) : table;
}

static FlatNode *
vector (const void *data, gsize element, gsize n)
{
  FlatNode *node = g_new0 (FlatNode, 1);

  node->kind = KIND_VECTOR;
  node->data = g_memdup2 (data, element * n);
  node->size = element * n;
  node->count = (guint32) n;
  return node;
}

FlatNode *
flat_string (const char *text)
{
  FlatNode *node = vector (text, 1, strlen (text) + 1);

  node->count--;
  return node;
}

FlatNode *
flat_ints (const gint32 *values, gsize n)
{
  return vector (values, sizeof *values, n);
}

FlatNode *
flat_longs (const gint64 *values, gsize n)
{
  return vector (values, sizeof *values, n);
}

FlatNode *
flat_floats (const float *values, gsize n)
{
  return vector (values, sizeof *values, n);
}

FlatNode *
flat_bytes (const void *data, gsize size)
{
  return vector (data, 1, size);
}

FlatNode *
flat_list (void)
{
  FlatNode *node = g_new0 (FlatNode, 1);

  node->kind = KIND_LIST;
  node->children = g_ptr_array_new_with_free_func ((GDestroyNotify) flat_free);
  return node;
}

guint
flat_append (FlatNode *list, FlatNode *child)
{
  g_assert_cmpint (list->kind, ==, KIND_LIST);
  g_ptr_array_add (list->children, child);
  return list->children->len - 1;
}

guint
flat_length (const FlatNode *list)
{
  return list->children->len;
}

static void
put (GByteArray *out, guint64 value, guint size)
{
  value = GUINT64_TO_LE (value);
  g_byte_array_append (out, (const guint8 *) &value, size);
}

/* Fills up with zeros until @ahead bytes more are aligned. */
static void
align (GByteArray *out, gsize ahead)
{
  while ((out->len + ahead) % ALIGNMENT != 0)
    put (out, 0, 1);
}

static void
patch (GByteArray *out, gsize at, gsize target)
{
  guint32 offset = GUINT32_TO_LE ((guint32) (target - at));

  memcpy (out->data + at, &offset, sizeof offset);
}

static gsize write_node (GByteArray *out, const FlatNode *node);

/* vtable: its size, the table's size, an offset a slot; the table begins with the way
 * back. */
static gsize
write_table (GByteArray *out, const FlatNode *node)
{
  guint16 offsets[256] = { 0 };
  guint n_slots = 0, n = node->fields->len;
  gsize at, vtable;

  for (guint i = 0; i < n; i++) {
    const Field *field = &g_array_index (node->fields, Field, i);

    g_assert_cmpuint (field->slot, <, G_N_ELEMENTS (offsets));
    offsets[field->slot] = (guint16) (FIELD * (i + 1));
    n_slots = MAX (n_slots, field->slot + 1);
  }
  align (out, 0);
  vtable = out->len;
  put (out, 4 + 2 * n_slots, 2);
  put (out, FIELD * (n + 1), 2);
  for (guint i = 0; i < n_slots; i++)
    put (out, offsets[i], 2);
  align (out, 0);
  at = out->len;
  put (out, at - vtable, FIELD);
  for (guint i = 0; i < n; i++)
    g_byte_array_append (out, g_array_index (node->fields, Field, i).bytes, FIELD);
  for (guint i = 0; i < n; i++) {
    const Field *field = &g_array_index (node->fields, Field, i);

    if (field->child != NULL)
      patch (out, at + FIELD * (i + 1), write_node (out, field->child));
  }
  return at;
}

static gsize
write_list (GByteArray *out, const FlatNode *node)
{
  gsize at;

  align (out, 4);
  at = out->len;
  put (out, node->children->len, 4);
  for (guint i = 0; i < node->children->len; i++)
    put (out, 0, 4);
  for (guint i = 0; i < node->children->len; i++)
    patch (out, at + 4 + 4 * i, write_node (out, node->children->pdata[i]));
  return at;
}

static gsize
write_node (GByteArray *out, const FlatNode *node)
{
  gsize at;

  if (node->kind == KIND_TABLE)
    return write_table (out, node);
  if (node->kind == KIND_LIST)
    return write_list (out, node);
  align (out, 4);
  at = out->len;
  put (out, node->count, 4);
  if (node->size > 0)
    g_byte_array_append (out, node->data, (guint) node->size);
  return at;
}

GBytes *
flat_finish (FlatNode *root, const char *identifier)
{
  GByteArray *out = g_byte_array_new ();

  put (out, 0, 4);
  g_byte_array_append (out, (const guint8 *) identifier, 4);
  patch (out, 0, write_node (out, root));
  flat_free (root);
  return g_byte_array_free_to_bytes (out);
}
