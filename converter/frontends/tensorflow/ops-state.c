#include "checkpoint.h"
#include "table.h"

#include <string.h>

/* Variables, which become what their checkpoint holds. */

/* Under what name the checkpoint holds the variable of @n. */
static const char *
key_of (TfNode *n)
{
  TfCheckpoint *checkpoint = n->scope->import->checkpoint;
  const char *shared = tf_attr_string (n, "shared_name", "");
  const char *full = *shared != '\0' ? shared : n->proto->name;
  const char *key = g_hash_table_lookup (n->scope->import->restored, n->proto->name);

  if (key != NULL && tf_checkpoint_has (checkpoint, key))
    return key;
  key = tf_checkpoint_key (checkpoint, full);
  if (key != NULL && tf_checkpoint_has (checkpoint, key))
    return key;
  return tf_checkpoint_has (checkpoint, full) ? full : n->proto->name;
}

static gboolean
fits (const WeirShape *declared, const WeirShape *found)
{
  if (declared->rank >= 0 && declared->rank != found->rank)
    return FALSE;
  for (int i = 0; i < declared->rank; i++)
    if (declared->dims[i] >= 0 && declared->dims[i] != found->dims[i])
      return FALSE;
  return TRUE;
}

static WeirPort
variable (TfNode *n)
{
  TfCheckpoint *checkpoint = n->scope->import->checkpoint;
  WeirShape shape = tf_attr_shape (n, "shape");
  WeirTensor *value;

  if (checkpoint == NULL)
    return weir_make_unsupported (
        &n->make,
        "a variable without a value: name a checkpoint by --input_checkpoint, or freeze "
        "the graph");
  if (weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  value = tf_checkpoint_tensor (checkpoint, key_of (n), &n->make.b->error);
  if (value != NULL && !fits (&shape, weir_tensor_shape (value))) {
    weir_make_invalid (&n->make, "the checkpoint holds another shape than the variable");
    g_clear_pointer (&value, weir_tensor_unref);
  }
  return weir_make_constant (&n->make, value);
}

static WeirPort
read_variable (TfNode *n)
{
  return tf_in (n, 0);
}

const TfRow tf_rows_state[] = {
  { "VarHandleOp", variable },
  { "Variable", variable },
  { "VariableV2", variable },
  { "ReadVariableOp", read_variable },
  { NULL },
};
