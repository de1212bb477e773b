#pragma once

#include "graph.h"

/* What graph.c and edit.c share: nobody else sees inside. */
struct _WeirGraph {
  GPtrArray *nodes; /* WeirNode by id; NULL where one was removed */
  guint count;
  GArray *parameters; /* WeirNodeId */
  GArray *results;    /* WeirNodeId */
};

#define WEIR_NOTE_EXACT "weir_exact"

void weir_node_free (WeirNode *node);
void weir_node_alloc (WeirNode *node, const WeirOp *op, guint version, guint n_inputs,
                      guint n_outputs);
void weir_body_clear (WeirBody *body);
void weir_body_copy (WeirBody *to, const WeirBody *from);
/* The value of attribute @name; a critical warning where the operation has none. */
WeirAttr *weir_node_attr (const WeirNode *node, const char *name, WeirAttrType type);
