#include "base/error.h"
#include "compare.h"
#include "cut-load.h"
#include "hdf5-writer.h"
#include "ir/evaluate.h"
#include "tensor-text.h"

#include <string.h>

/* What of a model is converted: Foo and Bar are no layers. Configurations are written
 * with single quotes; expected values are worked out by hand. */

#ifdef HAVE_HDF5
#define LAYER(type, name, config, nodes)                                       \
  "{ 'class_name': '" type "', 'name': '" name "', 'config': { 'name': '" name \
  "'" config " }, 'inbound_nodes': [" nodes "] }"
#define FROM(layer)        "['" layer "', 0, 0, {}]"
#define ONE(a)             "[" FROM (a) "]"
#define TWO(a, b)          "[" FROM (a) ", " FROM (b) "]"
#define INPUT              LAYER ("InputLayer", "x", ", 'batch_input_shape': [null, 2]", "")
#define DENSE(name, nodes) LAYER ("Dense", name, ", 'use_bias': false", nodes)

/* The configuration of a functional model. */
typedef struct {
  const char *layers[9], *outputs;
} Config;

/* r is used again for m, and stands before it; b2 reads the second output of bar. */
static const Config model_config = {
  { INPUT, LAYER ("Foo", "foo", "", ONE ("x")), DENSE ("d", ONE ("foo")),
    LAYER ("ReLU", "r", "", ONE ("d") ", " ONE ("m")),
    LAYER ("Multiply", "m", "", TWO ("r", "d")),
    LAYER ("Add", "o", "", "[['r', 1, 0, {}], " FROM ("m") "]"),
    LAYER ("Bar", "bar", "", ONE ("r")),
    LAYER ("ReLU", "b2", "", "[['bar', 0, 1, {}]]") },
  TWO ("o", "b2")
};

static const float kernel[] = { 1, 2, 3, 4 };

static char *
spell (const Config *config)
{
  g_autofree char *layers = g_strjoinv (", ", (char **) config->layers);
  char *text = g_strdup_printf ("{ 'class_name': 'Functional', 'config': { 'layers': "
                                "[%s], 'output_layers': %s } }",
                                layers, config->outputs);

  return g_strdelimit (text, "'", '"');
}

static WeirModel *
load (const Config *config, const char *inputs, const char *outputs, WeirCutHint *hint,
      GError **error)
{
  g_autofree char *text = spell (config);
  g_autoptr (GBytes) bytes = hdf5_write ((Hdf5Entry[]){
      { "", "model_config", text },
      { "model_weights/d/d", "kernel:0", .rank = 2, .dims = { 2, 2 }, .data = kernel },
      { "model_weights/d", "weight_names", "d/kernel:0" },
      { NULL } });

  return load_cut (&weir_frontend_keras, bytes, NULL, inputs, outputs, hint, error);
}

static void
check (WeirModel *model, const char *ports, const char *fed, const char *expected)
{
  g_autofree char *found = cut_ports (model);
  g_autoptr (WeirTensor) in = tensor_from_text (fed);
  g_autoptr (WeirTensor) wanted = tensor_from_text (expected);
  g_autoptr (WeirTensor) out = NULL;
  GError *error = NULL;

  g_assert_cmpstr (found, ==, ports);
  weir_graph_evaluate (weir_model_graph (model), &in, &out, NULL, &error);
  g_assert_no_error (error);
  assert_equal (out, wanted);
}

static const struct {
  const char *inputs, *outputs, *ports, *in, *out;
} cuts[] = {
  { "foo:0[1,2]", "d", "foo[1,2] > d[1,2]", "1x2: 1 -1", "1x2: -2 -2" },
  { "d[1,2]", "r", "foo[1,2] > r[1,2]", "1x2: 1 0", "1x2: 1 2" },
  { "d:0[1,2]", "o", "d[1,2] > o[1,2]", "1x2: 1 2", "1x2: 2 8" },
  { "m:0[1,2]", "r_1", "m[1,2] > r_1[1,2]", "1x2: -3 4", "1x2: 0 4" },
  /* One of two readers alone gets the new input. */
  { "1:m[1,2],d:0->[[1.0,-2.0]]", "m", "m/placeholder_port_1[1,2] > m[1,2]", "1x2: 5 6",
    "1x2: 5 0" },
  { "bar:1[1,3]", "b2", "bar/placeholder_out_port_1[1,3] > b2[1,3]", "1x3: -1 0 1",
    "1x3: 0 0 1" },
  { "x", "x", "x[?,2] > x[?,2]", "1x2: 5 6", "1x2: 5 6" },
};

static void
test_cuts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    GError *error = NULL;
    g_autoptr (WeirModel) model =
        load (&model_config, cuts[i].inputs, cuts[i].outputs, NULL, &error);

    g_assert_no_error (error);
    check (model, cuts[i].ports, cuts[i].in, cuts[i].out);
  }
}

/* The shape follows from what is cut away. */
static void
test_shapes (void)
{
  static const Config config = { { INPUT, LAYER ("ReLU", "a", "", ONE ("x")),
                                   LAYER ("Dropout", "b", "", ONE ("a")),
                                   LAYER ("Add", "c", "", TWO ("a", "b")) },
                                 ONE ("c") };
  static const struct {
    const char *inputs, *ports, *in, *out;
  } cases[] = {
    { "a:0", "a[?,2] > c[?,2]", "1x2: -1 2", "1x2: -2 4" },
    { "x->[1.0,0.5],b:0", "b[2] > c[2]", "2: -1 2", "2: 0 2.5" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GError *error = NULL;
    g_autoptr (WeirModel) model = load (&config, cases[i].inputs, NULL, NULL, &error);

    g_assert_no_error (error);
    check (model, cases[i].ports, cases[i].in, cases[i].out);
  }
}

#define NAMED                                                               \
  "{ 'args': [], 'kwargs': { 'query': { 'class_name': '__keras_tensor__', " \
  "'config': { 'keras_history': ['x', 0, 0] } } } }"
#define NUMBER                                                  \
  "{ 'args': [{ 'class_name': '__keras_tensor__', 'config': { " \
  "'keras_history': ['x', 0, 0] } }, 2], 'kwargs': {} }"

static const struct {
  const char *inputs, *outputs, *says;
} refused[] = {
  { NULL, NULL, "2 Keras operations cannot be converted" },
  { NULL, "d", "1 Keras operations cannot be converted: 'foo' (Foo)" },
  { "d:0[1,2]", NULL, "1 Keras operations cannot be converted: 'bar' (Bar)" },
  { "m:0[1,2]", "r", "input 'x' is left out, but node 'foo' needs it" },
  { "q", NULL, "'q'" },
  { NULL, "q", "'q'" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (
        load (&model_config, refused[i].inputs, refused[i].outputs, NULL, &error));
    assert_says (error, refused[i].says);
  }
}

static const struct {
  Config config;
  const char *says;
} broken[] = {
  { { { INPUT, DENSE ("e", ONE ("x")) }, ONE ("e") },
    "layer 'e' (Dense): the file has no weight 'kernel' of it" },
  { { { INPUT, LAYER ("ReLU", "r", "", ONE ("z")) }, ONE ("r") },
    "layer 'r' (ReLU): no layer gives 'z/0/0'" },
  { { { INPUT }, "[['x', 0, 1]]" }, "no layer gives 'x/0/1'" },
  { { { LAYER ("Foo", "f", "", "") }, "[['f', 0, 64]]" }, "no layer gives 'f/0/64'" },
  { { { INPUT, INPUT }, ONE ("x") }, "there are two layers 'x'" },
  { { { LAYER ("ReLU", "a", "", ONE ("b")), LAYER ("ReLU", "b", "", ONE ("a")) },
      ONE ("a") },
    "layer 'a' depends on itself" },
  { { { INPUT, LAYER ("ReLU", "r", "", NAMED) }, ONE ("r") },
    "'r' (ReLU): an input is given by a name" },
  { { { INPUT, LAYER ("Add", "r", "", NUMBER) }, ONE ("r") },
    "'r' (Add): an argument is something else than a tensor" },
};

static void
test_broken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (load (&broken[i].config, NULL, NULL, NULL, &error));
    assert_says (error, broken[i].says);
  }
}

/* What a failure suggests can be converted. */
static void
test_suggestion (void)
{
  WeirCutHint hint = { .refused = g_hash_table_new (NULL, NULL) };
  g_autoptr (WeirModel) model = NULL;
  g_autofree char *inputs = NULL;
  GError *error = NULL;

  g_assert_null (load (&model_config, NULL, NULL, &hint, &error));
  g_clear_error (&error);
  g_assert_cmpuint (hint.total, ==, 8);
  g_assert_cmpuint (hint.nodes, ==, 5);
  g_assert_cmpstr (hint.inputs, ==, "foo:0");
  g_assert_cmpstr (hint.outputs, ==, "o:0,r:0");
  inputs = g_strconcat (hint.inputs, "[1,2]", NULL);
  model = load (&model_config, inputs, hint.outputs, NULL, &error);
  g_assert_no_error (error);
  weir_cut_hint_forget (&hint);
  g_hash_table_unref (hint.refused);
}

static void
put_number (GByteArray *file, guint32 number, guint size)
{
  number = GUINT32_TO_LE (number);
  g_byte_array_append (file, (const guint8 *) &number, size);
}

/* The header of a member: in front of it, or in the directory at the end. */
static void
put_header (GByteArray *file, const char *name, gsize size, guint offset, gboolean last)
{
  static const guint8 zeros[16];

  put_number (file, last ? 0x02014b50 : 0x04034b50, 4);
  g_byte_array_append (file, zeros, last ? 16 : 14);
  put_number (file, (guint32) size, 4);
  put_number (file, (guint32) size, 4);
  put_number (file, (guint32) strlen (name), 2);
  g_byte_array_append (file, zeros, last ? 12 : 2);
  if (last)
    put_number (file, offset, 4);
  g_byte_array_append (file, (const guint8 *) name, (guint) strlen (name));
}

/* (transfer full): an archive of two members, not packed. */
static GBytes *
archive (const char *const *names, GBytes *const *members)
{
  GByteArray *file = g_byte_array_new ();
  guint offsets[2], begin, end;

  for (guint i = 0; i < 2; i++) {
    gsize size;
    const guint8 *data = g_bytes_get_data (members[i], &size);

    offsets[i] = file->len;
    put_header (file, names[i], size, 0, FALSE);
    g_byte_array_append (file, data, (guint) size);
  }
  begin = file->len;
  for (guint i = 0; i < 2; i++)
    put_header (file, names[i], g_bytes_get_size (members[i]), offsets[i], TRUE);
  end = file->len;
  put_number (file, 0x06054b50, 4);
  put_number (file, 0, 4);
  put_number (file, 2, 2);
  put_number (file, 2, 2);
  put_number (file, end - begin, 4);
  put_number (file, begin, 4);
  put_number (file, 0, 2);
  return g_byte_array_free_to_bytes (file);
}

/* Weights are numbered by the layers of one class, those that are cut away, too. */
static void
test_archive (void)
{
#define NEXT(type, name, config) \
  "{ 'class_name': '" type "', 'config': { 'name': '" name "'" config " } }"
  static const char text[] =
      "{ 'class_name': 'Sequential', 'config': { 'layers': "
      "[" NEXT ("InputLayer", "x", ", 'batch_shape': [1, 1]") "," NEXT (
          "Foo", "f", "") "," NEXT ("Dense", "a",
                                    ", 'use_bias': false") "," NEXT ("Dense", "b",
                                                                     ", "
                                                                     "'use_"
                                                                     "bias': "
                                                                     "false") "] } }";
  static const char *const names[] = { "config.json", "model.weights.h5" };
  const float a = 3, b = 10;
  g_autofree char *config = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (GBytes) described = g_bytes_new_static (config, strlen (config));
  g_autoptr (GBytes) weights = hdf5_write ((Hdf5Entry[]){
      { "layers/dense/vars", "0", .rank = 2, .dims = { 1, 1 }, .data = &a },
      { "layers/dense_1/vars", "0", .rank = 2, .dims = { 1, 1 }, .data = &b },
      { NULL } });
  g_autoptr (GBytes) file = archive (names, (GBytes *[]){ described, weights });
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  model = load_cut (&weir_frontend_keras, file, NULL, "a:0[1,1]", NULL, NULL, &error);
  g_assert_no_error (error);
  check (model, "a[1,1] > b[1,1]", "1x1: 2", "1x1: 20");
}
#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#ifdef HAVE_HDF5
  g_test_add_func ("/keras-cut/cuts", test_cuts);
  g_test_add_func ("/keras-cut/shapes", test_shapes);
  g_test_add_func ("/keras-cut/refused", test_refused);
  g_test_add_func ("/keras-cut/suggestion", test_suggestion);
  g_test_add_func ("/keras-cut/broken", test_broken);
  g_test_add_func ("/keras-cut/archive", test_archive);
#endif
  return g_test_run ();
}
