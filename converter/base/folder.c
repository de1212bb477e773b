#include "folder.h"

#include "error.h"

#include <string.h>

struct _WeirFolder {
  char *name;
  gboolean is_directory;
  GHashTable *parts; /* name -> WeirSource; of a directory: what was opened */
};

static WeirFolder *
folder_new (const char *name, gboolean is_directory)
{
  WeirFolder *folder = g_new0 (WeirFolder, 1);

  folder->name = g_strdup (name);
  folder->is_directory = is_directory;
  folder->parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) weir_source_unref);
  return folder;
}

WeirFolder *
weir_folder_new (const char *path)
{
  return folder_new (path, TRUE);
}

WeirFolder *
weir_folder_new_parts (GPtrArray *parts, const char *name)
{
  WeirFolder *folder = folder_new (name, FALSE);

  for (guint i = 0; i < parts->len; i++)
    g_hash_table_insert (folder->parts, g_strdup (weir_source_name (parts->pdata[i])),
                         weir_source_ref (parts->pdata[i]));
  return folder;
}

void
weir_folder_free (WeirFolder *folder)
{
  if (folder == NULL)
    return;
  g_hash_table_unref (folder->parts);
  g_free (folder->name);
  g_free (folder);
}

const char *
weir_folder_name (const WeirFolder *folder)
{
  return folder->name;
}

gboolean
weir_folder_has (const WeirFolder *folder, const char *relative)
{
  g_autofree char *path = NULL;

  if (!folder->is_directory)
    return g_hash_table_contains (folder->parts, relative);
  path = g_build_filename (folder->name, relative, NULL);
  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

WeirSource *
weir_folder_file (WeirFolder *folder, const char *relative, GError **error)
{
  WeirSource *source = g_hash_table_lookup (folder->parts, relative);

  if (source != NULL)
    return weir_source_ref (source);
  if (!folder->is_directory) {
    weir_fail (error, WEIR_ERROR_IO, "%s: there is no part '%s'", folder->name, relative);
    return NULL;
  }
  source = weir_source_open_beneath (folder->name, relative, error);
  if (source != NULL)
    g_hash_table_insert (folder->parts, g_strdup (relative), weir_source_ref (source));
  return source;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
list_directory (const WeirFolder *folder, const char *below, GPtrArray *names)
{
  g_autofree char *path = g_build_filename (folder->name, below, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    if (g_file_test (file, G_FILE_TEST_IS_REGULAR))
      g_ptr_array_add (names, g_strdup (name));
  }
}

static void
list_parts (const WeirFolder *folder, const char *below, GPtrArray *names)
{
  g_autofree char *prefix = *below != '\0' ? g_strconcat (below, "/", NULL) : NULL;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, folder->parts);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    const char *name = key;

    if (prefix != NULL && !g_str_has_prefix (name, prefix))
      continue;
    name += prefix != NULL ? strlen (prefix) : 0;
    if (strchr (name, '/') == NULL)
      g_ptr_array_add (names, g_strdup (name));
  }
}

GStrv
weir_folder_list (const WeirFolder *folder, const char *below)
{
  GPtrArray *names = g_ptr_array_new ();

  if (folder->is_directory)
    list_directory (folder, below, names);
  else
    list_parts (folder, below, names);
  g_ptr_array_sort (names, by_name);
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (names, FALSE);
}

char *
weir_folder_opened (const WeirFolder *folder)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GList) names = g_hash_table_get_keys (folder->parts);

  names = g_list_sort (names, (GCompareFunc) strcmp);
  for (const GList *l = names; l != NULL; l = l->next) {
    WeirSource *source = g_hash_table_lookup (folder->parts, l->data);
    g_autofree char *escaped = g_uri_escape_string (l->data, NULL, FALSE);
    g_autofree char *hash = weir_source_hash (source);

    g_string_append_printf (text, "%s%s %s", text->len > 0 ? " " : "", hash, escaped);
  }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

gboolean
weir_folder_unchanged (WeirFolder *folder, const char *opened)
{
  g_auto (GStrv) words = g_strsplit (opened, " ", -1);

  for (guint i = 0; words[i] != NULL && words[i + 1] != NULL; i += 2) {
    g_autofree char *name = g_uri_unescape_string (words[i + 1], NULL);
    g_autoptr (WeirSource) source =
        name != NULL ? weir_folder_file (folder, name, NULL) : NULL;
    g_autofree char *hash = source != NULL ? weir_source_hash (source) : NULL;

    if (g_strcmp0 (hash, words[i]) != 0)
      return FALSE;
  }
  return TRUE;
}
