#include "offload.h"

#include "base/error.h"

#include <string.h>

static GMutex lock;
static GHashTable *runners; /* framework -> WeirOffloadRunner */

gboolean
weir_offload_set (const char *framework, const WeirOffloadRunner *runner, GError **error)
{
  const WeirOffloadRunner *other;

  g_mutex_lock (&lock);
  if (runners == NULL)
    runners = g_hash_table_new (g_str_hash, g_str_equal);
  other = g_hash_table_lookup (runners, framework);
  if (other == NULL)
    g_hash_table_insert (runners, g_strdup (framework), (gpointer) runner);
  g_mutex_unlock (&lock);
  return other == NULL ||
         weir_fail (error, WEIR_ERROR_ARGUMENT, "'%s' is run by '%s' in this process",
                    framework, other->described);
}

const WeirOffloadRunner *
weir_offload_find (const char *framework)
{
  const WeirOffloadRunner *found;

  g_mutex_lock (&lock);
  found = runners != NULL ? g_hash_table_lookup (runners, framework) : NULL;
  g_mutex_unlock (&lock);
  return found;
}

char *
weir_offload_outputs (const WeirValueInfo *infos, guint count)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < count; i++) {
    g_autofree char *shape = weir_shape_to_string (&infos[i].shape);

    shape[strlen (shape) - 1] = '\0';
    g_string_append_printf (text, "%s%s:%s", i > 0 ? ";" : "",
                            weir_dtype_name (infos[i].dtype), shape + 1);
  }
  return g_string_free (text, FALSE);
}

/* "f32:1,3,?" */
static gboolean
read_output (const char *text, WeirDtype *dtype, WeirShape *shape, GError **error)
{
  const char *colon = strchr (text, ':');
  g_autofree char *type = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : NULL;

  *dtype = type != NULL ? weir_dtype_parse (type) : WEIR_DTYPE_UNKNOWN;
  if (*dtype == WEIR_DTYPE_UNKNOWN)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "outputs: expected TYPE:SHAPE, found '%.80s'", text);
  return weir_shape_parse (colon + 1, shape, error);
}

gboolean
weir_offload_infer (WeirInfer *infer, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", (int) infer->n_outputs + 1);

  if (g_strv_length (parts) != infer->n_outputs)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "outputs: expected one for each of %u, found '%.80s'",
                      infer->n_outputs, text);
  for (guint i = 0; i < infer->n_outputs; i++) {
    WeirDtype dtype;
    WeirShape shape;

    if (!read_output (parts[i], &dtype, &shape, error))
      return FALSE;
    weir_infer_set (infer, i, dtype, &shape);
  }
  return TRUE;
}
