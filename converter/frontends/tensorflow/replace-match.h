#pragma once

#include "replace.h"

/** TfPoint: output @port of a node. */
typedef struct {
  Tf__NodeDef *proto;
  guint port;
} TfPoint;

/**
 * TfMatch:
 * @name: of the scope, else the replacement's id
 * @nodes: (element-type Tf__NodeDef): the sub-graph, in the order of the file
 * @inputs: (element-type utf8): what it reads from outside, "node:0"
 * @outputs: (element-type TfPoint): what others read of it
 *
 * A sub-graph that a replacement's configuration describes.
 */
typedef struct {
  char *name;
  GPtrArray *nodes;
  GPtrArray *inputs;
  GArray *outputs;
} TfMatch;

void tf_match_free (gpointer data);
/** tf_match_find: (transfer full) (element-type TfMatch): the sub-graphs of @r->config.
 */
GPtrArray *tf_match_find (const TfReplace *r, GError **error);
/** tf_match_bounds: sets inputs and outputs of @match to those that its nodes have. */
void tf_match_bounds (const TfReplace *r, TfMatch *match);
