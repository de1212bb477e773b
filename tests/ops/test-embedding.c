#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO where it takes the case, else they are by hand. */
static const OpCase embedding_values[] = {
  { "EmbeddingBagOffsetsSum-3",
    { "f32[4,2] 0..7", "i64[4] 0 2 3 1", "i64[3] 0 2 2" },
    { "f32[3,2] 4 6 0 0 8 10" } },
  { "EmbeddingBagOffsetsSum-3",
    { "f32[4,2] 0..7", "i64[4] 0 2 3 1", "i64[3] 0 2 2", "i64[] 3", "f32[4] 1 2 0.5 -1" },
    { "f32[3,2] 8 11 6 7 1 0.5" } },
  { "EmbeddingBagPackedSum-3",
    { "f32[4,2] 0..7", "i32[2,2] 0 2 3 3" },
    { "f32[2,2] 4 6 12 14" } },
  { "EmbeddingBagPackedSum-3",
    { "f32[4,2] 0..7", "i64[2,2] 0 2 3 3", "f32[2,2] 1..4" },
    { "f32[2,2] 8 11 42 49" } },
  { "EmbeddingSegmentsSum-3",
    { "f32[4,2] 0..7", "i64[3] 0 2 3", "i64[3] 0 0 2", "i64[] 4", "i64[] 1" },
    { "f32[4,2] 4 6 2 3 6 7 2 3" } },
  { "EmbeddingBagOffsets-15 reduction=mean",
    { "f32[4,2] 0..7", "i64[4] 0 2 3 1", "i64[3] 0 2 2" },
    { "f32[3,2] 2 3 0 0 4 5" } },
  { "EmbeddingBagPacked-15 reduction=mean",
    { "f32[4,2] 0..7", "i64[2,2] 0 2 3 3" },
    { "f32[2,2] 2 3 6 7" } },
  { "EmbeddingBagOffsets-15",
    { "f32[4,2] 0..7", "i64[1] 1", "i64[2] 0", "i64[] -1" },
    { "f32[2,2] 0 0 2 3" } },
  { NULL },
};

static const OpCase partial[] = {

  { "EmbeddingBagOffsetsSum", { "f32[9,?]", "i64[?]", "i64[3]" }, { "f32[3,?]" } },
  { "EmbeddingBagPackedSum", { "f32[9,4]", "i64[?,2]" }, { "f32[?,4]" } },
  { "EmbeddingSegmentsSum",
    { "f32[9,4]", "i64[5]", "i64[5]", "i64[] 7" },
    { "f32[7,4]" } },
  { "EmbeddingSegmentsSum", { "f32[9,4]", "i64[5]", "i64[5]", "i64[]" }, { "f32[?,4]" } },
  { NULL },
};

static const BadCase bad[] = {

  { "EmbeddingBagOffsetsSum",
    { "f32[4,2] 0", "i64[2] 0 4", "i64[1] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "index 4 is out of range for a dimension of 4" },
  { "EmbeddingBagOffsetsSum",
    { "f32[4,2] 0", "i64[2] 0", "i64[1] 1" },
    0,
    WEIR_ERROR_SHAPE,
    "offsets must ascend from 0: no bag holds index 0" },
  { "EmbeddingBagOffsetsSum",
    { "f32[4,2] 0", "i64[2] 0", "i64[0] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "no bag holds index 0" },
  { "EmbeddingBagOffsetsSum",
    { "f32[4,2] 0", "i64[2] 0", "i64[1] 0", "i64[] 0", "f32[1] 1" },
    0,
    WEIR_ERROR_SHAPE,
    "expected a weight for each index" },
  { "EmbeddingBagPackedSum",
    { "f32[4,2] 0", "i64[2] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "expected indices of rank 2" },
  { "EmbeddingBagPackedSum",
    { "f32[] 0", "i64[1,2] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "expected a table, found a scalar" },
  { "EmbeddingSegmentsSum",
    { "f32[4,2] 0", "i64[2] 0", "i64[2] 0 5", "i64[] 5" },
    0,
    WEIR_ERROR_SHAPE,
    "index 5 is out of range for a dimension of 5" },
  { "EmbeddingSegmentsSum",
    { "f32[4,2] 0", "i64[2] 0", "i64[3] 0", "i64[] 5" },
    0,
    WEIR_ERROR_SHAPE,
    "expected a segment for each index" },
  { "EmbeddingSegmentsSum",
    { "f32[4,2] 0", "i64[2] 0", "i64[2] 0", "i64[] 4611686018427387904" },
    0,
    WEIR_ERROR_LIMIT,
    "too many elements" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/embedding/values", embedding_values, run_op_cases);
  g_test_add_data_func ("/ops/embedding/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/embedding/bad", bad, run_bad_cases);
  return g_test_run ();
}
