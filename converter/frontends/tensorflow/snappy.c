#include "sstable.h"

#include "base/checked.h"
#include "base/error.h"

#ifdef HAVE_SNAPPY
#include <snappy-c.h>
#endif

/* The one door to libsnappy. Its format cannot do better than 64 bytes a byte: whoever
 * promises more lies. */
#define MOST_PER_BYTE 64

#ifdef HAVE_SNAPPY
GBytes *
weir_snappy_expand (const WeirBytes *packed, WeirBudget *budget, GError **error)
{
  const char *data = (const char *) packed->data;
  gsize size, most, done;
  void *memory;

  if (snappy_uncompressed_length (data, packed->size, &size) != SNAPPY_OK) {
    weir_fail (error, WEIR_ERROR_FORMAT, "a compressed block tells no length");
    return NULL;
  }
  if (!weir_mul_size (packed->size, MOST_PER_BYTE, &most) || size > most) {
    weir_fail (error, WEIR_ERROR_LIMIT,
               "a compressed block of %zu bytes claims to be %zu", packed->size, size);
    return NULL;
  }
  if (!weir_budget_take (budget, size, "a compressed block", error))
    return NULL;
  memory = weir_try_alloc (size, error);
  if (memory == NULL)
    return NULL;
  done = size;
  if (snappy_uncompress (data, packed->size, memory, &done) == SNAPPY_OK && done == size)
    return g_bytes_new_with_free_func (memory, size, weir_free, memory);
  weir_free (memory);
  weir_fail (error, WEIR_ERROR_FORMAT, "a compressed block is broken");
  return NULL;
}
#else
GBytes *
weir_snappy_expand (const WeirBytes *packed, WeirBudget *budget, GError **error)
{
  (void) packed;
  (void) budget;
  weir_fail (error, WEIR_ERROR_UNSUPPORTED,
             "a block is compressed by Snappy, which this build of Weir leaves out");
  return NULL;
}
#endif
