#include "checkpoint.h"

#include "base/checked.h"
#include "sstable.h"

#include <string.h>

/* tensorflow/core/protobuf/tensor_bundle.proto, util/saved_tensor_slice.proto. */

#define OBJECT_GRAPH "_CHECKPOINTABLE_OBJECT_GRAPH"
#define MAX_SHARDS   100000

/* Piece: what a file of the first version holds of one tensor. */
typedef struct {
  TfFile file;
  const Tf__SavedSlice *slice;
} Piece;

/**
 * TfCheckpoint:
 * @shards: opened files of data, by their number
 * @full_names: (nullable): names in the program -> names in the table
 * @meta: of a file of the first version: what tensors there are
 * @pieces: (nullable): of such a file: tensor -> GPtrArray of Piece
 */
struct _TfCheckpoint {
  WeirFolder *folder;
  WeirFolder *owned;
  char *prefix;
  WeirBudget budget;
  GHashTable *entries;
  GHashTable *shards;
  GHashTable *full_names;
  guint n_shards;
  TfFile meta;
  GHashTable *pieces;
};

static void
piece_free (gpointer data)
{
  Piece *piece = data;

  tf_file_clear (&piece->file);
  g_free (piece);
}

static GBytes *
find_entry (const TfCheckpoint *c, const char *name)
{
  g_autoptr (GBytes) key = g_bytes_new (name, strlen (name));

  return g_hash_table_lookup (c->entries, key);
}

/* The entry @bytes as a message, which lives in @file. */
static const void *
read_message (TfFile *file, GBytes *bytes, const ProtobufCMessageDescriptor *type,
              GError **error)
{
  return tf_file_read (file, bytes, type, FALSE, error) ? weir_wire_message (file->wire)
                                                        : NULL;
}

static gboolean
read_header (TfCheckpoint *c, GBytes *bytes, GError **error)
{
  TfFile file;
  const Tf__BundleHeaderProto *header =
      read_message (&file, bytes, &tf__bundle_header_proto__descriptor, error);
  gboolean good = header != NULL;

  if (good && header->endianness != 0)
    good = weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "its numbers are written with the highest byte first");
  if (good && (header->num_shards < 1 || header->num_shards > MAX_SHARDS))
    good =
        weir_fail (error, WEIR_ERROR_FORMAT, "expected 1 to %d files of data, found %d",
                   MAX_SHARDS, header->num_shards);
  if (good)
    c->n_shards = (guint) header->num_shards;
  tf_file_clear (&file);
  return good;
}

static gboolean
add_piece (TfCheckpoint *c, GBytes *bytes, GError **error)
{
  Piece *piece = g_new0 (Piece, 1);
  const Tf__SavedTensorSlices *slices =
      read_message (&piece->file, bytes, &tf__saved_tensor_slices__descriptor, error);
  GPtrArray *list;

  if (slices == NULL || slices->data == NULL || slices->data->name == NULL) {
    piece_free (piece);
    return slices != NULL &&
           weir_fail (error, WEIR_ERROR_FORMAT, "an entry holds no slice of a tensor");
  }
  piece->slice = slices->data;
  list = g_hash_table_lookup (c->pieces, piece->slice->name);
  if (list == NULL) {
    list = g_ptr_array_new_with_free_func (piece_free);
    g_hash_table_insert (c->pieces, piece->slice->name, list);
  }
  g_ptr_array_add (list, piece);
  return TRUE;
}

/* The first version: the entry without a name lists all, the others are the contents. */
static gboolean
read_version_1 (TfCheckpoint *c, GBytes *header, GError **error)
{
  const Tf__SavedTensorSlices *slices =
      read_message (&c->meta, header, &tf__saved_tensor_slices__descriptor, error);
  GHashTableIter iter;
  gpointer key, value;

  if (slices == NULL)
    return FALSE;
  if (slices->meta == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "the table does not list its tensors");
  c->pieces = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                     (GDestroyNotify) g_ptr_array_unref);
  g_hash_table_iter_init (&iter, c->entries);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (value != header && !add_piece (c, value, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_table (TfCheckpoint *c, WeirSource *source, gboolean is_bundle, GError **error)
{
  GBytes *bytes = weir_source_gbytes (source), *header;

  weir_budget_init (&c->budget, g_bytes_get_size (bytes));
  c->entries = weir_table_read (bytes, &c->budget, error);
  if (c->entries == NULL)
    return FALSE;
  header = find_entry (c, "");
  if (header == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "the table has no header");
  return is_bundle ? read_header (c, header, error) : read_version_1 (c, header, error);
}

static gboolean
open_files (TfCheckpoint *c, GError **error)
{
  g_autofree char *index = g_strconcat (c->prefix, ".index", NULL);
  gboolean is_bundle = weir_folder_has (c->folder, index);
  g_autoptr (WeirSource) source =
      weir_folder_file (c->folder, is_bundle ? index : c->prefix, error);

  if (source == NULL)
    return FALSE;
  if (read_table (c, source, is_bundle, error))
    return TRUE;
  g_prefix_error (error, "%s: ", weir_source_name (source));
  return FALSE;
}

/* (transfer full): @name without ".index". */
static char *
prefix_of (const char *name)
{
  gsize length = strlen (name);

  return g_str_has_suffix (name, ".index") ? g_strndup (name, length - strlen (".index"))
                                           : g_strdup (name);
}

gboolean
tf_checkpoint_there (const WeirFolder *folder, const char *prefix)
{
  g_autofree char *index = g_strconcat (prefix, ".index", NULL);

  return weir_folder_has (folder, index) || weir_folder_has (folder, prefix);
}

static TfCheckpoint *
open_in (WeirFolder *folder, WeirFolder *owned, const char *name, GError **error)
{
  TfCheckpoint *c = g_new0 (TfCheckpoint, 1);

  c->folder = folder;
  c->owned = owned;
  c->prefix = prefix_of (name);
  c->shards =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) weir_source_unref);
  if (open_files (c, error))
    return c;
  tf_checkpoint_free (c);
  return NULL;
}

TfCheckpoint *
tf_checkpoint_open (WeirFolder *folder, const char *prefix, GError **error)
{
  return open_in (folder, NULL, prefix, error);
}

TfCheckpoint *
tf_checkpoint_open_path (const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  WeirFolder *folder = weir_folder_new (directory);

  return open_in (folder, folder, name, error);
}

void
tf_checkpoint_free (TfCheckpoint *c)
{
  if (c == NULL)
    return;
  g_clear_pointer (&c->pieces, g_hash_table_unref);
  g_clear_pointer (&c->entries, g_hash_table_unref);
  g_clear_pointer (&c->full_names, g_hash_table_unref);
  g_hash_table_unref (c->shards);
  tf_file_clear (&c->meta);
  weir_folder_free (c->owned);
  g_free (c->prefix);
  g_free (c);
}

gboolean
tf_checkpoint_has (const TfCheckpoint *c, const char *name)
{
  if (c->pieces != NULL)
    return g_hash_table_contains (c->pieces, name);
  return *name != '\0' && find_entry (c, name) != NULL;
}

static WeirSource *
open_shard (TfCheckpoint *c, gint32 number, GError **error)
{
  WeirSource *source = g_hash_table_lookup (c->shards, GINT_TO_POINTER (number));
  g_autofree char *name = NULL;

  if (source != NULL)
    return source;
  if (number < 0 || (guint) number >= c->n_shards) {
    weir_fail (error, WEIR_ERROR_FORMAT, "it lies in file %d of %u", number, c->n_shards);
    return NULL;
  }
  name = g_strdup_printf ("%s.data-%05d-of-%05u", c->prefix, number, c->n_shards);
  source = weir_folder_file (c->folder, name, error);
  if (source == NULL)
    return NULL;
  c->budget.limit += weir_source_bytes (source).size * WEIR_BUDGET_PER_BYTE;
  g_hash_table_insert (c->shards, GINT_TO_POINTER (number), source);
  return source;
}

/* Where the contents of an entry lie in its shard, their checksum checked. */
static WeirSource *
find_contents (TfCheckpoint *c, const Tf__BundleEntryProto *entry, WeirBytes *contents,
               GError **error)
{
  WeirSource *source = open_shard (c, entry->shard_id, error);
  WeirBytes bytes;

  if (source == NULL)
    return NULL;
  bytes = weir_source_bytes (source);
  if (entry->offset < 0 || entry->size < 0 ||
      !weir_bytes_slice (&bytes, (gsize) entry->offset, (gsize) entry->size, contents)) {
    weir_fail (error, WEIR_ERROR_FORMAT,
               "its %" G_GINT64_FORMAT " bytes at %" G_GINT64_FORMAT
               " reach beyond the %zu of %s",
               entry->size, entry->offset, bytes.size, weir_source_name (source));
    return NULL;
  }
  if (entry->has_crc32c && weir_crc32c_mask (weir_crc32c (
                               0, contents->data, contents->size)) != entry->crc32c) {
    weir_fail (error, WEIR_ERROR_FORMAT, "its checksum is wrong");
    return NULL;
  }
  return source;
}

static gboolean
type_and_shape (Tf__DataType type, const Tf__TensorShapeProto *proto, WeirDtype *dtype,
                WeirShape *shape, GError **error)
{
  *dtype = tf_dtype (type);
  if (!tf_shape (proto, shape, error))
    return FALSE;
  if (*dtype == WEIR_DTYPE_UNKNOWN || *dtype == WEIR_DTYPE_STRING)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "elements of type %s",
                      tf_dtype_name (type));
  return weir_shape_is_static (shape) ||
         weir_fail (error, WEIR_ERROR_FORMAT, "its shape is not known");
}

static WeirTensor *
read_contents (TfCheckpoint *c, const Tf__BundleEntryProto *entry, GError **error)
{
  WeirBytes contents;
  WeirDtype dtype;
  WeirShape shape;
  WeirSource *source;

  if (!type_and_shape (entry->dtype, entry->shape, &dtype, &shape, error))
    return NULL;
  source = find_contents (c, entry, &contents, error);
  if (source == NULL)
    return NULL;
  return weir_tensor_new_from_bytes (dtype, &shape, weir_source_gbytes (source),
                                     (gsize) entry->offset, contents.size, error);
}

/* A tensor that pieces are to be copied into; what it may take depends on the files that
 * have been opened. */
static WeirTensor *
new_whole (TfCheckpoint *c, WeirDtype dtype, const WeirShape *shape, GError **error)
{
  gsize size;

  if (!weir_tensor_bytes (dtype, shape, &size, error) ||
      !weir_budget_take (&c->budget, size, "a variable in pieces", error))
    return NULL;
  return weir_tensor_new (dtype, shape, error);
}

static gboolean
join_slice (TfCheckpoint *c, WeirTensor *whole, const char *name,
            const Tf__TensorSliceProto *slice, GError **error)
{
  g_autoptr (GBytes) key = tf_slice_key (name, slice);
  GBytes *bytes = g_hash_table_lookup (c->entries, key);
  const Tf__BundleEntryProto *entry;
  WeirTensor *part = NULL;
  gboolean good = FALSE;
  TfFile file;

  if (bytes == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "a slice of it is missing");
  entry = read_message (&file, bytes, &tf__bundle_entry_proto__descriptor, error);
  if (entry != NULL)
    part = read_contents (c, entry, error);
  if (part != NULL && weir_tensor_dtype (part) != weir_tensor_dtype (whole))
    weir_fail (error, WEIR_ERROR_FORMAT, "a slice has another element type");
  else if (part != NULL)
    good = tf_slice_copy (whole, slice, part, error);
  weir_tensor_unref (part);
  tf_file_clear (&file);
  return good;
}

static WeirTensor *
join_slices (TfCheckpoint *c, const char *name, const Tf__BundleEntryProto *entry,
             GError **error)
{
  WeirTensor *whole;
  WeirDtype dtype;
  WeirShape shape;

  if (!type_and_shape (entry->dtype, entry->shape, &dtype, &shape, error))
    return NULL;
  whole = new_whole (c, dtype, &shape, error);
  for (gsize i = 0; whole != NULL && i < entry->n_slices; i++)
    if (!join_slice (c, whole, name, entry->slices[i], error))
      g_clear_pointer (&whole, weir_tensor_unref);
  return whole;
}

static const Tf__SavedSliceMeta *
find_meta (const TfCheckpoint *c, const char *name)
{
  const Tf__SavedTensorSlices *slices = weir_wire_message (c->meta.wire);

  for (gsize i = 0; i < slices->meta->n_tensor; i++)
    if (g_strcmp0 (slices->meta->tensor[i]->name, name) == 0)
      return slices->meta->tensor[i];
  return NULL;
}

/* A piece tells its values alone; its shape follows from the slice. */
static WeirTensor *
read_piece (Piece *piece, Tf__DataType type, const WeirShape *shape, GError **error)
{
  Tf__TensorShapeProto__Dim dims[WEIR_MAX_RANK];
  Tf__TensorShapeProto__Dim *list[WEIR_MAX_RANK];
  Tf__TensorShapeProto proto = TF__TENSOR_SHAPE_PROTO__INIT;
  Tf__TensorProto tensor;

  if (piece->slice->data == NULL) {
    weir_fail (error, WEIR_ERROR_FORMAT, "a slice of it has no contents");
    return NULL;
  }
  for (int i = 0; i < shape->rank; i++) {
    tf__tensor_shape_proto__dim__init (&dims[i]);
    dims[i].size = shape->dims[i];
    list[i] = &dims[i];
  }
  proto.dim = list;
  proto.n_dim = (gsize) shape->rank;
  tensor = *piece->slice->data;
  tensor.dtype = type;
  tensor.tensor_shape = &proto;
  return tf_tensor_read (&piece->file, &tensor, error);
}

static WeirTensor *
join_pieces (TfCheckpoint *c, const char *name, GError **error)
{
  const GPtrArray *list = g_hash_table_lookup (c->pieces, name);
  const Tf__SavedSliceMeta *meta = find_meta (c, name);
  WeirTensor *whole = NULL;
  WeirDtype dtype;
  WeirShape shape;

  if (meta == NULL)
    weir_fail (error, WEIR_ERROR_FORMAT, "the table does not list it");
  else if (type_and_shape (meta->type, meta->shape, &dtype, &shape, error))
    whole = new_whole (c, dtype, &shape, error);
  for (guint i = 0; whole != NULL && i < list->len; i++) {
    Piece *piece = list->pdata[i];
    Tf__TensorSliceProto none = TF__TENSOR_SLICE_PROTO__INIT;
    const Tf__TensorSliceProto *slice =
        piece->slice->slice != NULL ? piece->slice->slice : &none;
    WeirTensor *part = NULL;

    if (tf_slice_shape (weir_tensor_shape (whole), slice, &shape, error))
      part = read_piece (piece, meta->type, &shape, error);
    if (part == NULL || !tf_slice_copy (whole, slice, part, error))
      g_clear_pointer (&whole, weir_tensor_unref);
    weir_tensor_unref (part);
  }
  return whole;
}

static WeirTensor *
read_entry (TfCheckpoint *c, const char *name, GError **error)
{
  GBytes *bytes = find_entry (c, name);
  const Tf__BundleEntryProto *entry;
  WeirTensor *tensor = NULL;
  TfFile file;

  entry = read_message (&file, bytes, &tf__bundle_entry_proto__descriptor, error);
  if (entry != NULL)
    tensor = entry->n_slices > 0 ? join_slices (c, name, entry, error)
                                 : read_contents (c, entry, error);
  tf_file_clear (&file);
  return tensor;
}

WeirTensor *
tf_checkpoint_tensor (TfCheckpoint *c, const char *name, GError **error)
{
  WeirTensor *tensor;

  if (!tf_checkpoint_has (c, name)) {
    weir_fail (error, WEIR_ERROR_FORMAT, "checkpoint '%s' has no tensor '%s'", c->prefix,
               name);
    return NULL;
  }
  tensor = c->pieces != NULL ? join_pieces (c, name, error) : read_entry (c, name, error);
  if (tensor == NULL)
    g_prefix_error (error, "checkpoint '%s', tensor '%s': ", c->prefix, name);
  return tensor;
}

/* (transfer full): what the scalar string of the object graph holds: its length, a
 * checksum of that, and its bytes. */
static GBytes *
object_graph (TfCheckpoint *c)
{
  GBytes *bytes = find_entry (c, OBJECT_GRAPH), *text = NULL;
  const Tf__BundleEntryProto *entry;
  WeirBytes contents, all;
  WeirSource *source = NULL;
  guint64 length;
  TfFile file;

  if (bytes == NULL)
    return NULL;
  entry = read_message (&file, bytes, &tf__bundle_entry_proto__descriptor, NULL);
  if (entry != NULL && entry->dtype == TF__DATA_TYPE__DT_STRING)
    source = open_shard (c, entry->shard_id, NULL);
  if (source != NULL) {
    all = weir_source_bytes (source);
    if (entry->offset >= 0 && entry->size >= 0 &&
        weir_bytes_slice (&all, (gsize) entry->offset, (gsize) entry->size, &contents) &&
        weir_bytes_varint (&contents, &length) && weir_bytes_skip (&contents, 4) &&
        length <= weir_bytes_left (&contents))
      text = g_bytes_new_from_bytes (weir_source_gbytes (source),
                                     (gsize) entry->offset + contents.pos, length);
  }
  tf_file_clear (&file);
  return text;
}

static void
read_full_names (TfCheckpoint *c)
{
  g_autoptr (GBytes) bytes = object_graph (c);
  const Tf__TrackableObjectGraph *graph = NULL;
  TfFile file = { 0 };

  c->full_names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (bytes != NULL)
    graph = read_message (&file, bytes, &tf__trackable_object_graph__descriptor, NULL);
  for (gsize i = 0; graph != NULL && i < graph->n_nodes; i++)
    for (gsize k = 0; k < graph->nodes[i]->n_attributes; k++) {
      const Tf__SerializedTensor *tensor = graph->nodes[i]->attributes[k];

      if (tensor->full_name != NULL && tensor->checkpoint_key != NULL)
        g_hash_table_insert (c->full_names, g_strdup (tensor->full_name),
                             g_strdup (tensor->checkpoint_key));
    }
  tf_file_clear (&file);
}

const char *
tf_checkpoint_key (TfCheckpoint *c, const char *full_name)
{
  if (c->full_names == NULL)
    read_full_names (c);
  return g_hash_table_lookup (c->full_names, full_name);
}
