#include "wire.h"

#include "arena.h"
#include "base/checked.h"
#include "base/error.h"

#include <string.h>

/* What the unpacker takes for each field beyond the first sixteen of a message, in slabs
 * that double, until the message is done (protobuf-c, struct ScannedMember). */
#define MEMBER_SIZE   ((gsize) 32)
#define FIRST_MEMBERS ((gsize) 16)

/* A length that is filled in later, as five digits of seven bits. */
#define LENGTH_DIGITS 5

#define MAX_FIELDS 256

typedef const ProtobufCMessageDescriptor Type;
typedef const ProtobufCFieldDescriptor Field;

struct _WeirWire {
  WeirBytes source;
  WeirArena arena;
  ProtobufCMessage *message;
};

enum { WIRE_VARINT, WIRE_64, WIRE_LENGTH, WIRE_GROUP, WIRE_GROUP_END, WIRE_32 };

/* A message that is being walked. */
typedef struct {
  Type *type;
  gsize end;       /* in the source */
  gsize length_at; /* where its length stands in the copy */
  gsize members;   /* known fields so far */
  gsize capacity;  /* members that the slabs so far hold */
  gsize slabs;     /* bytes that go when the message is done */
  guint64 seen[MAX_FIELDS / 64];
} Frame;

/* The copy is the message without unknown fields, each `bytes` field replaced by offset
 * and size of its contents. The first walk measures it, the second writes it. */
typedef struct {
  WeirBytes in;
  guint8 *out; /* NULL while it is measured */
  gsize out_size;
  Type *body;
  guint bodies;
  guint depth;
  Frame stack[WEIR_MAX_DEPTH];
  gsize limit, used; /* what unpacking takes */
} Walk;

static gboolean
charge (Walk *walk, gsize size, GError **error)
{
  if (size > walk->limit - walk->used)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "reading it would take more than the %" G_GSIZE_FORMAT
                      " bytes that a file of this size may ask for",
                      walk->limit);
  walk->used += size;
  return TRUE;
}

static gboolean
broken (const Walk *walk, const char *what, GError **error)
{
  return weir_fail (error, WEIR_ERROR_FORMAT, "byte %" G_GSIZE_FORMAT ": %s",
                    walk->in.pos, what);
}

static void
emit (Walk *walk, const void *data, gsize size)
{
  if (walk->out != NULL)
    memcpy (walk->out + walk->out_size, data, size);
  walk->out_size += size;
}

static void
emit_varint (Walk *walk, guint64 value)
{
  guint8 digits[10];
  gsize n = 0;

  do {
    digits[n] = value & 0x7f;
    value >>= 7;
    digits[n++] |= value != 0 ? 0x80 : 0;
  } while (value != 0);
  emit (walk, digits, n);
}

static gsize
varint_size (guint64 value)
{
  gsize n = 1;

  while ((value >>= 7) != 0)
    n++;
  return n;
}

static void
push (Walk *walk, Type *type, gsize end, gsize length_at)
{
  walk->stack[walk->depth++] = (Frame){
    .type = type, .end = end, .length_at = length_at, .capacity = FIRST_MEMBERS
  };
  walk->in.size = end;
  walk->bodies += type == walk->body;
}

static void
pop (Walk *walk)
{
  Frame *frame = &walk->stack[--walk->depth];
  gsize size;

  walk->used -= frame->slabs;
  walk->bodies -= frame->type == walk->body;
  if (walk->depth == 0)
    return;
  walk->in.size = walk->stack[walk->depth - 1].end;
  size = walk->out_size - frame->length_at - LENGTH_DIGITS;
  for (guint i = 0; walk->out != NULL && i < LENGTH_DIGITS; i++)
    walk->out[frame->length_at + i] =
        (guint8) ((size >> 7 * i & 0x7f) | (i < LENGTH_DIGITS - 1 ? 0x80 : 0));
}

static gsize
element_size (Field *field)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
  case PROTOBUF_C_TYPE_DOUBLE:
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_MESSAGE:
    return 8;
  case PROTOBUF_C_TYPE_BYTES:
    return sizeof (ProtobufCBinaryData);
  default:
    return 4;
  }
}

static guint
wire_type (Field *field)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_SFIXED64:
  case PROTOBUF_C_TYPE_FIXED64:
  case PROTOBUF_C_TYPE_DOUBLE:
    return WIRE_64;
  case PROTOBUF_C_TYPE_SFIXED32:
  case PROTOBUF_C_TYPE_FIXED32:
  case PROTOBUF_C_TYPE_FLOAT:
    return WIRE_32;
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_BYTES:
  case PROTOBUF_C_TYPE_MESSAGE:
    return WIRE_LENGTH;
  default:
    return WIRE_VARINT;
  }
}

/* One more field of a message, and @count elements of it. */
static gboolean
count_field (Walk *walk, Frame *frame, Field *field, gsize count, GError **error)
{
  guint index = (guint) (field - frame->type->fields);
  gboolean again = (frame->seen[index / 64] >> index % 64 & 1) != 0;
  gsize size;

  frame->seen[index / 64] |= (guint64) 1 << index % 64;
  if (++frame->members > frame->capacity) {
    size = weir_arena_cost ((frame->capacity + FIRST_MEMBERS) * MEMBER_SIZE);
    if (!charge (walk, size, error))
      return FALSE;
    if (size >= WEIR_ARENA_LARGE)
      frame->slabs += size;
    frame->capacity += frame->capacity + FIRST_MEMBERS;
  }
  if (field->label != PROTOBUF_C_LABEL_REPEATED)
    return !again || field->type != PROTOBUF_C_TYPE_MESSAGE ||
           broken (walk, "a sub-message that may stand only once stands twice", error);
  if (!weir_mul_size (count, element_size (field), &size))
    return charge (walk, G_MAXSIZE, error);
  return charge (walk, size, error) &&
         (again ||
          charge (walk, weir_arena_cost (WEIR_ARENA_LARGE) - WEIR_ARENA_LARGE, error));
}

static gboolean
walk_message (Walk *walk, Field *field, gsize size, GError **error)
{
  Type *type = field->descriptor;
  static const guint8 length[LENGTH_DIGITS];
  gsize length_at = walk->out_size;

  if (walk->depth == WEIR_MAX_DEPTH)
    return weir_fail (error, WEIR_ERROR_LIMIT, "messages are nested deeper than %d",
                      WEIR_MAX_DEPTH);
  if (type == walk->body && walk->bodies == WEIR_MAX_BODY_DEPTH)
    return weir_fail (error, WEIR_ERROR_LIMIT, "sub-graphs are nested deeper than %d",
                      WEIR_MAX_BODY_DEPTH);
  emit (walk, length, LENGTH_DIGITS);
  push (walk, type, walk->in.pos + size, length_at);
  return charge (walk, weir_arena_cost (type->sizeof_message), error);
}

static gboolean
walk_string (Walk *walk, gsize size, GError **error)
{
  const char *text = (const char *) walk->in.data + walk->in.pos;

  if (size > WEIR_MAX_NAME)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "a name of %" G_GSIZE_FORMAT " bytes; at most %d are read", size,
                      WEIR_MAX_NAME);
  if (!g_utf8_validate_len (text, size, NULL))
    return broken (walk, "a name that is not UTF-8", error);
  emit_varint (walk, size);
  emit (walk, text, size);
  walk->in.pos += size;
  return charge (walk, weir_arena_cost (size + 1), error);
}

static gboolean
walk_bytes (Walk *walk, gsize size, GError **error)
{
  gsize length = varint_size (walk->in.pos) + varint_size (size);

  emit_varint (walk, length);
  emit_varint (walk, walk->in.pos);
  emit_varint (walk, size);
  walk->in.pos += size;
  return charge (walk, weir_arena_cost (length), error);
}

/* Elements that follow each other without tags. */
static gboolean
walk_packed (Walk *walk, Field *field, gsize size, gsize *count, GError **error)
{
  WeirBytes elements;
  guint wire = wire_type (field);
  gsize width = wire == WIRE_64 ? 8 : 4;
  guint64 ignored;

  weir_bytes_take (&walk->in, size, &elements);
  *count = 0;
  if (wire == WIRE_VARINT) {
    while (weir_bytes_left (&elements) > 0 && weir_bytes_varint (&elements, &ignored))
      (*count)++;
  } else {
    *count = size / width;
    elements.pos = *count * width;
  }
  if (weir_bytes_left (&elements) > 0)
    return broken (walk, "a list whose last element is cut off", error);
  emit_varint (walk, size);
  if (size > 0)
    emit (walk, elements.data, size);
  return TRUE;
}

static gboolean
walk_length (Walk *walk, Frame *frame, Field *field, GError **error)
{
  guint64 size;
  gsize count = 1;

  if (!weir_bytes_varint (&walk->in, &size) || size > weir_bytes_left (&walk->in))
    return broken (walk, "a length beyond the end of the message", error);
  if (field == NULL)
    return weir_bytes_skip (&walk->in, size);
  if (wire_type (field) != WIRE_LENGTH) {
    if (!walk_packed (walk, field, size, &count, error))
      return FALSE;
    return count_field (walk, frame, field, count, error);
  }
  if (!count_field (walk, frame, field, 1, error))
    return FALSE;
  if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    return walk_message (walk, field, size, error);
  if (field->type == PROTOBUF_C_TYPE_STRING)
    return walk_string (walk, size, error);
  return walk_bytes (walk, size, error);
}

static gboolean
walk_scalar (Walk *walk, Frame *frame, Field *field, guint wire, GError **error)
{
  gsize start = walk->in.pos;
  guint64 ignored;

  if (wire == WIRE_VARINT ? !weir_bytes_varint (&walk->in, &ignored)
                          : !weir_bytes_skip (&walk->in, wire == WIRE_64 ? 8 : 4))
    return broken (walk, "a number beyond the end of the message", error);
  if (field == NULL)
    return TRUE;
  emit (walk, walk->in.data + start, walk->in.pos - start);
  return count_field (walk, frame, field, 1, error);
}

static gboolean
is_wire_type (Field *field, guint wire)
{
  return wire == wire_type (field) ||
         (wire == WIRE_LENGTH && field->label == PROTOBUF_C_LABEL_REPEATED);
}

static gboolean
walk_field (Walk *walk, GError **error)
{
  Frame *frame = &walk->stack[walk->depth - 1];
  guint64 tag;
  guint wire;
  Field *field;
  gboolean done;

  if (!weir_bytes_varint (&walk->in, &tag) || tag > G_MAXUINT32 || tag >> 3 == 0)
    return broken (walk, "a field without a valid number", error);
  wire = tag & 7;
  if (wire == WIRE_GROUP || wire == WIRE_GROUP_END || wire > WIRE_32)
    return broken (walk, "a field of no known encoding", error);
  field = protobuf_c_message_descriptor_get_field (frame->type, (unsigned) (tag >> 3));
  if (field != NULL && !is_wire_type (field, wire)) {
    broken (walk, "a field of another type than the format says", error);
    g_prefix_error (error, "%s.%s: ", frame->type->short_name, field->name);
    return FALSE;
  }
  if (field != NULL)
    emit_varint (walk, tag);
  done = wire == WIRE_LENGTH ? walk_length (walk, frame, field, error)
                             : walk_scalar (walk, frame, field, wire, error);
  if (!done && field != NULL)
    g_prefix_error (error, "%s.%s: ", frame->type->short_name, field->name);
  return done;
}

static gboolean
walk (Walk *walk, WeirBytes bytes, Type *type, guint8 *out, GError **error)
{
  walk->in = WEIR_BYTES (bytes.data, bytes.size);
  walk->out = out;
  walk->out_size = walk->used = walk->depth = walk->bodies = 0;
  push (walk, type, bytes.size, 0);
  if (!charge (walk, weir_arena_cost (type->sizeof_message), error))
    return FALSE;
  while (walk->depth > 0) {
    if (walk->in.pos == walk->stack[walk->depth - 1].end)
      pop (walk);
    else if (!walk_field (walk, error))
      return FALSE;
  }
  return TRUE;
}

/* The copy, which unpacking will not take more for than the budget. */
static guint8 *
copy_checked (Walk *state, WeirBytes bytes, Type *type, GError **error)
{
  WeirBudget budget;
  guint8 *copy;

  weir_budget_init (&budget, bytes.size);
  state->limit = budget.limit;
  if (!walk (state, bytes, type, NULL, error))
    return NULL;
  if (state->out_size > G_MAXINT32 || state->out_size > state->limit - state->used) {
    weir_fail (error, WEIR_ERROR_LIMIT,
               "%" G_GSIZE_FORMAT " bytes without the weights are too many",
               state->out_size);
    return NULL;
  }
  copy = weir_try_alloc (state->out_size, error);
  if (copy != NULL && !walk (state, bytes, type, copy, error))
    g_clear_pointer (&copy, weir_free);
  return copy;
}

WeirWire *
weir_wire_read (WeirBytes bytes, Type *type, Type *body, GError **error)
{
  g_autofree Walk *state = g_new0 (Walk, 1);
  g_autoptr (WeirWire) wire = g_new0 (WeirWire, 1);
  ProtobufCAllocator allocator = weir_arena_allocator (&wire->arena);
  guint8 *copy;

  g_return_val_if_fail (type->n_fields <= MAX_FIELDS, NULL);
  state->body = body;
  wire->source = bytes;
  copy = copy_checked (state, bytes, type, error);
  if (copy == NULL)
    return NULL;
  wire->arena.limit = state->limit - state->out_size;
  wire->message = protobuf_c_message_unpack (type, &allocator, state->out_size, copy);
  weir_free (copy);
  if (wire->message == NULL) {
    weir_fail (error, WEIR_ERROR_LIMIT, "%s: there is not enough memory to read it",
               type->short_name);
    return NULL;
  }
  return g_steal_pointer (&wire);
}

void
weir_wire_free (WeirWire *wire)
{
  if (wire == NULL)
    return;
  weir_arena_clear (&wire->arena);
  g_free (wire);
}

const void *
weir_wire_message (const WeirWire *wire)
{
  return wire->message;
}

void
weir_wire_slice (const WeirWire *wire, const ProtobufCBinaryData *field, gsize *offset,
                 gsize *size)
{
  WeirBytes reference = WEIR_BYTES (field->data, field->len), contents;
  guint64 from = 0, length = 0;

  if (!weir_bytes_varint (&reference, &from) ||
      !weir_bytes_varint (&reference, &length) ||
      !weir_bytes_slice (&wire->source, from, length, &contents))
    from = length = 0;
  *offset = from;
  *size = length;
}

char *
weir_wire_text (const WeirWire *wire, const ProtobufCBinaryData *field, gsize limit,
                GError **error)
{
  gsize offset, size;
  const char *text;

  weir_wire_slice (wire, field, &offset, &size);
  text = (const char *) wire->source.data + offset;
  if (size > limit || !g_utf8_validate_len (text, size, NULL)) {
    weir_fail (error, WEIR_ERROR_FORMAT,
               "expected UTF-8 text of at most %" G_GSIZE_FORMAT
               " bytes, found %" G_GSIZE_FORMAT " bytes",
               limit, size);
    return NULL;
  }
  return g_strndup (text, size);
}
