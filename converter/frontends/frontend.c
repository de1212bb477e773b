#include "frontend.h"

#include "base/error.h"

#include <string.h>

#define LISTED 20

static const WeirFrontend *const frontends[] = {
  &weir_frontend_tflite,
  &weir_frontend_onnx,
};

const WeirFrontend *const *
weir_frontends (guint *count)
{
  *count = G_N_ELEMENTS (frontends);
  return frontends;
}

const WeirFrontend *
weir_frontend_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (frontends); i++)
    if (strcmp (frontends[i]->name, name) == 0)
      return frontends[i];
  return NULL;
}

static gboolean
has_extension (const WeirFrontend *frontend, const char *path)
{
  const char *dot = path != NULL ? strrchr (path, '.') : NULL;
  g_auto (GStrv) endings = g_strsplit (frontend->extensions, "|", -1);

  for (guint i = 0; dot != NULL && endings[i] != NULL; i++)
    if (g_ascii_strcasecmp (dot + 1, endings[i]) == 0)
      return TRUE;
  return FALSE;
}

const WeirFrontend *
weir_frontend_probe (const WeirBytes *head, const char *path)
{
  const WeirFrontend *best = NULL;
  int most = 0;

  for (guint i = 0; i < G_N_ELEMENTS (frontends); i++) {
    int sure = frontends[i]->probe (head, path) * 2;

    if (sure > 0 && has_extension (frontends[i], path))
      sure++;
    if (sure > most) {
      most = sure;
      best = frontends[i];
    }
  }
  return best;
}

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
