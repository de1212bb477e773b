#pragma once

#include "weir-convert.h"

/* Which part of a model can be converted whose whole cannot, as a command line. */

/** Suggestion: @nodes of @total nodes, by @command. */
typedef struct {
  guint nodes, total;
  char *command;
} Suggestion;

/** suggestion_new: (nullable): @arguments: what was given to `weir convert`; what it says
 * of inputs and outputs does not count. */
Suggestion *suggestion_new (const char *path, const WeirConvertOptions *options,
                            const char *const *arguments);
void suggestion_free (Suggestion *suggestion);
/** suggest_part: says so on stderr, if there is such a part. */
void suggest_part (const char *path, const WeirConvertOptions *options,
                   const char *const *arguments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Suggestion, suggestion_free)
