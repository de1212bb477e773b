#pragma once

#include <glib.h>
#include <protobuf-c/protobuf-c.h>

/**
 * WeirArena:
 * @limit: bytes that may be alive at once; an allocation beyond them fails
 * @used: bytes alive
 *
 * The memory of one unpacked message: small pieces are cut from blocks and go with the
 * arena, large ones have a block of their own and may go earlier.
 */
typedef struct {
  gsize limit;
  gsize used;
  struct _WeirArenaBlock *blocks;
  guint8 *next;
  gsize left;
} WeirArena;

/** WEIR_ARENA_LARGE: from this size on a piece is freed when its owner frees it. */
#define WEIR_ARENA_LARGE ((gsize) 4096)

/** weir_arena_cost: what a piece of @size bytes adds to @used. */
gsize weir_arena_cost (gsize size);
void weir_arena_clear (WeirArena *arena);
/** weir_arena_allocator: for the unpacker; valid as long as @arena stays where it is. */
ProtobufCAllocator weir_arena_allocator (WeirArena *arena);
