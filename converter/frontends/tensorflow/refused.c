#include "table.h"

#include <string.h>

/* Operations that have no place in the IR, and what to do about them. */

#define STRINGS                                                                       \
  "it works with strings: prepare them outside, and cut the graph behind it (option " \
  "--input)"
#define LOOKUP \
  "a table of keys: look them up outside, and cut the graph behind it (option --input)"
#define QUEUE "it reads a queue: cut the graph behind it (option --input)"
#define TRAINING                                                                       \
  "it belongs to training or to saving: freeze the graph, or name the outputs of the " \
  "network (option --output)"
#define NOTHING "it gives no value: name another output (option --output)"
#define XLA                                                               \
  "it is made for XLA's compiler: export the model without XLA (jax2tf: " \
  "enable_xla=False)"
#define DECODE \
  "it reads files: decode outside, and cut the graph behind it (option --input)"

static const struct {
  const char *prefix, *reason;
} refusals[] = {
  { "LookupTable", LOOKUP },
  { "HashTable", LOOKUP },
  { "MutableHashTable", LOOKUP },
  { "InitializeTable", LOOKUP },
  { "String", STRINGS },
  { "StaticRegex", STRINGS },
  { "Regex", STRINGS },
  { "AsString", STRINGS },
  { "Substr", STRINGS },
  { "ReduceJoin", STRINGS },
  { "Sentencepiece", STRINGS },
  { "ShardedFilename", TRAINING },
  { "Decode", DECODE },
  { "ParseExample", DECODE },
  { "ParseSingleExample", DECODE },
  { "ReadFile", DECODE },
  { "PaddingFIFOQueue", QUEUE },
  { "PriorityQueue", QUEUE },
  { "RandomShuffleQueue", QUEUE },
  { "Iterator", QUEUE },
  { "Assign", TRAINING },
  { "Save", TRAINING },
  { "Restore", TRAINING },
  { "MergeV2Checkpoints", TRAINING },
  { "IsVariableInitialized", TRAINING },
  { "VarIsInitializedOp", TRAINING },
  { "Assert", NOTHING },
  { "NoOp", NOTHING },
  { "Xla", XLA },
  { "Eye", "it is no operation of TensorFlow's: tf.eye() makes a graph of others" },
};

const char *
tf_refusal (const char *op)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (g_str_has_prefix (op, refusals[i].prefix))
      return refusals[i].reason;
  return NULL;
}
