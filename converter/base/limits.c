#include "limits.h"

#include "checked.h"
#include "error.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT ((gsize) 64)

static atomic_int fail_after = -1;
static atomic_size_t largest = SIZE_MAX;

void
weir_fail_alloc_after (int count)
{
  atomic_store (&fail_after, count);
}

void
weir_limit_alloc (gsize size)
{
  atomic_store (&largest, size);
}

static gboolean
fault_is_due (gsize size)
{
  int left = atomic_load (&fail_after);

  if (size > atomic_load (&largest))
    return TRUE;
  if (left < 0)
    return FALSE;
  return atomic_fetch_sub (&fail_after, 1) == 0;
}

void
weir_budget_init (WeirBudget *budget, gsize file_size)
{
  gsize limit;

  if (!weir_mul_size (file_size, WEIR_BUDGET_PER_BYTE, &limit) ||
      !weir_add_size (limit, WEIR_BUDGET_BASE, &limit))
    limit = G_MAXSIZE;
  budget->limit = limit;
  budget->used = 0;
}

gboolean
weir_budget_take (WeirBudget *budget, gsize size, const char *what, GError **error)
{
  if (size > budget->limit - budget->used)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "%s would take %" G_GSIZE_FORMAT
                      " bytes, more than the %" G_GSIZE_FORMAT
                      " that are left for a file of this size",
                      what, size, budget->limit - budget->used);
  budget->used += size;
  return TRUE;
}

/* Large memory comes zeroed from the system, and calloc() knows that: to write zeros once
 * more would be the largest part of reading a model. How far the result lies behind what
 * calloc() gave stands in the byte before it. */
static void *
allocate (gsize size, gboolean zeroed, GError **error)
{
  guint8 *memory = NULL, *result;
  gsize padded;

  if (!fault_is_due (size) && weir_add_size (MAX (size, 1), ALIGNMENT, &padded))
    memory = zeroed ? calloc (1, padded) : malloc (padded);
  if (memory == NULL) {
    weir_fail (error, WEIR_ERROR_LIMIT, "cannot allocate %" G_GSIZE_FORMAT " bytes",
               size);
    return NULL;
  }
  result = memory + ALIGNMENT - (guintptr) memory % ALIGNMENT;
  result[-1] = (guint8) (result - memory);
  return result;
}

void *
weir_try_alloc (gsize size, GError **error)
{
  return allocate (size, TRUE, error);
}

void *
weir_try_alloc_unset (gsize size, GError **error)
{
  return allocate (size, FALSE, error);
}

void
weir_free (void *memory)
{
  guint8 *result = memory;

  if (result != NULL)
    free (result - result[-1]);
}

char *
weir_dup_name (const char *text)
{
  return g_strndup (text, strnlen (text, WEIR_MAX_NAME));
}
