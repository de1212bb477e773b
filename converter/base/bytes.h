#pragma once

#include "export.h"

#include <glib.h>

WEIR_BEGIN_DECLS

/**
 * WeirBytes:
 * @data: first byte; borrowed
 * @size: number of bytes
 * @pos: the cursor, never beyond @size
 *
 * A bounded cursor over bytes from a file: the only way that Weir reads them. Every read
 * checks what is left and returns %FALSE, leaving the cursor where it was.
 */
typedef struct {
  const guint8 *data;
  gsize size;
  gsize pos;
} WeirBytes;

#define WEIR_BYTES(d, n) ((WeirBytes){ .data = (d), .size = (n) })

/** weir_bytes_left: bytes from the cursor to the end. */
static inline gsize
weir_bytes_left (const WeirBytes *bytes)
{
  return bytes->size - bytes->pos;
}

/** weir_bytes_slice: a view of @size bytes at @offset from the beginning. */
gboolean weir_bytes_slice (const WeirBytes *bytes, gsize offset, gsize size,
                           WeirBytes *slice);
/** weir_bytes_seek: moves the cursor to @pos. */
gboolean weir_bytes_seek (WeirBytes *bytes, gsize pos);
/** weir_bytes_skip: moves the cursor on by @count bytes. */
gboolean weir_bytes_skip (WeirBytes *bytes, gsize count);
/** weir_bytes_take: a view of the next @count bytes; the cursor moves behind them. */
gboolean weir_bytes_take (WeirBytes *bytes, gsize count, WeirBytes *slice);
/** weir_bytes_begins: whether @text comes next. */
gboolean weir_bytes_begins (const WeirBytes *bytes, const char *text);
/** weir_bytes_skip_behind: moves the cursor behind the next @text; to the end, and %FALSE,
 * where there is none. */
gboolean weir_bytes_skip_behind (WeirBytes *bytes, const char *text);

/* Little-endian numbers at the cursor. */
gboolean weir_bytes_u8 (WeirBytes *bytes, guint8 *value);
gboolean weir_bytes_u16 (WeirBytes *bytes, guint16 *value);
gboolean weir_bytes_u32 (WeirBytes *bytes, guint32 *value);
gboolean weir_bytes_u64 (WeirBytes *bytes, guint64 *value);
gboolean weir_bytes_i32 (WeirBytes *bytes, gint32 *value);
gboolean weir_bytes_i64 (WeirBytes *bytes, gint64 *value);
gboolean weir_bytes_f32 (WeirBytes *bytes, float *value);
gboolean weir_bytes_f64 (WeirBytes *bytes, double *value);
/** weir_bytes_varint: a base-128 number of at most ten bytes (protobuf encoding). */
gboolean weir_bytes_varint (WeirBytes *bytes, guint64 *value);

WEIR_END_DECLS
