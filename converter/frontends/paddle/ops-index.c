#include "table.h"

#include <string.h>

/* Elements found by their indices. */

/* Rows of a table; the row padding_idx counts as zeros. */
static WeirPort
lookup (PdNode *n)
{
  WeirPort ids = pd_in (n, "Ids"), table = pd_in (n, "W"), y;
  gint64 padding = pd_int (n, "padding_idx", -1);
  int rank = weir_make_rank (&n->make, ids);

  if (strcmp (n->row->op, "lookup_table") == 0 && rank > 1)
    ids = weir_make_squeeze (&n->make, ids, rank - 1);
  y = weir_make_gather (&n->make, table, ids, 0);
  if (padding == -1)
    return y;
  ids = weir_make_2 (&n->make, "NotEqual", ids,
                     weir_make_scalar (&n->make, ids, (double) padding));
  ids = weir_make_convert (&n->make, ids, weir_make_dtype (&n->make, y));
  return weir_make_2 (
      &n->make, "Multiply", y,
      weir_make_unsqueeze (&n->make, ids, weir_make_rank (&n->make, ids)));
}

static WeirPort
gather_along (PdNode *n, const char *attr)
{
  WeirPort x = pd_in (n, "X"), index = pd_in (n, "Index");
  gint64 axis = pd_int (n, attr, 0);
  gsize count = 1;
  const WeirShape *shape = weir_make_shape (&n->make, index);

  if (pd_has (n, "Axis") &&
      !weir_make_known_ints (&n->make, pd_in (n, "Axis"), "Axis", &axis, 1, &count))
    return WEIR_PORT_NONE;
  if (shape->rank == 2 && shape->dims[1] == 1)
    index = weir_make_squeeze (&n->make, index, 1);
  return weir_make_gather (&n->make, x, index,
                           weir_make_axis (&n->make, axis, weir_make_rank (&n->make, x)));
}

static WeirPort
gather (PdNode *n)
{
  return gather_along (n, "axis");
}

static WeirPort
index_select (PdNode *n)
{
  return gather_along (n, "dim");
}

static WeirPort
gather_nd (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return weir_make_2 (&n->make, "GatherND", x, pd_in (n, "Index"));
}

static WeirPort
take_along (PdNode *n)
{
  WeirPort x = pd_in (n, "Input"), index = pd_in (n, "Index");
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "GatherElements", x, index);

  weir_node_set_int (
      node, "axis",
      weir_make_axis (&n->make, pd_int (n, "Axis", 0), weir_make_rank (&n->make, x)));
  return weir_make_end (&n->make, node);
}

/* For each row of a matrix its own columns. */
static WeirPort
index_sample (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), index = pd_in (n, "Index");
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "GatherElements", x, index);

  weir_node_set_int (node, "axis", 1);
  return weir_make_end (&n->make, node);
}

/* Rows that are replaced. */
static WeirPort
scatter (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), ids = pd_in (n, "Ids"), updates = pd_in (n, "Updates");
  const WeirShape *shape = weir_make_shape (&n->make, ids);

  if (!pd_bool (n, "overwrite", TRUE))
    return weir_make_unsupported (&n->make, "overwrite=false");
  if (shape->rank == 2 && shape->dims[1] == 1)
    ids = weir_make_squeeze (&n->make, ids, 1);
  return WEIR_MAKE (&n->make, "ScatterUpdate", x, ids, updates,
                    WEIR_MAKE_INTS (&n->make, 0));
}

static WeirPort
scatter_nd_add (PdNode *n)
{
  const WeirPort inputs[] = { pd_in (n, "X"), pd_in (n, "Index"), pd_in (n, "Updates") };
  WeirNode *node = weir_make_begin_version (&n->make, "ScatterNDUpdate", 15, inputs, 3);

  weir_node_set_string (node, "reduction", "sum");
  return weir_make_end (&n->make, node);
}

static WeirPort
where (PdNode *n)
{
  WeirPort condition = pd_in (n, "Condition");

  return WEIR_MAKE (&n->make, "Select", condition, pd_in (n, "X"), pd_in (n, "Y"));
}

static WeirPort
where_index (PdNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "NonZero", pd_in (n, "Condition"));

  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  return weir_make_transpose (&n->make, weir_make_end (&n->make, node),
                              (const gint64[]){ 1, 0 }, 2);
}

static WeirPort
masked_select (PdNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "NonZero", pd_in (n, "Mask"));
  WeirPort x = pd_in (n, "X");

  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  return weir_make_2 (&n->make, "GatherND", x,
                      weir_make_transpose (&n->make, weir_make_end (&n->make, node),
                                           (const gint64[]){ 1, 0 }, 2));
}

const PdRow pd_rows_index[] = {
  { "lookup_table", lookup },
  { "lookup_table_v2", lookup },
  { "gather", gather },
  { "index_select", index_select },
  { "gather_nd", gather_nd },
  { "take_along_axis", take_along, "Result" },
  { "index_sample", index_sample },
  { "scatter", scatter },
  { "scatter_nd_add", scatter_nd_add },
  { "where", where },
  { "where_index", where_index },
  { "masked_select", masked_select, "Y" },
  { NULL },
};
