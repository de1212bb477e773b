#pragma once

#include "session.h"

/* Kaldi archives as inputs of a session, and as what it writes. */

/** utterances_prefixed: "ark:FILE" and its like, which say themselves what they are. */
gboolean utterances_prefixed (const char *text);
/** utterances_read: input @index comes from the archive or script @path. */
gboolean utterances_read (Session *session, guint index, const char *path,
                          GError **error);
/** utterances_name: (nullable): of utterance @index of the archive that was given first;
 * %NULL behind the last, and where no input is an archive. */
const char *utterances_name (const Session *session, guint index);
/** utterances_use: the inputs become those of utterance @index in all archives, and
 * nothing is known of the one before. */
gboolean utterances_use (Session *session, guint index, GError **error);
