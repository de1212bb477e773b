#include "base/error.h"
#include "text.h"

#include <string.h>

/* The words of protobuf's text format (protobuf.dev, "Text Format Language
 * Specification"). */

gboolean
weir_text_fail (const WeirTextReader *reader, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  return weir_fail (error, WEIR_ERROR_FORMAT, "line %u, column %u: %s",
                    reader->token.line, reader->token.column, message);
}

static gboolean
is_word (guint8 c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '.';
}

/* A sign in front of digits, and behind the E of an exponent. */
static gboolean
is_number_sign (const WeirBytes *b, gsize at, gboolean in_number)
{
  guint8 before = at > 0 ? b->data[at - 1] : 0;

  return (b->data[at] == '-' || b->data[at] == '+') && in_number &&
         (before == 'e' || before == 'E');
}

static void
skip_blanks (WeirTextReader *reader)
{
  WeirBytes *b = &reader->bytes;

  while (b->pos < b->size) {
    guint8 c = b->data[b->pos];

    if (c == '#') {
      while (b->pos < b->size && b->data[b->pos] != '\n')
        b->pos++;
    } else if (c == '\n') {
      reader->line++;
      reader->line_begin = ++b->pos;
    } else if (g_ascii_isspace (c)) {
      b->pos++;
    } else {
      return;
    }
  }
}

static gboolean
read_string (WeirTextReader *reader, guint8 quote, GError **error)
{
  WeirBytes *b = &reader->bytes;

  for (b->pos++; b->pos < b->size && b->data[b->pos] != '\n'; b->pos++) {
    if (b->data[b->pos] == '\\' && b->pos + 1 < b->size) {
      b->pos++;
    } else if (b->data[b->pos] == quote) {
      reader->token.kind = WEIR_TEXT_STRING;
      reader->token.end = ++b->pos;
      return TRUE;
    }
  }
  return weir_text_fail (reader, error, "the string does not end");
}

static void
read_word (WeirTextReader *reader)
{
  WeirBytes *b = &reader->bytes;
  guint8 first = b->data[b->pos];
  gboolean in_number = g_ascii_isdigit (first) || first == '.' || first == '-';

  b->pos++;
  while (b->pos < b->size &&
         (is_word (b->data[b->pos]) || is_number_sign (b, b->pos, in_number)))
    b->pos++;
  reader->token.kind = WEIR_TEXT_NAME;
  reader->token.end = b->pos;
}

gboolean
weir_text_next (WeirTextReader *reader, GError **error)
{
  WeirBytes *b = &reader->bytes;
  guint8 c;

  skip_blanks (reader);
  reader->token = (WeirTextToken){ .begin = b->pos,
                                   .end = b->pos,
                                   .line = reader->line,
                                   .column = (guint) (b->pos - reader->line_begin) + 1 };
  if (b->pos == b->size)
    return TRUE;
  c = b->data[b->pos];
  if (c == '"' || c == '\'')
    return read_string (reader, c, error);
  if (is_word (c) || c == '-') {
    read_word (reader);
    return TRUE;
  }
  if (c == 0 || strchr (":{}<>[],;", c) == NULL)
    return weir_text_fail (reader, error, "unexpected character 0x%02x", c);
  reader->token.kind = WEIR_TEXT_SIGN;
  reader->token.sign = (char) c;
  reader->token.end = ++b->pos;
  return TRUE;
}

gboolean
weir_text_reader_init (WeirTextReader *reader, const WeirBytes *text, GError **error)
{
  *reader = (WeirTextReader){ .bytes = *text, .line = 1, .line_begin = text->pos };
  return weir_text_next (reader, error);
}

gboolean
weir_text_is (const WeirTextReader *reader, char sign)
{
  return reader->token.kind == WEIR_TEXT_SIGN && reader->token.sign == sign;
}

char *
weir_text_word (const WeirTextReader *reader)
{
  const WeirTextToken *token = &reader->token;

  return g_strndup ((const char *) reader->bytes.data + token->begin,
                    MIN (token->end - token->begin, WEIR_MAX_NAME));
}

/* What a backslash and one letter stand for. */
static const char simple_escapes[][2] = {
  { 'a', '\a' },  { 'b', '\b' },  { 'f', '\f' }, { 'n', '\n' },
  { 'r', '\r' },  { 't', '\t' },  { 'v', '\v' }, { '?', '?' },
  { '\\', '\\' }, { '\'', '\'' }, { '"', '"' },
};

/* Digits of @base at @at, at most @most of them; how many there are. */
static gsize
read_digits (const guint8 *at, gsize left, guint base, gsize most, guint *value)
{
  gsize n = 0;

  *value = 0;
  while (n < most && n < left) {
    int digit = g_ascii_xdigit_value ((char) at[n]);

    if (digit < 0 || (guint) digit >= base)
      break;
    *value = *value * base + (guint) digit;
    n++;
  }
  return n;
}

/* The escape behind a backslash at @at; how many bytes it takes, 0 if it is none. */
static gsize
read_escape (const guint8 *at, gsize left, GByteArray *to)
{
  gboolean hex = left > 0 && (at[0] == 'x' || at[0] == 'X');
  gsize used;
  guint value;
  guint8 byte;

  for (guint i = 0; left > 0 && i < G_N_ELEMENTS (simple_escapes); i++)
    if (at[0] == (guint8) simple_escapes[i][0]) {
      g_byte_array_append (to, (const guint8 *) &simple_escapes[i][1], 1);
      return 1;
    }
  used = hex ? read_digits (at + 1, left - 1, 16, 2, &value)
             : read_digits (at, left, 8, 3, &value);
  if (used == 0 || value > 255)
    return 0;
  byte = (guint8) value;
  g_byte_array_append (to, &byte, 1);
  return used + hex;
}

gboolean
weir_text_string (const WeirTextReader *reader, GByteArray *to, GError **error)
{
  const guint8 *data = reader->bytes.data;
  gsize end = reader->token.end - 1;

  for (gsize at = reader->token.begin + 1; at < end;) {
    gsize used = 1;

    if (data[at] != '\\') {
      g_byte_array_append (to, data + at, 1);
    } else {
      used = read_escape (data + at + 1, end - at - 1, to);
      if (used == 0)
        return weir_text_fail (reader, error, "the string has an escape that is none");
      used++;
    }
    at += used;
  }
  return TRUE;
}

/* Signs that open and close; the closing ones that are due are kept as a stack. */
gboolean
weir_text_skip_value (WeirTextReader *reader, GError **error)
{
  char due[WEIR_MAX_DEPTH];
  guint depth = 0;

  if (weir_text_is (reader, ':') && !weir_text_next (reader, error))
    return FALSE;
  do {
    WeirTextKind kind = reader->token.kind;
    char sign = reader->token.sign;

    if (kind == WEIR_TEXT_END)
      return weir_text_fail (reader, error, "expected a value, found the end");
    if (kind == WEIR_TEXT_SIGN && strchr ("{<[", sign) != NULL) {
      if (depth == WEIR_MAX_DEPTH)
        return weir_text_fail (reader, error, "nested deeper than %d", WEIR_MAX_DEPTH);
      due[depth++] = sign == '{' ? '}' : sign == '<' ? '>' : ']';
    } else if (kind == WEIR_TEXT_SIGN && strchr ("}>]", sign) != NULL) {
      if (depth == 0 || due[--depth] != sign)
        return weir_text_fail (reader, error, "unexpected '%c'", sign);
    } else if (kind == WEIR_TEXT_SIGN && depth == 0) {
      return weir_text_fail (reader, error, "expected a value, found '%c'", sign);
    }
    if (!weir_text_next (reader, error))
      return FALSE;
  } while (depth > 0);
  while (reader->token.kind == WEIR_TEXT_STRING)
    if (!weir_text_next (reader, error))
      return FALSE;
  return TRUE;
}
