#include "option-grammar.h"

#include "base/problem.h"
#include "option-split.h"

#include <string.h>

/* Layouts, transformations and patterns of names. */

static gboolean
fail_layout (const char *text, const char *why, GError **error)
{
  return weir_problem_fail (error, WEIR_PROBLEM_LAYOUT_SYNTAX, "'%.200s': %s", text, why);
}

static char *
copy_side (const char *text, gsize length)
{
  return g_strstrip (g_strndup (text, length));
}

/* "name(nhwc->nchw)", "nhwc", "[n,h,w,c]->[n,c,h,w]", "name([n,...])" */
static gboolean
parse_layout (const char *text, WeirLayoutSpec *spec, GError **error)
{
  const char *open = strchr (text, '('), *arrow;
  g_autofree char *layout = NULL;

  if (open != NULL && !g_str_has_suffix (text, ")"))
    return fail_layout (text, "expected name(layout)", error);
  if (open != NULL && open > text)
    spec->name = copy_side (text, (gsize) (open - text));
  layout = open != NULL ? copy_side (open + 1, strlen (open) - 2) : g_strdup (text);
  if (strpbrk (layout, "()") != NULL)
    return fail_layout (text, "expected one pair of round brackets", error);
  arrow = strstr (layout, "->");
  spec->source =
      copy_side (layout, arrow != NULL ? (gsize) (arrow - layout) : strlen (layout));
  spec->target = arrow != NULL ? copy_side (arrow + 2, strlen (arrow + 2)) : NULL;
  if (*spec->source == '\0' || (spec->target != NULL && *spec->target == '\0'))
    return fail_layout (text, "expected a layout like nhwc or [n,c,...]", error);
  if (strchr (layout, '*') != NULL)
    return fail_layout (text, "dimensions cannot be joined by '*'", error);
  return TRUE;
}

static gboolean
check_names (const GPtrArray *layouts, const char *text, GError **error)
{
  const WeirLayoutSpec *first = layouts->len > 0 ? layouts->pdata[0] : NULL;

  for (guint i = 1; i < layouts->len; i++)
    if ((((WeirLayoutSpec *) layouts->pdata[i])->name == NULL) != (first->name == NULL))
      return fail_layout (text, "all layouts need a name, or none", error);
  return TRUE;
}

gboolean
weir_parse_layouts (const char *text, GPtrArray **layouts, GError **error)
{
  g_autoptr (GPtrArray) items =
      weir_option_split (text, WEIR_PROBLEM_LAYOUT_SYNTAX, error);

  if (*layouts == NULL)
    *layouts = g_ptr_array_new_with_free_func (weir_layout_spec_free);
  for (guint i = 0; items != NULL && i < items->len; i++) {
    WeirLayoutSpec *spec = g_new0 (WeirLayoutSpec, 1);

    g_ptr_array_add (*layouts, spec);
    if (!parse_layout (items->pdata[i], spec, error))
      return FALSE;
  }
  return items != NULL && check_names (*layouts, text, error);
}

/* The layout of the same input on the other side: by name, else by place. */
static WeirLayoutSpec *
find_layout (GPtrArray *layouts, const WeirLayoutSpec *like, guint index)
{
  for (guint i = 0; i < layouts->len; i++) {
    WeirLayoutSpec *spec = layouts->pdata[i];

    if (like->name != NULL ? g_strcmp0 (spec->name, like->name) == 0 : i == index)
      return spec;
  }
  return NULL;
}

gboolean
weir_parse_layout_side (const char *text, gboolean target, GPtrArray **layouts,
                        GError **error)
{
  g_autoptr (GPtrArray) side = NULL;

  if (!weir_parse_layouts (text, &side, error))
    return FALSE;
  if (*layouts == NULL)
    *layouts = g_ptr_array_new_with_free_func (weir_layout_spec_free);
  for (guint i = 0; i < side->len; i++) {
    WeirLayoutSpec *item = side->pdata[i], *spec = find_layout (*layouts, item, i);

    if (item->target != NULL)
      return fail_layout (text, "'->' is for --layout", error);
    if (spec == NULL) {
      spec = g_new0 (WeirLayoutSpec, 1);
      spec->name = g_strdup (item->name);
      g_ptr_array_add (*layouts, spec);
    }
    g_free (target ? spec->target : spec->source);
    *(target ? &spec->target : &spec->source) = g_steal_pointer (&item->source);
  }
  return check_names (*layouts, text, error);
}

static gboolean
parse_arguments (const char *text, WeirTransformSpec *spec, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);

  for (guint i = 0; parts[i] != NULL; i++) {
    char *equals = strchr (parts[i], '=');

    if (equals == NULL)
      return weir_problem_fail (error, WEIR_PROBLEM_TRANSFORM_SYNTAX,
                                "%s: '%.200s': expected key=value", spec->name, parts[i]);
    *equals = '\0';
    g_hash_table_replace (spec->arguments, g_strdup (g_strstrip (parts[i])),
                          g_strdup (g_strstrip (equals + 1)));
  }
  return TRUE;
}

static gboolean
parse_transform (char *text, WeirTransformSpec *spec, GError **error)
{
  char *open = strchr (text, '[');

  spec->arguments = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  spec->name = copy_side (text, open != NULL ? (gsize) (open - text) : strlen (text));
  if (!weir_transform_exists (spec->name)) {
    g_autofree char *names = weir_transform_names ();
    return weir_problem_fail (error, WEIR_PROBLEM_TRANSFORM_NAME,
                              "there is no transformation '%.80s': expected one of %s",
                              spec->name, names);
  }
  if (open == NULL)
    return TRUE;
  if (!g_str_has_suffix (text, "]"))
    return weir_problem_fail (error, WEIR_PROBLEM_TRANSFORM_SYNTAX,
                              "'%.200s': expected %s[key=value]", text, spec->name);
  open[strlen (open) - 1] = '\0';
  return parse_arguments (open + 1, spec, error) && weir_transform_check (spec, error);
}

gboolean
weir_parse_transforms (const char *text, GPtrArray **transforms, GError **error)
{
  g_autoptr (GPtrArray) items =
      weir_option_split (text, WEIR_PROBLEM_TRANSFORM_SYNTAX, error);

  *transforms = g_ptr_array_new_with_free_func (weir_transform_spec_free);
  for (guint i = 0; *text != '\0' && items != NULL && i < items->len; i++) {
    WeirTransformSpec *spec = g_new0 (WeirTransformSpec, 1);

    g_ptr_array_add (*transforms, spec);
    if (!parse_transform (items->pdata[i], spec, error))
      return FALSE;
  }
  return items != NULL;
}

static void
pattern_free (gpointer data)
{
  g_regex_unref (data);
}

gboolean
weir_parse_patterns (const char *text, GPtrArray **patterns, GError **error)
{
  g_auto (GStrv) items = g_strsplit (text, ",", -1);

  *patterns = g_ptr_array_new_with_free_func (pattern_free);
  if (!g_utf8_validate (text, -1, NULL))
    return weir_problem_fail (error, WEIR_PROBLEM_INPUT_SYNTAX,
                              "expected UTF-8 in a list of regular expressions");
  for (guint i = 0; items[i] != NULL; i++) {
    GError *why = NULL;
    GRegex *regex = g_regex_new (items[i], G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT, &why);

    if (regex == NULL) {
      weir_problem_fail (error, WEIR_PROBLEM_INPUT_SYNTAX, "%s", why->message);
      g_error_free (why);
      return FALSE;
    }
    g_ptr_array_add (*patterns, regex);
  }
  return TRUE;
}
