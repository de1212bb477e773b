#include "text.h"

#include "base/error.h"

#include <string.h>

/* From text to the binary encoding, without recursion: messages that are open are kept on
 * a stack, and their lengths are filled in when they close. */

/* A length that is filled in later, as five digits of seven bits. */
#define LENGTH_DIGITS 5

/* Unknown fields that are told by name; the rest of a long list says nothing new. */
#define MAX_UNKNOWN 100

typedef const ProtobufCMessageDescriptor Type;
typedef const ProtobufCFieldDescriptor Field;

enum { WIRE_VARINT, WIRE_64, WIRE_LENGTH, WIRE_32 = 5 };

typedef struct {
  Type *type;
  const char *name;
  gsize length_at;
  char due; /* the sign that closes it; 0: the end of the text */
} Frame;

typedef struct {
  WeirTextReader reader;
  GByteArray *out;
  GPtrArray *unknown;
  Frame stack[WEIR_MAX_DEPTH];
  guint depth;
} Encoder;

static void
put_varint (Encoder *e, guint64 value)
{
  guint8 digits[10];
  guint n = 0;

  do {
    digits[n] = value & 0x7f;
    value >>= 7;
    digits[n++] |= value != 0 ? 0x80 : 0;
  } while (value != 0);
  g_byte_array_append (e->out, digits, n);
}

static void
put_tag (Encoder *e, Field *field, guint wire)
{
  put_varint (e, (guint64) field->id << 3 | wire);
}

static void
put_32 (Encoder *e, Field *field, guint32 value)
{
  put_tag (e, field, WIRE_32);
  value = GUINT32_TO_LE (value);
  g_byte_array_append (e->out, (const guint8 *) &value, sizeof value);
}

static void
put_64 (Encoder *e, Field *field, guint64 value)
{
  put_tag (e, field, WIRE_64);
  value = GUINT64_TO_LE (value);
  g_byte_array_append (e->out, (const guint8 *) &value, sizeof value);
}

static gboolean
fail_value (Encoder *e, Field *field, const char *expected, GError **error)
{
  g_autofree char *found = weir_text_word (&e->reader);

  return weir_text_fail (&e->reader, error, "field '%s': expected %s, found '%.80s'",
                         field->name, expected, found);
}

/* A whole number, decimal, 0x… or 0…; negative ones come in two's complement. */
static gboolean
read_integer (Encoder *e, Field *field, gint64 least, guint64 most, guint64 *value,
              GError **error)
{
  g_autofree char *word = weir_text_word (&e->reader);
  gboolean negative = word[0] == '-';
  const char *digits = word + negative;
  guint base = digits[0] != '0' ? 10 : digits[1] == 'x' || digits[1] == 'X' ? 16 : 8;
  guint64 number = 0;
  gint64 lower;

  if (base == 16)
    digits += 2;
  if (e->reader.token.kind != WEIR_TEXT_NAME ||
      !g_ascii_string_to_unsigned (digits, base, 0, G_MAXUINT64, &number, NULL))
    return fail_value (e, field, "a whole number", error);
  lower = number <= (guint64) G_MAXINT64 ? -(gint64) number : G_MININT64;
  if (negative ? number > (guint64) G_MAXINT64 + 1 || lower < least : number > most)
    return fail_value (e, field, "a number in the field's range", error);
  *value = negative ? (guint64) lower : number;
  return TRUE;
}

static gboolean
read_real (Encoder *e, Field *field, double *value, GError **error)
{
  g_autofree char *word = weir_text_word (&e->reader);
  gsize length = strlen (word);
  char *end;

  *value = g_ascii_strtod (word, &end);
  if (*end == 'f' && end == word + length - 1)
    end++;
  if (e->reader.token.kind != WEIR_TEXT_NAME || end == word || *end != '\0')
    return fail_value (e, field, "a number", error);
  return TRUE;
}

static gboolean
read_bool (Encoder *e, Field *field, guint64 *value, GError **error)
{
  static const char *const words[] = { "false", "False", "f", "0",
                                       "true",  "True",  "t", "1" };
  g_autofree char *word = weir_text_word (&e->reader);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (word, words[i]) == 0) {
      *value = i >= 4;
      return TRUE;
    }
  return fail_value (e, field, "true or false", error);
}

static gboolean
read_enum (Encoder *e, Field *field, guint64 *value, GError **error)
{
  g_autofree char *word = weir_text_word (&e->reader);
  const ProtobufCEnumValue *found =
      protobuf_c_enum_descriptor_get_value_by_name (field->descriptor, word);

  if (found != NULL) {
    *value = (guint64) (gint64) found->value;
    return TRUE;
  }
  if (g_ascii_isdigit (word[0]) || word[0] == '-')
    return read_integer (e, field, G_MININT32, G_MAXINT32, value, error);
  return fail_value (e, field, "a name of the enumeration", error);
}

/* Strings that follow each other are one. A bare word is the name in an enumeration that
 * the schema has as text. */
static gboolean
put_string (Encoder *e, Field *field, GError **error)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();

  if (e->reader.token.kind == WEIR_TEXT_NAME) {
    const WeirTextToken *token = &e->reader.token;

    g_byte_array_append (text, e->reader.bytes.data + token->begin,
                         (guint) (token->end - token->begin));
    if (!weir_text_next (&e->reader, error))
      return FALSE;
  } else if (e->reader.token.kind != WEIR_TEXT_STRING) {
    return fail_value (e, field, "a string", error);
  }
  while (e->reader.token.kind == WEIR_TEXT_STRING)
    if (!weir_text_string (&e->reader, text, error) ||
        !weir_text_next (&e->reader, error))
      return FALSE;
  put_tag (e, field, WIRE_LENGTH);
  put_varint (e, text->len);
  g_byte_array_append (e->out, text->data, text->len);
  return TRUE;
}

static void
put_number (Encoder *e, Field *field, guint64 value)
{
  put_tag (e, field, WIRE_VARINT);
  put_varint (e, value);
}

static guint64
zigzag (guint64 value)
{
  return value << 1 ^ (guint64) ((gint64) value >> 63);
}

static gboolean
put_integer (Encoder *e, Field *field, GError **error)
{
  gboolean narrow = field->type == PROTOBUF_C_TYPE_INT32 ||
                    field->type == PROTOBUF_C_TYPE_SINT32 ||
                    field->type == PROTOBUF_C_TYPE_SFIXED32;
  gboolean narrow_unsigned =
      field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_FIXED32;
  gboolean is_unsigned = narrow_unsigned || field->type == PROTOBUF_C_TYPE_UINT64 ||
                         field->type == PROTOBUF_C_TYPE_FIXED64;
  gint64 least = is_unsigned ? 0 : narrow ? G_MININT32 : G_MININT64;
  guint64 most = narrow            ? G_MAXINT32
                 : narrow_unsigned ? G_MAXUINT32
                 : is_unsigned     ? G_MAXUINT64
                                   : G_MAXINT64;
  guint64 value;

  if (!read_integer (e, field, least, most, &value, error))
    return FALSE;
  switch (field->type) {
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SINT64:
    put_number (e, field, zigzag (value));
    return TRUE;
  case PROTOBUF_C_TYPE_SFIXED32:
  case PROTOBUF_C_TYPE_FIXED32:
    put_32 (e, field, (guint32) value);
    return TRUE;
  case PROTOBUF_C_TYPE_SFIXED64:
  case PROTOBUF_C_TYPE_FIXED64:
    put_64 (e, field, value);
    return TRUE;
  default:
    put_number (e, field, value);
    return TRUE;
  }
}

static gboolean
put_real (Encoder *e, Field *field, GError **error)
{
  double value;
  float narrow;
  guint64 bits;
  guint32 bits32;

  if (!read_real (e, field, &value, error))
    return FALSE;
  narrow = (float) value;
  memcpy (&bits, &value, sizeof bits);
  memcpy (&bits32, &narrow, sizeof bits32);
  if (field->type == PROTOBUF_C_TYPE_FLOAT)
    put_32 (e, field, bits32);
  else
    put_64 (e, field, bits);
  return TRUE;
}

/* One value that is no message; the reader goes behind it. */
static gboolean
put_scalar (Encoder *e, Field *field, GError **error)
{
  guint64 value = 0;

  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_BYTES:
    return put_string (e, field, error);
  case PROTOBUF_C_TYPE_FLOAT:
  case PROTOBUF_C_TYPE_DOUBLE:
    return put_real (e, field, error) && weir_text_next (&e->reader, error);
  case PROTOBUF_C_TYPE_BOOL:
    if (!read_bool (e, field, &value, error))
      return FALSE;
    put_number (e, field, value);
    return weir_text_next (&e->reader, error);
  case PROTOBUF_C_TYPE_ENUM:
    if (!read_enum (e, field, &value, error))
      return FALSE;
    put_number (e, field, value);
    return weir_text_next (&e->reader, error);
  default:
    return put_integer (e, field, error) && weir_text_next (&e->reader, error);
  }
}

static gboolean
open_message (Encoder *e, Field *field, GError **error)
{
  static const guint8 zeros[LENGTH_DIGITS];
  char due = weir_text_is (&e->reader, '{') ? '}' : '>';

  if (due == '>' && !weir_text_is (&e->reader, '<'))
    return fail_value (e, field, "'{'", error);
  if (e->depth == WEIR_MAX_DEPTH)
    return weir_text_fail (&e->reader, error, "nested deeper than %d", WEIR_MAX_DEPTH);
  put_tag (e, field, WIRE_LENGTH);
  e->stack[e->depth++] = (Frame){
    .type = field->descriptor, .name = field->name, .length_at = e->out->len, .due = due
  };
  g_byte_array_append (e->out, zeros, sizeof zeros);
  return weir_text_next (&e->reader, error);
}

static gboolean
close_message (Encoder *e, GError **error)
{
  const Frame *frame = &e->stack[--e->depth];
  gsize size = e->out->len - frame->length_at - LENGTH_DIGITS;

  for (guint i = 0; i < LENGTH_DIGITS; i++)
    e->out->data[frame->length_at + i] =
        (guint8) ((size >> 7 * i & 0x7f) | (i < LENGTH_DIGITS - 1 ? 0x80 : 0));
  return weir_text_next (&e->reader, error);
}

/* [1, 2, 3] */
static gboolean
put_list (Encoder *e, Field *field, GError **error)
{
  if (field->label != PROTOBUF_C_LABEL_REPEATED || field->type == PROTOBUF_C_TYPE_MESSAGE)
    return fail_value (e, field, "one value", error);
  if (!weir_text_next (&e->reader, error))
    return FALSE;
  while (!weir_text_is (&e->reader, ']')) {
    if (!put_scalar (e, field, error))
      return FALSE;
    if (weir_text_is (&e->reader, ',') && !weir_text_next (&e->reader, error))
      return FALSE;
  }
  return weir_text_next (&e->reader, error);
}

static char *
path_of (const Encoder *e, const char *name)
{
  GString *path = g_string_new (NULL);

  for (guint i = 1; i < e->depth; i++)
    g_string_append_printf (path, "%s.", e->stack[i].name);
  g_string_append (path, name);
  return g_string_free (path, FALSE);
}

static gboolean
keep_unknown (Encoder *e, const char *name, gsize begin, guint line, GError **error)
{
  Field *keeper = protobuf_c_message_descriptor_get_field_by_name (
      e->stack[e->depth - 1].type, WEIR_TEXT_UNKNOWN);
  g_autofree char *path = path_of (e, name);
  gsize size;

  if (!weir_text_skip_value (&e->reader, error))
    return FALSE;
  size = e->reader.token.begin - begin;
  if (keeper != NULL) {
    put_tag (e, keeper, WIRE_LENGTH);
    put_varint (e, size);
    g_byte_array_append (e->out, e->reader.bytes.data + begin, (guint) size);
  } else if (e->unknown != NULL && e->unknown->len < MAX_UNKNOWN) {
    g_ptr_array_add (e->unknown, g_strdup_printf ("%s (line %u)", path, line));
  }
  return TRUE;
}

/* name: value, name { … }, name: [ … ] */
static gboolean
put_field (Encoder *e, GError **error)
{
  gsize begin = e->reader.token.begin;
  guint line = e->reader.token.line;
  g_autofree char *name = weir_text_word (&e->reader);
  Field *field =
      protobuf_c_message_descriptor_get_field_by_name (e->stack[e->depth - 1].type, name);
  gboolean colon;

  if (e->reader.token.kind != WEIR_TEXT_NAME)
    return weir_text_fail (&e->reader, error,
                           "expected the name of a field, found '%.80s'", name);
  if (!weir_text_next (&e->reader, error))
    return FALSE;
  if (field == NULL)
    return keep_unknown (e, name, begin, line, error);
  colon = weir_text_is (&e->reader, ':');
  if (colon && !weir_text_next (&e->reader, error))
    return FALSE;
  if (weir_text_is (&e->reader, '[') && field->type != PROTOBUF_C_TYPE_MESSAGE)
    return put_list (e, field, error);
  if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    return open_message (e, field, error);
  if (!colon)
    return fail_value (e, field, "':'", error);
  return put_scalar (e, field, error);
}

static gboolean
step (Encoder *e, GError **error)
{
  const Frame *frame = &e->stack[e->depth - 1];

  if (weir_text_is (&e->reader, ',') || weir_text_is (&e->reader, ';'))
    return weir_text_next (&e->reader, error);
  if (frame->due != 0 && weir_text_is (&e->reader, frame->due))
    return close_message (e, error);
  if (e->reader.token.kind == WEIR_TEXT_END)
    return weir_text_fail (&e->reader, error, "expected '%c', found the end", frame->due);
  return put_field (e, error);
}

GBytes *
weir_text_encode (const WeirBytes *text, const ProtobufCMessageDescriptor *type,
                  GPtrArray *unknown, GError **error)
{
  Encoder e = { .out = g_byte_array_new (), .unknown = unknown, .depth = 1 };
  gboolean good = weir_text_reader_init (&e.reader, text, error);

  e.stack[0] = (Frame){ .type = type, .name = "" };
  while (good && !(e.depth == 1 && e.reader.token.kind == WEIR_TEXT_END))
    good = e.out->len < G_MAXUINT32 / 8
               ? step (&e, error)
               : weir_fail (error, WEIR_ERROR_LIMIT, "the text is too long");
  if (good)
    return g_byte_array_free_to_bytes (e.out);
  g_byte_array_unref (e.out);
  return NULL;
}
