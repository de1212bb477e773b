#pragma once

#include "base/error.h"
#include "bin.h"
#include "io.h"
#include "xml-text.h"

/* What the files of the IR writer share. */

/**
 * IrWriter:
 * @version: 10 or 11
 */
typedef struct {
  IrText text;
  IrBlobs *blobs;
  guint version;
} IrWriter;

/**
 * IrOrder:
 * @nodes: #WeirNodeId in the order of the layers: parameters first and results last, both
 *   in their own order, which OpenVINO takes from here
 * @ids: by node id: the id of its layer
 */
typedef struct {
  const WeirGraph *graph;
  GArray *nodes;
  guint32 *ids;
} IrOrder;

gboolean ir_order_init (IrOrder *order, const WeirGraph *graph, GError **error);
void ir_order_clear (IrOrder *order);

/** ir_write_graph: layers and edges. */
gboolean ir_write_graph (IrWriter *writer, const IrOrder *order, guint depth,
                         GError **error);
/** ir_write_maps: port maps and back edges of @node; @bodies has one order a body. */
void ir_write_maps (IrWriter *writer, const WeirNode *node, const IrOrder *bodies);
/** ir_write_bodies: the sub-graphs themselves. */
gboolean ir_write_bodies (IrWriter *writer, const WeirNode *node, const IrOrder *bodies,
                          guint depth, GError **error);
/** ir_write_info: what is known of the network. */
void ir_write_info (IrWriter *writer, const WeirModel *model);
/** ir_write_model: the whole XML into @writer's text, the constants into its blobs. */
gboolean ir_write_model (IrWriter *writer, const WeirModel *model, GError **error);
