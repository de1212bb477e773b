#include "checkpoint.h"
#include "table.h"

#include <string.h>

/* Variables, which become what their checkpoint holds, and inputs from a pipeline of
 * data. */

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

/* The elements of one example: each an input of the network. */
static WeirPort
iterator_get_next (TfNode *n)
{
  const Tf__AttrValue *types = tf_attr (n, "output_types");
  const Tf__AttrValue *shapes = tf_attr (n, "output_shapes");
  gsize count = types != NULL && types->list != NULL ? types->list->n_type : 0;

  if (shapes == NULL || shapes->list == NULL || shapes->list->n_shape != count)
    return weir_make_invalid (&n->make,
                              "expected as many 'output_shapes' as 'output_types'");
  for (gsize i = 0; i < count && !weir_build_failed (n->make.b); i++) {
    g_autofree char *name =
        i == 0 ? g_strdup (n->make.name) : g_strdup_printf ("%s:%zu", n->make.name, i);
    WeirDtype dtype = tf_dtype (types->list->type[i]);
    g_autoptr (GError) error = NULL;
    WeirShape shape;

    if (dtype == WEIR_DTYPE_UNKNOWN || dtype == WEIR_DTYPE_STRING)
      return weir_make_unsupported (&n->make, "an input of type %s",
                                    tf_dtype_name (types->list->type[i]));
    if (!tf_shape (shapes->list->shape[i], &shape, &error))
      return weir_make_unsupported (&n->make, "%s", error->message);
    tf_out (n, (guint) i, weir_build_parameter (n->make.b, name, dtype, &shape));
  }
  return WEIR_PORT_NONE;
}

const TfRow tf_rows_state[] = {
  { "VarHandleOp", variable },
  { "Variable", variable },
  { "VariableV2", variable },
  { "ReadVariableOp", read_variable },
  { "IteratorGetNext", iterator_get_next },
  { NULL },
};
