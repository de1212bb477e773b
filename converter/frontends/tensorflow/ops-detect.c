#include "table.h"

#include <math.h>
#include <string.h>

/* Suppression of boxes that overlap a better one. */

/* Filled up with zeros to the length @most. */
static WeirPort
filled (TfNode *n, WeirPort x, WeirPort most)
{
  WeirMake *m = &n->make;
  WeirPort length = weir_make_shape_of (m, x), missing;
  WeirNode *node;

  missing = weir_make_2 (m, "Subtract", weir_make_vector_of (m, most), length);
  node = WEIR_MAKE_BEGIN (m, "Pad", x, WEIR_MAKE_INTS (m, 0), missing,
                          weir_make_scalar (m, x, 0));
  weir_node_set_string (node, "pad_mode", "constant");
  return weir_make_end (m, node);
}

/* Boxes [n, 4], scores [n], how many; @limits: IoU, score, sigma, as many as there are.
 */
static WeirNode *
suppress (TfNode *n, WeirPort most, const WeirPort *limits, guint count)
{
  WeirMake *m = &n->make;
  WeirPort ports[6] = { weir_make_unsqueeze (m, tf_in (n, 0), 0),
                        weir_make_reshape (m, tf_in (n, 1), (gint64[]){ 1, 1, -1 }, 3),
                        most };
  WeirNode *node;

  for (guint i = 0; i < count; i++)
    ports[3 + i] = limits[i];
  node = weir_build_begin (m->b, "NonMaxSuppression", m->name, ports, 3 + count);
  weir_node_set_string (node, "box_encoding", "corner");
  weir_node_set_bool (node, "sort_result_descending", FALSE);
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I32);
  weir_make_end (m, node);
  return weir_build_failed (m->b) ? NULL : node;
}

/* The last number of each row of output @index: the box, or the score. */
static WeirPort
last_column (TfNode *n, WeirNode *node, guint index)
{
  return node == NULL ? WEIR_PORT_NONE
                      : weir_make_gather (&n->make, WEIR_PORT (node, index),
                                          weir_make_int (&n->make, 2), 1);
}

static WeirPort
limit (TfNode *n, guint index, double fallback)
{
  if (index < tf_n_inputs (n))
    return weir_make_scalar_of (&n->make, tf_in (n, index));
  return weir_make_scalar (&n->make, tf_in (n, 1), fallback);
}

/* Version 1 says the IoU in an attribute, 3 has a score too, 4 gives the number, 5 has
 * soft suppression and gives scores. */
static WeirPort
non_max_suppression (TfNode *n)
{
  WeirMake *m = &n->make;
  guint version = (guint) (n->row->ir[0] - '0');
  WeirPort most = weir_make_scalar_of (m, tf_in (n, 2)), index, scores, number;
  WeirPort limits[3] = { limit (n, 3, tf_attr_float (n, "iou_threshold", 0.5)),
                         limit (n, 4, -HUGE_VAL), WEIR_PORT_NONE };
  gboolean fill = tf_attr_bool (n, "pad_to_max_output_size", FALSE);
  WeirNode *node;

  most = weir_make_known (m, weir_make_convert (m, most, WEIR_DTYPE_I64));
  if (version == 5)
    limits[2] = limit (n, 5, 0);
  node = suppress (n, most, limits, version == 5 ? 3 : 2);
  index = last_column (n, node, 0);
  if (version >= 4) {
    number = weir_make_convert (m, weir_make_length_of (m, index, 0), WEIR_DTYPE_I32);
    tf_out (n, version == 5 ? 2 : 1, number);
  }
  if (version == 5) {
    scores = last_column (n, node, 1);
    tf_out (n, 1, fill ? filled (n, scores, most) : scores);
  }
  return fill ? filled (n, index, most) : index;
}

const TfRow tf_rows_detect[] = {
  { "NonMaxSuppression", non_max_suppression, "1" },
  { "NonMaxSuppressionV2", non_max_suppression, "2" },
  { "NonMaxSuppressionV3", non_max_suppression, "3" },
  { "NonMaxSuppressionV4", non_max_suppression, "4", "selected_indices,valid_outputs" },
  { "NonMaxSuppressionV5", non_max_suppression, "5",
    "selected_indices,selected_scores,valid_outputs" },
  { NULL },
};
