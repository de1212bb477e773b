#include "fuzz.h"

#include <string.h>

/* Mutations that leave XML well-formed: the text between two quotes is replaced by a
 * number at some border, or by what stands between two others. */

size_t LLVMFuzzerMutate (uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator (uint8_t *data, size_t size, size_t max_size,
                                unsigned int seed);

static const char *const borders[] = {
  "",
  "0",
  "1",
  "-1",
  "2",
  "3",
  "7",
  "8",
  "9",
  "16",
  "64",
  "255",
  "256",
  "65536",
  "1048576",
  "2147483647",
  "2147483648",
  "-2147483648",
  "4294967295",
  "4294967296",
  "1099511627776",
  "9223372036854775807",
  "-9223372036854775808",
  "18446744073709551615",
  "1e38",
  "1e-45",
  "nan",
  "inf",
  "-inf",
  "0.5",
  "0,0",
  "1,1,1",
  "1,2,3,4",
  "-1,-1",
  "0,1,2,3,4,5,6,7",
  "1,1,1,1,1,1,1,1,1",
  "?",
  "...",
  "1..5",
  "true",
  "false",
  "opset1",
  "opset8",
  "opset16",
  "f32",
  "f16",
  "i64",
  "i32",
  "u8",
  "boolean",
  "u1",
  "i4",
  "FP32",
  "I64",
  "BOOL",
};

typedef struct {
  gsize begin, end; /* between the quotes */
} Span;

static guint32
draw (guint32 *state, guint32 n)
{
  *state = *state * 1664525 + 1013904223;
  return (*state >> 8) % n;
}

/* The @n-th quoted text, counted around. */
static gboolean
find_span (const uint8_t *data, gsize size, guint32 n, Span *span)
{
  const uint8_t *end = memchr (data, '\0', size);
  gsize stop = end != NULL ? (gsize) (end - data) : size, begin = 0;
  guint32 count = 0;
  gboolean open = FALSE;

  for (int round = 0; round < 2; round++) {
    for (gsize i = 0; i < stop; i++) {
      if (data[i] != '"')
        continue;
      if (open && round == 1 && n-- == 0) {
        *span = (Span){ begin, i };
        return TRUE;
      }
      count += open;
      open = !open;
      begin = i + 1;
    }
    if (count == 0)
      return FALSE;
    n %= count;
    open = FALSE;
  }
  return FALSE;
}

static gsize
replace_span (uint8_t *data, gsize size, gsize max_size, Span span, const void *text,
              gsize text_size)
{
  gsize tail = size - span.end;

  if (span.begin + text_size + tail > max_size)
    return size;
  memmove (data + span.begin + text_size, data + span.end, tail);
  memcpy (data + span.begin, text, text_size);
  return span.begin + text_size + tail;
}

size_t
LLVMFuzzerCustomMutator (uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
  guint32 state = seed;
  Span to, from;

  if (size == 0 || draw (&state, 8) == 0)
    return LLVMFuzzerMutate (data, size, max_size);
  for (guint32 times = 1 + draw (&state, 3); times > 0; times--) {
    if (!find_span (data, size, draw (&state, 1u << 20), &to))
      return LLVMFuzzerMutate (data, size, max_size);
    if (draw (&state, 2) == 0) {
      const char *word = borders[draw (&state, G_N_ELEMENTS (borders))];
      size = replace_span (data, size, max_size, to, word, strlen (word));
    } else if (find_span (data, size, draw (&state, 1u << 20), &from)) {
      g_autofree char *copy =
          g_strndup ((const char *) data + from.begin, from.end - from.begin);
      size = replace_span (data, size, max_size, to, copy, from.end - from.begin);
    }
  }
  return size;
}
