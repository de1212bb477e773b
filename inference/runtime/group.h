#pragma once

#include "ir/graph.h"

/* What steps work on: values with their layouts in memory, and groups of operations. */

/**
 * WeirLevels:
 * @step: 0 where a value has no levels
 * @zero: the byte that stands for 0; it may lie beyond what a byte holds
 *
 * How the elements of an f32 value can be told in bytes: each is (byte - @zero) * @step.
 * Kernels without signs only: i8 of a model is u8 with another @zero here.
 */
typedef struct {
  float step;
  gint32 zero;
} WeirLevels;

/**
 * WeirLayout:
 * @block: 0: plain, row-major. Else rank 4 only: [N][ceil(C / block)][H][W][block]; lanes
 *   beyond C hold finite numbers of no meaning
 * @top, @left, @bottom, @right: a border of zeros around each plane of a blocked value,
 *   so that a window that is padded with zeros never needs a check
 * @bytes: elements of an f32 value are kept as bytes, as its #WeirLevels say
 */
typedef struct {
  guint block;
  guint top, left, bottom, right;
  gboolean bytes;
} WeirLayout;

/** WeirStorage: where a value's elements are. */
typedef enum {
  WEIR_STORAGE_ARENA,    /* at an offset of its device's arena */
  WEIR_STORAGE_CONSTANT, /* in a tensor of the graph; plain */
  WEIR_STORAGE_INPUT,    /* in the tensor given as network input; plain */
  WEIR_STORAGE_OUTPUT,   /* in a tensor that the request hands out; plain */
  WEIR_STORAGE_DYNAMIC,  /* in a tensor made while running: its shape depends on data */
} WeirStorage;

/**
 * WeirValue:
 * @dtype, @shape: what it is; unknown dimensions only with %WEIR_STORAGE_DYNAMIC
 * @levels: all its elements are of these; of a constant: they are whole and fit a gint8
 * @index: which network input or output it is, with those storages
 * @device: index of the device that holds it
 * @offset: bytes from the beginning of the arena, or of the tensor, to element (0,0,0,0):
 *   behind the border
 * @size: bytes that it takes in the arena, borders included; 0 for a part of another
 * value
 * @ring: 0, or how many rows, those of borders included, there is memory for: a value
 *   that only lives inside of a chain of steps, which moves rows up as they are used
 * @row, @plane, @batch: (plain values are always dense) elements from one row, channel
 * block (or channel, when plain) and image to the next; a value that lies inside a larger
 * one (concat in place) has that one's strides. Set for rank 4 only.
 */
typedef struct {
  WeirDtype dtype;
  WeirShape shape;
  WeirLevels levels;
  WeirLayout layout;
  WeirStorage storage;
  guint index;
  guint device;
  WeirTensor *constant;
  gsize offset;
  gsize size;
  gsize ring;
  gsize row, plane, batch;
} WeirValue;

/** weir_value_element: bytes of an element in memory. */
static inline gsize
weir_value_element (const WeirValue *value)
{
  return value->layout.bytes ? 1 : weir_dtype_size (value->dtype);
}

/** weir_value_zero: the byte that a border of zeros is made of. */
static inline int
weir_value_zero (const WeirValue *value)
{
  return value->layout.bytes ? value->levels.zero : 0;
}

/** WeirActivationKind: functions that kernels apply to results before they store them. */
typedef enum {
  WEIR_ACT_NONE,
  WEIR_ACT_RELU,
  WEIR_ACT_LEAKY, /* x < 0: alpha * x */
  WEIR_ACT_PRELU, /* the same, alpha by channel in @slopes */
  WEIR_ACT_CLAMP, /* alpha .. beta */
  WEIR_ACT_SIGMOID,
  WEIR_ACT_TANH,
  WEIR_ACT_SWISH,    /* x * sigmoid (alpha * x) */
  WEIR_ACT_HSWISH,   /* x * min (max (x + 3, 0), 6) / 6 */
  WEIR_ACT_HSIGMOID, /* min (max (alpha * x + beta, 0), 1) */
  WEIR_ACT_ELU,      /* x < 0: alpha * (exp (x) - 1) */
  WEIR_ACT_GELU,     /* with erf */
  WEIR_ACT_MISH,
} WeirActivationKind;

/**
 * WeirActivation:
 * @slopes: (nullable): f32, one a channel
 * @offset: added to what the function gives; 0 where @kind is %WEIR_ACT_NONE
 */
typedef struct {
  WeirActivationKind kind;
  float alpha, beta;
  WeirTensor *slopes;
  float offset;
} WeirActivation;

/**
 * WeirGroup:
 * @node: the operation that is computed
 * @inputs: values it reads; weights and other constants too, with
 *   %WEIR_STORAGE_CONSTANT, at the node's own input positions
 * @residual: index in @inputs of a value that is added, or -1
 * @scale: (nullable): f32, one a channel or one for all
 * @bias: (nullable): f32, one a channel (dimension 1, or the last one of MatMul)
 * @before: activation applied before the residual is added
 * @inner: (nullable): a FakeQuantize that is applied before the residual is added
 * @after: activation applied behind that
 * @last: (nullable): a FakeQuantize that is applied last
 * @outputs: values it writes
 *
 * One step of the network: last (after (inner (before (node * scale + bias)) +
 * residual)). Only kernels that say so know @scale, @inner and @last.
 */
typedef struct {
  const WeirNode *node;
  guint *inputs;
  guint n_inputs;
  int residual;
  WeirTensor *scale;
  WeirTensor *bias;
  WeirActivation before;
  const WeirNode *inner;
  WeirActivation after;
  const WeirNode *last;
  guint *outputs;
  guint n_outputs;
} WeirGroup;

/**
 * WeirDemand:
 * @block: what a kernel wants of one value: 0 plain, 4, 8 or 16 blocked,
 *   %WEIR_BLOCK_ANY when it takes strides as they come
 * @top, @left, @bottom, @right: borders that it reads (inputs only)
 * @bytes: it wants bytes
 */
typedef struct {
  guint block;
  guint top, left, bottom, right;
  gboolean bytes;
} WeirDemand;

#define WEIR_BLOCK_ANY ((guint) -1)
