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

gboolean
bytes_conv_shape (const WeirPlan *plan, const WeirGroup *group, ConvShape *s)
{
  const WeirValue *in = weir_group_input (plan, group, 0);

  return weir_node_is_exact (group->node) && weir_conv_shape (plan, group, s) &&
         in->levels.step == 1 && weir_group_input (plan, group, 1)->levels.step == 1 &&
         (!weir_conv_has_border (s) ||
          (in->levels.zero >= 0 && in->levels.zero <= 255)) &&
         bytes_post_accepts (plan, group);
}

void
bytes_conv_demand (const WeirPlan *plan, const WeirGroup *group, const ConvShape *shape,
                   guint block, WeirDemand *inputs, WeirDemand *outputs)
{
  weir_conv_demand (shape, group, VLEN, inputs, outputs);
  inputs[0].block = block;
  inputs[0].bytes = TRUE;
  bytes_post_demand (plan, group, inputs, outputs);
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

static gboolean
pad_channels (float **to, const WeirTensor *from, float other, gsize channels,
              GError **error)
{
  gsize padded = (channels + VLEN - 1) / VLEN * VLEN;

  *to = weir_try_alloc (padded * sizeof (float), error);
  if (*to == NULL)
    return FALSE;
  for (gsize i = 0; i < channels; i++)
    (*to)[i] =
        from == NULL
            ? other
            : (float) weir_tensor_get (from, weir_tensor_count (from) == 1 ? 0 : i);
  return TRUE;
}

ALWAYS_INLINE Vec
level_of (const WeirRounding *r, Vec x)
{
  return vec_alone (x * r->factor) + r->shift;
}

ALWAYS_INLINE Vec
level_within (const WeirRounding *r, Vec x)
{
  return vec_clamp (level_of (r, x), vec_set (0), vec_set (r->top));
}

ALWAYS_INLINE Vec
number_of (const WeirRounding *r, Vec level)
{
  return vec_alone (vec_round (level) * r->step) + r->low;
}

/* The byte that @x becomes, before it is rounded. */
static float
round_bound (const WeirRounding *r, float x)
{
  return level_within (r, vec_set (x))[0];
}

/* All that can follow the first rounding, for each byte. */
static void
make_table (BytesPost *post)
{
  float values[256];

  for (guint i = 0; i < 256; i++)
    values[i] = (float) i;
  for (guint i = 0; i < 256; i += VLEN)
    vec_store (values + i, number_of (&post->inner, vec_load (values + i)));
  map_run (&post->after, values, 256);
  post->table = g_new (guint8, 256);
  for (guint i = 0; i < 256; i += VLEN)
    vec_store_bytes (post->table + i, level_within (&post->last, vec_load (values + i)));
}

/* Which rounding is done first, and within which bounds. */
static void
find_first (BytesPost *post, gboolean alone)
{
  bounds_of (&post->before, &post->first_low, &post->first_high);
  bounds_of (&post->after, &post->after_low, &post->after_high);
  if (post->has_inner && is_clamp (&post->before)) {
    post->first = &post->inner;
  } else if (!post->has_inner && post->has_last && alone && post->clamps) {
    post->first = &post->last;
    post->first_low = CLAMP (post->first_low, post->after_low, post->after_high);
    post->first_high = CLAMP (post->first_high, post->after_low, post->after_high);
  }
  if (post->first == NULL)
    return;
  post->first_low = round_bound (post->first, post->first_low);
  post->first_high = round_bound (post->first, post->first_high);
}

/* Sums are below 2^31. */
static gboolean
find_saturates (const BytesPost *post, gsize channels)
{
  double most = 0;

  if (post->first == NULL || post->first_low != 0 || post->first_high != 255)
    return FALSE;
  for (gsize i = 0; i < channels; i++)
    most = MAX (most,
                0x1p31 * fabs ((double) post->scale[i]) + fabs ((double) post->bias[i]));
  return most * fabs ((double) post->first->factor) + fabs ((double) post->first->shift) <
         0x1p30;
}

gboolean
bytes_post_init (BytesPost *post, const WeirPlan *plan, const WeirGroup *group,
                 gsize channels, GError **error)
{
  gboolean alone =
      group->residual < 0 && weir_group_output (plan, group, 0)->layout.bytes;

  *post = (BytesPost){ .before = group->before, .after = group->after };
  post->has_inner = rounding_of (plan, group->inner, &post->inner);
  post->has_last = rounding_of (plan, group->last, &post->last);
  post->clamps = is_clamp (&group->before) && is_clamp (&group->after);
  find_first (post, alone);
  if (post->first == &post->inner && alone && post->has_last)
    make_table (post);
  if (!pad_channels (&post->scale, group->scale, 1, channels, error) ||
      !pad_channels (&post->bias, group->bias, 0, channels, error))
    return FALSE;
  post->saturates = find_saturates (post, channels);
  return TRUE;
}

void
bytes_post_clear (BytesPost *post)
{
  weir_free (post->scale);
  weir_free (post->bias);
  g_free (post->table);
  *post = (BytesPost){ 0 };
}

BytesTarget
bytes_post_plane (const BytesTarget *target, gsize image, gsize block)
{
  const WeirValue *out = target->out, *residual = target->residual;
  BytesTarget plane = *target;

  plane.out_data = (guint8 *) plane.out_data +
                   (image * out->batch + block * out->plane) * weir_value_element (out);
  if (residual != NULL)
    plane.residual_data = (const guint8 *) plane.residual_data +
                          (image * residual->batch + block * residual->plane) *
                              weir_value_element (residual);
  return plane;
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

/* How the first rounding is done for the channels from @channel on. */
static BytesFinish
finish_first (const BytesPost *post, gsize channel)
{
  return (BytesFinish){ .scale = post->scale + channel,
                        .bias = post->bias + channel,
                        .factor = post->first->factor,
                        .shift = post->first->shift,
                        .low = post->first_low,
                        .high = post->first_high,
                        .saturates = post->saturates };
}

gboolean
bytes_post_finish (const BytesPost *post, const BytesTarget *target, gsize channel,
                   BytesFinish *finish)
{
  if (post->first == NULL || post->first != &post->last)
    return FALSE;
  *finish = finish_first (post, channel);
  finish->out = target->out_data;
  return TRUE;
}

/* Vector @i of the sums, with scale and bias. */
ALWAYS_INLINE Vec
load_sum (const BytesTile *t, guint i, Vec scale, Vec bias)
{
  return vec_alone (vec_from_int (*(const VecInt *) (t->sums + i * VLEN)) * scale) + bias;
}

/* One rounding only, and perhaps the table behind it. */
static void
finish_bytes (const BytesPost *post, const BytesTarget *target, const BytesTile *t)
{
  guint8 bytes[BYTES_POST_VECTORS * VLEN + 64], *out = target->out_data;

  for (guint b = 0; b < t->blocks; b++) {
    const BytesFinish f = finish_first (post, t->channel + b * VLEN);
    const Vec scale = vec_load (f.scale), bias = vec_load (f.bias);
    const VecInt *sums = (const VecInt *) t->sums + b * t->pixels;
    guint8 *to = bytes + b * t->pixels * VLEN;
    guint p = 0;

    for (; p + 4 <= t->pixels; p += 4)
      bytes_store_line (&f, sums + p, scale, bias, to + p * VLEN, 4);
    for (; p < t->pixels; p++)
      bytes_store (&f, sums[p], scale, bias, to + p * VLEN);
  }
  if (post->table != NULL)
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
  return vec_alone (vec_decode (
      &target->residual->levels,
      vec_from_int (vec_load_bytes ((const guint8 *) target->residual_data + at))));
}

/* What stands before the residual, once activations are through that are no clamps. */
ALWAYS_INLINE Vec
finish_inner (const BytesPost *post, Vec x)
{
  const Vec low = vec_set (post->first_low), high = vec_set (post->first_high);

  if (post->first != NULL)
    return number_of (post->first, vec_clamp (level_of (post->first, x), low, high));
  if (is_clamp (&post->before))
    x = vec_clamp (x, low, high);
  return post->has_inner ? number_of (&post->inner, level_within (&post->inner, x)) : x;
}

ALWAYS_INLINE void
finish_last (const BytesPost *post, const BytesTarget *target, gsize at, Vec x)
{
  if (!post->has_last)
    vec_store ((float *) target->out_data + at, x);
  else if (target->out->layout.bytes)
    vec_store_bytes ((guint8 *) target->out_data + at, level_within (&post->last, x));
  else
    vec_store ((float *) target->out_data + at,
               number_of (&post->last, level_within (&post->last, x)));
}

/* Two roundings and the bytes of a residual between them, as in a residual block: all
 * numbers are held in registers. */
static void
finish_sum (const BytesPost *post, const BytesTarget *target, const BytesTile *t)
{
  const WeirRounding inner = post->inner, last = post->last;
  const Vec first_low = vec_set (post->first_low),
            first_high = vec_set (post->first_high);
  const Vec low = vec_set (post->after_low), high = vec_set (post->after_high);
  const Vec zero = vec_set ((float) target->residual->levels.zero);
  const Vec step = vec_set (target->residual->levels.step);
  const gboolean has_inner = post->first != NULL;

  for (guint b = 0; b < t->blocks; b++) {
    const Vec scale = vec_load (post->scale + t->channel + b * VLEN);
    const Vec bias = vec_load (post->bias + t->channel + b * VLEN);
    const guint8 *residual =
        (const guint8 *) target->residual_data + b * t->residual_block;
    guint8 *out = (guint8 *) target->out_data + b * t->out_block;

    for (guint p = 0; p < t->pixels; p++) {
      Vec x = load_sum (t, b * t->pixels + p, scale, bias), r;

      x = has_inner ? number_of (&inner,
                                 vec_clamp (level_of (&inner, x), first_low, first_high))
                    : vec_clamp (x, first_low, first_high);
      r = vec_from_int (vec_load_bytes (residual + t->residual[p]));
      x = vec_clamp (x + vec_alone ((r - zero) * step), low, high);
      vec_store_bytes (out + t->out[p], level_within (&last, x));
    }
  }
}

static void
finish_clamps (const BytesPost *post, const BytesTarget *target, const BytesTile *t)
{
  for (guint b = 0; b < t->blocks; b++) {
    const Vec scale = vec_load (post->scale + t->channel + b * VLEN);
    const Vec bias = vec_load (post->bias + t->channel + b * VLEN);

    for (guint p = 0; p < t->pixels; p++) {
      Vec x = finish_inner (post, load_sum (t, b * t->pixels + p, scale, bias));

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

    vec_store (values + i * VLEN, load_sum (t, i, vec_load (post->scale + channel),
                                            vec_load (post->bias + channel)));
  }
  if (!is_clamp (&post->before))
    map_run (&post->before, values, n * VLEN);
  for (guint i = 0; i < n; i++) {
    guint b = i / t->pixels, p = i % t->pixels;
    Vec x = finish_inner (post, vec_load (values + i * VLEN));

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
  if (post->table != NULL || (post->first != NULL && post->first == &post->last))
    finish_bytes (post, target, tile);
  else if (post->clamps && (post->first != NULL || !post->has_inner) && post->has_last &&
           target->residual != NULL && target->residual->layout.bytes &&
           target->out->layout.bytes)
    finish_sum (post, target, tile);
  else if (post->clamps)
    finish_clamps (post, target, tile);
  else
    finish_any (post, target, tile);
}
