#include "list.h"

#include "base/problem.h"

#include <string.h>

/* The transformations that --transform names. */

typedef struct {
  const char *name;
  const char *arguments[2]; /* ended by NULL */
  gboolean (*run) (WeirModel *model, const WeirTransformSpec *spec, GError **error);
} Row;

static const Row rows[] = {
  { "LowLatency2", { "use_const_initializer" }, weir_transform_low_latency2 },
  { "MakeStateful", { "param_res_names" }, weir_transform_make_stateful },
  { "Pruning", { NULL }, weir_transform_pruning },
};

static const Row *
find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, name) == 0)
      return &rows[i];
  return NULL;
}

gboolean
weir_transform_exists (const char *name)
{
  return find (name) != NULL;
}

char *
weir_transform_names (void)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", rows[i].name);
  return g_string_free (names, FALSE);
}

gboolean
weir_transform_check (const WeirTransformSpec *spec, GError **error)
{
  const Row *row = find (spec->name);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, spec->arguments);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_strv_contains (row->arguments, key))
      return weir_problem_fail (
          error, WEIR_PROBLEM_TRANSFORM_SYNTAX, "%s: expected %s, found '%.80s'",
          row->name, row->arguments[0] != NULL ? row->arguments[0] : "no argument",
          (const char *) key);
  return TRUE;
}

gboolean
weir_pass_transforms (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  for (guint i = 0; options->transforms != NULL && i < options->transforms->len; i++) {
    const WeirTransformSpec *spec = options->transforms->pdata[i];

    if (!find (spec->name)->run (model, spec, error)) {
      g_prefix_error (error, "%s: ", spec->name);
      return FALSE;
    }
  }
  return TRUE;
}
