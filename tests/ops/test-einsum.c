#include "base/error.h"
#include "cases.h"

/* Expected values come from OpenVINO where it takes the case, else they are by hand. */
static const OpCase einsum_values[] = {
  { "Einsum-7 equation=ij,jk->ik",
    { "f32[2,3] 0..5", "f32[3,2] 0..5" },
    { "f32[2,2] 10 13 28 40" } },
  { "Einsum-7 equation=bij,bjk->bki",
    { "f32[2,1,2] 0..3", "f32[2,2,2] 0..7" },
    { "f32[2,2,1] 2 3 26 31" } },
  { "Einsum-7 equation=ij->ji", { "f32[2,3] 0..5" }, { "f32[3,2] 0 3 1 4 2 5" } },
  { "Einsum-7 equation=ii", { "f32[3,3] 0..8" }, { "f32[] 12" } },
  { "Einsum-7 equation=ii->i", { "f32[3,3] 0..8" }, { "f32[3] 0 4 8" } },
  { "Einsum-7 equation=ij->", { "f32[2,3] 0..5" }, { "f32[] 15" } },
  { "Einsum-7 equation=ba", { "f32[2,3] 0..5" }, { "f32[3,2] 0 3 1 4 2 5" } },
  { "Einsum-7 equation=...ij,...jk",
    { "f32[2,1,2,2] 0..7", "f32[3,2,1] 0..5" },
    { "f32[2,3,2,1] 1 3 3 13 5 23 5 7 23 33 41 59" } },
  { "Einsum-7 equation=...,...->...",
    { "f32[2,1] 0 1", "f32[3] 0..2" },
    { "f32[2,3] 0 0 0 0 1 2" } },
  { "Einsum-7 equation=a,b,c->ca",
    { "f32[2] 1 2", "f32[3] 0..2", "f32[2] 1 2" },
    { "f32[2,2] 3 6 6 12" } },
  { "Einsum-7 equation=bqhd,bkhd->bhqk",
    { "f32[1,2,2,2] 0..7", "f32[1,2,2,2] 0..7" },
    { "f32[1,2,2,2] 1 5 5 41 13 33 33 85" } },
  { "Einsum-7 equation=iij,jk->ik",
    { "f32[2,2,2] 0..7", "f32[2,2] 0..3" },
    { "f32[2,2] 2 3 14 27" } },
  { "Einsum-7 equation=i...->...", { "f32[2,3] 0..5" }, { "f32[3] 3 5 7" } },
  { "Einsum-7 equation=Ab,bA", { "f32[2,2] 0..3", "f32[2,2] 0..3" }, { "f32[] 13" } },
  { NULL },
};

static const OpCase partial[] = {

  { "Einsum equation=bij,bjk->bik", { "f32[?,2,3]", "f32[4,?,5]" }, { "f32[4,2,5]" } },
  { "Einsum equation=...ij,...jk", { "f32[?,2,3]", "f32[4,1,3,5]" }, { "f32[4,?,2,5]" } },
  { "Einsum equation=bij,bjk->bik", { "f32[...]", "f32[4,?,5]" }, { "f32[...]" } },
  { NULL },
};

static const BadCase bad[] = {

  { "Einsum equation=ij,jk->ik",
    { "f32[2,3] 0", "f32[4,2] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "term 'jk': dimension 0 is 4, its name stands for 3 elsewhere" },
  { "Einsum equation=ij->ik",
    { "f32[2,3] 0" },
    0,
    WEIR_ERROR_FORMAT,
    "output 'ik': expected names of the inputs, each once" },
  { "Einsum equation=ij->ii",
    { "f32[2,3] 0" },
    0,
    WEIR_ERROR_FORMAT,
    "output 'ii': expected names of the inputs, each once" },
  { "Einsum equation=ij,jk->ik",
    { "f32[2,3] 0" },
    0,
    WEIR_ERROR_FORMAT,
    "2 terms for 1 inputs, of at most 16" },
  { "Einsum equation=ijk->i",
    { "f32[2,3] 0" },
    0,
    WEIR_ERROR_SHAPE,
    "term 'ijk' does not fit rank 2" },
  { "Einsum equation=i.j->i",
    { "f32[2,3] 0" },
    0,
    WEIR_ERROR_FORMAT,
    "term 'i.j': expected letters and at most one '...'" },
  { "Einsum equation=...i...->i",
    { "f32[2,3] 0" },
    0,
    WEIR_ERROR_FORMAT,
    "expected letters and at most one '...'" },
  { "Einsum equation=a,b->ab",
    { "f32[65536]", "f32[65536]" },
    0,
    WEIR_ERROR_LIMIT,
    "is larger than" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/einsum/values", einsum_values, run_op_cases);
  g_test_add_data_func ("/ops/einsum/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/einsum/bad", bad, run_bad_cases);
  return g_test_run ();
}
