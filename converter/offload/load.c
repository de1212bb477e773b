#include "offload.h"

#include "base/error.h"

#include <string.h>

/* From the list that an option gives to runners. */

static gboolean
is_library (const char *runner)
{
  g_autofree char *name = g_path_get_basename (runner);

  return strchr (runner, ' ') == NULL &&
         (g_str_has_suffix (name, ".so") || strstr (name, ".so.") != NULL);
}

static WeirOffloadRunner *
make (const char *framework, const char *text, GError **error)
{
  if (!is_library (text))
    return weir_offload_process (framework, text, error);
  if (strcmp (framework, "onnx") == 0)
    return weir_offload_onnxruntime (text, error);
  weir_fail (error, WEIR_ERROR_ARGUMENT,
             "'%s' is run by a command; only 'onnx' is run by a library", framework);
  return NULL;
}

static gboolean
load (const char *framework, const char *text, GError **error)
{
  const WeirOffloadRunner *other = weir_offload_find (framework);
  WeirOffloadRunner *runner;

  /* Another one is refused before it is made: runners are never freed. */
  if (other != NULL)
    return strcmp (other->described, text) == 0 ||
           weir_offload_set (framework, other, error);
  runner = make (framework, text, error);
  if (runner == NULL)
    return FALSE;
  runner->described = g_strdup (text);
  return weir_offload_set (framework, runner, error);
}

static gboolean
load_entry (char *entry, GError **error)
{
  char *equals = strchr (entry, '=');

  if (equals == NULL || equals == entry || equals[1] == '\0')
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "expected FRAMEWORK=RUNNER, found '%.80s'", entry);
  *equals = '\0';
  return load (entry, equals + 1, error);
}

gboolean
weir_offload_load (const char *list, GError **error)
{
  static GMutex loading;
  g_auto (GStrv) entries = g_strsplit (list, ",", -1);
  gboolean good = TRUE;

  g_mutex_lock (&loading);
  for (guint i = 0; good && entries[i] != NULL; i++)
    if (*g_strstrip (entries[i]) != '\0')
      good = load_entry (entries[i], error);
  g_mutex_unlock (&loading);
  if (!good)
    g_prefix_error (error, "--offload: ");
  return good;
}
