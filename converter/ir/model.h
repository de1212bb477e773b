#pragma once

#include "graph.h"

WEIR_BEGIN_DECLS

/**
 * WeirModel:
 *
 * A graph and what is known about it: name, framework, and the information that goes with
 * it as `rt_info` of the IR. Reference-counted; a model that is shared is not changed.
 */
typedef struct _WeirModel WeirModel;

#define WEIR_TYPE_MODEL (weir_model_get_type ())
GType weir_model_get_type (void);

/** weir_model_new: (skip): takes @graph over. */
WeirModel *weir_model_new (WeirGraph *graph, const char *name, const char *framework);
WeirModel *weir_model_ref (WeirModel *model);
void weir_model_unref (WeirModel *model);
/** weir_model_copy: (transfer full): a copy that may be changed; tensors are shared. */
WeirModel *weir_model_copy (const WeirModel *model);
/** weir_model_expose: (skip) (transfer full): a copy that hands out @ports too, each as
 * an output of its own behind the model's.
 * @ports: (array length=n): values of its graph */
WeirModel *weir_model_expose (const WeirModel *model, const WeirPort *ports, guint n,
                              GError **error);
/** weir_model_graph: (skip): borrowed. */
WeirGraph *weir_model_graph (const WeirModel *model);
const char *weir_model_name (const WeirModel *model);
void weir_model_set_name (WeirModel *model, const char *name);
/** weir_model_framework: "onnx", "tflite", …, "ir". */
const char *weir_model_framework (const WeirModel *model);

/** weir_model_operations: how many nodes calculate: all but constants, inputs, outputs.
 */
guint weir_model_operations (const WeirModel *model);
/** weir_model_operations_read: how many there were when weir_model_note_operations() was
 * called: as the file had them; 0 where nobody did. */
guint weir_model_operations_read (const WeirModel *model);
void weir_model_note_operations (WeirModel *model);

/**
 * weir_model_info:
 * @path: "model_info/labels"
 *
 * Returns: (nullable): what is said there.
 */
const char *weir_model_info (const WeirModel *model, const char *path);
/** weir_model_set_info: says @value at @path; %NULL takes it away. */
void weir_model_set_info (WeirModel *model, const char *path, const char *value);
/** weir_model_n_info: how many there are, in the order in which they were said. */
guint weir_model_n_info (const WeirModel *model);
void weir_model_info_at (const WeirModel *model, guint index, const char **path,
                         const char **value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirModel, weir_model_unref)

WEIR_END_DECLS
