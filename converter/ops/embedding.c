#include "list.h"

/* Embedding bags: rows of a table, summed or averaged over bags of indices. The three
 * families differ in how they say which bag an index is in: an offset where each bag
 * begins, a row of indices a bag, or a segment's number an index. */

static const WeirAttrRow reduction_attrs[] = {
  { "reduction", WEIR_ATTR_STRING, "sum", "sum|mean", 0, 0 },
  { NULL },
};

/* Where the inputs of a family stand; 0 means it has none. */
typedef struct {
  gboolean packed;
  guint bags, count, fallback, weights;
  gboolean mean;
} Family;

static Family
family_of (const WeirNode *node)
{
  gboolean reduces = node->op->attrs != NULL;
  gboolean mean = reduces && weir_node_string_is (node, "reduction", "mean");

  if (weir_node_is (node, "EmbeddingSegmentsSum"))
    return (Family){ FALSE, 2, 3, 4, 5, FALSE };
  if (weir_node_is (node, "EmbeddingBagPackedSum") ||
      weir_node_is (node, "EmbeddingBagPacked"))
    return (Family){ TRUE, 0, 0, 0, 2, mean };
  return (Family){ FALSE, 2, 0, 3, 4, mean };
}

static gboolean
check_indices (const WeirInfer *infer, const Family *f, GError **error)
{
  const WeirShape *indices = &infer->inputs[1].shape;
  WeirShape same = *indices;
  int rank = f->packed ? 2 : 1;

  if (!weir_infer_indices (infer, 1, error) ||
      (f->bags != 0 && !weir_infer_indices (infer, f->bags, error)))
    return FALSE;
  if ((indices->rank >= 0 && indices->rank != rank) ||
      (f->bags != 0 && infer->inputs[f->bags].shape.rank >= 0 &&
       infer->inputs[f->bags].shape.rank != 1))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected indices of rank %d, and one list of bags", rank);
  if (infer->n_inputs > f->weights &&
      (!weir_infer_same_type (infer, 0, f->weights, error) ||
       !weir_shape_merge (&same, &infer->inputs[f->weights].shape)))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected a weight for each index, of the table's element type");
  if (f->count != 0 && !weir_shape_merge (&same, &infer->inputs[f->bags].shape))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected a segment for each index");
  return TRUE;
}

/* The number of bags, -1 where it is unknown. */
static gboolean
count_bags (const WeirInfer *infer, const Family *f, gint64 *bags, GError **error)
{
  const WeirShape *list = &infer->inputs[f->packed ? 1 : f->bags].shape;
  WeirList count;

  *bags = list->rank > 0 ? list->dims[0] : WEIR_DIM_UNKNOWN;
  if (f->count == 0)
    return TRUE;
  if (!weir_list_input (infer, f->count, "num_segments", &count, error) ||
      !weir_list_length (&count, "num_segments", 1, error))
    return FALSE;
  *bags = count.known ? count.values[0] : WEIR_DIM_UNKNOWN;
  if (count.known && *bags < 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "num_segments is %" G_GINT64_FORMAT ", expected at least 0", *bags);
  return TRUE;
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  const Family f = family_of (infer->node);
  WeirShape y = infer->inputs[0].shape;
  WeirList fallback;
  gint64 bags;

  if (!check_indices (infer, &f, error) || !count_bags (infer, &f, &bags, error))
    return FALSE;
  if (f.fallback != 0 && infer->n_inputs > f.fallback &&
      (!weir_list_input (infer, f.fallback, "default_index", &fallback, error) ||
       !weir_list_length (&fallback, "default_index", 1, error)))
    return FALSE;
  if (y.rank == 0)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected a table, found a scalar");
  if (y.rank > 0)
    y.dims[0] = bags;
  return weir_infer_sized (infer, 0, infer->inputs[0].dtype, &y, error);
}

/* The bag of index @k; offsets must ascend from 0. */
static gboolean
bag_of (const WeirEval *eval, const Family *f, gint64 k, gint64 *bag, GError **error)
{
  const gint64 *out = eval->infos[0].shape.dims;
  const WeirTensor *list = f->packed ? NULL : eval->inputs[f->bags];

  if (f->packed) {
    *bag = k / weir_tensor_shape (eval->inputs[1])->dims[1];
    return TRUE;
  }
  if (f->count != 0) {
    *bag = weir_tensor_get_int (list, (gsize) k);
    return weir_index_wrap (bag, out[0], error);
  }
  while (*bag + 1 < out[0] && weir_tensor_get_int (list, (gsize) *bag + 1) <= k)
    ++*bag;
  if (*bag >= out[0] || weir_tensor_get_int (list, (gsize) *bag) > k)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "offsets must ascend from 0: no bag holds index %" G_GINT64_FORMAT,
                      k);
  return TRUE;
}

/* Adds a row of the table, times @weight, to a bag. */
static gboolean
add_row (WeirEval *eval, gint64 index, gint64 bag, double weight, GError **error)
{
  const WeirTensor *table = eval->inputs[0];
  WeirTensor *y = eval->outputs[0];
  WeirDtype dtype = weir_tensor_dtype (table);
  gsize rows = (gsize) weir_tensor_shape (table)->dims[0], size;

  if (!weir_index_wrap (&index, (gint64) rows, error))
    return FALSE;
  size = weir_tensor_count (table) / rows;
  for (gsize i = 0; i < size; i++) {
    gsize from = (gsize) index * size + i, to = (gsize) bag * size + i;

    weir_dtype_store (dtype, weir_tensor_writable (y), to,
                      weir_tensor_get (y, to) + weight * weir_tensor_get (table, from));
  }
  return TRUE;
}

/* An empty bag takes the default row, if there is one; an average is divided. */
static gboolean
finish_bag (WeirEval *eval, const Family *f, gint64 bag, guint32 count, GError **error)
{
  WeirTensor *y = eval->outputs[0];
  gsize size = weir_tensor_count (y) / (gsize) eval->infos[0].shape.dims[0];

  if (count == 0 && f->fallback != 0 && eval->n_inputs > f->fallback) {
    gint64 index = weir_tensor_get_int (eval->inputs[f->fallback], 0);

    return index == -1 || add_row (eval, index, bag, 1, error);
  }
  for (gsize i = 0; f->mean && count > 1 && i < size; i++) {
    gsize at = (gsize) bag * size + i;

    weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), at,
                      weir_tensor_get (y, at) / count);
  }
  return TRUE;
}

static gboolean
fill_bags (WeirEval *eval, const Family *f, guint32 *counts, GError **error)
{
  const WeirTensor *indices = eval->inputs[1];
  const WeirTensor *weights =
      eval->n_inputs > f->weights ? eval->inputs[f->weights] : NULL;
  gint64 bag = 0;

  for (gsize k = 0; k < weir_tensor_count (indices); k++) {
    double weight = weights != NULL ? weir_tensor_get (weights, k) : 1;

    if (!bag_of (eval, f, (gint64) k, &bag, error) ||
        !add_row (eval, weir_tensor_get_int (indices, k), bag, weight, error))
      return FALSE;
    counts[bag]++;
  }
  for (bag = 0; bag < eval->infos[0].shape.dims[0]; bag++)
    if (!finish_bag (eval, f, bag, counts[bag], error))
      return FALSE;
  return TRUE;
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const Family f = family_of (eval->node);
  guint32 *counts;
  gboolean good;

  if (weir_eval_inferred (eval, 0, error) == NULL)
    return FALSE;
  counts = weir_try_alloc ((gsize) eval->infos[0].shape.dims[0] * sizeof *counts, error);
  if (counts == NULL)
    return FALSE;
  good = fill_bags (eval, &f, counts, error);
  weir_free (counts);
  return good;
}

#define WEIR_OP_BAG_DEFINE(id, op, since, rows, least, most, text) \
  WEIR_OP_DEFINE (id) = {                                          \
    .name = op,                                                    \
    .versions = { since },                                         \
    .min_inputs = least,                                           \
    .max_inputs = most,                                            \
    .outputs = 1,                                                  \
    .attrs = rows,                                                 \
    .summary = text,                                               \
    .infer = infer,                                                \
    .evaluate = evaluate,                                          \
  }

WEIR_OP_BAG_DEFINE (bag_offsets_sum, "EmbeddingBagOffsetsSum", 3, NULL, 3, 5,
                    "Sums of table rows over bags that begin at offsets");
WEIR_OP_BAG_DEFINE (bag_packed_sum, "EmbeddingBagPackedSum", 3, NULL, 2, 3,
                    "Sums of table rows over bags of equal length");
WEIR_OP_BAG_DEFINE (bag_segments_sum, "EmbeddingSegmentsSum", 3, NULL, 4, 6,
                    "Sums of table rows over numbered segments");
WEIR_OP_BAG_DEFINE (bag_offsets, "EmbeddingBagOffsets", 15, reduction_attrs, 3, 5,
                    "Sums or means of table rows over bags that begin at offsets");
WEIR_OP_BAG_DEFINE (bag_packed, "EmbeddingBagPacked", 15, reduction_attrs, 2, 3,
                    "Sums or means of table rows over bags of equal length");
