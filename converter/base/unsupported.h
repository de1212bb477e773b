#pragma once

#include "error.h"

WEIR_BEGIN_DECLS

/**
 * WeirUnsupported:
 * @name: the node
 * @op: its operation, as its format calls it
 * @why: what stands in the way
 *
 * One node that a reader could not convert. Readers collect all of them before they fail.
 */
typedef struct {
  char *name;
  char *op;
  char *why;
} WeirUnsupported;

/** weir_unsupported_new: (skip) (transfer full) */
WeirUnsupported *weir_unsupported_new (const char *name, const char *op, const char *why);
void weir_unsupported_free (WeirUnsupported *unsupported);
/** weir_unsupported_fail: the error that tells all of them, each kind by its first node,
 * at most 100 kinds. @unsupported: (element-type WeirUnsupported) */
gboolean weir_unsupported_fail (GPtrArray *unsupported, const char *framework,
                                GError **error);

WEIR_END_DECLS
