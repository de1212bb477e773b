#include "paddle.h"

#include "cut.h"
#include "ir/verify.h"

#include <string.h>

/* Programs begin with block 0 and its fields in their order; a parent of -1 takes ten
 * bytes. */
static int
pd_probe (const WeirBytes *head, const char *path)
{
  static const guint8 block[] = { 0x08, 0x00, 0x10 };
  WeirBytes bytes = *head, start;
  guint64 tag, size, parent, next;

  (void) path;
  if (!weir_bytes_varint (&bytes, &tag) || tag != 0x0a ||
      !weir_bytes_varint (&bytes, &size) ||
      !weir_bytes_take (&bytes, sizeof block, &start) ||
      memcmp (start.data, block, sizeof block) != 0 ||
      !weir_bytes_varint (&bytes, &parent) || !weir_bytes_varint (&bytes, &next))
    return 0;
  return next == 0x1a || next == 0x22 ? 90 : 0;
}

/* What programs are called in a directory of their own. */
static const char *const program_names[] = { "inference.pdmodel", "model.pdmodel",
                                             "__model__" };

static const char *
program_in (const WeirFolder *folder)
{
  for (guint i = 0; i < G_N_ELEMENTS (program_names); i++)
    if (weir_folder_has (folder, program_names[i]))
      return program_names[i];
  return NULL;
}

static int
pd_probe_folder (const WeirFolder *folder)
{
  return program_in (folder) != NULL ? 80 : 0;
}

/* "net.pdmodel" -> "net.pdiparams" */
static char *
pd_params_name (const char *name)
{
  if (strcmp (name, "__model__") == 0)
    return g_strdup ("__params__");
  return g_str_has_suffix (name, ".pdmodel")
             ? g_strdup_printf ("%.*s.pdiparams", (int) (strlen (name) - 8), name)
             : NULL;
}

static gboolean
add_input (PdScope *scope, const char *name, GError **error)
{
  WeirDtype dtype = WEIR_DTYPE_F32;
  WeirShape shape = WEIR_SHAPE_UNKNOWN;
  PdValue value = { 0 };

  if (!pd_var_shape (scope->import, name, &dtype, &shape))
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "input '%s': the program does not tell its type and shape", name);
  if (dtype == WEIR_DTYPE_UNKNOWN)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "input '%s': its element type",
                      name);
  value.port = weir_build_parameter (scope->builder, name, dtype, &shape);
  if (!weir_build_finish (scope->builder, error))
    return FALSE;
  weir_edit_add_tensor_name (scope->builder->graph, value.port, name);
  pd_scope_set (scope, name, value);
  return TRUE;
}

static gint64
column_of (const Paddle__OpDesc *op)
{
  for (gsize i = 0; i < op->n_attrs; i++)
    if (g_strcmp0 (op->attrs[i]->name, "col") == 0)
      return op->attrs[i]->i;
  return 0;
}

static int
compare_columns (gconstpointer a, gconstpointer b)
{
  gint64 x = column_of (*(const Paddle__OpDesc *const *) a);
  gint64 y = column_of (*(const Paddle__OpDesc *const *) b);

  return x < y ? -1 : x > y;
}

/* (transfer full) (element-type utf8): the variables that feed or fetch operations name,
 * in the order of their columns. */
static GPtrArray *
columns (const Paddle__BlockDesc *block, gboolean feed)
{
  g_autoptr (GPtrArray) ops = g_ptr_array_new ();
  GPtrArray *names = g_ptr_array_new ();

  for (gsize i = 0; i < block->n_ops; i++)
    if (feed ? pd_is_feed (block->ops[i]) : pd_is_fetch (block->ops[i]))
      g_ptr_array_add (ops, block->ops[i]);
  g_ptr_array_sort (ops, compare_columns);
  for (guint i = 0; i < ops->len; i++) {
    const Paddle__OpDesc *op = ops->pdata[i];
    const char *name = feed ? pd_op_var (op->outputs, op->n_outputs, "Out", 0)
                            : pd_op_var (op->inputs, op->n_inputs, "X", 0);

    if (name != NULL)
      g_ptr_array_add (names, (char *) name);
  }
  return names;
}

/* The inputs' tensors are the first of the plan, in their order. */
static gboolean
add_inputs (PdCut *cut, const GPtrArray *names, GError **error)
{
  for (guint i = 0; i < names->len; i++) {
    if (weir_cut_plan_need_of (cut->plan, i) == WEIR_CUT_SKIP)
      continue;
    if (!add_input (cut->scope, names->pdata[i], error))
      return FALSE;
    g_array_index (cut->values, PdValue, i) =
        *(PdValue *) g_hash_table_lookup (cut->scope->values, names->pdata[i]);
  }
  return TRUE;
}

static gboolean
convert_block (PdCut *cut, const Paddle__BlockDesc *block, GError **error)
{
  g_autoptr (GPtrArray) inputs = columns (block, TRUE);
  g_autoptr (GPtrArray) outputs = columns (block, FALSE);
  GPtrArray *unsupported = cut->scope->import->unsupported;

  if (outputs->len == 0)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "the program has no outputs: it has no operation 'fetch'");
  if (!pd_cut_describe (cut, block, inputs, outputs, error) ||
      !add_inputs (cut, inputs, error) || !pd_cut_convert (cut, error))
    return FALSE;
  if (unsupported->len > 0)
    return weir_unsupported_fail (unsupported, "PaddlePaddle", error);
  return pd_cut_finish (cut, error);
}

static gboolean
build (PdImport *import, WeirGraph *graph, GError **error)
{
  const Paddle__BlockDesc *block = pd_block_find (import, 0);
  WeirBuilder builder = WEIR_BUILDER (graph);
  PdScope scope;
  PdCut cut;
  gboolean done;

  if (block == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "the program has no blocks");
  pd_scope_init (&scope, import, NULL, &builder);
  pd_cut_init (&cut, &scope);
  done = convert_block (&cut, block, error);
  if (!done && import->input->hint != NULL)
    weir_cut_plan_suggest (cut.plan, import->input->hint);
  pd_cut_clear (&cut);
  pd_scope_clear (&scope);
  g_clear_error (&builder.error);
  return done && weir_graph_verify (graph, error);
}

static void
index_vars (PdImport *import)
{
  for (gsize i = 0; i < import->program->n_blocks; i++)
    for (gsize j = 0; j < import->program->blocks[i]->n_vars; j++) {
      Paddle__VarDesc *var = import->program->blocks[i]->vars[j];

      if (var->name != NULL)
        g_hash_table_insert (import->vars, var->name, var);
    }
}

/* In a directory the parameters lie beside the program under the usual names. */
static gboolean
open_folder (WeirFrontendInput *input, WeirSource **source, WeirSource **params,
             GError **error)
{
  const char *program = input->folder != NULL ? program_in (input->folder) : NULL;
  g_autofree char *name = program != NULL ? pd_params_name (program) : NULL;

  if (program == NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "expected a program (.pdmodel), found a directory without one");
  input->source = *source = weir_folder_file (input->folder, program, error);
  if (*source == NULL || input->topology != NULL ||
      !weir_folder_has (input->folder, name))
    return *source != NULL;
  input->topology = *params = weir_folder_file (input->folder, name, error);
  return *params != NULL;
}

static WeirModel *
load (PdImport *import, GError **error)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autofree char *name = weir_frontend_model_name (import->input);
  g_autoptr (WeirWire) wire = weir_wire_read (weir_source_bytes (import->input->source),
                                              &paddle__program_desc__descriptor,
                                              &paddle__block_desc__descriptor, error);

  if (wire == NULL)
    return NULL;
  import->program = weir_wire_message (wire);
  index_vars (import);
  if (!pd_params_read (import, error) || !build (import, graph, error))
    return NULL;
  return weir_model_new (g_steal_pointer (&graph), name, "paddle");
}

static WeirModel *
pd_load (const WeirFrontendInput *given, GPtrArray *unsupported, GError **error)
{
  WeirFrontendInput input = *given;
  g_autoptr (WeirSource) source = NULL;
  g_autoptr (WeirSource) params = NULL;
  PdImport import = { .input = &input, .unsupported = unsupported };
  WeirModel *model = NULL;

  import.params = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) weir_tensor_unref);
  import.vars = g_hash_table_new (g_str_hash, g_str_equal);
  if (input.source != NULL || open_folder (&input, &source, &params, error))
    model = load (&import, error);
  if (model == NULL)
    g_prefix_error (error, "%s: ", weir_frontend_input_name (&input));
  g_hash_table_unref (import.params);
  g_hash_table_unref (import.vars);
  return model;
}

const WeirFrontend weir_frontend_paddle = {
  .name = "paddle",
  .media_type = "application/x-paddle",
  .extensions = "pdmodel",
  .topology_name = pd_params_name,
  .probe = pd_probe,
  .probe_folder = pd_probe_folder,
  .op_names = pd_op_names,
  .cuts = TRUE,
  .load = pd_load,
};
