#pragma once

#include <glib.h>

/* A tiny writer of protobuf messages, for models made by tests. */

void encode_varint (GByteArray *to, guint64 value);
void encode_int (GByteArray *to, guint field, gint64 value);
void encode_float (GByteArray *to, guint field, float value);
void encode_text (GByteArray *to, guint field, const char *text);
void encode_bytes (GByteArray *to, guint field, gconstpointer data, gsize size);
/** encode_message: @message: (transfer full) */
void encode_message (GByteArray *to, guint field, GByteArray *message);
