#pragma once

#include "node.h"

/**
 * SECTION: rewrite
 *
 * Changes a graph before it is converted: nodes of Weir's own are put in place of what
 * others have written. What is replaced stays in the list of nodes; nobody reads it then.
 */

/**
 * TfPiece:
 * @row: how it is converted
 * @data: for @row's function, as tf_piece()
 *
 * A node that no file holds, or whose conversion is another than its operation's.
 */
typedef struct _TfPiece {
  Tf__NodeDef *proto;
  TfRow row;
  gconstpointer data;
} TfPiece;

/**
 * TfRewrite:
 * @graph: the graph with its changes; its lists are @list's
 * @outputs: (nullable) (element-type TfWanted): what it gives instead of its own outputs
 * @changed: what nodes of the file have read before
 * @hidden: (element-type utf8): nodes in whose place others stand: nobody wants what they
 *   give, unless it is asked for by name
 * @kept: freed with it
 */
typedef struct _TfRewrite {
  const TfImport *import;
  Tf__GraphDef graph;
  GPtrArray *list;    /* Tf__NodeDef */
  GPtrArray *added;   /* Tf__NodeDef, of its own */
  GHashTable *nodes;  /* name -> Tf__NodeDef */
  GHashTable *pieces; /* name -> TfPiece */
  GPtrArray *outputs;
  GArray *changed;
  GHashTable *hidden;
  GArray *kept;
} TfRewrite;

TfRewrite *tf_rewrite_new (const TfImport *import, const Tf__GraphDef *graph);
void tf_rewrite_free (TfRewrite *rewrite);
/** tf_rewrite_own: (transfer full): @data, until the conversion is over. */
void tf_rewrite_own (TfRewrite *rewrite, gpointer data, GDestroyNotify free);
/** tf_rewrite_keep: (transfer full): the same for what g_free() frees. */
gpointer tf_rewrite_keep (TfRewrite *rewrite, gpointer data);
/** tf_rewrite_find: (nullable): the first node of this name, or whose name ends in it
 * after a '/'. */
Tf__NodeDef *tf_rewrite_find (const TfRewrite *rewrite, const char *name);
/** tf_rewrite_input: (nullable): what node @name, found as above, reads at @port; an
 * error that names both where there is none. */
const char *tf_rewrite_input (const TfRewrite *rewrite, const char *name, guint port,
                              GError **error);
/** tf_rewrite_add: a node; its name, which none of the graph bears. */
const char *tf_rewrite_add (TfRewrite *rewrite, const char *name, const char *op,
                            WeirPort (*convert) (TfNode *n), gconstpointer data,
                            const char *const *inputs, gsize n_inputs);
/** tf_rewrite_change: another conversion of a node that is there. */
void tf_rewrite_change (TfRewrite *rewrite, Tf__NodeDef *proto,
                        WeirPort (*convert) (TfNode *n), gconstpointer data);
/** tf_rewrite_is_changed: whether it has another conversion already. */
gboolean tf_rewrite_is_changed (const TfRewrite *rewrite, const Tf__NodeDef *proto);
/** tf_rewrite_read: @proto reads @inputs, which are kept, and nothing else. */
void tf_rewrite_read (TfRewrite *rewrite, Tf__NodeDef *proto, char **inputs,
                      gsize n_inputs);
/** tf_rewrite_outputs: as tf_graph_outputs(), without hidden nodes. */
GPtrArray *tf_rewrite_outputs (const TfRewrite *rewrite, TfScope *scope);
/** tf_rewrite_redirect: all nodes of the file that read @from read @to. */
void tf_rewrite_redirect (TfRewrite *rewrite, const char *from, const char *to);
/** tf_rewrite_undo: nothing was changed. */
void tf_rewrite_undo (TfRewrite *rewrite);
/** tf_rewrite_apply: gives the nodes of @scope their pieces. */
void tf_rewrite_apply (const TfRewrite *rewrite, TfScope *scope);
/** tf_piece: (nullable): what the piece that @n is was made with. */
gconstpointer tf_piece (const TfNode *n);
