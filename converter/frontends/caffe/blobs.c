#include "caffe.h"

#include <string.h>

/* Weights of one layer in HDF5 that are counted: a recurrent one has the most. */
#define MAX_BLOBS 64

/* Layer name -> CfBlobs. */
static GHashTable *
index_blobs (const Caffe__NetWeights *net)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  for (gsize i = 0; i < net->n_layers; i++) {
    CfBlobs blobs = { net->layers[i]->blobs, net->layers[i]->n_blobs };

    if (net->layers[i]->name != NULL && blobs.n > 0)
      g_hash_table_insert (index, net->layers[i]->name, g_memdup2 (&blobs, sizeof blobs));
  }
  for (gsize i = 0; i < net->n_layer; i++) {
    CfBlobs blobs = { net->layer[i]->blobs, net->layer[i]->n_blobs };

    if (net->layer[i]->name != NULL && blobs.n > 0)
      g_hash_table_insert (index, net->layer[i]->name, g_memdup2 (&blobs, sizeof blobs));
  }
  return index;
}

static gboolean
is_hdf5 (const WeirSource *source)
{
  static const guint8 magic[] = { 0x89, 'H', 'D', 'F' };
  WeirBytes bytes = weir_source_bytes (source);

  return bytes.size >= sizeof magic && memcmp (bytes.data, magic, sizeof magic) == 0;
}

gboolean
cf_weights_open (CfWeights *weights, const WeirFrontendInput *input, GError **error)
{
  if (is_hdf5 (input->source)) {
    weights->hdf5 = weir_hdf5_open (weir_source_gbytes (input->source), error);
    return weights->hdf5 != NULL;
  }
  weights->wire = weir_wire_read (weir_source_bytes (input->source),
                                  &caffe__net_weights__descriptor, NULL, error);
  if (weights->wire == NULL)
    return FALSE;
  weights->index = index_blobs (weir_wire_message (weights->wire));
  return TRUE;
}

void
cf_weights_clear (CfWeights *weights)
{
  g_clear_pointer (&weights->index, g_hash_table_unref);
  g_clear_pointer (&weights->wire, weir_wire_free);
  g_clear_pointer (&weights->hdf5, weir_hdf5_free);
}

/* Where Caffe keeps a blob in HDF5. */
static char *
blob_path (const CfLayer *l, guint index)
{
  return g_strdup_printf ("data/%s/%u", l->make.name, index);
}

static const CfBlobs *
blobs_of (const CfLayer *l)
{
  GHashTable *index = l->import->weights.index;

  return index != NULL ? g_hash_table_lookup (index, l->make.name) : NULL;
}

static guint
count_hdf5 (const CfLayer *l)
{
  for (guint i = 0; i < MAX_BLOBS; i++) {
    g_autofree char *path = blob_path (l, i);

    if (!weir_hdf5_has (l->import->weights.hdf5, path))
      return i;
  }
  return MAX_BLOBS;
}

guint
cf_n_blobs (const CfLayer *l)
{
  const CfBlobs *blobs = blobs_of (l);

  if (l->import->weights.hdf5 != NULL)
    return count_hdf5 (l);
  return blobs != NULL ? (guint) blobs->n : 0;
}

/* Whether weights @index are there. */
static gboolean
has_blob (CfLayer *l, guint index)
{
  guint count = cf_n_blobs (l);

  if (weir_build_failed (l->make.b))
    return FALSE;
  if (index >= count)
    weir_make_invalid (&l->make, "weights %u are missing: the weights file has %u", index,
                       count);
  return index < count;
}

/* The shape of the file; old files have four numbers instead. */
static gboolean
blob_shape (const Caffe__BlobProto *blob, WeirShape *shape, GError **error)
{
  const gint64 old[] = { blob->num, blob->channels, blob->height, blob->width };

  if (blob->shape != NULL)
    return weir_shape_init (shape, blob->shape->dim, blob->shape->n_dim, error);
  return weir_shape_init (shape, old, G_N_ELEMENTS (old), error);
}

/* Elements as they lie in the file: singles, or doubles where there are none. */
static WeirTensor *
read_elements (const WeirWire *wire, WeirSource *source, const Caffe__BlobProto *blob,
               GError **error)
{
  gboolean wide = !blob->has_data && blob->has_double_data;
  WeirDtype dtype = wide ? WEIR_DTYPE_F64 : WEIR_DTYPE_F32;
  WeirShape shape;
  gsize offset, size;

  weir_wire_slice (wire, wide ? &blob->double_data : &blob->data, &offset, &size);
  shape = WEIR_SHAPE ((gint64) (size / weir_dtype_size (dtype)));
  return weir_tensor_new_from_bytes (dtype, &shape, weir_source_gbytes (source), offset,
                                     size, error);
}

WeirTensor *
cf_blob_read (const WeirWire *wire, WeirSource *source, const Caffe__BlobProto *blob,
              GError **error)
{
  g_autoptr (WeirTensor) elements = read_elements (wire, source, blob, error);
  g_autoptr (WeirTensor) singles =
      elements != NULL ? weir_tensor_convert (elements, WEIR_DTYPE_F32, error) : NULL;
  WeirShape shape;

  return singles != NULL && blob_shape (blob, &shape, error)
             ? weir_tensor_reshape (singles, &shape, error)
             : NULL;
}

/* Weights @index with the shape of the file where @shaped, else as one dimension. */
static WeirTensor *
read_blob (CfLayer *l, guint index, gboolean shaped, GError **error)
{
  const CfWeights *weights = &l->import->weights;
  g_autofree char *path = blob_path (l, index);
  g_autoptr (WeirTensor) tensor = NULL;
  const Caffe__BlobProto *blob;

  if (weights->hdf5 != NULL) {
    tensor = weir_hdf5_tensor (weights->hdf5, path, error);
  } else {
    blob = blobs_of (l)->blobs[index];
    tensor = shaped
                 ? cf_blob_read (weights->wire, l->import->input->source, blob, error)
                 : read_elements (weights->wire, l->import->input->source, blob, error);
  }
  return tensor != NULL ? weir_tensor_convert (tensor, WEIR_DTYPE_F32, error) : NULL;
}

WeirTensor *
cf_blob (CfLayer *l, guint index, const WeirShape *shape)
{
  g_autoptr (WeirTensor) read = NULL;
  WeirTensor *tensor = NULL;

  if (!has_blob (l, index))
    return NULL;
  read = read_blob (l, index, shape == NULL, &l->make.b->error);
  if (read != NULL)
    tensor = shape != NULL ? weir_tensor_reshape (read, shape, &l->make.b->error)
                           : weir_tensor_ref (read);
  if (tensor == NULL)
    g_prefix_error (&l->make.b->error, "weights %u: ", index);
  return tensor;
}

WeirPort
cf_weights (CfLayer *l, guint index, const WeirShape *shape)
{
  WeirTensor *tensor = cf_blob (l, index, shape);

  return tensor != NULL ? weir_make_constant (&l->make, tensor) : WEIR_PORT_NONE;
}

gsize
cf_blob_count (CfLayer *l, guint index)
{
  g_autoptr (WeirTensor) elements = NULL;

  if (!has_blob (l, index))
    return 0;
  elements = read_blob (l, index, FALSE, &l->make.b->error);
  return elements != NULL ? weir_tensor_count (elements) : 0;
}

WeirPort
cf_vector (CfLayer *l, guint index)
{
  WeirShape shape = WEIR_SHAPE ((gint64) cf_blob_count (l, index));

  return cf_weights (l, index, &shape);
}
