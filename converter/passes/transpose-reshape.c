#include "transpose-rules.h"

#include "base/checked.h"

/* A Reshape that only splits dimensions and joins neighbours works on transposed values,
 * as long as neighbours that belong together stay so. Dimensions of one go anywhere. */

/**
 * Groups:
 * @n: number of groups of dimensions that turn into one another
 * @in, @out: group of each dimension; that of a dimension of one does not count for @in
 * @target: for each dimension of the result what the Reshape is asked for
 */
typedef struct {
  int n;
  WeirShape x, y;
  int in[WEIR_MAX_RANK], out[WEIR_MAX_RANK];
} Groups;

/* One side while both are walked through. */
typedef struct {
  const WeirShape *shape;
  int *group;
  int at;
} Side;

/* The next dimension that is not one, which becomes part of @group; 0 at the end. */
static gint64
take (Side *side, int group)
{
  while (side->at < side->shape->rank) {
    gint64 dim = side->shape->dims[side->at];

    side->group[side->at++] = group;
    if (dim != 1)
      return dim;
  }
  return 0;
}

static gboolean
join (Side *side, int group, gint64 *product)
{
  gint64 dim = take (side, group);

  return dim > 0 && weir_mul_i64 (*product, dim, product);
}

/* Unknown dimensions are the same where they meet. Sizes of zero are not looked at. */
static gboolean
groups_init (const WeirPassFrame *frame, Groups *groups)
{
  Side x = { &groups->x, groups->in, 0 }, y = { &groups->y, groups->out, 0 };

  groups->n = 0;
  groups->x = *weir_graph_shape (frame->graph, frame->node->inputs[0]);
  groups->y = frame->node->outputs[0].info.shape;
  if (groups->x.rank <= 0 || groups->y.rank <= 0)
    return FALSE;
  for (;; groups->n++) {
    gint64 p = take (&x, groups->n), q = take (&y, groups->n);

    if (p == 0 || q == 0)
      return p == q && x.at == x.shape->rank && y.at == y.shape->rank;
    while (p != q)
      if (p < 0 || q < 0 ||
          (p < q ? !join (&x, groups->n, &p) : !join (&y, groups->n, &q)))
        return FALSE;
  }
}

/* The groups in the order in which @order has them; FALSE where it tears one apart or
 * turns it round. */
static gboolean
group_order (const WeirShape *shape, const int *group, const WeirPassOrder *order,
             int sequence[WEIR_MAX_RANK + 1], int *n)
{
  guint seen = 0;
  int last = -1;

  *n = 0;
  for (int i = 0; i < order->rank; i++) {
    int at = order->at[i], g = group[at];

    if (shape->dims[at] == 1)
      continue;
    if (*n > 0 && sequence[*n - 1] == g) {
      if (at < last)
        return FALSE;
    } else {
      if ((seen >> g & 1) != 0)
        return FALSE;
      seen |= 1u << g;
      sequence[(*n)++] = g;
    }
    last = at;
  }
  return TRUE;
}

/* Dimensions of one stand with the group that they were met in; those met behind the last
 * group come last. */
static WeirPassOrder
order_of (const WeirShape *shape, const int *group, const int *sequence, int n, int last)
{
  WeirPassOrder order = { 0 };

  for (int s = 0; s <= n; s++)
    for (int i = 0; i < shape->rank; i++)
      if (group[i] == (s < n ? sequence[s] : last))
        order.at[order.rank++] = (gint8) i;
  return order;
}

/* What the other form is asked for: known sizes; one that is not known is copied where it
 * keeps its place, and one may be left open. */
static gboolean
make_target (const Groups *groups, const WeirPassOrder *in, const WeirPassOrder *out,
             gint64 target[WEIR_MAX_RANK])
{
  int open = 0;

  for (int i = 0; i < out->rank; i++) {
    target[i] = groups->y.dims[out->at[i]];
    if (target[i] == 0)
      return FALSE;
    if (target[i] > 0)
      continue;
    if (i < in->rank && groups->x.dims[in->at[i]] < 0 &&
        groups->in[in->at[i]] == groups->out[out->at[i]])
      target[i] = 0;
    else
      open++;
  }
  return open <= 1;
}

WeirPassRelation
weir_pass_relate_reshape (WeirPassFrame *frame, gconstpointer detail)
{
  gint64 values[2 * WEIR_MAX_RANK];
  int sequence[WEIR_MAX_RANK + 1], n;
  gsize count;
  Groups groups;

  (void) detail;
  if (!weir_pass_ints (frame->graph, frame->node, 1, values, &count) ||
      !groups_init (frame, &groups))
    return WEIR_PASS_BARRIER;
  if (frame->in[0].rank > 0) {
    if (!group_order (&groups.x, groups.in, &frame->in[0], sequence, &n))
      return WEIR_PASS_BARRIER;
    frame->out[0] = order_of (&groups.y, groups.out, sequence, n, groups.n);
  } else if (frame->out[0].rank > 0) {
    if (!group_order (&groups.y, groups.out, &frame->out[0], sequence, &n))
      return WEIR_PASS_BARRIER;
    frame->in[0] = order_of (&groups.x, groups.in, sequence, n, groups.n);
  } else {
    return WEIR_PASS_PARTIAL;
  }
  return make_target (&groups, &frame->in[0], &frame->out[0], values) ? WEIR_PASS_COMPLETE
                                                                      : WEIR_PASS_BARRIER;
}

gboolean
weir_pass_rebuild_reshape (const WeirPassFrame *frame, WeirBuilder *builder,
                           WeirPort *inputs, WeirPort *outputs, gconstpointer detail)
{
  gint64 target[WEIR_MAX_RANK];
  Groups groups;

  (void) detail;
  groups_init (frame, &groups);
  make_target (&groups, &frame->in[0], &frame->out[0], target);
  outputs[0] = weir_build_reshape (builder, frame->node->name, inputs[0], target,
                                   (gsize) frame->out[0].rank, TRUE);
  return !weir_build_failed (builder);
}
