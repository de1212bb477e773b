#include "base/error.h"
#include "node.h"

#include <string.h>

/* A block: operations in the order in which they run. */

const Paddle__BlockDesc *
pd_block_find (const PdImport *import, gint64 index)
{
  return index >= 0 && index < (gint64) import->program->n_blocks
             ? import->program->blocks[index]
             : NULL;
}

gboolean
pd_is_feed (const Paddle__OpDesc *op)
{
  return g_strcmp0 (op->type, "feed") == 0;
}

gboolean
pd_is_fetch (const Paddle__OpDesc *op)
{
  return g_strcmp0 (op->type, "fetch") == 0;
}

static gboolean
writes_wanted (const Paddle__OpDesc *op, GHashTable *wanted)
{
  for (gsize i = 0; i < op->n_outputs; i++)
    for (gsize j = 0; j < op->outputs[i]->n_arguments; j++)
      if (g_hash_table_contains (wanted, op->outputs[i]->arguments[j]))
        return TRUE;
  return FALSE;
}

static void
want_inputs (const Paddle__OpDesc *op, GHashTable *wanted)
{
  for (gsize i = 0; i < op->n_inputs; i++)
    for (gsize j = 0; j < op->inputs[i]->n_arguments; j++)
      g_hash_table_add (wanted, op->inputs[i]->arguments[j]);
}

gboolean
pd_block_run (PdScope *scope, const Paddle__BlockDesc *block, GHashTable *wanted,
              GError **error)
{
  g_autofree gboolean *needed = g_new0 (gboolean, MAX (block->n_ops, 1));

  if (scope->depth >= WEIR_MAX_BODY_DEPTH)
    return weir_fail (error, WEIR_ERROR_LIMIT, "blocks are nested more than %d deep",
                      WEIR_MAX_BODY_DEPTH);
  for (gsize i = block->n_ops; i > 0; i--) {
    const Paddle__OpDesc *op = block->ops[i - 1];

    if (pd_is_feed (op) || pd_is_fetch (op) || !writes_wanted (op, wanted))
      continue;
    needed[i - 1] = TRUE;
    want_inputs (op, wanted);
  }
  for (gsize i = 0; i < block->n_ops; i++)
    if (needed[i] && !pd_node_convert (scope, block->ops[i], error))
      return FALSE;
  return TRUE;
}
