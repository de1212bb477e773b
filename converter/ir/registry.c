#include "registry.h"

#include "base/error.h"

#include <string.h>

/* Readers may be many; one adds at a time. */
static GMutex adding;
static GRWLock lock;
static GHashTable *ops;          /* name in lower case -> WeirOp */
static GHashTable *translations; /* key -> WeirTranslation */
static GPtrArray *digests;

static char *
key_of (const char *framework, const char *domain, const char *op)
{
  return g_strjoin ("\n", framework, domain != NULL ? domain : "", op, NULL);
}

static gpointer
look_up (GHashTable *const *table, const char *key)
{
  gpointer found;

  g_rw_lock_reader_lock (&lock);
  found = *table != NULL ? g_hash_table_lookup (*table, key) : NULL;
  g_rw_lock_reader_unlock (&lock);
  return found;
}

const WeirOp *
weir_registry_op (const char *name)
{
  g_autofree char *key = g_ascii_strdown (name, -1);

  return look_up (&ops, key);
}

const WeirTranslation *
weir_registry_translation (const char *framework, const char *domain, const char *op)
{
  g_autofree char *key = key_of (framework, domain, op);

  return look_up (&translations, key);
}

static GPtrArray *
values_of (GHashTable *const *table)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_rw_lock_reader_lock (&lock);
  if (*table != NULL) {
    g_hash_table_iter_init (&iter, *table);
    while (g_hash_table_iter_next (&iter, NULL, &value))
      g_ptr_array_add (list, value);
  }
  g_rw_lock_reader_unlock (&lock);
  return list;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  const WeirOp *const *x = a, *const *y = b;

  return g_ascii_strcasecmp ((*x)->name, (*y)->name);
}

GPtrArray *
weir_op_extensions (void)
{
  GPtrArray *list = values_of (&ops);

  g_ptr_array_sort (list, by_name);
  return list;
}

static int
by_domain (gconstpointer a, gconstpointer b)
{
  const WeirTranslation *const *x = a, *const *y = b;
  int order = strcmp ((*x)->domain, (*y)->domain);

  return order != 0 ? order : strcmp ((*x)->op, (*y)->op);
}

GPtrArray *
weir_registry_translated (const char *framework)
{
  GPtrArray *list = values_of (&translations);

  for (guint i = list->len; i > 0; i--)
    if (strcmp (((const WeirTranslation *) list->pdata[i - 1])->framework, framework) !=
        0)
      g_ptr_array_remove_index_fast (list, i - 1);
  g_ptr_array_sort (list, by_domain);
  return list;
}

gboolean
weir_registry_has (const char *digest)
{
  gboolean found;

  g_rw_lock_reader_lock (&lock);
  found = digests != NULL &&
          g_ptr_array_find_with_equal_func (digests, digest, g_str_equal, NULL);
  g_rw_lock_reader_unlock (&lock);
  return found;
}

static int
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
weir_registry_digests (void)
{
  GString *text = g_string_new (NULL);

  g_rw_lock_reader_lock (&lock);
  for (guint i = 0; digests != NULL && i < digests->len; i++)
    g_string_append_printf (text, "%s\n", (const char *) digests->pdata[i]);
  g_rw_lock_reader_unlock (&lock);
  return g_string_free (text, FALSE);
}

/* @added holds what the same library brought before. */
static gboolean
check_op (const WeirOp *op, GHashTable *added, GError **error)
{
  const WeirOp *other = weir_op_find (op->name);
  char *key;

  if (other != NULL && other->extension == NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "operation '%s': Weir has one of this name of its own", op->name);
  if (other != NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "operation '%s': %s has brought one of this name", op->name,
                      other->extension->library);
  key = g_ascii_strdown (op->name, -1);
  return g_hash_table_replace (added, key, (gpointer) op) ||
         weir_fail (error, WEIR_ERROR_ARGUMENT, "operation '%s': registered twice",
                    op->name);
}

static gboolean
check_translation (const WeirTranslation *t, GHashTable *added, GError **error)
{
  gboolean taken = weir_registry_translation (t->framework, t->domain, t->op) != NULL;

  if (!taken &&
      g_hash_table_replace (added, key_of (t->framework, t->domain, t->op), (gpointer) t))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ARGUMENT, "%s operation '%s%s%s': %s", t->framework,
                    t->domain, *t->domain != '\0' ? "." : "", t->op,
                    taken ? "another extension translates it" : "translated twice");
}

static void
merge (GHashTable **table, GHashTable *added)
{
  GHashTableIter iter;
  gpointer key, value;

  if (*table == NULL)
    *table = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_iter_init (&iter, added);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    g_hash_table_iter_steal (&iter);
    g_hash_table_insert (*table, key, value);
  }
}

static void
commit (const char *digest, GHashTable *new_ops, GHashTable *new_translations)
{
  g_rw_lock_writer_lock (&lock);
  merge (&ops, new_ops);
  merge (&translations, new_translations);
  if (digests == NULL)
    digests = g_ptr_array_new ();
  g_ptr_array_add (digests, g_strdup (digest));
  g_ptr_array_sort (digests, by_text);
  g_rw_lock_writer_unlock (&lock);
}

gboolean
weir_registry_add (const char *digest, const GPtrArray *new_ops,
                   const GPtrArray *new_translations, GError **error)
{
  g_autoptr (GHashTable) by_op =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) by_key =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean good = TRUE;

  g_mutex_lock (&adding);
  for (guint i = 0; good && i < new_ops->len; i++)
    good = check_op (new_ops->pdata[i], by_op, error);
  for (guint i = 0; good && i < new_translations->len; i++)
    good = check_translation (new_translations->pdata[i], by_key, error);
  if (good)
    commit (digest, by_op, by_key);
  g_mutex_unlock (&adding);
  return good;
}
