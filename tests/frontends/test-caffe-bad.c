#include "base/error.h"
#include "caffe-net.h"

/* What must be refused, each with the reason. */

static const struct {
  const char *shapes, *type, *params, *blob;
  int code;
  const char *text;
} bad[] = {
  { "1", "Nonsense", "", NULL, WEIR_ERROR_UNSUPPORTED,
    "'y' (Nonsense): an unknown type" },
  { "1x2", "InnerProduct", "inner_product_param { num_output: 1 }", NULL,
    WEIR_ERROR_FORMAT, "layer 'y' (InnerProduct): weights 0 are missing" },
  { "1x2", "InnerProduct", "inner_product_param { num_output: 2 }", "3: 1",
    WEIR_ERROR_FORMAT, "3 weights for 2 outputs" },
  { "1x3x2x2", "Convolution",
    "convolution_param { num_output: 2 kernel_size: 1 group: 2 }", NULL,
    WEIR_ERROR_FORMAT, "3 channels, 2 outputs and 2 groups" },
  { "1x2x2x2", "Convolution",
    "convolution_param { num_output: 2 kernel_size: 1 kernel_size: 1 kernel_size: 1 }",
    NULL, WEIR_ERROR_FORMAT, "kernel_size: expected 1 or 2 numbers, found 3" },
  { "1x2x2x2", "Convolution", "convolution_param { num_output: 2 axis: 2 }", NULL,
    WEIR_ERROR_UNSUPPORTED, "axis 2" },
  { "1x2", "Pooling", "", NULL, WEIR_ERROR_UNSUPPORTED, "data of 2 dimensions" },
  { "1x2x2x2", "Pooling", "pooling_param { pool: MEDIAN }", NULL, WEIR_ERROR_UNSUPPORTED,
    "pool MEDIAN" },
  { "1x2x2x2", "Pooling", "top: 'mask'", NULL, WEIR_ERROR_UNSUPPORTED, "a second top" },
  { "1x2x2x2", "SPP", "", NULL, WEIR_ERROR_FORMAT, "pyramid_height: expected 1 to 16" },
  { "1x2", "SPP", "spp_param { pyramid_height: 1 }", NULL, WEIR_ERROR_UNSUPPORTED,
    "four known dimensions" },
  { "2", "Eltwise", "eltwise_param { operation: POW }", NULL, WEIR_ERROR_UNSUPPORTED,
    "operation POW" },
  { "2", "Eltwise", "eltwise_param { coeff: 1 coeff: 2 }", NULL, WEIR_ERROR_FORMAT,
    "coeff: expected 1 numbers" },
  { "2", "Clip", "", NULL, WEIR_ERROR_FORMAT, "must have min and max" },
  { "2", "Exp", "exp_param { base: -3 }", NULL, WEIR_ERROR_FORMAT, "base: expected" },
  { "2", "Log", "log_param { base: 1 }", NULL, WEIR_ERROR_FORMAT, "base: expected" },
  { "1x2", "Tile", "tile_param { tiles: 0 }", NULL, WEIR_ERROR_FORMAT,
    "tiles: expected" },
  { "1x2", "Reduction", "reduction_param { operation: MAX }", NULL,
    WEIR_ERROR_UNSUPPORTED, "operation MAX" },
  { "1x1x2x2;1x1x1x1", "Crop", "crop_param { offset: 1 offset: 1 offset: 1 }", NULL,
    WEIR_ERROR_FORMAT, "offset: expected 1 or 2 numbers, found 3" },
  { "1x1x2x2;1x1", "Crop", "", NULL, WEIR_ERROR_FORMAT,
    "different numbers of dimensions" },
  { "1x1x2x2", "Interp", "interp_param { zoom_factor: 0 }", NULL, WEIR_ERROR_FORMAT,
    "zoom_factor 0" },
  { "1x1x2x2", "Interp", "interp_param { pad_beg: -1 }", NULL, WEIR_ERROR_UNSUPPORTED,
    "pad_beg" },
  { "1x1x2x2", "Resample", "resample_param { factor: -1 }", NULL, WEIR_ERROR_FORMAT,
    "factor: expected" },
  { "1x1x2x2", "Resample", "resample_param { type: CUBIC }", NULL, WEIR_ERROR_UNSUPPORTED,
    "type CUBIC" },
  { "1x1x2x2", "Upsample", "upsample_param { scale: 0 }", NULL, WEIR_ERROR_FORMAT,
    "scale: expected" },
  { "1x1x2x2;1x1x2x2", "Upsample", "", NULL, WEIR_ERROR_UNSUPPORTED, "where the maxima" },
  { "1x1x2x2", "Im2col", "convolution_param { kernel_size: 65 }", NULL,
    WEIR_ERROR_UNSUPPORTED, "64 elements" },
  { "600x1x1;600x1", "RNN", "recurrent_param { num_output: 1 }", NULL,
    WEIR_ERROR_UNSUPPORTED, "1 to 512 known steps" },
  { "1x1x1;1x1", "LSTM", "recurrent_param { expose_hidden: true }", NULL,
    WEIR_ERROR_UNSUPPORTED, "expose_hidden" },
  { "1", "Python", "python_param { module: 'm' layer: 'Mine' }", NULL,
    WEIR_ERROR_UNSUPPORTED, "a layer in Python of class 'Mine'" },
  { "1x1x2x2", "Axpy", "", NULL, WEIR_ERROR_FORMAT, "bottom 1 is missing" },
};

static void
test_layers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *text = caffe_layer (bad[i].shapes, bad[i].type, bad[i].params);
    const CaffeBlob blobs[] = { { bad[i].blob != NULL ? "y" : NULL, bad[i].blob },
                                { NULL, NULL } };

    caffe_refuse (text, blobs, bad[i].code, bad[i].text);
  }
}

static void
test_topology (void)
{
  caffe_refuse (NULL, NULL, WEIR_ERROR_ARGUMENT, "--input_proto FILE");
  caffe_refuse ("", NULL, WEIR_ERROR_FORMAT, "the network has no output");
  caffe_refuse ("layer {", NULL, WEIR_ERROR_FORMAT, "test.prototxt: ");
  caffe_refuse ("layer { type: 'ReLU' }", NULL, WEIR_ERROR_FORMAT, "a layer has no name");
  caffe_refuse ("layer { name: 'y' }", NULL, WEIR_ERROR_FORMAT, "a layer has no type");
  caffe_refuse ("layer { name: 'y' type: 'ReLU' bottom: 'x' top: 'y' }", NULL,
                WEIR_ERROR_FORMAT, "layer 'y' (ReLU): no layer before it writes 'x'");
  caffe_refuse ("input: 'x' input_shape { dim: 1 } "
                "layer { name: 'y' type: 'ReLU' bottom: 'x' top: 'a' top: 'b' } "
                "layer { name: 'z' type: 'ReLU' bottom: 'b' top: 'c' }",
                NULL, WEIR_ERROR_FORMAT,
                "layer 'z' (ReLU): the layer that writes 'b' gives it no value");
}

/* All that is missing is told at once; what depends on it is not told again. */
static void
test_unsupported (void)
{
  caffe_refuse ("input: 'x' input_shape { dim: 1 } "
                "layer { name: 'a' type: 'Foo' bottom: 'x' top: 'a' } "
                "layer { name: 'b' type: 'ReLU' bottom: 'a' top: 'b' } "
                "layer { name: 'c' type: 'Bar' bottom: 'b' top: 'c' }",
                NULL, WEIR_ERROR_UNSUPPORTED,
                "2 Caffe operations cannot be converted: 'a' (Foo): an unknown type of "
                "layer; 'c' (Bar)");
}

/* A weights file cut off anywhere is good or bad, but never read beyond. */
static void
test_truncated (void)
{
  const CaffeBlob blobs[] = { { "y", "1x2: 1 2" }, { "y", "1: 1" }, { NULL, NULL } };
  g_autoptr (GBytes) whole = caffe_weights (blobs, FALSE);
  g_autofree char *text =
      caffe_layer ("1x2", "InnerProduct", "inner_product_param { num_output: 1 }");

  for (gsize n = 0; n <= g_bytes_get_size (whole); n++) {
    g_autoptr (GBytes) part = g_bytes_new (g_bytes_get_data (whole, NULL), n);
    g_autoptr (GError) error = NULL;
    g_autoptr (WeirModel) model = caffe_load (text, part, &error);

    g_assert_true ((model != NULL) == (n == g_bytes_get_size (whole)));
    g_assert_true ((model == NULL) == (error != NULL));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/caffe-bad/layers", test_layers);
  g_test_add_func ("/frontends/caffe-bad/topology", test_topology);
  g_test_add_func ("/frontends/caffe-bad/unsupported", test_unsupported);
  g_test_add_func ("/frontends/caffe-bad/truncated", test_truncated);
  return g_test_run ();
}
