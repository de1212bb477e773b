#pragma once

#include "weir-extension.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * SECTION: weir-extension-graph
 *
 * Sub-graphs that a library replaces. A file of --transformations_config says where in a
 * graph of TensorFlow they are, under an id; a #WeirExtensionTranslation of framework
 * "tensorflow", domain %WEIR_EXTENSION_SUBGRAPH and this id as its operation makes what
 * stands in their place. Its inputs and outputs are those of the sub-graph, its
 * attributes the `custom_attributes` of the file, its name is the scope's.
 */
#define WEIR_EXTENSION_SUBGRAPH "subgraph"

/**
 * WeirExtensionGraph:
 * @size: bytes of this structure: newer ones have more at the end
 * @n_nodes: how many nodes the sub-graph has
 * @node: the name of one of them; @op, which may be NULL, gets its operation
 * @value: what output "node" or "node:1" of the graph gives, converted as it is: weights,
 *   or a part that shall stay
 * @data: elements of a value in row-major order, NULL without an error where they are not
 *   known; @type and @shape, which may be NULL, are set in any case
 *
 * What `graph` of the host points to. All are for `translate` of a sub-graph.
 */
struct _WeirExtensionGraph {
  uint32_t size;
  uint32_t (*n_nodes) (WeirExtensionContext *c);
  const char *(*node) (WeirExtensionContext *c, uint32_t index, const char **op);
  WeirExtensionValue (*value) (WeirExtensionContext *c, const char *name);
  const void *(*data) (WeirExtensionContext *c, WeirExtensionValue value,
                       WeirExtensionType *type, WeirExtensionShape *shape, size_t *bytes);
};

#ifdef __cplusplus
}
#endif
