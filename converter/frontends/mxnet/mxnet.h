#pragma once

#include "base/json.h"
#include "frontends/frontend.h"
#include "frontends/make.h"

/**
 * SECTION: mxnet
 *
 * What the files of this room share. A model is a symbol, nodes in an order in which each
 * stands after those that it reads, and a file of arrays by the names of nodes.
 */

/**
 * MxValue:
 * @port: where it stands in the graph; none for what nobody has read yet
 * @broken: a node that could not be converted would have written it
 */
typedef struct {
  WeirPort port;
  gboolean broken;
} MxValue;

/**
 * MxEntry:
 * @name: of the node
 * @op: "null" for inputs and arrays
 * @attrs: (nullable): its attributes, all of them texts
 * @own_attrs: (nullable): those of the user, where old versions keep them apart
 * @subgraphs: (nullable): symbols within it, of loops and branches
 * @inputs: MxRef
 * @outputs: MxValue
 * @n_read: how many outputs others read, 1 at least
 * @first_tensor, @cut_node: its numbers in the plan of what is cut
 */
typedef struct {
  const char *name;
  const char *op;
  JsonObject *attrs, *own_attrs;
  JsonArray *subgraphs;
  GArray *inputs;
  GArray *outputs;
  guint n_read, first_tensor, cut_node;
} MxEntry;

/** MxRef: output @index of node @node. */
typedef struct {
  guint node;
  guint index;
} MxRef;

/** MxSymbol: a symbol as its file has it. */
typedef struct {
  JsonNode *root;
  GPtrArray *nodes; /* MxEntry */
  GArray *heads;    /* MxRef */
  gint64 version;   /* of MXNet, 10501 for 1.5.1; 0 if not told */
} MxSymbol;

/**
 * MxCut:
 * @tensors: MxRef: what each of the plan is
 * @names: of these, which the plan borrows
 * @ports: what stands for each input of @plan; none until it is first read
 * @old: what it replaces, where that was converted
 * @keeps: whether what reads now is needed, and gets the new inputs
 */
typedef struct {
  WeirCutPlan *plan;
  GArray *tensors;
  GPtrArray *names;
  WeirPort *ports, *old;
  gboolean keeps;
} MxCut;

/**
 * MxImport:
 * @arrays: name -> WeirTensor, without "arg:" and "aux:"
 * @depth: in how many others this symbol stands
 */
typedef struct {
  const WeirFrontendInput *input;
  MxSymbol symbol;
  GHashTable *arrays;
  GPtrArray *unsupported;
  WeirBuilder builder;
  MxCut cut;
  guint depth;
} MxImport;

/* params.c */

/** mx_params_probe: whether @head begins a list of arrays. */
gboolean mx_params_probe (const WeirBytes *head);
/** mx_params_read: adds the arrays of @source to @arrays (name -> WeirTensor). */
gboolean mx_params_read (WeirSource *source, GHashTable *arrays, GError **error);
/** mx_dtype: the element type that a type flag stands for; unknown where Weir has none.
 */
WeirDtype mx_dtype (gint64 flag);

/* nd.c */

/** mx_nd_read: adds the arrays that options name; @found: whether they are all that there
 * are. */
gboolean mx_nd_read (MxImport *import, gboolean *found, GError **error);

/* symbol.c */

/** mx_entry_attr: (nullable): the text of an attribute. */
const char *mx_entry_attr (const MxEntry *entry, const char *name);

/** mx_symbol_read: @symbol is to be cleared, on failure too. */
gboolean mx_symbol_read (MxSymbol *symbol, WeirSource *source, GError **error);
/** mx_symbol_read_object: the same from JSON that is @symbol's already, or another's. */
gboolean mx_symbol_read_object (MxSymbol *symbol, JsonObject *object, GError **error);
void mx_symbol_clear (MxSymbol *symbol);
