#include "base/error.h"
#include "compare.h"
#include "encode.h"
#include "frontends/frontend.h"
#include "onnx-cases.h"

#include <glib/gstdio.h>
#include <unistd.h>

/* Files that must be refused, each with its own words, soon, and without much memory. */

static const OnnxBadCase graphs[] = {
  { "in x f32[1] 1; Relu z > y; out y", WEIR_ERROR_FORMAT,
    "test.onnx: node 'y' (Relu): nothing writes tensor 'z'" },
  { "in x f32[1] 1; Add x,b > a; Relu a > b; out b", WEIR_ERROR_FORMAT,
    "the graph has a cycle" },
  { "in x f32[1] 1; Relu x > y; Abs x > y; out y", WEIR_ERROR_FORMAT,
    "tensor 'y' is written twice" },
  { "in x f32[1] 1; Relu x > x; out x", WEIR_ERROR_FORMAT, "has a cycle" },
  { "in x f32[1] 1; Relu x > y; out z", WEIR_ERROR_FORMAT, "nothing writes tensor 'z'" },
  { "in x f32[1] 1; Relu x > y", WEIR_ERROR_FORMAT, "the graph has no outputs" },
  { "opset 99; in x f32[1] 1; Relu x > y; out y", WEIR_ERROR_UNSUPPORTED,
    "operation set 99" },
  { "in x f32[1] 1; function F a > b; local.F a > b; end; local.F x > y; out y",
    WEIR_ERROR_FORMAT, "the function calls itself" },
  { "in x f32[1] 1; function F a > b; local.G a > b; end; function G a > b; local.F a > "
    "b;"
    "end; local.F x > y; out y",
    WEIR_ERROR_FORMAT, "the function calls itself" },
  { "in x f32[1] 1; function F a > b; Relu a > b; end; local.F x,x > y; out y",
    WEIR_ERROR_FORMAT, "the function takes 1 inputs, the call gives 2" },
  { "in x f32[1] 1; function F a > b; Relu a > c; end; local.F x > y; out y",
    WEIR_ERROR_FORMAT, "nothing writes tensor 'b'" },
  { NULL },
};

#define TREE                                                                 \
  "in x f32[1,2] 1; ai.onnx.ml.TreeEnsembleRegressor x > y n_targets:i=1 "   \
  "nodes_treeids:is=0,0,0 nodes_nodeids:is=0,1,2 nodes_featureids:is=0,0,0 " \
  "nodes_values:fs=1,0,0 target_nodeids:is=1,2 target_weights:fs=1,2 "

/* Estimators say by numbers where they go on; those of a stranger lead anywhere. */
static const OnnxBadCase estimators[] = {
  { TREE "nodes_modes:ss=BRANCH_LEQ,LEAF,LEAF nodes_truenodeids:is=1,0,0 "
         "nodes_falsenodeids:is=7,0,0 target_treeids:is=0,0 target_ids:is=0,0; out y",
    WEIR_ERROR_FORMAT, "there is no node 7 of tree 0" },
  { TREE "nodes_modes:ss=BRANCH_LEQ,LEAF,LEAF nodes_truenodeids:is=0,0,0 "
         "nodes_falsenodeids:is=2,0,0 target_treeids:is=0,0 target_ids:is=0,0; out y",
    WEIR_ERROR_UNSUPPORTED, "trees of more than 256 levels" },
  { TREE "nodes_modes:ss=BRANCH_LEQ,LEAF,LEAF nodes_truenodeids:is=1,0,0 "
         "nodes_falsenodeids:is=2,0,0 target_treeids:is=0,0 target_ids:is=0,1; out y",
    WEIR_ERROR_FORMAT, "a weight for target 1, expected 0 to 0" },
  { TREE "nodes_modes:ss=BRANCH_LEQ,LEAF,LEAF nodes_truenodeids:is=1,0,0 "
         "nodes_falsenodeids:is=2,0,0 target_treeids:is=0,5 target_ids:is=0,0; out y",
    WEIR_ERROR_FORMAT, "there is no node 2 of tree 5" },
  { TREE "nodes_modes:ss=BRANCH_LEQ,LEAF,LEAF nodes_truenodeids:is=1,0,0 "
         "nodes_falsenodeids:is=2,0 target_treeids:is=0,0 target_ids:is=0,0; out y",
    WEIR_ERROR_FORMAT, "attribute 'nodes_falsenodeids': expected 3 numbers, found 2" },
  { TREE "nodes_modes:ss=BRANCH_LEQ,LEAF,TWIG nodes_truenodeids:is=1,0,0 "
         "nodes_falsenodeids:is=2,0,0 target_treeids:is=0,0 target_ids:is=0,0; out y",
    WEIR_ERROR_FORMAT, "attribute 'nodes_modes': found TWIG" },
  { "in x f32[1,2] 1; ai.onnx.ml.TreeEnsembleRegressor x > y n_targets:i=-1 "
    "nodes_treeids:is=0 nodes_nodeids:is=0 nodes_featureids:is=0 nodes_values:fs=0 "
    "nodes_modes:ss=LEAF nodes_truenodeids:is=0 nodes_falsenodeids:is=0 "
    "target_treeids:is=0 target_nodeids:is=0 target_ids:is=0 target_weights:fs=1; out y",
    WEIR_ERROR_FORMAT, "a weight for target 0, expected 0 to -2" },
  { "in x i64[1,3] 1; com.microsoft.UnfoldTensor x > y dim:i=1 size:i=200; out y",
    WEIR_ERROR_UNSUPPORTED, "parts of 200 elements" },
  { "opset 15; in p i32[2] 1; Bernoulli p > y; out y", WEIR_ERROR_UNSUPPORTED,
    "random numbers of type i32" },
  { "in x i64[2] 1; ai.onnx.ml.LabelEncoder x > y keys_int64s:is=1 values_strings:ss=a; "
    "out y",
    WEIR_ERROR_UNSUPPORTED, "keys or values that are texts" },
  { "in x f32[1,2] 1; ai.onnx.ml.LinearClassifier x > y,z coefficients:fs=1,2,3 "
    "classlabels_ints:is=1,2; out y; out z",
    WEIR_ERROR_UNSUPPORTED, "3 coefficients for rows of unknown or of this length" },
  { "in x i64[3] 1; TfIdfVectorizer x > y ngram_counts:is=0,9 pool_int64s:is=1,2 "
    "ngram_indexes:is=0,1 max_gram_length:i=2; out y",
    WEIR_ERROR_FORMAT, "attribute 'ngram_counts': runs of 1 from 0 to 9" },
  { "in x i64[3] 1; TfIdfVectorizer x > y ngram_counts:is=0 pool_int64s:is=1,2 "
    "ngram_indexes:is=0,99999999; out y",
    WEIR_ERROR_FORMAT, "attribute 'ngram_indexes': found 99999999" },
  { "in x f32[1,1,4] 1; const w f32[4,12] 1; com.microsoft.Attention x,w > y "
    "num_heads:i=0; out y",
    WEIR_ERROR_FORMAT, "attribute 'num_heads': expected 1 or more, found 0" },
  { "in x f32[1,1,8] 1; in l i32[1] 0; in t i32[] 1; "
    "com.microsoft.GroupQueryAttention x,x,x,,,l,t > y num_heads:i=3 kv_num_heads:i=2; "
    "out y",
    WEIR_ERROR_FORMAT, "3 heads share 2" },
  { "in x f32[2,1,1] 1; const w f32[1,1,1] 1; RNN x,w,w > y hidden_size:i=1 "
    "activations:ss=Elu,Elu; out y",
    WEIR_ERROR_FORMAT, "attribute 'activations': expected 1 names, found 2" },
  { NULL },
};

static const OnnxBadCase operations[] = {
  { "in x f32[1] 1; Foo x > t; Bar t > y; out y", WEIR_ERROR_UNSUPPORTED,
    "2 ONNX operations cannot be converted: 't' (Foo): an unknown operation; 'y' (Bar)" },
  { "opset 7; in x f32[2,1] 1; graph b; arg v f32; Foo v > o; out o; end;"
    "Scan x > y body:g=b num_scan_inputs:i=1; out y",
    WEIR_ERROR_UNSUPPORTED, "(Scan): not in version 7 of the operation set" },
  { "in c boolean[] 1; in x f32[1] 1; graph t; Foo x > a; out a; end; graph e; Bar x > b;"
    "out b; end; If c > y then_branch:g=t else_branch:g=e; Baz y > z; out z",
    WEIR_ERROR_UNSUPPORTED,
    "'a' (Foo): an unknown operation; 'b' (Bar): an unknown operation; 'z' (Baz)" },
  { "in x f32[1] 1; LeakyRelu x > z alpha:s=no; out z", WEIR_ERROR_FORMAT,
    "attribute 'alpha': expected a float, found a string" },
  { "in x f32[1,1,3] 1; const w f32[1,1,1] 1; Conv x,w > y strides:is=1,1; out y",
    WEIR_ERROR_FORMAT, "attribute 'strides': expected 1 numbers, found 2" },
  { "in x f32[1,2,3] 1; const w f32[1,1,1] 1; Conv x,w > y; out y", WEIR_ERROR_SHAPE,
    "weights expect 1 input channels, the input has 2" },
  { "in x f32[1,2,3] 1; const w f32[3,1,1] 1; Conv x,w > y group:i=2; out y",
    WEIR_ERROR_FORMAT, "3 channels in 2 groups" },
  { "in x f32[1,1,3] 1; const w f32[1,1,1] 1; Conv x,w > y auto_pad:s=SAME; out y",
    WEIR_ERROR_FORMAT, "expected NOTSET, SAME_UPPER, SAME_LOWER or VALID, found SAME" },
  { "in x f32[1,1,3] 1; MaxPool x > y; out y", WEIR_ERROR_FORMAT,
    "attribute 'kernel_shape' is missing" },
  { "in x f32[2] 1; Softmax x > y axis:i=1; out y", WEIR_ERROR_FORMAT, "axis" },
  { "in x f32[2] 1; Conv x > y; out y", WEIR_ERROR_FORMAT, "input 1 is missing" },
  { "in x f32[2] 1; Cast x > y to:i=8; out y", WEIR_ERROR_UNSUPPORTED,
    "elements of type string" },
  { "in x f32[2] 1; Cast x > y to:i=77; out y", WEIR_ERROR_UNSUPPORTED,
    "elements of type without a name" },
  { "in x f32[2] 1; SequenceConstruct x > s; Relu s > y; out y", WEIR_ERROR_FORMAT,
    "expected a tensor, found a sequence" },
  { "in x f32[2] 1; SequenceConstruct x > s; out s", WEIR_ERROR_UNSUPPORTED,
    "output 's' is a sequence" },
  { "in c boolean[] 1; in x f32[1] 1; If c > y; out y", WEIR_ERROR_FORMAT,
    "attribute 'then_branch' is missing: expected a graph" },
  { "in s f32[1] 0; graph b; arg i i64; arg g boolean; arg a f32; Identity g > h; out h;"
    "end; Loop ,,s > f body:g=b; out f",
    WEIR_ERROR_FORMAT, "the sub-graph has 1 outputs, expected output 1" },
  { NULL },
};

static WeirModel *
load (GBytes *bytes, const char *path, GError **error)
{
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  g_autoptr (WeirSource) source = path != NULL ? weir_source_open (path, error)
                                               : weir_source_new (bytes, "test.onnx");
  g_autofree char *directory = path != NULL ? g_path_get_dirname (path) : NULL;
  g_autoptr (WeirFolder) folder = path != NULL ? weir_folder_new (directory) : NULL;
  WeirFrontendInput input = { .source = source, .folder = folder, .path = path };

  return source != NULL ? weir_frontend_onnx.load (&input, unsupported, error) : NULL;
}

static void
expect (GByteArray *model, const char *path, int code, const char *message)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (model);
  g_autoptr (WeirModel) loaded = NULL;
  GError *error = NULL;

  if (path != NULL)
    g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                                        (gssize) g_bytes_get_size (bytes), NULL));
  loaded = load (bytes, path, &error);
  g_assert_null (loaded);
  g_assert_error (error, WEIR_ERROR, code);
  assert_says (error, message);
  g_error_free (error);
}

/* A model that reads an initializer; the message of that tensor is left to the caller. */
static GByteArray *
with_tensor (GByteArray *tensor)
{
  GByteArray *node = g_byte_array_new (), *graph = g_byte_array_new ();
  GByteArray *output = g_byte_array_new (), *model = g_byte_array_new ();

  encode_text (tensor, 8, "w");
  encode_text (node, 1, "w");
  encode_text (node, 2, "y");
  encode_text (node, 4, "Relu");
  encode_text (output, 1, "y");
  encode_message (graph, 1, node);
  encode_message (graph, 5, tensor);
  encode_message (graph, 12, output);
  encode_int (model, 1, 8);
  encode_message (model, 7, graph);
  return model;
}

static GByteArray *
tensor_of (gint64 dim, guint dims, gint64 data_type, gsize raw)
{
  GByteArray *tensor = g_byte_array_new ();
  g_autofree char *data = g_malloc0 (raw + 1);

  for (guint i = 0; i < dims; i++)
    encode_int (tensor, 1, dim);
  encode_int (tensor, 2, data_type);
  encode_bytes (tensor, 9, data, raw);
  return tensor;
}

static void
test_files (void)
{
  GByteArray *text = g_byte_array_new (), *old = g_byte_array_new ();

  expect (g_byte_array_new (), NULL, WEIR_ERROR_FORMAT, "test.onnx: the file is empty");
  g_byte_array_append (text, (const guint8 *) "not a model at all", 18);
  expect (text, NULL, WEIR_ERROR_FORMAT, "test.onnx: ");
  encode_int (old, 1, 8);
  expect (old, NULL, WEIR_ERROR_FORMAT, "not an ONNX model: it holds no graph");
  old = g_byte_array_new ();
  encode_int (old, 1, 2);
  encode_bytes (old, 7, NULL, 0);
  expect (old, NULL, WEIR_ERROR_UNSUPPORTED, "IR version 2; expected 3 or newer");
}

static void
test_tensors (void)
{
  expect (with_tensor (tensor_of (-4, 1, 1, 16)), NULL, WEIR_ERROR_FORMAT,
          "initializer 'w': expected a dimension of at least 0, found -4");
  expect (with_tensor (tensor_of (G_MAXINT32, 4, 1, 16)), NULL, WEIR_ERROR_LIMIT, "");
  expect (with_tensor (tensor_of (1, 9, 1, 4)), NULL, WEIR_ERROR_LIMIT, "rank");
  expect (with_tensor (tensor_of (4, 1, 1, 15)), NULL, WEIR_ERROR_FORMAT, "15");
  expect (with_tensor (tensor_of (4, 1, 8, 16)), NULL, WEIR_ERROR_UNSUPPORTED,
          "elements of type string");
}

/* Every beginning of a model is refused or is a model; every changed bit too. */
static void
test_mutations (void)
{
  g_autoptr (OnnxText) text =
      onnx_text_new ("in x f32[1,1,3,3] 0..8; const w f32[1,1,2,2] 1; Conv x,w > y "
                     "pads:is=1,1,0,0; out y");
  gsize size;
  const guint8 *data = g_bytes_get_data (text->bytes, &size);
  g_autofree guint8 *copy = g_memdup2 (data, size);

  for (gsize i = 0; i < size; i++) {
    g_autoptr (GBytes) start = g_bytes_new_from_bytes (text->bytes, 0, i);

    weir_model_unref (load (start, NULL, NULL));
    for (guint bit = 0; bit < 8; bit++) {
      g_autoptr (GBytes) changed = NULL;

      copy[i] = data[i] ^ (guint8) (1 << bit);
      changed = g_bytes_new_static (copy, size);
      weir_model_unref (load (changed, NULL, NULL));
    }
    copy[i] = data[i];
  }
}

/* Functions that call functions twice: 2^30 nodes in a small file. */
static void
test_unfolding (void)
{
  g_autoptr (GString) model =
      g_string_new ("in x f32[1] 1; function F0 a > b; Abs a > b; end;");
  OnnxBadCase cases[] = { { .code = WEIR_ERROR_LIMIT,
                            .message = "functions and bodies unfold into more than" },
                          { NULL } };
  gint64 start = g_get_monotonic_time ();

  for (int i = 1; i <= 30; i++)
    g_string_append_printf (model,
                            "function F%d a > b; local.F%d a > t; local.F%d t > b; end;",
                            i, i - 1, i - 1);
  g_string_append (model, "local.F30 x > y; out y");
  cases[0].text = model->str;
  run_onnx_bad_cases (cases);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
}

typedef struct {
  char *folder, *model, *weights, *beside;
} Folder;

static void
folder_init (Folder *f)
{
  g_autofree char *data = g_malloc0 (16);

  f->folder = g_dir_make_tmp ("weir-onnx-XXXXXX", NULL);
  f->model = g_build_filename (f->folder, "m.onnx", NULL);
  f->weights = g_build_filename (f->folder, "w.bin", NULL);
  f->beside = g_build_filename (f->folder, "link.bin", NULL);
  g_assert_true (g_file_set_contents (f->weights, data, 16, NULL));
}

static void
folder_clear (Folder *f)
{
  g_unlink (f->model);
  g_unlink (f->weights);
  g_unlink (f->beside);
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->model);
  g_free (f->weights);
  g_free (f->beside);
}

static void
add_external (GByteArray *tensor, const char *key, const char *value)
{
  GByteArray *entry = g_byte_array_new ();

  encode_text (entry, 1, key);
  encode_text (entry, 2, value);
  encode_message (tensor, 13, entry);
}

/* A vector of four floats in the file @location. */
static GByteArray *
external (const char *location, const char *offset, const char *length)
{
  GByteArray *tensor = g_byte_array_new ();

  encode_int (tensor, 1, 4);
  encode_int (tensor, 2, 1);
  if (location != NULL)
    add_external (tensor, "location", location);
  if (offset != NULL)
    add_external (tensor, "offset", offset);
  if (length != NULL)
    add_external (tensor, "length", length);
  encode_int (tensor, 14, 1);
  return with_tensor (tensor);
}

static void
test_external (void)
{
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (GBytes) good = NULL;
  GError *error = NULL;
  Folder f;

  folder_init (&f);
  good = g_byte_array_free_to_bytes (external ("w.bin", "0", "16"));
  g_file_set_contents (f.model, g_bytes_get_data (good, NULL),
                       (gssize) g_bytes_get_size (good), NULL);
  model = load (NULL, f.model, &error);
  g_assert_no_error (error);
  expect (external (NULL, NULL, NULL), f.model, WEIR_ERROR_FORMAT, "without a location");
  expect (external ("../w.bin", NULL, NULL), f.model, WEIR_ERROR_IO,
          "only name files beneath its own folder");
  expect (external (f.weights, NULL, NULL), f.model, WEIR_ERROR_IO,
          "only name files beneath its own folder");
  expect (external ("none.bin", NULL, NULL), f.model, WEIR_ERROR_IO, "none.bin");
  expect (external (".", NULL, NULL), f.model, WEIR_ERROR_IO, "not a regular file");
  expect (external ("w.bin", "4", NULL), f.model, WEIR_ERROR_FORMAT,
          "16 bytes at offset 4 of");
  expect (external ("w.bin", "18446744073709551615", "16"), f.model, WEIR_ERROR_FORMAT,
          "which ends at 16");
  expect (external ("w.bin", "-1", NULL), f.model, WEIR_ERROR_FORMAT,
          "expected a number of bytes as offset, found '-1'");
  expect (external ("w.bin", "0", "8"), f.model, WEIR_ERROR_FORMAT, "8");
  expect (external ("w.bin", NULL, NULL), NULL, WEIR_ERROR_IO,
          "external data of a model that is not a file");
  g_assert_cmpint (symlink ("w.bin", f.beside), ==, 0);
  expect (external ("link.bin", NULL, NULL), f.model, WEIR_ERROR_IO, "links are refused");
  g_unlink (f.beside);
  g_assert_cmpint (link (f.weights, f.beside), ==, 0);
  expect (external ("link.bin", NULL, NULL), f.model, WEIR_ERROR_IO,
          "more than one link is refused");
  folder_clear (&f);
}

/* The n-th allocation of every size fails: an error each time, and nothing is left. */
static void
test_faults (void)
{
  g_autoptr (OnnxText) text =
      onnx_text_new ("in x f32[1,1,3,3] 0..8; const w f32[1,1,2,2] 1; Conv x,w > y "
                     "pads:is=1,1,0,0; out y");
  gboolean good = FALSE;

  for (int i = 0; !good; i++) {
    g_autoptr (WeirModel) model = NULL;
    g_autoptr (GError) error = NULL;

    weir_fail_alloc_after (i);
    model = load (text->bytes, NULL, &error);
    weir_fail_alloc_after (-1);
    good = model != NULL;
    g_assert_true (good || g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LIMIT));
    g_assert_cmpint (i, <, 1000);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/onnx/bad/graphs", graphs, run_onnx_bad_cases);
  g_test_add_data_func ("/onnx/bad/operations", operations, run_onnx_bad_cases);
  g_test_add_data_func ("/onnx/bad/estimators", estimators, run_onnx_bad_cases);
  g_test_add_func ("/onnx/bad/files", test_files);
  g_test_add_func ("/onnx/bad/tensors", test_tensors);
  g_test_add_func ("/onnx/bad/mutations", test_mutations);
  g_test_add_func ("/onnx/bad/unfolding", test_unfolding);
  g_test_add_func ("/onnx/bad/external", test_external);
  g_test_add_func ("/onnx/bad/faults", test_faults);
  return g_test_run ();
}
