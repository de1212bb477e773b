#include "scatter.h"
#include "table.h"

/* Over axes and along them. */

static WeirPort
reduce (TfNode *n)
{
  return weir_make_reduce (&n->make, n->row->ir, tf_in (n, 0), tf_in (n, 1),
                           tf_attr_bool (n, "keep_dims", FALSE));
}

static WeirPort
cum_sum (TfNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "CumSum", tf_in (n, 0),
                                    weir_make_scalar_of (&n->make, tf_in (n, 1)));

  weir_node_set_bool (node, "exclusive", tf_attr_bool (n, "exclusive", FALSE));
  weir_node_set_bool (node, "reverse", tf_attr_bool (n, "reverse", FALSE));
  return weir_make_end (&n->make, node);
}

/* Of the classes [batch, time] those in front of each length, as a sparse value. */
static void
give_labels (TfNode *n, WeirPort classes, WeirPort lengths)
{
  WeirMake *m = &n->make;
  WeirPort at = weir_make_counting (m, weir_make_length_of (m, classes, 1)), indices,
           last;

  lengths = weir_make_convert (m, lengths, WEIR_DTYPE_I64);
  at = weir_make_2 (m, "Less", at, weir_make_unsqueeze (m, lengths, 1));
  indices = weir_make_transpose (m, tf_non_zero (n, at), (gint64[]){ 1, 0 }, 2);
  last = weir_make_reduce (m, "ReduceMax", lengths, WEIR_MAKE_INTS (m, 0), TRUE);
  tf_out (n, 0, indices);
  tf_out (n, 1, weir_make_2 (m, "GatherND", classes, indices));
  tf_out (
      n, 2,
      weir_make_concat (m, (WeirPort[]){ weir_make_dim_of (m, classes, 0), last }, 2, 0));
}

/* Inputs: [time, batch, classes], the lengths. The IR wants the batch first. */
static WeirPort
ctc_greedy_decoder (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort x = tf_in (n, 0), lengths = tf_in (n, 1), best, at, blank;
  gint64 last = tf_attr_int (n, "blank_index", -1);
  const WeirShape *shape;
  WeirNode *node;

  x = weir_make_transpose (m, x, (gint64[]){ 1, 0, 2 }, 3);
  shape = weir_make_shape (m, x);
  if (!weir_build_failed (m->b) && last < 0 && shape->dims[2] < 0)
    return weir_make_unsupported (m, "the number of classes must be known");
  blank = WEIR_MAKE_INTS (m, last < 0 ? shape->dims[2] + last : last);
  node = WEIR_MAKE_BEGIN (m, "CTCGreedyDecoderSeqLen", x,
                          weir_make_convert (m, lengths, WEIR_DTYPE_I64), blank);
  weir_node_set_bool (node, "merge_repeated", tf_attr_bool (n, "merge_repeated", FALSE));
  weir_node_set_dtype (node, "classes_index_type", WEIR_DTYPE_I64);
  weir_node_set_dtype (node, "sequence_length_type", WEIR_DTYPE_I64);
  weir_make_end (m, node);
  give_labels (n, weir_make_port (m, node, 0), weir_make_port (m, node, 1));
  best = weir_make_reduce (m, "ReduceMax", x, WEIR_MAKE_INTS (m, 2), FALSE);
  at = weir_make_counting (m, weir_make_length_of (m, x, 1));
  lengths = weir_make_unsqueeze (m, weir_make_convert (m, lengths, WEIR_DTYPE_I64), 1);
  best = WEIR_MAKE (m, "Select", weir_make_2 (m, "Less", at, lengths), best,
                    weir_make_scalar (m, best, 0));
  best = weir_make_reduce (m, "ReduceSum", best, WEIR_MAKE_INTS (m, 1), TRUE);
  tf_out (n, 3, weir_make_1 (m, "Negative", best));
  return WEIR_PORT_NONE;
}

const TfRow tf_rows_reduce[] = {
  { "Mean", reduce, "ReduceMean" },
  { "Sum", reduce, "ReduceSum" },
  { "Max", reduce, "ReduceMax" },
  { "Min", reduce, "ReduceMin" },
  { "Prod", reduce, "ReduceProd" },
  { "All", reduce, "ReduceLogicalAnd" },
  { "Any", reduce, "ReduceLogicalOr" },
  { "EuclideanNorm", reduce, "ReduceL2" },
  { "Cumsum", cum_sum },
  { "CTCGreedyDecoder", ctc_greedy_decoder, NULL,
    "decoded_indices,decoded_values,decoded_shape,log_probability" },
  { NULL },
};
