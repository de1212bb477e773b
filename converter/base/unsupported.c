#include "unsupported.h"

#define LISTED 20

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

gboolean
weir_unsupported_fail (GPtrArray *unsupported, const char *framework, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < unsupported->len && i < LISTED; i++) {
    const WeirUnsupported *u = unsupported->pdata[i];
    g_string_append_printf (list, "%s'%s' (%s): %s", i > 0 ? "; " : "", u->name, u->op,
                            u->why);
  }
  if (unsupported->len > LISTED)
    g_string_append_printf (list, "; and %u more", unsupported->len - LISTED);
  return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                    "%u %s operations cannot be converted: %s", unsupported->len,
                    framework, list->str);
}
