#pragma once

#include "body.h"

typedef struct _TfChoice TfChoice;

/**
 * TfChoice:
 * @make: where it is made
 * @import: of the model
 * @predicate: what chooses: a bool
 * @n_outputs: values that a branch gives
 * @branch: converts branch @which, 1 for a predicate that is true; @body is %NULL where
 * it becomes part of the graph, as it is the one that is always taken
 * @data: for it
 *
 * One of two branches on its way into the graph.
 */
struct _TfChoice {
  WeirMake *make;
  TfImport *import;
  WeirPort predicate;
  guint n_outputs;
  gboolean (*branch) (TfChoice *choice, guint which, TfBody *body, TfValue *values,
                      GError **error);
  gconstpointer data;
};

/** tf_choice_convert: @results: (out): broken ones where something cannot be converted.
 * Failures go to the builder. */
void tf_choice_convert (TfChoice *choice, TfValue *results);
