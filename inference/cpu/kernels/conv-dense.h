#pragma once

#include "post.h"

/* Sums over channels and a window, on blocked values: the common ground of convolution,
 * plain and grouped, and of its transposition. */

/**
 * DenseTap:
 * @y, @x: where it reads, in pixels from where the window begins
 * @weight: which element of a filter it is
 *
 * One position of the window.
 */
typedef struct {
  gsize y, x;
  gsize weight;
} DenseTap;

/**
 * DenseSpec:
 * @channels, @outputs: input and output channels of all groups
 * @rows, @columns: the pixels that are computed
 * @in_y, @in_x: where the first one's window begins; @in_step_y, …: from one to the
 *   next
 * @out_y, …: the same for where pixels are stored
 * @weights: element @weight of the filter between two channels of a group lies
 *   @group_stride, @output_stride and @channel_stride elements on for each
 * @post: borrowed
 */
typedef struct {
  gsize batch, groups, channels, outputs;
  gsize rows, columns;
  gssize in_y, in_x;
  gsize in_step_y, in_step_x;
  gsize out_y, out_x, out_step_y, out_step_x;
  const DenseTap *taps;
  gsize n_taps;
  const float *weights;
  gsize group_stride, output_stride, channel_stride;
  const Post *post;
} DenseSpec;

typedef struct _Dense Dense;

#define dense_new     WEIR_ISA_SYMBOL (dense_new)
#define dense_free    WEIR_ISA_SYMBOL (dense_free)
#define dense_scratch WEIR_ISA_SYMBOL (dense_scratch)
#define dense_run     WEIR_ISA_SYMBOL (dense_run)

/** dense_new: (constructor): packs the weights; @in is the input's layout. */
Dense *dense_new (const DenseSpec *spec, const WeirValue *in, GError **error);
void dense_free (Dense *dense);
/** dense_scratch: bytes of scratch memory a thread. */
gsize dense_scratch (const Dense *dense);
/** dense_run: @count rows at most from @first on, of input and output 0 of the step that
 * runs. */
void dense_run (const Dense *dense, const WeirRun *run, gsize first, gsize count);
