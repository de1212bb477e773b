#include "cut.h"
#include "extension.h"
#include "families.h"

#include <stdlib.h>
#include <string.h>

/* All operators, and which of them a file uses that Weir does not know. */

static const WeirTfliteRow *const families[] = {
  weir_tflite_ops_nn,       weir_tflite_ops_math,    weir_tflite_ops_reduce,
  weir_tflite_ops_shape,    weir_tflite_ops_slice,   weir_tflite_ops_index,
  weir_tflite_ops_vision,   weir_tflite_ops_quant,   weir_tflite_ops_rnn,
  weir_tflite_ops_signal,   weir_tflite_ops_control, weir_tflite_ops_detect,
  weir_tflite_ops_variable,
};

/* The other builtin operators, to call them by their names. */
static const struct {
  gint32 code;
  const char *name;
} others[] = {
  { 10, "HASHTABLE_LOOKUP" },
  { 15, "LSH_PROJECTION" },
  { 27, "SVDF" },
  { 29, "CONCAT_EMBEDDINGS" },
  { 30, "SKIP_GRAM" },
  { 31, "CALL" },
  { 33, "EMBEDDING_LOOKUP_SPARSE" },
  { 51, "DELEGATE" },
  { 136, "HASHTABLE" },
  { 137, "HASHTABLE_FIND" },
  { 138, "HASHTABLE_IMPORT" },
  { 139, "HASHTABLE_SIZE" },
  { 146, "RANDOM_STANDARD_NORMAL" },
  { 148, "RANDOM_UNIFORM" },
  { 149, "MULTINOMIAL" },
  { 159, "BITCAST" },
  { 162, "STABLEHLO_LOGISTIC" },
  { 163, "STABLEHLO_ADD" },
  { 164, "STABLEHLO_DIVIDE" },
  { 165, "STABLEHLO_MULTIPLY" },
  { 166, "STABLEHLO_MAXIMUM" },
  { 167, "STABLEHLO_RESHAPE" },
  { 168, "STABLEHLO_CLAMP" },
  { 169, "STABLEHLO_CONCATENATE" },
  { 170, "STABLEHLO_BROADCAST_IN_DIM" },
  { 171, "STABLEHLO_CONVOLUTION" },
  { 172, "STABLEHLO_SLICE" },
  { 173, "STABLEHLO_CUSTOM_CALL" },
  { 174, "STABLEHLO_REDUCE" },
  { 175, "STABLEHLO_ABS" },
  { 176, "STABLEHLO_AND" },
  { 177, "STABLEHLO_COSINE" },
  { 178, "STABLEHLO_EXPONENTIAL" },
  { 179, "STABLEHLO_FLOOR" },
  { 180, "STABLEHLO_LOG" },
  { 181, "STABLEHLO_MINIMUM" },
  { 182, "STABLEHLO_NEGATE" },
  { 183, "STABLEHLO_OR" },
  { 184, "STABLEHLO_POWER" },
  { 185, "STABLEHLO_REMAINDER" },
  { 186, "STABLEHLO_RSQRT" },
  { 187, "STABLEHLO_SELECT" },
  { 188, "STABLEHLO_SUBTRACT" },
  { 189, "STABLEHLO_TANH" },
  { 190, "STABLEHLO_SCATTER" },
  { 191, "STABLEHLO_COMPARE" },
  { 192, "STABLEHLO_CONVERT" },
  { 193, "STABLEHLO_DYNAMIC_SLICE" },
  { 194, "STABLEHLO_DYNAMIC_UPDATE_SLICE" },
  { 195, "STABLEHLO_PAD" },
  { 196, "STABLEHLO_IOTA" },
  { 197, "STABLEHLO_DOT_GENERAL" },
  { 198, "STABLEHLO_REDUCE_WINDOW" },
  { 199, "STABLEHLO_SORT" },
  { 200, "STABLEHLO_WHILE" },
  { 201, "STABLEHLO_GATHER" },
  { 202, "STABLEHLO_TRANSPOSE" },
  { 203, "DILATE" },
  { 204, "STABLEHLO_RNG_BIT_GENERATOR" },
  { 205, "REDUCE_WINDOW" },
  { 206, "STABLEHLO_COMPOSITE" },
  { 207, "STABLEHLO_SHIFT_LEFT" },
  { 208, "STABLEHLO_CBRT" },
  { 209, "STABLEHLO_CASE" },
};

static const WeirTfliteRow *
find_row (gint32 code, const char *custom)
{
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    for (const WeirTfliteRow *row = families[i]; row->name != NULL; row++)
      if (row->code == code &&
          (code != BUILTIN_CUSTOM || g_strcmp0 (row->name, custom) == 0))
        return row;
  return code == BUILTIN_CUSTOM ? weir_tflite_extension (custom) : NULL;
}

/* What an operator is called that has no row. */
static char *
other_name (gint32 code)
{
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (others[i].code == code)
      return g_strdup (others[i].name);
  return g_strdup_printf ("BuiltinOperator %d", code);
}

const WeirTfliteRow *
weir_tflite_row (WeirTfliteFile *file, guint32 index, char **name)
{
  g_autofree char *custom = NULL;
  const WeirTfliteRow *row;
  WeirFlatTable table;
  gint32 old, code;

  *name = NULL;
  if (index >= file->codes.count) {
    weir_flat_fail (&file->flat, "operator code %u of %u", index, file->codes.count);
    return NULL;
  }
  if (!weir_flat_at_table (&file->codes, index, &table))
    return NULL;
  old = weir_flat_i8 (&table, CODE_DEPRECATED_BUILTIN, 0);
  code = weir_flat_i32 (&table, CODE_BUILTIN, 0);
  if (old != BUILTIN_PLACEHOLDER)
    code = MAX (old, code);
  if (code == BUILTIN_CUSTOM)
    custom = weir_flat_string (&table, CODE_CUSTOM);
  row = find_row (code, custom);
  if (custom != NULL)
    *name = g_steal_pointer (&custom);
  else if (row != NULL)
    *name = g_strdup (row->name);
  else
    *name = other_name (code);
  return file->flat.error == NULL ? row : NULL;
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

const char *const *
weir_tflite_op_names (guint *count)
{
  static gsize ready;
  static GPtrArray *names;

  if (g_once_init_enter (&ready)) {
    names = g_ptr_array_new ();
    for (guint i = 0; i < G_N_ELEMENTS (families); i++)
      for (const WeirTfliteRow *row = families[i]; row->name != NULL; row++)
        g_ptr_array_add (names, (char *) row->name);
    qsort (names->pdata, names->len, sizeof *names->pdata, by_name);
    g_once_init_leave (&ready, 1);
  }
  *count = names->len;
  return (const char *const *) names->pdata;
}

/* What an operator is called by: its first output. */
static char *
operator_name (const WeirFlatTable *operator, const WeirFlatVector * tensors)
{
  WeirFlatVector outputs = weir_flat_vector (operator, OPERATOR_OUTPUTS, sizeof (gint32));
  WeirFlatTable tensor;

  if (outputs.count == 0 ||
      !weir_flat_at_table (tensors, (guint32) weir_flat_at_i32 (&outputs, 0), &tensor))
    return NULL;
  return weir_flat_string (&tensor, TENSOR_NAME);
}

static void
note (WeirTfliteFile *file, const WeirFlatTable *operator, const WeirFlatVector * tensors,
      const char *called)
{
  g_autofree char *name = operator_name (operator, tensors);

  g_ptr_array_add (
      file->unsupported,
      weir_unsupported_new (name != NULL ? name : "", called, "there is no conversion"));
}

/* Notes the operator if it has no row, else adds to @calls the sub-graphs that it runs.
 */
static void
scan_operator (WeirTfliteFile *file, const WeirFlatTable *operator,
               const WeirFlatVector * tensors, GArray *calls)
{
  g_autofree char *called = NULL;
  WeirFlatTable options;
  const WeirTfliteRow *row =
      weir_tflite_row (file, weir_flat_u32 (operator, OPERATOR_CODE, 0), &called);

  if (row == NULL && file->flat.error == NULL) {
    note (file, operator, tensors, called);
  } else if (row != NULL && (row->flags & TFL_BODIES) != 0 &&
             weir_flat_table (operator, OPERATOR_OPTIONS, &options)) {
    guint32 bodies[] = { (guint32) weir_flat_i32 (&options, 0, 0),
                         (guint32) weir_flat_i32 (&options, 1, 0) };
    g_array_append_vals (calls, bodies, G_N_ELEMENTS (bodies));
  }
}

static void
scan_subgraph (WeirTfliteFile *file, guint32 index, GArray *calls)
{
  WeirFlatVector operators, tensors;
  WeirFlatTable subgraph, operator;

  if (!weir_flat_at_table (&file->subgraphs, index, &subgraph))
    return;
  tensors = weir_flat_vector (&subgraph, SUBGRAPH_TENSORS, 4);
  operators = weir_flat_vector (&subgraph, SUBGRAPH_OPERATORS, 4);
  for (guint32 i = 0; i < operators.count && file->flat.error == NULL; i++) {
    if (!weir_flat_at_table (&operators, i, &operator))
      return;
    scan_operator (file, &operator, & tensors, calls);
  }
}

/* Sub-graphs that are called, and those that they call; each once. */
static void
scan_calls (WeirTfliteFile *file, GArray *calls, GHashTable *seen)
{
  for (guint i = 0; i < calls->len && file->flat.error == NULL; i++) {
    guint32 index = g_array_index (calls, guint32, i);

    if (g_hash_table_add (seen, GUINT_TO_POINTER (index)))
      scan_subgraph (file, index, calls);
  }
  g_array_set_size (calls, 0);
}

gboolean
weir_tflite_scan (WeirTfliteScope *main)
{
  WeirTfliteFile *file = main->file;
  g_autoptr (GArray) calls = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  WeirFlatVector tensors = { 0 };
  WeirFlatTable subgraph, operator;

  if (weir_flat_at_table (&file->subgraphs, 0, &subgraph))
    tensors = weir_flat_vector (&subgraph, SUBGRAPH_TENSORS, 4);
  for (guint32 i = 0; i < main->operators.count && file->flat.error == NULL; i++) {
    guint listed = file->unsupported->len;

    if (!weir_tflite_cut_keeps (main, i) ||
        !weir_flat_at_table (&main->operators, i, &operator))
      continue;
    scan_operator (file, &operator, & tensors, calls);
    scan_calls (file, calls, seen);
    if (file->hint != NULL && file->unsupported->len > listed)
      g_hash_table_add (file->hint->refused, GUINT_TO_POINTER (i));
  }
  return file->flat.error == NULL;
}
