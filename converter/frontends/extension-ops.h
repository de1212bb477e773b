#pragma once

#include "ir/registry.h"

/* What frontends ask before they call an operation unsupported. */

/** weir_extension_op: (nullable): how an extension translates a framework's operation;
 * @domain may be %NULL where the framework has none. */
const WeirTranslation *weir_extension_op (const char *framework, const char *domain,
                                          const char *op);

/**
 * weir_extension_op_convert:
 * @node: filled by the frontend; its outputs are set
 *
 * Builds what the extension makes of @node, and names the nodes after it. Returns: %FALSE
 * after a failure, which @builder tells; that an output was not set is one.
 */
gboolean weir_extension_op_convert (const WeirTranslation *translation,
                                    const WeirForeignNode *node, WeirBuilder *builder);

/** weir_extension_op_text: what a #WeirForeignFind finds in a framework whose attributes
 * are texts, "True" and "false" too. @text: (nullable): there is none. */
gboolean weir_extension_op_text (const char *text, WeirAttrType wanted,
                                 WeirAttrType *found, WeirAttr *value);

/** weir_extension_op_names: (transfer full) (element-type utf8): "Op" or "domain.Op"
 * of all that extensions translate from a framework, sorted. */
GPtrArray *weir_extension_op_names (const char *framework);
