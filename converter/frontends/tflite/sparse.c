#include "tflite.h"

#include <string.h>

/* Sparse contents. The dimensions of the tensor, then those of its blocks, are levels of
 * a tree in the order of traversal_order; a level is dense, or lists which of its indices
 * there are (array_indices) below each node of the level above (array_segments). The
 * leaves are the values, in order. */

#define MAX_LEVELS (2 * WEIR_MAX_RANK)

enum { DENSE, SPARSE_CSR };

typedef struct {
  gboolean dense;
  gint64 size; /* how many indices there may be */
  WeirFlatVector segments, indices;
  gint64 stride; /* elements from one index to the next */
} Level;

typedef struct {
  WeirFlat *flat;
  Level levels[MAX_LEVELS];
  guint n_levels;
  const guint8 *values;
  gsize n_values, next, element;
  guint8 *to;
} Sparse;

/* Bytes a number, by the union SparseIndexVector. */
static WeirFlatVector
number_list (const WeirFlatTable *table, guint type_slot)
{
  static const gsize sizes[] = { 0, 4, 2, 1 };
  guint32 type = weir_flat_u8 (table, type_slot, 0);
  WeirFlatVector none = { .count = 0 };
  WeirFlatTable list;

  if (type == 0 || type >= G_N_ELEMENTS (sizes) ||
      !weir_flat_table (table, type_slot + 1, &list))
    return none;
  return weir_flat_vector (&list, 0, sizes[type]);
}

/* The dimension that level @at splits, and whether it is the one within blocks. */
static gboolean
dimension_of (WeirFlat *flat, const WeirFlatTable *table, guint rank, guint at,
              guint *dim, gboolean *block)
{
  WeirFlatVector order = weir_flat_vector (table, SPARSITY_TRAVERSAL_ORDER, 4);
  WeirFlatVector map = weir_flat_vector (table, SPARSITY_BLOCK_MAP, 4);
  gint32 index = weir_flat_at_i32 (&order, at);

  *block = index >= (gint32) rank;
  if (*block)
    index = weir_flat_at_i32 (&map, (guint32) index - rank);
  if (index < 0 || index >= (gint32) rank || *block != (at >= rank))
    return weir_flat_fail (flat, "level %u of the sparse contents is of no dimension",
                           at);
  *dim = (guint) index;
  return flat->error == NULL;
}

/* Every node has its own part of the list below, one behind the other: else a small file
 * could make endless work. */
static gboolean
is_ascending (const WeirFlatVector *segments)
{
  for (guint32 i = 1; i < segments->count; i++)
    if (weir_flat_at_number (segments, i) < weir_flat_at_number (segments, i - 1))
      return FALSE;
  return TRUE;
}

/* One level; @blocks holds the sizes of the blocks found so far, 0 for none. */
static gboolean
read_level (Sparse *sparse, guint at, const WeirFlatTable *entry, gint64 dim,
            gsize stride, gboolean within, gint64 *block)
{
  Level *level = &sparse->levels[at];

  level->dense = weir_flat_i8 (entry, DIMENSION_FORMAT, DENSE) == DENSE;
  level->size = weir_flat_i32 (entry, DIMENSION_DENSE_SIZE, 0);
  level->segments = number_list (entry, DIMENSION_SEGMENTS_TYPE);
  level->indices = number_list (entry, DIMENSION_INDICES_TYPE);
  level->stride = (gint64) stride * (within ? 1 : *block);
  if (within) {
    if (!level->dense || level->size < 1 || *block != 1)
      return weir_flat_fail (sparse->flat, "level %u: blocks of %" G_GINT64_FORMAT, at,
                             level->size);
    *block = level->size;
    return TRUE;
  }
  if (dim % *block != 0 || (level->dense && level->size != dim / *block))
    return weir_flat_fail (sparse->flat,
                           "level %u has %" G_GINT64_FORMAT
                           " indices, but its dimension %" G_GINT64_FORMAT,
                           at, level->size, dim);
  level->size = dim / *block;
  return is_ascending (&level->segments) ||
         weir_flat_fail (sparse->flat, "the segments of level %u do not ascend", at);
}

/* From behind, as the blocks' sizes are needed for the dimensions in front. */
static gboolean
read_levels (Sparse *sparse, const WeirFlatTable *table, const WeirShape *shape)
{
  WeirFlatVector list = weir_flat_vector (table, SPARSITY_DIMENSIONS, 4);
  gint64 blocks[WEIR_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  gboolean seen[WEIR_MAX_RANK] = { FALSE };
  gsize strides[WEIR_MAX_RANK];
  guint rank = (guint) shape->rank;

  if (list.count < rank || list.count > MAX_LEVELS)
    return weir_flat_fail (sparse->flat, "%u levels for %u dimensions", list.count, rank);
  weir_shape_strides (shape, strides);
  sparse->n_levels = list.count;
  for (guint i = list.count; i > 0; i--) {
    gboolean within = FALSE;
    WeirFlatTable entry;
    guint dim = 0;

    if (!weir_flat_at_table (&list, i - 1, &entry) ||
        !dimension_of (sparse->flat, table, rank, i - 1, &dim, &within) ||
        !read_level (sparse, i - 1, &entry, shape->dims[dim], strides[dim], within,
                     &blocks[dim]))
      return FALSE;
    if (!within && seen[dim])
      return weir_flat_fail (sparse->flat, "dimension %u is stored twice", dim);
    seen[dim] = seen[dim] || !within;
  }
  return sparse->flat->error == NULL;
}

/* Visits the nodes of level @at below node @parent; depth is at most MAX_LEVELS. */
static gboolean
fill (Sparse *sparse, guint at, gint64 parent, gsize offset)
{
  const Level *level = &sparse->levels[at];
  gint64 begin = 0, end = level->size;

  if (at == sparse->n_levels) {
    if (sparse->next >= sparse->n_values)
      return weir_flat_fail (sparse->flat, "only %zu values", sparse->n_values);
    memcpy (sparse->to + offset * sparse->element,
            sparse->values + sparse->next++ * sparse->element, sparse->element);
    return TRUE;
  }
  if (!level->dense) {
    begin = weir_flat_at_number (&level->segments, (guint32) parent);
    end = weir_flat_at_number (&level->segments, (guint32) parent + 1);
  }
  for (gint64 i = begin; i < end && sparse->flat->error == NULL; i++) {
    gint64 index = level->dense ? i : weir_flat_at_number (&level->indices, (guint32) i);
    gint64 node = level->dense ? parent * level->size + i : i;

    if (index < 0 || index >= level->size || node > G_MAXUINT32 - 1)
      return weir_flat_fail (sparse->flat, "index %" G_GINT64_FORMAT " on level %u",
                             index, at);
    if (!fill (sparse, at + 1, node, offset + (gsize) (index * level->stride)))
      return FALSE;
  }
  return sparse->flat->error == NULL;
}

/* Each step leads to a value or to the next node of a list, so that the work is bounded
 * by the sizes of both; dense levels that lead to nothing are bounded by the tensor's
 * size. */
WeirTensor *
weir_tflite_densify (WeirTfliteFile *file, const WeirTfliteTensor *tensor, GError **error)
{
  Sparse sparse = { .flat = &file->flat,
                    .values = tensor->data.data,
                    .element = weir_dtype_size (tensor->dtype) };
  g_autoptr (WeirTensor) dense = NULL;
  gsize size;

  if (!weir_tensor_bytes (tensor->dtype, &tensor->shape, &size, error) ||
      !weir_budget_take (&file->flat.budget, size, "a sparse constant", error))
    return NULL;
  if (sparse.element == 0) {
    weir_flat_fail (sparse.flat, "sparse contents of packed elements");
  } else {
    sparse.n_values = tensor->data.size / sparse.element;
    dense = weir_tensor_new (tensor->dtype, &tensor->shape, error);
    if (dense == NULL)
      return NULL;
    sparse.to = weir_tensor_writable (dense);
    if (read_levels (&sparse, &tensor->sparsity, &tensor->shape))
      fill (&sparse, 0, 0, 0);
  }
  if (sparse.flat->error == NULL)
    return g_steal_pointer (&dense);
  g_propagate_error (error, g_steal_pointer (&sparse.flat->error));
  return NULL;
}
