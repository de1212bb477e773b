#include "gstweirlabels.h"

#include <errno.h>
#include <string.h>

#define MAX_LABELS 100000

static char **
split_clean (const char *text, const char *separators)
{
  g_auto (GStrv) parts = g_strsplit_set (text, separators, MAX_LABELS);
  GPtrArray *labels = g_ptr_array_new ();

  for (guint i = 0; parts[i] != NULL; i++) {
    g_strstrip (parts[i]);
    if (*parts[i] != '\0')
      g_ptr_array_add (labels, g_utf8_make_valid (parts[i], -1));
  }
  g_ptr_array_add (labels, NULL);
  return (char **) g_ptr_array_free (labels, FALSE);
}

static char **
from_file (const char *path, GError **error)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  return split_clean (text, "\r\n");
}

/* "{0: 'person', 1: 'it\'s'}": the quoted strings, in the order of their numbers. */
static char **
from_dictionary (const char *text)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);

  for (const char *p = text; *p != '\0' && labels->len < MAX_LABELS;) {
    GString *label;
    char *end, quote;
    gint64 index;

    p += strcspn (p, "0123456789");
    index = g_ascii_strtoll (p, &end, 10);
    p = end + strspn (end, ": ");
    if (end == p || (*p != '\'' && *p != '"') || index < 0 || index >= MAX_LABELS)
      continue;
    quote = *p++;
    label = g_string_new (NULL);
    for (; *p != '\0' && *p != quote; p++) {
      if (*p == '\\' && p[1] != '\0')
        p++;
      g_string_append_c (label, *p);
    }
    if (*p == quote)
      p++;
    while (labels->len <= (guint) index)
      g_ptr_array_add (labels, g_strdup_printf ("%u", labels->len));
    g_free (labels->pdata[index]);
    labels->pdata[index] = g_utf8_make_valid (label->str, -1);
    g_string_free (label, TRUE);
  }
  if (labels->len == 0)
    return NULL;
  g_ptr_array_add (labels, NULL);
  g_ptr_array_set_free_func (labels, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&labels), FALSE);
}

char **
gst_weir_labels (const char *wish, const WeirModel *model, GError **error)
{
  const char *text;

  if (wish != NULL && *wish != '\0') {
    if (g_file_test (wish, G_FILE_TEST_EXISTS))
      return from_file (wish, error);
    if (strchr (wish, ',') != NULL)
      return split_clean (wish, ",");
    weir_fail (error, WEIR_ERROR_IO, "labels: '%s' is neither a file nor a list", wish);
    return NULL;
  }
  text = weir_model_info (model, "model_info/labels");
  if (text != NULL && *text != '\0')
    return split_clean (text, " \t\n");
  text = weir_model_info (model, "framework_metadata/names");
  if (text != NULL)
    return from_dictionary (text);
  text = weir_model_info (model, "framework_metadata/labels");
  return text != NULL ? split_clean (text, "\r\n") : NULL;
}
