#pragma once

#include "node.h"

/**
 * PdBody:
 *
 * A block that becomes the body of If or Loop. What it reads from outside becomes one
 * more parameter each.
 */
typedef struct {
  PdNode *n;
  WeirGraph *graph;
  WeirBuilder builder;
  PdScope scope;
  guint unsupported; /* how many operations were so before */
} PdBody;

/** pd_body_init: an empty body of @n. */
void pd_body_init (PdBody *body, PdNode *n);
void pd_body_clear (PdBody *body);
/** pd_body_parameter: variable @name enters from outside, as @like with @shape. */
void pd_body_parameter (PdBody *body, const char *name, const PdValue *like,
                        const WeirShape *shape);
/** pd_body_run: converts what of block sub_block the names in @wanted (element-type
 * utf8) need. Returns: %FALSE after a failure; @broken is set where operations were not
 * supported. */
gboolean pd_body_run (PdBody *body, const GPtrArray *wanted, gboolean *broken);
/** pd_body_result: hands variable @name out. Returns: what it stands for. */
WeirPort pd_body_result (PdBody *body, const char *name);
/** pd_body_zeros: hands zeros out, of the type and shape of @like in @graph, as far as
 * that is known. */
void pd_body_zeros (PdBody *body, const WeirGraph *graph, WeirPort like,
                    const char *name);
/** pd_body_attach: makes the graph a body of @node, and what it reads from outside inputs
 * of @node. Returns: (transfer none) (nullable): %NULL after a failure. */
WeirBody *pd_body_attach (PdBody *body, WeirNode *node);
