#pragma once

#include "ir/build.h"

WEIR_BEGIN_DECLS

/** weir_pass_port_map: (nullable): the first of @maps, #WeirPortMap, for parameter or
 * result
 * @internal of a body. */
const WeirPortMap *weir_pass_port_map (const GArray *maps, guint internal);

/**
 * weir_pass_inline_body:
 * @node: what @body belongs to; removed
 * @parameters: what each parameter of the body is
 *
 * The nodes of @body, once, in the place of @node.
 */
gboolean weir_pass_inline_body (WeirBuilder *builder, WeirNode *node,
                                const WeirBody *body, const WeirPort *parameters);

WEIR_END_DECLS
