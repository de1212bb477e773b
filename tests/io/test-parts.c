#include "base/error.h"
#include "base/folder.h"
#include "io/io.h"

#include <glib/gstdio.h>
#include <string.h>

static GPtrArray *
parts_new (void)
{
  static const char *const texts[][2] = { { "saved_model.pb", "graph" },
                                          { "variables/variables.index", "" },
                                          { "variables/variables.data", "weights" } };
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_source_unref);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new (texts[i][1], strlen (texts[i][1]));
    g_ptr_array_add (parts, weir_source_new (bytes, texts[i][0]));
  }
  return parts;
}

static void
expect_file (WeirFolder *folder, const char *name, const char *text)
{
  g_autoptr (WeirSource) source = weir_folder_file (folder, name, NULL);
  WeirBytes bytes;

  g_assert_nonnull (source);
  bytes = weir_source_bytes (source);
  g_assert_cmpmem (bytes.data, bytes.size, text, strlen (text));
}

static void
test_round_trip (void)
{
  g_autoptr (GPtrArray) parts = parts_new ();
  g_autoptr (GBytes) stream = weir_parts_pack (parts, "saved_model.pb", NULL);
  WeirBytes head =
      WEIR_BYTES (g_bytes_get_data (stream, NULL), g_bytes_get_size (stream));
  g_autofree char *name = NULL;
  g_autoptr (GPtrArray) back = NULL;
  g_autoptr (WeirFolder) folder = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;

  g_assert_true (weir_parts_probe (&head));
  back = weir_parts_unpack (stream, &name, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, "saved_model.pb");
  folder = weir_folder_new_parts (back, "stream");
  expect_file (folder, "saved_model.pb", "graph");
  expect_file (folder, "variables/variables.index", "");
  expect_file (folder, "variables/variables.data", "weights");
  g_assert_null (weir_folder_file (folder, "other", &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_IO);
  names = weir_folder_list (folder, "variables");
  g_assert_cmpstr (names[0], ==, "variables.data");
  g_assert_cmpstr (names[1], ==, "variables.index");
  g_assert_null (names[2]);
}

static void
test_directory_has_no_main (void)
{
  g_autoptr (GPtrArray) parts = parts_new ();
  g_autoptr (GBytes) stream = weir_parts_pack (parts, NULL, NULL);
  g_autoptr (GPtrArray) back = NULL;
  char *name = NULL;

  back = weir_parts_unpack (stream, &name, NULL);
  g_assert_cmpuint (back->len, ==, 3);
  g_assert_null (name);
}

/* However much of it is missing, and whatever its numbers say. */
static void
test_broken (void)
{
  g_autoptr (GPtrArray) parts = parts_new ();
  g_autoptr (GBytes) stream = weir_parts_pack (parts, NULL, NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (stream, &size);

  for (gsize cut = 8; cut < size; cut++) {
    g_autoptr (GBytes) part = g_bytes_new (data, cut);
    g_autoptr (GError) error = NULL;
    char *name = NULL;

    g_assert_null (weir_parts_unpack (part, &name, &error));
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
  }
  for (gsize at = 8; at < 24; at++) {
    g_autofree guint8 *copy = g_memdup2 (data, size);
    g_autoptr (GBytes) changed = NULL;
    g_autoptr (GPtrArray) back = NULL;
    g_autofree char *name = NULL;

    copy[at] = 0xff;
    changed = g_bytes_new (copy, size);
    back = weir_parts_unpack (changed, &name, NULL);
    g_assert_true (back == NULL || (at >= 12 && at < 16));
  }
}

static void
test_opened (void)
{
  g_autofree char *path = g_dir_make_tmp ("weir-folder-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (path, "a b", NULL);
  g_autoptr (WeirFolder) folder = weir_folder_new (path);
  g_autoptr (WeirFolder) later = weir_folder_new (path);
  g_autoptr (WeirFolder) changed = weir_folder_new (path);
  g_autofree char *opened = NULL;

  g_assert_null (weir_folder_opened (folder));
  g_assert_true (g_file_set_contents (file, "abc", 3, NULL));
  expect_file (folder, "a b", "abc");
  opened = weir_folder_opened (folder);
  /* SHA-256 of "abc", FIPS 180-2 appendix B.1. */
  g_assert_cmpstr (opened, ==,
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad "
                   "a%20b");
  g_assert_true (weir_folder_unchanged (later, opened));
  g_assert_true (g_file_set_contents (file, "abd", 3, NULL));
  g_assert_false (weir_folder_unchanged (changed, opened));
  g_assert_null (weir_folder_file (changed, "../etc/passwd", NULL));
  g_assert_cmpint (g_unlink (file), ==, 0);
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/parts/round-trip", test_round_trip);
  g_test_add_func ("/io/parts/directory", test_directory_has_no_main);
  g_test_add_func ("/io/parts/broken", test_broken);
  g_test_add_func ("/io/folder/opened", test_opened);
  return g_test_run ();
}
