#include "bytes-post.h"

#include "base/error.h"
#include "vec-levels.h"

static gboolean
is_clamp (const WeirActivation *act)
{
  return act->kind == WEIR_ACT_NONE || act->kind == WEIR_ACT_RELU ||
         act->kind == WEIR_ACT_CLAMP;
}

static gboolean
activation_accepts (const WeirActivation *act)
{
  return act->slopes == NULL && act->offset == 0 &&
         (act->kind == WEIR_ACT_NONE || map_find (act->kind) != NULL);
}

static gboolean
rounding_of (const WeirPlan *plan, const WeirNode *fake, WeirRounding *rounding)
{
  return fake != NULL && weir_rounding_read (plan->graph, fake, rounding);
}

gboolean
bytes_post_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  WeirRounding rounding;

  if (group->residual >= 0) {
    const WeirValue *residual = weir_group_input (plan, group, (guint) group->residual);

    if (residual->dtype != WEIR_DTYPE_F32 || residual->storage == WEIR_STORAGE_CONSTANT)
      return FALSE;
  }
  return activation_accepts (&group->before) && activation_accepts (&group->after) &&
         (group->inner == NULL || rounding_of (plan, group->inner, &rounding)) &&
         (group->last == NULL || rounding_of (plan, group->last, &rounding));
}

void
bytes_post_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                   WeirDemand *outputs)
{
  if (group->residual >= 0)
    inputs[group->residual].bytes =
        weir_group_input (plan, group, (guint) group->residual)->layout.bytes;
  outputs[0].bytes =
      group->last != NULL && weir_group_output (plan, group, 0)->levels.step > 0;
}

static void
bounds_of (const WeirActivation *act, float *low, float *high)
{
  *low = act->kind == WEIR_ACT_RELU ? 0 : -INFINITY;
  *high = INFINITY;
  if (act->kind == WEIR_ACT_CLAMP) {
    *low = act->alpha;
    *high = act->beta;
  }
}

static float
round_bound (const WeirRounding *r, float bound)
{
  return CLAMP (bound * r->factor + r->shift, 0, r->top);
}

/* @first (nullable) is folded into factors and shifts. */
static gboolean
init_factors (BytesPost *post, const WeirGroup *group, const WeirRounding *first,
              gsize channels, GError **error)
{
  gsize padded = (channels + VLEN - 1) / VLEN * VLEN;
  double factor = first != NULL ? first->factor : 1;
  double shift = first != NULL ? first->shift : 0;

  post->factor = weir_try_alloc (padded * sizeof (float), error);
  post->shift = weir_try_alloc (padded * sizeof (float), error);
  if (post->factor == NULL || post->shift == NULL)
    return FALSE;
  for (gsize i = 0; i < channels; i++) {
    double scale = 1, bias = 0;

    if (group->scale != NULL)
      scale =
          weir_tensor_get (group->scale, weir_tensor_count (group->scale) == 1 ? 0 : i);
    if (group->bias != NULL)
      bias = weir_tensor_get (group->bias, weir_tensor_count (group->bias) == 1 ? 0 : i);
    post->factor[i] = (float) (scale * factor);
    post->shift[i] = (float) (bias * factor + shift);
  }
  return TRUE;
}

static float
decode (const WeirLevels *levels, float byte)
{
  return (byte - (float) levels->zero) * levels->step;
}

/* All that can follow the first rounding, for each byte. */
static void
make_table (BytesPost *post)
{
  float values[256];

  for (guint i = 0; i < 256; i++)
    values[i] = decode (&post->inner.levels, (float) i);
  map_run (&post->after, values, 256);
  post->table = g_new (guint8, 256);
  for (guint i = 0; i < 256; i++)
    post->table[i] = (guint8) rintf (
        CLAMP (values[i] * post->last.factor + post->last.shift, 0, post->last.top));
}

gboolean
bytes_post_init (BytesPost *post, const WeirPlan *plan, const WeirGroup *group,
                 gsize channels, GError **error)
{
  const WeirRounding *first = NULL;
  gboolean alone =
      group->residual < 0 && weir_group_output (plan, group, 0)->layout.bytes;
  float low, high;

  *post = (BytesPost){ .before = group->before, .after = group->after };
  post->has_inner = rounding_of (plan, group->inner, &post->inner);
  post->has_last = rounding_of (plan, group->last, &post->last);
  post->clamps = is_clamp (&group->before) && is_clamp (&group->after);
  bounds_of (&group->before, &post->first_low, &post->first_high);
  bounds_of (&group->after, &post->after_low, &post->after_high);
  if (post->has_inner && is_clamp (&group->before))
    first = &post->inner;
  else if (!post->has_inner && alone && post->clamps && post->has_last) {
    first = &post->last;
    bounds_of (&group->after, &low, &high);
    post->first_low = CLAMP (post->first_low, low, high);
    post->first_high = CLAMP (post->first_high, low, high);
  }
  if (first != NULL) {
    post->folded = TRUE;
    post->first_low = round_bound (first, post->first_low);
    post->first_high = round_bound (first, post->first_high);
  }
  if (first == &post->inner && alone && post->has_last)
    make_table (post);
  return init_factors (post, group, first, channels, error);
}

void
bytes_post_clear (BytesPost *post)
{
  weir_free (post->factor);
  weir_free (post->shift);
  g_free (post->table);
  *post = (BytesPost){ 0 };
}

BytesTarget
bytes_post_target (const WeirRun *run)
{
  const WeirGroup *group = &run->step->group;
  BytesTarget target = { .out = weir_group_output (run->plan, group, 0),
                         .out_data = weir_run_output (run, 0) };

  if (group->residual >= 0) {
    target.residual = weir_group_input (run->plan, group, (guint) group->residual);
    target.residual_data = weir_run_input (run, (guint) group->residual);
  }
  return target;
}

ALWAYS_INLINE Vec
load_sum (const BytesTile *t, guint i)
{
  return vec_from_int (*(const VecInt *) (t->sums + i * VLEN));
}

/* One rounding only, and perhaps the table behind it. */
static void
finish_bytes (const BytesPost *post, const BytesTarget *target, const BytesTile *t)
{
  guint8 bytes[BYTES_POST_VECTORS * VLEN + 64], *out = target->out_data;
  const Vec low = vec_set (post->first_low), high = vec_set (post->first_high);

  for (guint b = 0; b < t->blocks; b++) {
    const Vec factor = vec_load (post->factor + t->channel + b * VLEN);
    const Vec shift = vec_load (post->shift + t->channel + b * VLEN);

    for (guint p = 0; p < t->pixels; p++) {
      guint i = b * t->pixels + p;
      Vec x = vec_clamp (vec_fma (load_sum (t, i), factor, shift), low, high);

      vec_store_bytes (
          post->table != NULL ? bytes + i * VLEN : out + t->out[p] + b * t->out_block, x);
    }
  }
  if (post->table == NULL)
    return;
  bytes_translate (post->table, bytes, t->blocks * t->pixels * VLEN);
  for (guint b = 0; b < t->blocks; b++)
    for (guint p = 0; p < t->pixels; p++)
      memcpy (out + t->out[p] + b * t->out_block, bytes + (b * t->pixels + p) * VLEN,
              VLEN);
}

ALWAYS_INLINE Vec
load_residual (const BytesTarget *target, gsize at)
{
  if (!target->residual->layout.bytes)
    return vec_load ((const float *) target->residual_data + at);
  return vec_decode (
      &target->residual->levels,
      vec_from_int (vec_load_bytes ((const guint8 *) target->residual_data + at)));
}

/* What stands before the residual, once @x is in bounds. */
ALWAYS_INLINE Vec
finish_inner (const BytesPost *post, Vec x)
{
  if (!post->has_inner)
    return x;
  if (!post->folded)
    x = vec_clamp (x * post->inner.factor + post->inner.shift, vec_set (0),
                   vec_set (post->inner.top));
  return vec_decode (&post->inner.levels, vec_round (x));
}

ALWAYS_INLINE void
finish_last (const BytesPost *post, const BytesTarget *target, gsize at, Vec x)
{
  if (!post->has_last) {
    vec_store ((float *) target->out_data + at, x);
    return;
  }
  x = vec_clamp (x * post->last.factor + post->last.shift, vec_set (0),
                 vec_set (post->last.top));
  if (target->out->layout.bytes)
    vec_store_bytes ((guint8 *) target->out_data + at, x);
  else
    vec_store ((float *) target->out_data + at,
               vec_decode (&post->last.levels, vec_round (x)));
}

static void
finish_clamps (const BytesPost *post, const BytesTarget *target, const BytesTile *t)
{
  const Vec low = vec_set (post->first_low), high = vec_set (post->first_high);

  for (guint b = 0; b < t->blocks; b++) {
    const Vec factor = vec_load (post->factor + t->channel + b * VLEN);
    const Vec shift = vec_load (post->shift + t->channel + b * VLEN);

    for (guint p = 0; p < t->pixels; p++) {
      Vec x = vec_fma (load_sum (t, b * t->pixels + p), factor, shift);

      x = finish_inner (post, vec_clamp (x, low, high));
      if (target->residual != NULL)
        x = x + load_residual (target, t->residual[p] + b * t->residual_block);
      x = vec_clamp (x, vec_set (post->after_low), vec_set (post->after_high));
      finish_last (post, target, t->out[p] + b * t->out_block, x);
    }
  }
}

/* Activations of any kind: each is applied to the whole tile. */
static void
finish_any (const BytesPost *post, const BytesTarget *target, const BytesTile *t)
{
  float values[BYTES_POST_VECTORS * VLEN];
  guint n = t->blocks * t->pixels;

  for (guint i = 0; i < n; i++) {
    gsize channel = t->channel + i / t->pixels * VLEN;

    vec_store (values + i * VLEN,
               vec_fma (load_sum (t, i), vec_load (post->factor + channel),
                        vec_load (post->shift + channel)));
  }
  if (!post->folded)
    map_run (&post->before, values, n * VLEN);
  for (guint i = 0; i < n; i++) {
    guint b = i / t->pixels, p = i % t->pixels;
    Vec x = vec_load (values + i * VLEN);

    if (post->folded)
      x = vec_clamp (x, vec_set (post->first_low), vec_set (post->first_high));
    x = finish_inner (post, x);
    if (target->residual != NULL)
      x = x + load_residual (target, t->residual[p] + b * t->residual_block);
    vec_store (values + i * VLEN, x);
  }
  map_run (&post->after, values, n * VLEN);
  for (guint i = 0; i < n; i++)
    finish_last (post, target, t->out[i % t->pixels] + i / t->pixels * t->out_block,
                 vec_load (values + i * VLEN));
}

void
bytes_post_tile (const BytesPost *post, const BytesTarget *target, const BytesTile *tile)
{
  gboolean once = post->folded && (!post->has_inner || post->table != NULL);

  if (once && target->out->layout.bytes)
    finish_bytes (post, target, tile);
  else if (post->clamps)
    finish_clamps (post, target, tile);
  else
    finish_any (post, target, tile);
}
