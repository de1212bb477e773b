#pragma once

#include "error.h"

WEIR_BEGIN_DECLS

/**
 * WeirProblem:
 *
 * Situations that a user can mend, each with a code of its own that does not change:
 * "[W0103]" at the end of a message. docs/troubleshooting.md tells of each.
 */
typedef enum {
  WEIR_PROBLEM_IO,
  WEIR_PROBLEM_FORMAT,
  WEIR_PROBLEM_UNSUPPORTED,
  WEIR_PROBLEM_SHAPE,
  WEIR_PROBLEM_LIMIT,
  WEIR_PROBLEM_ARGUMENT,
  WEIR_PROBLEM_DEVICE,
  WEIR_PROBLEM_INTERNAL,
  WEIR_PROBLEM_UNKNOWN_OPTION,
  WEIR_PROBLEM_NO_VALUE,
  WEIR_PROBLEM_NOT_BOOLEAN,
  WEIR_PROBLEM_NOT_NUMBER,
  WEIR_PROBLEM_NOT_A_CHOICE,
  WEIR_PROBLEM_NO_MODEL,
  WEIR_PROBLEM_TWO_MODELS,
  WEIR_PROBLEM_FRAMEWORK,
  WEIR_PROBLEM_NOT_RECOGNISED,
  WEIR_PROBLEM_MODEL_NAME,
  WEIR_PROBLEM_FOLDER,
  WEIR_PROBLEM_OPTIONS_CLASH,
  WEIR_PROBLEM_FILE_MISSING,
  WEIR_PROBLEM_SHAPE_SYNTAX,
  WEIR_PROBLEM_SHAPE_COUNT,
  WEIR_PROBLEM_SHAPE_TWICE,
  WEIR_PROBLEM_SHAPE_AND_BATCH,
  WEIR_PROBLEM_INPUT_SYNTAX,
  WEIR_PROBLEM_FREEZE_TWICE,
  WEIR_PROBLEM_FREEZE_SHAPE,
  WEIR_PROBLEM_CHANNELS_SYNTAX,
  WEIR_PROBLEM_CHANNELS_COUNT,
  WEIR_PROBLEM_CHANNELS_AXIS,
  WEIR_PROBLEM_INPUT_NAME,
  WEIR_PROBLEM_SCALE_TWICE,
  WEIR_PROBLEM_SCALE_ZERO,
  WEIR_PROBLEM_REVERSE,
  WEIR_PROBLEM_LAYOUT_SYNTAX,
  WEIR_PROBLEM_LAYOUT_COUNT,
  WEIR_PROBLEM_BATCH,
  WEIR_PROBLEM_TRANSFORM_NAME,
  WEIR_PROBLEM_TRANSFORM_SYNTAX,
  WEIR_PROBLEM_STATEFUL_NAMES,
  WEIR_PROBLEM_LOW_LATENCY,
  WEIR_PROBLEM_CONFIG_CONTENT,
  WEIR_PROBLEM_CONFIG_KIND,
  WEIR_PROBLEM_CONFIG_INSTANCES,
  WEIR_PROBLEM_CONFIG_REPLACEMENT,
  WEIR_PROBLEM_CONFIG_MATCH,
  WEIR_PROBLEM_PIPELINE,
  WEIR_PROBLEM_SYMBOL,
  WEIR_PROBLEM_ARRAY_LISTS,
  WEIR_PROBLEM_KALDI_BEGIN,
  WEIR_PROBLEM_COUNTS,
  WEIR_N_PROBLEMS,
} WeirProblem;

/**
 * WeirProblemRow:
 * @number: of the code: 103 is W0103
 * @kind: the error code
 * @name: what it is called, in a few words
 * @faq: (nullable): the numbers of Model Optimizer's questions that are the same
 * @remedy: what to do
 */
typedef struct {
  guint number;
  WeirError kind;
  const char *name;
  const char *faq;
  const char *remedy;
} WeirProblemRow;

/** weir_problem_row: what is known of @problem. */
const WeirProblemRow *weir_problem_row (WeirProblem problem);
/** weir_problem_fail: like weir_fail(), with the kind and the code of @problem. */
gboolean weir_problem_fail (GError **error, WeirProblem problem, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/** weir_problem_settle: puts the general code of its kind behind a message that has none.
 */
void weir_problem_settle (GError **error);

WEIR_END_DECLS
