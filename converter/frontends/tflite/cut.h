#pragma once

#include "tflite.h"

/**
 * WeirTfliteCut:
 * @plan: its tensors and nodes have the numbers of the file's
 * @ports, @values: for each input of @plan the node that was built and the real value
 *   that it gives; none until it is first read
 * @own: for each input of the sub-graph its Parameter, or none
 * @silent: for each operator without outputs a tensor that stands for what it does
 * @readers: the operators that read variables
 * @node: the operator that is being converted
 */
struct _WeirTfliteCut {
  WeirCutPlan *plan;
  WeirPort *ports, *values;
  GArray *own, *silent, *readers;
  guint node;
};

/** weir_tflite_cut_init: what of the main sub-graph is needed; sets @scope->cut. @cut is
 * to be cleared, on failure too. */
gboolean weir_tflite_cut_init (WeirTfliteCut *cut, WeirTfliteScope *scope,
                               const WeirCut *asked, GError **error);
void weir_tflite_cut_clear (WeirTfliteCut *cut);
/** weir_tflite_cut_keeps: whether operator @index is needed. */
gboolean weir_tflite_cut_keeps (const WeirTfliteScope *scope, guint32 index);
/** weir_tflite_cut_tensor: the new input that replaces tensor @tensor for everyone; -1:
 * none. */
int weir_tflite_cut_tensor (const WeirTfliteScope *scope, gint32 tensor);
/** weir_tflite_cut_read: the same for input @index of the operator that is being
 * converted, which reads @tensor. */
int weir_tflite_cut_read (const WeirTfliteScope *scope, guint index, gint32 tensor);
/** weir_tflite_cut_value: what new input @input gives. */
WeirPort weir_tflite_cut_value (WeirTfliteScope *scope, int input);
/** weir_tflite_cut_finish: brings the inputs into their order. */
gboolean weir_tflite_cut_finish (WeirTfliteScope *scope, GError **error);
