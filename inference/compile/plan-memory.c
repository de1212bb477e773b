#include "compiler.h"

#include "base/checked.h"
#include "base/error.h"

#define ALIGNMENT ((gsize) 64)

/* A value and all that lies inside of it share one border. */
static void
share_borders (Compiler *c)
{
  for (guint i = 0; i < c->plan->values->len; i++) {
    const WeirLayout *inner = &compiler_value (c, i)->layout;
    WeirLayout *outer = &compiler_value (c, compiler_root (c, i))->layout;

    if (inner->block == 0)
      continue;
    outer->top = MAX (outer->top, inner->top);
    outer->left = MAX (outer->left, inner->left);
    outer->bottom = MAX (outer->bottom, inner->bottom);
    outer->right = MAX (outer->right, inner->right);
  }
  for (guint i = 0; i < c->plan->values->len; i++)
    if (compiler_value (c, i)->layout.block > 0)
      compiler_value (c, i)->layout = compiler_value (c, compiler_root (c, i))->layout;
}

static gboolean
product (gsize *result, const gsize *factors, guint n, GError **error)
{
  *result = 1;
  for (guint i = 0; i < n; i++)
    if (!weir_mul_size (*result, factors[i], result) || *result > WEIR_MAX_TENSOR_BYTES)
      return weir_fail (error, WEIR_ERROR_LIMIT, "a value is too large for this machine");
  return TRUE;
}

static gboolean
set_strides (WeirValue *value, GError **error)
{
  const WeirLayout *l = &value->layout;
  gsize block = MAX (l->block, 1);
  gsize height =
      value->ring > 0 ? value->ring : (gsize) value->shape.dims[2] + l->top + l->bottom;
  gsize width = (gsize) value->shape.dims[3] + l->left + l->right;
  gsize blocks = ((gsize) value->shape.dims[1] + block - 1) / block;
  gsize whole;

  value->row = width * block;
  value->plane = height * value->row;
  value->batch = blocks * value->plane;
  return product (&whole,
                  (gsize[]){ (gsize) value->shape.dims[0], blocks, height, width, block,
                             weir_value_element (value) },
                  6, error) &&
         weir_align_size (whole, ALIGNMENT, &value->size);
}

static gboolean
set_root (WeirValue *value, GError **error)
{
  gsize size;

  if (value->storage == WEIR_STORAGE_DYNAMIC)
    return TRUE;
  if (value->shape.rank == 4)
    return set_strides (value, error);
  return weir_tensor_bytes (value->dtype, &value->shape, &size, error) &&
         weir_align_size (size, ALIGNMENT, &value->size);
}

/* Offset and strides of a value inside of its parent, which has its own already. */
static void
set_inner (Compiler *c, guint id)
{
  const Draft *draft = compiler_draft (c, id);
  WeirValue *value = compiler_value (c, id);
  const WeirValue *parent = compiler_value (c, draft->parent);
  gsize element = weir_value_element (value);

  value->storage = parent->storage;
  value->index = parent->index;
  value->size = 0;
  value->offset = parent->offset + draft->element * element;
  if (value->shape.rank != 4)
    return;
  if (value->layout.block > 0) {
    value->row = parent->row;
    value->plane = parent->plane;
    value->batch = parent->batch;
    value->offset += draft->channel / value->layout.block * value->plane * element;
    return;
  }
  value->row = (gsize) value->shape.dims[3];
  value->plane = (gsize) value->shape.dims[2] * value->row;
  value->batch = (gsize) value->shape.dims[1] * value->plane;
}

static void
live (Compiler *c, guint id, guint step)
{
  Draft *draft = compiler_draft (c, compiler_root (c, id));

  draft->first = MIN (draft->first, step);
  draft->last = MAX (draft->last, step);
}

/* Steps of a chain take turns: what one of them uses lives as long as all of them run. */
static void
find_life_times (Compiler *c)
{
  guint first = 0, last = 0;

  for (guint i = 0; i < c->drafts->len; i++)
    compiler_draft (c, i)->first = G_MAXUINT;
  for (guint s = 0; s < c->plan->steps->len; s++) {
    const WeirStep *step = &g_array_index (c->plan->steps, WeirStep, s);

    if (s == 0 || s > last) {
      first = s;
      last = s + MAX (step->chain, 1) - 1;
    }
    for (guint i = 0; i < step->group.n_inputs; i++) {
      live (c, step->group.inputs[i], first);
      live (c, step->group.inputs[i], last);
    }
    for (guint i = 0; i < step->group.n_outputs; i++) {
      live (c, step->group.outputs[i], first);
      live (c, step->group.outputs[i], last);
    }
  }
}

static int
larger_first (gconstpointer a, gconstpointer b, gpointer data)
{
  Compiler *c = data;
  gsize x = compiler_value (c, *(const guint *) a)->size;
  gsize y = compiler_value (c, *(const guint *) b)->size;

  return x > y ? -1 : x < y;
}

static int
lower_first (gconstpointer a, gconstpointer b, gpointer data)
{
  Compiler *c = data;
  gsize x = compiler_value (c, *(const guint *) a)->offset;
  gsize y = compiler_value (c, *(const guint *) b)->offset;

  return x < y ? -1 : x > y;
}

static gboolean
meet (Compiler *c, guint a, guint b)
{
  const Draft *x = compiler_draft (c, a), *y = compiler_draft (c, b);

  return x->first <= y->last && y->first <= x->last &&
         compiler_value (c, a)->device == compiler_value (c, b)->device;
}

/* The lowest gap between the values that live at the same time; @placed is kept sorted.
 */
static gboolean
place (Compiler *c, guint id, GArray *placed, GError **error)
{
  WeirValue *value = compiler_value (c, id);
  gsize at = 0, end;

  for (guint i = 0; i < placed->len; i++) {
    const WeirValue *other = compiler_value (c, g_array_index (placed, guint, i));

    if (!meet (c, id, g_array_index (placed, guint, i)))
      continue;
    if (other->offset >= at && other->offset - at >= value->size)
      break;
    at = MAX (at, other->offset + other->size);
  }
  if (!weir_add_size (at, value->size, &end))
    return weir_fail (error, WEIR_ERROR_LIMIT, "the network needs too much memory");
  value->offset = at;
  c->plan->arena_size[value->device] = MAX (c->plan->arena_size[value->device], end);
  g_array_append_val (placed, id);
  g_array_sort_with_data (placed, lower_first, c);
  return TRUE;
}

static gboolean
place_all (Compiler *c, GError **error)
{
  g_autoptr (GArray) roots = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) placed = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < c->plan->values->len; i++)
    if (compiler_value (c, i)->storage == WEIR_STORAGE_ARENA &&
        compiler_root (c, i) == i && compiler_draft (c, i)->first != G_MAXUINT)
      g_array_append_val (roots, i);
  g_array_sort_with_data (roots, larger_first, c);
  for (guint i = 0; i < roots->len; i++)
    if (!place (c, g_array_index (roots, guint, i), placed, error))
      return FALSE;
  return TRUE;
}

/* From the beginning of the value to its first element, behind the border. */
static void
skip_border (WeirValue *value)
{
  const WeirLayout *l = &value->layout;

  if (l->block > 0)
    value->offset +=
        (l->top * value->row + (gsize) l->left * l->block) * weir_value_element (value);
}

/* Outermost first, since each needs its parent's offset. */
static void
set_inner_chain (Compiler *c, guint id, gboolean *done)
{
  g_autoptr (GArray) chain = g_array_new (FALSE, FALSE, sizeof (guint));

  for (; !done[id]; id = compiler_draft (c, id)->parent) {
    done[id] = TRUE;
    if (compiler_draft (c, id)->parent == NO_VALUE)
      break;
    g_array_append_val (chain, id);
  }
  for (guint i = chain->len; i-- > 0;)
    set_inner (c, g_array_index (chain, guint, i));
}

gboolean
compiler_plan_memory (Compiler *c, GError **error)
{
  g_autofree gboolean *done = g_new0 (gboolean, MAX (c->plan->values->len, 1));

  share_borders (c);
  find_life_times (c);
  for (guint i = 0; i < c->plan->values->len; i++)
    if (compiler_root (c, i) == i && !set_root (compiler_value (c, i), error))
      return FALSE;
  if (!place_all (c, error))
    return FALSE;
  for (guint i = 0; i < c->plan->values->len; i++)
    if (compiler_root (c, i) == i)
      skip_border (compiler_value (c, i));
  for (guint i = 0; i < c->plan->values->len; i++)
    set_inner_chain (c, i, done);
  return TRUE;
}
