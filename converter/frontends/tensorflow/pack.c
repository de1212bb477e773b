#include "pack.h"

#include <string.h>

/* GraphDef and NodeDef in their encoding: what goes to TensorFlow are the file's own
 * bytes. */

enum { VARINT, FIXED64, DELIMITED, FIXED32 = 5 };
enum { GRAPH_NODE = 1, GRAPH_VERSIONS = 4 };
enum { NODE_INPUT = 3, NODE_DEVICE = 4, NODE_ATTR = 5 };

/* One field: all its bytes, and those of its contents where it has a length. */
typedef struct {
  guint number;
  WeirBytes whole, contents;
} Field;

static gboolean
skip_value (WeirBytes *at, guint kind, WeirBytes *contents)
{
  guint64 value;

  *contents = (WeirBytes){ 0 };
  if (kind == VARINT)
    return weir_bytes_varint (at, &value);
  if (kind == DELIMITED)
    return weir_bytes_varint (at, &value) && weir_bytes_take (at, value, contents);
  return (kind == FIXED64 && weir_bytes_skip (at, 8)) ||
         (kind == FIXED32 && weir_bytes_skip (at, 4));
}

static gboolean
next_field (WeirBytes *at, Field *field)
{
  gsize begin = at->pos;
  guint64 tag;

  if (!weir_bytes_varint (at, &tag) || tag >> 3 > G_MAXUINT ||
      !skip_value (at, (guint) (tag & 7), &field->contents))
    return FALSE;
  field->number = (guint) (tag >> 3);
  return weir_bytes_slice (at, begin, at->pos - begin, &field->whole);
}

WeirBytes
tf_pack_find (const WeirBytes *bytes, guint number, gsize nth)
{
  WeirBytes at = WEIR_BYTES (bytes->data, bytes->size);
  Field field;

  while (weir_bytes_left (&at) > 0 && next_field (&at, &field))
    if (field.number == number && nth-- == 0)
      return field.contents;
  return (WeirBytes){ 0 };
}

void
tf_pack_varint (GByteArray *to, guint64 value)
{
  guint8 byte;

  for (; value >= 0x80; value >>= 7) {
    byte = (guint8) (value | 0x80);
    g_byte_array_append (to, &byte, 1);
  }
  byte = (guint8) value;
  g_byte_array_append (to, &byte, 1);
}

static void
put (GByteArray *to, const WeirBytes *bytes)
{
  g_byte_array_append (to, bytes->data, (guint) bytes->size);
}

/* Where nodes are placed is left to TensorFlow: _class names neighbours. */
static gboolean
is_place (const WeirBytes *attr)
{
  static const char key[] = "\012\006_class";

  return attr->size >= sizeof key - 1 && memcmp (attr->data, key, sizeof key - 1) == 0;
}

/* Whether an input names a node that is left out, only to come behind it. */
static gboolean
is_dropped (const WeirBytes *input, GHashTable *names)
{
  g_autofree char *text = g_strndup ((const char *) input->data, input->size);

  return tf_is_control (text) && !g_hash_table_contains (names, text + 1);
}

static gboolean
put_node (GByteArray *to, const WeirBytes *node, GHashTable *names)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  WeirBytes at = WEIR_BYTES (node->data, node->size);
  Field field;

  while (weir_bytes_left (&at) > 0) {
    if (!next_field (&at, &field))
      return FALSE;
    if (field.number == NODE_DEVICE ||
        (field.number == NODE_ATTR && is_place (&field.contents)) ||
        (field.number == NODE_INPUT && is_dropped (&field.contents, names)))
      continue;
    put (body, &field.whole);
  }
  tf_pack_varint (to, GRAPH_NODE << 3 | DELIMITED);
  tf_pack_varint (to, body->len);
  g_byte_array_append (to, body->data, body->len);
  return TRUE;
}

GByteArray *
tf_pack_nodes (const WeirBytes *bytes, GHashTable *wanted, GHashTable *names,
               GError **error)
{
  g_autoptr (GByteArray) graph = g_byte_array_new ();
  WeirBytes at = WEIR_BYTES (bytes->data, bytes->size);
  guint number = 0, found = 0;
  Field field;

  while (weir_bytes_left (&at) > 0) {
    if (!next_field (&at, &field))
      break;
    if (field.number == GRAPH_VERSIONS)
      put (graph, &field.whole);
    if (field.number != GRAPH_NODE)
      continue;
    if (g_hash_table_contains (wanted, GUINT_TO_POINTER (number)) &&
        put_node (graph, &field.contents, names))
      found++;
    number++;
  }
  if (found == g_hash_table_size (wanted))
    return g_steal_pointer (&graph);
  weir_fail (error, WEIR_ERROR_FORMAT,
             "expected %u nodes for TensorFlow in the encoded graph, found %u",
             g_hash_table_size (wanted), found);
  return NULL;
}
