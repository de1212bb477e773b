#include "base/error.h"
#include "cases.h"

/* Strings have types and shapes only. */
static const OpCase partial[] = {
  { "StringTensorPack", { "i32[?,3]", "i32[2,?]", "u8[?]" }, { "string[2,3]" } },
  { "StringTensorUnpack", { "string[2,?]" }, { "i32[2,?]", "i32[2,?]", "u8[?]" } },
  { NULL },
};

static const BadCase bad[] = {
  { "StringTensorPack",
    { "i32[2]", "i32[3]", "u8[?]" },
    1,
    WEIR_ERROR_SHAPE,
    "begins and ends of one shape" },
  { "StringTensorPack",
    { "i32[2]", "i32[2]", "i8[?]" },
    1,
    WEIR_ERROR_SHAPE,
    "expected symbols of u8" },
  { "StringTensorUnpack", { "u8[2]" }, 3, WEIR_ERROR_SHAPE, "expected strings" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/ops/strings/partial", partial, run_op_cases);
  g_test_add_data_func ("/ops/strings/bad", bad, run_bad_cases);
  return g_test_run ();
}
