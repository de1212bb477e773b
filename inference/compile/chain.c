#include "compiler.h"

#include "device.h"

/* Chains: steps one behind the other whose values are too large for a cache. They run
 * together, some rows of each at a time, so that what one writes is read while it is
 * still there. Nothing is computed twice. A value that nobody but the next step reads
 * needs memory only for the rows between the two. */

/* Fewer strips are not worth their calls, and neither are strips of fewer rows. */
#define MIN_STRIPS 3
#define MIN_ROWS   2

typedef struct {
  Compiler *c;
  WeirStep *steps; /* of the chain */
  guint n;
  gsize rows;                      /* of the last output, a strip */
  gboolean rings[WEIR_MAX_CHAIN];  /* whose output is one */
  gsize ring_rows[WEIR_MAX_CHAIN]; /* how much memory that needs */
  GArray *parts;                   /* WeirPart: [strips][n] */
} Chain;

static gsize
bytes_of (Compiler *c, guint id)
{
  const WeirValue *value = compiler_value (c, id);

  return weir_shape_elements (&value->shape) * weir_value_element (value);
}

static gsize
constant_bytes (Compiler *c, const WeirGroup *group)
{
  gsize bytes = 0;

  for (guint i = 0; i < group->n_inputs; i++)
    if (compiler_value (c, group->inputs[i])->storage == WEIR_STORAGE_CONSTANT)
      bytes += bytes_of (c, group->inputs[i]);
  return bytes;
}

/* Whether @step can be part of a chain: its kernel does rows, and what it reads and
 * writes is one image, too large to stay. */
static gboolean
fits (Compiler *c, const WeirStep *step, gsize cache)
{
  const WeirValue *in, *out;

  if (step->kernel->run_rows == NULL || step->in_place || step->group.n_outputs != 1)
    return FALSE;
  in = compiler_value (c, step->group.inputs[0]);
  out = compiler_value (c, step->group.outputs[0]);
  return in->shape.rank == 4 && out->shape.rank == 4 && out->shape.dims[0] == 1 &&
         in->storage != WEIR_STORAGE_DYNAMIC &&
         bytes_of (c, step->group.inputs[0]) + bytes_of (c, step->group.outputs[0]) >
             cache / 2;
}

/* What @step adds must have been made before the chain begins at @first. */
static gboolean
residual_is_ready (Compiler *c, const WeirStep *steps, guint first, guint index)
{
  const WeirGroup *group = &steps[index].group;

  if (group->residual < 0)
    return TRUE;
  for (guint i = first; i < index; i++)
    if (compiler_root (c, steps[i].group.outputs[0]) ==
        compiler_root (c, group->inputs[group->residual]))
      return FALSE;
  return TRUE;
}

/* How many steps from @first on make a chain, 1 for none. */
static guint
chain_length (Compiler *c, const WeirStep *steps, guint n_steps, guint first)
{
  gsize cache = compiler_device (c, steps[first].device)->cache, weights = 0, bytes = 0;
  guint n = 0;

  if (cache == 0)
    return 1;

  while (n < WEIR_MAX_CHAIN && first + n < n_steps) {
    const WeirStep *step = &steps[first + n];

    weights += constant_bytes (c, &step->group);
    if (step->device != steps[first].device || weights > cache / 2 ||
        !fits (c, step, cache) || !residual_is_ready (c, steps, first, first + n) ||
        (n > 0 && step->group.inputs[0] != step[-1].group.outputs[0]))
      break;
    bytes += bytes_of (c, step->group.outputs[0]);
    if (n > 1 && (gsize) weir_group_output (c->plan, &step->group, 0)->shape.dims[2] <
                     MIN_ROWS * (bytes / cache + 1))
      break;
    n++;
  }
  return MAX (n, 1);
}

static guint
count_readers (Compiler *c, guint id)
{
  guint count = 0;

  for (guint s = 0; s < c->plan->steps->len; s++) {
    const WeirGroup *group = &g_array_index (c->plan->steps, WeirStep, s).group;

    for (guint i = 0; i < group->n_inputs; i++)
      count += group->inputs[i] == id;
  }
  return count;
}

/* Whether the next step alone reads @id: no other step, no part of it, no whole that it
 * is part of. */
static gboolean
is_private (Compiler *c, guint id)
{
  if (compiler_value (c, id)->storage != WEIR_STORAGE_ARENA ||
      compiler_value (c, id)->layout.block == 0 ||
      compiler_draft (c, id)->parent != NO_VALUE || count_readers (c, id) != 1)
    return FALSE;
  for (guint i = 0; i < c->drafts->len; i++)
    if (compiler_draft (c, i)->parent == id)
      return FALSE;
  return TRUE;
}

static const WeirValue *
output_of (const Chain *chain, guint k)
{
  return weir_group_output (chain->c->plan, &chain->steps[k].group, 0);
}

static void
read_by_next (const Chain *chain, guint k, gsize first, gsize end, gssize *from,
              gssize *to)
{
  const WeirStep *next = &chain->steps[k + 1];

  next->kernel->rows_read (chain->c->plan, &next->group, first, end, from, to);
}

/* How far each step must have come for @end rows of the last. */
static void
find_ends (const Chain *chain, gsize end, gsize *ends)
{
  gboolean last = end == (gsize) output_of (chain, chain->n - 1)->shape.dims[2];

  ends[chain->n - 1] = end;
  for (guint k = chain->n - 1; k-- > 0;) {
    gssize from, to, height = output_of (chain, k)->shape.dims[2];

    read_by_next (chain, k, 0, ends[k + 1], &from, &to);
    ends[k] = (gsize) (last ? height : CLAMP (to, 1, height));
  }
}

/* The part of step @k that ends at row @end; @done rows of it and @next_done of the next
 * one are there. */
static void
add_part (Chain *chain, guint k, gsize done, gsize end, gsize next_done)
{
  const WeirValue *out = output_of (chain, k);
  WeirPart part = { .first = done, .count = MAX (end, done) - done };

  if (chain->rings[k]) {
    gssize top = out->layout.top, to;
    gsize bottom = end == (gsize) out->shape.dims[2] ? out->layout.bottom : 0;

    read_by_next (chain, k, next_done, next_done + 1, &part.base, &to);
    part.base = CLAMP (part.base, -top, (gssize) done);
    chain->ring_rows[k] = MAX (chain->ring_rows[k],
                               (gsize) ((gssize) (MAX (end, done) + bottom) - part.base));
  }
  g_array_append_val (chain->parts, part);
}

static void
make_parts (Chain *chain)
{
  gsize all = (gsize) output_of (chain, chain->n - 1)->shape.dims[2];
  gsize done[WEIR_MAX_CHAIN + 1] = { 0 }, ends[WEIR_MAX_CHAIN];

  for (gsize end = 0; end < all;) {
    end = MIN (end + chain->rows, all);
    find_ends (chain, end, ends);
    for (guint k = 0; k < chain->n; k++)
      add_part (chain, k, done[k], ends[k], done[k + 1]);
    for (guint k = 0; k < chain->n; k++)
      done[k] = MAX (done[k], ends[k]);
  }
}

static void
make_chain (Compiler *c, WeirStep *steps, guint n, gsize strips)
{
  Chain chain = { .c = c, .steps = steps, .n = n };
  gsize all = (gsize) output_of (&chain, n - 1)->shape.dims[2];

  chain.rows = ((all + strips - 1) / strips + 1) & ~(gsize) 1;
  chain.parts = g_array_new (FALSE, TRUE, sizeof (WeirPart));
  for (guint k = 0; k + 1 < n; k++)
    chain.rings[k] = is_private (c, steps[k].group.outputs[0]);
  make_parts (&chain);
  for (guint k = 0; k < n; k++)
    compiler_value (c, steps[k].group.outputs[0])->ring = chain.ring_rows[k];
  steps->chain = n;
  steps->strips = chain.parts->len / n;
  steps->parts = (WeirPart *) g_array_free (chain.parts, FALSE);
}

void
compiler_make_chains (Compiler *c)
{
  WeirStep *steps = (WeirStep *) c->plan->steps->data;
  guint n_steps = c->plan->steps->len, n;

  for (guint i = 0; i < n_steps; i += n) {
    gsize cache = compiler_device (c, steps[i].device)->cache;
    gsize bytes = 0;

    n = chain_length (c, steps, n_steps, i);
    for (guint k = i; k < i + n; k++)
      bytes += bytes_of (c, steps[k].group.outputs[0]);
    if (n > 1 && bytes / cache + 1 >= MIN_STRIPS)
      make_chain (c, &steps[i], n, bytes / cache + 1);
  }
}
