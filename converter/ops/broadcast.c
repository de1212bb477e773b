#include "broadcast.h"

#include <string.h>

/* Whether dimension @outer of all operands goes on where @inner, of @dim elements, ends.
 */
static gboolean
joins (const WeirWalk *walk, const gsize *inner, gsize dim)
{
  for (guint k = 0; k < walk->n; k++)
    if (walk->strides[k][walk->rank - 1] != inner[k] * dim)
      return FALSE;
  return TRUE;
}

static void
add_dim (WeirWalk *walk, gsize dim, const gsize *strides)
{
  if (dim == 1)
    return;
  if (walk->rank > 0 && joins (walk, strides, dim))
    walk->dims[walk->rank - 1] *= dim;
  else
    walk->dims[walk->rank++] = dim;
  for (guint k = 0; k < walk->n; k++)
    walk->strides[k][walk->rank - 1] = strides[k];
}

/* The last dimension becomes the row. */
static void
take_row (WeirWalk *walk)
{
  walk->row = 1;
  if (walk->rank == 0)
    return;
  walk->rank--;
  walk->row = walk->dims[walk->rank];
  for (guint k = 0; k < walk->n; k++)
    walk->step[k] = walk->strides[k][walk->rank];
}

void
weir_walk_init (WeirWalk *walk, const WeirShape *shape, const WeirShape *const *operands,
                guint n)
{
  gsize dense[WEIR_WALK_MAX][WEIR_MAX_RANK];

  *walk = (WeirWalk){ .n = n, .more = weir_shape_elements (shape) > 0 };
  for (guint k = 0; k < n; k++)
    weir_shape_strides (operands[k], dense[k]);
  for (int i = 0; i < shape->rank; i++) {
    gsize strides[WEIR_WALK_MAX] = { 0 };

    for (guint k = 0; k < n; k++) {
      int own = i - (shape->rank - operands[k]->rank);

      strides[k] = own < 0 || operands[k]->dims[own] == 1 ? 0 : dense[k][own];
    }
    add_dim (walk, (gsize) shape->dims[i], strides);
  }
  take_row (walk);
}

void
weir_walk_next (WeirWalk *walk)
{
  walk->at += walk->row;
  for (int i = walk->rank - 1; i >= 0; i--) {
    for (guint k = 0; k < walk->n; k++)
      walk->offset[k] += walk->strides[k][i];
    if (++walk->index[i] < walk->dims[i])
      return;
    for (guint k = 0; k < walk->n; k++)
      walk->offset[k] -= walk->strides[k][i] * walk->dims[i];
    walk->index[i] = 0;
  }
  walk->more = FALSE;
}

static gboolean
fail (const WeirNode *node, const WeirShape *a, const WeirShape *b, GError **error)
{
  g_autofree char *ta = weir_shape_to_string (a);
  g_autofree char *tb = weir_shape_to_string (b);

  return weir_fail (error, WEIR_ERROR_SHAPE,
                    "shapes %s and %s do not fit together with auto_broadcast '%s'", ta,
                    tb, weir_node_string (node, "auto_broadcast"));
}

static gboolean
has_rule (const WeirNode *node)
{
  for (guint i = 0; i < weir_op_n_attrs (node->op); i++)
    if (strcmp (node->op->attrs[i].name, "auto_broadcast") == 0)
      return TRUE;
  return FALSE;
}

/* The IR has no axis to begin at; OpenVINO takes the first. */
WeirShape
weir_broadcast_aligned (const WeirNode *node, const WeirShape *b, int rank)
{
  WeirShape aligned = *b;

  if (b->rank < 0 || !has_rule (node) ||
      !weir_node_string_is (node, "auto_broadcast", "pdpd"))
    return aligned;
  if (rank < 0)
    return WEIR_SHAPE_UNKNOWN;
  while (aligned.rank < rank)
    aligned.dims[aligned.rank++] = 1;
  return aligned;
}

gboolean
weir_broadcast_by (const WeirNode *node, const WeirShape *a, const WeirShape *b,
                   WeirShape *result, GError **error)
{
  WeirShape aligned;

  if (weir_node_string_is (node, "auto_broadcast", "numpy"))
    return weir_shape_broadcast (a, b, result, error);
  if (!weir_node_string_is (node, "auto_broadcast", "pdpd")) {
    *result = *a;
    return weir_shape_merge (result, b) || fail (node, a, b, error);
  }
  aligned = weir_broadcast_aligned (node, b, a->rank);
  if (!weir_shape_broadcast (a, &aligned, result, NULL) ||
      (a->rank >= 0 && !weir_shape_merge (result, a)))
    return fail (node, a, b, error);
  return TRUE;
}
