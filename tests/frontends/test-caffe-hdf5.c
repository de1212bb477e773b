#include "base/error.h"
#include "caffe-net.h"
#include "compare.h"

#ifdef HAVE_HDF5
#include <dlfcn.h>
#include <hdf5.h>
#endif

/* Weights in HDF5, as Caffe writes them: /data/LAYER/0, /data/LAYER/1, …; the file is
 * written by libhdf5 itself. */

#define NET                                                            \
  "input: 'x' input_shape { dim: 1 dim: 2 } layer { name: 'ip' type: " \
  "'InnerProduct' bottom: 'x' top: 'y' inner_product_param { num_output: 1 } }"

#ifdef HAVE_HDF5
/* What writes a file; the library is loaded, as Weir does. */
typedef struct {
  void *handle;
  hid_t (*create_file) (const char *, unsigned, hid_t, hid_t);
  hid_t (*create_group) (hid_t, const char *, hid_t, hid_t, hid_t);
  hid_t (*create_space) (int, const hsize_t *, const hsize_t *);
  hid_t (*create_dataset) (hid_t, const char *, hid_t, hid_t, hid_t, hid_t, hid_t);
  herr_t (*write_dataset) (hid_t, hid_t, hid_t, hid_t, hid_t, const void *);
  herr_t (*close_dataset) (hid_t);
  herr_t (*close_space) (hid_t);
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
  *(void **) &w->write_dataset = symbol (w, "H5Dwrite");
  *(void **) &w->close_dataset = symbol (w, "H5Dclose");
  *(void **) &w->close_space = symbol (w, "H5Sclose");
  *(void **) &w->close_group = symbol (w, "H5Gclose");
  *(void **) &w->close_file = symbol (w, "H5Fclose");
}

static void
put (const Writer *w, hid_t group, const char *name, const char *type, int rank,
     const hsize_t *dims, const void *data)
{
  hid_t kind = *(const hid_t *) symbol (w, type);
  hid_t space = w->create_space (rank, dims, NULL);
  hid_t set = w->create_dataset (group, name, kind, space, 0, 0, 0);

  g_assert_cmpint (w->write_dataset (set, kind, 0, 0, 0, data), >=, 0);
  w->close_dataset (set);
  w->close_space (space);
}

/* y = 10 x0 + 20 x1 + 0.5: the weights are doubles, the bias a single. */
static GBytes *
write_weights (void)
{
  const double weights[] = { 10, 20 };
  const float bias = 0.5f;
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "net.caffemodel.h5", NULL);
  char *bytes = NULL;
  gsize size;
  Writer w;
  hid_t file, data, layer;

  writer_init (&w);
  file = w.create_file (path, 2, 0, 0);
  data = w.create_group (file, "data", 0, 0, 0);
  layer = w.create_group (data, "ip", 0, 0, 0);
  put (&w, layer, "0", "H5T_NATIVE_DOUBLE_g", 2, (const hsize_t[]){ 1, 2 }, weights);
  put (&w, layer, "1", "H5T_NATIVE_FLOAT_g", 1, (const hsize_t[]){ 1 }, &bias);
  w.close_group (layer);
  w.close_group (data);
  w.close_file (file);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  return g_bytes_new_take (bytes, size);
}

static void
test_weights (void)
{
  g_autoptr (GBytes) weights = write_weights ();
  GError *error = NULL;
  g_autoptr (WeirModel) model = caffe_load (NET, weights, &error);

  g_assert_no_error (error);
  caffe_check (model, "1x2: 1 2", "1x1: 50.5");
}

static void
test_missing (void)
{
  g_autoptr (GBytes) weights = write_weights ();
  g_autoptr (GError) error = NULL;

  g_assert_null (caffe_load ("input: 'x' input_shape { dim: 1 dim: 2 } layer { name: 'q' "
                             "type: 'PReLU' bottom: 'x' top: 'y' }",
                             weights, &error));
  assert_says (error, "layer 'q' (PReLU): weights 0 are missing: the weights file has 0");
}
#endif

static void
test_broken (void)
{
  static const char start[] = "\x89HDF\r\n\x1a\n and no more";
  g_autoptr (GBytes) weights = g_bytes_new_static (start, sizeof start);
  g_autoptr (GError) error = NULL;

  g_assert_null (caffe_load (NET, weights, &error));
  assert_says (error, "HDF5");
}

static void
test_names (void)
{
  static const char start[] = "\x89HDF\r\n\x1a\n";
  const WeirBytes head = WEIR_BYTES ((const guint8 *) start, sizeof start);
  g_autofree char *name = weir_frontend_caffe.topology_name ("net.caffemodel.h5");

  g_assert_cmpstr (name, ==, "net.prototxt");
  g_assert_true (weir_frontend_probe (&head, "net.caffemodel.h5") ==
                 &weir_frontend_caffe);
  g_assert_true (weir_frontend_probe (&head, "net.h5") == &weir_frontend_keras);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#ifdef HAVE_HDF5
  g_test_add_func ("/frontends/caffe-hdf5/weights", test_weights);
  g_test_add_func ("/frontends/caffe-hdf5/missing", test_missing);
#endif
  g_test_add_func ("/frontends/caffe-hdf5/broken", test_broken);
  g_test_add_func ("/frontends/caffe-hdf5/names", test_names);
  return g_test_run ();
}
