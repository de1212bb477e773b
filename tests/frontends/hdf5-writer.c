#include "hdf5-writer.h"

#ifdef HAVE_HDF5
#include <dlfcn.h>
#include <glib/gstdio.h>
#include <hdf5.h>
#include <string.h>

/* What writes a file; the library is loaded, as Weir does. */
typedef struct {
  void *handle;
  hid_t (*create_file) (const char *, unsigned, hid_t, hid_t);
  hid_t (*create_group) (hid_t, const char *, hid_t, hid_t, hid_t);
  hid_t (*create_space) (int, const hsize_t *, const hsize_t *);
  hid_t (*create_dataset) (hid_t, const char *, hid_t, hid_t, hid_t, hid_t, hid_t);
  hid_t (*create_attribute) (hid_t, const char *, const char *, hid_t, hid_t, hid_t,
                             hid_t, hid_t);
  hid_t (*copy_type) (hid_t);
  herr_t (*set_size) (hid_t, size_t);
  herr_t (*write_dataset) (hid_t, hid_t, hid_t, hid_t, hid_t, const void *);
  herr_t (*write_attribute) (hid_t, hid_t, const void *);
  herr_t (*close_attribute) (hid_t);
  herr_t (*close_dataset) (hid_t);
  herr_t (*close_space) (hid_t);
  herr_t (*close_type) (hid_t);
  herr_t (*close_group) (hid_t);
  herr_t (*close_file) (hid_t);
} Writer;

static void *
symbol (const Writer *w, const char *name)
{
  void *found = dlsym (w->handle, name);

  g_assert_nonnull (found);
  return found;
}

static void
writer_init (Writer *w)
{
  herr_t (*open) (void);

  w->handle = dlopen (HDF5_FILE, RTLD_NOW | RTLD_LOCAL);
  g_assert_nonnull (w->handle);
  *(void **) &open = symbol (w, "H5open");
  open ();
  *(void **) &w->create_file = symbol (w, "H5Fcreate");
  *(void **) &w->create_group = symbol (w, "H5Gcreate2");
  *(void **) &w->create_space = symbol (w, "H5Screate_simple");
  *(void **) &w->create_dataset = symbol (w, "H5Dcreate2");
  *(void **) &w->create_attribute = symbol (w, "H5Acreate_by_name");
  *(void **) &w->copy_type = symbol (w, "H5Tcopy");
  *(void **) &w->set_size = symbol (w, "H5Tset_size");
  *(void **) &w->write_dataset = symbol (w, "H5Dwrite");
  *(void **) &w->write_attribute = symbol (w, "H5Awrite");
  *(void **) &w->close_attribute = symbol (w, "H5Aclose");
  *(void **) &w->close_dataset = symbol (w, "H5Dclose");
  *(void **) &w->close_space = symbol (w, "H5Sclose");
  *(void **) &w->close_type = symbol (w, "H5Tclose");
  *(void **) &w->close_group = symbol (w, "H5Gclose");
  *(void **) &w->close_file = symbol (w, "H5Fclose");
}

/* The group of this path and those that it lies in, unless they are there. */
static void
make_groups (const Writer *w, hid_t file, const char *path, GHashTable *made)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  g_autoptr (GString) way = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++) {
    g_string_append_printf (way, "/%s", parts[i]);
    if (*parts[i] != '\0' && g_hash_table_add (made, g_strdup (way->str)))
      w->close_group (w->create_group (file, way->str, 0, 0, 0));
  }
}

static void
put_text (const Writer *w, hid_t file, const Hdf5Entry *entry)
{
  g_autofree char *object = g_strconcat ("/", entry->group, NULL);
  hid_t type = w->copy_type (*(const hid_t *) symbol (w, "H5T_C_S1_g"));
  hid_t space = w->create_space (1, (const hsize_t[]){ 1 }, NULL);
  hid_t attribute;

  w->set_size (type, strlen (entry->text));
  attribute = w->create_attribute (file, object, entry->name, type, space, 0, 0, 0);
  g_assert_cmpint (w->write_attribute (attribute, type, entry->text), >=, 0);
  w->close_attribute (attribute);
  w->close_space (space);
  w->close_type (type);
}

static void
put_data (const Writer *w, hid_t file, const Hdf5Entry *entry)
{
  g_autofree char *path = g_strconcat (entry->group, "/", entry->name, NULL);
  const char *type = entry->is_double ? "H5T_NATIVE_DOUBLE_g" : "H5T_NATIVE_FLOAT_g";
  hid_t kind = *(const hid_t *) symbol (w, type);
  hsize_t dims[4];
  hid_t space, set;

  for (int i = 0; i < 4; i++)
    dims[i] = entry->dims[i];
  space = w->create_space (entry->rank, dims, NULL);
  set = w->create_dataset (file, path, kind, space, 0, 0, 0);
  g_assert_cmpint (w->write_dataset (set, kind, 0, 0, 0, entry->data), >=, 0);
  w->close_dataset (set);
  w->close_space (space);
}

GBytes *
hdf5_write (const Hdf5Entry *entries)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "file.h5", NULL);
  g_autoptr (GHashTable) made =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  char *bytes = NULL;
  gsize size;
  Writer w;
  hid_t file;

  writer_init (&w);
  file = w.create_file (path, 2, 0, 0);
  for (const Hdf5Entry *e = entries; e->group != NULL; e++) {
    make_groups (&w, file, e->group, made);
    (e->text != NULL ? put_text : put_data) (&w, file, e);
  }
  w.close_file (file);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_remove (path);
  g_rmdir (folder);
  return g_bytes_new_take (bytes, size);
}
#else
GBytes *
hdf5_write (const Hdf5Entry *entries)
{
  (void) entries;
  g_assert_not_reached ();
}
#endif
