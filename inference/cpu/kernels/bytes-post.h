#pragma once

#include "bytes-finish.h"
#include "cpu/conv-shape.h"
#include "map.h"
#include "runtime/rounding.h"

/* What a group adds to sums of whole numbers: last (after (inner (before (sum * scale +
 * bias)) + residual)). */

/* Most vectors that are finished at a time. */
#define BYTES_POST_VECTORS 32

/**
 * BytesPost:
 * @scale, @bias: one a channel, padded to whole vectors
 * @clamps: all activations are clamps at most
 * @first: (nullable): the first rounding, if nothing but clamps stands before it; bytes
 *   before it are rounded are between @first_low and @first_high; without, sums with
 *   scale and bias are
 * @saturates: those bounds are a byte's, and no number comes near 2^31
 * @table: (nullable): what a byte becomes behind the first rounding
 *
 * Numbers are multiplied and added as the operations that were fused did it, each result
 * being rounded to float: so no result differs from theirs.
 */
typedef struct {
  float *scale, *bias;
  gboolean clamps, has_inner, has_last, saturates;
  float first_low, first_high, after_low, after_high;
  WeirActivation before, after;
  WeirRounding inner, last;
  const WeirRounding *first;
  guint8 *table;
} BytesPost;

/**
 * BytesTile:
 * @sums: [blocks][pixels][VLEN]
 * @channel: of the first block
 * @out, @residual: elements from the beginning of the value to each pixel in that block
 * @out_block, @residual_block: elements from one block to the next
 */
typedef struct {
  gint32 *sums;
  guint blocks, pixels;
  gsize channel;
  const gsize *out, *residual;
  gsize out_block, residual_block;
} BytesTile;

/**
 * BytesTarget:
 * @residual: (nullable)
 *
 * What a step writes to and adds.
 */
typedef struct {
  const WeirValue *out, *residual;
  void *out_data;
  const void *residual_data;
} BytesTarget;

#define bytes_post_accepts WEIR_ISA_SYMBOL (bytes_post_accepts)
#define bytes_post_demand  WEIR_ISA_SYMBOL (bytes_post_demand)
#define bytes_post_init    WEIR_ISA_SYMBOL (bytes_post_init)
#define bytes_post_clear   WEIR_ISA_SYMBOL (bytes_post_clear)
#define bytes_post_tile    WEIR_ISA_SYMBOL (bytes_post_tile)
#define bytes_post_finish  WEIR_ISA_SYMBOL (bytes_post_finish)
#define bytes_post_plane   WEIR_ISA_SYMBOL (bytes_post_plane)
#define bytes_conv_shape   WEIR_ISA_SYMBOL (bytes_conv_shape)
#define bytes_conv_demand  WEIR_ISA_SYMBOL (bytes_conv_demand)
#define bytes_post_target  WEIR_ISA_SYMBOL (bytes_post_target)

gboolean bytes_post_accepts (const WeirPlan *plan, const WeirGroup *group);
/** bytes_post_demand: bytes where the output has levels, and of the residual whatever it
 * is. */
void bytes_post_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                        WeirDemand *outputs);
gboolean bytes_post_init (BytesPost *post, const WeirPlan *plan, const WeirGroup *group,
                          gsize channels, GError **error);
void bytes_post_clear (BytesPost *post);
/** bytes_post_tile: finishes and stores a tile of at most BYTES_POST_VECTORS. */
void bytes_post_tile (const BytesPost *post, const BytesTarget *target,
                      const BytesTile *tile);
/** bytes_post_finish: (out @finish): whether bytes_level() does all that is to be done,
 * for the channels from @channel on. */
gboolean bytes_post_finish (const BytesPost *post, const BytesTarget *target,
                            gsize channel, BytesFinish *finish);
BytesTarget bytes_post_target (const WeirRun *run);
/** bytes_post_plane: what is written and added in the plane of block @block. */
BytesTarget bytes_post_plane (const BytesTarget *target, gsize image, gsize block);

/** bytes_conv_shape: (out @shape): whether @group is a convolution of bytes, of any
 * number of groups, and what follows it is known. */
gboolean bytes_conv_shape (const WeirPlan *plan, const WeirGroup *group,
                           ConvShape *shape);
/** bytes_conv_demand: its input in bytes, @block channels a block. */
void bytes_conv_demand (const WeirPlan *plan, const WeirGroup *group,
                        const ConvShape *shape, guint block, WeirDemand *inputs,
                        WeirDemand *outputs);
