#pragma once

#include "error.h"

WEIR_BEGIN_DECLS

#define WEIR_NEAR_NAMES 3

/** WeirNear: the names that are most like one that nobody bears. Begin with {0}. */
typedef struct {
  const char *names[WEIR_NEAR_NAMES];
  guint distances[WEIR_NEAR_NAMES];
} WeirNear;

/** weir_near_offer: looks at @name, which must outlive @near. */
void weir_near_offer (WeirNear *near, const char *name, const char *wanted);
/** weir_near_fail: "--input: there is no node or tensor 'x'; near it: 'y', 'z'".
 * Returns: %FALSE. */
gboolean weir_near_fail (const WeirNear *near, const char *what, const char *wanted,
                         GError **error);

WEIR_END_DECLS
