#include "guard.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void
guard_init (Guard *guard, gsize size, gboolean at_end)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  gsize inner = (size + page - 1) / page * page;

  guard->size = size;
  guard->map_size = inner + 2 * page;
  guard->map =
      mmap (NULL, guard->map_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (guard->map != MAP_FAILED);
  if (inner > 0)
    g_assert_cmpint (mprotect (guard->map + page, inner, PROT_READ | PROT_WRITE), ==, 0);
  guard->data = guard->map + page + (at_end ? inner - size : 0);
  memset (guard->data, GUARD_FILL, size);
}

void
guard_clear (Guard *guard)
{
  if (guard->map != NULL)
    munmap (guard->map, guard->map_size);
  *guard = (Guard){ 0 };
}
