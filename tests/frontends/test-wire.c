#include "base/error.h"
#include "compare.h"
#include "encode.h"
#include "frontends/proto/onnx.pb-c.h"
#include "frontends/wire.h"

#include <sys/resource.h>

/* Fields of onnx.proto that the cases use. */
enum { MODEL_IR = 1, MODEL_PRODUCER = 2, MODEL_GRAPH = 7 };
enum { GRAPH_NODE = 1, GRAPH_INITIALIZER = 5 };
enum { NODE_INPUT = 1, NODE_ATTRIBUTE = 5 };
enum { ATTR_I = 3, ATTR_GRAPH = 6, ATTR_FLOATS = 7, ATTR_INTS = 8 };
enum { TENSOR_RAW = 9 };

static WeirWire *
read_model (const GByteArray *bytes, GError **error)
{
  return weir_wire_read (WEIR_BYTES (bytes->data, bytes->len),
                         &onnx__model_proto__descriptor, &onnx__graph_proto__descriptor,
                         error);
}

static void
expect_error (GByteArray *bytes, int code, const char *message)
{
  GError *error = NULL;
  gint64 start = g_get_monotonic_time ();
  WeirWire *wire = read_model (bytes, &error);

  g_assert_null (wire);
  g_assert_error (error, WEIR_ERROR, code);
  assert_says (error, message);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
  g_error_free (error);
  g_byte_array_unref (bytes);
}

static GByteArray *
in_graph (guint field, GByteArray *message)
{
  GByteArray *graph = g_byte_array_new (), *model = g_byte_array_new ();

  encode_message (graph, field, message);
  encode_message (model, MODEL_GRAPH, graph);
  return model;
}

static GByteArray *
with_node_field (guint field, gconstpointer data, gsize size)
{
  GByteArray *node = g_byte_array_new ();

  encode_bytes (node, field, data, size);
  return in_graph (GRAPH_NODE, node);
}

/* Unknown fields go, known ones stay, contents of bytes fields stay where they are. */
static void
test_slices (void)
{
  GByteArray *tensor = g_byte_array_new (), *model;
  const Onnx__ModelProto *proto;
  g_autoptr (WeirWire) wire = NULL;
  GError *error = NULL;
  gsize offset, size;
  ProtobufCBinaryData none = { 0, NULL };

  encode_int (tensor, 1, 2);
  encode_int (tensor, 1, 3);
  encode_text (tensor, 999, "unknown");
  encode_bytes (tensor, TENSOR_RAW, "weights", 7);
  model = in_graph (GRAPH_INITIALIZER, tensor);
  encode_int (model, MODEL_IR, 8);
  encode_text (model, MODEL_PRODUCER, "test");
  wire = read_model (model, &error);
  g_assert_no_error (error);
  proto = weir_wire_message (wire);
  g_assert_cmpint (proto->ir_version, ==, 8);
  g_assert_cmpstr (proto->producer_name, ==, "test");
  g_assert_cmpuint (proto->graph->initializer[0]->n_dims, ==, 2);
  g_assert_cmpint (proto->graph->initializer[0]->dims[1], ==, 3);
  weir_wire_slice (wire, &proto->graph->initializer[0]->raw_data, &offset, &size);
  g_assert_cmpmem (model->data + offset, size, "weights", 7);
  weir_wire_slice (wire, &none, &offset, &size);
  g_assert_cmpuint (size, ==, 0);
  g_byte_array_unref (model);
}

/* A list may come packed or one by one, also by turns. */
static void
test_lists (void)
{
  GByteArray *attr = g_byte_array_new (), *node = g_byte_array_new (), *model;
  const Onnx__ModelProto *proto;
  const Onnx__AttributeProto *found;
  g_autoptr (WeirWire) wire = NULL;
  GError *error = NULL;

  encode_bytes (attr, ATTR_INTS, "\x01\x80\x01\x03", 4);
  encode_float (attr, ATTR_FLOATS, 0.5);
  for (int i = 0; i < 1000; i++)
    encode_int (attr, ATTR_INTS, -i);
  encode_message (node, NODE_ATTRIBUTE, attr);
  model = in_graph (GRAPH_NODE, node);
  wire = read_model (model, &error);
  g_assert_no_error (error);
  proto = weir_wire_message (wire);
  found = proto->graph->node[0]->attribute[0];
  g_assert_cmpuint (found->n_ints, ==, 1003);
  g_assert_cmpint (found->ints[1], ==, 128);
  g_assert_cmpint (found->ints[1002], ==, -999);
  g_assert_cmpfloat (found->floats[0], ==, 0.5);
  g_byte_array_unref (model);
}

static GByteArray *
nested (guint depth)
{
  GByteArray *graph = g_byte_array_new (), *model = g_byte_array_new ();

  for (guint i = 0; i < depth; i++) {
    GByteArray *attr = g_byte_array_new (), *node = g_byte_array_new ();
    GByteArray *outer = g_byte_array_new ();

    encode_message (attr, ATTR_GRAPH, graph);
    encode_message (node, NODE_ATTRIBUTE, attr);
    encode_message (outer, GRAPH_NODE, node);
    graph = outer;
  }
  encode_message (model, MODEL_GRAPH, graph);
  return model;
}

static void
test_nesting (void)
{
  GByteArray *model = nested (31);
  GError *error = NULL;
  WeirWire *wire = read_model (model, &error);

  g_assert_no_error (error);
  weir_wire_free (wire);
  g_byte_array_unref (model);
  expect_error (nested (32), WEIR_ERROR_LIMIT, "sub-graphs are nested deeper than 32");
  expect_error (nested (3000), WEIR_ERROR_LIMIT, "sub-graphs are nested deeper than 32");
}

static long
peak_kilobytes (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/* @field of the graph, empty, until it is ten megabytes: unpacking would take a gigabyte.
 */
static void
flood (guint field)
{
  GByteArray *graph = g_byte_array_sized_new (10 << 20), *model;
  long before;

  while (graph->len < 10 << 20)
    encode_bytes (graph, field, NULL, 0);
  model = g_byte_array_sized_new (11 << 20);
  encode_message (model, MODEL_GRAPH, graph);
  before = peak_kilobytes ();
  expect_error (model, WEIR_ERROR_LIMIT, "bytes that a file of this size may ask for");
  g_assert_cmpint (peak_kilobytes () - before, <, 8 * (10 << 10) + (64 << 10));
}

static void
test_floods (void)
{
  flood (GRAPH_NODE);
  flood (GRAPH_INITIALIZER);
}

static void
test_broken (void)
{
  GByteArray *model = nested (3), *twice = g_byte_array_new (), *group, *zero;
  g_autofree char *name = g_strnfill (WEIR_MAX_NAME + 1, 'n');

  g_byte_array_set_size (model, model->len - 1);
  expect_error (model, WEIR_ERROR_FORMAT, "a length beyond the end of the message");
  encode_bytes (twice, MODEL_GRAPH, NULL, 0);
  encode_bytes (twice, MODEL_GRAPH, NULL, 0);
  expect_error (twice, WEIR_ERROR_FORMAT, "may stand only once stands twice");
  expect_error (with_node_field (NODE_INPUT, name, WEIR_MAX_NAME + 1), WEIR_ERROR_LIMIT,
                "a name of 4097 bytes");
  expect_error (with_node_field (NODE_INPUT, "a\xff", 2), WEIR_ERROR_FORMAT, "not UTF-8");
  expect_error (with_node_field (NODE_INPUT, "a\0b", 3), WEIR_ERROR_FORMAT, "not UTF-8");
  group = g_byte_array_new ();
  g_byte_array_append (group, (const guint8 *) "\x0b", 1);
  expect_error (group, WEIR_ERROR_FORMAT, "a field of no known encoding");
  zero = g_byte_array_new ();
  g_byte_array_append (zero, (const guint8 *) "\x00\x00", 2);
  expect_error (zero, WEIR_ERROR_FORMAT, "a field without a valid number");
}

static void
test_types (void)
{
  GByteArray *model = g_byte_array_new (), *attr = g_byte_array_new ();
  GByteArray *node = g_byte_array_new ();

  encode_int (model, MODEL_GRAPH, 1);
  expect_error (model, WEIR_ERROR_FORMAT, "ModelProto.graph: byte");
  encode_bytes (attr, ATTR_INTS, "\x80", 1);
  encode_message (node, NODE_ATTRIBUTE, attr);
  expect_error (in_graph (GRAPH_NODE, node), WEIR_ERROR_FORMAT,
                "a list whose last element is cut off");
  attr = g_byte_array_new ();
  node = g_byte_array_new ();
  encode_bytes (attr, ATTR_FLOATS, "123456", 6);
  encode_message (node, NODE_ATTRIBUTE, attr);
  expect_error (in_graph (GRAPH_NODE, node), WEIR_ERROR_FORMAT,
                "a list whose last element is cut off");
}

/* Every prefix and every changed byte of a small model is read or refused, no more. */
static void
test_mutations (void)
{
  GByteArray *model = nested (5);

  for (guint i = 0; i < model->len; i++) {
    guint8 kept = model->data[i];

    for (guint bit = 0; bit < 8; bit++) {
      model->data[i] = kept ^ (guint8) (1 << bit);
      weir_wire_free (read_model (model, NULL));
    }
    model->data[i] = kept;
    weir_wire_free (weir_wire_read (WEIR_BYTES (model->data, i),
                                    &onnx__model_proto__descriptor,
                                    &onnx__graph_proto__descriptor, NULL));
  }
  g_byte_array_unref (model);
}

/* Each allocation fails once; the next reading works. */
static void
test_faults (void)
{
  GByteArray *model = nested (20);

  for (int i = 0; i < 4; i++) {
    GError *error = NULL;
    WeirWire *wire;

    weir_fail_alloc_after (i);
    wire = read_model (model, &error);
    weir_fail_alloc_after (-1);
    g_assert_true (wire != NULL || g_error_matches (error, WEIR_ERROR, WEIR_ERROR_LIMIT));
    weir_wire_free (wire);
    g_clear_error (&error);
    wire = read_model (model, &error);
    g_assert_no_error (error);
    weir_wire_free (wire);
  }
  g_byte_array_unref (model);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/slices", test_slices);
  g_test_add_func ("/wire/lists", test_lists);
  g_test_add_func ("/wire/nesting", test_nesting);
  g_test_add_func ("/wire/floods", test_floods);
  g_test_add_func ("/wire/broken", test_broken);
  g_test_add_func ("/wire/types", test_types);
  g_test_add_func ("/wire/mutations", test_mutations);
  g_test_add_func ("/wire/faults", test_faults);
  return g_test_run ();
}
