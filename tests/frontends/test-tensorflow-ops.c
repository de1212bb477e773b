#include "compare.h"
#include "ir/evaluate.h"
#include "tensorflow-text.h"

#include <math.h>
#include <string.h>

/* Graphs as text, without attributes that have their default; the numbers are those of
 * TensorFlow 2.21. */

#define MOST 24

typedef struct {
  const char *text;
  double expected[MOST];
  guint count;
} Case;

static const Case deconv[] = {
  /* SAME: the smaller pad in front. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_INT32 } } attr { key: \"value\" value { tensor { dtype: DT_INT32 "
      "tensor_shape { dim { size: 4 } } int_val: [1, 4, 4, 1] } } } } "
      "node { name: \"Const_1\" op: \"Const\" attr { key: \"dtype\" value { "
      "type: DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: "
      "DT_FLOAT tensor_shape { dim { size: 3 } dim { size: 3 } dim { "
      "size: 1 } dim { size: 1 } } float_val: [1.0, 2.0, 3.0, 4.0, 5.0, "
      "6.0, 7.0, 8.0, 9.0] } } } } node { name: \"Const_2\" op: \"Const\" "
      "attr { key: \"dtype\" value { type: DT_FLOAT } } attr { key: \"value\" "
      "value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 1 } "
      "dim { size: 2 } dim { size: 2 } dim { size: 1 } } float_val: [1.0, "
      "2.0, 3.0, 4.0] } } } } node { name: \"Conv2DBackpropInput\" op: "
      "\"Conv2DBackpropInput\" input: \"Const\" input: \"Const_1\" input: "
      "\"Const_2\" attr { key: \"T\" value { type: DT_FLOAT } } attr { key: "
      "\"padding\" value { s: \"SAME\" } } attr { key: \"strides\" value { list "
      "{ i: [1, 2, 2, 1] } } } } node { name: \"y\" op: \"Identity\" input: "
      "\"Conv2DBackpropInput\" attr { key: \"T\" value { type: DT_FLOAT } } }",
      { 1, 2, 5, 4, 4, 5, 14, 10, 10, 14, 36, 24, 12, 15, 34, 20 },
      16,
  },
  /* VALID with a row that no window reaches. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_INT32 } } attr { key: \"value\" value { tensor { dtype: DT_INT32 "
      "tensor_shape { dim { size: 4 } } int_val: [1, 4, 4, 1] } } } } "
      "node { name: \"Const_1\" op: \"Const\" attr { key: \"dtype\" value { "
      "type: DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: "
      "DT_FLOAT tensor_shape { dim { size: 1 } dim { size: 1 } dim { "
      "size: 1 } dim { size: 1 } } float_val: [1.0] } } } } node { name: "
      "\"Const_2\" op: \"Const\" attr { key: \"dtype\" value { type: DT_FLOAT } "
      "} attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 1 } dim { size: 2 } dim { size: 2 } dim "
      "{ size: 1 } } float_val: [1.0, 2.0, 3.0, 4.0] } } } } node { name: "
      "\"Conv2DBackpropInput\" op: \"Conv2DBackpropInput\" input: \"Const\" "
      "input: \"Const_1\" input: \"Const_2\" attr { key: \"T\" value { type: "
      "DT_FLOAT } } attr { key: \"padding\" value { s: \"VALID\" } } attr { "
      "key: \"strides\" value { list { i: [1, 2, 2, 1] } } } } node { name: "
      "\"y\" op: \"Identity\" input: \"Conv2DBackpropInput\" attr { key: \"T\" "
      "value { type: DT_FLOAT } } }",
      { 1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0 },
      16,
  },
  { NULL },
};

static const Case pools[] = {
  /* Positions count through the channels. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 1 } dim { size: 2 } dim { size: 4 } dim "
      "{ size: 2 } } float_val: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, "
      "9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0] } } } } node { "
      "name: \"MaxPoolWithArgmax\" op: \"MaxPoolWithArgmax\" input: \"Const\" "
      "attr { key: \"T\" value { type: DT_FLOAT } } attr { key: \"ksize\" "
      "value { list { i: [1, 2, 2, 1] } } } attr { key: \"padding\" value { "
      "s: \"SAME\" } } attr { key: \"strides\" value { list { i: [1, 2, 2, 1] "
      "} } } } node { name: \"y\" op: \"Identity\" input: "
      "\"MaxPoolWithArgmax:1\" attr { key: \"T\" value { type: DT_INT64 } } }",
      { 10, 11, 14, 15 },
      4,
  },
  { NULL },
};

static const Case norms[] = {
  /* LRN by its defaults. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 1 } dim { size: 1 } dim { size: 1 } dim "
      "{ size: 4 } } float_val: [1.0, 2.0, 3.0, 4.0] } } } } node { name: "
      "\"LRN\" op: \"LRN\" input: \"Const\" attr { key: \"depth_radius\" value { "
      "i: 1 } } } node { name: \"y\" op: \"Identity\" input: \"LRN\" attr { "
      "key: \"T\" value { type: DT_FLOAT } } }",
      { 0.4082483, 0.5163978, 0.5477226, 0.7844645 },
      4,
  },
  /* Statistics of the batch. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 1 } dim { size: 2 } dim { size: 2 } dim "
      "{ size: 1 } } float_val: [1.0, 2.0, 3.0, 4.0] } } } } node { name: "
      "\"Const_1\" op: \"Const\" attr { key: \"dtype\" value { type: DT_FLOAT } "
      "} attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 1 } } float_val: [2.0] } } } } node { "
      "name: \"Const_2\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 1 } } float_val: [1.0] } } } } node { "
      "name: \"Const_3\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { } } } } } } node { name: \"Const_4\" op: "
      "\"Const\" attr { key: \"dtype\" value { type: DT_FLOAT } } attr { key: "
      "\"value\" value { tensor { dtype: DT_FLOAT tensor_shape { dim { } } "
      "} } } } node { name: \"FusedBatchNormV3\" op: \"FusedBatchNormV3\" "
      "input: \"Const\" input: \"Const_1\" input: \"Const_2\" input: \"Const_3\" "
      "input: \"Const_4\" attr { key: \"T\" value { type: DT_FLOAT } } attr { "
      "key: \"U\" value { type: DT_FLOAT } } } node { name: \"y\" op: "
      "\"Identity\" input: \"FusedBatchNormV3\" attr { key: \"T\" value { type: "
      "DT_FLOAT } } }",
      { -1.683174, 0.1056086, 1.894391, 3.683174 },
      4,
  },
  { NULL },
};

static const Case slices[] = {
  /* Masks of all kinds. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 3 } dim { size: 2 } dim { size: 2 } } "
      "float_val: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, "
      "11.0, 12.0] } } } } node { name: \"strided_slice/stack\" op: \"Const\" "
      "attr { key: \"dtype\" value { type: DT_INT32 } } attr { key: \"value\" "
      "value { tensor { dtype: DT_INT32 tensor_shape { dim { size: 4 } } "
      "int_val: [0, 1, 0, 0] } } } } node { name: \"strided_slice/stack_1\" "
      "op: \"Const\" attr { key: \"dtype\" value { type: DT_INT32 } } attr { "
      "key: \"value\" value { tensor { dtype: DT_INT32 tensor_shape { dim { "
      "size: 4 } } int_val: [0, 2, 0, 0] } } } } node { name: "
      "\"strided_slice/stack_2\" op: \"Const\" attr { key: \"dtype\" value { "
      "type: DT_INT32 } } attr { key: \"value\" value { tensor { dtype: "
      "DT_INT32 tensor_shape { dim { size: 4 } } int_val: [1, 1, 1, -1] } "
      "} } } node { name: \"strided_slice\" op: \"StridedSlice\" input: "
      "\"Const\" input: \"strided_slice/stack\" input: "
      "\"strided_slice/stack_1\" input: \"strided_slice/stack_2\" attr { key: "
      "\"Index\" value { type: DT_INT32 } } attr { key: \"T\" value { type: "
      "DT_FLOAT } } attr { key: \"begin_mask\" value { i: 8 } } attr { key: "
      "\"ellipsis_mask\" value { i: 4 } } attr { key: \"end_mask\" value { i: "
      "8 } } attr { key: \"new_axis_mask\" value { i: 1 } } attr { key: "
      "\"shrink_axis_mask\" value { i: 2 } } } node { name: \"y\" op: "
      "\"Identity\" input: \"strided_slice\" attr { key: \"T\" value { type: "
      "DT_FLOAT } } }",
      { 6, 5, 8, 7 },
      4,
  },
  /* A size of -1. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 2 } dim { size: 3 } } float_val: [1.0, "
      "2.0, 3.0, 4.0, 5.0, 6.0] } } } } node { name: \"Slice/begin\" op: "
      "\"Const\" attr { key: \"dtype\" value { type: DT_INT32 } } attr { key: "
      "\"value\" value { tensor { dtype: DT_INT32 tensor_shape { dim { "
      "size: 2 } } int_val: [0, 1] } } } } node { name: \"Slice/size\" op: "
      "\"Const\" attr { key: \"dtype\" value { type: DT_INT32 } } attr { key: "
      "\"value\" value { tensor { dtype: DT_INT32 tensor_shape { dim { "
      "size: 2 } } int_val: [-1, 2] } } } } node { name: \"Slice\" op: "
      "\"Slice\" input: \"Const\" input: \"Slice/begin\" input: \"Slice/size\" "
      "attr { key: \"Index\" value { type: DT_INT32 } } attr { key: \"T\" "
      "value { type: DT_FLOAT } } } node { name: \"y\" op: \"Identity\" "
      "input: \"Slice\" attr { key: \"T\" value { type: DT_FLOAT } } }",
      { 2, 3, 5, 6 },
      4,
  },
  /* Lengths of rows. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 2 } dim { size: 3 } } float_val: [1.0, "
      "2.0, 3.0, 4.0, 5.0, 6.0] } } } } node { name: "
      "\"ReverseSequence/seq_lengths\" op: \"Const\" attr { key: \"dtype\" "
      "value { type: DT_INT32 } } attr { key: \"value\" value { tensor { "
      "dtype: DT_INT32 tensor_shape { dim { size: 2 } } int_val: [2, 3] } "
      "} } } node { name: \"ReverseSequence\" op: \"ReverseSequence\" input: "
      "\"Const\" input: \"ReverseSequence/seq_lengths\" attr { key: \"T\" value "
      "{ type: DT_FLOAT } } attr { key: \"Tlen\" value { type: DT_INT32 } } "
      "attr { key: \"seq_dim\" value { i: 1 } } } node { name: \"y\" op: "
      "\"Identity\" input: \"ReverseSequence\" attr { key: \"T\" value { type: "
      "DT_FLOAT } } }",
      { 2, 1, 3, 6, 5, 4 },
      6,
  },
  { NULL },
};

static const Case pictures[] = {
  /* Centers of pixels. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 1 } dim { size: 2 } dim { size: 2 } dim "
      "{ size: 1 } } float_val: [1.0, 2.0, 3.0, 4.0] } } } } node { name: "
      "\"Const_1\" op: \"Const\" attr { key: \"dtype\" value { type: DT_INT32 } "
      "} attr { key: \"value\" value { tensor { dtype: DT_INT32 "
      "tensor_shape { dim { size: 2 } } int_val: [3, 3] } } } } node { "
      "name: \"ResizeBilinear\" op: \"ResizeBilinear\" input: \"Const\" input: "
      "\"Const_1\" attr { key: \"T\" value { type: DT_FLOAT } } attr { key: "
      "\"half_pixel_centers\" value { b: true } } } node { name: \"y\" op: "
      "\"Identity\" input: \"ResizeBilinear\" attr { key: \"T\" value { type: "
      "DT_FLOAT } } }",
      { 1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4 },
      9,
  },
  /* Corners stay. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 1 } dim { size: 3 } dim { size: 3 } dim "
      "{ size: 1 } } float_val: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, "
      "9.0] } } } } node { name: \"Const_1\" op: \"Const\" attr { key: "
      "\"dtype\" value { type: DT_INT32 } } attr { key: \"value\" value { "
      "tensor { dtype: DT_INT32 tensor_shape { dim { size: 2 } } int_val: "
      "[2, 4] } } } } node { name: \"ResizeNearestNeighbor\" op: "
      "\"ResizeNearestNeighbor\" input: \"Const\" input: \"Const_1\" attr { "
      "key: \"T\" value { type: DT_FLOAT } } attr { key: \"align_corners\" "
      "value { b: true } } } node { name: \"y\" op: \"Identity\" input: "
      "\"ResizeNearestNeighbor\" attr { key: \"T\" value { type: DT_FLOAT } } "
      "}",
      { 1, 2, 2, 3, 7, 8, 8, 9 },
      8,
  },
  /* A box that is turned over. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 1 } dim { size: 3 } dim { size: 3 } dim "
      "{ size: 1 } } float_val: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, "
      "9.0] } } } } node { name: \"Const_1\" op: \"Const\" attr { key: "
      "\"dtype\" value { type: DT_FLOAT } } attr { key: \"value\" value { "
      "tensor { dtype: DT_FLOAT tensor_shape { dim { size: 1 } dim { "
      "size: 4 } } float_val: [0.9, 0.5, 0.1, 0.6] } } } } node { name: "
      "\"Const_2\" op: \"Const\" attr { key: \"dtype\" value { type: DT_INT32 } "
      "} attr { key: \"value\" value { tensor { dtype: DT_INT32 "
      "tensor_shape { dim { size: 1 } } int_val: [0] } } } } node { name: "
      "\"Const_3\" op: \"Const\" attr { key: \"dtype\" value { type: DT_INT32 } "
      "} attr { key: \"value\" value { tensor { dtype: DT_INT32 "
      "tensor_shape { dim { size: 2 } } int_val: [2, 2] } } } } node { "
      "name: \"CropAndResize\" op: \"CropAndResize\" input: \"Const\" input: "
      "\"Const_1\" input: \"Const_2\" input: \"Const_3\" attr { key: \"T\" value "
      "{ type: DT_FLOAT } } } node { name: \"y\" op: \"Identity\" input: "
      "\"CropAndResize\" attr { key: \"T\" value { type: DT_FLOAT } } }",
      { 7.4, 7.599999, 2.6, 2.8 },
      4,
  },
  { NULL },
};

static const Case quantization[] = {
  /* Bounds are moved to have 0 between them. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 4 } } float_val: [-2.0, -0.3, 0.4, 5.0] "
      "} } } } node { name: \"Const_1\" op: \"Const\" attr { key: \"dtype\" "
      "value { type: DT_FLOAT } } attr { key: \"value\" value { tensor { "
      "dtype: DT_FLOAT tensor_shape { } float_val: [-1.1] } } } } node { "
      "name: \"Const_2\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { } float_val: [1.4] } } } } node { name: "
      "\"FakeQuantWithMinMaxVars\" op: \"FakeQuantWithMinMaxVars\" input: "
      "\"Const\" input: \"Const_1\" input: \"Const_2\" attr { key: \"num_bits\" "
      "value { i: 3 } } } node { name: \"y\" op: \"Identity\" input: "
      "\"FakeQuantWithMinMaxVars\" attr { key: \"T\" value { type: DT_FLOAT } "
      "} }",
      { -1.071429, -0.3571429, 0.3571429, 1.428571 },
      4,
  },
  /* Steps of both signs. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 4 } } float_val: [-2.0, -0.3, 0.4, 5.0] "
      "} } } } node { name: \"Const_1\" op: \"Const\" attr { key: \"dtype\" "
      "value { type: DT_FLOAT } } attr { key: \"value\" value { tensor { "
      "dtype: DT_FLOAT tensor_shape { } float_val: [-1.2] } } } } node { "
      "name: \"Const_2\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { } float_val: [1.7] } } } } node { name: "
      "\"QuantizeAndDequantizeV2\" op: \"QuantizeAndDequantizeV2\" input: "
      "\"Const\" input: \"Const_1\" input: \"Const_2\" attr { key: \"T\" value { "
      "type: DT_FLOAT } } attr { key: \"num_bits\" value { i: 4 } } attr { "
      "key: \"range_given\" value { b: true } } } node { name: \"y\" op: "
      "\"Identity\" input: \"QuantizeAndDequantizeV2\" attr { key: \"T\" value "
      "{ type: DT_FLOAT } } }",
      { -1.942857, -0.2428571, 0.4857143, 1.7 },
      4,
  },
  { NULL },
};

static const Case segments[] = {
  /* Negative numbers are dropped. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 4 } dim { size: 2 } } float_val: [1.0, "
      "2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0] } } } } node { name: \"Const_1\" "
      "op: \"Const\" attr { key: \"dtype\" value { type: DT_INT32 } } attr { "
      "key: \"value\" value { tensor { dtype: DT_INT32 tensor_shape { dim { "
      "size: 4 } } int_val: [1, -1, 0, 1] } } } } node { name: \"Const_2\" "
      "op: \"Const\" attr { key: \"dtype\" value { type: DT_INT32 } } attr { "
      "key: \"value\" value { tensor { dtype: DT_INT32 tensor_shape { } "
      "int_val: [3] } } } } node { name: \"UnsortedSegmentSum\" op: "
      "\"UnsortedSegmentSum\" input: \"Const\" input: \"Const_1\" input: "
      "\"Const_2\" attr { key: \"T\" value { type: DT_FLOAT } } attr { key: "
      "\"Tindices\" value { type: DT_INT32 } } } node { name: \"y\" op: "
      "\"Identity\" input: \"UnsortedSegmentSum\" attr { key: \"T\" value { "
      "type: DT_FLOAT } } }",
      { 5, 6, 8, 10, 0, 0 },
      6,
  },
  /* Empty segments are 0. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 3 } dim { size: 1 } } float_val: [1.0, "
      "2.0, 3.0] } } } } node { name: \"sub/y\" op: \"Const\" attr { key: "
      "\"dtype\" value { type: DT_FLOAT } } attr { key: \"value\" value { "
      "tensor { dtype: DT_FLOAT tensor_shape { } float_val: [5.0] } } } } "
      "node { name: \"sub\" op: \"Sub\" input: \"Const\" input: \"sub/y\" attr { "
      "key: \"T\" value { type: DT_FLOAT } } } node { name: \"Const_1\" op: "
      "\"Const\" attr { key: \"dtype\" value { type: DT_INT32 } } attr { key: "
      "\"value\" value { tensor { dtype: DT_INT32 tensor_shape { dim { "
      "size: 3 } } int_val: [0, 2, 2] } } } } node { name: \"SegmentMax\" "
      "op: \"SegmentMax\" input: \"sub\" input: \"Const_1\" attr { key: \"T\" "
      "value { type: DT_FLOAT } } attr { key: \"Tindices\" value { type: "
      "DT_INT32 } } } node { name: \"y\" op: \"Identity\" input: \"SegmentMax\" "
      "attr { key: \"T\" value { type: DT_FLOAT } } }",
      { -4, 0, -2 },
      3,
  },
  /* Later rows win. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_INT32 } } attr { key: \"value\" value { tensor { dtype: DT_INT32 "
      "tensor_shape { dim { size: 2 } } int_val: [1, 0] } } } } node { "
      "name: \"Const_1\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_INT32 } } attr { key: \"value\" value { tensor { dtype: DT_INT32 "
      "tensor_shape { dim { size: 1 } } int_val: [1] } } } } node { name: "
      "\"Const_2\" op: \"Const\" attr { key: \"dtype\" value { type: DT_FLOAT } "
      "} attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 2 } dim { size: 2 } } float_val: [1.0, "
      "2.0, 3.0, 4.0] } } } } node { name: \"Const_3\" op: \"Const\" attr { "
      "key: \"dtype\" value { type: DT_FLOAT } } attr { key: \"value\" value "
      "{ tensor { dtype: DT_FLOAT tensor_shape { dim { size: 1 } dim { "
      "size: 2 } } float_val: [1.0, 2.0] } } } } node { name: \"mul/y\" op: "
      "\"Const\" attr { key: \"dtype\" value { type: DT_FLOAT } } attr { key: "
      "\"value\" value { tensor { dtype: DT_FLOAT tensor_shape { } "
      "float_val: [9.0] } } } } node { name: \"mul\" op: \"Mul\" input: "
      "\"Const_3\" input: \"mul/y\" attr { key: \"T\" value { type: DT_FLOAT } "
      "} } node { name: \"DynamicStitch\" op: \"DynamicStitch\" input: "
      "\"Const\" input: \"Const_1\" input: \"Const_2\" input: \"mul\" attr { key: "
      "\"N\" value { i: 2 } } attr { key: \"T\" value { type: DT_FLOAT } } } "
      "node { name: \"y\" op: \"Identity\" input: \"DynamicStitch\" attr { key: "
      "\"T\" value { type: DT_FLOAT } } }",
      { 3, 4, 9, 18 },
      4,
  },
  { NULL },
};

static const Case indices[] = {
  /* In the order in which they come. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_INT32 } } attr { key: \"value\" value { tensor { dtype: DT_INT32 "
      "tensor_shape { dim { size: 4 } } int_val: [4, 1, 4, 2] } } } } "
      "node { name: \"Unique\" op: \"Unique\" input: \"Const\" attr { key: \"T\" "
      "value { type: DT_INT32 } } } node { name: \"y\" op: \"Identity\" "
      "input: \"Unique\" attr { key: \"T\" value { type: DT_INT32 } } }",
      { 4, 1, 2 },
      3,
  },
  /* 0 times the log of 0. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 2 } } float_val: [0.0, 2.0] } } } } "
      "node { name: \"Const_1\" op: \"Const\" attr { key: \"dtype\" value { "
      "type: DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: "
      "DT_FLOAT tensor_shape { dim { size: 2 } } float_val: [0.0, 3.0] } "
      "} } } node { name: \"Xlogy\" op: \"Xlogy\" input: \"Const\" input: "
      "\"Const_1\" attr { key: \"T\" value { type: DT_FLOAT } } } node { "
      "name: \"y\" op: \"Identity\" input: \"Xlogy\" attr { key: \"T\" value { "
      "type: DT_FLOAT } } }",
      { 0, 2.197225 },
      2,
  },
  /* Two diagonals. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { size: 3 } dim { size: 3 } } float_val: [1.0, "
      "2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0] } } } } node { name: "
      "\"Const_1\" op: \"Const\" attr { key: \"dtype\" value { type: DT_INT32 } "
      "} attr { key: \"value\" value { tensor { dtype: DT_INT32 "
      "tensor_shape { } int_val: [0] } } } } node { name: \"Const_2\" op: "
      "\"Const\" attr { key: \"dtype\" value { type: DT_INT32 } } attr { key: "
      "\"value\" value { tensor { dtype: DT_INT32 tensor_shape { } int_val: "
      "[1] } } } } node { name: \"MatrixBandPart\" op: \"MatrixBandPart\" "
      "input: \"Const\" input: \"Const_1\" input: \"Const_2\" attr { key: \"T\" "
      "value { type: DT_FLOAT } } attr { key: \"Tindex\" value { type: "
      "DT_INT32 } } } node { name: \"y\" op: \"Identity\" input: "
      "\"MatrixBandPart\" attr { key: \"T\" value { type: DT_FLOAT } } }",
      { 1, 2, 0, 0, 5, 6, 0, 0, 9 },
      9,
  },
  /* Numbers from the size on do not count. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_INT32 } } attr { key: \"value\" value { tensor { dtype: DT_INT32 "
      "tensor_shape { dim { size: 4 } } int_val: [1, 1, 7, 0] } } } } "
      "node { name: \"Const_1\" op: \"Const\" attr { key: \"dtype\" value { "
      "type: DT_INT32 } } attr { key: \"value\" value { tensor { dtype: "
      "DT_INT32 tensor_shape { } int_val: [3] } } } } node { name: "
      "\"Const_2\" op: \"Const\" attr { key: \"dtype\" value { type: DT_FLOAT } "
      "} attr { key: \"value\" value { tensor { dtype: DT_FLOAT "
      "tensor_shape { dim { } } } } } } node { name: \"Bincount\" op: "
      "\"Bincount\" input: \"Const\" input: \"Const_1\" input: \"Const_2\" attr { "
      "key: \"T\" value { type: DT_FLOAT } } } node { name: \"y\" op: "
      "\"Identity\" input: \"Bincount\" attr { key: \"T\" value { type: "
      "DT_FLOAT } } }",
      { 1, 2, 0 },
      3,
  },
  /* What stands elsewhere. */
  {
      "node { name: \"Const\" op: \"Const\" attr { key: \"dtype\" value { type: "
      "DT_INT32 } } attr { key: \"value\" value { tensor { dtype: DT_INT32 "
      "tensor_shape { dim { size: 1 } dim { size: 2 } } int_val: [0, 1] } "
      "} } } node { name: \"Const_1\" op: \"Const\" attr { key: \"dtype\" value "
      "{ type: DT_INT32 } } attr { key: \"value\" value { tensor { dtype: "
      "DT_INT32 tensor_shape { dim { size: 2 } } int_val: [1, 3] } } } } "
      "node { name: \"Const_2\" op: \"Const\" attr { key: \"dtype\" value { "
      "type: DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: "
      "DT_FLOAT tensor_shape { dim { size: 1 } } float_val: [2.0] } } } } "
      "node { name: \"Const_3\" op: \"Const\" attr { key: \"dtype\" value { "
      "type: DT_FLOAT } } attr { key: \"value\" value { tensor { dtype: "
      "DT_FLOAT tensor_shape { } float_val: [0.5] } } } } node { name: "
      "\"SparseToDense\" op: \"SparseToDense\" input: \"Const\" input: "
      "\"Const_1\" input: \"Const_2\" input: \"Const_3\" attr { key: \"T\" value "
      "{ type: DT_FLOAT } } attr { key: \"Tindices\" value { type: DT_INT32 "
      "} } } node { name: \"y\" op: \"Identity\" input: \"SparseToDense\" attr "
      "{ key: \"T\" value { type: DT_FLOAT } } }",
      { 0.5, 2, 0.5 },
      3,
  },
  { NULL },
};

static void
run_case (const Case *c)
{
  g_autoptr (WeirModel) model = NULL;
  WeirTensor *outputs[1];
  GError *error = NULL;

  g_test_message ("%s", c->text);
  model = load_text (c->text, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_graph_n_results (weir_model_graph (model)), ==, 1);
  weir_graph_evaluate (weir_model_graph (model), NULL, outputs, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_tensor_count (outputs[0]), ==, c->count);
  for (guint i = 0; i < c->count; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (outputs[0], i), c->expected[i],
                                    1e-5 * MAX (1, fabs (c->expected[i])));
  weir_tensor_unref (outputs[0]);
}

static void
run_cases (gconstpointer table)
{
  for (const Case *c = table; c->text != NULL; c++)
    run_case (c);
}

static const struct {
  const char *text, *message;
} refused[] = {
  { "node { name: \"x\" op: \"Placeholder\" attr { key: \"dtype\" value { type: DT_FLOAT "
    "} } } "
    "node { name: \"y\" op: \"LookupTableFindV2\" input: \"x\" }",
    "look them up outside, and cut the graph behind it" },
  { "node { name: \"x\" op: \"Placeholder\" attr { key: \"dtype\" value { type: DT_FLOAT "
    "} } } "
    "node { name: \"y\" op: \"Tanh\" input: \"x\" attr { key: \"T\" value { type: "
    "DT_COMPLEX64 } } }",
    "elements are complex numbers" },
  { "node { name: \"x\" op: \"Placeholder\" attr { key: \"dtype\" value { type: DT_FLOAT "
    "} } } "
    "node { name: \"y\" op: \"Split\" input: \"x\" input: \"x\" attr { key: "
    "\"num_split\" "
    "value { i: 99999999 } } }",
    "attribute 'num_split': expected 1 to 65535, found 99999999" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    assert_refused (refused[i].text, refused[i].message);
}

/* A product of matrices demands two dimensions of what it reads, also through others. */
static void
test_open_rank (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model =
      load_text ("node { name: \"x\" op: \"Placeholder\" attr { key: \"dtype\" value { "
                 "type: DT_FLOAT "
                 "} } } "
                 "node { name: \"r\" op: \"Relu\" input: \"x\" } "
                 "node { name: \"w\" op: \"Placeholder\" attr { key: \"dtype\" value { "
                 "type: DT_FLOAT "
                 "} } } "
                 "node { name: \"y\" op: \"MatMul\" input: \"r\" input: \"w\" } "
                 "node { name: \"z\" op: \"BatchMatMulV2\" input: \"v\" input: \"w\" } "
                 "node { name: \"v\" op: \"Placeholder\" attr { key: \"dtype\" value { "
                 "type: DT_FLOAT "
                 "} } }",
                 &error);

  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++) {
    const WeirNode *x = weir_graph_parameter (weir_model_graph (model), i);

    g_assert_cmpstr (weir_node_string (x, "shape"), ==,
                     strcmp (x->name, "v") == 0 ? "..." : "?,?");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/tensorflow/ops/deconv", deconv, run_cases);
  g_test_add_data_func ("/tensorflow/ops/pools", pools, run_cases);
  g_test_add_data_func ("/tensorflow/ops/norms", norms, run_cases);
  g_test_add_data_func ("/tensorflow/ops/slices", slices, run_cases);
  g_test_add_data_func ("/tensorflow/ops/pictures", pictures, run_cases);
  g_test_add_data_func ("/tensorflow/ops/quantization", quantization, run_cases);
  g_test_add_data_func ("/tensorflow/ops/segments", segments, run_cases);
  g_test_add_data_func ("/tensorflow/ops/indices", indices, run_cases);
  g_test_add_func ("/tensorflow/ops/open-rank", test_open_rank);
  g_test_add_func ("/tensorflow/ops/refused", test_refused);
  return g_test_run ();
}
