#pragma once

#include "frontends/frontend.h"
#include "frontends/make.h"
#include "tokens.h"

/**
 * SECTION: kaldi
 *
 * What the files of this room share. Networks of all three libraries (nnet1, nnet2,
 * nnet3) become one list of nodes whose inputs are descriptors. A network that looks at
 * time becomes an IR with state: one frame a call, the frames that it still needs in
 * variables.
 */

/**
 * KdField:
 * @tensor: (nullable): a matrix or a vector
 * @ints: (nullable) (element-type gint64): a list
 * @number, @whole: one number, read both ways; a binary file does not say which it is
 * @flag: T or F
 *
 * What stands behind a key of a component; one of these.
 */
typedef struct {
  WeirTensor *tensor;
  GArray *ints;
  double number;
  gint64 whole;
  gboolean flag;
} KdField;

/**
 * KdComponent:
 * @type: "<AffineComponent>" without the brackets
 * @is_skipped: what it holds was not read
 */
typedef struct {
  char *name;
  char *type;
  gboolean is_skipped;
  GHashTable *fields; /* "LinearParams" -> KdField */
} KdComponent;

/** KdTermKind: what a descriptor is made of. */
typedef enum { KD_NODE, KD_APPEND, KD_SUM, KD_CONST, KD_SWITCH } KdTermKind;

/**
 * KdTerm:
 * @name: of the node that is read
 * @node: its index, once it is known
 * @port: which of its reader's inputs that is where networks are cut: one for each node
 * @offset: which frame of it, from the one that is computed
 * @timeless: it is the same for all frames
 * @scale: what it is multiplied by
 * @dim: of a constant
 * @parts: (nullable) (element-type KdTerm)
 */
typedef struct {
  KdTermKind kind;
  char *name;
  guint node, port;
  gint64 offset;
  gboolean timeless;
  double scale;
  gint64 dim;
  GPtrArray *parts;
} KdTerm;

typedef enum { KD_INPUT, KD_COMPONENT, KD_RANGE, KD_OUTPUT } KdNodeKind;

/**
 * KdNode:
 * @input: (nullable): what it reads
 * @component_name: (nullable): what its component is called in nnet3
 * @component: (nullable): what it computes; %NULL hands its input on
 * @first, @dim: of a range; @dim of an input, too
 * @lag: by how many frames its value is late
 * @depth: how many earlier frames of it others read
 * @size: numbers a frame; -1 while that is not known
 * @number: what it is called by where networks are cut
 * @port: what was built of it; an input may have it from the start
 */
typedef struct {
  KdNodeKind kind;
  char *name, *component_name;
  KdTerm *input;
  const KdComponent *component;
  gint64 first, dim;
  gint64 lag, depth, size;
  guint number;
  WeirPort port, memory, window;
  int state;
} KdNode;

/** KD_MAX_NUMBERS: that a node may give for a frame, or keep. */
#define KD_MAX_NUMBERS (1 << 26)

/** KdNet: a network of any of the libraries. */
typedef struct {
  GPtrArray *nodes;       /* KdNode */
  GPtrArray *left;        /* KdNode: those that were cut away */
  GHashTable *components; /* name -> KdComponent */
  WeirTensor *priors;     /* (nullable): of the model's file */
} KdNet;

/* net.c */

void kd_net_init (KdNet *net);
void kd_net_clear (KdNet *net);
/** kd_net_add: (transfer none): a node of this name; takes @input over. */
KdNode *kd_net_add (KdNet *net, KdNodeKind kind, const char *name, KdTerm *input);
/** kd_net_chain: adds a component behind the last node, as nnet1 and nnet2 are built;
 * takes
 * @component over. */
KdNode *kd_net_chain (KdNet *net, KdComponent *component);
/** kd_net_add_part: (transfer none): a component that is called @base and @suffix. */
KdComponent *kd_net_add_part (KdNet *net, const char *base, const char *suffix,
                              const char *type);
/** kd_net_place: the node of @component; takes @input over. */
void kd_net_place (KdNet *net, const KdComponent *component, KdTerm *input);
/** kd_net_read_priors: of the classes, a vector behind the network; there need not be
 * one. */
gboolean kd_net_read_priors (KdReader *reader, KdNet *net, GError **error);
/** kd_net_resolve: finds the nodes that descriptors name. */
gboolean kd_net_resolve (KdNet *net, GError **error);
/** kd_net_drop: takes nodes out by their index; names have to be resolved again. */
void kd_net_drop (KdNet *net, const gboolean *drop);

/* descriptor.c */

/** kd_term_parse: (transfer full): "Append(Offset(input, -1), input)". */
KdTerm *kd_term_parse (const char *text, GError **error);
KdTerm *kd_term_node (const char *name, gint64 offset);
/** kd_term_append: (transfer full): nothing in it yet. */
KdTerm *kd_term_append (void);
void kd_term_free (KdTerm *term);
/** kd_term_spread: (transfer full): @term at each of @offsets, one behind the other. */
KdTerm *kd_term_spread (const KdTerm *term, const GArray *offsets);
/** kd_term_visit: calls @visit for all nodes that are read; stops at %FALSE. */
gboolean kd_term_visit (KdTerm *term, gboolean (*visit) (KdTerm *leaf, gpointer data),
                        gpointer data);

/* component.c */

/** kd_component_read: (transfer full): from its opening word, which was read, to its end.
 */
KdComponent *kd_component_read (KdReader *reader, const char *opening, const char *name,
                                GError **error);
KdComponent *kd_component_new (const char *type, const char *name);
void kd_component_free (gpointer component);
/** kd_field: (nullable): by its key. */
const KdField *kd_field (const KdComponent *component, const char *key);
/** kd_number_read: one number, read both ways. */
gboolean kd_number_read (KdReader *reader, KdField *field, GError **error);
/** kd_field_set: what is read beside keys; takes @field over. */
void kd_field_set (KdComponent *component, const char *key, KdField *field);

/* lstm-projected.c */
/** kd_lstm_projected_keys: the matrices of it, in the order of the file. */
const char *const *kd_lstm_projected_keys (guint *count);
/** kd_lstm_projected_add: adds it as nodes behind the last one; takes @whole over. */
gboolean kd_lstm_projected_add (KdNet *net, KdComponent *whole, gint64 input,
                                gint64 output, GError **error);

/* recurrent.c */
/** kd_recurrent_add: adds it as nodes behind the last one; takes @whole over. */
void kd_recurrent_add (KdNet *net, KdComponent *whole);

/* offsets.c */
/** kd_offsets: (transfer full) (nullable) (element-type gint64): which frames of its
 * input a component looks at; %NULL: its own alone. */
GArray *kd_offsets (const KdComponent *component);
/** kd_spread_offsets: lets the inputs of such components read those frames. */
gboolean kd_spread_offsets (KdNet *net, GError **error);

/* nnet1.c, nnet2.c, nnet3.c: read a file into @net. */
gboolean kd_nnet1_read (KdReader *reader, KdNet *net, GError **error);
gboolean kd_nnet2_read (KdReader *reader, KdNet *net, GError **error);
gboolean kd_nnet3_read (KdReader *reader, KdNet *net, GError **error);

/* size.c */

/** kd_size_find: fills @node's size, and of those that it follows from. */
gboolean kd_size_find (const KdNet *net, KdNode *node, GError **error);
/** kd_size_forget: for a network that changes. */
void kd_size_forget (const KdNet *net);

/* time.c */

/** kd_time: by how much each node is late, and how much of each others look back. */
gboolean kd_time (KdNet *net, GError **error);

/* build.c */

/** kd_build: the network as nodes of @builder's graph, its outputs @results
 * (element-type KdResult); with @remove_memory earlier frames come in and go out as
 * inputs and outputs. */
gboolean kd_build (KdNet *net, const GArray *results, WeirBuilder *builder,
                   gboolean remove_memory, GError **error);
