#pragma once

#include "tensorflow.h"

/**
 * SECTION: pack
 *
 * Graphs in their encoding, for what has to go on as the file has it.
 */

/** tf_pack_find: the contents of field @number, which is a message, of the encoded
 * message
 * @bytes, where it stands the @nth time; empty where it does not. */
WeirBytes tf_pack_find (const WeirBytes *bytes, guint number, gsize nth);
void tf_pack_varint (GByteArray *to, guint64 value);
/** tf_pack_nodes: (transfer full): a GraphDef of some nodes of the encoded graph @bytes,
 * without devices, and without dependencies on what is left out.
 * @wanted: a set of the numbers of these nodes
 * @names: a set of their names */
GByteArray *tf_pack_nodes (const WeirBytes *bytes, GHashTable *wanted, GHashTable *names,
                           GError **error);
