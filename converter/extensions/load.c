#include "extensions.h"

#include "base/error.h"
#include "ir/registry.h"

#include <string.h>

/* From the list that an option gives to the registry. */

static gboolean
load (const char *path, GError **error)
{
  g_autoptr (WeirSource) source = NULL;
  g_autofree char *digest = NULL;

  if (weir_tensorflow_is_named (path))
    return weir_tensorflow_load (path, error);
  source = weir_source_open (path, error);
  if (source == NULL)
    return FALSE;
  digest = weir_source_hash (source);
  if (weir_registry_has (digest))
    return TRUE;
  return g_str_has_suffix (path, ".json") ? weir_mapping_load (source, digest, error)
                                          : weir_library_load (path, digest, error);
}

gboolean
weir_extensions_load (const char *list, GError **error)
{
  static GMutex loading;
  g_auto (GStrv) paths = g_strsplit (list, ",", -1);
  gboolean good = TRUE;

  g_mutex_lock (&loading);
  for (guint i = 0; good && paths[i] != NULL; i++) {
    const char *path = g_strstrip (paths[i]);

    if (*path == '\0')
      continue;
    good = load (path, error);
    if (!good && error != NULL && !g_str_has_prefix ((*error)->message, path))
      g_prefix_error (error, "%s: ", path);
    if (!good)
      g_prefix_error (error, "extension ");
  }
  g_mutex_unlock (&loading);
  return good;
}
