#include "base/error.h"
#include "caffe-net.h"
#include "compare.h"
#include "hdf5-writer.h"

/* Weights in HDF5, as Caffe writes them: /data/LAYER/0, /data/LAYER/1, …; the file is
 * written by libhdf5 itself. */

#define NET                                                            \
  "input: 'x' input_shape { dim: 1 dim: 2 } layer { name: 'ip' type: " \
  "'InnerProduct' bottom: 'x' top: 'y' inner_product_param { num_output: 1 } }"

#ifdef HAVE_HDF5
/* y = 10 x0 + 20 x1 + 0.5: the weights are doubles, the bias a single. */
static GBytes *
write_weights (void)
{
  const double weights[] = { 10, 20 };
  const float bias = 0.5f;

  return hdf5_write ((Hdf5Entry[]){
      { "data/ip", "0", .is_double = TRUE, .rank = 2, .dims = { 1, 2 }, .data = weights },
      { "data/ip", "1", .rank = 1, .dims = { 1 }, .data = &bias },
      { NULL } });
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
