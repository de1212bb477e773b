#pragma once

#include "weir-infer.h"

/* A model, its inputs from files, and the network that fits them: what `run` and `bench`
 * begin with. */

/**
 * Session:
 * @inputs: one an input of the model, as read; (nullable) where none was given
 * @repeats: how often the network runs to use up all rows of the longest input
 * @archives: one an input; (nullable) where it was not given as an archive of utterances
 * @leading: the one that was given first, -1 for none
 */
typedef struct {
  WeirModel *model;
  WeirNetwork *network;
  WeirRequest *request;
  WeirTensor **inputs;
  guint n_inputs;
  guint repeats;
  GPtrArray **archives;
  int leading;
} Session;

/** SessionOptions: @input and @shape are "[NAME=]VALUE" lists. */
typedef struct {
  const char *model;
  const char *convert_options;
  const char *extensions;
  const char *offload;
  char **input;
  char **shape;
  WeirNetworkOptions network;
} SessionOptions;

gboolean session_open (Session *session, const SessionOptions *options, GError **error);
void session_close (Session *session);
/** session_set_inputs: the inputs of repetition @index. */
gboolean session_set_inputs (Session *session, guint index, GError **error);
/** session_read_shape: "[NAME=][1,3,320,320]" into its place among @shapes; @position
 * where it has no name. */
gboolean session_read_shape (const WeirGraph *graph, const char *text, guint position,
                             WeirShape *shapes, GError **error);
/** session_rows_to_run: how often @given must be cut into rows to fit @wanted; 1 where it
 * fits, 0 where not. */
guint session_rows_to_run (const WeirShape *given, const WeirShape *wanted);
/** session_write: the outputs as NNN.npy and outputs.json in @directory; @joined
 * (nullable) holds them where they are not the request's own. */
gboolean session_write (Session *session, WeirTensor *const *outputs,
                        const char *directory, GError **error);
