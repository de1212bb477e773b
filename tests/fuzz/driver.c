#include "fuzz.h"

#include <gio/gio.h>
#include <stdio.h>

/* Runs a fuzz target over files and folders of files, so that what was found once stays
 * found, under any compiler. */

static gboolean
replay_file (const char *path)
{
  g_autofree char *data = NULL;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, NULL)) {
    fprintf (stderr, "%s: cannot be read\n", path);
    return FALSE;
  }
  LLVMFuzzerTestOneInput ((const uint8_t *) data, size);
  return TRUE;
}

static gboolean
replay_folder (const char *path, guint *count)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  gboolean good = folder != NULL;

  while (good) {
    const char *name = g_dir_read_name (folder);
    g_autofree char *file = NULL;

    if (name == NULL)
      return TRUE;
    file = g_build_filename (path, name, NULL);
    good = replay_file (file);
    ++*count;
  }
  fprintf (stderr, "%s: cannot be read\n", path);
  return FALSE;
}

int
main (int argc, char **argv)
{
  guint count = 0;

  for (int i = 1; i < argc; i++) {
    gboolean good = g_file_test (argv[i], G_FILE_TEST_IS_DIR)
                        ? replay_folder (argv[i], &count)
                        : replay_file (argv[i]);
    if (!good)
      return 1;
  }
  printf ("%u files\n", count);
  return 0;
}
