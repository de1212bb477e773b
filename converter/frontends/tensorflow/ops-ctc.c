#include "table.h"

/* Connectionist temporal classification in training's form; labels are a sparse matrix.
 */

/* @values at their places in a matrix of zeros, [batch, time]. */
static WeirPort
dense (TfNode *n, WeirPort values, WeirPort size)
{
  WeirMake *m = &n->make;
  WeirPort zeros = weir_make_broadcast (m, weir_make_scalar (m, values, 0), size);

  return WEIR_MAKE (m, "ScatterNDUpdate", zeros, tf_in (n, 1), values);
}

/* Time stands before the batch, and the last class is the blank one. */
static WeirPort
ctc_loss (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort values = weir_make_convert (m, tf_in (n, 2), WEIR_DTYPE_I32);
  WeirPort lengths = weir_make_convert (m, tf_in (n, 3), WEIR_DTYPE_I32);
  WeirPort logits = weir_make_transpose (m, tf_in (n, 0), (gint64[]){ 1, 0, 2 }, 3);
  WeirPort size, ones, counts, blank;
  WeirNode *node;

  size = weir_make_concat (
      m, (WeirPort[]){ weir_make_dim_of (m, logits, 0), weir_make_dim_of (m, logits, 1) },
      2, 0);
  ones = weir_make_broadcast (m, weir_make_scalar (m, values, 1),
                              weir_make_shape_of (m, values));
  counts = weir_make_reduce (m, "ReduceSum", dense (n, ones, size), WEIR_MAKE_INTS (m, 1),
                             FALSE);
  blank = weir_make_2 (m, "Subtract", weir_make_length_of (m, logits, 2),
                       weir_make_int (m, 1));
  node =
      WEIR_MAKE_BEGIN (m, "CTCLoss", logits, lengths, dense (n, values, size), counts,
                       weir_make_known (m, weir_make_convert (m, blank, WEIR_DTYPE_I32)));
  weir_node_set_bool (node, "preprocess_collapse_repeated",
                      tf_attr_bool (n, "preprocess_collapse_repeated", FALSE));
  weir_node_set_bool (node, "ctc_merge_repeated",
                      tf_attr_bool (n, "ctc_merge_repeated", TRUE));
  return weir_make_end (m, node);
}

const TfRow tf_rows_ctc[] = {
  { "CTCLoss", ctc_loss, .outputs = "loss,gradient" },
  { NULL },
};
