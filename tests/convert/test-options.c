#include "base/error.h"
#include "option-table.h"
#include "options.h"
#include "weir-convert.h"

#include <string.h>

static WeirConvertOptions *
parse (const char *line)
{
  WeirConvertOptions *options = weir_convert_options_new ();
  GError *error = NULL;

  g_assert_true (weir_convert_options_parse_line (options, line, &error));
  g_assert_no_error (error);
  return options;
}

static void
expect (const char *line, const char *name, const char *value)
{
  g_autoptr (WeirConvertOptions) options = parse (line);

  g_assert_cmpstr (weir_convert_options_get (options, name), ==, value);
}

static void
refuse (const char *line, const char *message)
{
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  g_autoptr (GError) error = NULL;

  if (weir_convert_options_parse_line (options, line, &error))
    weir_convert_options_check (options, &error);
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_ARGUMENT);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_spellings (void)
{
  expect ("--mean_values [1,2,3]", "mean_values", "[1,2,3]");
  expect ("--mean-values [1,2,3]", "mean_values", "[1,2,3]");
  expect ("--mean_values=[1,2,3]", "mean_values", "[1,2,3]");
  expect ("--mean-values=[1,2,3]", "mean_values", "[1,2,3]");
  expect ("--ir-version 10", "ir_version", "10");
  expect ("-m x.onnx", "input_model", "x.onnx");
  expect ("-w x.onnx", "input_model", "x.onnx");
  expect ("-n x", "model_name", "x");
  expect ("-o x", "output_dir", "x");
  expect ("-b 2", "batch", "2");
  expect ("-b=2", "batch", "2");
  expect ("-s 2.5", "scale", "2.5");
  expect ("-d x", "input_proto", "x");
  expect ("-k x", "k", "x");
  expect ("-mf x", "mean_file", "x");
  expect ("--input 'a->[1 2]'", "input", "a->[1 2]");
  expect ("--output_dir -", "output_dir", "-");
  expect ("-n a -n b", "model_name", "b");
}

static void
test_flags (void)
{
  expect ("--compress_to_fp16", "compress_to_fp16", "true");
  expect ("--compress_to_fp16=True", "compress_to_fp16", "true");
  expect ("--compress-to-fp16=FALSE", "compress_to_fp16", "false");
  expect ("--compress_to_fp16 False --silent", "compress_to_fp16", "false");
  expect ("--compress_to_fp16 False --silent", "silent", "true");
  refuse ("--silent=maybe",
          "--silent: expected a True/False value, found 'maybe' [W0103]");
}

static void
test_unknown (void)
{
  refuse ("--mean_value [1]",
          "there is no option --mean_value; did you mean --mean_values? [W0101]");
  refuse ("--input-modle x",
          "there is no option --input_modle; did you mean --input_model? [W0101]");
  refuse ("--qqqqqqqqqq", "there is no option --qqqqqqqqqq [W0101]");
  refuse ("net.onnx", "expected an option, found 'net.onnx'; a model is named by "
                      "--input_model [W0101]");
  refuse ("-x 1", "expected an option, found '-x'; a model is named by --input_model "
                  "[W0101]");
  refuse ("--input", "--input: expected a value behind it [W0102]");
  refuse ("--input --output x", "--input: expected a value behind it [W0102]");
}

static void
test_values (void)
{
  refuse ("--batch 0", "--batch: expected a positive whole number, found '0' [W0104]");
  refuse ("--batch 1.5",
          "--batch: expected a positive whole number, found '1.5' [W0104]");
  refuse ("--batch x", "--batch: expected a number, found 'x' [W0104]");
  refuse ("--scale 0", "--scale: expected a number other than 0, found '0' [W0213]");
  refuse ("--ir_version 12", "--ir_version: expected one of 10, 11, found '12' [W0105]");
  refuse ("--data_type FP8",
          "--data_type: expected one of FP16, FP32, half, float, found 'FP8' [W0105]");
  refuse ("--model_name a/b",
          "--model_name: expected a name without folders, found 'a/b' [W0110]");
  refuse ("--transform X", "--transform: there is no transformation 'X': expected one of "
                           "LowLatency2, MakeStateful, Pruning [W0218]");
}

static void
test_clashes (void)
{
  refuse ("--input_shape [1] --batch 2",
          "--input_shape and --batch: expected only one of them [W0204]");
  refuse ("--scale 2 --scale_values [2]",
          "--scale and --scale_values: expected only one of them [W0212]");
  refuse ("--layout nc --target_layout nc",
          "--layout and --target_layout: expected only one of them [W0112]");
  refuse ("--use_new_frontend --use_legacy_frontend",
          "--use_new_frontend and --use_legacy_frontend: expected only one of them "
          "[W0112]");
  refuse ("-m x --saved_model_dir y",
          "--input_model and --saved_model_dir: expected only one of them [W0107]");
  refuse ("--input x[1] --input_shape [1]",
          "--input and --input_shape: expected shapes in one of them, found [1] at "
          "'x' in --input, too [W0203]");
  refuse ("--input x[1] --batch 2", "--input and --batch: expected shapes or a batch, "
                                    "found [1] at 'x' in --input [W0204]");
}

static void
test_files (void)
{
  g_autoptr (WeirConvertOptions) options = parse ("--input_proto /nowhere/x");
  GError *error = NULL;

  g_assert_false (weir_convert_options_check (options, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_IO);
  g_assert_cmpstr (error->message, ==,
                   "--input_proto: expected a file, there is none at '/nowhere/x' "
                   "[W0113]");
  g_error_free (error);
}

static void
check_model (const char *line, const char *path, const char *name)
{
  g_autoptr (WeirConvertOptions) options = parse (line);
  g_autofree char *found = weir_convert_options_model_name (options);
  GError *error = NULL;

  g_assert_cmpstr (weir_convert_options_model (options, &error), ==, path);
  g_assert_cmpstr (found, ==, name);
  if (path == NULL)
    g_assert_true (g_str_has_suffix (error->message, "[W0106]"));
  g_clear_error (&error);
}

static void
test_model (void)
{
  check_model ("-m dir/net.v2.onnx", "dir/net.v2.onnx", "net.v2");
  check_model ("-m dir/.onnx", "dir/.onnx", "model");
  check_model ("--saved_model_dir dir/x", "dir/x", "saved_model");
  check_model ("--input_meta_graph dir/x.meta", "dir/x.meta", "x");
  check_model ("-m a.onnx -n b", "a.onnx", "b");
  check_model ("-b 1", NULL, "model");
}

/* Notes are messages of GLib, which tests may expect. */
static void
test_notes (void)
{
  g_autoptr (WeirConvertOptions) quiet = parse ("--keep_shape_ops=False --scale 2");
  g_autoptr (WeirConvertOptions) loud = parse ("--move_to_preprocess --scale 0.5");

  weir_convert_options_note (quiet);
  g_test_expect_message (NULL, G_LOG_LEVEL_MESSAGE, "--move_to_preprocess: *");
  g_test_expect_message (NULL, G_LOG_LEVEL_MESSAGE, "--scale: *0.5 makes it larger");
  weir_convert_options_note (loud);
  g_test_assert_expected_messages ();
}

static const char *
parameter (const WeirModel *model, const char *name)
{
  g_autofree char *path = g_strconcat ("conversion_parameters/", name, NULL);

  return weir_model_info (model, path);
}

static WeirModel *
describe (const char *line)
{
  g_autoptr (WeirConvertOptions) options = parse (line);
  WeirModel *model = weir_model_new (weir_graph_new (), "m", "onnx");

  weir_convert_options_describe (options, model);
  return model;
}

static void
test_describe (void)
{
  g_autoptr (WeirModel) model =
      describe ("-m /home/me/net.onnx -o /home/me --reverse_input_channels -n x "
                "--layout nchw --progress=False");
  g_autoptr (WeirModel) old = describe ("--generate_experimental_IR_V10 -m net.onnx");

  g_assert_cmpuint (weir_model_n_info (model), ==, 6);
  g_assert_cmpstr (parameter (model, "input_model"), ==, "DIR/net.onnx");
  g_assert_cmpstr (parameter (model, "output_dir"), ==, "DIR");
  g_assert_cmpstr (parameter (model, "reverse_input_channels"), ==, "True");
  g_assert_cmpstr (parameter (model, "progress"), ==, "False");
  g_assert_cmpstr (parameter (model, "layout"), ==, "nchw");
  g_assert_cmpstr (parameter (old, "disable_nhwc_to_nchw"), ==, "False");
  g_assert_cmpstr (parameter (old, "log_level"), ==, "ERROR");
  g_assert_cmpstr (parameter (old, "data_type"), ==, "float");
  g_assert_true (g_str_has_prefix (parameter (old, "unset"), "batch, "));
  g_assert_nonnull (strstr (parameter (old, "unset"), ", input_checkpoint, "));
}

static void
test_aliases (void)
{
  g_autoptr (WeirConvertOptions) options =
      parse ("--tensorflow_use_custom_operations_config x.json");
  g_autoptr (GHashTable) table = weir_convert_options_table (options);

  g_assert_cmpstr (g_hash_table_lookup (table, "transformations_config"), ==, "x.json");
}

/* The table itself: names once, short forms once, a line of help for each. */
static void
test_table (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *help = weir_convert_options_help ();

  for (guint i = 0; i < WEIR_N_OPTIONS; i++) {
    const WeirOptionRow *row = &weir_option_rows[i];
    g_autofree char *name = g_strconcat ("  --", row->name, NULL);

    g_assert_true (g_hash_table_add (seen, (gpointer) row->name));
    g_assert_nonnull (strstr (help, name));
    g_assert_cmpint (row->kind == WEIR_OPTION_FLAG, ==, row->value == NULL);
    g_assert_true (row->help != NULL && *row->help != '\0');
  }
  g_assert_null (weir_convert_option_name (WEIR_N_OPTIONS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convert/options/spellings", test_spellings);
  g_test_add_func ("/convert/options/flags", test_flags);
  g_test_add_func ("/convert/options/unknown", test_unknown);
  g_test_add_func ("/convert/options/values", test_values);
  g_test_add_func ("/convert/options/clashes", test_clashes);
  g_test_add_func ("/convert/options/files", test_files);
  g_test_add_func ("/convert/options/model", test_model);
  g_test_add_func ("/convert/options/notes", test_notes);
  g_test_add_func ("/convert/options/describe", test_describe);
  g_test_add_func ("/convert/options/aliases", test_aliases);
  g_test_add_func ("/convert/options/table", test_table);
  return g_test_run ();
}
