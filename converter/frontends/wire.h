#pragma once

#include "base/bytes.h"
#include "base/limits.h"

#include <protobuf-c/protobuf-c.h>

WEIR_BEGIN_DECLS

/**
 * SECTION: wire
 *
 * The one door to protobuf-c's unpacker, which by itself recurses without a bound, merges
 * repeated sub-messages in quadratic time, and takes a hundred times the size of a file
 * that is made of empty messages. Before it may run, the encoding is walked without
 * recursion: nesting, names, wire types and the memory that unpacking will take are
 * checked.
 *
 * Unknown fields are left out. Fields of type `bytes` are never copied: in the unpacked
 * message each holds only a reference, which weir_wire_slice() resolves.
 */

/**
 * WeirWire:
 *
 * An unpacked message and the memory that it lives in.
 */
typedef struct _WeirWire WeirWire;

/**
 * weir_wire_read: (constructor):
 * @bytes: one encoded message; must outlive the result
 * @type: what it is
 * @body: (nullable): the message that stands for a sub-graph; at most
 *   %WEIR_MAX_BODY_DEPTH of these may be nested
 *
 * Returns: (transfer full) (nullable): %NULL with %WEIR_ERROR_FORMAT where the encoding
 * is broken, or %WEIR_ERROR_LIMIT where it asks for too much.
 */
WeirWire *weir_wire_read (WeirBytes bytes, const ProtobufCMessageDescriptor *type,
                          const ProtobufCMessageDescriptor *body, GError **error);
void weir_wire_free (WeirWire *wire);

/** weir_wire_message: (transfer none): the unpacked message, of the type asked for. */
const void *weir_wire_message (const WeirWire *wire);

/**
 * weir_wire_slice:
 * @field: a `bytes` field of the message
 * @offset: (out): where its contents begin in the source
 * @size: (out): how many bytes they are; 0 for a field that is not there
 */
void weir_wire_slice (const WeirWire *wire, const ProtobufCBinaryData *field,
                      gsize *offset, gsize *size);

/** weir_wire_text: (transfer full): the contents of a `bytes` field as text; %NULL with
 * an error where they are not UTF-8 or longer than @limit. */
char *weir_wire_text (const WeirWire *wire, const ProtobufCBinaryData *field, gsize limit,
                      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirWire, weir_wire_free)

WEIR_END_DECLS
