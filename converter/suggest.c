#include "input.h"
#include "options.h"
#include "passes/passes.h"

/* Which part of a model can be converted whose whole cannot. A part may turn out to hold
 * more that cannot be converted once it is tried alone; then the next one is tried. */

#define MAX_TRIES 16

/* What says where to cut, and what goes with it. */
static const char *const cut_options[] = { "input", "output", "input_shape",
                                           "freeze_placeholder_with_value" };

static WeirConvertOptions *
options_for (const WeirConvertOptions *options, const WeirCutHint *hint, GError **error)
{
  g_autoptr (WeirConvertOptions) own =
      options != NULL ? weir_convert_options_copy (options) : weir_convert_options_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cut_options); i++)
    weir_convert_options_set (own, cut_options[i], NULL, NULL);
  if (weir_convert_options_set (own, "input", hint->inputs, error) &&
      weir_convert_options_set (own, "output", hint->outputs, error))
    return g_steal_pointer (&own);
  return NULL;
}

static WeirModel *
convert_part (const WeirInput *input, const WeirConvertOptions *options,
              const WeirPassOptions *passes, WeirCutHint *hint, GError **error)
{
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirCut cut = { .inputs = passes->inputs, .outputs = passes->outputs };
  g_autoptr (WeirModel) model =
      weir_input_load (input, options, &cut, hint, unsupported, error);

  if (model == NULL || !weir_passes_convert (model, passes, error))
    return NULL;
  return g_steal_pointer (&model);
}

/* Whether what @hint says can be converted; if not, @hint says something else. */
static gboolean
try_part (const WeirInput *input, const WeirConvertOptions *asked, WeirCutHint *hint)
{
  g_autoptr (WeirConvertOptions) options = options_for (asked, hint, NULL);
  g_autoptr (WeirModel) model = NULL;
  WeirPassOptions passes;

  if (options == NULL)
    return FALSE;
  if (weir_convert_options_passes (options, &passes, NULL)) {
    passes.is_cut = TRUE;
    passes.ir_version = weir_convert_options_ir_version (options);
    model = convert_part (input, options, &passes, hint, NULL);
  }
  weir_pass_options_clear (&passes);
  return model != NULL;
}

/* A part that failed for another reason than a node is no part to suggest. */
static void
give_part_up (WeirCutHint *hint)
{
  GHashTableIter iter;
  gpointer node;

  if (hint->part == NULL)
    return;
  g_hash_table_iter_init (&iter, hint->part);
  while (g_hash_table_iter_next (&iter, &node, NULL))
    g_hash_table_add (hint->refused, node);
}

static gboolean
find_part (const WeirInput *input, const WeirConvertOptions *options, WeirCutHint *hint)
{
  if (try_part (input, options, hint))
    return FALSE;
  for (guint i = 0; i < MAX_TRIES && hint->outputs != NULL; i++) {
    guint refused = g_hash_table_size (hint->refused);

    if (try_part (input, options, hint))
      return TRUE;
    if (g_hash_table_size (hint->refused) > refused)
      continue;
    give_part_up (hint);
    weir_cut_hint_forget (hint);
    try_part (input, options, hint);
  }
  return FALSE;
}

static char **
arguments_of (const WeirCutHint *hint)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  if (hint->inputs != NULL) {
    g_ptr_array_add (list, g_strdup ("--input"));
    g_ptr_array_add (list, g_strdup (hint->inputs));
  }
  g_ptr_array_add (list, g_strdup ("--output"));
  g_ptr_array_add (list, g_strdup (hint->outputs));
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

char **
weir_convert_suggest (const char *path, const WeirConvertOptions *options, guint *nodes,
                      guint *total)
{
  g_autoptr (WeirConvertOptions) none = weir_convert_options_new ();
  WeirCutHint hint = { .refused = g_hash_table_new (NULL, NULL) };
  WeirInput input = { 0 };
  char **arguments = NULL;

  if (options == NULL)
    options = none;
  if (weir_input_open (&input, path, options, NULL) && input.frontend != NULL &&
      input.frontend->cuts && find_part (&input, options, &hint))
    arguments = arguments_of (&hint);
  *nodes = hint.nodes;
  *total = hint.total;
  weir_input_clear (&input);
  weir_cut_hint_forget (&hint);
  g_hash_table_unref (hint.refused);
  return arguments;
}
