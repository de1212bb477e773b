#include "compare.h"
#include "tensor-text.h"
#include "weir-convert.h"

#include <glib/gstdio.h>
#include <string.h>

/* Archives and scripts of Kaldi. */

static char *folder;

static char *
write_file (const char *name, const char *data, gsize size)
{
  char *path = g_build_filename (folder, name, NULL);
  GError *error = NULL;

  g_file_set_contents (path, data, (gssize) size, &error);
  g_assert_no_error (error);
  return path;
}

static void
check_entry (const GPtrArray *utterances, guint index, const char *key,
             const char *matrix)
{
  g_autoptr (WeirTensor) wanted = tensor_from_text (matrix);
  const WeirUtterance *utterance;

  g_assert_cmpuint (index, <, utterances->len);
  utterance = utterances->pdata[index];
  g_assert_cmpstr (utterance->key, ==, key);
  assert_equal (utterance->features, wanted);
}

static const char text[] = "one  [\n  1 2\n  3 4 ]\ntwo  [ 5 6 ]\n";
static const char binary[] = "one \0BFM \4\2\0\0\0\4\1\0\0\0\0\0\x80\x3f\0\0\0\x40"
                             "two \0BFV \4\1\0\0\0\0\0\x40\x40";

static void
test_text (void)
{
  GError *error = NULL;
  g_autofree char *path = write_file ("text.ark", text, strlen (text));
  g_autoptr (GPtrArray) read = weir_utterances_read (path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 2);
  check_entry (read, 0, "one", "2x2: 1 2 3 4");
  check_entry (read, 1, "two", "1x2: 5 6");
}

static void
test_binary (void)
{
  GError *error = NULL;
  g_autofree char *path = write_file ("binary.ark", binary, sizeof binary - 1);
  g_autoptr (GPtrArray) read = weir_utterances_read (path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 2);
  check_entry (read, 0, "one", "2x1: 1 2");
  check_entry (read, 1, "two", "1x1: 3");
}

/* The second matrix begins at byte 31. */
static void
test_script (void)
{
  GError *error = NULL;
  g_autofree char *archive = write_file ("data.ark", binary, sizeof binary - 1);
  g_autofree char *lines = g_strdup_printf ("b %s:31\n\na\t%s:4\n", archive, archive);
  g_autofree char *path = write_file ("lines.scp", lines, strlen (lines));
  g_autoptr (GPtrArray) read = weir_utterances_read (path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 2);
  check_entry (read, 0, "b", "1x1: 3");
  check_entry (read, 1, "a", "2x1: 1 2");
}

static void
test_write (void)
{
  GError *error = NULL;
  g_autofree char *path = write_file ("source.ark", text, strlen (text));
  g_autofree char *copy = g_build_filename (folder, "copy", NULL);
  g_autofree char *as_text = g_strconcat ("ark,t:", copy, NULL);
  g_autofree char *as_binary = g_strconcat ("ark:", copy, NULL);
  g_autoptr (GPtrArray) read = weir_utterances_read (path, &error);
  const char *const forms[] = { as_text, as_binary };

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_autoptr (GPtrArray) again = NULL;

    g_assert_true (weir_utterances_write (forms[i], read, &error));
    again = weir_utterances_read (as_binary, &error);
    g_assert_no_error (error);
    check_entry (again, 0, "one", "2x2: 1 2 3 4");
    check_entry (again, 1, "two", "1x2: 5 6");
  }
}

static const struct {
  const char *name, *data, *message;
} refused[] = {
  { "empty.ark", "", "there is no matrix in it" },
  { "word.ark", "one two\n", "'one': " },
  { "cut.ark", "one [ 1 2\n", "expected ']', found the end" },
  { "nothing.ark", "one [ ]\n", "an empty matrix" },
  { "ragged.ark", "one [\n 1 2\n 3 ]\n", "3 numbers do not make 2 rows" },
  { "name.scp", "one\n", "line 1: expected NAME FILE:BYTE" },
  { "pipe.scp", "one cat x |\n", "'one': expected FILE:BYTE, found 'cat x |'" },
  { "range.scp", "one x.ark:4[0:3]\n", "'one': expected FILE:BYTE" },
  { "missing.scp", "one /nowhere/x.ark:4\n", "/nowhere/x.ark" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree char *path =
        write_file (refused[i].name, refused[i].data, strlen (refused[i].data));
    GError *error = NULL;

    g_assert_null (weir_utterances_read (path, &error));
    g_assert_nonnull (error);
    assert_says (error, refused[i].message);
    g_error_free (error);
  }
}

static void
test_cut (void)
{
  for (gsize size = 1; size + 1 < sizeof binary - 1; size++) {
    g_autofree char *path = write_file ("cut.ark", binary, size);
    g_autoptr (GPtrArray) read = NULL;
    GError *error = NULL;

    read = weir_utterances_read (path, &error);
    if (size == 27) {
      g_assert_no_error (error);
      g_assert_cmpuint (read->len, ==, 1);
      continue;
    }
    g_assert_null (read);
    g_assert_nonnull (error);
    g_error_free (error);
  }
}

static void
test_named (void)
{
  g_assert_true (weir_utterances_named ("x.ark"));
  g_assert_true (weir_utterances_named ("x.scp"));
  g_assert_true (weir_utterances_named ("ark,t:x"));
  g_assert_true (weir_utterances_named ("scp:x"));
  g_assert_false (weir_utterances_named ("x.npy"));
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("weir-archive-XXXXXX", NULL);
  g_test_add_func ("/kaldi/archive/text", test_text);
  g_test_add_func ("/kaldi/archive/binary", test_binary);
  g_test_add_func ("/kaldi/archive/script", test_script);
  g_test_add_func ("/kaldi/archive/write", test_write);
  g_test_add_func ("/kaldi/archive/refused", test_refused);
  g_test_add_func ("/kaldi/archive/cut", test_cut);
  g_test_add_func ("/kaldi/archive/named", test_named);
  status = g_test_run ();
  remove_folder ();
  return status;
}
