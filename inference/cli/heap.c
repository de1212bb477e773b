#define _GNU_SOURCE
#include "heap.h"

#include <glib.h>

#ifdef __GLIBC__

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Addresses alone: memory is taken page by page as it is touched. */
#define HEAP_SIZE (256 * 1024 * 1024)
/* The largest that the C library allows: larger blocks lie outside of the heap. */
#define LARGEST_BLOCK (32 * 1024 * 1024)

void
heap_use_large_pages (void)
{
  uintptr_t page = (uintptr_t) sysconf (_SC_PAGESIZE);
  uintptr_t begin, end;

  mallopt (M_MMAP_THRESHOLD, LARGEST_BLOCK);
  mallopt (M_TRIM_THRESHOLD, HEAP_SIZE);
  mallopt (M_TOP_PAD, HEAP_SIZE);
  begin = ((uintptr_t) sbrk (0) + page - 1) / page * page;
  /* More than is left of the heap, so that it grows, by all of the padding. */
  g_free (g_malloc (LARGEST_BLOCK / 8));
  end = (uintptr_t) sbrk (0) / page * page;
  mallopt (M_TOP_PAD, 0);
  if (end > begin)
    (void) madvise ((void *) begin, end - begin, MADV_HUGEPAGE);
}

#else

void
heap_use_large_pages (void)
{
}

#endif
