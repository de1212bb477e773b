#pragma once

#include "scope.h"

/**
 * OnnxCut:
 * @inputs: what stands for each input of @plan; nothing until it is first read
 * @old: what it replaces, where that was converted
 * @node: the number of the node that is being converted
 * @keeps: whether what reads now is needed, and gets the new inputs
 */
struct _OnnxCut {
  WeirCutPlan *plan;
  const Onnx__GraphProto *graph;
  OnnxValue *inputs;
  WeirPort *old;
  guint node;
  gboolean keeps;
};

/** onnx_cut_init: what of @graph is needed. @cut is to be cleared, on failure too. */
gboolean onnx_cut_init (OnnxCut *cut, const OnnxScope *scope,
                        const Onnx__GraphProto *graph, GError **error);
void onnx_cut_clear (OnnxCut *cut);
/** onnx_cut_need: why anyone reads input @name of the model. */
WeirCutNeed onnx_cut_need (const OnnxCut *cut, const char *name);
/** onnx_cut_find: the new input that @name stands for; %NULL in @found where it stands
 * for what it always does. */
gboolean onnx_cut_find (OnnxScope *scope, const char *name, const OnnxValue **found,
                        GError **error);
/** onnx_cut_read: what input @index of the node that is being converted reads. */
const OnnxValue *onnx_cut_read (OnnxScope *scope, guint index, const char *name,
                                GError **error);
/** onnx_cut_convert: node @index, as far as it is needed. */
gboolean onnx_cut_convert (OnnxScope *scope, const Onnx__NodeProto *proto, gsize index,
                           GError **error);
/** onnx_cut_outputs: a Result for each output. */
gboolean onnx_cut_outputs (OnnxScope *scope, GError **error);
/** onnx_cut_finish: brings the inputs into their order. */
gboolean onnx_cut_finish (OnnxScope *scope, GError **error);
