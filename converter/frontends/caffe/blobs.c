#include "caffe.h"

#include <string.h>

GHashTable *
cf_blobs_index (const Caffe__NetWeights *net)
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

static const CfBlobs *
blobs_of (const CfLayer *l)
{
  return g_hash_table_lookup (l->import->blobs, l->make.name);
}

guint
cf_n_blobs (const CfLayer *l)
{
  const CfBlobs *blobs = blobs_of (l);

  return blobs != NULL ? (guint) blobs->n : 0;
}

static const Caffe__BlobProto *
find_blob (CfLayer *l, guint index)
{
  const CfBlobs *blobs = blobs_of (l);

  if (blobs != NULL && index < blobs->n)
    return blobs->blobs[index];
  weir_make_invalid (&l->make, "weights %u are missing: the weights file has %u", index,
                     cf_n_blobs (l));
  return NULL;
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
read_elements (CfLayer *l, const Caffe__BlobProto *blob, GError **error)
{
  gboolean wide = !blob->has_data && blob->has_double_data;
  WeirDtype dtype = wide ? WEIR_DTYPE_F64 : WEIR_DTYPE_F32;
  g_autoptr (WeirTensor) tensor = NULL;
  WeirShape shape;
  gsize offset, size;

  weir_wire_slice (l->import->weights, wide ? &blob->double_data : &blob->data, &offset,
                   &size);
  shape = WEIR_SHAPE ((gint64) (size / weir_dtype_size (dtype)));
  tensor = weir_tensor_new_from_bytes (
      dtype, &shape, weir_source_gbytes (l->import->input->source), offset, size, error);
  return tensor != NULL ? weir_tensor_convert (tensor, WEIR_DTYPE_F32, error) : NULL;
}

WeirTensor *
cf_blob (CfLayer *l, guint index, const WeirShape *shape)
{
  const Caffe__BlobProto *blob = find_blob (l, index);
  g_autoptr (WeirTensor) elements = NULL;
  WeirShape own;
  WeirTensor *tensor;

  if (blob == NULL || weir_build_failed (l->make.b))
    return NULL;
  elements = read_elements (l, blob, &l->make.b->error);
  if (elements == NULL || (shape == NULL && !blob_shape (blob, &own, &l->make.b->error)))
    return NULL;
  tensor =
      weir_tensor_reshape (elements, shape != NULL ? shape : &own, &l->make.b->error);
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
  const Caffe__BlobProto *blob = find_blob (l, index);
  g_autoptr (WeirTensor) elements = blob != NULL && !weir_build_failed (l->make.b)
                                        ? read_elements (l, blob, &l->make.b->error)
                                        : NULL;

  return elements != NULL ? weir_tensor_count (elements) : 0;
}

WeirPort
cf_vector (CfLayer *l, guint index)
{
  WeirShape shape = WEIR_SHAPE ((gint64) cf_blob_count (l, index));

  return cf_weights (l, index, &shape);
}
