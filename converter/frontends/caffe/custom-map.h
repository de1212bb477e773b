#pragma once

#include "base/source.h"

/**
 * CfCustom: a layer that passes as it is, of CustomLayersMapping.xml
 * @param: (nullable): the layer's message whose fields become attributes
 */
typedef struct {
  char *type;
  char *param;
} CfCustom;

/** cf_custom_map_read: type -> CfCustom. */
GHashTable *cf_custom_map_read (WeirSource *source, GError **error);
