#include "near.h"

#include <string.h>

/* How much is compared of a name: names are long and many. */
#define COMPARED_BYTES 64

/* Levenshtein's distance of what is compared of two names. */
static guint
distance (const char *a, const char *b)
{
  gsize n = MIN (strlen (a), COMPARED_BYTES), m = MIN (strlen (b), COMPARED_BYTES);
  guint row[COMPARED_BYTES + 1];

  for (gsize j = 0; j <= m; j++)
    row[j] = j;
  for (gsize i = 1; i <= n; i++) {
    guint diagonal = row[0];

    row[0] = i;
    for (gsize j = 1; j <= m; j++) {
      guint changed = diagonal + (a[i - 1] != b[j - 1]);

      diagonal = row[j];
      row[j] = MIN (changed, MIN (row[j], row[j - 1]) + 1);
    }
  }
  return row[m];
}

void
weir_near_offer (WeirNear *near, const char *name, const char *wanted)
{
  guint next = distance (name, wanted);

  if (*name == '\0')
    return;
  if (strlen (name) > 2 && strlen (wanted) > 2 &&
      (strstr (name, wanted) != NULL || strstr (wanted, name) != NULL))
    next /= 4;
  if (next > strlen (wanted) / 3 + 1)
    return;
  for (guint i = 0; i < WEIR_NEAR_NAMES && name != NULL; i++) {
    const char *pushed = near->names[i];
    guint far = near->distances[i];

    if (pushed != NULL && strcmp (pushed, name) == 0)
      return;
    if (pushed != NULL && next >= far)
      continue;
    near->names[i] = name;
    near->distances[i] = next;
    name = pushed;
    next = far;
  }
}

gboolean
weir_near_fail (const WeirNear *near, const char *what, const char *wanted,
                GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < WEIR_NEAR_NAMES && near->names[i] != NULL; i++)
    g_string_append_printf (list, "%s'%s'", i > 0 ? ", " : "; near it: ", near->names[i]);
  return weir_fail (error, WEIR_ERROR_ARGUMENT, "%s: there is no node or tensor '%s'%s",
                    what, wanted, list->str);
}
