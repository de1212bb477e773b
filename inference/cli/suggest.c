#include "suggest.h"

#include <stdio.h>
#include <string.h>

/* Whether @argument is option @name, dashes or underscores in it, and whether its value
 * stands in the next argument. */
static gboolean
is_option (const char *argument, const char *name, gboolean *takes_next)
{
  gsize length = strlen (name);

  if (strncmp (argument, "--", 2) != 0)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (argument[2 + i] != name[i] && !(argument[2 + i] == '-' && name[i] == '_'))
      return FALSE;
  *takes_next = argument[2 + length] == '\0';
  return *takes_next || argument[2 + length] == '=';
}

static gboolean
says_where_to_cut (const char *argument, gboolean *takes_next)
{
  static const char *const names[] = { "input", "output", "input_shape",
                                       "freeze_placeholder_with_value" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (is_option (argument, names[i], takes_next))
      return TRUE;
  return FALSE;
}

static void
append (GString *line, const char *argument)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789-_=+./:,@%";
  g_autofree char *quoted = g_shell_quote (argument);
  gboolean safe = *argument != '\0' && argument[strspn (argument, plain)] == '\0';

  g_string_append_printf (line, " %s", safe ? argument : quoted);
}

Suggestion *
suggestion_new (const char *path, const WeirConvertOptions *options,
                const char *const *arguments)
{
  guint nodes, total;
  g_auto (GStrv) cut = weir_convert_suggest (path, options, &nodes, &total);
  Suggestion *suggestion;
  GString *line;

  if (cut == NULL)
    return NULL;
  line = g_string_new ("weir convert");
  for (guint i = 0; arguments[i] != NULL; i++) {
    gboolean takes_next;

    if (!says_where_to_cut (arguments[i], &takes_next))
      append (line, arguments[i]);
    else if (takes_next && arguments[i + 1] != NULL)
      i++;
  }
  for (guint i = 0; cut[i] != NULL; i++)
    append (line, cut[i]);
  suggestion = g_new0 (Suggestion, 1);
  suggestion->nodes = nodes;
  suggestion->total = total;
  suggestion->command = g_string_free (line, FALSE);
  return suggestion;
}

void
suggestion_free (Suggestion *suggestion)
{
  if (suggestion != NULL)
    g_free (suggestion->command);
  g_free (suggestion);
}

void
suggest_part (const char *path, const WeirConvertOptions *options,
              const char *const *arguments)
{
  g_autoptr (Suggestion) suggestion = suggestion_new (path, options, arguments);

  if (suggestion != NULL)
    fprintf (stderr, "weir: %u of its %u nodes can be converted:\n%s\n",
             suggestion->nodes, suggestion->total, suggestion->command);
}
