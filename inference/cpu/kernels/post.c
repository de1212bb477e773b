#include "post.h"

#include "base/error.h"
#include "vec-math.h"

/* Bounds of the activations that are clamps. */
static gboolean
clamp_bounds (const WeirActivation *act, float *low, float *high)
{
  *low = -INFINITY;
  *high = INFINITY;
  if (act->kind == WEIR_ACT_NONE)
    return TRUE;
  if (act->offset != 0)
    return FALSE;
  if (act->kind == WEIR_ACT_RELU)
    *low = 0;
  if (act->kind == WEIR_ACT_CLAMP) {
    *low = act->alpha;
    *high = act->beta;
  }
  return act->kind == WEIR_ACT_RELU || act->kind == WEIR_ACT_CLAMP;
}

/* One float a channel, padded to whole vectors; @from: (nullable): zeros */
static gboolean
pad_channels (float **to, const WeirTensor *from, gsize channels, GError **error)
{
  gsize padded = (channels + VLEN - 1) / VLEN * VLEN;

  *to = weir_try_alloc (padded * sizeof (float), error);
  if (*to == NULL)
    return FALSE;
  for (gsize i = 0; from != NULL && i < channels; i++)
    (*to)[i] = (float) weir_tensor_get (from, weir_tensor_count (from) == 1 ? 0 : i);
  return TRUE;
}

static gboolean
activation_init (PostActivation *to, const WeirActivation *from, gsize channels,
                 GError **error)
{
  *to = (PostActivation){
    .kind = from->kind, .alpha = from->alpha, .beta = from->beta, .offset = from->offset
  };
  return from->slopes == NULL ||
         pad_channels (&to->slopes, from->slopes, channels, error);
}

/* Without a residual between them two clamps are one. */
static void
join_clamps (Post *post)
{
  post->after_low = CLAMP (post->before_low, post->after_low, post->after_high);
  post->after_high = CLAMP (post->before_high, post->after_low, post->after_high);
}

gboolean
post_init (Post *post, const WeirGroup *group, gsize channels, GError **error)
{
  gboolean before = clamp_bounds (&group->before, &post->before_low, &post->before_high);
  gboolean after = clamp_bounds (&group->after, &post->after_low, &post->after_high);

  post->clamps = before && after;
  if (post->clamps && group->residual < 0)
    join_clamps (post);
  return pad_channels (&post->bias, group->bias, channels, error) &&
         activation_init (&post->before, &group->before, channels, error) &&
         activation_init (&post->after, &group->after, channels, error);
}

void
post_clear (Post *post)
{
  weir_free (post->bias);
  weir_free (post->before.slopes);
  weir_free (post->after.slopes);
  *post = (Post){ 0 };
}

typedef struct {
  Vec alpha, beta, offset;
} Parameters;

ALWAYS_INLINE Vec
act_none (Vec x, Parameters p)
{
  (void) p;
  return x;
}

ALWAYS_INLINE Vec
act_relu (Vec x, Parameters p)
{
  (void) p;
  return vec_max (vec_set (0), x);
}

ALWAYS_INLINE Vec
act_leaky (Vec x, Parameters p)
{
  return vec_select (x < 0, p.alpha * x, x);
}

ALWAYS_INLINE Vec
act_clamp (Vec x, Parameters p)
{
  return vec_clamp (x, p.alpha, p.beta);
}

ALWAYS_INLINE Vec
act_sigmoid (Vec x, Parameters p)
{
  (void) p;
  return vec_sigmoid (x);
}

ALWAYS_INLINE Vec
act_tanh (Vec x, Parameters p)
{
  (void) p;
  return vec_tanh (x);
}

ALWAYS_INLINE Vec
act_swish (Vec x, Parameters p)
{
  return x * vec_sigmoid (p.alpha * x);
}

ALWAYS_INLINE Vec
act_hswish (Vec x, Parameters p)
{
  (void) p;
  return x * vec_clamp (x + 3, vec_set (0), vec_set (6)) * (1.0f / 6);
}

ALWAYS_INLINE Vec
act_hsigmoid (Vec x, Parameters p)
{
  return vec_clamp (vec_fma (p.alpha, x, p.beta), vec_set (0), vec_set (1));
}

ALWAYS_INLINE Vec
act_elu (Vec x, Parameters p)
{
  return vec_select (x < 0, p.alpha * (vec_exp (x) - 1), x);
}

ALWAYS_INLINE Vec
act_gelu (Vec x, Parameters p)
{
  (void) p;
  return 0.5f * x * (1 + vec_erf (x * 0.70710678f));
}

ALWAYS_INLINE Vec
act_mish (Vec x, Parameters p)
{
  (void) p;
  return vec_mish (x);
}

/* One loop an activation, over @pixels vectors of one block: each goes to @to[i] + @at.
 */
typedef void (*ActivationLoop) (const float *values, guint pixels, Parameters parameters,
                                float *const *to, gsize at);

#define LOOP(name)                                                                   \
  static void loop_##name (const float *values, guint pixels, Parameters parameters, \
                           float *const *to, gsize at)                               \
  {                                                                                  \
    for (guint i = 0; i < pixels; i++)                                               \
      vec_store (to[i] + at, act_##name (vec_load (values + i * VLEN), parameters) + \
                                 parameters.offset);                                 \
  }
LOOP (none)
LOOP (relu)
LOOP (leaky)
LOOP (clamp)
LOOP (sigmoid)
LOOP (tanh)
LOOP (swish)
LOOP (hswish)
LOOP (hsigmoid)
LOOP (elu)
LOOP (gelu)
LOOP (mish)
#undef LOOP

static const ActivationLoop loops[] = {
  [WEIR_ACT_NONE] = loop_none,     [WEIR_ACT_RELU] = loop_relu,
  [WEIR_ACT_LEAKY] = loop_leaky,   [WEIR_ACT_PRELU] = loop_leaky,
  [WEIR_ACT_CLAMP] = loop_clamp,   [WEIR_ACT_SIGMOID] = loop_sigmoid,
  [WEIR_ACT_TANH] = loop_tanh,     [WEIR_ACT_SWISH] = loop_swish,
  [WEIR_ACT_HSWISH] = loop_hswish, [WEIR_ACT_HSIGMOID] = loop_hsigmoid,
  [WEIR_ACT_ELU] = loop_elu,       [WEIR_ACT_GELU] = loop_gelu,
  [WEIR_ACT_MISH] = loop_mish,
};

static void
activate (const PostActivation *act, const PostTile *tile, float *const *to, gsize step)
{
  for (guint b = 0; b < tile->blocks; b++) {
    Parameters parameters = { vec_set (act->alpha), vec_set (act->beta),
                              vec_set (act->offset) };

    if (act->slopes != NULL)
      parameters.alpha = vec_load (act->slopes + tile->channel + b * VLEN);
    loops[act->kind](tile->values + b * tile->pixels * VLEN, tile->pixels, parameters, to,
                     b * step);
  }
}

static void
activate_in_place (const PostActivation *act, const PostTile *tile)
{
  float *to[POST_MAX_PIXELS];

  for (guint i = 0; i < tile->pixels; i++)
    to[i] = tile->values + i * VLEN;
  activate (act, tile, to, tile->pixels * VLEN);
}

void
post_tile (const Post *post, const PostTile *tile)
{
  if (post->before.kind != WEIR_ACT_NONE)
    activate_in_place (&post->before, tile);
  for (guint b = 0; tile->residual != NULL && b < tile->blocks; b++)
    for (guint p = 0; p < tile->pixels; p++) {
      float *x = tile->values + (b * tile->pixels + p) * VLEN;

      vec_store (x,
                 vec_load (x) + vec_load (tile->residual[p] + b * tile->residual_block));
    }
  activate (&post->after, tile, tile->out, tile->out_block);
}
