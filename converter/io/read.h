#pragma once

#include "io.h"
#include "ir/edit.h"
#include "read-xml.h"

/* What the files of the IR reader share. */

/**
 * IrReader:
 * @bin: (nullable): the weights
 * @version: of the IR: 10 or 11
 * @budget: what the two files may make their reader allocate
 */
typedef struct {
  WeirSource *bin;
  guint version;
  WeirBudget budget;
} IrReader;

/** IrId: a number that the file gives to the thing at place @index of a list. */
typedef struct {
  guint64 id;
  guint index;
  const WeirXmlNode *xml;
} IrId;

/** IrIds: a table of these, sorted, so that ids may be sparse and cost no more for it. */
typedef struct {
  IrId *items;
  guint n;
} IrIds;

/** ir_ids_sort: sorts; returns one of a pair that has the same id, or %NULL. */
const IrId *ir_ids_sort (IrIds *ids);
/** ir_ids_find: (nullable) */
const IrId *ir_ids_find (const IrIds *ids, guint64 id);
void ir_ids_clear (IrIds *ids);

/** IrLayer: a layer of a graph that is being read. */
typedef struct {
  const WeirXmlNode *xml;
  WeirNode *node;
  IrIds inputs;
  IrIds outputs;
  WeirPort *feeds; /* one an input */
} IrLayer;

/** IrLayers: the layers of one graph, in the order of the file, and their ids. */
typedef struct {
  WeirGraph *graph;
  IrLayer *layers;
  guint n;
  IrIds ids;
} IrLayers;

/** ir_layer_prefix: puts line, name and type of layer @xml before an error. Returns
 * %FALSE.
 */
gboolean ir_layer_prefix (const WeirXmlNode *xml, GError **error);

/** ir_read_number: a required attribute, a decimal number of at most 32 bits. */
gboolean ir_read_number (const WeirXmlNode *xml, const char *attr, guint64 *value,
                         GError **error);
/** ir_read_integer: an attribute that may be negative or absent. */
gboolean ir_read_integer (const WeirXmlNode *xml, const char *attr, gint64 fallback,
                          gint64 *value, GError **error);

/** ir_check_types: fails with a list of all layers whose operation is not known. */
gboolean ir_check_types (const WeirXmlNode *net, GError **error);
/** ir_find_op: (nullable): the operation of layer @xml, and which of its versions. */
const WeirOp *ir_find_op (const WeirXmlNode *xml, guint *version, GError **error);

/** ir_read_graph: (transfer full): @net holds layers and edges; @depth counts bodies. */
WeirGraph *ir_read_graph (IrReader *reader, const WeirXmlNode *net, guint depth,
                          GError **error);
/** ir_read_bodies: the sub-graphs of @layer and their port maps. */
gboolean ir_read_bodies (IrReader *reader, IrLayer *layer, guint depth, GError **error);
/** ir_read_ports: the ports that layer @xml declares on its side @side, "input" or
 * "output". */
gboolean ir_read_ports (IrReader *reader, const WeirXmlNode *xml, const char *side,
                        IrIds *ids, GError **error);
/** ir_read_port_info: names and layout of the output ports of @layer. */
gboolean ir_read_port_info (WeirGraph *graph, const IrLayer *layer, GError **error);
/** ir_check_ports: whether what was inferred contradicts a declared type or shape. */
gboolean ir_check_ports (const WeirGraph *graph, const WeirXmlNode *net, GError **error);
/** ir_read_constant: (transfer full): the contents of the Const layer @xml. */
WeirTensor *ir_read_constant (IrReader *reader, const WeirXmlNode *xml, GError **error);
/** ir_read_info: what `rt_info` or `meta_data` of the whole network say. */
gboolean ir_read_info (WeirModel *model, const WeirXmlNode *net, GError **error);
