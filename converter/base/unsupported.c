#include "unsupported.h"

/* Kinds that are told; each is told by its first node. */
#define LISTED 100

WeirUnsupported *
weir_unsupported_new (const char *name, const char *op, const char *why)
{
  WeirUnsupported *unsupported = g_new0 (WeirUnsupported, 1);

  unsupported->name = g_strdup (name);
  unsupported->op = g_strdup (op);
  unsupported->why = g_strdup (why);
  return unsupported;
}

void
weir_unsupported_free (WeirUnsupported *unsupported)
{
  g_free (unsupported->name);
  g_free (unsupported->op);
  g_free (unsupported->why);
  g_free (unsupported);
}

/* Operations that lack for one reason, by the first node: how many there are. */
static GPtrArray *
group (const GPtrArray *unsupported, GHashTable *counts)
{
  GPtrArray *firsts = g_ptr_array_new ();

  for (guint i = 0; i < unsupported->len; i++) {
    const WeirUnsupported *u = unsupported->pdata[i];
    char *key = g_strjoin ("\n", u->op, u->why, NULL);
    guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, key));

    if (count == 0)
      g_ptr_array_add (firsts, (gpointer) u);
    g_hash_table_replace (counts, key, GUINT_TO_POINTER (count + 1));
  }
  return firsts;
}

gboolean
weir_unsupported_fail (GPtrArray *unsupported, const char *framework, GError **error)
{
  g_autoptr (GHashTable) counts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) firsts = group (unsupported, counts);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < firsts->len && i < LISTED; i++) {
    const WeirUnsupported *u = firsts->pdata[i];
    g_autofree char *key = g_strjoin ("\n", u->op, u->why, NULL);
    guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, key));

    g_string_append_printf (list, "%s'%s' (%s): %s", i > 0 ? "; " : "", u->name, u->op,
                            u->why);
    if (count > 1)
      g_string_append_printf (list, " (and %u more)", count - 1);
  }
  if (firsts->len > LISTED)
    g_string_append_printf (list, "; and %u more kinds", firsts->len - LISTED);
  return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                    "%u %s operations cannot be converted: %s", unsupported->len,
                    framework, list->str);
}
