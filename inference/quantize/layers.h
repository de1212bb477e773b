#pragma once

#include "passes/weights.h"

/* Layers that integers could compute, and where FakeQuantize would stand for them. */

/**
 * WeirLayerKind:
 * @WEIR_LAYER_WEIGHTED: a convolution or matrix product with constant weights
 * @WEIR_LAYER_PRODUCT: a product of two values
 * @WEIR_LAYER_SUM: a sum of two values of one shape: quantised where its readers are
 */
typedef enum {
  WEIR_LAYER_WEIGHTED,
  WEIR_LAYER_PRODUCT,
  WEIR_LAYER_SUM,
} WeirLayerKind;

/**
 * WeirLayer:
 * @n_data: how many of its first inputs are values
 * @kept: (nullable): why it stays in float; owned
 * @channels: outputs of a weighted layer, else 0
 * @shift: (nullable) (array length=channels): what is added to each output to make up for
 *   rounding; borrowed
 */
typedef struct {
  WeirNodeId node;
  WeirLayerKind kind;
  guint n_data;
  char *kept;
  gsize channels;
  const double *shift;
} WeirLayer;

/** weir_layers_find: (transfer full) (element-type WeirLayer): by their ids, which stay
 * what they are when constants are changed. */
GArray *weir_layers_find (const WeirGraph *graph);
/** weir_layer_keep: @layer stays in float; the first reason counts. */
void weir_layer_keep (WeirLayer *layer, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** weir_layer_along: whether @tensor, beside a value of rank @rank, has one number for
 * each of the @n channels of dimension @axis. */
gboolean weir_layer_along (const WeirTensor *tensor, int rank, int axis, gsize n);

/**
 * WeirPlaces:
 * @both_sides: whether a sum reads quantised values on both sides, also on that of a
 * layer that could go on with what it has summed up
 * @layer: by node id: index among @layers, counted from 1; 0 for none
 * @taken: by node id, whether a layer is quantised
 * @moved: by node id, whether a node that only moves values does so with quantised ones
 * @first: by node id, the number of its first output among all values
 * @group: by the number of a value, which others it shares its range with
 *
 * What is quantised where, given the layers that are not kept. @graph and @layers are
 * borrowed.
 */
typedef struct {
  const WeirGraph *graph;
  const GArray *layers;
  gboolean both_sides;
  guint *layer;
  gboolean *taken, *moved;
  guint *first, *group;
  guint n_values;
} WeirPlaces;

WeirPlaces *weir_places_new (const WeirGraph *graph, const GArray *layers,
                             gboolean both_sides, GError **error);
void weir_places_free (WeirPlaces *places);
/** weir_places_value: the number of the value @port. */
guint weir_places_value (const WeirPlaces *places, WeirPort port);
/** weir_places_group: the first of all values that share a range with @port. */
guint weir_places_group (const WeirPlaces *places, WeirPort port);
/** weir_places_reads: whether @use reads quantised values. */
gboolean weir_places_reads (const WeirPlaces *places, const WeirUse *use);
/** weir_places_wanted: whether a FakeQuantize stands behind @port. */
gboolean weir_places_wanted (const WeirPlaces *places, WeirPort port);

/** weir_move_inputs: how many of the first inputs of @node are values that it only moves,
 * so that rounding them before or after is the same; 0 where it does anything else. */
guint weir_move_inputs (const WeirGraph *graph, const WeirNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPlaces, weir_places_free)
