#include "onnx-text.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program itself, on a small ONNX model: what it prints, what it leaves behind. */

typedef struct {
  char *folder;
  char *model;
  int status;
  char *out, *err;
} Bench;

static void
set_up (Bench *b, gconstpointer data)
{
  g_autoptr (OnnxText) text = onnx_text_new (
      "opset 13; in x f32[1,3,4,4] 0..47; const w f32[2,3,1,1] 1 2 3 4 5 6;"
      "Conv x,w > c; Relu c > y; out y f32[1,2,4,4] 0..31");
  gsize size;
  const char *bytes = g_bytes_get_data (text->bytes, &size);
  GError *error = NULL;

  (void) data;
  b->folder = g_dir_make_tmp ("weir-XXXXXX", &error);
  g_assert_no_error (error);
  b->model = g_build_filename (b->folder, "net.onnx", NULL);
  g_file_set_contents (b->model, bytes, (gssize) size, &error);
  g_assert_no_error (error);
}

static void
clear (Bench *b)
{
  g_clear_pointer (&b->out, g_free);
  g_clear_pointer (&b->err, g_free);
}

static void
tear_down (Bench *b, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (b->folder, 0, NULL);
  const char *name;

  (void) data;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (b->folder, name, NULL);
    g_unlink (path);
  }
  g_rmdir (b->folder);
  clear (b);
  g_free (b->folder);
  g_free (b->model);
}

/* Runs @line, with the model's path for MODEL and the folder for DIR; @as is the name
 * that the program is called by. */
static void
run (Bench *b, const char *as, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autofree char *link = g_build_filename (b->folder, as, NULL);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  GError *error = NULL;
  int wait;

  clear (b);
  g_unlink (link);
  g_assert_cmpint (symlink (g_getenv ("WEIR_PROGRAM"), link), ==, 0);
  g_ptr_array_add (arguments, link);
  if (strcmp (as, "weir") == 0)
    g_ptr_array_add (arguments, (gpointer) "convert");
  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (arguments, strcmp (words[i], "MODEL") == 0 ? b->model
                                : strcmp (words[i], "DIR") == 0 ? b->folder
                                                                : words[i]);
  g_ptr_array_add (arguments, NULL);
  g_spawn_sync (NULL, (char **) arguments->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                &b->out, &b->err, &wait, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (wait));
  b->status = WEXITSTATUS (wait);
}

static void
assert_holds (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("expected '%s' in: %.400s", part, text);
}

static char *
read_file (const Bench *b, const char *name)
{
  g_autofree char *path = g_build_filename (b->folder, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
test_convert (Bench *b, gconstpointer data)
{
  g_autofree char *xml = NULL;

  (void) data;
  run (b, "weir", "-m MODEL -o DIR --mean-values [1,2,3]");
  g_assert_cmpint (b->status, ==, 0);
  g_assert_cmpstr (b->err, ==, "");
  assert_holds (b->out, "/net.xml\n");
  assert_holds (b->out, "input: x f32 [1,3,4,4]\noutput: y f32 [1,2,4,4]\n");
  assert_holds (b->out, "operations: 2 read, 3 written\n");
  xml = read_file (b, "net.xml");
  assert_holds (xml, "version=\"11\"");
  assert_holds (xml, "<input_model value=\"DIR/net.onnx\" />");
  assert_holds (xml, "<mean_values value=\"[1,2,3]\" />");
  run (b, "weir", "-m MODEL -o DIR --silent --move_to_preprocess");
  g_assert_cmpstr (b->out, ==, "");
  g_assert_cmpstr (b->err, ==, "");
}

static void
test_version_10 (Bench *b, gconstpointer data)
{
  g_autofree char *xml = NULL;

  (void) data;
  run (b, "weir", "-m MODEL -o DIR --ir-version 10 -n old");
  g_assert_cmpint (b->status, ==, 0);
  xml = read_file (b, "old.xml");
  assert_holds (xml, "version=\"10\"");
  assert_holds (xml, "<cli_parameters>");
  assert_holds (xml, "<net name=\"old\" ");
  assert_holds (xml, "<model_name value=\"old\" />");
  assert_holds (xml, "<keep_shape_ops value=\"True\" />");
  assert_holds (xml, "<unset unset_cli_parameters=\"batch, ");
}

static void
test_as_mo (Bench *b, gconstpointer data)
{
  (void) data;
  run (b, "mo", "--input_model MODEL --output_dir DIR --move_to_preprocess");
  g_assert_cmpint (b->status, ==, 0);
  assert_holds (b->out,
                "[ SUCCESS ] Generated IR version 11 model.\n[ SUCCESS ] XML file: ");
  assert_holds (b->err, "[ WARNING ]  --move_to_preprocess: ");
  run (b, "mo_onnx", "--input_model MODEL --output_dir DIR --output nothing");
  g_assert_cmpint (b->status, ==, 1);
  assert_holds (b->err, "[ ERROR ]  ");
  assert_holds (b->err, "'nothing'");
  run (b, "mo_tflite", "--input_model MODEL --output_dir DIR");
  g_assert_cmpint (b->status, ==, 1);
  run (b, "mo", "--nothing");
  g_assert_cmpint (b->status, ==, 1);
}

static void
test_progress (Bench *b, gconstpointer data)
{
  (void) data;
  run (b, "mo", "--input_model MODEL --output_dir DIR --stream_output --silent");
  g_assert_true (
      g_str_has_prefix (b->out, "Progress: [                    ]   0.00% done\n"));
  g_assert_true (
      g_str_has_suffix (b->out, "Progress: [....................] 100.00% done\n"));
  run (b, "mo", "--input_model MODEL --output_dir DIR --progress --silent");
  g_assert_true (g_str_has_prefix (b->out, "\rProgress: "));
  g_assert_true (g_str_has_suffix (b->out, "100.00% done\n"));
  g_assert_cmpstr (strchr (b->out, '\n'), ==, "\n");
}

static void
test_usage (Bench *b, gconstpointer data)
{
  (void) data;
  run (b, "weir", "-m MODEL --no-such-option");
  g_assert_cmpint (b->status, ==, 2);
  run (b, "weir", "--batch 1");
  g_assert_cmpint (b->status, ==, 2);
  assert_holds (b->err, "expected --input_model FILE");
  run (b, "weir", "--help");
  g_assert_cmpint (b->status, ==, 0);
  assert_holds (b->out, "\nKaldi:\n  --counts FILE");
  run (b, "mo", "--version");
  g_assert_true (g_str_has_prefix (b->out, "weir "));
}

/* A failure leaves no file, and an IR that was there as it was. */
static void
test_failure (Bench *b, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL, *fresh = NULL;

  (void) data;
  run (b, "weir", "-m MODEL -o DIR");
  before = read_file (b, "net.xml");
  run (b, "weir", "-m MODEL -o DIR --input_shape [1,5,4,4]");
  g_assert_cmpint (b->status, ==, 1);
  assert_holds (b->err, "net.onnx: ");
  g_assert_true (g_str_has_suffix (b->err, "[W0004]\n"));
  after = read_file (b, "net.xml");
  g_assert_cmpstr (before, ==, after);
  run (b, "weir", "-m MODEL -o DIR -n fresh --mean_values [1,2]");
  g_assert_cmpint (b->status, ==, 1);
  g_assert_true (g_str_has_suffix (b->err, "[W0210]\n"));
  fresh = read_file (b, "fresh.bin");
  g_assert_null (fresh);
  run (b, "weir", "-m MODEL -o MODEL");
  g_assert_cmpint (b->status, ==, 1);
  run (b, "weir", "-m /nowhere/net.onnx -o DIR");
  g_assert_cmpint (b->status, ==, 1);
  assert_holds (b->err, "[W0001]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/convert/command/convert", Bench, NULL, set_up, test_convert, tear_down);
  g_test_add ("/convert/command/v10", Bench, NULL, set_up, test_version_10, tear_down);
  g_test_add ("/convert/command/mo", Bench, NULL, set_up, test_as_mo, tear_down);
  g_test_add ("/convert/command/progress", Bench, NULL, set_up, test_progress, tear_down);
  g_test_add ("/convert/command/usage", Bench, NULL, set_up, test_usage, tear_down);
  g_test_add ("/convert/command/failure", Bench, NULL, set_up, test_failure, tear_down);
  return g_test_run ();
}
