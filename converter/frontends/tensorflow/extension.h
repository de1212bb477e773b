#pragma once

#include "frontends/extension-ops.h"
#include "node.h"
#include "replace-match.h"

/** TF_SUBGRAPH: the domain of translations of sub-graphs, in extensions. */
#define TF_SUBGRAPH "subgraph"

/**
 * TfSubgraph:
 * @translation: what an extension makes of it
 * @match: where it was found
 * @attributes: (nullable): the `custom_attributes` of its replacement
 *
 * A sub-graph that an extension replaces.
 */
typedef struct {
  const WeirTranslation *translation;
  TfMatch *match;
  JsonObject *attributes;
} TfSubgraph;

/** tf_extension_row: (nullable): how an extension translates operation @op. */
const TfRow *tf_extension_row (const char *op);
/** tf_extension_subgraph: what stands in the place of the #TfSubgraph of the piece @n. */
WeirPort tf_extension_subgraph (TfNode *n);
/** tf_subgraph_free: @data is a #TfSubgraph. */
void tf_subgraph_free (gpointer data);
