#pragma once

#include "passes/passes.h"

typedef enum {
  WEIR_OPTION_FLAG,
  WEIR_OPTION_TEXT,
  WEIR_OPTION_NUMBER,
} WeirOptionKind;

/** WeirOptionGroup: under which heading the help text has an option. */
typedef enum {
  WEIR_OPTION_GENERAL,
  WEIR_OPTION_TENSORFLOW,
  WEIR_OPTION_CAFFE,
  WEIR_OPTION_MXNET,
  WEIR_OPTION_KALDI,
  WEIR_OPTION_OLD,
  WEIR_OPTION_N_GROUPS,
} WeirOptionGroup;

/**
 * WeirOptionPath:
 * @WEIR_OPTION_NO_PATH: the value is no path
 * @WEIR_OPTION_FILE: a file that has to be there
 * @WEIR_OPTION_FOLDER: a folder that has to be there
 * @WEIR_OPTION_OTHER_PATH: a path that need not be there, or that may be a name
 */
typedef enum {
  WEIR_OPTION_NO_PATH,
  WEIR_OPTION_FILE,
  WEIR_OPTION_FOLDER,
  WEIR_OPTION_OTHER_PATH,
} WeirOptionPath;

/**
 * WeirOptionRow:
 * @name: without the dashes before it
 * @letters: (nullable): short forms, separated by blanks
 * @value: (nullable): what the help text calls its value
 * @read: (nullable): what it means to the passes; also checks the value
 * @initial: (nullable): what version 10 of the IR says where a text was not set
 * @note: (nullable): said where it is set, for it changes nothing
 * @stands_for: (nullable): the newer option that it sets
 */
typedef struct {
  const char *name;
  const char *letters;
  WeirOptionKind kind;
  WeirOptionGroup group;
  WeirOptionPath path;
  gboolean (*read) (const char *text, WeirPassOptions *passes, GError **error);
  const char *value;
  const char *help;
  const char *initial;
  const char *note;
  const char *stands_for;
} WeirOptionRow;

#define WEIR_N_OPTIONS 73

/* In the order in which they are read: --input stands before --input_shape, because
 * shapes are given to the inputs in their order, and before the values that freeze them.
 */
extern const WeirOptionRow weir_option_rows[WEIR_N_OPTIONS];

/** weir_option_group_title: the heading. */
const char *weir_option_group_title (WeirOptionGroup group);
