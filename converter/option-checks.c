#include "options.h"

#include "base/problem.h"
#include "option-table.h"

#include <string.h>

/* What options say together: which exclude each other, which files have to be there, and
 * what the user has to be told. */

/* Two options of which only one may be given. */
typedef struct {
  const char *one, *other;
  WeirProblem problem;
} Clash;

static const Clash clashes[] = {
  { "input_shape", "batch", WEIR_PROBLEM_SHAPE_AND_BATCH },
  { "scale", "scale_values", WEIR_PROBLEM_SCALE_TWICE },
  { "layout", "source_layout", WEIR_PROBLEM_OPTIONS_CLASH },
  { "layout", "target_layout", WEIR_PROBLEM_OPTIONS_CLASH },
  { "use_new_frontend", "use_legacy_frontend", WEIR_PROBLEM_OPTIONS_CLASH },
  { "input_model", "saved_model_dir", WEIR_PROBLEM_TWO_MODELS },
  { "input_model", "input_meta_graph", WEIR_PROBLEM_TWO_MODELS },
  { "saved_model_dir", "input_meta_graph", WEIR_PROBLEM_TWO_MODELS },
};

static gboolean
is_on (const WeirConvertOptions *options, const char *name)
{
  const char *value = weir_convert_options_get (options, name);

  return value != NULL && *value != '\0' && strcmp (value, "false") != 0;
}

static gboolean
check_clashes (const WeirConvertOptions *options, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (clashes); i++)
    if (is_on (options, clashes[i].one) && is_on (options, clashes[i].other))
      return weir_problem_fail (error, clashes[i].problem,
                                "--%s and --%s: expected only one of them",
                                clashes[i].one, clashes[i].other);
  return TRUE;
}

/* Shapes stand in --input or outside of it, not both. */
static gboolean
check_shapes (const WeirConvertOptions *options, GError **error)
{
  const char *text = weir_convert_options_get (options, "input");
  g_autoptr (GPtrArray) inputs = NULL;

  if (text == NULL || !weir_parse_inputs (text, &inputs, error))
    return text == NULL;
  for (guint i = 0; i < inputs->len; i++) {
    const WeirInputSpec *spec = inputs->pdata[i];

    if (spec->shape == NULL)
      continue;
    if (is_on (options, "input_shape"))
      return weir_problem_fail (error, WEIR_PROBLEM_SHAPE_TWICE,
                                "--input and --input_shape: expected shapes in one of "
                                "them, found [%s] at '%s' in --input, too",
                                spec->shape, spec->name);
    if (is_on (options, "batch"))
      return weir_problem_fail (error, WEIR_PROBLEM_SHAPE_AND_BATCH,
                                "--input and --batch: expected shapes or a batch, found "
                                "[%s] at '%s' in --input",
                                spec->shape, spec->name);
  }
  return TRUE;
}

static gboolean
check_files (const WeirConvertOptions *options, GError **error)
{
  for (guint i = 0; i < WEIR_N_OPTIONS; i++) {
    const WeirOptionRow *row = &weir_option_rows[i];
    const char *path = weir_convert_options_get (options, row->name);

    if (path == NULL)
      continue;
    if (row->path == WEIR_OPTION_FILE && !g_file_test (path, G_FILE_TEST_EXISTS))
      return weir_problem_fail (error, WEIR_PROBLEM_FILE_MISSING,
                                "--%s: expected a file, there is none at '%s'", row->name,
                                path);
    if (row->path == WEIR_OPTION_FOLDER && !g_file_test (path, G_FILE_TEST_IS_DIR))
      return weir_problem_fail (error, WEIR_PROBLEM_FILE_MISSING,
                                "--%s: expected a folder, there is none at '%s'",
                                row->name, path);
  }
  return TRUE;
}

gboolean
weir_convert_options_check (const WeirConvertOptions *options, GError **error)
{
  return check_clashes (options, error) && check_shapes (options, error) &&
         check_files (options, error);
}

void
weir_convert_options_note (const WeirConvertOptions *options)
{
  const char *scale = weir_convert_options_get (options, "scale");

  for (guint i = 0; i < WEIR_N_OPTIONS; i++) {
    const WeirOptionRow *row = &weir_option_rows[i];

    if (row->note != NULL && is_on (options, row->name))
      g_message ("--%s: %s", row->name, row->note);
  }
  if (scale != NULL && g_ascii_strtod (scale, NULL) < 1)
    g_message ("--scale: every input is divided by it: %s makes it larger", scale);
}

/* The options that name a model, the usual one first. */
static const char *const model_options[] = { "input_model", "saved_model_dir",
                                             "input_meta_graph", "input_symbol" };

const char *
weir_convert_options_model (const WeirConvertOptions *options, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (model_options); i++)
    if (is_on (options, model_options[i]))
      return weir_convert_options_get (options, model_options[i]);
  weir_problem_fail (error, WEIR_PROBLEM_NO_MODEL,
                     "no model: expected --input_model FILE, --saved_model_dir DIR or "
                     "--input_meta_graph FILE");
  return NULL;
}

char *
weir_convert_options_model_name (const WeirConvertOptions *options)
{
  const char *given = weir_convert_options_get (options, "model_name");
  const char *path = weir_convert_options_model (options, NULL);
  g_autofree char *name = NULL;
  char *dot;

  if (given != NULL)
    return g_strdup (given);
  if (path == NULL || path == weir_convert_options_get (options, "saved_model_dir"))
    return g_strdup (path != NULL ? "saved_model" : "model");
  name = g_path_get_basename (path);
  dot = strrchr (name, '.');
  if (*name == '.' || *name == '\0' || *name == G_DIR_SEPARATOR)
    return g_strdup ("model");
  if (dot != NULL)
    *dot = '\0';
  return g_steal_pointer (&name);
}

guint
weir_convert_options_ir_version (const WeirConvertOptions *options)
{
  return g_strcmp0 (weir_convert_options_get (options, "ir_version"), "10") == 0 ||
                 is_on (options, "generate_experimental_IR_V10") ||
                 is_on (options, "generate_deprecated_IR_V7")
             ? 10
             : 11;
}
