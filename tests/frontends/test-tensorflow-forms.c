#include "base/error.h"
#include "compare.h"
#include "frontends/frontend.h"
#include "frontends/proto/tensorflow.pb-c.h"
#include "frontends/tensorflow/sstable.h"
#include "frontends/text.h"
#include "ir/evaluate.h"
#include "same.h"
#include "table-writer.h"

#include <glib/gstdio.h>
#include <string.h>

/* One network, y = x w with w = [[1, 2], [3, 4]], in the forms that TensorFlow keeps
 * models in. All files are made here, their messages written as text. */

#define PLACEHOLDER                                                                    \
  "node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } " \
  "attr { key: 'shape' value { shape { dim { size: 1 } dim { size: 2 } } } } }\n"
#define PRODUCT                                             \
  "node { name: 'r' op: 'Identity' input: 'w' }\n"          \
  "node { name: 'm' op: 'MatMul' input: 'x' input: 'r' }\n" \
  "node { name: 'y' op: 'Identity' input: 'm' }\n"
#define FROZEN                                                                          \
  PLACEHOLDER                                                                           \
  "node { name: 'w' op: 'Const' attr { key: 'dtype' value { type: DT_FLOAT } } attr { " \
  "key: 'value' value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 2 } dim { " \
  "size: 2 } } float_val: [1, 2, 3, 4] } } } }\n" PRODUCT
#define VARIABLE                                                                      \
  "node { name: 'w' op: 'VariableV2' attr { key: 'dtype' value { type: DT_FLOAT } } " \
  "attr { key: 'shape' value { shape { dim { size: 2 } dim { size: 2 } } } } }\n"
#define UNFROZEN PLACEHOLDER VARIABLE PRODUCT
#define SHAPE    "shape { dim { size: 2 } dim { size: 2 } }"
#define ROW(n)   "extent { start: " n " length: 1 } extent { }"
#define SIGNATURE                                                                   \
  "signature_def { key: 'serving_default' value { inputs { key: 'x' value { name: " \
  "'x:0' } } outputs { key: 'y' value { name: 'y:0' } } } }"

static const float values[] = { 1, 2, 3, 4 };

/* One entry of a table: a text of a message. The key's length is told where it holds
 * zeros. */
typedef struct {
  const char *key;
  const ProtobufCMessageDescriptor *type;
  const char *text;
  gsize key_size;
} Entry;

static GBytes *
message (const ProtobufCMessageDescriptor *type, const char *text)
{
  WeirBytes bytes = WEIR_BYTES ((const guint8 *) text, strlen (text));
  GError *error = NULL;
  GBytes *encoded = weir_text_encode (&bytes, type, NULL, &error);

  g_assert_no_error (error);
  return encoded;
}

static GBytes *
table (const Entry *entries)
{
  g_autoptr (GByteArray) block = g_byte_array_new ();

  for (const Entry *e = entries; e->key != NULL; e++) {
    g_autoptr (GBytes) value = message (e->type, e->text);

    table_put_pair (block, 0, e->key, e->key_size > 0 ? e->key_size : strlen (e->key),
                    g_bytes_get_data (value, NULL), g_bytes_get_size (value));
  }
  table_put_restarts (block);
  return table_make (block, 0);
}

static void
add_part (GPtrArray *parts, const char *name, GBytes *bytes)
{
  g_autoptr (GBytes) owned = bytes;

  g_ptr_array_add (parts, weir_source_new (owned, name));
}

static GPtrArray *
parts_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) weir_source_unref);
}

/* @source among @parts, or, where it is NULL, all of them as a SavedModel; of that what
 * @cut (nullable) asks for. */
static WeirModel *
load_part (GPtrArray *parts, const char *source, GHashTable *options, const WeirCut *cut,
           GError **error)
{
  g_autoptr (WeirFolder) folder = weir_folder_new_parts (parts, "test");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirFrontendInput input = {
    .folder = folder, .path = source, .options = options, .cut = cut
  };

  for (guint i = 0; source != NULL && i < parts->len; i++)
    if (strcmp (weir_source_name (parts->pdata[i]), source) == 0)
      input.source = parts->pdata[i];
  return weir_frontend_tensorflow.load (&input, unsupported, error);
}

static WeirModel *
load (GPtrArray *parts, const char *source, GHashTable *options, GError **error)
{
  return load_part (parts, source, options, NULL, error);
}

static void
check_same (WeirModel *model, GError *error)
{
  GPtrArray *parts = parts_new ();
  g_autoptr (WeirModel) frozen = NULL;

  g_assert_no_error (error);
  add_part (parts, "m.pb", message (&tf__graph_def__descriptor, FROZEN));
  frozen = load (parts, "m.pb", NULL, &error);
  g_assert_no_error (error);
  assert_same_graph (weir_model_graph (model), weir_model_graph (frozen));
  g_ptr_array_unref (parts);
}

#define BUNDLE_HEADER                                         \
  {                                                           \
    "", &tf__bundle_header_proto__descriptor, "num_shards: 1" \
  }
#define ENTRY(key, text)                           \
  {                                                \
    key, &tf__bundle_entry_proto__descriptor, text \
  }

/* A MetaGraph and a bundle whose index is @entries. */
static WeirModel *
load_bundle (const char *graph, const Entry *entries, GError **error)
{
  g_autoptr (GPtrArray) parts = parts_new ();
  g_autoptr (GPtrArray) outputs = g_ptr_array_new ();
  WeirOutputSpec y = { .name = (char *) "y", .port = -1 };
  g_autofree char *text =
      g_strdup_printf ("meta_info_def { tags: 't' } graph_def { %s }", graph);

  add_part (parts, "m.meta", message (&tf__meta_graph_def__descriptor, text));
  add_part (parts, "m.index", table (entries));
  add_part (parts, "m.data-00000-of-00001", g_bytes_new_static (values, sizeof values));
  g_ptr_array_add (outputs, &y);
  return load_part (parts, "m.meta", NULL, &(WeirCut){ .outputs = outputs }, error);
}

/* "w", rows 0 and 1, as the key of a slice spells it. */
#define SLICE_KEY(start) "\0w\0\1\1\2" start "\x81\x80\x7f"
#define SLICE(start, text)                                        \
  {                                                               \
    SLICE_KEY (start), &tf__bundle_entry_proto__descriptor, text, \
        sizeof SLICE_KEY (start) - 1                              \
  }
#define HALF "dtype: DT_FLOAT shape { dim { size: 1 } dim { size: 2 } } size: 8 "
#define IN_ROWS \
  "dtype: DT_FLOAT " SHAPE " slices { " ROW ("0") " } slices { " ROW ("1") " }"
#define WHOLE "dtype: DT_FLOAT " SHAPE " size: 16"

typedef struct {
  const char *graph;
  Entry entries[5];
} Bundle;

static const Bundle bundles[] = {
  { UNFROZEN, { BUNDLE_HEADER, ENTRY ("w", WHOLE) } },
  { UNFROZEN,
    { BUNDLE_HEADER, ENTRY ("w", IN_ROWS), SLICE ("\x80", HALF),
      SLICE ("\x81", HALF "offset: 8") } },
  /* Restored under another name, by the graph and by a function. */
  { UNFROZEN
    "node { name: 'names' op: 'Const' attr { key: 'value' value { tensor { dtype: "
    "DT_STRING string_val: ['other', 'kept'] } } } }"
    "node { name: 'restore' op: 'RestoreV2' input: 'prefix' input: 'names' input: 's' }"
    "node { name: 'i' op: 'Identity' input: 'restore:1' }"
    "node { name: 'assign' op: 'Assign' input: 'w' input: 'i' }",
    { BUNDLE_HEADER, ENTRY ("w", "dtype: DT_FLOAT " SHAPE " offset: 8"),
      ENTRY ("kept", WHOLE) } },
  { UNFROZEN
    "node { name: 'load' op: 'StatefulPartitionedCall' input: 'prefix' input: 'w' attr { "
    "key: 'f' value { func { name: 'restoring' } } } }"
    "library { function { signature { name: 'restoring' input_arg { name: 'p' } "
    "input_arg "
    "{ name: 'v' } } node_def { name: 'names' op: 'Const' attr { key: 'value' value { "
    "tensor { dtype: DT_STRING string_val: 'kept' } } } } node_def { name: 'restore' op: "
    "'RestoreV2' input: 'p' input: 'names:output:0' input: 's' } node_def { name: "
    "'assign' op: 'AssignVariableOp' input: 'v' input: 'restore:tensors:0' } } }",
    { BUNDLE_HEADER, ENTRY ("kept", WHOLE) } },
};

static void
test_bundles (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bundles); i++) {
    GError *error = NULL;
    g_autoptr (WeirModel) model = NULL;

    model = load_bundle (bundles[i].graph, bundles[i].entries, &error);
    check_same (model, error);
  }
}

static const struct {
  Bundle bundle;
  const char *message;
} bad_bundles[] = {
  { { UNFROZEN, { BUNDLE_HEADER, ENTRY ("v", WHOLE) } },
    "checkpoint 'm' has no tensor 'w'" },
  { { UNFROZEN, { ENTRY ("w", WHOLE) } }, "the table has no header" },
  { { UNFROZEN,
      { { "", &tf__bundle_header_proto__descriptor, "num_shards: 1 endianness: 1" } } },
    "its numbers are written with the highest byte first" },
  { { UNFROZEN, { { "", &tf__bundle_header_proto__descriptor, "num_shards: 0" } } },
    "expected 1 to 100000 files of data, found 0" },
  { { UNFROZEN, { BUNDLE_HEADER, ENTRY ("w", WHOLE " shard_id: 1") } },
    "it lies in file 1 of 1" },
  { { UNFROZEN, { BUNDLE_HEADER, ENTRY ("w", WHOLE " offset: 4") } },
    "its 16 bytes at 4 reach beyond the 16 of m.data-00000-of-00001" },
  { { UNFROZEN, { BUNDLE_HEADER, ENTRY ("w", WHOLE " crc32c: 1") } },
    "its checksum is wrong" },
  { { UNFROZEN, { BUNDLE_HEADER, ENTRY ("w", "dtype: DT_STRING " SHAPE " size: 16") } },
    "elements of type DT_STRING" },
  { { UNFROZEN, { BUNDLE_HEADER, ENTRY ("w", "dtype: DT_FLOAT size: 16") } },
    "its shape is not known" },
  { { UNFROZEN,
      { BUNDLE_HEADER,
        ENTRY ("w", "dtype: DT_FLOAT shape { dim { size: 4 } } size: 16") } },
    "the checkpoint holds another shape than the variable" },
  { { UNFROZEN, { BUNDLE_HEADER, ENTRY ("w", IN_ROWS), SLICE ("\x80", HALF) } },
    "a slice of it is missing" },
  { { UNFROZEN,
      { BUNDLE_HEADER, ENTRY ("w", IN_ROWS), SLICE ("\x80", WHOLE),
        SLICE ("\x81", HALF) } },
    "a slice has another shape than it says" },
  { { UNFROZEN,
      { BUNDLE_HEADER, ENTRY ("w", IN_ROWS),
        SLICE ("\x80",
               "dtype: DT_INT32 shape { dim { size: 1 } dim { size: 2 } } size: 8"),
        SLICE ("\x81", HALF) } },
    "a slice has another element type" },
  { { UNFROZEN,
      { BUNDLE_HEADER,
        ENTRY ("w", "dtype: DT_FLOAT " SHAPE " slices { " ROW ("1") " extent { } }") } },
    "a slice of it is missing" },
};

static void
test_bad_bundles (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_bundles); i++) {
    const Bundle *b = &bad_bundles[i].bundle;
    GError *error = NULL;
    g_autoptr (WeirModel) model = load_bundle (b->graph, b->entries, &error);

    g_assert_null (model);
    assert_says (error, bad_bundles[i].message);
    g_error_free (error);
  }
}

#define SLICES(key, text)                           \
  {                                                 \
    key, &tf__saved_tensor_slices__descriptor, text \
  }
#define LIST SLICES ("", "meta { tensor { name: 'w' type: DT_FLOAT " SHAPE " } }")
#define BROKEN                                                            \
  {                                                                       \
    "k", &tf__bundle_entry_proto__descriptor, "dtype: DT_FLOAT shape { }" \
  }

static const struct {
  Entry entries[4];
  const char *message; /* (nullable): NULL for one that is right */
} version_1[] = {
  { { LIST, SLICES ("1", "data { name: 'w' data { float_val: [1, 2, 3, 4] } slice { "
                         "extent { } extent { } } }") } },
  { { LIST,
      SLICES ("1",
              "data { name: 'w' data { float_val: [3, 4] } slice { " ROW ("1") " } }"),
      SLICES ("2", "data { name: 'w' data { float_val: [1, 2] } slice { " ROW (
                       "0") " } }") } },
  { { LIST, SLICES ("1", "data { name: 'v' data { float_val: 1 } }") },
    "has no tensor 'w'" },
  { { SLICES ("", "data { name: 'w' }") }, "the table does not list its tensors" },
  { { LIST, SLICES ("1", "data { data { float_val: 1 } }") },
    "an entry holds no slice of a tensor" },
  { { LIST, BROKEN }, "m: " },
  { { LIST, SLICES ("1", "data { name: 'w' slice { extent { } extent { } } }") },
    "a slice of it has no contents" },
  { { LIST,
      SLICES ("1", "data { name: 'w' data { float_val: 1 } slice { extent { } } }") },
    "a slice of 1 dimensions of a tensor of 2" },
  { { LIST,
      SLICES ("1", "data { name: 'w' data { float_val: 1 } slice { " ROW ("2") " } }") },
    "a slice reaches beyond dimension 0 of its tensor" },
  { { SLICES ("", "meta { tensor { name: 'v' type: DT_FLOAT " SHAPE " } }"),
      SLICES ("1", "data { name: 'w' data { float_val: 1 } }") },
    "the table does not list it" },
};

static void
test_version_1 (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (version_1); i++) {
    g_autoptr (GPtrArray) parts = parts_new ();
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    add_part (parts, "m.meta",
              message (&tf__meta_graph_def__descriptor,
                       "meta_info_def { tags: 't' } graph_def { " UNFROZEN " }"));
    add_part (parts, "m", table (version_1[i].entries));
    model = load (parts, "m.meta", NULL, &error);
    if (version_1[i].message == NULL) {
      check_same (model, error);
      continue;
    }
    g_assert_null (model);
    assert_says (error, version_1[i].message);
    g_error_free (error);
  }
}

/* A SavedModel of @text, with the variable in a bundle. */
static GPtrArray *
saved_model (const char *text, gboolean is_text)
{
  static const Entry entries[] = { BUNDLE_HEADER, ENTRY ("w", WHOLE), { NULL } };
  GPtrArray *parts = parts_new ();

  if (is_text)
    add_part (parts, "saved_model.pbtxt", g_bytes_new (text, strlen (text)));
  else
    add_part (parts, "saved_model.pb", message (&tf__saved_model__descriptor, text));
  add_part (parts, "variables/variables.index", table (entries));
  add_part (parts, "variables/variables.data-00000-of-00001",
            g_bytes_new_static (values, sizeof values));
  return parts;
}

#define TAGGED(tags, graph) \
  "meta_graphs { meta_info_def { " tags " } graph_def { " graph " } " SIGNATURE " }"
#define OTHER "node { name: 'y' op: 'Foo' }"

static const struct {
  const char *text, *tags;
  const char *message;
  gboolean is_text;
} saved[] = {
  { TAGGED ("tags: 'serve'", UNFROZEN), NULL },
  { TAGGED ("tags: 'serve'", UNFROZEN), NULL, .is_text = TRUE },
  { TAGGED ("", UNFROZEN), NULL },
  { TAGGED ("tags: 'train'", OTHER) TAGGED ("tags: 'serve'", UNFROZEN), NULL },
  { TAGGED ("tags: 'serve'", OTHER) TAGGED ("tags: ['serve', 'gpu']", UNFROZEN),
    "gpu, serve" },
  { TAGGED ("tags: 'train'", OTHER) TAGGED ("tags: ['a', 'b']", UNFROZEN), "b,c",
    "no graph with the tags 'b,c'; there are: train; a, b" },
  { TAGGED ("tags: 'a'", OTHER) TAGGED ("tags: 'b'", OTHER), NULL,
    "no graph with the tags 'serve'; there are: a; b" },
  { "meta_graphs { meta_info_def { tags: 'serve' } }", NULL, "it holds no graph" },
};

static void
test_saved_models (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (saved); i++) {
    g_autoptr (GPtrArray) parts = saved_model (saved[i].text, saved[i].is_text);
    g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    if (saved[i].tags != NULL)
      g_hash_table_insert (options, (char *) "saved_model_tags", (char *) saved[i].tags);
    model = load (parts, NULL, options, &error);
    if (saved[i].message == NULL) {
      check_same (model, error);
      continue;
    }
    g_assert_null (model);
    assert_says (error, saved[i].message);
    g_error_free (error);
  }
}

/* --input_checkpoint names files on the disk. */
static void
test_input_checkpoint (void)
{
  static const Entry entries[] = { BUNDLE_HEADER, ENTRY ("w", WHOLE), { NULL } };
  g_autofree char *folder = g_dir_make_tmp ("weir-forms-XXXXXX", NULL);
  g_autofree char *prefix = g_build_filename (folder, "c", NULL);
  g_autofree char *index = g_strconcat (prefix, ".index", NULL);
  g_autofree char *data = g_strconcat (prefix, ".data-00000-of-00001", NULL);
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) parts = parts_new ();
  g_autoptr (GBytes) bytes = table (entries);
  GError *error = NULL;

  g_file_set_contents (index, g_bytes_get_data (bytes, NULL),
                       (gssize) g_bytes_get_size (bytes), NULL);
  g_file_set_contents (data, (const char *) values, sizeof values, NULL);
  add_part (parts, "m.pbtxt", g_bytes_new_static (UNFROZEN, strlen (UNFROZEN)));
  for (guint i = 0; i < 2; i++) {
    g_autoptr (WeirModel) model = NULL;

    g_hash_table_insert (options, (char *) "input_checkpoint", i == 0 ? prefix : index);
    model = load (parts, "m.pbtxt", options, &error);
    check_same (model, error);
  }
  g_remove (index);
  g_remove (data);
  g_assert_null (load (parts, "m.pbtxt", options, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_hash_table_remove_all (options);
  g_assert_null (load (parts, "m.pbtxt", options, &error));
  assert_says (error, "a variable without a value: name a checkpoint");
  g_error_free (error);
  g_rmdir (folder);
}

/* Two records, each a length, a checksum of it, an event and a checksum of that; the
 * first byte of an event's field is its number times 8 plus its kind. */
static void
test_tensorboard (void)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-board-XXXXXX", NULL);
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) parts = parts_new ();
  g_autoptr (GBytes) graph = message (&tf__graph_def__descriptor, FROZEN);
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (GDir) dir = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  GError *error = NULL;
  guint64 length;
  gsize size;

  g_hash_table_insert (options, (char *) "tensorboard_logdir", folder);
  add_part (parts, "m.pb", g_bytes_ref (graph));
  model = load (parts, "m.pb", options, &error);
  g_assert_no_error (error);
  dir = g_dir_open (folder, 0, NULL);
  path = g_build_filename (folder, g_dir_read_name (dir), NULL);
  g_assert_nonnull (strstr (path, "/events.out.tfevents."));
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  memcpy (&length, text, sizeof length);
  g_assert_cmpuint (length, ==, 1 + 8 + 2 + strlen ("brain.Event:2"));
  g_assert_cmpmem (text + 12 + 9, 15,
                   "\x1a\x0d"
                   "brain.Event:2",
                   15);
  g_assert_cmpint (text[12 + length + 4 + 12], ==, 9);
  g_assert_cmpint (text[12 + length + 4 + 12 + 9], ==, 0x22);
  g_assert_cmpmem (text + size - 4 - g_bytes_get_size (graph), g_bytes_get_size (graph),
                   g_bytes_get_data (graph, NULL), g_bytes_get_size (graph));
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensorflow/forms/bundles", test_bundles);
  g_test_add_func ("/tensorflow/forms/bad-bundles", test_bad_bundles);
  g_test_add_func ("/tensorflow/forms/version-1", test_version_1);
  g_test_add_func ("/tensorflow/forms/saved-models", test_saved_models);
  g_test_add_func ("/tensorflow/forms/input-checkpoint", test_input_checkpoint);
  g_test_add_func ("/tensorflow/forms/tensorboard", test_tensorboard);
  return g_test_run ();
}
