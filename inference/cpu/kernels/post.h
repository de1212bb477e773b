#pragma once

#include "cpu/kernel.h"
#include "simd.h"

/* What a group adds to a kernel's result: after (before (x + bias) + residual). Kernels
 * let their sums begin with the bias. */

/**
 * PostActivation:
 * @slopes: (nullable): alpha by channel, padded with zeros to whole vectors
 * @offset: added to what the function gives
 */
typedef struct {
  WeirActivationKind kind;
  float alpha, beta, offset;
  float *slopes;
} PostActivation;

/**
 * Post:
 * @bias: one a channel, padded with zeros to whole vectors
 * @clamps: both activations are clamps at most, to these bounds: post_vec() does all
 */
typedef struct {
  float *bias;
  PostActivation before, after;
  gboolean clamps;
  float before_low, before_high, after_low, after_high;
} Post;

/* Most pixels a tile. */
#define POST_MAX_PIXELS 16

/**
 * PostTile:
 * @blocks, @pixels: how many vectors: @values holds [blocks][pixels] of them, and is
 *   written to
 * @channel: the first channel
 * @out, @residual: where each pixel lies in the first block; @residual: (nullable)
 * @out_block, @residual_block: elements from one block to the next
 */
typedef struct {
  float *values;
  guint blocks, pixels;
  gsize channel;
  float *const *out;
  const float *const *residual;
  gsize out_block, residual_block;
} PostTile;

#define post_init  WEIR_ISA_SYMBOL (post_init)
#define post_clear WEIR_ISA_SYMBOL (post_clear)
#define post_tile  WEIR_ISA_SYMBOL (post_tile)

/** post_accepts: whether activations and residual of @group are ones that kernels with
 * blocked outputs can do. */
gboolean weir_post_accepts (const WeirPlan *plan, const WeirGroup *group);
gboolean post_init (Post *post, const WeirGroup *group, gsize channels, GError **error);
void post_clear (Post *post);
/** post_tile: finishes and stores a tile whose activations are no clamps. */
void post_tile (const Post *post, const PostTile *tile);

/** post_vec: finishes one vector where @post->clamps. */
ALWAYS_INLINE Vec
post_vec (const Post *post, Vec x, const float *residual)
{
  if (residual != NULL)
    x = vec_clamp (x, vec_set (post->before_low), vec_set (post->before_high)) +
        vec_load (residual);
  return vec_clamp (x, vec_set (post->after_low), vec_set (post->after_high));
}
