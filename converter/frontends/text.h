#pragma once

#include "base/bytes.h"
#include "base/limits.h"

#include <protobuf-c/protobuf-c.h>

WEIR_BEGIN_DECLS

/**
 * SECTION: text
 *
 * The text format of protobuf (.prototxt, .pbtxt), over any schema: it is rewritten in
 * the binary encoding, which weir_wire_read() then takes like that of any file. So text
 * and binary go one way.
 */

/** WEIR_TEXT_UNKNOWN: a message whose schema has a field of this name (repeated bytes)
 * keeps fields that the schema does not know: each as its text, "name { … }". */
#define WEIR_TEXT_UNKNOWN "unknown_text"

/**
 * weir_text_encode: (transfer full):
 * @text: the whole text; @text->pos is where reading begins
 * @type: what it is
 * @unknown: (nullable) (element-type utf8): where to tell the fields that the schema does
 *   not know and that no field of the message keeps, as "layer.foo_param (line 12)"
 *
 * Returns: the same message in binary; %NULL with %WEIR_ERROR_FORMAT and the line and
 * column of what is wrong.
 */
GBytes *weir_text_encode (const WeirBytes *text, const ProtobufCMessageDescriptor *type,
                          GPtrArray *unknown, GError **error);

/** WeirTextKind: what stands next in a text. */
typedef enum {
  WEIR_TEXT_END,
  WEIR_TEXT_NAME,   /* a word, or a number with a sign or without */
  WEIR_TEXT_STRING, /* in quotes */
  WEIR_TEXT_SIGN,   /* one of : { } < > [ ] , ; */
} WeirTextKind;

/**
 * WeirTextToken:
 * @kind: what it is
 * @sign: the character of a sign
 * @begin, @end: where it stands in the text, quotes included
 * @line, @column: the same for people, from 1
 */
typedef struct {
  WeirTextKind kind;
  char sign;
  gsize begin, end;
  guint line, column;
} WeirTextToken;

/**
 * WeirTextReader:
 * @bytes: the text
 * @token: what stands next
 *
 * The words of a text, for those who read it without a schema.
 */
typedef struct {
  WeirBytes bytes;
  WeirTextToken token;
  guint line;
  gsize line_begin;
} WeirTextReader;

/** weir_text_reader_init: @token is the first; fails on what is no token. */
gboolean weir_text_reader_init (WeirTextReader *reader, const WeirBytes *text,
                                GError **error);
/** weir_text_next: goes on to the next token. */
gboolean weir_text_next (WeirTextReader *reader, GError **error);
/** weir_text_is: whether the token is the sign @sign. */
gboolean weir_text_is (const WeirTextReader *reader, char sign);
/** weir_text_word: (transfer full): the token's own text. */
char *weir_text_word (const WeirTextReader *reader);
/** weir_text_string: appends what the string token stands for, escapes resolved. */
gboolean weir_text_string (const WeirTextReader *reader, GByteArray *to, GError **error);
/** weir_text_skip_value: goes behind the value of a field: a scalar, a list or a message,
 * with the colon before it. */
gboolean weir_text_skip_value (WeirTextReader *reader, GError **error);
/** weir_text_fail: sets an error that names the token's line and column. Returns %FALSE.
 */
gboolean weir_text_fail (const WeirTextReader *reader, GError **error, const char *format,
                         ...) G_GNUC_PRINTF (3, 4);

WEIR_END_DECLS
