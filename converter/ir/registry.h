#pragma once

#include "foreign.h"

WEIR_BEGIN_DECLS

/**
 * SECTION: registry
 *
 * What extensions brought: operations, and translations of what frameworks call by names
 * of their own. Things are added, all of a library at once, and never taken away: what
 * is handed in stays valid as long as the process. Any thread may ask at any time.
 */

/**
 * WeirTranslation:
 * @framework, @domain, @op: what it translates, as in #WeirForeignNode
 * @build: adds nodes to the builder's graph and sets the outputs; leaves an error in the
 *   builder where it cannot. Called by several threads at a time.
 * @data: (closure): for @build
 */
typedef struct _WeirTranslation WeirTranslation;
struct _WeirTranslation {
  const char *framework;
  const char *domain;
  const char *op;
  void (*build) (const WeirTranslation *translation, const WeirForeignNode *node,
                 WeirBuilder *builder);
  gconstpointer data;
};

/**
 * weir_registry_add:
 * @digest: the SHA-256 of what they come from, in hexadecimal
 * @ops: (element-type WeirOp): kept by the registry, as all they point to
 * @translations: (element-type WeirTranslation): the same
 *
 * Adds all, or none where a name is taken: that of an operation of Weir's own, of
 * another extension, or a framework's operation that is translated already.
 */
gboolean weir_registry_add (const char *digest, const GPtrArray *ops,
                            const GPtrArray *translations, GError **error);
/** weir_registry_has: whether what has this digest was added. */
gboolean weir_registry_has (const char *digest);
/** weir_registry_digests: (transfer full): the digests of all that was added, sorted:
 * what a conversion may depend on. */
char *weir_registry_digests (void);

/** weir_registry_op: (nullable): an operation by name, without regard to case. */
const WeirOp *weir_registry_op (const char *name);
/** weir_registry_translation: (nullable): @domain may be %NULL for "". */
const WeirTranslation *weir_registry_translation (const char *framework,
                                                  const char *domain, const char *op);
/** weir_registry_translated: (transfer container) (element-type WeirTranslation): all of
 * a framework, sorted. */
GPtrArray *weir_registry_translated (const char *framework);

WEIR_END_DECLS
