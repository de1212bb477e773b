#include "compiler.h"

#include "runtime/rounding.h"

#include <string.h>

/* Values that need no memory of their own: a reshaped value is the same bytes, the parts
 * of a concatenation are written where the whole will be, the pieces of a split are read
 * where the whole is. The steps that would have copied go away. */

static gboolean
is_op (const WeirGroup *group, const char *const *names)
{
  for (guint i = 0; group->node != NULL && names[i] != NULL; i++)
    if (weir_node_is (group->node, names[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_root (Compiler *c, guint id)
{
  return compiler_draft (c, id)->parent == NO_VALUE;
}

/* Bytes that mean something else than those they are made of, in the same places. */
static gboolean
same_bytes (const WeirValue *from, const WeirValue *to)
{
  return from->layout.bytes && to->layout.bytes &&
         from->layout.block == to->layout.block &&
         weir_shape_equal (&from->shape, &to->shape);
}

static gboolean
make_alias (Compiler *c, const WeirGroup *group)
{
  guint in = group->inputs[0], out = group->outputs[0];
  const WeirValue *from = compiler_value (c, in), *to = compiler_value (c, out);
  gboolean plain = from->layout.block == 0 && to->layout.block == 0;

  if (from->device != to->device || (!plain && !same_bytes (from, to)) ||
      from->layout.bytes != to->layout.bytes || from->storage == WEIR_STORAGE_DYNAMIC ||
      to->storage == WEIR_STORAGE_DYNAMIC || from->storage == WEIR_STORAGE_CONSTANT)
    return FALSE;
  if (to->storage != WEIR_STORAGE_OUTPUT) {
    compiler_draft (c, out)->parent = in;
    return TRUE;
  }
  if (from->storage != WEIR_STORAGE_ARENA || !is_root (c, in))
    return FALSE;
  compiler_draft (c, in)->parent = out;
  return TRUE;
}

/* Whether a piece that begins at @start along @axis is one run of memory of the whole, or
 * of each of its images when blocked by channels. */
static gboolean
is_run (const WeirValue *whole, int axis, gint64 start)
{
  if (whole->layout.block > 0)
    return axis == 1 && start % whole->layout.block == 0;
  for (int i = 0; i < axis; i++)
    if (whole->shape.dims[i] != 1)
      return FALSE;
  return TRUE;
}

static gboolean
same_place (const WeirValue *a, const WeirValue *b)
{
  return a->dtype == b->dtype && a->device == b->device &&
         a->layout.block == b->layout.block && a->layout.bytes == b->layout.bytes &&
         (!a->layout.bytes || weir_levels_equal (&a->levels, &b->levels));
}

static gsize
run_length (const WeirValue *value, int axis)
{
  gsize length = 1;

  for (int i = axis + 1; i < value->shape.rank; i++)
    length *= (gsize) value->shape.dims[i];
  return length;
}

static void
place (Compiler *c, guint piece, guint whole, int axis, gint64 start)
{
  const WeirValue *value = compiler_value (c, whole);
  Draft *draft = compiler_draft (c, piece);

  draft->parent = whole;
  if (value->layout.block > 0)
    draft->channel = (gsize) start;
  else
    draft->element = (gsize) start * run_length (value, axis);
}

/* The value that can be placed so that input @i of a concatenation along @axis lies where
 * it should: the input itself, or the one that it and the inputs behind it are all pieces
 * of, in their order, such as a reshaped value or the halves of a split. @taken: (out):
 * how many inputs that covers. */
static guint
root_of_inputs (Compiler *c, const WeirGroup *group, int axis, guint i, guint *taken)
{
  guint root = compiler_draft (c, group->inputs[i])->parent;
  const WeirValue *whole;
  gsize at = 0, size;

  *taken = 1;
  if (root == NO_VALUE)
    return group->inputs[i];
  whole = compiler_value (c, root);
  size = whole->layout.block > 0 ? (gsize) whole->shape.dims[1]
                                 : weir_shape_elements (&whole->shape);
  for (*taken = 0; at < size && i + *taken < group->n_inputs; ++*taken) {
    const Draft *draft = compiler_draft (c, group->inputs[i + *taken]);
    const WeirValue *piece = compiler_value (c, group->inputs[i + *taken]);

    if (draft->parent != root || draft->channel + draft->element != at)
      return NO_VALUE;
    at += whole->layout.block > 0 ? (gsize) piece->shape.dims[axis]
                                  : weir_shape_elements (&piece->shape);
  }
  return at == size ? root : NO_VALUE;
}

/* Whether @root, of @taken inputs from @i on, may become a part of @whole. */
static gboolean
can_move (Compiler *c, const WeirGroup *group, guint root, guint i, guint taken)
{
  const WeirValue *whole = compiler_value (c, group->outputs[0]);

  if (root == NO_VALUE || !is_root (c, root) ||
      compiler_value (c, root)->storage != WEIR_STORAGE_ARENA)
    return FALSE;
  for (guint k = i; k < i + taken; k++)
    if (!same_place (compiler_value (c, group->inputs[k]), whole))
      return FALSE;
  for (guint k = 0; k < i; k++)
    if (compiler_root (c, group->inputs[k]) == root)
      return FALSE;
  return same_place (compiler_value (c, root), whole);
}

static gboolean
make_concat (Compiler *c, const WeirGroup *group)
{
  const WeirValue *whole = compiler_value (c, group->outputs[0]);
  gint64 axis = weir_node_int (group->node, "axis"), start = 0;
  g_autofree guint *roots = g_new (guint, MAX (group->n_inputs, 1));
  guint taken;
  int at;

  if (whole->storage != WEIR_STORAGE_ARENA && whole->storage != WEIR_STORAGE_OUTPUT)
    return FALSE;
  if (!weir_shape_axis (axis, whole->shape.rank, &at, NULL))
    return FALSE;
  for (guint i = 0; i < group->n_inputs; i += taken) {
    roots[i] = root_of_inputs (c, group, at, i, &taken);
    if (!can_move (c, group, roots[i], i, taken))
      return FALSE;
    for (guint k = i; k < i + taken; k++) {
      if (!is_run (whole, at, start))
        return FALSE;
      roots[k] = roots[i];
      start += compiler_value (c, group->inputs[k])->shape.dims[at];
    }
  }
  start = 0;
  for (guint i = 0; i < group->n_inputs; i++) {
    if (i == 0 || roots[i] != roots[i - 1])
      place (c, roots[i], group->outputs[0], at, start);
    start += compiler_value (c, group->inputs[i])->shape.dims[at];
  }
  return TRUE;
}

static gboolean
split_axis (const WeirPlan *plan, const WeirGroup *group, int *axis)
{
  const WeirValue *whole = weir_group_input (plan, group, 0);
  const WeirValue *value = weir_group_input (plan, group, 1);

  return value->constant != NULL && weir_tensor_count (value->constant) == 1 &&
         weir_shape_axis (weir_tensor_get_int (value->constant, 0), whole->shape.rank,
                          axis, NULL);
}

static gboolean
make_split (Compiler *c, const WeirGroup *group)
{
  const WeirValue *whole = compiler_value (c, group->inputs[0]);
  gint64 start = 0;
  int axis;

  if (whole->storage == WEIR_STORAGE_DYNAMIC || whole->storage == WEIR_STORAGE_CONSTANT ||
      !split_axis (c->plan, group, &axis))
    return FALSE;
  for (guint i = 0; i < group->n_outputs; i++) {
    const WeirValue *piece = compiler_value (c, group->outputs[i]);

    if (piece->storage != WEIR_STORAGE_ARENA || !same_place (piece, whole) ||
        !is_run (whole, axis, start))
      return FALSE;
    start += piece->shape.dims[axis];
  }
  start = 0;
  for (guint i = 0; i < group->n_outputs; i++) {
    place (c, group->outputs[i], group->inputs[0], axis, start);
    start += compiler_value (c, group->outputs[i])->shape.dims[axis];
  }
  return TRUE;
}

static gboolean
make_view (Compiler *c, const WeirGroup *group)
{
  static const char *const aliases[] = { "Reshape", "Squeeze", "Unsqueeze", NULL };
  static const char *const splits[] = { "Split", "VariadicSplit", NULL };
  static const char *const concats[] = { "Concat", NULL };
  static const char *const products[] = { "Multiply", NULL };

  if (group->residual >= 0 || group->after.kind != WEIR_ACT_NONE || group->last != NULL)
    return FALSE;
  if (is_op (group, products))
    return same_bytes (compiler_value (c, group->inputs[0]),
                       compiler_value (c, group->outputs[0])) &&
           make_alias (c, group);
  if (is_op (group, aliases))
    return make_alias (c, group);
  if (is_op (group, splits))
    return make_split (c, group);
  return is_op (group, concats) && make_concat (c, group);
}

static void
step_drop (WeirStep *step)
{
  g_free (step->group.inputs);
  g_free (step->group.outputs);
  g_free (step->name);
}

void
compiler_make_views (Compiler *c)
{
  WeirStep *steps = (WeirStep *) c->plan->steps->data;
  guint kept = 0;

  for (guint i = 0; i < c->plan->steps->len; i++) {
    if (make_view (c, &steps[i].group))
      step_drop (&steps[i]);
    else
      steps[kept++] = steps[i];
  }
  g_array_set_size (c->plan->steps, kept);
}
