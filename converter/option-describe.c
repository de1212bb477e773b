#include "options.h"

#include "option-table.h"

#include <glib/gstdio.h>
#include <string.h>

/* Options as text: what the IR says of its conversion, and what tells one conversion from
 * another in the cache. */

#define PARAMETERS "conversion_parameters/"

/* The IR goes to other people: of a path it tells the file's name alone. */
static char *
public_value (const WeirOptionRow *row, const char *value)
{
  g_autofree char *name = NULL;

  if (row->kind == WEIR_OPTION_FLAG)
    return g_strdup (strcmp (value, "true") == 0 ? "True" : "False");
  if (row->path == WEIR_OPTION_NO_PATH)
    return g_strdup (value);
  if (row->path == WEIR_OPTION_FOLDER || g_file_test (value, G_FILE_TEST_IS_DIR) ||
      strcmp (row->name, "output_dir") == 0 || strchr (value, ',') != NULL)
    return g_strdup ("DIR");
  name = g_path_get_basename (value);
  return g_strconcat ("DIR/", name, NULL);
}

static void
say (WeirModel *model, const char *name, const char *value)
{
  g_autofree char *path = g_strconcat (PARAMETERS, name, NULL);

  weir_model_set_info (model, path, value);
}

static int
by_name (const void *a, const void *b)
{
  const WeirOptionRow *const *x = a, *const *y = b;

  return strcmp ((*x)->name, (*y)->name);
}

/* Version 10 also tells what the options are that were not set: flags are False, some
 * texts have a value of their own, and the others are listed. Two are always known. */
static void
say_unset (WeirModel *model, const WeirOptionRow *row, GString *unset)
{
  if (strcmp (row->name, "framework") == 0 || strcmp (row->name, "model_name") == 0)
    return;
  if (row->initial != NULL || row->kind == WEIR_OPTION_FLAG)
    say (model, row->name, row->initial != NULL ? row->initial : "False");
  else
    g_string_append_printf (unset, "%s%s", unset->len > 0 ? ", " : "", row->name);
}

void
weir_convert_options_describe (const WeirConvertOptions *options, WeirModel *model)
{
  const WeirOptionRow *sorted[WEIR_N_OPTIONS];
  guint version = weir_convert_options_ir_version (options);
  g_autoptr (GString) unset = g_string_new (NULL);

  for (guint i = 0; i < WEIR_N_OPTIONS; i++)
    sorted[i] = &weir_option_rows[i];
  qsort (sorted, WEIR_N_OPTIONS, sizeof *sorted, by_name);
  for (guint i = 0; i < WEIR_N_OPTIONS; i++) {
    const char *value = weir_convert_options_get (options, sorted[i]->name);
    g_autofree char *text = value != NULL ? public_value (sorted[i], value) : NULL;

    if (text != NULL)
      say (model, sorted[i]->name, text);
    else if (version < 11)
      say_unset (model, sorted[i], unset);
  }
  if (version < 11) {
    g_autofree char *name = weir_convert_options_model_name (options);

    say (model, "model_name", name);
    say (model, "unset", unset->str);
  }
}

char *
weir_convert_options_to_string (const WeirConvertOptions *options)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < WEIR_N_OPTIONS; i++) {
    const WeirOptionRow *row = &weir_option_rows[i];
    const char *value = weir_convert_options_get (options, row->name);
    GStatBuf st;

    if (value == NULL || strcmp (row->name, "input_model") == 0 ||
        strcmp (row->name, "output_dir") == 0)
      continue;
    g_string_append_printf (text, "%s=%s\n", row->name, value);
    if (row->path != WEIR_OPTION_NO_PATH && g_stat (value, &st) == 0)
      g_string_append_printf (text, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
                              (gint64) st.st_size, (gint64) st.st_mtime);
  }
  return g_string_free (text, FALSE);
}
