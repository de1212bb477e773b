#pragma once

#include "node.h"

/**
 * TfCut:
 * @wanted: (element-type TfWanted): the model's own outputs
 * @named: whether somebody has named the outputs
 * @inputs: what stands for each input of @plan; nothing until it is first read
 * @old: what it replaces, where that was converted
 *
 * What of the graph is needed, and where it is cut.
 */
struct _TfCut {
  WeirCutPlan *plan;
  GPtrArray *wanted;
  gboolean named;
  TfValue *inputs;
  WeirPort *old;
};

/** tf_cut_init: what of @graph, the nodes of @scope, is needed of what @request wants.
 * @cut is to be cleared, on failure too. */
gboolean tf_cut_init (TfCut *cut, TfScope *scope, const Tf__GraphDef *graph,
                      const TfRequest *request, GError **error);
void tf_cut_clear (TfCut *cut);
/** tf_cut_input: the new input that @entry reads at its input @port, which names @ref; -1
 * where it reads what is there. */
int tf_cut_input (const TfScope *scope, const TfEntry *entry, guint port,
                  const TfRef *ref);
/** tf_cut_replaced: the new input that stands for what @ref names, whoever reads it; or
 * -1.
 */
int tf_cut_replaced (const TfScope *scope, const TfRef *ref);
/** tf_cut_make: input @index of the plan, made when it is first asked for. */
const TfValue *tf_cut_make (TfScope *scope, guint index, GError **error);
/** tf_cut_refuse: @entry could not be converted. */
void tf_cut_refuse (const TfScope *scope, const TfEntry *entry);
/** tf_cut_convert: all that is needed, with a Result for each output. */
gboolean tf_cut_convert (TfScope *scope, const Tf__GraphDef *graph, GError **error);
/** tf_cut_finish: removes what nobody needs and brings the inputs into their order. */
gboolean tf_cut_finish (TfScope *scope, GError **error);
