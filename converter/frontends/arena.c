#include "arena.h"

#include "base/checked.h"
#include "base/limits.h"

#define BLOCK ((gsize) 64 << 10)

/* Every piece begins with its size, so that free knows the large ones. */
#define HEADER sizeof (gsize)

typedef struct _WeirArenaBlock Block;

struct _WeirArenaBlock {
  Block *next, *previous;
};

static gsize
rounded (gsize size)
{
  return (MIN (size, G_MAXSIZE / 2) + HEADER + 7) & ~(gsize) 7;
}

gsize
weir_arena_cost (gsize size)
{
  return rounded (size) + (size >= WEIR_ARENA_LARGE ? sizeof (Block) : 0);
}

static Block *
block_new (WeirArena *arena, gsize size)
{
  gsize total;
  Block *block =
      weir_add_size (size, sizeof (Block), &total) ? weir_try_alloc (total, NULL) : NULL;

  if (block == NULL)
    return NULL;
  block->next = arena->blocks;
  if (block->next != NULL)
    block->next->previous = block;
  arena->blocks = block;
  return block;
}

static void
block_free (WeirArena *arena, Block *block)
{
  if (block->next != NULL)
    block->next->previous = block->previous;
  if (block->previous != NULL)
    block->previous->next = block->next;
  else
    arena->blocks = block->next;
  weir_free (block);
}

static void *
cut (WeirArena *arena, gsize size)
{
  guint8 *piece;

  if (size > arena->left) {
    Block *block = block_new (arena, BLOCK);

    if (block == NULL)
      return NULL;
    arena->next = (guint8 *) (block + 1);
    arena->left = BLOCK;
  }
  piece = arena->next;
  arena->next += size;
  arena->left -= size;
  return piece;
}

static void *
arena_alloc (void *data, size_t size)
{
  WeirArena *arena = data;
  gsize cost = weir_arena_cost (size);
  gsize *piece;

  if (cost > arena->limit - arena->used)
    return NULL;
  if (size >= WEIR_ARENA_LARGE) {
    Block *block = block_new (arena, rounded (size));
    piece = block != NULL ? (gsize *) (block + 1) : NULL;
  } else {
    piece = cut (arena, rounded (size));
  }
  if (piece == NULL)
    return NULL;
  arena->used += cost;
  *piece = size;
  return piece + 1;
}

static void
arena_free (void *data, void *memory)
{
  WeirArena *arena = data;
  gsize *piece = (gsize *) memory - 1;

  if (memory == NULL || *piece < WEIR_ARENA_LARGE)
    return;
  arena->used -= weir_arena_cost (*piece);
  block_free (arena, (Block *) piece - 1);
}

void
weir_arena_clear (WeirArena *arena)
{
  while (arena->blocks != NULL)
    block_free (arena, arena->blocks);
  arena->left = 0;
}

ProtobufCAllocator
weir_arena_allocator (WeirArena *arena)
{
  return (ProtobufCAllocator){ .alloc = arena_alloc,
                               .free = arena_free,
                               .allocator_data = arena };
}
