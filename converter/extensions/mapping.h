#pragma once

#include "base/json.h"
#include "base/source.h"
#include "ir/registry.h"

/* A framework's operation as nodes of known ones, from a JSON file. */

typedef enum { REF_INPUT, REF_NODE, REF_CONSTANT } MapRefKind;

/**
 * MapRef:
 * @index: of the input, or of the node among the mapping's
 * @port: output of the node
 * @dtype: of a constant; unknown: as input 0
 * @is_list: whether a constant is a vector, not a scalar
 * @text: (nullable): a constant's elements, expressions separated by commas
 */
typedef struct {
  MapRefKind kind;
  guint index;
  guint port;
  WeirDtype dtype;
  gboolean is_list;
  char *text;
} MapRef;

typedef struct {
  char *name; /* (nullable) */
  char *op;
  GArray *inputs;    /* MapRef */
  JsonObject *attrs; /* (nullable) */
  guint n_outputs;   /* as many as others refer to */
} MapNode;

/** Mapping: @defaults are attributes that the framework's node may lack. */
typedef struct {
  WeirTranslation translation;
  GPtrArray *nodes; /* MapNode */
  GArray *outputs;  /* MapRef */
  JsonObject *defaults;
} Mapping;

/** mapping_read: (element-type Mapping): those of a file. */
GPtrArray *mapping_read (WeirSource *source, GError **error);
/** mapping_build: a #WeirTranslation's `build`. */
void mapping_build (const WeirTranslation *translation, const WeirForeignNode *node,
                    WeirBuilder *builder);
