#pragma once

#include "kaldi.h"

/** KdResult: @node: what the network gives under @name. */
typedef struct {
  const KdNode *node;
  const char *name;
} KdResult;

/**
 * KdCut:
 * @inputs: what was built for each input of @plan; none where the model's own stands
 * @results: (element-type KdResult)
 */
typedef struct {
  WeirCutPlan *plan;
  WeirPort *inputs;
  GArray *results;
} KdCut;

/** kd_cut_apply: leaves of @net what the user asks for, with new inputs in @builder's
 * graph. */
gboolean kd_cut_apply (KdCut *cut, KdNet *net, const WeirCut *asked, WeirBuilder *builder,
                       GError **error);
/** kd_cut_check: whether all of @net can be converted. @hint: (nullable) */
gboolean kd_cut_check (const KdCut *cut, const KdNet *net, GPtrArray *unsupported,
                       WeirCutHint *hint, GError **error);
/** kd_cut_finish: orders the inputs of the graph that was built. */
gboolean kd_cut_finish (const KdCut *cut, WeirGraph *graph, GError **error);
void kd_cut_clear (KdCut *cut);
