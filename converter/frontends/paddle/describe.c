#include "cut.h"

/* What the operations of block 0 read and write. */

static guint
times_left (const PdCut *cut, const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (cut->left, name));
}

static void
change_times_left (PdCut *cut, const char *name, int change)
{
  guint times = times_left (cut, name) + (guint) change;

  g_hash_table_replace (cut->left, (gpointer) name, GUINT_TO_POINTER (times));
}

static guint
add_tensor (PdCut *cut, const char *variable, const char *name)
{
  const PdValue none = { .port = WEIR_PORT_NONE };
  guint tensor = weir_cut_plan_add_tensor (cut->plan, name);

  g_array_append_val (cut->values, none);
  g_ptr_array_add (cut->names, (gpointer) variable);
  g_hash_table_replace (cut->current, (gpointer) variable, GUINT_TO_POINTER (tensor + 1));
  return tensor;
}

/* Parameters are there as soon as they are read. */
static guint
read_tensor (PdCut *cut, const char *name)
{
  guint tensor = GPOINTER_TO_UINT (g_hash_table_lookup (cut->current, name)) - 1;

  if (tensor == WEIR_CUT_NONE &&
      g_hash_table_contains (cut->scope->import->params, name)) {
    tensor = add_tensor (cut, name, name);
    weir_cut_plan_set_constant (cut->plan, tensor);
  }
  return tensor;
}

static void
describe_reads (PdCut *cut, guint node, const Paddle__OpDesc *op)
{
  for (gsize i = 0; i < op->n_inputs; i++)
    for (gsize j = 0; j < op->inputs[i]->n_arguments; j++) {
      PdRead read = { .argument = &op->inputs[i]->arguments[j] };

      read.tensor = read_tensor (cut, *read.argument);
      weir_cut_plan_read (cut->plan, node, read.tensor);
      g_array_append_val (cut->reads, read);
    }
}

/* Lists and the variables of blocks keep what they do not write anew. */
static void
describe_kept (PdCut *cut, guint node, const Paddle__OpDesc *op)
{
  for (gsize i = 0; i < op->n_outputs; i++)
    for (gsize j = 0; j < op->outputs[i]->n_arguments; j++) {
      PdRead read = { .tensor = read_tensor (cut, op->outputs[i]->arguments[j]) };

      if (read.tensor == WEIR_CUT_NONE)
        continue;
      weir_cut_plan_capture (cut->plan, node, read.tensor);
      g_array_append_val (cut->reads, read);
    }
}

/* What the next tensor of @variable is called. */
static const char *
next_name (PdCut *cut, const char *variable)
{
  guint left = times_left (cut, variable);

  if (left <= 1)
    return variable;
  g_ptr_array_add (cut->made, g_strdup_printf ("%s@%u", variable, left - 1));
  return cut->made->pdata[cut->made->len - 1];
}

static void
describe_writes (PdCut *cut, guint node, const Paddle__OpDesc *op)
{
  for (gsize i = 0; i < op->n_outputs; i++)
    for (gsize j = 0; j < op->outputs[i]->n_arguments; j++) {
      const char *variable = op->outputs[i]->arguments[j];
      guint tensor = add_tensor (cut, variable, next_name (cut, variable));

      change_times_left (cut, variable, -1);
      weir_cut_plan_write (cut->plan, node, tensor);
      g_array_append_val (cut->writes, tensor);
    }
}

static void
describe_op (PdCut *cut, Paddle__OpDesc *op)
{
  PdOp entry = { .op = op,
                 .first_read = cut->reads->len,
                 .first_write = cut->writes->len };
  guint node = weir_cut_plan_add_node (cut->plan, next_name (cut, pd_op_name (op)),
                                       op->type != NULL ? op->type : "");

  describe_reads (cut, node, op);
  describe_kept (cut, node, op);
  describe_writes (cut, node, op);
  entry.n_reads = cut->reads->len - entry.first_read;
  entry.n_writes = cut->writes->len - entry.first_write;
  g_array_append_val (cut->ops, entry);
}

static gboolean
is_node (const Paddle__OpDesc *op)
{
  return !pd_is_feed (op) && !pd_is_fetch (op);
}

static void
count_writes (PdCut *cut, const Paddle__OpDesc *op)
{
  for (gsize i = 0; i < op->n_outputs; i++)
    for (gsize j = 0; j < op->outputs[i]->n_arguments; j++)
      change_times_left (cut, op->outputs[i]->arguments[j], 1);
}

gboolean
pd_cut_describe (PdCut *cut, const Paddle__BlockDesc *block, const GPtrArray *inputs,
                 const GPtrArray *outputs, GError **error)
{
  guint n;

  for (guint i = 0; i < inputs->len; i++)
    weir_cut_plan_add_input (cut->plan,
                             add_tensor (cut, inputs->pdata[i], inputs->pdata[i]));
  for (gsize i = 0; i < block->n_ops; i++)
    if (is_node (block->ops[i]))
      count_writes (cut, block->ops[i]);
  for (gsize i = 0; i < block->n_ops; i++)
    if (is_node (block->ops[i]))
      describe_op (cut, block->ops[i]);
  for (guint i = 0; i < outputs->len; i++) {
    guint tensor = read_tensor (cut, outputs->pdata[i]);

    /* Nothing writes it: that is told where it is read. */
    if (tensor == WEIR_CUT_NONE)
      tensor = add_tensor (cut, outputs->pdata[i], outputs->pdata[i]);
    weir_cut_plan_add_output (cut->plan, tensor);
  }
  if (!weir_cut_plan_solve (cut->plan, error))
    return FALSE;
  n = weir_cut_plan_n_inputs (cut->plan);
  cut->inputs = g_new (WeirPort, n + 1);
  for (guint i = 0; i < n; i++)
    cut->inputs[i] = WEIR_PORT_NONE;
  return TRUE;
}
