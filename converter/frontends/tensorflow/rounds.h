#pragma once

#include "array.h"
#include "body.h"

/**
 * TfState:
 * @outside: where the loop is made
 * @initial: its value before the first round, there
 * @shape: as the body sees it
 * @element: of an array: what writing to it has told of the shape of elements
 * @fixed: no round changes it
 * @counts: each round adds 1 to it, from @start on
 * @plain: it is an array that the body uses otherwise than to write one element a round
 * @inner, @next: within the body: before and after a round
 *
 * A variable of a loop.
 */
typedef struct _TfState {
  WeirMake *outside;
  TfValue initial;
  WeirDtype dtype;
  WeirShape shape, element;
  gboolean fixed, counts, plain;
  gint64 start;
  TfValue inner, next;
  int output; /* of the node, or -1 */
} TfState;

typedef struct _TfRounds TfRounds;

/**
 * TfRounds:
 * @n: the node that is the loop
 * @states: its variables
 * @condition: converts what says whether to go on where the variables have @values; @body
 *   is %NULL for the graph around the loop
 * @next: converts one round
 * @data: for both
 *
 * A loop on its way into the graph. Its body is converted again and again until nothing
 * new is learned of the variables: which change and how, and what shapes they have.
 */
struct _TfRounds {
  TfNode *n;
  TfState *states;
  guint n_states;
  gboolean (*condition) (TfRounds *r, TfBody *body, const TfValue *values,
                         TfValue *result, GError **error);
  gboolean (*next) (TfRounds *r, TfBody *body, const TfValue *values, TfValue *next,
                    GError **error);
  gconstpointer data;
  GArray *bounds;
  gboolean bounded, broken;
};

/** tf_rounds_convert: adds the loop to the graph of @r->n. @results: (out): the variables
 * after it, broken ones where something in it cannot be converted. Failures go to the
 * builder of the node. */
void tf_rounds_convert (TfRounds *r, TfValue *results);

/** tf_state_is_plain: whether an array goes round as a tensor. */
gboolean tf_state_is_plain (const TfState *state);
/** tf_state_make_plain: lets it do so when the body is converted the next time; this
 * time it fails. Returns: no port. */
WeirPort tf_state_make_plain (TfState *state, WeirMake *m);
/** tf_state_learn: what an element of an array looks like. */
void tf_state_learn (TfState *state, const WeirShape *element);
