#include "options.h"

#include "base/problem.h"
#include "option-table.h"

#include <string.h>

/* The options of one conversion. Values are kept as text; what passes need is read from
 * it when it is set, to check it, and when a conversion begins. */

struct _WeirConvertOptions {
  char *values[WEIR_N_OPTIONS];
};

G_DEFINE_BOXED_TYPE (WeirConvertOptions, weir_convert_options, weir_convert_options_copy,
                     weir_convert_options_free)

WeirConvertOptions *
weir_convert_options_new (void)
{
  return g_new0 (WeirConvertOptions, 1);
}

WeirConvertOptions *
weir_convert_options_copy (const WeirConvertOptions *options)
{
  WeirConvertOptions *copy = weir_convert_options_new ();

  for (guint i = 0; i < WEIR_N_OPTIONS; i++)
    copy->values[i] = g_strdup (options->values[i]);
  return copy;
}

void
weir_convert_options_free (WeirConvertOptions *options)
{
  if (options == NULL)
    return;
  for (guint i = 0; i < WEIR_N_OPTIONS; i++)
    g_free (options->values[i]);
  g_free (options);
}

static const WeirOptionRow *
find_row (const char *name)
{
  for (guint i = 0; i < WEIR_N_OPTIONS; i++)
    if (strcmp (weir_option_rows[i].name, name) == 0)
      return &weir_option_rows[i];
  return NULL;
}

/* How many letters must be changed, added or taken away. */
static guint
edit_distance (const char *a, const char *b)
{
  guint n = (guint) strlen (b);
  g_autofree guint *row = g_new (guint, n + 1);

  for (guint j = 0; j <= n; j++)
    row[j] = j;
  for (guint i = 1; a[i - 1] != '\0'; i++) {
    guint diagonal = row[0];

    row[0] = i;
    for (guint j = 1; j <= n; j++) {
      guint above = row[j];
      guint change = diagonal + (a[i - 1] != b[j - 1]);

      row[j] = MIN (change, MIN (above, row[j - 1]) + 1);
      diagonal = above;
    }
  }
  return row[n];
}

static gboolean
fail_unknown (const char *name, GError **error)
{
  g_autofree char *word = g_strndup (name, 80);
  const char *nearest = NULL;
  guint least = G_MAXUINT;

  for (guint i = 0; i < WEIR_N_OPTIONS; i++) {
    guint distance = edit_distance (word, weir_option_rows[i].name);

    if (distance < least) {
      least = distance;
      nearest = weir_option_rows[i].name;
    }
  }
  if (least >= strlen (word))
    return weir_problem_fail (error, WEIR_PROBLEM_UNKNOWN_OPTION,
                              "there is no option --%s", word);
  return weir_problem_fail (error, WEIR_PROBLEM_UNKNOWN_OPTION,
                            "there is no option --%s; did you mean --%s?", word, nearest);
}

static gboolean
is_number (const char *text)
{
  char *end;

  g_ascii_strtod (text, &end);
  return end != text && *end == '\0';
}

static gboolean
check_value (const WeirOptionRow *row, const char *value, GError **error)
{
  WeirPassOptions passes;
  gboolean good;

  if (row->kind == WEIR_OPTION_FLAG && strcmp (value, "true") != 0 &&
      strcmp (value, "false") != 0)
    return weir_problem_fail (error, WEIR_PROBLEM_NOT_BOOLEAN,
                              "--%s: expected a True/False value, found '%.80s'",
                              row->name, value);
  if (row->kind == WEIR_OPTION_NUMBER && !is_number (value))
    return weir_problem_fail (error, WEIR_PROBLEM_NOT_NUMBER,
                              "--%s: expected a number, found '%.80s'", row->name, value);
  if (row->read == NULL)
    return TRUE;
  weir_pass_options_init (&passes);
  good = row->read (value, &passes, error);
  weir_pass_options_clear (&passes);
  if (!good)
    g_prefix_error (error, "--%s: ", row->name);
  return good;
}

static gboolean
set_row (WeirConvertOptions *options, const WeirOptionRow *row, const char *value,
         GError **error)
{
  g_autofree char *text = NULL;

  if (value != NULL) {
    text = row->kind == WEIR_OPTION_FLAG ? g_ascii_strdown (value, -1) : g_strdup (value);
    if (!check_value (row, text, error)) {
      weir_problem_settle (error);
      return FALSE;
    }
  }
  g_free (options->values[row - weir_option_rows]);
  options->values[row - weir_option_rows] = g_steal_pointer (&text);
  return TRUE;
}

gboolean
weir_convert_options_set (WeirConvertOptions *options, const char *name,
                          const char *value, GError **error)
{
  const WeirOptionRow *row = find_row (name);

  return row != NULL ? set_row (options, row, value, error) : fail_unknown (name, error);
}

const char *
weir_convert_options_get (const WeirConvertOptions *options, const char *name)
{
  const WeirOptionRow *row = find_row (name);

  return row != NULL ? options->values[row - weir_option_rows] : NULL;
}

gboolean
weir_convert_options_flag (const WeirConvertOptions *options, const char *name)
{
  return g_strcmp0 (weir_convert_options_get (options, name), "true") == 0;
}

static gboolean
has_letters (const WeirOptionRow *row, const char *letters)
{
  g_auto (GStrv) all = g_strsplit (row->letters != NULL ? row->letters : "", " ", -1);

  return g_strv_contains ((const char *const *) all, letters);
}

/* (nullable): "--name", "--name=value", with dashes or underscores; "-x", "-x=value".
 * @word: (out) (transfer full): the name without value. */
static const WeirOptionRow *
match_argument (const char *argument, char **word, const char **value)
{
  const char *equals = strchr (argument, '=');
  gsize dashes = strspn (argument, "-");

  *value = equals != NULL ? equals + 1 : NULL;
  *word = equals != NULL ? g_strndup (argument, (gsize) (equals - argument))
                         : g_strdup (argument);
  if (dashes == 2) {
    memmove (*word, *word + 2, strlen (*word) - 1);
    g_strdelimit (*word, "-", '_');
    return find_row (*word);
  }
  for (guint i = 0; dashes == 1 && i < WEIR_N_OPTIONS; i++)
    if (has_letters (&weir_option_rows[i], *word + 1))
      return &weir_option_rows[i];
  return NULL;
}

static gboolean
is_boolean (const char *text)
{
  return text != NULL && (g_ascii_strcasecmp (text, "true") == 0 ||
                          g_ascii_strcasecmp (text, "false") == 0);
}

/* Whether @text, which follows an option, is its value and not the next option. */
static gboolean
is_value (const WeirOptionRow *row, const char *text)
{
  g_autofree char *word = NULL;
  const char *value;

  if (text == NULL || row->kind == WEIR_OPTION_FLAG)
    return is_boolean (text);
  return match_argument (text, &word, &value) == NULL;
}

static gboolean
fail_argument (const char *argument, const char *word, GError **error)
{
  if (g_str_has_prefix (argument, "--"))
    return fail_unknown (word, error);
  return weir_problem_fail (error, WEIR_PROBLEM_UNKNOWN_OPTION,
                            "expected an option, found '%.80s'; a model is named by "
                            "--input_model",
                            argument);
}

gboolean
weir_convert_options_parse (WeirConvertOptions *options, const char *const *arguments,
                            GError **error)
{
  for (guint i = 0; arguments[i] != NULL; i++) {
    g_autofree char *word = NULL;
    const char *value;
    const WeirOptionRow *row = match_argument (arguments[i], &word, &value);

    if (row == NULL)
      return fail_argument (arguments[i], word, error);
    if (value == NULL && is_value (row, arguments[i + 1]))
      value = arguments[++i];
    else if (value == NULL && row->kind == WEIR_OPTION_FLAG)
      value = "true";
    if (value == NULL)
      return weir_problem_fail (error, WEIR_PROBLEM_NO_VALUE,
                                "--%s: expected a value behind it", row->name);
    if (!set_row (options, row, value, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
weir_convert_options_parse_line (WeirConvertOptions *options, const char *line,
                                 GError **error)
{
  g_auto (GStrv) arguments = NULL;
  GError *shell = NULL;
  int count;

  if (line[strspn (line, " \t\n")] == '\0')
    return TRUE;
  if (!g_shell_parse_argv (line, &count, &arguments, &shell)) {
    weir_problem_fail (error, WEIR_PROBLEM_NO_VALUE, "'%.80s': %s", line, shell->message);
    g_error_free (shell);
    return FALSE;
  }
  return weir_convert_options_parse (options, (const char *const *) arguments, error);
}

const char *
weir_convert_option_name (guint index)
{
  return index < WEIR_N_OPTIONS ? weir_option_rows[index].name : NULL;
}

const char *
weir_convert_option_help (guint index)
{
  return index < WEIR_N_OPTIONS ? weir_option_rows[index].help : NULL;
}

gboolean
weir_convert_option_is_flag (guint index)
{
  return index < WEIR_N_OPTIONS && weir_option_rows[index].kind == WEIR_OPTION_FLAG;
}

char *
weir_convert_options_help (void)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < WEIR_N_OPTIONS; i++) {
    const WeirOptionRow *row = &weir_option_rows[i];
    g_auto (GStrv) letters =
        g_strsplit (row->letters != NULL ? row->letters : "", " ", -1);
    g_autoptr (GString) name = g_string_new ("--");

    if (i == 0 || row->group != weir_option_rows[i - 1].group)
      g_string_append_printf (text, "\n%s:\n", weir_option_group_title (row->group));
    g_string_append (name, row->name);
    for (guint k = 0; letters[k] != NULL; k++)
      g_string_append_printf (name, ", -%s", letters[k]);
    if (row->value != NULL)
      g_string_append_printf (name, " %s", row->value);
    g_string_append_printf (text, "  %-32s %s\n", name->str, row->help);
  }
  return g_string_free (text, FALSE);
}

gboolean
weir_convert_options_passes (const WeirConvertOptions *options, WeirPassOptions *passes,
                             GError **error)
{
  weir_pass_options_init (passes);
  for (guint i = 0; i < WEIR_N_OPTIONS; i++) {
    const WeirOptionRow *row = &weir_option_rows[i];

    if (options->values[i] == NULL || row->read == NULL)
      continue;
    if (!row->read (options->values[i], passes, error)) {
      g_prefix_error (error, "--%s: ", row->name);
      return FALSE;
    }
  }
  return TRUE;
}

GHashTable *
weir_convert_options_table (const WeirConvertOptions *options)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < WEIR_N_OPTIONS; i++) {
    const WeirOptionRow *row = &weir_option_rows[i];

    if (options->values[i] == NULL)
      continue;
    g_hash_table_insert (table, (char *) row->name, options->values[i]);
    if (row->stands_for != NULL &&
        weir_convert_options_get (options, row->stands_for) == NULL)
      g_hash_table_insert (table, (char *) row->stands_for, options->values[i]);
  }
  return table;
}
