#pragma once

#include "export.h"

#include <glib.h>

WEIR_BEGIN_DECLS

/* What a file from a stranger may ask for. docs/limits.md lists these with their reasons.
 */

#define WEIR_MAX_RANK         8
#define WEIR_MAX_NODES        1000000
#define WEIR_MAX_NAME         4096
#define WEIR_MAX_DEPTH        100
#define WEIR_MAX_BODY_DEPTH   32
#define WEIR_MAX_TENSOR_BYTES ((gsize) 1 << 32)
#define WEIR_MAX_FILE_BYTES   ((gsize) 1 << 34)
#define WEIR_FOLD_BYTES       ((gsize) 16 << 20)
#define WEIR_BUDGET_BASE      ((gsize) 64 << 20)
#define WEIR_BUDGET_PER_BYTE  8

/**
 * WeirBudget:
 * @limit: bytes that may be taken
 * @used: bytes taken so far
 *
 * How much memory a file may make its reader allocate: 8 bytes a byte and 64 MiB.
 */
typedef struct {
  gsize limit;
  gsize used;
} WeirBudget;

/** weir_budget_init: a budget for reading a file of @file_size bytes. */
void weir_budget_init (WeirBudget *budget, gsize file_size);

/** weir_budget_take: takes @size bytes, or fails with %WEIR_ERROR_LIMIT naming @what. */
gboolean weir_budget_take (WeirBudget *budget, gsize size, const char *what,
                           GError **error);

/**
 * weir_try_alloc:
 * @size: bytes; 0 gives a valid pointer
 *
 * The allocator for every size that a file names. 64-byte aligned and zeroed.
 *
 * Returns: (transfer full) (nullable): memory for weir_free(), or %NULL with
 * %WEIR_ERROR_LIMIT when there is not so much.
 */
void *weir_try_alloc (gsize size, GError **error);
/** weir_try_alloc_unset: the same, for who writes all of it at once: not zeroed. */
void *weir_try_alloc_unset (gsize size, GError **error);

/** weir_free: frees what weir_try_alloc() gave; %NULL is fine. */
void weir_free (void *memory);

/** weir_dup_name: (transfer full): @text, cut off behind %WEIR_MAX_NAME bytes. */
char *weir_dup_name (const char *text);

/**
 * weir_fail_alloc_after:
 * @count: allocations that still succeed; a negative number turns the fault off
 *
 * For tests: makes weir_try_alloc() fail once, after @count more calls.
 */
void weir_fail_alloc_after (int count);

/** weir_limit_alloc: for tests: makes weir_try_alloc() fail above @size bytes. */
void weir_limit_alloc (gsize size);

WEIR_END_DECLS
